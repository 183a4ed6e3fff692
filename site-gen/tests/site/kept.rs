//! What one process keeps for the next: used where it is true, and nowhere else.

use std::fs;

use jiff::civil::{Date, date};
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite, read_all};
use crate::edits::site;

#[test]
fn what_was_kept_is_not_trusted_when_the_site_is_not_what_it_was() {
    let site = site();
    site.build();
    let whole = read_all(&site.dist());
    fs::remove_dir_all(site.dist()).unwrap();
    site.build();
    assert_eq!(read_all(&site.dist()), whole);
    let state = site.dist().with_file_name(".dist.state");
    let kept = fs::read(&state).unwrap();
    for damaged in [&kept[..kept.len() / 2], b"", b"nonsense that is long enough to be a length"] {
        #[expect(clippy::disallowed_methods, reason = "a test damages a file")]
        fs::write(&state, damaged).unwrap();
        site.build();
        assert_eq!(read_all(&site.dist()), whole);
    }
    // The documents that the state names are those it was written with, or none.
    let documents = site.dist().with_file_name(".dist.documents");
    let before = fs::read(&documents).unwrap();
    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    site.build();
    assert!(fs::read(&documents).unwrap() == before, "one edit does not write all documents again");
    let whole = read_all(&site.dist());
    #[expect(clippy::disallowed_methods, reason = "a test damages a file")]
    fs::write(&documents, &before[1..]).unwrap();
    site.build();
    fs::remove_file(&documents).unwrap();
    site.build();
    assert_eq!(read_all(&site.dist()), whole);
}

/// What a new process says on `day`, and which documents it made anew.
fn said_on(site: &TestSite, day: Date) -> (String, usize) {
    let (Outcome::Built(report) | Outcome::Rejected(report)) =
        site_gen::build(&Options::new(site.content(), site.dist(), day)).unwrap();
    (report.text(), report.made.documents.len())
}

#[test]
fn a_review_grows_old_without_its_page_being_made_again() {
    let site = TestSite::new();
    assert_eq!(said_on(&site, TODAY), (String::new(), 2));
    let (text, made) = said_on(&site, date(2027, 12, 1));
    assert!(text.contains("建议[reviewed]: 上次核对已经超过一年"), "{text}");
    assert_eq!(made, 0);
    assert_eq!(said_on(&site, TODAY), (String::new(), 0));
}

#[test]
fn where_the_law_is_known_to_have_changed_the_age_of_a_review_is_not_told_in_any_process() {
    let site = TestSite::new();
    site.edit("guides/domestic-violence/protection-order.md", "2026-10-12", "2024-10-12");
    site.edit(
        "laws/anti-domestic-violence-law.md",
        "    articles: 38\n",
        "    articles: 38\n  - adopted: 2025-04-01\n    effective: 2025-06-01\n    articles: 38\n",
    );
    let (first, made) = said_on(&site, TODAY);
    assert!(first.contains("[review-due]") && !first.contains("[reviewed]") && made > 0, "{first}");
    assert_eq!(said_on(&site, TODAY), (first, 0));
}
