//! What is said of citations, with and without the full texts, and where they lead.

use jiff::civil::{Date, date};

use super::citations::{Entry, FullTexts, Spoken, StatuteBook, Written};
use super::statute_text::{ThisArticle, in_statute};
use crate::citation::{Context, Own};
use crate::diag::Diagnostics;
use crate::model::article::Division;
use crate::model::{ArticleNo, CitationLink, Since, StatuteVersion};
use crate::source::{Hash, SourceMap, Span};

const TODAY: Date = date(2026, 11, 21);

/// Knows the text of 反家庭暴力法: article 23 has two paragraphs, the first with three items; 24 has none; 33之一 exists.
#[derive(Debug)]
struct OneText;

impl FullTexts for OneText {
    fn paragraphs(&self, statute: &str, _: Date, article: ArticleNo) -> Option<Vec<u16>> {
        (statute == "violence").then(|| match (article.number, article.sub) {
            (23, 0) => vec![3, 0],
            (33, 1) | (_, 0) => vec![0],
            _ => Vec::new(),
        })
    }

    fn has_division(&self, statute: &str, _: Date, division: Division) -> bool {
        statute == "violence" && division.chapter <= 6
    }

    fn stamp(&self) -> Hash {
        [1; 32]
    }
}

fn version(effective: Date, articles: u16, repealed: Option<Date>) -> StatuteVersion {
    StatuteVersion { adopted: effective, effective, since: Since::Entry, articles, repealed, text: None }
}

fn book() -> StatuteBook<'static> {
    let mut book = StatuteBook::empty(TODAY);
    let mut add = |slug, titles: &[&'static str], versions, replaced_by| {
        assert!(book.add(Entry { slug, titles: titles.to_vec(), versions, replaced_by }).is_empty());
    };
    let code = date(2021, 1, 1);
    add("civil-code", &["中华人民共和国民法典", "民法典"], vec![version(code, 1260, None)], Vec::new());
    let violence = vec![version(date(2016, 3, 1), 38, None)];
    add("violence", &["中华人民共和国反家庭暴力法", "反家庭暴力法"], violence, Vec::new());
    let women =
        vec![version(date(2018, 10, 26), 61, Some(date(2023, 1, 1))), version(date(2023, 1, 1), 86, None)];
    add("women", &["中华人民共和国妇女权益保障法", "妇女权益保障法"], women, Vec::new());
    let replaced = vec![(None, "《民法典》"), (Some(ArticleNo::plain(32)), "《民法典》第一千零七十九条")];
    let marriage = vec![version(date(2001, 4, 28), 51, Some(code))];
    add("marriage", &["中华人民共和国婚姻法", "婚姻法"], marriage, replaced);
    book
}

fn resolve(
    book: &StatuteBook<'_>,
    text: &str,
    spoken: Spoken,
    own: Option<Own>,
) -> (Vec<CitationLink>, Vec<String>) {
    let mut diags = Diagnostics::default();
    let mut sources = SourceMap::default();
    sources.add("a.md", text);
    let file = sources.texts().next().unwrap().0;
    let written = Written { text, at: Span::new(file, 0, text.len()), spoken, own };
    let cited = book.resolve(written, &mut Context::default(), &mut diags);
    let said = diags.sorted().into_iter();
    let said =
        said.map(|said| format!("{} {}…{} {}", said.code, said.span.start, said.span.end, said.message));
    (cited, said.collect())
}

fn urls(book: &StatuteBook<'_>, text: &str) -> Vec<String> {
    resolve(book, text, Spoken::Today, None).0.iter().map(CitationLink::url).collect()
}

fn said(book: &StatuteBook<'_>, text: &str) -> Vec<String> {
    resolve(book, text, Spoken::Today, None).1
}

#[test]
fn each_number_leads_to_its_own_article_and_a_range_to_its_first() {
    let book = book();
    assert_eq!(
        urls(&book, "《反家庭暴力法》第二十三条、第二十五条"),
        ["/laws/violence/#art-23", "/laws/violence/#art-25"]
    );
    let (cited, said) = resolve(&book, "《反家庭暴力法》第二十三至二十五条", Spoken::Today, None);
    assert_eq!(cited[0].url(), "/laws/violence/#art-23");
    let numbers: Vec<u16> = cited[0].citations.iter().map(|cited| cited.article.unwrap().number).collect();
    assert_eq!(numbers, [23, 24, 25], "a range counts as citing all of them");
    assert_eq!(said, Vec::<String>::new());
    let (cited, _) = resolve(&book, "《反家庭暴力法》第三十三条之一至之三", Spoken::Today, None);
    let subs: Vec<u16> = cited[0].citations.iter().map(|cited| cited.article.unwrap().sub).collect();
    assert_eq!(subs, [1, 2, 3]);
}

