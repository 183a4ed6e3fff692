//! The one way in which a thread changes.
//!
//! [`Store::transition`] does it in one transaction: it locks the thread, recognises a request that was sent before, asks
//! the state machine, writes row, message, history, audit line and figures, and keeps the answer under the request's hash.
//! Whatever is refused has changed nothing.

use std::collections::BTreeSet;

use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Set, TryInsertResult};

use crate::audit::Object;
use crate::consultations::clocks::Matter;
use crate::consultations::register::{Channel, Stage};
use crate::consultations::state::{Event, NotAllowed, Standing, State};
use crate::sealing::binding::{Binding, Purpose, Sender, ThreadId};
use crate::store::bell::Change;
use crate::store::consultation::act::{Act, Actor, Done, Request};
use crate::store::consultation::rows::{
    NewMessage, add_message, demand_readers, locked, name_of, open_handovers, tell, wind,
};
use crate::store::consultation::step::Step;
use crate::store::consultation::{NewThread, Refused, Thread};
use crate::store::desk::{Reader, ReaderKey, readers_for_writing};
use crate::store::entity::{request, thread};
use crate::store::figures::{Count, Measure};
use crate::store::spent::spend;
use crate::store::{Store, announce, audit, budget, damaged};

impl Store {
    /// Does `act` to `thread` for `actor`. When this returns, it is on the disk. The same request sent again gets the first
    /// answer and changes nothing.
    pub async fn transition(
        &self,
        actor: Actor<'_>,
        thread: &ThreadId,
        act: Act<'_>,
        request: &Request,
    ) -> Result<Done, Refused> {
        act.event().by(actor.party())?;
        let txn = self.begin().await?;
        let event = act.event();
        let (done, desks) = match act {
            Act::Receive(new) => {
                let desk = new.desk.clone();
                (receive(&txn, actor, thread, *new, request).await?, BTreeSet::from([desk]))
            }
            act => self.change(&txn, actor, thread, act, request).await?,
        };
        if done.again {
            txn.rollback().await?;
        } else {
            txn.commit().await?;
            // What is destroyed in its time was on nobody's screen.
            if event != Event::Purge {
                self.announce(Change { event, thread: done.thread, desks }).await;
            }
        }
        Ok(done)
    }

    /// Gives also the desks that see it, or saw it before.
    async fn change(
        &self,
        txn: &DatabaseTransaction,
        actor: Actor<'_>,
        thread: &ThreadId,
        act: Act<'_>,
        request: &Request,
    ) -> Result<(Done, BTreeSet<String>), Refused> {
        let event = act.event();
        let row = locked(txn, thread).await?.ok_or(Refused::Gone)?;
        if let Some(first) = first_answer(txn, actor, (event, Some(thread)), request).await? {
            return Ok((first, BTreeSet::new()));
        }
        if !actor.reaches(&row) {
            return Err(Refused::Gone);
        }
        let now = Thread::read(row.clone())?;
        if event == Event::Accept
            && let Some(responder) = &now.first_responder
        {
            return Ok((accepted_before(txn, actor, &now, responder).await?, BTreeSet::new()));
        }
        demand_own_receipt(&act, actor, &now)?;
        let standing = Standing { state: now.state, open_handovers: open_handovers(txn, thread).await? };
        now.next(event)?;
        let next = standing.next(event)?.state;
        if changes_nothing(&act, actor, &now) {
            return Ok((
                Done { thread: *thread, state: now.state, number: None, again: true },
                BTreeSet::new(),
            ));
        }
        let step = Step::new(txn, (actor, request), self.retention, now, row.into_active_model());
        let (number, desks) = step.take(act, next).await?;
        let done = Done { thread: *thread, state: next, number, again: false };
        // Of what is gone no request is kept either.
        let gone = matches!(next, State::Withdrawn | State::Purged);
        if !gone && !keep(txn, actor, event, &done, request).await? {
            return Err(Refused::OtherRequest);
        }
        Ok((done, desks))
    }
}

