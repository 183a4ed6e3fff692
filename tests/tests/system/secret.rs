//! A shelter's place, written where an editor might while the site runs: it reaches no page, no answer, no index and no file.
//!
//! What a build refuses is asked for while it lies there; what a build lets lie (notes, leftovers of an import, what a camera puts
//! into a picture) is there all the time. `site-gen`'s tests try every place in the content; here the server is asked.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tests::http::Client;
use tests::phone::ask;
use tests::pictures::PICTURE;
use tests::server::{Ground, Server};
use tests::workspace;

const PATIENCE: Duration = Duration::from_secs(30);
const SHELTER: &str = "stations/shili-county/secret-shelter.md";
const GUIDE: &str = "guides/work/maternity-leave.md";
/// The road, the position and the road in letters.
const SECRETS: [&str; 4] = ["金雀花路", "40.43219", "102.34567", "jinquehua"];
const PLACE: (f64, f64) = (40.432_198_7, 102.345_678_9);

/// Everything that answers, asked for the shelter as its guests might and as somebody who looks for it would.
const ASKED: [&str; 26] = [
    "/stations/",
    "/stations/secret-shelter/",
    "/regions/990121/",
    "/coverage/990121/",
    "/search/?q=%E5%BA%87%E6%8A%A4",
    "/guides/work/maternity-leave/",
    "/stations/?region=990121&kind=shelter",
    "/stations/?near=40.44,102.35",
    "/api/v1/regions",
    "/api/v1/stations/secret-shelter",
    "/api/v1/stations?region=990121&kind=shelter",
    "/api/v1/stations?near=40.4321987,102.3456789&limit=100",
    "/api/v1/stations?kind=shelter&open_at=now&datum_out=gcj02",
    "/api/v1/search?q=%E5%BA%87%E6%8A%A4",
    "/api/v1/search?q=%E4%B8%B4%E6%97%B6%E5%BA%87%E6%8A%A4%E6%89%80",
    "/api/v1/search/suggest?q=%E5%BA%87%E6%8A%A4",
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
];

/// What a build lets lie: it publishes none of it.
fn leave_about(ground: &Ground) {
    let told = format!("{} 77 号 {} {} jinquehua", SECRETS[0], PLACE.0, PLACE.1);
    let content = ground.content();
    fs::write(content.join("notes.txt"), &told).unwrap();
    fs::write(content.join("名单.未导入.txt"), format!("位置,内容\n,{told}\n")).unwrap();
    fs::write(content.join("guides/work/.maternity-leave.md.swp"), &told).unwrap();
    fs::create_dir_all(content.join("images")).unwrap();
    fs::write(content.join("images/door.png"), [PICTURE, told.as_bytes()].concat()).unwrap();
    let guide = fs::read_to_string(content.join(GUIDE)).unwrap();
    let shown = guide.replacen("\n---\n", "\n---\n\n![一扇灰色的门](/images/door.png)\n", 1);
    fs::write(content.join(GUIDE), shown).unwrap();
}

/// Whatever answers tells nothing, and neither does a file that the server keeps.
fn assert_nobody_is_told(ground: &Ground, server: &Server, when: &str) {
    let client = server.client();
    for path in ASKED {
        let answer = client.get(path).unwrap();
        // Before it is mended its page is not there.
        assert!(
            answer.status == 200 || (when == "refused" && path.contains("secret-shelter")),
            "{path}: {}",
            answer.status
        );
        for secret in SECRETS {
            assert!(!answer.body.contains(secret), "{when}: {path} tells {secret}");
        }
    }
    assert_its_place_is_no_way_to_it(&client);
    for file in workspace::files_under(&ground.var()) {
        let bytes = fs::read(&file).unwrap();
        for secret in SECRETS {
            let found = memchr::memmem::find(&bytes, secret.as_bytes());
            assert!(found.is_none(), "{when}: {} holds {secret}", file.display());
        }
    }
}

/// Who looks for its place by name or words finds nothing, not even that there is something.
fn assert_its_place_is_no_way_to_it(client: &Client) {
    let by_words = client.get("/api/v1/stations?q=%E9%87%91%E9%9B%80%E8%8A%B1%E8%B7%AF").unwrap();
    assert_eq!(by_words.json().unwrap()["total"], 0);
    let by_place = client.get("/api/v1/stations?place=%E9%87%91%E9%9B%80%E8%8A%B1%E8%B7%AF").unwrap();
    assert_eq!(by_place.status, 400);
    for typed in ["%E9%87%91%E9%9B%80%E8%8A%B1", "jinquehua", "jqhl"] {
        let suggested = client.get(&format!("/api/v1/search/suggest?q={typed}")).unwrap().json().unwrap();
        assert!(!suggested.to_string().contains("庇护"), "{typed}: {suggested}");
        let found = client.get(&format!("/api/v1/search?q={typed}")).unwrap().json().unwrap();
        assert!(!found.to_string().contains("secret-shelter"), "{typed}: {found}");
    }
}

/// What a phone makes of the cells it fetches: nothing is at the place.
fn assert_no_phone_finds_it(ground: &Ground) {
    let question = json!({ "near": { "lat": PLACE.0, "lon": PLACE.1 }, "rings": 12 });
    let Some(answers) = ask(&ground.var().join("site"), &[question], "a shelter in cells").unwrap() else {
        return;
    };
    let stations = answers[0]["stations"].as_array().unwrap();
    assert!(!stations.is_empty(), "{}", answers[0]);
    let at_the_place = |station: &&Value| station["distance_m"].as_f64().is_none_or(|away| away < 150.0);
    assert_eq!(stations.iter().find(at_the_place), None);
}

#[test]
fn a_shelters_address_reaches_no_page_no_answer_and_no_file() {
    let ground = Ground::with_own_content().unwrap();
    leave_about(&ground);
    let server = ground.start().unwrap();
    let path = ground.content().join(SHELTER);
    let shelter = format!(
        "---\nname: 示例县临时庇护所\nkind: shelter\nregion: \"990121\"\naddress: {road} 77 号\nlocation: {{lat: {}, lon: {}, datum: wgs84}}\nphones: [\"0000-5559999\"]\n---\n{road} 77 号，后门。\n",
        PLACE.0,
        PLACE.1,
        road = SECRETS[0]
    );
    fs::write(&path, &shelter).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert!(server.said().contains("shelter-address"));
    assert_nobody_is_told(&ground, &server, "refused");

    let clean = |line: &&str| !SECRETS.iter().any(|secret| line.contains(secret));
    fs::write(&path, shelter.lines().filter(clean).flat_map(|line| [line, "\n"]).collect::<String>())
        .unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
    assert_nobody_is_told(&ground, &server, "mended");
    assert_no_phone_finds_it(&ground);
    let page = server.client().get("/stations/secret-shelter/").unwrap().body;
    assert!(page.contains("0000-5559999"), "its hotline is there");
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
