//! The steps that look at one mark and its neighbours: hidden characters, full-width letters, half-width marks, doubled
//! marks. Each takes a [`Line`] and leaves it a little better; what a person has to decide goes to [`Line::left`].

use std::ops::Range;

use super::chars::{Sort, full_of, half_of, is_full_width, is_hidden, is_odd_space, sort};
use super::mend::{Finding, Line, Rule};

/// Takes out characters that nobody sees; makes odd spaces plain, or takes them out at the start of a line.
pub(super) fn hidden(line: &mut Line) {
    for at in 0..line.units.len() {
        let Some(c) = line.units[at].now else { continue };
        if is_hidden(c) {
            line.change(at, None, Rule::Hidden);
        } else if is_odd_space(c) {
            let begins = line.before(at).is_none_or(|(_, c)| c == '\n');
            let next = line.units[at + 1..].iter().filter_map(|unit| unit.now).find(|c| !is_odd_space(*c));
            match next {
                // What comes after the space might be read as the start of a list or a heading without it.
                Some(next) if begins && !matches!(sort(next), Sort::Han | Sort::Open) => {
                    let left = |unit: &super::mend::Unit| (unit.start..unit.end, unit.locked);
                    let (place, locked) = left(&line.units[at]);
                    if !locked {
                        leave(line, Rule::Hidden, place, ("行首有全角空格", "删掉它，段落不用空两格"));
                    }
                }
                next => {
                    let now = (!begins && next.is_some()).then_some(' ');
                    line.change(at, now, Rule::Hidden);
                }
            }
        }
    }
}

/// Makes full-width letters and digits half-width, with the marks between digits.
pub(super) fn full_width(line: &mut Line) {
    let mut at = 0;
    while at < line.units.len() {
        // First what costs nothing: to look past what was taken out before it is a walk.
        let Some(c) = line.units[at].now else {
            at += 1;
            continue;
        };
        if let Some(end) = list_number(line, at) {
            at = end;
            continue;
        }
        let digit_before = line.before(at).is_some_and(|(_, c)| c.is_ascii_digit());
        let digit_after = line.after(at).is_some_and(|(_, c)| c.is_ascii_digit() || is_full_width(c));
        let joins = matches!(c, '．' | '－' | '／') && digit_before && digit_after;
        if is_full_width(c) || joins || (c == '％' && digit_before) {
            line.change(at, half_of(c), Rule::FullWidth);
        }
        at += 1;
    }
}

/// １． at the start of a line was meant to begin a list: `super::markup` says so. Where it ends.
fn list_number(line: &Line, at: usize) -> Option<usize> {
    let begins = line.before(at).is_none_or(|(_, c)| c == '\n');
    let digits = line.units[at..].iter().take_while(|unit| unit.now.is_some_and(is_full_width)).count();
    let point = line.units.get(at + digits).and_then(|unit| unit.now);
    (begins && digits > 0 && matches!(point, Some('．' | '.'))).then_some(at + digits + 1)
}

/// Makes half-width marks of Chinese sentences full-width.
pub(super) fn half_width(line: &mut Line) {
    for at in 0..line.units.len() {
        let Some(c @ (',' | ';' | ':' | '?' | '!' | '.')) = line.units[at].now else { continue };
        if !line.units[at].locked && ends_chinese(line, at, c) {
            line.change(at, full_of(c), Rule::HalfWidth);
            eat_space(line, at);
        }
    }
    brackets(line);
}

/// Whether the mark at `at` belongs to Chinese words.
fn ends_chinese(line: &Line, at: usize, c: char) -> bool {
    let (before, after) = (line.sort_before(at), line.sort_after(at));
    let chinese_before = matches!(before, Sort::Han | Sort::Close);
    if c == '.' {
        // 。 only where a sentence can end: a file's name or a run of points is something else.
        return chinese_before && matches!(after, Sort::Space | Sort::Han | Sort::Close | Sort::Open);
    }
    let next = line.units[at + 1..].iter().filter_map(|unit| unit.now).find(|c| *c != ' ');
    let chinese_after = next.is_some_and(|c| sort(c) == Sort::Han);
    // !!!: what became full-width carries the next one along.
    let repeated = line.before(at).is_some_and(|(_, mark)| full_of(c) == Some(mark));
    chinese_before || repeated || (before == Sort::Word && chinese_after)
}

