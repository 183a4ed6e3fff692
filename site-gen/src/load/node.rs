//! What editors write between `---` lines, in CSV rows and in `site.toml`, as one kind of tree with places.
//!
//! YAML, TOML and CSV all become a [`Node`], so each kind of content has one reader ([`super::fields`]) that finds
//! every fault of a file in one run. Scalars stay text as typed: `012` and `990121` keep their zeros.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::{blame, mends, yaml};
use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

/// A value as typed, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What.
    pub value: Value,
    /// Where.
    pub span: Span,
}

/// A value as typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing after the key.
    Null,
    /// A word, number, date or text.
    Scalar(String),
    /// Several values.
    List(Vec<Node>),
    /// Keys and values.
    Map(Vec<(Node, Node)>),
}

/// Reads YAML that stands in `file` from byte `base`. Reports what can't be read and gives `None`.
pub fn from_yaml(file: FileId, text: &str, base: usize, diags: &mut Diagnostics) -> Option<Node> {
    let text = mend_full_width_colons(file, text, base, diags);
    if text.trim().is_empty() {
        return Some(Node { value: Value::Map(Vec::new()), span: Span::new(file, base, base) });
    }
    yaml::read(file, &text, base).or_else(|| read_slowly(file, &text, base, diags))
}

/// Reads any YAML, and says what can't be read.
pub(super) fn read_slowly(file: FileId, text: &str, base: usize, diags: &mut Diagnostics) -> Option<Node> {
    match read_yaml(text) {
        Ok(raw) => Some(Place { file, base, text }.node(raw)),
        Err(err) => {
            diags.push(yaml_error(file, text, base, &err));
            None
        }
    }
}

/// Reads TOML that is the whole of `file`. Reports each fault; gives what could be read.
pub fn from_toml(file: FileId, text: &str, diags: &mut Diagnostics) -> Option<Node> {
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    let failed = !errors.is_empty();
    let wrong = errors.len();
    let lines = Lines::new(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        diags.push(toml_error(file, (text, &lines), (range, wrong)));
    }
    (!failed).then(|| {
        let range = table.span();
        toml_table(file, table.into_inner(), range)
    })
}

/// What is wrong at `range`, one of `wrong` faults. Word processors make quotes curly: that is said as such where it is all.
fn toml_error(
    file: FileId,
    (text, lines): (&str, &Lines<'_>),
    (range, wrong): (Range<usize>, usize),
) -> Diagnostic {
    let (start, written) = lines.around(range.start);
    let line = start..start + written.len();
    let reads = |text: &str| toml::de::DeTable::parse_recoverable(text).1.len() < wrong;
    let mends = mends::toml(text, line.clone(), reads);
    let error = Diagnostic::error("toml", Span::new(file, range.start, range.end), "这里的写法读不懂");
    if mends.is_empty() {
        return error.hint(
            "每行写成 名字 = \"内容\"，引号用半角、要成对；中文的名字也要加引号；一组设置用 [名字] 开头",
        );
    }
    let what = if written.contains(['“', '”', '‘', '’']) { "引号" } else { "等号" };
    Diagnostic { message: format!("{what}是全角的，程序读不懂"), ..error }
        .hint(format!("写成半角的：{}", mends::line(text, line, &mends).trim()))
        .edits(mends::edits(file, 0, mends))
}

/// Editors type `标题：` with a full-width colon. It is taken for what was meant: the replacement is as long, so
/// every place stays true.
fn mend_full_width_colons(file: FileId, text: &str, base: usize, diags: &mut Diagnostics) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match full_width_colon_after_key(line) {
            Some(at) => {
                let start = base + out.len() + at;
                let colon = Span::new(file, start, start + '：'.len_utf8());
                let rest = &line[at + '：'.len_utf8()..];
                let value = rest.trim_start_matches([' ', '\u{3000}']);
                // The blanks behind it go with it: one is meant, and only before a value.
                let (end, half) = match value.trim_end().is_empty() {
                    true => (colon.end, ":"),
                    false => (colon.end + rest.len() - value.len(), ": "),
                };
                diags.push(
                    Diagnostic::warning("full-width-colon", colon, "冒号是全角的，已按半角读")
                        .hint("改成半角冒号加一个空格：“: ”")
                        .edit(Span::new(file, start, end), half),
                );
                out.push_str(&line[..at]);
                out.push_str(":  ");
                out.push_str(rest);
            }
            None => out.push_str(line),
        }
    }
    out
}

