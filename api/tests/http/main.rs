//! The service from the side of its callers: `routes::app(state)` poked with requests, and real listeners where a
//! socket matters.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod bench;
mod command;
mod described;
mod engines;
mod errors;
mod hostile;
mod hsds;
mod html;
mod reads;
mod serve;
mod site;
mod stations;
mod statutes;
mod words;
