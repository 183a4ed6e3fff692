//! Answers searches, finds stations, carries sealed consultations to the desk, and serves the published site.
//!
//! Start at [`routes`]: it is the whole URL table on one screen. [`serve`] is the composition root: the one place
//! that builds content, opens the database and listens. The command line is in `main.rs`.
//!
//! # Invariants
//!
//! - Nothing that could identify a person who writes or looks something up is logged or stored: no address, no user
//!   agent, no query, no place, no time finer than the hour. There is no access log.
//! - The server never stores the plaintext of a message and has no key that opens one.
//! - Public pages set no cookie and ask nothing of any other host.
//! - Time, chance and files come in as values: [`clock::Clock`], [`dice::Dice`], [`published::Published`].

pub mod announce;
pub mod answer;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod coding;
pub mod compiler;
pub mod config;
pub mod consultations;
pub mod desk;
pub mod dice;
pub mod effort;
pub mod error;
pub mod extract;
pub mod figures;
pub mod finder;
pub mod follow;
pub mod gate;
pub mod health;
pub mod hsds;
pub mod limit;
pub mod listen;
pub mod live;
pub mod openapi;
pub mod operator;
pub mod pages;
pub mod published;
pub mod reads;
pub mod routes;
pub mod sealing;
pub mod search;
pub mod secrets;
pub mod serve;
pub mod shell;
pub mod site;
pub mod state;
pub mod stations;
pub mod statistics;
pub mod statutes;
pub mod store;
pub mod words;
