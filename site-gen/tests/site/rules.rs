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
    for only_in_files in ["location", "roles", "duty"] {
        assert!(!findings[0].contains(only_in_files), "{}", findings[0]);
    }
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
