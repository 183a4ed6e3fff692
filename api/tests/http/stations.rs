//! Stations by place in words, by moment, by what a visit needs; and why each is an answer.
#![expect(clippy::unwrap_used, reason = "an answer that can't be read is a test that fails")]

use search::record::{Person, Place, Station};
use search::vocabulary::{Audience, Facility, Profession, StationKind};
use serde_json::{Value, json};

use crate::bench::{Bench, Got, bundle, region};

const MONDAY_NINE: &str = "2026-11-23T09:00";

fn ids(got: &Got) -> Vec<String> {
    let stations = got.json()["stations"].as_array().unwrap().clone();
    stations.iter().map(|station| station["id"].as_str().unwrap().to_owned()).collect()
}

fn why(station: &Value) -> Vec<(String, String)> {
    let reasons = station["why"].as_array().cloned().unwrap_or_default();
    let text = |reason: &Value, name: &str| reason[name].as_str().unwrap().to_owned();
    reasons.iter().map(|reason| (text(reason, "asked"), text(reason, "text"))).collect()
}

#[tokio::test]
async fn only_what_is_open_at_the_moment_is_listed() {
    let bench = Bench::new().await;
    for (moment, count) in
        [(MONDAY_NINE, 4), ("2026-11-23T01:00Z", 4), ("2026-11-23T07:00", 0), ("2026-11-22T09:00", 0)]
    {
        let got = bench.get(&format!("/api/v1/stations?open_at={moment}")).await;
        assert_eq!(ids(&got).len(), count, "{moment}");
    }
    let one = &bench.get(&format!("/api/v1/stations?open_at={MONDAY_NINE}")).await.json()["stations"][0];
    assert_eq!(one["opening"]["state"], "open");
    assert_eq!(one["opening"]["until"], "2026-11-23T17:30:00");
    assert_eq!(one["opening"]["text"], "现在开着，17:30 关门");
    assert_eq!(why(one), [("open_at".to_owned(), "现在开着，17:30 关门".to_owned())]);
    let got = bench.get("/api/v1/stations?open_at=soon").await;
    assert_eq!(got.problem(400, "invalid"), ["open_at"]);
    assert!(got.text().contains("2026-11-23T09:00"), "{}", got.text());
}

#[tokio::test]
async fn whether_it_is_open_now_is_told_without_being_asked() {
    let bench = Bench::new().await;
    for path in ["/api/v1/stations?limit=1", "/api/v1/stations/a"] {
        let found = bench.get(path).await.json();
        let station = found.get("stations").map_or(&found, |stations| &stations[0]);
        assert!(["open", "closed"].contains(&station["opening"]["state"].as_str().unwrap()), "{station}");
        assert_eq!(station.get("why"), None);
    }
}

#[tokio::test]
async fn a_place_in_words_is_enough_to_be_near() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/stations?place=示例县暖溪镇附近").await;
    assert_eq!(ids(&got), ["a", "b", "c"]);
    assert_eq!(got.header("cache-control"), "private, no-store");
    let found = got.json();
    assert_eq!(found["place"]["region"], "990121100");
    assert_eq!(found["place"]["text"], "示例市示例县暖溪镇");
    assert_eq!(why(&found["stations"][1]), [("place".to_owned(), "直线约 11 公里".to_owned())]);
    let found = bench.get("/api/v1/stations?place=暖心路b号旁边").await.json();
    assert_eq!(found["place"]["station"], "b");
    assert_eq!(found["stations"][0]["distance_m"], 0);
}

