//! Where a consultation stands, and what may happen next.
//!
//! [`State::next`] is the whole table. The store applies it inside the transaction that changes the row; nothing else
//! sets a state.

/// Where a consultation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Stored and waiting for somebody at the desk.
    Received,
    /// A member is the first responder.
    Accepted,
    /// The desk has answered.
    Answered,
    /// The desk has asked back.
    WaitingForAsker,
    /// Done, with an outcome.
    Closed,
    /// The asker has taken it back.
    Withdrawn,
}

/// What happens to a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A member becomes the first responder.
    Accept,
    /// The desk answers.
    Answer,
    /// The desk answers with a question.
    AskBack,
    /// The asker writes again.
    FollowUp,
    /// The desk hands it to another desk.
    Transfer,
    /// The desk is done.
    Close,
    /// The asker takes it back.
    Withdraw,
}

/// This can't happen to a consultation that stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这件咨询“{}”，现在不能{}", .state.chinese(), .event.chinese())]
pub struct NotAllowed {
    /// Where it stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

const STATES: [State; 6] = [
    State::Received,
    State::Accepted,
    State::Answered,
    State::WaitingForAsker,
    State::Closed,
    State::Withdrawn,
];

impl State {
    /// Where it stands after `event`.
    pub fn next(self, event: Event) -> Result<Self, NotAllowed> {
        use Event as E;
        use State as S;
        match (self, event) {
            (S::Received, E::Accept) | (S::Accepted | S::Answered | S::WaitingForAsker, E::FollowUp) => {
                Ok(S::Accepted)
            }
            (S::Accepted | S::Answered | S::WaitingForAsker, E::Answer) => Ok(S::Answered),
            (S::Accepted | S::Answered | S::WaitingForAsker, E::AskBack) => Ok(S::WaitingForAsker),
            (S::Received, E::FollowUp | E::Transfer)
            | (S::Accepted | S::Answered | S::WaitingForAsker, E::Transfer) => Ok(S::Received),
            (S::Answered | S::WaitingForAsker, E::Close) => Ok(S::Closed),
            (S::Received | S::Accepted | S::Answered | S::WaitingForAsker | S::Closed, E::Withdraw) => {
                Ok(S::Withdrawn)
            }
            (state, event) => Err(NotAllowed { state, event }),
        }
    }

    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::WaitingForAsker => "waiting_for_asker",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads what [`State::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        STATES.into_iter().find(|state| state.code() == code)
    }

    /// In a few words, for readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Received => "已收到，等人受理",
            Self::Accepted => "已受理，正在办",
            Self::Answered => "已答复",
            Self::WaitingForAsker => "等提问的人补充",
            Self::Closed => "已办结",
            Self::Withdrawn => "已撤回",
        }
    }

    /// Whether it is still the desk's turn.
    pub fn waits_for_desk(self) -> bool {
        matches!(self, Self::Received | Self::Accepted)
    }
}

impl Event {
    fn chinese(self) -> &'static str {
        match self {
            Self::Accept => "受理",
            Self::Answer => "答复",
            Self::AskBack => "追问",
            Self::FollowUp => "补充",
            Self::Transfer => "转办",
            Self::Close => "办结",
            Self::Withdraw => "撤回",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENTS: [Event; 7] = [
        Event::Accept,
        Event::Answer,
        Event::AskBack,
        Event::FollowUp,
        Event::Transfer,
        Event::Close,
        Event::Withdraw,
    ];

    #[test]
    fn every_state_has_a_name_of_its_own() {
        for state in STATES {
            assert_eq!(State::parse(state.code()), Some(state));
        }
        assert_eq!(State::parse("purged"), None);
    }

    #[test]
    fn a_refusal_says_where_it_stands_and_what_was_tried() {
        let refused = State::Closed.next(Event::Answer).unwrap_err();
        assert_eq!(refused.to_string(), "这件咨询“已办结”，现在不能答复");
    }

    #[test]
    fn the_asker_can_take_it_back_from_anywhere_but_once() {
        for state in STATES {
            assert_eq!(state.next(Event::Withdraw).is_ok(), state != State::Withdrawn);
        }
    }

    proptest! {
        #[test]
        fn along_any_way_the_promises_hold(choices in proptest::collection::vec(0..EVENTS.len(), 0..40)) {
            let (mut state, mut accepted) = (State::Received, false);
            for choice in choices {
                let event = EVENTS[choice];
                let Ok(next) = state.next(event) else { continue };
                accepted = match event {
                    Event::Accept => true,
                    Event::Transfer => false,
                    _ => accepted,
                };
                // Nobody answers or closes what nobody accepted, and what is answered by the asker is the desk's turn.
                if matches!(event, Event::Answer | Event::AskBack | Event::Close) {
                    prop_assert!(accepted);
                }
                if event == Event::FollowUp {
                    prop_assert!(next.waits_for_desk());
                }
                // The end is the end.
                prop_assert!(state != State::Withdrawn);
                prop_assert!(state != State::Closed || next == State::Withdrawn);
                state = next;
            }
        }
    }
}