/// Stores a new thread with its first letter.
async fn receive(
    txn: &DatabaseTransaction,
    actor: Actor<'_>,
    id: &ThreadId,
    new: NewThread,
    request: &Request,
) -> Result<Done, Refused> {
    new.check(actor)?;
    if let Some(first) = first_answer(txn, actor, (Event::Receive, None), request).await? {
        return Ok(first);
    }
    demand_readers(&new.readers(txn).await?, &new.keys)?;
    let (desk, hour, urgent) = (new.desk.clone(), request.hour, new.priority.danger);
    let insert = thread::Entity::insert(new.row(id, request));
    let insert = insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    let inserted = insert.try_insert().exec_without_returning(txn).await?;
    let done = Done { thread: *id, state: State::Received, number: Some(1), again: false };
    // The same form at the same time: both had the same locator and the same hash, and the other one was first.
    if !matches!(inserted, TryInsertResult::Inserted(1..))
        || !keep(txn, actor, Event::Receive, &done, request).await?
    {
        if let Some(first) = first_answer(txn, actor, (Event::Receive, None), request).await? {
            return Ok(first);
        }
        // Id or locator is somebody's: the browser that drew them draws others. Which of the two it was nobody is told.
        return Err(Refused::Taken);
    }
    if let Some(spent) = &new.spends
        && !spend(txn, spent, hour).await?
    {
        return Err(Refused::Spent);
    }
    if let Some(budget) = new.budget
        && !budget::count(txn, &desk, hour, budget).await?
    {
        return Err(Refused::UsedUp);
    }
    let count = Count {
        measure: Measure::Received,
        hour,
        desk: &desk,
        topic: new.topic.as_deref(),
        region: new.region.as_deref(),
        channel: new.channel.code(),
        detail: "",
        since: None,
    };
    let binding = Binding { thread: *id, purpose: Purpose::Letter, position: 1, sender: new.sender() };
    let letter = NewMessage { binding, hour, content: new.content, keys: new.keys };
    add_message(txn, letter).await?;
    tell(txn, id, (Event::Receive, hour), (None, Some(&desk), None)).await?;
    let by = (hour, actor.member().map(crate::desk::member::Member::id));
    audit::append(txn, &desk, by, (Event::Receive.code(), Object::Thread(id))).await?;
    count.add(txn).await?;
    // Who entered it knows of it.
    if actor.member().is_none() {
        announce::note(txn, &desk, (urgent, hour)).await?;
    }
    Ok(done)
}

impl NewThread {
    /// Whoever writes online has a receipt; who comes, calls or sends a letter has none, and is entered by a member of
    /// the desk itself.
    fn check(&self, actor: Actor<'_>) -> Result<(), Refused> {
        let (online, receipt) = (self.channel == Channel::Online, self.receipt.is_some());
        let right = match actor.member() {
            None => online && receipt,
            Some(member) => !online && !receipt && self.desk == member.desk(),
        };
        let refused = NotAllowed::NotTheirs { party: actor.party(), event: Event::Receive };
        if right { Ok(()) } else { Err(refused.into()) }
    }

    fn sender(&self) -> Sender {
        if self.receipt.is_some() { Sender::Asker } else { Sender::Desk }
    }

    async fn readers(&self, txn: &DatabaseTransaction) -> Result<Vec<ReaderKey>, DbErr> {
        let mut readers = readers_for_writing(txn, &self.desk).await?;
        readers.extend(self.receipt.as_ref().map(|receipt| ReaderKey {
            reader: Reader::Thread,
            generation: 0,
            public_key: receipt.public_key.clone(),
        }));
        Ok(readers)
    }

