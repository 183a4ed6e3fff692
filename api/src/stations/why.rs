//! Why a station is an answer, in words: one reason for each thing that was asked for.

use search::record::{Person, Station};
use search::vocabulary::Audience;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::StationsIn;
use super::found::{Looking, OpeningOut};

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Why {
    /// The field that asked.
    #[schema(example = "service")]
    pub asked: &'static str,
    /// What this station has of it.
    #[schema(example = "能办法律咨询")]
    pub text: String,
}

/// The reasons, in the order in which people ask: where, what, when, for whom.
pub(super) fn all(
    looking: &Looking<'_>,
    station: &Station,
    distance_m: Option<u64>,
    opening: Option<&OpeningOut>,
) -> Vec<Why> {
    let wanted = looking.wanted;
    let near = distance_m.map(|metres| format!("直线{}", distance(metres)));
    let asked_near = if wanted.near.is_some() { "near" } else { "place" };
    let opening = opening.filter(|_| wanted.open_at.is_some());
    let mut reasons = vec![
        (asked_near, near),
        ("region", wanted.region.as_ref().and_then(|_| within(looking, station))),
        ("kind", wanted.kind.map(|kind| kind.chinese().to_owned())),
        ("service", wanted.service.map(|service| format!("能办{}", service.chinese()))),
        ("level", wanted.level.map(|level| format!("{}一级", level.name()))),
        ("open_at", opening.map(|opening| opening.text.clone())),
        ("audience", wanted.audience.map(|whom| for_whom(station, whom))),
        ("home_visit", wanted.home_visit.map(|whom| format!("可以上门看望{}", whom.chinese()))),
        ("topic", person(wanted, station)),
        ("language", wanted.language.as_ref().map(|language| format!("会说{language}"))),
        ("q", wanted.q.as_deref().and_then(|words| holds(station, words))),
    ];
    reasons.extend(wanted.access.iter().map(|facility| ("access", Some(facility.chinese().to_owned()))));
    reasons.into_iter().filter_map(|(asked, text)| Some(Why { asked, text: text? })).collect()
}

/// The division of the station, told by the name of the one asked for where it lies in that.
fn within(looking: &Looking<'_>, station: &Station) -> Option<String> {
    let asked = looking.wanted.region.as_ref()?;
    if station.region.is_within(asked) {
        return Some(format!("在{}", looking.index.region(asked)?.name));
    }
    let mut around = asked.ancestry().filter(|around| looking.is_published(around));
    let around = around.find(|around| station.region.is_within(around))?;
    Some(format!("在{}，不在{}", looking.index.region(&around)?.name, looking.index.region(asked)?.name))
}

fn for_whom(station: &Station, whom: Audience) -> String {
    match station.audience.as_slice() {
        [] | [Audience::Everyone] => "谁都可以去".to_owned(),
        _ => format!("面向{}", whom.chinese()),
    }
}

/// Who is there that was asked for.
fn person(wanted: &StationsIn, station: &Station) -> Option<String> {
    if wanted.profession.is_none() && wanted.topic.is_none() {
        return None;
    }
    let fits = |person: &&Person| {
        wanted.profession.is_none_or(|profession| person.profession == Some(profession))
            && wanted.topic.as_ref().is_none_or(|topic| person.topics.contains(topic))
    };
    let person = station.people.iter().find(fits)?;
    let profession = person.profession.map(|profession| format!("（{}）", profession.chinese()));
    let knows = wanted.topic.as_ref().map_or("", |_| "，熟悉这一类事");
    Some(format!("有{}{}{knows}", person.role, profession.unwrap_or_default()))
}

/// Where the words stand.
fn holds(station: &Station, words: &str) -> Option<String> {
    let mut words = words.split_whitespace();
    let places = [
        ("名字", station.name.clone()),
        ("地址", station.address().unwrap_or_default().to_owned()),
        ("所在的地方", station.region_names.join("")),
        ("种类", station.kind.chinese().to_owned()),
    ];
    let place = |word: &str| places.iter().find(|(_, text)| text.contains(word)).map(|&(place, _)| place);
    let mut found: Vec<&str> = words.by_ref().filter_map(place).collect();
    found.dedup();
    (!found.is_empty()).then(|| format!("{}里有这几个字", found.join("和")))
}

/// As one says it: nobody walks 1,274 metres. Distances are as the crow flies, so no more than two digits are true.
pub fn distance(metres: u64) -> String {
    match metres {
        0..100 => "不到 100 米".to_owned(),
        100..1000 => format!("约 {} 米", (metres + 50) / 100 * 100),
        1000..10_000 => {
            let tenths = (metres + 50) / 100;
            format!("约 {}.{} 公里", tenths / 10, tenths % 10)
        }
        _ => format!("约 {} 公里", (metres + 500) / 1000),
    }
}
