//! Takes a block apart into characters, mends its copy step by step, and says what it changed.
//!
//! Start at [`Line::mend`]. Each step reads what the steps before it left, so what one of them writes never gives the
//! next run something to do. What would change a citation, a number or an address is found but not mended.

use std::collections::BTreeSet;
use std::ops::Range;

use super::block::{Block, Piece};
use super::chars::{Sort, half_of, sort};
use super::copy::Spacing;
use super::{quotes, spaces, steps};
use crate::citation::{self, Context, Page, Subject, Target, Titles};

/// Which rule found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Characters that nobody sees, and spaces that are not plain.
    Hidden,
    /// Full-width letters and digits.
    FullWidth,
    /// Half-width marks.
    HalfWidth,
    /// Doubled marks, ellipses, dashes.
    Marks,
    /// Quotation marks.
    Quotes,
    /// Missing and stray spaces.
    Spaces,
}

/// What is wrong, where, and what mends it.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) hint: String,
    pub(super) edits: Vec<(Range<usize>, String)>,
}

/// A character on its way from what was written to what should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// What it is now; `None` once it is gone, and for marks of Markdown.
    pub(super) now: Option<char>,
    /// What was written.
    pub(super) was: Option<char>,
    /// First byte in the file.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// It stands for two of itself: one … became …….
    pub(super) twice: bool,
    /// Part of an address, a title, or of a text whose places are not known: stays as it is.
    pub(super) locked: bool,
    /// Its place in the file is not known.
    pub(super) vague: bool,
    /// The closing half of the pair that it opens.
    pub(super) mate: Option<usize>,
    /// A space is put before it, at this byte.
    pub(super) space: Option<usize>,
    /// Who changed it.
    pub(super) rule: Option<Rule>,
}

/// More rounds than any text was seen to need.
const ROUNDS: usize = 6;
/// What stands for code and pictures.
pub(super) const OPAQUE: char = '\u{fffc}';

/// A block taken apart.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) units: Vec<Unit>,
    pub(super) chinese: bool,
    /// Found, and left to a person.
    pub(super) left: Vec<Finding>,
}

impl Line {
    /// Takes the block apart.
    pub(super) fn of(block: &Block<'_>) -> Self {
        let mut line = Self { units: Vec::new(), chinese: false, left: Vec::new() };
        let mut gap = 0;
        for piece in &block.pieces {
            match *piece {
                Piece::Text { text, start, end, exact } => {
                    line.text(text, (start, end), exact);
                    gap = end;
                }
                Piece::Break => line.other(Some('\n'), gap),
                Piece::Opaque => line.other(Some(OPAQUE), gap),
                Piece::Open(_) => line.other(None, gap),
                Piece::Close(end) => {
                    gap = end;
                    line.other(None, gap);
                }
            }
        }
        line.chinese = line.units.iter().any(|unit| unit.now.is_some_and(|c| sort(c) == Sort::Han));
        line.lock_addresses();
        line.lock_titles();
        line
    }

    fn text(&mut self, text: &str, (start, end): (usize, usize), exact: bool) {
        for (at, c) in text.char_indices() {
            let (start, end) = if exact { (start + at, start + at + c.len_utf8()) } else { (start, end) };
            self.units.push(Unit {
                now: Some(c),
                was: Some(c),
                start,
                end,
                twice: false,
                locked: !exact,
                vague: !exact,
                mate: None,
                space: None,
                rule: None,
            });
        }
    }

    fn other(&mut self, c: Option<char>, at: usize) {
        self.units.push(Unit {
            now: c,
            was: c,
            start: at,
            end: at,
            twice: false,
            locked: true,
            vague: false,
            mate: None,
            space: None,
            rule: None,
        });
    }

    /// Mends what can be mended; everything that was found, in order.
    pub(super) fn mend(mut self, spacing: Spacing) -> Vec<Finding> {
        // What one step writes may be what an earlier one looks for: a mark that became full-width is the second of two.
        for _ in 0..ROUNDS {
            let before = self.mended();
            self.left.clear();
            self.round(spacing);
            if self.mended() == before {
                break;
            }
        }
        let safe = self.means_the_same();
        let mut findings = std::mem::take(&mut self.left);
        findings.extend(self.changes(safe));
        findings.sort_by_key(|finding| (finding.at.start, finding.at.end));
        findings
    }

