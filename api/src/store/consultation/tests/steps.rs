//! What each act writes, beside the state: handovers, marks, climbing, closing, withdrawing, purging, history, figures.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};
use search::vocabulary::Outcome;

use super::*;
use crate::audit::Broken;
use crate::consultations::register::{AgencyResult, Mark};
use crate::consultations::state::{Event, NotAllowed};
use crate::sealing::binding::Purpose;
use crate::store::entity::{audit, event, figure, message, message_key, request, thread};

async fn kinds(store: &Store, id: &ThreadId) -> Vec<String> {
    let rows = event::Entity::find().filter(event::Column::ThreadId.eq(id.to_string()));
    let rows = rows.order_by_asc(event::Column::Number).all(&store.db).await.unwrap();
    assert!(rows.iter().enumerate().all(|(at, row)| row.number == i32::try_from(at).unwrap() + 1));
    rows.into_iter().map(|row| row.kind).collect()
}

async fn row(store: &Store, id: &ThreadId) -> thread::Model {
    thread::Entity::find_by_id(id.to_string()).one(&store.db).await.unwrap().unwrap()
}

fn at(hours: i64) -> Request {
    Request { hour: Hour::from_number(NOW.number() + hours), ..new_request() }
}

/// A county below a city, and a letter that the county has answered.
async fn answered(store: &Store) -> ThreadId {
    founded(store, "city", None).await;
    founded(store, "county", Some("city")).await;
    let id = sent(store, "county").await;
    does(store, "county", &id, Act::Accept).await.unwrap();
    let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
    does(store, "county", &id, reply).await.unwrap();
    id
}

#[tokio::test]
async fn nothing_is_closed_before_the_agency_has_said_what_came_of_it() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        let hand_over = || Act::HandOver { agency: "示例县公安局".to_owned() };
        for number in 1..3 {
            assert_eq!(does(store, "county", &id, hand_over()).await.unwrap().number, Some(number));
        }
        let close = || Act::Close(Outcome::PoliceHandled);
        for handover in 1..3 {
            let refused = does(store, "county", &id, close()).await;
            assert!(matches!(refused, Err(Refused::NotAllowed(NotAllowed::Pending(_)))), "{refused:?}");
            does(store, "county", &id, Act::Confirm { handover }).await.unwrap();
            let result = || Act::Result { handover, result: AgencyResult::Settled };
            does(store, "county", &id, result()).await.unwrap();
            let twice = does(store, "county", &id, result()).await;
            assert!(matches!(twice, Err(Refused::NoHandover(_) | Refused::NotAllowed(_))), "{twice:?}");
        }
        assert_eq!(does(store, "county", &id, close()).await.unwrap().state, State::Closed);
        let row = row(store, &id).await;
        assert_eq!((row.outcome.as_deref(), row.closed_hour), (Some("police_handled"), Some(NOW.number())));
        assert_eq!(row.purge_hour, Some(NOW.number() + 180 * 24 + 1), "not an hour before 180 days");
        let told = ["receive", "accept", "answer", "hand_over", "hand_over"];
        assert_eq!(kinds(store, &id).await[..5], told);
    }
}

#[tokio::test]
async fn marks_are_the_desks_own_and_move_it_forward_in_the_queue() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        let before = kinds(store, &id).await;
        for mark in Mark::ALL {
            does(store, "county", &id, Act::Mark(*mark, true)).await.unwrap();
        }
        does(store, "county", &id, Act::Mark(Mark::Mediation, false)).await.unwrap();
        let row = row(store, &id).await;
        assert_eq!((row.vulnerable, row.urgency), (true, 6));
        assert_eq!((row.mediation, row.legal_aid, row.psychological), (false, true, true));
        assert_eq!(kinds(store, &id).await, before, "the asker reads nothing of marks");
    }
}

#[tokio::test]
async fn what_climbs_goes_up_one_level_and_is_there_to_be_read_and_answered() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        for (desk, above) in [("province", None), ("city", Some("province")), ("county", Some("city"))] {
            founded(store, desk, above).await;
        }
        let id = sent(store, "county").await;
        for (to, below) in [("city", "county"), ("province", "city")] {
            let due = row(store, &id).await.climb_hour.unwrap();
            let request = Request { hour: Hour::from_number(due), ..new_request() };
            store.transition(Actor::Clock, &id, Act::Climb, &request).await.unwrap();
            let upper = member_of(to);
            let queue = store.queue_of(&upper, Shelf::Climbed, None, 10).await.unwrap();
            assert_eq!(queue.items[0].thread.escalated_to.as_deref(), Some(to));
            let (_, letters, readers) = store.thread_for(&upper, &id, NOW).await.unwrap().unwrap();
            assert!(letters.iter().all(|letter| letter.key.is_some()), "{to} has a key for each");
            assert_eq!(readers.len(), 4);
            assert_eq!(
                store.thread_for(&member_of(below), &id, NOW).await.unwrap().is_some(),
                below == "county"
            );
        }
        does(store, "province", &id, Act::Accept).await.unwrap();
        assert_eq!(kinds(store, &id).await, ["receive", "climb", "climb", "accept"]);
    }
}