fn full_width_colon_after_key(line: &str) -> Option<usize> {
    let at = line.find('：')?;
    let before = line[..at].trim_start();
    let key = before.strip_prefix("- ").unwrap_or(before);
    let is_key = !key.is_empty()
        && key.chars().count() <= 12
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !key.chars().all(|c| c.is_ascii_digit());
    // A list item such as `- 说明：内容` is text, not a key; the keys that begin list items are these.
    let begins_item =
        ["do", "做", "rule", "规则", "role", "职务", "say", "口语", "slug", "adopted", "通过"].contains(&key);
    (is_key && (begins_item || !before.starts_with("- "))).then_some(at)
}

/// Values within values deeper than this are no settings, and would use up the stack of a thread.
const DEEPEST: usize = 12;
/// So many values may be said by calling others by name, which nobody has to: each may stand for thousands.
const MOST_CALLED: usize = 1_000;

fn read_yaml(text: &str) -> Result<Spanned<RawYaml>, serde_saphyr::Error> {
    let mut options = serde_saphyr::Options::default();
    if let Some(budget) = &mut options.budget {
        budget.max_depth = DEEPEST;
    }
    options.alias_limits.max_total_replayed_events = MOST_CALLED;
    serde_saphyr::from_str_with_options(text, options)
}

/// The byte at which the parser gave up.
fn told_at(text: &str, err: &serde_saphyr::Error) -> usize {
    err.location().map_or(0, |location| place_of(text, &location))
}

fn yaml_error(file: FileId, text: &str, base: usize, err: &serde_saphyr::Error) -> Diagnostic {
    let told = told_at(text, err);
    let reads = |text: &str| read_yaml(text).is_ok();
    let told_line = blame::told_line(text, told);
    let mends = mends::yaml(text, told_line, reads);
    let line = match mends.first() {
        Some((mended, _)) => blame::told_line(text, mended.start),
        None => blame::line(text, told, |text| read_yaml(text).err().map(|err| told_at(text, &err))),
    };
    let mends = mends::edits(file, base, mends);
    let (line_start, line) = (line.start, &text[line]);
    // The place that the parser names is the better one where it lies in the line.
    let indent = line.len() - line.trim_start().len();
    let within = (line_start..=line_start + line.len()).contains(&told);
    let start = if within { told } else { line_start + indent };
    let at = Span::new(file, base + start, base + (line_start + line.len()).max(start));
    let words = err.without_snippet().to_string();
    if words.contains("duplicate") {
        return Diagnostic::error("duplicate-key", at, "这个名字写了两次").hint("留下一个，删掉另一个");
    }
    if line.contains('\t') {
        return Diagnostic::error("yaml", at, "这一行用了制表符（Tab）")
            .hint("把 Tab 换成两个空格")
            .edits(mends);
    }
    let hint = if line.matches(": ").count() > 1 {
        "内容里有冒号时，整段内容用英文引号括起来：title: \"……\""
    } else {
        "看看这一行和上一行。常见原因：冒号后面少一个空格；引号没有成对；逗号、引号、方括号打成了全角；上下行没有对齐"
    };
    Diagnostic::error("yaml", at, "这里的写法读不懂").hint(hint).edits(mends)
}

