//! The gate: past it a [`Site`] is valid by construction and nothing fails because of what an editor wrote.
//!
//! Start at [`heads()`]. It looks at what one file says of another: links, citations, topics, related pages, regions. Each
//! check reports and carries on, so one run tells an editor everything.

mod citation_faults;
#[cfg(test)]
mod citation_tests;
pub mod citations;
mod clocks;
pub mod digests;
pub mod heads;
pub mod identity;
pub mod links;
mod mainland;
mod national;
mod note_book;
pub mod pages;
pub mod pictures;
pub mod prose;
pub mod redirects;
pub mod regions;
pub mod resolver;
pub mod secrets;
pub mod stations;
pub mod statute_text;

pub(crate) use national::hint_for_unknown as national_hint;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use search::record::{Station, ThesaurusEntry};
use search::statistics::Statistics;

use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::settings::SettingsDraft;
use crate::load::statistics::StatisticDraft;
use crate::model::{Body, Settings, Site, Topic};
use crate::source::{FileId, Hash, Located, SourceMap};
use crate::statute::catalogue::Catalogue;
use citations::{Spoken, StatuteBook};
use links::Links;
pub use note_book::NoteBook;
use pictures::Album;
use prose::Rules;
use regions::Regions;
use resolver::{PageContext, References};
use secrets::Secrets;

/// What pages refer to, with everything there is to point at.
pub struct World<'d> {
    /// The files.
    pub sources: &'d SourceMap,
    /// Where links may lead.
    pub links: Arc<Links>,
    /// What may be cited.
    pub statutes: StatuteBook<'d>,
    /// The statutes with their full texts.
    pub catalogue: &'d Catalogue,
    /// The divisions.
    pub regions: Arc<Regions>,
    /// How texts are to be written.
    pub rules: Arc<Rules>,
    /// What no text may tell.
    pub secrets: Arc<Secrets>,
}

/// What of a [`World`] holds as long as only the texts of documents change.
#[derive(Debug, Clone)]
pub struct Lasting {
    links: Arc<Links>,
    regions: Arc<Regions>,
    rules: Arc<Rules>,
    secrets: Arc<Secrets>,
}

/// What is known before the texts of guides and digests are read.
pub struct Heads<'d> {
    /// What those texts may refer to.
    pub world: World<'d>,
    /// The site; `None` where something stops publishing.
    pub site: Option<Site>,
    /// What the other pages' texts brought to light.
    pub book: NoteBook,
}

impl<'d> World<'d> {
    /// Takes in what there is to refer to; reports divisions and titles that make no sense.
    pub fn new(
        (sources, album): (&'d SourceMap, &'d Album),
        drafts: &'d Drafts,
        today: Date,
        diags: &mut Diagnostics,
    ) -> Self {
        let mut links = all_links(sources, drafts);
        links.images = album.addresses();
        links.addresses.extend(drafts.catalogue.addresses());
        drafts.catalogue.compare(&drafts.statutes, diags);
        let statutes = StatuteBook::new(drafts, today, diags);
        let regions: Arc<Regions> = Regions::new(drafts, diags).into();
        Self {
            sources,
            links: links.into(),
            catalogue: &drafts.catalogue,
            statutes,
            secrets: Secrets::new(drafts, sources, &regions).into(),
            regions,
            rules: Rules::new(drafts).into(),
        }
    }

    /// The same again, of the same `drafts` but for the texts of documents. What was wrong has been reported.
    pub fn again(sources: &'d SourceMap, drafts: &'d Drafts, today: Date, lasting: &Lasting) -> Self {
        let Lasting { links, regions, rules, secrets } = lasting.clone();
        let statutes = StatuteBook::new(drafts, today, &mut Diagnostics::default());
        Self { sources, links, statutes, catalogue: &drafts.catalogue, regions, rules, secrets }
    }