#[tokio::test]
async fn a_thread_that_waits_too_long_closes_by_itself_and_no_hour_before() {
    for fresh in testing::each().await {
        let store = &fresh.store.clone().keeping(crate::store::Retention { closed_days: 1, waiting_days: 2 });
        let id = answered(store).await;
        let back = Act::AskBack(Writing::Sealed(answer(store, "county", id, 3).await));
        does(store, "county", &id, back).await.unwrap();
        let lapse = async |hours| store.transition(Actor::Clock, &id, Act::Lapse, &at(hours)).await;
        assert!(matches!(lapse(48).await, Err(Refused::NotYet)));
        assert_eq!(lapse(49).await.unwrap().state, State::Closed);
        let row = row(store, &id).await;
        assert_eq!((row.outcome.as_deref(), row.lapse_hour), (Some("lapsed"), None));
        let purge = async |hours| store.transition(Actor::Clock, &id, Act::Purge, &at(hours)).await;
        assert!(matches!(purge(49 + 24).await, Err(Refused::NotYet)));
        assert_eq!(purge(49 + 25).await.unwrap().state, State::Purged);
        assert!(matches!(purge(49 + 26).await, Err(Refused::Gone)));
        assert_nothing_but_counts(store, &id).await;
    }
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_at_once_and_for_good() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        does(store, "county", &id, Act::HandOver { agency: "示例县法院".to_owned() }).await.unwrap();
        let request = new_request();
        let done = store.transition(Actor::Asker, &id, Act::Withdraw, &request).await.unwrap();
        assert_eq!((done.state, done.again), (State::Withdrawn, false));
        assert_nothing_but_counts(store, &id).await;
        let again = store.transition(Actor::Asker, &id, Act::Withdraw, &request).await;
        assert!(matches!(again, Err(Refused::Gone)), "whoever asks again learns that nothing is there");
        let last = audit::Entity::find().order_by_desc(audit::Column::Number).one(&store.db).await.unwrap();
        assert_eq!(last.map(|line| (line.act, line.actor)), Some(("withdraw".to_owned(), None)));
        let figures =
            figure::Entity::find().order_by_asc(figure::Column::Measure).all(&store.db).await.unwrap();
        let counted: Vec<_> =
            figures.iter().map(|row| (row.measure.as_str(), row.detail.as_str(), row.count)).collect();
        assert_eq!(
            counted,
            [("accepted", "", 1), ("answered", "", 1), ("closed", "withdrawn", 1), ("received", "", 1)]
        );
    }
}

async fn assert_nothing_but_counts(store: &Store, id: &ThreadId) {
    testing::nothing_of(store, &id.to_string()).await;
    assert_eq!(request::Entity::find().count(&store.db).await.unwrap(), 0);
}

#[tokio::test]
async fn whether_it_helped_may_change_and_is_counted_once() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        for helped in [false, true] {
            let act = Act::FollowUp { helped };
            store.transition(Actor::Asker, &id, act, &new_request()).await.unwrap();
        }
        store.transition(Actor::Asker, &id, Act::Consent(true), &new_request()).await.unwrap();
        let row = row(store, &id).await;
        assert_eq!((row.helped, row.consent), (Some(true), true));
        let said = figure::Entity::find().filter(figure::Column::Measure.is_in(["helped", "did_not_help"]));
        let said = said.all(&store.db).await.unwrap();
        assert_eq!(
            said.iter().map(|row| (row.measure.as_str(), row.count)).collect::<Vec<_>>(),
            [("did_not_help", 1)]
        );
    }
}

#[tokio::test]
async fn a_draft_is_for_what_is_over_and_allowed_and_consent_said_again_changes_nothing() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        let member = member_of("county");
        let (member, asker) = (Actor::Member(&member), Actor::Asker);
        let act = async |actor, act| store.transition(actor, &id, act, &new_request()).await;
        let open = act(member, Act::DraftDigest).await;
        assert!(matches!(open, Err(Refused::NotAllowed(NotAllowed::Here { .. }))), "{open:?}");
        act(member, Act::Close(Outcome::Mediated)).await.unwrap();
        assert!(matches!(act(member, Act::DraftDigest).await, Err(Refused::NoConsent)));
        let again = async |consent| act(asker, Act::Consent(consent)).await.unwrap().again;
        assert!(again(false).await, "nobody had agreed");
        assert!(!again(true).await && again(true).await);
        act(member, Act::DraftDigest).await.unwrap();
        assert!(!again(false).await && again(false).await);
        assert!(matches!(act(member, Act::DraftDigest).await, Err(Refused::NoConsent)));
        let told = store.history(&id).await.unwrap();
        let told: Vec<Event> = told.into_iter().map(|told| told.event).collect();
        assert_eq!(told[told.len() - 3..], [Event::Consent, Event::DraftDigest, Event::RevokeConsent]);
    }
}

