//! Guides, campaigns, other pages, statute entries and directories: what they refer to exists.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::citations::{Spoken, replaced_article};
use super::regions::Regions;
use super::resolver::{PageContext, References};
use super::{DirectoryMap, inline, known_slugs};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::kinds::{GuideDraft, StatuteDraft};
use crate::markdown;
use crate::model::date::duration;
use crate::model::{
    ArticleNo, ArticleNote, Campaign, Directory, Guide, Page, Replacement, Statute, StatuteVersion, Step,
    Takes,
};
use crate::source::{Located, SourceMap, Span};

/// The guides; reports topics, related guides and hotlines that don't exist.
pub fn guides(drafts: &Drafts, references: &mut References<'_>, diags: &mut Diagnostics) -> Vec<Guide> {
    let known = guide_slugs(references.sources);
    let topics = topic_slugs(drafts);
    let hotlines = drafts.settings.iter().flat_map(|settings| &settings.hotlines);
    let hotlines: BTreeSet<&str> = hotlines.map(|hotline| hotline.number.as_str()).collect();
    let mut guides = Vec::new();
    for draft in &drafts.guides {
        if let Some(topics) = &topics {
            check_topic_folder(draft, topics, diags);
        }
        if !drafts.unread.contains("site.toml") {
            known_slugs(&draft.hotlines, "热线（见 site.toml）", &hotlines, diags);
        }
        let related = known_slugs(&draft.related, "指南", &known, diags);
        guides.push(guide(draft, related, references, diags));
    }
    guides
}

fn guide(
    draft: &GuideDraft,
    related: Vec<String>,
    references: &mut References<'_>,
    diags: &mut Diagnostics,
) -> Guide {
    let url = format!("/guides/{}/{}/", draft.topic.value, draft.slug.value);
    let day = |day: &Option<Located<Date>>| day.as_ref().map(|day| day.value);
    let (updated, reviewed) = (day(&draft.updated), day(&draft.reviewed));
    let spoken = reviewed.or(updated).map_or(Spoken::Today, Spoken::On);
    let page = PageContext { file: draft.slug.span.file, url: &url, spoken };
    let mut steps = Vec::new();
    for (action, how) in &draft.steps {
        let how = how.as_ref().map(|how| inline(how, &page, references, diags));
        steps.push(Step { action: action.value.clone(), how });
    }
    let bring = draft.bring.iter().map(|item| inline(item, &page, references, diags)).collect();
    Guide {
        slug: draft.slug.value.clone(),
        topic: draft.topic.value.clone(),
        title: draft.title.value.clone(),
        summary: draft.summary.value.clone(),
        updated,
        reviewed,
        audience: values(&draft.audience),
        takes: takes(draft, diags),
        steps,
        bring,
        hotlines: values(&draft.hotlines),
        help_at: draft.help_at.clone(),
        related,
        keywords: values(&draft.keywords),
        asked: values(&draft.asked),
        sensitive: draft.sensitive,
        body: references.body(draft.body, &page, diags),
    }
}

