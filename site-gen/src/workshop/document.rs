//! One guide or case digest: read, checked and printed by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;
use rayon::prelude::*;

use super::outputs::{Batch, Owner};
use super::records::Packed;
use crate::check::resolver::Notes;
use crate::check::{World, digests, pages};
use crate::index;
use crate::load::{Draft, Piece};
use crate::model::{ArticleNo, Backlink, CaseHead, Citation, Cited, GuideHead};
use crate::render::{self, Printer};
use crate::source::{FileId, Hash};

/// So many documents are asked at a time who they rest on.
const SOME: usize = 2048;

/// A guide or digest as it was last read.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Of its file.
    pub hash: Hash,
    /// Of what stands before its body; `None` where something is wrong with the file.
    pub front: Option<Hash>,
    /// What other pages may show of it.
    pub head: Head,
    /// Its address from the root.
    pub url: String,
    /// When its words last changed, by its file's history.
    pub day: Option<Date>,
    /// What reading it brought to light.
    pub notes: Notes,
    /// The articles it rests on, each once.
    pub citations: Vec<Citation>,
    /// What is found of it by words; `None` where nothing is to be found.
    pub record: Option<Packed>,
    /// Whether its page stands in the output folder as it is now.
    pub printed: bool,
}

/// What other pages may show of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Head {
    Guide(Arc<GuideHead>),
    Case(Arc<CaseHead>),
}

/// Makes documents, from many threads.
pub(super) struct Maker<'a> {
    world: &'a World<'a>,
    /// When each page's words last changed, by address.
    days: &'a BTreeMap<String, Date>,
    /// How and where to print; `None`: only read.
    press: Option<(&'a Printer<'a>, &'a Batch)>,
    /// Whether records are wanted.
    search: bool,
    /// Whether something stops publishing: then nothing needs to be printed any more.
    broken: AtomicBool,
}

impl Head {
    /// Its address from the root.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Guide(head) => head.url(),
            Self::Case(head) => head.url(),
        }
    }

    /// Its name in URLs.
    pub(super) fn slug(&self) -> &str {
        match self {
            Self::Guide(head) => &head.slug,
            Self::Case(head) => &head.slug,
        }
    }

    /// Its heading.
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Guide(head) => &head.title,
            Self::Case(head) => &head.title,
        }
    }

    /// When it was last checked against the law; digests speak of their year.
    pub(super) fn reviewed(&self) -> Option<Date> {
        match self {
            Self::Guide(head) => head.reviewed.or(head.updated),
            Self::Case(_) => None,
        }
    }

    /// The slugs of the guides that it mentions.
    pub(super) fn mentions(&self) -> &[String] {
        match self {
            Self::Guide(head) => &head.related,
            Self::Case(head) => &head.guides,
        }
    }
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        days: &'a BTreeMap<String, Date>,
        press: Option<(&'a Printer<'a>, &'a Batch)>,
        search: bool,
    ) -> Self {
        Self { world, days, press, search, broken: AtomicBool::new(false) }
    }

    /// Makes the document of `file`; `None` where there is none (any more).
    pub(super) fn make(&self, file: FileId, piece: Option<&Piece>) -> anyhow::Result<Option<Document>> {
        let document = match piece.map(|piece| &piece.draft) {
            Some(Draft::Guide(draft)) => {
                let (guide, notes) = pages::guide(draft, self.world);
                let print = |printer: &Printer<'_>| printer.guide(&guide);
                self.print(file, &notes, print)?;
                let record = self.search.then(|| Packed::of(&index::guide(&guide))).transpose()?;
                let citations = once(guide.citations());
                self.document(file, Head::Guide(guide.head), notes, (citations, record))
            }
            Some(Draft::Case(draft)) => {
                let (case, notes) = digests::case(draft, self.world);
                let print = |printer: &Printer<'_>| printer.case(&case);
                self.print(file, &notes, print)?;
                let record = self.search.then(|| Packed::of(&index::case(&case))).transpose()?;
                let citations = once(case.citations());
                self.document(file, Head::Case(case.head), notes, (citations, record))
            }
            _ => return Ok(None),
        };
        Ok(Some(Document { front: piece.and_then(|piece| piece.front), ..document }))
    }

    /// Whether something was found that stops publishing.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    fn print(
        &self,
        file: FileId,
        notes: &Notes,
        page: impl Fn(&Printer<'_>) -> anyhow::Result<(String, Vec<u8>)>,
    ) -> anyhow::Result<()> {
        if notes.diags.has_errors() {
            self.broken.store(true, Ordering::Relaxed);
        }
        match self.press {
            Some((printer, batch)) if !self.broken.load(Ordering::Relaxed) => {
                let (path, bytes) = page(printer)?;
                batch.put(Owner::Document(file), &path, &bytes)
            }
            _ => Ok(()),
        }
    }

    fn document(
        &self,
        file: FileId,
        head: Head,
        notes: Notes,
        (citations, record): (Vec<Citation>, Option<Packed>),
    ) -> Document {
        let url = head.url();
        let hash = self.world.sources.hash(file);
        let day = self.days.get(&url).copied();
        Document { hash, front: None, head, url, day, notes, citations, record, printed: false }
    }
}

