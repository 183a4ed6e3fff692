//! The step that looks at spaces: beside marks, twice in a row, and between Chinese and other letters and digits.

use super::chars::{Sort, sort};
use super::copy::Spacing;
use super::mend::{Finding, Line, OPAQUE, Rule};

/// Takes out stray spaces; puts missing ones in.
pub(super) fn mend(line: &mut Line, spacing: Spacing) {
    for at in 0..line.units.len() {
        if line.units[at].now == Some(' ') && is_stray(line, at, spacing) {
            line.change(at, None, Rule::Spaces);
        }
    }
    if spacing == Spacing::Spaced {
        for at in 1..line.units.len() {
            if let Some(place) = lacks_space(line, at) {
                line.units[at].space = Some(place);
            }
        }
    }
}

/// Whether the space at `at` is one too many. One beside emphasis or a link stays: Markdown may need it.
fn is_stray(line: &Line, at: usize, spacing: Spacing) -> bool {
    let (Some(before), Some(after)) = (beside(line, at, -1), beside(line, at, 1)) else { return false };
    if before == '》' && after == '第' {
        // 《民法典》 第 1079 条 is a citation as good as without.
        return false;
    }
    let mark = |c: char| matches!(sort(c), Sort::Stop | Sort::Open | Sort::Close);
    let tight = spacing == Spacing::Tight && {
        let pair = (sort(before), sort(after));
        matches!(pair, (Sort::Han, Sort::Word) | (Sort::Word, Sort::Han)) && !is_counted(line, at)
    };
    after == ' ' || mark(before) || mark(after) || tight
}

/// The character next to the space at `at`, when nothing but text that has gone is between.
fn beside(line: &Line, at: usize, step: isize) -> Option<char> {
    let mut place = at.checked_add_signed(step)?;
    loop {
        let unit = line.units.get(place)?;
        // Marks of Markdown were never anything.
        unit.was?;
        if let Some(c) = unit.now {
            return (c != OPAQUE && c != '\n').then_some(c);
        }
        place = place.checked_add_signed(step)?;
    }
}

/// Where a space belongs between the character at `at` and the one before.
fn lacks_space(line: &Line, at: usize) -> Option<usize> {
    let unit = line.units[at];
    let here = sort(unit.now?);
    if !matches!(here, Sort::Han | Sort::Word) || unit.space.is_some() {
        return None;
    }
    let (before, c) = line.before(at)?;
    let percent = c == '%' && line.before(before).is_some_and(|(_, c)| c.is_ascii_digit());
    let pair = (if percent { Sort::Word } else { sort(c) }, here);
    if !matches!(pair, (Sort::Han, Sort::Word) | (Sort::Word, Sort::Han)) {
        return None;
    }
    let (word, vague) = if here == Sort::Word { (at, before) } else { (before, at) };
    // Inside an address nothing is put in.
    let fixed = unit.locked && line.units[before].locked;
    if fixed || line.units[vague].vague || line.units[word].vague || is_exempt(line, word) {
        return None;
    }
    let gap = line.units[before + 1..at].iter().rev().find(|unit| unit.was.is_none()).map(|unit| unit.start);
    Some(gap.unwrap_or(unit.start))
}

/// Numbers and letters that house styles differ on: 第1条, 2026年3月, B超, A 座, 京A00000.
fn is_exempt(line: &Line, word: usize) -> bool {
    let is_word = |c: char| sort(c) == Sort::Word || matches!(c, '.' | '%');
    let mut start = word;
    while let Some((at, _)) = line.before(start).filter(|(_, c)| is_word(*c)) {
        start = at;
    }
    let mut end = word;
    while let Some((at, _)) = line.after(end).filter(|(_, c)| is_word(*c)) {
        end = at;
    }
    let text: String = line.units[start..=end].iter().filter_map(|unit| unit.now).collect();
    let (before, after) = (line.before(start).map(|(_, c)| c), line.after(end).map(|(_, c)| c));
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let date = digits
        && match after {
            Some('年') => text.len() == 4,
            Some('月') => text.len() <= 2,
            Some('日') => text.len() <= 2 && before == Some('月'),
            _ => false,
        };
    let letter = text.chars().count() == 1 && text.chars().all(char::is_alphabetic);
    // 京A00000.
    let plate = text.len() > 5
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_digit());
    before == Some('第') || date || letter || plate
}

/// Whether the space at `at` stands in 第 1 条 or in a date.
fn is_counted(line: &Line, at: usize) -> bool {
    let nearest = |step: isize| beside(line, at, step);
    nearest(-1).is_some_and(|c| "第年月".contains(c))
        || nearest(1).is_some_and(|c| "条款项章节年月日".contains(c))
}

/// What is said of a space that is missing before unit `at`, at byte `place`.
pub(super) fn missing(line: &Line, at: usize, place: usize) -> Finding {
    let before = line.before(at).map_or(at, |(before, _)| before);
    let word = |c: char| matches!(sort(c), Sort::Word) || matches!(c, '.' | '%' | ':' | '-');
    // Whoever reads it needs no more than the word beside the place.
    let shown = |near: &[char]| near.iter().take_while(|c| word(**c)).count().max(1).min(near.len());
    let left = line.units[..=before].iter().rev().filter_map(|unit| unit.now).take(8).collect::<Vec<char>>();
    let left: String = left[..shown(&left)].iter().rev().collect();
    let right = line.units[at..].iter().filter_map(|unit| unit.now).take(8).collect::<Vec<char>>();
    let right: String = right[..shown(&right)].iter().collect();
    let (start, end) = (line.units[before].start, line.units[at].end);
    Finding {
        rule: Rule::Spaces,
        at: start.min(place)..end,
        message: "汉字和数字、字母之间没有空格".to_owned(),
        hint: format!("中间空一格：{left} {right}"),
        edits: vec![(place..place, " ".to_owned())],
    }
}