#[tokio::test]
async fn what_nobody_asked_is_put_away_without_an_answer_and_spoils_no_measure() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let (id, asked) = (sent(store, "county").await, sent(store, "county").await);
        let early = does(store, "county", &id, Act::PutAway).await;
        assert!(
            matches!(early, Err(Refused::NotAllowed(NotAllowed::Here { .. }))),
            "nobody has looked: {early:?}"
        );
        does(store, "county", &id, Act::Accept).await.unwrap();
        does(store, "county", &asked, Act::Accept).await.unwrap();
        let waiting = async || {
            store.answered_lately(at(5).hour).await.unwrap().iter().map(|of| of.letters).sum::<u64>()
        };
        assert_eq!(waiting().await, 2);
        assert_eq!(does(store, "county", &id, Act::PutAway).await.unwrap().state, State::Closed);
        assert_eq!(waiting().await, 1, "it was no letter that waits for an answer");
        let row = row(store, &id).await;
        assert_eq!(
            (row.outcome.as_deref(), row.due_hour, row.answered_hour),
            (Some("not_a_request"), None, None)
        );
        assert_eq!(row.purge_hour, Some(NOW.number() + 180 * 24 + 1));
        assert_eq!(kinds(store, &id).await, ["receive", "accept", "put_away"]);
        for (actor, act) in [
            (Actor::Asker, Act::Consent(true)),
            (Actor::Asker, Act::FollowUp { helped: true }),
            (Actor::Member(&member_of("county")), Act::FollowUp { helped: false }),
            (Actor::Member(&member_of("county")), Act::DraftDigest),
        ] {
            let refused = store.transition(actor, &id, act, &new_request()).await;
            assert!(matches!(refused, Err(Refused::NotAllowed(NotAllowed::Here { .. }))), "{refused:?}");
        }
        let closed =
            figure::Entity::find().filter(figure::Column::Measure.eq("closed")).all(&store.db).await.unwrap();
        let counted: Vec<_> = closed.iter().map(|row| (row.detail.as_str(), row.count)).collect();
        assert_eq!(counted, [("not_a_request", 1)]);
        let withdrawn = store.transition(Actor::Asker, &id, Act::Withdraw, &new_request()).await;
        assert_eq!(withdrawn.unwrap().state, State::Withdrawn, "she can still take it back");
    }
}

#[tokio::test]
async fn nobody_does_what_is_another_sides() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        let member = member_of("county");
        for (actor, act) in [
            (Actor::Asker, Act::Close(Outcome::Advised)),
            (Actor::Asker, Act::Purge),
            (Actor::Member(&member), Act::Withdraw),
            (Actor::Member(&member), Act::AskerWrites(more())),
            (Actor::Member(&member), Act::Lapse),
            (Actor::Clock, Act::Withdraw),
        ] {
            let refused = store.transition(actor, &id, act, &new_request()).await;
            assert!(matches!(refused, Err(Refused::NotAllowed(NotAllowed::NotTheirs { .. }))), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn who_comes_in_person_is_in_the_same_register_without_a_receipt() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let visit = async |channel, desk: &str, receipt: bool| {
            let mut letter = letter(store, desk, b"unused", NOW).await;
            let keys = if receipt { 3 } else { 2 };
            letter.new.keys.truncate(keys);
            letter.new.channel = channel;
            letter.new.receipt = letter.new.receipt.filter(|_| receipt);
            let act = Act::Receive(Box::new(letter.new));
            (letter.id, does(store, "county", &letter.id, act).await)
        };
        for (channel, desk, receipt) in [
            (Channel::Online, "county", true),
            (Channel::Visit, "city", false),
            (Channel::Call, "county", true),
        ] {
            let (_, refused) = visit(channel, desk, receipt).await;
            assert!(matches!(refused, Err(Refused::NotAllowed(_))), "{channel:?}: {refused:?}");
        }
        let (one, other) =
            (visit(Channel::Visit, "county", false).await, visit(Channel::Letter, "county", false).await);
        assert!(other.1.is_ok(), "several threads have no locator");
        let (id, done) = one;
        assert_eq!(done.unwrap().state, State::Received);
        does(store, "county", &id, Act::Accept).await.unwrap();
        let (thread, letters, readers) =
            store.thread_for(&member_of("county"), &id, NOW).await.unwrap().unwrap();
        assert_eq!((thread.channel, thread.public_key, readers.len()), (Channel::Visit, None, 2));
        assert_eq!(letters[0].binding.sender, Sender::Desk);
        let told = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        does(store, "county", &id, told).await.unwrap();
        assert_eq!(
            does(store, "county", &id, Act::Close(Outcome::Advised)).await.unwrap().state,
            State::Closed
        );
    }
}

