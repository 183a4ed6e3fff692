//! One step of a thread: what each act writes, beside the state.

use std::collections::BTreeSet;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Set,
};
use search::vocabulary::Outcome;

use crate::audit::{Object, TAKE_OVER};
use crate::clock::Hour;
use crate::consultations::clocks::{Matter, Schedule};
use crate::consultations::register::{AgencyResult, Ending, Mark, Stage};
use crate::consultations::state::{Event, State};
use crate::desk::member::Member;
use crate::sealing::binding::{Binding, Purpose, Sender};
use crate::store::consultation::act::{Act, Actor, Request, Sealed, Writing};
use crate::store::consultation::rows::{
    NewMessage, add_handover, add_message, demand_readers, handover, next_position, readers_for_writing_in,
    tell, wind,
};
use crate::store::consultation::transfer::reseal;
use crate::store::consultation::{Due, Refused, Thread, Transfer};
use crate::store::desk::{ReaderKey, parent_of, readers_for_writing};
use crate::store::entity::{message, thread};
use crate::store::figures::{Count, Measure};
use crate::store::{Retention, announce, audit};

/// A thread on its way from one state to the next, its row locked.
pub(super) struct Step<'a> {
    txn: &'a DatabaseTransaction,
    actor: Actor<'a>,
    hour: Hour,
    retention: Retention,
    /// As it was.
    now: Thread,
    /// As it will be.
    row: thread::ActiveModel,
    told: Told,
    /// What deadlines are reckoned with.
    schedule: &'a Schedule,
    /// The desk that it goes to.
    given_to: Option<String>,
    counts: Vec<(Measure, String, Option<Hour>)>,
}

