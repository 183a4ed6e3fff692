//! What only a statute's own text says: 前款, 前条, and which paragraph (款) a byte stands in.

use super::cursor::{Cursor, Level};
use super::grammar::{self, Allowed};
use super::reader::{Owner, Reader};
use super::{Reference, Target};
use crate::model::ArticleNo;
use crate::model::article::Part;

/// Where in an article's text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    /// The first byte that has not been looked at.
    at: usize,
    /// Paragraphs that began before it.
    paragraph: u16,
}

impl Reader<'_, '_> {
    /// 前款, 前两条, 前款第一项, in a statute's own text.
    pub(super) fn before(&mut self, at: usize) {
        let mut cursor = Cursor::new(self.text, at + '前'.len_utf8());
        self.at = cursor.at;
        let count = if cursor.eat("两") { 2 } else { cursor.number().unwrap_or(Ok(1)).unwrap_or(0) };
        let level = cursor.level();
        let other_word = self.text[..at].ends_with(|c| "以目之提先当面生婚眼从".contains(c));
        let Some(own) = self.own.filter(|_| !other_word && count > 0) else { return };
        let (paragraph, target) = match level {
            Some(Level::Paragraph) => {
                let (Some(from), here) = (own.article, self.paragraph(at)) else { return };
                let Some(paragraph) = here.checked_sub(count).filter(|paragraph| *paragraph > 0) else {
                    return;
                };
                (paragraph, Target::Articles { from, to: None, part: Part { paragraph, item: 0 } })
            }
            Some(Level::Article) => {
                let Some(previous) = own.previous else { return };
                let first = previous.number.saturating_sub(count - 1);
                let from = if count == 1 { previous } else { ArticleNo::plain(first) };
                if from.number == 0 {
                    return;
                }
                (0, Target::Articles { from, to: (count > 1).then_some(previous), part: Part::default() })
            }
            _ => return,
        };
        let Target::Articles { from, .. } = target else { return };
        self.pass(at);
        let mut owner = Owner::known(own.statute, at);
        owner.article = Some(from);
        if let Some((pieces, end)) = grammar::places(self.text, cursor.at, Allowed::PartsOf(from, paragraph))
        {
            self.push(owner, pieces);
            self.reached(end);
        } else {
            let range = at..cursor.at;
            let within = own.division;
            self.found.push(Reference { range, subject: owner.subject, target, within, year: None });
            self.reached(cursor.at);
        }
    }

    /// The 款 that byte `at` stands in: lines count, items do not.
    fn paragraph(&mut self, at: usize) -> u16 {
        while self.line.at <= at {
            let rest = &self.text[self.line.at..];
            let line = rest.split('\n').next().unwrap_or(rest);
            if !line.trim().is_empty() && !is_item(line.trim_start()) {
                self.line.paragraph = self.line.paragraph.saturating_add(1);
            }
            self.line.at += line.len() + 1;
            if self.line.at > self.text.len() {
                break;
            }
        }
        self.line.paragraph
    }
}

/// （一） or 1. at the start of a line.
fn is_item(line: &str) -> bool {
    let mut cursor = Cursor::new(line, 0);
    let bracket = line.starts_with(['（', '(']);
    cursor.number().is_some() && (bracket || cursor.rest().starts_with(['.', '．', '、']))
}
