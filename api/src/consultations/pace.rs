//! How soon letters were answered, as the form tells whoever is about to write: measured, never hoped for.
//!
//! Of the letters of the last 90 days that had so much time, eight in ten were answered within it: the shortest time of which
//! that is true. Letters that wait still count as not answered, so a desk that answers only what is easy does not look quick.
//! What its writer takes back counts nowhere: nothing is kept of it.

use crate::clock::Hour;
use crate::store::figures::CLASSES;

/// How far back is looked, in hours.
pub const LOOKED_BACK: i64 = 90 * 24;
/// Fewer letters than this say nothing.
const ENOUGH: u64 = 20;

/// Letters that came in one hour and were answered in one hour, or were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The hour they came.
    pub received: Hour,
    /// The hour of the first answer.
    pub answered: Option<Hour>,
    /// How many.
    pub letters: u64,
}

/// How soon letters were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// There were too few to say.
    Unknown,
    /// Eight in ten within so many hours, one of [`CLASSES`].
    Within(i64),
    /// Not even within the longest of them.
    Longer,
}

impl Pace {
    /// What letters of the last 90 days show at `now`.
    pub fn of(letters: &[Answered], now: Hour) -> Self {
        // Of the longest time. What is not known to be quick is not known to be slow before so much time has passed.
        let mut is_known = false;
        for hours in CLASSES {
            let had_time = letters.iter().filter(|letter| now.number() - letter.received.number() > hours);
            let (mut all, mut in_time) = (0, 0);
            for letter in had_time {
                let took = letter.answered.map(|answered| answered.number() - letter.received.number());
                all += letter.letters;
                in_time += if took.is_some_and(|took| took <= hours) { letter.letters } else { 0 };
            }
            is_known = all >= ENOUGH;
            if is_known && in_time * 10 >= all * 8 {
                return Self::Within(hours);
            }
        }
        if is_known { Self::Longer } else { Self::Unknown }
    }

    /// A sentence for the form.
    pub fn chinese(self) -> String {
        match self {
            Self::Unknown => "来信还少，通常多久能回，现在说不准。".to_owned(),
            Self::Within(hours) => {
                format!("最近三个月，十封信里有八封在{}内得到答复。", words(hours))
            }
            Self::Longer => "最近三个月答复得慢，很多信等了两个月以上。急的事别等信。".to_owned(),
        }
    }
}

fn words(hours: i64) -> &'static str {
    const WORDS: [&str; CLASSES.len()] = ["两小时", "一天", "三天", "一个星期", "半个月", "一个月", "两个月"];
    WORDS[CLASSES.iter().position(|most| hours <= *most).unwrap_or(CLASSES.len() - 1)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Hour = Hour::from_number(500_000);

    /// So many letters that came so many hours ago and were answered after so many.
    fn letters(letters: u64, ago: i64, took: Option<i64>) -> Answered {
        let received = Hour::from_number(NOW.number() - ago);
        Answered { received, answered: took.map(|took| Hour::from_number(received.number() + took)), letters }
    }

    #[test]
    fn eight_in_ten_decide_and_those_that_wait_count() {
        for (all, expected) in [
            (vec![], Pace::Unknown),
            (vec![letters(19, 1000, Some(1))], Pace::Unknown),
            (vec![letters(20, 1000, Some(1))], Pace::Within(2)),
            (vec![letters(80, 1000, Some(20)), letters(20, 1000, None)], Pace::Within(24)),
            (vec![letters(79, 1000, Some(20)), letters(21, 1000, Some(60))], Pace::Within(72)),
            (vec![letters(79, 2000, Some(20)), letters(21, 2000, None)], Pace::Longer),
            // What came an hour ago has had no time yet, and says nothing of those that had.
            (vec![letters(80, 1000, Some(20)), letters(900, 1, None)], Pace::Within(24)),
            (vec![letters(50, 1, None)], Pace::Unknown),
            // Nobody has waited for two months yet.
            (vec![letters(50, 100, None)], Pace::Unknown),
        ] {
            assert_eq!(Pace::of(&all, NOW), expected, "{all:?}");
        }
    }

    proptest! {
        /// More letters that wait never make a desk look quicker.
        #[test]
        fn waiting_letters_never_help(
            answered in prop::collection::vec((1_u64..50, 1_i64..2000, 0_i64..500), 0..12),
            waiting in 1_u64..200,
            ago in 1_i64..2000,
        ) {
            let mut all: Vec<Answered> =
                answered.iter().map(|&(count, ago, took)| letters(count, ago.max(took), Some(took))).collect();
            let before = Pace::of(&all, NOW);
            all.push(letters(waiting, ago, None));
            if let (Pace::Within(before), Pace::Within(after)) = (before, Pace::of(&all, NOW)) {
                prop_assert!(before <= after);
            }
        }

        #[test]
        fn every_class_has_words(class in 0..CLASSES.len()) {
            prop_assert!(Pace::Within(CLASSES[class]).chinese().contains("十封信里有八封"));
        }
    }
}
