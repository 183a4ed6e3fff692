//! The store against a model: whatever members, the asker and the clock do in whatever order, again, or at once, the rows
//! are where a few lines of plain code say they should be, and the audit chain holds.
//!
//! The state table itself is taken as given here; `consultations/state` tests that.

mod deeds;
mod draws;
mod expected;
mod play;

use proptest::prelude::*;
use proptest::sample::Index;

use self::deeds::{Pack, What, Who};
use self::play::Play;
use super::*;

/// The desks of these tests: two beside each other below one, and one elsewhere with nobody above.
const DESKS: [&str; 4] = ["city", "county", "town", "far"];

/// The desk right above.
fn above(desk: &str) -> Option<&'static str> {
    matches!(desk, "county" | "town").then_some("city")
}

/// Who reads what is written at a desk: itself and all above.
fn lineage(desk: &'static str) -> Vec<&'static str> {
    [Some(desk), above(desk)].into_iter().flatten().collect()
}

/// One thing that somebody does, with everything settled that depends on when it is done.
#[derive(Debug, Clone)]
struct Deed {
    who: Who,
    what: What,
    position: u32,
    /// The desk that had the thread: whatever is sealed is sealed for that one and those above.
    desk: &'static str,
    /// Of a transfer, the letters and notes that were seen.
    seen: (u32, u32),
    /// Of a transfer, for each desk how many letters and notes were resealed.
    keys: Vec<(&'static str, u32, u32)>,
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
    /// Somebody opens it.
    Read(Who),
    Days(u8),
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

/// Handing on is drawn often, what leads up to it seldom.
#[test]
fn the_store_does_what_the_model_says_of_what_goes_to_another_desk() {
    let does = |who, what| Move::Do(who, what);
    let to = |desk| What::Transfer(desk, Pack::Whole);
    let (accept, answer) = (does(Who::Holder, What::Accept), does(Who::Holder, What::Answer(true)));
    let note = does(Who::Holder, What::Note);
    let all_read = [Who::First, Who::Town, Who::City, Who::Far].map(Move::Read);
    // Who gave it away can do nothing more with it, but is told again what became of it.
    let mut given = vec![accept.clone(), note.clone(), Move::Echo(Who::First, to("town"))];
    given.extend([What::Accept, What::Note, What::Close, to("far")].map(|what| does(Who::First, what)));
    given.extend(all_read.clone());
    given.extend([accept.clone(), answer.clone(), does(Who::Town, What::Close)]);
    // What was late and had climbed begins anew below another desk, and what was asked back waits for nobody.
    let mut late = vec![accept.clone(), Move::Days(61), does(Who::Clock, What::Climb), Move::Read(Who::City)];
    late.extend([does(Who::City, What::AskBack(true)), does(Who::City, to("far"))]);
    late.extend(all_read.clone());
    late.extend([
        accept.clone(),
        Move::Days(61),
        does(Who::Clock, What::Climb),
        does(Who::Far, to("county")),
    ]);
    late.extend([does(Who::Clock, What::Climb), does(Who::City, to("city"))]);
    late.extend(all_read);
    // More time is the desk's that asked for it; what an agency has goes along.
    let mut longer = vec![
        accept.clone(),
        answer.clone(),
        does(Who::First, What::Extend),
        does(Who::First, What::HandOver),
    ];
    longer.extend([does(Who::First, to("town")), accept, answer, does(Who::Town, What::Close)]);
    longer.extend([does(Who::Town, What::Result(1)), does(Who::Town, What::Close)]);
    for way in [given, late, longer] {
        played(&way);
    }
    for pack in [Pack::Behind, Pack::Short, Pack::Surplus] {
        for desk in ["town", "far", "county"] {
            played(&[note.clone(), does(Who::First, What::Transfer(desk, pack)), Move::Read(Who::First)]);
        }
    }
}

/// Whatever else is done at the same moment: it is done before, at the desk that gives it away, or after, at the other.
#[test]
fn what_is_done_while_it_goes_to_another_desk_is_done_at_one_of_the_two() {
    let go = |who, desk| (who, What::Transfer(desk, Pack::Whole));
    let climbed = [Move::Do(Who::Holder, What::Accept), Move::Days(61), Move::Do(Who::Clock, What::Climb)];
    for other in [
        (Who::Asker, What::AskerWrites),
        (Who::Asker, What::AskerSeals),
        (Who::Asker, What::Withdraw),
        (Who::City, What::Note),
        (Who::City, What::Mark),
        (Who::Second, What::StepIn),
        (Who::Second, What::Answer(true)),
        (Who::Clock, What::Climb),
        go(Who::Second, "far"),
        go(Who::City, "town"),
    ] {
        for desk in ["city", "town", "far"] {
            let mut way = climbed.to_vec();
            way.push(Move::Race(go(Who::First, desk), other));
            played(&way);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_says(moves in proptest::collection::vec(draws::any_move(), 1..40)) {
        played(&moves);
    }
}