/// Takes out the plain space right after a mark that became full-width.
fn eat_space(line: &mut Line, at: usize) {
    if line.units.get(at + 1).is_some_and(|unit| unit.now == Some(' ') && unit.rule.is_none()) {
        line.change(at + 1, None, Rule::HalfWidth);
    }
}

/// Makes pairs of brackets full-width where Chinese stands in or beside them, or where one of the two is already.
fn brackets(line: &mut Line) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..line.units.len() {
        match line.units[at].now {
            Some('(' | '（') => open.push(at),
            Some('）' | ')') => {
                let Some(start) = open.pop() else { continue };
                if is_chinese_pair(line, start, at) {
                    line.units[start].mate = Some(at);
                    for mark in [start, at] {
                        let now = line.units[mark].now.map(|c| full_of(c).unwrap_or(c));
                        line.change(mark, now, Rule::HalfWidth);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_chinese_pair(line: &Line, start: usize, end: usize) -> bool {
    let now = |at: usize| line.units[at].now;
    if (now(start), now(end)) == (Some('（'), Some('）')) {
        return false;
    }
    let inside: String = line.units[start + 1..end].iter().filter_map(|unit| unit.now).collect();
    // The target of a link that was not written as one.
    let path = inside.starts_with(['/', '#']) || inside.contains("://") || inside.contains(".md");
    let mixed = now(start) == Some('（') || now(end) == Some('）');
    let chinese = |sort: Sort| matches!(sort, Sort::Han | Sort::Stop);
    !path
        && (mixed
            || inside.chars().any(|c| sort(c) == Sort::Han)
            || chinese(line.sort_before(start))
            || chinese(line.sort_after(end)))
}

/// Ellipses, dashes and marks that were typed twice.
pub(super) fn marks(line: &mut Line) {
    let mut at = 0;
    while at < line.units.len() {
        let Some(c) = line.units[at].now.filter(|_| !line.units[at].locked) else {
            at += 1;
            continue;
        };
        let run = line.units[at..].iter().take_while(|unit| unit.now == Some(c) && !unit.locked).count();
        let beside = [line.sort_before(at), line.sort_after(at + run - 1)];
        let chinese =
            beside.iter().any(|sort| matches!(sort, Sort::Han | Sort::Stop | Sort::Open | Sort::Close));
        match c {
            '.' | '。' if run >= 3 && (chinese || c == '。') => replace_run(line, at..at + run, '…'),
            '…' if run == 1 && chinese && !line.units[at].twice => {
                line.units[at].twice = true;
                line.units[at].rule = Some(Rule::Marks);
            }
            '…' if run > 2 => replace_run(line, at..at + run, '…'),
            '-' if run >= 2 && beside.contains(&Sort::Han) => replace_run(line, at..at + run, '—'),
            _ if sort(c) == Sort::Stop => doubled(line, at, c),
            _ => {}
        }
        at += if sort(c) == Sort::Stop { 1 } else { run };
    }
}

/// Two of `c`, and nothing of the rest.
fn replace_run(line: &mut Line, run: Range<usize>, c: char) {
    for (place, at) in run.enumerate() {
        if place < 2 && line.units[at].now == Some(c) {
            continue;
        }
        line.change(at, (place < 2).then_some(c), Rule::Marks);
    }
}

/// A mark right after another: the same one goes; of two that differ a person has to choose.
fn doubled(line: &mut Line, at: usize, c: char) {
    let Some((before, mark)) = line.before(at).filter(|(_, mark)| sort(*mark) == Sort::Stop) else { return };
    if mark == c {
        line.change(at, None, Rule::Marks);
    } else if !(matches!(c, '？' | '！') && matches!(mark, '？' | '！')) {
        let place = line.units[before].start..line.units[at].end;
        let known = line.left.iter().any(|found| found.rule == Rule::Marks && found.at == place);
        if !known {
            let message = format!("两个标点“{mark}{c}”连在一起");
            leave(line, Rule::Marks, place, (&message, "留下合适的一个"));
        }
    }
}

/// Says what a person has to decide.
pub(super) fn leave(line: &mut Line, rule: Rule, at: Range<usize>, (message, hint): (&str, &str)) {
    line.left.push(Finding {
        rule,
        at,
        message: message.to_owned(),
        hint: hint.to_owned(),
        edits: Vec::new(),
    });
}
