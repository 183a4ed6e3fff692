//! The public reads: what they answer, how long it may be kept, who may ask.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::bench::{Bench, Got};

fn ids(got: &Got) -> Vec<String> {
    let stations = got.json()["stations"].as_array().unwrap().clone();
    stations.iter().map(|station| station["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_search_gives_hits_and_facets_and_is_kept_by_nobody() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/search?q=%E4%BF%9D%E6%8A%A4%E4%BB%A4&type=guide&limit=3&offset=1").await;
    let found = got.json();
    assert_eq!(found["total"], 25);
    assert_eq!(found["hits"].as_array().unwrap().len(), 3);
    assert_eq!(found["hits"][0]["id"], "guide/g1");
    assert_eq!(found["hits"][0]["snippet"][1]["marked"], true);
    assert_eq!(found["facets"]["guide"], 20);
    assert_eq!(found.get("emergency"), None);
    assert_eq!(got.header("cache-control"), "private, no-store");
    assert_eq!(got.header("etag"), "");
}

#[tokio::test]
async fn danger_brings_the_emergency_numbers() {
    let found = Bench::new().await.get("/api/v1/search?q=danger").await.json();
    assert_eq!(found["danger"], true);
    assert_eq!(found["emergency"].as_array().unwrap().len(), 1);
    assert_eq!(found["emergency"][0]["number"], "110");
}

#[tokio::test]
async fn what_is_being_typed_is_completed() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/search/suggest?q=jt&limit=2").await;
    assert_eq!(got.json()["suggestions"][1]["text"], "jt1");
    assert_eq!(got.header("cache-control"), "private, no-store");
    assert_eq!(bench.get("/api/v1/search/suggest").await.problem(400, "invalid"), ["q"]);
}

#[tokio::test]
async fn every_bad_parameter_is_named_at_once() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/search?q=a&q=b&type=book&region=99&limit=0&offset=x&page=2").await;
    assert_eq!(got.problem(400, "invalid"), ["q", "type", "region", "limit", "offset", "page"]);
    let got =
        bench.get("/api/v1/stations?near=here&datum=mars&kind=x&service=y&level=z&limit=101&cursor=-1").await;
    let pointers = got.problem(400, "invalid");
    assert_eq!(pointers, ["datum", "near", "kind", "service", "level", "limit", "cursor"]);
    assert_eq!(bench.get("/api/v1/search?q=a&topic=cooking").await.problem(400, "invalid"), ["topic"]);
    assert_eq!(bench.get("/api/v1/search?q=%20").await.problem(400, "invalid"), ["q"]);
    let long = format!("/api/v1/search?q={}", "a".repeat(401));
    assert_eq!(bench.get(&long).await.problem(400, "invalid"), ["q"]);
    for path in ["regions", "topics", "hotlines", "regions/990121", "stations/a"] {
        assert_eq!(bench.get(&format!("/api/v1/{path}?debug=1")).await.problem(400, "invalid"), ["debug"]);
    }
}

#[tokio::test]
async fn a_list_of_stations_goes_on_where_it_stopped() {
    let bench = Bench::new().await;
    let first = bench.get("/api/v1/stations?limit=3").await;
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    let page = first.json();
    assert_eq!(page["total"], 4);
    let next = page["next"].as_str().unwrap();
    let second = bench.get(&format!("/api/v1/stations?limit=3&cursor={next}")).await;
    assert_eq!(second.json().get("next"), None);
    let mut all = [ids(&first), ids(&second)].concat();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn the_nearest_station_comes_first_with_its_distance_and_nobody_keeps_it() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/stations?near=30.09,110&limit=2").await;
    assert_eq!(ids(&got), ["b", "a"]);
    let found = got.json();
    assert_eq!(found["stations"][0]["distance_m"], 1112);
    assert_eq!(found["next"], "2");
    assert_eq!(got.header("cache-control"), "private, no-store");
    let rest = bench.get("/api/v1/stations?near=30.09,110&limit=2&cursor=2").await;
    assert_eq!(ids(&rest), ["c"]);
    assert_eq!(rest.json().get("next"), None);
}

#[tokio::test]
async fn a_shelter_is_near_nobody_but_can_be_called() {
    let found = Bench::new().await.get("/api/v1/stations?near=30.09,110").await.json();
    let shelter = &found["confidential"][0];
    assert_eq!(shelter["id"], "d");
    assert_eq!(shelter["phones"][0], "0000-5550123");
    for secret in ["address", "location", "distance_m"] {
        assert_eq!(shelter.get(secret), None);
    }
}

#[tokio::test]
async fn a_body_carries_the_position_and_its_datum() {
    let bench = Bench::new().await;
    let body = r#"{"near":{"lat":30.09,"lon":110},"datum":"wgs84","kind":"legal_aid","limit":1}"#;
    let got = bench.post_json("/api/v1/stations/nearest", body).await;
    assert_eq!(ids(&got), ["b"]);
    assert_eq!(got.header("cache-control"), "private, no-store");
    let wgs = got.json()["stations"][0]["distance_m"].as_u64().unwrap();
    for datum in ["gcj02", "bd09"] {
        let moved = bench.post_json("/api/v1/stations/nearest", &body.replace("wgs84", datum)).await;
        let moved = moved.json()["stations"][0]["distance_m"].as_u64().unwrap();
        assert!((100..2000).contains(&wgs.abs_diff(moved)), "{datum}: {wgs} and {moved}");
    }
}

