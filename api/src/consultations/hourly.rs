//! Keys that change every hour.
//!
//! They recognise a form that is sent again and seal the passes that pages carry. Each is derived from two halves: a secret of
//! `secrets.toml`, and chance that lies in the database for as long as the key is good ([`Store::shares_of`]). So all processes of a
//! site have the same, neither file gives them alone, and after two hours nobody can tell any more which form made which thread.

use std::sync::{Mutex, PoisonError};

use ring::hmac;
use sea_orm::DbErr;
use zeroize::Zeroizing;

use crate::clock::Hour;
use crate::dice::{self, Dice};
use crate::secrets::Secrets;
use crate::store::{SHARE_LEN, Store};

/// A key of an hour.
pub type HourKey = Zeroizing<[u8; 32]>;

/// The keys of one purpose, of this hour and of the one before.
pub struct Hourly {
    label: &'static str,
    last: Mutex<Option<Turn>>,
}

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
    /// The keys of a purpose, which `label` tells from others.
    pub fn new(label: &'static str) -> Self {
        Self { label, last: Mutex::default() }
    }

    /// The keys that are good in `hour`. The database is asked once in an hour.
    pub async fn keys(
        &self,
        (secrets, store): (&Secrets, &Store),
        hour: Hour,
        dice: &dyn Dice,
    ) -> Result<Turn, DbErr> {
        // A clock that is set back makes no new keys: pages already sent stay good.
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(turn) = last.filter(|turn| turn.hour >= hour) {
            return Ok(turn);
        }
        let (share, before) = store.shares_of(hour, dice::draw::<SHARE_LEN>(dice)).await?;
        let key = |hour: Hour, share: &[u8]| secrets.of_hour_with(self.label, hour, share);
        let earlier = Hour::from_number(hour.number() - 1);
        let previous = before.map(|share| key(earlier, &share));
        let turn = Turn { hour, current: key(hour, &share), previous };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn.clone());
        Ok(turn)
    }
}

impl Turn {
    /// Keys of nobody.
    #[cfg(test)]
    pub(crate) fn drawn(hour: Hour, dice: &dyn Dice) -> Self {
        Self { hour, current: HourKey::new(dice::draw(dice)), previous: None }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;
    use crate::store::testing;

    fn at(hour: i64) -> Hour {
        Hour::from_number(hour)
    }

    #[tokio::test]
    async fn every_process_that_has_the_secrets_has_the_same_keys_for_an_hour_and_the_next() {
        for fresh in testing::each().await {
            let (secrets, others) = (Secrets::draw(&SystemDice), Secrets::draw(&SystemDice));
            let (one, other, purpose) = (Hourly::new("a"), Hourly::new("a"), Hourly::new("b"));
            let keys = async |of: &Hourly, secrets: &Secrets, hour| {
                of.keys((secrets, &fresh.store), at(hour), &SystemDice).await.unwrap()
            };
            let first = keys(&one, &secrets, 10).await;
            assert!(first.previous.is_none());
            assert_eq!(keys(&other, &secrets, 10).await.current, first.current);
            assert_ne!(keys(&purpose, &secrets, 10).await.current, first.current);
            assert_ne!(keys(&Hourly::new("a"), &others, 10).await.current, first.current);
            let second = keys(&other, &secrets, 11).await;
            assert_eq!(second.previous, Some(first.current.clone()));
            assert_ne!(second.current, first.current);
            assert_eq!(keys(&other, &secrets, 10).await.current, second.current, "a clock that is set back");
            let third = keys(&one, &secrets, 12).await;
            assert!(third.both().all(|key| *key != first.current));
            assert_eq!(third.previous, Some(second.current));
            assert!(keys(&one, &secrets, 14).await.previous.is_none(), "nothing was made in between");
        }
    }

    /// Who has `secrets.toml` and the database of the day after does not have the keys.
    #[tokio::test]
    async fn what_was_swept_does_not_come_back() {
        for fresh in testing::each().await {
            let secrets = Secrets::draw(&SystemDice);
            let keys = async || {
                Hourly::new("a").keys((&secrets, &fresh.store), at(10), &SystemDice).await.unwrap().current
            };
            let made = keys().await;
            assert_eq!(keys().await, made);
            fresh.store.forget_shares(at(12)).await.unwrap();
            assert_ne!(keys().await, made);
        }
    }

    #[test]
    fn parts_can_not_run_into_each_other() {
        let key = HourKey::new([7; 32]);
        assert_ne!(tag(&key, "a", &[b"b", b"c"]), tag(&key, "a", &[b"bc", b""]));
        assert_ne!(tag(&key, "a", &[b"b"]), tag(&key, "ab", &[b""]));
    }
}
