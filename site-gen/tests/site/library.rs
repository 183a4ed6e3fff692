//! The statute library: what content may rest on, what is published. Its statutes are invented.

use std::fs;

use crate::common::{TestSite, read_all};

const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const ENTRY: &str = "laws/measures.md";
const OLD: &str = "../statutes/地方政府规章/示例市求助办法(2019-03-28).md";
const NEW: &str = "../statutes/地方政府规章/示例市求助办法(2025-05-20).md";
const RULES: &str = "../statutes/地方政府规章/示例市服务站守则(2024-02-02).md";

const OLD_TEXT: &str = "# 示例市求助办法\n\n2019年3月28日 示例市人民政府通过\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了让求助的人有地方去，制定本办法。\n\n第二条 市、县、乡镇、村都要设服务站。\n\n第三条 服务站每周开放五天。\n\n## 第二章 附则\n\n第四条 本办法自2019年5月1日起施行。\n";
const NEW_TEXT: &str = "# 示例市求助办法\n\n2019年3月28日 示例市人民政府通过\n\n2025年5月20日 示例市人民政府修订\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了让求助的人有地方去，制定本办法。\n\n第二条 来的人不用说出姓名，依照《反家庭暴力法》第二十三条办理。\n\n第三条 市、县、乡镇、村都要设服务站。\n\n第四条 服务站每周开放六天：\n\n（一）周一到周五；\n\n（二）周六上午。\n\n## 第二章 附则\n\n第五条 本办法自2025年7月1日起施行。\n";
const RULES_TEXT: &str =
    "# 示例市服务站守则\n\n<!-- INFO END -->\n\n第一条 先倒水，再问话。\n\n第二条 不打听姓名。\n";
const ENTRY_TEXT: &str = "---\ntitle: 示例市求助办法\nshort_titles: [求助办法]\nrank: 地方政府规章\nversions:\n  - adopted: 2019-03-28\n    effective: 2019-05-01\n    articles: 4\n    repealed: 2025-07-01\n  - adopted: 2025-05-20\n    effective: 2025-07-01\n    articles: 5\n---\n管谁来接待你。\n\n### 第二条 不用说姓名\n\n谁也不许打听你是谁。\n";

/// A site with a library of two statutes, one of which has an entry.
fn site() -> TestSite {
    let site = TestSite::new();
    site.write(OLD, OLD_TEXT).write(NEW, NEW_TEXT).write(RULES, RULES_TEXT).write(ENTRY, ENTRY_TEXT);
    site.edit("site.toml", "exit_url", "statutes = \"../statutes\"\nexit_url");
    site
}

/// The guide says that it rests on `cited`, and was reviewed on `day`.
fn citing(site: &TestSite, cited: &str, day: &str) {
    site.edit(GUIDE, "《反家庭暴力法》第二十三条、第二十八条", cited);
    site.edit(GUIDE, "reviewed: 2026-10-12", &format!("reviewed: {day}"));
}

fn page(site: &TestSite, path: &str) -> String {
    let path = site.dist().join(path);
    String::from_utf8(fs::read(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))).unwrap()
}

#[test]
fn a_library_that_agrees_with_its_entries_says_nothing() {
    assert_eq!(site().findings(), Vec::<String>::new());
}

#[test]
fn what_the_library_knows_can_be_cited_without_an_entry() {
    let site = site();
    citing(&site, "《示例市服务站守则》第二条", "2026-10-12");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.edit(GUIDE, "守则》第二条", "守则》第三条");
    assert_eq!(
        site.findings(),
        [
            "guides/domestic-violence/protection-order.md:17:5 no-such-article 《示例市服务站守则》只有 2 条，没有第三条 | 对照法规原文改成对的条号"
        ]
    );
    let without = TestSite::new();
    citing(&without, "《示例市求助办法》第二条", "2026-10-12");
    assert_eq!(without.codes(), ["unknown-statute"]);
}

#[test]
fn an_entry_that_disagrees_with_its_text_is_told_with_both_numbers() {
    let site = site();
    site.edit(ENTRY, "articles: 5", "articles: 6").edit(
        ENTRY,
        "effective: 2025-07-01",
        "effective: 2025-08-01",
    );
    site.edit(ENTRY, "repealed: 2025-07-01", "repealed: 2025-08-01");
    assert_eq!(
        site.findings(),
        [
            "laws/measures.md:11:16 statute-mismatch 这里写 2025 年 8 月 1 日起施行，全文写的是 2025 年 7 月 1 日 | 对照原文改 effective，或者换掉全文库里的那一份",
            "laws/measures.md:12:15 statute-mismatch 这里写 6 条，2025 年 5 月 20 日的全文有 5 条 | 对照原文改 articles，或者换掉全文库里的那一份",
        ]
    );
    let site = self::site();
    site.write("../statutes/示例市求助办法(2026-01-02).md", NEW_TEXT.replace("2025年7月1日", "2026年3月1日"));
    assert_eq!(
        site.findings(),
        [
            "laws/measures.md:10:14 statute-mismatch 全文库里有 2026 年 1 月 2 日通过的新版本，这里最新的是 2025 年 5 月 20 日通过的 | 对照新版本改写说明，在 versions 里加一段"
        ]
    );
}

