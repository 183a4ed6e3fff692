//! Reads every file of `content/` into a [`Drafts`]: what editors wrote, each thing with its place.
//!
//! Start at [`drafts`]: the folder says what a file is. This stage finds what is wrong with a file by itself (syntax,
//! types, missing and unknown fields); what is wrong between files is `check`'s.

mod blame;
pub mod cells;
pub mod clocks;
pub mod fields;
pub mod front_matter;
pub mod heads;
pub mod kinds;
pub mod lists;
mod mends;
pub mod node;
pub mod redirects;
pub mod settings;
pub mod station;
pub mod statistics;
pub mod tables;
mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Diagnostic, Diagnostics, Severity, nearest};
use crate::source::{FileId, Hash, SourceMap, Span};
use crate::statute::Library;
use crate::statute::catalogue::Catalogue;
use clocks::HolidayDraft;
use front_matter::BodyDraft;
use kinds::{CampaignDraft, CaseDraft, DirectoryDraft, GuideDraft, PageDraft, StatuteDraft};
use lists::{ThesaurusDraft, TopicDraft};
use redirects::RedirectDraft;
use settings::SettingsDraft;
use station::StationDraft;
use statistics::StatisticDraft;
use tables::RegionDraft;

/// Everything editors wrote that could be read.
#[derive(Debug, Default)]
pub struct Drafts {
    /// `site.toml`; `None` when it is missing or unreadable.
    pub settings: Option<Arc<SettingsDraft>>,
    /// `regions.csv`.
    pub regions: Vec<Arc<RegionDraft>>,
    /// `holidays.csv`.
    pub holidays: Vec<Arc<HolidayDraft>>,
    /// `topics.yaml`.
    pub topics: Vec<Arc<TopicDraft>>,
    /// `thesaurus.yaml`.
    pub thesaurus: Vec<Arc<ThesaurusDraft>>,
    /// `guides/<topic>/<slug>.md`.
    pub guides: Vec<Arc<GuideDraft>>,
    /// `cases/<year>/<slug>.md`.
    pub cases: Vec<Arc<CaseDraft>>,
    /// `laws/<slug>.md`.
    pub statutes: Vec<Arc<StatuteDraft>>,
    /// Entries and full texts, side by side.
    pub catalogue: Catalogue,
    /// `stations/<folder>/_index.md`.
    pub directories: Vec<Arc<DirectoryDraft>>,
    /// `stations/<folder>/<slug>.md` and the rows of `stations/<folder>/stations.csv`.
    pub stations: Vec<Arc<StationDraft>>,
    /// `campaigns/<slug>.md`.
    pub campaigns: Vec<Arc<CampaignDraft>>,
    /// `pages/<slug>.md`.
    pub pages: Vec<Arc<PageDraft>>,
    /// `redirects.csv`; the old addresses that pages name are with the pages.
    pub redirects: Vec<Arc<RedirectDraft>>,
    /// `statistics.csv`.
    pub statistics: Vec<Arc<StatisticDraft>>,
    /// First parts of paths (`laws`, `topics.yaml`) of which something could not be read. What else refers to it is
    /// not reported: one slip must not show as fifty.
    pub unread: BTreeSet<String>,
}

/// What one file says, and what is wrong with it by itself.
#[derive(Debug, Default)]
pub struct Piece {
    /// What it says.
    pub draft: Draft,
    /// What is wrong with it.
    pub diags: Diagnostics,
    /// Whether something in it could not be read that others may refer to.
    pub unread: bool,
    /// Of a guide or digest with which nothing is wrong by itself: the hash of all that stands before its body.
    pub front: Option<Hash>,
}

