//! The site as it will be published: every value valid by construction.
//!
//! [`Site`] is what `check` hands on; nothing later may fail because of what an editor wrote. A confidential station
//! has no field for where it is, so nothing past `check` can leak it.

pub mod article;
pub mod body;
pub mod date;
pub mod numeral;
pub mod statute;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use search::clocks::Clocks;
use search::hours::holidays::Holidays;
use search::record::{Hotline, Station, ThesaurusEntry};
use search::region::{Region, RegionCode};
use search::statistics::Statistics;
use search::vocabulary::{Channel, Outcome, StationKind};

use crate::coverage::Circle;
use crate::pictures::Pictures;
use crate::source::Hash;

pub use article::{ArticleNo, Citation, CitationLink};
pub use body::{Body, Heading};
pub use date::YearlyDates;
pub use statute::{ArticleNote, Replacement, Since, Statute, StatuteVersion};

/// Everything that is published.
#[derive(Debug)]
pub struct Site {
    /// What the site says about itself.
    pub settings: Settings,
    /// In the order of `site.toml`.
    pub hotlines: Vec<Hotline>,
    /// In their order.
    pub topics: Vec<Topic>,
    /// By topic order, then slug. Their texts are read one by one, when their pages are made.
    pub guides: Vec<Arc<GuideHead>>,
    /// Newest year first, then slug. Their texts are read one by one, when their pages are made.
    pub cases: Vec<Arc<CaseHead>>,
    /// By slug.
    pub statutes: Vec<Statute>,
    /// By code.
    pub regions: Vec<Region>,
    /// Introductions of directories, by division.
    pub directories: BTreeMap<RegionCode, Directory>,
    /// By id.
    pub stations: Vec<Station>,
    /// What happens when one goes there: bodies of stations written as Markdown, by station id.
    pub station_bodies: BTreeMap<String, Body>,
    /// By the first day of their dates.
    pub campaigns: Vec<Campaign>,
    /// By slug.
    pub pages: Vec<Page>,
    /// Lay speech and the law's.
    pub thesaurus: Vec<ThesaurusEntry>,
    /// What is published of consultations, where the site says it itself.
    pub statistics: Statistics,
    /// By old address.
    pub redirects: Vec<Redirect>,
    /// Every picture of the content that can be published, by its address in the text.
    pub pictures: Pictures,
    /// When the words of a page last changed, by its address; only of those whose file's history is known.
    pub changed: BTreeMap<String, Date>,
}

/// Who cites which article, by statute slug.
pub type Cited = BTreeMap<String, BTreeMap<ArticleNo, Vec<Backlink>>>;

/// What `site.toml` says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// 暖站
    pub name: String,
    /// 示例市妇女儿童维权服务
    pub title: String,
    /// For search engines and the feed.
    pub description: String,
    /// Public address without a trailing slash.
    pub base_url: String,
    /// The outermost division served.
    pub region: RegionCode,
    /// Where “leave at once” goes.
    pub exit_url: String,
    /// Whether pages name the search description. Browsers remember the sites whose description they meet and list them
    /// in their settings, where somebody else may look: off unless the operator wants it.
    pub search_in_browser: bool,
    /// What others may do with the published data; `None`: the site does not say.
    pub licence: Option<Licence>,
    /// How far an hour reaches, and which stations count.
    pub circle: Circle,
    /// How soon desks act.
    pub clocks: Clocks,
    /// Which days the country has off.
    pub holidays: Holidays,
    /// What stands at the foot of each page.
    pub footer: Footer,
}

/// What others may do with the published data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// CC BY 4.0
    pub name: String,
    /// Where it is written down.
    pub url: Option<String>,
    /// Whom to name as the source.
    pub credit: Option<String>,
}

/// What stands at the foot of each page.
#[derive(Debug, Clone, Default)]
pub struct Footer {
    /// Who runs it.
    pub operator: String,
    /// Who helps.
    pub partners: Option<String>,
    /// A word of warning, for a demonstration.
    pub notice: Option<String>,
    /// ICP 备案号
    pub icp: Option<String>,
    /// 公安备案号
    pub police_record: Option<String>,
}

/// A shelf.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its folder and its name in URLs.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What stands on it.
    pub summary: String,
    /// Which icon of `render::icons`.
    pub icon: String,
    /// Whether people who come here may be in danger now.
    pub emergency: bool,
}

/// A plain-language page: what to do, what the law gives you, what to bring, where to go.
#[derive(Debug, Clone)]
pub struct Guide {
    /// What other pages may show of it.
    pub head: Arc<GuideHead>,
    /// What to do first.
    pub steps: Vec<Step>,
    /// What to take along.
    pub bring: Vec<Body>,
    /// The rest.
    pub body: Body,
}

