//! Readers of the two YAML lists: topics and the thesaurus.

use super::Reading;
use super::fields::{Fields, Key};
use super::kinds::{SUMMARY, Slug, TITLE, TOPIC, check_slug};
use super::node::{self, Node, Value};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Located;

/// A shelf as written.
#[derive(Debug)]
pub struct TopicDraft {
    /// Its folder under `guides/`.
    pub slug: Slug,
    /// Its name.
    pub title: Located<String>,
    /// What stands on it.
    pub summary: Option<Located<String>>,
    /// Lower comes first.
    pub order: f64,
    /// Which icon.
    pub icon: Option<Located<String>>,
    /// Whether people who come here may be in danger.
    pub emergency: bool,
}

/// Reads `topics.yaml`.
pub fn topics(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<TopicDraft> {
    list(reading, diags)
        .into_iter()
        .filter_map(|node| {
            let span = node.span;
            let mut fields = Fields::of(node, span, diags);
            let (slug, title) = (fields.required(Key("slug", "名字")), fields.required(TITLE));
            let summary = fields.text(SUMMARY);
            let order =
                fields.number(Key("order", "顺序"), 0.0..=10_000.0).map_or(f64::MAX, |order| order.value);
            let icon = fields.text(Key("icon", "图标"));
            let emergency = fields.truth(Key("emergency", "紧急")).unwrap_or(false);
            fields.finish();
            let slug = slug?;
            check_slug(&slug, diags);
            Some(TopicDraft { slug, title: title?, summary, order, icon, emergency })
        })
        .collect()
}

/// A thesaurus entry as written.
#[derive(Debug)]
pub struct ThesaurusDraft {
    /// What people type.
    pub say: Vec<Located<String>>,
    /// What the law says.
    pub law: Vec<Located<String>>,
    /// The topic's slug.
    pub topic: Option<Located<String>>,
    /// How sure.
    pub weight: f64,
}

/// Reads `thesaurus.yaml`.
pub fn thesaurus(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<ThesaurusDraft> {
    list(reading, diags)
        .into_iter()
        .map(|node| {
            let span = node.span;
            let mut fields = Fields::of(node, span, diags);
            let (say_key, law_key) = (Key("say", "口语"), Key("law", "法律用语"));
            let (say, law) = (fields.words(say_key), fields.words(law_key));
            for (key, words) in [(say_key, &say), (law_key, &law)] {
                if words.is_empty() && !fields.is_written(key) {
                    fields.missing(key);
                }
            }
            let topic = fields.text(TOPIC);
            let weight = fields.number(Key("weight", "把握"), 0.1..=1.0).map_or(1.0, |weight| weight.value);
            fields.finish();
            ThesaurusDraft { say, law, topic, weight }
        })
        .collect()
}

/// The items of a file that is one YAML list.
fn list(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<Node> {
    match node::from_yaml(reading.file, reading.text, 0, diags) {
        None => Vec::new(),
        Some(Node { value: Value::List(items), .. }) => items,
        Some(Node { value: Value::Map(entries), .. }) if entries.is_empty() => Vec::new(),
        Some(node) => {
            diags.push(
                Diagnostic::error("field-type", node.span, "这个文件应是一个列表")
                    .hint("每一项以“- ”开头，项里的各行缩进两格"),
            );
            Vec::new()
        }
    }
}
