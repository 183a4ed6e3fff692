//! Opening hours as a machine keeps them: is it open now, until when, and when does it open next.
//!
//! Start at [`Timetable::at`]. A timetable is a short list of [`Rule`]s, compiled by the site's generator from
//! OpenStreetMap's `opening_hours` and published with the station, so that the server and a phone answer alike without
//! reading that language. [`holidays`] knows which days China has off and which weekends it works; [`Answer::words`] says
//! it as people do. Times are those of the clock on the wall there; nothing here asks what time it is.
//!
//! What holds on a day follows OpenStreetMap: the last rule that speaks of the day says everything, unless a rule adds to
//! the ones before it; a span that ends after midnight goes on into the next day. Two things that the language can't say
//! are told apart as *unsure*: a holiday that no rule mentions, and a weekend that is worked.

pub mod holidays;
mod words;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::holidays::{DayKind, Holidays};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// How many days ahead the next opening is looked for: a monthly one may be five weeks away, and fall on a holiday once.
const AHEAD: i32 = 70;

/// When something is open, as rules in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Timetable(pub Vec<Rule>);

/// What holds on some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// Days of the week, 1 is Monday and 7 Sunday. Empty with `holidays`: no ordinary day; empty without: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<u8>,
    /// Only the first (1), second … fifth, or the last (-1) of these days in a month. Empty: each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nth: Vec<i8>,
    /// Whether it speaks of public holidays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holidays: bool,
    /// From when to when, in minutes after midnight. The end may lie in the next day. Empty: the whole day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<(u16, u16)>,
    /// What it is then.
    pub is: State,
    /// Whether it adds to the rules before it instead of taking their place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adds: bool,
}

/// What a rule says of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// People can come.
    Open,
    /// Nobody is there.
    Closed,
    /// Nobody can say: call first.
    Unknown,
}

/// Whether it is open at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// What it is by its timetable.
    pub state: State,
    /// Until when it is so; `None` where it never changes, or not in the next weeks.
    pub until: Option<DateTime>,
    /// When it opens next, where it is not open now. `None`: not in the next weeks.
    pub opens: Option<DateTime>,
    /// Why it may be otherwise.
    pub unsure: Option<Unsure>,
}

/// Why a timetable may not hold on a day: people should call first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unsure {
    /// It is a public holiday, and the timetable says nothing of holidays.
    Holiday,
    /// It is a weekend that is worked.
    WorkedWeekend,
    /// It may be a holiday: those of this year are not known yet.
    NotAnnounced,
}

/// A piece of the time line in which nothing changes.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: DateTime,
    to: DateTime,
    state: State,
}

impl Rule {
    /// A rule for some days of the week.
    pub fn on(days: &[u8], times: &[(u16, u16)]) -> Self {
        let (days, times) = (days.to_vec(), times.to_vec());
        Self { days, nth: Vec::new(), holidays: false, times, is: State::Open, adds: false }
    }

    /// Whether it speaks of `day`, taken as the day `weekday` of the week.
    fn speaks_of(&self, day: Date, weekday: Weekday, kind: DayKind) -> bool {
        if self.holidays && kind == DayKind::Off {
            return true;
        }
        let any_day = self.days.is_empty() && !self.holidays;
        (any_day || self.days.contains(&weekday.to_monday_one_offset().unsigned_abs())) && self.is_nth(day)
    }

    fn is_nth(&self, day: Date) -> bool {
        let from_start = (day.day() - 1) / 7 + 1;
        let is_last = day.day() + 7 > day.days_in_month();
        self.nth.is_empty() || self.nth.iter().any(|&nth| nth == from_start || nth == -1 && is_last)
    }
}

impl Timetable {
    /// Whether it ever opens, or nobody can say.
    pub fn ever_opens(&self) -> bool {
        // An answer looks some weeks ahead, and a fifth Friday may be months away: every month of a year is asked.
        (1..=12).any(|month| {
            let answer = self.at(moment(jiff::civil::date(2026, month, 1), 0), Holidays::known());
            answer.state != State::Closed || answer.until.is_some()
        })
    }

    /// Whether it is open at `moment`, and until when.
    pub fn at(&self, moment: DateTime, holidays: &Holidays) -> Answer {
        let today = moment.date();
        let unsure = self.unsure(today, holidays);
        if let Some(state) = self.never_changes() {
            return Answer { state, until: None, opens: None, unsure };
        }
        let mut pieces = self.pieces(today, holidays);
        let Some(now) = pieces.find(|piece| piece.to > moment) else {
            // The calendar ends.
            return Answer { state: State::Unknown, until: None, opens: None, unsure };
        };
        let (mut until, mut opens) = (now.to, None);
        let mut is_over = false;
        for piece in pieces {
            if piece.state == now.state && !is_over {
                until = piece.to;
                continue;
            }
            is_over = true;
            if now.state == State::Open {
                break;
            }
            if piece.state == State::Open {
                opens = Some(piece.from);
                break;
            }
        }
        Answer { state: now.state, until: is_over.then_some(until), opens, unsure }
    }

