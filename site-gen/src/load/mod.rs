//! Reads every file of `content/` into a [`Drafts`]: what editors wrote, each thing with its place.
//!
//! Start at [`drafts`]: the folder says what a file is. This stage finds what is wrong with a file by itself (syntax,
//! types, missing and unknown fields); what is wrong between files is `check`'s.

pub mod fields;
pub mod front_matter;
pub mod kinds;
pub mod lists;
pub mod node;
pub mod redirects;
pub mod settings;
pub mod station;
pub mod tables;

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Diagnostics, Severity, nearest};
use crate::source::{FileId, SourceMap, Span};
use kinds::{CampaignDraft, CaseDraft, DirectoryDraft, GuideDraft, PageDraft, StatuteDraft};
use lists::{ThesaurusDraft, TopicDraft};
use redirects::RedirectDraft;
use settings::SettingsDraft;
use station::StationDraft;
use tables::RegionDraft;

/// Everything editors wrote that could be read.
#[derive(Debug, Default)]
pub struct Drafts {
    /// `site.toml`; `None` when it is missing or unreadable.
    pub settings: Option<SettingsDraft>,
    /// `regions.csv`.
    pub regions: Vec<RegionDraft>,
    /// `topics.yaml`.
    pub topics: Vec<TopicDraft>,
    /// `thesaurus.yaml`.
    pub thesaurus: Vec<ThesaurusDraft>,
    /// `guides/<topic>/<slug>.md`.
    pub guides: Vec<GuideDraft>,
    /// `cases/<year>/<slug>.md`.
    pub cases: Vec<CaseDraft>,
    /// `laws/<slug>.md`.
    pub statutes: Vec<StatuteDraft>,
    /// `stations/<folder>/_index.md`.
    pub directories: Vec<DirectoryDraft>,
    /// `stations/<folder>/<slug>.md` and the rows of `stations/<folder>/stations.csv`.
    pub stations: Vec<StationDraft>,
    /// `campaigns/<slug>.md`.
    pub campaigns: Vec<CampaignDraft>,
    /// `pages/<slug>.md`.
    pub pages: Vec<PageDraft>,
    /// `redirects.csv`; the old addresses that pages name are with the pages.
    pub redirects: Vec<RedirectDraft>,
    /// First parts of paths (`laws`, `topics.yaml`) of which something could not be read. What else refers to it is
    /// not reported: one slip must not show as fifty.
    pub unread: BTreeSet<String>,
}

/// A file being read.
pub struct Reading<'s> {
    /// Its id.
    pub file: FileId,
    /// Its path from the content root.
    pub path: &'s str,
    /// Its text.
    pub text: &'s str,
}

/// The files and folders at the content root.
const ROOT_NAMES: [&str; 11] = [
    "site.toml",
    "redirects.csv",
    "topics.yaml",
    "thesaurus.yaml",
    "regions.csv",
    "guides",
    "cases",
    "laws",
    "stations",
    "campaigns",
    "pages",
];

/// Reads everything; reports what can't be read.
pub fn drafts(sources: &SourceMap, diags: &mut Diagnostics) -> Drafts {
    let mut drafts = Drafts::default();
    for (file, source) in sources.texts() {
        let first = source.path.split('/').next().unwrap_or_default();
        if sources.foreign().contains(&file) {
            let finding = foreign(file, &source.path);
            // A stray document is nobody's page: only a text that can't be read may hide something.
            if finding.severity == Severity::Error {
                drafts.unread.insert(first.to_owned());
            }
            diags.push(finding);
            continue;
        }
        let mut found = Diagnostics::default();
        read_file(&Reading { file, path: &source.path, text: &source.text }, &mut drafts, &mut found);
        if found.has_errors() {
            drafts.unread.insert(first.to_owned());
        }
        diags.extend(found);
    }
    drafts
}

fn read_file(reading: &Reading<'_>, drafts: &mut Drafts, diags: &mut Diagnostics) {
    let parts: Vec<&str> = reading.path.split('/').collect();
    match parts.as_slice() {
        ["site.toml"] => drafts.settings = settings::load(reading, diags),
        ["regions.csv"] => drafts.regions = tables::regions(reading, diags),
        ["redirects.csv"] => drafts.redirects.extend(redirects::table(reading, diags)),
        ["topics.yaml"] => drafts.topics = lists::topics(reading, diags),
        ["thesaurus.yaml"] => drafts.thesaurus = lists::thesaurus(reading, diags),
        ["guides", topic, name] => drafts.guides.extend(kinds::guide(reading, topic, stem(name), diags)),
        ["cases", year, name] => drafts.cases.extend(kinds::case(reading, year, stem(name), diags)),
        ["laws", name] => drafts.statutes.extend(kinds::statute(reading, stem(name), diags)),
        ["stations", _, "_index.md"] => drafts.directories.extend(kinds::directory(reading, diags)),
        ["stations", _, "stations.csv"] => drafts.stations.extend(tables::stations(reading, diags)),
        ["stations", _, name] if is_markdown(name) => {
            drafts.stations.extend(station::from_markdown(reading, stem(name), diags));
        }
        ["campaigns", name] => drafts.campaigns.extend(kinds::campaign(reading, stem(name), diags)),
        ["pages", name] => drafts.pages.extend(kinds::page(reading, stem(name), diags)),
        _ => diags.push(misplaced(reading, parts[0])),
    }
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".md").unwrap_or(name)
}

fn is_markdown(name: &str) -> bool {
    name.ends_with(".md")
}

fn foreign(file: FileId, path: &str) -> Diagnostic {
    let at = Span::start_of(file);
    if path.ends_with(".csv") {
        return Diagnostic::error("encoding", at, "这个表格不是 UTF-8 编码，读出来会是乱码")
            .hint("在 Excel 里“另存为”，类型选“CSV UTF-8（逗号分隔）”");
    }
    if path.ends_with(".md") || path.ends_with(".yaml") || path.ends_with(".toml") {
        return Diagnostic::error("encoding", at, "这个文件不是 UTF-8 编码").hint("另存为时，编码选 UTF-8");
    }
    Diagnostic::warning("unknown-file", at, "不认识这种文件，没有发布")
        .hint("文字写成 .md，图片用 .png、.jpg、.webp 或 .svg")
}

fn misplaced(reading: &Reading<'_>, first: &str) -> Diagnostic {
    let hint = match nearest(first, ROOT_NAMES).filter(|near| *near != first) {
        Some(near) => format!("是不是想放在 {near}"),
        None => "指南放 guides/主题/，案例放 cases/年份/，法规放 laws/，站点放 stations/县/，页面放 pages/"
            .to_owned(),
    };
    Diagnostic::error("misplaced-file", Span::start_of(reading.file), "这个位置的文件不会发布").hint(hint)
}
