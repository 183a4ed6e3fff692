//! Finds the row of headings of a sheet, and what each column means.
//!
//! Start at [`find`]. Offices write 单位 where the handbook writes 名称, put two or three title rows on top, and merge
//! cells. A heading that is known word for word is taken; one that only looks like it is a guess, and the editor has to
//! confirm it. A column of people's names is known as one: names are never published.

use std::collections::BTreeMap;

use super::cell::{Cell, Sheet};
use super::fields::{Field, datum};
use super::heading_words::{KNOWN, PERSONAL};

/// What a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// A field of `stations.csv`.
    Field(Field),
    /// Longitude and latitude in one cell.
    Position,
    /// Part of the division's name.
    Part(Part),
    /// When it opens, when it closes, on which days: where a sheet has them apart.
    Opens,
    /// See [`Meaning::Opens`].
    Closes,
    /// See [`Meaning::Opens`].
    Days,
    /// Somebody's name or own telephone: never published.
    Person,
    /// A running number, or a column that export adds to be looked at.
    Ignored,
    /// Nobody knows: kept beside the sheet.
    Unknown,
}

/// A level whose name has a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the level of that name")]
pub enum Part {
    City,
    County,
    Township,
    Village,
}

/// How a column is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Which, from 0.
    pub index: u32,
    /// What stands at its head.
    pub heading: String,
    /// What it has.
    pub meaning: Meaning,
    /// Whether that is only likely.
    pub guessed: bool,
    /// The datum that the heading names: 经度（百度地图）.
    pub datum: Option<&'static str>,
}

/// The headings of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headings {
    /// The row they stand in, from 0.
    pub row: u32,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
}

/// In the head of a column that an office did not write by itself: then 人员 and 值班 are not people's names.
pub const NO_NAMES: &str = "不写人名";

/// The name on the command line for a column that is not to be read.
pub const LEAVE_OUT: &str = "不导入";

/// Headings lie within so many rows from the top.
const TOP_ROWS: usize = 30;
/// So much alike counts as a guess.
const ALIKE: f64 = 0.6;

use Meaning as M;

/// The headings of `sheet`; `None` where no row looks like any. `said`: what the editor says of columns, by heading.
pub fn find(sheet: &Sheet, said: &BTreeMap<String, Meaning>) -> Option<Headings> {
    let rows = sheet.rows.iter().take(TOP_ROWS);
    let read = rows.map(|(row, cells)| Headings { row: *row, columns: columns(cells, said) });
    // Of two rows of headings the lower one has the columns' own names; the same headings further down are the next page's.
    let best = read.fold(None, |best: Option<(usize, Headings)>, next| {
        let score = score(&next);
        let better = best
            .as_ref()
            .is_none_or(|(most, headings)| score > *most || (score == *most && next.row == headings.row + 1));
        if better { Some((score, next)) } else { best }
    });
    let (_, best) = best?;
    let named = best.has(|meaning| meaning == M::Field(Field::Name) || meaning == M::Field(Field::Slug));
    (score(&best) >= 2 && named).then(|| best.with_the_rows_around(sheet, said))
}

