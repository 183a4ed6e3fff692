//! Figures: what a desk reports, and what the public may know.
//!
//! The counts are the store's (`crate::store::figures`); here they are only added up and written out. [`report`] makes the
//! tables of a desk for a [`period`], those by topic, county, way and ending in `split`; [`sheet`] and [`draft`] write them
//! as Excel, CSV and the draft of a work report, each number as its [`table`] says. [`published`] is what the whole site
//! publishes, made so that no count under five can be reckoned back (`docs/decisions/0040-published-statistics.md`).

pub mod draft;
pub mod period;
pub mod published;
pub mod report;
pub mod sheet;
mod split;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;
