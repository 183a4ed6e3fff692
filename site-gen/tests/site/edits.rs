//! Whatever an editor does, the site that is kept in step is the one that a clean build makes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use site_gen::model::article::chinese_number;

use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite, png, read_all};
use crate::heads::{HeadEdit, head_edit};

/// One thing an editor does. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Edit {
    /// Writes guide `.0` with title `.1`, on the shelf `.2`, that mentions guide `.3` and cites article `.4`.
    Guide(u8, u8, bool, u8, u8),
    /// Writes case `.0` with title `.1` that mentions guide `.2`.
    Case(u8, u8, u8),
    /// Another line in a head.
    Head(HeadEdit),
    /// Writes one more sentence under guide `.0`, and nothing else.
    Body(u8, u8),
    RemoveGuide(u8),
    RemoveCase(u8),
    /// Gives a body a link to guide `.1`, and to a heading of it.
    LinkFrom(u8, u8),
    RenameSite(u8),
    RenameTopic(u8),
    RenameLaw(u8),
    RenameStation(u8),
    /// The full text of the law in the library: none, or one of several, or with a newer version.
    FullText(u8),
    /// A word of the law that headings keep whole.
    Word(u8),
    /// How texts are to be spaced, and which terms need no explaining.
    Style(u8),
    /// Picture `.0` in shade `.1`, and whether a guide shows it.
    Picture(u8, u8, bool),
    RemovePicture(u8),
    /// An old address of guide `.0`, or in the table.
    Moved(u8, bool),
    /// What guide `.0` takes, in hours.
    Takes(u8, u8),
    /// Makes a draft of guide `.0`, or a page of the draft; begins one where there is none. Nobody mentions 4 and 5.
    DraftGuide(u8),
    /// The same of case `.0`.
    DraftCase(u8),
    /// The same of the law that guides cite.
    DraftLaw,
    /// A file that stops publishing, and its mending.
    Break(bool),
}

fn edit() -> impl Strategy<Value = Edit> {
    let few = 0..4_u8;
    prop_oneof![
        6 => (few.clone(), few.clone(), any::<bool>(), few.clone(), 20..40_u8)
            .prop_map(|(a, b, c, d, e)| Edit::Guide(a, b, c, d, e)),
        3 => (few.clone(), few.clone(), few.clone()).prop_map(|(a, b, c)| Edit::Case(a, b, c)),
        9 => head_edit().prop_map(Edit::Head),
        4 => (few.clone(), few.clone()).prop_map(|(a, b)| Edit::Body(a, b)),
        2 => few.clone().prop_map(Edit::RemoveGuide),
        1 => few.clone().prop_map(Edit::RemoveCase),
        2 => (few.clone(), few.clone()).prop_map(|(a, b)| Edit::LinkFrom(a, b)),
        1 => few.clone().prop_map(Edit::RenameSite),
        1 => few.clone().prop_map(Edit::RenameTopic),
        1 => few.clone().prop_map(Edit::RenameLaw),
        1 => few.clone().prop_map(Edit::RenameStation),
        2 => few.clone().prop_map(Edit::FullText),
        1 => few.clone().prop_map(Edit::Word),
        1 => few.clone().prop_map(Edit::Style),
        3 => (0..6_u8).prop_map(Edit::DraftGuide),
        3 => few.clone().prop_map(Edit::DraftCase),
        1 => Just(Edit::DraftLaw),
        2 => (few.clone(), few.clone(), any::<bool>()).prop_map(|(a, b, c)| Edit::Picture(a, b, c)),
        1 => few.clone().prop_map(Edit::RemovePicture),
        2 => (few.clone(), any::<bool>()).prop_map(|(a, b)| Edit::Moved(a, b)),
        1 => (few, 1..3_u8).prop_map(|(a, b)| Edit::Takes(a, b)),
        2 => any::<bool>().prop_map(Edit::Break),
    ]
}

/// How the workshop comes to know of an edit.
#[derive(Debug, Clone, Copy)]
enum How {
    /// Somebody says which files were written.
    Told,
    /// It looks everywhere.
    Looks,
    /// A new process takes up what the last one kept.
    Anew,
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![Just(How::Told), Just(How::Looks), Just(How::Anew)]
}

/// A shelf on which digests may stand, too.
const WORK: &str = "- slug: work\n  title: 工作\n  summary: 上班的事\n  order: 2\n  icon: shield\n";
const LAW: &str = "laws/anti-domestic-violence-law.md";
const DRAFT: &str = "draft: true\n";
const TITLES: [&str; 4] = ["她能申请什么", "怀孕了被辞退怎么办", "孩子归谁", "人身安全保护令怎么续"];

