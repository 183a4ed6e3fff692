//! Puts files of the content into one way of writing, without touching what they say.
//!
//! Start at [`text`]. Settings come in the order of the handbook, tables line up, lines end the same way. Everything is
//! proved before it is believed: the settings of the new text must read as those of the old, and its body must compile
//! to the same events. What can't be proved stays as it was, and so does whatever looks unusual: an editor's file is
//! rather left untidy than changed in meaning. Comments stay, names of settings stay as they were typed.

mod body;
mod head;
mod table;

use crate::diag::Diagnostics;
use crate::load::node::{self, Node, Value};
use crate::source::{FileId, SourceMap};

/// The text of the file at `path` (from the content root), put in order. Formatting what comes out changes nothing.
pub fn text(path: &str, text: &str) -> String {
    let mut now = once(path, text);
    for _ in 0..4 {
        let next = once(path, &now);
        if next == now {
            return now;
        }
        now = next;
    }
    // What does not come to rest is not understood.
    text.to_owned()
}

fn once(path: &str, text: &str) -> String {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("md") => markdown(path, text),
        Some("csv") => with_mark(text, |bare| table::formatted(bare).unwrap_or_else(|| bare.to_owned())),
        Some("yaml" | "yml") => plain(text, yaml),
        Some("toml") => plain(text, |file, text| node::from_toml(file, text, &mut Diagnostics::default())),
        _ => text.to_owned(),
    }
}

/// A byte-order mark tells Excel that a table is UTF-8: it stays.
fn with_mark(text: &str, format: impl Fn(&str) -> String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(bare) => format!("\u{feff}{}", format(bare)),
        None => format(text),
    }
}

fn markdown(path: &str, text: &str) -> String {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unix = bare.replace("\r\n", "\n");
    let Some((old_head, old_body)) = parts(&unix) else { return text.to_owned() };
    // The line ends of a body can be part of what it says, inside a comment or a block of code.
    let Some((_, typed_body)) = parts(bare) else { return text.to_owned() };
    let head = head::formatted(path, old_head).unwrap_or_else(|| old_head.to_owned());
    let Some(body) = body::formatted(typed_body, old_body) else { return text.to_owned() };
    let gap = if body.is_empty() { "" } else { "\n" };
    format!("---\n{head}---\n{gap}{body}")
}

/// Head and body of a Markdown file; `None` where there are no two fences.
fn parts(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let mut at = first.len();
    for line in lines {
        if line.trim_end() == "---" {
            return Some((&text[first.len()..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// A list or the settings: line ends and the last line only.
fn plain(text: &str, read: impl Fn(FileId, &str) -> Option<Node>) -> String {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let new = format!("{}\n", bare.replace("\r\n", "\n").trim_end());
    let file = some_file();
    match (read(file, bare), read(file, &new)) {
        (Some(old), Some(new_node)) if said(&old) == said(&new_node) => new,
        _ => text.to_owned(),
    }
}

fn yaml(file: FileId, text: &str) -> Option<Node> {
    let mut diags = Diagnostics::default();
    let node = node::from_yaml(file, text, 0, &mut diags)?;
    (!diags.has_errors()).then_some(node)
}

/// A file to count places from, where nobody looks at places.
fn some_file() -> FileId {
    let mut sources = SourceMap::default();
    sources.add("some.md", "");
    let first = sources.texts().next();
    first.map(|(file, _)| file).expect("a file was just added")
}

/// What a tree says, without places.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Text(String),
    List(Vec<Said>),
    Map(Vec<(Said, Said)>),
}

fn said(node: &Node) -> Said {
    match &node.value {
        Value::Null => Said::Nothing,
        Value::Scalar(text) => Said::Text(text.clone()),
        Value::List(items) => Said::List(items.iter().map(said).collect()),
        Value::Map(entries) => {
            Said::Map(entries.iter().map(|(key, value)| (said(key), said(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
