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
    let graph = json!({ "@context": "https://schema.org", "@graph": parts });
    Html(format!(
        "<script type=\"application/ld+json\">{}</script>",
        graph.to_string().replace('<', "\\u003c")
    ))
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
            "target": absolute(press, "/search/?q={q}"),
            "query-input": "required name=q",
        },
    })
}

/// A text: what it is called, what it says, when it was checked.
pub(super) fn article(press: &Press<'_>, title: &str, summary: &str, url: &str) -> Value {
    json!({
        "@type": "Article",
        "headline": title,
        "description": summary,
        "url": absolute(press, url),
        "inLanguage": "zh-CN",
        "isAccessibleForFree": true,
        "publisher": publisher(press),
    })
}

/// The questions that a guide answers, with its summary for an answer. `None` where nobody asks.
pub(super) fn questions(guide: &GuideHead) -> Option<Value> {
    let ask = |question: &String| json!({ "@type": "Question", "name": question, "acceptedAnswer": { "@type": "Answer", "text": guide.summary } });
    let questions: Vec<Value> = guide.asked.iter().map(ask).collect();
    (!questions.is_empty()).then(|| json!({ "@type": "FAQPage", "mainEntity": questions }))
}

/// A law and its versions.
pub(super) fn legislation(press: &Press<'_>, statute: &Statute) -> Value {
    let latest = statute.latest();
    let force = if latest.repealed.is_some() { "NotInForce" } else { "InForce" };
    json!({
        "@type": "Legislation",
        "name": statute.title,
        "alternateName": statute.short_titles,
        "legislationType": statute.rank,
        "legislationDate": latest.adopted.to_string(),
        "legislationDateVersion": (latest.since != Since::Adopted).then(|| latest.effective.to_string()),
        "legislationLegalForce": format!("https://schema.org/{force}"),
        "url": absolute(press, &statute.url()),
    })
}

/// A station as a service and the ways to it. Of a confidential one only its telephone: that is all the record holds.
pub(super) fn service(press: &Press<'_>, station: &Station) -> Value {
    let mut channel = json!({ "@type": "ServiceChannel", "serviceUrl": absolute(press, &station.url) });
    if let Some(phone) = station.phones.first() {
        channel["servicePhone"] = json!({ "@type": "ContactPoint", "telephone": phone });
    }
    if let Some(address) = station.address() {
        let mut place = json!({ "@type": "Place", "address": address });
        if let Some(hours) = &station.hours {
            place["openingHours"] = json!(hours.text);
        }
        if let Some(at) = station.location() {
            place["geo"] = json!({ "@type": "GeoCoordinates", "latitude": at.lat(), "longitude": at.lon() });
        }
        channel["serviceLocation"] = place;
    }
    json!({
        "@type": "GovernmentService",
        "name": station.name,
        "serviceType": station.kind.chinese(),
        "areaServed": station.region_names.concat(),
        "isAccessibleForFree": true,
        "provider": publisher(press),
        "availableChannel": channel,
    })
}

fn trail(press: &Press<'_>, crumbs: &[Link]) -> Value {
    let step = |(at, link): (usize, &Link)| json!({ "@type": "ListItem", "position": at + 1, "name": link.title, "item": absolute(press, &link.url) });
    json!({ "@type": "BreadcrumbList", "itemListElement": crumbs.iter().enumerate().map(step).collect::<Vec<_>>() })
}

fn publisher(press: &Press<'_>) -> Value {
    let settings = &press.site.settings;
    let name =
        Some(settings.footer.operator.as_str()).filter(|name| !name.is_empty()).unwrap_or(&settings.title);
    json!({ "@type": "GovernmentOrganization", "name": name.trim_end_matches("主办") })
}

fn absolute(press: &Press<'_>, url: &str) -> String {
    format!("{}{url}", press.site.settings.base_url)
}
