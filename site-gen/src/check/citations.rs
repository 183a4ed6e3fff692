//! Whether what is cited exists and holds: the statute, the article, on the day the page speaks for.
//!
//! [`StatuteBook::resolve`] is asked for each piece of text: `crate::citation` finds the references, this file says where
//! each leads and what is wrong with it ([`super::citation_faults`]).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::citation_faults::Faults;
use crate::citation::{self, Context, Own, Page, Reference, StatuteId, Subject, Target, Titles};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::StatuteDraft;
use crate::model::article::{Division, Part, Place, parse_number};
use crate::model::{ArticleNo, Citation, CitationLink, StatuteVersion};
use crate::source::{Hash, Span};
use crate::statute::catalogue::Known;
use crate::statute::compare;

/// Every statute that content may cite.
#[derive(Debug)]
pub struct StatuteBook<'d> {
    entries: Vec<Entry<'d>>,
    slugs: BTreeMap<&'d str, StatuteId>,
    titles: Titles,
    texts: Option<&'d dyn FullTexts>,
    today: Date,
    /// Whether an entry could not be read: then a title that nobody knows may be its.
    incomplete: bool,
}

/// A statute that may be cited: from `laws/`, or from the statute library.
#[derive(Debug, Clone)]
pub struct Entry<'d> {
    /// Its name in URLs.
    pub slug: &'d str,
    /// The full title, then the short ones.
    pub titles: Vec<&'d str>,
    /// In any order.
    pub versions: Vec<StatuteVersion>,
    /// What took the place of an article (`None`: of the whole statute), as a citation.
    pub replaced_by: Vec<(Option<ArticleNo>, &'d str)>,
}

/// What only the full texts of statutes know. Without them links lead to articles, and parts are not checked.
pub trait FullTexts: fmt::Debug + Sync {
    /// How many items each paragraph of `article` has, in the version of the statute (a slug) that holds from `effective`.
    /// Empty: this version has no such article. `None`: its text is not known.
    fn paragraphs(&self, statute: &str, effective: Date, article: ArticleNo) -> Option<Vec<u16>>;
    /// Whether the statute's page has an anchor for `division` of that version.
    fn has_division(&self, statute: &str, effective: Date, division: Division) -> bool;
    /// Changes whenever an answer may change.
    fn stamp(&self) -> Hash;
}

/// The day a page speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// The day it was reviewed or written: what it cites must hold then, and a later change is worth a look.
    On(Date),
    /// The year of a case: what it cites must have held then; what came later does not matter.
    Then(Date),
    /// No day is known: what it cites must hold today.
    Today,
}

/// Most articles that one range may name: more is a slip of the pen.
pub(super) const LONGEST_RANGE: u16 = 100;

impl<'d> StatuteBook<'d> {
    /// No statute yet.
    pub fn empty(today: Date) -> Self {
        let (entries, slugs, titles) = (Vec::new(), BTreeMap::new(), Titles::default());
        Self { entries, slugs, titles, texts: None, today, incomplete: false }
    }

    /// All entries; reports titles that two of them claim.
    pub fn new(all: &'d Drafts, today: Date, diags: &mut Diagnostics) -> Self {
        let mut book = Self::empty(today);
        book.incomplete =
            all.unread.contains("laws") || all.unread.contains("site.toml") || all.catalogue.lost;
        let (entries, works) = all.catalogue.statutes.split_at(all.statutes.len());
        for (draft, known) in all.statutes.iter().zip(entries) {
            for taken in book.add(entry(draft, known)) {
                let written = std::iter::once(&draft.title).chain(&draft.short_titles);
                for title in written.filter(|title| title.value == taken) {
                    let message = format!("“{taken}”也是另一部法规的名字");
                    diags.push(
                        Diagnostic::error("duplicate-title", title.span, message)
                            .hint("每个简称只给一部法规"),
                    );
                }
            }
        }
        // What editors named goes before what texts are called; of two works of one name the first has it.
        for (at, work) in
            entries.iter().enumerate().filter_map(|(at, known)| Some((at, known.work.as_ref()?)))
        {
            book.titles.also(StatuteId(at), [work.title.as_str(), work.short_title.as_str()]);
        }
        for known in works {
            book.add(of_work(known));
        }
        book.with_texts(&all.catalogue)
    }