/// What one file says.
#[derive(Debug, Default)]
pub enum Draft {
    /// Nothing that could be read.
    #[default]
    Nothing,
    /// `site.toml`.
    Settings(Arc<SettingsDraft>),
    /// `regions.csv`.
    Regions(Vec<Arc<RegionDraft>>),
    /// `topics.yaml`.
    Topics(Vec<Arc<TopicDraft>>),
    /// `thesaurus.yaml`.
    Thesaurus(Vec<Arc<ThesaurusDraft>>),
    /// `guides/<topic>/<slug>.md`.
    Guide(Arc<GuideDraft>),
    /// `cases/<year>/<slug>.md`.
    Case(Arc<CaseDraft>),
    /// `laws/<slug>.md`.
    Statute(Arc<StatuteDraft>),
    /// `stations/<folder>/_index.md`.
    Directory(Arc<DirectoryDraft>),
    /// `stations/<folder>/<slug>.md`, or the rows of `stations/<folder>/stations.csv`.
    Stations(Vec<Arc<StationDraft>>),
    /// `campaigns/<slug>.md`.
    Campaign(Arc<CampaignDraft>),
    /// `pages/<slug>.md`.
    Page(Arc<PageDraft>),
    /// `redirects.csv`.
    Redirects(Vec<Arc<RedirectDraft>>),
    /// `holidays.csv`.
    Holidays(Vec<Arc<HolidayDraft>>),
    /// `statistics.csv`.
    Statistics(Vec<Arc<StatisticDraft>>),
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
const ROOT_NAMES: [&str; 13] = [
    "site.toml",
    "redirects.csv",
    "topics.yaml",
    "thesaurus.yaml",
    "regions.csv",
    "holidays.csv",
    search::statistics::FILE,
    "guides",
    "cases",
    "laws",
    "stations",
    "campaigns",
    "pages",
];

/// What stands where bytes could not be read.
const LOST: &str = "\u{fffd}";

/// Reads everything but full texts; reports what can't be read.
pub fn drafts(sources: &SourceMap, diags: &mut Diagnostics) -> Drafts {
    let files: Vec<FileId> = sources.texts().map(|(file, _)| file).collect();
    let pieces: Vec<Piece> = files.par_iter().map(|&file| piece(sources, file)).collect();
    let mut drafts = Drafts::default();
    for (file, piece) in files.into_iter().zip(&pieces) {
        drafts.add(sources.path(file), piece);
        diags.extend(piece.diags.clone());
    }
    drafts.put_beside(&Library::default());
    drafts
}

/// Reads one file.
pub fn piece(sources: &SourceMap, file: FileId) -> Piece {
    let path = sources.path(file);
    if sources.is_foreign(file) {
        let finding = foreign(file, path);
        // A stray document is nobody's page: only a text that can't be read may hide something.
        let unread = finding.severity == Severity::Error;
        let mut diags = Diagnostics::default();
        diags.push(finding);
        return Piece { draft: Draft::Nothing, diags, unread, front: None };
    }
    let mut diags = Diagnostics::default();
    let draft = read_file(&Reading { file, path, text: sources.text(file) }, &mut diags);
    let unread = diags.has_errors();
    if let Some(at) = memchr::memmem::find(sources.text(file).as_bytes(), LOST.as_bytes()) {
        diags.push(lost_letters(sources.text(file), Span::new(file, at, at + LOST.len())));
    }
    if path.ends_with(".csv") {
        diags.extend(hidden_in_table(sources.text(file), file));
    }
    let draft = draft.unwrap_or_default();
    let body = draft.document_body().filter(|_| diags.is_empty());
    let front = body.map(|body| blake3::hash(&sources.text(file).as_bytes()[..body.0.start]).into());
    Piece { draft, diags, unread, front }
}

impl Draft {
    /// The body of a guide or digest.
    fn document_body(&self) -> Option<BodyDraft> {
        match self {
            Self::Guide(draft) => Some(draft.body),
            Self::Case(draft) => Some(draft.body),
            _ => None,
        }
    }
}

/// Characters that no spreadsheet shows and no page may have. Markdown and YAML have their own rules for them.
fn hidden_in_table(text: &str, file: FileId) -> Diagnostics {
    let mut diags = Diagnostics::default();
    let is_hidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    for (at, c) in text.char_indices().filter(|(_, c)| is_hidden(*c)) {
        let span = Span::new(file, at, at + c.len_utf8());
        let message = "这一格里有看不见的控制字符";
        diags.push(
            Diagnostic::error("table", span, message).hint("删掉它：把这一格重新打一遍").edit(span, ""),
        );
    }
    diags
}

impl Drafts {
    /// Puts the full texts of `library` beside the entries. To be called once all files were taken in.
    pub fn put_beside(&mut self, library: &Library) {
        self.catalogue = Catalogue::new(&self.statutes, library);
    }

    /// The guide of `file`.
    pub fn guide_of(&self, file: FileId) -> Option<&Arc<GuideDraft>> {
        let place = self.guides.binary_search_by_key(&file, |draft| draft.slug.span.file);
        place.ok().map(|place| &self.guides[place])
    }

    /// The digest of `file`.
    pub fn case_of(&self, file: FileId) -> Option<&Arc<CaseDraft>> {
        let place = self.cases.binary_search_by_key(&file, |draft| draft.slug.span.file);
        place.ok().map(|place| &self.cases[place])
    }

    /// Takes in another draft of a guide or digest that there was before.
    pub fn replace(&mut self, draft: &Draft) {
        match draft {
            Draft::Guide(draft) => {
                let place = self.guides.binary_search_by_key(&draft.slug.span.file, |old| old.slug.span.file);
                if let Ok(place) = place {
                    self.guides[place] = Arc::clone(draft);
                }
            }
            Draft::Case(draft) => {
                let place = self.cases.binary_search_by_key(&draft.slug.span.file, |old| old.slug.span.file);
                if let Ok(place) = place {
                    self.cases[place] = Arc::clone(draft);
                }
            }
            _ => {}
        }
    }

