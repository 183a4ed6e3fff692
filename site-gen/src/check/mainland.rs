//! Whether a point can lie in a division of the mainland, where nobody has written down how far the division reaches.
//!
//! Start at [`doubt`]. The outline is a coarse one and leaves out islands: a point just outside is worth a look, one that is
//! [`MARGIN_KM`] away from it is wrong. Divisions that lie outside the outline are not asked.

use search::coord::Coord;
use search::datum::{Datum, is_on_the_mainland};
use search::region::RegionCode;

use super::regions::hint_of_datum;
use crate::diag::Diagnostic;
use crate::source::Span;

/// Nobody lives on an island of the mainland's divisions that is farther out, and no town on the border is: Hanoi and Taipei are.
const MARGIN_KM: f64 = 100.0;
/// How the codes of divisions begin that lie outside the outline: Taiwan, Hong Kong, Macau, and 三沙 in the middle of the sea.
const OUTSIDE: [&str; 4] = ["71", "81", "82", "4603"];
/// How long a degree of latitude is.
const KM_A_DEGREE: f64 = 111.2;

/// What is wrong, or worth a look, with a point in `region` that is not on the mainland. `others`: where the same numbers would
/// be in the other datums.
pub(super) fn doubt(
    region: &RegionCode,
    (at, others): (Coord, &[(Datum, Coord)]),
    span: Span,
) -> Option<Diagnostic> {
    if OUTSIDE.iter().any(|start| region.as_str().starts_with(start)) || is_on_the_mainland(at) {
        return None;
    }
    let (lat, lon) = (at.lat(), at.lon());
    if is_far_off(at) {
        let message =
            format!("{lat:.4}, {lon:.4} 离内地有 {MARGIN_KM:.0} 公里以上，而区划代码 {region} 在内地");
        let hint = "核对坐标有没有抄错一位，区划代码有没有写错";
        return Some(Diagnostic::error("coord-range", span, message).hint(hint));
    }
    let message = format!("{lat:.4}, {lon:.4} 看来不在内地");
    let hint = hint_of_datum(others, "内地", is_on_the_mainland)
        .unwrap_or_else(|| "核对坐标有没有抄错一位。站点真在边境上或海岛上，就不用管".to_owned());
    Some(Diagnostic::warning("coord-range", span, message).hint(hint))
}

/// Whether nothing around a point is on the mainland, as far as the margin reaches.
fn is_far_off(at: Coord) -> bool {
    let rings = (1..=4_u32).map(|ring| MARGIN_KM * f64::from(ring) / 4.0 / KM_A_DEGREE);
    let mut around = rings.flat_map(|degrees| {
        (0..24_u32).filter_map(move |step| {
            let bearing = f64::from(step) * std::f64::consts::TAU / 24.0;
            let (north, east) = (degrees * libm::cos(bearing), degrees * libm::sin(bearing));
            Coord::new(at.lat() + north, at.lon() + east / libm::cos(at.lat().to_radians()))
        })
    });
    !around.any(is_on_the_mainland)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coord(lat: f64, lon: f64) -> Coord {
        Coord::new(lat, lon).unwrap()
    }

    #[test]
    fn no_place_of_a_mainland_division_is_refused() {
        for (name, lat, lon) in [
            ("丹东", 40.1253, 124.3947),
            ("瑞丽", 24.0128, 97.8550),
            ("河口", 22.5290, 103.9390),
            ("凭祥友谊关", 21.9760, 106.7110),
            ("樟木", 27.9890, 85.9820),
            ("墨脱", 29.3250, 95.3330),
            ("抚远黑瞎子岛", 48.3500, 134.7000),
            ("漠河", 53.4830, 122.3650),
            ("霍尔果斯", 44.2017, 80.4208),
            ("塔什库尔干", 37.7720, 75.2270),
            ("嵊泗花鸟山", 30.8550, 122.6730),
            ("东极岛", 30.1930, 122.6890),
            ("南麂岛", 27.4600, 121.0600),
            ("渔山岛", 28.8850, 122.2560),
            ("北隍城岛", 38.3900, 120.9100),
            ("海洋岛", 39.0600, 123.1600),
            ("担杆岛", 22.0500, 114.2700),
            ("涠洲岛", 21.0400, 109.1200),
            ("金门县", 24.4360, 118.3200),
        ] {
            let at = coord(lat, lon);
            assert!(is_on_the_mainland(at) || !is_far_off(at), "{name}");
        }
    }

    #[test]
    fn what_is_far_abroad_is_told_from_what_is_just_across_the_border() {
        for (name, lat, lon, is_far) in [
            ("首尔", 37.5660, 126.9780, true),
            ("平壤", 39.0190, 125.7380, true),
            ("河内", 21.0280, 105.8340, true),
            ("台北", 25.0330, 121.5650, true),
            ("加德满都", 27.7172, 85.3240, false),
            ("香港", 22.3190, 114.1690, false),
            ("老街", 22.4800, 103.8500, false),
            ("新义州", 40.1000, 124.4070, false),
        ] {
            let at = coord(lat, lon);
            assert!(!is_on_the_mainland(at), "{name}");
            assert_eq!(is_far_off(at), is_far, "{name}");
        }
    }
}
