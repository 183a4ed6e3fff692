//! What editors get from `new`: files that pass `check`, names that are free, refusals that say what to type.

use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;

use super::site::NewSite;
use super::*;
use crate::diag::Severity;
use crate::source::SourceMap;
use crate::{Outcome, Report};

const SORTS: [Sort; 6] = [Sort::Guide, Sort::Case, Sort::Station, Sort::Law, Sort::Campaign, Sort::Page];

/// The files of a new site.
pub(super) fn new_site() -> Vec<(String, String)> {
    let new = NewSite { name: "示例市".to_owned(), region: "990100".parse().unwrap() };
    site::files(&new).into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

/// A new site with one guide and one station folder.
fn content() -> Vec<(String, String)> {
    let mut files = new_site();
    let regions = files.iter_mut().find(|(path, _)| path == "regions.csv").unwrap();
    regions.1.push_str("990121,示例县,county,,,\n990121100,暖溪镇,township,,,\n");
    files.push((
        "guides/work/evidence.md".to_owned(),
        "---\ntitle: 证据\nsummary: 留好证据。\n---\n留好。\n".to_owned(),
    ));
    files.push(("stations/shili-county/_index.md".to_owned(), "---\nregion: \"990121\"\n---\n".to_owned()));
    files
}

/// The files as content that was read.
pub(super) fn sources(files: &[(String, String)]) -> SourceMap {
    SourceMap::default().with(&files.iter().cloned().collect())
}

fn request(sort: Sort, place: Option<&str>, title: Option<&str>) -> Request {
    Request {
        sort,
        place: place.map(str::to_owned),
        title: title.map(str::to_owned),
        topic: None,
        today: date(2026, 11, 12),
    }
}

fn around() -> Around {
    Around::new(&sources(&content()))
}

fn place_for(sort: Sort) -> Option<&'static str> {
    match sort {
        Sort::Guide => Some("work"),
        Sort::Station => Some("shili-county"),
        _ => None,
    }
}

/// A case may not name a township, and a station has to.
fn name_for(sort: Sort) -> &'static str {
    if sort == Sort::Station { "暖溪镇妇女儿童之家" } else { "公司补发了工资" }
}

/// What `check` says of the content with a new file in it.
fn check(file: &NewFile, published: bool) -> Report {
    let mut files = content();
    let text = if published { file.text.replace("\ndraft: true\n", "\n") } else { file.text.clone() };
    files.push((file.path.clone(), text));
    match crate::check_sources(sources(&files), Path::new("content"), date(2026, 11, 12)) {
        Outcome::Built(report) | Outcome::Rejected(report) => report,
    }
}

/// The codes of what would stop publishing. Suggestions about a title are for whoever typed it.
fn faults(report: &Report) -> Vec<&'static str> {
    let errors = report.diags.sorted().into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

#[test]
fn a_new_site_passes_check() {
    let text = match crate::check_sources(sources(&content()), Path::new("content"), date(2026, 11, 12)) {
        Outcome::Built(report) | Outcome::Rejected(report) => report.text(),
    };
    assert_eq!(text, "");
}

#[test]
fn every_template_passes_check_as_it_comes_and_is_listed_as_a_draft() {
    for sort in SORTS {
        for title in [name_for(sort), "示例县妇女儿童庇护中心", "冒号: 和 # 井号", "\"引号", "- 一"]
        {
            let file = plan(&request(sort, place_for(sort), Some(title)), &around()).unwrap();
            let report = check(&file, true);
            assert_eq!(faults(&report), [""; 0], "{sort:?} {title}\n{}\n{}", report.text(), file.text);
            let report = check(&file, false);
            assert!(
                report.text().ends_with(&format!("1 篇草稿，没有发布：\n  content/{}\n", file.path)),
                "{}",
                report.text()
            );
        }
    }
}