impl Edit {
    /// Does it; gives the paths that were touched.
    fn apply(&self, site: &TestSite) -> Vec<String> {
        let (path, text) = match self {
            Self::Guide(number, title, known, mentions, article) => {
                let topic = if *known { "protection-order" } else { "g0" };
                let title = TITLES[usize::from(*title)];
                (
                    guide_path(*number),
                    format!(
                        "---\ntitle: {title}\nsummary: 第 {number} 篇。\nreviewed: 2026-10-12\nrelated: [{topic}, g{mentions}]\nkeywords: [{title}]\n---\n依据《反家庭暴力法》第{article}条第一款。\n\n## {title}\n\n一句话。\n"
                    ),
                )
            }
            Self::Case(number, title, mentions) => {
                let title = TITLES[usize::from(*title)];
                (
                    case_path(*number),
                    format!(
                        "---\ntitle: {title}\nsummary: 她请了人帮忙。\ntopic: domestic-violence\noutcome: advised\nguides: [g{mentions}]\n---\n## 结果\n\n有人陪。\n"
                    ),
                )
            }
            Self::Body(number, more) => return add_sentence(site, &guide_path(*number), *more),
            Self::Head(edit) => return vec![edit.apply(site)],
            Self::RemoveGuide(number) => return vec![remove(site, &guide_path(*number))],
            Self::RemoveCase(number) => return vec![remove(site, &case_path(*number))],
            Self::LinkFrom(from, to) => {
                let heading = TITLES[usize::from(*to)];
                (
                    guide_path(*from),
                    format!(
                        "---\ntitle: 链接\nsummary: 一句。\n---\n见[另一篇](/guides/domestic-violence/g{to}.md#{heading})。\n"
                    ),
                )
            }
            Self::FullText(number) => return full_text(site, *number),
            Self::DraftGuide(number) => return vec![toggle_draft(site, guide_path(*number))],
            Self::DraftCase(number) => return vec![toggle_draft(site, case_path(*number))],
            Self::DraftLaw => return vec![toggle_draft(site, LAW.to_owned())],
            Self::Picture(number, shade, shown) => return picture(site, *number, (*shade, *shown)),
            Self::RemovePicture(number) => {
                return vec![remove(site, &format!("guides/domestic-violence/p{number}.png"))];
            }
            Self::Moved(number, true) => {
                let target = guide_path(*number);
                ("redirects.csv".to_owned(), format!("old,new\n/old/{number}.html,/{target}\n"))
            }
            Self::Moved(number, false) => (
                guide_path(*number),
                format!("---\ntitle: 搬家\nsummary: 一句。\naliases: [/moved/{number}]\n---\n一句。\n"),
            ),
            Self::Takes(number, hours) => (
                guide_path(*number),
                format!("---\ntitle: 多久\nsummary: 一句。\ntakes: {hours} 小时\n---\n一句。\n"),
            ),
            Self::RenameSite(number) => return vec![rename_site(site, *number)],
            Self::Style(number) => return vec![restyle(site, *number)],
            other => other.of_few(),
        };
        site.write(&path, text);
        vec![path]
    }

    /// A file of those of which there are few, and its new text.
    fn of_few(&self) -> (String, String) {
        let (path, text) = match self {
            Self::RenameTopic(number) => (
                "topics.yaml",
                format!(
                    "- slug: domestic-violence\n  title: 主题{number}\n  summary: 挨打怎么办\n  order: 1\n  icon: shield\n  emergency: {}\n{WORK}",
                    number % 2 == 0
                ),
            ),
            Self::RenameLaw(number) => (
                LAW,
                format!(
                    "---\ntitle: 中华人民共和国反家庭暴力法\nshort_titles: [反家庭暴力法, 反家暴法{number}]\nversions:\n  - adopted: 2015-12-27\n    effective: 2016-03-01\n    articles: {}\n---\n家里的暴力不是家务事。\n",
                    38 - number
                ),
            ),
            Self::RenameStation(number) => (
                "stations/shili-county/county-shelter.md",
                format!(
                    "---\nname: 示例县庇护中心{number}\nkind: shelter\nregion: \"990121\"\nphones: [\"0000-5550199\"]\nhours: \"24/7\"\nvisibility: confidential\n---\n打热线，有人来接。\n"
                ),
            ),
            Self::Word(number) => {
                let word = ["被辞退", "归谁", "能申请", "家庭暴力"][usize::from(*number)];
                let more = if number % 2 == 0 { "" } else { ", 诉讼时效" };
                ("thesaurus.yaml", format!("- say: [打老婆{more}]\n  law: [{word}]\n"))
            }
            _ => {
                let title = if matches!(self, Self::Break(true)) { "" } else { "title: 关于\n" };
                ("pages/about.md", format!("---\n{title}---\n我们是谁。\n"))
            }
        };
        (path.to_owned(), text)
    }
}

