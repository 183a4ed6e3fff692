//! Both sides over both kinds of database.

use crate::clock::Hour;
use crate::consultations::state::{Event, State};
use crate::desk::member::Member;
use crate::dice::{self, SystemDice};
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::{self, Envelope, SealedContent};
use crate::sealing::suite::{PrivateKey, PublicKey};
use crate::store::Store;
use crate::store::consultation::{Answer, Earlier, KeyFor, NewThread, Priority, Refused, Taken};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::testing::{self, founded};

const NOW: Hour = Hour::from_number(500_000);

struct Letter {
    new: NewThread,
    id: ThreadId,
    locator_hash: Vec<u8>,
    asker: PrivateKey,
}

async fn letter(store: &Store, desk: &str, request: &[u8], hour: Hour) -> Letter {
    let id = ThreadId::draw(&SystemDice);
    let (asker, public_key) = PrivateKey::generate(&SystemDice);
    let mut readers = store.readers_of(desk).await.unwrap();
    readers.push(ReaderKey { reader: Reader::Thread, generation: 0, public_key: public_key.clone() });
    let binding = Binding { thread: id, position: 1, sender: Sender::Asker };
    let (content, keys) = sealed("他打我", &binding, readers);
    let locator_hash = dice::draw::<32>(&SystemDice).to_vec();
    let new = NewThread {
        id,
        desk: desk.to_owned(),
        priority: Priority { danger: false, child: false },
        topic: None,
        region: None,
        hour,
        locator_hash: locator_hash.clone(),
        request_hash: request.to_vec(),
        public_key,
        content,
        keys,
    };
    Letter { new, id, locator_hash, asker }
}

fn sealed(text: &str, binding: &Binding, readers: Vec<ReaderKey>) -> (SealedContent, Vec<KeyFor>) {
    let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
    let sealed = message::seal(&Envelope::of(text), binding, &keys, &SystemDice).unwrap();
    let keys = readers.into_iter().zip(sealed.keys).map(|(reader, key)| reader.holds(key)).collect();
    (sealed.content, keys)
}

fn member_of(desk: &str) -> Member {
    Member::pretended(&format!("member-of-{desk}"), desk)
}

async fn answer(store: &Store, desk: &str, thread: ThreadId, position: u32) -> Answer {
    let (_, _, readers) = store.thread_for(&member_of(desk), &thread).await.unwrap().unwrap();
    let binding = Binding { thread, position, sender: Sender::Desk };
    let (content, keys) = sealed("我们来帮你", &binding, readers);
    Answer {
        thread,
        position,
        event: Event::Answer,
        hour: NOW,
        request_hash: dice::draw::<32>(&SystemDice).to_vec(),
        content,
        keys,
    }
}

#[tokio::test]
async fn a_letter_goes_there_and_the_answer_comes_back() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let Letter { new, id, locator_hash, asker } = letter(store, "county", b"form", NOW).await;
        assert_eq!(store.add_thread(new).await.unwrap(), Taken::New);

        let found = store.thread_by_locator(&locator_hash).await.unwrap().unwrap();
        assert_eq!((found.id, found.state, found.received), (id, State::Received, NOW));
        assert_eq!(store.thread_by_locator(b"other").await.unwrap(), None);

        let member = member_of("county");
        let accepted = store.accept(&member, &id).await.unwrap();
        assert_eq!(accepted.first_responder.as_deref(), Some("member-of-county"));
        let answered = store.answer(&member, answer(store, "county", id, 2).await).await.unwrap();
        assert_eq!(answered.state, State::Answered);

        let messages = store.messages_for_asker(&id).await.unwrap();
        let texts = messages.iter().map(|message| {
            let key = &message.key.as_ref().unwrap().key;
            message::open(&asker, &message.binding, key, &message.content).unwrap().text.clone()
        });
        assert_eq!(texts.collect::<Vec<_>>(), ["他打我", "我们来帮你"]);

        let again = store.add_follow_up(&id, b"more", NOW, |binding, readers| {
            assert_eq!(binding.position, 3);
            let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
            message::seal(&Envelope::of("还有"), binding, &keys, &SystemDice)
        });
        assert_eq!(again.await.unwrap().state, State::Accepted);
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_thread() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let first = letter(store, "county", b"form", NOW).await;
        let second = letter(store, "county", b"form", NOW).await;
        assert_eq!(store.earlier(b"form").await.unwrap(), None);
        assert_eq!(store.add_thread(first.new).await.unwrap(), Taken::New);
        let earlier = Earlier { desk: "county".to_owned(), typed_back: false };
        assert_eq!(store.add_thread(second.new).await.unwrap(), Taken::Again(earlier.clone()));
        assert_eq!(store.earlier(b"form").await.unwrap(), Some(earlier));
        assert_eq!(store.queue_of(&member_of("county")).await.unwrap().len(), 1);
        store.mark_typed_back(&first.id).await.unwrap();
        assert!(store.earlier(b"form").await.unwrap().unwrap().typed_back);
    }
}