#[test]
fn a_link_is_as_precise_as_the_text_that_is_known() {
    let book = book();
    let cited = "《反家庭暴力法》第二十三条第一款第（二）项，《反家庭暴力法》第四章";
    assert_eq!(urls(&book, cited), ["/laws/violence/#art-23", "/laws/violence/"], "without texts");
    let book = book.with_texts(&OneText);
    assert_eq!(urls(&book, cited), ["/laws/violence/#art-23.k1.x2", "/laws/violence/#ch-4"]);
    for (cited, place) in [
        ("《反家庭暴力法》第二十三条第二款", "#art-23.k2"),
        // Only one paragraph has items.
        ("《反家庭暴力法》第二十三条第（二）项", "#art-23.k1.x2"),
        ("《反家庭暴力法》第三十三条之一第一款", "#art-33-1.k1"),
        ("《反家庭暴力法》第九章", ""),
        ("《民法典》第一千零七十九条第三款", "#art-1079"),
    ] {
        assert!(urls(&book, cited)[0].ends_with(&format!("/{place}")), "{cited}: {:?}", urls(&book, cited));
        assert_eq!(said(&book, cited), Vec::<String>::new(), "{cited}");
    }
}

#[test]
fn parts_beyond_what_an_article_has_are_told_where_the_text_is_known() {
    let cited =
        "《反家庭暴力法》第二十三条第三款、第二十四条第（一）项、第二十三条第一款第四项、第三十三条之二";
    assert_eq!(said(&book(), cited), Vec::<String>::new(), "nobody knows");
    assert_eq!(
        said(&book().with_texts(&OneText), cited),
        [
            "no-such-article 0…48 《反家庭暴力法》第二十三条只有 2 款，没有第三款",
            "no-such-article 51…81 《反家庭暴力法》第二十四条不分项，没有第（一）项",
            "no-such-article 84…117 《反家庭暴力法》第二十三条最多 3 项，没有第（四）项",
            "no-such-article 120…141 《反家庭暴力法》没有第三十三条之二",
        ]
    );
}

#[test]
fn what_can_not_be_cited_is_told() {
    let book = book();
    for (cited, expected) in [
        ("《反家庭暴力法》第三十九条", "no-such-article 0…39 《反家庭暴力法》只有 38 条，没有第三十九条"),
        ("《反家庭暴力法》第0条", "no-such-article 0…31 《反家庭暴力法》只有 38 条，没有第零条"),
        ("《反家庭暴力法》第二十五条至第二十三条", "citation 0…57 第二十五条到第二十三条不像一段条文"),
        ("《反家庭暴力法》第三条至第三条", "citation 0…45 第三条到第三条不像一段条文"),
        ("《反家庭暴力法》第二十三三条", "citation 0…42 “《反家庭暴力法》第二十三三条”里的条号读不出是几"),
        (
            "《民法典》婚姻家庭编第三条",
            "no-such-article 0…39 《民法典》的婚姻家庭编从第一千零四十条到第一千一百一十八条，没有第三条",
        ),
        ("《反家暴力法》第三条", "unknown-statute 0…30 没有叫《反家暴力法》的法规条目"),
        ("该法第三条", "unclear-statute 0…15 看不出“该法第三条”是哪部法规的：这一段前面没有写它的名字"),
    ] {
        assert_eq!(said(&book, cited), [expected], "{cited}");
    }
}

