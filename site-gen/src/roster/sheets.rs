//! Reads all sheets of a file into rows: which sheets are lists, which lines of them are stations, where each sheet lies.
//!
//! Start at [`read`]. Between stations stand lines that are none: totals, the headings again on the next printed page, the
//! name of the next township. Each is told, none is taken for a station.

use std::collections::BTreeMap;

use search::region::Level;

use super::cell::{At, Cell, Sheet};
use super::fields::Field;
use super::headings::{self, Headings, Meaning};
use super::home::{self, Home};
use super::import::{Ask, Plan};
use super::reading::{Reader, Spot};
use super::row::{Incoming, Remark};

/// The rows of all sheets that are asked for. What there is to say of sheets, columns and cells goes into `plan`.
///
/// # Errors
///
/// Says in Chinese that there are no headings, or two columns that mean the same.
pub fn read(
    sheets: &[Sheet],
    ask: &Ask,
    reader: &Reader<'_>,
    plan: &mut Plan,
) -> Result<Vec<Incoming>, String> {
    let wanted = |sheet: &&Sheet| {
        ask.sheet.as_ref().is_none_or(|wanted| *wanted == sheet.name || *wanted == sheet.number.to_string())
    };
    let mut rows = Vec::new();
    let mut found = false;
    for sheet in sheets.iter().filter(wanted) {
        let name = if sheet.name.is_empty() { String::new() } else { format!("“{}”", sheet.name) };
        let Some(headings) = headings::find(sheet, &ask.said) else {
            if !sheet.is_empty() {
                plan.sheets
                    .push(format!("表 {}{name}里没有找到表头（要有“名称”这样的一列），没有读", sheet.number));
            }
            continue;
        };
        if let Some((first, second)) = headings.doubles().first() {
            return Err(format!(
                "表 {}{name}的“{}”和“{}”两列说的像是一回事：用 --column \"{}=不导入\" 留下一个",
                sheet.number, first.heading, second.heading, second.heading
            ));
        }
        found = true;
        let home = home::of_sheet(sheet, &headings, reader.divisions);
        let before = rows.len();
        rows.extend(lines(sheet, &headings, &home, (reader, plan)));
        tell_of_home(sheet, &headings, &home, (&rows[before..], plan));
        let here = match home.code.as_ref().filter(|_| home.places_rows() && !has_divisions(&headings)) {
            Some(code) => format!("；没写区划的行，算在{}", reader.divisions.shown(code)),
            None => String::new(),
        };
        plan.sheets.push(format!(
            "表 {}{name}：第 {} 行是表头，下面有 {} 行站点{here}",
            sheet.number,
            headings.row + 1,
            rows.len() - before
        ));
        plan.columns.extend(headings.columns.into_iter().map(|column| (sheet.number, column)));
    }
    if found {
        return Ok(rows);
    }
    Err("没有找到表头：要有一行写着各列的名字，至少有“名称”和另外一列，例如 名称、区划、电话".to_owned())
}

/// Whether rows may say themselves in which township they lie.
fn has_divisions(headings: &Headings) -> bool {
    headings.has(|meaning| {
        matches!(meaning, Meaning::Field(Field::Region) | Meaning::Part(headings::Part::Township))
    })
}

/// Why the sheet's name is no help, where a row would have needed it.
fn tell_of_home(sheet: &Sheet, headings: &Headings, home: &Home, (rows, plan): (&[Incoming], &mut Plan)) {
    let lost = rows.iter().any(|row| row.values.get(Field::Region).is_none());
    if let Some(why) = home.why_not.as_ref().filter(|_| lost && !has_divisions(headings)) {
        plan.remarks.push(Remark { at: at(sheet, headings.row), what: why.clone(), refused: true });
    }
}

fn at(sheet: &Sheet, row: u32) -> At {
    At { sheet: sheet.number, name: sheet.name.as_str().into(), row, column: None }
}

fn lines(
    sheet: &Sheet,
    headings: &Headings,
    home: &Home,
    (reader, plan): (&Reader<'_>, &mut Plan),
) -> Vec<Incoming> {
    let mut rows = Vec::new();
    let mut here = home.code.clone();
    for (number, cells) in sheet.rows.range(headings.row + 1..) {
        let mut say = |what: String, refused| {
            plan.remarks.push(Remark { at: at(sheet, *number), what, refused });
        };
        if let Some(words) = no_station(cells, sheet, headings) {
            say(words, false);
            continue;
        }
        if let Some(text) = line_of_text(cells, reader) {
            let named = reader.divisions.mentioned(std::slice::from_ref(&text));
            match home::of_line(&text, reader.divisions).or_else(|| one(&named)) {
                Some(code) => {
                    say(format!("下面的行，没写区划的算在{}", reader.divisions.shown(&code)), false);
                    here = Some(code);
                }
                None if named.is_empty() => say(format!("“{text}”不是站点，没有读"), false),
                None => {
                    let all = reader.divisions.listed(&named);
                    say(format!("“{text}”能对上几个区划：{all}。下面的行要自己写区划"), true);
                    here = None;
                }
            }
            continue;
        }
        let spot = Spot { sheet, number: *number, headings, home: here.as_ref() };
        let (row, remarks) = reader.row(&spot);
        rows.extend(row);
        plan.remarks.extend(remarks);
    }
    rows
}

/// The only one, if it is a township or less: a county named between stations is a title.
fn one(named: &[search::region::RegionCode]) -> Option<search::region::RegionCode> {
    match named {
        [one] if one.level() >= Level::Township => Some(one.clone()),
        _ => None,
    }
}

/// A line across the whole sheet, or the name of a division alone in its row.
fn line_of_text(cells: &BTreeMap<u32, Cell>, reader: &Reader<'_>) -> Option<String> {
    let first = cells.values().next()?.shown();
    let across = cells.len() >= 3 && cells.values().all(|cell| cell.shown() == first);
    let alone = cells.len() == 1 && home::of_line(&first, reader.divisions).is_some();
    (across || alone).then_some(first)
}

/// What a line is that looks like a row and is no station: a total, or the headings once more.
fn no_station(cells: &BTreeMap<u32, Cell>, sheet: &Sheet, headings: &Headings) -> Option<String> {
    const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "总数", "汇总"];
    let squeezed = |cell: &Cell| cell.shown().split_whitespace().collect::<String>();
    let is_total = |cell: &Cell| {
        let text = squeezed(cell);
        let rest = TOTALS.iter().find_map(|word| text.strip_prefix(word));
        // 总计 12 个 is a total, 汇总路社区站 is a station.
        rest.is_some_and(|rest| {
            rest.chars().all(|c| c.is_numeric() || "：:，,。.个处家所站点（）()共".contains(c))
        })
    };
    if cells.values().take(2).any(is_total) {
        return Some("合计的一行，不是站点，没有读".to_owned());
    }
    let again = |(column, cell): (&u32, &Cell)| {
        sheet.cell(headings.row, *column).is_some_and(|heading| squeezed(heading) == squeezed(cell))
    };
    (cells.len() >= 2 && cells.iter().all(again)).then(|| "又是一行表头，没有读".to_owned())
}
