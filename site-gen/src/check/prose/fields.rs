//! The lines of front matter, tables and settings that readers see as plain text: titles, summaries, names, notes.
//!
//! Texts that are Markdown (`how`, `bring`) are read where they are compiled; words for searching (`keywords`, `asked`,
//! the thesaurus) are people's own and stay as typed.

use super::{Place, Rules};
use crate::diag::Diagnostics;
use crate::load::Drafts;
use crate::load::station::StationDraft;
use crate::source::{Located, SourceMap};

/// Reads every line that readers see, but for those of guides and digests, which are read with their texts.
pub fn check(drafts: &Drafts, sources: &SourceMap, rules: &Rules, diags: &mut Diagnostics) {
    let mut read = |text: &Located<String>| line(text, sources, rules, diags);
    drafts.directories.iter().filter_map(|draft| draft.title.as_ref()).for_each(&mut read);
    drafts.campaigns.iter().for_each(|draft| read(&draft.title));
    for draft in &drafts.pages {
        read(&draft.title);
        draft.summary.iter().for_each(&mut read);
    }
    for draft in &drafts.topics {
        read(&draft.title);
        draft.summary.iter().for_each(&mut read);
    }
    // A cell of a table with several lines is one that lost its quote: that is told where the table is read.
    let whole = |text: &Located<String>, in_table: bool| !(in_table && text.value.contains('\n'));
    for draft in &drafts.stations {
        station(draft, &mut |text| {
            if whole(text, draft.body.is_none()) {
                read(text);
            }
        });
    }
}

fn station(draft: &StationDraft, read: &mut impl FnMut(&Located<String>)) {
    read(&draft.name);
    // An address has its own ways: 3 栋 201, 溪口路22号.
    [&draft.serves, &draft.note].into_iter().flatten().for_each(&mut *read);
    draft.duty.iter().for_each(|duty| read(&duty.who));
    for person in &draft.people {
        read(&person.role);
        person.duty.iter().for_each(&mut *read);
    }
}

/// Reads one line.
pub fn line(text: &Located<String>, sources: &SourceMap, rules: &Rules, diags: &mut Diagnostics) {
    let file = sources.text(text.span.file);
    let written = file.get(text.span.start..text.span.end).unwrap_or_default();
    let place = match written.find(&text.value) {
        Some(at) => {
            let start = text.span.start + at;
            let at = crate::source::Span::new(text.span.file, start, start + text.value.len());
            Place { file, at, exact: true }
        }
        None => Place { file, at: text.span, exact: false },
    };
    rules.line(&text.value, place, diags);
}
