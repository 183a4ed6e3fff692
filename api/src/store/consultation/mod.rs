//! Threads and their sealed messages.
//!
//! A thread changes in one way, [`Store::transition`](crate::store::Store::transition): `act.rs` has its words, `transition.rs`
//! the transaction, `step.rs` what each act writes, `transfer.rs` the keys of what goes to another desk. The rest reads: `asker.rs` for whoever holds a receipt, which the
//! locator's hash proves; `desk.rs` and `queue.rs` for a [`Member`](crate::desk::member::Member), looking only at what that
//! member's desk answers for or what has climbed to it.

mod act;
mod asker;
mod desk;
mod overdue;
mod pace;
mod queue;
mod rows;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod transition;

use sea_orm::DbErr;

pub use self::act::{Act, Actor, Done, Request, Seal, Sealed, Writing};
pub use self::desk::{Handover, Named, Opened};
pub use self::queue::{Place, Queue, Queued, Shelf, Wanted};
pub use self::transfer::{Count, Resealed, Target, Transfer};
use crate::clock::Hour;
use crate::consultations::register::{Channel, Ending, Stage};
use crate::consultations::state::{Event, NotAllowed, State};
use crate::sealing::binding::{Binding, ThreadId};
use crate::sealing::message::{SealedContent, SealedKey};
use crate::sealing::padding::TooLong;
use crate::sealing::suite::PublicKey;
use crate::store::budget::Budget;
use crate::store::desk::Reader;

/// The most messages of one thread: a receipt must not fill the disk.
pub const MOST_MESSAGES: u32 = 100;

/// A consultation that is not stored yet, with its first letter.
pub struct NewThread {
    /// The desk that answers for it.
    pub desk: String,
    /// How somebody came.
    pub channel: Channel,
    /// What comes before its turn, and why.
    pub priority: Priority,
    /// The slug of a topic.
    pub topic: Option<String>,
    /// The code of a division.
    pub region: Option<String>,
    /// What a receipt leads to; nothing for who came in person.
    pub receipt: Option<ReceiptHalves>,
    /// The letter.
    pub content: SealedContent,
    /// Its keys.
    pub keys: Vec<KeyFor>,
    /// What comes once with it ([`crate::secrets::Secrets::spent_hash`]), the work that it pays with or the form that it was:
    /// used up with the letter, or not at all.
    pub spends: Option<Vec<u8>>,
    /// What it is counted against; nothing for who came in person.
    pub budget: Option<Budget>,
}

/// What the server keeps of a receipt. Neither half gives it back.
pub struct ReceiptHalves {
    /// The keyed hash of its locator.
    pub locator_hash: Vec<u8>,
    /// What messages for the asker are sealed to.
    pub public_key: PublicKey,
}

/// The green channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Priority {
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
    /// Old, disabled, pregnant or gravely ill.
    pub vulnerable: bool,
}

/// What else the desk has marked it for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// To be mediated.
    pub mediation: bool,
    /// Needs legal aid.
    pub legal_aid: bool,
    /// Needs psychological support.
    pub psychological: bool,
}

/// A deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// From this hour on it is overdue.
    pub hour: Hour,
    /// What has to be done before.
    pub stage: Stage,
}

impl Due {
    fn new((hour, stage): (Hour, Stage)) -> Self {
        Self { hour, stage }
    }
}

/// A sealed key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFor {
    /// Whose.
    pub reader: Reader,
    /// Sealed to which key of the desk; 0 for the thread.
    pub generation: u32,
    /// The key.
    pub key: SealedKey,
}

/// What is known of a thread in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The desk that answers for it.
    pub desk: String,
    /// The desk above that it has climbed to.
    pub escalated_to: Option<String>,
    /// How somebody came.
    pub channel: Channel,
    /// Where it stands.
    pub state: State,
    /// The green channel.
    pub priority: Priority,
    /// The slug of a topic.
    pub topic: Option<String>,
    /// The code of a division.
    pub region: Option<String>,
    /// The hour of arrival.
    pub received: Hour,
    /// The hour in which it was first accepted.
    pub accepted: Option<Hour>,
    /// The hour of the first answer.
    pub answered: Option<Hour>,
    /// The hour of closing.
    pub closed: Option<Hour>,
    /// What has to be done next in time.
    pub due: Option<Due>,
    /// The desk has said why it needs longer, and has the longer time.
    pub extended: bool,
    /// From this hour on it climbs to the next desk above, if there is one.
    pub climb: Option<Hour>,
    /// From this hour on it closes by itself.
    pub lapse: Option<Hour>,
    /// From this hour on it is to be destroyed.
    pub purge: Option<Hour>,
    /// The id of the member who accepted it.
    pub first_responder: Option<String>,
    /// What the desk has marked it for.
    pub marks: Marks,
    /// What came of it.
    pub outcome: Option<Ending>,
    /// Whether it may become a case digest.
    pub consent: bool,
    /// Whether it helped, where somebody said.
    pub helped: Option<bool>,
    /// Whether the receipt was typed back once.
    pub typed_back: bool,
    /// What messages for the asker are sealed to, if there is a receipt.
    pub public_key: Option<PublicKey>,
}

