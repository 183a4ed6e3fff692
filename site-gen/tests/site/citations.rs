//! Citations from outside: what an editor writes in, links and backlinks out.

use super::common::TestSite;

const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const LAW: &str = "laws/anti-domestic-violence-law.md";

/// The guide's page with `written` in it, which must be without fault.
fn page_with(written: &str) -> String {
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72 小时**内决定。", written);
    assert_eq!(site.findings(), Vec::<String>::new(), "{written}");
    site.build();
    page(&site, "guides/domestic-violence/protection-order")
}

/// Without the marks that keep a number on one line.
fn page(site: &TestSite, folder: &str) -> String {
    let html = std::fs::read(site.dist().join(folder).join("index.html")).unwrap();
    String::from_utf8(html).unwrap().replace("<span class=\"nb\">", "").replace("</span>", "")
}

fn link(number: u16, text: &str) -> String {
    format!("<a href=\"/laws/anti-domestic-violence-law/#art-{number}\">{text}</a>")
}

#[test]
fn what_a_paragraph_named_is_remembered_over_emphasis_and_links() {
    for (written, linked) in [
        ("《反家庭暴力法》**第二十二条**管这个。", link(22, "第二十二条")),
        ("依照《反家庭暴力法》**第三条**申请，法院按第二十二条决定。", link(22, "第二十二条")),
        (
            "[《反家庭暴力法》](/laws/anti-domestic-violence-law.md)很短。该法第二十二条管这个。",
            link(22, "该法第二十二条"),
        ),
        ("《反家庭暴力法》很短，\n按照第二十二条。", link(22, "第二十二条")),
        ("反家庭暴力法 22 条", link(22, "反家庭暴力法 22 条")),
    ] {
        let page = page_with(written);
        assert!(page.contains(&linked), "{written}: {page}");
    }
}

#[test]
fn what_another_paragraph_or_cell_named_does_not_count() {
    for written in [
        "《反家庭暴力法》很短，\n\n按照第二十二条。",
        "- 《反家庭暴力法》很短，\n- 按照第二十二条。",
        "| 甲 | 乙 |\n| --- | --- |\n| 《反家庭暴力法》 | 第二十二条 |",
        "《反家庭暴力法》很短，  \n第二十二条",
        "`《反家庭暴力法》第九十九条`",
    ] {
        let page = page_with(written);
        assert!(!page.contains("#art-22"), "{written}: {page}");
    }
}

#[test]
fn an_article_that_is_cited_in_any_form_lists_the_page() {
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "按照反家庭暴力法第 30-31 条，该法第 32 条。");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let law = page(&site, "laws/anti-domestic-violence-law");
    for number in [30, 31, 32] {
        assert!(law.contains(&format!("art-{number}\"")), "{number}: {law}");
    }
}

#[test]
fn in_an_entry_of_a_statute_this_law_is_it() {
    let site = TestSite::new();
    site.edit(LAW, "挨打的人可以申请。", "挨打的人可以申请，去哪里看第二十五条。他不听，本法第三十四条管。");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let law = page(&site, "laws/anti-domestic-violence-law");
    assert!(law.contains(&link(25, "第二十五条")), "{law}");
    assert!(law.contains(&link(34, "本法第三十四条")), "{law}");
    site.edit(LAW, "看第二十五条", "看第三十九条");
    assert_eq!(site.codes(), ["no-such-article"]);
}

#[test]
fn a_pointer_to_nothing_is_worth_a_word() {
    let site = TestSite::new();
    site.edit(GUIDE, "法院 **72 小时**内决定。", "该法第二十三条写着。");
    assert_eq!(site.codes(), ["unclear-statute"]);
    assert!(matches!(site.build(), site_gen::Outcome::Built(_)), "a warning does not stop publishing");
}
