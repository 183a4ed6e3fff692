//! The store against a model: whatever members, the asker and the clock do in whatever order, again, or at once, the rows
//! are where a few lines of plain code say they should be, and the audit chain holds.
//!
//! The state table itself is taken as given here; `consultations/state` tests that.

mod deeds;
mod draws;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use search::vocabulary::Outcome;

use self::deeds::{What, Who};
use super::*;
use crate::consultations::clocks::{Matter, Schedule};
use crate::consultations::register::{AgencyResult, ExtendReason, Mark, Stage};
use crate::consultations::state::{Event, Party, Standing};
use crate::store::entity::{event, handover, message, request, thread};
use crate::store::testing::Fresh;

/// What the letters of these tests are about.
const MATTER: Matter<'static> = Matter { topic: None, danger: false };

/// After these the clock runs anew, be it to the same hour.
const WINDS: [Event; 4] = [Event::Accept, Event::Answer, Event::AskBack, Event::Extend];

/// One thing that somebody does, with everything settled that depends on when it is done.
#[derive(Debug, Clone)]
struct Deed {
    who: Who,
    what: What,
    position: u32,
    request: Request,
}

#[derive(Debug, Clone)]
enum Move {
    Do(Who, What),
    /// The very same deed, sent again.
    Again(Index),
    /// Another deed under a request key that was used.
    Reuse(Index, Who, What),
    /// Two at once.
    Race((Who, What), (Who, What)),
    /// The same deed twice at once.
    Echo(Who, What),
    Days(u8),
}

/// What came of a deed: state, number, whether it was done before; or the kind of refusal.
type Answered = Result<(State, Option<u32>, bool), &'static str>;

