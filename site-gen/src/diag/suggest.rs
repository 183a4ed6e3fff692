//! What was certainly meant: small rules that turn a slip of the keyboard into what it stands for.
//!
//! Each gives something only where a person would not have to think. A caller puts it into [`super::Diagnostic::edit`]
//! only after its own reader has taken it.

use crate::source::{Located, Span};

/// The place of the text itself: inside its quotes where it has any, `None` where it is written in another way than it
/// reads (escapes, several lines).
pub fn inside_quotes(text: &Located<String>) -> Option<Span> {
    let Span { file, start, end } = text.span;
    let (written, meant) = (end - start, text.value.len());
    match written.checked_sub(meant)? {
        0 => Some(text.span),
        2 => Some(Span::new(file, start + 1, end - 1)),
        _ => None,
    }
}

/// `better` in the place of `text`, where it differs and `reads`: an edit for a slip inside one value.
pub fn instead(
    text: &Located<String>,
    better: Option<String>,
    reads: impl Fn(&str) -> bool,
) -> Option<(Span, String)> {
    let better = better.filter(|better| *better != text.value && reads(better))?;
    Some((inside_quotes(text)?, better))
}

/// Full-width letters, digits and marks as half-width ones, every dash as `-`.
pub fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '–' | '—' | '〜' => '-',
        '“' | '”' => '"',
        '、' => ',',
        c => c,
    };
    text.chars().map(half).collect()
}

/// The one candidate that was meant: very near, and no other is anywhere near.
pub fn certain<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const SURE: f64 = 0.79;
    const NEAR: f64 = 0.65;
    let likeness = |candidate: &str| strsim::normalized_damerau_levenshtein(typed, candidate);
    let mut near = candidates.into_iter().filter(|candidate| likeness(candidate) >= NEAR);
    let (first, second) = (near.next()?, near.next());
    (second.is_none() && likeness(first) >= SURE).then_some(first)
}

/// A day written in another order of marks, as `YYYY-MM-DD`: 2026/1/5, 2026.01.05, 2026年1月5日. The year has to come first
/// and be whole; whether there is such a day is the caller's question.
pub fn day(text: &str) -> Option<String> {
    let text = half_width(text.trim());
    let text = text.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let number = |part: &str| part.parse::<u8>().ok();
    (shaped && digits(year)).then(|| Some(format!("{year}-{:02}-{:02}", number(month)?, number(day)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_other_hands_are_read() {
        for typed in [
            "2026/1/5",
            "2026.01.05",
            "2026年1月5日",
            "2026 年 1 月 5 日",
            "２０２６－０１－０５",
            "2026-1-5",
        ] {
            assert_eq!(day(typed).as_deref(), Some("2026-01-05"), "{typed}");
        }
        for typed in ["", "1/5/2026", "26-01-05", "2026-01", "昨天", "2026-01-05 10:00", "2026--1"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }

    #[test]
    fn only_one_near_word_is_certain() {
        let keys = ["title", "summary", "roles", "role", "lat", "lon"];
        assert_eq!(certain("titel", keys), Some("title"));
        assert_eq!(certain("sumary", keys), Some("summary"));
        assert_eq!(certain("rols", keys), None, "role and roles are both near");
        assert_eq!(certain("lan", keys), None);
    }

    #[test]
    fn full_width_marks_become_half_width_ones() {
        assert_eq!(half_width("Ｍo－Fr　08：30–12：00；"), "Mo-Fr 08:30-12:00;");
    }
}
