//! Stations as dense as they would be in a whole country: villages around townships around counties, crowded in the east and far
//! apart in the west. Names, numbers and addresses are made up and as unlike each other as real ones. Always the same.

use search::coord::Coord;
use search::hours::{Rule, State, Timetable};
use search::record::{Hours, Place, Station};
use search::vocabulary::{Audience, Facility, Service, StationKind};

/// Villages with a station in a township, and townships in a county.
const VILLAGES: usize = 16;
const TOWNSHIPS: usize = 14;

/// Numbers that look drawn.
#[derive(Debug)]
pub struct Draws(u64);

impl Draws {
    /// A sequence of its own for each `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    /// From `from` to `to`, in millionths of the way.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        let part = u32::try_from(self.below(1_000_000)).unwrap_or_default();
        from + (to - from) * f64::from(part) / 1e6
    }

    /// About the middle more often than at the edges.
    fn around(&mut self, middle: f64, radius: f64) -> f64 {
        middle + f64::midpoint(self.between(-radius, radius), self.between(-radius, radius))
    }

    fn han(&mut self) -> char {
        let characters = ('一'..='\u{9FA5}').step_by(9);
        let at = self.below(2_300);
        characters.skip(at).take(1).last().unwrap_or('村')
    }
}

/// What the stations of a county have in common.
struct County {
    code: String,
    lat: f64,
    lon: f64,
    /// How far its townships are from it, in degrees.
    radius: f64,
    area: usize,
}

/// About `count` stations.
pub fn stations(count: usize) -> Vec<Station> {
    let mut draws = Draws::new(3);
    let mut all = Vec::with_capacity(count);
    for number in 0..count.div_ceil(TOWNSHIPS * VILLAGES) {
        let county = county(number, &mut draws);
        for township in 0..TOWNSHIPS {
            let (lat, lon) =
                (draws.around(county.lat, county.radius), draws.around(county.lon, county.radius));
            let name: String = [draws.han(), draws.han()].iter().collect();
            for village in 0..VILLAGES {
                let at = (draws.around(lat, county.radius / 4.0), draws.around(lon, county.radius / 4.0));
                let code = format!("{}{:03}{:03}", county.code, 100 + township, 200 + village);
                all.extend(station(&county, (&code, &name), at, &mut draws));
            }
        }
    }
    all.truncate(count);
    all
}

/// Nine in ten lie in the east.
fn county(number: usize, draws: &mut Draws) -> County {
    let is_east = draws.below(10) > 0;
    let (lat, lon, radius) = if is_east {
        (draws.between(22.0, 44.0), draws.between(104.0, 121.0), 0.22)
    } else {
        (draws.between(29.0, 47.0), draws.between(78.0, 102.0), 1.1)
    };
    let code = format!("{:02}{:02}{:02}", 11 + number / 100, 1 + number / 10 % 10, 21 + number % 10);
    County { code, lat, lon, radius, area: 300 + number % 600 }
}

fn station(
    county: &County,
    (code, township): (&str, &str),
    (lat, lon): (f64, f64),
    draws: &mut Draws,
) -> Option<Station> {
    let village: String = [draws.han(), draws.han()].iter().collect();
    let address =
        format!("{township}镇{village}村{}{}路 {} 号", draws.han(), draws.han(), 1 + draws.below(200));
    let kind = if draws.below(10) < 7 {
        StationKind::RightsStation
    } else {
        StationKind::ALL[draws.below(StationKind::ALL.len())]
    };
    let place = Place::Public { address: Some(address), location: Some(Coord::new(lat, lon)?) };
    // The end of its division's code is what makes a name unique.
    let id = format!("{}{}-{}", syllable(draws), syllable(draws), &code[2..]);
    let some = |draws: &mut Draws, chance: usize| draws.below(chance) == 0;
    Some(Station {
        name: format!("{village}村{}", kind.chinese()),
        phones: vec![format!("0{}-{:07}", county.area, 2_000_000 + draws.below(7_999_999))],
        hours: Some(hours(county.area * 6 + draws.below(6))),
        services: Service::ALL.iter().copied().filter(|_| some(draws, 3)).collect(),
        facilities: Facility::ALL.iter().copied().filter(|_| some(draws, 4)).collect(),
        audience: if some(draws, 2) { vec![Audience::Women, Audience::Children] } else { Vec::new() },
        ..Station::new(id, kind, code.parse().ok()?, place)
    })
}

fn syllable(draws: &mut Draws) -> String {
    let parts = [
        ["b", "d", "g", "h", "j", "l", "m", "q", "sh", "x", "zh"].as_slice(),
        &["a", "an", "ang", "ao", "e", "i", "ing", "ong", "u", "uan"],
    ];
    parts.iter().map(|part| part[draws.below(part.len())]).collect()
}

/// One of sixty timetables; a county has six.
fn hours(which: usize) -> Hours {
    let minutes = |at: usize| u16::try_from(at).unwrap_or_default();
    let (opens, closes) = (minutes(480 + 15 * (which % 5)), minutes(1_020 + 30 * (which / 5 % 4)));
    let last = 5 + which % 3;
    let days: Vec<u8> = (1..=7).take(last).collect();
    let off = Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) };
    Hours {
        osm: format!("{last} {opens}-{closes}"),
        text: format!(
            "每周 {last} 天 {}:{:02}–{}:{:02}，法定节假日休息",
            opens / 60,
            opens % 60,
            closes / 60,
            closes % 60
        ),
        rules: Timetable(vec![Rule::on(&days, &[(opens, closes)]), off]),
    }
}
