//! The recurring days on which somebody is at a station, for calendars. Those of confidential stations are not made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use search::record::Station;

use super::stations;
use crate::diag::Diagnostics;
use crate::duty;
use crate::load::station::{DutyDraft, StationDraft};
use crate::model::Duty;

/// The duty days of the `stations` that anybody may go to.
pub fn of(drafts: &[Arc<StationDraft>], stations: &[Station]) -> BTreeMap<String, Vec<Duty>> {
    let public: BTreeSet<&str> = stations
        .iter()
        .filter(|station| !station.is_confidential())
        .map(|station| station.id.as_str())
        .collect();
    let days = |draft: &StationDraft| -> Vec<Duty> {
        // What can't be read has been reported.
        let mut reported = Diagnostics::default();
        let duty = |duty: &DutyDraft| Duty {
            rule: duty.rule.value.split(';').map(str::trim).collect::<Vec<_>>().join(";"),
            minutes: duty.time.as_ref().and_then(|time| duty::minutes(&time.value)),
            who: duty.who.value.trim().to_owned(),
            words: stations::duty_in_words(duty, &mut reported).unwrap_or_default(),
        };
        draft.duty.iter().map(duty).collect()
    };
    let on_duty =
        drafts.iter().filter(|draft| public.contains(draft.slug.value.as_str()) && !draft.duty.is_empty());
    on_duty.map(|draft| (draft.slug.value.clone(), days(draft))).collect()
}
