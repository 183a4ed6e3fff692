//! The stations as the Human Services Data Specification has them (HSDS 3.1, Open Referral), which is what directories
//! exchange.
//!
//! Start at [`Mapping`]: one station becomes an organization (who), a service (what), a location and a service at that
//! location (where). Files and API are made by it alike. [`catalogue`] finds them by identifier and by filter for the API.
//!
//! Nothing is said here that a record does not say. A confidential station is who it is, what it does, how it is called and
//! when: it has no location, no service at one, and serves a county or more.

pub mod catalogue;
mod objects;
mod schedule;
mod terms;
mod uuid;

use crate::record::{Person, Site, Station, Topic};
use crate::region::{Level, Region};
use crate::vocabulary::Facility;

pub use self::objects::{
    Accessibility, Address, Attribute, Contact, Language, Location, Organization, Phone, Schedule, Service,
    ServiceArea, ServiceAtLocation, Taxonomy, TaxonomyTerm,
};
use self::schedule::Of;
use self::terms::{Labels, Word};
pub use self::terms::{Vocabulary, terms};
pub use self::uuid::{Entity, Uuid};

/// The version of HSDS that all this is.
pub const VERSION: &str = "3.1";

/// Facilities that decide whether somebody can come or make herself understood at all.
const ACCESSIBILITY: [Facility; 4] =
    [Facility::StepFree, Facility::AccessibleToilet, Facility::SignLanguage, Facility::Writing];

/// Turns stations into the objects of HSDS.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    /// Whose stations they are.
    pub site: &'a Site,
    /// The published divisions, by code.
    pub regions: &'a [Region],
    /// The shelves.
    pub topics: &'a [Topic],
    /// Whether attributes hold their terms, which others can look up.
    pub with_terms: bool,
}

/// How much of a thing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Its own members, and what there is one of.
    Listed,
    /// All that belongs to it.
    Full,
}

/// The identifier of the station of this id on the site that serves `site`'s division.
pub fn station_id(site: &Site, id: &str) -> Uuid {
    Uuid::of(&["station", site.region.as_str(), id])
}

/// As a sentence of a list: 法律咨询、调解.
fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join("、")
}

