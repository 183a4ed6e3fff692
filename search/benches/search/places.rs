//! The same stations in an R-tree of `SQLite` and in `PostGIS`, asked for the nearest as their manuals say.
//!
//! `SQLite` runs in this process, on a file that its cache holds whole. `PostGIS` is the database at `POSTGIS_URL`
//! (`postgres://user@localhost/name`, a database of its own: the table `bench_stations` is made anew); what it takes includes the way there
//! and back over its socket. Both tell distances on the ellipsoid or from degrees, so a few answers differ in their last place.

use std::hint::black_box;
use std::io::Write as _;

use postgres::{Client, NoTls};
use rusqlite::{Connection, params};
use search::coord::Coord;
use search::record::Station;
use search::stations::{StationFilter, StationIndex};
use search::vocabulary::{Service, StationKind};

use crate::{spread, timed};

const NEAREST: usize = 10;

/// What is asked of all of them: the condition in SQL, and the filter.
fn questions() -> [(&'static str, &'static str, StationFilter); 3] {
    let all = StationFilter::default();
    let kind = StationFilter { kind: Some(StationKind::Police), ..all.clone() };
    let service = StationFilter { service: Some(Service::Shelter), ..all.clone() };
    [
        ("no filter", "true", all),
        ("1 in 10: a kind", "kind = 8", kind),
        ("1 in 1,000: a service", "shelter", service),
    ]
}

/// Asks all of them from these places.
pub(crate) fn measure(stations: &[Station], index: &StationIndex, places: &[Coord]) {
    let (sqlite, took) = timed(|| in_sqlite(stations));
    println!("\nSQLite {} with an R-tree, filled in {took:.1?}", rusqlite::version());
    for (name, condition, filter) in questions() {
        let ask = |from: &Coord| nearest_in_sqlite(&sqlite, *from, condition);
        report(name, places, ask, |from| ours(index, *from, &filter));
    }
    let Ok(url) = std::env::var("POSTGIS_URL") else {
        println!("\nPostGIS: skipped, POSTGIS_URL is not set");
        return;
    };
    let mut client = Client::connect(&url, NoTls).expect("a PostgreSQL with PostGIS at POSTGIS_URL");
    let ((), took) = timed(|| in_postgis(&mut client, stations));
    let version: String = client.query_one("SELECT postgis_lib_version()", &[]).expect("PostGIS").get(0);
    println!("\nPostGIS {version}, filled in {took:.1?}");
    let client = std::cell::RefCell::new(client);
    for (name, condition, filter) in questions() {
        let sql = format!(
            "SELECT id FROM bench_stations WHERE {condition} ORDER BY place <-> ST_MakePoint($1, $2)::geography LIMIT {NEAREST}"
        );
        let statement = client.borrow_mut().prepare(&sql).expect("a statement");
        let ask = |from: &Coord| {
            let rows = client.borrow_mut().query(&statement, &[&from.lon(), &from.lat()]).expect("rows");
            rows.iter().map(|row| row.get::<_, i32>(0).unsigned_abs()).collect()
        };
        report(name, places, ask, |from| ours(index, *from, &filter));
    }
}

fn report(name: &str, places: &[Coord], ask: impl Fn(&Coord) -> Vec<u32>, ours: impl Fn(&Coord) -> Vec<u32>) {
    // Some seconds for each question, however slow it is.
    let ((), first) = timed(|| places[..20.min(places.len())].iter().for_each(|from| drop(ask(from))));
    let worth = (40.0 / first.as_secs_f64().max(0.001)).clamp(20.0, 2000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "20 to 2,000")]
    let places = &places[..places.len().min(worth as usize)];
    let same = places.iter().filter(|from| ask(from) == ours(from)).count();
    let (start, count) = (std::time::Instant::now(), f64::from(u32::try_from(places.len()).unwrap_or(1)));
    for from in places {
        black_box(ask(from));
    }
    let a_second = count / start.elapsed().as_secs_f64();
    let times = spread(places, |from| {
        black_box(ask(from));
    });
    println!("| {name} | {a_second:.0} | {times} | the same ten in {same} of {} |", places.len());
}

