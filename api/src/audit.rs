//! The audit chain: who did what to which thread or member, in an order that nobody can change unnoticed.
//!
//! Each desk has a chain of its own. A [`Line`] holds the hash of the line before it, so that a changed byte, a line that
//! is missing or one in another place breaks the chain right there; [`Head`] says where the chain ends, so that nobody
//! drops the last line either. [`Verifier`] names the first line that does not hold. A line names what it is about by a
//! hash alone: when a thread is purged its lines stay, and tell nothing of it.
//!
//! Everything here is pure; `store/audit.rs` reads and writes. Whoever can rewrite the whole database can rewrite a whole
//! chain with its head: that shows only to somebody who has noted an earlier head (`docs/threat-model.md`).

use ring::digest;

use crate::clock::Hour;
use crate::consultations::state::Event;
use crate::desk::role::Role;
use crate::sealing::binding::{ThreadId, labelled};

/// A SHA-256.
pub type Hash = [u8; 32];

/// A member opened a thread.
pub const READ: &str = "read";
/// A thread came here from another desk; that desk's own line says `transfer`.
pub const TAKE_OVER: &str = "take_over";
/// A desk was founded.
pub const FOUND: &str = "found_desk";
/// A member was admitted.
pub const ADMIT: &str = "admit_member";
/// Somebody was invited.
pub const INVITE: &str = "invite";
/// An invitation was taken back.
pub const REVOKE: &str = "revoke_invitation";
/// Somebody took an invitation, and waits to be admitted.
pub const JOIN: &str = "join";
/// A member let herself in with the key on paper.
pub const RECOVER: &str = "recover_keys";
/// A member was removed.
pub const REMOVE: &str = "remove_member";
/// The desk has a new key.
pub const ROTATE: &str = "rotate_key";
/// Content keys were sealed to the newest key of the desk.
pub const RESEAL: &str = "reseal";
/// Nothing needs the older keys of the desk any more: no copy of them is left.
pub const RETIRE: &str = "retire_keys";
/// A member has a new passphrase.
pub const PASSPHRASE: &str = "change_passphrase";
/// A member has a second factor, or another one.
pub const SECOND_FACTOR: &str = "set_second_factor";
/// A member's second factor was taken away.
pub const NO_SECOND_FACTOR: &str = "forget_second_factor";

/// Somebody took the desk's figures away as a file.
pub const EXPORT: &str = "export_figures";

/// What a line is about.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// A thread.
    Thread(&'a ThreadId),
    /// A member, by id.
    Member(&'a str),
    /// A desk, by id.
    Desk(&'a str),
    /// An invitation, by the hash of its code.
    Invitation(&'a [u8]),
}

/// Something that was done, not in a chain yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The hour.
    pub hour: Hour,
    /// The id of the member; nobody for what the asker, the clock or the operator did.
    pub actor: Option<String>,
    /// What was done, as a code.
    pub act: String,
    /// See [`Object::hash`].
    pub object: Hash,
}

/// One line of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1, without gaps.
    pub number: u64,
    /// What was done.
    pub entry: Entry,
    /// The hash of the line before; zeros for the first.
    pub previous: Hash,
    /// The hash of this line.
    pub hash: Hash,
}

/// Where a chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of its last line.
    pub number: u64,
    /// The hash of its last line.
    pub hash: Hash,
}

/// The first line that does not hold, and in what way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is not there.
    #[error("第 {0} 行不见了")]
    Missing(u64),
    /// It is there more than once, or after the end.
    #[error("第 {0} 行是多出来的")]
    Surplus(u64),
    /// Another line stood before it.
    #[error("第 {0} 行接不上它前面的一行：顺序变了，或者前面一行被换过")]
    Displaced(u64),
    /// What it says is not what was written.
    #[error("第 {0} 行的内容被改过")]
    Changed(u64),
    /// The chain is not the one that its head was noted of.
    #[error("链尾的记录和第 {0} 行对不上")]
    OtherHead(u64),
}

/// Checks a chain line by line.
pub struct Verifier<'a> {
    desk: &'a str,
    seen: Head,
}

