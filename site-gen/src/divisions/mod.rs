//! The divisions of the whole country, province to township: what each code means, and which code was meant.
//!
//! Start at [`national`]. The lists lie in `site-gen/data/`, whose README says where they are from and how they are made;
//! they are read when somebody first asks, in a few milliseconds. They hold no 市辖区 and no 直辖县级行政区划, so a county
//! may lie right in its province, and some cities have no counties: [`Divisions::above`] and [`Divisions::children`] know.
//! Codes of demonstrations (99…) are not in them. Which divisions a site serves is said by its `regions.csv` alone; nothing
//! here may forbid one that is not on these lists, because they grow old.

use std::sync::LazyLock;

use search::region::{Level, RegionCode};

/// The day on which the list was fetched.
pub const AS_OF: &str = "2026-09-11";

/// Who publishes names and codes.
pub const SOURCE: &str = "民政部国家地名信息库";

/// What names of provinces, cities and counties end with, the longest first: people leave it out.
const ENDINGS: [&str; 13] = [
    "特别行政区",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "省",
    "市",
    "县",
    "区",
];

/// The lists, by code.
#[derive(Debug)]
pub struct Divisions {
    /// Code and name, by code.
    rows: Vec<(&'static str, &'static str)>,
    /// Places in `rows`, by name.
    by_name: Vec<u32>,
    /// Codes that are no more and those that came for them, by code.
    former: Vec<(&'static str, &'static str)>,
}

/// One division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Division {
    /// 6 digits, or 9 for townships.
    pub code: &'static str,
    /// Its own name, without those above.
    pub name: &'static str,
    /// Whether the list still has it although it is no more.
    pub abolished: bool,
}

/// The lists.
pub fn national() -> &'static Divisions {
    static NATIONAL: LazyLock<Divisions> = LazyLock::new(|| {
        Divisions::new(include_str!("../../data/divisions.tsv"), include_str!("../../data/former.tsv"))
    });
    &NATIONAL
}

impl Divisions {
    fn new(now: &'static str, former: &'static str) -> Self {
        let rows = rows(now);
        let number = |place: usize| u32::try_from(place).expect("fewer than four thousand million divisions");
        let mut by_name: Vec<u32> = (0..rows.len()).map(number).collect();
        by_name.sort_by_key(|place| rows[*place as usize].1);
        Self { by_name, former: self::rows(former), rows }
    }

    /// The division of a code.
    pub fn find(&self, code: &str) -> Option<Division> {
        let place = self.rows.binary_search_by_key(&code, |(code, _)| code).ok()?;
        Some(Division::of(self.rows[place]))
    }

    /// Every division, by code.
    pub fn all(&self) -> impl Iterator<Item = Division> {
        self.rows.iter().copied().map(Division::of)
    }

    /// Those that a division lies in, from the nearest up. Levels that the list doesn't have are left out; so is the
    /// division itself, which needn't be on the list.
    pub fn above(&self, code: &RegionCode) -> impl Iterator<Item = Division> {
        code.ancestry().skip(1).filter_map(|above| self.find(above.as_str()))
    }

    /// Those right below: counties of a city, of a province its cities and the counties that are in none.
    pub fn children(&self, code: &RegionCode) -> Vec<Division> {
        let prefix = match code.level() {
            Level::Province => &code.as_str()[..2],
            Level::City => &code.as_str()[..4],
            _ => code.as_str(),
        };
        let from = self.rows.partition_point(|(code, _)| *code < prefix);
        let within = self.rows[from..].iter().take_while(|(code, _)| code.starts_with(prefix));
        let right_below = |found: &Division| {
            let parsed: Option<RegionCode> = found.code.parse().ok();
            let above = parsed.and_then(|parsed| self.above(&parsed).next());
            above.is_some_and(|above| above.code == code.as_str())
        };
        within.copied().map(Division::of).filter(right_below).collect()
    }

    /// Its name with those above: 安徽省宣城市泾县.
    pub fn full_name(&self, division: Division) -> String {
        let code: Option<RegionCode> = division.code.parse().ok();
        let mut names: Vec<&str> =
            code.iter().flat_map(|code| self.above(code)).map(|above| above.name).collect();
        names.reverse();
        names.push(division.name);
        names.concat()
    }

