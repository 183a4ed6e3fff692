//! The parameters of the lists, as the description of HSDS names and types them.
//!
//! What it types as any text or any whole number is taken: a page before the first is the first, an identifier or a day that
//! can't be read fits nothing. What it types otherwise is refused like everywhere here.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use search::hsds::Uuid;
use search::hsds::catalogue::Wanted;
use utoipa::IntoParams;

use crate::extract::{Fields, FromFields};

const PER_PAGE: usize = 20;
const MOST_PER_PAGE: usize = 100;
/// Where only names are told, one page is meant to hold all.
const MOST_MINIMAL: usize = 10_000;

/// What all lists take.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) wanted: Wanted,
    /// Something is asked for that nothing can be.
    pub(super) nothing: bool,
    /// It tells what somebody looks for, or where.
    pub(super) private: bool,
    /// From 1.
    pub(super) page: usize,
    pub(super) per_page: usize,
    /// All of it, an object a line.
    pub(super) as_lines: bool,
}

/// Which services.
#[derive(Debug)]
pub struct ServicesIn {
    pub(super) minimal: bool,
    pub(super) full: bool,
    pub(super) list: List,
}

/// Which organizations.
#[derive(Debug)]
pub struct OrganizationsIn {
    pub(super) full: bool,
    pub(super) full_service: bool,
    pub(super) list: List,
}

/// How much of one organization.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganizationIn {
    /// Its services in full too.
    #[param(value_type = Option<bool>)]
    pub(super) full_service: bool,
}

/// Which services at locations.
#[derive(Debug)]
pub struct PlacesIn {
    pub(super) full: bool,
    pub(super) list: List,
}

/// Which taxonomies.
#[derive(Debug)]
pub struct TaxonomiesIn {
    pub(super) list: List,
}

/// Which words.
#[derive(Debug)]
pub struct TermsIn {
    /// Those below another one are asked for.
    pub(super) has_parent: bool,
    pub(super) list: List,
}

impl List {
    fn new(fields: &mut Fields) -> Self {
        let text = fields.text("search");
        Self {
            nothing: false,
            private: text.is_some(),
            page: whole(fields, "page").unwrap_or(1).max(1),
            per_page: whole(fields, "per_page").unwrap_or(PER_PAGE).clamp(1, MOST_PER_PAGE),
            as_lines: fields.text("format").is_some_and(|format| format.eq_ignore_ascii_case("ndjson")),
            wanted: Wanted { text, ..Wanted::default() },
        }
    }

    fn with_labels(mut self, fields: &mut Fields) -> Self {
        self.wanted.term = self.id(fields, "taxonomy_term_id");
        self.with_taxonomy(fields)
    }

    fn with_taxonomy(mut self, fields: &mut Fields) -> Self {
        self.wanted.taxonomy = self.id(fields, "taxonomy_id");
        self
    }

    fn with_offer(mut self, fields: &mut Fields) -> Self {
        self.wanted.organization = self.id(fields, "organization_id");
        if let Some(text) = fields.text("modified_after") {
            self.wanted.since = day(&text);
            self.nothing |= self.wanted.since.is_none();
        }
        self
    }

    fn id(&mut self, fields: &mut Fields, name: &'static str) -> Option<Uuid> {
        let id = Uuid::parse(&fields.text(name)?);
        self.nothing |= id.is_none();
        id
    }

