//! YAML as nearly everybody writes it, read line by line into the tree of [`super::node`].
//!
//! Start at [`read`]. It takes keys in blocks with a value on the same line or a list or keys below, lists in blocks and in
//! brackets, quotes without a backslash, and comments on lines of their own. Whatever else it meets – texts over several lines,
//! anchors, tags, keys written twice, anything that may be wrong – it leaves to the full reader in [`super::node`], which is
//! slower and says what is wrong. A property test holds that both give the same tree.

use super::node::{Node, Value};
use crate::source::{FileId, Span};

/// Values within values deeper than this are left to the full reader, whose limit is a little higher.
const DEEPEST: usize = 8;
/// So are texts longer than this, in bytes: it counts what they hold.
const LONGEST: usize = 64 * 1024;

/// The tree of `text`, which stands in `file` from byte `base`; `None` where the full reader has to look.
pub(super) fn read(file: FileId, text: &str, base: usize) -> Option<Node> {
    if text.len() > LONGEST || !is_printable(text) {
        return None;
    }
    let mut reader = Reader { text, next: 0, here: None, file, base };
    reader.advance();
    let node = reader.map(0, 0)?;
    reader.here.is_none().then_some(node)
}

/// Whether nothing is in `text` that YAML forbids, or that some take for the end of a line.
fn is_printable(text: &str) -> bool {
    let bytes = text.as_bytes();
    let odd = |at: usize| match bytes[at] {
        b'\n' => false,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        0..=0x1f | 0x7f => true,
        // The second row of control characters; the ends of lines and paragraphs; marks of byte order, and no characters.
        0xc2 => bytes.get(at + 1).is_none_or(|next| *next < 0xa0),
        0xe2 => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])),
        0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbb, 0xbf] | [0xbf, 0xbe | 0xbf])),
        _ => false,
    };
    !(0..bytes.len()).any(odd)
}

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
struct Rest {
    /// The column of its first byte.
    column: usize,
    /// Its first byte in the text.
    start: usize,
    /// One past its last byte that is no space.
    end: usize,
}

struct Reader<'t> {
    text: &'t str,
    /// Where the next line begins.
    next: usize,
    /// What is to be read now; `None` at the end of the text.
    here: Option<Rest>,
    file: FileId,
    base: usize,
}

impl<'t> Reader<'t> {
    /// Goes to the next line that says something.
    fn advance(&mut self) {
        self.here = None;
        while self.here.is_none() && self.next < self.text.len() {
            let line = &self.text[self.next..];
            let line = &line[..memchr::memchr(b'\n', line.as_bytes()).unwrap_or(line.len())];
            let column = line.bytes().take_while(|byte| *byte == b' ').count();
            let said = line[column..].trim_end_matches([' ', '\r']);
            if !said.is_empty() && !said.starts_with('#') {
                let start = self.next + column;
                self.here = Some(Rest { column, start, end: start + said.len() });
            }
            self.next += line.len() + 1;
        }
    }

    /// What is to be read now, if it stands in `column`.
    fn at(&self, column: usize) -> Option<(Rest, &'t str)> {
        let rest = self.here.filter(|rest| rest.column == column)?;
        Some((rest, &self.text[rest.start..rest.end]))
    }

