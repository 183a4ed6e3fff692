//! Keys that live in memory and change every hour.
//!
//! They recognise a form that is sent again and seal the passes that pages carry. They are never written down: after
//! two hours, or when the process ends, nobody can tell any more which form made which thread.

use std::sync::{Mutex, PoisonError};

use ring::hmac;
use zeroize::Zeroizing;

use crate::clock::Hour;
use crate::dice::Dice;

/// A key of an hour.
pub type HourKey = Zeroizing<[u8; 32]>;

/// The keys of this hour and of the one before.
#[derive(Default)]
pub struct Hourly(Mutex<Option<Turn>>);

/// The keys that are good at a moment.
#[derive(Clone)]
pub struct Turn {
    hour: Hour,
    /// For making things.
    pub current: HourKey,
    /// For recognising what was made before the hour changed.
    pub previous: Option<HourKey>,
}

impl Hourly {
    /// The keys that are good in `hour`. The first call in an hour makes its key and forgets the last but one.
    pub fn keys(&self, hour: Hour, dice: &dyn Dice) -> Turn {
        let mut turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = match turn.take() {
            // A clock that is set back makes no new keys: pages already sent stay good.
            Some(turn) if turn.hour >= hour => turn,
            earlier => {
                let lately = earlier.filter(|turn| turn.hour.number() + 1 == hour.number());
                Turn { hour, current: draw(dice), previous: lately.map(|turn| turn.current) }
            }
        };
        turn.insert(fresh).clone()
    }
}

impl Turn {
    /// Both keys, the one for making first.
    pub fn both(&self) -> impl Iterator<Item = &HourKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// HMAC-SHA-256 of `parts`, each with its length before it, under `label`.
pub fn tag(key: &HourKey, label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_slice());
    let mut context = hmac::Context::with_key(&key);
    for part in std::iter::once(&label.as_bytes()).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

fn draw(dice: &dyn Dice) -> HourKey {
    let mut key = Zeroizing::new([0; 32]);
    dice.fill(key.as_mut_slice());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    fn at(hour: i64) -> Hour {
        Hour::from_number(hour)
    }

    #[test]
    fn a_key_is_good_for_its_hour_and_the_next() {
        let hourly = Hourly::default();
        let first = hourly.keys(at(10), &SystemDice);
        assert!(first.previous.is_none());
        assert_eq!(hourly.keys(at(10), &SystemDice).current, first.current);
        let second = hourly.keys(at(11), &SystemDice);
        assert_eq!(second.previous, Some(first.current.clone()));
        assert_ne!(second.current, first.current);
        let third = hourly.keys(at(12), &SystemDice);
        assert!(third.both().all(|key| *key != first.current));
    }

    #[test]
    fn after_a_silence_no_old_key_is_left() {
        let hourly = Hourly::default();
        hourly.keys(at(10), &SystemDice);
        assert!(hourly.keys(at(12), &SystemDice).previous.is_none());
    }

    #[test]
    fn a_clock_set_back_keeps_the_keys() {
        let hourly = Hourly::default();
        let keys = hourly.keys(at(10), &SystemDice);
        assert_eq!(hourly.keys(at(9), &SystemDice).current, keys.current);
    }

    #[test]
    fn parts_can_not_run_into_each_other() {
        let key = draw(&SystemDice);
        assert_ne!(tag(&key, "a", &[b"b", b"c"]), tag(&key, "a", &[b"bc", b""]));
        assert_ne!(tag(&key, "a", &[b"b"]), tag(&key, "ab", &[b""]));
    }
}
