//! Finds a division's code from what a sheet has: the code, the name, the names of the levels above.
//!
//! Start at [`Divisions::find`]. A name that several divisions have is ambiguous: all of them are listed and none is
//! taken, unless the sheet itself is about the place where one of them lies ([`super::home`]). Nothing here looks at every
//! division for every row: lists of twenty thousand rows meet twenty thousand divisions.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use search::region::{Level, RegionCode};

use super::cell::{Cell, plain};
use super::headings::Part;
use super::plain_text::half_width;
use crate::check::national_hint;
use crate::diag::nearest;
use crate::divisions::national;

/// Code and name of each division of the content.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    names: BTreeMap<RegionCode, String>,
    by_name: BTreeMap<String, Vec<RegionCode>>,
    by_stem: BTreeMap<String, Vec<RegionCode>>,
    /// Finds the names of `by_name`, in its order, in running text.
    in_text: Option<AhoCorasick>,
    /// The divisions of each of those names.
    of_name: Vec<Vec<RegionCode>>,
}

/// What a row says of where it belongs.
#[derive(Debug, Clone, Default)]
pub struct Said<'c> {
    /// The column of codes or names.
    pub region: Option<&'c Cell>,
    /// Columns of one level each.
    pub parts: Vec<(Part, String)>,
    /// Words that may name it too: the station's name and address.
    pub hints: Vec<String>,
    /// The division that the whole sheet is about.
    pub home: Option<&'c RegionCode>,
}

/// A division, and how it was found where that should be checked.
pub type Found = (RegionCode, Option<String>);

/// What divisions' names end with, longest first.
const ENDINGS: [&str; 14] = [
    "街道办事处",
    "村民委员会",
    "居民委员会",
    "民族乡",
    "自治县",
    "街道",
    "社区",
    "村委会",
    "镇",
    "乡",
    "村",
    "县",
    "市",
    "区",
];

/// So many that could be meant are listed.
const MOST_LISTED: usize = 6;

impl Divisions {
    /// The divisions of the content. Of two with one code the first counts.
    pub fn new(all: impl IntoIterator<Item = (RegionCode, String)>) -> Self {
        let mut divisions = Self::default();
        for (code, name) in all {
            divisions.names.entry(code).or_insert(name);
        }
        for (code, name) in &divisions.names {
            divisions.by_name.entry(name.clone()).or_default().push(code.clone());
            divisions.by_stem.entry(stem(name).to_owned()).or_default().push(code.clone());
        }
        // A name of one character is in every second sentence; an automaton that can't be built finds nothing.
        let patterns =
            divisions.by_name.keys().map(|name| if name.chars().count() < 2 { "\0" } else { name });
        divisions.in_text = AhoCorasick::new(patterns).ok();
        divisions.of_name = divisions.by_name.values().cloned().collect();
        divisions
    }

    /// The division that `said` names; the error lists what it could be.
    pub fn find(&self, said: &Said<'_>) -> Result<Found, String> {
        if let Some(cell) = said.region {
            return self.by_cell(cell, said);
        }
        if said.parts.is_empty() {
            return self.by_hints(&said.hints, said.home);
        }
        let found = self.by_names(&said.parts, &[], said.home)?;
        let deep = said.parts.iter().any(|(part, _)| *part >= Part::Township);
        match said.home {
            // The county in a column, the township at the head of the sheet.
            Some(home) if !deep && home.is_within(&found.0) => Ok((home.clone(), found.1)),
            _ => Ok(found),
        }
    }