impl Mapping<'_> {
    fn id(&self, station: &Station, entity: Entity) -> Uuid {
        station_id(self.site, &station.id).as_entity(entity)
    }

    fn page(&self, station: &Station) -> String {
        format!("{}{}", self.site.base_url, station.url)
    }

    /// What a station does.
    pub fn service(&self, station: &Station, detail: Detail) -> Service {
        let listed = self.listed_service(station);
        if detail == Detail::Listed {
            return listed;
        }
        let id = listed.id;
        let labels = Labels::of(station);
        let of = Of { service: id, page: &listed.url };
        let mut schedules: Vec<Schedule> = station.hours.iter().flat_map(|hours| of.hours(hours)).collect();
        let mut contacts = Vec::new();
        if !station.is_confidential() {
            schedules.extend(station.duty.iter().filter_map(|duty| of.duty(duty)));
            contacts = self.contacts(id, station, &labels);
        }
        Service {
            phones: phones(id, station),
            schedules,
            service_areas: vec![service_area(id, station)],
            service_at_locations: self.service_at_location(station, Detail::Listed).into_iter().collect(),
            languages: languages(id, station),
            contacts,
            attributes: self.attributes(id, &labels.service),
            ..listed
        }
    }

    fn listed_service(&self, station: &Station) -> Service {
        let is_public = !station.is_confidential();
        let does = joined(station.services.iter().map(|service| service.chinese()));
        let does = if does.is_empty() { String::new() } else { format!("：{does}") };
        let note = station.note.as_ref().filter(|_| is_public).map(|note| format!("。{note}"));
        let organization = self.organization(station, Detail::Listed);
        let speaks_with_hands = is_public && station.facilities.contains(&Facility::SignLanguage);
        Service {
            id: self.id(station, Entity::Service),
            organization_id: organization.id,
            name: station.name.clone(),
            description: format!("{}{does}{}", station.kind.chinese(), note.unwrap_or_default()),
            url: self.page(station),
            status: "active",
            interpretation_services: speaks_with_hands.then_some(Facility::SignLanguage.chinese()),
            eligibility_description: station.serves.clone().filter(|_| is_public),
            assured_date: station.verified.map(|day| day.to_string()),
            last_modified: station.verified.map(|day| format!("{day}T00:00:00+08:00")),
            phones: Vec::new(),
            schedules: Vec::new(),
            service_areas: Vec::new(),
            service_at_locations: Vec::new(),
            languages: Vec::new(),
            organization: Some(organization),
            contacts: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Who a station is. Its services are for the caller to add.
    pub fn organization(&self, station: &Station, detail: Detail) -> Organization {
        let id = self.id(station, Entity::Organization);
        let around = served(station).concat();
        let own = detail == Detail::Full;
        let parent = station.parent.as_ref();
        Organization {
            id,
            name: station.name.clone(),
            description: format!("{around}{}", station.kind.chinese()),
            website: self.page(station),
            parent_organization_id: parent
                .map(|parent| station_id(self.site, parent).as_entity(Entity::Organization)),
            phones: if own { phones(id, station) } else { Vec::new() },
            locations: if own { self.location(station).into_iter().collect() } else { Vec::new() },
            attributes: if own { self.attributes(id, &Labels::of(station).organization) } else { Vec::new() },
            services: Vec::new(),
        }
    }

    /// Where a station is; `None` where that is not public.
    pub fn location(&self, station: &Station) -> Option<Location> {
        if !has_place(station) {
            return None;
        }
        let id = self.id(station, Entity::Location);
        let at = station.location();
        let accessibility = ACCESSIBILITY.iter().filter(|facility| station.facilities.contains(facility));
        Some(Location {
            id,
            location_type: "physical",
            url: self.page(station),
            organization_id: self.id(station, Entity::Organization),
            name: station.name.clone(),
            description: station.address().map(str::to_owned),
            latitude: at.map(crate::coord::Coord::lat),
            longitude: at.map(crate::coord::Coord::lon),
            addresses: station
                .address()
                .map(|address| self.address(id, station, address))
                .into_iter()
                .collect(),
            accessibility: accessibility
                .map(|facility| Accessibility {
                    id: id.part("accessibility", &[facility.code()]),
                    description: facility.chinese(),
                })
                .collect(),
        })
    }

    /// What a station does where it is; `None` where that is not public. The service is in it only in full.
    pub fn service_at_location(&self, station: &Station, detail: Detail) -> Option<ServiceAtLocation> {
        let location = self.location(station)?;
        Some(ServiceAtLocation {
            id: self.id(station, Entity::ServiceAtLocation),
            service_id: self.id(station, Entity::Service),
            location_id: location.id,
            name: station.name.clone(),
            status: "active",
            location: Some(location),
            service: (detail == Detail::Full).then(|| {
                let service = self.service(station, Detail::Full);
                Box::new(Service { service_at_locations: Vec::new(), ..service })
            }),
        })
    }

    fn address(&self, location: Uuid, station: &Station, address: &str) -> Address {
        let named = |level: Level| {
            let codes = station.region.ancestry();
            let regions = codes.filter_map(|code| {
                let at = self.regions.binary_search_by(|region| region.code.cmp(&code)).ok()?;
                Some(&self.regions[at])
            });
            regions.into_iter().find(|region| region.level == level).map(|region| region.name.clone())
        };
        let province = named(Level::Province);
        Address {
            id: location.part("address", &[address]),
            address_1: address.to_owned(),
            // A city that is a province has no second name.
            city: named(Level::City).or_else(|| province.clone()).unwrap_or_default(),
            region: named(Level::County),
            state_province: province.unwrap_or_default(),
            postal_code: "",
            country: "CN",
            address_type: "physical",
        }
    }

    fn contacts(&self, service: Uuid, station: &Station, labels: &Labels<'_>) -> Vec<Contact> {
        let mut found: Vec<Contact> = Vec::new();
        for (person, words) in station.people.iter().zip(&labels.people) {
            let said: Vec<&str> = words.iter().map(|&(_, code)| code).collect();
            let said = said.join(" ");
            let alike = found.iter().filter(|other| other.title == person.role).count().to_string();
            let id = service.part("contact", &[&person.role, &said, duty_of(person), &alike]);
            let mut attributes = self.attributes(id, words);
            attributes.extend(person.duty.as_ref().map(|duty| Attribute {
                id: id.part("attribute", &["duty"]),
                link_type: "duty",
                taxonomy_term_id: None,
                taxonomy_term: None,
                value: Some(duty.clone()),
                label: "职责".to_owned(),
            }));
            found.push(Contact { id, title: person.role.clone(), attributes });
        }
        found
    }

    fn attributes(&self, owner: Uuid, words: &[Word<'_>]) -> Vec<Attribute> {
        let attribute = |&(vocabulary, code): &Word<'_>| {
            let term = vocabulary.term(code, self.topics);
            Attribute {
                id: owner.part("attribute", &[vocabulary.code(), code]),
                link_type: vocabulary.code(),
                taxonomy_term_id: Some(vocabulary.term_id(code)),
                label: term.as_ref().map_or_else(|| code.to_owned(), |term| term.name.clone()),
                taxonomy_term: term.filter(|_| self.with_terms),
                value: None,
            }
        };
        words.iter().map(attribute).collect()
    }
}

/// Whether it is public where a station is.
fn has_place(station: &Station) -> bool {
    station.location().is_some() || station.address().is_some()
}

fn duty_of(person: &Person) -> &str {
    person.duty.as_deref().unwrap_or_default()
}

fn phones(owner: Uuid, station: &Station) -> Vec<Phone> {
    let phone = |number: &String| Phone { id: owner.part("phone", &[number]), number: number.clone() };
    station.phones.iter().map(phone).collect()
}

fn languages(owner: Uuid, station: &Station) -> Vec<Language> {
    let language = |name: &String| Language { id: owner.part("language", &[name]), name: name.clone() };
    station.languages.iter().map(language).collect()
}

/// The names of the divisions that a station serves, from the outermost. Those of a confidential one end with the county,
/// whatever the record says.
fn served(station: &Station) -> &[String] {
    &station.region_names[..station.region_names.len() - below_county(station)]
}

/// How many of a confidential station's divisions are finer than a county.
fn below_county(station: &Station) -> usize {
    let finer = match station.region.level() {
        Level::Hamlet | Level::Village => 2,
        Level::Township => 1,
        _ => 0,
    };
    if station.is_confidential() { finer.min(station.region_names.len()) } else { 0 }
}

fn service_area(service: Uuid, station: &Station) -> ServiceArea {
    let code = station.region.ancestry().nth(below_county(station)).unwrap_or_else(|| station.region.clone());
    ServiceArea {
        id: service.part("service_area", &[code.as_str()]),
        name: served(station).concat(),
        description: format!("区划代码 {code}"),
    }
}
