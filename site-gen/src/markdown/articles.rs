//! Takes a statute entry's body apart: what comes before the first article, then each article.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::Placed;
use crate::citation;
use crate::model::ArticleNo;

/// What comes before the first article, then each article's number, name and text, from the events of `markdown`.
///
/// Headings of level 2 group the articles for whoever edits; the page shows articles by number, so such a heading is left
/// out. Text right below one belongs to no article and goes to the introduction with its heading.
pub fn split<'m>(markdown: &'m str, events: Vec<Placed<'m>>) -> (Vec<Placed<'m>>, Vec<ArticlePart<'m>>) {
    let (mut intro, mut group, mut parts) = (Vec::new(), Vec::new(), Vec::<ArticlePart<'_>>::new());
    let mut grouping = false;
    let mut rest = events.into_iter().peekable();
    while let Some((event, range)) = rest.next() {
        let level = heading_level(&event);
        let source = markdown[range.clone()].trim_start_matches('#').trim();
        if let Some((number, end)) = citation::leading_article(source).filter(|_| level.is_some()) {
            let title = source[end..].trim().trim_end_matches('#').trim().to_owned();
            parts.push(ArticlePart { number, title, at: range, events: Vec::new() });
            while rest.next_if(|(event, _)| !matches!(event, Event::End(TagEnd::Heading(_)))).is_some() {}
            rest.next();
            // A heading with nothing below it but articles.
            group.clear();
            grouping = false;
        } else if level.is_some_and(|level| level <= HeadingLevel::H2) {
            intro.append(&mut group);
            group.push((event, range));
            while let Some(inside) =
                rest.next_if(|(event, _)| !matches!(event, Event::End(TagEnd::Heading(_))))
            {
                group.push(inside);
            }
            group.extend(rest.next());
            grouping = true;
        } else if grouping {
            intro.append(&mut group);
            intro.push((event, range));
        } else {
            parts.last_mut().map_or(&mut intro, |part| &mut part.events).push((event, range));
        }
    }
    (intro, parts)
}

fn heading_level(event: &Event<'_>) -> Option<HeadingLevel> {
    match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level),
        _ => None,
    }
}

/// One article of a statute entry.
pub struct ArticlePart<'m> {
    /// Its number.
    pub number: ArticleNo,
    /// Its name in plain words.
    pub title: String,
    /// Its heading in the Markdown.
    pub at: Range<usize>,
    /// What it means.
    pub events: Vec<Placed<'m>>,
}
