//! `check --fix`: what it mends, what it leaves alone, and that no file ever comes out worse.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use site_gen::mend::{self, Mending, Written};

use crate::common::{TODAY, TestSite, read_all};

const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const STATION: &str = "stations/shili-county/nuanxi-rights.md";

fn plan(site: &TestSite) -> Mending {
    mend::plan(&site.content(), None, TODAY).unwrap()
}

/// Mends and writes; every file has to be written whole.
fn fix(site: &TestSite) -> Mending {
    let mending = plan(site);
    for (file, written) in mending.write(&site.content()) {
        assert!(matches!(written, Written::Whole), "{}: {written:?}", file.path);
    }
    mending
}

fn read(site: &TestSite, path: &str) -> String {
    String::from_utf8(fs::read(site.content().join(path)).unwrap()).unwrap()
}

#[test]
fn what_is_fine_is_not_touched() {
    let site = TestSite::new();
    let before = read_all(&site.content());
    assert!(fix(&site).files.is_empty());
    assert_eq!(read_all(&site.content()), before);
}

#[test]
fn one_run_mends_what_the_first_mending_brings_to_light() {
    let site = TestSite::new();
    // The key hides the day; the head that can't be read hides both.
    site.edit(GUIDE, "reviewed: 2026-10-12", "reviewd: 2026/10/12\naudience:[妇女]");
    assert_eq!(site.codes(), ["yaml"]);
    fix(&site);
    assert_eq!(site.findings(), Vec::<String>::new());
    assert!(read(&site, GUIDE).contains("reviewed: 2026-10-12\naudience: [妇女]\n"));
}

#[test]
fn mending_a_head_goes_on_although_it_brings_faults_of_the_text_to_light() {
    let site = TestSite::new();
    site.edit(GUIDE, "title:", "titel:").edit(GUIDE, "## 依据", "## 依据\n\n<b>\n\n<i>\n\n<u>\n");
    fix(&site);
    assert_eq!(site.codes(), ["html", "html", "html"]);
}

#[test]
fn copy_is_mended_wherever_readers_see_it_and_once_for_all() {
    let site = TestSite::new();
    site.edit(GUIDE, "summary: 请法院", "summary: 先找妇联,再请法院")
        .edit(GUIDE, "how: 说清“家庭暴力”。", "how: 说清「家庭暴力」...")
        .edit(GUIDE, "- 身份证", "- 身份证(原件)")
        .edit(GUIDE, "法院 **72 小时**内决定。", "法院**“72小时”**内决定. 打１２３３８。。");
    fix(&site);
    assert_eq!(site.findings(), Vec::<String>::new());
    let mended = read(&site, GUIDE);
    for line in [
        "summary: 先找妇联，再请法院",
        "how: 说清“家庭暴力”……",
        "- 身份证（原件）",
        "法院“**72 小时**”内决定。打 12338。",
    ] {
        assert!(mended.contains(line), "{line}: {mended}");
    }
    assert!(fix(&site).files.is_empty());
}

#[test]
fn windows_line_ends_and_the_byte_order_mark_stay() {
    let site = TestSite::new();
    let text =
        read(&site, GUIDE).replace("reviewed: 2026-10-12", "reviewed：2026.10.12").replace('\n', "\r\n");
    site.write(GUIDE, format!("\u{feff}{text}"));
    fix(&site);
    let mended = text.replace("reviewed：2026.10.12", "reviewed: 2026-10-12");
    assert_eq!(read(&site, GUIDE), format!("\u{feff}{mended}"));
}

#[test]
fn values_are_mended_inside_their_quotes_and_beside_their_remarks() {
    for (typed, mended) in [
        ("verified: 2026/10/1   # 电话核实", "verified: 2026-10-01   # 电话核实"),
        ("verified: '2026/10/1'", "verified: '2026-10-01'"),
        ("phones: [ \"０000-5550123\" ]", "phones: [ \"0000-5550123\" ]"),
        (
            "location: {lat: 40.45, lon: 102.6, datum: \"wsg84\"}",
            "location: {lat: 40.45, lon: 102.6, datum: \"wgs84\"}",
        ),
    ] {
        let site = TestSite::new();
        let text = read(&site, STATION);
        let key = typed.split(':').next().unwrap();
        let others: String =
            text.split_inclusive('\n').filter(|line| !line.starts_with(&format!("{key}:"))).collect();
        site.write(STATION, others.replacen("---\n", &format!("---\n{typed}\n"), 1));
        fix(&site);
        assert!(read(&site, STATION).contains(&format!("---\n{mended}\n")), "{}", read(&site, STATION));
    }
}

#[test]
fn cells_of_a_table_are_mended_without_their_blanks() {
    let site = TestSite::new();
    let table = "stations/shili-county/stations.csv";
    site.write(table, "slug,name,kind,region,verified\r\na,甲站,mediation,990121,  2026/10/1 \r\nb,乙站,mediation,990121,\"2026/10/2\"\r\n");
    fix(&site);
    let expected = "slug,name,kind,region,verified\r\na,甲站,mediation,990121,  2026-10-01 \r\nb,乙站,mediation,990121,\"2026-10-02\"\r\n";
    assert_eq!(read(&site, table), expected);
}

#[test]
fn a_key_whose_right_name_is_there_already_is_left_to_a_person() {
    let site = TestSite::new();
    site.edit(GUIDE, "reviewed: 2026-10-12", "reviewed: 2026-10-12\nreviewd: 2026-10-13");
    assert!(fix(&site).files.is_empty());
    assert_eq!(site.codes(), ["unknown-field"]);
}