    /// Takes in what the file at `path` says. Files come in the order of their paths.
    pub fn add(&mut self, path: &str, piece: &Piece) {
        if piece.unread {
            self.unread.insert(path.split('/').next().unwrap_or_default().to_owned());
        }
        match &piece.draft {
            Draft::Nothing => {}
            Draft::Settings(draft) => self.settings = Some(Arc::clone(draft)),
            Draft::Regions(drafts) => self.regions.extend_from_slice(drafts),
            Draft::Topics(drafts) => self.topics.extend_from_slice(drafts),
            Draft::Thesaurus(drafts) => self.thesaurus.extend_from_slice(drafts),
            Draft::Guide(draft) => self.guides.push(Arc::clone(draft)),
            Draft::Case(draft) => self.cases.push(Arc::clone(draft)),
            Draft::Statute(draft) => self.statutes.push(Arc::clone(draft)),
            Draft::Directory(draft) => self.directories.push(Arc::clone(draft)),
            Draft::Stations(drafts) => self.stations.extend_from_slice(drafts),
            Draft::Campaign(draft) => self.campaigns.push(Arc::clone(draft)),
            Draft::Page(draft) => self.pages.push(Arc::clone(draft)),
            Draft::Redirects(drafts) => self.redirects.extend_from_slice(drafts),
            Draft::Holidays(drafts) => self.holidays.extend_from_slice(drafts),
            Draft::Statistics(drafts) => self.statistics.extend_from_slice(drafts),
        }
    }
}

fn read_file(reading: &Reading<'_>, diags: &mut Diagnostics) -> Option<Draft> {
    let parts: Vec<&str> = reading.path.split('/').collect();
    Some(match parts.as_slice() {
        ["site.toml"] => Draft::Settings(settings::load(reading, diags)?.into()),
        ["regions.csv"] => Draft::Regions(shared(tables::regions(reading, diags))),
        ["holidays.csv"] => Draft::Holidays(shared(clocks::holidays(reading, diags))),
        [search::statistics::FILE] => Draft::Statistics(shared(statistics::table(reading, diags))),
        ["redirects.csv"] => Draft::Redirects(shared(redirects::table(reading, diags))),
        ["topics.yaml"] => Draft::Topics(shared(lists::topics(reading, diags))),
        ["thesaurus.yaml"] => Draft::Thesaurus(shared(lists::thesaurus(reading, diags))),
        ["guides", topic, name] => Draft::Guide(kinds::guide(reading, topic, stem(name), diags)?.into()),
        ["cases", year, name] => Draft::Case(kinds::case(reading, year, stem(name), diags)?.into()),
        ["laws", name] => Draft::Statute(kinds::statute(reading, stem(name), diags)?.into()),
        ["stations", _, "_index.md"] => Draft::Directory(kinds::directory(reading, diags)?.into()),
        ["stations", _, "stations.csv"] => Draft::Stations(shared(tables::stations(reading, diags))),
        ["stations", _, name] if is_markdown(name) => {
            Draft::Stations(vec![station::from_markdown(reading, stem(name), diags)?.into()])
        }
        ["campaigns", name] => Draft::Campaign(kinds::campaign(reading, stem(name), diags)?.into()),
        ["pages", name] => Draft::Page(kinds::page(reading, stem(name), diags)?.into()),
        _ => {
            diags.push(misplaced(reading, parts[0]));
            return None;
        }
    })
}

fn shared<T>(drafts: Vec<T>) -> Vec<Arc<T>> {
    drafts.into_iter().map(Arc::new).collect()
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

/// What a program puts in the place of letters that it could not read. One finding for a file: it was one slip.
fn lost_letters(text: &str, first: Span) -> Diagnostic {
    let message = match text.matches('\u{fffd}').count() {
        1 => "这里的字丢了，只剩下一个“�”".to_owned(),
        count => format!("从这里起有 {count} 处的字丢了，只剩下“�”"),
    };
    Diagnostic::error("encoding", first, message)
        .hint("多半是另存为时选错了编码：找原来的文件重新存，编码选 UTF-8；找不到就对照原稿补上字")
}

fn misplaced(reading: &Reading<'_>, first: &str) -> Diagnostic {
    let hint = match nearest(first, ROOT_NAMES).filter(|near| *near != first) {
        Some(near) => format!("是不是想放在 {near}"),
        None => "指南放 guides/主题/，案例放 cases/年份/，法规放 laws/，站点放 stations/县/，页面放 pages/"
            .to_owned(),
    };
    Diagnostic::error("misplaced-file", Span::start_of(reading.file), "这个位置的文件不会发布").hint(hint)
}