/// What was asked, by which desk, and what was answered.
type Kept = (Event, Option<&'static str>, State, Option<u32>);

/// What the rows should hold.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, as in the row")]
struct Model {
    /// `None` when nothing is there any more.
    standing: Option<Standing>,
    responder: Option<&'static str>,
    letters: u32,
    notes: u32,
    /// For each handover whether it waits for its result.
    handovers: Vec<bool>,
    climbed: bool,
    consent: bool,
    /// Time was asked for since she last wrote.
    extended: bool,
    /// Nobody asked anything.
    put_away: bool,
    /// What is due, and when.
    due: Option<(Stage, Hour)>,
    /// When it climbs next.
    climb: Option<Hour>,
    /// The hour of the asker's last letter.
    asked: Hour,
    lapse: Option<i64>,
    purge: Option<i64>,
    told: u64,
    audited: u64,
    answers: BTreeMap<Vec<u8>, Kept>,
}

impl Model {
    fn new() -> Self {
        Self {
            standing: Some(Standing::FIRST),
            responder: None,
            letters: 1,
            notes: 0,
            handovers: Vec::new(),
            climbed: false,
            consent: false,
            extended: false,
            put_away: false,
            due: Some((Stage::Accept, Schedule::default().accept(MATTER, NOW))),
            climb: Some(Schedule::default().accept(MATTER, NOW)),
            asked: NOW,
            lapse: None,
            purge: None,
            told: 1,
            // Founding, the first member, the letter.
            audited: 3,
            answers: BTreeMap::new(),
        }
    }

    fn apply(&mut self, deed: &Deed) -> Answered {
        let (event, who) = (deed.what.event(), deed.who);
        event.by(who.party()).map_err(|_| "not allowed")?;
        let standing = self.standing.ok_or("gone")?;
        if let Some((first, desk, state, number)) = self.answers.get(&deed.request.hash) {
            let same = *first == event && *desk == who.desk();
            return if same { Ok((*state, *number, true)) } else { Err("other request") };
        }
        if who == Who::City && !self.climbed {
            return Err("gone");
        }
        if deed.what == What::Withdraw && who.party() == Party::Member {
            return Err("not allowed");
        }
        if let (What::Accept, Some(responder)) = (deed.what, self.responder) {
            return if responder == who.id() { Ok((standing.state, None, true)) } else { Err("accepted") };
        }
        let next = standing.next(event).map_err(|_| "not allowed")?;
        let of_a_request = matches!(deed.what, What::FollowUp(_) | What::Consent(true) | What::Draft);
        if self.put_away && of_a_request {
            return Err("not allowed");
        }
        let is_theirs = deed.what == What::StepIn && self.responder == Some(who.id());
        if is_theirs || deed.what == What::Consent(self.consent) {
            return Ok((next.state, None, true));
        }
        let due = self.due;
        let number = self.write(deed)?;
        if self.due != due || WINDS.contains(&event) {
            self.climb = self.due.map(|(_, hour)| hour.max(deed.request.hour));
        }
        if next.state != State::WaitingForAsker {
            self.lapse = None;
        }
        self.standing = (!matches!(next.state, State::Withdrawn | State::Purged)).then_some(next);
        self.told += u64::from(event.is_told());
        self.audited += 1;
        if self.standing.is_some() {
            self.answers.insert(deed.request.hash.clone(), (event, who.desk(), next.state, number));
        }
        Ok((next.state, number, false))
    }

    /// What the deed does beside the state.
    fn write(&mut self, deed: &Deed) -> Result<Option<u32>, &'static str> {
        let (now, schedule) = (deed.request.hour.number(), Schedule::default());
        match deed.what {
            What::Accept => {
                self.responder = Some(deed.who.id());
                self.due = Some((Stage::Answer, schedule.answer(MATTER, self.asked)));
            }
            What::StepIn => self.responder = Some(deed.who.id()),
            What::Answer(_) | What::AskBack(_) | What::AskerWrites => {
                let next = self.letters + 1;
                if deed.what != What::AskerWrites && deed.position != next {
                    return Err("out of step");
                }
                self.letters = next;
                self.wind(deed);
                return Ok(Some(next));
            }
            What::Note => {
                if deed.position != self.notes + 1 {
                    return Err("out of step");
                }
                self.notes += 1;
                return Ok(Some(self.notes));
            }
            What::HandOver => {
                self.handovers.push(true);
                return Ok(Some(u32::try_from(self.handovers.len()).unwrap()));
            }
            What::Confirm(number) | What::Result(number) => {
                let open = self.handovers.get_mut(number as usize - 1).filter(|open| **open);
                let open = open.ok_or("no handover")?;
                *open = matches!(deed.what, What::Confirm(_));
            }
            What::Climb => {
                let hour = self.climb.filter(|due| due.number() <= now).ok_or("not yet")?;
                // The city is the top of this line.
                self.climb = (!self.climbed).then(|| schedule.climb(MATTER, hour));
                self.climbed = true;
            }
            What::Extend => {
                self.extended = true;
                self.due = Some((Stage::Close, schedule.close(MATTER, self.asked, true)));
            }
            What::Close | What::PutAway => {
                (self.due, self.purge) = (None, Some(now + 180 * 24 + 1));
                self.put_away = deed.what == What::PutAway;
            }
            What::Lapse => {
                self.lapse.filter(|due| *due <= now).ok_or("not yet")?;
                self.purge = Some(now + 180 * 24 + 1);
            }
            What::Purge => {
                self.purge.filter(|due| *due <= now).ok_or("not yet")?;
            }
            What::Consent(consent) => self.consent = consent,
            What::Draft if !self.consent => return Err("no consent"),
            What::Draft | What::Mark | What::FollowUp(_) | What::Withdraw => {}
        }
        Ok(None)
    }

    /// What a letter makes due.
    fn wind(&mut self, deed: &Deed) {
        let (schedule, hour) = (Schedule::default(), deed.request.hour);
        match deed.what {
            What::AskBack(_) => {
                self.due = None;
                self.lapse = Some(hour.number() + 60 * 24 + 1);
            }
            What::Answer(_) => {
                self.due = Some((Stage::Close, schedule.close(MATTER, self.asked, self.extended)));
            }
            _ => {
                // What has been answered has to be answered anew; what has not, no later for it.
                if self
                    .standing
                    .is_some_and(|now| matches!(now.state, State::Answered | State::WaitingForAsker))
                {
                    self.due = Some((Stage::Answer, schedule.answer(MATTER, hour)));
                }
                self.asked = self.asked.max(hour);
                self.extended = false;
            }
        }
    }
}

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
        Refused::WrongReaders(_)
        | Refused::KeysOff { .. }
        | Refused::SameDesk
        | Refused::Taken
        | Refused::Spent
        | Refused::UsedUp
        | Refused::Full
        | Refused::TooLong(_) => "unexpected",
        Refused::Database(err) => panic!("{err}"),
    }
}

/// A store with one thread in it, the model of that, and what was done so far.
struct Play<'a> {
    store: &'a Store,
    id: ThreadId,
    readers: Vec<ReaderKey>,
    model: Model,
    done: Vec<Deed>,
    now: i64,
}

