//! What texts become: their HTML but for its holes, through the door the checks use.

use super::*;
use crate::model::Citation;
use crate::model::article::Place;
use crate::model::body::{Hole, Shown};
use crate::source::SourceMap;

/// A site in which every address leads where it says, and one law is cited.
struct Nowhere;

impl Resolver for Nowhere {
    fn link(&mut self, target: &str, _: Span) -> Option<String> {
        Some(target.to_owned())
    }

    fn image(&mut self, target: &str, _: Span) -> Option<String> {
        Some(target.to_owned())
    }

    fn citations(&mut self, text: &str, _: Span, _: &mut Context) -> Vec<CitationLink> {
        const LAW: &str = "《某法》";
        let citation = Citation { statute: "some-law".into(), article: None };
        let link = |(at, _): (usize, &str)| CitationLink {
            range: at..at + LAW.len(),
            citations: vec![citation.clone()],
            place: Place::Whole,
            version: None,
        };
        text.match_indices(LAW).map(link).collect()
    }

    fn names(&mut self, _: &str, _: &mut Context) {}

    fn report(&mut self, _: Diagnostic) {}
}

fn start() -> Span {
    let mut sources = SourceMap::default();
    sources.add("a.md", "");
    Span::start_of(sources.file("a.md").unwrap())
}

/// A text of such a site.
pub(crate) fn body(markdown: &str) -> Body {
    compile_events(&events(markdown), (start(), 1), &mut Nowhere)
}

fn set(markdown: &str) -> String {
    body(markdown).html
}

#[test]
fn headings_and_their_words_are_left_for_the_page() {
    let body = body("## 多久\n\n## 多少 **钱**\n");
    assert_eq!(body.html, "</h2>\n<strong><span class=\"nb\">钱</span></strong></h2>\n");
    let words = |text: &str| Hole::Words(text.to_owned());
    let holes = [(0, Hole::Opening), (0, words("多久")), (6, Hole::Opening), (6, words("多少 "))];
    assert_eq!(body.holes, holes);
    assert_eq!(
        body.headings.iter().map(|heading| heading.id.as_str()).collect::<Vec<_>>(),
        ["多久", "多少-钱"]
    );
}

#[test]
fn what_a_picture_shows_is_plain_text() {
    let body = body("![**大门**和`院子` ![里](/b.png)\n[牌子](/c/)](/media/a.png \"入口\")\n");
    let shown =
        Shown {
            address: "/media/a.png".into(), title: "入口".into(), alt: "大门和院子 里 牌子".into()
        };
    assert_eq!((body.html.as_str(), body.holes), ("<p></p>\n", vec![(3, Hole::Picture(shown))]));
}

#[test]
fn a_citation_is_a_link_and_none_where_a_picture_is_described() {
    let body = body("看《某法》。\n\n![![里](/b.png)《某法》](/a.png)后\n");
    assert_eq!(body.html, "<p>看<a href=\"/laws/some-law/\">《某法》</a>。</p>\n<p>后</p>\n");
    assert_eq!(body.holes.len(), 1);
}

#[test]
fn what_a_text_rests_on_is_marked_as_law() {
    assert!(set("> 依据《反家庭暴力法》第二十三条。").starts_with("<blockquote class=\"law\">"));
    assert!(set("> **依据**上面的规定。").starts_with("<blockquote class=\"law\">"));
    assert!(set("> 另一段话。").starts_with("<blockquote>"));
}

#[test]
fn the_number_of_an_article_stays_on_one_line() {
    let html = set("[《民法典》第一千零四十一条](/laws/civil-code/)\n");
    assert!(html.contains("《民法典》<span class=\"nb\">第一千零四十一条</span></a>"), "{html}");
}

#[test]
fn tables_scroll_in_a_frame_of_their_own() {
    let html = set("| 天 | 元 |\n|---|---|\n| 1 | 2 |\n");
    assert!(
        html.starts_with("<div class=\"scroll\"") && html.trim_end().ends_with("</table>\n</div>"),
        "{html}"
    );
}

#[test]
fn wrapped_lines_of_chinese_join_without_a_blank() {
    assert_eq!(set("先离开\n危险\n"), "<p>先离开危险</p>\n");
    assert!(set("call\nthem\n").contains("call\nthem"));
}

#[test]
fn a_last_line_holds_at_least_two_characters() {
    for end in ["", "<!-- 还要问一下 -->"] {
        let html = set(&format!("自己去不了，近亲属可以替你申请。{end}\n"));
        assert!(html.ends_with("<span class=\"nb\">申请。</span></p>\n"), "{html}");
    }
    let html = set("- 自己去不了，近亲属可以替你申请。\n");
    assert!(html.contains("<span class=\"nb\">申请。</span></li>"), "{html}");
}

#[test]
fn bold_words_stay_whole_and_markup_in_text_stays_text() {
    assert!(set("**72 小时**内").contains("<strong><span class=\"nb\">72 小时</span></strong>"));
    assert!(set("a \\<b\\> &amp; c").contains("a &lt;b&gt; &amp; c"));
}

#[test]
fn a_step_has_no_paragraph_around_it() {
    let inline = |markdown: &str| compile_inline(&events(markdown), start(), &mut Nowhere).html;
    assert_eq!(inline("拨打 **110**"), "拨打 <strong><span class=\"nb\">110</span></strong>");
    assert_eq!(inline("<!-- 核对过 -->\n\n拨打 110"), "拨打 110");
    assert_eq!(inline("先走\n\n再打 110"), "<p>先走</p>\n<p>再打 110</p>\n");
    assert_eq!(inline("- 先走"), "<ul>\n<li>先走</li>\n</ul>\n");
}

#[test]
fn editors_comments_are_not_published() {
    assert_eq!(set("<!-- 第一行\n第二行 -->\n\n字<!-- 里面 -->字\n"), "<p>字字</p>\n");
}
