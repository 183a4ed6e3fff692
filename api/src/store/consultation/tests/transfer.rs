//! Handing over at the same time as something else happens: all of it, or nothing, and nobody waits for ever.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::*;
use crate::consultations::register::{Mark, TransferReason};
use crate::sealing::binding::Purpose;
use crate::store::consultation::{Count, Resealed, Transfer};
use crate::store::entity::{event, message, message_key};
use crate::store::figures::Measure;
use crate::words::month_of;

/// Two counties below one city.
async fn counties(store: &Store) {
    founded(store, "city", None).await;
    for county in ["east", "west"] {
        founded(store, county, Some("city")).await;
    }
}

/// Everything of a thread for another desk, in bytes of the right shape.
pub(super) async fn to(store: &Store, from: &str, id: &ThreadId, to: &str) -> Act<'static> {
    let target = store.transfer_target(&member_of(from), id, to).await.unwrap().unwrap();
    let Count { letters, notes } = target.count;
    let keys = |count| (0..count).map(|_| vec![7; 113].try_into().unwrap()).collect();
    let resealed = target.readers.into_iter().map(|key| Resealed {
        reader: key.reader,
        generation: key.generation,
        letters: keys(letters),
        notes: keys(notes),
    });
    Act::Transfer(Box::new(Transfer {
        to: to.to_owned(),
        reason: TransferReason::Conflict,
        seen: target.count,
        keys: resealed.collect(),
    }))
}

/// Who holds a key of each letter and note.
async fn readers(store: &Store, id: &ThreadId) -> Vec<BTreeSet<String>> {
    let letters = message::Entity::find().filter(message::Column::ThreadId.eq(id.to_string()));
    let keys = message_key::Entity::find().filter(message_key::Column::ThreadId.eq(id.to_string()));
    let (letters, keys) = (letters.all(&store.db).await.unwrap(), keys.all(&store.db).await.unwrap());
    let of = |letter: &message::Model| {
        let keys =
            keys.iter().filter(|key| (&key.purpose, key.position) == (&letter.purpose, letter.position));
        keys.map(|key| key.reader.clone()).collect()
    };
    letters.iter().map(of).collect()
}

#[tokio::test]
async fn what_is_written_meanwhile_is_read_by_the_desk_that_has_it_in_the_end() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        counties(store).await;
        for _ in 0..8 {
            let id = sent(store, "east").await;
            let transfer = to(store, "east", &id, "west").await;
            let wrote = new_request();
            let (moved, wrote) = tokio::join!(
                does(store, "east", &id, transfer),
                store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &wrote)
            );
            wrote.unwrap();
            let desk = match moved {
                Ok(_) => "desk/west",
                Err(Refused::OutOfStep) => "desk/east",
                Err(other) => panic!("{other}"),
            };
            let expected = BTreeSet::from([desk, "desk/city", "thread"].map(str::to_owned));
            assert_eq!(readers(store, &id).await, [expected.clone(), expected]);
        }
    }
}

#[tokio::test]
async fn transfers_that_cross_do_not_wait_for_each_other() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        counties(store).await;
        for _ in 0..8 {
            let (one, other) = (sent(store, "east").await, sent(store, "west").await);
            let (there, back) =
                (to(store, "east", &one, "west").await, to(store, "west", &other, "east").await);
            let (there, back) =
                tokio::join!(does(store, "east", &one, there), does(store, "west", &other, back));
            assert_eq!((there.unwrap().state, back.unwrap().state), (State::Received, State::Received));
        }
        for desk in ["east", "west"] {
            // Founding, the first member; eight letters, eight that went, eight that came.
            assert_eq!(store.verify_audit(desk).await.unwrap().unwrap().number, 2 + 24);
        }
    }
}

#[tokio::test]
async fn of_two_who_hand_it_on_at_once_one_does() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        counties(store).await;
        founded(store, "north", None).await;
        let id = sent(store, "east").await;
        let (west, north) = (to(store, "east", &id, "west").await, to(store, "east", &id, "north").await);
        let (west, north) = tokio::join!(does(store, "east", &id, west), does(store, "east", &id, north));
        assert!(west.is_ok() != north.is_ok());
        let lineage = if west.is_ok() { ["desk/city", "desk/west"].as_slice() } else { &["desk/north"] };
        let expected = lineage.iter().chain(&["thread"]).map(|reader| (*reader).to_owned()).collect();
        assert_eq!(readers(store, &id).await, [expected]);
        assert!(matches!(west.and(north), Err(Refused::Gone)));
    }
}

#[tokio::test]
async fn the_asker_reads_where_it_went_and_why_and_marks_and_deadlines_go_along() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        counties(store).await;
        let id = sent(store, "east").await;
        does(store, "east", &id, Act::Mark(Mark::LegalAid, true)).await.unwrap();
        store.tamper("UPDATE thread SET due_hour = 500024, due_stage = 'answer'").await;
        let act = to(store, "east", &id, "west").await;
        does(store, "east", &id, act).await.unwrap();
        let told = event::Entity::find().filter(event::Column::Kind.eq("transfer"));
        let told = told.one(&store.db).await.unwrap().unwrap();
        assert_eq!((told.from_desk.as_deref(), told.to_desk.as_deref()), (Some("east"), Some("west")));
        assert_eq!(told.reason.as_deref(), Some("conflict"));
        let (thread, letters, _) = store.thread_for(&member_of("west"), &id, NOW).await.unwrap().unwrap();
        assert!(thread.marks.legal_aid && thread.due.is_some_and(|due| due.hour.number() == 500_024));
        assert!(letters[0].key.is_some() && letters[0].binding.purpose == Purpose::Letter);
        let closed = does(store, "west", &id, Act::Accept).await.unwrap();
        assert_eq!(closed.state, State::Accepted);
    }
}

#[tokio::test]
async fn what_is_handed_on_is_counted_where_it_left_and_where_it_came() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        counties(store).await;
        let id = sent(store, "east").await;
        let transfer = to(store, "east", &id, "west").await;
        does(store, "east", &id, transfer).await.unwrap();
        let month = [month_of(new_request().hour.date())];
        let counted = async |desks: &[&str]| {
            let desks: Vec<String> = desks.iter().map(|desk| (*desk).to_owned()).collect();
            let figures = store.figures(Some(&desks), &month).await.unwrap();
            figures.into_iter().map(|figure| (figure.measure, figure.count)).collect::<Vec<_>>()
        };
        let (came, took, gave) =
            ((Measure::Received, 1), (Measure::TransferredIn, 1), (Measure::TransferredOut, 1));
        assert_eq!(counted(&["east"]).await, [came, gave]);
        assert_eq!(counted(&["west"]).await, [took]);
        assert_eq!(counted(&["east", "west"]).await, [came, took, gave]);
    }
}