impl Headings {
    /// With the second row of headings, where the first one has only groups (坐标 over 经度 and 纬度), and with the datum
    /// that a group or a line above the headings names.
    fn with_the_rows_around(mut self, sheet: &Sheet, said: &BTreeMap<String, Meaning>) -> Self {
        let own = |columns: &[Column]| -> BTreeMap<u32, Option<&'static str>> {
            columns.iter().map(|column| (column.index, column.datum)).collect()
        };
        let mut groups = self.row.checked_sub(1).and_then(|row| sheet.rows.get(&row));
        let below = self.row.checked_add(1).and_then(|row| sheet.rows.get(&row));
        let parts = below.map(|cells| columns(cells, said)).filter(|parts| self.are_parts(parts));
        let mut over = BTreeMap::new();
        if let Some(parts) = parts {
            over = own(&self.columns);
            groups = None;
            self.row += 1;
            self.columns.retain(|column| parts.iter().all(|part| part.index != column.index));
            self.columns.extend(parts);
            self.columns.sort_by_key(|column| column.index);
        }
        if let Some(cells) = groups {
            over.extend(own(&columns(cells, said)));
        }
        let named = datum_of_the_lines_above(sheet, self.row);
        for column in self.columns.iter_mut().filter(|column| column.is_place()) {
            column.datum = column.datum.or(over.get(&column.index).copied().flatten()).or(named);
        }
        self
    }

    /// Whether a row below says what parts of some of these columns are, and nothing else.
    fn are_parts(&self, parts: &[Column]) -> bool {
        let known = |part: &Column| !part.guessed && !matches!(part.meaning, M::Unknown | M::Ignored);
        let under = |part: &Column| self.columns.iter().any(|column| column.index == part.index);
        !parts.is_empty()
            && parts.iter().all(|part| known(part) && under(part) && part.meaning != M::Field(Field::Name))
    }

    /// Whether a column means this.
    pub fn has(&self, is: impl Fn(Meaning) -> bool) -> bool {
        self.columns.iter().any(|column| is(column.meaning))
    }

    /// Columns that mean the same as one before them.
    pub fn doubles(&self) -> Vec<(&Column, &Column)> {
        let single = |meaning: Meaning| {
            !matches!(meaning, M::Unknown | M::Ignored | M::Person | M::Field(Field::Phones | Field::Note))
        };
        let mut seen: BTreeMap<Meaning, &Column> = BTreeMap::new();
        let mut doubles = Vec::new();
        for column in self.columns.iter().filter(|column| single(column.meaning)) {
            match seen.get(&column.meaning) {
                Some(first) => doubles.push((*first, column)),
                None => {
                    seen.insert(column.meaning, column);
                }
            }
        }
        doubles
    }
}

impl Column {
    /// Whether it has part of a position.
    fn is_place(&self) -> bool {
        matches!(self.meaning, M::Position | M::Field(Field::Lat | Field::Lon))
    }
}

/// 填表说明：坐标为高德地图坐标. Two lines that name different ones say nothing.
fn datum_of_the_lines_above(sheet: &Sheet, row: u32) -> Option<&'static str> {
    let lines = sheet.rows.range(..row).flat_map(|(_, cells)| cells.values()).map(Cell::shown);
    let about = lines.filter(|line| line.contains("坐标") || line.contains("经纬"));
    let mut named = about.filter_map(|line| datum_in(&line));
    let first = named.next()?;
    named.all(|other| other == first).then_some(first)
}

/// How many different things a row of headings names word for word.
fn score(headings: &Headings) -> usize {
    let sure = headings.columns.iter().filter(|column| !column.guessed);
    let mut meanings: Vec<Meaning> = sure
        .map(|column| column.meaning)
        .filter(|meaning| !matches!(meaning, M::Unknown | M::Ignored))
        .collect();
    meanings.sort_unstable();
    meanings.dedup();
    meanings.len()
}

fn columns(cells: &BTreeMap<u32, Cell>, said: &BTreeMap<String, Meaning>) -> Vec<Column> {
    let read = |(index, cell): (&u32, &Cell)| {
        let heading = cell.shown().replace(['\n', '\r'], "");
        let (meaning, guessed) = match said.get(heading.trim()) {
            Some(meaning) => (*meaning, false),
            None => meaning(&heading),
        };
        Column { index: *index, meaning, guessed, datum: datum_in(&heading), heading }
    };
    cells.iter().map(read).collect()
}

/// What a heading means, and whether that is a guess.
fn meaning(heading: &str) -> (Meaning, bool) {
    let word = bare(heading);
    // An office's 人员 and 值班 are names. Those of our own export say that they are not.
    if matches!(word.as_str(), "人员" | "值班") && !heading.contains(NO_NAMES) {
        return (M::Person, false);
    }
    if let Some(meaning) = exact(&word).or_else(|| exact(&without_datum(&word))) {
        return (meaning, false);
    }
    if PERSONAL.iter().any(|sign| word.contains(sign)) {
        return (M::Person, false);
    }
    let all = KNOWN.iter().map(|(known, meaning)| (*known, *meaning));
    let all = all.chain(Field::ALL.into_iter().map(|field| (field.chinese(), M::Field(field))));
    let alike =
        all.map(|(known, meaning)| (likeness(&word, known), meaning)).filter(|(alike, _)| *alike >= ALIKE);
    let best = alike.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((M::Unknown, false), |(_, meaning)| (meaning, true))
}

