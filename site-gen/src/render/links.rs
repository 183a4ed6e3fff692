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

/// The way from where somebody is to a place, with a map program. Only ever followed by a tap. The addresses open the program
/// where it is installed, and a page of its maker where it is not.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Maps {
    /// The phone's own choice (RFC 5870), WGS 84: a point, from which every program shows the way.
    pub geo: String,
    /// 高德地图, GCJ-02, longitude first. <https://lbs.amap.com/api/uri-api/guide/travel/route>: without `from` it starts where the
    /// phone is.
    pub amap: String,
    /// 百度地图, which converts what is said to be WGS 84, latitude first: the point, from which it shows the way. Its address for
    /// routes wants the cities at both ends, and nobody knows where she starts.
    /// <https://lbsyun.baidu.com/index.php?title=uri/api/web>
    pub baidu: String,
    /// 腾讯地图, GCJ-02, latitude first. <https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebRoute>
    pub tencent: String,
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
        // 目的地 and 我的位置
        let (there, here) = ("%E7%9B%AE%E7%9A%84%E5%9C%B0", "%E6%88%91%E7%9A%84%E4%BD%8D%E7%BD%AE");
        Self {
            geo: format!("geo:{lat:.6},{lon:.6}?q={lat:.6},{lon:.6}"),
            amap: format!(
                "https://uri.amap.com/navigation?to={:.6},{:.6},{there}&coordinate=gaode&callnative=1&src=site",
                gcj02.lon, gcj02.lat
            ),
            baidu: format!(
                "https://api.map.baidu.com/marker?location={lat:.6},{lon:.6}&title={there}&content={there}\
                 &coord_type=wgs84&output=html&src=webapp.site.map"
            ),
            tencent: format!(
                "https://apis.map.qq.com/uri/v1/routeplan?type=drive&from={here}&fromcoord=CurrentLocation\
                 &to={there}&tocoord={:.6},{:.6}&referer=site",
                gcj02.lat, gcj02.lon
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

    /// The two numbers after `name`.
    fn pair(url: &str, name: &str) -> (f64, f64) {
        let numbers = url.split_once(name).unwrap().1;
        let numbers = numbers.split(['&', '?', '%']).next().unwrap();
        let mut numbers = numbers.split(',').map(|number| number.parse().unwrap_or(f64::NAN));
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    /// Points whose GCJ-02 is published (see `search::datum`): each program gets the datum that it wants, in its order.
    #[test]
    fn every_program_gets_its_own_datum_and_order() {
        for ((lat, lon), (gcj_lat, gcj_lon)) in [
            ((31.177_427_6, 121.527_210_6), (31.175_303_983_643, 121.531_541_859_215)),
            ((22.543_847, 113.912_316), (22.540_796_131_694, 113.917_176_480_838)),
            ((39.911_954, 116.377_817), (39.913_345_455_360, 116.384_047_224_556)),
            // Abroad they are the same.
            ((48.858_4, 2.294_5), (48.858_4, 2.294_5)),
        ] {
            let maps = Maps::new(Coord::new(lat, lon).unwrap());
            for (said, expected) in [
                (pair(&maps.geo, "geo:"), (lat, lon)),
                (pair(&maps.geo, "?q="), (lat, lon)),
                (pair(&maps.amap, "?to="), (gcj_lon, gcj_lat)),
                (pair(&maps.baidu, "?location="), (lat, lon)),
                (pair(&maps.tencent, "tocoord="), (gcj_lat, gcj_lon)),
            ] {
                let off = (said.0 - expected.0).abs().max((said.1 - expected.1).abs());
                assert!(off < 2e-6, "{said:?}, not {expected:?}");
            }
            let asks = |name: &str| maps.baidu.contains(&format!("&{name}="));
            assert!(["title", "content", "src"].into_iter().all(asks) && maps.baidu.contains("&output=html"));
            assert!(maps.baidu.contains("coord_type=wgs84") && maps.amap.contains("coordinate=gaode"));
        }
    }

    #[test]
    fn a_number_is_dialled_without_its_hyphens() {
        assert_eq!(tel("0000-555 1185"), "tel:00005551185");
    }
}
