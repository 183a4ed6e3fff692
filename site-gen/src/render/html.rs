//! Turns checked Markdown into HTML.
//!
//! Start at [`html`]. Tags are [`Markup`]'s business; what is ours stands here: anchors and word breaks for headings, a frame
//! that scrolls for tables, quotations of the law, pictures, and no lonely last character.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::markup::Markup;
use super::press::Html;
use super::typography::{Typesetter, escaped, is_letter, push_all_escaped, push_articles};
use crate::model::{Body, Heading};
use crate::pictures::{Picture, Pictures, Source};

/// A quotation that begins so tells what the text before it rests on.
const RESTS_ON: &str = "依据";
/// Paragraphs shorter than this, in characters of their last run, need no care for their last line.
const LONG_RUN: usize = 8;
/// Bold words up to this many characters stay on one line: 72 小时, 不收费.
const SHORT_BOLD: usize = 8;

/// How wide a picture stands on the page, for browsers to choose among its files before they know the page: the column of
/// text on a wide screen, the screen without its margins on a phone.
const SIZES: &str = "(min-width: 45rem) 684px, calc(100vw - 2rem)";

/// The HTML of `body`, which shows `pictures`.
pub(super) fn html(body: &Body, typesetter: &Typesetter, pictures: &Pictures) -> Html {
    let mut writer = Writer {
        events: &body.events,
        headings: body.headings.iter(),
        typesetter,
        pictures,
        // A page that cites much has as many tags as text.
        out: Markup::with_capacity(body.text.len() * 2),
        places: Vec::new(),
        shown: None,
    };
    for (at, event) in body.events.iter().enumerate() {
        writer.event(at, event);
    }
    Html(writer.out.finish())
}

/// A list of links to places of the same page, each with its anchor. Written here and not by a template, because long pages
/// have dozens, and it is the next most costly thing of a page after its text.
pub(super) fn contents<'p>(
    places: impl Iterator<Item = (&'p str, &'p str)>,
    typesetter: &Typesetter,
) -> Html {
    let mut html = String::from("<ul class=\"plain\">\n");
    for (title, anchor) in places {
        html.push_str("<li><a href=\"#");
        push_all_escaped(&mut html, anchor);
        html.push_str("\">");
        html.push_str(&typesetter.heading(title).0);
        html.push_str("</a></li>\n");
    }
    html.push_str("</ul>\n");
    Html(html)
}

/// What the text at hand is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Heading,
    Bold,
    Link,
}

struct Writer<'a> {
    events: &'a [Event<'static>],
    headings: std::slice::Iter<'a, Heading>,
    typesetter: &'a Typesetter,
    pictures: &'a Pictures,
    out: Markup,
    /// From the outermost to the one at hand.
    places: Vec<Place>,
    /// The picture at hand.
    shown: Option<Shown<'a>>,
}

/// A picture being read.
struct Shown<'a> {
    address: &'a str,
    title: &'a str,
    /// What it shows, so far.
    alt: String,
    /// Pictures inside what is said of it.
    inside: usize,
}

impl<'a> Writer<'a> {
    fn event(&mut self, at: usize, event: &'a Event<'static>) {
        if self.shown.is_some() {
            return self.of_picture(event);
        }
        match event {
            Event::Start(tag) => self.start(at, tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) => self.text(at, text),
            Event::SoftBreak if self.is_between_chinese(at) => {}
            other => self.out.single(other),
        }
    }