    /// The state of every minute, where a single rule says it of all of them: a station that never closes is asked for its next
    /// weeks in vain.
    fn never_changes(&self) -> Option<State> {
        let [rule] = self.0.as_slice() else { return None };
        let every_day = rule.days.is_empty() && rule.nth.is_empty() && !rule.holidays;
        let all_day = rule.times.is_empty() || rule.times == [(0, DAY)];
        (every_day && all_day).then_some(rule.is)
    }

    /// Whether it is open at `moment`; nobody knows counts as not.
    pub fn is_open(&self, moment: DateTime, holidays: &Holidays) -> bool {
        let day = moment.date();
        let minute = u16::from(moment.hour().unsigned_abs()) * 60 + u16::from(moment.minute().unsigned_abs());
        let holds = |spans: Vec<(u16, u16, State)>, minute| {
            let span = spans.into_iter().rev().find(|&(from, to, _)| from <= minute && minute < to);
            span.map(|(.., state)| state)
        };
        let late = || holds(self.spans(day.yesterday().ok()?, holidays), minute + DAY);
        holds(self.spans(day, holidays), minute).or_else(late) == Some(State::Open)
    }

    /// The pieces of the days from `first` on, in order and without gaps.
    fn pieces<'t>(&'t self, first: Date, holidays: &'t Holidays) -> impl Iterator<Item = Piece> + 't {
        let days = (0..AHEAD).map_while(move |after| first.checked_add(after.days()).ok());
        days.flat_map(move |day| self.of_day(day, holidays))
    }

    /// The pieces of a day, midnight to midnight.
    fn of_day(&self, day: Date, holidays: &Holidays) -> Vec<Piece> {
        let mut spans: Vec<(u16, u16, State)> = Vec::new();
        if let Ok(before) = day.yesterday() {
            let late = self.spans(before, holidays);
            spans.extend(
                late.into_iter().filter(|span| span.1 > DAY).map(|(_, to, state)| (0, to - DAY, state)),
            );
        }
        spans.extend(
            self.spans(day, holidays).into_iter().map(|(from, to, state)| (from, to.min(DAY), state)),
        );
        let mut edges: Vec<u16> = spans.iter().flat_map(|span| [span.0, span.1]).chain([0, DAY]).collect();
        edges.sort_unstable();
        edges.dedup();
        let state_at = |minute: u16| {
            let there = spans.iter().rev().find(|span| span.0 <= minute && minute < span.1);
            there.map_or(State::Closed, |span| span.2)
        };
        let piece = |edge: &[u16]| Piece {
            from: moment(day, edge[0]),
            to: moment(day, edge[1]),
            state: state_at(edge[0]),
        };
        edges.windows(2).map(piece).collect()
    }

    /// What is said of a day: the last rule that speaks of it, with those that add to it.
    fn spans(&self, day: Date, holidays: &Holidays) -> Vec<(u16, u16, State)> {
        let kind = holidays.kind(day);
        let weekday = self.counts_as(day, kind);
        let mut spans = Vec::new();
        for rule in self.0.iter().filter(|rule| rule.speaks_of(day, weekday, kind)) {
            if !rule.adds {
                spans.clear();
            }
            let whole = [(0, DAY)];
            let times = if rule.times.is_empty() { &whole[..] } else { &rule.times };
            spans.extend(times.iter().map(|&(from, to)| (from, to, rule.is)));
        }
        spans
    }

    /// As which day of the week a day counts: a weekend that is worked is a working day, and where working days differ
    /// nobody says which.
    fn counts_as(&self, day: Date, kind: DayKind) -> Weekday {
        let own = day.weekday();
        let is_weekend = matches!(own, Weekday::Saturday | Weekday::Sunday);
        if kind == DayKind::Worked && is_weekend && self.workdays_are_alike() { Weekday::Monday } else { own }
    }

    fn workdays_are_alike(&self) -> bool {
        self.0.iter().all(|rule| {
            let of_workdays = rule.days.iter().filter(|&&day| day <= 5).count();
            rule.nth.is_empty() && matches!(of_workdays, 0 | 5)
        })
    }

    fn unsure(&self, day: Date, holidays: &Holidays) -> Option<Unsure> {
        let speaks_of_holidays = self.0.iter().any(|rule| rule.holidays);
        let is_always =
            self.0.iter().all(|rule| rule.days.is_empty() && rule.times.iter().all(|&time| time == (0, DAY)));
        match holidays.kind(day) {
            _ if is_always => None,
            DayKind::Off => (!speaks_of_holidays).then_some(Unsure::Holiday),
            DayKind::Worked => Some(Unsure::WorkedWeekend),
            DayKind::MaybeOff => Some(Unsure::NotAnnounced),
            DayKind::Ordinary => None,
        }
    }
}

/// The minute of a day; that of 24:00 is the next day's first.
fn moment(day: Date, minute: u16) -> DateTime {
    let start = day.to_datetime(Time::midnight());
    start.checked_add(i64::from(minute).minutes()).unwrap_or(start)
}

#[cfg(test)]
mod tests;
