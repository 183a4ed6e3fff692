//! The gate: past it a [`Site`] is valid by construction and nothing fails because of what an editor wrote.
//!
//! Start at [`site`]. It looks at what one file says of another: links, citations, topics, related pages, regions. Each
//! check reports and carries on, so one run tells an editor everything.

pub mod citations;
pub mod digests;
pub mod links;
pub mod pages;
pub mod pictures;
pub mod redirects;
pub mod regions;
pub mod resolver;
pub mod stations;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use search::record::{Station, ThesaurusEntry};
use search::region::RegionCode;

use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::settings::SettingsDraft;
use crate::markdown;
use crate::model::{ArticleNo, Backlink, Body, Citation, Settings, Site, Topic};
use crate::source::{Located, SourceMap, Span};
use citations::{Spoken, StatuteBook};
use links::Links;
use regions::Regions;
use resolver::{PageContext, References};

/// Checks everything; the site, unless something stops publishing. `today` is for warnings about stale facts only:
/// it changes no output.
pub fn site(sources: &SourceMap, drafts: &Drafts, today: Date, diags: &mut Diagnostics) -> Option<Site> {
    let regions = Regions::new(drafts, diags);
    let settings = settings(drafts, &regions, diags);
    let statutes = StatuteBook::new(drafts, today, diags);
    let links = all_links(sources, drafts);
    let topics = topics(drafts, diags);
    stations::check_unique(&drafts.stations, diags);
    check_unique_slugs(drafts, diags);
    let mut references = References::new(sources, &links, &statutes);

    let guides = pages::guides(drafts, &mut references, diags);
    let cases = digests::cases(drafts, &regions, &mut references, diags);
    let campaigns = pages::campaigns(drafts, &mut references, diags);
    let other_pages = pages::pages(drafts, &mut references, diags);
    let entries = pages::statutes(drafts, &mut references, diags);
    let directories = pages::directories(drafts, &regions, &mut references, diags);
    let (stations, station_bodies) = all_stations(drafts, &regions, &mut references, today, diags);
    check_thesaurus(drafts, diags);
    let redirects = redirects::redirects(sources, drafts, &links, diags);
    let (blobs, pictures) = pictures::pictures(sources, &references.finish(diags), diags);
    if diags.has_errors() {
        return None;
    }
    let mut site = Site {
        settings: settings?,
        hotlines: drafts.settings.as_ref()?.hotlines.clone(),
        topics,
        guides,
        cases,
        statutes: entries,
        regions: regions
            .publish(|code| stations.iter().filter(|station| station.region.is_within(code)).count()),
        directories,
        duties: stations::duties(&drafts.stations, &stations),
        stations,
        station_bodies,
        station_roles: drafts
            .stations
            .iter()
            .map(|draft| (draft.slug.value.clone(), stations::roles(draft)))
            .collect(),
        campaigns,
        pages: other_pages,
        thesaurus: thesaurus(drafts),
        redirects,
        blobs,
        pictures,
        cited: BTreeMap::new(),
    };
    order(&mut site);
    site.cited = cited(&site);
    Some(site)
}

/// Guides by topic, digests newest first, the rest by name: the order in which lists show them.
fn order(site: &mut Site) {
    let place = |slug: &str| site.topics.iter().position(|topic| topic.slug == slug);
    site.guides.sort_by(|a, b| (place(&a.topic), &a.slug).cmp(&(place(&b.topic), &b.slug)));
    site.cases.sort_by(|a, b| (b.year, &a.slug).cmp(&(a.year, &b.slug)));
    site.statutes.sort_by(|a, b| a.slug.cmp(&b.slug));
    site.stations.sort_by(|a, b| a.id.cmp(&b.id));
    site.campaigns.sort_by_key(|campaign| campaign.dates.starts());
    site.pages.sort_by(|a, b| a.slug.cmp(&b.slug));
}

