//! How soon a desk acts: what `site.toml` says under `[clocks]`, what the form promises, what deadlines are reckoned from.
//!
//! Hours run by the wall, day and night; days are working days and end when offices close
//! (`docs/decisions/0030-working-time.md`). Who reckons with them is the API.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// How soon a desk acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    /// Somebody accepts it within so many hours.
    pub accept_hours: u32,
    /// The same where somebody is in danger; also how long each desk above has then, once it has climbed.
    pub danger_hours: u32,
    /// The first answer comes within so many working days.
    pub answer_days: u32,
    /// It is closed within so many working days.
    pub close_days: u32,
    /// It is closed within so many where the desk has said why it takes longer.
    pub extended_days: u32,
    /// So many working days has each desk above, once it has climbed and nobody is in danger.
    pub climb_days: u32,
    /// The hour at which a working day ends.
    pub office_ends: u32,
    /// Topics that go by other times, by slug.
    pub topics: BTreeMap<String, TopicClocks>,
}

/// What is otherwise for a topic; what is not said is as for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TopicClocks {
    /// [`Clocks::accept_hours`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_hours: Option<u32>,
    /// [`Clocks::answer_days`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_days: Option<u32>,
    /// [`Clocks::close_days`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_days: Option<u32>,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            accept_hours: 24,
            danger_hours: 2,
            answer_days: 3,
            close_days: 15,
            extended_days: 60,
            climb_days: 1,
            office_ends: 17,
            topics: BTreeMap::new(),
        }
    }
}

impl Clocks {
    /// What hours may be: a promise of more than a month is none.
    pub const HOURS: RangeInclusive<u32> = 1..=720;
    /// What working days may be.
    pub const DAYS: RangeInclusive<u32> = 1..=250;
    /// When offices may close.
    pub const ENDS: RangeInclusive<u32> = 12..=23;

    /// Hours until somebody accepts it.
    pub fn accept(&self, topic: Option<&str>, danger: bool) -> u32 {
        let hours = self.of(topic).and_then(|own| own.accept_hours).unwrap_or(self.accept_hours);
        if danger { hours.min(self.danger_hours) } else { hours }
    }

    /// Working days until it is answered.
    pub fn answer(&self, topic: Option<&str>) -> u32 {
        self.of(topic).and_then(|own| own.answer_days).unwrap_or(self.answer_days)
    }

    /// Working days until it is closed; `extended`: the desk has said why it takes longer.
    pub fn close(&self, topic: Option<&str>, extended: bool) -> u32 {
        let days = self.of(topic).and_then(|own| own.close_days).unwrap_or(self.close_days);
        if extended { days.max(self.extended_days) } else { days }
    }

    /// Hours until somebody accepts it, whatever its topic.
    pub fn longest_accept(&self, danger: bool) -> u32 {
        self.longest(|topic| self.accept(topic, danger))
    }

    /// Working days until it is answered, whatever its topic.
    pub fn longest_answer(&self) -> u32 {
        self.longest(|topic| self.answer(topic))
    }

    fn longest(&self, time: impl Fn(Option<&str>) -> u32) -> u32 {
        self.topics.keys().map(|topic| time(Some(topic))).fold(time(None), u32::max)
    }

    fn of(&self, topic: Option<&str>) -> Option<&TopicClocks> {
        self.topics.get(topic?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_its_own_times_and_danger_is_never_slower() {
        let own = TopicClocks { accept_hours: Some(1), close_days: Some(90), ..TopicClocks::default() };
        let clocks =
            Clocks { topics: BTreeMap::from([("domestic-violence".to_owned(), own)]), ..Clocks::default() };
        let topic = Some("domestic-violence");
        assert_eq!((clocks.accept(None, false), clocks.accept(None, true)), (24, 2));
        assert_eq!((clocks.accept(topic, false), clocks.accept(topic, true)), (1, 1));
        assert_eq!((clocks.answer(topic), clocks.answer(Some("divorce"))), (3, 3));
        assert_eq!((clocks.close(None, false), clocks.close(None, true)), (15, 60));
        assert_eq!((clocks.close(topic, false), clocks.close(topic, true)), (90, 90));
        assert_eq!((clocks.longest_accept(false), clocks.longest_answer()), (24, 3));
    }

    #[test]
    fn what_is_promised_before_a_topic_is_known_holds_for_the_slowest() {
        let own = |accept, answer| TopicClocks {
            accept_hours: Some(accept),
            answer_days: Some(answer),
            ..TopicClocks::default()
        };
        let topics = [("land".to_owned(), own(72, 10)), ("violence".to_owned(), own(1, 1))];
        let clocks = Clocks { topics: BTreeMap::from(topics), ..Clocks::default() };
        assert_eq!((clocks.longest_accept(false), clocks.longest_accept(true)), (72, 2));
        assert_eq!(clocks.longest_answer(), 10);
    }
}
