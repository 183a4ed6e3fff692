//! Broken full texts of statutes: each is named with its line and left out, and the others are read.

use std::fmt::Write as _;

use crate::content::{Files, Told, small, told_of};

const TITLE: &str = "中华人民共和国示例法";

/// A text of some articles that has no faults.
fn text(articles: usize) -> String {
    let mut text =
        format!("# {TITLE}\n\n2019年1月5日 示例会议通过\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n");
    for number in 1..=articles {
        let number = site_gen::model::article::chinese_number(u16::try_from(number).unwrap());
        writeln!(text, "第{number}条 这里写着这一条说的事。\n").unwrap();
    }
    text
}

/// The ways of breaking a text: name, code, how. The line that has to be told comes with it.
type Way = (&'static str, &'static str, fn(&str, usize) -> (Vec<u8>, usize));

const WAYS: [Way; 11] = [
    ("no title", "statute-text", |text, _| {
        (
            text.replacen("# 中华人民共和国示例法\n", "", 1)
                .replace("2019年1月5日 示例会议通过\n", "")
                .into(),
            1,
        )
    }),
    ("nothing but a title", "statute-text", |_, _| ("# 中华人民共和国示例法\n".into(), 1)),
    ("nothing", "statute-text", |_, _| (Vec::new(), 1)),
    ("only blanks", "statute-text", |_, _| (b"\n \n\t\n".to_vec(), 1)),
    ("no UTF-8", "statute-text", |text, at| {
        ([&text.as_bytes()[..40 + at], b"\xff", text.as_bytes()].concat(), 1)
    }),
    ("GBK", "statute-text", |text, _| (encoding_rs::GB18030.encode(text).0.into_owned(), 1)),
    ("UTF-16", "statute-text", |text, _| (text.encode_utf16().flat_map(u16::to_le_bytes).collect(), 1)),
    ("a word processor's file", "statute-text", |_, _| (b"PK\x03\x04\xff\xfe".to_vec(), 1)),
    ("an article missing", "statute-order", |text, at| changed(text, at, |_, _| None)),
    ("an article twice", "statute-order", |text, at| {
        changed(text, at, |line, _| Some(format!("{line}\n\n{line}"))).map_line(2)
    }),
    ("articles exchanged", "statute-order", |text, at| {
        changed(text, at, |line, next| Some(format!("{next}\n\n{line}")))
    }),
];

trait MapLine {
    fn map_line(self, more: usize) -> Self;
}

impl MapLine for (Vec<u8>, usize) {
    fn map_line(self, more: usize) -> Self {
        (self.0, self.1 + more)
    }
}

/// Changes the article `at` (from 0) with the one behind it in view; the line is that where it stood, or what follows it.
fn changed(text: &str, at: usize, change: fn(&str, &str) -> Option<String>) -> (Vec<u8>, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let articles: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].starts_with('第')).collect();
    let here = articles[1 + at % (articles.len() - 3)];
    let new = change(lines[here], lines[here + 2]);
    let kept = if new.is_none() { 2 } else { 1 };
    let before = lines[..here].iter().map(|line| (*line).to_owned());
    let after = lines[here + kept..].iter().map(|line| (*line).to_owned());
    let all: Vec<String> = before.chain(new).chain(after).collect();
    (all.join("\n").into_bytes(), here + 1)
}

#[test]
fn a_broken_full_text_is_told_at_its_line_beside_hundreds_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut meant = Vec::new();
    for (way, (name, code, plant)) in WAYS.iter().enumerate() {
        for at in 0..12 {
            let (bytes, line) = plant(&text(6 + at), at);
            // Each is another statute: the same one twice would be another fault.
            let bytes = match String::from_utf8(bytes) {
                Ok(text) => text.replace(TITLE, &format!("示例{way}之{at}办法")).into_bytes(),
                Err(err) => err.into_bytes(),
            };
            let file = format!("{way:02}-{at:02}(2019-01-05).md");
            #[expect(clippy::disallowed_methods, reason = "a test lays out a library")]
            std::fs::write(folder.path().join(&file), bytes).unwrap();
            meant.push((*name, file, line, *code));
        }
    }
    let told = told_of(&small(), Some(folder.path().to_owned()));
    let mut wrong = Vec::new();
    for (name, file, line, code) in &meant {
        let here: Vec<&Told> = told.iter().filter(|told| told.path.ends_with(file.as_str())).collect();
        if !here.iter().any(|told| told.line == *line && told.code == *code && told.column > 0) {
            wrong.push(format!(
                "{name}: {file} line {line} should be told as [\"{code}\"]; heard:\n    {here:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), meant.len(), wrong.join("\n"));
    assert!(meant.len() >= 130);
}

#[test]
fn a_library_of_broken_texts_stops_no_page() {
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test lays out a library")]
    std::fs::write(folder.path().join("坏的(2019-01-05).md"), b"\xff\xfe").unwrap();
    let mut files = Files::new();
    files.extend(small());
    let told = told_of(&files, Some(folder.path().to_owned()));
    assert!(told.iter().any(|told| told.code == "statute-text" && !told.is_error), "{told:?}");
}
