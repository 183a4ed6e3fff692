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
        let mut talk = Talk::default();
        let mut seen = 0;
        for (file, head) in heads(self.drafts) {
            let old = known.get(&file);
            seen += usize::from(old.is_some());
            talk.hear(old.map(|old| &old.head), Some(&head));
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
            let here: BTreeSet<FileId> = heads(self.drafts).map(|(file, _)| file).collect();
            for (file, old) in known.iter().filter(|(file, _)| !here.contains(file)) {
                talk.hear(Some(&old.head), None);
                reasons.insert(*file, Reason::Gone);
            }
        }
        talk.add_to(&mut reasons, self.drafts);
        reasons
    }

    /// Whether all lists and the pages that are not of one document have to be made again: a document came or went, or
    /// something else was written. What follows from a head that is another one is for the document to say.
    pub(super) fn others(&self) -> bool {
        let is_document = |file: &FileId| head_of(self.drafts, *file).is_some();
        self.old != self.new || self.changes.set || !self.changes.written.iter().all(is_document)
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

/// Who has to be made again because of whom: documents show each other's titles.
#[derive(Debug, Default)]
pub(super) struct Talk {
    changed: BTreeSet<String>,
    mentioned: BTreeSet<String>,
}

impl Talk {
    /// Takes note of a document whose head was `old` and is `new`.
    pub(super) fn hear(&mut self, old: Option<&Head>, new: Option<&Head>) {
        if old == new {
            return;
        }
        for head in old.into_iter().chain(new) {
            self.changed.insert(head.slug().to_owned());
            self.mentioned.extend(head.mentions().iter().cloned());
        }
    }

    /// Adds those who mention one that changed, and those whom one mentions that changed.
    pub(super) fn add_to(&self, reasons: &mut BTreeMap<FileId, Reason>, drafts: &Drafts) {
        if self.changed.is_empty() {
            return;
        }
        for (file, head) in heads(drafts) {
            let mentions = head.mentions().iter().any(|slug| self.changed.contains(slug));
            let is_guide = matches!(head, Head::Guide(_));
            if mentions || (is_guide && self.mentioned.contains(head.slug())) {
                reasons.entry(file).or_insert(Reason::Mention);
            }
        }
    }
}

/// The head of the document of `file`.
pub(super) fn head_of(drafts: &Drafts, file: FileId) -> Option<Head> {
    let guide = drafts.guide_of(file).map(|draft| Head::Guide(draft.head()));
    guide.or_else(|| drafts.case_of(file).map(|draft| Head::Case(draft.head())))
}

fn heads(drafts: &Drafts) -> impl Iterator<Item = (FileId, Head)> {
    let guides = drafts.guides.iter();
    let guides = guides.map(|draft| (draft.slug.span.file, Head::Guide(draft.head())));
    guides.chain(drafts.cases.iter().map(|draft| (draft.slug.span.file, Head::Case(draft.head()))))
}