#[tokio::test]
async fn a_place_that_nobody_knows_is_said_to_be_unknown() {
    let bench = Bench::new().await;
    let got = bench.get("/api/v1/stations?place=火星").await;
    assert_eq!(got.problem(400, "invalid"), ["place"]);
    let got = bench.post_json("/api/v1/stations/nearest", r#"{"place":"火星"}"#).await;
    assert_eq!(got.problem(400, "invalid"), ["/place"]);
    let found = bench.get("/api/v1/stations?place=暖溪镇月亮街").await.json();
    assert_eq!(
        (&found["place"]["region"], &found["place"]["unknown"]),
        (&json!("990121100"), &json!("月亮街"))
    );
}

#[tokio::test]
async fn what_is_further_than_the_division_somebody_is_in_is_said_to_be() {
    let bench = Bench::new().await;
    let found = bench.get("/api/v1/stations?near=30.001,110&kind=legal_aid").await;
    assert_eq!(ids(&found), ["b", "c"]);
    assert_eq!(found.json()["widened_to"], "990121");
    let found = bench.get("/api/v1/stations?near=30.001,110&q=c号").await;
    assert_eq!((ids(&found), &found.json()["widened_to"]), (vec!["c".to_owned()], &json!("990100")));
    assert_eq!(bench.get("/api/v1/stations?near=30.001,110").await.json().get("widened_to"), None);
}

#[tokio::test]
async fn each_answer_says_why_it_fits_and_where_it_does_not() {
    let bench = Bench::new().await;
    let path = "/api/v1/stations?region=990121100&kind=legal_aid&service=legal_advice&audience=older&q=心路";
    let found = bench.get(path).await.json();
    let said = |asked: &str, text: &str| (asked.to_owned(), text.to_owned());
    let expected = [
        said("region", "在示例县，不在暖溪镇"),
        said("kind", "法律援助"),
        said("service", "能办法律咨询"),
        said("audience", "谁都可以去"),
        said("q", "地址里有这几个字"),
    ];
    assert_eq!(why(&found["stations"][0]), expected);
}

#[tokio::test]
async fn it_climbs_as_far_as_it_must_and_only_to_what_has_a_name() {
    let mut bundle = bundle();
    bundle.regions = vec![
        region("990100", "示例市"),
        region("990121", "示例县"),
        region("990121100", "暖溪镇"),
        region("990121100201", "溪头村"),
        region("110000", "北京市"),
        region("110101", "东城区"),
        region("110102", "西城区"),
    ];
    bundle.stations[0].region = "110102".parse().unwrap();
    let bench = Bench::of(&bundle).await;
    // From a village past its town and its county to the city.
    let found = bench.get("/api/v1/stations?region=990121100201&kind=shelter").await.json();
    assert_eq!((&found["widened_to"], found["total"].as_u64()), (&json!("990100"), Some(1)));
    // Districts lie right in their city.
    let found = bench.get("/api/v1/stations?region=110101").await.json();
    assert_eq!((&found["widened_to"], &found["stations"][0]["id"]), (&json!("110000"), &json!("a")));
    assert_eq!(why(&found["stations"][0]), [("region".to_owned(), "在北京市，不在东城区".to_owned())]);
    let page = bench.get("/stations/?region=110101").await;
    assert!(page.text().contains("东城区没有合适的站点，下面是北京市的"), "{}", page.text());
}

#[tokio::test]
async fn who_is_there_and_what_a_visit_needs_are_asked_for_and_told() {
    let mut bundle = bundle();
    let lawyer = |topics: &[&str]| Person {
        role: "坐班律师".into(),
        duty: None,
        profession: Some(Profession::Lawyer),
        topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
    };
    bundle.stations[0].people = vec![lawyer(&["domestic-violence"])];
    bundle.stations[1].people = vec![lawyer(&[])];
    bundle.stations[2].home_visits = vec![Audience::Older];
    bundle.stations[2].facilities = vec![Facility::StaffedDesk, Facility::StepFree];
    bundle.stations[1].facilities = vec![Facility::StepFree];
    let bench = Bench::of(&bundle).await;
    for (asked, expected) in [
        ("profession=lawyer", vec![("b", "有坐班律师（律师）"), ("a", "有坐班律师（律师）")]),
        ("profession=lawyer&topic=domestic-violence", vec![("a", "有坐班律师（律师），熟悉这一类事")]),
        ("home_visit=older", vec![("c", "可以上门看望老人")]),
        ("access=step_free,staffed_desk", vec![("c", "没有台阶")]),
    ] {
        let got = bench.get(&format!("/api/v1/stations?{asked}")).await;
        let found = got.json();
        let told = found["stations"].as_array().unwrap().iter().map(|station| {
            (
                station["id"].as_str().unwrap().to_owned(),
                why(station).into_iter().map(|(_, text)| text).collect::<Vec<_>>(),
            )
        });
        let told: Vec<_> = told.collect();
        let ids: Vec<&str> = told.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, expected.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "{asked}");
        for ((_, reasons), (_, text)) in told.iter().zip(&expected) {
            assert!(reasons.iter().any(|reason| reason == text), "{asked}: {reasons:?}");
        }
    }
}

