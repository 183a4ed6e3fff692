//! The staff side's tables: desks and their keys, members, sessions.
//!
//! `desks.rs` founds and lists desks, `readers.rs` says who must be able to read what, `members.rs` knows members and the
//! keys their browsers open, `sessions.rs` who is signed in. `invitations.rs` is how somebody comes, `people.rs` what a head
//! does with members, `rotation.rs` how a desk gets another key and what was sealed to the old one follows.
//!
//! Locks are taken in one order: a thread, the desk, its message keys, the audit chain. Whoever changes members or keys
//! locks the desk's row ([`people::locked`]), and whoever stores something sealed to it shares that lock
//! ([`readers_for_writing`]).

mod desks;
mod invitations;
mod members;
mod people;
mod readers;
mod rotation;
mod sessions;

use sea_orm::DbErr;

pub use self::desks::{Desk, NewDesk, Recovery};
pub use self::invitations::{Acceptance, Founding, INVITATION_HOURS, Invitation, Inviting};
pub use self::members::{Credentials, Joining, Keyring, NewMember, Passphrase};
pub use self::people::{Invited, People, Person, RoleChange};
pub use self::readers::{MOST_LEVELS, Reader, ReaderKey};
pub(in crate::store) use self::readers::{parent_of, readers_for_writing, readers_of};
pub use self::rotation::{Moved, OldKey, OldKeys, Rotation};
pub use self::sessions::LiveSession;

/// Why something about members or keys was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// Whoever asked is no head of the desk any more.
    #[error("你现在不是这个工作台的负责人了，请重新登录看看")]
    NoHead,
    /// There is no such member or invitation, or it is another desk's.
    #[error("没有这位成员或这份邀请。请刷新")]
    Gone,
    /// Somebody has the name.
    #[error("已经有人用这个名字，或者用过。登录靠名字，请换一个")]
    NameTaken,
    /// It would leave something undone, or was overtaken.
    #[error("{0}")]
    Conflict(&'static str),
    /// The keys that came along are not exactly those that are needed.
    #[error("钥匙的份数不对，要这些：{}", .0.join("、"))]
    WrongShares(Vec<String>),
    /// The database's fault or ours.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Who holds the copy of a desk's key that is on paper.
const RECOVERY: &str = "recovery";

/// Whether a text of the database can be this. PostgreSQL takes no zero byte: asked for one it fails, and logs the
/// question with its second.
fn is_text(typed: &str) -> bool {
    !typed.contains('\0')
}