    /// Takes in a statute; gives back the names that another one has already.
    pub fn add(&mut self, entry: Entry<'d>) -> Vec<&'d str> {
        let articles = entry.versions.iter().map(StatuteVersion::last_number).max().unwrap_or(0);
        let taken = self.titles.add(entry.titles.iter().copied(), articles);
        self.slugs.insert(entry.slug, StatuteId(self.entries.len()));
        self.entries.push(entry);
        taken
    }

    /// From now on parts of articles are looked up in `texts`.
    pub fn with_texts(self, texts: &'d dyn FullTexts) -> Self {
        Self { texts: Some(texts), ..self }
    }

    /// Changes whenever an answer may change: names, versions, what took whose place, which of them hold today, the texts.
    pub fn stamp(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        for Entry { slug, titles, versions, replaced_by } in &self.entries {
            let begun = |day: Date| day <= self.today;
            let begun =
                versions.iter().map(|version| (begun(version.effective), version.repealed.map(begun)));
            let begun: Vec<_> = begun.collect();
            hasher.update(format!("{slug:?} {titles:?} {versions:?} {begun:?} {replaced_by:?}").as_bytes());
        }
        hasher.update(&[u8::from(self.incomplete), u8::from(self.texts.is_some())]);
        if let Some(texts) = self.texts {
            hasher.update(&texts.stamp());
        }
        hasher.finalize().into()
    }

    /// The statute with this slug.
    pub fn of_slug(&self, slug: &str) -> Option<StatuteId> {
        self.slugs.get(slug).copied()
    }

    /// The statute that the page at `url` is about.
    pub fn of_page(&self, url: &str) -> Option<StatuteId> {
        self.of_slug(url.strip_prefix("/laws/")?.strip_suffix('/')?)
    }

    /// The names by which statutes are found.
    pub fn titles(&self) -> &Titles {
        &self.titles
    }

    /// The citations in `written`, in order. Reports what does not hold.
    pub fn resolve(
        &self,
        written: Written<'_>,
        context: &mut Context,
        diags: &mut Diagnostics,
    ) -> Vec<CitationLink> {
        let page = Page { titles: &self.titles, own: written.own };
        let references = citation::read(written.text, page, context);
        references.iter().filter_map(|reference| self.cited(reference, written, diags)).collect()
    }

    fn cited(
        &self,
        reference: &Reference,
        written: Written<'_>,
        diags: &mut Diagnostics,
    ) -> Option<CitationLink> {
        let faults = Faults { text: written.text, reference, at: written.place(reference) };
        let entry = match &reference.subject {
            Subject::Known(id) => self.entry(*id)?,
            Subject::Unknown(title) => {
                // The entry that could not be read may be this statute's.
                if !self.incomplete {
                    let known = self.entries.iter().flat_map(|entry| entry.titles.iter().copied());
                    diags.push(faults.unknown(title, known));
                }
                return None;
            }
            Subject::Unclear => {
                diags.push(faults.unclear());
                return None;
            }
        };
        let day = match written.spoken {
            Spoken::On(day) | Spoken::Then(day) => day,
            Spoken::Today => self.today,
        };
        // The entry of a statute that holds no more may speak of its articles.
        let own = written.own.is_some_and(|own| reference.subject == Subject::Known(own.statute));
        let last = || entry.versions.iter().max_by_key(|version| version.effective).filter(|_| own);
        let version = entry.version(reference.year, day).or_else(last);
        if reference.target != Target::Whole {
            match version {
                None => diags.push(faults.not_in_force(entry, day)),
                Some(version) => {
                    let paragraphs = self.paragraphs(entry, version, reference.target);
                    let lost_end = || self.lost_end(entry, version, &faults);
                    let fault = faults.missing(entry, version, paragraphs.as_deref());
                    if let Some(fault) = fault.or_else(lost_end) {
                        diags.push(fault);
                    }
                    // Whoever names the year of a version means that one, whatever came later.
                    if let (Spoken::On(_), None, Some(newer)) =
                        (written.spoken, reference.year, entry.changed(day, self.today))
                    {
                        self.check_review(entry, (version, newer), &faults, diags);
                    }
                }
            }
        }
        // No output depends on today: a page that speaks for the day it is read links to what the statute's page shows.
        let today = written.spoken == Spoken::Today && reference.year.is_none();
        self.link(reference, entry, if today { entry.newest() } else { version })
    }

    /// The end of a range that the text does not have: 第三条至第十条之九.
    fn lost_end(
        &self,
        entry: &Entry<'_>,
        version: &StatuteVersion,
        faults: &Faults<'_>,
    ) -> Option<Diagnostic> {
        let Target::Articles { to: Some(to), .. } = faults.reference.target else { return None };
        let known = self.texts?.paragraphs(entry.slug, version.effective, to)?;
        known.is_empty().then(|| faults.lost(entry, to))
    }

    /// Reports what may not be what it was when somebody last looked at the page. Where the texts of both versions are
    /// known, only what differs.
    fn check_review(
        &self,
        entry: &Entry<'_>,
        (then, newer): (&StatuteVersion, Date),
        faults: &Faults<'_>,
        diags: &mut Diagnostics,
    ) {
        let now = entry.version(None, self.today).and_then(|version| version.text.as_deref());
        let articles = match faults.reference.target {
            Target::Articles { from, to, .. } => Some(from..=to.unwrap_or(from)),
            _ => None,
        };
        match (then.text.as_deref(), now, articles) {
            (Some(then), Some(now), Some(articles)) => {
                for change in compare::since(then, now, articles) {
                    diags.push_once(faults.article_changed(entry, &change, newer));
                }
            }
            _ => diags.push_once(faults.review_due(entry, newer)),
        }
    }

    /// Where a reference leads and what it counts as citing; `None` for a number that can't be read.
    pub(super) fn link(
        &self,
        reference: &Reference,
        entry: &Entry<'_>,
        version: Option<&StatuteVersion>,
    ) -> Option<CitationLink> {
        let cite = |article| Citation { statute: entry.slug.to_owned(), article };
        let citations = match reference.target {
            Target::Malformed => return None,
            Target::Whole | Target::Division(_) => vec![cite(None)],
            Target::Articles { from, to, .. } => {
                expand(from, to).into_iter().map(|article| cite(Some(article))).collect()
            }
        };
        let place = self.place(reference.target, entry, version);
        let version = version.map(|version| version.effective);
        Some(CitationLink { range: reference.range.clone(), citations, place, version })
    }

    /// As precise as the statute's page is known to be: it shows the newest version.
    fn place(&self, target: Target, entry: &Entry<'_>, version: Option<&StatuteVersion>) -> Place {
        let shown = version
            .filter(|version| entry.newest().is_some_and(|newest| newest.effective == version.effective));
        match target {
            Target::Division(division) => {
                let known = shown.zip(self.texts).is_some_and(|(version, texts)| {
                    texts.has_division(entry.slug, version.effective, division)
                });
                if known { Place::Division(division) } else { Place::Whole }
            }
            Target::Articles { from, part, .. } => {
                let known = shown.and_then(|version| self.paragraphs(entry, version, target));
                Place::Article(
                    from,
                    known.map_or_else(Part::default, |paragraphs| known_part(part, &paragraphs)),
                )
            }
            Target::Whole | Target::Malformed => Place::Whole,
        }
    }

    /// How many items each paragraph of the article has, where a part of it is named and the text is known.
    fn paragraphs(&self, entry: &Entry<'_>, version: &StatuteVersion, target: Target) -> Option<Vec<u16>> {
        match target {
            Target::Articles { from, part, .. } if !part.is_whole() || from.sub > 0 => {
                self.texts?.paragraphs(entry.slug, version.effective, from)
            }
            _ => None,
        }
    }

    /// The citations of a text that is nothing else, as front matter has it.
    pub fn resolve_one(
        &self,
        text: &str,
        at: Span,
        spoken: Spoken,
        diags: &mut Diagnostics,
    ) -> Vec<Citation> {
        let written = Written { text, at, spoken, own: None };
        let mut found = Diagnostics::default();
        let cited = self.resolve(written, &mut Context::default(), &mut found);
        if cited.is_empty() && found.counts() == (0, 0) && !self.incomplete {
            let message = format!("“{text}”不是一处引用");
            diags.push(Diagnostic::error("citation", at, message).hint("写成 《反家庭暴力法》第二十三条"));
        }
        diags.extend(found);
        cited.into_iter().flat_map(|cited| cited.citations).collect()
    }

    pub(super) fn entry(&self, id: StatuteId) -> Option<&Entry<'d>> {
        self.entries.get(id.0)
    }
}

