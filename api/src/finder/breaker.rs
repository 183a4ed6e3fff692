//! Whether Meilisearch is worth a try: after failures in a row it is left alone for a while, so that not everybody who
//! searches waits for a server that is down.
//!
//! Time comes in as a value. The states:
//!
//! ```text
//! well ──failures in a row, or another release──▶ resting ──after a while, one question──▶ on trial
//!   ▲                                                ▲                                      │
//!   └────────────────────── answered ────────────────┼──────────────────────────────────────┤
//!                                                    └───────────────── failed ─────────────┘
//! ```

use std::time::{Duration, Instant};

use super::Reason;

/// How many failures in a row it takes.
const FAILURES: u32 = 3;

/// How long it is left alone.
pub const REST: Duration = Duration::from_secs(5);

/// What is known of the server.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Rest {
    until: Instant,
    reason: Reason,
    /// Somebody is asking it right now.
    on_trial: bool,
}

/// The right to ask it once. Has to come back, as [`Breaker::learn`] or [`Breaker::give_back`].
#[derive(Debug)]
#[must_use]
pub struct Turn {
    is_trial: bool,
}

impl Breaker {
    /// The right to ask; the reason why not to, where it is left alone.
    pub fn turn(&mut self, now: Instant) -> Result<Turn, Reason> {
        match &mut self.rest {
            None => Ok(Turn { is_trial: false }),
            Some(rest) if now >= rest.until && !rest.on_trial => {
                rest.on_trial = true;
                Ok(Turn { is_trial: true })
            }
            Some(rest) => Err(rest.reason),
        }
    }

    /// Learns what came of a question, and says whether that changed whether it is asked.
    pub fn learn(&mut self, turn: Turn, failed: Option<Reason>, now: Instant) -> bool {
        let Some(reason) = failed else {
            self.failures = 0;
            // An answer to a question from before it was left alone is good news too.
            return self.rest.take().is_some();
        };
        self.failures = self.failures.saturating_add(1);
        let was_open = self.is_open();
        // Until somebody publishes it stays another release.
        let enough = self.failures >= FAILURES || reason == Reason::OtherRelease;
        if turn.is_trial || (enough && !was_open) {
            self.rest = Some(Rest { until: now + REST, reason, on_trial: false });
        }
        self.is_open() && !was_open
    }

    /// Takes back a turn of which nothing came.
    pub fn give_back(&mut self, turn: Turn) {
        if let Some(rest) = self.rest.as_mut().filter(|_| turn.is_trial) {
            rest.on_trial = false;
        }
    }

    /// Whether it is left alone.
    pub fn is_open(&self) -> bool {
        self.rest.is_some()
    }

    /// Another release is served from now on: what the server has may be it.
    pub fn forget_release(&mut self) {
        if self.rest.as_ref().is_some_and(|rest| rest.reason == Reason::OtherRelease) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Asks, and has it end so.
    fn ask(breaker: &mut Breaker, failed: Option<Reason>, now: Instant) -> Result<bool, Reason> {
        let turn = breaker.turn(now)?;
        Ok(breaker.learn(turn, failed, now))
    }

    #[test]
    fn failures_in_a_row_and_only_those_let_it_rest() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for failed in [Some(Reason::Slow), Some(Reason::Slow), None, Some(Reason::Slow), Some(Reason::Slow)] {
            assert_eq!(ask(&mut breaker, failed, now), Ok(false));
        }
        assert_eq!(ask(&mut breaker, Some(Reason::Unavailable), now), Ok(true));
        assert_eq!(ask(&mut breaker, None, now), Err(Reason::Unavailable));
        assert!(breaker.is_open());
    }

    #[test]
    fn after_a_rest_one_question_tries_it() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            ask(&mut breaker, Some(Reason::Slow), now).unwrap();
        }
        let later = now + REST;
        assert!(breaker.turn(later.checked_sub(Duration::from_millis(1)).unwrap()).is_err());
        let trial = breaker.turn(later).unwrap();
        assert_eq!(breaker.turn(later).unwrap_err(), Reason::Slow, "one at a time");
        assert!(!breaker.learn(trial, Some(Reason::Unavailable), later));
        assert_eq!(breaker.turn(later).unwrap_err(), Reason::Unavailable);
        assert_eq!(ask(&mut breaker, None, later + REST), Ok(true));
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_trial_that_nobody_waits_for_is_somebody_elses() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        ask(&mut breaker, Some(Reason::OtherRelease), now).unwrap();
        let trial = breaker.turn(now + REST).unwrap();
        breaker.give_back(trial);
        assert_eq!(ask(&mut breaker, None, now + REST), Ok(true));
    }

    #[test]
    fn another_release_is_asked_again_as_soon_as_the_release_changes() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        assert_eq!(ask(&mut breaker, Some(Reason::OtherRelease), now), Ok(true));
        assert_eq!(ask(&mut breaker, None, now), Err(Reason::OtherRelease));
        breaker.forget_release();
        assert_eq!(ask(&mut breaker, None, now), Ok(false));
    }

    proptest! {
        /// However questions overlap, it is never left alone for ever: a rest after the last turn came back, somebody
        /// may ask.
        #[test]
        fn it_is_always_tried_again(steps in prop::collection::vec((0..4u8, 0..8_000u64), 0..60)) {
            let (mut breaker, mut now, mut out) = (Breaker::default(), Instant::now(), Vec::new());
            for (step, pass) in steps {
                now += Duration::from_millis(pass);
                match step {
                    0 => out.extend(breaker.turn(now)),
                    1 => drop(out.pop().map(|turn| breaker.learn(turn, None, now))),
                    2 => drop(out.pop().map(|turn| breaker.learn(turn, Some(Reason::Slow), now))),
                    _ => drop(out.pop().map(|turn| breaker.give_back(turn))),
                }
            }
            out.drain(..).for_each(|turn| breaker.give_back(turn));
            prop_assert!(breaker.turn(now + REST).is_ok());
        }
    }
}
