//! Every statute that may be cited: the entries of `laws/` and the works of the library, side by side.
//!
//! An entry and a work are one statute when a title of the one is a title of the other. What an editor wrote about a
//! version goes before what its text says; a version that only one of them knows is a version all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::text::FullText;
use super::{Library, Work, places, slug};
use crate::check::citations::FullTexts;
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::kinds::{StatuteDraft, VersionDraft};
use crate::model::article::Division;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Body, Since, Statute, StatuteVersion};
use crate::source::Hash;

/// Every statute that may be cited.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Entries in the order of their files, then works by title.
    pub statutes: Vec<Known>,
    /// From a name in URLs to the place in `statutes`.
    slugs: BTreeMap<String, usize>,
    /// Of the full texts.
    stamp: Hash,
    /// Whether there is a library that can't be opened: then a title that nobody knows may be in it.
    pub lost: bool,
}

/// A statute that may be cited.
#[derive(Debug)]
pub struct Known {
    /// Its name in URLs.
    pub slug: String,
    /// The full title.
    pub title: String,
    /// The title to show.
    pub name: String,
    /// Its place among the entries, if it has one.
    pub entry: Option<usize>,
    /// Its full texts, if there are any.
    pub work: Option<Arc<Work>>,
    /// By the day from which they hold.
    pub versions: Vec<StatuteVersion>,
}

impl Catalogue {
    /// Puts entries and works together. Says nothing of what disagrees: that is [`Self::compare`]'s.
    pub fn new(entries: &[Arc<StatuteDraft>], library: &Library) -> Self {
        let mut works: BTreeMap<String, Arc<Work>> = BTreeMap::new();
        for work in &library.works {
            // Two works of one short title: the first keeps it.
            works.entry(work.title.clone()).or_insert_with(|| Arc::clone(work));
            works.entry(work.short_title.clone()).or_insert_with(|| Arc::clone(work));
        }
        let mut catalogue = Self { stamp: library.stamp, lost: library.lost, ..Self::default() };
        let mut with_entry: BTreeSet<*const Work> = BTreeSet::new();
        for (at, draft) in entries.iter().enumerate() {
            let titles = std::iter::once(&draft.title).chain(&draft.short_titles);
            let work = titles.map(|title| bare(&title.value)).find_map(|title| works.get(&title)).cloned();
            with_entry.extend(work.as_ref().map(Arc::as_ptr));
            catalogue.statutes.push(Known::of_entry(at, draft, work));
        }
        let mut taken: BTreeSet<String> = catalogue.statutes.iter().map(|known| known.slug.clone()).collect();
        let mut rest: Vec<&Arc<Work>> =
            library.works.iter().filter(|work| !with_entry.contains(&Arc::as_ptr(work))).collect();
        // Of two that sound alike the older one keeps the plain name.
        rest.sort_by_key(|work| (work.texts.first().map(|text| text.adopted), &work.title));
        for work in rest {
            let slug = slug::name(&work.title, &work.short_title, &mut taken);
            catalogue.statutes.push(Known::of_work(slug, work));
        }
        catalogue.statutes[entries.len()..].sort_by(|a, b| a.title.cmp(&b.title));
        let slugs = catalogue.statutes.iter().enumerate().rev();
        catalogue.slugs = slugs.map(|(at, known)| (known.slug.clone(), at)).collect();
        catalogue
    }

    /// The statute of this name in URLs.
    pub fn of_slug(&self, slug: &str) -> Option<&Known> {
        self.statutes.get(*self.slugs.get(slug)?)
    }

    /// Those that have no entry.
    pub fn without_entry(&self) -> impl Iterator<Item = &Known> {
        self.statutes.iter().filter(|known| known.entry.is_none())
    }

