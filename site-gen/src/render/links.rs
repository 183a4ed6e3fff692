//! Links: a text and an address, and the addresses that leave the site when somebody taps them.

use search::coord::Coord;
use search::datum::Gcj02;
use serde::Serialize;

/// A link within the site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Link {
    /// What it says.
    pub title: String,
    /// Its address from the root.
    pub url: String,
    /// A word more, in small print.
    pub note: Option<String>,
}

/// How to get to a place with a map program. Only ever followed by a tap.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Maps {
    /// The phone's own choice (RFC 5870), WGS 84.
    pub geo: String,
    /// 高德地图, GCJ-02.
    pub amap: String,
    /// 百度地图, which converts by itself.
    pub baidu: String,
}

impl Link {
    /// Without a word more.
    pub(super) fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self { title: title.into(), url: url.into(), note: None }
    }

    /// With a word more, where there is one.
    pub(super) fn with_note(self, note: impl Into<Option<String>>) -> Self {
        Self { note: note.into().filter(|note| !note.is_empty()), ..self }
    }
}

impl Maps {
    /// To `place`. The name of the station is left out: it is nobody's business what she looks for there.
    pub(super) fn new(place: Coord) -> Self {
        let (lat, lon) = (place.lat(), place.lon());
        let gcj02 = Gcj02::from(place);
        Self {
            geo: format!("geo:{lat:.6},{lon:.6}?q={lat:.6},{lon:.6}"),
            amap: format!("https://uri.amap.com/marker?position={:.6},{:.6}", gcj02.lon, gcj02.lat),
            baidu: format!(
                "https://api.map.baidu.com/marker?location={lat:.6},{lon:.6}&title=%E7%9B%AE%E7%9A%84%E5%9C%B0\
                 &content=%E7%9B%AE%E7%9A%84%E5%9C%B0&output=html&coord_type=wgs84&src=site"
            ),
        }
    }
}

/// The address at which `question` is looked up.
pub(super) fn looked_up(question: &str) -> String {
    let question: String = form_urlencoded::byte_serialize(question.as_bytes()).collect();
    format!("/search/?q={question}")
}

/// The address that dials `number`.
pub(super) fn tel(number: &str) -> String {
    format!("tel:{}", number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amap_gets_its_own_datum_and_longitude_first() {
        let maps = Maps::new(Coord::new(40.523_24, 102.560_29).unwrap());
        let (lon, lat) = maps.amap.rsplit_once('=').unwrap().1.split_once(',').unwrap();
        let (lon, lat): (f64, f64) = (lon.parse().unwrap(), lat.parse().unwrap());
        let moved = Coord::new(lat, lon).unwrap().distance_m(Coord::new(40.523_24, 102.560_29).unwrap());
        assert!((100.0..1000.0).contains(&moved), "{moved} m");
        assert!(maps.geo.starts_with("geo:40.523240,102.560290"));
    }

    #[test]
    fn a_number_is_dialled_without_its_hyphens() {
        assert_eq!(tel("0000-555 1185"), "tel:00005551185");
    }
}
