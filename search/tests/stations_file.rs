//! What the file of stations promises: what went in comes out, and no bytes whatever do harm.
#![expect(clippy::unwrap_used, reason = "a station that can't be made up is a test that fails")]

use jiff::civil::{Date, Time};
use proptest::prelude::*;
use search::coord::Coord;
use search::hours::{Rule, Timetable};
use search::record::{Duty, Hours, Person, Place, Station};
use search::stations::{StationFilter, StationIndex, StoreError};
use search::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

/// Everything a station can have.
fn full(id: &str, place: Place) -> Station {
    let time = |hour, minute| Time::new(hour, minute, 0, 0).ok();
    Station {
        name: "暖溪镇维权站".to_owned(),
        region_names: ["示例市", "示例县", "暖溪镇"].map(str::to_owned).into(),
        parent: Some("county".to_owned()),
        phones: vec!["0999-12338".to_owned(), "12338".to_owned()],
        hours: Some(Hours {
            osm: "Mo-Fr 08:30-12:00".to_owned(),
            text: "周一至周五".to_owned(),
            rules: Timetable(vec![Rule::on(&[1, 2, 3, 4, 5], &[(510, 720)])]),
        }),
        services: vec![Service::JobHelp, Service::Mediation],
        has: vec![Have::Sign],
        facilities: vec![Facility::Writing],
        languages: vec!["暖溪话".to_owned()],
        audience: vec![Audience::Everyone],
        home_visits: vec![Audience::Older],
        people: vec![Person {
            role: "坐班律师".to_owned(),
            duty: Some("看材料".to_owned()),
            profession: Some(Profession::Lawyer),
            topics: vec!["marriage".to_owned()],
        }],
        duty: vec![Duty {
            rule: "FREQ=MONTHLY;BYMONTHDAY=25".to_owned(),
            from: time(9, 0),
            to: time(11, 30),
            who: "律师".to_owned(),
            text: "每月 25 日".to_owned(),
        }],
        serves: Some("全镇".to_owned()),
        note: Some("有坡道".to_owned()),
        desk: Some("nuanxi".to_owned()),
        verified: Date::new(2026, 3, 1).ok(),
        url: format!("/other/{id}/"),
        ..Station::new(id, StationKind::FamilyCenter, "990121100".parse().unwrap(), place)
    }
}

fn public(lat: f64, lon: f64) -> Place {
    Place::Public { address: Some("灯火街道 3 号".to_owned()), location: Coord::new(lat, lon) }
}

fn some_stations() -> Vec<Station> {
    let bare = Station::new(
        "bare",
        StationKind::Police,
        "990122".parse().unwrap(),
        Place::Public { address: None, location: None },
    );
    vec![bare, full("full", public(40.4, 102.5)), full("hidden", Place::Confidential { confidential: true })]
}

/// With the sum of what is in it now.
fn resealed(mut file: Vec<u8>) -> Vec<u8> {
    let sum = StationIndex::sum(&file[16..]);
    file[8..16].copy_from_slice(&sum.to_le_bytes());
    file
}

fn opened(file: Vec<u8>) -> Result<StationIndex, StoreError> {
    StationIndex::from_bytes(file, Vec::new())
}

#[test]
fn what_went_in_comes_out() {
    let stations = some_stations();
    let file = StationIndex::file_of(stations.clone());
    let index = opened(file.clone()).unwrap();
    for station in &stations {
        assert_eq!(index.get(&station.id).as_ref(), Some(station));
    }
    assert_eq!(index.get("nobody"), None);
    assert_eq!(file, StationIndex::file_of(stations.into_iter().rev().collect()));
}

#[test]
fn other_files_are_named_as_what_they_are() {
    let file = StationIndex::file_of(some_stations());
    assert_eq!(opened(b"NZFIND\n\x02 and more".to_vec()).unwrap_err(), StoreError::NotStations);
    let mut newer = file.clone();
    newer[7] = 9;
    assert_eq!(opened(newer).unwrap_err(), StoreError::Version(9));
    for length in 0..file.len() {
        assert!(opened(file[..length].to_vec()).is_err(), "{length}");
    }
    assert!(opened([file, vec![0]].concat()).is_err());
}

/// The order is there to be quick. A file that has another one is not well made, and still nobody is sent too far.
#[test]
fn in_another_order_the_same_are_nearest() {
    let place = |at: u32| public(39.0 + f64::from(at % 23) / 10.0, 101.0 + f64::from(at % 37) / 10.0);
    let stations: Vec<Station> = (0..700).map(|at| full(&format!("s{at:03}"), place(at))).collect();
    let file = StationIndex::file_of(stations);
    let from = Coord::new(40.05, 102.83).unwrap();
    let nearest = |file: Vec<u8>| {
        let index = opened(file).unwrap();
        let found = index.nearest(from, &StationFilter::default(), 50);
        found.into_iter().map(|near| index.id(near.station).to_owned()).collect::<Vec<_>>()
    };
    let order = file.len() - 700 * 4;
    let with = |order_bytes: Vec<u8>| resealed([&file[..order], &order_bytes].concat());
    let backwards = file[order..].as_chunks::<4>().0.iter().rev().flatten().copied().collect();
    assert_eq!(nearest(with(backwards)), nearest(file.clone()));
    let twice = [&file[order..order + 4], &file[order..file.len() - 4]].concat();
    assert_eq!(opened(with(twice)).unwrap_err(), StoreError::Damaged);
    let too_few = file[order..file.len() - 4].to_vec();
    assert_eq!(opened(with(too_few)).unwrap_err(), StoreError::Damaged);
}

proptest! {
    #[test]
    fn a_flipped_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut file = StationIndex::file_of(some_stations());
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        prop_assert!(opened(file).is_err());
    }

    /// Its sum is put right again: only so does a change reach what lies behind it.
    #[test]
    fn a_forged_file_is_refused_or_harmless(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..12),
        keep in any::<bool>(),
    ) {
        let file = StationIndex::file_of(some_stations());
        let (head, body) = file.split_at(16);
        let at = at.index(body.len());
        let rest = if keep { &body[(at + bytes.len()).min(body.len())..] } else { &body[at..] };
        let forged = [head, &body[..at], &bytes, rest].concat();
        if let Ok(index) = opened(resealed(forged)) {
            let from = Coord::new(40.0, 102.0).unwrap();
            let (all, total) = index.list(&StationFilter::default(), 0, 99);
            prop_assert_eq!((all.len(), total), (index.len(), index.len()));
            for station in all {
                drop(index.station(station));
            }
            prop_assert!(index.nearest(from, &StationFilter::default(), 9).len() <= total);
        }
    }
}
