//! Identifiers as HSDS wants them: UUIDs, made of what a thing is and not of when or in which order it was written.
//!
//! A [`Uuid`] is of version 8 (RFC 9562: the maker's own): 122 bits of the BLAKE3 hash of a name. The same name gives the
//! same one in every build and on every machine. What is one station here is four things in HSDS; their identifiers differ
//! in the last digit only ([`Entity`]), so that one look-up finds any of them.

use std::fmt;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// An identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = "uuid", example = "0f9f2d3a-7c55-8a41-9d0e-5b6f3f1c2d40")]
pub struct Uuid(u128);

/// Which of the four things that a station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    /// Who helps.
    Organization = 0,
    /// The help.
    Service = 1,
    /// Where.
    Location = 2,
    /// That help there.
    ServiceAtLocation = 3,
}

/// The bits that say version and variant.
const MARKS: u128 = 0xf000 << 64 | 0b11 << 62;
/// Version 8, variant of RFC 9562.
const MARKED: u128 = 0x8000 << 64 | 0b10 << 62;

impl Uuid {
    /// The identifier of what these parts name together. The first says what it is.
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            // With their lengths, so that no two lists of parts are one text.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(u128::from_be_bytes(first) & !MARKS | MARKED)
    }

    /// What belongs to this and is named so.
    pub(super) fn part(self, kind: &str, name: &[&str]) -> Self {
        let whole = self.to_string();
        let parts: Vec<&str> = [kind, &whole].into_iter().chain(name.iter().copied()).collect();
        Self::of(&parts)
    }

    /// The one that a station has as this.
    pub fn as_entity(self, entity: Entity) -> Self {
        Self(self.0 & !0xf | entity as u128)
    }

    /// Whether it is one that stations have as this.
    pub(super) fn is_entity(self, entity: Entity) -> bool {
        self == self.as_entity(entity)
    }

    /// Reads the usual form with its four hyphens, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let hyphens = [8, 13, 18, 23];
        let shaped = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match hyphens.contains(&at) {
                true => byte == b'-',
                false => byte.is_ascii_hexdigit(),
            });
        let digits: String = text.chars().filter(|&digit| digit != '-').collect();
        shaped.then(|| u128::from_str_radix(&digits, 16).ok().map(Self))?
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
        f.write_str(&parts.join("-"))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_uuid_of_version_8_and_reads_back() {
        let id = Uuid::of(&["station", "990100", "nuanxi"]);
        let text = id.to_string();
        assert_eq!((&text[14..15], text.len()), ("8", 36), "{text}");
        assert!(["8", "9", "a", "b"].contains(&&text[19..20]), "{text}");
        assert_eq!(Uuid::parse(&text), Some(id));
        assert_eq!(Uuid::parse(&text.to_uppercase()), Some(id));
    }

    #[test]
    fn two_lists_of_parts_are_never_one() {
        assert_ne!(Uuid::of(&["a", "bc"]), Uuid::of(&["ab", "c"]));
        assert_ne!(Uuid::of(&["a"]), Uuid::of(&["a", ""]));
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        let text = Uuid::of(&["x"]).to_string();
        for bad in
            ["", "1", &text[1..], &text.replace('-', ""), &format!("{{{text}}}"), &text.replace('8', "g")]
        {
            assert_eq!(Uuid::parse(bad), None, "{bad}");
        }
        assert_eq!(Uuid::parse("+0000000-0000-0000-0000-000000000000"), None);
        assert_eq!(Uuid::parse(&"é".repeat(18)), None);
    }
}