#[tokio::test]
async fn a_bad_body_names_the_field() {
    let bench = Bench::new().await;
    for (body, pointer) in [
        ("{}", "/near"),
        (r#"{"near":{"lat":30}}"#, "/near/lon"),
        (r#"{"near":{"lat":91,"lon":0}}"#, "/near"),
        (r#"{"near":{"lat":30,"lon":110},"limit":0}"#, "/limit"),
        (r#"{"near":{"lat":30,"lon":110},"kind":"temple"}"#, "/kind"),
        (r#"{"near":{"lat":30,"lon":110},"region":"12"}"#, "/region"),
        (r#"{"near":{"lat":30,"lon":110},"name":"x"}"#, "/name"),
    ] {
        let got = bench.post_json("/api/v1/stations/nearest", body).await;
        assert_eq!(got.problem(400, "invalid"), [pointer], "{body}");
    }
}

#[tokio::test]
async fn a_swapped_position_is_put_right() {
    let got = Bench::new().await.get("/api/v1/stations?near=110,30").await;
    assert_eq!(got.problem(400, "invalid"), ["near"]);
    assert!(got.text().contains("near=30,110"), "{}", got.text());
}

#[tokio::test]
async fn when_nothing_fits_the_division_around_it_is_tried() {
    let bench = Bench::new().await;
    let found = bench.get("/api/v1/stations?region=990121100&kind=legal_aid").await;
    assert_eq!(ids(&found), ["b"]);
    assert_eq!(found.json()["widened_to"], "990121");
    let found = bench.get("/api/v1/stations?region=990121100&kind=police").await;
    assert!(ids(&found).is_empty());
    assert_eq!(found.json().get("widened_to"), None);
}

#[tokio::test]
async fn one_station_one_division_and_the_lists() {
    let bench = Bench::new().await;
    assert_eq!(bench.get("/api/v1/stations/b").await.json()["kind"], "legal_aid");
    bench.get("/api/v1/stations/zz").await.problem(404, "not-found");
    bench.get("/api/v1/stations/%FF").await.problem(400, "malformed");
    let county = bench.get("/api/v1/regions/990121").await.json();
    assert_eq!(county["name"], "示例县");
    assert_eq!(county["within"][0]["code"], "990100");
    assert_eq!(county["holds"][0]["code"], "990121100");
    for absent in ["990199", "nowhere"] {
        bench.get(&format!("/api/v1/regions/{absent}")).await.problem(404, "not-found");
    }
    assert_eq!(bench.get("/api/v1/regions").await.json().as_array().unwrap().len(), 4);
    assert_eq!(bench.get("/api/v1/topics").await.json()[0]["slug"], "domestic-violence");
    assert_eq!(bench.get("/api/v1/hotlines").await.json()[0]["use"], "需要帮助时");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/topics").await;
    let tag = got.header("etag").to_owned();
    assert!(tag.starts_with("W/\""));
    for given in
        [tag.clone(), format!("\"x\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()]
    {
        let again = bench.get_with("/api/v1/topics", "if-none-match", &given).await;
        assert_eq!(again.status, 304, "{given}");
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
    assert_eq!(bench.get_with("/api/v1/topics", "if-none-match", "\"x\"").await.status, 200);
}

#[tokio::test]
async fn reads_are_open_to_other_origins_and_compressed() {
    let bench = Bench::new().await;
    let got = bench.get_with("/api/v1/stations", "accept-encoding", "gzip, br").await;
    assert_eq!(got.header("content-encoding"), "gzip");
    assert_eq!(got.header("access-control-allow-origin"), "*");
    assert_eq!(got.header("cross-origin-resource-policy"), "cross-origin");
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/api/v1/stations/nearest")
        .header("origin", "https://other.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty());
    let got = bench.send(preflight.unwrap()).await;
    assert_eq!(got.status, 200);
    assert!(got.header("access-control-allow-methods").contains("POST"));
    assert_eq!(got.header("access-control-allow-headers"), "content-type");
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_names_every_read() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/openapi.json").await;
    assert_eq!(got.header("content-type"), "application/json");
    let document: Value = got.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "暖站数据接口");
    for path in [
        "/search",
        "/search/suggest",
        "/stations",
        "/stations/nearest",
        "/stations/{id}",
        "/regions",
        "/regions/{code}",
        "/topics",
        "/hotlines",
        "/statutes",
        "/statutes/{id}",
        "/statutes/{id}/articles/{n}",
    ] {
        let item = &document["paths"][format!("/api/v1{path}")];
        let operation = item.get("get").or(item.get("post")).unwrap_or_else(|| panic!("{path} is described"));
        let refusal = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert_eq!(refusal["schema"]["$ref"], "#/components/schemas/Problem");
    }
    let parameters = document["paths"]["/api/v1/search"]["get"]["parameters"].as_array().unwrap();
    let names: Vec<&str> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["q", "type", "topic", "region", "limit", "offset"]);
    assert_eq!(parameters[0]["required"], true);
    assert_eq!(parameters[4]["required"], false);
}

/// Every `$ref` leads somewhere.
#[tokio::test]
async fn the_description_has_no_loose_end() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&api::routes::document()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
}
