//! The compiler from outside: content on disk in, findings and a site out.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod build;
mod check;
mod common;
mod data;
mod feeds;
mod outputs;
mod schema_org;
