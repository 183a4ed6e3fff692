//! Guides, campaigns, other pages, statute entries and directories: what they refer to exists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use search::region::RegionCode;

use super::citations::{Spoken, replaced_article};
use super::resolver::{Notes, PageContext, References};
use super::{NoteBook, World, check_slugs, known_slugs};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::heads::values;
use crate::load::kinds::{CaseDraft, GuideDraft, StatuteDraft};
use crate::markdown::{self, Resolver as _};
use crate::model::date::duration;
use crate::model::{
    ArticleNo, ArticleNote, Campaign, Directory, Guide, GuideHead, Page, Replacement, Statute,
    StatuteVersion, Step,
};
use crate::source::{FileId, Located, SourceMap, Span};
use crate::statute::catalogue::Known;

/// The heads of the guides; reports topics, related guides and hotlines that don't exist.
pub fn guides(drafts: &Drafts, known: &BTreeSet<&str>, diags: &mut Diagnostics) -> Vec<Arc<GuideHead>> {
    let heads = HeadRules::new(drafts, known);
    for draft in &drafts.guides {
        heads.guide(draft, diags);
    }
    drafts.guides.iter().map(|draft| draft.head()).collect()
}

/// What the heads of documents may name.
pub struct HeadRules<'d> {
    guides: &'d BTreeSet<&'d str>,
    /// `None` where the list could not be read.
    topics: Option<BTreeSet<&'d str>>,
    /// `None` where the settings could not be read.
    hotlines: Option<BTreeSet<&'d str>>,
}

impl<'d> HeadRules<'d> {
    /// `guides`: the slugs of all.
    pub fn new(drafts: &'d Drafts, guides: &'d BTreeSet<&'d str>) -> Self {
        let hotlines = drafts.settings.iter().flat_map(|settings| &settings.hotlines);
        let hotlines = hotlines.map(|hotline| hotline.number.as_str()).collect();
        let hotlines = (!drafts.unread.contains("site.toml")).then_some(hotlines);
        Self { guides, topics: topic_slugs(drafts), hotlines }
    }

    /// Reports what a guide's head names that is not there.
    pub fn guide(&self, draft: &GuideDraft, diags: &mut Diagnostics) {
        if let Some(topics) = &self.topics {
            check_topic_folder(draft, topics, diags);
        }
        if let Some(hotlines) = &self.hotlines {
            check_slugs(&draft.hotlines, "热线（见 site.toml）", hotlines, diags);
        }
        check_slugs(&draft.related, "指南", self.guides, diags);
        check_takes(draft, diags);
    }

    /// Reports what a digest's head names that is not there.
    pub fn case(&self, draft: &CaseDraft, diags: &mut Diagnostics) {
        if let Some(topics) = &self.topics {
            check_slugs(std::slice::from_ref(&draft.topic), "主题", topics, diags);
        }
        check_slugs(&draft.guides, "指南", self.guides, diags);
    }
}

/// Reads the text of a guide.
pub fn guide(draft: &GuideDraft, world: &World<'_>) -> (Guide, Notes) {
    let head = draft.head();
    let url = head.url();
    let spoken = head.reviewed.or(head.updated).map_or(Spoken::Today, Spoken::On);
    let page = PageContext { file: draft.slug.span.file, url: &url, spoken };
    let mut references = References::new(world, page);
    references.tells_no_place();
    references.line(&draft.title);
    references.line(&draft.summary);
    let mut steps = Vec::new();
    for (action, how) in &draft.steps {
        references.line(action);
        let how = how.as_ref().map(|how| references.inline(how));
        steps.push(Step { action: action.value.clone(), how });
    }
    let bring = draft.bring.iter().map(|item| references.inline(item)).collect();
    let body = references.body(draft.body);
    (Guide { head, steps, bring, body }, references.notes)
}

fn check_takes(draft: &GuideDraft, diags: &mut Diagnostics) {
    let Some(written) = draft.takes.as_ref().filter(|written| duration(&written.value).is_none()) else {
        return;
    };
    let message = format!("“{}”不是一段时间", written.value.trim());
    diags.push(
        Diagnostic::error("duration", written.span, message)
            .hint("写一个数和一个单位，例如 72 小时、30 天、6 个月"),
    );
}

