//! Turns the events of one text into a [`Body`]. How the text is written is `check::prose`'s business.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{CowStr, Event, HeadingLevel, InlineStr, LinkType, Tag, TagEnd};

use super::{Resolver, mends};
use crate::citation::Context;
use crate::diag::{Diagnostic, Edit};
use crate::model::{Body, CitationLink, Heading};
use crate::source::Span;

/// A text being read.
pub(super) struct Compiler<'r> {
    resolver: &'r mut dyn Resolver,
    body: Body,
    ids: BTreeSet<String>,
    /// Which number comes next for a heading whose id is taken.
    next_ids: BTreeMap<String, usize>,
    state: State,
    /// Level and first byte in the file of every heading of the text: what mends one may have to move others.
    pub(super) headings: Vec<(u8, usize)>,
}

/// Where in the text we are.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says where in the text we are, and any of them may hold at once"
)]
struct State {
    /// The heading being read: its place in `events`, level, id if the editor gave one, text so far.
    heading: Option<(usize, u8, Option<String>, String)>,
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
    /// Nothing read yet, below a heading of `level`.
    pub(super) fn new(resolver: &'r mut dyn Resolver, level: u8) -> Self {
        let state = State { last_level: level, ..State::default() };
        Self {
            resolver,
            body: Body::default(),
            ids: BTreeSet::new(),
            next_ids: BTreeMap::new(),
            state,
            headings: Vec::new(),
        }
    }

    /// Makes room for as many events and bytes of text.
    pub(super) fn expect(&mut self, events: usize, bytes: usize) {
        // Each citation becomes a link: where much is cited, half as many again.
        self.body.events.reserve(events + events / 2);
        self.body.text.reserve(bytes);
    }

    /// What was read.
    pub(super) fn finish(mut self) -> Body {
        self.body.text = tidy(&self.body.text);
        self.body
    }

    /// Reads the next event, which stands at `span`.
    pub(super) fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Text(text) => self.text(&text, span),
            Event::SoftBreak => self.state.soft_break = true,
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html, span),
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                self.plain(&code);
                self.push(Event::Code(owned(&code)));
            }
            Event::HardBreak => {
                self.state.context.end_sentence();
                self.body.text.push('\n');
                self.push(Event::HardBreak);
            }
            other => self.push(other.into_static()),
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        self.settle_soft_break(text);
        self.plain(text);
        if self.state.links > 0 || self.state.code || self.state.heading.is_some() || self.state.image {
            if self.state.links > 0 {
                self.resolver.names(text, &mut self.state.context);
            }
            self.push(Event::Text(owned(text)));
            return;
        }
        let mut from = 0;
        for cited in self.resolver.citations(text, span, &mut self.state.context) {
            let dest_url = owned(&cited.url());
            let CitationLink { range, citations, .. } = cited;
            self.push_text(&text[from..range.start]);
            let (title, id) = (CowStr::Borrowed(""), CowStr::Borrowed(""));
            self.push(Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title, id }));
            self.push_text(&text[range.clone()]);
            self.push(Event::End(TagEnd::Link));
            from = range.end;
            for citation in citations {
                if !self.body.citations.contains(&citation) {
                    self.body.citations.push(citation);
                }
            }
        }
        self.push_text(&text[from..]);
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
            self.push_text(html);
            return;
        }
        self.resolver.report(
            Diagnostic::error("html", span, "正文里不能写 HTML 标签")
                .hint("用 Markdown 的写法；要显示尖括号就写 &lt; 和 &gt;"),
        );
        self.plain(html);
        self.push_text(html);
    }

    fn start(&mut self, tag: Tag<'_>, span: Span) {
        if !is_inline(&tag) {
            self.state.context.new_block();
        }
        match tag {
            Tag::Heading { level, id, .. } => {
                let level = level as u8;
                self.check_level(level, span);
                self.state.heading =
                    Some((self.body.events.len(), level, id.map(CowStr::into_string), String::new()));
                // A place to put the heading with its id once its text is known.
                self.push(Event::Text(CowStr::Borrowed("")));
            }
            Tag::Link { link_type, dest_url, title, .. } => {
                let target = self.resolver.link(&dest_url, span);
                self.state.dropped_links.push(target.is_none());
                self.state.links += 1;
                if let Some(url) = target {
                    let title = title.into_string().into();
                    self.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url: url.into(),
                        title,
                        id: CowStr::Borrowed(""),
                    }));
                }
            }
            Tag::Image { link_type, dest_url, title, .. } => {
                let url = self.resolver.image(&dest_url, span).unwrap_or_default();
                self.state.image = true;
                let title = title.into_string().into();
                self.push(Event::Start(Tag::Image {
                    link_type,
                    dest_url: url.into(),
                    title,
                    id: CowStr::Borrowed(""),
                }));
            }
            Tag::CodeBlock(kind) => {
                self.state.code = true;
                self.push(Event::Start(Tag::CodeBlock(kind.into_static())));
            }
            Tag::HtmlBlock => {}
            other => self.push(Event::Start(other.into_static())),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.state.soft_break = false;
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Link => {
                self.state.links = self.state.links.saturating_sub(1);
                if self.state.dropped_links.pop() == Some(false) {
                    self.push(Event::End(TagEnd::Link));
                }
                return;
            }
            TagEnd::Image => {
                self.state.image = false;
                self.push(Event::End(tag));
                return;
            }
            TagEnd::HtmlBlock => return,
            TagEnd::CodeBlock => {
                self.state.code = false;
                self.push(Event::End(tag));
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.push(Event::End(tag));
                return;
            }
            other => self.push(Event::End(other)),
        }
        self.body.text.push('\n');
    }

    fn end_heading(&mut self) {
        let Some((place, level, id, text)) = self.state.heading.take() else { return };
        let id = self.unique_id(id.unwrap_or_else(|| anchor_of(&text)));
        let heading_level = HeadingLevel::try_from(usize::from(level));
        let Ok(heading_level) = heading_level else { return };
        self.body.events[place] = Event::Start(Tag::Heading {
            level: heading_level,
            id: Some(id.clone().into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        });
        self.push(Event::End(TagEnd::Heading(heading_level)));
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
            self.push(Event::SoftBreak);
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

    fn push_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(Event::Text(owned(text)));
        }
    }

    fn push(&mut self, event: Event<'static>) {
        self.body.events.push(event);
    }
}

/// A text of its own, without a detour: a short one needs no memory, another one exactly as much as it is long.
fn owned(text: &str) -> CowStr<'static> {
    InlineStr::try_from(text).map_or_else(|_| CowStr::Boxed(text.into()), CowStr::Inlined)
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
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !tidy.is_empty() {
            tidy.push('\n');
        }
        tidy.push_str(line);
    }
    tidy
}
