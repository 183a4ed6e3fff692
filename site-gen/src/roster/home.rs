//! What a whole sheet, or a part of one, is about: counties keep one sheet for each township and leave the column out.
//!
//! Start at [`of_sheet`]: the sheet's name counts (暖溪镇, 附件2 暖溪镇, 暖溪镇（12个）), then the lines above the headings.
//! [`of_line`] reads a line between the stations (二、晴柳镇). Where the two contradict each other, or a name could be
//! several divisions, there is no home, and [`Home::why_not`] says so at the sheet.

use search::region::{Level, RegionCode};

use super::cell::{Cell, Sheet};
use super::divisions::Divisions;
use super::headings::Headings;
use super::plain_text::half_width;

/// What a sheet is about.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// The division of rows that name none.
    pub code: Option<RegionCode>,
    /// Why there is none, where the name looks as if there should be.
    pub why_not: Option<String>,
}

/// What the name of a sheet and the lines above its headings say.
pub fn of_sheet(sheet: &Sheet, headings: &Headings, divisions: &Divisions) -> Home {
    let named = of_text(&sheet.name, divisions);
    let above = sheet.rows.range(..headings.row).flat_map(|(_, cells)| cells.values());
    let titles: Vec<String> = above.filter_map(words).collect();
    let of_title = match divisions.mentioned(&titles).as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    match (named, of_title) {
        (Named::One(name), Some(title)) if !name.is_within(&title) && !title.is_within(&name) => {
            Home::none(format!(
                "表名说的是{}，表头上面写的是{}：不知道听谁的。改好一处，或者加一列“区划”",
                divisions.names(&name),
                divisions.names(&title)
            ))
        }
        (Named::One(name), Some(title)) => Home::at(if title.is_within(&name) { title } else { name }),
        (Named::One(name), None) => Home::at(name),
        (Named::Several(all), Some(title)) => {
            let inside: Vec<&RegionCode> = all.iter().filter(|code| code.is_within(&title)).collect();
            match inside.as_slice() {
                [one] => Home::at((*one).clone()),
                _ => several(&sheet.name, &all, divisions),
            }
        }
        (Named::Several(all), None) => several(&sheet.name, &all, divisions),
        (Named::Nothing, Some(title)) => Home::at(title),
        (Named::Nothing, None) => unknown(&sheet.name, divisions),
    }
}

/// The division of a line that is nothing but a division's name, between the stations: 二、晴柳镇（共 8 个）.
pub fn of_line(text: &str, divisions: &Divisions) -> Option<RegionCode> {
    let bare = bare(text);
    let whole = divisions.mentioned(std::slice::from_ref(&bare));
    match whole.as_slice() {
        [one] if divisions.names(one).ends_with(bare.as_str()) => Some(one.clone()),
        _ => match divisions.called(&bare) {
            [one] if divisions.name(one) == Some(bare.as_str()) => Some(one.clone()),
            _ => None,
        },
    }
}

impl Home {
    fn at(code: RegionCode) -> Self {
        Self { code: Some(code), why_not: None }
    }

    fn none(why: String) -> Self {
        Self { code: None, why_not: Some(why) }
    }

    /// Whether rows without a division lie here: a township or less. A county only tells townships of one name apart.
    pub fn places_rows(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.level() >= Level::Township)
    }
}

enum Named {
    Nothing,
    One(RegionCode),
    Several(Vec<RegionCode>),
}

fn of_text(text: &str, divisions: &Divisions) -> Named {
    let bare = bare(text);
    let mut found = divisions.mentioned(std::slice::from_ref(&bare));
    if found.is_empty() {
        found = divisions.called(&bare).to_vec();
    }
    match found.as_slice() {
        [] => Named::Nothing,
        [one] => Named::One(one.clone()),
        _ => Named::Several(found),
    }
}

fn several(name: &str, all: &[RegionCode], divisions: &Divisions) -> Home {
    Home::none(format!(
        "表名“{name}”能对上几个区划：{}。表名里写上县的名字，或者加一列“区划”",
        divisions.listed(all)
    ))
}

/// Only a name that may have been meant as a division is spoken of: Sheet1 and 名单 are none.
fn unknown(name: &str, divisions: &Divisions) -> Home {
    let bare = bare(name);
    let looks =
        ["镇", "乡", "街道", "村", "社区", "县", "区", "市"].iter().any(|ending| bare.ends_with(ending));
    if bare.chars().count() < 2 {
        return Home::default();
    }
    if let Some(hint) = divisions.of_the_country(&bare) {
        return Home::none(format!("表名“{name}”帮不上：{hint}"));
    }
    match divisions.most_like(&bare) {
        Some(like) => Home::none(format!("regions.csv 里没有表名“{name}”这个区划，最像的是 {like}")),
        None if looks => Home::none(format!("regions.csv 里没有表名“{name}”这个区划")),
        None => Home::default(),
    }
}

