//! Where a citation may begin: found for the whole text by `memchr`, so that text which cites nothing costs next to nothing.

use std::sync::LazyLock;

use memchr::memmem::Finder;

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

const TRIGGERS: [(&str, Trigger); 4] =
    [("《", Trigger::Title), ("第", Trigger::Ordinal), ("条", Trigger::Article), ("前", Trigger::Before)];

static FINDERS: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| TRIGGERS.map(|(word, _)| Finder::new(word)));

/// The triggers of a text, in order.
pub(super) struct Triggers<'t> {
    text: &'t [u8],
    /// Where each comes next; past the end where it doesn't.
    next: [usize; 4],
}

impl<'t> Triggers<'t> {
    /// `own`: 前款 counts.
    pub(super) fn new(text: &'t str, own: bool) -> Self {
        let never = text.len();
        let mut triggers = Self { text: text.as_bytes(), next: [never; 4] };
        for place in 0..if own { 4 } else { 3 } {
            triggers.search(place, 0);
        }
        triggers
    }

    /// The first at or behind byte `from`.
    pub(super) fn next(&mut self, from: usize) -> Option<(usize, Trigger)> {
        for place in 0..self.next.len() {
            if self.next[place] < from {
                self.search(place, from);
            }
        }
        let first = (0..self.next.len()).min_by_key(|place| self.next[*place])?;
        (self.next[first] < self.text.len()).then(|| (self.next[first], TRIGGERS[first].1))
    }

    fn search(&mut self, place: usize, from: usize) {
        let found = FINDERS[place].find(self.text.get(from..).unwrap_or_default());
        self.next[place] = found.map_or(self.text.len(), |at| from + at);
    }
}
