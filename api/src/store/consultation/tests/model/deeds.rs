//! Who does what in the model.

use crate::consultations::state::{Event, Party};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Asker,
    Clock,
    First,
    Second,
    /// At the desk above.
    City,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Accept,
    StepIn,
    /// For the right position, or one too far.
    Answer(bool),
    AskBack(bool),
    AskerWrites,
    Mark,
    Note,
    HandOver,
    Confirm(u32),
    Result(u32),
    FollowUp(bool),
    Consent(bool),
    Draft,
    Climb,
    Extend,
    Close,
    PutAway,
    Lapse,
    Withdraw,
    Purge,
}

impl Who {
    pub(super) fn party(self) -> Party {
        match self {
            Self::Asker => Party::Asker,
            Self::Clock => Party::Clock,
            Self::First | Self::Second | Self::City => Party::Member,
        }
    }

    pub(super) fn desk(self) -> Option<&'static str> {
        match self {
            Self::Asker | Self::Clock => None,
            Self::First | Self::Second => Some("county"),
            Self::City => Some("city"),
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            _ => "upper",
        }
    }
}

impl What {
    pub(super) fn event(self) -> Event {
        match self {
            Self::Accept => Event::Accept,
            Self::StepIn => Event::StepIn,
            Self::Answer(_) => Event::Answer,
            Self::AskBack(_) => Event::AskBack,
            Self::AskerWrites => Event::AskerWrites,
            Self::Mark => Event::Mark,
            Self::Note => Event::Note,
            Self::HandOver => Event::HandOver,
            Self::Confirm(_) => Event::Confirm,
            Self::Result(_) => Event::Result,
            Self::FollowUp(_) => Event::FollowUp,
            Self::Consent(true) => Event::Consent,
            Self::Consent(false) => Event::RevokeConsent,
            Self::Draft => Event::DraftDigest,
            Self::Climb => Event::Climb,
            Self::Extend => Event::Extend,
            Self::Close => Event::Close,
            Self::PutAway => Event::PutAway,
            Self::Lapse => Event::Lapse,
            Self::Withdraw => Event::Withdraw,
            Self::Purge => Event::Purge,
        }
    }
}
