//! What a reader asked, put in order: full-width letters narrowed, capitals lowered, traditional
//! characters made simple, blanks collapsed.
//!
//! [`QueryText`] is the only door; an engine never sees raw input. A question is private: it has no `Display`, and
//! its `Debug` says nothing.

use std::fmt;
use std::str::FromStr;

use super::danger;
use super::script::simplified;
use super::sound::is_han;
use crate::record::Kind;
use crate::region::RegionCode;

/// The longest question that is looked up, in characters.
pub const MAX_CHARACTERS: usize = 400;

/// A question to an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What was asked.
    pub text: QueryText,
    /// Only records of this kind.
    pub kind: Option<Kind>,
    /// Only records on this shelf, by the topic's slug.
    pub topic: Option<String>,
    /// Only records within this division, and those that belong to none.
    pub region: Option<RegionCode>,
    /// Whether hits are arranged for a page: the articles of a statute are one hit, the best of them; and where a guide
    /// comes first and no place is named, the best station comes second. Each by itself and by its score otherwise.
    pub grouped: bool,
    /// How many of the best hits to pass over.
    pub offset: usize,
    /// How many hits to give at most.
    pub limit: usize,
}

impl Query {
    /// Asks for the first `limit` hits of any kind, from anywhere.
    pub fn new(text: QueryText, limit: usize) -> Self {
        Self { text, kind: None, topic: None, region: None, grouped: true, offset: 0, limit }
    }
}

/// The words of a question. Invariant: 1 to [`MAX_CHARACTERS`] characters, no control characters, no full-width
/// ASCII, lower case, single blanks and only between words.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryText(String);

/// Why a text is not a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuery {
    /// Nothing is left of it.
    #[error("请输入要查的内容")]
    Empty,
    /// It is longer than [`MAX_CHARACTERS`].
    #[error("要查的内容太长：请缩短到 {MAX_CHARACTERS} 个字以内")]
    TooLong,
}

impl QueryText {
    /// Puts `typed` in order.
    pub fn new(typed: &str) -> Result<Self, InvalidQuery> {
        let text: String = normal_chars(typed).take(MAX_CHARACTERS + 1).collect();
        match text.chars().count() {
            0 => Err(InvalidQuery::Empty),
            1..=MAX_CHARACTERS => Ok(Self(text)),
            _ => Err(InvalidQuery::TooLong),
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether they speak of danger now, so that the emergency numbers come before any hit.
    pub fn speaks_of_danger(&self) -> bool {
        danger::is_spoken_of(&self.0)
    }
}

impl FromStr for QueryText {
    type Err = InvalidQuery;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        Self::new(typed)
    }
}

/// What somebody asked stays out of logs.
impl fmt::Debug for QueryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QueryText(..)")
    }
}

/// The form in which texts are compared.
pub(crate) fn normalised(text: &str) -> String {
    normal_chars(text).collect()
}

/// The form in which characters are compared; `None` for what can't be seen. Any white space is a blank.
pub(crate) fn fold(c: char) -> Option<char> {
    match c {
        // Nearly everything here is Chinese.
        _ if is_han(c) => Some(simplified(c)),
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() || is_invisible(c) => None,
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).map(|narrow| narrow.to_ascii_lowercase()),
        _ if c.is_ascii() => Some(c.to_ascii_lowercase()),
        // One for one, so that a place in the folded text is a place in the text.
        _ => c.to_lowercase().next(),
    }
}

/// The same, character by character.
pub(crate) fn normal_chars(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().filter_map(fold).skip_while(|&c| c == ' ').peekable();
    std::iter::from_fn(move || {
        let next = chars.next()?;
        if next == ' ' {
            while chars.next_if_eq(&' ').is_some() {}
            // A blank with nothing after it ends the text.
            chars.peek()?;
        }
        Some(next)
    })
}

/// Zero-width characters, soft hyphens and marks of direction: they come along when text is copied.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(typed: &str) -> String {
        QueryText::new(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn what_is_typed_is_put_in_order() {
        assert_eq!(text("  他打我\t怎么办\r\n"), "他打我 怎么办");
        assert_eq!(text("ＨＩＶ　１２３４８！"), "hiv 12348!");
        assert_eq!(text("保护\u{200B}令\u{0}"), "保护令");
    }

    #[test]
    fn a_question_has_something_in_it() {
        for nothing in ["", "   ", "\u{3000}\n", "\u{200B}\u{7}"] {
            assert_eq!(QueryText::new(nothing), Err(InvalidQuery::Empty));
        }
    }

    #[test]
    fn a_question_of_four_hundred_characters_is_the_longest() {
        assert!(QueryText::new(&"婚".repeat(400)).is_ok());
        let refused = QueryText::new(&"婚".repeat(401)).unwrap_err();
        assert_eq!(refused.to_string(), "要查的内容太长：请缩短到 400 个字以内");
    }

    #[test]
    fn a_question_is_not_shown_in_logs() {
        let query = Query::new(QueryText::new("他打我").unwrap(), 10);
        assert!(!format!("{query:?}").contains("打"));
    }

    proptest! {
        #[test]
        fn order_is_kept_once_made(typed in any::<String>()) {
            let once = normalised(&typed);
            prop_assert_eq!(&normalised(&once), &once);
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
            prop_assert!(!once.chars().any(char::is_control));
        }
    }
}
