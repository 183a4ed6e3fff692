//! Plays moves on a store and on the model, and compares after each. Start at [`Play::take`]. What should come of a move is
//! decided in `expected.rs` alone.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use search::vocabulary::Outcome;

use super::super::*;
use super::deeds::{Pack, What, Who};
use super::expected::{Answered, Model, resealed};
use super::{DESKS, Deed, Move, above, lineage};
use crate::consultations::register::{AgencyResult, ExtendReason, Mark, TransferReason};
use crate::sealing::binding::Purpose;
use crate::store::consultation::{Count, Resealed, Transfer};
use crate::store::entity::{audit_head, event, handover, message, message_key, request, thread};
use crate::store::testing::Fresh;

fn kind(refused: &Refused) -> &'static str {
    match refused {
        Refused::Gone => "gone",
        Refused::NotAllowed(_) => "not allowed",
        Refused::Accepted(_) => "accepted",
        Refused::OutOfStep => "out of step",
        Refused::OtherRequest => "other request",
        Refused::NoHandover(_) => "no handover",
        Refused::NotYet => "not yet",
        Refused::NoConsent => "no consent",
        Refused::WrongReaders(_) => "wrong readers",
        Refused::KeysOff { .. } => "keys off",
        Refused::SameDesk => "same desk",
        Refused::Taken | Refused::Spent | Refused::UsedUp | Refused::Full | Refused::TooLong(_) => {
            "unexpected"
        }
        Refused::Database(err) => panic!("{err}"),
    }
}

/// A store with one thread in it, the model of that, and what was done so far.
pub(super) struct Play<'a> {
    store: &'a Store,
    id: ThreadId,
    model: Model,
    done: Vec<Deed>,
    now: i64,
}

impl<'a> Play<'a> {
    pub(super) async fn begin(fresh: &'a Fresh) -> Self {
        let store = &fresh.store;
        for desk in DESKS {
            founded(store, desk, above(desk)).await;
        }
        let id = sent(store, "county").await;
        Self { store, id, model: Model::new(), done: Vec::new(), now: NOW.number() }
    }

    fn deed(&self, (who, what): (Who, What)) -> Deed {
        let off = u32::from(matches!(what, What::Answer(false) | What::AskBack(false)));
        let request = Request { hour: Hour::from_number(self.now), ..new_request() };
        let Model { desk, letters, notes, .. } = self.model;
        let there = if what == What::Note { notes } else { letters };
        let (mut seen, mut keys) = ((letters, notes), Vec::new());
        if let What::Transfer(to, pack) = what {
            keys = resealed(desk, to, seen);
            match pack {
                Pack::Whole => {}
                Pack::Behind => seen.0 -= 1,
                Pack::Short => _ = keys.pop(),
                Pack::Surplus => keys.push((to, letters, notes)),
            }
        }
        let who = if who == Who::Holder { Who::at(desk) } else { who };
        Deed { who, what, position: there + 1 + off, desk, seen, keys, request }
    }

    /// Bytes of the right shape: whether they open is no matter of the store.
    fn sealed(deed: &Deed) -> Sealed {
        let content: SealedContent = vec![7; 1052].try_into().unwrap();
        let key = |reader, generation| KeyFor { reader, generation, key: vec![7; 113].try_into().unwrap() };
        let desks = lineage(deed.desk).into_iter().map(|desk| key(Reader::Desk(desk.to_owned()), 1));
        // A note is nothing for the asker.
        let asker = (deed.what != What::Note).then(|| key(Reader::Thread, 0));
        Sealed { position: deed.position, content, keys: desks.chain(asker).collect() }
    }

    fn transfer(deed: &Deed, to: &str) -> Transfer {
        let (letters, notes) = deed.seen;
        let some = |count| (0..count).map(|_| vec![7; 113].try_into().unwrap()).collect();
        let resealed = deed.keys.iter().map(|(desk, letters, notes)| Resealed {
            reader: Reader::Desk((*desk).to_owned()),
            generation: 1,
            letters: some(*letters),
            notes: some(*notes),
        });
        let reason = TransferReason::Conflict;
        Transfer { to: to.to_owned(), reason, seen: Count { letters, notes }, keys: resealed.collect() }
    }

