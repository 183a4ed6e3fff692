//! Measures stations as HSDS has them: `cargo bench -p search -- hsds` measures nothing else.

use std::hint::black_box;

use search::hsds::catalogue::{Catalogue, Of, Wanted};
use search::hsds::{Detail, Entity, Mapping, Vocabulary, station_id};
use search::record::Site;
use search::stations::StationIndex;

use crate::{made, spread, timed};

pub(crate) fn measure() {
    for count in [20_000, 650_000] {
        measure_count(count);
    }
}

fn measure_count(count: usize) {
    let site = Site {
        name: String::new(),
        title: String::new(),
        base_url: "https://nuanzhan.example".to_owned(),
        region: "990100".parse().expect("a code"),
        exit_url: String::new(),
        clocks: search::clocks::Clocks::default(),
        holidays: search::hours::holidays::Holidays::known().clone(),
    };
    let stations = made::stations(count);
    let mut draws = made::Draws::new(9);
    let ids: Vec<String> = (0..20_000).map(|_| stations[draws.below(count)].id.clone()).collect();
    let index = StationIndex::new(stations, Vec::new());
    let of = Of { site: &site, topics: &[], index: &index };
    let (catalogue, ordered) = timed(|| Catalogue::new(of));
    let mediation = Wanted { term: Some(Vocabulary::Service.term_id("mediation")), ..Wanted::default() };
    let (_, fit) = catalogue.page(of, &mediation, 0, 20);
    println!("\n{count} stations as HSDS, put in order in {ordered:.2?} | p50 / p99");
    let found = spread(&ids, |id| {
        let id = station_id(&site, id).as_entity(Entity::Service);
        black_box(catalogue.find(of, id, Entity::Service).expect("it is there"));
    });
    println!("| by identifier | {found} |");
    let pages: Vec<usize> = (0..200).map(|_| draws.below(count)).collect();
    let any = spread(&pages, |&from| {
        black_box(catalogue.page(of, &Wanted::default(), from, 20));
    });
    println!("| a page of all | {any} |");
    let some = spread(&pages, |&from| {
        black_box(catalogue.page(of, &mediation, from % fit.max(1), 20));
    });
    println!("| a page of the {fit} of a term | {some} |");
    let taxonomy = Wanted { taxonomy: Some(Vocabulary::Service.id()), has_place: true, ..Wanted::default() };
    let some = spread(&pages, |&from| {
        black_box(catalogue.page(of, &taxonomy, from, 20));
    });
    println!("| a page of a taxonomy with a place | {some} |");
    let mapping = Mapping { site: &site, regions: &[], topics: &[], with_terms: true };
    let made = spread(&ids, |id| {
        let station = index.get(id).expect("it is there");
        black_box(serde_json::to_vec(&mapping.service(&station, Detail::Full)).expect("plain data"));
    });
    println!("| a service in full, as JSON | {made} |");
}