fn settings(drafts: &Drafts, regions: &Regions, diags: &mut Diagnostics) -> Option<Settings> {
    let Some(draft) = &drafts.settings else {
        // Unreadable settings have been reported; missing ones have no file to point at, so `lib` says it.
        return None;
    };
    let region = regions.find(&draft.region, diags)?;
    let SettingsDraft {
        name,
        title,
        description,
        base_url,
        exit_url,
        search_in_browser,
        licence,
        footer,
        ..
    } = draft;
    Some(Settings {
        name: name.clone(),
        title: title.clone(),
        description: description.clone(),
        base_url: base_url.clone(),
        region,
        exit_url: exit_url.clone(),
        search_in_browser: *search_in_browser,
        licence: licence.clone(),
        footer: footer.clone(),
    })
}

fn topics(drafts: &Drafts, diags: &mut Diagnostics) -> Vec<Topic> {
    let mut seen = BTreeSet::new();
    for draft in &drafts.topics {
        if let Some(icon) = draft.icon.as_ref().filter(|icon| !crate::render::is_icon(&icon.value)) {
            let message = format!("没有叫“{}”的图标", icon.value);
            let hint = format!("可以写：{}", crate::render::icon_names().join("、"));
            diags.push(Diagnostic::error("unknown-icon", icon.span, message).hint(hint));
        }
        if !seen.insert(&draft.slug.value) {
            let message = format!("主题“{}”写了两次", draft.slug.value);
            diags.push(Diagnostic::error("duplicate-slug", draft.slug.span, message).hint("留下一个"));
        }
    }
    let mut ordered: Vec<_> = drafts.topics.iter().collect();
    ordered.sort_by(|a, b| a.order.total_cmp(&b.order).then_with(|| a.slug.value.cmp(&b.slug.value)));
    let text =
        |text: &Option<Located<String>>| text.as_ref().map_or(String::new(), |text| text.value.clone());
    ordered
        .into_iter()
        .map(|draft| Topic {
            slug: draft.slug.value.clone(),
            title: draft.title.value.clone(),
            summary: text(&draft.summary),
            icon: text(&draft.icon),
            emergency: draft.emergency,
        })
        .collect()
}

fn check_thesaurus(drafts: &Drafts, diags: &mut Diagnostics) {
    let Some(topics) = pages::topic_slugs(drafts) else { return };
    for topic in drafts.thesaurus.iter().filter_map(|draft| draft.topic.as_ref()) {
        known_slugs(std::slice::from_ref(topic), "主题", &topics, diags);
    }
}

fn thesaurus(drafts: &Drafts) -> Vec<ThesaurusEntry> {
    let words = |words: &[Located<String>]| words.iter().map(|word| word.value.clone()).collect();
    drafts
        .thesaurus
        .iter()
        .map(|draft| ThesaurusEntry {
            say: words(&draft.say),
            law: words(&draft.law),
            topic: draft.topic.as_ref().map(|topic| topic.value.clone()),
            #[expect(clippy::cast_possible_truncation, reason = "a weight between 0.1 and 1")]
            weight: draft.weight as f32,
        })
        .collect()
}

/// Reports slugs that must differ over all folders, because their addresses and their mentions leave the folder out.
fn check_unique_slugs(drafts: &Drafts, diags: &mut Diagnostics) {
    let guides = drafts.guides.iter().map(|draft| &draft.slug);
    let cases = drafts.cases.iter().map(|draft| &draft.slug);
    let (mut seen_guides, mut seen_cases) = (BTreeSet::new(), BTreeSet::new());
    let again = guides
        .filter(|slug| !seen_guides.insert(&slug.value))
        .chain(cases.filter(|slug| !seen_cases.insert(&slug.value)));
    for slug in again {
        let message = format!("已经有一个文件叫“{}.md”", slug.value);
        diags.push(
            Diagnostic::error("duplicate-slug", slug.span, message)
                .hint("换一个文件名，放在别的文件夹里也不能重名"),
        );
    }
    let regions = drafts.directories.iter().map(|draft| &draft.region);
    let mut seen_regions = BTreeSet::new();
    for region in regions.filter(|region| !seen_regions.insert(&region.value)) {
        let message = format!("区划 {} 已经有一份名录", region.value);
        diags.push(Diagnostic::error("duplicate-slug", region.span, message).hint("一个区划一份 _index.md"));
    }
    for page in drafts.pages.iter().filter(|page| RESERVED.contains(&page.slug.value.as_str())) {
        let message = format!("“{}”是网站自己用的地址", page.slug.value);
        diags.push(Diagnostic::error("reserved-slug", page.slug.span, message).hint("换一个文件名"));
    }
}