    fn start(&mut self, at: usize, tag: &'a Tag<'static>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.places.push(Place::Heading);
                let id = self.headings.next().map_or("", |heading| &heading.id);
                self.out.push(&format!("<{level} id=\"{}\">", escaped(id)));
            }
            Tag::Table(_) => {
                self.out.push("<div class=\"scroll\" role=\"region\" aria-label=\"表格\" tabindex=\"0\">");
                self.out.start(tag);
            }
            Tag::BlockQuote(_) if self.rests_on_law(at) => self.out.push("<blockquote class=\"law\">\n"),
            Tag::Image { dest_url, title, .. } => {
                self.shown = Some(Shown { address: dest_url, title, alt: String::new(), inside: 0 });
            }
            Tag::Strong => {
                self.places.push(Place::Bold);
                self.out.start(tag);
            }
            Tag::Link { .. } => {
                self.places.push(Place::Link);
                self.out.start(tag);
            }
            other => self.out.start(other),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.places.pop();
                self.out.push(&format!("</{level}>\n"));
            }
            TagEnd::Table => {
                self.out.end(tag);
                self.out.push("</div>\n");
            }
            TagEnd::Strong | TagEnd::Link => {
                self.places.pop();
                self.out.end(tag);
            }
            other => self.out.end(other),
        }
    }

    fn text(&mut self, at: usize, text: &CowStr<'static>) {
        let ends = self.ends_paragraph(at);
        let out = &mut self.out;
        match self.places.last().copied().unwrap_or(Place::Text) {
            Place::Heading => out.push(&self.typesetter.heading(text).0),
            Place::Bold if text.chars().nth(SHORT_BOLD).is_none() => {
                out.push("<span class=\"nb\">");
                out.text(text);
                out.push("</span>");
            }
            Place::Link => out.inline(|html| push_articles(html, text)),
            Place::Text if ends => self.with_kept_end(text),
            Place::Text | Place::Bold => out.text(text),
        }
    }

    /// What stands for a picture that is not seen.
    fn of_picture(&mut self, event: &Event<'static>) {
        let Some(shown) = &mut self.shown else { return };
        match event {
            Event::Text(text) | Event::Code(text) => shown.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => shown.alt.push(' '),
            Event::Start(Tag::Image { .. }) => shown.inside += 1,
            Event::End(TagEnd::Image) if shown.inside > 0 => shown.inside -= 1,
            Event::End(TagEnd::Image) => {
                let picture = self.pictures.get(shown.address);
                let html =
                    picture.map_or_else(|| plain_picture(shown), |picture| picture_html(picture, &shown.alt));
                self.shown = None;
                self.out.push(&html);
            }
            _ => {}
        }
    }

    fn ends_paragraph(&self, at: usize) -> bool {
        matches!(self.events.get(at + 1), Some(Event::End(TagEnd::Paragraph | TagEnd::Item)))
    }

    /// Text whose last two characters, with the marks after them, stay on one line.
    fn with_kept_end(&mut self, text: &str) {
        let mut letters = text.char_indices().rev().filter(|(_, c)| is_letter(*c));
        let chinese_end = letters.next().is_some_and(|(_, c)| !c.is_ascii());
        let Some((at, _)) = letters.next().filter(|_| chinese_end && letters.nth(LONG_RUN - 3).is_some())
        else {
            return self.out.text(text);
        };
        let (start, end) = text.split_at(at);
        self.out.text(start);
        self.out.push("<span class=\"nb\">");
        self.out.text(end);
        self.out.push("</span>");
    }

    /// A line of Chinese that an editor wrapped goes on without a blank.
    fn is_between_chinese(&self, at: usize) -> bool {
        let Some(Event::Text(before)) = at.checked_sub(1).and_then(|at| self.events.get(at)) else {
            return false;
        };
        let Some(Event::Text(after)) = self.events.get(at + 1) else { return false };
        let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
        wide(before.chars().next_back()) && wide(after.chars().next())
    }

    fn rests_on_law(&self, at: usize) -> bool {
        let first_text = self.events[at..].iter().take(4).find_map(|event| match event {
            Event::Text(text) => Some(text),
            _ => None,
        });
        first_text.is_some_and(|text| text.starts_with(RESTS_ON))
    }
}

/// A picture whose file nobody knows.
fn plain_picture(shown: &Shown<'_>) -> String {
    let (url, alt) = (escaped(shown.address), escaped(shown.alt.trim()));
    let title =
        if shown.title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(shown.title)) };
    format!("<img src=\"{url}\" alt=\"{alt}\"{title}>")
}

