//! Every thread has a clock, and what nobody did in time climbs (P6): by whichever process looks first, as of the hour it was
//! due, once.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::*;
use crate::consultations::clocks::{Matter, Schedule};
use crate::consultations::register::{ExtendReason, Stage};
use crate::store::entity::{event, figure};

const CALM: Matter<'static> = Matter { topic: None, danger: false };

fn at(hour: Hour) -> Request {
    Request { hour, ..new_request() }
}

fn later(hour: Hour, hours: i64) -> Hour {
    Hour::from_number(hour.number() + hours)
}

async fn due(store: &Store, desk: &str, id: &ThreadId) -> Option<(Stage, Hour)> {
    let (thread, ..) = store.thread_for(&member_of(desk), id, NOW).await.unwrap().unwrap();
    thread.due.map(|due| (due.stage, due.hour))
}

/// The hours of climbing, from where to where, and what was overdue.
async fn climbs(store: &Store, id: &ThreadId) -> Vec<(i64, String, Option<String>, String)> {
    let rows = event::Entity::find()
        .filter(event::Column::ThreadId.eq(id.to_string()))
        .filter(event::Column::Kind.eq("climb"))
        .order_by_asc(event::Column::Number);
    let rows = rows.all(&store.db).await.unwrap();
    rows.into_iter()
        .map(|row| (row.at_hour, row.from_desk.unwrap(), row.to_desk, row.reason.unwrap()))
        .collect()
}

async fn three_levels(store: &Store) {
    for (desk, above) in [("province", None), ("city", Some("province")), ("county", Some("city"))] {
        founded(store, desk, above).await;
    }
}

#[tokio::test]
async fn p6_what_nobody_accepts_climbs_level_by_level_also_after_a_week_of_silence() {
    for fresh in testing::each().await {
        let (store, schedule) = (&fresh.store, Arc::new(Schedule::default()));
        three_levels(store).await;
        let (quick, id) = (sent(store, "county").await, sent(store, "county").await);
        does(store, "county", &quick, Act::Accept).await.unwrap();
        let first = schedule.accept(CALM, NOW);
        assert_eq!(due(store, "county", &id).await, Some((Stage::Accept, first)));
        assert_eq!(store.catch_up(later(first, -1), &schedule).await.unwrap(), 0, "nothing is due");

        // Nobody looked for three weeks; the two processes that wake up look at once.
        let awake = later(first, 21 * 24);
        let (one, other) = tokio::join!(store.catch_up(awake, &schedule), store.catch_up(awake, &schedule));
        let second = schedule.climb(CALM, first);
        let third = schedule.climb(CALM, second);
        let name = |desk: &str| desk.to_owned();
        let expected = [
            (first.number(), name("county"), Some(name("city")), name("accept")),
            (second.number(), name("city"), Some(name("province")), name("accept")),
            (third.number(), name("province"), None, name("accept")),
        ];
        assert_eq!(climbs(store, &id).await, expected);
        assert_eq!(climbs(store, &quick).await.len(), 3, "what was accepted and never answered");
        assert_eq!(one.unwrap() + other.unwrap(), 6);
        assert_eq!(store.catch_up(later(awake, 24), &schedule).await.unwrap(), 0, "it has been said");
        for desk in ["city", "province"] {
            let queue = store.queue_of(&member_of(desk), Shelf::Climbed, None, 10).await.unwrap();
            assert_eq!(queue.items.len(), if desk == "province" { 2 } else { 0 }, "{desk}");
        }
        let overdue = figure::Entity::find().filter(figure::Column::Measure.eq("overdue"));
        let counted: i64 = overdue.all(&store.db).await.unwrap().iter().map(|row| row.count).sum();
        assert_eq!(counted, 6);
    }
}

#[tokio::test]
async fn every_act_says_what_is_due_next() {
    for fresh in testing::each().await {
        let (store, schedule) = (&fresh.store, Schedule::default());
        three_levels(store).await;
        let id = sent(store, "county").await;
        does(store, "county", &id, Act::Accept).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Answer, schedule.answer(CALM, NOW))));
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        does(store, "county", &id, reply).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Close, schedule.close(CALM, NOW, false))));
        does(store, "county", &id, Act::Extend(ExtendReason::Court)).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Close, schedule.close(CALM, NOW, true))));
        // What is written meanwhile takes nothing of the time away: neither an answer nor a question and the answer after it.
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 3).await));
        does(store, "county", &id, reply).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Close, schedule.close(CALM, NOW, true))));
        let question = Act::AskBack(Writing::Sealed(answer(store, "county", id, 4).await));
        does(store, "county", &id, question).await.unwrap();
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 5).await));
        does(store, "county", &id, reply).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Close, schedule.close(CALM, NOW, true))));
        // What she writes begins it anew.
        store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &new_request()).await.unwrap();
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 7).await));
        does(store, "county", &id, reply).await.unwrap();
        assert_eq!(due(store, "county", &id).await, Some((Stage::Close, schedule.close(CALM, NOW, false))));
        let question = Act::AskBack(Writing::Sealed(answer(store, "county", id, 8).await));
        does(store, "county", &id, question).await.unwrap();
        assert_eq!(due(store, "county", &id).await, None, "it is the asker's turn");
        // Sixty days later nobody has written: it closes by itself, once.
        let schedule = Arc::new(schedule);
        assert_eq!(store.catch_up(later(NOW, 60 * 24), &schedule).await.unwrap(), 0);
        assert_eq!(store.catch_up(later(NOW, 60 * 24 + 1), &schedule).await.unwrap(), 1);
        let (thread, ..) = store.thread_for(&member_of("county"), &id, NOW).await.unwrap().unwrap();
        assert_eq!((thread.state, thread.due), (State::Closed, None));
    }
}