/// 暖溪镇 of 附件2：暖溪镇（12个）.
fn bare(text: &str) -> String {
    let half = half_width(text);
    let mut depth = 0;
    let mut out = String::new();
    for c in half.chars() {
        match c {
            '(' | '【' | '[' => depth += 1,
            ')' | '】' | ']' => depth -= 1,
            c if depth > 0 || c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    let numbering = |c: char| c.is_numeric() || "一二三四五六七八九十、.:,-—_".contains(c);
    let mut rest = out.as_str();
    for front in ["附件", "附表", "附", "表"] {
        let after = rest.strip_prefix(front).filter(|after| after.starts_with(numbering));
        rest = after.unwrap_or(rest);
    }
    // 一、暖溪镇 is numbered, 三元镇 is called so.
    let numbered = rest.trim_start_matches(numbering);
    let cut = &rest[..rest.len() - numbered.len()];
    if cut.contains(|c: char| c.is_ascii_digit() || "、.:,-—_".contains(c)) {
        rest = numbered;
    }
    rest.to_owned()
}

fn words(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.split_whitespace().collect()),
        _ => None,
    }
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
            ("990121101", "城关镇"),
            ("990122101", "城关镇"),
            ("990122102", "三元乡"),
        ];
        Divisions::new(all.iter().map(|(code, name)| (code.parse().unwrap(), (*name).to_owned())))
    }

    fn home(name: &str, titles: &[&str]) -> Home {
        let mut sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
        for (row, title) in (0..).zip(titles) {
            sheet.put(row, 0, Cell::Text((*title).to_owned()));
        }
        let row = u32::try_from(titles.len()).unwrap();
        of_sheet(&sheet, &Headings { row, columns: Vec::new() }, &divisions())
    }

    fn code(name: &str, titles: &[&str]) -> Option<String> {
        home(name, titles).code.map(|code| code.to_string())
    }

    #[test]
    fn a_sheet_is_about_the_division_of_its_name_however_it_is_dressed() {
        for name in [
            "暖溪镇",
            "暖溪镇（12个）",
            "附件2 暖溪镇",
            "附件2：暖溪镇",
            "2.暖溪镇",
            "（2）暖溪镇",
            "暖溪",
            "示例县暖溪镇名单",
            "暖溪镇12个",
            "２、暖溪镇",
        ] {
            assert_eq!(code(name, &[]).as_deref(), Some("990121100"), "{name}");
        }
        assert_eq!(code("三元乡", &[]).as_deref(), Some("990122102"), "a numeral may be part of a name");
        assert_eq!(code("示例县城关镇", &[]).as_deref(), Some("990121101"));
        assert_eq!(code("Sheet1", &["示例县暖溪镇维权服务站名单"]).as_deref(), Some("990121100"));
        assert_eq!(code("城关镇", &["暖水县名单"]).as_deref(), Some("990122101"));
        assert_eq!(code("暖溪镇", &["示例县名单"]).as_deref(), Some("990121100"));
    }

    #[test]
    fn what_is_not_certain_is_told_and_not_taken() {
        let several = home("城关镇", &[]).why_not.unwrap();
        assert!(several.contains("990121101") && several.contains("990122101"), "{several}");
        let against = home("暖溪镇", &["示例县城关镇名单"]);
        assert!(against.code.is_none() && against.why_not.unwrap().contains("不知道听谁的"));
        let near = home("暖西镇", &[]).why_not.unwrap();
        assert!(near.contains("暖溪镇（990121100）"), "{near}");
        for nothing in ["Sheet1", "名单", "2026", ""] {
            let home = home(nothing, &[]);
            assert!(home.code.is_none() && home.why_not.is_none(), "{nothing}: {home:?}");
        }
        assert!(!home("Sheet1", &["示例县名单"]).places_rows(), "a county is too little for a row");
    }

    #[test]
    fn a_line_between_stations_may_name_the_next_township() {
        for line in ["二、暖溪镇（8个）", "暖溪镇", "示例县暖溪镇"] {
            assert_eq!(
                of_line(line, &divisions()).map(|code| code.to_string()).as_deref(),
                Some("990121100"),
                "{line}"
            );
        }
        for line in ["暖溪镇维权服务站", "暖溪", "城关镇", "共 8 个", ""] {
            assert_eq!(of_line(line, &divisions()), None, "{line}");
        }
    }
}