    /// Whether something stands further right than `column`: more of the value before it, or a slip.
    fn goes_on(&self, column: usize) -> bool {
        self.here.is_some_and(|rest| rest.column > column)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// Keys in `column`, each with its value.
    fn map(&mut self, column: usize, depth: usize) -> Option<Node> {
        let start = self.at(column)?.0.start;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        while let Some((rest, said)) = self.at(column) {
            let colon = key_end(said)?;
            let key = Node {
                value: Value::Scalar(said[..colon].to_owned()),
                span: self.span(rest.start, rest.start + colon),
            };
            if depth >= DEEPEST || entries.iter().any(|(known, _)| known.value == key.value) {
                return None;
            }
            let value = said[colon + 1..].trim_start_matches(' ');
            let value = if value.is_empty() {
                self.advance();
                self.below(column, depth + 1)?
            } else {
                self.value(rest.end - value.len(), value, column)?
            };
            entries.push((key, value));
        }
        (!self.goes_on(column)).then(|| Node { value: Value::Map(entries), span: self.span(start, start) })
    }

    /// The value below a key in `column`.
    fn below(&mut self, column: usize, depth: usize) -> Option<Node> {
        let rest = self.here?;
        let list = is_item(&self.text[rest.start..rest.end]);
        match list {
            true if rest.column >= column => self.list((rest.column, rest.column > column), depth),
            false if rest.column > column => self.map(rest.column, depth),
            _ => None,
        }
    }

    /// Items in `column`; `further`: further right than their key, as most write them. The full reader has a list begin with its
    /// first sign there, and with what stands behind it elsewhere.
    fn list(&mut self, (column, further): (usize, bool), depth: usize) -> Option<Node> {
        let (rest, said) = self.at(column)?;
        let first = said[1..].trim_start_matches(' ').len();
        let start = if further { rest.start } else { rest.end - first };
        let mut items = Vec::new();
        while let Some((rest, said)) = self.at(column).filter(|(_, said)| is_item(said)) {
            let item = said[1..].trim_start_matches(' ');
            if depth >= DEEPEST || is_item(item) {
                return None;
            }
            let begin = rest.end - item.len();
            items.push(if key_end(item).is_some() {
                let inside = column + begin - rest.start;
                self.here = Some(Rest { column: inside, start: begin, end: rest.end });
                self.map(inside, depth + 1)?
            } else {
                self.value(begin, item, column)?
            });
        }
        (!self.goes_on(column)).then(|| Node { value: Value::List(items), span: self.span(start, start) })
    }

    /// A value that stands at byte `start` and is its whole line, `column` being that of its key or item.
    fn value(&mut self, start: usize, said: &str, column: usize) -> Option<Node> {
        let value = match said.as_bytes().first()? {
            b'[' => self.in_brackets(start, said)?,
            _ => self.scalar(start, said)?,
        };
        self.advance();
        (!self.goes_on(column)).then_some(value)
    }

    /// [妇女, "110"]
    fn in_brackets(&self, start: usize, said: &str) -> Option<Node> {
        let inside = said.strip_prefix('[')?.strip_suffix(']')?;
        let mut items = Vec::new();
        let mut at = start + 1;
        for item in inside.split(',') {
            let word = item.trim_matches(' ');
            let begin = at + (item.len() - item.trim_start_matches(' ').len());
            items.push(self.scalar(begin, word).filter(|_| !word.contains(['[', ']', '{', '}', '?']))?);
            at += item.len() + 1;
        }
        Some(Node { value: Value::List(items), span: self.span(start, start + 1) })
    }

    fn scalar(&self, start: usize, said: &str) -> Option<Node> {
        let value = match said.as_bytes().first()? {
            quote @ (b'"' | b'\'') => {
                let inside = said.get(1..said.len() - 1).filter(|_| said.as_bytes().last() == Some(quote))?;
                let plain = !inside.bytes().any(|byte| byte == *quote || byte == b'\\');
                plain.then(|| Value::Scalar(inside.to_owned()))?
            }
            _ => plain(said)?,
        };
        Some(Node { value, span: self.span(start, start + said.len()) })
    }
}

/// Where the key ends that a line begins with: before a colon that a space follows, or nothing.
fn key_end(said: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b':', &said.as_bytes()[from..]) {
        let colon = from + found;
        if matches!(said.as_bytes().get(colon + 1), None | Some(b' ')) {
            let key = &said[..colon];
            let is_name = key.chars().all(|c| c.is_alphanumeric() || c == '_');
            return (is_name && matches!(plain(key), Some(Value::Scalar(_)))).then_some(colon);
        }
        from = colon + 1;
    }
    None
}

/// Whether a line is an item of a list.
fn is_item(said: &str) -> bool {
    said.starts_with("- ")
}