#[tokio::test]
async fn what_is_sent_again_to_a_thread_is_there_once() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let Letter { new, id, .. } = letter(store, "county", b"form", NOW).await;
        store.add_thread(new).await.unwrap();
        store.accept(&member_of("county"), &id).await.unwrap();
        store.accept(&member_of("county"), &id).await.unwrap();
        for _ in 0..2 {
            let mut same = answer(store, "county", id, 2).await;
            same.request_hash = b"same".to_vec();
            store.answer(&member_of("county"), same).await.unwrap();
        }
        for _ in 0..2 {
            let seal = |binding: &Binding, readers: &[ReaderKey]| {
                let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
                message::seal(&Envelope::of("还有"), binding, &keys, &SystemDice)
            };
            store.add_follow_up(&id, b"more", NOW, seal).await.unwrap();
        }
        assert_eq!(store.messages_for_asker(&id).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn another_desks_thread_does_not_exist() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let Letter { new, id, .. } = letter(store, "county", b"form", NOW).await;
        store.add_thread(new).await.unwrap();
        let stranger = member_of("city");
        assert!(store.queue_of(&stranger).await.unwrap().is_empty());
        assert!(store.thread_for(&stranger, &id).await.unwrap().is_none());
        assert!(matches!(store.accept(&stranger, &id).await, Err(Refused::Gone)));
        let reply = answer(store, "county", id, 2).await;
        assert!(matches!(store.answer(&stranger, reply).await, Err(Refused::Gone)));
    }
}

#[tokio::test]
async fn an_answer_out_of_step_or_for_other_readers_changes_nothing() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let Letter { new, id, .. } = letter(store, "county", b"form", NOW).await;
        store.add_thread(new).await.unwrap();
        let member = member_of("county");
        let early = answer(store, "county", id, 2).await;
        assert!(matches!(store.answer(&member, early).await, Err(Refused::NotAllowed(_))));
        store.accept(&member, &id).await.unwrap();
        for position in [1, 3] {
            let wrong = answer(store, "county", id, position).await;
            assert!(matches!(store.answer(&member, wrong).await, Err(Refused::OutOfStep)));
        }
        let mut fewer = answer(store, "county", id, 2).await;
        fewer.keys.pop();
        let mut twice = answer(store, "county", id, 2).await;
        let first = twice.keys[0].clone();
        twice.keys[1] = first;
        let mut stale = answer(store, "county", id, 2).await;
        stale.keys[0].generation = 2;
        for wrong in [fewer, twice, stale] {
            assert!(matches!(store.answer(&member, wrong).await, Err(Refused::WrongReaders(_))));
        }
        assert_eq!(store.messages_for_asker(&id).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_queue_has_danger_first_then_children_then_the_oldest() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let mut expected = Vec::new();
        for (number, (danger, child, hours)) in
            [(true, false, 9), (false, true, 8), (false, false, 0), (false, false, 7)].into_iter().enumerate()
        {
            let hour = Hour::from_number(NOW.number() + hours);
            let mut next = letter(store, "county", &[u8::try_from(number).unwrap()], hour).await;
            next.new.priority = Priority { danger, child };
            expected.push(next.id);
            store.add_thread(next.new).await.unwrap();
        }
        let queue = store.queue_of(&member_of("county")).await.unwrap();
        assert_eq!(queue.iter().map(|queued| queued.thread.id).collect::<Vec<_>>(), expected);
        assert!(queue.iter().all(|queued| queued.last == queued.thread.received));
    }
}

#[tokio::test]
async fn two_answers_at_once_do_not_take_the_same_place() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let Letter { new, id, .. } = letter(store, "county", b"form", NOW).await;
        store.add_thread(new).await.unwrap();
        store.accept(&member_of("county"), &id).await.unwrap();
        let (one, other) = (answer(store, "county", id, 2).await, answer(store, "county", id, 2).await);
        let member = member_of("county");
        let (one, other) = tokio::join!(store.answer(&member, one), store.answer(&member, other));
        assert!(one.is_ok() != other.is_ok());
        assert!(matches!(one.and(other), Err(Refused::OutOfStep)));
    }
}
