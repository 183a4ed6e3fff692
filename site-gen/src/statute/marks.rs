//! What changed within an article, marked so that people can read it.
//!
//! Letters are compared one by one, and then marks that stand close together become one: three letters replaced are
//! easier to read than three confetti of one letter. Nothing here depends on time: the comparison has no deadline.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What it says. May hold line breaks.
    pub text: String,
    /// Whether only this side has it.
    pub marked: bool,
}

/// What stays between two marks must be longer than this, or it is marked too. In characters.
const ISLAND: usize = 2;

/// More letters than this on either side are not compared: all is marked. In characters.
const LONGEST: usize = 20_000;

/// Both sides with what only they have marked.
pub fn marks(old: &str, new: &str) -> (Vec<Run>, Vec<Run>) {
    let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        let whole = |text: &str| vec![Run { text: text.to_owned(), marked: old != new }];
        return (whole(old), whole(new));
    }
    let mut sides = (Side::default(), Side::default());
    let ops = capture_diff_slices(Algorithm::Myers, &a, &b);
    for (at, op) in ops.iter().enumerate() {
        let inside = at > 0 && at + 1 < ops.len();
        match *op {
            DiffOp::Equal { old_index, new_index, len } => {
                let island = inside && len <= ISLAND && !a[old_index..old_index + len].contains(&'\n');
                sides.0.push(&a[old_index..old_index + len], island);
                sides.1.push(&b[new_index..new_index + len], island);
            }
            op => {
                sides.0.push(&a[op.old_range()], true);
                sides.1.push(&b[op.new_range()], true);
            }
        }
    }
    let Side { runs: mut old_runs } = sides.0;
    let Side { runs: mut new_runs } = sides.1;
    settle(&mut old_runs);
    settle(&mut new_runs);
    (old_runs, new_runs)
}

/// Moves marks to where sentences end, where the letters allow it: of “甲。乙。” without “乙。” the comparison may as well
/// mark “。乙”, and people would wonder about the stop.
fn settle(runs: &mut Vec<Run>) {
    for at in 0..runs.len().saturating_sub(2) {
        let [before, run, after] = &mut runs[at..at + 3] else { continue };
        if before.marked || !run.marked || after.marked {
            continue;
        }
        let first = run.text.chars().next().filter(|first| matches!(first, '。' | '；' | '，' | '、'));
        let Some(stop) = first.filter(|first| after.text.starts_with(*first)) else { continue };
        before.text.push(stop);
        run.text.drain(..stop.len_utf8());
        run.text.push(stop);
        after.text.drain(..stop.len_utf8());
    }
    runs.retain(|run| !run.text.is_empty());
}

#[derive(Default)]
struct Side {
    runs: Vec<Run>,
}

impl Side {
    fn push(&mut self, letters: &[char], marked: bool) {
        if letters.is_empty() {
            return;
        }
        match self.runs.last_mut().filter(|last| last.marked == marked) {
            Some(last) => last.text.extend(letters),
            None => self.runs.push(Run { text: letters.iter().collect(), marked }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(runs: &[Run]) -> String {
        runs.iter().map(|run| if run.marked { format!("[{}]", run.text) } else { run.text.clone() }).collect()
    }

    #[test]
    fn only_what_changed_is_marked() {
        let (old, new) = marks("每周开放五天，每天八小时。", "每周开放六天，每天至少八小时。");
        assert_eq!(
            (shown(&old).as_str(), shown(&new).as_str()),
            ("每周开放[五]天，每天八小时。", "每周开放[六]天，每天[至少]八小时。")
        );
    }

    #[test]
    fn a_sentence_is_marked_with_its_own_stop() {
        let (old, new) = marks("国家保护权益。\n禁止歧视。", "国家保护权益。");
        assert_eq!(
            (shown(&old).as_str(), shown(&new).as_str()),
            ("国家保护权益。[\n禁止歧视。]", "国家保护权益。")
        );
    }

    #[test]
    fn marks_that_stand_close_become_one() {
        let (old, _) = marks("甲乙丙丁戊己庚", "子乙丑寅卯己庚");
        assert_eq!(shown(&old), "[甲乙丙丁戊]己庚");
    }

    proptest! {
        #[test]
        fn both_sides_stay_whole(old in "[甲乙丙丁\n]{0,30}", new in "[甲乙丙丁\n]{0,30}") {
            let (a, b) = marks(&old, &new);
            let whole = |runs: &[Run]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
            prop_assert_eq!(whole(&a), old.clone());
            prop_assert_eq!(whole(&b), new.clone());
            prop_assert_eq!(a.iter().chain(&b).any(|run| run.marked), old != new);
        }
    }
}
