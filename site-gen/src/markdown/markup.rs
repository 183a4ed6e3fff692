//! Writes the tags of Markdown, and lets its caller write what stands between them.
//!
//! Start at [`Markup::start`]. The parser's own writer takes nothing but events, so each text that we set would have to become
//! one first: allocations for every line of a large build. A test holds that both write the same.
//! Headings and pictures are the caller's ([`super::writer`]).

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Tag, TagEnd};
use pulldown_cmark_escape::{escape_href, escape_html, escape_html_body_text};

/// HTML being written.
pub(super) struct Markup {
    html: String,
    /// Whether what was written last ends a line: blocks begin on a line of their own.
    line_ended: bool,
    /// How the columns of the table at hand are set.
    columns: Vec<Alignment>,
    /// The column of the cell at hand.
    column: usize,
    in_table_head: bool,
    /// The numbers of footnotes, by name.
    notes: BTreeMap<String, usize>,
}

impl Markup {
    /// Nothing written yet, with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            html: String::with_capacity(bytes),
            line_ended: true,
            columns: Vec::new(),
            column: 0,
            in_table_head: true,
            notes: BTreeMap::new(),
        }
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.html.len()
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.html
    }

    /// Writes HTML as it is.
    pub(super) fn push(&mut self, html: &str) {
        self.html.push_str(html);
        if !html.is_empty() {
            self.line_ended = html.ends_with('\n');
        }
    }

    /// Writes text, escaped.
    pub(super) fn text(&mut self, text: &str) {
        self.line_ended = text.ends_with('\n');
        // A string takes whatever is written to it.
        let _ = escape_html_body_text(&mut self.html, text);
    }

    /// Lets `write` add to the HTML what ends no line.
    pub(super) fn inline(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.html);
        self.line_ended = false;
    }

    /// Writes the value of an attribute, escaped.
    fn attribute(&mut self, value: &str) {
        let _ = escape_html(&mut self.html, value);
    }

    /// Begins a block, on a line of its own.
    fn block(&mut self, html: &str) {
        if !self.line_ended {
            self.html.push('\n');
        }
        self.push(html);
    }

    /// Writes what is neither text nor the beginning or end of anything.
    pub(super) fn single(&mut self, event: &Event<'_>) {
        match event {
            Event::Code(code) => {
                self.push("<code>");
                self.text(code);
                self.push("</code>");
            }
            Event::SoftBreak => self.push("\n"),
            Event::HardBreak => self.push("<br />\n"),
            Event::Rule => self.block("<hr />\n"),
            Event::FootnoteReference(name) => {
                self.push("<sup class=\"footnote-reference\"><a href=\"#");
                self.attribute(name);
                let number = self.note(name);
                self.push(&format!("\">{number}</a></sup>"));
            }
            // The compiler has made text of HTML; the rest is not asked of the parser.
            _ => {}
        }
    }

    /// Begins an element.
    pub(super) fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.block("<p>"),
            Tag::BlockQuote(_) => self.block("<blockquote>\n"),
            Tag::CodeBlock(kind) => self.code_block(kind),
            Tag::List(None) => self.block("<ul>\n"),
            Tag::List(Some(1)) => self.block("<ol>\n"),
            Tag::List(Some(first)) => self.block(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.block("<li>"),
            Tag::DefinitionList => self.block("<dl>\n"),
            Tag::DefinitionListTitle => self.block("<dt>"),
            Tag::DefinitionListDefinition => self.block("<dd>"),
            Tag::FootnoteDefinition(name) => {
                self.block("<div class=\"footnote-definition\" id=\"");
                self.attribute(name);
                let number = self.note(name);
                self.push(&format!("\"><sup class=\"footnote-definition-label\">{number}</sup>"));
            }
            Tag::Table(columns) => {
                self.columns.clone_from(columns);
                self.push("<table>");
            }
            Tag::TableHead => {
                (self.in_table_head, self.column) = (true, 0);
                self.push("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.push("<tr>");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Subscript => self.push("<sub>"),
            Tag::Superscript => self.push("<sup>"),
            Tag::Link { link_type, dest_url, title, .. } => self.link(*link_type, dest_url, title),
            Tag::Heading { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::MetadataBlock(_) => {}
        }
    }

    /// Ends an element.
    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("</p>\n"),
            TagEnd::BlockQuote(_) => self.push("</blockquote>\n"),
            TagEnd::CodeBlock => self.push("</code></pre>\n"),
            TagEnd::List(true) => self.push("</ol>\n"),
            TagEnd::List(false) => self.push("</ul>\n"),
            TagEnd::Item => self.push("</li>\n"),
            TagEnd::DefinitionList => self.push("</dl>\n"),
            TagEnd::DefinitionListTitle => self.push("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.push("</dd>\n"),
            TagEnd::FootnoteDefinition => self.push("</div>\n"),
            TagEnd::Table => self.push("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.in_table_head = false;
                self.push("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => {
                self.push(if self.in_table_head { "</th>" } else { "</td>" });
                self.column += 1;
            }
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Subscript => self.push("</sub>"),
            TagEnd::Superscript => self.push("</sup>"),
            TagEnd::Link => self.push("</a>"),
            TagEnd::Heading(_) | TagEnd::Image | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>) {
        self.block("<pre><code");
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split(' ').next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        if !language.is_empty() {
            self.push(" class=\"language-");
            self.attribute(language);
            self.push("\"");
        }
        self.push(">");
    }

    /// The parser's writer says how a column is set in a `style`, which the content security policy of the site forbids.
    fn cell(&mut self) {
        self.push(if self.in_table_head { "<th" } else { "<td" });
        self.push(match self.columns.get(self.column) {
            Some(Alignment::Center) => " class=\"mid\">",
            Some(Alignment::Right) => " class=\"far\">",
            _ => ">",
        });
    }

    /// Begins a link to an address of ours, which has nothing to escape.
    pub(super) fn link_within(&mut self, address: &str) {
        self.html.push_str("<a href=\"");
        self.html.push_str(address);
        self.push("\">");
    }

    /// Begins a link.
    pub(super) fn link(&mut self, kind: LinkType, target: &str, title: &str) {
        self.push(if kind == LinkType::Email { "<a href=\"mailto:" } else { "<a href=\"" });
        let _ = escape_href(&mut self.html, target);
        if !title.is_empty() {
            self.push("\" title=\"");
            self.attribute(title);
        }
        self.push("\">");
    }

    fn note(&mut self, name: &str) -> usize {
        let next = self.notes.len() + 1;
        *self.notes.entry(name.to_owned()).or_insert(next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::html::push_html;
    use pulldown_cmark::{Options, Parser};

    use super::*;

    fn written(events: &[Event<'_>]) -> String {
        let mut markup = Markup::with_capacity(0);
        for event in events {
            match event {
                Event::Start(tag) => markup.start(tag),
                Event::End(tag) => markup.end(*tag),
                Event::Text(text) => markup.text(text),
                other => markup.single(other),
            }
        }
        markup.finish()
    }

    /// Text with the signs of Markdown in it, but for headings, pictures and HTML, which are not written here.
    fn markdown() -> impl Strategy<Value = String> {
        const SIGNS: &[&str] = &[
            "- ",
            "1. ",
            "7) ",
            "> ",
            "```rust\n",
            "    ",
            "**",
            "*",
            "`",
            "~~",
            "\n",
            "\n\n",
            "  \n",
            "[",
            "](",
            "/a b\"",
            ")",
            "[^1]",
            "\n[^1]: ",
            "\n: ",
            "|",
            "\n|---|---|\n",
            "---\n",
            "字",
            "a",
            "&",
            "<b",
            "\"",
            "'",
            "\\",
            "<me@a.example>",
            "[x](/y \"t&\")",
        ];
        proptest::collection::vec(proptest::sample::select(SIGNS), 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn tags_are_written_as_the_parsers_own_writer_writes_them(markdown in markdown()) {
            let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_DEFINITION_LIST;
            let ours = |event: &Event<'_>| !matches!(event, Event::Start(Tag::Heading { .. } | Tag::Image { .. })
                | Event::End(TagEnd::Heading(_) | TagEnd::Image) | Event::Html(_) | Event::InlineHtml(_));
            let events: Vec<Event<'_>> = Parser::new_ext(&markdown, options).filter(ours).collect();
            let mut theirs = String::new();
            push_html(&mut theirs, events.iter().cloned());
            prop_assert_eq!(written(&events), theirs);
        }
    }

    #[test]
    fn columns_are_set_by_classes() {
        let events: Vec<Event<'_>> =
            Parser::new_ext("|a|b|\n|:-:|-:|\n|1|2|\n", Options::ENABLE_TABLES).collect();
        let html = written(&events);
        assert!(html.contains("<th class=\"mid\">a</th><th class=\"far\">b</th>"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }
}