/// What was done, in a word or two, for readers. What this program never wrote is shown as it stands.
pub fn chinese(act: &str) -> &str {
    match act {
        READ => "打开看过",
        TAKE_OVER => "从别的工作台转来",
        FOUND => "建立工作台",
        ADMIT => "加入成员",
        INVITE => "邀请成员",
        REVOKE => "收回邀请",
        JOIN => "接受邀请，等人放行",
        RECOVER => "用纸上的恢复密钥取得钥匙",
        REMOVE => "移除成员",
        ROTATE => "换了工作台的钥匙",
        EXPORT => "导出统计",
        RESEAL => "把旧信改封到新钥匙",
        RETIRE => "旧钥匙不再用，已经销毁",
        PASSPHRASE => "换了口令",
        SECOND_FACTOR => "设了验证码",
        NO_SECOND_FACTOR => "取消了验证码",
        "role/member" => "改为成员",
        "role/head" => "改为负责人",
        "role/supervisor" => "改为上级督办",
        "role/auditor" => "改为审计",
        act => match Event::parse(act) {
            Some(event) => event.chinese(),
            None => act,
        },
    }
}

/// The act of giving a member another role.
pub fn change_of_role(role: Role) -> String {
    format!("role/{}", role.code())
}

impl Object<'_> {
    /// What a line holds of it. Ids of threads are random: the hash gives none back.
    pub fn hash(self) -> Hash {
        let (kind, id) = match self {
            Self::Thread(thread) => (1, thread.as_bytes().as_slice()),
            Self::Member(id) => (2, id.as_bytes()),
            Self::Desk(id) => (3, id.as_bytes()),
            Self::Invitation(hash) => (4, hash),
        };
        sha256(&labelled("nuanzhan/audit-object/1", &[&[kind], id].concat()))
    }
}

impl Head {
    /// Of a chain without a line.
    pub const NONE: Self = Self { number: 0, hash: [0; 32] };

    /// The line that comes next in the chain of `desk`.
    pub fn next(self, desk: &str, entry: Entry) -> Line {
        let (number, previous) = (self.number + 1, self.hash);
        let hash = sha256(&canonical(desk, number, &entry, &previous));
        Line { number, entry, previous, hash }
    }
}

impl Line {
    /// The end of the chain when this is its last line.
    pub fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }
}

impl<'a> Verifier<'a> {
    /// At the beginning of the chain of `desk`.
    pub fn new(desk: &'a str) -> Self {
        Self { desk, seen: Head::NONE }
    }

    /// The next line, in the order of numbers.
    pub fn step(&mut self, line: &Line) -> Result<(), Broken> {
        let expected = self.seen.number + 1;
        if line.number > expected {
            return Err(Broken::Missing(expected));
        }
        if line.number < expected {
            return Err(Broken::Surplus(line.number));
        }
        let right = Head { number: expected - 1, hash: line.previous }.next(self.desk, line.entry.clone());
        if right.hash != line.hash {
            return Err(Broken::Changed(expected));
        }
        if line.previous != self.seen.hash {
            return Err(Broken::Displaced(expected));
        }
        self.seen = line.head();
        Ok(())
    }

    /// After the last line: whether the chain ends where it should.
    pub fn finish(self, head: &Head) -> Result<Head, Broken> {
        let Head { number, hash } = self.seen;
        if number < head.number {
            Err(Broken::Missing(number + 1))
        } else if number > head.number {
            Err(Broken::Surplus(head.number + 1))
        } else if hash != head.hash {
            Err(Broken::OtherHead(number))
        } else {
            Ok(self.seen)
        }
    }
}

