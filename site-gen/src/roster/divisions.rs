//! Finds a division's code from what a sheet has: the code, the name, the names of the levels above.
//!
//! Start at [`Divisions::find`]. A name that several divisions have is ambiguous: all of them are listed and none is
//! taken.

use search::region::{Level, RegionCode};

use super::cell::{Cell, plain};
use super::headings::Part;
use super::plain_text::half_width;

/// Code and name of each division of the content.
#[derive(Debug, Clone, Default)]
pub struct Divisions(pub Vec<(RegionCode, String)>);

/// What a row says of where it belongs.
#[derive(Debug, Clone, Default)]
pub struct Said<'c> {
    /// The column of codes or names.
    pub region: Option<&'c Cell>,
    /// Columns of one level each.
    pub parts: Vec<(Part, String)>,
    /// Words that may name it too: the station's name and address.
    pub hints: Vec<String>,
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

impl Divisions {
    /// The division that `said` names; the error lists what it could be.
    pub fn find(&self, said: &Said<'_>) -> Result<Found, String> {
        if let Some(cell) = said.region {
            return self.by_cell(cell, &said.parts);
        }
        if !said.parts.is_empty() {
            return self.by_names(&said.parts, &[]);
        }
        self.by_hints(&said.hints)
    }

    fn name(&self, code: &RegionCode) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str())
    }

    /// 示例市示例县暖溪镇
    pub fn names(&self, code: &RegionCode) -> String {
        let mut names: Vec<&str> = code.ancestry().filter_map(|code| self.name(&code)).collect();
        names.reverse();
        names.concat()
    }

    /// 示例市示例县暖溪镇（990121100）, to choose from.
    fn shown(&self, code: &RegionCode) -> String {
        format!("{}（{code}）", self.names(code))
    }

    fn by_cell(&self, cell: &Cell, parts: &[(Part, String)]) -> Result<Found, String> {
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
        self.by_names(parts, &[text.to_owned()])
    }

    fn by_code(&self, text: &str) -> Result<Found, String> {
        let code: RegionCode = text.parse().map_err(|_| format!("区划代码“{text}”应是 6、9 或 12 位数字"))?;
        if self.name(&code).is_none() {
            return Err(format!("没有代码是 {code} 的区划：先在 regions.csv 里加一行"));
        }
        Ok((code, None))
    }

    /// By names: `parts` from columns of their own, `whole` written together (示例县暖溪镇).
    fn by_names(&self, parts: &[(Part, String)], whole: &[String]) -> Result<Found, String> {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|(part, _)| *part);
        let wanted: Vec<String> =
            parts.into_iter().map(|(_, name)| name).chain(whole.iter().cloned()).collect();
        let said = wanted.concat();
        let fits = |exact: bool| -> Vec<&RegionCode> {
            let fitting = self.0.iter().filter(|(code, _)| self.fits(code, &wanted, exact));
            fitting.map(|(code, _)| code).collect()
        };
        for (exact, note) in [(true, None), (false, Some(()))] {
            match fits(exact).as_slice() {
                [] => {}
                [code] => {
                    let note = note.map(|()| format!("区划“{said}”读成 {}", self.shown(code)));
                    return Ok(((*code).clone(), note));
                }
                several => {
                    let all: Vec<String> = several.iter().map(|code| self.shown(code)).collect();
                    return Err(format!(
                        "区划“{said}”有几个：{}。写上代码，或者写上上级的名字",
                        all.join("、")
                    ));
                }
            }
        }
        Err(format!("regions.csv 里没有“{said}”：先在里面加一行，或者核对名字"))
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

    /// By a station's name and address: the smallest division that they name, where there is only one.
    fn by_hints(&self, hints: &[String]) -> Result<Found, String> {
        const NONE: &str = "没有区划一列，名称和地址里也看不出在哪里：加一列“区划”，写名字或代码";
        let named = |name: &str| hints.iter().any(|hint| hint.contains(name));
        let mentioned: Vec<&RegionCode> = self
            .0
            .iter()
            .filter(|(_, name)| name.chars().count() >= 2 && named(name))
            .map(|(code, _)| code)
            .collect();
        let deepest = mentioned.iter().map(|code| code.level()).max().ok_or_else(|| NONE.to_owned())?;
        // A county alone says too little of a village's station.
        let at: Vec<&&RegionCode> = mentioned.iter().filter(|code| code.level() == deepest).collect();
        match at.as_slice() {
            [code] if deepest >= Level::County => {
                Ok(((**code).clone(), Some(format!("没有区划一列，按名称和地址读成 {}", self.shown(code)))))
            }
            [_] | [] => Err(NONE.to_owned()),
            several => {
                let all: Vec<String> = several.iter().map(|code| self.shown(code)).collect();
                Err(format!("看不出在哪个区划，可能是：{}。加一列“区划”写清楚", all.join("、")))
            }
        }
    }
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
        Divisions(all.iter().map(|(code, name)| (code.parse().unwrap(), (*name).to_owned())).collect())
    }

    fn find(
        region: impl Into<Option<Cell>>,
        parts: &[(Part, &str)],
        hints: &[&str],
    ) -> Result<String, String> {
        let region = region.into();
        let parts = parts.iter().map(|(part, name)| (*part, (*name).to_owned())).collect();
        let hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
        divisions().find(&Said { region: region.as_ref(), parts, hints }).map(|(code, _)| code.to_string())
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
