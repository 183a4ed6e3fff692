//! Which documents have to be made again, and why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Stamps;
use super::document::{Document, Head};
use crate::check::World;
use crate::load::Drafts;
use crate::source::{Changes, FileId};

/// Why a document was made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It was not there before.
    New,
    /// Its file was written.
    Edited,
    /// It is there no more.
    Gone,
    /// It was not printed last time, because something stopped publishing.
    NotPrinted,
    /// What texts are held against changed: an entry of a statute, the name of a place, how texts are to be written.
    LawsOrPlaces,
    /// What every page shows changed: settings, topics, the names of laws, templates.
    Frame,
    /// The history gives its words another day.
    Dated,
    /// A link or a picture of it leads elsewhere now.
    Links,
    /// A document that it mentions, or that mentions it, has another title or summary, or came or went.
    Mention,
}

/// What has changed since the documents were made.
pub(super) struct Question<'a> {
    pub world: &'a World<'a>,
    pub changes: &'a Changes,
    pub drafts: &'a Drafts,
    /// When each page's words last changed, by address.
    pub days: &'a BTreeMap<String, Date>,
    pub old: Stamps,
    pub new: Stamps,
}

impl Reason {
    /// In an editor's words.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::New => "新写的",
            Self::Edited => "改过",
            Self::Gone => "删掉了",
            Self::NotPrinted => "上次有错误，没有生成",
            Self::LawsOrPlaces => "法规条目、区划或写法的规矩变了",
            Self::Frame => "每页都有的部分变了（设置、主题、法规名字、模板）",
            Self::Dated => "最后修改的日期变了",
            Self::Links => "它链接到的地方变了",
            Self::Mention => "和它互相提到的指南或案例变了",
        }
    }
}

impl Question<'_> {
    /// The documents to make, those that are gone among them.
    pub(super) fn documents(&self, known: &BTreeMap<FileId, Document>) -> BTreeMap<FileId, Reason> {
        let mut reasons = BTreeMap::new();
        let everywhere = if self.old.reading != self.new.reading {
            Some(Reason::LawsOrPlaces)
        } else if self.old.printing != self.new.printing {
            Some(Reason::Frame)
        } else {
            None
        };
        let mut heads_changed: BTreeSet<String> = BTreeSet::new();
        let mut mentioned: BTreeSet<String> = BTreeSet::new();
        let mut seen = 0;
        for (file, head) in self.heads() {
            let old = known.get(&file);
            seen += usize::from(old.is_some());
            if old.is_none_or(|old| old.head != head) {
                for head in old.map(|old| &old.head).into_iter().chain([&head]) {
                    heads_changed.insert(head.slug().to_owned());
                    mentioned.extend(head.mentions().iter().cloned());
                }
            }
            let edited = old.is_some_and(|old| self.is_edited(file, old));
            let reason = match old {
                None => Some(Reason::New),
                Some(_) if edited => Some(Reason::Edited),
                Some(_) if everywhere.is_some() => everywhere,
                Some(old) if !old.printed => Some(Reason::NotPrinted),
                Some(old) if self.days.get(&old.url) != old.day.as_ref() => Some(Reason::Dated),
                Some(old) if self.changes.set && self.leads_elsewhere(file, old) => Some(Reason::Links),
                Some(_) => None,
            };
            reasons.extend(reason.map(|reason| (file, reason)));
        }
        if seen < known.len() {
            let here: BTreeSet<FileId> = self.heads().map(|(file, _)| file).collect();
            for (file, old) in known.iter().filter(|(file, _)| !here.contains(file)) {
                heads_changed.insert(old.head.slug().to_owned());
                mentioned.extend(old.head.mentions().iter().cloned());
                reasons.insert(*file, Reason::Gone);
            }
        }
        if !heads_changed.is_empty() {
            self.add_mentions(&heads_changed, &mentioned, &mut reasons);
        }
        reasons
    }

    fn add_mentions(
        &self,
        changed: &BTreeSet<String>,
        mentioned: &BTreeSet<String>,
        reasons: &mut BTreeMap<FileId, Reason>,
    ) {
        for (file, head) in self.heads() {
            let mentions = head.mentions().iter().any(|slug| changed.contains(slug));
            let is_guide = matches!(head, Head::Guide(_));
            if mentions || (is_guide && mentioned.contains(head.slug())) {
                reasons.entry(file).or_insert(Reason::Mention);
            }
        }
    }

    /// Whether lists and the pages that are not of one document have to be made again: a head came, went or changed,
    /// or a file that is no document was written.
    pub(super) fn others(&self, known: &BTreeMap<FileId, Document>) -> bool {
        let is_document = |file: &FileId| self.heads_by_file(*file).is_some();
        self.old != self.new
            || self.changes.set
            || !self.changes.written.iter().all(is_document)
            || self.changes.written.iter().any(|file| {
                let old = known.get(file).map(|old| &old.head);
                old != self.heads_by_file(*file).as_ref()
            })
    }

    fn heads_by_file(&self, file: FileId) -> Option<Head> {
        let guide = self.drafts.guides.binary_search_by_key(&file, |draft| draft.slug.span.file);
        let guide = guide.ok().map(|at| Head::Guide(self.drafts.guides[at].head()));
        guide.or_else(|| {
            let case = self.drafts.cases.binary_search_by_key(&file, |draft| draft.slug.span.file);
            case.ok().map(|at| Head::Case(self.drafts.cases[at].head()))
        })
    }

    fn heads(&self) -> impl Iterator<Item = (FileId, Head)> {
        let guides = self.drafts.guides.iter();
        let guides = guides.map(|draft| (draft.slug.span.file, Head::Guide(draft.head())));
        let cases = self.drafts.cases.iter().map(|draft| (draft.slug.span.file, Head::Case(draft.head())));
        guides.chain(cases)
    }

    fn is_edited(&self, file: FileId, old: &Document) -> bool {
        self.changes.written.binary_search(&file).is_ok() && self.world.sources.hash(file) != old.hash
    }

    fn leads_elsewhere(&self, file: FileId, old: &Document) -> bool {
        let from = (self.world.sources.path(file), old.url.as_str());
        let links = &self.world.links;
        old.notes.links.iter().any(|(target, led)| links.href(target, from) != *led)
            || old.notes.images.iter().any(|(target, led)| links.image(target, from.0) != led.as_deref())
    }
}
