//! Where a station is: a point of the right division, whatever map it was taken from.

use search::coord::Coord;
use search::datum::Datum;
use search::record::Place;
use search::region::RegionCode;

use super::super::mainland;
use super::{Surroundings, confidential, spread};
use crate::diag::{Diagnostic, Diagnostics, nearest, suggest};
use crate::load::station::{LocationDraft, StationDraft};
use crate::source::Located;

/// The place of a station, as far as it may be known.
pub(super) fn place(
    draft: &StationDraft,
    region: Option<&RegionCode>,
    around: &Surroundings<'_>,
    diags: &mut Diagnostics,
) -> Place {
    if confidential::is_confidential(draft) {
        if confidential::is_meant_confidential(draft) {
            confidential::check_confidential(draft, region, around.regions, diags);
        }
        return Place::Confidential { confidential: true };
    }
    let location = draft.location.as_ref().and_then(|location| coordinates(location, diags));
    if let (Some(coord), Some(region), Some(written)) = (location, region, &draft.location) {
        let others = elsewhere(written);
        // Bounds that somebody wrote down decide. Where nobody did, what is known of the country and of the neighbours does.
        if !around.regions.check_inside(region, (coord, &others), written.span, diags) {
            let doubt = mainland::doubt(region, (coord, &others), written.span)
                .or_else(|| spread::doubt(region, (coord, &others), written.span, around));
            if let Some(doubt) = doubt {
                diags.push(doubt);
            }
        }
    }
    Place::Public { address: draft.address.as_ref().map(|text| text.value.clone()), location }
}

/// Where a station is that may be known; says nothing of what is wrong with it.
pub(super) fn known(draft: &StationDraft) -> Option<Coord> {
    let location = draft.location.as_ref().filter(|_| !confidential::is_confidential(draft))?;
    coordinates(location, &mut Diagnostics::default())
}

/// Where the same numbers would be in the datums that were not written.
fn elsewhere(location: &LocationDraft) -> Vec<(Datum, Coord)> {
    let degrees = |text: &Located<String>| text.value.trim().parse::<f64>().ok();
    let Some((lat, lon)) = degrees(&location.lat).zip(degrees(&location.lon)) else { return Vec::new() };
    let written = location.datum.as_ref().and_then(|datum| Datum::parse(&datum.value));
    let others = Datum::ALL.into_iter().filter(|datum| Some(*datum) != written);
    others.filter_map(|datum| Some((datum, datum.to_wgs84(lat, lon)?))).collect()
}

/// The box around China is generous: it only tells swapped coordinates from real ones.
pub(in crate::check) fn in_china(lat: f64, lon: f64) -> bool {
    (3.0..=54.0).contains(&lat) && (73.0..=136.0).contains(&lon)
}

fn coordinates(location: &LocationDraft, diags: &mut Diagnostics) -> Option<Coord> {
    let (lat, lon) = (degrees(&location.lat, diags)?, degrees(&location.lon, diags)?);
    if Coord::new(lat, lon).is_none() {
        let swapped = Coord::new(lon, lat).is_some();
        let hint = if swapped {
            format!("纬度在前：lat: {lon}，lon: {lat}")
        } else {
            "纬度 -90 到 90，经度 -180 到 180".to_owned()
        };
        let message = format!("{lat}, {lon} 不是地球上的一点");
        diags.push(Diagnostic::error("coord-range", location.span, message).hint(hint));
        return None;
    }
    if !in_china(lat, lon) {
        let hint = if in_china(lon, lat) {
            format!("经纬度写反了：lat: {lon}，lon: {lat}")
        } else {
            "在地图上重新取一次坐标".to_owned()
        };
        let message = format!("{lat}, {lon} 不在中国境内");
        diags.push(Diagnostic::error("coord-range", location.span, message).hint(hint));
        return None;
    }
    let Some(datum) = &location.datum else {
        diags.push(
            Diagnostic::error("coord-datum", location.span, "没写坐标系，几种地图的同一个坐标能差出几百米")
                .hint("高德、腾讯地图取的写 datum: gcj02，百度地图写 bd09，手机定位和天地图写 wgs84"),
        );
        return None;
    };
    to_wgs84(lat, lon, datum, diags)
}

fn degrees(text: &Located<String>, diags: &mut Diagnostics) -> Option<f64> {
    let degrees = text.value.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    if degrees.is_none() {
        let message = format!("“{}”不是度数", text.value);
        diags.push(Diagnostic::error("coord-range", text.span, message).hint("写小数形式的度，例如 40.4083"));
    }
    degrees
}

fn to_wgs84(lat: f64, lon: f64, datum: &Located<String>, diags: &mut Diagnostics) -> Option<Coord> {
    let Some(known) = Datum::parse(&datum.value) else {
        let other = datum.value.trim().to_ascii_lowercase();
        let names = Datum::ALL.map(Datum::code);
        let hint = nearest(&other, names).map(|near| format!("是不是想写 {near}"));
        let hint = hint.unwrap_or_else(|| "可以写 wgs84、gcj02、bd09".to_owned());
        let meant = suggest::certain(&suggest::half_width(&other), names);
        let mend = suggest::instead(datum, meant.map(str::to_owned), |_| true);
        let finding = Diagnostic::error("coord-datum", datum.span, format!("没有叫“{other}”的坐标系"));
        diags.push(finding.hint(hint).maybe_edit(mend));
        return None;
    };
    let place = known.to_wgs84(lat, lon)?;
    // Seven decimals are a centimetre: more would only be noise of the conversion.
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Coord::new(round(place.lat()), round(place.lon()))
}
