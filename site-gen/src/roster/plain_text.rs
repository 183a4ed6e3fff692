//! Small repairs that are certain: full-width digits, telephone numbers, days.
//!
//! Each function gives a value, or says in Chinese why there is none. What a spreadsheet may have destroyed (a lost zero,
//! a number in powers of ten) is refused with what it was likely to be, never guessed.

use jiff::civil::{Date, date};

use super::cell::{Cell, plain};
use super::fields::SEPARATOR;
use crate::model;

/// A value and what was done to it; nothing was where the note is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The value.
    pub value: String,
    /// What was repaired, for the editor to check.
    pub note: Option<String>,
}

/// Full-width digits, letters and signs as half-width ones.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' | '\u{a0}' => ' ',
            '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Telephone numbers of one cell, as `stations.csv` has them.
pub fn phones(cell: &Cell) -> Result<Mended, String> {
    match cell {
        Cell::Number(number) => phone_from_number(*number),
        Cell::Text(text) => phones_from_text(text),
        other => Err(format!("“{}”不是电话号码", other.shown())),
    }
}

/// A number cell has lost its leading zeros, and in powers of ten its last digits.
fn phone_from_number(number: f64) -> Result<Mended, String> {
    let digits = plain(number);
    let note = |what: &str| Some(format!("Excel 里是数字，{what}"));
    let whole = number.fract() == 0.0 && number > 0.0 && number < 1e12;
    if !whole {
        return Err(format!("“{digits}”是数字，不是电话号码：把这一格设成“文本”，再重新填"));
    }
    let round = digits.len() >= 9 && digits.ends_with("00000");
    match digits.len() {
        _ if round => Err(format!("“{digits}”像是被 Excel 改成了科学记数，后几位没了：对照原来的名单重新填")),
        3 | 5 if digits.starts_with('1') || digits.starts_with('9') => {
            Ok(Mended { value: digits, note: None })
        }
        11 if digits.starts_with('1') => Ok(Mended { value: digits, note: note("按手机号读了") }),
        7 | 8 => Ok(Mended { value: digits, note: None }),
        9..=11 => {
            // 010 and 02x are the only codes of three digits.
            let (code, rest) =
                digits.split_at(if digits.starts_with("10") || digits.starts_with('2') { 2 } else { 3 });
            Err(format!(
                "“{digits}”是数字，开头的 0 可能没了，是不是 0{code}-{rest}：把这一格设成“文本”，再重新填"
            ))
        }
        _ => Err(format!("“{digits}”不像电话号码")),
    }
}