/// A text that may cite, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Written<'t> {
    /// The text.
    pub text: &'t str,
    /// Its place in the file; as long as the text, unless the source writes it in another way.
    pub at: Span,
    /// The day it speaks for.
    pub spoken: Spoken,
    /// The statute it is about.
    pub own: Option<Own>,
}

impl Written<'_> {
    fn place(&self, reference: &Reference) -> Span {
        let (at, range) = (self.at, &reference.range);
        let exact = at.end - at.start == self.text.len();
        if exact { Span::new(at.file, at.start + range.start, at.start + range.end) } else { at }
    }
}

impl Entry<'_> {
    /// The name to show.
    pub(super) fn name(&self) -> &str {
        self.titles.get(1).or(self.titles.first()).copied().unwrap_or_default()
    }

    /// The version of `year`, if there is one; else the one that holds on `day`.
    pub(super) fn version(&self, year: Option<i16>, day: Date) -> Option<&StatuteVersion> {
        let of_year = |version: &&StatuteVersion| {
            year.is_some_and(|year| version.adopted.year() == year || version.effective.year() == year)
        };
        let holds = |version: &&StatuteVersion| {
            version.effective <= day && version.repealed.is_none_or(|end| day < end)
        };
        let named = self.versions.iter().filter(of_year).max_by_key(|version| version.effective);
        named.or_else(|| self.versions.iter().filter(holds).max_by_key(|version| version.effective))
    }

    /// The version that the statute's page shows.
    fn newest(&self) -> Option<&StatuteVersion> {
        self.versions.iter().max_by_key(|version| (version.effective, version.adopted))
    }

    /// The newest change after `day` that has taken effect by `today`.
    fn changed(&self, day: Date, today: Date) -> Option<Date> {
        let starts = self.versions.iter().map(|version| version.effective);
        let ends = self.versions.iter().filter_map(|version| version.repealed);
        starts.chain(ends).filter(|change| *change > day && *change <= today).max()
    }
}

