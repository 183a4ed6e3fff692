//! The JSON-LD of every page of the real content, held against the vocabulary of schema.org.
//!
//! [`TYPES`] is the part of the vocabulary that we use: facts read from schema.org (29.x), written down by us. What is not
//! in it is a finding, so a misspelt property or one of another type fails here before a search engine passes over it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::common::real_site;

/// What a property may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// Absolute, https.
    Url,
    /// ISO 8601, a day.
    Date,
    /// ISO 8601, `PT72H`.
    Duration,
    Number,
    Boolean,
    /// An object of this type, or of one below it.
    A(&'static str),
    /// A member of an enumeration, by its address.
    OneOf(&'static [&'static str]),
}

use Kind::{A, Boolean, Date, Duration, Number, OneOf, Text, Url};

/// A type: its name, those it is a kind of, its own properties.
type Type = (&'static str, &'static [&'static str], &'static [(&'static str, &'static [Kind])]);

const TYPES: &[Type] = &[
    (
        "Thing",
        &[],
        &[
            ("name", &[Text]),
            ("alternateName", &[Text]),
            ("description", &[Text]),
            ("url", &[Url]),
            ("potentialAction", &[A("Action")]),
        ],
    ),
    ("Action", &["Thing"], &[("target", &[A("EntryPoint"), Url])]),
    ("SearchAction", &["Action"], &[("query", &[Text])]),
    ("Intangible", &["Thing"], &[]),
    ("EntryPoint", &["Intangible"], &[("urlTemplate", &[Text])]),
    (
        "CreativeWork",
        &["Thing"],
        &[
            ("headline", &[Text]),
            ("text", &[Text]),
            ("inLanguage", &[Text]),
            ("isAccessibleForFree", &[Boolean]),
            ("publisher", &[A("Organization")]),
            ("creator", &[A("Organization")]),
            ("creditText", &[Text]),
            ("license", &[Url]),
            ("dateModified", &[Date]),
            ("encodingFormat", &[Text]),
            ("temporalCoverage", &[Text]),
            ("spatialCoverage", &[A("Place")]),
        ],
    ),
    ("Article", &["CreativeWork"], &[]),
    ("WebSite", &["CreativeWork"], &[]),
    ("WebPage", &["CreativeWork"], &[]),
    ("FAQPage", &["WebPage"], &[("mainEntity", &[A("Question")])]),
    ("Comment", &["CreativeWork"], &[]),
    ("Question", &["Comment"], &[("acceptedAnswer", &[A("Answer")])]),
    ("Answer", &["Comment"], &[]),
    ("DataCatalog", &["CreativeWork"], &[("dataset", &[A("Dataset")])]),
    ("Dataset", &["CreativeWork"], &[("distribution", &[A("DataDownload")])]),
    ("MediaObject", &["CreativeWork"], &[("contentUrl", &[Url])]),
    ("DataDownload", &["MediaObject"], &[]),
    (
        "Legislation",
        &["CreativeWork"],
        &[
            ("legislationIdentifier", &[Text, Url]),
            ("legislationType", &[Text]),
            ("legislationDate", &[Date]),
            ("legislationDateVersion", &[Date]),
            ("legislationJurisdiction", &[Text]),
            ("legislationLegalForce", &[OneOf(&["InForce", "NotInForce", "PartiallyInForce"])]),
        ],
    ),
    ("ItemList", &["Intangible"], &[("itemListElement", &[A("ListItem")])]),
    ("BreadcrumbList", &["ItemList"], &[]),
    ("ListItem", &["Intangible"], &[("position", &[Number]), ("item", &[Url])]),
    (
        "Service",
        &["Intangible"],
        &[
            ("serviceType", &[Text]),
            ("areaServed", &[A("AdministrativeArea"), Text]),
            ("provider", &[A("Organization")]),
            ("availableChannel", &[A("ServiceChannel")]),
        ],
    ),
    ("GovernmentService", &["Service"], &[("serviceOperator", &[A("Organization")])]),
    (
        "ServiceChannel",
        &["Intangible"],
        &[
            ("serviceUrl", &[Url]),
            ("servicePhone", &[A("ContactPoint")]),
            ("serviceLocation", &[A("Place")]),
            ("processingTime", &[Duration]),
            ("availableLanguage", &[Text]),
        ],
    ),
    ("StructuredValue", &["Intangible"], &[]),
    ("ContactPoint", &["StructuredValue"], &[("telephone", &[Text])]),
    ("GeoCoordinates", &["StructuredValue"], &[("latitude", &[Number]), ("longitude", &[Number])]),
    (
        "Place",
        &["Thing"],
        &[
            ("address", &[Text]),
            ("geo", &[A("GeoCoordinates")]),
            ("telephone", &[Text]),
            ("isAccessibleForFree", &[Boolean]),
        ],
    ),
    ("AdministrativeArea", &["Place"], &[]),
    ("Organization", &["Thing"], &[("address", &[Text]), ("telephone", &[Text])]),
    ("GovernmentOrganization", &["Organization"], &[]),
    ("LocalBusiness", &["Organization", "Place"], &[("openingHours", &[Text])]),
    ("GovernmentOffice", &["LocalBusiness"], &[]),
];

/// Everything that is wrong with a block, each with the way to it.
fn faults(block: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if block["@context"] != "https://schema.org" {
        faults.push("@context is not https://schema.org".to_owned());
    }
    let parts = block["@graph"].as_array().cloned().unwrap_or_default();
    let ids: BTreeMap<&str, &str> =
        parts.iter().filter_map(|part| Some((part["@id"].as_str()?, part["@type"].as_str()?))).collect();
    for part in &parts {
        check(part, part["@type"].as_str().unwrap_or("?"), &ids, &mut faults);
    }
    faults
}

fn find(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|known| known.0 == name)
}