#[test]
fn a_template_stays_valid_when_it_is_published() {
    for sort in SORTS {
        let file = plan(&request(sort, place_for(sort), Some(name_for(sort))), &around()).unwrap();
        assert_eq!(check(&file, true).text(), "", "{sort:?}");
    }
}

#[test]
fn a_name_comes_from_the_title_and_a_taken_one_gets_another_proposed() {
    let file = plan(&request(Sort::Guide, Some("work"), Some("产假怎么休")), &around()).unwrap();
    assert_eq!(file.path, "guides/work/chan-jia-zen-me-xiu.md");
    assert!(file.derived[0].contains("按标题的拼音"), "{:?}", file.derived);

    let taken = plan(&request(Sort::Guide, Some("legal-aid/evidence"), Some("证据")), &around()).unwrap_err();
    assert!(taken.message.contains("guides/work/evidence.md"), "{taken:?}");
    assert!(taken.hint.contains("site-gen new guide legal-aid/evidence-2 --title \"证据\""), "{taken:?}");
}

#[test]
fn every_way_to_name_a_place_is_understood() {
    for place in ["work/pay", "guides/work/pay.md", "content/guides/work/pay.md", "./content/guides/work/pay"]
    {
        let file = plan(&request(Sort::Guide, Some(place), None), &around()).unwrap();
        assert_eq!(file.path, "guides/work/pay.md", "{place}");
    }
    let file = plan(&request(Sort::Guide, Some("劳动权益/pay"), None), &around()).unwrap();
    assert_eq!(file.path, "guides/work/pay.md");
    let file = plan(&request(Sort::Case, None, Some("要回工资")), &around()).unwrap();
    assert_eq!(file.path, "cases/2026/yao-hui-gong-zi.md");
}

#[test]
fn what_can_not_be_is_refused_with_what_to_type_instead() {
    for (request, said) in [
        (request(Sort::Guide, Some("wrok/pay"), None), "是不是想写 work"),
        (request(Sort::Guide, None, Some("工资")), "主题有：domestic-violence（反家庭暴力）"),
        (request(Sort::Guide, Some("work/工资"), None), "site-gen new guide work/gong-zi"),
        (request(Sort::Page, Some("search"), None), "search-2"),
        (request(Sort::Case, Some("26/pay"), None), "site-gen new case 2026"),
        (request(Sort::Station, Some("shili-conty/x"), None), "是不是想写 shili-county"),
        (request(Sort::Law, None, Some("？！")), "--title"),
    ] {
        let refusal = plan(&request, &around()).unwrap_err();
        assert!(format!("{}{}", refusal.message, refusal.hint).contains(said), "{request:?}: {refusal:?}");
    }
}

#[test]
fn a_shelter_gets_a_template_without_any_place_in_it() {
    let file = plan(&request(Sort::Station, None, Some("示例县妇女儿童庇护中心")), &around()).unwrap();
    assert!(!file.text.contains("address:") && !file.text.contains("location:"), "{}", file.text);
    assert!(file.text.contains("visibility: confidential"), "{}", file.text);
    let file = plan(&request(Sort::Station, None, Some("暖溪镇派出所")), &around()).unwrap();
    assert!(
        file.text.contains("region: \"990121100\"") && file.text.contains("kind: 派出所"),
        "{}",
        file.text
    );
}

proptest! {
    #[test]
    fn any_title_gives_a_file_that_passes_check_or_a_refusal(title in "[\\PC]{1,24}", sort in 0usize..6) {
        let request = request(SORTS[sort], place_for(SORTS[sort]), Some(&title));
        if let Ok(file) = plan(&request, &around()) {
            // What is wrong with a draft is only a suggestion.
            let report = check(&file, true);
            let mut faults = faults(&report);
            // A title may name somebody by chance: 张某.
            faults.retain(|code| *code != "digest-identity");
            prop_assert!(faults.is_empty(), "{}\n{}", report.text(), file.text);
        }
    }
}
