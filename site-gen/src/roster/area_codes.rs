//! Telephones without an area code, and which code they are likely to lack: that of the others in the same city.
//!
//! Start at [`remarks`]. The code is told, never added: a number may belong to a mobile trunk, or to the next city.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::At;
use super::fields::{Field, SEPARATOR, Values};
use super::row::{Incoming, Remark};

/// A remark for each number of seven or eight digits alone. `known`: the stations there are.
pub fn remarks<'v>(rows: &'v [Incoming], known: impl Iterator<Item = &'v Values>) -> Vec<Remark> {
    let mut codes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for values in known.chain(rows.iter().map(|row| &row.values)) {
        let Some(city) = city(values) else { continue };
        codes.entry(city).or_default().extend(phones(values).filter_map(area_code));
    }
    let mut remarks = Vec::new();
    for row in rows {
        let codes = city(&row.values).and_then(|city| codes.get(city));
        for number in phones(&row.values).filter(|number| is_bare(number)) {
            let likely = match codes.map(|codes| codes.iter().collect::<Vec<_>>()).as_deref() {
                Some([code]) => format!("。同一个市的别的电话都是 {code} 开头的，是不是 {code}-{number}"),
                _ => String::new(),
            };
            let at = At { column: row.columns.get(&Field::Phones).copied(), ..row.at.clone() };
            let what = format!("电话 {number} 没有区号，外地打不通，核对一下{likely}");
            remarks.push(Remark { at, what, refused: false });
        }
    }
    remarks
}

/// The first four digits of the division: telephones share their area code within a city.
fn city(values: &Values) -> Option<&str> {
    values.get(Field::Region)?.get(..4)
}

fn phones(values: &Values) -> impl Iterator<Item = &str> {
    values.get(Field::Phones).into_iter().flat_map(|phones| phones.split(SEPARATOR))
}

/// 0563 of 0563-5550123.
fn area_code(number: &str) -> Option<&str> {
    let (code, rest) = number.split_once('-')?;
    (code.starts_with('0') && (3..=4).contains(&code.len()) && rest.len() >= 7).then_some(code)
}

/// 400 and 800 have ten digits, 95… and 12… have five.
fn is_bare(number: &str) -> bool {
    (7..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}
