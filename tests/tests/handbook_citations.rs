//! The forms of citations that the handbook shows are understood, and those it warns of are not.
//!
//! `handbook.rs` holds them against the checker; a form that is not understood passes there in silence, so here each is
//! read by itself.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;

use jiff::civil::Date;
use site_gen::check::citations::{Entry, StatuteBook};
use site_gen::citation::{self, Context, Page, Reference, Subject, Target};
use site_gen::diag::Diagnostics;
use site_gen::load;
use site_gen::source::SourceMap;
use tests::workspace;

/// What is found in `form`; emphasis parts it as the Markdown reader does.
fn found(form: &str, book: &StatuteBook<'_>) -> Vec<Reference> {
    let page = Page { titles: book.titles(), own: None };
    let mut context = Context::default();
    form.split("**").flat_map(|run| citation::read(run, page, &mut context)).collect()
}

/// The first cell, between its backticks, of each row below `head`.
fn forms<'h>(handbook: &'h str, head: &str) -> Vec<&'h str> {
    let (_, rows) = handbook.split_once(head).unwrap();
    let rows = rows.lines().skip(2).take_while(|row| row.starts_with('|'));
    let forms: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    assert!(!forms.is_empty(), "no table has the headings {head}");
    forms
}

#[test]
fn the_forms_that_are_said_to_be_understood_are_and_the_others_are_not() {
    let sources = SourceMap::read(&workspace::content()).unwrap();
    let mut diags = Diagnostics::default();
    let drafts = load::drafts(&sources, &mut diags);
    let mut book = StatuteBook::new(&drafts, Date::MAX, &mut diags);
    let (slug, titles) = ("example", vec!["示例市妇女办法"]);
    assert!(book.add(Entry { slug, titles, versions: Vec::new(), replaced_by: Vec::new() }).is_empty());
    let handbook = fs::read_to_string(workspace::content().join("README.md")).unwrap();
    for form in forms(&handbook, "| 写法 | 读成 |") {
        let found = found(form, &book);
        assert!(found.iter().all(|found| matches!(found.subject, Subject::Known(_))), "{form}");
        let articles = found.iter().filter(|found| matches!(found.target, Target::Articles { .. })).count();
        assert_eq!(articles > 0, form.contains('条'), "{form}");
    }
    for form in forms(&handbook, "| 不要这样 | 为什么 | 检查会说 |") {
        let wrong = found(form, &book).into_iter();
        let mut wrong =
            wrong.filter(|found| matches!(found.target, Target::Articles { from, .. } if from.number == 99));
        assert_eq!(wrong.next(), None, "{form}");
    }
}