fn is_a(name: &str, wanted: &str) -> bool {
    name == wanted || find(name).is_some_and(|known| known.1.iter().any(|parent| is_a(parent, wanted)))
}

fn kinds(of: &str, property: &str) -> Option<&'static [Kind]> {
    let known = find(of)?;
    let own = known.2.iter().find(|(name, _)| *name == property).map(|(_, kinds)| *kinds);
    own.or_else(|| known.1.iter().find_map(|parent| kinds(parent, property)))
}

fn check(part: &Value, way: &str, ids: &BTreeMap<&str, &str>, faults: &mut Vec<String>) {
    let Some(name) = part["@type"].as_str().filter(|name| find(name).is_some()) else {
        return faults.push(format!("{way}: no type of ours: {}", part["@type"]));
    };
    for (property, value) in part.as_object().unwrap() {
        // `query-input` is schema.org's way to say what a search takes; it is no property.
        if property.starts_with('@') || property == "query-input" {
            continue;
        }
        let way = format!("{way}.{property}");
        let Some(kinds) = kinds(name, property) else {
            faults.push(format!("{way}: {name} has no such property"));
            continue;
        };
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            if !kinds.iter().any(|kind| fits(value, *kind, ids)) {
                faults.push(format!("{way}: {value} is none of {kinds:?}"));
            } else if value.get("@type").is_some() {
                check(value, &way, ids, faults);
            }
        }
        if values.is_empty() {
            faults.push(format!("{way}: an empty list"));
        }
    }
}

fn fits(value: &Value, kind: Kind, ids: &BTreeMap<&str, &str>) -> bool {
    let text = value.as_str();
    match kind {
        Text => text.is_some_and(|text| !text.trim().is_empty()),
        Url => text.is_some_and(|text| text.starts_with("https://") && !text.contains([' ', '"', '<', '{'])),
        Date => text.is_some_and(|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()),
        Duration => text.is_some_and(|text| text.starts_with('P') && text.parse::<jiff::Span>().is_ok()),
        Number => value.is_number(),
        Boolean => value.is_boolean(),
        A(wanted) => {
            let referred = value["@id"].as_str().filter(|_| value.get("@type").is_none());
            let name = referred.and_then(|id| ids.get(id).copied()).or_else(|| value["@type"].as_str());
            name.is_some_and(|name| is_a(name, wanted))
        }
        OneOf(members) => text
            .and_then(|text| text.strip_prefix("https://schema.org/"))
            .is_some_and(|name| members.contains(&name)),
    }
}

