//! A copy holds everything, fits either database, and is put back whole or not at all.

use std::io::Cursor;

use super::*;
use crate::clock::Hour;
use crate::sealing::binding::ThreadId;
use crate::store::consultation::tests::sent;
use crate::store::consultation::{Act, Actor, Request};
use crate::store::testing::{self, Fresh, NOW, founded};

async fn copied(store: &Store) -> Vec<u8> {
    let mut copy = Vec::new();
    store.copy_out(&mut copy, &mut |_| {}).await.unwrap();
    copy
}

impl Store {
    /// What a program of the time wrote: of the tables that there were then, each as it was.
    pub(in crate::store) async fn copied_as_then(&self) -> Vec<u8> {
        let steps = Migrator::get_applied_migrations(&self.db).await.unwrap();
        let steps = steps.iter().map(|step| step.name().to_owned()).collect();
        let txn = self.db.begin().await.unwrap();
        let (mut copy, mut rows) = (Vec::new(), 0);
        line(&mut copy, &Head { steps }).unwrap();
        for table in COPIED {
            if columns(&txn, table).await.is_ok() {
                rows = copy_table(&txn, table, (&mut copy, &mut |_| {}), rows).await.unwrap();
            }
        }
        line(&mut copy, &Foot { rows }).unwrap();
        copy
    }
}

async fn put(store: &Store, copy: &[u8], replace: bool) -> anyhow::Result<Restored> {
    store.copy_in(&mut Cursor::new(copy), replace, &mut |_| {}).await
}

/// Everything but the tables that are not copied.
async fn contents(store: &Store) -> Vec<String> {
    let everything = store.everything().await;
    let ours = |line: &&str| LEFT_OUT.iter().all(|table| !line.starts_with(&format!("{table}: ")));
    let mut lines: Vec<String> = everything.lines().filter(ours).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// A county with letters, below a city whose name sorts after it.
async fn filled(fresh: &Fresh) -> Vec<ThreadId> {
    founded(&fresh.store, "zone", None).await;
    founded(&fresh.store, "county", Some("zone")).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(sent(&fresh.store, "county").await);
    }
    fresh.store.keep_search_word("2026-11", "离婚", 7).await.unwrap();
    ids
}

#[tokio::test]
async fn every_table_is_copied_or_left_out_on_purpose() {
    for fresh in testing::each().await {
        let mut known: Vec<&str> = COPIED.iter().chain(LEFT_OUT).copied().collect();
        known.sort_unstable();
        assert_eq!(fresh.store.tables().await, known);
    }
}

#[tokio::test]
async fn what_one_database_held_another_holds_whichever_kind_it_is() {
    for from in testing::each().await {
        filled(&from).await;
        let copy = copied(&from.store).await;
        assert_eq!(copy, copied(&from.store).await, "the same rows make the same copy");
        for to in testing::each().await {
            let restored = put(&to.store, &copy, false).await.unwrap();
            assert_eq!(restored.destroyed_since, 0);
            assert_eq!(copied(&to.store).await, copy);
            assert_eq!(contents(&to.store).await.len() as u64, restored.rows);
            for desk in ["zone", "county"] {
                assert!(to.store.verify_audit(desk).await.unwrap().is_ok());
            }
            // It goes on where it stopped.
            founded(&to.store, "town", Some("county")).await;
            sent(&to.store, "town").await;
        }
    }
}

#[tokio::test]
async fn what_is_there_is_replaced_only_when_asked_to_and_what_was_destroyed_stays_so() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let ids = filled(&fresh).await;
        let copy = copied(store).await;
        let refused = put(store, &copy, false).await.unwrap_err();
        assert!(refused.is::<CannotRestore>(), "{refused:#}");
        // One takes hers back, another one's time is over.
        let request = |hour| Request { hour, hash: vec![7; 32], schedule: std::sync::Arc::default() };
        store.transition(Actor::Asker, &ids[0], Act::Withdraw, &request(NOW)).await.unwrap();
        store
            .tamper(&format!("UPDATE thread SET state = 'closed', purge_hour = 0 WHERE id = '{}'", ids[1]))
            .await;
        assert_eq!(store.purge(NOW).await.unwrap(), 1);
        let restored = put(store, &copy, true).await.unwrap();
        assert_eq!(restored.destroyed_since, 2);
        let rows = store.everything().await;
        let there: Vec<bool> = ids.iter().map(|id| rows.contains(&id.to_string())).collect();
        assert_eq!(there, [false, false, true]);
        assert!(store.purge(Hour::from_number(NOW.number() + 1)).await.is_ok());
    }
}

/// The end of a file whose last sealed piece is missing.
struct Cut;

impl std::io::Read for Cut {
    fn read(&mut self, _into: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the last piece is missing"))
    }
}

#[tokio::test]
async fn a_copy_whose_rows_are_all_there_is_refused_while_its_end_can_not_be_opened() {
    for fresh in testing::each().await {
        filled(&fresh).await;
        let store = &fresh.store;
        let before = contents(store).await;
        let copy = copied(store).await;
        let mut cut = std::io::BufReader::new(std::io::Read::chain(&copy[..], Cut));
        let refused = store.copy_in(&mut cut, true, &mut |_| {}).await.unwrap_err();
        assert!(format!("{refused:#}").contains("last piece"), "{refused:#}");
        assert_eq!(contents(store).await, before);
    }
}

#[tokio::test]
async fn a_copy_that_is_cut_or_changed_leaves_everything_as_it_was() {
    for fresh in testing::each().await {
        filled(&fresh).await;
        let store = &fresh.store;
        let copy = String::from_utf8(copied(store).await).unwrap();
        let before = contents(store).await;
        let lines: Vec<&str> = copy.lines().collect();
        let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().join("\n") + "\n";
        let cut = copy.len() / 2;
        for (bad, expected) in [
            (String::new(), "第 1 行"),
            (copy[..cut].to_owned(), "行"),
            (without(0), "读不懂"),
            (without(lines.len() - 1), "断了"),
            (without(lines.len() - 2), "应有"),
            (copy.replacen("m20261121_000001_consultations", "m20991231_000001_later", 1), "更新的版本"),
            (copy.replacen("\"]}", "\",\"m20991231_000001_later\"]}", 1), "有 m20991231_000001_later 这一步"),
            // Steps of a version whose tables were others than those of the copy.
            (
                copy.replacen(
                    ",\"m20261126_000009_extended\",\"m20261126_000010_filtered_shelves\"]}",
                    "]}",
                    1,
                ),
                "和这个版本的不合：extended",
            ),
            (copy.replacen("\"search_word\"", "\"secrets\"", 1), "没有见过"),
            (copy.replacen("\"kind\":\"bytes\"", "\"kind\":\"text\"", 1), "不合"),
            (copy.replacen("[1,", "[\"1\",", 1), "不合"),
            (copy.clone() + "\n", "后面还有"),
        ] {
            if bad == copy {
                // Nothing of the kind is in this copy.
                continue;
            }
            let said = format!("{:#}", put(store, bad.as_bytes(), true).await.unwrap_err());
            assert!(said.contains(expected), "{expected}: {said}");
            assert_eq!(contents(store).await, before, "{expected}");
        }
    }
}