    /// Whether one of these texts has each word that is looked for.
    pub(super) fn has_words(&self, texts: [&str; 3]) -> bool {
        let words = self.wanted.text.as_deref().unwrap_or_default().split_whitespace();
        words.into_iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// A whole number of any size: what is too large is as large as can be, what is below nothing is nothing.
fn whole(fields: &mut Fields, name: &'static str) -> Option<usize> {
    fields.stated(name, "整数", |text| {
        let digits = text.trim_start_matches(['+', '-']);
        let is_whole = text.len() - digits.len() <= 1 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let number = digits.parse().unwrap_or(usize::MAX);
        (is_whole && !digits.is_empty()).then_some(if text.starts_with('-') { 0 } else { number })
    })
}

fn flag(fields: &mut Fields, name: &'static str) -> bool {
    let parse = |text: &str| text.parse().ok();
    fields.stated(name, " true 或 false", parse).unwrap_or(false)
}

/// The day there, of a moment or of a day.
fn day(text: &str) -> Option<Date> {
    // A plus sign that somebody did not encode.
    let text = text.replace(' ', "+");
    let moment = text.parse::<Timestamp>().ok().map(|moment| Offset::constant(8).to_datetime(moment));
    let moment = moment.or_else(|| text.parse::<DateTime>().ok());
    moment.map(DateTime::date)
}

impl FromFields for ServicesIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let (minimal, full) = (flag(fields, "minimal"), flag(fields, "full"));
        let per_page = fields.peek("per_page").is_empty();
        let mut list = List::new(fields).with_labels(fields).with_offer(fields);
        if minimal && per_page {
            list.per_page = MOST_MINIMAL;
        }
        Self { minimal, full, list }
    }
}

impl FromFields for OrganizationsIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let (full, full_service) = (flag(fields, "full"), flag(fields, "full_service"));
        Self { full, full_service, list: List::new(fields).with_labels(fields) }
    }
}

impl FromFields for OrganizationIn {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { full_service: flag(fields, "full_service") }
    }
}

impl FromFields for PlacesIn {
    fn from_fields(fields: &mut Fields) -> Self {
        let full = flag(fields, "full");
        let mut list = List::new(fields).with_labels(fields).with_offer(fields);
        list.wanted.has_place = true;
        // The data has no postal codes: no place is known to be at one, or so and so far from one.
        let near = [fields.text("postcode"), fields.text("proximity")];
        if near.iter().any(Option::is_some) {
            (list.nothing, list.private) = (true, true);
        }
        Self { full, list }
    }
}

impl FromFields for TaxonomiesIn {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { list: List::new(fields) }
    }
}

impl FromFields for TermsIn {
    fn from_fields(fields: &mut Fields) -> Self {
        // Words are not below one another: each is at the top, and has none below it.
        flag(fields, "top_only");
        let has_parent = fields.text("parent_id").is_some();
        Self { has_parent, list: List::new(fields).with_taxonomy(fields) }
    }
}

/// What all lists take, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Paged {
    /// Each of these words.
    search: Option<String>,
    /// From 1.
    page: Option<i64>,
    /// 20 unless told, 100 at most.
    per_page: Option<i64>,
    /// `json`, or `ndjson`: all at once, an object a line.
    format: Option<String>,
}

/// The words that are said of a station, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Labelled {
    /// Of which this word is said.
    taxonomy_term_id: Option<String>,
    /// Of which some word of this taxonomy is said.
    taxonomy_id: Option<String>,
}

/// Whose help and how new, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Offered {
    /// What this organization does.
    organization_id: Option<String>,
    /// Checked on the day of this moment or later, or nobody knows when.
    modified_after: Option<String>,
}

/// How much of each service, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct OfServices {
    /// Only `id`, `name`, `status` and `last_modified` of each; 10,000 a page unless told.
    minimal: Option<bool>,
    /// All that belongs to each.
    full: Option<bool>,
}

/// How much of each organization, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct OfOrganizations {
    /// All that belongs to each.
    full: Option<bool>,
    /// Its services in full too.
    full_service: Option<bool>,
}

/// How much of each, and where, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct OfPlaces {
    /// All that belongs to each.
    full: Option<bool>,
    /// Finds nothing: the data has no postal codes. Ask `POST /api/v1/stations/nearest`.
    postcode: Option<String>,
    /// Finds nothing, for the same reason.
    proximity: Option<String>,
}

/// Which words of a vocabulary, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(super) struct OfTerms {
    /// Those of this taxonomy.
    taxonomy_id: Option<String>,
    /// Changes nothing: words are not below one another.
    top_only: Option<bool>,
    /// Finds nothing, for the same reason.
    parent_id: Option<String>,
}
