//! The nearest station on a phone where nothing answers but files: found by what is on the phone, the place told to nobody; and
//! whether a station is open now, by the clock in China.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod listed;
mod pages;

use std::time::Duration;

use search::coord::Coord;
use search::near::Near;
use search::record::Station;
use search::vocabulary::StationKind;
use serde_json::json;
use site_gen::{Options, Outcome};
use tempfile::TempDir;
use tests::browser::{Browser, Looks, PHONE};
use tests::files::Files;
use tests::phone::nation;
use tests::workspace;

/// Places in and around the invented county, and what their numbers would look like in a request.
const PLACES: [(f64, f64); 4] =
    [(40.5203, 102.5529), (40.4037, 102.4889), (40.4512, 102.6177), (40.1234, 102.0456)];
const PARIS: (f64, f64) = (48.8566, 2.3522);

struct Site {
    folder: TempDir,
    files: Files,
    stations: Vec<Station>,
    phone: Browser,
}

impl Site {
    async fn open(looks: Looks, what: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let options = Options::new(workspace::content(), &site, workspace::newest_day(&workspace::content()));
        assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
        let stations =
            serde_json::from_slice(&std::fs::read(site.join("data/stations.json")).unwrap()).unwrap();
        let files = Files::serve(&site).unwrap();
        let phone = Browser::open(looks, what).await.unwrap()?;
        phone.command("Browser.grantPermissions", json!({ "permissions": ["geolocation"] })).await.unwrap();
        Some(Self { folder, files, stations, phone })
    }

    async fn at(&self, place: (f64, f64)) {
        let here = json!({ "latitude": place.0, "longitude": place.1, "accuracy": 20 });
        self.phone.command("Emulation.setGeolocationOverride", here).await.unwrap();
        self.phone.goto(&format!("{}/stations/", self.files.base)).await.unwrap();
        self.phone.click("#near button").await.unwrap();
    }

    /// Names in the order in which they are shown, those with an address kept secret left out.
    async fn shown(&self) -> Vec<String> {
        self.wait_for("document.querySelectorAll('#places h2').length > 0").await;
        let script =
            "[...document.querySelectorAll('#places h2')].filter((h) => h.textContent === '找到这些')
            .flatMap((h) => [...h.nextElementSibling.querySelectorAll('h3')]).map((h) => h.textContent)";
        let names = self.phone.evaluate(script).await.unwrap();
        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// The same, in the order of names.
    async fn shown_by_name(&self) -> Vec<String> {
        let mut names = self.shown().await;
        names.sort();
        names
    }

    /// The names of those that `fits`, in their order.
    fn named(&self, fits: impl Fn(&Station) -> bool) -> Vec<String> {
        let mut names: Vec<String> = self
            .stations
            .iter()
            .filter(|station| fits(station))
            .map(|station| station.name.clone())
            .collect();
        names.sort();
        names
    }

    async fn wait_for(&self, what: &str) {
        for _ in 0..200 {
            if self.phone.evaluate(what).await.unwrap_or_default() == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let page = self.phone.evaluate("document.body.innerText").await.unwrap();
        panic!("never: {what}\n{page}");
    }

    /// How many kilometres around her nothing is missing, as the page says; where it does not say, far more than the Earth has.
    async fn clear(&self) -> f64 {
        let script = "parseFloat((/约 ([\\d.]+) 公里以内/.exec(document.getElementById('places').textContent) || [0, 1e9])[1])";
        self.phone.evaluate(script).await.unwrap().as_f64().unwrap()
    }

    /// Whether what the page says is on the screen.
    async fn is_in_sight(&self) -> bool {
        let script = "(function () {
            const told = document.querySelector('#places .notice').getBoundingClientRect();
            return told.top >= 0 && told.bottom <= innerHeight;
        })()";
        self.phone.evaluate(script).await.unwrap() == true
    }

    /// Looks farther, until the page has an answer.
    async fn go_on(&self) {
        self.phone.click("#places .buttons button").await.unwrap();
        self.wait_for("!document.getElementById('places').textContent.includes('正在找')").await;
    }

    /// The names and distances of those that `fits`, nearest first.
    fn nearest(&self, place: (f64, f64), fits: impl Fn(&Station) -> bool) -> Vec<(f64, &str)> {
        let from = Coord::new(place.0, place.1).unwrap();
        let found = self.stations.iter().filter(|station| fits(station));
        let mut found: Vec<(f64, &str)> = found
            .filter_map(|station| Some((station.location()?.distance_m(from), station.name.as_str())))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found
    }

    /// No request says where she is: only files are asked for, without a body, and no number of her place stands anywhere.
    fn nothing_was_told(&self, place: (f64, f64)) {
        for head in self.files.heads() {
            assert!(head.starts_with("GET /"), "{head}");
            assert!(!head.contains("/nearest") && !head.to_lowercase().contains("content-length"), "{head}");
            for number in [place.0, place.1] {
                let digits = number.to_string();
                assert!(!head.contains(&digits[..digits.len() - 2]), "{head}");
            }
        }
    }
}

