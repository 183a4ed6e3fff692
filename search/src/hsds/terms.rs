//! Our vocabularies as taxonomies, and which of their words are said of a station.
//!
//! [`Labels::of`] is the only place that says so: attributes and filters both come from it.

use super::objects::{Taxonomy, TaxonomyTerm};
use super::uuid::Uuid;
use crate::record::{Person, Station, Topic};
use crate::region::Level;
use crate::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

/// One of our vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vocabulary {
    /// Sorts of stations.
    Kind,
    /// Levels of the network.
    Level,
    /// The five haves.
    Have,
    /// What stations do.
    Service,
    /// What makes a visit possible, or easier.
    Facility,
    /// Whom stations are for.
    Audience,
    /// Whom they visit at home.
    HomeVisit,
    /// What people there are.
    Profession,
    /// What they know best.
    Topic,
}

/// A word of a vocabulary, by its code.
pub(super) type Word<'a> = (Vocabulary, &'a str);

impl Vocabulary {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Kind,
        Self::Level,
        Self::Have,
        Self::Service,
        Self::Facility,
        Self::Audience,
        Self::HomeVisit,
        Self::Profession,
        Self::Topic,
    ];

    /// Its name in code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kind => "station_kind",
            Self::Level => "level",
            Self::Have => "have",
            Self::Service => "service",
            Self::Facility => "facility",
            Self::Audience => "audience",
            Self::HomeVisit => "home_visit",
            Self::Profession => "profession",
            Self::Topic => "topic",
        }
    }

    /// Its identifier.
    pub fn id(self) -> Uuid {
        Uuid::of(&["taxonomy", self.code()])
    }

    /// The identifier of one of its words.
    pub fn term_id(self, code: &str) -> Uuid {
        Uuid::of(&["taxonomy_term", self.code(), code])
    }

    /// As HSDS has it.
    pub fn taxonomy(self) -> Taxonomy {
        let (name, description) = self.words();
        Taxonomy { id: self.id(), name: name.to_owned(), description: description.to_owned() }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Kind => ("站点类别", "是哪一种地方或服务台"),
            Self::Level => ("层级", "在服务网络里的层级，从省到屯"),
            Self::Have => ("五有", "规范的站点应有的五样里，有哪几样"),
            Self::Service => ("能办的事", "去了能办什么"),
            Self::Facility => ("设施", "能不能去、方便不方便"),
            Self::Audience => ("服务对象", "为谁办事；没有写的，谁都可以去"),
            Self::HomeVisit => ("上门对象", "可以上门为谁办事"),
            Self::Profession => ("专业", "那里的人是做什么的"),
            Self::Topic => ("熟悉的事", "那里的人最熟悉哪一类事，就是本站的主题"),
        }
    }

    /// One of its words; `None` where it has no such one.
    pub(super) fn term(self, code: &str, topics: &[Topic]) -> Option<TaxonomyTerm> {
        self.entries(topics).into_iter().find(|entry| entry.code == code).map(|entry| self.of_entry(entry))
    }

    /// Its words, in their order. Those of the topics are the site's own.
    pub fn terms(self, topics: &[Topic]) -> Vec<TaxonomyTerm> {
        self.entries(topics).into_iter().map(|entry| self.of_entry(entry)).collect()
    }

    fn of_entry(self, entry: Entry<'_>) -> TaxonomyTerm {
        let Entry { code, name, summary } = entry;
        let taxonomy = self.words().0;
        TaxonomyTerm {
            id: self.term_id(code),
            code: code.to_owned(),
            name: name.to_owned(),
            description: summary.map_or_else(|| format!("{taxonomy}：{name}"), str::to_owned),
            taxonomy: taxonomy.to_owned(),
            taxonomy_id: self.id(),
            taxonomy_detail: None,
            language: "zh",
        }
    }

    fn entries(self, topics: &[Topic]) -> Vec<Entry<'_>> {
        let word = |code, name| Entry { code, name, summary: None };
        match self {
            Self::Kind => StationKind::ALL.iter().map(|kind| word(kind.code(), kind.chinese())).collect(),
            Self::Level => Level::ALL.iter().map(|level| word(level.code(), level.name())).collect(),
            Self::Have => Have::ALL.iter().map(|have| word(have.code(), have.chinese())).collect(),
            Self::Service => Service::ALL.iter().map(|does| word(does.code(), does.chinese())).collect(),
            Self::Facility => Facility::ALL.iter().map(|has| word(has.code(), has.chinese())).collect(),
            Self::Audience | Self::HomeVisit => {
                Audience::ALL.iter().map(|whom| word(whom.code(), whom.chinese())).collect()
            }
            Self::Profession => Profession::ALL.iter().map(|one| word(one.code(), one.chinese())).collect(),
            Self::Topic => topics.iter().map(Entry::of_topic).collect(),
        }
    }
}

/// A word with its name in Chinese, and what it says where that has been said.
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    summary: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn of_topic(topic: &'a Topic) -> Self {
        Self { code: &topic.slug, name: &topic.title, summary: Some(&topic.summary) }
    }
}

/// Every word of every vocabulary, in order.
pub fn terms(topics: &[Topic]) -> Vec<TaxonomyTerm> {
    Vocabulary::ALL.iter().flat_map(|vocabulary| vocabulary.terms(topics)).collect()
}

/// The words that are said of a station, by what HSDS says them of.
#[derive(Debug, Default)]
pub(super) struct Labels<'a> {
    /// Of who helps.
    pub(super) organization: Vec<Word<'a>>,
    /// Of the help.
    pub(super) service: Vec<Word<'a>>,
    /// Of each person, in the order of the record.
    pub(super) people: Vec<Vec<Word<'a>>>,
}

impl<'a> Labels<'a> {
    /// Of a confidential station only its sort, its level and what it does are said.
    pub(super) fn of(station: &'a Station) -> Self {
        let mut labels = Self {
            organization: vec![
                (Vocabulary::Kind, station.kind.code()),
                (Vocabulary::Level, station.level.code()),
            ],
            service: station.services.iter().map(|word| (Vocabulary::Service, word.code())).collect(),
            people: Vec::new(),
        };
        if station.is_confidential() {
            return labels;
        }
        labels.organization.extend(station.has.iter().map(|word| (Vocabulary::Have, word.code())));
        let facilities = station.facilities.iter().map(|word| (Vocabulary::Facility, word.code()));
        let audience = station.audience.iter().map(|word| (Vocabulary::Audience, word.code()));
        let visits = station.home_visits.iter().map(|word| (Vocabulary::HomeVisit, word.code()));
        labels.service.extend(facilities.chain(audience).chain(visits));
        let of_person = |person: &'a Person| {
            let profession = person.profession.map(|word| (Vocabulary::Profession, word.code()));
            let topics = person.topics.iter().map(|topic| (Vocabulary::Topic, topic.as_str()));
            profession.into_iter().chain(topics).collect()
        };
        labels.people = station.people.iter().map(of_person).collect();
        labels
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Word<'a>> {
        self.organization.iter().chain(&self.service).chain(self.people.iter().flatten()).copied()
    }
}