#[tokio::test]
async fn positions_come_in_the_datum_that_was_asked_for_and_a_shelter_has_none() {
    let bench = Bench::new().await;
    let found = bench.get("/api/v1/stations?near=30.001,110&datum_out=gcj02").await.json();
    let station = &found["stations"][0];
    assert_eq!((&station["location"]["lat"], &station["position"]["datum"]), (&json!(30.0), &json!("gcj02")));
    let moved = station["position"]["lat"].as_f64().unwrap();
    assert!((0.0005..0.01).contains(&(moved - 30.0).abs()), "{moved}");
    let shelter = &found["confidential"][0];
    assert_eq!((&shelter["id"], shelter.get("position")), (&json!("d"), None));
}

#[tokio::test]
async fn a_body_asks_what_an_address_asks() {
    let bench = Bench::new().await;
    let body = json!({"near": {"lat": 30.001, "lon": 110}, "kind": "legal_aid", "level": "county", "q": "暖心",
        "open_at": MONDAY_NINE, "access": [], "audience": "women", "datum_out": "bd09", "limit": 1});
    let got = bench.post_json("/api/v1/stations/nearest", &body.to_string()).await;
    assert_eq!(ids(&got), ["b"]);
    assert_eq!(got.json()["stations"][0]["position"]["datum"], "bd09");
    for (body, pointer) in [
        (r#"{"place":"暖溪镇","access":["stairs"]}"#, "/access/0"),
        (r#"{"place":"暖溪镇","open_at":"soon"}"#, "/open_at"),
        (r#"{"place":"暖溪镇","topic":"cooking"}"#, "/topic"),
        (r#"{"place":"暖溪镇","language":"火星话"}"#, "/language"),
        (r#"{"place":" "}"#, "/near"),
    ] {
        let got = bench.post_json("/api/v1/stations/nearest", body).await;
        assert_eq!(got.problem(400, "invalid"), [pointer], "{body}");
    }
}

#[tokio::test]
async fn the_page_takes_the_same_and_leaves_out_what_it_does_not_understand() {
    let bench = Bench::new().await;
    let page = bench.get("/stations/?place=暖溪镇&kind=legal_aid&access=&profession=").await;
    let page = page.text();
    for part in ["按这里算：示例市示例县暖溪镇", "最近的在示例县", "value=\"暖溪镇\"", "法律援助b"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = bench.get("/stations/?place=火星&level=county").await;
    let page = page.text();
    for part in ["没有认出这个地方", "value=\"火星\"", "name=\"level\" value=\"county\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = bench.get("/stations/?kind=palace&region=990121100&level=nowhere").await;
    let page = page.text();
    assert_eq!(page.matches("地址里有一处读不懂").count(), 1, "{page}");
    assert!(!page.contains("之一") && !page.contains("<p class=\"meta\">在暖溪镇"), "{page}");
    let page = bench.get(&format!("/stations/?open_at={MONDAY_NINE}&service=legal_advice")).await;
    let page = page.text();
    assert!(
        page.contains("name=\"open_at\" value=\"2026-11-23T09:00:00\"")
            && page.contains("<b>现在开着，17:30 关门</b>")
            && page.contains("能办法律咨询"),
        "{page}"
    );
}

#[tokio::test]
async fn somebody_who_speaks_her_dialect_is_found_and_an_unknown_one_is_met_with_those_there_are() {
    let mut bundle = crate::bench::bundle();
    bundle.stations[0].languages = vec!["客家话".to_owned()];
    let (station, count) = (bundle.stations[0].id.clone(), bundle.stations.len());
    assert!(count > 1, "somebody who does not speak it");
    let bench = Bench::of(&bundle).await;
    let found = bench.get("/api/v1/stations?language=客家话").await.json();
    assert_eq!(found["total"], 1);
    assert_eq!(found["stations"][0]["id"], station);
    assert_eq!(found["stations"][0]["why"][0]["text"], "会说客家话");
    let refused = bench.get("/api/v1/stations?language=火星话").await;
    assert!(refused.text().contains("有的是：客家话"), "{}", refused.text());
    let page = bench.get("/stations/?language=客家话").await;
    assert!(page.text().contains("<option value=\"客家话\" selected>"), "{}", page.text());
}

/// A bench where some stations have no position and each county has a shelter.
async fn bench_with_gaps() -> Bench {
    let mut bundle = crate::bench::bundle();
    let pattern = bundle.stations[1].clone();
    let unplaced = Station {
        id: "u".to_owned(),
        name: "没有标的法律援助".to_owned(),
        region: "990121100".parse().unwrap(),
        place: Place::Public { address: Some("暖溪街 5 号".to_owned()), location: None },
        ..pattern.clone()
    };
    let shelter = |id: &str, region: &str| Station {
        id: id.to_owned(),
        kind: StationKind::Shelter,
        region: region.parse().unwrap(),
        place: Place::Confidential { confidential: true },
        ..pattern.clone()
    };
    bundle.stations.extend([unplaced, shelter("s1", "990121"), shelter("s2", "990122")]);
    Bench::of(&bundle).await
}

#[tokio::test]
async fn a_station_that_nobody_placed_on_the_map_is_found_where_it_is() {
    let bench = bench_with_gaps().await;
    let found = bench.get("/api/v1/stations?place=暖溪镇&kind=legal_aid").await.json();
    assert_eq!(found["unplaced"][0]["id"], "u");
    assert_eq!(found.get("widened_to"), None, "one is right there: {found}");
    let body = json!({"near": {"lat": 30, "lon": 110}, "region": "990121100", "kind": "legal_aid"});
    let found = bench.post_json("/api/v1/stations/nearest", &body.to_string()).await.json();
    assert_eq!((&found["stations"], &found["unplaced"][0]["id"]), (&json!([]), &json!("u")));
    let page = bench.get("/stations/?place=暖溪镇&kind=legal_aid").await;
    assert!(
        page.text().contains("没有标在地图上") && page.text().contains("没有标的法律援助"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("#way\" aria-label=\"怎么去没有标的法律援助\""), "it has an address");
}

#[tokio::test]
async fn only_the_shelters_of_her_own_county_answer() {
    let bench = bench_with_gaps().await;
    for path in
        ["place=暖溪镇&kind=shelter", "near=30,110&kind=shelter", "near=30,110&region=990121100&kind=shelter"]
    {
        let found = bench.get(&format!("/api/v1/stations?{path}")).await.json();
        let shelters = found["confidential"].as_array().unwrap();
        let ids: Vec<&str> = shelters.iter().map(|shelter| shelter["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["s1"], "{path}");
        let page = bench.get(&format!("/stations/?{path}")).await;
        assert!(page.text().contains("地址保密") && !page.text().contains("#way"), "{path}");
    }
}