impl<'a> Play<'a> {
    async fn begin(fresh: &'a Fresh) -> Self {
        let store = &fresh.store;
        founded(store, "city", None).await;
        founded(store, "county", Some("city")).await;
        let letter = letter(store, "county", &dice::draw::<32>(&SystemDice), NOW).await;
        let (id, asker) = (letter.id, letter.public_key.clone());
        send(store, letter).await.unwrap();
        let mut readers = store.readers_of("county").await.unwrap();
        readers.push(ReaderKey { reader: Reader::Thread, generation: 0, public_key: asker });
        Self { store, id, readers, model: Model::new(), done: Vec::new(), now: NOW.number() }
    }

    fn deed(&self, (who, what): (Who, What)) -> Deed {
        let off = u32::from(matches!(what, What::Answer(false) | What::AskBack(false)));
        let request = Request { hour: Hour::from_number(self.now), ..new_request() };
        let there = if what == What::Note { self.model.notes } else { self.model.letters };
        Deed { who, what, position: there + 1 + off, request }
    }

    /// Bytes of the right shape: whether they open is no matter of the store.
    fn sealed(&self, deed: &Deed) -> Sealed {
        let content: SealedContent = vec![7; 1052].try_into().unwrap();
        let key = |reader: ReaderKey| reader.holds(vec![7; 113].try_into().unwrap());
        let may = |key: &&ReaderKey| deed.what != What::Note || key.reader != Reader::Thread;
        let keys = self.readers.iter().filter(may).cloned().map(key).collect();
        Sealed { position: deed.position, content, keys }
    }

    fn writing(&self, deed: &Deed) -> Writing<'static> {
        Writing::Sealed(self.sealed(deed))
    }

    fn act(&self, deed: &Deed) -> Act<'static> {
        match deed.what {
            What::Accept => Act::Accept,
            What::StepIn => Act::StepIn,
            What::Answer(_) => Act::Answer(self.writing(deed)),
            What::AskBack(_) => Act::AskBack(self.writing(deed)),
            What::AskerWrites => Act::AskerWrites(more()),
            What::Mark => Act::Mark(Mark::LegalAid, true),
            What::Note => Act::Note(self.sealed(deed)),
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
        let done = self.store.transition(actor, &self.id, self.act(deed), &deed.request).await;
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
        let row = thread::Entity::find_by_id(self.id.to_string()).one(&self.store.db).await.unwrap();
        let is_first = row.as_ref().is_none_or(|row| {
            let climb = first.climb.map(Hour::number);
            row.first_responder.as_deref() == first.responder && row.climb_hour == climb
        });
        let was_first = if in_order == reversed { is_first } else { found == in_order };
        self.model = if was_first { first } else { second };
        self.done.extend([one, other]);
    }

    async fn take(&mut self, step: Move) {
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
            assert_eq!((row.escalated_to.is_some(), row.consent), (model.climbed, model.consent));
            assert_eq!(row.extended, model.extended);
            assert_eq!(row.outcome.as_deref() == Some("not_a_request"), model.put_away);
            assert_eq!(row.climb_hour, model.climb.map(Hour::number));
            let due = model.due.map(|(stage, hour)| (stage.code(), hour.number()));
            assert_eq!(row.due_stage.as_deref().zip(row.due_hour), due);
        }
    }

    async fn finish(&self) {
        let head = self.store.verify_audit("county").await.unwrap().unwrap();
        assert_eq!(head.number, self.model.audited);
    }
}

/// Plays on each kind of database.
fn played(moves: &[Move]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for fresh in testing::each().await {
            let mut play = Play::begin(&fresh).await;
            for step in moves {
                play.take(step.clone()).await;
            }
            play.finish().await;
        }
    });
}

/// Ways that are seldom drawn: more time and what is written after it, a colleague who takes on, junk.
#[test]
fn the_store_does_what_the_model_says_on_ways_that_are_seldom_drawn() {
    let (answer, extend) = ((Who::First, What::Answer(true)), (Who::First, What::Extend));
    let accept = (Who::First, What::Accept);
    let wrote = (Who::Asker, What::AskerWrites);
    let back = (Who::First, What::AskBack(true));
    let (away, colleague) = ((Who::First, What::PutAway), (Who::Second, What::StepIn));
    for way in [
        vec![accept, answer, extend, answer, back, answer, wrote, answer],
        vec![accept, colleague, colleague, answer, (Who::Second, What::Close), (Who::First, What::StepIn)],
        vec![
            accept,
            away,
            (Who::Asker, What::FollowUp(true)),
            (Who::Asker, What::Consent(true)),
            (Who::Asker, What::Withdraw),
        ],
    ] {
        played(&way.into_iter().map(|(who, what)| Move::Do(who, what)).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_says(moves in proptest::collection::vec(draws::any_move(), 1..40)) {
        played(&moves);
    }
}
