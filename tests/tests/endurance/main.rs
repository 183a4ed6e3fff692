//! What holds when it matters most: kills under load, full disks, cut connections, and what time tells of receipts.
//!
//! A program of its own, because these tests keep all processors busy or measure time: others would disturb them, and be disturbed.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod deeds;
mod faults;
mod forms;
mod kill;
mod timing;