fn phones_from_text(text: &str) -> Result<Mended, String> {
    let plain = half_width(text);
    if let Some(why) = destroyed(&plain) {
        return Err(why);
    }
    let parts = plain
        .split([';', '/', '、', ',', '|', '\n', '\r', '或', '和', '。'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut numbers: Vec<String> = Vec::new();
    let mut said = Vec::new();
    for part in parts {
        let number = phone(part)
            .ok_or_else(|| format!("“{part}”不是电话号码：只写区号、短横、号码，例如 0000-5550123"))?;
        if number.chars().filter(char::is_ascii_digit).ne(part.chars().filter(char::is_ascii_digit))
            || has_words(part)
        {
            said.push(format!("“{part}”读成 {number}"));
        }
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    if numbers.is_empty() {
        return Err(format!("“{}”里没有电话号码", text.trim()));
    }
    let note = (!said.is_empty()).then(|| said.join("；"));
    Ok(Mended { value: numbers.join(SEPARATOR), note })
}

/// What a CSV that went through Excel has of a number.
fn destroyed(text: &str) -> Option<String> {
    let text = text.trim();
    let upper = text.to_uppercase();
    if upper.parse::<f64>().is_ok() && upper.contains('E') {
        return Some(format!("“{text}”是科学记数，后几位没了：对照原来的名单重新填，先把这一列设成“文本”"));
    }
    // 12348.0: nothing is lost, but 5550123.0 may have lost an area code with its zero.
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00"))?;
    let number = whole.parse::<f64>().ok()?;
    match phone_from_number(number) {
        Ok(_) => Some(format!("“{text}”被改成了小数，是不是 {whole}：核对后重新填")),
        Err(why) => Some(why),
    }
}

/// One number: `(0771)555 0123`, `+86 138 0000 0000`, `电话：12338`.
fn phone(part: &str) -> Option<String> {
    let part =
        part.rsplit_once(':').map_or(part, |(label, number)| if has_digit(label) { part } else { number });
    let part = part.trim().trim_start_matches(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '('));
    let part = part.strip_prefix("+86").or_else(|| part.strip_prefix("0086")).unwrap_or(part);
    let mut number = String::new();
    for c in part.trim_start_matches(['-', ' ']).chars() {
        match c {
            '0'..='9' => number.push(c),
            '-' | '—' | '–' | '－' | '―' | ')' | '_' | '‐' | '‑' => {
                if !number.is_empty() && !number.ends_with('-') {
                    number.push('-');
                }
            }
            ' ' | '(' => {}
            _ => return None,
        }
    }
    let number = number.trim_end_matches('-').to_owned();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // Two numbers with only a space between are longer than one can be.
    (3..=12).contains(&digits).then_some(number)
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

fn has_words(text: &str) -> bool {
    text.contains(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | ' ' | '(' | ')' | '—' | '–'))
}

/// A day, from a serial number or from one of the ways people write one.
pub fn day(cell: &Cell) -> Result<Mended, String> {
    match cell {
        Cell::Moment(serial) => from_serial(*serial).map(|day| Mended { value: day.to_string(), note: None }),
        Cell::Number(number) if (20_000.0..80_000.0).contains(number) => {
            let day = from_serial(*number)?;
            Ok(Mended {
                value: day.to_string(),
                note: Some(format!("Excel 里是数字 {}，按日期读成 {day}", plain(*number))),
            })
        }
        Cell::Number(number) => day_from_text(&plain(*number)),
        other => day_from_text(&other.shown()),
    }
}

/// Days since 1899-12-30, as Excel counts them.
fn from_serial(serial: f64) -> Result<Date, String> {
    let wrong = || format!("“{serial}”不是一个日子");
    // Before March 1900 Excel counts a day that never was; no station was checked then.
    if !(61.0..100_000.0).contains(&serial) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 100,000")]
    let days = serial.floor() as i64;
    let span = jiff::Span::new().try_days(days).map_err(|_| wrong())?;
    date(1899, 12, 30).checked_add(span).map_err(|_| wrong())
}

fn day_from_text(text: &str) -> Result<Mended, String> {
    let plain = half_width(text.trim());
    let wrong = || format!("“{}”不是一个日子：写成 2026-10-19，年月日都要有", text.trim());
    if let Some(day) = model::date::date(&plain) {
        return Ok(Mended { value: day.to_string(), note: None });
    }
    let compact = plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit());
    let spread = if compact { format!("{}-{}-{}", &plain[..4], &plain[4..6], &plain[6..]) } else { plain };
    let spread = spread
        .split(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches(['日', '号'])
        .replace(['年', '月', '/', '.'], "-");
    let mut parts = spread.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return Err(wrong());
    }
    let (year, month, day) = (year.parse(), month.parse(), day.parse());
    let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(wrong()) };
    let day = Date::new(year, month, day).map_err(|_| wrong())?;
    Ok(Mended { value: day.to_string(), note: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(words: &str) -> Cell {
        Cell::Text(words.to_owned())
    }

    #[test]
    fn telephone_numbers_are_read_as_people_write_them() {
        for (written, read) in [
            ("0000-5551201", "0000-5551201"),
            ("（０７７１）５５５０１２３", "0771-5550123"),
            ("0771—555 0123", "0771-5550123"),
            ("12338；0000-5551201、110", "12338；0000-5551201；110"),
            ("电话：12338", "12338"),
            ("+86 138 0000 0000", "13800000000"),
            ("400-800-1234", "400-800-1234"),
            ("0000-5551201\n0000-5551201", "0000-5551201"),
        ] {
            assert_eq!(phones(&text(written)).unwrap().value, read, "{written}");
        }
    }

    #[test]
    fn what_excel_destroyed_is_refused_and_what_it_left_is_read() {
        for cell in [
            text("1.39E+10"),
            text("5.55E+06"),
            text("12348.0"),
            Cell::Number(13_900_000_000.0),
            Cell::Number(7_715_550_123.0),
            Cell::Number(4_008_001_234.0),
            Cell::Number(0.5),
            Cell::Number(-12338.0),
            Cell::Number(f64::NAN),
            Cell::Moment(45_000.0),
            text("0000-5551201转8001"),
            text("无"),
            text("0000-5551201 0000-5551202"),
        ] {
            assert!(phones(&cell).is_err(), "{cell:?}: {:?}", phones(&cell));
        }
        assert_eq!(phones(&Cell::Number(12348.0)).unwrap(), Mended { value: "12348".to_owned(), note: None });
        assert_eq!(phones(&Cell::Number(13_812_345_678.0)).unwrap().value, "13812345678");
        assert_eq!(phones(&Cell::Number(5_550_123.0)).unwrap().value, "5550123");
        assert!(phones(&Cell::Number(7_715_550_123.0)).unwrap_err().contains("是不是 0771-5550123"));
    }

    #[test]
    fn days_are_read_from_numbers_and_words() {
        assert_eq!(day(&Cell::Moment(46_314.0)).unwrap().value, "2026-10-19");
        assert!(day(&Cell::Number(46_314.0)).unwrap().note.is_some());
        for written in [
            "2026-10-19",
            "2026/10/19",
            "2026.10.19",
            "2026年10月19日",
            "20261019",
            "２０２６年10月19号",
            "2026/10/19 8:30",
        ] {
            assert_eq!(day(&text(written)).unwrap().value, "2026-10-19", "{written}");
        }
        for written in ["2026年10月", "26-10-19", "10-19", "2026-13-01", "2026-02-30", "昨天", ""] {
            assert!(day(&text(written)).is_err(), "{written}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_as_a_telephone_number_passes_check(written in "[0-9０-９ ()（）—；;、/+转:.E-]{0,30}") {
            if let Ok(mended) = phones(&text(&written)) {
                for number in mended.value.split(SEPARATOR) {
                    let digits = number.bytes().filter(u8::is_ascii_digit).count();
                    prop_assert!(number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
                    prop_assert!((3..=16).contains(&digits));
                }
            }
        }

        #[test]
        fn no_number_panics(number in any::<f64>()) {
            let (_, _) = (phones(&Cell::Number(number)), day(&Cell::Number(number)));
            drop(day(&Cell::Moment(number)));
        }
    }
}
