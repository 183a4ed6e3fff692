//! Titles in book marks: 《反家庭暴力法》, nested rightly or wrongly, with what people put behind them in brackets.

use std::ops::Range;

/// A title between book marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// With its marks.
    pub(super) outer: Range<usize>,
    /// Without.
    pub(super) inner: Range<usize>,
}

/// Longest title that is looked for, in bytes. The longest in force have some 300.
const LONGEST: usize = 600;

/// The title whose opening mark is at byte `open`, or where to look on.
///
/// 《…》 inside another counts as part of the outer title, as people often write; where the outer one is never closed, the
/// first mark was a slip and the inner one is the title.
pub(super) fn marked(text: &str, open: usize) -> Result<Marked, usize> {
    let begin = open + '《'.len_utf8();
    let (mut depth, mut last_open, mut first) = (1_usize, open, None);
    for (offset, c) in text[begin..].char_indices().take_while(|(offset, _)| *offset < LONGEST) {
        let at = begin + offset;
        match c {
            '《' => {
                depth += 1;
                if first.is_none() {
                    last_open = at;
                }
            }
            '》' => {
                depth -= 1;
                let inner = last_open + '《'.len_utf8()..at;
                first.get_or_insert(inner);
                if depth == 0 {
                    return Ok(Marked { outer: open..at + '》'.len_utf8(), inner: begin..at });
                }
            }
            // No title goes on past the end of a sentence.
            '。' | '\n' => break,
            _ => {}
        }
    }
    match first {
        Some(inner) => Ok(Marked { outer: last_open..inner.end + '》'.len_utf8(), inner }),
        None => Err(last_open.max(open) + '《'.len_utf8()),
    }
}

/// What stands in brackets behind a title and does not part it from its articles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// Its length in bytes.
    pub(super) len: usize,
    /// 2022 of （2022年修订）.
    pub(super) year: Option<i16>,
    /// （试行）: a statute on trial is another one than that which came of it.
    pub(super) trial: bool,
}

/// The note that `text` begins with: （2022年修订）, （试行）, （以下简称《民法典》）.
pub(super) fn note_at_start(text: &str) -> Option<Note> {
    let inside = text.strip_prefix(['（', '('])?;
    let opening = text.len() - inside.len();
    let (end, close) = inside.char_indices().take(40).find(|(_, c)| matches!(c, '）' | ')'))?;
    note(&inside[..end], opening + end + close.len_utf8())
}

/// The note that `text` ends with, and where it begins.
pub(super) fn note_at_end(text: &str) -> Option<(Note, usize)> {
    let inside = text.strip_suffix(['）', ')'])?;
    let (begin, open) = inside.char_indices().rev().take(40).find(|(_, c)| matches!(c, '（' | '('))?;
    Some((note(&inside[begin + open.len_utf8()..], text.len() - begin)?, begin))
}

/// The note of `len` bytes that says `inside`; `None` for a part of the title or of the sentence.
fn note(inside: &str, len: usize) -> Option<Note> {
    const OTHER: [&str; 5] = ["修订", "修正", "已废止", "已修订", "已失效"];
    const NAMES: [&str; 7] = ["以下简称", "以下称", "下称", "简称", "也叫", "又称", "即"];
    let (year, trial) = (year(inside), matches!(inside, "试行" | "暂行"));
    let is_note = year.is_some()
        || trial
        || OTHER.contains(&inside)
        || NAMES.iter().any(|word| inside.starts_with(word));
    is_note.then_some(Note { len, year, trial })
}

/// 2022年修订, 2018.
fn year(inside: &str) -> Option<i16> {
    const KINDS: [&str; 8] = ["修订", "修正", "版", "公布", "发布", "施行", "通过", "文本"];
    let digits = inside.find(|c: char| !c.is_ascii_digit()).unwrap_or(inside.len());
    let rest = &inside[digits..];
    let is_year = digits == 4 && (matches!(rest, "" | "年") || KINDS.iter().any(|kind| rest.ends_with(kind)));
    is_year.then(|| inside[..4].parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Option<&str> {
        marked(text, text.find('《')?).ok().map(|marked| &text[marked.inner])
    }

    #[test]
    fn titles_may_be_nested_rightly_or_wrongly() {
        assert_eq!(title("依《民法典》"), Some("民法典"));
        assert_eq!(title("《适用〈民法典〉的解释》"), Some("适用〈民法典〉的解释"));
        assert_eq!(title("《适用《民法典》的解释》第一条"), Some("适用《民法典》的解释"));
        assert_eq!(title("《适用《民法典》和《刑法》的解释》"), Some("适用《民法典》和《刑法》的解释"));
    }

    #[test]
    fn a_mark_that_is_never_closed_swallows_nothing() {
        assert_eq!(title("《反家庭《民法典》第五条"), Some("民法典"));
        assert_eq!(title("《没有结尾"), None);
        assert_eq!(title("《没有结尾。《民法典》"), None);
    }

    #[test]
    fn notes_behind_titles_are_told_from_numbers_of_titles() {
        assert_eq!(note_at_start("（2022年修订）第三条").map(|note| note.year), Some(Some(2022)));
        assert_eq!(note_at_start("(2018)第三条").map(|note| note.year), Some(Some(2018)));
        assert_eq!(note_at_start("（试行）第三条").map(|note| note.year), Some(None));
        assert_eq!(note_at_start("（以下简称《民法典》）第三条").map(|note| note.year), Some(None));
        assert_eq!(note_at_start("（一）第三条"), None);
        assert_eq!(note_at_start("（注意）第三条"), None);
        assert_eq!(
            note_at_end("保障法（2022年修订）").map(|(note, at)| (note.year, at)),
            Some((Some(2022), 9))
        );
    }
}
