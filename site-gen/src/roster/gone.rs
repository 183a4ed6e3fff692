//! Which stations of the content a list has no more: they are named, never deleted.
//!
//! Start at [`gone`]. A list speaks only for the kinds and divisions that it has: a list of one township's police says
//! nothing of the next township, and nothing of its hospital.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Field, Values};
use super::merge::{Existing, Planned};

/// What a list speaks for in one county.
#[derive(Default)]
struct Scope<'p> {
    townships: BTreeSet<&'p str>,
    kinds: BTreeSet<&'p str>,
}

/// The stations of `folder` that the list should have and has not. `seen`: ids that some row may mean.
pub fn gone(
    existing: &[Existing],
    planned: &[Planned],
    seen: &BTreeSet<String>,
    folder: &str,
) -> Vec<Existing> {
    let mut scopes: BTreeMap<&str, Scope<'_>> = BTreeMap::new();
    for values in planned.iter().map(|station| &station.incoming.values) {
        let (Some(code), Some(kind)) = (values.get(Field::Region), values.get(Field::Kind)) else { continue };
        let Some(scope) = code.get(..6).map(|county| scopes.entry(county).or_default()) else { continue };
        scope.townships.insert(code.get(..9).unwrap_or_default());
        scope.kinds.insert(kind);
    }
    let missing = |station: &&Existing| {
        let slug = station.values.get(Field::Slug).unwrap_or_default();
        station.path.starts_with(folder) && !seen.contains(slug) && is_spoken_for(&station.values, &scopes)
    };
    existing.iter().filter(missing).cloned().collect()
}

fn is_spoken_for(values: &Values, scopes: &BTreeMap<&str, Scope<'_>>) -> bool {
    let code = values.get(Field::Region).unwrap_or_default();
    let Some(scope) = code.get(..6).and_then(|county| scopes.get(county)) else { return false };
    // A list of one township speaks for that one alone, a list of several for their county.
    let one = scope.townships.iter().next().filter(|one| scope.townships.len() == 1 && !one.is_empty());
    let inside = one.is_none_or(|township| code.starts_with(township));
    inside && values.get(Field::Kind).is_some_and(|kind| scope.kinds.contains(kind))
}
