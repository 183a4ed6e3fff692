//! The system from outside: a temporary site, a running server, real databases, a real browser.
//!
//! Start at [`server::Server`]. Nothing here looks into the program: it is started, asked over HTTP, clicked in a
//! browser and killed, as its users and its bad days do.

pub mod aged;
pub mod asker;
pub mod browser;
pub mod cable;
pub mod desk;
pub mod devtools;
pub mod files;
pub mod find;
pub mod flood;
pub mod git;
pub mod html;
pub mod http;
pub mod large_site;
pub mod load;
pub mod member;
pub mod npm;
pub mod nuanzhan;
pub mod old_browser;
pub mod phone;
pub mod pictures;
pub mod postgres;
pub mod python;
#[path = "../../site-gen/tests/real/mod.rs"]
mod real;
pub mod receivers;
pub mod sealed;
pub mod server;
pub mod skip;
pub mod small_disk;
pub mod tool;
pub mod warnings;
pub mod wire;
pub mod workspace;
