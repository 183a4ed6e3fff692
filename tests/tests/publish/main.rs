//! Publishing through git: real repositories, real pushes, and the bad days of a server.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod bad_days;
mod dates;
mod previews;
mod pushes;
mod releases;
mod serving;