/// Every field with a fixed place or its length before it: two different lines never give the same bytes.
fn canonical(desk: &str, number: u64, entry: &Entry, previous: &Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    let mut put = |text: &str| {
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    put(desk);
    put(&entry.act);
    put(entry.actor.as_deref().unwrap_or_default());
    bytes.push(entry.actor.is_some().into());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(&entry.hour.number().to_be_bytes());
    bytes.extend_from_slice(&entry.object);
    bytes.extend_from_slice(previous);
    labelled("nuanzhan/audit/1", &bytes)
}

fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain(entries: Vec<Entry>) -> Vec<Line> {
        let mut head = Head::NONE;
        let line = |entry| {
            let line = head.next("county", entry);
            head = line.head();
            line
        };
        entries.into_iter().map(line).collect()
    }

    fn check(lines: &[Line], head: &Head) -> Result<Head, Broken> {
        let mut verifier = Verifier::new("county");
        lines.iter().try_for_each(|line| verifier.step(line))?;
        verifier.finish(head)
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        let actor = proptest::option::of("[a-z]{1,8}");
        (0_i64..1_000_000, actor, "[a-z_]{1,8}", any::<Hash>()).prop_map(|(hour, actor, act, object)| Entry {
            hour: Hour::from_number(hour),
            actor,
            act,
            object,
        })
    }

    fn any_chain() -> impl Strategy<Value = Vec<Line>> {
        proptest::collection::vec(any_entry(), 2..8).prop_map(chain)
    }

    #[test]
    fn the_bytes_are_those_of_the_written_format() {
        let entry = Entry {
            hour: Hour::from_number(500_000),
            actor: Some("m".to_owned()),
            act: READ.to_owned(),
            object: [7; 32],
        };
        let mut expected = b"nuanzhan/audit/1\0\0\0\0\x06county\0\0\0\x04read\0\0\0\x01m\x01".to_vec();
        expected.extend([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 7, 0xa1, 0x20]);
        expected.extend([7; 32]);
        expected.extend([0; 32]);
        assert_eq!(canonical("county", 1, &entry, &[0; 32]), expected);
    }

    #[test]
    fn a_chain_of_nothing_holds_and_another_desks_does_not() {
        assert_eq!(check(&[], &Head::NONE), Ok(Head::NONE));
        let line = Head::NONE.next("city", chain_entry());
        assert_eq!(check(std::slice::from_ref(&line), &line.head()), Err(Broken::Changed(1)));
    }

    fn chain_entry() -> Entry {
        Entry { hour: Hour::from_number(1), actor: None, act: FOUND.to_owned(), object: [0; 32] }
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_named(lines in any_chain(), at in any::<prop::sample::Index>(), how in 0..6_usize, bit in 0..256_usize) {
            let head = lines.last().unwrap().head();
            prop_assert_eq!(check(&lines, &head), Ok(head));
            let (at, number) = (at.index(lines.len()), at.index(lines.len()) as u64 + 1);
            let mut lines = lines;
            let line = &mut lines[at];
            match how {
                0 => line.entry.hour = Hour::from_number(line.entry.hour.number() ^ 1),
                1 => line.entry.actor = Some("somebody else".to_owned()),
                2 => line.entry.act.push('x'),
                3 => line.entry.object[bit / 8] ^= 1 << (bit % 8),
                4 => line.previous[bit / 8] ^= 1 << (bit % 8),
                _ => line.hash[bit / 8] ^= 1 << (bit % 8),
            }
            prop_assert_eq!(check(&lines, &head), Err(Broken::Changed(number)));
        }

        #[test]
        fn a_line_that_is_gone_doubled_or_elsewhere_is_named(lines in any_chain(), at in any::<prop::sample::Index>()) {
            let head = lines.last().unwrap().head();
            let (at, number) = (at.index(lines.len()), at.index(lines.len()) as u64 + 1);
            let mut gone = lines.clone();
            gone.remove(at);
            prop_assert_eq!(check(&gone, &head), Err(Broken::Missing(number)));
            let mut doubled = lines.clone();
            doubled.insert(at, lines[at].clone());
            prop_assert_eq!(check(&doubled, &head), Err(Broken::Surplus(number)));
            if at > 0 {
                // Two lines change places and numbers: each is whole only under its own number.
                let mut swapped = lines.clone();
                swapped.swap(at - 1, at);
                for (place, line) in swapped.iter_mut().enumerate() {
                    line.number = place as u64 + 1;
                }
                prop_assert_eq!(check(&swapped, &head), Err(Broken::Changed(number - 1)));
            }
        }

        /// Somebody who can count hashes rewrites the chain from one line on: every line holds, the noted head does not.
        #[test]
        fn a_chain_that_was_written_anew_does_not_end_at_its_head(lines in any_chain(), at in any::<prop::sample::Index>()) {
            let head = lines.last().unwrap().head();
            let mut entries: Vec<Entry> = lines.iter().map(|line| line.entry.clone()).collect();
            entries[at.index(lines.len())].act.push('x');
            let forged = chain(entries);
            prop_assert_eq!(check(&forged, &head), Err(Broken::OtherHead(head.number)));
            // Spliced into the old rest, the seam shows.
            let at = at.index(lines.len());
            if at + 1 < lines.len() {
                let spliced: Vec<Line> = forged[..=at].iter().chain(&lines[at + 1..]).cloned().collect();
                prop_assert_eq!(check(&spliced, &head), Err(Broken::Displaced(at as u64 + 2)));
            }
        }
    }
}
