//! Finding stations by identifier, term, taxonomy and day.

use jiff::civil::date;
use search::coord::Coord;
use search::hsds::catalogue::{Catalogue, Of, Wanted};
use search::hsds::{Entity, Uuid, Vocabulary, station_id};
use search::record::{Place, Station};
use search::stations::StationIndex;
use search::vocabulary::{Service, StationKind};

use crate::made::{Made, regions, stations};

struct Shelf {
    made: Made,
    index: StationIndex,
}

impl Shelf {
    fn new(stations: Vec<Station>) -> Self {
        let made = Made { stations: stations.clone(), ..Made::new() };
        Self { made, index: StationIndex::new(stations, regions()) }
    }

    fn of(&self) -> Of<'_> {
        Of { site: &self.made.site, topics: &self.made.topics, index: &self.index }
    }

    fn found(&self, wanted: &Wanted) -> Vec<String> {
        let (stations, total) = Catalogue::new(self.of()).page(self.of(), wanted, 0, 1000);
        assert_eq!(stations.len(), total);
        stations.into_iter().map(|station| self.index.id(station).to_owned()).collect()
    }
}

#[test]
fn a_station_is_found_by_each_of_its_identifiers_and_by_no_other() {
    let shelf = Shelf::new(stations());
    let catalogue = Catalogue::new(shelf.of());
    let all = [Entity::Organization, Entity::Service, Entity::Location, Entity::ServiceAtLocation];
    for station in &shelf.made.stations {
        for entity in all {
            let id = station_id(&shelf.made.site, &station.id).as_entity(entity);
            for asked in all {
                let found = catalogue.find(shelf.of(), id, asked).map(|found| shelf.index.id(found));
                assert_eq!(found, (asked == entity).then_some(station.id.as_str()), "{id}");
            }
        }
    }
    let unknown = [Uuid::of(&["no such"]), Uuid::parse("00000000-0000-0000-0000-000000000000").unwrap()];
    let last = Uuid::parse("ffffffff-ffff-ffff-ffff-fffffffffff1").unwrap();
    for id in unknown.into_iter().map(|id| id.as_entity(Entity::Service)).chain([last]) {
        assert_eq!(catalogue.find(shelf.of(), id, Entity::Service), None);
    }
    let none = Shelf::new(Vec::new());
    assert_eq!(Catalogue::new(none.of()).find(none.of(), last, Entity::Service), None);
    assert!(none.found(&Wanted { has_place: true, ..Wanted::default() }).is_empty());
}

#[test]
fn filters_take_what_is_said_of_a_station_and_nothing_else() {
    let shelf = Shelf::new(stations());
    let term = |vocabulary: Vocabulary, code: &str| Wanted {
        term: Some(vocabulary.term_id(code)),
        ..Wanted::default()
    };
    let taxonomy = |vocabulary: Vocabulary| Wanted { taxonomy: Some(vocabulary.id()), ..Wanted::default() };
    assert_eq!(shelf.found(&Wanted::default()).len(), stations().len());
    assert_eq!(shelf.found(&term(Vocabulary::Service, "legal_advice")), ["county", "nuanxi"]);
    assert_eq!(shelf.found(&term(Vocabulary::Topic, "domestic-violence")), ["nuanxi"]);
    assert_eq!(shelf.found(&term(Vocabulary::Topic, "labour")), [""; 0]);
    // Nobody said that the others are for women; they are for everyone.
    assert_eq!(shelf.found(&term(Vocabulary::Audience, "women")), ["nuanxi"]);
    assert_eq!(shelf.found(&taxonomy(Vocabulary::Have)), ["nuanxi"]);
    assert_eq!(shelf.found(&taxonomy(Vocabulary::Service)), ["county", "nuanxi", "shelter"]);
    assert_eq!(shelf.found(&taxonomy(Vocabulary::Kind)).len(), stations().len());
    let unknown = Uuid::of(&["no such"]);
    assert_eq!(shelf.found(&Wanted { term: Some(unknown), ..Wanted::default() }), [""; 0]);
    let both = Wanted { text: Some("暖溪 维权".into()), ..term(Vocabulary::Service, "legal_advice") };
    assert_eq!(shelf.found(&both), ["nuanxi"]);
    let id = station_id(&shelf.made.site, "county");
    let of = |id| Wanted { organization: Some(id), ..Wanted::default() };
    assert_eq!(shelf.found(&of(id.as_entity(Entity::Organization))), ["county"]);
    assert_eq!(shelf.found(&of(id.as_entity(Entity::Service))), [""; 0]);
    let placed = shelf.found(&Wanted { has_place: true, ..Wanted::default() });
    assert_eq!(placed.len(), stations().len() - 2);
    assert!(!placed.contains(&"shelter".to_owned()) && !placed.contains(&"bare".to_owned()));
    let since =
        |day| shelf.found(&Wanted { since: Some(day), text: Some("示例".into()), ..Wanted::default() });
    // Of the county's own nobody knows when it was checked: it may have changed.
    assert_eq!(since(date(2026, 9, 16)), ["county", "nuanxi", "shelter"]);
    assert_eq!(since(date(2026, 9, 17)), ["county", "shelter"]);
    assert_eq!(since(date(2027, 1, 1)), ["county"]);
}

#[test]
fn pages_add_up_over_more_than_a_word_of_bits() {
    let place =
        |number: u32| Place::Public { address: None, location: Coord::new(40.0, f64::from(number) / 100.0) };
    let stations: Vec<Station> = (0..200)
        .map(|number| Station {
            services: if number % 3 == 0 { vec![Service::Mediation] } else { Vec::new() },
            ..Station::new(
                format!("s{number:03}"),
                StationKind::Mediation,
                "990121".parse().unwrap(),
                place(number),
            )
        })
        .collect();
    let shelf = Shelf::new(stations);
    let catalogue = Catalogue::new(shelf.of());
    let wanted = Wanted { term: Some(Vocabulary::Service.term_id("mediation")), ..Wanted::default() };
    let mut all = Vec::new();
    for page in 0..10 {
        let (stations, total) = catalogue.page(shelf.of(), &wanted, page * 7, 7);
        assert_eq!(total, 67);
        all.extend(stations.into_iter().map(|station| shelf.index.id(station).to_owned()));
    }
    let expected: Vec<String> = (0..200).step_by(3).map(|number| format!("s{number:03}")).collect();
    assert_eq!(all, expected);
}
