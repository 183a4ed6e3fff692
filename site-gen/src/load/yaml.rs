//! YAML as nearly everybody writes it, read straight from the parser's events into the tree of [`super::node`].
//!
//! Start at [`read`]. What it does not take – anchors, tags, several documents, keys written twice, deep nesting, and whatever
//! the parser stumbles over – it leaves to the full reader in [`super::node`], which is slower and says what is wrong. A
//! property test holds that both give the same tree.

use granit_parser::{Event, Parser, ScalarStyle, Span as Stretch, options};

use super::node::{Node, Value};
use crate::source::{FileId, Span};

/// Values within values deeper than this are left to the full reader, whose limit is a little higher.
const DEEPEST: usize = 8;
/// So are texts longer than this, in bytes: it counts what they hold.
const LONGEST: usize = 64 * 1024;

/// The tree of `text`, which stands in `file` from byte `base`; `None` where the full reader has to look.
pub(super) fn read(file: FileId, text: &str, base: usize) -> Option<Node> {
    if text.len() > LONGEST {
        return None;
    }
    let parser = Parser::new_from_str_with_options(text, options! { emit_comments: false });
    let mut reader = Reader { parser, file, base };
    reader.expect(&Event::StreamStart)?;
    reader.expect(&Event::DocumentStart(false, None))?;
    let node = reader.node(0)?;
    reader.expect(&Event::DocumentEnd)?;
    reader.expect(&Event::StreamEnd)?;
    Some(node)
}

struct Reader<'t, P: granit_parser::BorrowedInput<'t>> {
    parser: Parser<'t, P>,
    file: FileId,
    base: usize,
}

impl<'t, P: granit_parser::BorrowedInput<'t>> Reader<'t, P> {
    fn next(&mut self) -> Option<(Event<'t>, Stretch)> {
        self.parser.next_event()?.ok()
    }

    fn expect(&mut self, event: &Event<'_>) -> Option<()> {
        self.next().filter(|(next, _)| next == event).map(|_| ())
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        let (event, at) = self.next()?;
        self.value(event, at, depth)
    }

    fn value(&mut self, event: Event<'t>, at: Stretch, depth: usize) -> Option<Node> {
        let value = match event {
            Event::Scalar(text, style, 0, None) => scalar(text.into_owned(), style)?,
            Event::SequenceStart(_, 0, None) if depth < DEEPEST => self.list(depth + 1)?,
            Event::MappingStart(_, 0, None) if depth < DEEPEST => self.map(depth + 1)?,
            _ => return None,
        };
        let (start, end) = (at.start.byte_offset()?, at.end.byte_offset()?);
        Some(Node { value, span: Span::new(self.file, self.base + start, self.base + end) })
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                return Some(Value::List(items));
            }
            items.push(self.value(event, at, depth)?);
        }
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                return Some(Value::Map(entries));
            }
            let key = self.value(event, at, depth)?;
            let plain = matches!(&key.value, Value::Scalar(name) if name != "<<");
            if !plain || entries.iter().any(|(known, _)| known.value == key.value) {
                return None;
            }
            entries.push((key, self.node(depth)?));
        }
    }
}

/// `None` for what may be a number that is none, such as `.inf` and `1e999`.
fn scalar(text: String, style: ScalarStyle) -> Option<Value> {
    if style != ScalarStyle::Plain {
        return Some(Value::Scalar(text));
    }
    if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        return Some(Value::Null);
    }
    let number =
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) && text.is_ascii();
    let odd = number && (text.len() > 15 || text.contains(|c: char| c.is_ascii_alphabetic()));
    (!odd).then_some(Value::Scalar(text))
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
        let text = "# 注释\ntitle: 产假有多少天\nreviewed: 2026-10-20\naudience: [女职工, 实习生]\nsteps:\n  - do: 先离开\n    how: 去人多的地方。\n  - 说一声\nsensitive: true\ntakes:\nnote: >\n  一行\n  两行\n";
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn both_readers_give_the_same_tree(text in yaml()) {
            if let Some(node) = read(file(), &text, 3) {
                let slowly = node::read_slowly(file(), &text, 3, &mut Diagnostics::default());
                prop_assert_eq!(Some(node), slowly, "{:?}", text);
            }
        }
    }
}