    fn round(&mut self, spacing: Spacing) {
        steps::hidden(self);
        steps::full_width(self);
        if self.chinese {
            steps::half_width(self);
            steps::marks(self);
            quotes::mend(self);
            spaces::mend(self, spacing);
        }
    }

    /// The character before unit `at`, past marks of Markdown, and its place.
    pub(super) fn before(&self, at: usize) -> Option<(usize, char)> {
        self.units[..at].iter().enumerate().rev().find_map(|(place, unit)| Some((place, unit.now?)))
    }

    /// The character after unit `at`, past marks of Markdown, and its place.
    pub(super) fn after(&self, at: usize) -> Option<(usize, char)> {
        let rest = self.units.iter().enumerate().skip(at + 1);
        rest.into_iter().find_map(|(place, unit)| Some((place, unit.now?)))
    }

    /// The sort of the character before unit `at`; the ends of a block are like spaces.
    pub(super) fn sort_before(&self, at: usize) -> Sort {
        self.before(at).map_or(Sort::Space, |(_, c)| sort(c))
    }

    /// The sort of the character after unit `at`.
    pub(super) fn sort_after(&self, at: usize) -> Sort {
        self.after(at).map_or(Sort::Space, |(_, c)| sort(c))
    }

    /// Makes unit `at` read `now`.
    pub(super) fn change(&mut self, at: usize, now: Option<char>, rule: Rule) {
        let unit = &mut self.units[at];
        if !unit.locked && unit.now != now {
            unit.now = now;
            unit.rule = unit.rule.or(Some(rule));
        }
    }

    /// Web addresses stay as they are, up to the next space or Chinese mark.
    fn lock_addresses(&mut self) {
        let mut at = 0;
        while at < self.units.len() {
            if !self.begins_address(at) {
                at += 1;
                continue;
            }
            while let Some(unit) = self.units.get_mut(at) {
                let stops = |c| matches!(sort(c), Sort::Space | Sort::Stop | Sort::Open | Sort::Close);
                if unit.now.is_none_or(stops) {
                    break;
                }
                unit.locked = true;
                at += 1;
            }
        }
    }

    fn begins_address(&self, at: usize) -> bool {
        let begins = |word: &str| {
            let mut rest = self.units[at..].iter();
            word.chars().all(|c| rest.next().and_then(|unit| unit.now) == Some(c))
        };
        ["http://", "https://", "www.", "tel:", "mailto:"].iter().any(|word| begins(word))
    }

