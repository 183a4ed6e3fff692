//! Rules that look at one page, seen as an editor sees them: what is said, once, and what mends it.

use crate::common::{TestSite, png};

const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const STATION: &str = "stations/shili-county/nuanxi-rights.md";

/// The codes found once `from` became `to` in the file at `path`.
fn codes(path: &str, from: &str, to: &str) -> Vec<String> {
    let site = TestSite::new();
    site.edit(path, from, to);
    site.codes()
}

#[test]
fn ten_faults_in_one_file_are_ten_findings() {
    let site = TestSite::new();
    site.write("guides/domestic-violence/door.png", png(4, 3, 0));
    site.write(
        "guides/domestic-violence/ten.md",
        "---\ntitle：十处错误\nsummary: 十处,一处也不少。\nreviewed: 2026/1/2\nkeywords: [保护令, 保护令]\nrelated: [ten]\n---\n\
         请打110。\n\n##去哪里\n\n《**反家庭暴力法**》第三条。\n\n过了诉讼时效就难了。\n\n![图片](door.png)\n",
    );
    assert_eq!(
        site.codes(),
        [
            "full-width-colon",
            "half-width",
            "date",
            "duplicate-value",
            "self-reference",
            "spacing",
            "stray-markup",
            "citation",
            "unexplained-term",
            "image-alt"
        ],
        "{:#?}",
        site.findings()
    );
}

#[test]
fn plain_text_of_front_matter_is_read_as_prose_too() {
    for (from, to) in [
        ("title: 人身安全保护令怎么申请", "title: 人身安全保护令怎么申请?"),
        ("summary: 请法院", "summary: 请法院,"),
        ("do: 先打 110", "do: 先打110"),
        ("how: 说清“家庭暴力”。", "how: 说清“家庭暴力”..."),
        ("  - 身份证", "  - 身份证(原件)"),
    ] {
        assert_eq!(codes(GUIDE, from, to).len(), 1, "{to}");
    }
    assert_eq!(codes(STATION, "address:", "note: 先打电话,再来\naddress:"), ["half-width"]);
    assert_eq!(
        codes(STATION, "人民路 18 号", "人民路18号"),
        Vec::<String>::new(),
        "an address has its own ways"
    );
}

#[test]
fn the_site_says_how_it_is_spaced_and_which_terms_it_explains() {
    let site = TestSite::new();
    site.edit(
        "site.toml",
        "[footer]",
        "[style]\nspacing = \"tight\"\nterms = [\"窗口：办事的地方\"]\n\n[footer]",
    );
    site.edit(GUIDE, "法院 **72 小时**内决定。", "法院72小时内在窗口决定。");
    let findings = site.findings();
    assert!(findings.iter().any(|line| line.contains("spacing")), "先打 110: {findings:#?}");
    assert!(findings.iter().any(|line| line.contains("窗口（办事的地方）")), "{findings:#?}");
    site.edit("site.toml", "spacing = \"tight\"", "spacing = \"narrow\"");
    assert!(site.codes().contains(&"vocabulary".to_owned()));
}

#[test]
fn everyday_speech_of_the_thesaurus_needs_no_explaining() {
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "监护人也能申请。");
    assert_eq!(site.codes(), ["unexplained-term"]);
    site.edit("thesaurus.yaml", "say: [打老婆]", "say: [打老婆, 监护人]");
    assert_eq!(site.codes(), Vec::<String>::new());
}

#[test]
fn a_term_explained_among_the_steps_is_known_in_the_text() {
    let site = TestSite::new();
    site.edit(GUIDE, "how: 说清“家庭暴力”。", "how: 找监护人（照管孩子的人）说清。");
    site.edit(GUIDE, "法院 **72 小时**内决定。", "监护人也能申请。");
    assert_eq!(site.codes(), Vec::<String>::new());
    site.edit(GUIDE, "监护人（照管孩子的人）", "监护人");
    assert_eq!(site.codes(), ["unexplained-term"], "told once, where it is first used");
}

#[test]
fn a_review_is_not_in_the_future_and_not_too_old() {
    assert_eq!(codes(GUIDE, "reviewed: 2026-10-12", "reviewed: 2027-01-01"), ["reviewed"]);
    assert_eq!(codes(GUIDE, "reviewed: 2026-10-12", "reviewed: 2025-10-12"), ["reviewed"]);
    assert_eq!(codes(GUIDE, "reviewed: 2026-10-12", "reviewed: 2025-12-01"), Vec::<String>::new());
}

