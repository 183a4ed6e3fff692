//! Both sides over both kinds of database.

mod model;
mod news;
mod overdue;
mod pace;
mod purge;
mod queue;
mod steps;
mod transfer;

use std::sync::Arc;

use sea_orm::DbErr;

use crate::clock::Hour;
use crate::consultations::register::Channel;
use crate::consultations::state::State;
use crate::desk::member::Member;
use crate::dice::{self, SystemDice};
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::{self, Envelope, SealedContent};
use crate::sealing::suite::{PrivateKey, PublicKey};
use crate::store::Store;
use crate::store::consultation::{
    Act, Actor, Done, Earlier, KeyFor, NewThread, Priority, ReceiptHalves, Refused, Request, Sealed, Shelf,
    StoredMessage, Thread, Writing,
};
use crate::store::desk::{Reader, ReaderKey};
use crate::store::testing::{self, NOW, founded};

/// A letter on its way, and what its writer keeps.
struct Letter {
    new: NewThread,
    id: ThreadId,
    request: Request,
    locator_hash: Vec<u8>,
    asker: PrivateKey,
    public_key: PublicKey,
}

async fn letter(store: &Store, desk: &str, request: &[u8], hour: Hour) -> Letter {
    let id = ThreadId::draw(&SystemDice);
    let (asker, public_key) = PrivateKey::generate(&SystemDice);
    let mut readers = store.readers_of(desk).await.unwrap();
    readers.push(ReaderKey { reader: Reader::Thread, generation: 0, public_key: public_key.clone() });
    let (content, keys) = sealed("他打我", &Binding::letter(id, 1, Sender::Asker), readers);
    let locator_hash = dice::draw::<32>(&SystemDice).to_vec();
    let kept = public_key.clone();
    let new = NewThread {
        desk: desk.to_owned(),
        channel: Channel::Online,
        priority: Priority::default(),
        topic: None,
        region: None,
        receipt: Some(ReceiptHalves { locator_hash: locator_hash.clone(), public_key }),
        content,
        keys,
        spends: None,
        budget: None,
    };
    Letter {
        new,
        id,
        request: Request { hour, hash: request.to_vec(), schedule: Arc::default() },
        locator_hash,
        asker,
        public_key: kept,
    }
}

/// Stores a new letter and gives its id.
pub(crate) async fn sent(store: &Store, desk: &str) -> ThreadId {
    let letter = letter(store, desk, &dice::draw::<32>(&SystemDice), NOW).await;
    let id = letter.id;
    send(store, letter).await.unwrap();
    id
}

async fn send(store: &Store, letter: Letter) -> Result<Done, Refused> {
    let act = Act::Receive(Box::new(letter.new));
    store.transition(Actor::Asker, &letter.id, act, &letter.request).await
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

/// A request that nobody has sent before.
fn new_request() -> Request {
    Request { hour: NOW, hash: dice::draw::<32>(&SystemDice).to_vec(), schedule: Arc::default() }
}

/// An answer of the desk of a thread, sealed for a position to those who must read it.
async fn answer(store: &Store, desk: &str, thread: ThreadId, position: u32) -> Sealed {
    let (_, _, readers) = store.thread_for(&member_of(desk), &thread, NOW).await.unwrap().unwrap();
    let binding = Binding::letter(thread, position, Sender::Desk);
    let (content, keys) = sealed("我们来帮你", &binding, readers);
    Sealed { position, content, keys }
}

/// What the script-less path does.
fn more() -> Writing<'static> {
    Writing::Seal(Box::new(|binding, readers| {
        let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
        message::seal(&Envelope::of("还有"), binding, &keys, &SystemDice)
    }))
}

impl Store {
    /// Of an opened thread what most tests ask for.
    pub(in crate::store) async fn thread_for(
        &self,
        member: &Member,
        thread: &ThreadId,
        hour: Hour,
    ) -> Result<Option<(Thread, Vec<StoredMessage>, Vec<ReaderKey>)>, DbErr> {
        let opened = self.open_thread(member, thread, hour).await?;
        Ok(opened.map(|opened| (opened.thread, opened.letters, opened.readers)))
    }
}

/// A member does something under a new request.
async fn does(store: &Store, desk: &str, thread: &ThreadId, act: Act<'_>) -> Result<Done, Refused> {
    store.transition(Actor::Member(&member_of(desk)), thread, act, &new_request()).await
}

