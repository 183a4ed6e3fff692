//! Fuzz targets: front matter, Markdown with citations, statute files, CSV, XLSX, XLS, questions. Whatever bytes come, the claims hold.
//!
//! A target is a place in a small site, seeds to start from, and [`claims`]. Each run of the tests goes the same short way:
//! every seed as it is, then changes of seeds from a fixed row of dice ([`mutate`]). To look for longer, and elsewhere:
//!
//! ```sh
//! NUANZHAN_FUZZ_SECONDS=300 NUANZHAN_FUZZ_DICE=$RANDOM cargo test -p site-gen --test fuzz target
//! ```
//!
//! Large files are small ones in a usual run. For megabytes, with their times:
//!
//! ```sh
//! NUANZHAN_FUZZ_BYTES=1000000 cargo test -p site-gen --test fuzz hostile -- --nocapture --test-threads 1
//! ```
//!
//! What breaks a claim is printed with its bytes; put them into `corpus/<target>/`, where every later run starts.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod claims;
mod hostile;
mod mutate;
mod query;
#[path = "../real/mod.rs"]
mod real;
mod seeds;
mod targets;