/// Distances from the page are those from rounded places: names may change places where two are within a few metres.
fn same_order(shown: &[String], expected: &[(f64, &str)]) {
    assert!(!shown.is_empty());
    for (at, name) in shown.iter().enumerate() {
        let (there, _) =
            expected.iter().find(|(_, other)| other == name).unwrap_or_else(|| panic!("{name} does not fit"));
        assert!(
            (there - expected[at].0).abs() < 3.0,
            "number {at} is {name} at {there} m, not {:?}",
            expected[at]
        );
    }
}

#[tokio::test]
async fn the_nearest_on_the_phone_are_the_nearest_of_all_and_nobody_hears_of_the_place() {
    let Some(site) = Site::open(PHONE, "the nearest on the phone").await else { return };
    for place in PLACES {
        site.at(place).await;
        let shown = site.shown().await;
        assert_eq!(shown.len(), 12);
        same_order(&shown, &site.nearest(place, |_| true));
        site.nothing_was_told(place);
    }
    let kept = "localStorage.length + sessionStorage.length + document.cookie.length";
    assert_eq!(site.phone.evaluate(kept).await.unwrap(), 0);
    let asked = site.files.asked();
    assert!(asked.iter().any(|address| address == "/data/near/cells/1.json"), "{asked:?}");
    assert!(
        !asked.iter().any(|address| address.contains("stations.json") || address.contains('?')),
        "{asked:?}"
    );
    // Both a finger's width.
    let low = "[...document.querySelectorAll('#places .button')].filter((way) => way.getBoundingClientRect().height < 44).length";
    assert_eq!(site.phone.evaluate(low).await.unwrap(), 0);
    // Two taps to a call: the button was the first, the number is the second.
    let calls =
        "[...document.querySelectorAll('#places li')].every((row) => row.querySelector('a[href^=\"tel:\"]'))";
    assert_eq!(site.phone.evaluate(calls).await.unwrap(), true);
    let secret = site.phone.text("#places").await.unwrap();
    let secret = secret.split_once("地址保密的，打电话联系").unwrap().1;
    assert!(secret.contains("地址保密") && secret.contains("0000-555"), "{secret}");
    assert!(!secret.contains("公里") && !secret.contains("米"), "{secret}");
    site.at(PLACES[0]).await;
    site.shown().await;
    let secret = site.phone.text("#places").await.unwrap();
    let (ours, theirs) = (secret.find("示例县妇女儿童庇护中心"), secret.find("暖水县妇女儿童庇护中心"));
    assert!(ours < theirs && ours.is_some(), "her own county first: {secret}");
}

#[tokio::test]
async fn what_is_ticked_is_kept_to_without_asking_the_phone_again() {
    let Some(site) = Site::open(PHONE, "the nearest, narrowed").await else { return };
    let place = PLACES[0];
    site.at(place).await;
    site.shown().await;
    // From here on the phone has no place to give.
    site.phone.command("Emulation.setGeolocationOverride", json!({})).await.unwrap();
    let asked = site.files.asked().len();
    site.phone.click("#only summary").await.unwrap();
    site.phone.click("label[for=access]").await.unwrap();
    let facility =
        |station: &Station| station.facilities.iter().any(|facility| facility.code() == "step_free");
    let expected = site.nearest(place, facility);
    site.wait_for(&format!(
        "document.querySelectorAll('#places .places')[0].children.length === {}",
        expected.len().min(12)
    ))
    .await;
    same_order(&site.shown().await, &expected);
    site.phone.click("label[for=access]").await.unwrap();
    site.phone.evaluate("document.getElementById('kind').value = 'police', document.getElementById('kind').dispatchEvent(new Event('change'))").await.unwrap();
    let police = site.nearest(place, |station| station.kind.code() == "police");
    site.wait_for(
        "[...document.querySelectorAll('#places h3')].every((head) => /派出所|公安局/.test(head.textContent))",
    )
    .await;
    same_order(&site.shown().await, &police);
    site.phone.evaluate("document.getElementById('kind').value = '', document.getElementById('kind').dispatchEvent(new Event('change'))").await.unwrap();
    site.phone.click("label[for=open_at]").await.unwrap();
    site.wait_for("[...document.querySelectorAll('#places li')].every((row) => /现在开着|一直开着/.test(row.textContent)) || /没有这样的/.test(document.getElementById('places').textContent)").await;
    assert_eq!(site.files.asked().len(), asked, "nothing more is fetched");
}

#[tokio::test]
async fn what_a_station_does_can_be_chosen_and_its_row_says_so() {
    let Some(site) = Site::open(PHONE, "the nearest, by what it does").await else { return };
    site.at(PLACES[0]).await;
    site.shown().await;
    site.phone.click("#only summary").await.unwrap();
    let advice = |station: &Station| station.services.iter().any(|service| service.code() == "legal_advice");
    site.phone.evaluate("document.getElementById('service').value = 'legal_advice', document.getElementById('service').dispatchEvent(new Event('change', { bubbles: true }))").await.unwrap();
    site.wait_for("[...document.querySelectorAll('#places li')].every((row) => row.textContent.includes('能办法律咨询'))").await;
    same_order(&site.shown().await, &site.nearest(PLACES[0], advice));
}