#[tokio::test]
async fn a_letter_goes_there_and_the_answer_comes_back() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let new = letter(store, "county", b"form", NOW).await;
        let Letter { id, request, locator_hash, asker, .. } = new;
        let act = Act::Receive(Box::new(new.new));
        let done = store.transition(Actor::Asker, &id, act, &request).await.unwrap();
        assert_eq!(done, Done { thread: id, state: State::Received, number: Some(1), again: false });

        let found = store.thread_by_locator(&locator_hash).await.unwrap().unwrap();
        assert_eq!((found.id, found.state, found.received), (id, State::Received, NOW));
        assert_eq!(store.thread_by_locator(b"other").await.unwrap(), None);

        does(store, "county", &id, Act::Accept).await.unwrap();
        let found = store.thread_by_locator(&locator_hash).await.unwrap().unwrap();
        assert_eq!(found.first_responder.as_deref(), Some("member-of-county"));
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        assert_eq!(does(store, "county", &id, reply).await.unwrap().state, State::Answered);

        let letters = store.messages_for_asker(&id).await.unwrap();
        let texts = letters.iter().map(|letter| {
            let key = &letter.key.as_ref().unwrap().key;
            message::open(&asker, &letter.binding, key, &letter.content).unwrap().text.clone()
        });
        assert_eq!(texts.collect::<Vec<_>>(), ["他打我", "我们来帮你"]);
        let again = store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &new_request()).await;
        let again = again.unwrap();
        assert_eq!((again.state, again.number), (State::Accepted, Some(3)));
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_thread() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let first = letter(store, "county", b"form", NOW).await;
        let second = letter(store, "county", b"form", NOW).await;
        let id = first.id;
        assert_eq!(store.earlier(b"form").await.unwrap(), None);
        assert!(!send(store, first).await.unwrap().again);
        let again = send(store, second).await.unwrap();
        assert_eq!((again.thread, again.again), (id, true));
        let earlier = Earlier { thread: id, desk: "county".to_owned(), typed_back: false };
        assert_eq!(store.earlier(b"form").await.unwrap(), Some(earlier));
        let queue = store.queue_of(&member_of("county"), Shelf::Own, None, 10).await.unwrap();
        assert_eq!(queue.items.len(), 1);
        store.mark_typed_back(&id).await.unwrap();
        assert!(store.earlier(b"form").await.unwrap().unwrap().typed_back);
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_at_once_makes_one_thread() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let one = letter(store, "county", b"form", NOW).await;
        let mut other = letter(store, "county", b"form", NOW).await;
        // The same form has the same receipt.
        other.new.receipt = Some(ReceiptHalves {
            locator_hash: one.locator_hash.clone(),
            public_key: other.public_key.clone(),
        });
        let (one, other) = tokio::join!(send(store, one), send(store, other));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.thread, other.thread);
        assert!(one.again != other.again);
    }
}

#[tokio::test]
async fn what_is_sent_again_gets_the_first_answer_whatever_has_happened_since() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let id = sent(store, "county").await;
        let member = member_of("county");
        let (accept, reply, wrote) = (new_request(), new_request(), new_request());
        for round in 0..2 {
            let again = round > 0;
            let done = store.transition(Actor::Member(&member), &id, Act::Accept, &accept).await.unwrap();
            assert_eq!((done.state, done.again), (State::Accepted, again));
            let act = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
            let done = store.transition(Actor::Member(&member), &id, act, &reply).await.unwrap();
            assert_eq!((done.state, done.number, done.again), (State::Answered, Some(2), again));
            let done = store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &wrote).await.unwrap();
            assert_eq!((done.state, done.number, done.again), (State::Accepted, Some(3), again));
        }
        assert_eq!(store.messages_for_asker(&id).await.unwrap().len(), 3);
        // A key that was used is nobody's for anything else.
        for (actor, request) in [(Actor::Asker, &reply), (Actor::Member(&member), &wrote)] {
            let other = if matches!(actor, Actor::Asker) { Act::Withdraw } else { Act::Accept };
            let refused = store.transition(actor, &id, other, request).await;
            assert!(matches!(refused, Err(Refused::OtherRequest)), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn another_desks_thread_does_not_exist() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let id = sent(store, "county").await;
        let stranger = member_of("city");
        for shelf in [Shelf::Own, Shelf::Climbed] {
            assert!(store.queue_of(&stranger, shelf, None, 10).await.unwrap().items.is_empty());
        }
        assert!(store.thread_for(&stranger, &id, NOW).await.unwrap().is_none());
        assert!(matches!(does(store, "city", &id, Act::Accept).await, Err(Refused::Gone)));
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        assert!(matches!(does(store, "city", &id, reply).await, Err(Refused::Gone)));
    }
}

#[tokio::test]
async fn an_answer_out_of_step_or_for_other_readers_changes_nothing() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "province", None).await;
        founded(store, "city", Some("province")).await;
        founded(store, "county", Some("city")).await;
        let id = sent(store, "county").await;
        let reply = |sealed| Act::Answer(Writing::Sealed(sealed));
        let early = answer(store, "county", id, 2).await;
        assert_eq!(early.keys.len(), 4, "the desk, the two above it, the asker");
        assert!(matches!(does(store, "county", &id, reply(early)).await, Err(Refused::NotAllowed(_))));
        does(store, "county", &id, Act::Accept).await.unwrap();
        for position in [1, 3] {
            let wrong = answer(store, "county", id, position).await;
            assert!(matches!(does(store, "county", &id, reply(wrong)).await, Err(Refused::OutOfStep)));
        }
        let mut fewer = answer(store, "county", id, 2).await;
        fewer.keys.pop();
        let mut without_the_top = answer(store, "county", id, 2).await;
        without_the_top.keys.remove(2);
        let mut twice = answer(store, "county", id, 2).await;
        let first = twice.keys[0].clone();
        twice.keys[1] = first;
        let mut stale = answer(store, "county", id, 2).await;
        stale.keys[0].generation = 2;
        for wrong in [fewer, without_the_top, twice, stale] {
            let refused = does(store, "county", &id, reply(wrong)).await;
            assert!(matches!(refused, Err(Refused::WrongReaders(_))), "{refused:?}");
        }
        assert_eq!(store.messages_for_asker(&id).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn two_answers_at_once_do_not_take_the_same_place() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let id = sent(store, "county").await;
        does(store, "county", &id, Act::Accept).await.unwrap();
        let one = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        let other = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        let (one, other) = tokio::join!(does(store, "county", &id, one), does(store, "county", &id, other));
        assert!(one.is_ok() != other.is_ok());
        assert!(matches!(one.and(other), Err(Refused::OutOfStep)));
    }
}
