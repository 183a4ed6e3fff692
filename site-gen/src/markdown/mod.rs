//! Reads Markdown: `CommonMark` with tables, footnotes, definition lists and heading attributes.
//!
//! [`events`] cuts text into events, [`compile_events`] makes them a [`Body`]. What a link or a citation leads to is asked of a [`Resolver`], so this file
//! knows Markdown and nothing of the site. Raw HTML is not published: it becomes text, and is reported.

pub mod articles;
mod compiler;
mod markup;
mod mends;
#[cfg(test)]
pub(crate) mod tests;
mod writer;

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::citation::Context;
use crate::diag::Diagnostic;
use crate::model::{Body, CitationLink};
use crate::source::Span;
use compiler::Compiler;

/// Answers what only the whole site knows.
pub trait Resolver {
    /// The address a link leads to; `None` (and a report) where it leads nowhere.
    fn link(&mut self, target: &str, at: Span) -> Option<String>;
    /// The address of a picture; `None` (and a report) where there is none.
    fn image(&mut self, target: &str, at: Span) -> Option<String>;
    /// The citations in a run of text that stands at `at`, in order; `context` is what its paragraph said before.
    fn citations(&mut self, text: &str, at: Span, context: &mut Context) -> Vec<CitationLink>;
    /// Takes note of what a run of text names whose citations become no links, because it is one.
    fn names(&mut self, text: &str, context: &mut Context);
    /// Takes a problem.
    fn report(&mut self, diagnostic: Diagnostic);
}

/// An event and its bytes in the Markdown.
pub type Placed<'m> = (Event<'m>, Range<usize>);

/// The events of `markdown`.
pub fn events(markdown: &str) -> Vec<Placed<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_HEADING_ATTRIBUTES;
    // An event stands for a dozen bytes of Chinese, more or less: enough not to move them all again and again.
    let mut events: Vec<Placed<'_>> = Vec::with_capacity(markdown.len() / 12);
    // Texts side by side become one, as `TextMergeWithOffset` would make them, but no event is moved for it.
    let mut run = String::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match (&event, events.last_mut()) {
            (Event::Text(text), Some((Event::Text(last), at))) => {
                if run.is_empty() {
                    run.push_str(last);
                }
                run.push_str(text);
                at.end = range.end;
            }
            _ => {
                settle(&mut run, &mut events);
                events.push((event, range));
            }
        }
    }
    settle(&mut run, &mut events);
    events
}

/// Puts a run of several texts in the place of its first one.
fn settle(run: &mut String, events: &mut [Placed<'_>]) {
    if run.is_empty() {
        return;
    }
    if let Some((Event::Text(last), _)) = events.last_mut() {
        *last = std::mem::take(run).into();
    }
}

/// Reads the events of a text of one paragraph, such as a step: the same, without the paragraph around it.
pub fn compile_inline(events: &[Placed<'_>], at: Span, resolver: &mut dyn Resolver) -> Body {
    compile(events, (at, 1), is_one_paragraph(events), resolver)
}

/// Reads events of [`events`] whose ranges count from `at`, below a heading of `level`.
pub fn compile_events(events: &[Placed<'_>], at: (Span, u8), resolver: &mut dyn Resolver) -> Body {
    compile(events, at, false, resolver)
}

fn compile(events: &[Placed<'_>], (at, level): (Span, u8), bare: bool, resolver: &mut dyn Resolver) -> Body {
    let bytes = events.last().map_or(0, |(_, range)| range.end);
    let mut compiler = Compiler::new(resolver, level, bytes);
    let headings = events.iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::Heading { level, .. }) => Some((*level as u8, at.start + range.start)),
        _ => None,
    });
    compiler.headings = headings.collect();
    compiler.bare = bare;
    for (number, (event, range)) in events.iter().enumerate() {
        let span = Span::new(at.file, at.start + range.start, at.start + range.end);
        compiler.event(event, span, &events[number + 1..]);
    }
    compiler.finish()
}

/// Whether the text is a paragraph and nothing else, but for comments of the editor.
fn is_one_paragraph(events: &[Placed<'_>]) -> bool {
    let comment = |event: &Event<'_>| {
        matches!(event, Event::Html(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock))
    };
    let shown = || events.iter().map(|(event, _)| event).filter(|event| !comment(event));
    let single = shown().filter(|event| matches!(event, Event::Start(Tag::Paragraph))).count() == 1;
    single
        && matches!(shown().next(), Some(Event::Start(Tag::Paragraph)))
        && matches!(shown().next_back(), Some(Event::End(TagEnd::Paragraph)))
}