fn entry<'d>(draft: &'d StatuteDraft, known: &Known) -> Entry<'d> {
    Entry {
        slug: &draft.slug.value,
        titles: std::iter::once(&draft.title)
            .chain(&draft.short_titles)
            .map(|title| title.value.as_str())
            .collect(),
        versions: known.versions.clone(),
        replaced_by: draft
            .replaced_by
            .iter()
            .map(|(from, by)| (replaced_article(&from.value), by.value.as_str()))
            .collect(),
    }
}

/// A work of the library that no editor wrote about.
fn of_work(known: &Known) -> Entry<'_> {
    Entry {
        slug: &known.slug,
        titles: vec![&known.title, &known.name],
        versions: known.versions.clone(),
        replaced_by: Vec::new(),
    }
}

/// The part as far as the article's text has it; an item without a paragraph, where only one can be meant, with it.
fn known_part(part: Part, paragraphs: &[u16]) -> Part {
    let items = |paragraph: u16| paragraphs.get(usize::from(paragraph).wrapping_sub(1)).copied();
    if let Some(items) = items(part.paragraph) {
        let item = if part.item <= items { part.item } else { 0 };
        return Part { paragraph: part.paragraph, item };
    }
    let mut with_items = (1_u16..).zip(paragraphs).filter(|(_, items)| **items > 0);
    match (part, with_items.next(), with_items.next()) {
        (Part { paragraph: 0, item }, Some((paragraph, items)), None) if item > 0 && item <= *items => {
            Part { paragraph, item }
        }
        _ => Part::default(),
    }
}

/// The articles from `from` to `to`; the ends alone where there are too many to be meant.
fn expand(from: ArticleNo, to: Option<ArticleNo>) -> Vec<ArticleNo> {
    let Some(to) = to.filter(|to| from < *to) else { return vec![from] };
    if from.number == to.number {
        return subs(from.number, from.sub..=to.sub.min(from.sub.saturating_add(LONGEST_RANGE)));
    }
    if to.number - from.number > LONGEST_RANGE {
        return vec![from, to];
    }
    let mut all = vec![from];
    all.extend((from.number + 1..=to.number).map(ArticleNo::plain));
    if to.sub > 0 {
        all.extend(subs(to.number, 1..=to.sub.min(LONGEST_RANGE)));
    }
    all
}

fn subs(number: u16, subs: RangeInclusive<u16>) -> Vec<ArticleNo> {
    subs.map(|sub| ArticleNo { number, sub }).collect()
}

/// Which article a key of `replaced_by` means: 第三十二条 or 32; `None` for 全部.
pub fn replaced_article(key: &str) -> Option<ArticleNo> {
    let key = key.trim();
    citation::leading_article(key)
        .map(|(number, _)| number)
        .or_else(|| parse_number(key).map(ArticleNo::plain))
}