/// Where the guide is there. Some sentences are wrong, some rest on a law.
fn add_sentence(site: &TestSite, path: &str, more: u8) -> Vec<String> {
    let sentence = [
        "又一句。",
        "按《反家暴法》第三十条。",
        "见[这里](/guides/domestic-violence/g0.md#归谁)。",
        "ＡＢ 一句,话。",
    ];
    if site.content().join(path).is_file() {
        let text = site.read(path);
        site.write(path, format!("{text}\n{}\n", sentence[usize::from(more)]));
    }
    vec![path.to_owned()]
}

/// A picture and a guide that shows it, or does not.
fn picture(site: &TestSite, number: u8, (shade, shown): (u8, bool)) -> Vec<String> {
    let (path, file) = (guide_path(number), format!("guides/domestic-violence/p{number}.png"));
    site.write(&file, png(4, 3, shade));
    let line = if shown { format!("![县服务中心的大门](p{number}.png)") } else { String::new() };
    site.write(&path, format!("---\ntitle: 图片\nsummary: 一句。\n---\n看图。\n\n{line}\n"));
    vec![path, file]
}

/// The library is outside the content: nobody says that something in it was written.
pub(crate) fn full_text(site: &TestSite, number: u8) -> Vec<String> {
    let path = |day: &str| format!("../statutes/社会法/反家庭暴力法({day}).md");
    let text = |number: u8| {
        let article =
            |at: u16| format!("第{}条 第 {number} 种说法，见本法第二条第一款。\n", chinese_number(at));
        let articles: String = (1..=38).map(article).collect();
        format!("# 中华人民共和国反家庭暴力法\n<!-- INFO END -->\n# 第一章 总则\n{articles}")
    };
    remove(site, &path("2026-05-01"));
    match number {
        0 => drop(remove(site, &path("2015-12-27"))),
        3 => drop(site.write(&path("2026-05-01"), text(number))),
        _ => drop(site.write(&path("2015-12-27"), text(number))),
    }
    Vec::new()
}

fn guide_path(number: u8) -> String {
    format!("guides/domestic-violence/g{number}.md")
}

fn case_path(number: u8) -> String {
    format!("cases/2026/c{number}.md")
}

/// Puts `draft: true` into a head, or takes it out.
fn toggle_draft(site: &TestSite, path: String) -> String {
    let unfinished =
        "---\ntitle: 还没写完\nsummary: 一句。\nrelated: [g0]\n---\n依据《反家庭暴力法》第二十三条。\n";
    let text = fs::read(site.content().join(&path)).unwrap_or_else(|_| unfinished.into());
    let text = String::from_utf8(text).unwrap();
    let toggled = match text.contains(DRAFT) {
        true => text.replacen(DRAFT, "", 1),
        false => text.replacen("---\n", &format!("---\n{DRAFT}"), 1),
    };
    site.write(&path, toggled);
    path
}

fn remove(site: &TestSite, path: &str) -> String {
    // It may never have been there.
    let _ = fs::remove_file(site.content().join(path));
    path.to_owned()
}

fn rename_site(site: &TestSite, number: u8) -> String {
    let text = String::from_utf8(fs::read(site.content().join("site.toml")).unwrap()).unwrap();
    let rest = text.split_once("title").unwrap().1;
    site.write("site.toml", format!("name = \"暖站{number}\"\ntitle{rest}"));
    "site.toml".to_owned()
}

/// The rules of prose are settings too: what a text was found to be written like changes with them.
fn restyle(site: &TestSite, number: u8) -> String {
    let text = site.read("site.toml");
    let rest = text.split("\n[style]").next().unwrap();
    let style =
        ["", "spacing = \"any\"", "known = [\"诉讼时效\"]", "terms = [\"一句话\"]"][usize::from(number)];
    site.write("site.toml", format!("{rest}\n[style]\n{style}\n"));
    "site.toml".to_owned()
}

