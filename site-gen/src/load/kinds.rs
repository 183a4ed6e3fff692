//! Readers of the Markdown kinds: guide, digest, statute, directory, campaign, page. One draft type and one function each,
//! in the order of the handbook. The YAML lists are in [`super::lists`].

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use search::vocabulary::{Channel, Outcome, StationKind};
use serde::{Deserialize, Serialize};

use super::Reading;
use super::fields::{Fields, Key, vocabulary_of};
use super::front_matter::{self, BodyDraft};
use super::node::{Node, Value};
use super::redirects;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{CaseHead, GuideHead, YearlyDates};
use crate::source::{Located, Span};

pub(super) const TITLE: Key = Key("title", "标题");
pub(super) const SUMMARY: Key = Key("summary", "摘要");
pub(super) const TOPIC: Key = Key("topic", "主题");
const GUIDES: Key = Key("guides", "指南");
const ASKED: Key = Key("asked", "常问");

/// A name in URLs, from a file's or folder's name.
pub type Slug = Located<String>;

/// A guide as written.
#[derive(Debug, Serialize, Deserialize)]
pub struct GuideDraft {
    /// From the file's name.
    pub slug: Slug,
    /// From the folder's name.
    pub topic: Slug,
    /// The heading.
    pub title: Located<String>,
    /// In a sentence or two.
    pub summary: Located<String>,
    /// When its words changed.
    pub updated: Option<Located<Date>>,
    /// When it was checked against the law.
    pub reviewed: Option<Located<Date>>,
    /// Whom it is for.
    pub audience: Vec<Located<String>>,
    /// What to do first, and how.
    pub steps: Vec<(Located<String>, Option<Located<String>>)>,
    /// How long it takes.
    pub takes: Option<Located<String>>,
    /// What to take along.
    pub bring: Vec<Located<String>>,
    /// Numbers to dial.
    pub hotlines: Vec<Located<String>>,
    /// Who helps.
    pub help_at: Vec<StationKind>,
    /// Other guides.
    pub related: Vec<Located<String>>,
    /// Words to be found by.
    pub keywords: Vec<Located<String>>,
    /// Questions people type.
    pub asked: Vec<Located<String>>,
    /// Whether being seen reading it is dangerous.
    pub sensitive: bool,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// The rest.
    pub body: BodyDraft,
    /// What other pages may show of it.
    #[serde(skip)]
    pub(super) head: OnceLock<Arc<GuideHead>>,
}

/// Reads `guides/<topic>/<slug>.md`.
pub fn guide(reading: &Reading<'_>, topic: &str, slug: &str, diags: &mut Diagnostics) -> Option<GuideDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let (title, summary) = (fields.required(TITLE), fields.required(SUMMARY));
    let updated = fields.date(Key("updated", "更新"));
    let reviewed = fields.date(Key("reviewed", "核对"));
    let audience = fields.words(Key("audience", "对象"));
    let steps = fields.maps(Key("steps", "步骤"));
    let takes = fields.text(Key("takes", "办多久"));
    let bring = fields.texts(Key("bring", "带上"));
    let hotlines = fields.words(Key("hotlines", "热线"));
    let help_at = fields.vocabulary(Key("help_at", "去哪里"), vocabulary_of!("站点类别", StationKind));
    let related = fields.words(Key("related", "相关"));
    let keywords = fields.words(Key("keywords", "关键词"));
    let asked = fields.texts(ASKED);
    let sensitive = fields.truth(Key("sensitive", "敏感")).unwrap_or(false);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    let steps = steps.into_iter().filter_map(|node| step(node, diags)).collect();
    let topic = Located { value: topic.to_owned(), span: Span::start_of(reading.file) };
    Some(GuideDraft {
        slug,
        topic,
        title: title?,
        summary: summary?,
        updated,
        reviewed,
        audience,
        steps,
        takes,
        bring,
        hotlines,
        help_at,
        related,
        keywords,
        asked,
        sensitive,
        aliases,
        body: parts.body,
        head: OnceLock::new(),
    })
}

fn step(node: Node, diags: &mut Diagnostics) -> Option<(Located<String>, Option<Located<String>>)> {
    if let Value::Scalar(text) = node.value {
        return Some((Located { value: text, span: node.span }, None));
    }
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let action = fields.required(Key("do", "做"));
    let how = fields.text(Key("how", "怎么做"));
    fields.finish();
    Some((action?, how))
}

/// A case digest as written.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseDraft {
    /// From the file's name.
    pub slug: Slug,
    /// From the folder's name.
    pub year: i16,
    /// The heading.
    pub title: Located<String>,
    /// In a sentence or two.
    pub summary: Located<String>,
    /// The topic's slug.
    pub topic: Located<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Through which door.
    pub channel: Option<Channel>,
    /// Citations.
    pub applied: Vec<Located<String>>,
    /// Slugs of guides.
    pub guides: Vec<Located<String>>,
    /// Questions people type.
    pub asked: Vec<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// The story.
    pub body: BodyDraft,
    /// What other pages may show of it.
    #[serde(skip)]
    pub(super) head: OnceLock<Arc<CaseHead>>,
}

