//! Threads and their sealed messages.
//!
//! `asker.rs` holds what the asker's side asks of the store: whoever holds a receipt has proved it by the locator's hash.
//! `desk.rs` holds the staff's: every question takes a [`Member`](crate::desk::member::Member) and looks only at that
//! member's desk. A state changes only by [`State::next`], inside the transaction that writes what caused it.

mod asker;
mod desk;
mod rows;
#[cfg(test)]
mod tests;

use sea_orm::DbErr;

use crate::clock::Hour;
use crate::consultations::state::{Event, NotAllowed, State};
use crate::sealing::binding::{Binding, ThreadId};
use crate::sealing::message::{SealedContent, SealedKey};
use crate::sealing::padding::TooLong;
use crate::sealing::suite::PublicKey;
use crate::store::desk::Reader;

/// The most messages of one thread: a receipt must not fill the disk.
pub const MOST_MESSAGES: u32 = 100;

/// A consultation that is not stored yet, with its first message.
pub struct NewThread {
    /// Its id.
    pub id: ThreadId,
    /// The desk that answers for it.
    pub desk: String,
    /// What comes before its turn, and why.
    pub priority: Priority,
    /// The slug of a topic.
    pub topic: Option<String>,
    /// The code of a division.
    pub region: Option<String>,
    /// The hour of arrival.
    pub hour: Hour,
    /// The keyed hash of its locator.
    pub locator_hash: Vec<u8>,
    /// Recognises the form if it is sent again.
    pub request_hash: Vec<u8>,
    /// What messages for the asker are sealed to.
    pub public_key: PublicKey,
    /// The letter.
    pub content: SealedContent,
    /// Its keys.
    pub keys: Vec<KeyFor>,
}

/// The green channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priority {
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
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
    /// The id of the member who accepted it.
    pub first_responder: Option<String>,
    /// Whether the receipt was typed back once.
    pub typed_back: bool,
    /// What messages for the asker are sealed to.
    pub public_key: PublicKey,
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

/// A form that was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The desk its letter went to.
    pub desk: String,
    /// Whether its receipt was typed back once.
    pub typed_back: bool,
}

/// What became of a new thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is stored.
    New,
    /// The same form had been stored before, by another request at the same time.
    Again(Earlier),
}

/// A thread in the queue of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The thread.
    pub thread: Thread,
    /// The hour of the last one.
    pub last: Hour,
}

/// An answer of the desk, sealed in the browser.
pub struct Answer {
    /// The thread.
    pub thread: ThreadId,
    /// Its number in the thread.
    pub position: u32,
    /// [`Event::Answer`] or [`Event::AskBack`].
    pub event: Event,
    /// The hour of arrival.
    pub hour: Hour,
    /// Recognises the answer if it is sent again.
    pub request_hash: Vec<u8>,
    /// The message.
    pub content: SealedContent,
    /// Its keys.
    pub keys: Vec<KeyFor>,
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