/// First parts of addresses that the generator and the API use themselves.
const RESERVED: [&str; 14] = [
    "api",
    "ask",
    "assets",
    "campaigns",
    "cases",
    "data",
    "desk",
    "guides",
    "laws",
    "media",
    "regions",
    "search",
    "stations",
    "topics",
];

fn all_links(sources: &SourceMap, drafts: &Drafts) -> Links {
    let mut files: BTreeMap<String, String> =
        sources.texts().filter_map(|(_, text)| Some((text.path.clone(), address_of(&text.path)?))).collect();
    for draft in &drafts.directories {
        files.insert(
            sources.path(draft.region.span.file).to_owned(),
            format!("/regions/{}/", draft.region.value),
        );
    }
    let lists = [
        "/",
        "/ask/",
        "/ask/reply/",
        "/campaigns/",
        "/cases/",
        "/data/",
        "/guides/",
        "/laws/",
        "/search/",
        "/stations/",
        "/topics/",
    ];
    let topics = drafts.topics.iter().map(|draft| format!("/topics/{}/", draft.slug.value));
    let regions = drafts.regions.iter().map(|draft| format!("/regions/{}/", draft.code.value));
    let stations = drafts.stations.iter().map(|draft| format!("/stations/{}/", draft.slug.value));
    Links {
        files,
        images: sources
            .blobs()
            .iter()
            .map(|blob| (blob.path.clone(), format!("/media/{}", blob.path)))
            .collect(),
        addresses: lists
            .map(str::to_owned)
            .into_iter()
            .chain(topics)
            .chain(regions)
            .chain(stations)
            .collect(),
    }
}

/// The address of the page that a file becomes. By path alone, so that a file with a fault can still be linked to.
fn address_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.strip_suffix(".md")?.split('/').collect();
    match parts.as_slice() {
        ["guides", topic, slug] => Some(format!("/guides/{topic}/{slug}/")),
        ["cases", _, slug] => Some(format!("/cases/{slug}/")),
        ["laws", slug] => Some(format!("/laws/{slug}/")),
        ["stations", _, slug] if *slug != "_index" => Some(format!("/stations/{slug}/")),
        ["campaigns", slug] => Some(format!("/campaigns/{slug}/")),
        ["pages", slug] => Some(format!("/{slug}/")),
        _ => None,
    }
}

fn all_stations(
    drafts: &Drafts,
    regions: &Regions,
    references: &mut References<'_>,
    today: Date,
    diags: &mut Diagnostics,
) -> (Vec<Station>, BTreeMap<String, Body>) {
    let around = stations::Surroundings::new(drafts, regions, today);
    let mut bodies = BTreeMap::new();
    let mut built = Vec::new();
    for draft in &drafts.stations {
        built.extend(stations::build(draft, &around, diags));
        let Some(body) = draft.body else { continue };
        let body_at = body.0;
        let url = format!("/stations/{}/", draft.slug.value);
        let page = PageContext { file: draft.slug.span.file, url: &url, spoken: Spoken::Today };
        let body = references.body(body, &page, diags);
        if stations::is_confidential(draft) {
            check_confidential_body(references.sources, body_at, regions, diags);
        }
        if !body.is_empty() {
            bodies.insert(draft.slug.value.clone(), body);
        }
    }
    (built, bodies)
}

