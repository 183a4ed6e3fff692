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
    /// At the desk beside it.
    Town,
    /// At a desk elsewhere.
    Far,
    /// Somebody at the desk that has it by then.
    Holder,
}

/// How a member's browser has resealed what goes to another desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pack {
    /// As it has to be.
    Whole,
    /// Without having seen the last letter.
    Behind,
    /// Without the last desk that needs it, if any does.
    Short,
    /// To a desk that has it, or twice.
    Surplus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Accept,
    StepIn,
    /// For the right position, or one too far.
    Answer(bool),
    AskBack(bool),
    AskerWrites,
    /// The same, sealed in her browser.
    AskerSeals,
    Mark,
    Note,
    Transfer(&'static str, Pack),
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
            _ => Party::Member,
        }
    }

    pub(super) fn desk(self) -> Option<&'static str> {
        match self {
            Self::Asker | Self::Clock => None,
            Self::First | Self::Second => Some("county"),
            Self::City => Some("city"),
            Self::Town => Some("town"),
            Self::Far => Some("far"),
            Self::Holder => unreachable!("settled when the deed is"),
        }
    }

    pub(super) fn at(desk: &str) -> Self {
        match desk {
            "city" => Self::City,
            "town" => Self::Town,
            "far" => Self::Far,
            _ => Self::First,
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Town => "town",
            Self::Far => "far",
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
            Self::AskerWrites | Self::AskerSeals => Event::AskerWrites,
            Self::Mark => Event::Mark,
            Self::Note => Event::Note,
            Self::Transfer(..) => Event::Transfer,
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
