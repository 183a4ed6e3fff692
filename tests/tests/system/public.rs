//! What the public meets: pages, search, stations and data, by plain HTTP.

use tests::asker::{Receipt, ask, open};
use tests::desk::open_desk;
use tests::html::faults;
use tests::http::visible_text;
use tests::server::Ground;
use tests::workspace;

const SAID: &str =
    "%E8%80%81%E5%85%AC%E6%89%93%E6%88%91%E8%BF%98%E4%B8%8D%E8%AE%A9%E6%88%91%E5%87%BA%E9%97%A8"; // 老公打我还不让我出门

#[test]
fn her_own_words_find_the_guide_as_data_and_as_a_page() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    let found = client.get(&format!("/api/v1/search?q={SAID}&limit=5")).unwrap();
    assert_eq!(found.status, 200);
    assert_eq!(found.header("cache-control"), Some("private, no-store"));
    let found = found.json().unwrap();
    assert_eq!(found["hits"][0]["kind"], "guide");
    assert_eq!(found["hits"][0]["url"], "/guides/domestic-violence/violence-now/");
    assert_eq!(found["danger"], true);
    let page = client.get(&format!("/search/?q={SAID}")).unwrap();
    assert!(page.body.replace("&#x2f;", "/").contains("/guides/domestic-violence/violence-now/"));
    let text = visible_text(&page.body);
    assert!(text.contains("110"), "the numbers come with it");
}

#[test]
fn nothing_found_is_never_a_dead_end() {
    let server = Ground::new().unwrap().start().unwrap();
    let page = server.client().get("/search/?q=zzzzzzzz").unwrap();
    assert_eq!(page.status, 200);
    for part in ["/topics/", "/ask/", "tel:12338"] {
        assert!(page.body.replace("&#x2f;", "/").contains(part), "{part}");
    }
}

#[test]
fn the_nearest_station_is_first_whichever_way_it_is_asked() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    let body = serde_json::json!({ "near": { "lat": 40.43, "lon": 102.57 }, "limit": 20 });
    let posted = client.post_json("/api/v1/stations/nearest", &body).unwrap().json().unwrap();
    let got = client.get("/api/v1/stations?near=40.43,102.57&limit=20").unwrap().json().unwrap();
    assert_eq!(posted["stations"], got["stations"]);
    let distances: Vec<f64> = got["stations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|station| station["distance_m"].as_f64().unwrap())
        .collect();
    assert_eq!(distances.len(), 20);
    assert!(distances.is_sorted(), "{distances:?}");
    let police =
        client.get("/api/v1/stations?near=40.43,102.57&kind=police&limit=3").unwrap().json().unwrap();
    for station in police["stations"].as_array().unwrap() {
        assert_eq!(station["kind"], "police");
    }
}

#[test]
fn bad_questions_are_answered_with_every_bad_field() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    for (path, status, part) in [
        ("/api/v1/search", 400, "\"q\""),
        ("/api/v1/search?q=a&limt=3", 400, "limt"),
        ("/api/v1/search?q=a&limit=0", 400, "limit"),
        ("/api/v1/stations?near=102.57,40.43", 400, "near"),
        ("/api/v1/stations?kind=hospital", 400, "kind"),
        ("/api/v1/stations/nobody", 404, "not-found"),
        ("/api/v1/regions/1", 404, "not-found"),
        ("/api/v1/nothing", 404, "not-found"),
    ] {
        let answer = client.get(path).unwrap();
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(answer.body.contains(part), "{path}: {}", answer.body);
    }
    let both = client.get("/api/v1/search?q=a&limit=x&offset=-1").unwrap().json().unwrap();
    assert_eq!(both["errors"].as_array().unwrap().len(), 2, "all at once: {both}");
}

#[test]
fn every_link_of_the_site_leads_somewhere() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    let (mut wanted, mut seen) = (vec!["/".to_owned()], std::collections::BTreeSet::new());
    while let Some(path) = wanted.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = client.get(&path).unwrap();
        assert_eq!(page.status, 200, "{path}");
        if !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        for attribute in ["href=\"", "src=\"", "action=\""] {
            for link in page.body.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                if link.starts_with('/') {
                    wanted.push(link.split(['#', '?']).next().unwrap_or_default().replace("&#x2f;", "/"));
                }
            }
        }
    }
    assert!(seen.len() > 200, "the whole site was walked: {}", seen.len());
}

/// Pages that are made for one question or one letter, refusals too; those of the build are looked at in `real_content`.
#[test]
fn p10_what_is_made_while_it_is_served_has_the_way_out_and_loads_nothing_from_elsewhere() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    let (client, exit) = (server.client(), workspace::way_out().unwrap());
    let sent =
        ask(&client, "<script src=//x.example></script><img src=//x.example onerror=x()>", &[]).unwrap();
    let receipt = Receipt::on(&sent.body).unwrap();
    let mut answers = vec![
        ("a letter that was sent", 200, sent),
        ("a letter without words", 400, ask(&client, "", &[]).unwrap()),
        (
            "a letter from a form without its key",
            200,
            client.post_form("/ask/", &[("text", "他打我")]).unwrap(),
        ),
        ("her thread", 200, open(&client, &receipt.0).unwrap()),
        ("nobody's thread", 200, open(&client, &receipt.another().0).unwrap()),
        ("no receipt", 200, open(&client, "12").unwrap()),
    ];
    for (path, status) in [
        (format!("/search/?q={SAID}"), 200),
        ("/search/?q=%3Cscript%3Ex()%3C/script%3E".to_owned(), 200),
        ("/stations/?region=990121&kind=police".to_owned(), 200),
        ("/stations/?place=%3Cimg%20src=//x.example%3E".to_owned(), 200),
        ("/statistics/".to_owned(), 200),
        ("/nowhere/".to_owned(), 404),
    ] {
        answers.push(("an address", status, client.get(&path).unwrap()));
    }
    for (what, status, answer) in answers {
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        let found = faults(&answer.body, &exit);
        assert!(found.is_empty(), "{what}: {found:#?}");
    }
}

#[test]
fn public_pages_set_no_cookie_and_forbid_what_they_do_not_need() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    for path in [
        "/",
        "/guides/domestic-violence/protection-order/",
        "/search/?q=a",
        "/stations/",
        "/ask/",
        "/nowhere/",
    ] {
        let page = client.get(path).unwrap();
        assert!(page.header("set-cookie").is_none(), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("require-trusted-types-for 'script'"), "{path}: {policy}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "{path}");
        for third_party in ["src=\"http", "href=\"//", "@import", "url(http"] {
            assert!(!page.body.contains(third_party), "{path} loads {third_party}");
        }
    }
}

#[test]
fn the_interface_describes_itself() {
    let server = Ground::new().unwrap().start().unwrap();
    let document = server.client().get("/api/v1/openapi.json").unwrap().json().unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in [
        "/api/v1/search",
        "/api/v1/search/suggest",
        "/api/v1/stations",
        "/api/v1/stations/nearest",
        "/api/v1/consultations",
        "/api/v1/consultations/open",
    ] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
}