impl Thread {
    /// Whether the desk has put it away, because nobody asked anything.
    pub fn is_put_away(&self) -> bool {
        self.outcome == Some(Ending::NotARequest)
    }

    /// Where it stands after `event`, whatever agencies do. Of what was put away nothing is told, asked or made.
    pub fn next(&self, event: Event) -> Result<State, NotAllowed> {
        let of_a_request = matches!(event, Event::FollowUp | Event::Consent | Event::DraftDigest);
        if of_a_request && self.is_put_away() {
            return Err(NotAllowed::Here { state: self.state, event });
        }
        self.state.next(event)
    }
}

/// A message as it lies there. It can't open itself.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    /// Its place.
    pub binding: Binding,
    /// The hour of arrival.
    pub sent: Hour,
    /// The message.
    pub content: SealedContent,
    /// Its key for whoever asked, if it was sealed to them.
    pub key: Option<KeyFor>,
}

/// Something that happened to a thread, as its asker may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub event: Event,
    /// The hour of it.
    pub at: Hour,
    /// The desk that it left.
    pub from: Option<String>,
    /// The desk that it came to.
    pub to: Option<String>,
    /// Why, as a code.
    pub reason: Option<String>,
}

/// What a thread began with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// The desk that it came to.
    pub desk: String,
    /// When.
    pub hour: Hour,
    /// The first letter.
    pub content: SealedContent,
}

/// A form that was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The thread that it made.
    pub thread: ThreadId,
    /// The desk its letter went to.
    pub desk: String,
    /// Whether its receipt was typed back once.
    pub typed_back: bool,
}

/// Why something was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such thread, or it is another desk's.
    #[error("没有这件咨询")]
    Gone,
    /// Not from where it stands.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Somebody else is the first responder.
    #[error("{0} 已经受理了")]
    Accepted(String),
    /// Something was written in between.
    #[error("刚才又有新的消息，请先看过再写")]
    OutOfStep,
    /// The keys are not for those who must be able to read.
    #[error("密钥要正好封给这几方：{}", .0.join("、"))]
    WrongReaders(Vec<String>),
    /// Resealed keys are missing, or are nobody's who needs one.
    #[error("密钥不齐：少 {lacking} 把，多 {surplus} 把。每一封信和每一条内部记录都要封给：{}", listed(.readers))]
    KeysOff {
        /// How many are missing.
        lacking: usize,
        /// How many are too many.
        surplus: usize,
        /// For whom all of it has to be sealed.
        readers: Vec<String>,
    },
    /// It is there already.
    #[error("这件咨询就在那个工作台，不用转")]
    SameDesk,
    /// The request's key was used for something else.
    #[error("这个请求编号已经用在别的事上，请换一个")]
    OtherRequest,
    /// Its asker does not agree that it becomes a case digest, or not any more.
    #[error("本人没有同意写成案例，或者已经收回")]
    NoConsent,
    /// There is no such handover, or it has its result.
    #[error("没有第 {0} 件还在等结果的转出")]
    NoHandover(u32),
    /// The browser drew an id that is somebody's, or made a receipt that is.
    #[error("这个编号已经有了，请重新登记")]
    Taken,
    /// What was to come once with it has come with another letter.
    #[error("这封信带来的东西已经用过了")]
    Spent,
    /// The desk has had its letters for this hour.
    #[error("这一小时的来信太多")]
    UsedUp,
    /// Its hour has not come.
    #[error("还没有到时候")]
    NotYet,
    /// [`MOST_MESSAGES`] are there.
    #[error("这件咨询的消息太多了，请另写一封")]
    Full,
    /// Longer than the largest size class.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// Our fault.
    #[error(transparent)]
    Database(#[from] DbErr),
}

fn listed(readers: &[String]) -> String {
    if readers.is_empty() { "（不用再封给谁）".to_owned() } else { readers.join("、") }
}