    /// What holds as long as only the texts of documents change.
    pub fn lasting(&self) -> Lasting {
        Lasting {
            links: Arc::clone(&self.links),
            regions: Arc::clone(&self.regions),
            rules: Arc::clone(&self.rules),
            secrets: Arc::clone(&self.secrets),
        }
    }
}

impl World<'_> {
    /// Changes whenever the reading of a document may give something else, its links apart.
    pub fn stamp(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.statutes.stamp());
        hasher.update(format!("{:?}", self.regions).as_bytes());
        hasher.update(&self.rules.stamp());
        hasher.update(&self.secrets.stamp());
        hasher.finalize().into()
    }
}

/// Checks everything but the texts of guides and digests: see [`pages::guide`] and [`digests::case`]. `today` is for
/// warnings about stale facts only: it changes no output.
pub fn heads<'d>(
    (sources, album): (&'d SourceMap, &'d Album),
    drafts: &'d Drafts,
    today: Date,
    diags: &mut Diagnostics,
) -> Heads<'d> {
    let world = World::new((sources, album), drafts, today, diags);
    let mut book = NoteBook::default();
    let settings = settings(drafts, &world.regions, diags);
    let topics = topics(drafts, diags);
    stations::check_unique(&drafts.stations, diags);
    check_unique_slugs(drafts, diags);
    heads::check(drafts, today, diags);
    prose::fields::check(drafts, sources, &world.rules, diags);
    world.secrets.check_files(sources, &world.regions, diags);
    let known = pages::guide_slugs(sources);

    let guides = pages::guides(drafts, &known, diags);
    let cases = digests::cases(drafts, &known, diags);
    let campaigns = pages::campaigns(drafts, &known, &world, &mut book);
    let other_pages = pages::pages(drafts, &world, &mut book);
    let statutes = pages::statutes(drafts, &world, &mut book);
    let directories = pages::directories(drafts, &world, &mut book);
    let (stations, station_bodies) = all_stations(drafts, &world, today, &mut book);
    check_thesaurus(drafts, diags);
    diags.extend(std::mem::take(&mut book.diags));
    let redirects = redirects::redirects(sources, drafts, &world.links, diags);
    let site = settings.zip(drafts.settings.as_ref()).filter(|_| !diags.has_errors());
    let site = site.map(|(settings, draft)| {
        let mut site = Site {
            settings,
            hotlines: draft.hotlines.clone(),
            topics,
            guides,
            cases,
            statutes,
            regions: world.regions.publish(&stations),
            directories,
            stations,
            station_bodies,
            campaigns,
            pages: other_pages,
            thesaurus: thesaurus(drafts),
            statistics: statistics(drafts),
            redirects,
            pictures: album.pictures(),
            changed: BTreeMap::new(),
        };
        order(&mut site);
        site
    });
    Heads { world, site, book }
}

/// Checks the heads of these documents again, as [`heads()`] does; their old addresses apart.
pub fn heads_again(
    drafts: &Drafts,
    (sources, files): (&SourceMap, &[FileId]),
    today: Date,
    diags: &mut Diagnostics,
) {
    let known = pages::guide_slugs(sources);
    let rules = pages::HeadRules::new(drafts, &known);
    for file in files {
        if let Some(draft) = drafts.guide_of(*file) {
            heads::check_guide(draft, today, diags);
            rules.guide(draft, diags);
        }
        if let Some(draft) = drafts.case_of(*file) {
            rules.case(draft, diags);
        }
    }
}

/// Guides by topic, digests newest first, the rest by name: the order in which lists show them.
fn order(site: &mut Site) {
    let place = |slug: &str| site.topics.iter().position(|topic| topic.slug == slug);
    site.guides.sort_by_cached_key(|guide| (place(&guide.topic), guide.slug.clone()));
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
        circle,
        footer,
        ..
    } = draft.as_ref();
    Some(Settings {
        name: name.clone(),
        title: title.clone(),
        description: description.clone(),
        base_url: base_url.clone(),
        region,
        exit_url: exit_url.clone(),
        search_in_browser: *search_in_browser,
        licence: licence.clone(),
        circle: circle.clone(),
        clocks: clocks::clocks(draft, drafts, diags),
        holidays: clocks::holidays(drafts, diags),
        footer: footer.clone(),
    })
}