    /// Addresses of the pages that full texts have, beside those of entries.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        let all = self.statutes.iter().any(|known| known.work.is_some()).then(|| "/laws/all/".to_owned());
        let pages = |known: &Known| {
            let texts = known.texts().map(|(version, _)| version_url(&known.slug, version.adopted));
            let changes = known.changes().map(|(older, newer)| changes_url(&known.slug, older, newer));
            let own = format!("/laws/{}/", known.slug);
            std::iter::once(own).chain(texts).chain(changes).collect::<Vec<_>>()
        };
        all.into_iter().chain(self.statutes.iter().flat_map(pages))
    }

    /// The anchors on the page at `url`: those of articles, their parts, and divisions; nothing for a page that shows no
    /// full text.
    pub fn anchors(&self, url: &str) -> Vec<String> {
        let mut parts = url.trim_start_matches("/laws/").trim_end_matches('/').split('/');
        let (slug, day) = (parts.next().unwrap_or_default(), parts.next());
        let Some(known) = self.of_slug(slug) else { return Vec::new() };
        let text = match day {
            None => known.newest_text(),
            Some(day) => {
                known.texts().find(|(version, _)| version.adopted.to_string() == day).map(|(_, text)| text)
            }
        };
        text.map(|text| places::anchors(text)).unwrap_or_default()
    }

    fn text(&self, statute: &str, effective: Date) -> Option<&FullText> {
        let versions = self.of_slug(statute)?.versions.iter().rev();
        versions.filter(|version| version.effective == effective).find_map(|version| version.text.as_deref())
    }

    /// Reports where an entry and the texts say different things, with both.
    pub fn compare(&self, entries: &[Arc<StatuteDraft>], diags: &mut Diagnostics) {
        for known in &self.statutes {
            let (Some(entry), Some(work)) = (known.entry, &known.work) else { continue };
            let draft = &entries[entry];
            for version in &draft.versions {
                if let Some(at) = place_of(version, work.texts.iter()) {
                    compare_version(version, &work.texts[at], diags);
                }
            }
            let newest = draft.versions.iter().map(|version| version.adopted.value).max();
            let newer = work.texts.last().filter(|text| {
                newest.is_some_and(|newest| text.adopted > newest)
                    && !draft.versions.iter().any(|version| is_same(version, text))
            });
            if let (Some(text), Some(last)) = (newer, draft.versions.last()) {
                let message = format!(
                    "全文库里有 {}通过的新版本，这里最新的是 {}通过的",
                    chinese_date(text.adopted),
                    chinese_date(last.adopted.value)
                );
                diags.push(
                    Diagnostic::warning("statute-mismatch", last.adopted.span, message)
                        .hint("对照新版本改写说明，在 versions 里加一段"),
                );
            }
        }
    }
}

impl FullTexts for Catalogue {
    fn paragraphs(&self, statute: &str, effective: Date, article: ArticleNo) -> Option<Vec<u16>> {
        let text = self.text(statute, effective)?;
        match text.article(article) {
            Some((volume, article)) => Some(places::items(volume, article)),
            // A plain number that is left out is a slip of the text, and nobody's error.
            None if article.sub == 0 => None,
            None => Some(Vec::new()),
        }
    }

    fn has_division(&self, statute: &str, effective: Date, division: Division) -> bool {
        let text = self.text(statute, effective);
        text.is_some_and(|text| places::has_division(text, division))
    }

    fn stamp(&self) -> Hash {
        self.stamp
    }
}

/// A title without blanks.
fn bare(title: &str) -> String {
    title.chars().filter(|c| !super::text::is_blank(*c)).collect()
}

/// Which of `texts` an entry's version is: the one of its day before one that holds from the same day.
fn place_of<'t>(
    version: &VersionDraft,
    mut texts: impl Iterator<Item = &'t Arc<FullText>> + Clone,
) -> Option<usize> {
    texts
        .clone()
        .position(|text| version.adopted.value == text.adopted)
        .or_else(|| texts.position(|text| is_same(version, text)))
}

/// Whether an entry's version and a text are the same one. Some give the day of passing, some that of publication; the
/// day from which it holds then tells.
fn is_same(version: &VersionDraft, text: &FullText) -> bool {
    version.adopted.value == text.adopted || text.effective == Some(version.effective.value)
}

fn compare_version(version: &VersionDraft, text: &FullText, diags: &mut Diagnostics) {
    let (count, last) = (text.count(), text.last().map_or(0, |last| last.number));
    let written = version.articles.value;
    // With inserted articles a text has more of them than its last number says; either is right.
    if count > 0 && usize::from(written) != count && written != last {
        let message = format!("这里写 {written} 条，{}的全文有 {count} 条", chinese_date(text.adopted));
        diags.push(
            Diagnostic::warning("statute-mismatch", version.articles.span, message)
                .hint("对照原文改 articles，或者换掉全文库里的那一份"),
        );
    }
    if let Some(day) = text.effective.filter(|day| *day != version.effective.value) {
        let message = format!(
            "这里写 {}起施行，全文写的是 {}",
            chinese_date(version.effective.value),
            chinese_date(day)
        );
        diags.push(
            Diagnostic::warning("statute-mismatch", version.effective.span, message)
                .hint("对照原文改 effective，或者换掉全文库里的那一份"),
        );
    }
}

