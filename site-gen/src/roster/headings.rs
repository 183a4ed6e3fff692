//! Finds the row of headings of a sheet, and what each column means.
//!
//! Start at [`find`]. Offices write 单位 where the handbook writes 名称, put two or three title rows on top, and merge
//! cells. A heading that is known word for word is taken; one that only looks like it is a guess, and the editor has to
//! confirm it. A column of people's names is known as one: names are never published.

use std::collections::BTreeMap;

use super::cell::{Cell, Sheet};
use super::fields::{Field, datum};

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

/// The name on the command line for a column that is not to be read.
pub const LEAVE_OUT: &str = "不导入";

/// Headings lie within so many rows from the top.
const TOP_ROWS: usize = 30;
/// So much alike counts as a guess.
const ALIKE: f64 = 0.6;

use Meaning as M;

/// What people write at the head of a column. The names in `stations.csv` itself are known anyway.
const KNOWN: [(&str, Meaning); 101] = [
    ("站点编号", M::Field(Field::Slug)),
    ("id", M::Field(Field::Slug)),
    ("站点名称", M::Field(Field::Name)),
    ("站名", M::Field(Field::Name)),
    ("机构名称", M::Field(Field::Name)),
    ("单位", M::Field(Field::Name)),
    ("单位名称", M::Field(Field::Name)),
    ("服务站名称", M::Field(Field::Name)),
    ("维权站名称", M::Field(Field::Name)),
    ("阵地名称", M::Field(Field::Name)),
    ("名字", M::Field(Field::Name)),
    ("站点类别", M::Field(Field::Kind)),
    ("站点类型", M::Field(Field::Kind)),
    ("类型", M::Field(Field::Kind)),
    ("机构类别", M::Field(Field::Kind)),
    ("机构类型", M::Field(Field::Kind)),
    ("性质", M::Field(Field::Kind)),
    ("区划代码", M::Field(Field::Region)),
    ("行政区划", M::Field(Field::Region)),
    ("行政区划代码", M::Field(Field::Region)),
    ("所属区划", M::Field(Field::Region)),
    ("所在区划", M::Field(Field::Region)),
    ("所属地区", M::Field(Field::Region)),
    ("所在地", M::Field(Field::Region)),
    ("地区", M::Field(Field::Region)),
    ("市", M::Part(Part::City)),
    ("地市", M::Part(Part::City)),
    ("县", M::Part(Part::County)),
    ("区县", M::Part(Part::County)),
    ("县区", M::Part(Part::County)),
    ("县市区", M::Part(Part::County)),
    ("所在县", M::Part(Part::County)),
    ("乡镇", M::Part(Part::Township)),
    ("镇", M::Part(Part::Township)),
    ("乡", M::Part(Part::Township)),
    ("街道", M::Part(Part::Township)),
    ("乡镇街道", M::Part(Part::Township)),
    ("镇街", M::Part(Part::Township)),
    ("所属乡镇", M::Part(Part::Township)),
    ("所在乡镇", M::Part(Part::Township)),
    ("村", M::Part(Part::Village)),
    ("社区", M::Part(Part::Village)),
    ("村社区", M::Part(Part::Village)),
    ("村名", M::Part(Part::Village)),
    ("行政村", M::Part(Part::Village)),
    ("所在村", M::Part(Part::Village)),
    ("级别", M::Field(Field::Level)),
    ("站点级别", M::Field(Field::Level)),
    ("上级站点", M::Field(Field::Parent)),
    ("详细地址", M::Field(Field::Address)),
    ("站点地址", M::Field(Field::Address)),
    ("单位地址", M::Field(Field::Address)),
    ("办公地址", M::Field(Field::Address)),
    ("办公地点", M::Field(Field::Address)),
    ("地点", M::Field(Field::Address)),
    ("位置", M::Field(Field::Address)),
    ("联系地址", M::Field(Field::Address)),
    ("东经", M::Field(Field::Lon)),
    ("lng", M::Field(Field::Lon)),
    ("longitude", M::Field(Field::Lon)),
    ("北纬", M::Field(Field::Lat)),
    ("latitude", M::Field(Field::Lat)),
    ("坐标", M::Position),
    ("经纬度", M::Position),
    ("经度纬度", M::Position),
    ("地理坐标", M::Position),
    ("坐标类型", M::Field(Field::Datum)),
    ("联系电话", M::Field(Field::Phones)),
    ("值班电话", M::Field(Field::Phones)),
    ("办公电话", M::Field(Field::Phones)),
    ("固定电话", M::Field(Field::Phones)),
    ("咨询电话", M::Field(Field::Phones)),
    ("服务电话", M::Field(Field::Phones)),
    ("热线", M::Field(Field::Phones)),
    ("热线电话", M::Field(Field::Phones)),
    ("电话号码", M::Field(Field::Phones)),
    ("站点电话", M::Field(Field::Phones)),
    ("座机", M::Field(Field::Phones)),
    ("开放时间", M::Field(Field::Hours)),
    ("工作时间", M::Field(Field::Hours)),
    ("服务时间", M::Field(Field::Hours)),
    ("办公时间", M::Field(Field::Hours)),
    ("接待时间", M::Field(Field::Hours)),
    ("上班时间", M::Field(Field::Hours)),
    ("开门时间", M::Opens),
    ("开始时间", M::Opens),
    ("关门时间", M::Closes),
    ("结束时间", M::Closes),
    ("下班时间", M::Closes),
    ("开放日", M::Days),
    ("工作日", M::Days),
    ("服务内容", M::Field(Field::Services)),
    ("服务项目", M::Field(Field::Services)),
    ("核实日期", M::Field(Field::Verified)),
    ("核对日期", M::Field(Field::Verified)),
    ("更新日期", M::Field(Field::Verified)),
    ("是否公开", M::Field(Field::Visibility)),
    ("说明", M::Field(Field::Note)),
    ("序号", M::Ignored),
    ("编次", M::Ignored),
    ("区划名称", M::Ignored),
];

/// Words in the head of a column of names, or of telephones that are somebody's own.
const PERSONAL: [&str; 16] = [
    "负责人",
    "联系人",
    "姓名",
    "站长",
    "主任",
    "书记",
    "专干",
    "工作人员",
    "值班人员",
    "经办人",
    "填表人",
    "手机",
    "身份证",
    "个人电话",
    "对接人",
    "人电话",
];

/// The headings of `sheet`; `None` where no row looks like any. `said`: what the editor says of columns, by heading.
pub fn find(sheet: &Sheet, said: &BTreeMap<String, Meaning>) -> Option<Headings> {
    let rows = sheet.rows.iter().take(TOP_ROWS);
    let read = rows.map(|(row, cells)| Headings { row: *row, columns: columns(cells, said) });
    // The last of the best: of two rows of headings the lower one has the columns' own names.
    let best = read.max_by_key(score)?;
    (score(&best) >= 2
        && best.has(|meaning| meaning == M::Field(Field::Name) || meaning == M::Field(Field::Slug)))
    .then_some(best)
}

impl Headings {
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
    if let Some(meaning) = exact(&word) {
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
    const SIGNS: [&str; 8] = ["wgs84", "wgs-84", "gcj02", "gcj-02", "bd09", "高德", "百度", "天地图"];
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
