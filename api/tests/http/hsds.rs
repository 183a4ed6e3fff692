//! The stations as HSDS has them, over HTTP: pages, filters, lines, tags, and what nobody may find.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::bench::{Bench, Got};

const LISTS: [&str; 5] =
    ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"];

fn contents(got: &Got) -> Vec<Value> {
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()["contents"].as_array().unwrap().clone()
}

fn names(got: &Got) -> Vec<String> {
    contents(got).iter().map(|object| object["name"].as_str().unwrap().to_owned()).collect()
}

async fn term(bench: &Bench, taxonomy: &str, code: &str) -> String {
    let got = bench.get(&format!("/api/v1/hsds/taxonomy_terms?search={code}&per_page=100")).await;
    let terms = contents(&got);
    let term = terms.iter().find(|term| term["code"] == code && term["taxonomy"] == taxonomy);
    term.unwrap_or_else(|| panic!("{taxonomy} has {code}"))["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_says_what_it_is() {
    let bench = Bench::new().await;
    for path in ["/api/v1/hsds", "/api/v1/hsds/"] {
        let about = bench.get(path).await.json();
        assert_eq!(about["version"], "3.1");
        assert_eq!(about["openapi_url"], "https://nuanzhan.example/api/v1/openapi.json");
        assert!(about["profile"].as_str().unwrap().starts_with("https://nuanzhan.example/data/"));
    }
    assert_eq!(bench.get("/api/v1/hsds/?debug=1").await.problem(400, "invalid"), ["debug"]);
}

#[tokio::test]
async fn what_is_listed_can_be_asked_for_by_its_identifier() {
    let bench = Bench::new().await;
    for list in LISTS {
        let listed = contents(&bench.get(&format!("/api/v1/hsds/{list}?per_page=100")).await);
        assert!(listed.len() > 2, "{list}");
        for object in listed {
            let id = object["id"].as_str().unwrap();
            let one = bench.get(&format!("/api/v1/hsds/{list}/{id}")).await.json();
            assert_eq!((&one["id"], &one["name"]), (&object["id"], &object["name"]), "{list}");
            for other in LISTS.iter().filter(|&&other| other != list) {
                let got = bench.get(&format!("/api/v1/hsds/{other}/{id}")).await;
                assert_eq!(got.status, 404, "{other}/{id} is one of {list}");
            }
        }
        for id in ["x", "00000000-0000-0000-0000-000000000000", "%20", "%F0%9F%98%80"] {
            bench.get(&format!("/api/v1/hsds/{list}/{id}")).await.problem(404, "not-found");
        }
    }
}

#[tokio::test]
async fn pages_add_up_and_say_where_they_are() {
    let bench = Bench::new().await;
    let all = names(&bench.get("/api/v1/hsds/services").await);
    assert_eq!(all.len(), 4);
    let mut seen = Vec::new();
    for number in 1..=3 {
        let got = bench.get(&format!("/api/v1/hsds/services?per_page=2&page={number}")).await;
        seen.extend(names(&got));
        let page = got.json();
        assert_eq!((&page["total_items"], &page["total_pages"]), (&4.into(), &2.into()));
        assert_eq!(
            (&page["page_number"], &page["size"]),
            (&number.into(), &(if number < 3 { 2 } else { 0 }).into())
        );
        assert_eq!((&page["first_page"], &page["last_page"]), (&(number == 1).into(), &(number > 1).into()));
        assert_eq!(page["empty"], number == 3);
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_page_that_can_not_be_is_the_nearest_that_can() {
    let bench = Bench::new().await;
    let huge = "9".repeat(60);
    for (query, number, size) in [
        ("page=0", "1", 4),
        ("page=-7&per_page=0", "1", 1),
        ("per_page=-1", "1", 1),
        (&format!("per_page={huge}"), "1", 4),
        (&format!("page={huge}"), &usize::MAX.to_string(), 0),
    ] {
        let page = bench.get(&format!("/api/v1/hsds/services?{query}")).await.json();
        assert_eq!(
            (page["page_number"].to_string().as_str(), &page["size"]),
            (number, &size.into()),
            "{query}"
        );
    }
    let got = bench.get("/api/v1/hsds/services?page=two&per_page=1.5&minimal=yes&full=&sort=name").await;
    assert_eq!(got.problem(400, "invalid"), ["minimal", "full", "page", "per_page", "sort"]);
}

#[tokio::test]
async fn the_same_is_answered_to_post() {
    let bench = Bench::new().await;
    for list in LISTS {
        let uri = format!("/api/v1/hsds/{list}?per_page=2");
        let posted = bench.send(Request::post(&uri).body(Body::empty()).unwrap()).await;
        assert_eq!(posted.json(), bench.get(&uri).await.json(), "{list}");
        let deleted = bench.send(Request::delete(&uri).body(Body::empty()).unwrap()).await;
        deleted.problem(405, "method-not-allowed");
    }
}

#[tokio::test]
async fn a_service_says_much_or_little() {
    let bench = Bench::new().await;
    let little = contents(&bench.get("/api/v1/hsds/services?minimal=true&search=%E7%BB%B4%E6%9D%83").await);
    let members: Vec<&String> = little[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "name", "status"]);
    let listed = contents(&bench.get("/api/v1/hsds/services").await);
    assert!(
        listed.iter().all(|service| service.get("phones").is_none() && service["organization"].is_object())
    );
    let much = contents(&bench.get("/api/v1/hsds/services?full=true").await);
    for (service, listed) in much.iter().zip(&listed) {
        assert_eq!(service["phones"][0]["number"], "0000-5550123");
        assert_eq!(service["attributes"][0]["taxonomy_term"]["code"], "legal_advice");
        let one = bench.get(&format!("/api/v1/hsds/services/{}", listed["id"].as_str().unwrap())).await;
        assert_eq!(&one.json(), service);
    }
}

#[tokio::test]
async fn an_organization_names_what_it_does_or_says_it_in_full() {
    let bench = Bench::new().await;
    let id = contents(&bench.get("/api/v1/hsds/organizations").await)[0]["id"].as_str().unwrap().to_owned();
    let named = bench.get(&format!("/api/v1/hsds/organizations/{id}")).await.json();
    assert_eq!(named["services"][0].get("phones"), None);
    assert_eq!(named["services"][0]["status"], "active");
    let full = bench.get(&format!("/api/v1/hsds/organizations/{id}?full_service=true")).await.json();
    assert_eq!(full["services"][0]["phones"][0]["number"], "0000-5550123");
    let listed = contents(&bench.get("/api/v1/hsds/organizations?full_service=true").await);
    assert_eq!(listed[0], full);
    let listed = contents(&bench.get("/api/v1/hsds/organizations?full=true").await);
    assert_eq!(listed[0], named);
    let of = bench.get(&format!("/api/v1/hsds/services?organization_id={id}")).await;
    assert_eq!(names(&of), [named["name"].as_str().unwrap()]);
}

#[tokio::test]
async fn lists_are_filtered_by_term_taxonomy_words_and_day() {
    let bench = Bench::new().await;
    let legal_aid = term(&bench, "站点类别", "legal_aid").await;
    let mut found = names(&bench.get(&format!("/api/v1/hsds/services?taxonomy_term_id={legal_aid}")).await);
    found.sort();
    assert_eq!(found, ["法律援助b", "法律援助c"]);
    let mediation = term(&bench, "能办的事", "mediation").await;
    assert!(
        names(&bench.get(&format!("/api/v1/hsds/organizations?taxonomy_term_id={mediation}")).await)
            .is_empty()
    );
    let taxonomies = contents(&bench.get("/api/v1/hsds/taxonomies").await);
    assert_eq!(taxonomies.len(), 9);
    for (name, count) in [("五有", 3), ("能办的事", 4), ("设施", 0)] {
        let taxonomy = taxonomies.iter().find(|taxonomy| taxonomy["name"] == name).unwrap();
        let id = taxonomy["id"].as_str().unwrap();
        let found = bench.get(&format!("/api/v1/hsds/services?taxonomy_id={id}")).await;
        assert_eq!(contents(&found).len(), count, "{name}");
        let terms = contents(&bench.get(&format!("/api/v1/hsds/taxonomy_terms?taxonomy_id={id}")).await);
        assert!(!terms.is_empty() && terms.iter().all(|term| term["taxonomy"] == name));
    }
    assert!(contents(&bench.get("/api/v1/hsds/taxonomy_terms?parent_id=x").await).is_empty());
    // Nobody knows when these were checked: they may have changed.
    let since = "/api/v1/hsds/services?modified_after=2026-09-16T00:00:00%2B08:00";
    assert_eq!(contents(&bench.get(since).await).len(), 4);
    for nothing in
        ["taxonomy_term_id=x", "taxonomy_id=%20%20x", "organization_id=1", "modified_after=yesterday"]
    {
        let page = bench.get(&format!("/api/v1/hsds/services?{nothing}")).await.json();
        assert_eq!((&page["empty"], &page["total_items"]), (&true.into(), &0.into()), "{nothing}");
    }
}

#[tokio::test]
async fn a_shelter_is_listed_with_its_telephone_and_found_by_no_place() {
    let bench = Bench::new().await;
    let search = "search=%E5%BA%87%E6%8A%A4";
    let shelter = &contents(&bench.get(&format!("/api/v1/hsds/services?full=true&{search}")).await)[0];
    assert_eq!(shelter["phones"][0]["number"], "0000-5550123");
    for member in ["service_at_locations", "locations", "contacts"] {
        assert_eq!(shelter.get(member), None, "{member}");
    }
    for query in
        ["", "full=true", search, "postcode=100000", "postcode=990121&proximity=1000000", "proximity=1"]
    {
        let got = bench.get(&format!("/api/v1/hsds/service_at_locations?{query}")).await;
        let found = names(&got);
        assert!(found.iter().all(|name| !name.contains("庇护")), "{query}: {found:?}");
        let asked_for_a_place = query.contains("postcode") || query.contains("proximity");
        assert_eq!(found.is_empty(), query == search || asked_for_a_place, "{query}");
    }
    let organization = shelter["organization_id"].as_str().unwrap();
    let who = bench.get(&format!("/api/v1/hsds/organizations/{organization}?full_service=true")).await;
    for word in ["location", "latitude", "address"] {
        assert!(!who.text().contains(word), "{word}: {}", who.text());
    }
    let there = format!("{}3", &organization[..35]);
    bench.get(&format!("/api/v1/hsds/service_at_locations/{there}")).await.problem(404, "not-found");
}

#[tokio::test]
async fn all_of_a_list_comes_as_lines() {
    let bench = Bench::new().await;
    for list in LISTS {
        let got = bench.get(&format!("/api/v1/hsds/{list}?format=ndjson&per_page=1")).await;
        assert_eq!(got.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> = got.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let listed = contents(&bench.get(&format!("/api/v1/hsds/{list}?per_page=100")).await);
        assert_eq!(lines, listed, "{list}");
    }
}

#[tokio::test]
async fn what_somebody_has_is_not_sent_twice_and_what_somebody_looks_for_is_kept_by_nobody() {
    let bench = Bench::new().await;
    for uri in ["/api/v1/hsds/", "/api/v1/hsds/services?page=2&per_page=1", "/api/v1/hsds/taxonomies"] {
        let got = bench.get(uri).await;
        assert_eq!(got.header("cache-control"), "public, max-age=60", "{uri}");
        assert_eq!(got.header("access-control-allow-origin"), "*");
        let again = bench.get_with(uri, "if-none-match", got.header("etag")).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{uri}");
    }
    for uri in ["services?search=a", "service_at_locations?postcode=1", "taxonomy_terms?search=a"] {
        let got = bench.get(&format!("/api/v1/hsds/{uri}")).await;
        assert_eq!((got.header("cache-control"), got.header("etag")), ("private, no-store", ""), "{uri}");
    }
}

#[tokio::test]
async fn our_own_description_names_every_read_once() {
    let document = Bench::new().await.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let of_hsds: Vec<&String> = paths.keys().filter(|path| path.starts_with("/api/v1/hsds/")).collect();
    assert_eq!(of_hsds.len(), 1 + 2 * LISTS.len());
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let names: Vec<&str> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let ours: Vec<&&str> = names.iter().filter(|name| name.starts_with("hsds_")).collect();
    assert_eq!(ours.len(), of_hsds.len());
    for name in ours {
        assert_eq!(names.iter().filter(|other| other == &name).count(), 1, "{name}");
    }
    for list in LISTS {
        let operation = &document["paths"][format!("/api/v1/hsds/{list}")]["get"];
        let parameters = operation["parameters"].as_array().unwrap();
        for name in ["search", "page", "per_page", "format"] {
            assert!(parameters.iter().any(|parameter| parameter["name"] == name), "{list}: {name}");
        }
    }
}