/// A site on which every edit has something to change.
pub(crate) fn site() -> TestSite {
    let site = TestSite::new();
    site.edit("site.toml", "exit_url", "statutes = \"../statutes\"\nexit_url");
    full_text(&site, 1);
    site.write("topics.yaml", site.read("topics.yaml") + WORK);
    for number in 0..4 {
        Edit::Guide(number, number, true, (number + 1) % 4, 23).apply(&site);
        Edit::Case(number, number, number).apply(&site);
    }
    site
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_site_kept_in_step_is_what_a_clean_build_makes(edits in prop::collection::vec((edit(), how()), 1..8), compress in any::<bool>()) {
        let site = site();
        let options = |out: &Path| Options { compress, ..Options::new(site.content(), out, TODAY) };
        let kept = site.content().with_file_name("kept");
        // The one holds no text for long, the other all.
        let options_kept = Options { held_bytes: 0, ..options(&kept) };
        let mut workshop = Workshop::new(options_kept.clone());
        prop_assert!(matches!(workshop.update(None).unwrap(), Outcome::Built(_)));
        for (edit, how) in edits {
            let paths = edit.apply(&site);
            let before = read_all(&kept);
            let outcome = match how {
                How::Told => workshop.update(Some(&paths)).unwrap(),
                How::Looks => workshop.update(None).unwrap(),
                How::Anew => {
                    workshop.keep().unwrap();
                    workshop = Workshop::open(options_kept.clone()).unwrap();
                    workshop.update(None).unwrap()
                }
            };
            let clean = Workshop::new(options(&site.dist())).update(None).unwrap();
            match (outcome, clean) {
                (Outcome::Built(kept_report), Outcome::Built(clean_report)) => {
                    prop_assert_eq!(kept_report.text(), clean_report.text());
                    let (kept, clean) = (read_all(&kept), read_all(&site.dist()));
                    for (path, bytes) in &clean {
                        prop_assert!(kept.get(path) == Some(bytes), "{path} went stale after {edit:?}");
                    }
                    prop_assert_eq!(kept.len(), clean.len());
                }
                (Outcome::Rejected(kept_report), Outcome::Rejected(clean_report)) => {
                    prop_assert_eq!(kept_report.text(), clean_report.text());
                    prop_assert!(before == read_all(&kept), "a rejected build changed the site");
                }
                (kept, clean) => prop_assert!(false, "{edit:?}: kept in step {kept:?}, clean {clean:?}"),
            }
        }
    }
}

/// Every byte of the site, and of what is kept for its data.
fn has(site: &TestSite, text: &str) -> bool {
    let holds = |bytes: &Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    read_all(&site.dist()).iter().any(|(path, bytes)| path.contains(text) || holds(bytes))
}

#[test]
fn a_page_that_becomes_a_draft_goes_in_every_process_and_comes_back() {
    let site = site();
    let guide = toggle_draft(&site, guide_path(5));
    let case = "cases/2026/c0.md".to_owned();
    for again in 0..2 {
        let mut workshop = Workshop::open(Options::new(site.content(), site.dist(), TODAY)).unwrap();
        let mut update = |paths: &[String]| {
            let outcome = workshop.update(if again == 0 { Some(paths) } else { None }).unwrap();
            workshop.keep().unwrap();
            let Outcome::Built(report) = outcome else { panic!("the content is fine") };
            report.held_back
        };
        assert_eq!(update(&[]), std::slice::from_ref(&guide));
        assert!(
            !has(&site, "还没写完") && !has(&site, "guides/domestic-violence/g5") && has(&site, "cases/c0")
        );
        toggle_draft(&site, guide.clone());
        toggle_draft(&site, case.clone());
        assert_eq!(update(&[guide.clone(), case.clone()]), std::slice::from_ref(&case));
        assert!(
            has(&site, "还没写完") && has(&site, "guides/domestic-violence/g5") && !has(&site, "cases/c0")
        );
        toggle_draft(&site, guide.clone());
        toggle_draft(&site, case.clone());
        // The next process finds it by itself.
        let Outcome::Built(report) = site.build() else { panic!("the content is fine") };
        assert_eq!(report.held_back, std::slice::from_ref(&guide));
        assert!(!has(&site, "还没写完") && has(&site, "cases/c0"));
    }
}

#[test]
fn a_page_that_became_a_draft_while_something_stopped_publishing_goes_with_the_next_site() {
    let site = site();
    let mut workshop = Workshop::new(Options::new(site.content(), site.dist(), TODAY));
    workshop.update(None).unwrap();
    Edit::Break(true).apply(&site);
    toggle_draft(&site, "cases/2026/c0.md".to_owned());
    assert!(matches!(workshop.update(None).unwrap(), Outcome::Rejected(_)));
    assert!(has(&site, "cases/c0"));
    Edit::Break(false).apply(&site);
    assert!(matches!(workshop.update(None).unwrap(), Outcome::Built(_)));
    assert!(!has(&site, "cases/c0"));
}
