//! What the rows should hold, in plain code. Start at [`Model::apply`]. It asks no store.

use std::collections::BTreeMap;

use super::deeds::{What, Who};
use super::{DESKS, Deed, above, lineage};
use crate::clock::Hour;
use crate::consultations::clocks::{Matter, Schedule};
use crate::consultations::register::Stage;
use crate::consultations::state::{Event, Party, Standing, State};
use crate::store::testing::NOW;

/// What the letters of these tests are about.
const MATTER: Matter<'static> = Matter { topic: None, danger: false };

/// After these the clock runs anew, be it to the same hour.
const WINDS: [Event; 5] = [Event::Accept, Event::Answer, Event::AskBack, Event::Extend, Event::Transfer];

/// What came of a deed: state, number, whether it was done before; or the kind of refusal.
pub(super) type Answered = Result<(State, Option<u32>, bool), &'static str>;

/// What was asked, by which desk, and what was answered.
type Kept = (Event, Option<&'static str>, State, Option<u32>);

/// How much has to be resealed to each desk that begins to read.
pub(super) fn resealed(
    from: &'static str,
    to: &'static str,
    (letters, notes): (u32, u32),
) -> Vec<(&'static str, u32, u32)> {
    let before = lineage(from);
    lineage(to).into_iter().filter(|desk| !before.contains(desk)).map(|desk| (desk, letters, notes)).collect()
}

/// What the rows should hold.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// `None` when nothing is there any more.
    pub(super) standing: Option<Standing>,
    /// The desk that answers for it.
    pub(super) desk: &'static str,
    pub(super) responder: Option<&'static str>,
    pub(super) letters: u32,
    pub(super) notes: u32,
    /// For each handover whether it waits for its result.
    pub(super) handovers: Vec<bool>,
    /// The desk above that it has climbed to.
    pub(super) climbed_to: Option<&'static str>,
    pub(super) consent: bool,
    /// Time was asked for since she last wrote.
    pub(super) extended: bool,
    /// Nobody asked anything.
    pub(super) put_away: bool,
    /// What is due, and when.
    pub(super) due: Option<(Stage, Hour)>,
    /// When it climbs next.
    pub(super) climb: Option<Hour>,
    /// The hour of the asker's last letter.
    pub(super) asked: Hour,
    pub(super) lapse: Option<i64>,
    pub(super) purge: Option<i64>,
    pub(super) told: u64,
    /// How long the chain of each desk is.
    pub(super) audited: BTreeMap<&'static str, u64>,
    pub(super) answers: BTreeMap<Vec<u8>, Kept>,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            standing: Some(Standing::FIRST),
            desk: "county",
            responder: None,
            letters: 1,
            notes: 0,
            handovers: Vec::new(),
            climbed_to: None,
            consent: false,
            extended: false,
            put_away: false,
            due: Some((Stage::Accept, Schedule::default().accept(MATTER, NOW))),
            climb: Some(Schedule::default().accept(MATTER, NOW)),
            asked: NOW,
            lapse: None,
            purge: None,
            told: 1,
            // Founding, the first member; the letter.
            audited: DESKS.map(|desk| (desk, 2 + u64::from(desk == "county"))).into(),
            answers: BTreeMap::new(),
        }
    }

    /// Whether it is there for a member.
    pub(super) fn reaches(&self, who: Who) -> bool {
        self.standing.is_some()
            && who.desk().is_some_and(|desk| desk == self.desk || self.climbed_to == Some(desk))
    }

    pub(super) fn apply(&mut self, deed: &Deed) -> Answered {
        let (event, who) = (deed.what.event(), deed.who);
        event.by(who.party()).map_err(|_| "not allowed")?;
        let standing = self.standing.ok_or("gone")?;
        if let Some((first, desk, state, number)) = self.answers.get(&deed.request.hash) {
            let same = *first == event && *desk == who.desk();
            return if same { Ok((*state, *number, true)) } else { Err("other request") };
        }
        if who.party() == Party::Member && !self.reaches(who) {
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
        let (due, from) = (self.due, self.desk);
        let number = self.write(deed)?;
        if self.due != due || WINDS.contains(&event) {
            self.climb = self.due.map(|(_, hour)| hour.max(deed.request.hour));
        }
        if next.state != State::WaitingForAsker {
            self.lapse = None;
        }
        self.standing = (!matches!(next.state, State::Withdrawn | State::Purged)).then_some(next);
        self.told += u64::from(event.is_told());
        self.line(from);
        if event == Event::Transfer {
            self.line(self.desk);
        }
        if self.standing.is_some() {
            self.answers.insert(deed.request.hash.clone(), (event, who.desk(), next.state, number));
        }
        Ok((next.state, number, false))
    }

    /// One line more in the chain of a desk.
    pub(super) fn line(&mut self, desk: &'static str) {
        *self.audited.entry(desk).or_default() += 1;
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
            What::Answer(_) | What::AskBack(_) | What::AskerWrites | What::AskerSeals => {
                let next = self.letters + 1;
                if deed.what != What::AskerWrites {
                    self.demand_sealed_for(deed, next)?;
                }
                self.letters = next;
                self.wind(deed);
                return Ok(Some(next));
            }
            What::Note => {
                self.demand_sealed_for(deed, self.notes + 1)?;
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
                // At the top it is said, and that is all.
                let next = above(self.climbed_to.unwrap_or(self.desk));
                self.climb = next.map(|_| schedule.climb(MATTER, hour));
                self.climbed_to = next.or(self.climbed_to);
            }
            What::Transfer(to, _) => self.transfer(deed, to)?,
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

    /// A browser seals for a place and for readers, and both have to be right still.
    fn demand_sealed_for(&self, deed: &Deed, position: u32) -> Result<(), &'static str> {
        if deed.position != position {
            return Err("out of step");
        }
        if deed.desk == self.desk { Ok(()) } else { Err("wrong readers") }
    }

    /// Everything goes along, or nothing goes; the desk that has it now begins anew, but she has waited all the while.
    fn transfer(&mut self, deed: &Deed, to: &'static str) -> Result<(), &'static str> {
        if to == self.desk {
            return Err("same desk");
        }
        let there = (self.letters, self.notes);
        if deed.seen != there {
            return Err("out of step");
        }
        if deed.keys != resealed(self.desk, to, there) {
            return Err("keys off");
        }
        let (schedule, hour) = (Schedule::default(), deed.request.hour);
        let own = schedule.accept(MATTER, hour);
        let accept = match self.due {
            // Asked back, nothing was due.
            None => own,
            Some((Stage::Accept, _)) => own.min(schedule.answer(MATTER, self.asked)),
            Some((_, due)) => own.min(due),
        };
        self.due = Some((Stage::Accept, accept));
        (self.desk, self.responder, self.climbed_to, self.extended) = (to, None, None, false);
        Ok(())
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
