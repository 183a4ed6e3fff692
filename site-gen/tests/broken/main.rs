//! Broken files by the thousand: real files of `content/`, each with one fault planted, and what an editor is told.
//!
//! Start at [`mixed`]: every file of the content is broken at once, each in another way, round after round. What a fault
//! gives is asked of the line where it was planted. Faults that only show against other files have healthy neighbours
//! ([`between`]). Lists from outside are broken cell by cell ([`sheets`]). Everything is made from fixed seeds.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod between;
mod bodies;
mod bytes;
mod content;
mod heads;
mod lists;
mod mixed;
mod planted;
#[path = "../real/mod.rs"]
mod real;
mod sheets;
mod statutes;
mod ten;
