//! Which place in a statute a heading or a paragraph is: what the anchors of [`crate::model::article`] are made from.
//!
//! Pages set anchors by it and citations are looked up in it, so a link never leads to an anchor that is not there.

use std::collections::BTreeSet;

use super::line;
use super::text::{Article, FullText, ParagraphKind, Volume};
use crate::model::article::{Division, Part, Place};

/// A heading's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Under {
    /// The division that what stands below it is in.
    pub division: Division,
    /// Whether the division begins here: a second heading of the same number has no anchor of that number.
    pub begins: bool,
}

/// The place of every heading, by volume.
pub fn divisions(text: &FullText) -> Vec<Vec<Under>> {
    let mut known = BTreeSet::new();
    let many = text.volumes.len() > 1;
    let of_volume = |(at, volume): (usize, &Volume)| {
        let outer = Division { book: book_number(volume, at, many), ..Division::default() };
        known.insert(outer);
        let mut here = outer;
        let place = |heading: &super::text::Heading| {
            let unit = line::numbered_unit(&heading.name).filter(|_| !heading.annex);
            here = match unit {
                Some((1, book)) => Division { book, ..Division::default() },
                Some((2, sub_book)) => Division { book: here.book, sub_book, ..Division::default() },
                Some((3, chapter)) => Division { chapter, section: 0, ..here },
                Some((4, section)) => Division { section, ..here },
                // 目: within what it is in.
                Some(_) => here,
                None => outer,
            };
            let begins = unit.is_some_and(|(rank, _)| rank <= 4) && known.insert(here);
            Under { division: here, begins }
        };
        volume.headings.iter().map(place).collect()
    };
    text.volumes.iter().enumerate().map(of_volume).collect()
}

/// The number of the book that a volume of a code is: as it says, else as it comes. 附则 has none.
pub fn book_number(volume: &Volume, at: usize, many: bool) -> u16 {
    let Some(book) = volume.book.as_deref().filter(|_| many) else { return 0 };
    match line::numbered_unit(book) {
        Some((_, number)) => number,
        None if book == "附则" => 0,
        None => u16::try_from(at + 1).unwrap_or(0),
    }
}

/// Whether a heading has the anchor of `division`.
pub fn has_division(text: &FullText, division: Division) -> bool {
    let many = text.volumes.len() > 1;
    let is_book = |(at, volume): (usize, &Volume)| {
        let book = book_number(volume, at, many);
        book > 0 && division == Division { book, ..Division::default() }
    };
    text.volumes.iter().enumerate().any(is_book)
        || divisions(text).iter().flatten().any(|under| under.begins && under.division == division)
}

/// The anchors of the page that shows `text`.
pub fn anchors(text: &FullText) -> Vec<String> {
    let many = text.volumes.len() > 1;
    let books = text.volumes.iter().enumerate();
    let books =
        books.map(|(at, volume)| Division { book: book_number(volume, at, many), ..Division::default() });
    let begun = divisions(text).into_iter().flatten().filter(|under| under.begins);
    let divisions = books.chain(begun.map(|under| under.division)).map(Place::Division);
    let mut anchors: Vec<String> = divisions.filter_map(Place::anchor).collect();
    for (volume, article) in text.articles() {
        anchors.push(article.anchor());
        let parts = parts(volume, article).into_iter().filter(|part| article.again == 0 && !part.is_whole());
        anchors.extend(parts.filter_map(|part| Place::Article(article.number, part).anchor()));
    }
    anchors
}

/// What part of its article each of its paragraphs is; none for what is below items, and for tables.
pub fn parts(volume: &Volume, article: &Article) -> Vec<Part> {
    let mut here = Part::default();
    let part = |kind: ParagraphKind| match kind {
        ParagraphKind::Plain => {
            here = Part { paragraph: here.paragraph.saturating_add(1), item: 0 };
            here
        }
        ParagraphKind::Item => {
            here = Part { paragraph: here.paragraph.max(1), item: here.item.saturating_add(1) };
            here
        }
        ParagraphKind::SubItem | ParagraphKind::Table => Part::default(),
    };
    volume.paragraphs_of(article).iter().map(|paragraph| paragraph.kind).map(part).collect()
}

/// How many items each paragraph of an article has; at least one paragraph.
pub fn items(volume: &Volume, article: &Article) -> Vec<u16> {
    let mut items = vec![0];
    for part in parts(volume, article) {
        let at = usize::from(part.paragraph).saturating_sub(1);
        items.resize(items.len().max(at + 1), 0);
        items[at] = items[at].max(part.item);
    }
    items
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::statute::parse;

    #[test]
    fn headings_and_paragraphs_have_the_places_that_people_cite() {
        let source = "# 示例法\n<!-- INFO END -->\n# 第一编 总则\n## 第一章 起头\n### 第一节 甲\n第一条 可以：\n（一）这样；\n1.细处；\n（二）那样。\n还有一款。\n# 第二编 分则\n## 第一章 乙\n第二条 一款。\n# 附则\n第三条 施行。\n";
        let (volume, _) = parse::volume("x.md", Arc::from(source));
        let text = FullText {
            adopted: date(2020, 1, 1),
            effective: None,
            repealed: None,
            volumes: vec![volume.unwrap()],
        };
        let anchors: Vec<Option<String>> = divisions(&text)[0]
            .iter()
            .map(|under| Place::Division(under.division).anchor().filter(|_| under.begins))
            .collect();
        let expected = ["book-1", "book-1.ch-1", "book-1.ch-1.sec-1", "book-2", "book-2.ch-1"];
        let expected = expected.into_iter().map(|anchor| Some(anchor.to_owned())).chain([None]);
        assert_eq!(anchors, expected.collect::<Vec<_>>());
        let volume = &text.volumes[0];
        let items: Vec<Vec<u16>> =
            volume.articles.iter().map(|article| super::items(volume, article)).collect();
        assert_eq!(items, [vec![2, 0], vec![0], vec![0]]);
        let first: Vec<(u16, u16)> =
            parts(volume, &volume.articles[0]).iter().map(|part| (part.paragraph, part.item)).collect();
        assert_eq!(first, [(1, 0), (1, 1), (0, 0), (1, 2), (2, 0)]);
    }
}