/// Reads `cases/<year>/<slug>.md`.
pub fn case(reading: &Reading<'_>, year: &str, slug: &str, diags: &mut Diagnostics) -> Option<CaseDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let year = year.parse::<i16>().ok().filter(|year| (1990..=2100).contains(year));
    if year.is_none() {
        diags.push(
            Diagnostic::error("misplaced-file", Span::start_of(reading.file), "案例要放在年份文件夹里")
                .hint("例如 cases/2026/文件名.md"),
        );
    }
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let (title, summary) = (fields.required(TITLE), fields.required(SUMMARY));
    let topic = fields.required(TOPIC);
    let outcome_key = Key("outcome", "结果");
    if !fields.is_written(outcome_key) {
        fields.missing(outcome_key);
    }
    let outcome = fields.one_of(outcome_key, vocabulary_of!("结果", Outcome));
    let channel = fields.one_of(Key("channel", "途径"), vocabulary_of!("途径", Channel));
    let applied = fields.texts(Key("applied", "依据"));
    let guides = fields.words(GUIDES);
    let asked = fields.texts(ASKED);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    Some(CaseDraft {
        slug,
        year: year?,
        title: title?,
        summary: summary?,
        topic: topic?,
        outcome: outcome?,
        channel,
        applied,
        guides,
        asked,
        aliases,
        body: parts.body,
        head: OnceLock::new(),
    })
}

/// A statute entry as written.
#[derive(Debug)]
pub struct StatuteDraft {
    /// From the file's name.
    pub slug: Slug,
    /// The full title.
    pub title: Located<String>,
    /// What people call it.
    pub short_titles: Vec<Located<String>>,
    /// 法律, 行政法规 …
    pub rank: Option<Located<String>>,
    /// As written, in the order written.
    pub versions: Vec<VersionDraft>,
    /// What was replaced, and by what.
    pub replaced_by: Vec<(Located<String>, Located<String>)>,
    /// Questions people type.
    pub asked: Vec<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// What it is for, and the articles that matter.
    pub body: BodyDraft,
}

/// A version of a statute as written.
#[derive(Debug)]
pub struct VersionDraft {
    /// When it was passed.
    pub adopted: Located<Date>,
    /// From when it holds.
    pub effective: Located<Date>,
    /// How many articles it has.
    pub articles: Located<u16>,
    /// The first day on which it no longer holds.
    pub repealed: Option<Located<Date>>,
}

/// Reads `laws/<slug>.md`.
pub fn statute(reading: &Reading<'_>, slug: &str, diags: &mut Diagnostics) -> Option<StatuteDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let title = fields.required(TITLE);
    let short_key = Key("short_titles", "简称");
    let short_titles = fields.texts(short_key);
    if short_titles.is_empty() {
        fields.missing(short_key);
    }
    let rank = fields.text(Key("rank", "效力级别"));
    let versions_key = Key("versions", "版本");
    let versions = fields.maps(versions_key);
    if versions.is_empty() {
        fields.missing(versions_key);
    }
    let replaced = fields.node(Key("replaced_by", "被取代"));
    let asked = fields.texts(ASKED);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    let written = versions.len();
    let versions: Vec<VersionDraft> = versions.into_iter().filter_map(|node| version(node, diags)).collect();
    // A version that can't be read was reported; without any the entry says nothing.
    if written == 0 || versions.is_empty() {
        return None;
    }
    let replaced_by = replaced.map(|node| replacements(node, diags)).unwrap_or_default();
    Some(StatuteDraft {
        slug,
        title: title?,
        short_titles,
        rank,
        versions,
        replaced_by,
        asked,
        aliases,
        body: parts.body,
    })
}

fn version(node: Node, diags: &mut Diagnostics) -> Option<VersionDraft> {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let (adopted_key, effective_key) = (Key("adopted", "通过"), Key("effective", "施行"));
    for key in [adopted_key, effective_key] {
        if !fields.is_written(key) {
            fields.missing(key);
        }
    }
    let (adopted, effective) = (fields.date(adopted_key), fields.date(effective_key));
    let articles_key = Key("articles", "条数");
    if !fields.is_written(articles_key) {
        fields.missing(articles_key);
    }
    let articles = fields.number(articles_key, 1.0..=9999.0);
    let repealed = fields.date(Key("repealed", "失效"));
    fields.finish();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 1 to 9999")]
    let articles = articles.map(|number| Located { value: number.value as u16, span: number.span })?;
    Some(VersionDraft { adopted: adopted?, effective: effective?, articles, repealed })
}

