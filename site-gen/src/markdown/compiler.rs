//! Turns the events of one text into a [`Body`]. What it becomes in HTML is [`super::writer`]'s business; how the text is
//! written is `check::prose`'s.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::writer::Writer;
use super::{Placed, Resolver, mends};
use crate::citation::Context;
use crate::diag::{Diagnostic, Edit};
use crate::model::{Body, CitationLink, Heading};
use crate::source::Span;

/// A quotation that begins so tells what the text before it rests on.
const RESTS_ON: &str = "依据";

/// A text being read.
pub(super) struct Compiler<'r> {
    resolver: &'r mut dyn Resolver,
    body: Body,
    out: Writer,
    ids: BTreeSet<String>,
    /// Which number comes next for a heading whose id is taken.
    next_ids: BTreeMap<String, usize>,
    state: State,
    /// Level and first byte in the file of every heading of the text: what mends one may have to move others.
    pub(super) headings: Vec<(u8, usize)>,
    /// Whether the paragraph around the text is left out.
    pub(super) bare: bool,
}

/// Where in the text we are.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says where in the text we are, and any of them may hold at once"
)]
struct State {
    /// The heading being read: its level, id if the editor gave one, text so far.
    heading: Option<(u8, Option<String>, String)>,
    last_level: u8,
    /// Inside a picture, whose alternative text is not the page's.
    image: bool,
    /// Inside a link or code, where citations are left alone.
    links: usize,
    code: bool,
    /// Inside an editor's comment of several lines.
    comment: bool,
    /// What the paragraph has named so far.
    context: Context,
    /// Links that lead nowhere: their end is dropped too.
    dropped_links: Vec<bool>,
    /// A line break inside a paragraph, written only when one side is not Chinese.
    soft_break: bool,
}

impl<'r> Compiler<'r> {
    /// Nothing read yet of a text of so many bytes below a heading of `level`.
    pub(super) fn new(resolver: &'r mut dyn Resolver, level: u8, bytes: usize) -> Self {
        let state = State { last_level: level, ..State::default() };
        Self {
            resolver,
            body: Body { text: String::with_capacity(bytes), ..Body::default() },
            // A page that cites much has as many tags as text.
            out: Writer::with_capacity(bytes * 2),
            ids: BTreeSet::new(),
            next_ids: BTreeMap::new(),
            state,
            headings: Vec::new(),
            bare: false,
        }
    }

    /// What was read.
    pub(super) fn finish(mut self) -> Body {
        self.body.text = tidy(&self.body.text);
        (self.body.html, self.body.holes) = self.out.finish();
        self.body
    }

