//! Coordinates as sheets have them: degrees with decimals, degrees-minutes-seconds, both in one cell, both swapped.
//!
//! Start at [`pair`] and [`degrees`]. The datum is never guessed: without one there are no coordinates. That latitude
//! and longitude are swapped is certain in China, where no latitude is over 54 and no longitude under 73.

use super::cell::Cell;
use super::plain_text::half_width;

/// Latitude and longitude as they are written, and a note where they were repaired.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub lat: String,
    /// Degrees east.
    pub lon: String,
    /// What was done.
    pub note: Option<String>,
}

/// The position of two cells.
pub fn two(lat: &Cell, lon: &Cell) -> Result<Position, String> {
    ordered(degrees(lat)?, degrees(lon)?, false)
}

/// The position of one cell: `102.5589,40.5226`, `北纬40°31′21″ 东经102°33′32″`.
pub fn pair(cell: &Cell) -> Result<Position, String> {
    let Cell::Text(text) = cell else { return Err(format!("“{}”不是一对坐标", cell.shown())) };
    // (102.5589,40.5226) and X:102.5589 Y:40.5226: what a map's page gives when it is copied.
    let plain = half_width(text).replace(['(', ')', '[', ']', 'X', 'Y', 'x', 'y', '='], " ");
    let parts: Vec<&str> = plain
        .split([',', ';', '、', '/', '\n', '\t'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let spaced: Vec<&str> = plain.split_whitespace().filter(|part| *part != ":").collect();
    let (first, second) = match (parts.as_slice(), spaced.as_slice()) {
        ([first, second], _) | (_, [first, second]) => (*first, *second),
        _ => return Err(format!("“{}”不是一对坐标：写成 102.55890,40.52260", text.trim())),
    };
    let first = degrees(&Cell::Text(first.to_owned()))?;
    let second = degrees(&Cell::Text(second.to_owned()))?;
    // Which comes first is a matter of the map; the numbers themselves say which is which.
    ordered(first, second, true)
}

/// Degrees in decimals, as text, from a number or a text.
pub fn degrees(cell: &Cell) -> Result<Degrees, String> {
    let wrong = |text: &str| format!("“{text}”不是度数：写小数，例如 40.52260");
    let text = match cell {
        Cell::Number(number) if number.is_finite() => {
            return Ok(Degrees { value: *number, text: number.to_string(), sexagesimal: false });
        }
        Cell::Text(text) => half_width(text),
        other => return Err(wrong(&other.shown())),
    };
    let bare = text
        .trim()
        .trim_start_matches(['东', '北', '经', '纬', '度', 'N', 'E', ':', ' '])
        .trim_end_matches(['N', 'E', 'n', 'e', ' ']);
    if bare.contains(['西', '南', 'S', 'W']) {
        return Err(wrong(text.trim()));
    }
    let simple = bare.trim_end_matches(['°', '度']);
    if let Some(value) = decimal(simple) {
        return Ok(Degrees { value, text: simple.to_owned(), sexagesimal: false });
    }
    sexagesimal(bare).ok_or_else(|| wrong(text.trim()))
}

/// A number of degrees and how to write it.
#[derive(Debug, Clone, PartialEq)]
pub struct Degrees {
    value: f64,
    /// In decimals.
    pub text: String,
    sexagesimal: bool,
}

/// Plain decimals only: no exponent, no infinity.
fn decimal(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok() } else { None }
}

/// 40°31′21.5″, 40度31分21秒, 40°31.358′
fn sexagesimal(text: &str) -> Option<Degrees> {
    let spaced: String = text.chars().map(|c| if "°度′'’分″\"”秒".contains(c) { ' ' } else { c }).collect();
    if !text.contains(['°', '度']) {
        return None;
    }
    let mut value = 0.0;
    let mut unit = 1.0;
    let parts: Vec<&str> = spaced.split_whitespace().collect();
    for (index, part) in parts.iter().enumerate() {
        let number = decimal(part)?;
        let whole_before_more = index + 1 == parts.len() || number.fract() == 0.0;
        if index > 2 || (index > 0 && number >= 60.0) || !whole_before_more {
            return None;
        }
        value += number / unit;
        unit *= 60.0;
    }
    // Six decimals are a tenth of a metre: finer than any second that was written.
    (!parts.is_empty()).then(|| Degrees { value, text: format!("{value:.6}"), sexagesimal: true })
}

fn ordered(lat: Degrees, lon: Degrees, any_order: bool) -> Result<Position, String> {
    let is_lat = |degrees: &Degrees| (3.0..=54.0).contains(&degrees.value);
    let is_lon = |degrees: &Degrees| (73.0..=136.0).contains(&degrees.value);
    let (lat, lon, swapped) = if is_lat(&lat) && is_lon(&lon) {
        (lat, lon, false)
    } else if is_lat(&lon) && is_lon(&lat) {
        (lon, lat, !any_order)
    } else {
        return Err(format!("{}, {} 不在中国境内：在地图上重新取一次坐标", lat.text, lon.text));
    };
    let mut notes = Vec::new();
    if swapped {
        notes.push("经度和纬度写反了，已经换过来".to_owned());
    }
    if lat.sexagesimal || lon.sexagesimal {
        notes.push(format!("度分秒换成了小数 {}, {}", lat.text, lon.text));
    }
    let note = (!notes.is_empty()).then(|| notes.join("；"));
    Ok(Position { lat: lat.text, lon: lon.text, note })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(words: &str) -> Cell {
        Cell::Text(words.to_owned())
    }

    fn found(words: &str) -> Option<(String, String)> {
        pair(&text(words)).ok().map(|position| (position.lat, position.lon))
    }

    #[test]
    fn one_cell_with_both_is_read_in_either_order() {
        for words in [
            "102.5589,40.5226",
            "40.5226，102.5589",
            "102.5589 40.5226",
            "东经102.5589、北纬40.5226",
            "102.5589°,40.5226°",
            "（102.5589, 40.5226）",
            "X:102.5589，Y:40.5226",
            "经度：102.5589 纬度：40.5226",
            "E102.5589 N40.5226",
        ] {
            assert_eq!(found(words), Some(("40.5226".to_owned(), "102.5589".to_owned())), "{words}");
        }
        for words in ["102.5589", "102.5589,40.5226,3", "1,2", "102.5589;abc", "", "1e2,4e1", "inf,nan"] {
            assert_eq!(found(words), None, "{words}");
        }
    }

    #[test]
    fn degrees_minutes_and_seconds_become_decimals() {
        for (words, degrees_north) in
            [("40°31′21.36″", 40.5226), ("40度31分21.36秒", 40.5226), ("北纬 40°31.356'", 40.5226)]
        {
            let read = degrees(&text(words)).unwrap();
            assert!((read.value - degrees_north).abs() < 1e-6, "{words}: {read:?}");
        }
        for words in ["40°61′", "40.5°31′", "40′31″", "南纬40°", "40 31 21"] {
            assert!(degrees(&text(words)).is_err(), "{words}");
        }
    }

    #[test]
    fn swapped_columns_are_put_right_and_told() {
        let position = two(&Cell::Number(102.5589), &Cell::Number(40.5226)).unwrap();
        assert_eq!((position.lat.as_str(), position.lon.as_str()), ("40.5226", "102.5589"));
        assert!(position.note.unwrap().contains("写反了"));
        assert!(two(&Cell::Number(0.0), &Cell::Number(0.0)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_outside_china_comes_through(words in "[0-9.,°′″东经北纬 -]{0,40}") {
            if let Some((lat, lon)) = found(&words) {
                prop_assert!((3.0..=54.0).contains(&lat.parse::<f64>().unwrap()));
                prop_assert!((73.0..=136.0).contains(&lon.parse::<f64>().unwrap()));
            }
        }
    }
}