    fn row(&self, id: &ThreadId, request: &Request) -> thread::ActiveModel {
        let (receipt, hour) = (self.receipt.as_ref(), request.hour);
        let matter = Matter { topic: self.topic.as_deref(), danger: self.priority.danger };
        let mut row = thread::ActiveModel {
            id: Set(id.to_string()),
            desk_id: Set(self.desk.clone()),
            channel: Set(self.channel.code().to_owned()),
            state: Set(State::Received.code().to_owned()),
            danger: Set(self.priority.danger),
            child: Set(self.priority.child),
            vulnerable: Set(self.priority.vulnerable),
            topic: Set(self.topic.clone()),
            region: Set(self.region.clone()),
            received_hour: Set(hour.number()),
            mediation: Set(false),
            legal_aid: Set(false),
            psychological: Set(false),
            consent: Set(false),
            typed_back: Set(false),
            extended: Set(false),
            locator_hash: Set(receipt.map(|receipt| receipt.locator_hash.clone())),
            public_key: Set(receipt.map(|receipt| receipt.public_key.to_bytes())),
            ..Default::default()
        };
        wind(&mut row, Some((Stage::Accept, request.schedule.accept(matter, hour))), hour);
        row
    }
}

/// What came with a receipt only its holder takes back; of who came in person, called or wrote on paper, a member.
fn demand_own_receipt(act: &Act<'_>, actor: Actor<'_>, now: &Thread) -> Result<(), NotAllowed> {
    match act {
        Act::Withdraw if actor.member().is_some() && now.channel == Channel::Online => {
            Err(NotAllowed::NotTheirs { party: actor.party(), event: Event::Withdraw })
        }
        _ => Ok(()),
    }
}

/// What is so already is not done again, under whatever request.
fn changes_nothing(act: &Act<'_>, actor: Actor<'_>, now: &Thread) -> bool {
    match act {
        Act::Consent(consent) => *consent == now.consent,
        Act::StepIn => actor.member().map(crate::desk::member::Member::id) == now.first_responder.as_deref(),
        _ => false,
    }
}

/// Done twice by the same member, it is done once; who comes second is told who was first.
async fn accepted_before(
    txn: &DatabaseTransaction,
    actor: Actor<'_>,
    now: &Thread,
    responder: &str,
) -> Result<Done, Refused> {
    if actor.member().is_some_and(|member| member.id() == responder) {
        return Ok(Done { thread: now.id, state: now.state, number: None, again: true });
    }
    Err(Refused::Accepted(name_of(txn, responder).await?))
}

/// The answer to the same request when it came first. A hash that stands for something else is nobody's answer.
async fn first_answer(
    txn: &DatabaseTransaction,
    actor: Actor<'_>,
    (event, thread): (Event, Option<&ThreadId>),
    asked: &Request,
) -> Result<Option<Done>, Refused> {
    let Some(row) = request::Entity::find_by_id(asked.hash.clone()).one(txn).await? else {
        return Ok(None);
    };
    let first: ThreadId = row.thread_id.parse().map_err(damaged)?;
    let desk = actor.member().map(crate::desk::member::Member::desk);
    let same = row.event == event.code()
        && thread.is_none_or(|thread| *thread == first)
        && row.by_desk.as_deref() == desk;
    if !same {
        return Err(Refused::OtherRequest);
    }
    let state = State::parse(&row.state).ok_or_else(|| damaged("an unknown state"))?;
    let number = row.number.map(u32::try_from).transpose().map_err(damaged)?;
    Ok(Some(Done { thread: first, state, number, again: true }))
}

/// Keeps the answer; false where the hash is taken by now.
async fn keep(
    txn: &DatabaseTransaction,
    actor: Actor<'_>,
    event: Event,
    done: &Done,
    asked: &Request,
) -> Result<bool, DbErr> {
    let row = request::ActiveModel {
        hash: Set(asked.hash.clone()),
        thread_id: Set(done.thread.to_string()),
        event: Set(event.code().to_owned()),
        state: Set(done.state.code().to_owned()),
        number: Set(done.number.map(i32::try_from).transpose().map_err(damaged)?),
        by_desk: Set(actor.member().map(|member| member.desk().to_owned())),
        at_hour: Set(asked.hour.number()),
    };
    let insert = request::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(matches!(insert.try_insert().exec_without_returning(txn).await?, TryInsertResult::Inserted(1..)))
}