/// What the history says beside the event.
#[derive(Default)]
struct Told {
    from: Option<String>,
    to: Option<String>,
    reason: Option<&'static str>,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        txn: &'a DatabaseTransaction,
        (actor, request): (Actor<'a>, &'a Request),
        retention: Retention,
        now: Thread,
        row: thread::ActiveModel,
    ) -> Self {
        Self {
            txn,
            actor,
            hour: request.hour,
            schedule: &request.schedule,
            retention,
            now,
            row,
            told: Told::default(),
            given_to: None,
            counts: Vec::new(),
        }
    }

    /// Takes it; the state machine has allowed it. Gives the position of a letter or the number of a handover, and the desks
    /// that see the thread then, or saw it before.
    pub(super) async fn take(
        mut self,
        act: Act<'_>,
        next: State,
    ) -> Result<(Option<u32>, BTreeSet<String>), Refused> {
        let event = act.event();
        let number = self.apply(act).await?;
        self.wind(event).await?;
        if next != State::WaitingForAsker {
            self.row.lapse_hour = Set(None);
        }
        self.row.state = Set(next.code().to_owned());
        let (desk, id, desks) = (self.now.desk.clone(), self.now.id, self.desks());
        if matches!(next, State::Withdrawn | State::Purged) {
            // Messages, keys, handovers, history and requests go with the row.
            thread::Entity::delete_by_id(id.to_string()).exec(self.txn).await?;
        } else {
            self.row.update(self.txn).await?;
            if event.is_told() {
                let Told { from, to, reason } = &self.told;
                tell(self.txn, &id, (event, self.hour), (from.as_deref(), to.as_deref(), *reason)).await?;
            }
        }
        let by = (self.hour, self.actor.member().map(Member::id));
        let mut lines = vec![(desk.as_str(), event.code())];
        lines.extend(self.given_to.as_deref().map(|to| (to, TAKE_OVER)));
        // Chains are locked in one order everywhere, so that two transfers that cross don't wait for each other.
        lines.sort_unstable();
        for (desk, act) in lines {
            audit::append(self.txn, desk, by, (act, Object::Thread(&id))).await?;
        }
        let here =
            self.counts.iter().map(|(measure, detail, since)| (*measure, &*desk, detail.as_str(), *since));
        let moved = self
            .given_to
            .as_deref()
            .map(|to| [(Measure::TransferredOut, &*desk, "", None), (Measure::TransferredIn, to, "", None)]);
        let mut counts: Vec<_> = here.chain(moved.into_iter().flatten()).collect();
        // For the same reason as chains.
        counts.sort_by_key(|(_, desk, ..)| *desk);
        for (measure, desk, detail, since) in counts {
            let count = Count {
                measure,
                hour: self.hour,
                desk,
                topic: self.now.topic.as_deref(),
                region: self.now.region.as_deref(),
                channel: self.now.channel.code(),
                detail,
                since,
            };
            count.add(self.txn).await?;
        }
        // What its own members did is no news to a desk.
        let news = match event {
            Event::AskerWrites => Some(&desk),
            Event::Transfer => self.given_to.as_ref(),
            Event::Climb => self.told.to.as_ref(),
            _ => None,
        };
        if let Some(desk) = news {
            announce::note(self.txn, desk, (self.now.priority.danger, self.hour)).await?;
        }
        Ok((number, desks))
    }

    fn desks(&self) -> BTreeSet<String> {
        let above = self.row.escalated_to.try_as_ref().cloned().flatten();
        let then = [self.row.desk_id.try_as_ref().cloned(), above];
        let before = [Some(self.now.desk.clone()), self.now.escalated_to.clone()];
        then.into_iter().chain(before).flatten().collect()
    }

    async fn apply(&mut self, act: Act<'_>) -> Result<Option<u32>, Refused> {
        match act {
            Act::Receive(_) => unreachable!("a new thread has no row to step from"),
            Act::Accept => self.accept(),
            Act::StepIn => self.take_on(),
            Act::Answer(writing) => return self.answer(writing).await.map(Some),
            Act::AskBack(writing) => return self.ask_back(writing).await.map(Some),
            Act::AskerWrites(writing) => {
                self.row.extended = Set(false);
                return self.write(writing, Sender::Asker).await.map(Some);
            }
            Act::Mark(mark, on) => self.mark(mark, on),
            Act::Note(note) => return self.note(note).await.map(Some),
            Act::Transfer(transfer) => self.transfer(*transfer).await?,
            Act::Climb => self.climb().await?,
            Act::Extend(reason) => {
                self.row.extended = Set(true);
                self.told.reason = Some(reason.code());
            }
            Act::HandOver { agency } => {
                return Ok(Some(add_handover(self.txn, &self.now.id, agency, self.hour).await?));
            }
            Act::Confirm { handover } => self.confirm(handover).await?,
            Act::Result { handover, result } => self.result(handover, result).await?,
            Act::FollowUp { helped } => self.follow_up(helped),
            Act::Consent(consent) => self.row.consent = Set(consent),
            Act::DraftDigest if !self.now.consent => return Err(Refused::NoConsent),
            Act::DraftDigest => {}
            Act::Close(outcome) => self.end(Ending::Outcome(outcome)),
            Act::PutAway => self.end(Ending::NotARequest),
            Act::Lapse => {
                self.demand_due(self.now.lapse)?;
                self.end(Ending::Lapsed);
            }
            Act::Withdraw => self.withdraw(),
            Act::Purge => self.demand_due(self.now.purge)?,
        }
        Ok(None)
    }

    /// From now on it is this member's. No deadline moves: she has waited all the while.
    fn take_on(&mut self) {
        self.row.first_responder = Set(self.actor.member().map(|member| member.id().to_owned()));
    }

    fn accept(&mut self) {
        self.take_on();
        if self.now.accepted.is_none() {
            self.row.accepted_hour = Set(Some(self.hour.number()));
            self.counts.push((Measure::Accepted, String::new(), Some(self.now.received)));
        }
    }

    async fn answer(&mut self, writing: Writing<'_>) -> Result<u32, Refused> {
        if self.now.answered.is_none() {
            self.row.answered_hour = Set(Some(self.hour.number()));
            self.counts.push((Measure::Answered, String::new(), Some(self.now.received)));
        }
        self.write(writing, Sender::Desk).await
    }

    async fn ask_back(&mut self, writing: Writing<'_>) -> Result<u32, Refused> {
        self.row.lapse_hour = Set(Some(after_days(self.hour, self.retention.waiting_days)));
        self.write(writing, Sender::Desk).await
    }

    /// Adds a letter at the next position, for exactly those who must be able to read it.
    async fn write(&self, writing: Writing<'_>, sender: Sender) -> Result<u32, Refused> {
        let readers = readers_for_writing_in(self.txn, &self.now).await?;
        self.add((Purpose::Letter, sender), &readers, writing).await
    }

    /// Adds a note at the next position of notes. The asker is never among its readers.
    async fn note(&self, note: Sealed) -> Result<u32, Refused> {
        let readers = readers_for_writing(self.txn, &self.now.desk).await?;
        self.add((Purpose::Note, Sender::Desk), &readers, Writing::Sealed(note)).await
    }

    async fn add(
        &self,
        (purpose, sender): (Purpose, Sender),
        readers: &[ReaderKey],
        writing: Writing<'_>,
    ) -> Result<u32, Refused> {
        let position = next_position(self.txn, &self.now.id, purpose).await?;
        let binding = Binding { thread: self.now.id, purpose, position, sender };
        let (content, keys) = match writing {
            Writing::Sealed(Sealed { position: meant, .. }) if meant != position => {
                return Err(Refused::OutOfStep);
            }
            Writing::Sealed(Sealed { content, keys, .. }) => (content, keys),
            Writing::Seal(seal) => {
                let sealed = seal(&binding, readers)?;
                let keys = readers.iter().cloned().zip(sealed.keys);
                (sealed.content, keys.map(|(reader, key)| reader.holds(key)).collect())
            }
        };
        demand_readers(readers, &keys)?;
        add_message(self.txn, NewMessage { binding, hour: self.hour, content, keys }).await?;
        Ok(position)
    }

    fn mark(&mut self, mark: Mark, on: bool) {
        match mark {
            Mark::Vulnerable => self.row.vulnerable = Set(on),
            Mark::Mediation => self.row.mediation = Set(on),
            Mark::LegalAid => self.row.legal_aid = Set(on),
            Mark::Psychological => self.row.psychological = Set(on),
        }
    }

    /// It begins anew at the other desk, but its clock runs on: it is still one question of one woman.
    async fn transfer(&mut self, transfer: Transfer) -> Result<(), Refused> {
        let (from, to, reason) = (self.now.desk.clone(), transfer.to.clone(), transfer.reason);
        if from == to {
            return Err(Refused::SameDesk);
        }
        reseal(self.txn, &self.now.id, transfer).await?;
        self.row.desk_id = Set(to.clone());
        self.row.first_responder = Set(None);
        self.row.escalated_to = Set(None);
        self.row.extended = Set(false);
        self.told = Told { from: Some(from), to: Some(to.clone()), reason: Some(reason.code()) };
        self.given_to = Some(to);
        Ok(())
    }

    /// One level at a time. It is said of the hour in which it was due, also by a process that was off then.
    async fn climb(&mut self) -> Result<(), Refused> {
        self.demand_due(self.now.climb)?;
        let (Some(Due { stage, .. }), Some(hour)) = (self.now.due, self.now.climb) else {
            return Err(Refused::NotYet);
        };
        let at = self.now.escalated_to.clone().unwrap_or_else(|| self.now.desk.clone());
        let above = parent_of(self.txn, &at).await?;
        self.hour = hour;
        self.counts.push((Measure::Overdue, stage.code().to_owned(), None));
        let next = above.as_ref().map(|_| self.schedule.climb(self.matter(), hour).number());
        self.row.climb_hour = Set(next);
        if above.is_some() {
            self.row.escalated_to = Set(above.clone());
        }
        self.told = Told { from: Some(at), to: above, reason: Some(stage.code()) };
        Ok(())
    }

    /// What is due after it: decided here for every act, so that none leaves a thread that waits for a desk without a clock.
    async fn wind(&mut self, event: Event) -> Result<(), DbErr> {
        let (schedule, hour) = (self.schedule, self.hour);
        let due = match event {
            Event::Accept => Some((Stage::Answer, schedule.answer(self.matter(), self.asked().await?))),
            Event::Answer => {
                let longer = self.now.extended;
                Some((Stage::Close, schedule.close(self.matter(), self.asked().await?, longer)))
            }
            Event::Extend => Some((Stage::Close, schedule.close(self.matter(), self.asked().await?, true))),
            Event::AskerWrites if matches!(self.now.state, State::Answered | State::WaitingForAsker) => {
                Some((Stage::Answer, schedule.answer(self.matter(), hour)))
            }
            Event::Transfer => Some((Stage::Accept, self.accept_elsewhere().await?)),
            Event::AskBack | Event::Close | Event::PutAway | Event::Lapse => None,
            _ => return Ok(()),
        };
        wind(&mut self.row, due, hour);
        Ok(())
    }

    /// The new desk has its time to accept, but never more than was left for the answer: she has waited all the while.
    async fn accept_elsewhere(&self) -> Result<Hour, DbErr> {
        let own = self.schedule.accept(self.matter(), self.hour);
        Ok(match self.now.due {
            Some(Due { hour, stage: Stage::Answer | Stage::Close }) => own.min(hour),
            Some(_) => own.min(self.schedule.answer(self.matter(), self.asked().await?)),
            None => own,
        })
    }

    fn matter(&self) -> Matter<'_> {
        Matter { topic: self.now.topic.as_deref(), danger: self.now.priority.danger }
    }

    /// The hour of her last letter; of what a member entered, that of its arrival.
    async fn asked(&self) -> Result<Hour, DbErr> {
        let letters = message::Entity::find()
            .select_only()
            .column_as(message::Column::SentHour.max(), "last")
            .filter(message::Column::ThreadId.eq(self.now.id.to_string()))
            .filter(message::Column::Purpose.eq(Purpose::Letter.code()))
            .filter(message::Column::Sender.eq(Sender::Asker.code()));
        let last = letters.into_tuple::<Option<i64>>().one(self.txn).await?;
        Ok(last.flatten().map_or(self.now.received, Hour::from_number))
    }

    async fn confirm(&self, number: u32) -> Result<(), Refused> {
        let mut row = handover(self.txn, &self.now.id, number).await?;
        // Said again, it counts from when it was said first.
        if row.confirmed_hour.as_ref().is_none() {
            row.confirmed_hour = Set(Some(self.hour.number()));
        }
        row.update(self.txn).await?;
        Ok(())
    }

    async fn result(&mut self, number: u32, result: AgencyResult) -> Result<(), Refused> {
        let mut row = handover(self.txn, &self.now.id, number).await?;
        row.result_hour = Set(Some(self.hour.number()));
        row.result = Set(Some(result.code().to_owned()));
        row.update(self.txn).await?;
        self.told.reason = Some(result.code());
        Ok(())
    }

    /// Minds change; what was said first is what is counted.
    fn follow_up(&mut self, helped: bool) {
        let measure = if helped { Measure::Helped } else { Measure::DidNotHelp };
        if self.now.helped.is_none() {
            self.counts.push((measure, String::new(), None));
        }
        self.row.helped = Set(Some(helped));
        self.told.reason = Some(measure.code());
    }

    fn end(&mut self, ending: Ending) {
        self.row.outcome = Set(Some(ending.code().to_owned()));
        self.row.closed_hour = Set(Some(self.hour.number()));
        self.row.purge_hour = Set(Some(after_days(self.hour, self.retention.closed_days)));
        self.told.reason = Some(ending.code());
        self.counts.push((Measure::Closed, ending.code().to_owned(), Some(self.now.received)));
    }

    /// Everything goes with the row; that somebody asked, and took it back, is counted.
    fn withdraw(&mut self) {
        if self.now.state != State::Closed {
            self.end(Ending::Outcome(Outcome::Withdrawn));
        }
    }

    fn demand_due(&self, due: Option<Hour>) -> Result<(), Refused> {
        if due.is_some_and(|due| due <= self.hour) { Ok(()) } else { Err(Refused::NotYet) }
    }
}

/// So many whole days after an hour of which some minutes may be gone: never early.
fn after_days(hour: Hour, days: u32) -> i64 {
    hour.number() + i64::from(days) * 24 + 1
}