/// What is known of a guide without reading its text.
#[derive(Debug, Clone, PartialEq)]
pub struct GuideHead {
    /// Unique over all guides.
    pub slug: String,
    /// The topic's slug.
    pub topic: String,
    /// The heading.
    pub title: String,
    /// What you get, in a sentence or two.
    pub summary: String,
    /// When its words last changed.
    pub updated: Option<Date>,
    /// When somebody last checked it against the law.
    pub reviewed: Option<Date>,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// How long it takes to get it, where the law sets a time.
    pub takes: Option<Takes>,
    /// Numbers of [`Site::hotlines`].
    pub hotlines: Vec<String>,
    /// Which kinds of station help.
    pub help_at: Vec<StationKind>,
    /// Slugs of other guides.
    pub related: Vec<String>,
    /// Words to be found by.
    pub keywords: Vec<String>,
    /// Questions as people type them.
    pub asked: Vec<String>,
    /// Whether seeing it over her shoulder could put her in danger.
    pub sensitive: bool,
}

/// How long something takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takes {
    /// As the editor wrote it: 72 小时.
    pub text: String,
    /// ISO 8601: `PT72H`.
    pub iso: String,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Step {
    /// What, as a command.
    pub action: String,
    /// How.
    pub how: Option<Body>,
}

/// An anonymised case.
#[derive(Debug, Clone)]
pub struct CaseDigest {
    /// What other pages may show of it.
    pub head: Arc<CaseHead>,
    /// The articles applied.
    pub applied: Vec<Citation>,
    /// The story.
    pub body: Body,
}

/// What is known of a case without reading its text.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseHead {
    /// Unique over all digests.
    pub slug: String,
    /// The folder it is in.
    pub year: i16,
    /// The heading.
    pub title: String,
    /// The case in a sentence or two.
    pub summary: String,
    /// The topic's slug.
    pub topic: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Through which door.
    pub channel: Option<Channel>,
    /// Slugs of guides.
    pub guides: Vec<String>,
    /// Questions as people type them: it is found by them, and its page has none.
    pub asked: Vec<String>,
}

/// The introduction of a region's directory.
#[derive(Debug)]
pub struct Directory {
    /// The page's heading, where it is not the region's name.
    pub title: Option<String>,
    /// The introduction.
    pub body: Body,
}

/// A date with content.
#[derive(Debug)]
pub struct Campaign {
    /// Its file and its name in URLs.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// When.
    pub dates: YearlyDates,
    /// Slugs of guides.
    pub guides: Vec<String>,
    /// Slugs of topics.
    pub topics: Vec<String>,
    /// Questions as people type them: it is found by them, and its page has none.
    pub asked: Vec<String>,
    /// What it is about.
    pub body: Body,
}

/// Any other page: about, privacy, safety.
#[derive(Debug)]
pub struct Page {
    /// Its file and its address.
    pub slug: String,
    /// The heading.
    pub title: String,
    /// For search and feed.
    pub summary: Option<String>,
    /// Questions as people type them: it is found by them, and the page itself has none.
    pub asked: Vec<String>,
    /// The page.
    pub body: Body,
}

/// An address that a page had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Without a final slash; may have a query: `/show.asp?id=12`.
    pub old: String,
    /// An address of the site, from the root, with anchor where it has one.
    pub new: String,
}

/// A page that rests on an article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backlink {
    /// Guides before digests.
    pub is_case: bool,
    /// The heading of the page. Shared: a page rests on a dozen articles.
    pub title: Arc<str>,
    /// Its address from the root.
    pub url: Arc<str>,
}

impl Site {
    /// Changes whenever an old address leads elsewhere.
    pub fn stamp_of_redirects(&self) -> Hash {
        blake3::hash(format!("{:?}", self.redirects).as_bytes()).into()
    }

    /// When the words of the page at `url` last changed: as its editor says, else as the history of its file does.
    pub fn changed_on(&self, url: &str, said: Option<Date>) -> Option<Date> {
        said.or_else(|| self.changed.get(url).copied())
    }
}

impl Guide {
    /// Everything it cites, in the order of its texts; the same article may come twice.
    pub fn citations(&self) -> impl Iterator<Item = &Citation> {
        let steps = self.steps.iter().filter_map(|step| step.how.as_ref());
        steps.chain(&self.bring).chain(std::iter::once(&self.body)).flat_map(|body| &body.citations)
    }
}

impl CaseDigest {
    /// Everything it cites; the same article may come twice.
    pub fn citations(&self) -> impl Iterator<Item = &Citation> {
        self.applied.iter().chain(&self.body.citations)
    }
}

impl GuideHead {
    /// The questions that its page shows: the first six. The rest are for finding it.
    pub fn shown_questions(&self) -> &[String] {
        const SHOWN: usize = 6;
        &self.asked[..self.asked.len().min(SHOWN)]
    }

    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/guides/{}/{}/", self.topic, self.slug)
    }
}

impl CaseHead {
    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/cases/{}/", self.slug)
    }
}

impl Topic {
    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/topics/{}/", self.slug)
    }
}

impl Campaign {
    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/campaigns/{}/", self.slug)
    }
}

impl Page {
    /// Its address from the root.
    pub fn url(&self) -> String {
        format!("/{}/", self.slug)
    }
}
