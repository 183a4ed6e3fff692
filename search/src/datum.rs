//! The datums in which maps of China hand out a position, each a type of its own, so that one can't be taken for another.
//!
//! Start at [`Datum::to_wgs84`], for a position that somebody typed, and [`Gcj02::from`], for a link into a map. Inside the
//! program a place is a [`Coord`], which is WGS 84. The same numbers in another datum are a point 100–1,200 m away. The conversions
//! are those of the crate `coordtransform`; it decides by a coarse outline of the mainland whether a place is moved at all (from
//! OpenStreetMap, © `OpenStreetMap` contributors, `ODbL`: see `docs/credits.md`), so Hong Kong, Macau and places abroad stay
//! where they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::coord::Coord;

/// What a pair of degrees is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// Satellites, browsers, OpenStreetMap, 天地图.
    #[default]
    Wgs84,
    /// 高德、腾讯
    Gcj02,
    /// 百度
    Bd09,
}

/// A point in GCJ-02, as 高德 and 腾讯 have it, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gcj02 {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A point in BD-09, as 百度 has it, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bd09 {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl Datum {
    /// Every datum.
    pub const ALL: [Self; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];

    /// Its name in files and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// The datum of a name: `gcj02`, `GCJ-02`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('-', "");
        Self::ALL.into_iter().find(|datum| datum.code() == name)
    }

    /// The same place in WGS 84; `None` where the pair is no point on the earth.
    pub fn to_wgs84(self, lat: f64, lon: f64) -> Option<Coord> {
        let same = Coord::new(lat, lon)?;
        match self {
            Self::Wgs84 => Some(same),
            Self::Gcj02 => Gcj02 { lat, lon }.to_wgs84(),
            Self::Bd09 => Bd09 { lat, lon }.to_wgs84(),
        }
    }
}

/// Whether a place is on the mainland, as far as the coarse outline tells that decides whether maps move it. Hong Kong, Macau,
/// Taiwan and whatever is abroad are not.
pub fn is_on_the_mainland(place: Coord) -> bool {
    coordtransform::is_in_gcj02_region(place.lon(), place.lat())
}

impl Gcj02 {
    /// The same place in WGS 84; `None` where it is no point on the earth.
    pub fn to_wgs84(self) -> Option<Coord> {
        let (lon, lat) = coordtransform::gcj02_to_wgs84(self.lon, self.lat);
        Coord::new(lat, lon)
    }
}

impl Bd09 {
    /// The same place in WGS 84; `None` where it is no point on the earth.
    pub fn to_wgs84(self) -> Option<Coord> {
        let (lon, lat) = coordtransform::bd09_to_wgs84(self.lon, self.lat);
        Coord::new(lat, lon)
    }
}

impl From<Coord> for Gcj02 {
    fn from(place: Coord) -> Self {
        let (lon, lat) = coordtransform::wgs84_to_gcj02(place.lon(), place.lat());
        Self { lat, lon }
    }
}

impl From<Coord> for Bd09 {
    fn from(place: Coord) -> Self {
        let (lon, lat) = coordtransform::wgs84_to_bd09(place.lon(), place.lat());
        Self { lat, lon }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wgs84(lat: f64, lon: f64) -> Coord {
        Coord::new(lat, lon).unwrap()
    }

    /// Degrees that differ by less than the tenth of a metre.
    fn alike(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6
    }

    /// The points that converters of the field publish in their tests: googollee/eviltransform.
    #[test]
    fn published_points_come_out_as_published() {
        for ((lat, lon), moved) in [
            ((31.177_427_6, 121.527_210_6), (31.175_303_983_643, 121.531_541_859_215)),
            ((22.543_847, 113.912_316), (22.540_796_131_694, 113.917_176_480_838)),
            ((39.911_954, 116.377_817), (39.913_345_455_360, 116.384_047_224_556)),
            ((39.915, 116.404), (39.916_404_281_501, 116.410_244_499_169)),
        ] {
            let gcj02 = Gcj02::from(wgs84(lat, lon));
            assert!(alike((gcj02.lat, gcj02.lon), moved), "{gcj02:?}");
            let back = gcj02.to_wgs84().unwrap();
            assert!(alike((back.lat(), back.lon()), (lat, lon)), "{back:?}");
        }
        // From the page of wandergis/coordtransform.
        let place = Gcj02 { lat: 39.915, lon: 116.404 }.to_wgs84().unwrap();
        let bd09 = Bd09::from(place);
        assert!(alike((bd09.lat, bd09.lon), (39.921_336_993_510, 116.410_369_493_710)), "{bd09:?}");
        let back = bd09.to_wgs84().unwrap();
        assert!(back.distance_m(place) < 0.5, "{back:?}");
    }

    #[test]
    fn places_abroad_stay_where_they_are() {
        for (lat, lon) in [(39.739_2, -104.990_3), (-27.469_8, 153.025_1), (22.319_3, 114.169_4)] {
            for datum in Datum::ALL.into_iter().take(2) {
                let found = datum.to_wgs84(lat, lon).unwrap();
                assert!(alike((found.lat(), found.lon()), (lat, lon)), "{datum:?} {lat} {lon}");
            }
        }
    }

    #[test]
    fn a_datum_is_known_by_its_name_and_what_is_no_point_by_none() {
        assert_eq!(Datum::parse(" GCJ-02 "), Some(Datum::Gcj02));
        assert_eq!(Datum::parse("gps"), None);
        assert!(Datum::ALL.into_iter().all(|datum| datum.to_wgs84(91.0, 116.0).is_none()));
    }

    #[test]
    fn the_mainland_is_told_from_what_lies_around_it() {
        for (name, lat, lon, is_there) in [
            ("北京", 39.904, 116.407, true),
            ("海口", 20.044, 110.199, true),
            ("乌鲁木齐", 43.825, 87.617, true),
            ("南宁", 22.817, 108.366, true),
            ("首尔", 37.566, 126.978, false),
            ("河内", 21.028, 105.834, false),
            ("台北", 25.033, 121.565, false),
            ("香港", 22.319, 114.169, false),
        ] {
            assert_eq!(is_on_the_mainland(wgs84(lat, lon)), is_there, "{name}");
        }
    }

    proptest! {
        /// There and back is the same place, to a centimetre or three.
        #[test]
        fn a_place_comes_back(lat in 25.0_f64..40.0, lon in 101.0_f64..115.0) {
            let place = wgs84(lat, lon);
            let (gcj02, bd09) = (Gcj02::from(place), Bd09::from(place));
            let off = |back: Option<Coord>| back.unwrap().distance_m(place);
            prop_assert!(off(gcj02.to_wgs84()) < 0.05, "{}", off(gcj02.to_wgs84()));
            prop_assert!(off(bd09.to_wgs84()) < 0.5, "{}", off(bd09.to_wgs84()));
            // And it is another pair of degrees.
            let taken_wrong = wgs84(gcj02.lat, gcj02.lon).distance_m(place);
            prop_assert!((50.0..1200.0).contains(&taken_wrong), "{taken_wrong}");
        }
    }
}
