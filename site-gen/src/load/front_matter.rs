//! The head of a Markdown file: YAML between two lines of `---`, and where the body begins.

use serde::{Deserialize, Serialize};

use super::Reading;
use super::fields::{Fields, Key};
use super::node::{self, Node, Value};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// A Markdown file taken apart.
pub struct Parts {
    /// The head; `None` where it can't be read (reported).
    pub head: Option<Node>,
    /// Where the head stands, for what is missing in it.
    pub head_span: Span,
    /// The body.
    pub body: BodyDraft,
}

/// The Markdown below the head, as a place in its file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BodyDraft(pub Span);

/// Takes the file apart; reports a head that is missing or never ends.
pub fn split(reading: &Reading<'_>, diags: &mut Diagnostics) -> Option<Parts> {
    let text = reading.text;
    let Some(head_start) = opening_line(text) else {
        diags.push(no_head(reading));
        return None;
    };
    let Some((head_end, body_start)) = closing_line(text, head_start) else {
        let at = Span::new(reading.file, 0, head_start);
        diags.push(
            Diagnostic::error("front-matter", at, "开头的设置部分没有结束")
                .hint("在设置部分的最后加一行 ---"),
        );
        return None;
    };
    let mut head = node::from_yaml(reading.file, &text[head_start..head_end], head_start, diags);
    if let Some(head) = &mut head {
        take_draft(head, text, diags);
    }
    Some(Parts {
        head,
        head_span: Span::new(reading.file, 0, 3),
        body: BodyDraft(Span::new(reading.file, body_start, text.len())),
    })
}

/// The first line is no fence: why not, where that can be seen.
fn no_head(reading: &Reading<'_>) -> Diagnostic {
    let at = Span::start_of(reading.file);
    if reading.text.contains('\r') && !reading.text.contains('\n') {
        return Diagnostic::error("front-matter", at, "换行是很老的写法，整个文件成了一行")
            .hint("另存为时，换行选 LF 或 CRLF（Windows）");
    }
    if reading.text.starts_with('\u{feff}') {
        return Diagnostic::error("front-matter", at, "第一行的 --- 前面有看不见的字符")
            .hint("删掉第一行，重新打三个半角的短横 ---");
    }
    Diagnostic::error("front-matter", at, "文件开头没有设置部分")
        .hint("第一行写 ---，接着每行一个“名字: 内容”，再用一行 --- 结束")
}

/// Takes `draft` out of the head: `held_back` has read it already, from the text. Reports a value that is neither yes
/// nor no, and one that `held_back` could not see.
fn take_draft(head: &mut Node, text: &str, diags: &mut Diagnostics) {
    let key = Key("draft", "草稿");
    let Value::Map(entries) = &mut head.value else { return };
    let is_draft = |(name, _): &(Node, Node)| matches!(&name.value, Value::Scalar(name) if name == key.0 || name == key.1);
    let (taken, rest) = std::mem::take(entries).into_iter().partition(is_draft);
    *entries = rest;
    let span = head.span;
    let taken = Node { value: Value::Map(taken), span };
    let said = Fields::of(taken, span, diags).truth(key);
    if said == Some(true) && !crate::held_back::is_held_back(text) {
        diags.push(
            Diagnostic::error("field-type", span, "草稿要单独写一行，不然会发布出去")
                .hint("加一行 draft: true"),
        );
    }
}

/// The byte after the opening fence.
fn opening_line(text: &str) -> Option<usize> {
    let line = text.split_inclusive('\n').next()?;
    (line.trim_end() == "---" && line.ends_with('\n')).then_some(line.len())
}

/// Where the head ends and the body begins.
fn closing_line(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((at, at + line.len()));
        }
        at += line.len();
    }
    None
}
