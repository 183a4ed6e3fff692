//! The step that looks at quotation marks: straight ones, corner ones, the wrong half of a pair.
//!
//! Quotes of one block are read together: which half a straight quote is follows from how many came before it. Where
//! that can't be told, one finding asks a person.

use super::mend::{Line, Rule};
use super::steps::leave;

/// Makes quotes “ ” and ‘ ’ where it is plain which half each is.
pub(super) fn mend(line: &mut Line) {
    let places: Vec<usize> = (0..line.units.len()).filter(|at| is_quote(line, *at)).collect();
    let wanted = |place: usize| if place.is_multiple_of(2) { '“' } else { '”' };
    let halves: Vec<Option<char>> = places.iter().map(|at| half(line, *at)).collect();
    let nested = balanced(&halves);
    let fits = |place: usize| halves[place].is_none_or(|half| half == wanted(place));
    let plain = places.len().is_multiple_of(2) && (places.len() == 2 || (0..places.len()).all(fits));
    if nested || plain {
        for (place, at) in places.iter().enumerate() {
            let now = halves[place].filter(|_| nested).unwrap_or_else(|| wanted(place));
            line.change(*at, Some(now), Rule::Quotes);
            line.units[*at].mate = places.get(place + 1).copied().filter(|_| now == '“');
        }
        inner(line);
        return;
    }
    let wrong = (0..places.len()).find(|place| !fits(*place)).map(|place| places[place]);
    if let Some(at) = wrong.or_else(|| places.last().copied()).filter(|at| !line.units[*at].locked) {
        let place = line.units[at].start..line.units[at].end;
        leave(line, Rule::Quotes, place, ("这一段的引号没有成对", "前一半用“，后一半用”，一个都不少"));
    }
    inner(line);
}

/// Which half the quote at `at` says it is.
fn half(line: &Line, at: usize) -> Option<char> {
    match line.units[at].now {
        Some('“' | '「') => Some('“'),
        Some('”' | '」') => Some('”'),
        _ => None,
    }
}

fn is_quote(line: &Line, at: usize) -> bool {
    let unit = line.units[at];
    unit.now.is_some_and(|c| matches!(c, '"' | '“' | '”' | '「' | '」'))
        && !(unit.locked && unit.now == Some('"'))
}

/// Whether every quote says which half it is and closes what it should.
fn balanced(halves: &[Option<char>]) -> bool {
    let mut depth = 0_usize;
    for half in halves {
        match half {
            Some('“') => depth += 1,
            Some(_) if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    depth == 0
}

/// 『 』 are the corner form of ‘ ’.
fn inner(line: &mut Line) {
    for at in 0..line.units.len() {
        let now = match line.units[at].now {
            Some('『') => '‘',
            Some('』') => '’',
            _ => continue,
        };
        line.change(at, Some(now), Rule::Quotes);
    }
}