fn takes(draft: &GuideDraft, diags: &mut Diagnostics) -> Option<Takes> {
    let written = draft.takes.as_ref()?;
    let iso = duration(&written.value);
    if iso.is_none() {
        let message = format!("“{}”不是一段时间", written.value.trim());
        diags.push(
            Diagnostic::error("duration", written.span, message)
                .hint("写一个数和一个单位，例如 72 小时、30 天、6 个月"),
        );
    }
    Some(Takes { text: written.value.trim().to_owned(), iso: iso? })
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
pub fn campaigns(drafts: &Drafts, references: &mut References<'_>, diags: &mut Diagnostics) -> Vec<Campaign> {
    let (known, topics) = (guide_slugs(references.sources), topic_slugs(drafts));
    let mut campaigns = Vec::new();
    for draft in &drafts.campaigns {
        let url = format!("/campaigns/{}/", draft.slug.value);
        let page = PageContext { file: draft.slug.span.file, url: &url, spoken: Spoken::Today };
        campaigns.push(Campaign {
            slug: draft.slug.value.clone(),
            title: draft.title.value.clone(),
            dates: draft.dates,
            guides: known_slugs(&draft.guides, "指南", &known, diags),
            topics: known_topics(&draft.topics, topics.as_ref(), diags),
            body: references.body(draft.body, &page, diags),
        });
    }
    campaigns
}

/// The other pages.
pub fn pages(drafts: &Drafts, references: &mut References<'_>, diags: &mut Diagnostics) -> Vec<Page> {
    let mut pages = Vec::new();
    for draft in &drafts.pages {
        let url = format!("/{}/", draft.slug.value);
        let page = PageContext { file: draft.slug.span.file, url: &url, spoken: Spoken::Today };
        pages.push(Page {
            slug: draft.slug.value.clone(),
            title: draft.title.value.clone(),
            summary: draft.summary.as_ref().map(|summary| summary.value.clone()),
            body: references.body(draft.body, &page, diags),
        });
    }
    pages
}

/// The introductions of directories.
pub fn directories(
    drafts: &Drafts,
    regions: &Regions,
    references: &mut References<'_>,
    diags: &mut Diagnostics,
) -> DirectoryMap {
    let mut directories = DirectoryMap::new();
    for draft in &drafts.directories {
        let url = format!("/regions/{}/", draft.region.value);
        let page = PageContext { file: draft.region.span.file, url: &url, spoken: Spoken::Today };
        let body = references.body(draft.body, &page, diags);
        let title = draft.title.as_ref().map(|title| title.value.clone());
        if let Some(code) = regions.find(&draft.region, diags) {
            directories.insert(code, Directory { title, body });
        }
    }
    directories
}

/// The statute entries; reports versions out of order and notes on articles that don't exist.
pub fn statutes(drafts: &Drafts, references: &mut References<'_>, diags: &mut Diagnostics) -> Vec<Statute> {
    let mut statutes = Vec::new();
    for draft in &drafts.statutes {
        statutes.push(statute(draft, references, diags));
    }
    statutes
}

fn statute(draft: &StatuteDraft, references: &mut References<'_>, diags: &mut Diagnostics) -> Statute {
    let url = format!("/laws/{}/", draft.slug.value);
    let page = PageContext { file: draft.slug.span.file, url: &url, spoken: Spoken::Today };
    let at = draft.body.0;
    let (intro, parts) = markdown::articles::split(&references.sources.text(at.file)[at.start..at.end]);
    let intro = markdown::compile_events(intro, (at, 1), &mut references.resolver(&page, diags));
    let last = draft.versions.iter().map(|version| version.articles).max().unwrap_or(0);
    let mut notes: BTreeMap<ArticleNo, ArticleNote> = BTreeMap::new();
    for part in parts {
        let span = Span::new(at.file, at.start + part.at.start, at.start + part.at.end);
        check_note(part.number, last, notes.contains_key(&part.number), span, diags);
        let body = markdown::compile_events(part.events, (at, 3), &mut references.resolver(&page, diags));
        notes.insert(part.number, ArticleNote { title: part.title, body });
    }
    references.add_anchors(&url, intro.headings.iter().map(|heading| heading.id.clone()));
    // Any article may be linked to: the page shows those with a note and those that content rests on.
    references.add_anchors(&url, (1..=last).map(|number| ArticleNo::plain(number).anchor()));
    references.add_anchors(&url, notes.keys().map(|number| number.anchor()));
    Statute {
        slug: draft.slug.value.clone(),
        title: draft.title.value.clone(),
        short_titles: values(&draft.short_titles),
        rank: draft.rank.as_ref().map_or_else(|| "法律".to_owned(), |rank| rank.value.clone()),
        versions: versions(draft, diags),
        replaced_by: replaced_by(draft, references, diags),
        intro,
        notes,
    }
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

fn versions(draft: &StatuteDraft, diags: &mut Diagnostics) -> Vec<StatuteVersion> {
    let mut last: Option<Date> = None;
    let mut versions = Vec::new();
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
        let repealed = version.repealed.as_ref().map(|day| day.value);
        versions.push(StatuteVersion { adopted, effective, articles: version.articles, repealed });
    }
    versions
}

fn replaced_by(
    draft: &StatuteDraft,
    references: &References<'_>,
    diags: &mut Diagnostics,
) -> Vec<Replacement> {
    let mut replacements = Vec::new();
    for (from, by) in &draft.replaced_by {
        let article = replaced_article(&from.value);
        if article.is_none() && !matches!(from.value.trim(), "全部" | "all") {
            let message = format!("“{}”不是条号", from.value);
            diags.push(Diagnostic::error("citation", from.span, message).hint("写 第三十二条，或 全部"));
            continue;
        }
        let by = references.cite(by, Spoken::Today, diags);
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

fn values(texts: &[Located<String>]) -> Vec<String> {
    texts.iter().map(|text| text.value.trim().to_owned()).collect()
}