fn replacements(node: Node, diags: &mut Diagnostics) -> Vec<(Located<String>, Located<String>)> {
    let Value::Map(entries) = node.value else {
        diags.push(
            Diagnostic::error("field-type", node.span, "replaced_by（被取代）应是一组“哪一条: 改看哪一条”")
                .hint("例如 第三十二条: 《民法典》第一千零七十九条"),
        );
        return Vec::new();
    };
    entries
        .into_iter()
        .filter_map(|(from, to)| {
            if let (Value::Scalar(article), Value::Scalar(by)) = (from.value, to.value) {
                Some((Located { value: article, span: from.span }, Located { value: by, span: to.span }))
            } else {
                diags.push(Diagnostic::error(
                    "field-type",
                    to.span,
                    "这里应写一处引用，例如 《民法典》第一千零七十九条",
                ));
                None
            }
        })
        .collect()
}

/// The introduction of a region's directory as written.
#[derive(Debug)]
pub struct DirectoryDraft {
    /// The division's code.
    pub region: Located<String>,
    /// The page's heading.
    pub title: Option<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// The introduction.
    pub body: BodyDraft,
}

/// Reads `stations/<folder>/_index.md`.
pub fn directory(reading: &Reading<'_>, diags: &mut Diagnostics) -> Option<DirectoryDraft> {
    let parts = front_matter::split(reading, diags)?;
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let region = fields.required(Key("region", "区划"));
    let title = fields.text(TITLE);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    Some(DirectoryDraft { region: region?, title, aliases, body: parts.body })
}

/// A campaign as written.
#[derive(Debug)]
pub struct CampaignDraft {
    /// From the file's name.
    pub slug: Slug,
    /// Its name.
    pub title: Located<String>,
    /// When.
    pub dates: YearlyDates,
    /// Slugs of guides.
    pub guides: Vec<Located<String>>,
    /// Slugs of topics.
    pub topics: Vec<Located<String>>,
    /// Questions people type.
    pub asked: Vec<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// What it is about.
    pub body: BodyDraft,
}

/// Reads `campaigns/<slug>.md`.
pub fn campaign(reading: &Reading<'_>, slug: &str, diags: &mut Diagnostics) -> Option<CampaignDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let title = fields.required(TITLE);
    let written = fields.required(Key("dates", "日期"));
    let guides = fields.words(GUIDES);
    let topics = fields.words(Key("topics", "主题"));
    let asked = fields.texts(ASKED);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    let written = written?;
    let dates = YearlyDates::parse(written.value.trim());
    if dates.is_none() {
        diags.push(
            Diagnostic::error("date", written.span, format!("“{}”不是日子", written.value.trim()))
                .hint("写成 11-25（每年）、03-01/03-08（每年一段）或 2026-11-25/2026-12-10（只一次）"),
        );
    }
    Some(CampaignDraft {
        slug,
        title: title?,
        dates: dates?,
        guides,
        topics,
        asked,
        aliases,
        body: parts.body,
    })
}

/// Any other page as written.
#[derive(Debug)]
pub struct PageDraft {
    /// From the file's name.
    pub slug: Slug,
    /// The heading.
    pub title: Located<String>,
    /// For search.
    pub summary: Option<Located<String>>,
    /// Questions people type.
    pub asked: Vec<Located<String>>,
    /// Addresses it had before.
    pub aliases: Vec<Located<String>>,
    /// The page.
    pub body: BodyDraft,
}

/// Reads `pages/<slug>.md`.
pub fn page(reading: &Reading<'_>, slug: &str, diags: &mut Diagnostics) -> Option<PageDraft> {
    let parts = front_matter::split(reading, diags)?;
    let slug = slug_of(reading, slug, diags);
    let mut fields = Fields::of(parts.head?, parts.head_span, diags);
    let title = fields.required(TITLE);
    let summary = fields.text(SUMMARY);
    let asked = fields.texts(ASKED);
    let aliases = redirects::aliases(&mut fields);
    fields.finish();
    Some(PageDraft { slug, title: title?, summary, asked, aliases, body: parts.body })
}

/// The slug that a file's name gives; reports a name that can't stand in an address.
pub(super) fn slug_of(reading: &Reading<'_>, name: &str, diags: &mut Diagnostics) -> Slug {
    let slug = Located { value: name.to_owned(), span: Span::start_of(reading.file) };
    if !is_slug(name) {
        diags.push(
            Diagnostic::error("slug", slug.span, format!("文件名“{name}”不能用在网址里"))
                .hint("文件名只用小写英文字母、数字和短横，例如 protection-order.md"),
        );
    }
    slug
}

fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(plain)
}

pub(super) fn check_slug(slug: &Slug, diags: &mut Diagnostics) {
    if !is_slug(&slug.value) {
        diags.push(
            Diagnostic::error("slug", slug.span, format!("“{}”不能用在网址里", slug.value))
                .hint("编号只用小写英文字母、数字和短横，例如 protection-order"),
        );
    }
}
