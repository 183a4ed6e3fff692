//! A place on the earth, always in WGS 84.
//!
//! Map services in China hand out other datums (GCJ-02, BD-09) that differ by 100–700 m. They are converted
//! where content is loaded; past that point only [`Coord`] exists, so a mixed-up datum can't get here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Mean radius of the earth in metres (IUGG), for great-circle distances.
pub(crate) const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A point on the earth, WGS 84, in degrees. Invariant: `-90 <= lat <= 90` and `-180 <= lon <= 180`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "RawCoord")]
pub struct Coord {
    lat: f64,
    lon: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCoord {
    lat: f64,
    lon: f64,
}

impl Coord {
    /// Returns `None` when the pair is not a point on the earth.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        on_earth.then_some(Self { lat, lon })
    }

    /// Degrees north of the equator.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east of Greenwich.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Great-circle distance in metres, by the haversine formula on the mean sphere (error under 0.6 %).
    pub fn distance_m(self, to: Self) -> f64 {
        let (lat_a, lat_b) = (self.lat.to_radians(), to.lat.to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (to.lon - self.lon).to_radians() / 2.0;
        // `libm`, not the platform's maths: distances are ranked, and ranks must not differ by machine.
        let sin_lat = libm::sin(half_lat);
        let sin_lon = libm::sin(half_lon);
        let h = sin_lat * sin_lat + libm::cos(lat_a) * libm::cos(lat_b) * sin_lon * sin_lon;
        2.0 * EARTH_RADIUS_M * libm::asin(libm::sqrt(h.clamp(0.0, 1.0)))
    }

    /// The same point on the unit sphere. Straight-line order there is great-circle order here, at every
    /// latitude and across the antimeridian, which is not true of degrees.
    pub fn on_unit_sphere(self) -> [f64; 3] {
        let (lat, lon) = (self.lat.to_radians(), self.lon.to_radians());
        [libm::cos(lat) * libm::cos(lon), libm::cos(lat) * libm::sin(lon), libm::sin(lat)]
    }
}

impl TryFrom<RawCoord> for Coord {
    type Error = &'static str;

    fn try_from(raw: RawCoord) -> Result<Self, Self::Error> {
        Self::new(raw.lat, raw.lon).ok_or("not a point on the earth")
    }
}