/// The address of a version's page.
pub fn version_url(slug: &str, adopted: Date) -> String {
    format!("/laws/{slug}/{adopted}/")
}

/// The address of the page that tells what changed from one version to the next.
pub fn changes_url(slug: &str, older: Date, newer: Date) -> String {
    format!("/laws/{slug}/{older}-to-{newer}/")
}

impl Known {
    fn of_entry(at: usize, draft: &StatuteDraft, work: Option<Arc<Work>>) -> Self {
        let texts = work.iter().flat_map(|work| &work.texts);
        let mut rest: Vec<&Arc<FullText>> = texts.collect();
        let mut versions: Vec<StatuteVersion> = draft
            .versions
            .iter()
            .map(|version| {
                let found = place_of(version, rest.iter().copied());
                let text = found.map(|at| Arc::clone(rest.remove(at)));
                StatuteVersion {
                    adopted: text.as_ref().map_or(version.adopted.value, |text| text.adopted),
                    effective: version.effective.value,
                    since: Since::Entry,
                    articles: version.articles.value,
                    repealed: version.repealed.as_ref().map(|day| day.value),
                    text,
                }
            })
            .collect();
        versions.extend(rest.into_iter().map(of_text));
        sort(&mut versions);
        let name = draft.short_titles.first().unwrap_or(&draft.title).value.clone();
        Self {
            slug: draft.slug.value.clone(),
            title: draft.title.value.clone(),
            name,
            entry: Some(at),
            work,
            versions,
        }
    }

    fn of_work(slug: String, work: &Arc<Work>) -> Self {
        let mut versions: Vec<StatuteVersion> = work.texts.iter().map(of_text).collect();
        sort(&mut versions);
        Self {
            slug,
            title: work.title.clone(),
            name: work.short_title.clone(),
            entry: None,
            work: Some(Arc::clone(work)),
            versions,
        }
    }

    /// The version that holds on `day`.
    pub fn on(&self, day: Date) -> Option<&StatuteVersion> {
        let holds = |version: &&StatuteVersion| {
            version.effective <= day && version.repealed.is_none_or(|end| day < end)
        };
        self.versions.iter().rev().find(holds)
    }

    /// The versions that have a text, oldest first.
    pub fn texts(&self) -> impl Iterator<Item = (&StatuteVersion, &Arc<FullText>)> {
        self.versions.iter().filter_map(|version| Some((version, version.text.as_ref()?)))
    }

    /// The text of the newest version; `None` where that has none.
    pub fn newest_text(&self) -> Option<&Arc<FullText>> {
        self.versions.last()?.text.as_ref()
    }

    /// The days of neighbouring versions that can be compared.
    pub fn changes(&self) -> impl Iterator<Item = (Date, Date)> {
        let pairs = self.versions.windows(2).filter(|pair| pair.iter().all(|version| version.text.is_some()));
        pairs.map(|pair| (pair[0].adopted, pair[1].adopted))
    }

    /// As it is published where there is no entry.
    pub fn statute(&self) -> Statute {
        Statute {
            slug: self.slug.clone(),
            title: self.title.clone(),
            short_titles: vec![self.name.clone()],
            rank: self.work.as_ref().map_or_else(String::new, |work| work.rank.clone()),
            asked: Vec::new(),
            own_words: false,
            versions: self.versions.clone(),
            replaced_by: Vec::new(),
            intro: Body::default(),
            notes: BTreeMap::new(),
        }
    }
}

fn of_text(text: &Arc<FullText>) -> StatuteVersion {
    StatuteVersion {
        adopted: text.adopted,
        effective: text.effective.unwrap_or(text.adopted),
        since: if text.effective.is_some() { Since::Text } else { Since::Adopted },
        articles: text.last().map_or(0, |last: ArticleNo| last.number),
        repealed: text.repealed,
        text: Some(Arc::clone(text)),
    }
}

fn sort(versions: &mut [StatuteVersion]) {
    versions.sort_by_key(|version| (version.effective, version.adopted));
}