#[test]
fn what_holds_is_asked_of_the_day_or_of_the_version_that_is_named() {
    let book = book();
    let on = |text, day| resolve(&book, text, Spoken::On(day), None).1;
    let then = date(2020, 10, 1);
    assert_eq!(
        on("《妇女权益保障法》第七十条", then)[0],
        "no-such-article 0…39 《妇女权益保障法》只有 61 条，没有第七十条"
    );
    assert_eq!(on("《妇女权益保障法》（2023年版）第七十条", then), Vec::<String>::new());
    assert_eq!(on("《妇女权益保障法》（2018年修正）第七十条", TODAY).len(), 1);
    assert_eq!(on("《妇女权益保障法》（2018年修正）第五十条", TODAY), Vec::<String>::new());
    assert_eq!(
        on("《民法典》第三条", then)[0],
        "statute-not-in-force 0…24 《民法典》在 2020 年 10 月 1 日还没有施行"
    );
    let mut diags = Diagnostics::default();
    let mut sources = SourceMap::default();
    sources.add("a.md", "");
    let at = Span::start_of(sources.texts().next().unwrap().0);
    let written = Written {
        text: "《婚姻法》第三十二条，该法第四章", at, spoken: Spoken::Today, own: None
    };
    book.resolve(written, &mut Context::default(), &mut diags);
    let hints: Vec<&str> = diags.sorted().iter().filter_map(|said| said.hint.as_deref()).collect();
    assert_eq!(hints, ["现在看《民法典》第一千零七十九条，改成引用它", "现在看《民法典》，改成引用它"]);
}

#[test]
fn front_matter_has_a_citation_or_is_told() {
    let book = book();
    let one = |text: &str| {
        let mut diags = Diagnostics::default();
        let mut sources = SourceMap::default();
        sources.add("a.md", text);
        let at = Span::start_of(sources.texts().next().unwrap().0);
        let found = book.resolve_one(text, at, Spoken::Today, &mut diags).len();
        (found, diags.sorted().iter().map(|said| said.code).collect::<Vec<_>>())
    };
    assert_eq!(one("《反家庭暴力法》第三条、第五条"), (2, vec![]));
    assert_eq!(one("反家庭暴力法 23 条"), (1, vec![]));
    assert_eq!(one("《反家庭暴力法》"), (1, vec![]));
    assert_eq!(one("依法处理"), (0, vec!["citation"]));
    assert_eq!(one("《反家暴力法》第三条"), (0, vec!["unknown-statute"]));
}

#[test]
fn on_the_page_of_a_statute_this_law_is_it() {
    let book = book();
    let own = Some(Own::page(book.of_page("/laws/violence/").unwrap(), Some(ArticleNo::plain(20))));
    let (cited, said) = resolve(&book, "本法第二十三条，违反第四十条", Spoken::Today, own);
    assert_eq!(cited[0].url(), "/laws/violence/#art-23");
    assert_eq!(said, ["no-such-article 30…42 《反家庭暴力法》只有 38 条，没有第四十条"]);
    assert_eq!(book.of_page("/guides/violence/"), None);
    let own = Some(Own::page(book.of_page("/laws/marriage/").unwrap(), None));
    let (cited, said) = resolve(&book, "本法第三十二条早已失效", Spoken::Today, own);
    assert_eq!((cited.len(), said), (1, Vec::new()), "its own page may say what it said");
}

#[test]
fn the_text_of_a_statute_links_only_to_what_exists() {
    let book = book().with_texts(&OneText);
    let this = ThisArticle {
        statute: "violence",
        effective: date(2016, 3, 1),
        number: Some(ArticleNo::plain(24)),
        previous: Some(ArticleNo::plain(23)),
        division: Division { chapter: 4, ..Division::default() },
    };
    let text = "依照前条第二款和本法第二十五条、第九十九条。\n前款规定，适用《婚姻法》第三十二条、《没有的法》第三条。";
    let cited = in_statute(text, &book, &this);
    let found: Vec<(&str, String)> =
        cited.iter().map(|cited| (&text[cited.range.clone()], cited.url())).collect();
    assert_eq!(
        found,
        [
            ("前条第二款", "/laws/violence/#art-23.k2".to_owned()),
            ("本法第二十五条", "/laws/violence/#art-25".to_owned()),
            ("前款", "/laws/violence/#art-24.k1".to_owned()),
            ("《婚姻法》第三十二条", "/laws/marriage/#art-32".to_owned()),
        ]
    );
    assert_eq!(cited[3].version, Some(date(2001, 4, 28)), "the version that held when this one took effect");
    assert_eq!(in_statute(text, &book, &ThisArticle { statute: "other", ..this }), []);
}

#[test]
fn what_may_change_an_answer_changes_the_stamp() {
    assert_eq!(book().stamp(), book().stamp());
    assert_ne!(book().stamp(), book().with_texts(&OneText).stamp());
    let mut more = book();
    more.add(Entry { slug: "x", titles: vec!["某条例"], versions: Vec::new(), replaced_by: Vec::new() });
    assert_ne!(book().stamp(), more.stamp());
}
