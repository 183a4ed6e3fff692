//! The compiler from outside: content on disk in, findings and a site out.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod ages;
mod asked;
mod build;
mod check;
mod citations;
mod clocks;
mod common;
mod coverage;
mod data;
mod edits;
mod feeds;
mod geojson;
mod heads;
mod hsds;
mod kept;
mod leaks;
mod library;
mod mending;
mod near;
mod outputs;
mod places;
#[path = "../real/mod.rs"]
mod real;
mod real_statutes;
mod remade;
mod rules;
mod schema_org;
mod statistics;
mod telling;
mod turns;
mod watching;
