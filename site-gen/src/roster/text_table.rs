//! Reads a delimited text file into a sheet: whatever encoding Excel chose, whatever separator.
//!
//! Start at [`sheet`]. The encoding is taken from a byte-order mark where there is one; a text that is valid UTF-8 is
//! UTF-8; any other is GB18030, which is what Excel writes in China. A text that is none of these is refused, because a
//! wrong guess would publish rubbish.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::cell::{Cell, Sheet};
use super::workbook::{LONGEST_TEXT, MOST_CELLS};
use crate::csv_text;

/// The only sheet of a text file, and what it is written in: `GB18030，逗号分隔`.
pub fn sheet(bytes: &[u8]) -> Result<(Sheet, String), String> {
    let (text, encoding) = decode(bytes)?;
    let separator = separator(&text);
    let mut sheet = Sheet { number: 1, ..Sheet::default() };
    let mut cells = 0;
    for (row, pieces) in csv_text::records(&text, separator).into_iter().enumerate() {
        for (column, piece) in pieces.into_iter().enumerate() {
            let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
            if piece.slip.is_some() && piece.value.contains('\n') {
                return Err(format!(
                    "第 {} 行有一个半角双引号没有成对，后面的行都被吞进去了：补上另一个，或者删掉它",
                    row + 1
                ));
            }
            if piece.value.trim().is_empty() {
                continue;
            }
            cells += 1;
            if cells > MOST_CELLS || piece.value.chars().count() > LONGEST_TEXT {
                return Err("格子太多或太长，不像一张名单：按县分成几个文件，再一个一个导入".to_owned());
            }
            sheet.put(row, column, Cell::Text(unescaped(&piece.value)));
        }
    }
    let name = match separator {
        ';' => "分号分隔",
        '\t' => "制表符分隔",
        _ => "逗号分隔",
    };
    Ok((sheet, format!("{encoding}，{name}")))
}

/// Takes back what [`super::export`] put before a text that a spreadsheet would take for a formula.
pub fn unescaped(value: &str) -> String {
    match value.strip_prefix('\'') {
        Some(rest) if super::export::looks_like_formula(rest.trim_start_matches('\'')) => rest.to_owned(),
        _ => value.to_owned(),
    }
}

fn decode(bytes: &[u8]) -> Result<(String, &'static str), String> {
    let (encoding, name) = encoding(bytes);
    let (text, had_errors) = match Encoding::for_bom(bytes) {
        Some((marked, length)) => marked.decode_without_bom_handling(&bytes[length..]),
        None => encoding.decode_without_bom_handling(bytes),
    };
    if had_errors || text.contains('\0') {
        return Err("看不出这个文件用的什么编码，读出来会是乱码：在 Excel 里打开，另存为 .xlsx，或者“CSV UTF-8（逗号分隔）”".to_owned());
    }
    Ok((text.into_owned(), name))
}

fn encoding(bytes: &[u8]) -> (&'static Encoding, &'static str) {
    match Encoding::for_bom(bytes) {
        Some((marked, _)) if marked == UTF_16LE || marked == UTF_16BE => return (marked, "UTF-16"),
        Some((marked, _)) => return (marked, "UTF-8"),
        None => {}
    }
    // Without a mark, commas and line ends give UTF-16 away: every one has a zero byte beside it.
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = bytes.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, 0) if std::str::from_utf8(bytes).is_ok() => (UTF_8, "UTF-8"),
        (0, 0) => (GB18030, "GB18030（GBK）"),
        (0, high) if high * 10 >= pairs => (UTF_16LE, "UTF-16"),
        (high, 0) if high * 10 >= pairs => (UTF_16BE, "UTF-16"),
        _ => (UTF_8, "UTF-8"),
    }
}

/// The separator that the first lines have most of, outside quotes.
fn separator(text: &str) -> char {
    let mut counts = [(',', 0usize), ('\t', 0), (';', 0)];
    let mut in_quotes = false;
    let mut lines = 0;
    for c in text.chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            '\n' if !in_quotes => lines += 1,
            c if !in_quotes => {
                counts.iter_mut().filter(|(separator, _)| *separator == c).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
        if lines >= 20 {
            break;
        }
    }
    // On a tie the comma: it comes first.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first_row(bytes: &[u8]) -> Vec<String> {
        let (sheet, _) = sheet(bytes).unwrap();
        sheet.rows.first_key_value().unwrap().1.values().map(Cell::shown).collect()
    }

    #[test]
    fn every_encoding_and_separator_that_excel_writes_is_read() {
        let text = "名称,电话\r\n暖溪镇维权站,0000-5551201\r\n";
        let utf16 = |little: bool, mark: bool| -> Vec<u8> {
            let units = mark
                .then_some(0xfeff)
                .into_iter()
                .chain(text.replace(',', "\t").encode_utf16().collect::<Vec<_>>());
            units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let (gbk, _, _) = GB18030.encode(text);
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            text.replace(',', ";").into_bytes(),
            gbk.into_owned(),
            utf16(true, true),
            utf16(false, true),
            utf16(true, false),
            utf16(false, false),
        ] {
            assert_eq!(first_row(&bytes), ["名称", "电话"], "{bytes:?}");
        }
    }

    #[test]
    fn an_encoding_that_nobody_can_tell_is_refused() {
        for bytes in [&b"\xff\xff\xff"[..], b"a\0b\0\0\0c", b"\x81"] {
            assert!(sheet(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(sheet(&bytes));
        }
    }
}