    /// What stands between book marks is a name: a citation is found by it.
    fn lock_titles(&mut self) {
        let mut open = None;
        for at in 0..self.units.len() {
            match self.units[at].now {
                Some('《') => open = Some(at),
                Some('》') => {
                    if let Some(open) = open.take() {
                        self.units[open..=at].iter_mut().for_each(|unit| unit.locked = true);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether citations, numbers and addresses read as before.
    fn means_the_same(&self) -> bool {
        if self.units.iter().all(|unit| unit.rule.is_none() && unit.space.is_none()) {
            return true;
        }
        let (before, after) = (self.written(), self.mended());
        numbers(&before) == numbers(&after) && cited(&before) == cited(&after)
    }

    fn written(&self) -> String {
        self.units.iter().filter_map(|unit| unit.was).collect()
    }

    /// The text as it is now.
    pub(super) fn mended(&self) -> String {
        let mut text = String::new();
        for unit in &self.units {
            text.extend(unit.space.map(|_| ' '));
            text.extend(unit.now);
            text.extend(unit.now.filter(|_| unit.twice));
        }
        text
    }

    /// What was changed: neighbours of one rule together, both halves of a pair together.
    fn changes(&self, safe: bool) -> Vec<Finding> {
        let (mut found, mut told) = (Vec::new(), BTreeSet::new());
        let mut at = 0;
        while at < self.units.len() {
            let unit = self.units[at];
            if let Some(place) = unit.space {
                found.push(spaces::missing(self, at, place));
            }
            let Some(rule) = unit.rule.filter(|_| !told.contains(&at)) else {
                at += 1;
                continue;
            };
            let count = self.count(at, rule);
            let finding = change(&self.units[at..at + count], rule);
            let mate = unit.mate.filter(|mate| self.units[*mate].rule == Some(rule));
            found.push(match mate {
                Some(mate) => {
                    told.insert(mate);
                    pair(finding, change(&self.units[mate..mate + self.count(mate, rule)], rule))
                }
                None => finding,
            });
            at += count;
        }
        if !safe {
            for finding in &mut found {
                finding.edits.clear();
            }
        }
        found
    }

    /// How many units from `at` one finding of `rule` speaks of.
    fn count(&self, at: usize, rule: Rule) -> usize {
        let alike = |next: &&Unit| next.rule == Some(rule) && next.space.is_none() && next.was.is_some();
        let count = 1 + self.units[at + 1..].iter().take_while(alike).count();
        // Marks are one finding each, with the spaces that go with them.
        match rule {
            Rule::HalfWidth | Rule::Quotes => {
                1 + self.units[at + 1..at + count].iter().take_while(|unit| unit.now.is_none()).count()
            }
            _ => count,
        }
    }
}

/// Both halves of a pair as one finding.
fn pair(open: Finding, close: Finding) -> Finding {
    let (message, hint) = match open.rule {
        Rule::Quotes => ("这一对引号不对".to_owned(), "前一半写成“，后一半写成”".to_owned()),
        _ => ("中文里的这对括号是半角的".to_owned(), "写成全角的（）".to_owned()),
    };
    let edits = open.edits.into_iter().chain(close.edits).collect();
    Finding { rule: open.rule, at: open.at.start..close.at.end, message, hint, edits }
}

fn change(units: &[Unit], rule: Rule) -> Finding {
    let was: String = units.iter().filter_map(|unit| unit.was).collect();
    let twice = |unit: &Unit| [unit.now, unit.now.filter(|_| unit.twice)];
    let now: String = units.iter().flat_map(twice).flatten().collect();
    let (start, end) = (units[0].start, units[units.len() - 1].end);
    let mark = was.trim();
    let (message, hint) = match rule {
        Rule::Hidden if was.contains(super::chars::is_hidden) => {
            ("这里有看不见的字符".to_owned(), "删掉它，多半是从别处复制来的".to_owned())
        }
        Rule::Hidden if now.is_empty() => ("这里有多余的空格".to_owned(), "删掉它".to_owned()),
        Rule::Hidden => ("这里的空格不是普通的空格".to_owned(), "改成一个半角空格".to_owned()),
        Rule::FullWidth => (format!("“{was}”是全角的"), format!("字母和数字用半角：{now}")),
        Rule::HalfWidth => (format!("中文里的 {mark} 是半角的"), format!("写成全角的 {now}")),
        Rule::Marks if now.starts_with('…') => {
            ("省略号是六个点，占两个字的位置".to_owned(), "写成 ……".to_owned())
        }
        Rule::Marks if now.starts_with('—') => {
            ("破折号是一长横，占两个字的位置".to_owned(), "写成 ——".to_owned())
        }
        Rule::Marks => (format!("标点“{was}”多打了"), "只留一个".to_owned()),
        Rule::Quotes => (format!("引号 {mark} 用在这里不对"), format!("写成 {now}")),
        Rule::Spaces => ("这里的空格是多余的".to_owned(), "删掉空格".to_owned()),
    };
    Finding { rule, at: start..end, message, hint, edits: vec![(start..end, now)] }
}

/// The numbers of a text, each with the points and dashes in it.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let plain = text.chars().map(|c| half_of(c).filter(|_| sort(c) == Sort::Odd).unwrap_or(c));
    let mut found = vec![String::new()];
    for c in plain {
        let joins = matches!(c, '.' | '-' | '/') && found.last().is_some_and(|number| !number.is_empty());
        match found.last_mut() {
            Some(number) if c.is_ascii_digit() || joins => number.push(c),
            Some(number) if !number.is_empty() => found.push(String::new()),
            _ => {}
        }
    }
    let trimmed = found.into_iter().map(|number| number.trim_end_matches(['.', '-', '/']).to_owned());
    trimmed.filter(|number| !number.is_empty()).collect()
}

/// The citations of a text, without their places. Its own titles are taken for known, so that 该法 and bare articles are
/// read as the site will read them.
pub(super) fn cited(text: &str) -> Vec<(Subject, Target)> {
    let read = |titles: &Titles| citation::read(text, Page { titles, own: None }, &mut Context::default());
    let mut titles = Titles::default();
    for found in read(&Titles::default()) {
        if let Subject::Unknown(title) = found.subject {
            titles.add([title.as_str()], u16::MAX);
        }
    }
    read(&titles).into_iter().map(|found| (found.subject, found.target)).collect()
}