#[test]
fn a_file_that_changed_since_it_was_read_is_left_alone() {
    let site = TestSite::new();
    site.edit(GUIDE, "2026-10-12", "2026/10/12");
    let mending = plan(&site);
    site.edit(GUIDE, "人身安全保护令怎么申请", "她刚刚改的标题");
    let written: Vec<_> = mending.write(&site.content()).map(|(_, written)| written).collect();
    assert!(matches!(written.as_slice(), [Written::ChangedMeanwhile]), "{written:?}");
    assert!(read(&site, GUIDE).contains("她刚刚改的标题"));
    assert!(read(&site, GUIDE).contains("2026/10/12"));
}

#[test]
fn what_would_change_is_shown_as_a_patch_that_git_takes() {
    let site = TestSite::new();
    let text = read(&site, GUIDE).replace("reviewed: 2026-10-12", "reviewed: 2026/10/12");
    site.write(GUIDE, format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n")));
    site.edit(STATION, "datum: wgs84", "datum: wsg84");
    let mending = plan(&site);
    let before = read_all(&site.content());
    let folder = site.content().parent().unwrap().to_owned();
    let patch = folder.join("mend.patch");
    #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
    fs::write(&patch, mending.diff("content")).unwrap();
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["apply", "--check", "mend.patch"]);
    assert_eq!(read_all(&site.content()), before, "nothing is written");
    git(&folder, &["apply", "mend.patch"]);
    let patched = read_all(&site.content());
    site.write(GUIDE, &before[GUIDE]).write(STATION, &before[STATION]);
    fix(&site);
    assert_eq!(read_all(&site.content()), patched);
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = std::process::Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Slips of the keyboard: what an editor meant, and what was typed.
const SLIPS: [(&str, &str, &str); 21] = [
    (GUIDE, "title:", "titel:"),
    (GUIDE, "summary: ", "summary："),
    (GUIDE, "2026-10-12", "2026年10月12日"),
    (GUIDE, "2026-10-12", "2026/13/12"),
    (GUIDE, "steps:\n  - do", "steps:\n\t- do"),
    (GUIDE, "reviewed: ", "reviewed:"),
    (GUIDE, "法院 **72 小时**内", "法院** 72 小时 **内"),
    (GUIDE, "法院 **72 小时**内", "**“72 小时”**内"),
    (GUIDE, "## 依据", "##依据"),
    (GUIDE, "## 依据", "#### 依据\n\n##### 再深\n\n### 回来"),
    (GUIDE, "hotlines: [\"110\"]", "hotline: [\"110\"]"),
    (GUIDE, "《反家庭暴力法》第二十三条", "[条文]（/laws/anti-domestic-violence-law.md）"),
    (GUIDE, "summary: 请法院", "summary: 请法院,"),
    (GUIDE, "先打 110", "先打110"),
    (GUIDE, "“家庭暴力”。", "\"家庭暴力\"..."),
    (GUIDE, "- 身份证", "- 身份证(原件)"),
    (GUIDE, "内决定。", "内决定。。妇联--娘家人 ，１２３３８."),
    (STATION, "wgs84", "wsg84"),
    (STATION, "08:30-12:00", "08：30－12：00"),
    (STATION, "\"0000-5550123\"", "\"0000-5550123，0000-5550125\""),
    ("site.toml", "name = \"暖站\"", "name = “暖站”"),
];

fn errors(site: &TestSite, path: &str) -> usize {
    site.findings().iter().filter(|line| line.starts_with(path)).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is typed wrong, in whatever combination, in whatever kind of file.
    #[test]
    fn mending_is_done_in_one_run_and_makes_nothing_worse(
        chosen in prop::sample::subsequence((0..SLIPS.len()).collect::<Vec<_>>(), 0..=8),
        windows in any::<bool>(),
        mark in any::<bool>(),
        noise in "[\n#* （）“”\\[\\]a暖]{0,12}",
    ) {
        let site = TestSite::new();
        site.edit(GUIDE, "> 依据", &format!("{noise}\n\n> 依据"));
        for slip in chosen {
            let (path, meant, typed) = SLIPS[slip];
            let text = read(&site, path);
            site.write(path, text.replacen(meant, typed, 1));
        }
        for path in [GUIDE, STATION, "site.toml"] {
            let text = read(&site, path);
            let text = if windows { text.replace('\n', "\r\n") } else { text };
            site.write(path, if mark { format!("\u{feff}{text}") } else { text });
        }
        let syntax = ["yaml", "toml", "unknown-field"];
        let hidden = site.codes().iter().any(|code| syntax.contains(&code.as_str()));
        let before: Vec<usize> = [GUIDE, STATION, "site.toml"].map(|path| errors(&site, path)).to_vec();
        let texts = [GUIDE, STATION, "site.toml"].map(|path| read(&site, path));

        fix(&site);

        let after: Vec<usize> = [GUIDE, STATION, "site.toml"].map(|path| errors(&site, path)).to_vec();
        if !hidden {
            prop_assert!(before.iter().zip(&after).all(|(before, after)| after <= before), "{:#?}", site.findings());
        }
        for (path, text) in [GUIDE, STATION, "site.toml"].into_iter().zip(texts) {
            let mended = read(&site, path);
            prop_assert_eq!(mended.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
            prop_assert_eq!(mended.matches('\n').count(), text.matches('\n').count());
            prop_assert_eq!(mended.matches("\r\n").count(), text.matches("\r\n").count());
        }
        let again = plan(&site);
        prop_assert!(again.files.is_empty(), "{}", again.diff("content"));
    }
}