fn check_topic_folder(draft: &GuideDraft, topics: &BTreeSet<&str>, diags: &mut Diagnostics) {
    if topics.contains(draft.topic.value.as_str()) {
        return;
    }
    let near = nearest(&draft.topic.value, topics.iter().copied());
    let hint = near.map_or_else(
        || "先在 topics.yaml 里加这个主题".to_owned(),
        |near| format!("是不是想放在 guides/{near}/"),
    );
    let message = format!("没有叫“{}”的主题", draft.topic.value);
    diags.push(Diagnostic::error("unknown-topic", draft.topic.span, message).hint(hint));
}

/// The campaigns; reports guides and topics that don't exist.
pub fn campaigns(
    drafts: &Drafts,
    known: &BTreeSet<&str>,
    world: &World<'_>,
    book: &mut NoteBook,
) -> Vec<Campaign> {
    let topics = topic_slugs(drafts);
    let mut campaigns = Vec::new();
    for draft in &drafts.campaigns {
        let url = format!("/campaigns/{}/", draft.slug.value);
        let mut references = References::new(world, today(draft.slug.span.file, &url));
        let body = references.body(draft.body);
        let diags = &mut references.notes.diags;
        let guides = known_slugs(&draft.guides, "指南", known, diags);
        let topics = known_topics(&draft.topics, topics.as_ref(), diags);
        book.add(&url, references.notes);
        let (slug, title) = (draft.slug.value.clone(), draft.title.value.clone());
        let asked = values(&draft.asked);
        campaigns.push(Campaign { slug, title, dates: draft.dates, guides, topics, asked, body });
    }
    campaigns
}

/// The other pages.
pub fn pages(drafts: &Drafts, world: &World<'_>, book: &mut NoteBook) -> Vec<Page> {
    let mut pages = Vec::new();
    for draft in &drafts.pages {
        let url = format!("/{}/", draft.slug.value);
        let mut references = References::new(world, today(draft.slug.span.file, &url));
        let body = references.body(draft.body);
        book.add(&url, references.notes);
        pages.push(Page {
            slug: draft.slug.value.clone(),
            title: draft.title.value.clone(),
            summary: draft.summary.as_ref().map(|summary| summary.value.clone()),
            asked: values(&draft.asked),
            body,
        });
    }
    pages
}

/// The introductions of directories.
pub fn directories(
    drafts: &Drafts,
    world: &World<'_>,
    book: &mut NoteBook,
) -> BTreeMap<RegionCode, Directory> {
    let mut directories = BTreeMap::new();
    for draft in &drafts.directories {
        let url = format!("/regions/{}/", draft.region.value);
        let mut references = References::new(world, today(draft.region.span.file, &url));
        let body = references.body(draft.body);
        let title = draft.title.as_ref().map(|title| title.value.clone());
        if let Some(code) = world.regions.find(&draft.region, &mut references.notes.diags) {
            directories.insert(code, Directory { title, body });
        }
        book.add(&url, references.notes);
    }
    directories
}

/// The statute entries, and the full texts that have none; reports versions out of order and notes on articles that don't exist.
pub fn statutes(drafts: &Drafts, world: &World<'_>, book: &mut NoteBook) -> Vec<Statute> {
    let mut statutes = Vec::new();
    for draft in &drafts.statutes {
        let url = format!("/laws/{}/", draft.slug.value);
        let mut references = References::new(world, today(draft.slug.span.file, &url));
        statutes.push(statute(draft, &mut references));
        book.add(&url, references.notes);
    }
    statutes.extend(world.catalogue.without_entry().map(Known::statute));
    statutes
}

