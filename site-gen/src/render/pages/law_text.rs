//! The full text of a version as pages show it: a table of contents and blocks with an anchor for each article.
//!
//! Start at [`Reading::new`]. The law's own words are kept letter by letter but for odd blanks; what they cite becomes a
//! link at one place, [`Linker::linked`].

use std::collections::BTreeMap;

use serde::Serialize;

use crate::citation;
use crate::model::{ArticleNo, Backlink, Citation, Statute};
use crate::render::html::html;
use crate::render::links::Link;
use crate::render::press::{Html, Press};
use crate::render::typography::escaped;
use crate::statute::text::{Article, Block, FullText, Paragraph, ParagraphKind, Volume};

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
    first: Html,
    lines: Vec<Line>,
    used_by: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// `plain`, `item`, `sub` or `table`.
    kind: &'static str,
    html: Html,
}

/// What editors and other pages have to say about articles.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    /// The statute, where its notes are about this very version.
    pub notes: Option<&'a Statute>,
    /// Who rests on which article.
    pub cited: Option<&'a BTreeMap<ArticleNo, Vec<Backlink>>>,
}

/// Makes links of what a law cites.
pub(super) struct Linker<'a> {
    slugs: BTreeMap<&'a str, &'a str>,
}

impl Reading {
    /// Sets `text` for a page.
    pub(super) fn new(press: &Press<'_>, text: &FullText, linker: &Linker<'_>, beside: Beside<'_>) -> Self {
        let mut setter = Setter { press, linker, beside, contents: Vec::new(), blocks: Vec::new(), deep: 1 };
        for volume in &text.volumes {
            setter.volume(volume);
        }
        Self { contents: setter.contents, blocks: setter.blocks }
    }
}

struct Setter<'a> {
    press: &'a Press<'a>,
    linker: &'a Linker<'a>,
    beside: Beside<'a>,
    contents: Vec<Entry>,
    blocks: Vec<Shown>,
    /// The level of the last heading on the page.
    deep: u8,
}

impl Setter<'_> {
    fn volume(&mut self, volume: &Volume) {
        if let Some(book) = &volume.book {
            self.heading(book, 1);
        }
        let below = u8::from(volume.book.is_some());
        for block in &volume.blocks {
            match block {
                Block::Heading(at) => {
                    let heading = &volume.headings[*at];
                    self.heading(&heading.name, heading.level.saturating_add(below));
                }
                Block::Article(at) => self.article(volume, &volume.articles[*at]),
                Block::Loose(at) => {
                    let lines = vec![self.line(volume, &volume.paragraphs[*at])];
                    self.blocks.push(Shown { kind: "loose", lines, ..Shown::default() });
                }
            }
        }
    }

    fn heading(&mut self, name: &str, level: u8) {
        let anchor = format!("part-{}", self.contents.len() + 1);
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

    fn article(&mut self, volume: &Volume, article: &Article) {
        // Notes and backlinks are about a number: a slip's second article of that number gets none.
        let number = Some(article.number).filter(|_| article.again == 0);
        let note = number.and_then(|number| self.beside.notes?.notes.get(&number));
        let cited = number.and_then(|number| self.beside.cited?.get(&number));
        let paragraphs = volume.paragraphs_of(article);
        let runs_in = paragraphs.first().filter(|first| first.kind == ParagraphKind::Plain);
        let rest = &paragraphs[usize::from(runs_in.is_some())..];
        self.blocks.push(Shown {
            kind: "article",
            anchor: article.anchor(),
            name: article.number.to_string(),
            level: (self.deep + 1).min(6),
            title: note.map(|note| note.title.clone()).unwrap_or_default(),
            note: note.map(|note| html(&note.body, &self.press.typesetter)).unwrap_or_default(),
            first: runs_in.map(|first| self.linker.linked(&volume.text(first))).unwrap_or_default(),
            lines: rest.iter().map(|paragraph| self.line(volume, paragraph)).collect(),
            used_by: cited.into_iter().flatten().map(|page| Link::new(&page.title, &page.url)).collect(),
        });
    }

    fn line(&self, volume: &Volume, paragraph: &Paragraph) -> Line {
        let text = volume.text(paragraph);
        let (kind, html) = match paragraph.kind {
            ParagraphKind::Plain => ("plain", self.linker.linked(&text)),
            ParagraphKind::Item => ("item", self.linker.linked(&text)),
            ParagraphKind::SubItem => ("sub", self.linker.linked(&text)),
            ParagraphKind::Table => ("table", table(&text)),
        };
        Line { kind, html }
    }
}

impl<'a> Linker<'a> {
    /// Knows every statute of the site by its titles.
    pub(super) fn new(press: &Press<'a>) -> Self {
        let mut slugs = BTreeMap::new();
        for statute in &press.site.statutes {
            for title in std::iter::once(&statute.title).chain(&statute.short_titles) {
                slugs.entry(title.as_str()).or_insert(statute.slug.as_str());
            }
        }
        Self { slugs }
    }

    /// `text` as HTML in which citations of statutes of the site are links.
    pub(super) fn linked(&self, text: &str) -> Html {
        let mut out = String::with_capacity(text.len() + 16);
        let mut done = 0;
        let mut link = |range: std::ops::Range<usize>, citation: &Citation| {
            out.push_str(&escaped(&text[done..range.start]));
            out.push_str("<a href=\"");
            out.push_str(&escaped(&citation.url()));
            out.push_str("\">");
            out.push_str(&escaped(&text[range.clone()]));
            out.push_str("</a>");
            done = range.end;
        };
        for mention in citation::mentions(text) {
            let Some(slug) = self.slug(&mention.title) else { continue };
            let cite = |article| Citation { statute: slug.to_owned(), article };
            if mention.articles.is_empty() {
                link(mention.title_at.clone(), &cite(None));
            }
            for (at, article) in mention.articles.iter().enumerate() {
                let start = if at == 0 { mention.title_at.start } else { article.start };
                link(start..article.end, &cite(Some(article.from)));
            }
        }
        out.push_str(&escaped(&text[done..]));
        Html(out)
    }

    fn slug(&self, title: &str) -> Option<&'a str> {
        let bare: String = title.chars().filter(|c| *c != ' ').collect();
        let short = bare.strip_prefix("中华人民共和国").unwrap_or(&bare);
        self.slugs.get(bare.as_str()).or_else(|| self.slugs.get(short)).copied()
    }
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
