//! What editors are told: each rule of `check` with a file that breaks it.

use crate::common::TestSite;

const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const STATION: &str = "stations/shili-county/nuanxi-rights.md";
const SHELTER: &str = "stations/shili-county/county-shelter.md";
const CASE: &str = "cases/2025/order-in-two-days.md";

/// Checks a site in which `from` became `to` in the file at `path`: exactly these findings.
#[track_caller]
fn check(path: &str, from: &str, to: &str, expected: &[&str]) {
    let site = TestSite::new();
    site.edit(path, from, to);
    assert_eq!(site.findings(), expected);
}

#[test]
fn a_good_site_says_nothing() {
    assert_eq!(TestSite::new().findings(), Vec::<String>::new());
}

#[test]
fn a_misspelt_key_is_pointed_at() {
    check(
        GUIDE,
        "summary:",
        "sumary:",
        &[
            "guides/domestic-violence/protection-order.md:1:1 missing-field 缺少 summary（摘要） | 加一行 summary: ……",
            "guides/domestic-violence/protection-order.md:3:1 unknown-field 没有叫“sumary”的项 | 是不是想写 summary",
        ],
    );
}

#[test]
fn chinese_names_of_fields_are_understood() {
    let site = TestSite::new();
    site.edit(GUIDE, "title:", "标题:").edit(GUIDE, "steps:", "步骤:").edit(GUIDE, "do:", "做:");
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_full_width_colon_is_understood_and_pointed_at() {
    check(
        GUIDE,
        "title: ",
        "title：",
        &[
            "guides/domestic-violence/protection-order.md:2:6 full-width-colon 冒号是全角的，已按半角读 | 改成半角冒号加一个空格：“: ”",
        ],
    );
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_understood() {
    let site = TestSite::new();
    let path = site.content().join(GUIDE);
    let text = String::from_utf8(std::fs::read(path).unwrap()).unwrap();
    site.write(GUIDE, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_broken_head_is_one_finding_and_not_fifty() {
    let site = TestSite::new();
    site.edit(GUIDE, "summary: 请", "summary: \"请");
    assert_eq!(site.codes(), ["yaml"]);
    let site = TestSite::new();
    site.write("topics.yaml", "- slug: \"x\n");
    assert_eq!(site.codes(), ["yaml"]);
}

#[test]
fn a_link_that_leads_nowhere_is_pointed_at() {
    let message = "guides/domestic-violence/protection-order.md:13:1";
    let nowhere = "[条文](/laws/anti-domestic-violence.md)";
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72", &format!("{nowhere} **72"));
    assert_eq!(
        site.findings(),
        [format!(
            "{message} broken-link 没有“/laws/anti-domestic-violence.md”这个文件或页面 | 是不是想链接到 /laws/anti-domestic-violence-law.md"
        )]
    );
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72", "[条文](/laws/anti-domestic-violence-law.md#art-39) **72");
    assert_eq!(site.codes(), ["broken-anchor"]);
}

#[test]
fn a_citation_names_a_statute_that_exists_holds_and_has_the_article() {
    let at = "guides/domestic-violence/protection-order.md:17:5";
    for (cited, code, rest) in [
        (
            "《反家暴力法》第二十三条",
            "unknown-statute",
            "没有叫《反家暴力法》的法规条目 | 是不是想写《反家庭暴力法》；如果是另一部法规，先在 laws/ 里写一个条目",
        ),
        (
            "《反家庭暴力法》第三十九条",
            "no-such-article",
            "《反家庭暴力法》只有 38 条，没有第三十九条 | 对照法规原文改成对的条号",
        ),
        (
            "《婚姻法》第三十二条",
            "repealed-statute",
            "《婚姻法》从 2021 年 1 月 1 日起不再有效 | 现在看《反家庭暴力法》第一条，改成引用它",
        ),
    ] {
        check(GUIDE, "《反家庭暴力法》第二十三条、第二十八条", cited, &[&format!("{at} {code} {rest}")]);
    }
}

#[test]
fn a_statute_may_be_named_without_an_article_whatever_became_of_it() {
    let site = TestSite::new();
    site.edit(GUIDE, "> 依据《", "> 《婚姻法》早已废止，《办事手册》里也有。依据《");
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_digest_of_an_earlier_year_may_cite_what_held_then() {
    let site = TestSite::new();
    let case = String::from_utf8(std::fs::read(site.content().join(CASE)).unwrap()).unwrap();
    site.write("cases/2019/old.md", case.replace("《反家庭暴力法》第二十三条", "《婚姻法》第三十二条"));
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_law_that_changed_since_the_review_is_worth_a_look() {
    let site = TestSite::new();
    site.edit(
        "laws/anti-domestic-violence-law.md",
        "    articles: 38\n",
        "    articles: 38\n    repealed: 2026-11-01\n  - adopted: 2026-10-20\n    effective: 2026-11-01\n    articles: 40\n",
    );
    assert_eq!(site.codes(), ["review-due"], "one page, one law: one finding");
    assert!(matches!(site.build(), site_gen::Outcome::Built(_)), "a warning does not stop publishing");
}

#[test]
fn coordinates_are_on_earth_in_their_region_and_say_their_datum() {
    let lat = "location: {lat: 40.45, lon: 102.6, datum: wgs84}";
    for (written, code) in [
        ("location: {lat: 102.6, lon: 40.45, datum: wgs84}", "coord-range"),
        ("location: {lat: 40.45, lon: 402.6, datum: wgs84}", "coord-range"),
        ("location: {lat: -40.45, lon: 102.6, datum: wgs84}", "coord-range"),
        ("location: {lat: 北纬40度, lon: 102.6, datum: wgs84}", "coord-range"),
        ("location: {lat: 40.45, lon: 104.6, datum: wgs84}", "coord-outside"),
        ("location: {lat: 40.45, lon: 102.6}", "coord-datum"),
        ("location: {lat: 40.45, lon: 102.6, datum: gps}", "coord-datum"),
        ("location: {lat: 40.45}", "missing-field"),
    ] {
        let site = TestSite::new();
        site.edit(STATION, lat, written);
        assert_eq!(site.codes(), [code], "{written}");
    }
}

#[test]
fn swapped_coordinates_are_told_what_to_write() {
    check(
        STATION,
        "lat: 40.45, lon: 102.6",
        "lat: 102.6, lon: 40.45",
        &[
            "stations/shili-county/nuanxi-rights.md:6:11 coord-range 102.6, 40.45 不是地球上的一点 | 纬度在前：lat: 40.45，lon: 102.6",
        ],
    );
}

#[test]
fn a_shelters_place_is_refused_wherever_it_is_written() {
    for (from, to) in [
        ("visibility:", "address: 人民路 18 号\nvisibility:"),
        ("visibility:", "location: {lat: 40.45, lon: 102.6, datum: wgs84}\nvisibility:"),
        ("visibility: confidential", "visibility: public"),
        ("visibility:", "note: 在镇政府对面\nvisibility:"),
        ("visibility:", "roles: [{role: 站长, duty: 在三栋二单元接待}]\nvisibility:"),
        ("有人来接。", "有人来接，就在人民路 18 号。"),
    ] {
        let site = TestSite::new();
        site.edit(SHELTER, from, to);
        assert_eq!(site.codes(), ["shelter-address"], "{to}");
        assert!(matches!(site.build(), site_gen::Outcome::Rejected(_)));
    }
}

#[test]
fn a_table_of_stations_is_read_like_files_and_pointed_into() {
    let site = TestSite::new();
    site.write(
        "stations/shili-county/stations.csv",
        "编号,名称,类别,区划,地址,纬度,经度,坐标系,电话\r\n\
         nuanxi-police,暖溪派出所,派出所,990121100,人民路 20 号,40.451,102.601,wgs84,0000-5550124；0000-5550125\r\n\
         nuanxi-court,暖溪法庭,法院,990121100,,40.45,102.6,wgs84,0000-555x\r\n",
    );
    assert_eq!(
        site.codes(),
        ["vocabulary"],
        "a row without its kind is not looked at further: {:#?}",
        site.findings()
    );
    site.edit("stations/shili-county/stations.csv", ",法院,", ",法庭维权窗口,");
    let findings = site.findings();
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].starts_with("stations/shili-county/stations.csv:3:55 phone “0000-555x”不是电话号码"),
        "{}",
        findings[0]
    );
}

#[test]
fn a_table_that_excel_saved_in_another_encoding_is_told_how_to_save() {
    let site = TestSite::new();
    site.write("stations/shili-county/stations.csv", b"\xb1\xe0\xba\xc5\r\n");
    assert_eq!(site.codes(), ["encoding"]);
}

#[test]
fn stations_refer_to_regions_and_parents_that_fit() {
    for (from, to, code) in [
        ("region: \"990121100\"", "region: \"990121109\"", "unknown-region"),
        ("region: \"990121100\"", "region: \"99012\"", "region-code"),
        ("address:", "level: county\naddress:", "station-level"),
        ("address:", "parent: nobody\naddress:", "station-parent"),
        ("address:", "parent: nuanxi-rights\naddress:", "station-parent"),
        ("hours: \"Mo-Fr 08:30-12:00\"", "hours: 周一到周五", "hours"),
        ("address:", "duty: [{rule: 每月25日, who: 律师}]\naddress:", "duty"),
        ("address:", "verified: 2027-01-01\naddress:", "verified"),
        ("address:", "verified: 2024-01-01\naddress:", "verified"),
        ("kind: rights_station", "kind: right_station", "vocabulary"),
    ] {
        let site = TestSite::new();
        site.edit(STATION, from, to);
        assert_eq!(site.codes(), [code], "{to}");
    }
}

#[test]
fn a_digest_can_not_identify_anyone() {
    for identity in ["张某", "2025 年 3 月 8 日", "13900000000", "住在人民路 18 号"] {
        let site = TestSite::new();
        site.edit(CASE, "她报了警", &format!("她报了警，{identity}"));
        assert_eq!(site.codes(), ["digest-identity"], "{identity}");
    }
}

#[test]
fn what_is_not_markdown_or_would_not_show_is_told() {
    for (written, code) in [
        ("<script>alert(1)</script>", "html"),
        ("**“家庭暴力”**四个字", "stray-emphasis"),
        ("![](门.png)", "broken-image"),
        ("# 大标题", "heading-level"),
        ("#### 小标题", "heading-level"),
        ("[脚本](javascript:alert(1))", "broken-link"),
    ] {
        let site = TestSite::new();
        site.edit(GUIDE, "法院 **72 小时**内决定。\n\n## 依据", &format!("## 起\n\n{written}\n\n## 依据"));
        assert!(site.codes().contains(&code.to_owned()), "{written}: {:#?}", site.findings());
    }
}

#[test]
fn a_file_with_ten_faults_shows_ten() {
    let site = TestSite::new();
    site.write(
        "guides/domestic-violence/ten.md",
        "---\ntitel: 十处\nreviewed: 昨天\nhotlines: [\"119\"]\nhelp_at: [hospital]\nrelated: [nobody]\nsensitive: 也许\nsummary: 十\ntitle: 十处错误\n---\n\
         [a](b.md) [c](#d)\n\n## 依据\n\n#### 跳\n\n《反家庭暴力法》第九十九条 <b>\n",
    );
    let codes = site.codes();
    assert_eq!(
        codes,
        [
            "unknown-field",
            "date",
            "unknown-reference",
            "vocabulary",
            "unknown-reference",
            "field-type",
            "broken-link",
            "broken-anchor",
            "heading-level",
            "no-such-article",
            "html"
        ],
        "{:#?}",
        site.findings()
    );
}

#[test]
fn the_text_for_editors_shows_the_line_the_place_and_what_to_write() {
    let site = TestSite::new();
    site.edit(GUIDE, "help_at: [court_window]", "help_at: [cout_window]");
    let (site_gen::Outcome::Rejected(report) | site_gen::Outcome::Built(report)) =
        site_gen::check(&site.content(), crate::common::TODAY).unwrap();
    let text = report.text();
    for part in [
        "guides/domestic-violence/protection-order.md:11:11\n错误[vocabulary]: 没有叫“cout_window”的站点类别",
        "11 | help_at: [cout_window]",
        "^^^^^^^^^^^",
        "改法: 是不是想写 court_window",
        "1 处错误，改好以后才能发布。",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
}

#[test]
fn a_shelters_hours_and_a_mistyped_visibility_can_not_carry_its_address_out() {
    for (from, to, codes) in [
        ("hours: \"24/7\"", "hours: '24/7 \"灯笼路 18 号\"'", &["hours"][..]),
        ("region: \"990121\"", "region: \"990121100\"", &["shelter-address"]),
        ("有人来接。", "有人在镇政府旁边接。", &["shelter-address"]),
        ("有人来接。", "有人到暖溪镇接。", &["shelter-address"]),
    ] {
        let site = TestSite::new();
        site.edit(SHELTER, from, to);
        assert_eq!(site.codes(), codes, "{to}");
    }
    let site = TestSite::new();
    site.edit(STATION, "address:", "visibility: 不公开\naddress:");
    assert!(site.codes().contains(&"visibility".to_owned()), "{:#?}", site.findings());
    assert!(matches!(site.build(), site_gen::Outcome::Rejected(_)));
}

#[test]
fn a_stray_file_switches_no_check_off() {
    let site = TestSite::new();
    site.write("laws/old.docx", "x").edit(GUIDE, "《反家庭暴力法》第二十三条", "《没有的法》第二十三条");
    assert_eq!(site.codes(), ["unknown-statute", "unknown-file"]);
}

#[test]
fn a_quote_that_never_closes_swallows_no_station_in_silence() {
    let site = TestSite::new();
    let heading = "slug,name,kind,region,note\n";
    site.write(
        "stations/shili-county/stations.csv",
        format!("{heading}a,甲站,mediation,990121,\"坡道\nb,乙站,mediation,990121,\n"),
    );
    assert_eq!(site.codes(), ["table"]);
    site.write("stations/shili-county/stations.csv", "slug;name;kind;region\na;甲站;mediation;990121\n");
    assert_eq!(site.codes(), ["table"]);
    site.write("stations/shili-county/stations.csv", format!("{heading}a,甲站,mediation\n"));
    assert_eq!(site.codes(), ["table"]);
}

#[test]
fn a_column_that_nobody_knows_is_told_once() {
    let site = TestSite::new();
    site.write(
        "stations/shili-county/stations.csv",
        "slug,name,kind,region,联系人\na,甲站,mediation,990121,x\nb,乙站,mediation,990121,y\n",
    );
    let findings = site.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].contains("stations.csv:1:23 unknown-field 没有叫“联系人”的列"), "{}", findings[0]);
}

#[test]
fn other_programs_markup_is_told_and_not_published_as_it_stands() {
    for (written, code) in [
        ("看[[告诫书]]", "stray-markup"),
        ("看[告诫书]（/guides/x.md）", "stray-markup"),
        ("##去哪里", "stray-markup"),
    ] {
        let site = TestSite::new();
        site.edit(GUIDE, "法院 **72 小时**内决定。", written);
        assert_eq!(site.codes(), [code], "{written}");
    }
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "<!-- 编辑的话\n\n第二行 -->\n\n法院决定。");
    assert_eq!(site.findings(), Vec::<String>::new(), "a comment is for editors only");
}

/// Four by three grey pixels (PNG), and the same with what a camera writes beside it.
const PICTURE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x03\x08\0\0\0\0\x91\x9f\xf1\x1a\0\0\0\x0eIDATx\xdach\0\x02\x068\x01\0-\x0f\x06\x01\xb0j\xad(\0\0\0\0IEND\xaeB`\x82";
const WITH_CAMERA_DATA: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x03\x08\0\0\0\0\x91\x9f\xf1\x1a\0\0\0\x0aeXIfMM\0*\0\0\0\x08\0\0\xbe\xa0\xf2\xaf\0\0\0\x0eIDATx\xdach\0\x02\x068\x01\0-\x0f\x06\x01\xb0j\xad(\0\0\0\0IEND\xaeB`\x82";

#[test]
fn pictures_are_published_only_where_shown_and_without_camera_data() {
    let site = TestSite::new();
    site.write("guides/domestic-violence/door.png", PICTURE);
    assert_eq!(site.codes(), ["unused-image"]);
    site.edit(GUIDE, "法院 **72 小时**内决定。", "![大门](door.png)");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.write("guides/domestic-violence/door.png", WITH_CAMERA_DATA);
    assert_eq!(site.codes(), ["image-metadata"]);
    assert!(matches!(site.build(), site_gen::Outcome::Built(_)), "it is taken out, so publishing goes on");
    for (path, bytes) in crate::common::read_all(&site.dist()) {
        assert!(!path.starts_with("media/") || !bytes.windows(4).any(|window| window == b"eXIf"), "{path}");
    }
}

#[test]
fn words_for_lists_of_the_site_are_known() {
    let site = TestSite::new();
    site.edit("topics.yaml", "icon: shield", "icon: sheild");
    site.edit("thesaurus.yaml", "topic: domestic-violence", "topic: domestic-violance");
    assert_eq!(site.codes(), ["unknown-reference", "unknown-icon"]);
}

#[test]
fn headings_that_group_the_articles_of_a_statute_are_not_published_as_notes() {
    let site = TestSite::new();
    let law = "laws/anti-domestic-violence-law.md";
    site.edit(law, "### 第二十三条", "## 保护令\n\n### 第二十三条");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let page = std::fs::read(site.dist().join("laws/anti-domestic-violence-law/index.html")).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains(">保护令</h2>"), "an empty heading is not shown");
    assert!(page.contains("挨打的人"), "the note is");
}
