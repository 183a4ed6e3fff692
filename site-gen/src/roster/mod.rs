//! Lists of stations in and out: what offices keep in Excel, and what the content has.
//!
//! Start at [`import::plan`] and [`export::rows`]. A sheet from outside is read within limits ([`workbook`], `xls`,
//! [`text_table`]), its columns are understood ([`headings`]), and what it is about ([`home`]); each row becomes fields
//! ([`reading`], [`row`]), rows meet the stations there are ([`merge`], [`alike`]), and the files that change are made and checked before anything is written
//! ([`table_edit`], [`head_edit`]). Nothing here writes a file. What must never happen: a guess, a cell dropped without
//! a word, a word of where a shelter is.

pub mod alike;
pub mod area_codes;
pub mod cell;
pub mod divisions;
pub mod export;
pub mod fields;
pub mod gone;
pub mod head_edit;
mod heading_words;
pub mod headings;
pub mod home;
pub mod import;
pub mod merge;
pub mod plain_text;
pub mod position;
pub mod reading;
pub mod report;
pub mod row;
pub mod sheets;
pub mod spoken_hours;
pub mod table_edit;
pub mod text_table;
pub mod workbook;
mod xls;

use unicode_width::UnicodeWidthStr as _;

/// How many columns of a terminal, or of a sheet, a text takes: a Chinese character takes two.
pub fn width(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests;
