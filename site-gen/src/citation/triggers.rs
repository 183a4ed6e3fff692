//! Where a citation may begin: found by `memchr` on their last bytes, so that text which cites nothing costs next to nothing.

use memchr::{memchr, memchr3};

/// What may begin a citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// 《
    Title,
    /// 第
    Ordinal,
    /// 条, for 民法典1079条
    Article,
    /// 前, for 前款, in the text of statutes only
    Before,
}

const TRIGGERS: [(&str, Trigger); 3] =
    [("《", Trigger::Title), ("第", Trigger::Ordinal), ("条", Trigger::Article)];
const BEFORE: &str = "前";

/// The triggers of a text.
pub(super) struct Triggers<'t> {
    text: &'t [u8],
    /// 前款 counts.
    own: bool,
    /// Where 前 comes next; past the end where it doesn't.
    before: usize,
}

impl<'t> Triggers<'t> {
    /// `own`: 前款 counts.
    pub(super) fn new(text: &'t str, own: bool) -> Self {
        let mut triggers = Self { text: text.as_bytes(), own, before: text.len() };
        triggers.search_before(0);
        triggers
    }

    /// The first at or behind byte `from`.
    pub(super) fn next(&mut self, from: usize) -> Option<(usize, Trigger)> {
        if self.before < from {
            self.search_before(from);
        }
        let found = self.search(from);
        let before = (self.before < self.text.len()).then_some((self.before, Trigger::Before));
        found.into_iter().chain(before).min_by_key(|(at, _)| *at)
    }

    /// The first but 前. Few characters of Chinese end in the same byte, so most of a text is passed over at once.
    fn search(&self, from: usize) -> Option<(usize, Trigger)> {
        let last = TRIGGERS.map(|(word, _)| word.as_bytes()[word.len() - 1]);
        let mut at = from;
        loop {
            at += memchr3(last[0], last[1], last[2], self.text.get(at..)?)? + 1;
            let before = &self.text[from..at];
            if let Some((word, trigger)) = TRIGGERS.iter().find(|(word, _)| before.ends_with(word.as_bytes()))
            {
                return Some((at - word.len(), *trigger));
            }
        }
    }

    fn search_before(&mut self, from: usize) {
        self.before = self.text.len();
        let mut at = from;
        while self.own
            && let Some(found) = memchr(BEFORE.as_bytes()[2], self.text.get(at..).unwrap_or_default())
        {
            at += found + 1;
            if self.text[from..at].ends_with(BEFORE.as_bytes()) {
                self.before = at - BEFORE.len();
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str, own: bool) -> Vec<(usize, Trigger)> {
        let (mut triggers, mut at, mut found) = (Triggers::new(text, own), 0, Vec::new());
        while let Some((place, trigger)) = triggers.next(at) {
            found.push((place, trigger));
            at = place + 3;
        }
        found
    }

    proptest! {
        #[test]
        fn every_trigger_is_found_and_nothing_else(text in "[《第条前文笊木㨀匍aé\n]{0,40}", own: bool) {
            let trigger = |c| match c {
                '《' => Some(Trigger::Title),
                '第' => Some(Trigger::Ordinal),
                '条' => Some(Trigger::Article),
                '前' if own => Some(Trigger::Before),
                _ => None,
            };
            let expected: Vec<_> =
                text.char_indices().filter_map(|(at, c)| Some((at, trigger(c)?))).collect();
            prop_assert_eq!(all(&text, own), expected);
        }
    }
}
