//! Whether a point is near its county's other stations, where no division says how far it reaches.
//!
//! Start at [`doubt`]. It is a warning: a county may have a station far away.

use std::collections::BTreeMap;

use search::coord::Coord;
use search::datum::Datum;
use search::region::{Level, RegionCode};

use super::super::regions::hint_of_datum;
use super::{Surroundings, place};
use crate::diag::Diagnostic;
use crate::load::Drafts;
use crate::source::Span;

/// Fewer stations than this show nothing of a county: one and five others.
const FEWEST: usize = 6;
/// No county is so small that a point nearer than this is far away from it.
const FAR_KM: f64 = 80.0;
/// So many times as far away as others are is far.
const TIMES: f64 = 5.0;

/// Where the stations of a county are.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// In the middle of them: a few that are wrong don't move it.
    middle: Coord,
    /// As far away from there as half of them are.
    usual_km: f64,
}

impl Spread {
    /// Of a county's `places`; `None` where they are too few.
    fn of(places: &[Coord]) -> Option<Self> {
        if places.len() < FEWEST {
            return None;
        }
        let median = |of: &dyn Fn(&Coord) -> f64| {
            let mut all: Vec<f64> = places.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[(all.len() - 1) / 2]
        };
        let middle = Coord::new(median(&|place| place.lat()), median(&|place| place.lon()))?;
        Some(Self { middle, usual_km: median(&|place| middle.distance_m(*place) / 1000.0) })
    }

    /// How far away a point is, in km, where that is too far.
    fn too_far(&self, place: Coord) -> Option<f64> {
        let away = self.middle.distance_m(place) / 1000.0;
        (away > FAR_KM && away > TIMES * self.usual_km).then_some(away)
    }
}

/// Where the stations of each county are that has enough of them.
pub(super) fn spreads(drafts: &Drafts) -> BTreeMap<RegionCode, Spread> {
    let mut places: BTreeMap<RegionCode, Vec<Coord>> = BTreeMap::new();
    for draft in &drafts.stations {
        let county = draft.region.value.trim().parse().ok().and_then(|code| county(&code));
        if let (Some(county), Some(place)) = (county, place::known(draft)) {
            places.entry(county).or_default().push(place);
        }
    }
    places.into_iter().filter_map(|(county, places)| Some((county, Spread::of(&places)?))).collect()
}

fn county(code: &RegionCode) -> Option<RegionCode> {
    code.ancestry().find(|above| above.level() == Level::County)
}

/// What an editor should look at of a point in `region`, of which no bounds are known. `others`: where the same numbers would be in the
/// other datums.
pub(super) fn doubt(
    region: &RegionCode,
    (at, others): (Coord, &[(Datum, Coord)]),
    span: Span,
    around: &Surroundings<'_>,
) -> Option<Diagnostic> {
    let county = county(region)?;
    let spread = around.spreads.get(&county)?;
    let away = spread.too_far(at)?;
    let name = around.regions.name(&county).unwrap_or("这个县");
    let message = format!(
        "这一点离{name}其他站点的中间有 {away:.0} 公里，那里一半的站点在 {:.0} 公里以内",
        spread.usual_km.ceil()
    );
    let hint =
        hint_of_datum(others, "它们附近", |there| spread.too_far(there).is_none()).unwrap_or_else(|| {
            "核对坐标和区划代码：是不是抄错了一位，或者在地图上找成了别处同名的地方。没有错就不用管"
                .to_owned()
        });
    Some(Diagnostic::warning("coord-outside", span, message).hint(hint))
}