/// The numbers of the nearest: ids are made of them.
fn ours(index: &StationIndex, from: Coord, filter: &StationFilter) -> Vec<u32> {
    let near = index.nearest(from, filter, NEAREST);
    near.iter()
        .map(|near| index.station(near.station).id["station-".len()..].parse().expect("a number"))
        .collect()
}

fn in_sqlite(stations: &[Station]) -> Connection {
    // The file is gone with the connection: an empty name is a database on disk without one.
    let mut connection = Connection::open("").expect("a database");
    let tables = "PRAGMA cache_size = -1000000;
        CREATE VIRTUAL TABLE places USING rtree(id, south, north, west, east);
        CREATE TABLE stations (id INTEGER PRIMARY KEY, lat REAL, lon REAL, kind INTEGER, shelter INTEGER);";
    connection.execute_batch(tables).expect("tables");
    let transaction = connection.transaction().expect("a transaction");
    {
        let mut place =
            transaction.prepare("INSERT INTO places VALUES (?1, ?2, ?2, ?3, ?3)").expect("a statement");
        let mut row =
            transaction.prepare("INSERT INTO stations VALUES (?1, ?2, ?3, ?4, ?5)").expect("a statement");
        for (id, at, station) in located(stations) {
            place.execute(params![id, at.lat(), at.lon()]).expect("a row");
            let shelter = station.services.contains(&Service::Shelter);
            row.execute(params![id, at.lat(), at.lon(), station.kind as u8, shelter]).expect("a row");
        }
    }
    transaction.commit().expect("all rows");
    connection
}

/// A box that is made twice as wide until ten lie within its half side.
fn nearest_in_sqlite(connection: &Connection, from: Coord, condition: &str) -> Vec<u32> {
    let sql = format!(
        "SELECT stations.id, lat, lon FROM places JOIN stations USING (id)
         WHERE south >= ?1 AND north <= ?2 AND west >= ?3 AND east <= ?4 AND {condition}"
    );
    let mut statement = connection.prepare_cached(&sql).expect("a statement");
    let mut half_m = 2_000.0;
    loop {
        let (lat, lon) = (half_m / 111_195.0, half_m / 111_195.0 / from.lat().to_radians().cos().max(0.01));
        let within = params![from.lat() - lat, from.lat() + lat, from.lon() - lon, from.lon() + lon];
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows = statement.query_map(within, read).expect("rows");
        let mut found: Vec<(f64, u32)> = rows
            .map(|row| {
                let (id, lat, lon) = row.expect("a row");
                (Coord::new(lat, lon).expect("a place").distance_m(from), id)
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if found.get(NEAREST - 1).is_some_and(|last| last.0 <= half_m) || half_m > 2e7 {
            return found.into_iter().take(NEAREST).map(|(_, id)| id).collect();
        }
        half_m *= 2.0;
    }
}

fn in_postgis(client: &mut Client, stations: &[Station]) {
    let tables = "CREATE EXTENSION IF NOT EXISTS postgis; DROP TABLE IF EXISTS bench_stations;
        CREATE TABLE bench_stations (id int PRIMARY KEY, kind int, shelter bool, place geography(Point));";
    client.batch_execute(tables).expect("tables");
    let mut rows = client.copy_in("COPY bench_stations FROM STDIN").expect("a copy");
    for (id, at, station) in located(stations) {
        let shelter = station.services.contains(&Service::Shelter);
        writeln!(rows, "{id}\t{}\t{shelter}\tSRID=4326;POINT({} {})", station.kind as u8, at.lon(), at.lat())
            .expect("a row");
    }
    rows.finish().expect("all rows");
    let indexes = "CREATE INDEX ON bench_stations USING gist (place); CREATE INDEX ON bench_stations (kind);
        CREATE INDEX ON bench_stations (id) WHERE shelter; ANALYZE bench_stations;";
    client.batch_execute(indexes).expect("indexes");
}

fn located(stations: &[Station]) -> impl Iterator<Item = (u32, Coord, &Station)> {
    (0..).zip(stations).filter_map(|(id, station)| Some((id, station.location()?, station)))
}