fn statistics(drafts: &Drafts) -> Statistics {
    let rows = drafts.statistics.iter().map(|draft| {
        let StatisticDraft { quarter, about, what, count } = draft.as_ref();
        (quarter.clone(), about.clone(), what.clone(), u64::from(*count))
    });
    Statistics::of_rows(rows)
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

/// Whether the site itself needs the address `/slug/`.
pub fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// First parts of addresses that the generator and the API use themselves.
const RESERVED: [&str; 15] = [
    "api",
    "ask",
    "assets",
    "campaigns",
    "cases",
    "coverage",
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
        "/coverage/",
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
    let addresses = lists
        .map(str::to_owned)
        .into_iter()
        .chain(topics)
        .chain(regions)
        .chain(stations)
        .chain(files.values().cloned())
        .collect();
    Links { files, images: BTreeMap::new(), addresses }
}

/// The address of the page that a file becomes. By path alone, so that a file with a fault can still be linked to.
pub(crate) fn address_of(path: &str) -> Option<String> {
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
    world: &World<'_>,
    today: Date,
    book: &mut NoteBook,
) -> (Vec<Station>, BTreeMap<String, Body>) {
    let around = stations::Surroundings::new(drafts, &world.regions, today);
    let mut bodies = BTreeMap::new();
    let mut built = Vec::new();
    for draft in &drafts.stations {
        built.extend(stations::build(draft, &around, &mut book.diags));
        let Some(body) = draft.body else { continue };
        let body_at = body.0;
        let url = format!("/stations/{}/", draft.slug.value);
        let page = PageContext { file: draft.slug.span.file, url: &url, spoken: Spoken::Today };
        let mut references = References::new(world, page);
        let body = references.body(body);
        if stations::is_meant_confidential(draft) {
            let text = &world.sources.text(body_at.file)[body_at.start..body_at.end];
            stations::check_body(draft, (text, body_at), &world.regions, &mut references.notes.diags);
        }
        book.add(&url, references.notes);
        if !body.is_empty() {
            bodies.insert(draft.slug.value.clone(), body);
        }
    }
    (built, bodies)
}

/// Reports slugs that name nothing, with the nearest that does; gives those that do.
pub(crate) fn known_slugs(
    written: &[Located<String>],
    what: &str,
    known: &BTreeSet<&str>,
    diags: &mut Diagnostics,
) -> Vec<String> {
    check_slugs(written, what, known, diags);
    let found = written.iter().filter(|slug| known.contains(slug.value.as_str()));
    found.map(|slug| slug.value.clone()).collect()
}

/// Reports slugs that name nothing, with the nearest that does.
pub(crate) fn check_slugs(
    written: &[Located<String>],
    what: &str,
    known: &BTreeSet<&str>,
    diags: &mut Diagnostics,
) {
    for slug in written.iter().filter(|slug| !known.contains(slug.value.as_str())) {
        let near = nearest(&slug.value, known.iter().copied());
        let hint = near.map_or_else(|| how_to_name(what), |near| format!("是不是想写 {near}"));
        diags.push(
            Diagnostic::error("unknown-reference", slug.span, format!("没有叫“{}”的{what}", slug.value))
                .hint(hint),
        );
    }
}

/// What may stand where a thing of the site is named.
fn how_to_name(what: &str) -> String {
    match what {
        "指南" => "写指南的文件名，不带 .md".to_owned(),
        "主题" => "写 topics.yaml 里的 slug".to_owned(),
        _ => "号码先写进 site.toml 的 [[hotlines]]".to_owned(),
    }
}
