//! The system as its users meet it: one program, started, asked, clicked and killed.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod announce;
mod consultations;
mod content;
mod deeds;
mod desk;
mod digest;
mod faults;
mod flood;
mod formats;
mod journey;
mod keys;
mod kill;
mod leave;
mod nearest;
mod outputs;
mod plain;
mod public;
mod sealed;
mod second_factor;
mod secret;
mod start;
mod timing;
mod traces;
mod two;
mod watch;
mod work;
