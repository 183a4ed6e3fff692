//! What can be done to a thread, by whom, and what came of it: the words of [`Store::transition`](crate::store::Store).

use std::sync::Arc;

use search::vocabulary::Outcome;

use crate::clock::Hour;
use crate::consultations::clocks::Schedule;
use crate::consultations::register::{AgencyResult, ExtendReason, Mark};
use crate::consultations::state::{Event, Party, State};
use crate::desk::member::Member;
use crate::sealing::binding::{Binding, ThreadId};
use crate::sealing::message::{SealedContent, SealedMessage};
use crate::sealing::padding::TooLong;
use crate::store::consultation::{KeyFor, NewThread, Transfer};
use crate::store::desk::ReaderKey;
use crate::store::entity::thread;

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// Whoever showed a receipt or a pass, or sends a new letter.
    Asker,
    /// A member who is signed in.
    Member(&'a Member),
    /// Nobody: the time has come.
    Clock,
}

/// When, by which clocks, and how to know the same request again.
#[derive(Debug, Clone)]
pub struct Request {
    /// The hour it came.
    pub hour: Hour,
    /// Of the request's key and whatever tells it from others. The key itself is never stored.
    pub hash: Vec<u8>,
    /// What deadlines are reckoned with.
    pub schedule: Arc<Schedule>,
}

/// What is done.
pub enum Act<'a> {
    /// A new thread with its first letter.
    Receive(Box<NewThread>),
    /// The member becomes the first responder.
    Accept,
    /// The member becomes the first responder in place of who is.
    StepIn,
    /// The desk answers.
    Answer(Writing<'a>),
    /// The desk asks back.
    AskBack(Writing<'a>),
    /// The asker writes once more.
    AskerWrites(Writing<'a>),
    /// The desk sets a mark, or takes it away.
    Mark(Mark, bool),
    /// The desk notes something for itself and those above.
    Note(Sealed),
    /// It goes to another desk.
    Transfer(Box<Transfer>),
    /// It is overdue: the desk right above where it is learns of it. Where none is above, it is said all the same.
    Climb,
    /// The desk needs longer, and says why.
    Extend(ExtendReason),
    /// It goes to an agency outside.
    HandOver {
        /// The agency's name.
        agency: String,
    },
    /// The agency has it.
    Confirm {
        /// Which handover.
        handover: u32,
    },
    /// The agency is done with it.
    Result {
        /// Which handover.
        handover: u32,
        /// What came of it.
        result: AgencyResult,
    },
    /// Somebody says whether it helped.
    FollowUp {
        /// Whether it did.
        helped: bool,
    },
    /// Whether it may become a case digest. Said once more, it changes nothing.
    Consent(bool),
    /// A member takes the draft of a case digest away.
    DraftDigest,
    /// The desk is done.
    Close(Outcome),
    /// The desk puts it away: nobody asked anything.
    PutAway,
    /// It has waited long enough.
    Lapse,
    /// The asker takes it back.
    Withdraw,
    /// Its time is over.
    Purge,
}

/// A letter that is added to a thread.
pub enum Writing<'a> {
    /// Sealed in the writer's browser for a place and for readers, both of which have to be right still.
    Sealed(Sealed),
    /// To be sealed here, once place and readers are settled: what the script-less path does.
    Seal(Seal<'a>),
}

/// Seals for a place to each reader, in their order.
pub type Seal<'a> = Box<dyn FnOnce(&Binding, &[ReaderKey]) -> Result<SealedMessage, TooLong> + Send + 'a>;

/// A letter or a note that a browser has sealed.
pub struct Sealed {
    /// The place it was sealed for.
    pub position: u32,
    /// What was written.
    pub content: SealedContent,
    /// Its keys.
    pub keys: Vec<KeyFor>,
}

/// What came of a request. The same request sent again gets the same, with `again`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The thread; of a form that was sent twice, the one it made first.
    pub thread: ThreadId,
    /// Where it stood right after.
    pub state: State,
    /// The position of the letter or note, or the number of the handover, that was made.
    pub number: Option<u32>,
    /// It had been done before.
    pub again: bool,
}

impl<'a> Actor<'a> {
    /// The side.
    pub(super) fn party(self) -> Party {
        match self {
            Self::Asker => Party::Asker,
            Self::Member(_) => Party::Member,
            Self::Clock => Party::Clock,
        }
    }

    /// The member.
    pub(super) fn member(self) -> Option<&'a Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Asker | Self::Clock => None,
        }
    }

    /// Whether the thread is there for this one at all. Askers have proved it; a member's desk answers for it, or it has
    /// climbed there.
    pub(super) fn reaches(self, row: &thread::Model) -> bool {
        self.member().is_none_or(|member| {
            row.desk_id == member.desk() || row.escalated_to.as_deref() == Some(member.desk())
        })
    }
}

impl Act<'_> {
    /// What happens to the thread.
    pub fn event(&self) -> Event {
        match self {
            Self::Receive(_) => Event::Receive,
            Self::Accept => Event::Accept,
            Self::StepIn => Event::StepIn,
            Self::Answer(_) => Event::Answer,
            Self::AskBack(_) => Event::AskBack,
            Self::AskerWrites(_) => Event::AskerWrites,
            Self::Mark(..) => Event::Mark,
            Self::Note(_) => Event::Note,
            Self::Transfer(_) => Event::Transfer,
            Self::Climb => Event::Climb,
            Self::Extend(_) => Event::Extend,
            Self::HandOver { .. } => Event::HandOver,
            Self::Confirm { .. } => Event::Confirm,
            Self::Result { .. } => Event::Result,
            Self::FollowUp { .. } => Event::FollowUp,
            Self::Consent(true) => Event::Consent,
            Self::Consent(false) => Event::RevokeConsent,
            Self::DraftDigest => Event::DraftDigest,
            Self::Close(_) => Event::Close,
            Self::PutAway => Event::PutAway,
            Self::Lapse => Event::Lapse,
            Self::Withdraw => Event::Withdraw,
            Self::Purge => Event::Purge,
        }
    }
}
