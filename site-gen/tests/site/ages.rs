//! What grows old while nobody edits anything: told on the day, without a page being made again.

use jiff::civil::{Date, date};
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite};

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