/// 高德经度 as 经度, 百度坐标 as 坐标: the datum is read apart.
fn without_datum(word: &str) -> String {
    let signs = [
        "地图",
        "wgs84",
        "wgs-84",
        "gcj02",
        "gcj-02",
        "bd09",
        "bd-09",
        "gps",
        "高德",
        "百度",
        "腾讯",
        "天地图",
    ];
    signs.iter().rev().fold(word.to_owned(), |word, sign| word.replace(sign, ""))
}

fn exact(word: &str) -> Option<Meaning> {
    let known = KNOWN.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
    known.or_else(|| Field::of_heading(word).map(M::Field))
}

/// How much a heading is like a known one: by letters, or because the known one is at its end (咨询服务电话).
fn likeness(word: &str, known: &str) -> f64 {
    let long = known.chars().count() >= 2;
    if long && word.chars().count() <= 8 && word.ends_with(known) {
        return 0.9;
    }
    strsim::normalized_damerau_levenshtein(word, known)
}

/// A heading without spaces, brackets and what they say: 电 话（必填） is 电话.
fn bare(heading: &str) -> String {
    let mut depth = 0;
    let mut word = String::new();
    for c in heading.chars() {
        match c {
            '（' | '(' | '【' | '[' => depth += 1,
            '）' | ')' | '】' | ']' => depth -= 1,
            c if depth > 0
                || c.is_whitespace()
                || matches!(c, '*' | '＊' | '：' | ':' | '/' | '、' | '\u{feff}') => {}
            c => word.extend(c.to_lowercase()),
        }
    }
    word
}

fn datum_in(heading: &str) -> Option<&'static str> {
    const SIGNS: [&str; 11] =
        ["wgs84", "wgs-84", "gcj02", "gcj-02", "bd09", "bd-09", "gps", "高德", "腾讯", "百度", "天地图"];
    let heading = heading.to_lowercase();
    let mut found = SIGNS.iter().filter(|sign| heading.contains(*sign)).filter_map(|sign| datum(sign));
    let first = found.next()?;
    // 百度或高德 says nothing.
    found.all(|other| other == first).then_some(first)
}

