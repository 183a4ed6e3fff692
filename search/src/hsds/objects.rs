//! The objects of HSDS 3.1, with the members that this data has. What nobody knows is left out.
//!
//! Names and shapes are those of the Human Services Data Specification by Open Referral; comments say what we put there.

use serde::Serialize;
use utoipa::ToSchema;

use super::uuid::Uuid;

/// Who helps: a station as somebody that can be called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsOrganization)]
pub struct Organization {
    /// Stable over builds.
    pub id: Uuid,
    /// The station's name.
    pub name: String,
    /// Its sort and its divisions, in words.
    pub description: String,
    /// Its page.
    #[schema(format = "uri")]
    pub website: String,
    /// The station above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_organization_id: Option<Uuid>,
    /// As they are dialled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// Where it is, if that is public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Its sort, its level, which of the five haves it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// What it does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub services: Vec<Service>,
}

/// The help that a station gives.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsService)]
pub struct Service {
    /// Stable over builds.
    pub id: Uuid,
    /// Who helps.
    pub organization_id: Uuid,
    /// The station's name.
    pub name: String,
    /// What it does, in words.
    pub description: String,
    /// The station's page.
    #[schema(format = "uri")]
    pub url: String,
    /// Always `active`: a station that is closed is not published.
    pub status: &'static str,
    /// 手语, where somebody there knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpretation_services: Option<&'static str>,
    /// Whom it is for, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligibility_description: Option<String>,
    /// The day somebody last checked that all this is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub assured_date: Option<String>,
    /// When that day began: nothing finer is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub last_modified: Option<String>,
    /// As they are dialled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// Opening hours, and duty and reception days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// The division it serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_areas: Vec<ServiceArea>,
    /// Where, if that is public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub service_at_locations: Vec<ServiceAtLocation>,
    /// Besides 普通话.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// Who helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub organization: Option<Organization>,
    /// Who is there, as the work is called. Never a name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What it does, for whom, with what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// A service where it is given. It has the name and the status of its service too: the API of HSDS describes the answer for
/// one of these by the schema of a service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsServiceAtLocation)]
pub struct ServiceAtLocation {
    /// Stable over builds.
    pub id: Uuid,
    /// The service.
    pub service_id: Uuid,
    /// The location.
    pub location_id: Uuid,
    /// The service's name.
    pub name: String,
    /// The service's status.
    pub status: &'static str,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub service: Option<Box<Service>>,
}

/// A place that anybody may come to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsLocation)]
pub struct Location {
    /// Stable over builds.
    pub id: Uuid,
    /// Always `physical`.
    pub location_type: &'static str,
    /// The station's page.
    #[schema(format = "uri")]
    pub url: String,
    /// Who is there.
    pub organization_id: Uuid,
    /// The station's name.
    pub name: String,
    /// The address, as one would tell a driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// The address in parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// What makes a visit possible for everybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<Accessibility>,
}

/// An address. HSDS demands a postal code and a province; nobody keeps the one, and not every site the other: they are empty.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsAddress)]
pub struct Address {
    /// Stable over builds.
    pub id: Uuid,
    /// As one would tell a driver.
    pub address_1: String,
    /// 市; empty where the site does not say.
    pub city: String,
    /// 县、区
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// 省; empty where the site does not say.
    pub state_province: String,
    /// Always empty.
    pub postal_code: &'static str,
    /// Always `CN`.
    pub country: &'static str,
    /// Always `physical`.
    pub address_type: &'static str,
}

/// What makes a visit possible for everybody.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsAccessibility)]
pub struct Accessibility {
    /// Stable over builds.
    pub id: Uuid,
    /// 没有台阶
    pub description: &'static str,
}

/// A telephone.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsPhone)]
pub struct Phone {
    /// Stable over builds.
    pub id: Uuid,
    /// As it is dialled.
    pub number: String,
}

/// A language.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsLanguage)]
pub struct Language {
    /// Stable over builds.
    pub id: Uuid,
    /// By its usual name.
    pub name: String,
}

/// A division that is served.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsServiceArea)]
pub struct ServiceArea {
    /// Stable over builds.
    pub id: Uuid,
    /// Its names, from the outermost: 示例市示例县暖溪镇.
    pub name: String,
    /// Its code: 区划代码 990121100.
    pub description: String,
}

/// Who is there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsContact)]
pub struct Contact {
    /// Stable over builds.
    pub id: Uuid,
    /// What the work is called: 坐班律师.
    pub title: String,
    /// The profession, the topics known best, what is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// Recurring times.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsSchedule)]
pub struct Schedule {
    /// Stable over builds.
    pub id: Uuid,
    /// Always 8: hours from UTC.
    pub timezone: u8,
    /// `WEEKLY` or `MONTHLY`.
    pub freq: &'static str,
    /// `MO,TU`; `1MO` and `-1FR` where it is monthly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byday: Option<String>,
    /// `5,25`; -1 is the last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bymonthday: Option<String>,
    /// `08:30+08:00`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// `12:00+08:00`. Earlier than `opens_at`: on the next day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// The whole in words: all opening hours, or the duty day.
    pub description: String,
    /// What an RRULE can't say: holidays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The station's page.
    #[schema(format = "uri")]
    pub schedule_link: String,
}

/// Something that is said by a word of a vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsAttribute)]
pub struct Attribute {
    /// Stable over builds.
    pub id: Uuid,
    /// The taxonomy's code: `service`.
    pub link_type: &'static str,
    /// The word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_term_id: Option<Uuid>,
    /// The same, where everything is nested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_term: Option<TaxonomyTerm>,
    /// What is said, where there is no word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// In Chinese.
    pub label: String,
}

/// A vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsTaxonomy)]
pub struct Taxonomy {
    /// Stable; the same on every site.
    pub id: Uuid,
    /// 能办的事
    pub name: String,
    /// What its words say.
    pub description: String,
}

/// A word of a vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HsdsTaxonomyTerm)]
pub struct TaxonomyTerm {
    /// Stable; the same on every site, but for topics.
    pub id: Uuid,
    /// As in our own data: `legal_advice`.
    pub code: String,
    /// 法律咨询
    pub name: String,
    /// What it says.
    pub description: String,
    /// The vocabulary's name.
    pub taxonomy: String,
    /// The vocabulary.
    pub taxonomy_id: Uuid,
    /// The same, where one term is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_detail: Option<Taxonomy>,
    /// Always `zh`.
    pub language: &'static str,
}
