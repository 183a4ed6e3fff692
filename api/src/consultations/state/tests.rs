//! The table as a whole: names, refusals, and what holds along any way through it.

use proptest::prelude::*;

use super::{Event, NotAllowed, Party, Standing, State};

#[test]
fn every_state_and_every_event_has_a_name_of_its_own() {
    for state in State::ALL {
        assert_eq!(State::parse(state.code()), Some(state));
    }
    for event in Event::ALL {
        assert_eq!(Event::parse(event.code()), Some(event));
    }
    assert_eq!((State::parse("lost"), Event::parse("lose")), (None, None));
}

#[test]
fn a_refusal_says_where_it_stands_and_what_was_tried() {
    let refused = State::Closed.next(Event::Answer).unwrap_err();
    assert_eq!(refused.to_string(), "这件咨询“已办结”，现在不能答复");
    let refused = Event::Close.by(Party::Asker).unwrap_err();
    assert_eq!(refused.to_string(), "办结不是提问的人做的事");
    let pending = Standing { state: State::Answered, open_handovers: 1 }.next(Event::Close).unwrap_err();
    assert_eq!(pending.to_string(), "转给外面机构的事还没有结果，现在不能办结");
}

#[test]
fn the_asker_can_take_it_back_from_anywhere_but_once() {
    for state in State::ALL {
        let gone = matches!(state, State::Withdrawn | State::Purged);
        assert_eq!(state.next(Event::Withdraw).is_ok(), !gone);
        let standing = Standing { state, open_handovers: 3 };
        assert_eq!(standing.next(Event::Withdraw).is_ok(), !gone, "an agency keeps nobody from it");
    }
}

#[test]
fn what_was_allowed_can_be_taken_back_from_anywhere_and_a_draft_needs_an_end() {
    for state in State::ALL {
        let gone = matches!(state, State::Withdrawn | State::Purged);
        assert_eq!(state.next(Event::RevokeConsent).ok(), (!gone).then_some(state));
        assert_eq!(state.next(Event::DraftDigest).is_ok(), state == State::Closed, "{state:?}");
    }
    for party in [Party::Member, Party::Clock] {
        assert!(Event::Consent.by(party).is_err() && Event::RevokeConsent.by(party).is_err());
    }
}

#[test]
fn every_event_is_somebodys_and_what_is_destroyed_only_its_owners_or_the_clocks() {
    for event in Event::ALL {
        let theirs: Vec<Party> = [Party::Asker, Party::Member, Party::Clock]
            .into_iter()
            .filter(|party| event.by(*party).is_ok())
            .collect();
        assert!(!theirs.is_empty(), "{event:?}");
        if event == Event::Purge {
            assert_eq!(theirs, [Party::Clock]);
        }
        if event == Event::Withdraw {
            assert!(!theirs.contains(&Party::Clock), "nothing is taken back by itself");
        }
    }
}

#[test]
fn what_nobody_asked_is_put_away_once_somebody_has_looked_and_no_agency_has_it() {
    for state in State::ALL {
        let looked = matches!(state, State::Accepted | State::Answered | State::WaitingForAsker);
        assert_eq!(state.next(Event::PutAway).ok(), looked.then_some(State::Closed), "{state:?}");
    }
    let given_on = Standing { state: State::Accepted, open_handovers: 1 };
    assert_eq!(given_on.next(Event::PutAway), Err(NotAllowed::Pending(Event::PutAway)));
    assert!(Event::PutAway.by(Party::Member).is_ok() && Event::PutAway.by(Party::Clock).is_err());
}

proptest! {
    #[test]
    fn along_any_way_the_promises_hold(choices in proptest::collection::vec(0..Event::ALL.len(), 0..60)) {
        let (mut now, mut accepted) = (Standing::FIRST, false);
        for choice in choices {
            let event = Event::ALL[choice];
            let next = match now.next(event) {
                Ok(next) => next,
                Err(NotAllowed::Pending(_)) => {
                    prop_assert!(now.open_handovers > 0);
                    continue;
                }
                Err(_) => continue,
            };
            accepted = match event {
                Event::Accept => true,
                Event::Transfer => false,
                _ => accepted,
            };
            // Nobody answers, hands over, takes on from somebody or closes what nobody accepted, and what the asker adds is the desk's turn.
            if matches!(
                event,
                Event::Answer
                    | Event::AskBack
                    | Event::StepIn
                    | Event::HandOver
                    | Event::Close
                    | Event::PutAway
                    | Event::Lapse
            ) {
                prop_assert!(accepted);
            }
            if event == Event::AskerWrites {
                prop_assert!(next.state.waits_for_desk());
            }
            if matches!(event, Event::Close | Event::PutAway | Event::Lapse) {
                prop_assert_eq!(next.open_handovers, 0);
            }
            // The end is the end: over stays over, and purged is nothing any more.
            prop_assert!(now.state != State::Purged);
            prop_assert!(!now.state.is_over() || next.state.is_over());
            prop_assert!(now.state != State::Withdrawn || next.state == State::Purged);
            now = next;
        }
    }
}
