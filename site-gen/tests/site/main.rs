//! The compiler from outside: content on disk in, findings and a site out.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod build;
mod check;
mod citations;
mod common;
mod edits;
mod kept;
mod library;
mod mending;
mod real_statutes;
mod rules;
mod telling;
mod watching;