fn statute(draft: &StatuteDraft, references: &mut References<'_>) -> Statute {
    let at = draft.body.0;
    let text = &references.world.sources.text(at.file)[at.start..at.end];
    let events = markdown::events(text);
    references.prose(&events, (at, text.len()));
    let (intro, parts) = markdown::articles::split(text, events);
    let intro = markdown::compile_events(&intro, (at, 1), references);
    let known = references.world.catalogue.of_slug(&draft.slug.value);
    let versions = known.map(|known| known.versions.clone()).unwrap_or_default();
    let last = versions.iter().map(StatuteVersion::last_number).max().unwrap_or(0);
    let mut notes: BTreeMap<ArticleNo, ArticleNote> = BTreeMap::new();
    for part in parts {
        let span = Span::new(at.file, at.start + part.at.start, at.start + part.at.end);
        check_note(part.number, last, notes.contains_key(&part.number), span, &mut references.notes.diags);
        references.about = Some(part.number);
        let body = markdown::compile_events(&part.events, (at, 3), references);
        notes.insert(part.number, ArticleNote { title: part.title, body });
    }
    references.about = None;
    references.add_anchors(intro.headings.iter().map(|heading| heading.id.clone()));
    // Any article may be linked to: the page shows those with a note and those that content rests on.
    references.add_anchors((1..=last).map(|number| ArticleNo::plain(number).anchor()));
    references.add_anchors(notes.keys().map(|number| number.anchor()));
    check_versions(draft, &mut references.notes.diags);
    Statute {
        slug: draft.slug.value.clone(),
        title: draft.title.value.clone(),
        short_titles: values(&draft.short_titles),
        rank: draft.rank.as_ref().map_or_else(|| "法律".to_owned(), |rank| rank.value.clone()),
        asked: values(&draft.asked),
        own_words: true,
        versions,
        replaced_by: replaced_by(draft, references),
        intro,
        notes,
    }
}

/// A page that speaks for the day on which it is read.
fn today(file: FileId, url: &str) -> PageContext<'_> {
    PageContext { file, url, spoken: Spoken::Today }
}

fn check_note(number: ArticleNo, last: u16, twice: bool, span: Span, diags: &mut Diagnostics) {
    if number.number > last {
        let message = format!("这部法规只有 {last} 条，没有{number}");
        diags.push(
            Diagnostic::error("no-such-article", span, message)
                .hint("对照原文改条号，或改 versions 里的 articles"),
        );
    } else if twice {
        diags.push(
            Diagnostic::error("duplicate-article", span, format!("{number}写了两次")).hint("合并成一处"),
        );
    }
}

fn check_versions(draft: &StatuteDraft, diags: &mut Diagnostics) {
    let mut last: Option<Date> = None;
    for version in &draft.versions {
        let (adopted, effective) = (version.adopted.value, version.effective.value);
        if adopted > effective {
            let message = "通过的日子在施行的日子以后";
            diags.push(
                Diagnostic::error("statute-version", version.adopted.span, message).hint("核对两个日期"),
            );
        }
        if last.is_some_and(|last| effective <= last) {
            let message = "各个版本要从旧到新排列，施行日期一个比一个晚";
            diags
                .push(Diagnostic::error("statute-version", version.effective.span, message).hint("调换顺序"));
        }
        if let Some(repealed) = version.repealed.as_ref().filter(|repealed| repealed.value <= effective) {
            let message = "失效的日子不在施行以后";
            diags.push(Diagnostic::error("statute-version", repealed.span, message).hint("核对两个日期"));
        }
        last = Some(effective);
    }
}

fn replaced_by(draft: &StatuteDraft, references: &mut References<'_>) -> Vec<Replacement> {
    let mut replacements = Vec::new();
    for (from, by) in &draft.replaced_by {
        let article = replaced_article(&from.value);
        if article.is_none() && !matches!(from.value.trim(), "全部" | "all") {
            let message = format!("“{}”不是条号", from.value);
            references
                .report(Diagnostic::error("citation", from.span, message).hint("写 第三十二条，或 全部"));
            continue;
        }
        let by = references.cite(by);
        replacements.extend(by.into_iter().map(|by| Replacement { article, by }));
    }
    replacements
}

/// The slugs of all guides, those of files with a fault among them.
pub fn guide_slugs(sources: &SourceMap) -> BTreeSet<&str> {
    let paths = sources.texts().map(|(_, text)| text.path.as_str());
    let guides = paths.filter_map(|path| path.strip_prefix("guides/")?.strip_suffix(".md"));
    guides.filter_map(|path| path.rsplit('/').next()).collect()
}

/// The slugs of all topics; `None` when the list of topics could not be read.
pub fn topic_slugs(drafts: &Drafts) -> Option<BTreeSet<&str>> {
    let readable = !drafts.unread.contains("topics.yaml");
    readable.then(|| drafts.topics.iter().map(|draft| draft.slug.value.as_str()).collect())
}

/// The topics that `written` names; all of them when the list of topics could not be read.
pub fn known_topics(
    written: &[Located<String>],
    known: Option<&BTreeSet<&str>>,
    diags: &mut Diagnostics,
) -> Vec<String> {
    match known {
        Some(known) => known_slugs(written, "主题", known, diags),
        None => values(written),
    }
}
