//! The staff side's tables: desks and their keys, members, sessions.
//!
//! `desks.rs` founds and lists desks, `readers.rs` says who must be able to read what, `members.rs` knows members and the
//! keys their browsers open, `sessions.rs` who is signed in.

mod desks;
mod members;
mod readers;
mod sessions;

pub use self::desks::{Desk, NewDesk, Recovery};
pub use self::members::{Credentials, Keyring, NewMember};
pub use self::readers::{MOST_LEVELS, Reader, ReaderKey};
pub(in crate::store) use self::readers::{parent_of, readers_of};
pub use self::sessions::LiveSession;

/// Who holds the copy of a desk's key that is on paper.
const RECOVERY: &str = "recovery";

/// Whether a text of the database can be this. PostgreSQL takes no zero byte: asked for one it fails, and logs the
/// question with its second.
fn is_text(typed: &str) -> bool {
    !typed.contains('\0')
}
