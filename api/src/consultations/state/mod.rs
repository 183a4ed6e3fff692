//! Where a consultation stands, what may happen next, and who may do it.
//!
//! [`Standing::next`] is the whole table. The store applies it inside the transaction that changes the row; nothing else
//! sets a state.

mod event;
#[cfg(test)]
mod tests;

pub use self::event::{Event, Party};

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
    /// The asker has taken it back. Its messages are gone.
    Withdrawn,
    /// Nothing of it is there any more. No row stands here: it is the answer to whoever purged it.
    Purged,
}

/// A state, and what is still out with agencies: it goes on beside the letters and keeps the desk from closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// Handovers without a result.
    pub open_handovers: u32,
}

/// This can't happen now, or not by this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Not from there.
    #[error("这件咨询“{}”，现在不能{}", .state.chinese(), .event.chinese())]
    Here {
        /// Where it stands.
        state: State,
        /// What was tried.
        event: Event,
    },
    /// An agency has not said what came of it.
    #[error("转给外面机构的事还没有结果，现在不能{}", .0.chinese())]
    Pending(Event),
    /// The other side does this.
    #[error("{}不是{}做的事", .event.chinese(), .party.chinese())]
    NotTheirs {
        /// Who tried.
        party: Party,
        /// What was tried.
        event: Event,
    },
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Accepted,
        Self::Answered,
        Self::WaitingForAsker,
        Self::Closed,
        Self::Withdrawn,
        Self::Purged,
    ];

    /// Where it stands after `event`, whatever agencies do.
    pub fn next(self, event: Event) -> Result<Self, NotAllowed> {
        use Event as E;
        use State as S;
        match (self, event) {
            (S::Received, E::Accept) | (S::Accepted | S::Answered | S::WaitingForAsker, E::AskerWrites) => {
                Ok(S::Accepted)
            }
            (S::Accepted | S::Answered | S::WaitingForAsker, E::Answer) => Ok(S::Answered),
            (S::Accepted | S::Answered | S::WaitingForAsker, E::AskBack) => Ok(S::WaitingForAsker),
            (S::Received, E::AskerWrites | E::Transfer)
            | (S::Accepted | S::Answered | S::WaitingForAsker, E::Transfer) => Ok(S::Received),
            (S::Accepted | S::Answered | S::WaitingForAsker, E::HandOver | E::StepIn)
            | (S::Answered, E::Extend)
            | (
                S::Received | S::Accepted | S::Answered | S::WaitingForAsker,
                E::Mark | E::Climb | E::Confirm | E::Result,
            )
            // What she once allowed she may take back from anywhere.
            | (
                S::Received | S::Accepted | S::Answered | S::WaitingForAsker | S::Closed,
                E::Note | E::RevokeConsent,
            )
            | (S::Answered | S::WaitingForAsker | S::Closed, E::FollowUp | E::Consent)
            | (S::Closed, E::DraftDigest) => Ok(self),
            (S::Answered | S::WaitingForAsker, E::Close)
            | (S::WaitingForAsker, E::Lapse)
            // Junk gets no answer.
            | (S::Accepted | S::Answered | S::WaitingForAsker, E::PutAway) => Ok(S::Closed),
            (S::Received | S::Accepted | S::Answered | S::WaitingForAsker | S::Closed, E::Withdraw) => {
                Ok(S::Withdrawn)
            }
            (S::Closed | S::Withdrawn, E::Purge) => Ok(S::Purged),
            (state, event) => Err(NotAllowed::Here { state, event }),
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
            Self::Purged => "purged",
        }
    }

    /// Reads what [`State::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
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
            Self::Purged => "已销毁",
        }
    }

    /// Whether it is still the desk's turn.
    pub fn waits_for_desk(self) -> bool {
        matches!(self, Self::Received | Self::Accepted)
    }

    /// Whether nobody has anything to do any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn | Self::Purged)
    }
}

impl Standing {
    /// Where a consultation begins.
    pub const FIRST: Self = Self { state: State::Received, open_handovers: 0 };

    /// Where it stands after `event`.
    pub fn next(self, event: Event) -> Result<Self, NotAllowed> {
        let state = self.state.next(event)?;
        let open = self.open_handovers;
        let open_handovers = match event {
            Event::Close | Event::PutAway | Event::Lapse if open > 0 => {
                return Err(NotAllowed::Pending(event));
            }
            Event::Confirm | Event::Result if open == 0 => {
                return Err(NotAllowed::Here { state: self.state, event });
            }
            Event::HandOver => open + 1,
            Event::Result => open - 1,
            // Whoever takes it back does not wait for an agency.
            Event::Withdraw | Event::Purge => 0,
            _ => open,
        };
        Ok(Self { state, open_handovers })
    }
}