/// Reads what an editor says of a column: `联络处=电话`, `备用=不导入`.
pub fn said(text: &str) -> Result<(String, Meaning), String> {
    let wrong = || {
        format!(
            "“{text}”读不懂：写成 表头=名称，例如 --column \"联络处=电话\"；不要的列写 --column \"备用={LEAVE_OUT}\""
        )
    };
    let (heading, word) = text.split_once('=').ok_or_else(wrong)?;
    let meaning = if word.trim() == LEAVE_OUT { Some(M::Unknown) } else { exact(&bare(word)) };
    Ok((heading.trim().to_owned(), meaning.ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let mut sheet = Sheet { number: 1, ..Sheet::default() };
        for (row, cells) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*cells) {
                sheet.put(row, column, Cell::Text((*text).to_owned()));
            }
        }
        sheet
    }

    fn meanings(rows: &[&[&str]]) -> Option<(u32, Vec<(Meaning, bool)>)> {
        let found = find(&sheet(rows), &BTreeMap::new())?;
        Some((found.row, found.columns.iter().map(|column| (column.meaning, column.guessed)).collect()))
    }

    #[test]
    fn the_headings_are_found_below_titles_and_read_as_people_write_them() {
        let (row, found) = meanings(&[
            &["示例县妇女儿童维权服务站一览表", "示例县妇女儿童维权服务站一览表"],
            &["填表单位：县妇联", "", "2026 年 11 月"],
            &[
                "序号",
                "单 位",
                "详细地址",
                "值班电话（必填）",
                "工作时间",
                "乡镇/街道",
                "负责人",
                "负责人手机",
                "咨询服务电话",
                "交通",
            ],
            &["1", "暖溪镇维权站", "溪口路", "0000-5551201", "", "暖溪镇", "某某", "1", "", "公交"],
        ])
        .unwrap();
        assert_eq!(row, 2);
        let (sure, guess) = (false, true);
        assert_eq!(
            found,
            [
                (M::Ignored, sure),
                (M::Field(Field::Name), sure),
                (M::Field(Field::Address), sure),
                (M::Field(Field::Phones), sure),
                (M::Field(Field::Hours), sure),
                (M::Part(Part::Township), sure),
                (M::Person, sure),
                (M::Person, sure),
                (M::Field(Field::Phones), guess),
                (M::Unknown, sure),
            ]
        );
    }

    #[test]
    fn of_two_rows_of_headings_the_lower_one_counts() {
        let (row, found) = meanings(&[
            &["名称", "坐标", "坐标", "电话"],
            &["名称", "经度", "纬度", "电话"],
            &["a", "102", "40", "1"],
        ])
        .unwrap();
        assert_eq!((row, found[1].0, found[2].0), (1, M::Field(Field::Lon), M::Field(Field::Lat)));
    }

    #[test]
    fn a_second_row_of_headings_has_the_parts_of_the_first() {
        let rows: [&[&str]; 3] = [
            &["单位", "坐标（百度）", "坐标（百度）", "联系电话"],
            &["", "经度", "纬度", ""],
            &["甲站", "102.5", "40.5", "0000-5551201"],
        ];
        let found = find(&sheet(&rows), &BTreeMap::new()).unwrap();
        let columns: Vec<(Meaning, Option<&str>)> =
            found.columns.iter().map(|column| (column.meaning, column.datum)).collect();
        let field = |field| M::Field(field);
        assert_eq!(found.row, 1);
        assert_eq!(
            columns,
            [
                (field(Field::Name), None),
                (field(Field::Lon), Some("bd09")),
                (field(Field::Lat), Some("bd09")),
                (field(Field::Phones), None)
            ]
        );
    }

    #[test]
    fn a_datum_is_named_by_a_heading_a_group_or_a_line_above() {
        let datum = |rows: &[&[&str]]| {
            let found = find(&sheet(rows), &BTreeMap::new()).unwrap();
            let place = found.columns.into_iter().find(Column::is_place).unwrap();
            (place.datum, place.guessed)
        };
        assert_eq!(datum(&[&["名称", "高德坐标"]]), (Some("gcj02"), false));
        assert_eq!(datum(&[&["名称", "百度经度", "百度纬度"]]), (Some("bd09"), false));
        assert_eq!(datum(&[&["说明：坐标用天地图取"], &["名称", "坐标"]]), (Some("wgs84"), false));
        assert_eq!(datum(&[&["坐标用天地图或高德取"], &["名称", "坐标"]]), (None, false));
        assert_eq!(datum(&[&["", "高德", "高德"], &["名称", "经度", "纬度"]]), (Some("gcj02"), false));
    }

    #[test]
    fn a_column_of_people_is_one_unless_it_says_that_it_has_no_names() {
        let found = find(&sheet(&[&["名称", "电话", "人员", "值班"]]), &BTreeMap::new()).unwrap();
        assert!(found.columns[2..].iter().all(|column| column.meaning == M::Person));
        let ours = ["名称", "电话", "人员（只写职务，不写人名）", "值班（哪天、几点、什么人，不写人名）"];
        let found = find(&sheet(&[&ours]), &BTreeMap::new()).unwrap();
        let meanings: Vec<Meaning> = found.columns[2..].iter().map(|column| column.meaning).collect();
        assert_eq!(meanings, [M::Field(Field::Roles), M::Field(Field::Duty)]);
    }

    #[test]
    fn a_sheet_without_headings_has_none_and_a_datum_may_stand_in_one() {
        assert_eq!(meanings(&[&["填表说明"], &["一、认真填写"]]), None);
        assert_eq!(meanings(&[]), None);
        let found = find(&sheet(&[&["名称", "经度（百度地图）", "纬度"]]), &BTreeMap::new()).unwrap();
        assert_eq!(found.columns[1].datum, Some("bd09"));
        assert_eq!(datum_in("坐标（百度或高德）"), None);
    }

    #[test]
    fn the_editor_has_the_last_word_on_a_column() {
        let said = BTreeMap::from([said("联络处=电话").unwrap(), said("地址=不导入").unwrap()]);
        let found = find(&sheet(&[&["名称", "联络处", "地址", "区划"]]), &said).unwrap();
        let meanings: Vec<Meaning> = found.columns.iter().map(|column| column.meaning).collect();
        assert_eq!(meanings[1..3], [M::Field(Field::Phones), M::Unknown]);
        assert!(super::said("联络处").is_err() && super::said("a=没有这一项").is_err());
    }
}