#[tokio::test]
async fn nobody_says_why_it_takes_longer_before_there_was_an_answer_and_nothing_climbs_early() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        three_levels(store).await;
        let id = sent(store, "county").await;
        does(store, "county", &id, Act::Accept).await.unwrap();
        let refused = does(store, "county", &id, Act::Extend(ExtendReason::Agency)).await;
        assert!(matches!(refused, Err(Refused::NotAllowed(_))), "{refused:?}");
        let climb = store.transition(Actor::Clock, &id, Act::Climb, &new_request()).await;
        assert!(matches!(climb, Err(Refused::NotYet)), "{climb:?}");
    }
}

#[tokio::test]
async fn another_desk_has_its_time_to_accept_but_not_more_than_was_left_for_the_answer() {
    for fresh in testing::each().await {
        let (store, schedule) = (&fresh.store, Schedule::default());
        three_levels(store).await;
        founded(store, "west", Some("city")).await;
        let id = sent(store, "county").await;
        for (hours, from, to) in [(1, "county", "west"), (200, "west", "county")] {
            let hour = later(NOW, hours);
            let act = transfer::to(store, from, &id, to).await;
            let member = member_of(from);
            store.transition(Actor::Member(&member), &id, act, &at(hour)).await.unwrap();
            let expected = schedule.accept(CALM, hour).min(schedule.answer(CALM, NOW));
            assert_eq!(due(store, to, &id).await, Some((Stage::Accept, expected)));
        }
        assert!(schedule.answer(CALM, NOW) < later(NOW, 200), "the second one was overdue as it came");
    }
}

#[tokio::test]
async fn what_climbed_and_was_handed_on_climbs_there_too_and_the_history_goes_forward() {
    for fresh in testing::each().await {
        let (store, schedule) = (&fresh.store, Arc::new(Schedule::default()));
        three_levels(store).await;
        founded(store, "west", Some("city")).await;
        let id = sent(store, "county").await;
        does(store, "county", &id, Act::Accept).await.unwrap();
        let answer = schedule.answer(CALM, NOW);
        assert_eq!(store.catch_up(answer, &schedule).await.unwrap(), 1, "nobody answered");
        // At the other desk the answer is as late as it was: due at the very hour at which it climbed before.
        let hour = later(answer, 3);
        let act = transfer::to(store, "county", &id, "west").await;
        store.transition(Actor::Member(&member_of("county")), &id, act, &at(hour)).await.unwrap();
        assert_eq!(due(store, "west", &id).await, Some((Stage::Accept, answer)));
        assert_eq!(store.catch_up(hour, &schedule).await.unwrap(), 1, "nobody accepted there either");
        let name = |desk: &str| desk.to_owned();
        let expected = [
            (answer.number(), name("county"), Some(name("city")), name("answer")),
            (hour.number(), name("west"), Some(name("city")), name("accept")),
        ];
        assert_eq!(climbs(store, &id).await, expected);
        let told = event::Entity::find().filter(event::Column::ThreadId.eq(id.to_string()));
        let told = told.order_by_asc(event::Column::Number).all(&store.db).await.unwrap();
        assert!(told.is_sorted_by_key(|row| row.at_hour), "{told:?}");
    }
}

#[tokio::test]
async fn what_came_before_there_were_clocks_gets_one() {
    for fresh in testing::each().await {
        let (store, schedule) = (&fresh.store, Arc::new(Schedule::default()));
        three_levels(store).await;
        let id = sent(store, "county").await;
        store.tamper("UPDATE thread SET due_hour = NULL, due_stage = NULL").await;
        assert_eq!(store.catch_up(NOW, &schedule).await.unwrap(), 0);
        assert_eq!(due(store, "county", &id).await, Some((Stage::Accept, schedule.accept(CALM, NOW))));
    }
}