/// The blocks of a page.
fn blocks(html: &str) -> Vec<Value> {
    let blocks = html.split("<script type=\"application/ld+json\">").skip(1);
    blocks.map(|rest| serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()).collect()
}

fn pages() -> impl Iterator<Item = (&'static str, Vec<Value>)> {
    let pages = real_site().iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, bytes)| (path.as_str(), blocks(std::str::from_utf8(bytes).unwrap())))
}

#[test]
fn every_page_speaks_the_vocabulary() {
    let mut wrong = Vec::new();
    for (path, blocks) in pages() {
        wrong.extend(blocks.iter().flat_map(faults).map(|fault| format!("{path}: {fault}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_kind_of_page_says_what_it_is() {
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, blocks) in pages() {
        let folder = path.split('/').next().unwrap();
        let parts = blocks.iter().flat_map(|block| block["@graph"].as_array().unwrap().clone());
        seen.entry(folder).or_default().extend(parts.map(|part| part["@type"].as_str().unwrap().to_owned()));
    }
    for (folder, kinds) in [
        ("index.html", vec!["WebSite"]),
        ("guides", vec!["Article", "BreadcrumbList", "FAQPage", "GovernmentService"]),
        ("cases", vec!["Article", "BreadcrumbList"]),
        ("laws", vec!["BreadcrumbList", "Legislation"]),
        ("stations", vec!["BreadcrumbList", "GovernmentOffice", "GovernmentService"]),
    ] {
        assert_eq!(seen[folder].iter().map(String::as_str).collect::<Vec<_>>(), kinds, "{folder}");
    }
}

#[test]
fn addresses_in_the_data_lead_to_pages_and_a_shelter_has_no_place() {
    let files = real_site();
    for (path, blocks) in pages() {
        let mut texts = Vec::new();
        for block in &blocks {
            strings(block, &mut texts);
        }
        for url in texts.iter().filter_map(|text| text.strip_prefix("https://nuanzhan.example/")) {
            let file = url.split(['#', '?']).next().unwrap();
            let file = if file.is_empty() || file.ends_with('/') {
                format!("{file}index.html")
            } else {
                file.to_owned()
            };
            assert!(files.contains_key(&file), "{path} names /{url}");
        }
        if path.contains("shelter") {
            let all = json!(blocks).to_string();
            for place in ["address", "geo", "GovernmentOffice", "serviceLocation"] {
                assert!(!all.contains(place), "{path} tells {place}");
            }
        }
    }
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(values) => values.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

#[test]
fn what_search_engines_would_pass_over_is_found() {
    let about = |part: Value| faults(&json!({ "@context": "https://schema.org", "@graph": [part] }));
    for (part, fault) in [
        (json!({ "@type": "Artikel" }), "no type of ours"),
        (json!({ "@type": "Article", "headlin": "a" }), "Article has no such property"),
        (json!({ "@type": "GovernmentService", "isAccessibleForFree": true }), "no such property"),
        (json!({ "@type": "Article", "url": "/guides/" }), "is none of [Url]"),
        (json!({ "@type": "Article", "dateModified": "2026/10/12" }), "is none of [Date]"),
        (json!({ "@type": "Article", "publisher": { "@type": "Place" } }), "is none of"),
        (json!({ "@type": "Article", "headline": "" }), "is none of [Text]"),
        (
            json!({ "@type": "Legislation", "legislationLegalForce": "https://schema.org/Inforce" }),
            "is none of",
        ),
        (json!({ "@type": "ServiceChannel", "processingTime": "72 小时" }), "is none of [Duration]"),
        (
            json!({ "@type": "ServiceChannel", "serviceLocation": { "@id": "https://a.example/#b" } }),
            "is none of",
        ),
        (
            json!({ "@type": "FAQPage", "mainEntity": [{ "@type": "Question", "acceptedAnswer": { "@type": "Answer", "txt": "a" } }] }),
            "Answer has no such property",
        ),
    ] {
        let found = about(part.clone());
        assert!(found.len() == 1 && found[0].contains(fault), "{part}: {found:?}");
    }
    assert_eq!(about(json!({ "@type": "ServiceChannel", "processingTime": "PT72H" })), Vec::<String>::new());
    assert_eq!(faults(&json!({ "@graph": [] })).len(), 1);
}
