//! What a text is looked up by: its Chinese characters, pairs of neighbours, words and numbers in other scripts, and
//! numbers of articles.
//!
//! Start at [`scan`]. Characters and pairs need no dictionary, so index and question can never be cut differently,
//! and new words work the day they are written. Nothing here weighs a term; see `question`.

use crate::numeral::Number;
use crate::text::query::fold;
use crate::text::sound::is_han;

/// The key of a term. Two bits say what it is; characters stand in it as they are, words by their hash.
pub(super) type Key = u64;

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::text) enum Shape {
    /// One Chinese character.
    Single(char),
    /// Two Chinese characters side by side.
    Pair(char, char),
    /// A word or a number of another script, or the number of an article.
    Word,
}

/// A term and where it stands, in bytes of the text it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) key: Key,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number, where the term is that of an article.
    pub(super) article: Option<u32>,
}

impl Term {
    fn new(key: Key, start: usize, end: usize) -> Self {
        Self { key, start, end, article: None }
    }
}

const SINGLE: Key = 0 << 62;
const PAIR: Key = 1 << 62;
const WORD: Key = 2 << 62;
const CHAR_BITS: u32 = 21;
const CHAR_MASK: Key = (1 << CHAR_BITS) - 1;

/// All keys of single characters are below.
pub(super) const AFTER_SINGLES: Key = PAIR;

/// The key of one Chinese character.
pub(super) fn single(c: char) -> Key {
    SINGLE | Key::from(u32::from(c))
}

/// The key of two Chinese characters side by side.
pub(super) fn pair(first: char, second: char) -> Key {
    PAIR | Key::from(u32::from(first)) << CHAR_BITS | Key::from(u32::from(second))
}

/// The key of a word, already folded.
pub(super) fn word(chars: impl Iterator<Item = char>) -> Key {
    // FNV-1a over code points: short, the same everywhere, and two words that meet by chance only share hits.
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = chars
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(PRIME));
    WORD | hash >> 2
}

/// The key of the article of this number, however the number is written.
pub(super) fn article(number: u32) -> Key {
    word(format!("§{number}").chars())
}

/// The key of that number in the title of the article itself, rather than in a text that mentions it.
pub(super) fn titled_article(number: u32) -> Key {
    word(format!("§§{number}").chars())
}

/// What a key stands for.
pub(super) fn shape(key: Key) -> Shape {
    let character =
        |bits: Key| char::from_u32((bits & CHAR_MASK) as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    match key >> 62 {
        0 => Shape::Single(character(key)),
        1 => Shape::Pair(character(key >> CHAR_BITS), character(key)),
        _ => Shape::Word,
    }
}

/// Finds the terms of a text in the order in which they end.
pub(super) fn scan(text: &str, mut found: impl FnMut(Term)) {
    let mut before: Option<(char, usize)> = None;
    let mut run = Run::default();
    let mut number = Number::default();
    for (start, original) in text.char_indices() {
        let Some(c) = fold(original) else { continue };
        let end = start + original.len_utf8();
        if let Some((number, start)) = number.take(c, start) {
            found(Term { article: Some(number), ..Term::new(article(number), start, end) });
        }
        let is_chinese = is_han(c);
        if !is_chinese && c.is_alphanumeric() {
            run.push(c, start, end);
            before = None;
            continue;
        }
        run.finish(&mut found);
        if !is_chinese {
            before = None;
            continue;
        }
        found(Term::new(single(c), start, end));
        if let Some((first, start)) = before {
            found(Term::new(pair(first, c), start, end));
        }
        before = Some((c, start));
    }
    run.finish(&mut found);
}

/// A word or number of another script that is being read.
#[derive(Default)]
struct Run {
    chars: Vec<char>,
    start: usize,
    end: usize,
}

impl Run {
    fn push(&mut self, c: char, start: usize, end: usize) {
        if self.chars.is_empty() {
            self.start = start;
        }
        self.chars.push(c);
        self.end = end;
    }

    fn finish(&mut self, found: &mut impl FnMut(Term)) {
        if !self.chars.is_empty() {
            found(Term::new(word(self.chars.drain(..)), self.start, self.end));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        let mut keys = Vec::new();
        scan(text, |term| keys.push(term.key));
        keys
    }

    #[test]
    fn chinese_is_cut_into_characters_and_pairs() {
        assert_eq!(
            keys("保护令"),
            [single('保'), single('护'), pair('保', '护'), single('令'), pair('护', '令')]
        );
    }

    #[test]
    fn punctuation_parts_neighbours_and_invisible_characters_do_not() {
        assert!(!keys("保，护").contains(&pair('保', '护')));
        assert!(keys("保\u{200B}护").contains(&pair('保', '护')));
    }

    #[test]
    fn other_scripts_are_cut_into_words() {
        assert_eq!(keys("打１２３４８, HIV"), [single('打'), word("12348".chars()), word("hiv".chars())]);
    }

    #[test]
    fn the_number_of_an_article_is_one_term_however_it_is_written() {
        for text in ["第一千零七十九条", "第1079条", "民法典1079条", "第１０７９条"] {
            assert!(keys(text).contains(&article(1079)), "{text}");
        }
        for (text, number) in [("十条", 10), ("第十二条", 12), ("第一百二十三条", 123), ("第三十条", 30)]
        {
            assert!(keys(text).contains(&article(number)), "{text}");
        }
        assert!(!keys("一千零七十九，条").contains(&article(1079)));
        assert!(keys("99999999999999条").contains(&article(u32::MAX)));
    }

    #[test]
    fn a_key_says_what_it_stands_for() {
        assert_eq!(shape(single('婚')), Shape::Single('婚'));
        assert_eq!(shape(pair('离', '婚')), Shape::Pair('离', '婚'));
        assert_eq!(shape(article(1)), Shape::Word);
    }

    proptest! {
        #[test]
        fn terms_lie_on_character_boundaries(text in any::<String>()) {
            scan(&text, |term| assert!(text.get(term.start..term.end).is_some_and(|piece| !piece.is_empty())));
        }
    }
}
