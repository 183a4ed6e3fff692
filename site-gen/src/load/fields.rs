//! Takes known fields out of a map that an editor wrote, and reports every one that is wrong.
//!
//! Each `take` looks a field up by its name or its Chinese alias, says what is wrong with it and carries on;
//! [`Fields::finish`] reports what nobody asked for, with the nearest known name. A field that is written but
//! wrong is `None` like one that is missing, so callers go on with what they have.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::Date;

use super::node::{Node, Value};
use crate::diag::{Diagnostic, Diagnostics, nearest, suggest};
use crate::model;
use crate::source::{Located, Span};

/// The name of a field and what Chinese editors call it.
#[derive(Debug, Clone, Copy)]
pub struct Key(pub &'static str, pub &'static str);

impl Key {
    /// Whether only a file of its own can say it, not a row of a table.
    fn needs_file(self) -> bool {
        self.0 == "location"
    }
}

/// The fields of one map.
pub struct Fields<'d> {
    /// Where the map stands, for what is missing in it.
    pub span: Span,
    entries: Vec<(Node, Node, bool)>,
    known: Vec<Key>,
    /// Whether this is a row of a table: hints speak of columns then.
    is_row: bool,
    /// Where problems go.
    pub diags: &'d mut Diagnostics,
}

/// What most fields want.
const TEXT: &str = "一段文字";

/// What separates several values in one cell of a table.
const SEPARATORS: [char; 4] = ['；', ';', '、', '|'];

impl<'d> Fields<'d> {
    /// The fields of `node`; reports when it is not a map.
    pub fn of(node: Node, span: Span, diags: &'d mut Diagnostics) -> Self {
        let entries = match node.value {
            Value::Map(entries) => entries,
            Value::Null => Vec::new(),
            Value::Scalar(_) | Value::List(_) => {
                diags.push(
                    Diagnostic::error("field-type", node.span, "这里应是一组“名字: 内容”")
                        .hint("每行写一个名字，后面是英文冒号、空格和内容"),
                );
                Vec::new()
            }
        };
        let entries = entries.into_iter().map(|(key, value)| (key, value, false)).collect();
        Self { span, entries, known: Vec::new(), is_row: false, diags }
    }

    /// The cells of a row of a table.
    pub fn of_row(node: Node, span: Span, diags: &'d mut Diagnostics) -> Self {
        Self { is_row: true, ..Self::of(node, span, diags) }
    }

    /// The value under `key`, whatever it is. A key with nothing after it counts as not written.
    pub fn node(&mut self, key: Key) -> Option<Node> {
        self.known.push(key);
        let mut found = None;
        for (name, value, taken) in &mut self.entries {
            let Value::Scalar(text) = &name.value else { continue };
            if text != key.0 && text != key.1 {
                continue;
            }
            *taken = true;
            if found.is_some() {
                self.diags.push(
                    Diagnostic::error(
                        "duplicate-key",
                        name.span,
                        format!("“{text}”写了两次（{} 和 {} 是一回事）", key.0, key.1),
                    )
                    .hint("留下一个，删掉另一个"),
                );
            } else if value.value != Value::Null {
                found = Some(value.clone());
            }
        }
        found
    }