#[test]
fn only_an_article_that_says_something_else_is_due_for_review() {
    let due = |cited: &str| {
        let site = site();
        citing(&site, cited, "2024-10-12");
        site.findings()
            .iter()
            .filter_map(|line| Some(line.split_once("review-due ")?.1.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(due("《求助办法》第一条"), Vec::<String>::new());
    assert_eq!(
        due("《求助办法》第二条"),
        [
            "这一页核对以后，《求助办法》第二条从 2025 年 7 月 1 日起换了条号 | 现在看第三条；对照新的条文看一遍，再改 reviewed 的日期"
        ]
    );
    assert_eq!(
        due("《求助办法》第三条"),
        [
            "这一页核对以后，《求助办法》第三条从 2025 年 7 月 1 日起改了内容 | 现在看第四条；对照新的条文看一遍，再改 reviewed 的日期"
        ]
    );
}

#[test]
fn a_library_that_is_not_there_is_an_error_and_the_command_line_goes_before() {
    let site = site();
    site.edit("site.toml", "../statutes", "../nowhere");
    let found = site.findings();
    assert!(
        found[0].starts_with("site.toml:5:12 statute-library 打不开法规全文的文件夹“../nowhere”"),
        "{found:?}"
    );
    let folder = site.content().join("../statutes");
    let outcome = site_gen::check_with(&site.content(), Some(&folder), crate::common::TODAY).unwrap();
    assert!(matches!(outcome, site_gen::Outcome::Built(_)));
    site_gen::check_with(&site.content(), Some(&folder.join("no")), crate::common::TODAY).unwrap_err();
}

#[test]
fn a_library_inside_the_content_is_no_content() {
    let site = site();
    site.edit("site.toml", "../statutes", "全文");
    site.write("全文/规章/示例市求助办法(2025-05-20).md", NEW_TEXT);
    site.write("全文/notes.docx", "x");
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_law_shows_its_text_with_notes_and_backlinks_at_their_articles() {
    let site = site();
    citing(&site, "《求助办法》第三条", "2026-10-12");
    site.build();
    let law = page(&site, "laws/measures/index.html");
    let article = |number: &str| {
        law.split(&format!("id=\"art-{number}\"")).nth(1).unwrap().split("</section>").next().unwrap()
    };
    assert!(article("2").contains("谁也不许打听") && article("2").contains("来的人不用说出姓名"));
    assert!(
        article("2")
            .contains("<a href=\"/laws/anti-domestic-violence-law/#art-23\">《反家庭暴力法》第二十三条</a>")
    );
    assert!(article("3").contains("/guides/domestic-violence/protection-order/"));
    assert!(article("4").contains("<p id=\"art-4.k1.x1\" class=\"item\">（一）周一到周五；</p>"));
    assert!(law.contains("2025 年 7 月 1 日起施行") && law.contains("href=\"#ch-2\">第二章 附则"));
    let rules = page(&site, "laws/shi-li-shi-fu-wu-zhan-shou-ze/index.html");
    assert!(rules.contains("先倒水，再问话。") && rules.contains("还没有写说明"));
    assert!(rules.contains("2024 年 2 月 2 日通过") && !rules.contains("起施行</span>"));
    assert!(page(&site, "laws/all/index.html").contains("/laws/shi-li-shi-fu-wu-zhan-shou-ze/"));
}

#[test]
fn parts_and_chapters_are_looked_up_in_the_text_and_links_lead_to_them() {
    let site = site();
    let cited = "《求助办法》第四条第一款第二项、《求助办法》第二章、[附则](/laws/measures/#ch-2)、[从前](/laws/measures/2019-03-28/#art-3.k1)";
    citing(&site, cited, "2026-10-12");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let guide = page(&site, "guides/domestic-violence/protection-order/index.html");
    for link in ["/laws/measures/#art-4.k1.x2", "/laws/measures/#ch-2"] {
        assert!(guide.contains(link), "{link}");
    }
    let law = page(&site, "laws/measures/index.html");
    assert!(law.contains("id=\"art-4.k1.x2\"") && law.contains("id=\"ch-2\""));
    let old = page(&site, "laws/measures/2019-03-28/index.html");
    assert!(old.contains("id=\"art-3.k1\""));
    site.edit(GUIDE, "第一款第二项", "第二款").edit(GUIDE, "2019-03-28/#art-3.k1", "2019-03-28/#art-5");
    assert_eq!(site.codes(), ["no-such-article", "broken-anchor"]);
}

#[test]
fn every_version_has_a_page_and_neighbours_are_compared() {
    let site = site();
    site.build();
    let old = page(&site, "laws/measures/2019-03-28/index.html");
    assert!(old.contains("从前的版本") && old.contains("每周开放五天") && old.contains("noindex"));
    assert!(old.contains("rel=\"next\"") && old.contains("/laws/measures/2019-03-28-to-2025-05-20/"));
    let changes = page(&site, "laws/measures/2019-03-28-to-2025-05-20/index.html");
    assert!(
        changes.contains("第二条 → 第三条")
            && changes.contains("改动 <b>2</b> 条，新增 <b>1</b> 条，删去 <b>0</b> 条")
    );
    assert!(changes.contains("每周开放<del>五天</del>。") && changes.contains("每周开放<ins>六天：</ins>"));
}

#[test]
fn the_same_library_gives_the_same_bytes() {
    let site = site();
    site.build();
    let again = site.content().with_file_name("again");
    site.build_into(&again);
    assert_eq!(read_all(&site.dist()), read_all(&again));
}

#[test]
fn articles_are_found_by_their_note_and_by_their_text() {
    let site = site();
    site.build();
    let bundle = search::bundle::Bundle::open(&site.dist()).unwrap();
    let record =
        |id: &str| bundle.records.iter().find(|record| record.id == id).unwrap_or_else(|| panic!("{id}"));
    let second = record("article/measures/2");
    assert_eq!(second.title, "《求助办法》第二条 不用说姓名");
    assert_eq!(second.text, "谁也不许打听你是谁。\n来的人不用说出姓名，依照《反家庭暴力法》第二十三条办理。");
    assert_eq!(second.heading, "第一章 总则");
    assert_eq!(record("article/measures/4").url, "/laws/measures/#art-4");
    assert_eq!(record("article/shi-li-shi-fu-wu-zhan-shou-ze/1").text, "先倒水，再问话。");
    // Only what holds now can be found: the five days are of the older version.
    assert!(!bundle.records.iter().any(|record| record.text.contains("每周开放五天")));
}

#[test]
fn every_version_is_published_as_data() {
    let site = site();
    site.build();
    let index = search::statute::StatuteIndex::open(&site.dist()).unwrap();
    let ids: Vec<&str> = index.statutes.iter().map(|statute| statute.id.as_str()).collect();
    assert_eq!(
        ids,
        ["anti-domestic-violence-law", "marriage-law", "shi-li-shi-fu-wu-zhan-shou-ze", "measures"]
    );
    let file = search::statute::StatuteFile::open(&site.dist(), "measures").unwrap().unwrap();
    let counts: Vec<usize> = file.texts.iter().map(|text| text.articles.len()).collect();
    assert_eq!(counts, [4, 5]);
    assert_eq!(file.texts[0].articles[2].text, "服务站每周开放五天。");
    assert_eq!(file.texts[1].articles[3].within, ["第一章 总则"]);
    assert_eq!(file.summary.versions[1].effective, Some(jiff::civil::date(2025, 7, 1)));
    let rules = search::statute::StatuteFile::open(&site.dist(), ids[2]).unwrap().unwrap();
    assert_eq!(rules.summary.versions[0].effective, None);
}

#[test]
fn the_report_says_what_rests_on_what_and_what_changed_since() {
    let site = site();
    citing(&site, "《求助办法》第一条、第二条、第三条，《示例市服务站守则》第一条", "2024-10-12");
    let (_, rows) = site_gen::statutes_report(&site.content(), None, crate::common::TODAY).unwrap();
    let rows = rows.unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let now = row.now_at.as_deref().unwrap_or("-");
            format!("{} {} {} {:?} {now}", row.statute, row.article, row.url, row.state)
        })
        .collect();
    let guide = "/guides/domestic-violence/protection-order/";
    assert_eq!(
        lines,
        [
            "anti-domestic-violence-law 第二十三条 /cases/order-in-two-days/ Undated -".to_owned(),
            format!("measures 第一条 {guide} Same -"),
            format!("measures 第二条 {guide} Moved 第三条"),
            format!("measures 第三条 {guide} Changed 第四条"),
            format!("shi-li-shi-fu-wu-zhan-shou-ze 第一条 {guide} Same -"),
        ]
    );
    let table = site_gen::statute::report::table(&rows);
    assert!(table.contains("一共 5 处引用，其中核对以后有变化的 2 处。"), "{table}");
    assert!(table.contains(
        "《求助办法》第三条：改了内容，现在看第四条（2024 年 10 月 12 日核对，新版本 2025 年 7 月 1 日起）"
    ));
    let csv = site_gen::statute::report::csv(&rows);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let states: Vec<String> = reader.records().map(|row| row.unwrap()[6].to_owned()).collect();
    assert_eq!(states, ["undated", "same", "moved", "changed", "same"]);
}