/// Lays the cells of these stations in the place of the county's own, opens the page, chooses the kind and stands where they begin.
async fn among(site: &Site, stations: &[Station], kind: StationKind) {
    let near = site.folder.path().join("site/data/near");
    std::fs::remove_dir_all(&near).unwrap();
    for (path, bytes) in Near::of(stations).files() {
        let path = site.folder.path().join("site").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let here = stations.iter().find_map(Station::location).unwrap();
    let chosen = format!("document.getElementById('kind').value = '{}'", kind.code());
    let place = json!({ "latitude": here.lat(), "longitude": here.lon(), "accuracy": 20 });
    site.phone.goto(&format!("{}/stations/", site.files.base)).await.unwrap();
    site.phone.evaluate(&chosen).await.unwrap();
    site.phone.command("Emulation.setGeolocationOverride", place).await.unwrap();
    site.phone.click("#near button").await.unwrap();
}

#[tokio::test]
async fn where_there_is_much_to_read_she_says_whether_to_go_on() {
    let Some(site) = Site::open(PHONE, "going on").await else { return };
    let mut stations = nation::stations(20_000);
    // Police stations so rare that nine cells have fewer than twelve.
    let mut police = 0;
    stations.retain(|station| {
        police += usize::from(station.kind == StationKind::Police);
        station.kind != StationKind::Police || police % 10 == 0
    });
    among(&site, &stations, StationKind::Police).await;
    let cells = || site.files.asked().iter().filter(|address| address.contains("/near/cells/")).count();
    let told = site.phone.wait_for_text("往远处找").await.unwrap();
    assert!(told.contains("公里以内"), "{told}");
    assert!(site.is_in_sight().await);
    assert_eq!(cells(), 9);
    let before = site.clear().await;
    site.go_on().await;
    let after = site.clear().await;
    assert!(after > before, "{before}, then {after}");
    assert_eq!(cells(), 18);
}

#[tokio::test]
async fn what_was_not_found_as_far_as_was_looked_is_not_said_to_be_nowhere() {
    let Some(site) = Site::open(PHONE, "going on to the end").await else { return };
    let mut stations = nation::stations(60_000);
    let here = stations.iter().find_map(Station::location).unwrap();
    let far_away = |station: &Station| station.location().is_some_and(|at| at.distance_m(here) > 1_000_000.0);
    stations.retain(|station| station.kind != StationKind::Police || far_away(station));
    assert!(stations.iter().any(|station| station.kind == StationKind::Police));
    among(&site, &stations, StationKind::Police).await;
    let told = site.phone.wait_for_text("往远处找，或者打 12338 问").await.unwrap();
    assert!(told.contains("公里以内没有这样的"), "{told}");
    for _ in 0..12 {
        site.go_on().await;
    }
    let told = site.phone.text("#places").await.unwrap();
    assert!(told.contains("公里以内没有这样的。少选一样再看，或者打 12338 问"), "{told}");
    assert!(!told.contains("往远处找") && !told.contains("这里的站点里"), "{told}");
}

#[tokio::test]
async fn who_is_far_away_or_not_found_is_told_so() {
    let Some(site) = Site::open(PHONE, "the nearest, from far away").await else { return };
    site.at(PARIS).await;
    let told = site.phone.wait_for_text("很远").await.unwrap();
    assert!(told.contains("公里以上") && told.contains("12338"), "{told}");
    assert!(site.is_in_sight().await);
    assert!(!site.files.asked().iter().any(|address| address.contains("/cells/")), "no cell is fetched");
    site.nothing_was_told(PARIS);
    // A page that was just told the place would be told it again from memory.
    site.phone.goto(&format!("{}/stations/", site.files.base)).await.unwrap();
    site.phone.command("Emulation.setGeolocationOverride", json!({})).await.unwrap();
    site.phone.click("#near button").await.unwrap();
    site.phone.wait_for_text("手机现在不知道你在哪里").await.unwrap();
    // A phone that looks for satellites in vain gives up after fifteen seconds; nobody waits for that here.
    let in_vain =
        "navigator.geolocation.getCurrentPosition = function (found, lost) { lost({ code: 3 }); }; 0";
    site.phone.evaluate(in_vain).await.unwrap();
    site.phone.click("#near button").await.unwrap();
    site.phone.wait_for_text("手机一时找不到位置").await.unwrap();
    let denied =
        json!({ "permission": { "name": "geolocation" }, "setting": "denied", "origin": site.files.base });
    site.phone.command("Browser.setPermission", denied).await.unwrap();
    site.phone.goto(&format!("{}/stations/", site.files.base)).await.unwrap();
    site.phone.click("#near button").await.unwrap();
    site.phone.wait_for_text("没有给位置，没关系").await.unwrap();
}
