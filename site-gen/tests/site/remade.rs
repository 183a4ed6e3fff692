//! What is made again after an edit, what is left as it was, and what is left for later.

use site_gen::watch::{Steady, Touched};
use site_gen::workshop::{Reason, Workshop};
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite, read_all};
use crate::edits::{full_text, site};

/// What `workshop` made anew of documents, by path.
fn made(workshop: &mut Workshop) -> Vec<(String, Reason)> {
    let (Outcome::Built(report) | Outcome::Rejected(report)) = workshop.update(None).unwrap();
    report.made.documents.into_iter().collect()
}

#[test]
fn only_what_changed_is_made_again_and_it_is_known_why() {
    let site = site();
    let mut workshop = Workshop::new(Options::new(site.content(), site.dist(), TODAY));
    assert!(made(&mut workshop).iter().all(|(_, reason)| *reason == Reason::New));
    assert_eq!(made(&mut workshop), []);

    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    let edited = ("guides/domestic-violence/g1.md".to_owned(), Reason::Edited);
    assert_eq!(made(&mut workshop), std::slice::from_ref(&edited));

    site.edit("guides/domestic-violence/g1.md", "怀孕了", "有孕");
    let mention = |path: &str| (path.to_owned(), Reason::Mention);
    let guides =
        ["g0", "g2", "protection-order"].map(|slug| mention(&format!("guides/domestic-violence/{slug}.md")));
    let [g0, g2, order] = guides;
    assert_eq!(made(&mut workshop), [mention("cases/2026/c1.md"), g0, edited, g2, order]);
}

#[test]
fn a_body_that_changes_writes_its_page_and_its_record_alone() {
    let site = site();
    let mut workshop = Workshop::new(Options::new(site.content(), site.dist(), TODAY));
    workshop.update(None).unwrap();
    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    let Outcome::Built(report) = workshop.update(None).unwrap() else { panic!("the content is fine") };
    let written = report.made.written.iter().map(String::as_str);
    let (searched, written): (Vec<&str>, Vec<&str>) = written.partition(|path| path.starts_with("search/"));
    // What browsers search is one with the index: any word changes its folder.
    assert!(searched.contains(&"search/base.json"), "{searched:?}");
    assert_eq!(written, ["data/records.json", "data/search.index", "guides/domestic-violence/g1/index.html"]);
    assert!(!report.made.others);
}

#[test]
fn what_browsers_search_is_left_for_a_lull_or_the_next_build() {
    let site = site();
    let searched = || {
        let mut files = read_all(&site.dist());
        files.retain(|path, _| path.starts_with("search/") && !path.ends_with(".html"));
        files
    };
    let mut steady = Steady::open(Options::new(site.content(), site.dist(), TODAY), false).unwrap();
    let update = |steady: &mut Steady| {
        let outcome = steady.update(&Touched::Anything, TODAY, &mut |_| {}).unwrap();
        let (Outcome::Built(report) | Outcome::Rejected(report)) = outcome;
        steady.keep().unwrap();
        report.made.written
    };
    let clean = || {
        let clean = TestSite::new();
        site.build_into(&clean.dist());
        read_all(&clean.dist())
    };
    update(&mut steady);
    let begun = searched();
    assert!(begun.contains_key("search/base.json"));
    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    assert!(update(&mut steady).contains("data/search.index"), "the server finds the new words");
    assert!(searched() == begun, "what browsers search is whole, and older");
    let whole = site.read("guides/domestic-violence/g1.md");
    site.edit("guides/domestic-violence/g1.md", "summary: ", "sumary: ");
    update(&mut steady);
    steady.catch_up().unwrap();
    assert!(searched() == begun, "nothing is made of content with mistakes");
    site.write("guides/domestic-violence/g1.md", &whole);
    update(&mut steady);
    steady.catch_up().unwrap();
    assert!(read_all(&site.dist()) == clean(), "the lull makes what the edit left");
    site.edit("guides/domestic-violence/g1.md", "两句话。", "三句话。");
    update(&mut steady);
    drop(steady);
    site.build();
    assert!(read_all(&site.dist()) == clean(), "a build makes what the watch left");
}

#[test]
fn a_new_process_makes_only_what_changed_meanwhile() {
    let site = site();
    let build = || {
        let Outcome::Built(report) = site.build() else { panic!("the content is fine") };
        report.made
    };
    assert_eq!(build().documents.len(), 10);
    assert_eq!(build(), site_gen::workshop::Made::default());
    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    let made = build();
    assert_eq!(made.documents.into_values().collect::<Vec<_>>(), [Reason::Edited]);
    assert_eq!(made.written.iter().filter(|path| !path.starts_with("search/")).count(), 3);
}

#[test]
fn a_change_in_the_library_is_noticed_and_nothing_else_makes_it_read_again() {
    let site = site();
    let mut workshop = Workshop::new(Options::new(site.content(), site.dist(), TODAY));
    workshop.update(None).unwrap();
    let law =
        || String::from_utf8(read_all(&site.dist())["laws/anti-domestic-violence-law/index.html"].clone());
    assert!(law().unwrap().contains("第 1 种说法"));
    full_text(&site, 2);
    workshop.update(Some(&[])).unwrap();
    assert!(law().unwrap().contains("第 2 种说法"));
    let Outcome::Built(report) = workshop.update(None).unwrap() else { panic!("the content is fine") };
    assert_eq!(report.made, site_gen::workshop::Made::default());
    // What is found in the library can be pointed at in every run.
    site.write("../statutes/坏的.md", "没有名称，只有一句话。");
    let found = |workshop: &mut Workshop| {
        let (Outcome::Built(report) | Outcome::Rejected(report)) = workshop.update(None).unwrap();
        report.text()
    };
    let first = found(&mut workshop);
    assert!(first.contains("statute-text"), "{first}");
    assert_eq!(found(&mut workshop), first);
}