#[test]
fn stations_fit_their_kind_their_level_and_their_parent() {
    let site = TestSite::new();
    site.edit(STATION, "kind: rights_station", "kind: feedback_point\nparent: city");
    site.write(
        "stations/shili-county/city.md",
        "---\nname: 示例市妇情反馈站\nkind: feedback_point\nregion: \"990100\"\n---\n进门先登记。\n",
    );
    assert_eq!(site.codes(), ["station-kind"]);
    site.write("regions.csv", format!("{}990222,别的县,county,,,\n", site.read("regions.csv")));
    site.edit("stations/shili-county/city.md", "990100", "990222");
    site.edit("stations/shili-county/city.md", "kind: feedback_point", "kind: legal_aid");
    assert_eq!(site.codes(), ["station-parent"], "{:#?}", site.findings());
    assert_eq!(codes(STATION, "address:", "parent: nuanxi-rights\naddress:"), ["station-parent"]);
}

#[test]
fn stations_above_each_other_in_a_round_are_told_the_round() {
    let site = TestSite::new();
    site.edit(STATION, "address:", "parent: b\naddress:");
    for (slug, above) in [("b", "c"), ("c", "nuanxi-rights"), ("d", "b")] {
        let text = format!(
            "---\nname: {slug}站\nkind: mediation\nregion: \"990121100\"\nparent: {above}\n---\n进门先登记。\n"
        );
        site.write(&format!("stations/shili-county/{slug}.md"), text);
    }
    let findings = site.findings();
    let rounds: Vec<&String> = findings.iter().filter(|finding| finding.contains("绕成了一圈")).collect();
    assert_eq!(rounds.len(), 3, "{findings:#?}");
    assert!(
        rounds.iter().any(|finding| finding.contains("nuanxi-rights → b → c → nuanxi-rights")),
        "{findings:#?}"
    );
    assert!(findings.iter().any(|finding| finding.contains("d.md") && finding.contains("没有比这里高一级")));
}

/// Near the edge of its division a point in the wrong datum falls out, and the right one can be told.
#[test]
fn a_point_that_another_datum_puts_inside_is_told_so() {
    let site = TestSite::new();
    site.edit(STATION, "{lat: 40.45, lon: 102.6, datum: wgs84}", "{lat: 40.56, lon: 102.607, datum: wgs84}");
    let findings = site.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].contains("这组数字按 bd09 算就在范围里"), "{findings:#?}");
}

#[test]
fn people_and_duty_days_may_stand_in_a_table() {
    let row = |people: &str, duty: &str| {
        let site = TestSite::new();
        let table = format!("编号,名称,类别,区划,人员,值班\na,甲站,调解室,990121,{people},{duty}\n");
        site.write("stations/shili-county/stations.csv", table);
        site.findings()
    };
    assert_eq!(
        row(
            "站长：负责接待；律师（律师，擅长 domestic-violence）",
            "每月 25 日 9:00–11:30 律师坐班；每周二 社工"
        ),
        Vec::<String>::new()
    );
    for (people, duty, code) in [
        ("：负责接待", "", "field-type"),
        ("律师（律师，擅长 nothing）", "", "topic"),
        ("", "每周八 律师", "duty"),
        ("", "每周二", "duty"),
        ("", "有时 律师", "duty"),
    ] {
        let findings = row(people, duty);
        assert!(findings.len() == 1 && findings[0].contains(code), "{people}{duty}: {findings:#?}");
    }
}

#[test]
fn a_misspelt_visibility_is_not_also_a_secret_given_away() {
    assert_eq!(codes(STATION, "address:", "visibility: 不公开\naddress:"), ["visibility"]);
}

#[test]
fn a_column_is_told_of_columns_only() {
    let site = TestSite::new();
    site.write(
        "stations/shili-county/stations.csv",
        "slug,name,kind,region,联系人\na,甲站,mediation,990121,x\n",
    );
    let findings = site.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(!findings[0].contains("location"), "only a file can say it: {}", findings[0]);
    assert!(findings[0].contains("note（备注）"), "{}", findings[0]);
}

#[test]
fn a_citation_that_is_cut_is_told_the_right_reason() {
    for (written, reason) in [
        ("《反家庭暴力法》[第二十三条](/laws/anti-domestic-violence-law.md)", "做了链接"),
        ("《反家庭暴力法》第**二十三**条", "条号里面有星号"),
        ("《**反家庭暴力法**》第二十三条", "书名号里面有星号"),
        ("《反家庭\n暴力法》第二十三条", "书名号里面换了行"),
    ] {
        let site = TestSite::new();
        site.edit(GUIDE, "法院 **72 小时**内决定。", written);
        let findings = site.findings();
        assert_eq!(findings.len(), 1, "{written}: {findings:#?}");
        assert!(findings[0].contains(" citation ") && findings[0].contains(reason), "{findings:#?}");
    }
}

#[test]
fn curly_quotes_in_the_settings_are_told_as_such() {
    let site = TestSite::new();
    site.edit("site.toml", "name = \"暖站\"", "name = “暖站”");
    let findings = site.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].contains("toml 引号是全角的") && findings[0].contains("\"暖站\""), "{findings:#?}");
}