/// The newer formats for browsers that know them, the old one for all; the place is kept free until it is there.
fn picture_html(picture: &Picture, alt: &str) -> String {
    let source = |source: Source| {
        let (srcset, media_type) = (escaped(&source.srcset), source.media_type);
        format!("<source type=\"{media_type}\" srcset=\"{srcset}\" sizes=\"{SIZES}\">")
    };
    let sources: String = picture.sources().into_iter().map(source).collect();
    let offers = picture.fallback_srcset();
    let offers = offers.map(|srcset| format!(" srcset=\"{}\" sizes=\"{SIZES}\"", escaped(&srcset)));
    let offers = offers.unwrap_or_default();
    let ((width, height), url, alt) = (picture.size(), escaped(&picture.fallback()), escaped(alt.trim()));
    let img = format!(
        "<img src=\"{url}\"{offers} width=\"{width}\" height=\"{height}\" loading=\"lazy\" decoding=\"async\" alt=\"{alt}\">"
    );
    format!("<picture>{sources}{img}</picture>")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Options, Parser};

    use super::*;

    fn set(markdown: &str, headings: &[&str]) -> String {
        let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(Event::into_static).collect();
        let headings =
            headings.iter().map(|id| Heading { level: 2, id: (*id).to_owned(), text: String::new() });
        let body = Body { events, headings: headings.collect(), ..Body::default() };
        html(&body, &Typesetter::default(), &Pictures::new()).0
    }

    #[test]
    fn headings_carry_their_anchors_in_order() {
        let html = set("## 多久\n\n## 多少钱\n", &["how-long", "cost"]);
        assert_eq!(html, "<h2 id=\"how-long\">多久</h2>\n<h2 id=\"cost\">多少钱</h2>\n");
    }

    #[test]
    fn what_a_picture_shows_is_plain_text() {
        let html = set("![**大门**和`院子` ![里](/b.png)\n牌子](/media/a.png \"入口\")\n", &[]);
        assert_eq!(html, "<p><img src=\"/media/a.png\" alt=\"大门和院子 里 牌子\" title=\"入口\"></p>\n");
    }

    #[test]
    fn what_a_text_rests_on_is_marked_as_law() {
        assert!(set("> 依据《反家庭暴力法》第二十三条。", &[]).starts_with("<blockquote class=\"law\">"));
        assert!(set("> 另一段话。", &[]).starts_with("<blockquote>"));
    }

    #[test]
    fn the_number_of_an_article_stays_on_one_line() {
        let html = set("[《民法典》第一千零四十一条](/laws/civil-code/)\n", &[]);
        assert!(html.contains("《民法典》<span class=\"nb\">第一千零四十一条</span></a>"), "{html}");
    }

    #[test]
    fn tables_scroll_in_a_frame_of_their_own() {
        let html = set("| 天 | 元 |\n|---|---|\n| 1 | 2 |\n", &[]);
        assert!(
            html.starts_with("<div class=\"scroll\"") && html.trim_end().ends_with("</table>\n</div>"),
            "{html}"
        );
    }

    #[test]
    fn wrapped_lines_of_chinese_join_without_a_blank() {
        assert_eq!(set("先离开\n危险\n", &[]), "<p>先离开危险</p>\n");
        assert!(set("call\nthem\n", &[]).contains("call\nthem"));
    }

    #[test]
    fn a_last_line_holds_at_least_two_characters() {
        let html = set("自己去不了，近亲属可以替你申请。\n", &[]);
        assert!(html.ends_with("<span class=\"nb\">申请。</span></p>\n"), "{html}");
    }

    #[test]
    fn bold_words_stay_whole_and_markup_in_text_stays_text() {
        assert!(set("**72 小时**内", &[]).contains("<strong><span class=\"nb\">72 小时</span></strong>"));
        assert!(set("a \\<b\\> &amp; c", &[]).contains("a &lt;b&gt; &amp; c"));
    }
}
