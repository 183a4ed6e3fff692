//! An editor at work beside a running site.

use std::time::Duration;

use tests::http::visible_text;
use tests::server::Ground;
use tests::workspace;

const PATIENCE: Duration = Duration::from_secs(30);
const GUIDE: &str = "guides/work/maternity-leave.md";
const PAGE: &str = "/guides/work/maternity-leave/";

#[test]
fn a_saved_file_is_on_the_site_a_moment_later() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let path = ground.content().join(GUIDE);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\n---\n", "\n---\n\n这一句是刚才加的。\n", 1)).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
    assert!(visible_text(&server.client().get(PAGE).unwrap().body).contains("这一句是刚才加的。"));
    let found = server
        .client()
        .get("/api/v1/search?q=%E8%BF%99%E4%B8%80%E5%8F%A5%E6%98%AF%E5%88%9A%E6%89%8D")
        .unwrap();
    assert!(found.body.contains("maternity-leave"), "search sees it too: {}", found.body);
}

#[test]
fn a_broken_file_leaves_the_site_up_and_mending_it_is_seen() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let path = ground.content().join(GUIDE);
    let good = std::fs::read_to_string(&path).unwrap();
    let before = server.client().get(PAGE).unwrap().body;
    std::fs::write(&path, good.replacen("title:", "titel:", 1)).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert!(server.said().contains("是不是想写 title"), "{}", server.said());
    assert_eq!(server.client().get(PAGE).unwrap().body, before);
    assert_eq!(server.client().get("/readyz").unwrap().status, 200);
    std::fs::write(&path, good).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
}

#[test]
fn a_folder_that_disappears_and_comes_back_is_survived() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let (folder, away) = (ground.content().join("guides"), ground.folder().join("away"));
    std::fs::rename(&folder, &away).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert_eq!(server.client().get(PAGE).unwrap().status, 200);
    std::fs::rename(&away, &folder).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
}

/// An address, a position and a telephone of a shelter, written where an editor might: none reaches anybody.
#[test]
fn a_shelters_address_reaches_no_page_no_answer_and_no_file() {
    let secrets = ["金雀花路", "40.4321987", "102.3456789"];
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let path = ground.content().join("stations/shili-county/secret-shelter.md");
    let shelter = format!(
        "---\nname: 示例县临时庇护所\nkind: shelter\nregion: \"990121\"\naddress: {} 77 号\nlocation: {{lat: {}, lon: {}, datum: wgs84}}\nphones: [\"0000-5559999\"]\n---\n{} 77 号，后门。\n",
        secrets[0], secrets[1], secrets[2], secrets[0]
    );
    std::fs::write(&path, &shelter).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert!(server.said().contains("shelter-address"));
    let clean: String = shelter
        .lines()
        .filter(|line| !secrets.iter().any(|secret| line.contains(secret)))
        .flat_map(|line| [line, "\n"])
        .collect();
    std::fs::write(&path, clean).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();

    let client = server.client();
    for path in [
        "/stations/secret-shelter/",
        "/regions/990121/",
        "/stations/?region=990121&kind=shelter",
        "/api/v1/stations/secret-shelter",
        "/api/v1/stations?region=990121&kind=shelter",
        "/api/v1/stations?near=40.4321987,102.3456789&limit=100",
        "/api/v1/search?q=%E5%BA%87%E6%8A%A4",
        "/api/v1/stations?kind=shelter&open_at=now&datum_out=gcj02",
        "/api/v1/hsds/services?per_page=100&full=true",
        "/api/v1/hsds/services?search=%E5%BA%87%E6%8A%A4&full=true",
        "/api/v1/hsds/service_at_locations?per_page=100&full=true",
        "/api/v1/hsds/organizations?per_page=100&full=true&full_service=true",
        "/data/stations.json",
        "/data/stations.geojson",
        "/data/stations.csv",
        "/data/coverage.csv",
        "/data/hsds/services.json",
        "/data/near/index.json",
    ] {
        let answer = client.get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            secrets.iter().all(|secret| !answer.body.contains(secret)),
            "{path} tells where the shelter is"
        );
    }
    // Who looks for its place by name or words finds nothing, not even that there is something.
    let by_words = client.get("/api/v1/stations?q=%E9%87%91%E9%9B%80%E8%8A%B1%E8%B7%AF").unwrap();
    assert_eq!(by_words.json().unwrap()["total"], 0);
    let by_place = client.get("/api/v1/stations?place=%E9%87%91%E9%9B%80%E8%8A%B1%E8%B7%AF").unwrap();
    assert_eq!(by_place.status, 400);
    assert!(
        client.get("/stations/secret-shelter/").unwrap().body.contains("0000-5559999"),
        "its hotline is there"
    );
    for file in workspace::files_under(&ground.var()) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            assert!(!contains(&bytes, secret.as_bytes()), "{} holds {secret}", file.display());
        }
    }
}

/// The real content holds no place of its two shelters either.
#[test]
fn the_real_shelters_have_a_hotline_and_no_place() {
    let server = Ground::new().unwrap().start().unwrap();
    let stations = server.client().get("/data/stations.json").unwrap().json().unwrap();
    let shelters: Vec<_> =
        stations.as_array().unwrap().iter().filter(|station| station["kind"] == "shelter").collect();
    assert_eq!(shelters.len(), 2);
    for shelter in shelters {
        assert_eq!(shelter["confidential"], true);
        assert!(shelter.get("address").is_none() && shelter.get("location").is_none(), "{shelter}");
        assert!(!shelter["phones"].as_array().unwrap().is_empty());
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
