//! The full text of a version as pages show it: a table of contents and blocks with an anchor for each article.
//!
//! Start at [`Reading::new`]. The law's own words are kept letter by letter but for odd blanks; what they cite becomes a
//! link at one place, [`linked`].

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::citations::StatuteBook;
use crate::check::statute_text::{self, ThisArticle};
use crate::html_text::escaped;
use crate::model::article::{Division, Place};
use crate::model::{ArticleNo, Backlink, CitationLink, Statute, StatuteVersion};
use crate::render::html::html;
use crate::render::links::{Link, looked_up};
use crate::render::press::{Html, Press};
use crate::statute::places::{self, Under};
use crate::statute::text::{Article, Block, FullText, ParagraphKind, Volume};

/// A version as a page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Reading {
    /// Headings with the anchor of each, for the table of contents.
    pub contents: Vec<Entry>,
    blocks: Vec<Shown>,
}

/// A line of a table of contents.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    title: String,
    anchor: String,
    level: u8,
}

/// What comes next on the page.
#[derive(Debug, Default, Serialize)]
struct Shown {
    /// `heading`, `article` or `loose`.
    kind: &'static str,
    anchor: String,
    /// 第二十三条, or what a heading says.
    name: String,
    /// The heading's level on the page; of an article that has a note, of the note's heading.
    level: u8,
    /// What editors call it.
    title: String,
    /// What editors wrote about it.
    note: Html,
    /// The first paragraph stands behind the article's number.
    first: Line,
    lines: Vec<Line>,
    used_by: UsedBy,
}

/// Who rests on an article, as far as a page tells.
#[derive(Debug, Default, Serialize)]
pub(super) struct UsedBy {
    pages: Vec<Link>,
    /// How many more there are, and where to look for them.
    more: Option<Link>,
}

#[derive(Debug, Default, Serialize)]
struct Line {
    /// `plain`, `item`, `sub` or `table`.
    kind: &'static str,
    /// Empty where nobody cites such a place.
    anchor: String,
    html: Html,
}

/// So many pages are named under an article. In a large site thousands rest on the same one.
const NAMED: usize = 10;

/// What of those who rest on an article can be seen on its law's page. Lists that agree in it make the same page.
pub fn shown(pages: &[Backlink]) -> (&[Backlink], usize) {
    let (named, more) = pages.split_at(pages.len().min(NAMED));
    (named, more.len())
}

impl UsedBy {
    /// `pages` rest on the article `number` of `statute`.
    pub(super) fn new(statute: &Statute, number: ArticleNo, pages: &[Backlink]) -> Self {
        let (named, more) = shown(pages);
        // Search finds the texts that speak of it; a list of thousands is nothing to read.
        let question = format!("{}{number}", statute.short_title());
        let address = || Link::new(more.to_string(), looked_up(&question));
        Self {
            pages: named.iter().map(|page| Link::new(&*page.title, &*page.url)).collect(),
            more: (more > 0).then(address),
        }
    }
}

/// What editors and other pages have to say about articles.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    /// The statute, where its notes are about this very version.
    pub notes: Option<&'a Statute>,
    /// Who rests on which article.
    pub cited: Option<&'a BTreeMap<ArticleNo, Vec<Backlink>>>,
}

/// Which version of which statute is shown.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub statute: &'a Statute,
    pub version: &'a StatuteVersion,
}

impl Reading {
    /// Sets a text for a page.
    pub(super) fn new(
        press: &Press<'_>,
        (of, text): (Of<'_>, &FullText),
        statutes: &StatuteBook<'_>,
        beside: Beside<'_>,
    ) -> Self {
        let (contents, blocks) = (Vec::new(), Vec::new());
        let mut setter = Setter { press, statutes, of, beside, contents, blocks, deep: 1, previous: None };
        let many = text.volumes.len() > 1;
        for (at, (volume, headings)) in text.volumes.iter().zip(places::divisions(text)).enumerate() {
            setter.volume(volume, &headings, places::book_number(volume, at, many));
        }
        Self { contents: setter.contents, blocks: setter.blocks }
    }
}

struct Setter<'a> {
    press: &'a Press<'a>,
    statutes: &'a StatuteBook<'a>,
    of: Of<'a>,
    beside: Beside<'a>,
    contents: Vec<Entry>,
    blocks: Vec<Shown>,
    /// The level of the last heading on the page.
    deep: u8,
    /// The article before.
    previous: Option<ArticleNo>,
}

