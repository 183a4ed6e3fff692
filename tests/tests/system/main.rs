//! The system as its users meet it: one program, started, asked, clicked and killed.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod announce;
mod announced;
mod asker;
mod bytes;
mod consultations;
mod content;
mod day;
mod desk;
mod digest;
mod flood;
mod forget;
mod formats;
mod journey;
mod keys;
mod leave;
mod mail;
mod nearest;
mod old_browser;
mod outputs;
mod oversee;
mod people;
mod plain;
mod public;
mod sealed;
mod second_factor;
mod secret;
mod start;
mod statistics;
mod traces;
mod two;
mod unable;
mod vectors;
mod watch;
mod work;