    /// Reads the next event, which stands at `span` and before `rest`.
    pub(super) fn event(&mut self, event: &Event<'_>, span: Span, rest: &[Placed<'_>]) {
        match event {
            Event::Text(text) => self.text(text, span, !self.bare && ends_paragraph(rest)),
            Event::SoftBreak => self.state.soft_break = true,
            Event::Html(html) | Event::InlineHtml(html) => self.html(html, span),
            Event::Start(tag) => self.start(tag, span, rest),
            Event::End(tag) => self.end(*tag),
            Event::Code(code) => {
                self.plain(code);
                self.out.single(event);
            }
            Event::HardBreak => {
                self.state.context.end_sentence();
                self.body.text.push('\n');
                self.out.single(event);
            }
            other => self.out.single(other),
        }
    }

    /// `ends`: whether its paragraph ends behind it.
    fn text(&mut self, text: &str, span: Span, ends: bool) {
        self.settle_soft_break(text);
        self.plain(text);
        if self.state.links > 0 || self.state.code || self.state.heading.is_some() || self.state.image {
            if self.state.links > 0 {
                self.resolver.names(text, &mut self.state.context);
            }
            self.out.text(text, ends);
            return;
        }
        let mut from = 0;
        for cited in self.resolver.citations(text, span, &mut self.state.context) {
            let url = cited.url();
            let CitationLink { range, citations, .. } = cited;
            self.push_text(&text[from..range.start], false);
            self.out.citation(&url);
            self.out.text(&text[range.clone()], false);
            self.out.end(TagEnd::Link);
            from = range.end;
            for citation in citations {
                if !self.body.citations.contains(&citation) {
                    self.body.citations.push(citation);
                }
            }
        }
        self.push_text(&text[from..], ends);
    }

    fn html(&mut self, html: &str, span: Span) {
        let trimmed = html.trim();
        // A comment of the editor may run over several lines, each of which comes by itself.
        if self.state.comment || (trimmed.starts_with("<!--") && !trimmed.contains("-->")) {
            self.state.comment = !trimmed.contains("-->");
            return;
        }
        if trimmed.is_empty() || (trimmed.starts_with("<!--") && trimmed.ends_with("-->")) {
            return;
        }
        // Its opening half has been reported.
        if trimmed.starts_with("</") {
            self.out.text(html, false);
            return;
        }
        self.resolver.report(
            Diagnostic::error("html", span, "正文里不能写 HTML 标签")
                .hint("用 Markdown 的写法；要显示尖括号就写 &lt; 和 &gt;"),
        );
        self.plain(html);
        self.out.text(html, false);
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span, rest: &[Placed<'_>]) {
        if !is_inline(tag) {
            self.state.context.new_block();
        }
        match tag {
            Tag::Heading { level, id, .. } => {
                let level = *level as u8;
                self.check_level(level, span);
                self.state.heading = Some((level, id.as_deref().map(str::to_owned), String::new()));
                self.out.heading(level);
            }
            Tag::Link { link_type, dest_url, title, .. } => {
                let target = self.resolver.link(dest_url, span);
                self.state.dropped_links.push(target.is_none());
                self.state.links += 1;
                if let Some(url) = target {
                    self.out.link(*link_type, &url, title);
                }
            }
            Tag::Image { dest_url, title, .. } => {
                let url = self.resolver.image(dest_url, span).unwrap_or_default();
                self.state.image = true;
                self.out.picture(url, title);
            }
            Tag::CodeBlock(_) => {
                self.state.code = true;
                self.out.start(tag);
            }
            Tag::BlockQuote(_) => self.out.quotation(tag, rests_on_law(rest)),
            Tag::Paragraph if self.bare => {}
            other => self.out.start(other),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.state.soft_break = false;
        match tag {
            TagEnd::Heading(_) => self.end_heading(tag),
            TagEnd::Link => {
                self.state.links = self.state.links.saturating_sub(1);
                if self.state.dropped_links.pop() == Some(false) {
                    self.out.end(tag);
                }
                return;
            }
            TagEnd::Image => {
                self.state.image = false;
                self.out.end(tag);
                return;
            }
            TagEnd::HtmlBlock => return,
            TagEnd::CodeBlock => {
                self.state.code = false;
                self.out.end(tag);
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.out.end(tag);
                return;
            }
            TagEnd::Paragraph if self.bare => {}
            other => self.out.end(other),
        }
        self.body.text.push('\n');
    }

    fn end_heading(&mut self, tag: TagEnd) {
        let Some((level, id, text)) = self.state.heading.take() else { return };
        let id = self.unique_id(id.unwrap_or_else(|| anchor_of(&text)));
        self.out.end(tag);
        self.body.headings.push(Heading { level, id, text });
    }

    /// The page's own title is level 1; a reader who walks by headings must not fall through a gap.
    fn check_level(&mut self, level: u8, span: Span) {
        let last = std::mem::replace(&mut self.state.last_level, level);
        if level == 1 {
            self.resolver.report(
                Diagnostic::error("heading-level", span, "正文里不能用一级标题，它留给页面的标题")
                    .hint("小标题从 ## 开始"),
            );
        } else if level > last + 1 {
            let message = format!("标题从 {last} 级跳到了 {level} 级");
            let hint = format!("改成 {}", "#".repeat(usize::from(last) + 1));
            let place = self.headings.iter().position(|(_, at)| *at == span.start);
            let raised = place.map(|place| mends::raised(&self.headings, place, level - last - 1));
            let edits = raised
                .unwrap_or_default()
                .into_iter()
                .map(|(range, text)| Edit { span: Span::new(span.file, range.start, range.end), text });
            let finding = Diagnostic::error("heading-level", span, message).hint(hint);
            self.resolver.report(finding.edits(edits));
        }
    }

    fn unique_id(&mut self, wanted: String) -> String {
        let wanted = if wanted.is_empty() { "section".to_owned() } else { wanted };
        if self.ids.insert(wanted.clone()) {
            return wanted;
        }
        let mut id = wanted.clone();
        // A thousand headings of one text need not be counted through a thousand times.
        let count = self.next_ids.entry(wanted.clone()).or_insert(2);
        while !self.ids.insert(id.clone()) {
            id = format!("{wanted}-{count}");
            *count += 1;
        }
        id
    }

    /// Between two Chinese characters a line break of the source is nothing; elsewhere it is a space.
    fn settle_soft_break(&mut self, next: &str) {
        if !std::mem::take(&mut self.state.soft_break) {
            return;
        }
        let before = self.body.text.chars().next_back();
        let after = next.chars().next();
        let chinese = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() || c == '\n');
        if !(chinese(before) && chinese(after)) {
            self.body.text.push(' ');
            self.out.single(&Event::SoftBreak);
        }
    }

    fn plain(&mut self, text: &str) {
        if let Some((.., heading)) = &mut self.state.heading {
            heading.push_str(text);
        }
        if self.state.image {
            return;
        }
        self.body.text.push_str(text);
    }

    fn push_text(&mut self, text: &str, ends: bool) {
        if !text.is_empty() {
            self.out.text(text, ends);
        }
    }
}

/// Whether nothing more is shown of a paragraph or an item before `rest`.
fn ends_paragraph(rest: &[Placed<'_>]) -> bool {
    let next = rest.iter().map(|(event, _)| event).find(|event| !matches!(event, Event::InlineHtml(_)));
    matches!(next, Some(Event::End(TagEnd::Paragraph | TagEnd::Item)))
}

/// Whether a quotation whose events are `inside` tells what the text before it rests on.
fn rests_on_law(inside: &[Placed<'_>]) -> bool {
    let first_text = inside.iter().take(3).find_map(|(event, _)| match event {
        Event::Text(text) => Some(text),
        _ => None,
    });
    first_text.is_some_and(|text| text.starts_with(RESTS_ON))
}

/// What stands within a paragraph.
fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

/// An anchor from a heading's text: letters, digits and Chinese characters; the rest becomes a dash.
fn anchor_of(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        // Most are Chinese, and the tables of the others are slow to search.
        if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            id.push(c);
        } else if c.is_alphanumeric() {
            id.extend(c.to_lowercase());
        } else if !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
    }
    id.trim_end_matches('-').to_owned()
}

/// No blank lines, no space at the ends of lines.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = text[start..end].trim();
        if !line.is_empty() {
            if !tidy.is_empty() {
                tidy.push('\n');
            }
            tidy.push_str(line);
        }
        start = end + 1;
    }
    tidy
}