    fn act(deed: &Deed) -> Act<'static> {
        let sealed = || Writing::Sealed(Self::sealed(deed));
        match deed.what {
            What::Accept => Act::Accept,
            What::StepIn => Act::StepIn,
            What::Answer(_) => Act::Answer(sealed()),
            What::AskBack(_) => Act::AskBack(sealed()),
            What::AskerWrites => Act::AskerWrites(more()),
            What::AskerSeals => Act::AskerWrites(sealed()),
            What::Mark => Act::Mark(Mark::LegalAid, true),
            What::Note => Act::Note(Self::sealed(deed)),
            What::Transfer(to, _) => Act::Transfer(Box::new(Self::transfer(deed, to))),
            What::HandOver => Act::HandOver { agency: "示例县公安局".to_owned() },
            What::Confirm(handover) => Act::Confirm { handover },
            What::Result(handover) => Act::Result { handover, result: AgencyResult::Partly },
            What::FollowUp(helped) => Act::FollowUp { helped },
            What::Consent(consent) => Act::Consent(consent),
            What::Draft => Act::DraftDigest,
            What::Climb => Act::Climb,
            What::Extend => Act::Extend(ExtendReason::Court),
            What::Close => Act::Close(Outcome::Advised),
            What::PutAway => Act::PutAway,
            What::Lapse => Act::Lapse,
            What::Withdraw => Act::Withdraw,
            What::Purge => Act::Purge,
        }
    }

    async fn really(&self, deed: &Deed) -> Answered {
        let member = deed.who.desk().map(|desk| Member::pretended(deed.who.id(), desk));
        let actor = match (&member, deed.who) {
            (Some(member), _) => Actor::Member(member),
            (None, Who::Clock) => Actor::Clock,
            (None, _) => Actor::Asker,
        };
        let done = self.store.transition(actor, &self.id, Self::act(deed), &deed.request).await;
        done.map(|done| (done.state, done.number, done.again)).map_err(|refused| kind(&refused))
    }

    async fn one(&mut self, deed: Deed) {
        let (expected, found) = (self.model.apply(&deed), Box::pin(self.really(&deed)).await);
        assert_eq!(found, expected, "{deed:?}");
        self.done.push(deed);
    }

    /// Two at once must come out like one after the other, in one order or the other.
    async fn race(&mut self, one: Deed, other: Deed) {
        let found = tokio::join!(Box::pin(self.really(&one)), Box::pin(self.really(&other)));
        let (mut first, mut second) = (self.model.clone(), self.model.clone());
        let in_order = (first.apply(&one), first.apply(&other));
        let reversed = (second.apply(&other), second.apply(&one));
        let reversed = (reversed.1, reversed.0);
        assert!(found == in_order || found == reversed, "{one:?} {other:?}: {found:?}");
        // Where both orders answer alike, the rows tell which it was.
        let was_first = if in_order == reversed { self.is_as_in(&first).await } else { found == in_order };
        self.model = if was_first { first } else { second };
        self.done.extend([one, other]);
    }

    /// What no answer tells: whose it is, who works on it, when it climbs, and at which desk it was written down.
    async fn is_as_in(&self, model: &Model) -> bool {
        let row = thread::Entity::find_by_id(self.id.to_string()).one(&self.store.db).await.unwrap();
        let is_row = row.is_none_or(|row| {
            let whose = (row.desk_id.as_str(), row.first_responder.as_deref(), row.climb_hour);
            whose == (model.desk, model.responder, model.climb.map(Hour::number))
        });
        is_row && self.chains().await == chains(model)
    }

    /// How long the chain of each desk is.
    async fn chains(&self) -> BTreeMap<String, u64> {
        let heads = audit_head::Entity::find().all(&self.store.db).await.unwrap();
        heads.into_iter().map(|head| (head.desk_id, u64::try_from(head.number).unwrap())).collect()
    }

    /// Who may see it reads all of it, and that is written down where it is.
    async fn read(&mut self, who: Who) {
        let who = if who == Who::Holder { Who::at(self.model.desk) } else { who };
        let Some(desk) = who.desk() else { return };
        let member = Member::pretended(who.id(), desk);
        let opened = self.store.open_thread(&member, &self.id, Hour::from_number(self.now)).await.unwrap();
        assert_eq!(opened.is_some(), self.model.reaches(who), "{who:?}");
        if let Some(opened) = opened {
            let all = opened.letters.iter().chain(&opened.notes);
            assert!(all.clone().all(|message| message.key.is_some()), "{who:?}");
            assert_eq!(all.count(), (self.model.letters + self.model.notes) as usize);
            self.model.line(self.model.desk);
        }
    }

    /// Each letter can be read by the desk that has it, those above and the asker, each note by the same but her; nobody else
    /// has a key of anything.
    async fn check_readers(&self) {
        let (id, model) = (self.id.to_string(), &self.model);
        let keys = message_key::Entity::find().filter(message_key::Column::ThreadId.eq(id));
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for key in keys.all(&self.store.db).await.unwrap() {
            assert!(found.entry((key.purpose, key.position)).or_default().insert(key.reader));
        }
        let desks = lineage(model.desk).into_iter().map(|desk| format!("desk/{desk}"));
        let desks: BTreeSet<String> = desks.collect();
        let mut expected = BTreeMap::new();
        for (purpose, count) in [(Purpose::Letter, model.letters), (Purpose::Note, model.notes)] {
            let asker = (purpose == Purpose::Letter).then(|| "thread".to_owned());
            let readers: BTreeSet<String> = desks.iter().cloned().chain(asker).collect();
            for position in (1..).take(count as usize).filter(|_| model.standing.is_some()) {
                expected.insert((purpose.code().to_owned(), position), readers.clone());
            }
        }
        assert_eq!(found, expected);
    }

    pub(super) async fn take(&mut self, step: Move) {
        match step {
            Move::Do(who, what) => self.one(self.deed((who, what))).await,
            Move::Again(at) if !self.done.is_empty() => {
                self.one(self.done[at.index(self.done.len())].clone()).await;
            }
            Move::Reuse(at, who, what) if !self.done.is_empty() => {
                let request = self.done[at.index(self.done.len())].request.clone();
                self.one(Deed { request, ..self.deed((who, what)) }).await;
            }
            Move::Race(one, other) => self.race(self.deed(one), self.deed(other)).await,
            Move::Echo(who, what) => {
                let deed = self.deed((who, what));
                self.race(deed.clone(), deed).await;
            }
            Move::Read(who) => self.read(who).await,
            Move::Days(days) => self.now += i64::from(days) * 24,
            Move::Again(_) | Move::Reuse(..) => {}
        }
        self.check().await;
    }

    /// The rows are those of the model.
    async fn check(&self) {
        let (db, id, model) = (&self.store.db, self.id.to_string(), &self.model);
        let row = thread::Entity::find_by_id(&id).one(db).await.unwrap();
        assert_eq!(row.as_ref().map(|row| row.state.as_str()), model.standing.map(|now| now.state.code()));
        let here = u64::from(model.standing.is_some());
        let told = event::Entity::find().filter(event::Column::ThreadId.eq(&id)).count(db).await.unwrap();
        assert_eq!(told, model.told * here);
        let letters = message::Entity::find().filter(message::Column::ThreadId.eq(&id));
        assert_eq!(letters.count(db).await.unwrap(), u64::from(model.letters + model.notes) * here);
        let open = handover::Entity::find().filter(handover::Column::ResultHour.is_null());
        let waiting = model.handovers.iter().filter(|open| **open).count() as u64;
        assert_eq!(open.count(db).await.unwrap(), waiting * here);
        // The letter's own request, and one for each deed that was done.
        let kept = request::Entity::find().count(db).await.unwrap();
        assert_eq!(kept, (model.answers.len() as u64 + 1) * here);
        if let Some(row) = row {
            assert_eq!((row.lapse_hour, row.purge_hour), (model.lapse, model.purge));
            assert_eq!(row.first_responder.as_deref(), model.responder);
            assert_eq!(row.desk_id, model.desk);
            assert_eq!((row.escalated_to.as_deref(), row.consent), (model.climbed_to, model.consent));
            assert_eq!(row.extended, model.extended);
            assert_eq!(row.outcome.as_deref() == Some("not_a_request"), model.put_away);
            assert_eq!(row.climb_hour, model.climb.map(Hour::number));
            let due = model.due.map(|(stage, hour)| (stage.code(), hour.number()));
            assert_eq!(row.due_stage.as_deref().zip(row.due_hour), due);
        }
        assert_eq!(self.chains().await, chains(model));
        self.check_readers().await;
    }

    pub(super) async fn finish(&self) {
        for desk in DESKS {
            let head = self.store.verify_audit(desk).await.unwrap().unwrap();
            assert_eq!(head.number, self.model.audited[desk], "{desk}");
        }
    }
}

fn chains(model: &Model) -> BTreeMap<String, u64> {
    model.audited.iter().map(|(desk, lines)| ((*desk).to_owned(), *lines)).collect()
}