    /// A division's own name.
    pub fn name(&self, code: &RegionCode) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }

    /// 示例市示例县暖溪镇
    pub fn names(&self, code: &RegionCode) -> String {
        let mut names: Vec<&str> = code.ancestry().filter_map(|code| self.name(&code)).collect();
        names.reverse();
        names.concat()
    }

    /// 示例市示例县暖溪镇（990121100）, to choose from.
    pub fn shown(&self, code: &RegionCode) -> String {
        format!("{}（{code}）", self.names(code))
    }

    /// Several to choose from.
    pub fn listed(&self, codes: &[RegionCode]) -> String {
        let all: Vec<String> = codes.iter().take(MOST_LISTED).map(|code| self.shown(code)).collect();
        let more = if codes.len() > MOST_LISTED { "……" } else { "" };
        all.join("、") + more
    }

    /// Those of exactly this name, or of this name without its ending: 暖溪 for 暖溪镇.
    pub fn called(&self, name: &str) -> &[RegionCode] {
        let exact = self.by_name.get(name);
        exact.or_else(|| self.by_stem.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The division whose name is most like `name`, for a hint.
    pub fn most_like(&self, name: &str) -> Option<String> {
        let near = nearest(name, self.by_name.keys().map(String::as_str))?;
        self.by_name.get(near).map(|codes| self.listed(codes))
    }

    /// What the list of the whole country says of a name that `regions.csv` has not.
    pub fn of_the_country(&self, name: &str) -> Option<String> {
        let ours: BTreeSet<&str> = self.names.keys().map(|code| &code.as_str()[..4]).collect();
        let mut found = national().named(name).filter(|one| !one.abolished && ours.contains(&one.code[..4]));
        let first = found.next()?;
        let full = national().full_name(first);
        let county = &first.code[..6];
        Some(format!("{full}（{}）还没加进 regions.csv：运行 site-gen new county {county}", first.code))
    }

    fn by_cell(&self, cell: &Cell, said: &Said<'_>) -> Result<Found, String> {
        let text = match cell {
            Cell::Number(number) => plain(*number),
            other => half_width(&other.shown()),
        };
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.by_code(text);
        }
        if text.to_uppercase().parse::<f64>().is_ok() {
            return Err(format!("“{text}”是科学记数，后几位没了：把这一列设成“文本”，再重新填"));
        }
        // 暖溪镇（990121100）, as export writes it.
        let code =
            text.split(['(', ')']).nth(1).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some(code) = code {
            return self.by_code(code);
        }
        self.by_names(&said.parts, &[text.to_owned()], said.home)
    }

    fn by_code(&self, text: &str) -> Result<Found, String> {
        let code: RegionCode = text.parse().map_err(|_| format!("区划代码“{text}”应是 6、9 或 12 位数字"))?;
        if self.name(&code).is_some() {
            return Ok((code, None));
        }
        // A code that was meant lies beside the one that was typed.
        let digits = code.as_str();
        let beside = self.names.keys().map(RegionCode::as_str);
        let beside = beside.filter(|known| known.len() == digits.len() && known[..4] == digits[..4]);
        let near = nearest(digits, beside.take(1000));
        let near = near.and_then(|near| Some((near, self.name(&near.parse().ok()?)?)));
        let hint = national_hint(&code, near).unwrap_or_else(|| match near {
            Some((near, name)) => format!("是不是想写 {near}（{name}）；新的区划，先在 regions.csv 里加一行"),
            None => "先在 regions.csv 里加一行".to_owned(),
        });
        Err(format!("没有代码是 {code} 的区划：{hint}"))
    }

    /// By names: `parts` from columns of their own, `whole` written together (示例县暖溪镇).
    fn by_names(
        &self,
        parts: &[(Part, String)],
        whole: &[String],
        home: Option<&RegionCode>,
    ) -> Result<Found, String> {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|(part, _)| *part);
        // A village's name alone lies where the sheet does.
        let only_village = whole.is_empty() && parts.iter().all(|(part, _)| *part == Part::Village);
        let bound = home.filter(|home| only_village && home.level() >= Level::Township);
        let wanted: Vec<String> =
            parts.into_iter().map(|(_, name)| name).chain(whole.iter().cloned()).collect();
        let said = wanted.concat();
        for exact in [true, false] {
            let mut fits = self.fitting(&wanted, exact);
            let within = |code: &&RegionCode| home.is_some_and(|home| code.is_within(home));
            if let Some(home) = bound.filter(|_| !fits.is_empty() && !fits.iter().any(within)) {
                let here = self.names(home);
                return Err(format!(
                    "这里算在{here}，那里没有“{said}”，有的是 {}",
                    self.listed(&owned(&fits))
                ));
            }
            if bound.is_some() || (fits.len() > 1 && fits.iter().any(within)) {
                fits.retain(within);
            }
            match fits.as_slice() {
                [] => {}
                [code] => {
                    let note = (!exact).then(|| format!("区划“{said}”读成 {}", self.shown(code)));
                    return Ok(((*code).clone(), note));
                }
                several => {
                    let all = self.listed(&owned(several));
                    return Err(format!("区划“{said}”有几个：{all}。写上代码，或者写上上级的名字"));
                }
            }
        }
        let last = wanted.last().map_or("", String::as_str);
        let hint = self.of_the_country(last).map_or(String::new(), |hint| format!("。{hint}"));
        Err(format!("regions.csv 里没有“{said}”：先在里面加一行，或者核对名字{hint}"))
    }

    /// The divisions that `wanted` may mean, by code.
    fn fitting(&self, wanted: &[String], exact: bool) -> Vec<&RegionCode> {
        let last: String = wanted
            .iter()
            .rev()
            .map(|name| name.split_whitespace().collect())
            .find(|name: &String| !name.is_empty())
            .unwrap_or_default();
        let ends = last.char_indices().map(|(at, _)| &last[at..]);
        let mut candidates: BTreeSet<&RegionCode> =
            ends.filter_map(|end| self.by_name.get(end)).flatten().collect();
        if !exact {
            candidates.extend(self.by_stem.get(stem(&last)).into_iter().flatten());
        }
        candidates.into_iter().filter(|code| self.fits(code, wanted, exact)).collect()
    }

    /// Whether the last name is that of `code` and the others are above it, in order.
    fn fits(&self, code: &RegionCode, wanted: &[String], exact: bool) -> bool {
        let same = |said: &str, name: &str| {
            said == name || (!exact && stem(said) == stem(name) && !stem(name).is_empty())
        };
        let mut rest: Vec<String> = wanted
            .iter()
            .map(|name| name.split_whitespace().collect())
            .filter(|name: &String| !name.is_empty())
            .collect();
        if rest.is_empty() {
            return false;
        }
        for (depth, code) in code.ancestry().enumerate() {
            let Some(name) = self.name(&code) else { continue };
            let Some(said) = rest.last_mut() else { return true };
            if same(said, name) {
                rest.pop();
            } else if let Some(above) = said.strip_suffix(name).filter(|above| !above.is_empty()) {
                // 示例县暖溪镇 in one cell: what stands before the name is above it.
                *said = above.to_owned();
            } else if depth == 0 {
                return false;
            }
        }
        rest.is_empty()
    }

    /// The divisions that a text names: the smallest ones, and of those the ones that lie in a larger one it names too.
    pub fn mentioned(&self, texts: &[String]) -> Vec<RegionCode> {
        let mut found: BTreeSet<&RegionCode> = BTreeSet::new();
        for text in texts {
            found.extend(self.named_in(text));
        }
        let Some(deepest) = found.iter().map(|code| code.level()).max() else { return Vec::new() };
        let (deep, above): (Vec<&RegionCode>, Vec<&RegionCode>) =
            found.into_iter().partition(|code| code.level() == deepest);
        let placed = |code: &&&RegionCode| above.iter().any(|larger| code.is_within(larger));
        let mut kept: Vec<RegionCode> = deep.iter().filter(placed).map(|code| (*code).clone()).collect();
        if kept.is_empty() {
            kept = owned(&deep);
        }
        kept
    }

    /// Divisions whose names stand in a text, without those whose name is only a part of another's (溪镇 in 暖溪镇).
    fn named_in(&self, text: &str) -> Vec<&RegionCode> {
        let Some(automaton) = &self.in_text else { return Vec::new() };
        let all: Vec<_> = automaton.find_overlapping_iter(text).collect();
        let inside = |one: &aho_corasick::Match| {
            all.iter().any(|other| {
                other.start() <= one.start() && one.end() <= other.end() && other.len() > one.len()
            })
        };
        let whole = all.iter().filter(|one| !inside(one));
        whole.flat_map(|one| self.of_name.get(one.pattern().as_usize()).into_iter().flatten()).collect()
    }

    /// By a station's name and address, and by what the sheet is about.
    fn by_hints(&self, hints: &[String], home: Option<&RegionCode>) -> Result<Found, String> {
        const NONE: &str = "没有区划一列，名称和地址里也看不出在哪里：加一列“区划”，写名字或代码";
        let mentioned = self.mentioned(hints);
        if let Some(home) = home.filter(|home| home.level() >= Level::Township) {
            return self.at_home(&mentioned, home);
        }
        let inside: Vec<RegionCode> =
            mentioned.iter().filter(|code| home.is_some_and(|home| code.is_within(home))).cloned().collect();
        let mentioned = if inside.is_empty() { mentioned } else { inside };
        match mentioned.as_slice() {
            [code] if code.level() >= Level::County => {
                Ok((code.clone(), Some(format!("没有区划一列，按名称和地址读成 {}", self.shown(code)))))
            }
            [_] | [] => Err(NONE.to_owned()),
            several => Err(format!("看不出在哪个区划，可能是：{}。加一列“区划”写清楚", self.listed(several))),
        }
    }

    /// In the township that the sheet is about, or in the one village of it that the station's name says.
    fn at_home(&self, mentioned: &[RegionCode], home: &RegionCode) -> Result<Found, String> {
        let inside: Vec<&RegionCode> = mentioned.iter().filter(|code| code.is_within(home)).collect();
        match inside.as_slice() {
            [village] if *village != home => {
                Ok(((*village).clone(), Some(format!("按表名和名称读成 {}", self.shown(village)))))
            }
            [] if mentioned.iter().any(|code| code.level() >= Level::Township) => Err(format!(
                "这里算在{}，名称和地址里说的却是{}：加一列“区划”写清楚",
                self.names(home),
                self.listed(mentioned)
            )),
            _ => Ok((home.clone(), None)),
        }
    }
}