/// A value without quotes; `None` for what means something else, or may be a number that is none, such as `.inf` and `1e999`.
fn plain(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    if b"-?:,[]{}#&*!|>'\"%@`=<".contains(&first) || text.starts_with("...") {
        return None;
    }
    let ends = |at: usize| matches!(bytes.get(at + 1), None | Some(b' '));
    let sign = |at: usize| (bytes[at] == b':' && ends(at)) || (bytes[at] == b'#' && bytes[at - 1] == b' ');
    if memchr::memchr2_iter(b':', b'#', bytes).any(sign) {
        return None;
    }
    if matches!(text, "~" | "null" | "Null" | "NULL") {
        return Some(Value::Null);
    }
    let number = (first.is_ascii_digit() || matches!(first, b'+' | b'.')) && text.is_ascii();
    let odd = number && (text.len() > 15 || text.contains(|c: char| c.is_ascii_alphabetic()));
    (!odd).then(|| Value::Scalar(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Diagnostics;
    use crate::load::node;

    fn file() -> FileId {
        let mut sources = crate::source::SourceMap::default();
        sources.add("a.md", "");
        sources.texts().next().unwrap().0
    }

    #[test]
    fn what_editors_write_is_read_without_the_full_reader() {
        let text = "# 注释\ntitle: 产假有多少天\nreviewed: 2026-10-20\naudience: [女职工, 实习生]\nsteps:\n  - do: 先离开\n    how: 去人多的地方。\n  - 说一声\nhotlines: [\"110\", '12338' ]\nsensitive: true\nbring:\n- 身份证\n- 申请书：一页\n";
        let node = read(file(), text, 4).unwrap();
        let Value::Map(entries) = &node.value else { panic!("{node:?}") };
        assert_eq!(entries.len(), 7);
        assert_eq!(Some(&node), node::read_slowly(file(), text, 4, &mut Diagnostics::default()).as_ref());
    }

    #[test]
    fn what_needs_the_full_reader_is_left_to_it() {
        for text in [
            "a: &x 1\nb: *x\n",
            "a: 1\na: 2\n",
            "a: !!str 1\n",
            "--- \na: 1\n",
            "a: [1\n",
            "<<: {a: 1}\n",
            "? [a]\n: 1\n",
            "a: .inf\n",
            "a: 1e999\n",
            "a: 一行\n  两行\n",
            "a: >\n  一行\n",
            "a: \"第\\n行\"\n",
            "a:\n",
            "a: b: c\n",
            "- a\n",
            "a: 字 # 注释\n",
            "a: [x, ]\n",
            "a: {b: 1}\n",
            "a: 字\u{2028}b: 2\n",
            " a: 1\nb: 2\n",
            "a:\n   - b: 1\n    c: 2\n",
        ] {
            assert_eq!(read(file(), text, 0), None, "{text}");
        }
    }

    fn yaml() -> impl Strategy<Value = String> {
        const PARTS: &[&str] = &[
            "a: ",
            "题: ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "\n- ",
            "\n  - ",
            "\na: ",
            "\nb:",
            "x",
            "字",
            "1",
            "0.5",
            ".inf",
            "true",
            "~",
            "null",
            "\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "|\n",
            ">-\n",
            "# c",
            " ",
            "2026-01-02",
            "012",
            "b: ",
            "c: 1\n",
            "? ",
            ": ",
            "\t",
            "%",
            "yes",
            "\\n",
            "-1",
            "1e3",
            "0x1f",
        ];
        proptest::collection::vec(proptest::sample::select(PARTS), 0..24).prop_map(|parts| parts.concat())
    }

    /// Values, some of which mean more than they seem to.
    const VALUES: &[&str] = &[
        "",
        "字",
        "字 ",
        "a b",
        "110",
        "012",
        "1.5",
        "true",
        "~",
        "null",
        "no",
        "2026-01-02",
        "8:30–12:00",
        "a: b",
        "a:",
        "x #y",
        "#y",
        "x#y",
        "\"110\"",
        "'字'",
        "\"a\"b",
        "'",
        "\"a\\n\"",
        "[a, \"b\", 3]",
        "[a, [b]]",
        "[]",
        "[a",
        "{a: 1}",
        "- a",
        "-a",
        "? a",
        "& a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "=",
        "<<",
        ".5",
        "+1",
        "1e3",
        "---",
        "...",
        "，",
        "“字”",
        "·",
    ];

    /// Lines as front matter has them, well laid out or not, with values that mean more than they seem to.
    fn lines() -> impl Strategy<Value = String> {
        let key = proptest::option::of(proptest::sample::select(
            &["a", "b", "题", "do", "1", "null", "a-b", "a b"][..],
        ));
        let line = (0..4_usize, any::<bool>(), key, proptest::sample::select(VALUES));
        let line = line.prop_map(|(indent, item, key, value)| {
            let (item, key) =
                (if item { "- " } else { "" }, key.map_or(String::new(), |key| format!("{key}: ")));
            format!("{}{item}{key}{value}\n", "  ".repeat(indent))
        });
        proptest::collection::vec(line, 1..7).prop_map(|lines| lines.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn both_readers_give_the_same_tree(text in prop_oneof![yaml(), lines()]) {
            if let Some(node) = read(file(), &text, 3) {
                let slowly = node::read_slowly(file(), &text, 3, &mut Diagnostics::default());
                prop_assert_eq!(Some(node), slowly, "{:?}", text);
            }
        }
    }
}