fn once<'c>(citations: impl Iterator<Item = &'c Citation>) -> Vec<Citation> {
    let once: BTreeSet<&Citation> = citations.collect();
    once.into_iter().cloned().collect()
}

/// Who rests on which article, by statute.
pub(super) fn cited<'d>(documents: impl Iterator<Item = &'d Document>) -> Cited {
    let documents: Vec<&Document> = documents.collect();
    let parts = documents.par_chunks(SOME).map(|some| {
        let mut cited = Cited::new();
        for document in some {
            add(&mut cited, document);
        }
        cited
    });
    let mut cited = parts.reduce(Cited::new, joined);
    let lists: Vec<&mut Vec<Backlink>> = cited.values_mut().flat_map(BTreeMap::values_mut).collect();
    lists.into_par_iter().for_each(|links| links.sort_unstable());
    cited
}

fn joined(mut all: Cited, more: Cited) -> Cited {
    for (statute, articles) in more {
        let all = all.entry(statute).or_default();
        for (article, mut links) in articles {
            all.entry(article).or_default().append(&mut links);
        }
    }
    all
}

/// The statutes that a document rests on now, or rested on when it was `old`.
pub(super) fn rested_on(old: Option<&Document>, new: Option<&Document>) -> BTreeSet<String> {
    let citations = old.into_iter().chain(new).flat_map(|document| &document.citations);
    citations.map(|citation| citation.statute.clone()).collect()
}

/// The same after one document changed from `old` to `new`. Gives the statutes whose pages show it.
pub(super) fn cite_again(
    cited: &mut Cited,
    old: Option<&Document>,
    new: Option<&Document>,
) -> BTreeSet<String> {
    let before: Vec<_> = rested_on(old, new).into_iter().map(|slug| (seen(cited, &slug), slug)).collect();
    change(cited, old, new);
    before
        .into_iter()
        .filter(|(seen_before, slug)| *seen_before != seen(cited, slug))
        .map(|(_, slug)| slug)
        .collect()
}

/// What the page of a statute shows of those who rest on it.
fn seen(cited: &Cited, statute: &str) -> Vec<(ArticleNo, Vec<Backlink>, usize)> {
    let articles = cited.get(statute).into_iter().flatten();
    let seen = articles.map(|(number, pages)| {
        let (named, more) = render::shown_of_cited(pages);
        (*number, named.to_vec(), more)
    });
    seen.collect()
}

fn change(cited: &mut Cited, old: Option<&Document>, new: Option<&Document>) {
    for (citation, article, link) in old.into_iter().flat_map(backlinks) {
        let Some(articles) = cited.get_mut(&citation.statute) else { continue };
        let Some(links) = articles.get_mut(&article) else { continue };
        if let Ok(place) = links.binary_search(&link) {
            links.remove(place);
        }
        if links.is_empty() {
            articles.remove(&article);
        }
        if articles.is_empty() {
            cited.remove(&citation.statute);
        }
    }
    for (citation, article, link) in new.into_iter().flat_map(backlinks) {
        let articles = cited.entry(citation.statute.clone()).or_default();
        let links = articles.entry(article).or_default();
        let place = links.binary_search(&link).unwrap_or_else(|place| place);
        links.insert(place, link);
    }
}

/// Whether both say the same to the articles that they rest on.
pub(super) fn rest_on_the_same(old: Option<&Document>, new: Option<&Document>) -> bool {
    let rests = |document: &Document| !document.citations.is_empty();
    match (old.filter(|old| rests(old)), new.filter(|new| rests(new))) {
        (None, None) => true,
        (Some(old), Some(new)) => {
            old.citations == new.citations && old.url == new.url && old.head.title() == new.head.title()
        }
        _ => false,
    }
}

fn add(cited: &mut Cited, document: &Document) {
    for (citation, article, link) in backlinks(document) {
        let articles = match cited.get_mut(&citation.statute) {
            Some(articles) => articles,
            None => cited.entry(citation.statute.clone()).or_default(),
        };
        articles.entry(article).or_default().push(link);
    }
}

fn backlinks(document: &Document) -> impl Iterator<Item = (&Citation, ArticleNo, Backlink)> {
    let is_case = matches!(document.head, Head::Case(_));
    let link = Backlink { is_case, title: document.head.title().into(), url: document.url.as_str().into() };
    document.citations.iter().filter_map(move |citation| Some((citation, citation.article?, link.clone())))
}