fn owned(codes: &[&RegionCode]) -> Vec<RegionCode> {
    codes.iter().map(|code| (*code).clone()).collect()
}

/// 暖溪 of 暖溪镇.
pub fn stem(name: &str) -> &str {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divisions() -> Divisions {
        let all = [
            ("990100", "示例市"),
            ("990121", "示例县"),
            ("990122", "暖水县"),
            ("990121100", "暖溪镇"),
            ("990121100201", "暖井村"),
            ("990122100", "穗安镇"),
            ("990122100201", "暖井村"),
        ];
        Divisions::new(all.iter().map(|(code, name)| (code.parse().unwrap(), (*name).to_owned())))
    }

    fn find(
        region: impl Into<Option<Cell>>,
        parts: &[(Part, &str)],
        hints: &[&str],
    ) -> Result<String, String> {
        let region = region.into();
        let parts = parts.iter().map(|(part, name)| (*part, (*name).to_owned())).collect();
        let hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
        divisions()
            .find(&Said { region: region.as_ref(), parts, hints, home: None })
            .map(|(code, _)| code.to_string())
    }

    fn text(words: &str) -> Cell {
        Cell::Text(words.to_owned())
    }

    #[test]
    fn a_code_or_a_name_or_names_of_levels_find_a_division() {
        for (region, code) in [
            (text("990121100"), "990121100"),
            (Cell::Number(990_121_100_201.0), "990121100201"),
            (text("９９０１２１"), "990121"),
            (text("暖溪镇"), "990121100"),
            (text("示例县暖溪镇"), "990121100"),
            (text("示例市示例县暖溪镇暖井村"), "990121100201"),
            (text("暖溪"), "990121100"),
            (text("暖溪镇（990121100）"), "990121100"),
        ] {
            assert_eq!(find(region.clone(), &[], &[]).as_deref(), Ok(code), "{region:?}");
        }
        let parts = [(Part::County, "暖水县"), (Part::Village, "暖井村")];
        assert_eq!(find(None, &parts, &[]).as_deref(), Ok("990122100201"));
        assert_eq!(find(None, &[], &["穗安镇维权站", "暖水县穗安镇"]).as_deref(), Ok("990122100"));
    }

    #[test]
    fn what_is_ambiguous_destroyed_or_unknown_is_listed_and_not_guessed() {
        let several = find(text("暖井村"), &[], &[]).unwrap_err();
        assert!(
            several.contains("示例市示例县暖溪镇暖井村（990121100201）") && several.contains("990122100201"),
            "{several}"
        );
        assert!(find(text("9.90121E+11"), &[], &[]).unwrap_err().contains("科学记数"));
        assert!(find(text("没有镇"), &[], &[]).unwrap_err().contains("regions.csv"));
        assert!(find(text("990199"), &[], &[]).unwrap_err().contains("regions.csv"));
        assert!(find(None, &[], &["妇女之家"]).is_err());
        assert!(find(None, &[], &["暖溪镇和穗安镇"]).is_err());
    }
}