/// The byte a location means. Scanner errors know only line and column.
fn place_of(text: &str, location: &serde_saphyr::Location) -> usize {
    let exact = location.span().byte_offset().and_then(|at| usize::try_from(at).ok());
    let by_line = || {
        let line = usize::try_from(location.line()).unwrap_or(1).saturating_sub(1);
        let line_start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
        line_start + text[line_start..].chars().take(column).map(char::len_utf8).sum::<usize>()
    };
    let at = exact.filter(|at| *at > 0).unwrap_or_else(by_line);
    // A text that ends in the middle of something: its last line is where to look.
    crate::source::floor_char_boundary(text, at.min(text.trim_end().len()))
}

/// Where a YAML text stands in its file.
struct Place<'a> {
    file: FileId,
    base: usize,
    text: &'a str,
}

impl Place<'_> {
    fn node(&self, raw: Spanned<RawYaml>) -> Node {
        let at = raw.defined.span();
        let start = at.byte_offset().and_then(|start| usize::try_from(start).ok()).unwrap_or(0);
        let len = at.byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
        let start = start.min(self.text.len());
        let end = (start + len).min(self.text.len());
        let value = match raw.value {
            RawYaml::Null => Value::Null,
            RawYaml::Text(text) => Value::Scalar(text),
            RawYaml::Plain => Value::Scalar(self.text.get(start..end).unwrap_or_default().trim().to_owned()),
            RawYaml::List(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            RawYaml::Map(entries) => Value::Map(
                entries.into_iter().map(|(key, value)| (self.node(key), self.node(value))).collect(),
            ),
        };
        Node { value, span: Span::new(self.file, self.base + start, self.base + end) }
    }
}

/// YAML as its parser gives it. Numbers and truth values are only marked: their text is taken from the file.
enum RawYaml {
    Null,
    Text(String),
    Plain,
    List(Vec<Spanned<RawYaml>>),
    Map(Vec<(Spanned<RawYaml>, Spanned<RawYaml>)>),
}

impl<'de> Deserialize<'de> for RawYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawYamlVisitor)
    }
}

struct RawYamlVisitor;

impl<'de> Visitor<'de> for RawYamlVisitor {
    type Value = RawYaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<RawYaml, E> {
        Ok(RawYaml::Null)
    }

    fn visit_none<E>(self) -> Result<RawYaml, E> {
        Ok(RawYaml::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<RawYaml, E> {
        Ok(RawYaml::Plain)
    }

    fn visit_str<E>(self, text: &str) -> Result<RawYaml, E> {
        Ok(RawYaml::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawYaml, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(RawYaml::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawYaml, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(RawYaml::Map(map))
    }
}

fn toml_table(file: FileId, table: toml::de::DeTable<'_>, range: std::ops::Range<usize>) -> Node {
    let mut entries: Vec<(Node, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let key_span = Span::new(file, key.span().start, key.span().end);
            let key = Node { value: Value::Scalar(key.into_inner().into_owned()), span: key_span };
            let range = value.span();
            (key, toml_value(file, value.into_inner(), range))
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span);
    Node { value: Value::Map(entries), span: Span::new(file, range.start, range.end) }
}

fn toml_value(file: FileId, value: toml::de::DeValue<'_>, range: std::ops::Range<usize>) -> Node {
    use toml::de::DeValue;
    let span = Span::new(file, range.start, range.end);
    let value = match value {
        DeValue::Table(table) => return toml_table(file, table, range),
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| {
                    let range = item.span();
                    toml_value(file, item.into_inner(), range)
                })
                .collect(),
        ),
        DeValue::String(text) => Value::Scalar(text.into_owned()),
        DeValue::Boolean(truth) => Value::Scalar(truth.to_string()),
        DeValue::Integer(number) => Value::Scalar(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Scalar(number.as_str().to_owned()),
        DeValue::Datetime(datetime) => Value::Scalar(datetime.to_string()),
    };
    Node { value, span }
}
