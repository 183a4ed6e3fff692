//! What can be found on a site: the published records, the text engines, the station index.
//!
//! Start at [`bundle`]: a bundle is everything a build publishes as data, written under `dist/data/` by
//! `site-gen` and opened by `api`. It is the only contract between those two. [`record`] holds its types,
//! [`text`] finds records by words, [`stations`] finds stations by place, [`near`] lets a phone do so by itself, [`hsds`]
//! says stations as other directories do, [`statistics`] holds what is published of consultations.
//!
//! This crate knows nothing of Markdown, HTML or databases, and writes no files. Only `text::meili`, a feature that `api`
//! turns on, speaks to another process.

pub mod bundle;
pub mod clocks;
pub mod coord;
pub mod datum;
pub mod hours;
pub mod hsds;
pub mod knowledge;
pub mod near;
mod numeral;
pub mod record;
pub mod region;
pub mod stations;
pub mod statistics;
pub mod statute;
pub mod text;
pub mod vocabulary;