    /// Those of exactly this name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = Division> {
        let of = |place: &u32| Division::of(self.rows[*place as usize]);
        let from = self.by_name.partition_point(|place| self.rows[*place as usize].1 < name);
        let with_suffix = self.by_name[from..].iter().map(of);
        let near = with_suffix.take_while(move |found| found.name.starts_with(name));
        near.filter(move |found| found.name == name)
    }

    /// The cities and counties that people mean by 泾县, 安徽泾县, 宣城市泾县 or 宁国: its name with or
    /// without those above, each with or without what it ends with. Whole names go before shortened ones.
    pub fn meant(&self, said: &str) -> Vec<Division> {
        let said: String = said.split_whitespace().collect();
        let short = |division: &Division| division.code.len() == 6;
        let matching = |shortened: bool| -> Vec<Division> {
            let fits = |division: &Division| self.fits(*division, &said, shortened);
            self.all().filter(short).filter(fits).collect()
        };
        let whole = matching(false);
        if whole.is_empty() { matching(true) } else { whole }
    }

    fn fits(&self, division: Division, said: &str, shortened: bool) -> bool {
        let own = if shortened { shortened_name(division.name) } else { division.name };
        let Some(before) = said.strip_suffix(own) else { return false };
        let Ok(code) = division.code.parse::<RegionCode>() else { return false };
        let mut before = before;
        for above in self.above(&code) {
            let rest = before.strip_suffix(above.name);
            before = rest.or_else(|| before.strip_suffix(shortened_name(above.name))).unwrap_or(before);
        }
        before.is_empty()
    }

    /// The division whose code came for one that is no more.
    pub fn successor(&self, code: &str) -> Option<Division> {
        let place = self.former.binary_search_by_key(&code, |(old, _)| old).ok()?;
        self.find(self.former[place].1)
    }

    /// Those whose code differs by one slip of the hand from what was typed: two digits swapped, one too many, one left
    /// out, one wrong, in this order.
    pub fn near(&self, typed: &str) -> Vec<Division> {
        let mut found: Vec<Division> = Vec::new();
        for candidate in slips(typed) {
            let known = self.find(&candidate).filter(|division| candidate != typed && !division.abolished);
            found.extend(known.filter(|division| !found.contains(division)));
        }
        found
    }
}

impl Division {
    fn of((code, name): (&'static str, &'static str)) -> Self {
        // The only notes in brackets: 北关街道（撤销）, 岭上乡（2021年撤销）, 五里乡（2022年撤分）.
        let noted = name.strip_suffix('）').and_then(|noted| noted.rsplit_once('（'));
        let standing = noted.map(|(standing, _)| standing);
        Self { code, name: standing.unwrap_or(name), abolished: standing.is_some() }
    }

    /// Its code, for whom the level matters.
    ///
    /// # Panics
    ///
    /// Never: a test parses every code of the list.
    pub fn region(self) -> RegionCode {
        self.code.parse().expect("a test parses every code of the list")
    }
}

fn rows(table: &'static str) -> Vec<(&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
}

/// 安徽 of 安徽省, 泾 of 泾县: nobody says a name of one character alone, so such a name stays whole.
fn shortened_name(name: &str) -> &str {
    let bare = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    bare.filter(|bare| bare.chars().count() > 1).unwrap_or(name)
}

/// What may have been meant by `typed`.
fn slips(typed: &str) -> Vec<String> {
    let digits: Vec<char> = typed.chars().collect();
    if digits.len() > 13 || !digits.iter().all(char::is_ascii_digit) {
        return Vec::new();
    }
    let with = |change: &dyn Fn(&mut Vec<char>)| {
        let mut changed = digits.clone();
        change(&mut changed);
        changed.into_iter().collect::<String>()
    };
    let places = 0..digits.len();
    let mut all: Vec<String> = Vec::new();
    all.extend(places.clone().skip(1).map(|at| with(&|code| code.swap(at - 1, at))));
    all.extend(places.clone().map(|at| with(&|code| _ = code.remove(at))));
    for digit in '0'..='9' {
        all.extend((0..=digits.len()).map(|at| with(&|code| code.insert(at, digit))));
    }
    for digit in '0'..='9' {
        all.extend(places.clone().map(|at| with(&|code| code[at] = digit)));
    }
    all
}

#[cfg(test)]
mod tests;
