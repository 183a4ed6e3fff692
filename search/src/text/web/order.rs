//! The order in which the browser numbers records: what is found together lies together, so that hits share files, and what
//! is said of all records is said of runs.

use serde::Serialize;

use crate::record::Record;
use crate::text::embedded::export::KINDS;

/// Records in the browser's order.
pub(super) struct Order {
    /// The index of the record at each place.
    pub(super) records: Vec<u32>,
    /// The place of each record.
    pub(super) places: Vec<u32>,
}

/// Neighbours that are alike: how many, the number of their kind, of their shelf and of their whole; -1 for none.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Run(u32, i32, i32, i32);

impl Order {
    /// By kind, shelf, whole, division and address.
    pub(super) fn of(records: &[Record]) -> Self {
        let key = |number: &u32| {
            let record = &records[*number as usize];
            (kind_number(record), &record.topic, &record.part_of, &record.region, &record.url, &record.id)
        };
        let mut order: Vec<u32> = (0..).zip(records).map(|(number, _)| number).collect();
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut places = vec![0; records.len()];
        for (place, &number) in (0..).zip(&order) {
            places[number as usize] = place;
        }
        Self { records: order, places }
    }

    /// What all records are, run by run. `shelves` and `wholes` are in order.
    pub(super) fn runs(&self, records: &[Record], shelves: &[String], wholes: &[String]) -> Vec<Run> {
        let number = |name: &Option<String>, names: &[String]| {
            let place = name.as_ref().and_then(|name| names.binary_search(name).ok());
            place.and_then(|place| place.try_into().ok()).unwrap_or(-1)
        };
        let mut runs: Vec<Run> = Vec::new();
        for record in self.records.iter().map(|&number| &records[number as usize]) {
            let run =
                Run(1, kind_number(record), number(&record.topic, shelves), number(&record.part_of, wholes));
            match runs.last_mut() {
                Some(last) if (last.1, last.2, last.3) == (run.1, run.2, run.3) => last.0 += 1,
                _ => runs.push(run),
            }
        }
        runs
    }
}

/// The number that the script knows a kind by.
pub(super) fn kind_number(record: &Record) -> i32 {
    let place = KINDS.iter().position(|&kind| kind == record.kind);
    place.and_then(|place| place.try_into().ok()).unwrap_or(-1)
}