impl Setter<'_> {
    fn volume(&mut self, volume: &Volume, headings: &[Under], book: u16) {
        if let Some(name) = &volume.book {
            let division = Division { book, ..Division::default() };
            self.heading(name, 1, Under { division, begins: book > 0 });
        }
        let below = u8::from(volume.book.is_some());
        for block in &volume.blocks {
            match block {
                Block::Heading(at) => {
                    let heading = &volume.headings[*at];
                    self.heading(&heading.name, heading.level.saturating_add(below), headings[*at]);
                }
                Block::Article(at) => {
                    let article = &volume.articles[*at];
                    let outer = Division { book, ..Division::default() };
                    self.article(volume, article, article.heading.map_or(outer, |at| headings[at].division));
                }
                Block::Loose(at) => {
                    let paragraph = &volume.paragraphs[*at];
                    let text = volume.text(paragraph);
                    let this = self.this(None, Division::default());
                    let cited = statute_text::in_statute(&text, self.statutes, &this);
                    let lines = vec![line(paragraph.kind, &text, (0, &cited), String::new())];
                    self.blocks.push(Shown { kind: "loose", lines, ..Shown::default() });
                }
            }
        }
    }

    fn this(&self, number: Option<ArticleNo>, division: Division) -> ThisArticle<'_> {
        let Of { statute, version } = self.of;
        let (effective, previous) = (version.effective, self.previous);
        ThisArticle { statute: &statute.slug, effective, number, previous, division }
    }

    fn heading(&mut self, name: &str, level: u8, under: Under) {
        let division = under.begins.then(|| Place::Division(under.division).anchor()).flatten();
        let anchor = division.unwrap_or_else(|| format!("h-{}", self.contents.len() + 1));
        // No level is skipped on the page, whatever the text does; the page's own title is 1.
        let on_page = level.saturating_add(1).min(self.deep + 1).min(6);
        self.deep = on_page;
        self.contents.push(Entry { title: name.to_owned(), anchor: anchor.clone(), level });
        self.blocks.push(Shown {
            kind: "heading",
            anchor,
            name: name.to_owned(),
            level: on_page,
            ..Shown::default()
        });
    }

    fn article(&mut self, volume: &Volume, article: &Article, division: Division) {
        // Notes and backlinks are about a number: a slip's second article of that number gets none.
        let number = Some(article.number).filter(|_| article.again == 0);
        let note = number.and_then(|number| self.beside.notes?.notes.get(&number));
        let cited = number.and_then(|number| self.beside.cited?.get(&number));
        let mut lines = self.lines(volume, article, division);
        let runs_in = lines.first().is_some_and(|first| first.kind == "plain");
        let first = if runs_in { lines.remove(0) } else { Line::default() };
        self.previous = Some(article.number);
        self.blocks.push(Shown {
            kind: "article",
            anchor: article.anchor(),
            name: article.number.to_string(),
            level: (self.deep + 1).min(6),
            title: note.map(|note| note.title.clone()).unwrap_or_default(),
            note: note
                .map(|note| html(&note.body, &self.press.typesetter, self.press.pictures()))
                .unwrap_or_default(),
            first,
            lines,
            used_by: cited
                .map(|pages| UsedBy::new(self.of.statute, article.number, pages))
                .unwrap_or_default(),
        });
    }

    /// The paragraphs of an article. What they cite is told from all of them: 前款.
    fn lines(&self, volume: &Volume, article: &Article, division: Division) -> Vec<Line> {
        let mut whole = String::new();
        let mut paragraphs = Vec::new();
        for paragraph in volume.paragraphs_of(article) {
            let text = volume.text(paragraph);
            let start = whole.len();
            // A table has no paragraphs that could be counted, and no links.
            if paragraph.kind != ParagraphKind::Table {
                whole.push_str(&text);
            }
            whole.push('\n');
            paragraphs.push((paragraph.kind, text, start));
        }
        let this = self.this(Some(article.number), division);
        let cited = statute_text::in_statute(&whole, self.statutes, &this);
        let parts = places::parts(volume, article);
        let lines = paragraphs.into_iter().zip(parts).map(|((kind, text, start), part)| {
            let place = Place::Article(article.number, part);
            let anchor = place.anchor().filter(|_| article.again == 0 && !part.is_whole());
            line(kind, &text, (start, &cited), anchor.unwrap_or_default())
        });
        lines.collect()
    }
}

/// `text` is at `start` of what `links` are about.
fn line(kind: ParagraphKind, text: &str, (start, links): (usize, &[CitationLink]), anchor: String) -> Line {
    let (kind, html) = match kind {
        ParagraphKind::Plain => ("plain", linked(text, start, links)),
        ParagraphKind::Item => ("item", linked(text, start, links)),
        ParagraphKind::SubItem => ("sub", linked(text, start, links)),
        ParagraphKind::Table => ("table", table(text)),
    };
    Line { kind, anchor, html }
}

/// `text`, which is at `start` of what `links` are about, as HTML with those links.
fn linked(text: &str, start: usize, links: &[CitationLink]) -> Html {
    let mut out = String::with_capacity(text.len() + 16);
    let mut done = 0;
    let end = start + text.len();
    for link in links.iter().filter(|link| link.range.start >= start && link.range.end <= end) {
        let range = link.range.start - start..link.range.end - start;
        out.push_str(&escaped(&text[done..range.start]));
        out.push_str("<a href=\"");
        out.push_str(&escaped(&link.url()));
        out.push_str("\">");
        out.push_str(&escaped(&text[range.clone()]));
        out.push_str("</a>");
        done = range.end;
    }
    out.push_str(&escaped(&text[done..]));
    Html(out)
}

/// A Markdown table as one of HTML. Its second line is the rule under the head.
fn table(text: &str) -> Html {
    let mut rows =
        text.lines().filter(|line| !line.trim_matches(['|', '-', ':', ' ']).is_empty()).map(|line| {
            let cells = line.trim().trim_start_matches('|').trim_end_matches('|').split('|');
            cells.map(|cell| escaped(cell.trim())).collect::<Vec<_>>()
        });
    let line = |cells: Vec<String>, (open, close): (&str, &str)| {
        let cells = cells.into_iter().flat_map(|cell| [open.to_owned(), cell, close.to_owned()]);
        ["<tr>".to_owned()].into_iter().chain(cells).chain(["</tr>".to_owned()]).collect::<String>()
    };
    let head = rows.next().map(|head| line(head, ("<th scope=\"col\">", "</th>"))).unwrap_or_default();
    let body: String = rows.map(|row| line(row, ("<td>", "</td>"))).collect();
    Html(format!("<table><thead>{head}</thead><tbody>{body}</tbody></table>"))
}
