//! What is drawn for the model: who does what, how often, and what is sent again or at once.

use proptest::prelude::*;
use proptest::sample::Index;

use super::deeds::{Pack, What, Who};
use super::{DESKS, Move};

fn any_who() -> impl Strategy<Value = Who> {
    prop_oneof![
        4 => Just(Who::Asker),
        1 => Just(Who::Clock),
        4 => Just(Who::First),
        2 => Just(Who::Second),
        2 => Just(Who::City),
        1 => Just(Who::Town),
        1 => Just(Who::Far),
        6 => Just(Who::Holder),
    ]
}

fn any_pack() -> impl Strategy<Value = Pack> {
    prop_oneof![6 => Just(Pack::Whole), 1 => Just(Pack::Behind), 1 => Just(Pack::Short), 1 => Just(Pack::Surplus)]
}

fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => Just(What::Accept),
        2 => Just(What::StepIn),
        6 => any::<bool>().prop_map(What::Answer),
        3 => Just(What::AskBack(true)),
        3 => Just(What::AskerWrites),
        2 => Just(What::AskerSeals),
        1 => Just(What::Mark),
        2 => Just(What::Note),
        5 => (proptest::sample::select(&DESKS[..]), any_pack()).prop_map(|(desk, pack)| What::Transfer(desk, pack)),
        1 => Just(What::HandOver),
        1 => (1..4_u32).prop_map(What::Confirm),
        2 => (1..4_u32).prop_map(What::Result),
        1 => any::<bool>().prop_map(What::FollowUp),
        2 => any::<bool>().prop_map(What::Consent),
        2 => Just(What::Draft),
        3 => Just(What::Climb),
        2 => Just(What::Extend),
        2 => Just(What::Close),
        1 => Just(What::PutAway),
        1 => Just(What::Lapse),
        1 => Just(What::Withdraw),
        1 => Just(What::Purge),
    ]
}

/// Mostly what somebody may do at all: the rest is refused at once and teaches little.
fn any_deed() -> impl Strategy<Value = (Who, What)> {
    (any_who(), any_what(), 0..10_u8).prop_map(|(who, what, stray)| {
        let right = match what {
            _ if stray == 0 || what.event().by(who.party()).is_ok() => who,
            What::Climb | What::Lapse | What::Purge => Who::Clock,
            What::AskerWrites | What::AskerSeals | What::Consent(_) | What::Withdraw => Who::Asker,
            _ => Who::Holder,
        };
        (right, what)
    })
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        12 => any_deed().prop_map(|(who, what)| Move::Do(who, what)),
        3 => any::<Index>().prop_map(Move::Again),
        1 => (any::<Index>(), any_deed()).prop_map(|(at, (who, what))| Move::Reuse(at, who, what)),
        3 => (any_deed(), any_deed()).prop_map(|(one, other)| Move::Race(one, other)),
        1 => any_deed().prop_map(|(who, what)| Move::Echo(who, what)),
        1 => any_who().prop_map(Move::Read),
        1 => prop_oneof![Just(61_u8), Just(181_u8)].prop_map(Move::Days),
    ]
}