#[tokio::test]
async fn an_asker_can_not_tell_that_there_are_notes() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        for position in 1..4 {
            let place = (Set(id.to_string()), Set(Purpose::Note.code().to_owned()), Set(position));
            let note = message::ActiveModel {
                thread_id: place.0.clone(),
                purpose: place.1.clone(),
                position: place.2.clone(),
                sender: Set("desk".to_owned()),
                sent_hour: Set(NOW.number() + 5),
                content: Set(vec![0; 1052]),
            };
            message::Entity::insert(note).exec_without_returning(&store.db).await.unwrap();
            let key = message_key::ActiveModel {
                thread_id: place.0,
                purpose: place.1,
                position: place.2,
                reader: Set("desk/county".to_owned()),
                generation: Set(1),
                sealed_key: Set(vec![0; 113]),
            };
            message_key::Entity::insert(key).exec_without_returning(&store.db).await.unwrap();
        }
        let letters = store.messages_for_asker(&id).await.unwrap();
        assert_eq!(letters.iter().map(|letter| letter.binding.position).collect::<Vec<_>>(), [1, 2]);
        assert!(letters.iter().all(|letter| letter.binding.purpose == Purpose::Letter && letter.sent == NOW));
        let next =
            store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &new_request()).await.unwrap();
        assert_eq!(next.number, Some(3), "notes do not count");
        let queue = store.queue_of(&member_of("county"), Shelf::Own, None, 10).await.unwrap();
        assert_eq!(queue.items[0].last, NOW);
    }
}

/// Whoever changes the chain in the database is found out, wherever they do it.
#[tokio::test]
async fn a_chain_that_was_tampered_with_names_the_first_line_that_does_not_hold() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        let id = answered(store).await;
        // Founding, the first member, the letter, accepting, reading for the answer, answering.
        assert_eq!(store.verify_audit("county").await.unwrap().unwrap().number, 6);
        let (at, back) = ("WHERE desk_id = 'county' AND number", "WHERE desk_id = 'county'");
        let named = async |sql: &str, undo: &str, expected: Broken| {
            store.tamper(sql).await;
            assert_eq!(store.verify_audit("county").await.unwrap(), Err(expected), "{sql}");
            store.tamper(undo).await;
            assert!(store.verify_audit("county").await.unwrap().is_ok(), "{undo}");
        };
        for number in 1..=6 {
            let changed = Broken::Changed(number);
            for (column, other) in
                [("at_hour", "at_hour + 1"), ("act", "act || 'x'"), ("actor", "coalesce(actor, '') || 'x'")]
            {
                let keep = format!("CREATE TABLE kept AS SELECT * FROM audit {at} = {number}");
                store.db.execute_unprepared(&keep).await.unwrap();
                let undo = format!("UPDATE audit SET {column} = (SELECT {column} FROM kept) {at} = {number}");
                named(&format!("UPDATE audit SET {column} = {other} {at} = {number}"), &undo, changed).await;
                store.db.execute_unprepared("DROP TABLE kept").await.unwrap();
            }
            // A gap, and the last line gone.
            let keep = format!("CREATE TABLE kept AS SELECT * FROM audit {at} = {number}");
            store.db.execute_unprepared(&keep).await.unwrap();
            let undo = "INSERT INTO audit SELECT * FROM kept";
            named(&format!("DELETE FROM audit {at} = {number}"), undo, Broken::Missing(number)).await;
            store.db.execute_unprepared("DROP TABLE kept").await.unwrap();
        }
        // Two lines change places.
        let swap = async |one: u8, other: u8| {
            for (from, to) in [(one, 99), (other, one), (99, other)] {
                store.tamper(&format!("UPDATE audit SET number = {to} {at} = {from}")).await;
            }
        };
        swap(3, 4).await;
        assert_eq!(store.verify_audit("county").await.unwrap(), Err(Broken::Changed(3)));
        swap(3, 4).await;
        let head = format!("UPDATE audit_head SET number = 5 {back}");
        named(&head, &format!("UPDATE audit_head SET number = 6 {back}"), Broken::Surplus(6)).await;
        assert!(store.verify_audit("city").await.unwrap().is_ok(), "each desk has its own");
        let rows =
            audit::Entity::find().filter(audit::Column::DeskId.eq("county")).all(&store.db).await.unwrap();
        assert!(rows.iter().all(|row| !row.act.contains(&id.to_string())));
    }
}
