//! The tables as sea-orm sees them, one file each. Only the store uses these types.
//!
//! Invariant: no column holds a receipt, a plaintext, a private key that is not sealed, an address, a user agent, or a
//! time finer than the hour. Every column that is a time has a name that ends in `_hour`.

pub mod announce_to;
pub mod announcement;
pub mod audit;
pub mod audit_head;
pub mod desk;
pub mod desk_hour;
pub mod desk_key;
pub mod desk_key_share;
pub mod event;
pub mod figure;
pub mod handover;
pub mod hour_share;
pub mod invitation;
pub mod job;
pub mod member;
pub mod member_session;
pub mod message;
pub mod message_key;
pub mod request;
pub mod search_word;
pub mod site_parameter;
pub mod spent;
pub mod thread;
