//! Administrative divisions by their code: the tree that directories and desks hang on.
//!
//! Codes are those of GB/T 2260 (6 digits, province to county) and the statistical division codes that extend
//! them (9 digits for townships, 12 for villages). The code alone says level and parent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::coord::Coord;
use crate::vocabulary::vocabulary;

/// The code of a division. Invariant: 6, 9 or 12 ASCII digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "990121100")]
pub struct RegionCode(String);

vocabulary! {
    /// The five levels of the network, and the province above them; the outermost first. A hamlet has no code of its own, it
    /// lies in a village.
    Level {
        Province = "province", "省";
        City = "city", "市";
        County = "county", "县";
        Township = "township", "乡镇";
        Village = "village", "村";
        Hamlet = "hamlet", "屯";
    }
}

/// Why a string is not a division code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("区划代码应为 6、9 或 12 位数字，这里是“{0}”")]
pub struct NotARegionCode(pub String);

impl RegionCode {
    /// Whether these are the digits of a code.
    pub fn is_one(text: &str) -> bool {
        matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level that the shape of the code says. Never [`Level::Hamlet`].
    pub fn level(&self) -> Level {
        match self.0.len() {
            12 => Level::Village,
            9 => Level::Township,
            _ if self.0.ends_with("0000") => Level::Province,
            _ if self.0.ends_with("00") => Level::City,
            _ => Level::County,
        }
    }

    /// The division this one lies in; `None` for a province.
    pub fn parent(&self) -> Option<Self> {
        match self.level() {
            Level::Hamlet | Level::Village => Some(Self(self.0[..9].to_owned())),
            Level::Township => Some(Self(self.0[..6].to_owned())),
            Level::County => Some(Self(format!("{}00", &self.0[..4]))),
            Level::City => Some(Self(format!("{}0000", &self.0[..2]))),
            Level::Province => None,
        }
    }

    /// This division, then each one above it.
    pub fn ancestry(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// Whether this is `other` or lies in it.
    pub fn is_within(&self, other: &Self) -> bool {
        let significant = match other.level() {
            Level::Province => 2,
            Level::City => 4,
            _ => other.0.len(),
        };
        self.0.len() >= other.0.len() && self.0.as_bytes()[..significant] == other.0.as_bytes()[..significant]
    }
}

impl FromStr for RegionCode {
    type Err = NotARegionCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::is_one(text).then(|| Self(text.to_owned())).ok_or_else(|| NotARegionCode(text.to_owned()))
    }
}

impl TryFrom<String> for RegionCode {
    type Error = NotARegionCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.0
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Level {
    /// What readers see: each sort of division that stands on this level. Files have the one word, [`Level::chinese`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Province => "省",
            Self::City => "市",
            Self::County => "县（区）",
            Self::Township => "乡镇（街道）",
            Self::Village => "村（社区）",
            Self::Hamlet => "屯（组）",
        }
    }
}

/// A division as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its own name: 暖溪镇.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// The division it lies in, where that is published too.
    pub parent: Option<RegionCode>,
    /// Its seat or centre, WGS 84.
    pub location: Option<Coord>,
    /// How many public stations lie in it, shelters included.
    pub stations: usize,
    /// Its page on the site.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_knows_its_level_and_its_parents() {
        let village = code("990121100201");
        let ancestry: Vec<String> = village.ancestry().map(String::from).collect();
        assert_eq!(ancestry, ["990121100201", "990121100", "990121", "990100", "990000"]);
        assert_eq!(village.level(), Level::Village);
        assert_eq!(code("990100").level(), Level::City);
    }

    #[test]
    fn a_city_holds_its_counties_and_not_its_neighbours() {
        assert!(code("990121100").is_within(&code("990100")));
        assert!(code("990121").is_within(&code("990121")));
        assert!(!code("990221").is_within(&code("990100")));
        assert!(!code("990100").is_within(&code("990121")));
    }

    #[test]
    fn a_level_is_read_by_either_of_its_names_and_lies_in_those_before_it() {
        let codes: Vec<&str> = Level::ALL.iter().map(|level| level.code()).collect();
        assert_eq!(codes, ["province", "city", "county", "township", "village", "hamlet"]);
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL.iter().copied() {
            assert_eq!(Level::parse(level.code()), Some(level));
            assert_eq!(Level::parse(level.chinese()), Some(level));
            assert!(level.name().starts_with(level.chinese()), "{}", level.name());
            assert_eq!(serde_json::to_value(level).unwrap(), level.code(), "records have the same name");
        }
        assert_eq!(Level::parse("县（区）"), None, "files have one word for a level");
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for bad in ["", "9901", "99012a", "９９０１２１", "9901211002011"] {
            assert_eq!(bad.parse::<RegionCode>(), Err(NotARegionCode(bad.to_owned())));
        }
    }
}
