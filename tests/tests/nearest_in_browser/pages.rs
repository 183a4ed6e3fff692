//! The pages of a station and of a division: open now or not, large enough, on paper.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use search::hours::holidays::Holidays;
use search::record::Station;
use serde_json::{Value, json};
use tests::browser::{DESK, PHONE, PHONE_WITHOUT_SCRIPTS};

use crate::Site;

/// What a server would say of a station's hours at this moment, in China.
fn said_now(station: &Station) -> String {
    let moment = Timestamp::now().to_zoned(TimeZone::fixed(jiff::tz::offset(8))).datetime();
    station.hours.as_ref().unwrap().rules.at(moment, Holidays::known()).words(moment)
}

#[tokio::test]
async fn a_stations_page_says_whether_it_is_open_by_the_clock_in_china() {
    let Some(site) = Site::open(PHONE, "open now").await else { return };
    for zone in ["America/New_York", "Asia/Shanghai"] {
        site.phone.command("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await.unwrap();
        let stations = site.stations.iter().filter(|station| station.hours.is_some());
        for station in stations.step_by(9) {
            let before = said_now(station);
            site.phone.goto(&format!("{}{}", site.files.base, station.url)).await.unwrap();
            let told = site.phone.text("[data-rules] b").await.unwrap();
            assert!(
                [before, said_now(station)].contains(&told.trim_end_matches('。').to_owned()),
                "{}: {told}",
                station.id
            );
        }
    }
    let way = "[...document.querySelectorAll('#way .button')].map((way) => way.getAttribute('href').split(/[:?]/, 2).join(':'))";
    let ways = site.phone.evaluate(way).await.unwrap();
    assert_eq!(ways.as_array().map(Vec::len), Some(4), "{ways}");
}

#[tokio::test]
async fn a_divisions_list_says_which_of_its_stations_are_open() {
    let Some(site) = Site::open(PHONE, "open now, in a list").await else { return };
    site.phone.goto(&format!("{}/regions/990121/", site.files.base)).await.unwrap();
    let script = "[...document.querySelectorAll('.places li')].filter((row) => row.querySelector('[data-rules]'))
        .map((row) => [row.querySelector('h3').textContent, row.querySelector('[data-rules] b').textContent])";
    let before: Vec<(String, String)> =
        serde_json::from_value(site.phone.evaluate(script).await.unwrap()).unwrap();
    assert!(before.len() >= 5 && before.iter().any(|(name, _)| name.contains("庇护")), "{before:?}");
    for (name, told) in before {
        let mut named =
            site.stations.iter().filter(|station| station.name == name && station.hours.is_some());
        let told = told.trim_end_matches('。');
        assert!(named.any(|station| told == said_now(station)), "{name}: {told}");
    }
}

#[tokio::test]
async fn without_scripts_the_written_hours_stand_alone() {
    let Some(site) = Site::open(PHONE_WITHOUT_SCRIPTS, "hours without scripts").await else { return };
    let station = site.stations.iter().find(|station| station.hours.is_some()).unwrap();
    site.phone.goto(&format!("{}{}", site.files.base, station.url)).await.unwrap();
    let page = site.phone.evaluate("document.body.innerText").await.unwrap();
    let page: String = page.as_str().unwrap().chars().filter(|c| *c != '\u{2060}').collect();
    assert!(page.contains(&station.hours.as_ref().unwrap().text), "{page}");
    assert!(!page.contains("现在开着") && !page.contains("现在没开"));
    assert_eq!(
        site.phone.evaluate("!!document.querySelector('a[href^=\"tel:\"]')").await.unwrap(),
        Value::Bool(true)
    );
}

#[tokio::test]
async fn what_is_shown_to_a_driver_is_large_enough_to_read_from_the_front_seat() {
    let Some(site) = Site::open(PHONE, "shown to a driver").await else { return };
    let stations = site.stations.iter().filter(|station| station.address().is_some());
    for station in stations.step_by(7) {
        site.phone.goto(&format!("{}{}", site.files.base, station.url)).await.unwrap();
        let letters = "parseFloat(getComputedStyle(document.querySelector('.driver')).fontSize)";
        let letters = site.phone.evaluate(letters).await.unwrap().as_f64().unwrap();
        assert!(letters >= 24.0, "{}: {letters} px", station.id);
        let wide = site.phone.evaluate("document.querySelector('.driver').scrollWidth <= innerWidth").await;
        assert_eq!(wide.unwrap(), true, "{}", station.id);
    }
}

#[tokio::test]
async fn a_county_is_printed_with_its_schematic() {
    let Some(site) = Site::open(DESK, "a county on paper").await else { return };
    site.phone.goto(&format!("{}/regions/990121/", site.files.base)).await.unwrap();
    let whole = site.phone.pdf().await.unwrap();
    assert!(whole.starts_with(b"%PDF-") && whole.len() > 20_000, "{} bytes", whole.len());
    site.phone.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.unwrap();
    let map =
        site.phone.evaluate("document.querySelector('svg.map').getBoundingClientRect().width").await.unwrap();
    assert!(map.as_f64().unwrap() > 300.0, "{map}");
    // What it adds to the paper are its lines and names.
    site.phone.evaluate("document.querySelector('svg.map').remove(), 0").await.unwrap();
    let without = site.phone.pdf().await.unwrap();
    assert!(whole.len() > without.len() + 2_000, "{} bytes, {} without", whole.len(), without.len());
}