/// A shelter's own page must not tell in passing what its head may not say.
fn check_confidential_body(sources: &SourceMap, at: Span, regions: &Regions, diags: &mut Diagnostics) {
    let text = &sources.text(at.file)[at.start..at.end];
    let mut start = at.start;
    for sentence in text.split_inclusive(['。', '\n', '；', '！', '？']) {
        if stations::might_tell_where(sentence, regions) {
            let lead = sentence.len() - sentence.trim_start().len();
            let span = Span::new(at.file, start + lead, start + sentence.trim_end().len().max(lead));
            let message = "这句话像是在说保密的地方在哪里：会让找她的人找到她";
            diags.push(
                Diagnostic::error("shelter-address", span, message)
                    .hint("删掉地名、路名、门牌、楼层和“在什么旁边”"),
            );
        }
        start += sentence.len();
    }
}

/// Who cites which article, by statute.
fn cited(site: &Site) -> BTreeMap<String, BTreeMap<ArticleNo, Vec<Backlink>>> {
    let mut cited: BTreeMap<String, BTreeMap<ArticleNo, Vec<Backlink>>> = BTreeMap::new();
    let mut put = |citation: &Citation, link: &Backlink| {
        let Some(article) = citation.article else { return };
        let links = cited.entry(citation.statute.clone()).or_default().entry(article).or_default();
        if !links.contains(link) {
            links.push(link.clone());
        }
    };
    for guide in &site.guides {
        let link = Backlink { is_case: false, title: guide.title.clone(), url: guide.url() };
        let steps = guide.steps.iter().filter_map(|step| step.how.as_ref());
        for body in steps.chain(&guide.bring).chain(std::iter::once(&guide.body)) {
            body.citations.iter().for_each(|citation| put(citation, &link));
        }
    }
    for case in &site.cases {
        let link = Backlink { is_case: true, title: case.title.clone(), url: case.url() };
        case.applied.iter().chain(&case.body.citations).for_each(|citation| put(citation, &link));
    }
    cited.values_mut().flat_map(BTreeMap::values_mut).for_each(|links| links.sort());
    cited
}

/// Reports slugs that name nothing, with the nearest that does; gives those that do.
pub(crate) fn known_slugs(
    written: &[Located<String>],
    what: &str,
    known: &BTreeSet<&str>,
    diags: &mut Diagnostics,
) -> Vec<String> {
    let mut found = Vec::new();
    for slug in written {
        if known.contains(slug.value.as_str()) {
            found.push(slug.value.clone());
            continue;
        }
        let near = nearest(&slug.value, known.iter().copied());
        let hint = near.map_or_else(|| how_to_name(what), |near| format!("是不是想写 {near}"));
        diags.push(
            Diagnostic::error("unknown-reference", slug.span, format!("没有叫“{}”的{what}", slug.value))
                .hint(hint),
        );
    }
    found
}

/// What may stand where a thing of the site is named.
fn how_to_name(what: &str) -> String {
    match what {
        "指南" => "写指南的文件名，不带 .md".to_owned(),
        "主题" => "写 topics.yaml 里的 slug".to_owned(),
        _ => "号码先写进 site.toml 的 [[hotlines]]".to_owned(),
    }
}

/// The divisions that have directories, for `pages::directories`.
pub(crate) type DirectoryMap = BTreeMap<RegionCode, crate::model::Directory>;

/// Reads a text of front matter as inline Markdown at its place in the file.
pub(crate) fn inline(
    text: &Located<String>,
    page: &PageContext<'_>,
    references: &mut References<'_>,
    diags: &mut Diagnostics,
) -> Body {
    let span = references.place_in_source(text);
    let mut resolver = references.resolver(page, diags);
    markdown::compile_inline(&text.value, span, &mut resolver)
}