    /// A text on one or more lines. Blank counts as not written.
    pub fn text(&mut self, key: Key) -> Option<Located<String>> {
        let node = self.node(key)?;
        let text = self.scalar(node, key)?;
        (!text.value.trim().is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub fn required(&mut self, key: Key) -> Option<Located<String>> {
        let wrong_type = self.is_wrong_type(key);
        let text = self.text(key);
        // A field of the wrong type has been reported already.
        if text.is_none() && !wrong_type {
            self.missing(key);
        }
        text
    }

    /// Several texts: a list, or one text that is a list of one. Reports one that stands there twice.
    pub fn texts(&mut self, key: Key) -> Vec<Located<String>> {
        let texts = self.typed_texts(key);
        self.report_twice(&texts);
        texts
    }

    fn report_twice(&mut self, texts: &[Located<String>]) {
        let mut seen = BTreeSet::new();
        for again in texts.iter().filter(|text| !seen.insert(text.value.trim())) {
            let message = format!("“{}”写了两次", again.value.trim());
            self.diags.push(Diagnostic::warning("duplicate-value", again.span, message).hint("留下一个"));
        }
    }

    fn typed_texts(&mut self, key: Key) -> Vec<Located<String>> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let items = match node.value {
            Value::List(items) => items,
            Value::Scalar(_) => vec![node],
            Value::Null | Value::Map(_) => {
                self.wrong_type(node.span, key, "一个列表，每行以“- ”开头");
                return Vec::new();
            }
        };
        items
            .into_iter()
            .filter_map(|item| self.scalar(item, key))
            .filter(|item| !item.value.is_empty())
            .collect()
    }

    /// Several short values: a list, or one text with `；`, `;`, `、` or `|` between them, as in a table's cell.
    pub fn words(&mut self, key: Key) -> Vec<Located<String>> {
        let split = |item: Located<String>| -> Vec<Located<String>> {
            item.value
                .split(SEPARATORS)
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(|word| Located { value: word.to_owned(), span: item.span })
                .collect()
        };
        let words: Vec<_> = self.typed_texts(key).into_iter().flat_map(split).collect();
        self.report_twice(&words);
        words
    }

    /// One value of a closed vocabulary; reports a second one.
    pub fn one_of<T: Copy>(&mut self, key: Key, words: Vocabulary<T>) -> Option<T> {
        let written = self.words(key);
        if let Some(second) = written.get(1) {
            let message = format!("{}（{}）只能写一个，“{}”多了", key.0, key.1, second.value);
            self.diags.push(Diagnostic::error("vocabulary", second.span, message).hint("留下最合适的一个"));
        }
        words.read(written.first()?, self.diags)
    }

    /// Values of a closed vocabulary, by their name in code or in Chinese.
    pub fn vocabulary<T: Copy>(&mut self, key: Key, words: Vocabulary<T>) -> Vec<T> {
        self.words(key).into_iter().filter_map(|word| words.read(&word, self.diags)).collect()
    }

    /// A day.
    pub fn date(&mut self, key: Key) -> Option<Located<Date>> {
        let text = self.text(key)?;
        let written = text.value.trim();
        let date = model::date::date(written);
        if date.is_none() {
            let reads = |day: &str| model::date::date(day).is_some();
            let mend = suggest::instead(&text, suggest::day(&text.value), reads);
            self.diags.push(
                Diagnostic::error("date", text.span, format!("“{}”不是一个日子", text.value.trim()))
                    .hint("写成 2026-10-12 这样：年-月-日，月和日各两位；Excel 会自己改日期，把这一列设成“文本”")
                    .maybe_edit(mend),
            );
        }
        date.map(|value| Located { value, span: text.span })
    }

    /// Yes or no.
    pub fn truth(&mut self, key: Key) -> Option<bool> {
        let text = self.text(key)?;
        match text.value.trim() {
            "true" | "yes" | "是" => Some(true),
            "false" | "no" | "否" => Some(false),
            other => {
                let message = format!("“{other}”应是 true（是）或 false（否）");
                let lower = Some(other.to_ascii_lowercase());
                let mend = suggest::instead(&text, lower, |word| ["true", "false"].contains(&word));
                let finding = Diagnostic::error("field-type", text.span, message).hint("写 true 或 false");
                self.diags.push(finding.maybe_edit(mend));
                None
            }
        }
    }

    /// A number in a range.
    pub fn number(&mut self, key: Key, range: RangeInclusive<f64>) -> Option<Located<f64>> {
        self.in_range(key, "数字", range)
    }

    /// A whole number in a range.
    pub fn whole(&mut self, key: Key, range: RangeInclusive<u32>) -> Option<Located<u32>> {
        self.in_range(key, "整数", range)
    }

    fn in_range<T: FromStr + PartialOrd + Display>(
        &mut self,
        key: Key,
        what: &str,
        range: RangeInclusive<T>,
    ) -> Option<Located<T>> {
        let text = self.text(key)?;
        let read = |text: &str| text.trim().parse::<T>().ok().filter(|number| range.contains(number));
        let number = read(&text.value);
        if number.is_none() {
            let half = Some(suggest::half_width(&text.value));
            let mend = suggest::instead(&text, half, |half| read(half).is_some());
            let message = format!(
                "{}（{}）应是 {} 到 {} 的{what}，这里是“{}”",
                key.0,
                key.1,
                range.start(),
                range.end(),
                text.value
            );
            let finding = Diagnostic::error("number", text.span, message).hint("只写数字，不带单位");
            self.diags.push(finding.maybe_edit(mend));
        }
        number.map(|value| Located { value, span: text.span })
    }

    /// Several maps.
    pub fn maps(&mut self, key: Key) -> Vec<Node> {
        match self.node(key) {
            None => Vec::new(),
            Some(Node { value: Value::List(items), .. }) => items,
            Some(node) => {
                self.wrong_type(node.span, key, "一个列表，每项以“- ”开头");
                Vec::new()
            }
        }
    }

    /// Reports that a field has to be there.
    pub fn missing(&mut self, key: Key) {
        self.diags.push(
            Diagnostic::error("missing-field", self.span, format!("缺少 {}（{}）", key.0, key.1)).hint(
                if self.is_row {
                    format!("在“{}”或“{}”这一列填上；没有这一列就加一列", key.0, key.1)
                } else {
                    format!("加一行 {}: ……", key.0)
                },
            ),
        );
    }

    /// Whether the field is there with anything after it.
    pub fn is_written(&self, key: Key) -> bool {
        self.entries.iter().any(|(name, value, _)| {
            matches!(&name.value, Value::Scalar(text) if text == key.0 || text == key.1)
                && value.value != Value::Null
        })
    }

    /// Whether there are several values where one belongs.
    fn is_wrong_type(&self, key: Key) -> bool {
        self.entries.iter().any(|(name, value, _)| {
            matches!(&name.value, Value::Scalar(text) if text == key.0 || text == key.1)
                && matches!(value.value, Value::List(_) | Value::Map(_))
        })
    }

    /// Reports what nobody asked for.
    pub fn finish(self) {
        // What a row can't hold is no help to who mistyped a column's name.
        let known: Vec<Key> =
            self.known.iter().copied().filter(|key| !(self.is_row && key.needs_file())).collect();
        let names = || known.iter().flat_map(|key| [key.0, key.1]);
        let free: Vec<&'static str> =
            self.known.iter().filter(|key| !self.is_written(**key)).map(|key| key.0).collect();
        for (name, _, taken) in &self.entries {
            if *taken {
                continue;
            }
            let typed = match &name.value {
                Value::Scalar(text) => text.as_str(),
                _ => "",
            };
            let hint = if let Some(near) = nearest(typed, names()) {
                format!("是不是想写 {near}")
            } else {
                let all: Vec<String> = known.iter().map(|key| format!("{}（{}）", key.0, key.1)).collect();
                format!("这里可以写：{}", all.join("、"))
            };
            let what = if self.is_row { "列" } else { "项" };
            let message = format!("没有叫“{typed}”的{what}");
            let finding = Diagnostic::error("unknown-field", name.span, message).hint(hint);
            self.diags.push(finding.maybe_edit(certain_key(&free, name, typed)));
        }
    }

    fn scalar(&mut self, node: Node, key: Key) -> Option<Located<String>> {
        match node.value {
            Value::Scalar(value) => Some(Located { value, span: node.span }),
            Value::Null => None,
            Value::List(_) | Value::Map(_) => {
                self.wrong_type(node.span, key, TEXT);
                None
            }
        }
    }

    fn wrong_type(&mut self, span: Span, key: Key, wanted: &str) {
        let message = format!("{}（{}）应是{wanted}", key.0, key.1);
        let hint = match (self.is_row, wanted == TEXT) {
            (true, _) => "表格里写不了这一项：给这个站点单独写一个 .md 文件",
            (false, true) => "多半是这句话里有半角冒号加空格：把整句用半角双引号括起来",
            (false, false) => "换一行，缩进两格，每项写“- ……”",
        };
        self.diags.push(Diagnostic::error("field-type", span, message).hint(hint));
    }
}

/// The English name that was certainly meant, unless the setting is written elsewhere already: then it is not `free`.
fn certain_key(free: &[&'static str], name: &Node, typed: &str) -> Option<(Span, String)> {
    let typed = Located { value: typed.to_owned(), span: name.span };
    let meant = suggest::certain(&typed.value, free.iter().copied()).map(str::to_owned);
    suggest::instead(&typed, meant, |_| true)
}

/// A closed vocabulary: how to read a word, and every word there is.
pub struct Vocabulary<T> {
    /// What sort of thing it names, in Chinese.
    pub what: &'static str,
    /// Reads a word.
    pub parse: fn(&str) -> Option<T>,
    /// Every word, in code and in Chinese.
    pub all: Vec<(&'static str, &'static str)>,
}

impl<T> Vocabulary<T> {
    /// Reads `word`, or reports it with the nearest word there is.
    pub fn read(&self, word: &Located<String>, diags: &mut Diagnostics) -> Option<T> {
        let value = (self.parse)(word.value.trim());
        if value.is_none() {
            let names = self.all.iter().flat_map(|(code, chinese)| [*code, *chinese]);
            let all: Vec<String> =
                self.all.iter().map(|(code, chinese)| format!("{code}（{chinese}）")).collect();
            let hint = match nearest(&word.value, names) {
                Some(near) => format!("是不是想写 {near}"),
                None => format!("可以写：{}", all.join("、")),
            };
            let message = format!("没有叫“{}”的{}", word.value, self.what);
            diags.push(Diagnostic::error("vocabulary", word.span, message).hint(hint));
        }
        value
    }
}

/// The vocabulary of a type of `search::vocabulary`.
macro_rules! vocabulary_of {
    ($what:literal, $type:ty) => {
        $crate::load::fields::Vocabulary::<$type> {
            what: $what,
            parse: <$type>::parse,
            all: <$type>::ALL.iter().map(|value| (value.code(), value.chinese())).collect(),
        }
    };
}
pub(crate) use vocabulary_of;
