//! Writes the file of stations.

use std::collections::BTreeMap;

use super::super::tree::{Point, in_order};
use super::{HEAD, MAGIC, VERSION, sum, usual_url};
use crate::record::{Duty, Hours, Person, Place, Station};
use crate::text::embedded::bytes::{put_number, put_text};

/// The file of stations that are in the order of their ids.
pub(in super::super) fn file(stations: &[Station]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut ends = Vec::with_capacity(stations.len());
    for station in stations {
        writer.station(station);
        ends.push(writer.out.len());
    }
    let mut file = [MAGIC.as_slice(), &[VERSION], &[0; 8]].concat();
    file.reserve_exact(writer.out.len() + stations.len() * 6 + 1024);
    for shared in [&writer.texts, &writer.hours] {
        let mut texts: Vec<(&String, &u64)> = shared.iter().collect();
        texts.sort_by_key(|&(_, number)| *number);
        put_number(&mut file, texts.len() as u64);
        for (text, _) in texts {
            put_text(&mut file, text);
        }
    }
    put_number(&mut file, stations.len() as u64);
    let mut start = 0;
    for end in ends {
        put_number(&mut file, (end - start) as u64);
        file.extend_from_slice(&writer.out[start..end]);
        start = end;
    }
    file.extend(order(stations).into_iter().flat_map(u32::to_le_bytes));
    let sum = sum(&file[HEAD..]);
    file[8..HEAD].copy_from_slice(&sum.to_le_bytes());
    file
}

/// The stations on the map as the tree has them, numbered among themselves. Cutting a country's points in halves takes as long
/// as all the rest of making a tree of them, so it is done once and not by every server that starts.
fn order(stations: &[Station]) -> Vec<u32> {
    let places = stations.iter().filter_map(Station::location);
    let points =
        (0..).zip(places).map(|(number, place)| Point { at: place.on_unit_sphere(), station: number });
    in_order(points.collect()).into_iter().map(|point| point.station).collect()
}

/// Writes stations, and numbers texts as they come.
#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    texts: BTreeMap<String, u64>,
    hours: BTreeMap<String, u64>,
}

impl Writer {
    fn station(&mut self, station: &Station) {
        put_text(&mut self.out, &station.id);
        put_text(&mut self.out, &station.name);
        self.out.push(station.kind as u8);
        self.out.push(station.level as u8);
        put_text(&mut self.out, station.region.as_str());
        self.list(&station.region_names, |writer, name| writer.shared(name));
        self.maybe(station.parent.as_ref(), |writer, parent| writer.shared(parent));
        self.place(&station.place);
        self.list(&station.phones, |writer, phone| put_text(&mut writer.out, phone));
        self.maybe(station.hours.as_ref(), Self::hours);
        self.list(&station.services, |writer, value| writer.out.push(*value as u8));
        self.list(&station.has, |writer, value| writer.out.push(*value as u8));
        self.list(&station.facilities, |writer, value| writer.out.push(*value as u8));
        self.list(&station.languages, |writer, language| writer.shared(language));
        self.list(&station.audience, |writer, value| writer.out.push(*value as u8));
        self.list(&station.home_visits, |writer, value| writer.out.push(*value as u8));
        self.list(&station.people, Self::person);
        self.list(&station.duty, Self::duty);
        for text in [&station.serves, &station.note, &station.desk] {
            self.maybe(text.as_ref(), |writer, text| writer.shared(text));
        }
        self.maybe(station.verified.as_ref(), |writer, date| {
            writer.out.extend(date.year().to_le_bytes());
            writer.out.extend([date.month().unsigned_abs(), date.day().unsigned_abs()]);
        });
        let own = (station.url != usual_url(&station.id)).then_some(&station.url);
        self.maybe(own, |writer, url| put_text(&mut writer.out, url));
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Confidential { confidential } => self.out.push(2 + u8::from(*confidential)),
            Place::Public { address, location } => {
                self.out.push(1);
                self.maybe(address.as_ref(), |writer, address| put_text(&mut writer.out, address));
                self.maybe(location.as_ref(), |writer, location| {
                    writer.out.extend(location.lat().to_le_bytes());
                    writer.out.extend(location.lon().to_le_bytes());
                });
            }
        }
    }

    fn person(&mut self, person: &Person) {
        self.shared(&person.role);
        self.maybe(person.duty.as_ref(), |writer, duty| writer.shared(duty));
        self.maybe(person.profession.as_ref(), |writer, profession| writer.out.push(*profession as u8));
        self.list(&person.topics, |writer, topic| writer.shared(topic));
    }

    fn duty(&mut self, duty: &Duty) {
        self.shared(&duty.rule);
        for time in [duty.from, duty.to] {
            self.maybe(time.as_ref(), |writer, time| {
                let [hour, minute, second] =
                    [time.hour(), time.minute(), time.second()].map(i8::unsigned_abs);
                writer.out.extend([hour, minute, second]);
                put_number(&mut writer.out, u64::from(time.subsec_nanosecond().unsigned_abs()));
            });
        }
        self.shared(&duty.who);
        self.shared(&duty.text);
    }

    fn hours(&mut self, hours: &Hours) {
        let json = serde_json::to_string(hours).expect("hours are plain data");
        let number = number_of(&mut self.hours, &json);
        put_number(&mut self.out, number);
    }

    fn shared(&mut self, text: &str) {
        let number = number_of(&mut self.texts, text);
        put_number(&mut self.out, number);
    }

    fn list<T>(&mut self, values: &[T], mut put: impl FnMut(&mut Self, &T)) {
        put_number(&mut self.out, values.len() as u64);
        for value in values {
            put(self, value);
        }
    }

    fn maybe<T: ?Sized>(&mut self, value: Option<&T>, put: impl FnOnce(&mut Self, &T)) {
        self.out.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }
}

/// The number of a text that is shared; a new one has the next.
fn number_of(shared: &mut BTreeMap<String, u64>, text: &str) -> u64 {
    if let Some(&number) = shared.get(text) {
        return number;
    }
    let number = shared.len() as u64;
    shared.insert(text.to_owned(), number);
    number
}
