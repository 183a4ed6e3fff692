//! JSON-LD: the same content for search engines, in the vocabulary of schema.org.
//!
//! A data block is not run, so it needs no permission of the content security policy. `<` is written as `\u003c`, so no
//! text can end the element.

use search::record::Station;
use serde_json::{Value, json};

use super::links::Link;
use super::press::{Html, Press};
use crate::model::{GuideHead, Since, Statute};

/// The element that holds `parts`, with the way back as a trail when there is one.
pub(super) fn block(press: &Press<'_>, mut parts: Vec<Value>, crumbs: &[Link]) -> Html {
    if !crumbs.is_empty() {
        parts.push(trail(press, crumbs));
    }
    let graph = [("@context".to_owned(), "https://schema.org".into()), ("@graph".to_owned(), parts.into())];
    let mut text = Value::Object(graph.into_iter().collect()).to_string();
    if text.contains('<') {
        text = text.replace('<', "\\u003c");
    }
    Html(["<script type=\"application/ld+json\">", &text, "</script>"].concat())
}

/// A thing of schema.org's type `kind`. `json!` would copy each value that is one already, on every page.
fn thing<const N: usize>(kind: &str, says: [(&str, Value); N]) -> Value {
    let says = says.into_iter().chain([("@type", kind.into())]);
    Value::Object(says.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The site and how it is searched.
pub(super) fn website(press: &Press<'_>) -> Value {
    let settings = &press.site.settings;
    json!({
        "@type": "WebSite",
        "name": settings.name,
        "alternateName": settings.title,
        "description": settings.description,
        "url": absolute(press, "/"),
        "inLanguage": "zh-CN",
        "publisher": publisher(press),
        "potentialAction": {
            "@type": "SearchAction",
            "target": { "@type": "EntryPoint", "urlTemplate": absolute(press, "/search/?q={q}") },
            "query-input": "required name=q",
        },
    })
}

/// A text: what it is called, what it says, when it was checked.
pub(super) fn article(press: &Press<'_>, title: &str, summary: &str, url: &str) -> Value {
    thing(
        "Article",
        [
            ("headline", title.into()),
            ("description", summary.into()),
            ("url", absolute(press, url).into()),
            ("inLanguage", "zh-CN".into()),
            ("isAccessibleForFree", true.into()),
            ("publisher", publisher(press)),
        ],
    )
}

/// The questions that a guide answers, with its summary for an answer. `None` where nobody asks.
pub(super) fn questions(guide: &GuideHead) -> Option<Value> {
    let answer = || thing("Answer", [("text", guide.summary.as_str().into())]);
    let ask = |question: &String| {
        thing("Question", [("name", question.as_str().into()), ("acceptedAnswer", answer())])
    };
    let questions: Vec<Value> = guide.shown_questions().iter().map(ask).collect();
    (!questions.is_empty()).then(|| thing("FAQPage", [("mainEntity", questions.into())]))
}

/// How long it takes to get what a guide is about, where the law sets a time.
pub(super) fn procedure(press: &Press<'_>, guide: &GuideHead) -> Option<Value> {
    let takes = guide.takes.as_ref()?;
    let topic = press.library.topic(&guide.topic).map_or("", |topic| topic.title.as_str());
    let url = absolute(press, &guide.url());
    let channel = thing(
        "ServiceChannel",
        [("serviceUrl", url.as_str().into()), ("processingTime", takes.iso.as_str().into())],
    );
    Some(thing(
        "GovernmentService",
        [
            ("name", guide.title.as_str().into()),
            ("serviceType", topic.into()),
            ("url", url.into()),
            ("availableChannel", channel),
        ],
    ))
}

/// A law and its newest version.
pub(super) fn legislation(press: &Press<'_>, statute: &Statute) -> Value {
    let latest = statute.latest();
    let force = if latest.repealed.is_some() { "NotInForce" } else { "InForce" };
    let until = latest.repealed.map_or_else(|| "..".to_owned(), |day| day.to_string());
    json!({
        "@type": "Legislation",
        "name": statute.title,
        "alternateName": statute.short_titles,
        // The country numbers no statutes: a title and the day it was passed name one version and no other.
        "legislationIdentifier": format!("{}（{}）", statute.title, latest.adopted),
        "legislationType": statute.rank,
        "legislationDate": latest.adopted.to_string(),
        "legislationDateVersion": (latest.since != Since::Adopted).then(|| latest.effective.to_string()),
        "temporalCoverage": format!("{}/{until}", latest.effective),
        "legislationLegalForce": format!("https://schema.org/{force}"),
        "legislationJurisdiction": "CN",
        "inLanguage": "zh-CN",
        "url": absolute(press, &statute.url()),
    })
}

/// A station: the service, the ways to it and, where anybody may come, the office. Of a confidential one only its
/// telephone: that is all the record holds.
pub(super) fn service(press: &Press<'_>, station: &Station) -> Vec<Value> {
    let url = absolute(press, &station.url);
    let area = json!({ "@type": "AdministrativeArea", "name": station.region_names.concat() });
    let mut channel = json!({ "@type": "ServiceChannel", "serviceUrl": url, "availableLanguage": "zh-CN" });
    if let Some(phone) = station.phones.first() {
        channel["servicePhone"] = json!({ "@type": "ContactPoint", "telephone": phone });
    }
    let office = office(station, &url);
    if office.is_some() {
        channel["serviceLocation"] = json!({ "@id": format!("{url}#office") });
    }
    let service = json!({
        "@type": "GovernmentService",
        "name": station.name,
        "url": url,
        "serviceType": station.kind.chinese(),
        "areaServed": area,
        "serviceOperator": publisher(press),
        "availableChannel": channel,
    });
    std::iter::once(service).chain(office).collect()
}

/// Where anybody may come; `None` where there is no address, or none that is public.
fn office(station: &Station, url: &str) -> Option<Value> {
    let address = station.address()?;
    let mut office = json!({
        "@type": "GovernmentOffice",
        "@id": format!("{url}#office"),
        "name": station.name,
        "url": url,
        "address": address,
        "isAccessibleForFree": true,
    });
    if let Some(phone) = station.phones.first() {
        office["telephone"] = json!(phone);
    }
    let hours = station.hours.as_ref().map(|hours| opening_hours(&hours.osm)).unwrap_or_default();
    if !hours.is_empty() {
        office["openingHours"] = json!(hours);
    }
    if let Some(at) = station.location() {
        office["geo"] = json!({ "@type": "GeoCoordinates", "latitude": at.lat(), "longitude": at.lon() });
    }
    Some(office)
}

/// Opening hours as schema.org writes them: one day or span of days with one span of hours each. Empty where they hold
/// something that it has no words for, such as the first Monday of a month.
fn opening_hours(osm: &str) -> Vec<String> {
    let mut hours = Vec::new();
    for rule in osm.split(';').map(str::trim) {
        if rule == "24/7" {
            hours.push("Mo-Su 00:00-23:59".to_owned());
            continue;
        }
        let (days, times) = rule.split_once(' ').unwrap_or(("Mo-Su", rule));
        if matches!(times, "off" | "closed") {
            continue;
        }
        let days_are_plain = days.split([',', '-']).all(|day| WEEKDAYS.contains(&day));
        let times: Vec<&str> = times.split(',').collect();
        let plain = |time: &str| {
            time.len() == 11 && time.bytes().all(|byte| byte.is_ascii_digit() || b":-".contains(&byte))
        };
        if !days_are_plain || !times.iter().all(|time| plain(time)) {
            return Vec::new();
        }
        hours.extend(times.into_iter().map(|time| format!("{days} {time}")));
    }
    hours
}

const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

fn trail(press: &Press<'_>, crumbs: &[Link]) -> Value {
    let step = |(at, link): (usize, &Link)| {
        let address = absolute(press, &link.url);
        let says =
            [("position", (at + 1).into()), ("name", link.title.as_str().into()), ("item", address.into())];
        thing("ListItem", says)
    };
    let steps: Vec<Value> = crumbs.iter().enumerate().map(step).collect();
    thing("BreadcrumbList", [("itemListElement", steps.into())])
}

/// Who answers for the site.
pub(super) fn publisher(press: &Press<'_>) -> Value {
    let settings = &press.site.settings;
    let name =
        Some(settings.footer.operator.as_str()).filter(|name| !name.is_empty()).unwrap_or(&settings.title);
    let name = name.trim_end_matches("主办");
    thing("GovernmentOrganization", [("name", name.into()), ("url", absolute(press, "/").into())])
}

fn absolute(press: &Press<'_>, url: &str) -> String {
    [press.site.settings.base_url.as_str(), url].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_schema_org_has_words_for_are_given_and_others_are_not() {
        for (osm, expected) in [
            ("Mo-Fr 08:30-12:00,14:00-17:30; PH off", vec!["Mo-Fr 08:30-12:00", "Mo-Fr 14:00-17:30"]),
            ("24/7", vec!["Mo-Su 00:00-23:59"]),
            ("Tu,Th 09:00-11:30; Sa 09:00-11:00", vec!["Tu,Th 09:00-11:30", "Sa 09:00-11:00"]),
            ("08:00-20:00", vec!["Mo-Su 08:00-20:00"]),
            ("Mo[1] 09:00-11:00", vec![]),
            ("Mo-Fr 08:30-12:00; PH 10:00-11:00", vec![]),
        ] {
            assert_eq!(opening_hours(osm), expected, "{osm}");
        }
    }
}
