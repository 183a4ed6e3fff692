//! Lists of stations: chosen by place, by who is there and who comes to the house, and the way to each of them.

use search::record::{Person, Station};
use search::vocabulary::{Audience, Facility, Profession, StationKind};
use serde_json::json;
use tests::browser::{DESK, PHONE};

use crate::{PLACES, Site};

/// Whatever map a phone has: the first tap shows all ways, the second is one of them.
#[tokio::test]
async fn a_route_is_two_taps_from_any_list() {
    let Some(site) = Site::open(PHONE, "two taps to a route").await else { return };
    site.at(PLACES[0]).await;
    site.shown().await;
    let near = site.nearest(PLACES[0], |_| true)[0].1.to_owned();
    a_way_from_its_row(&site, &near).await;
    site.phone.goto(&format!("{}/regions/990121/", site.files.base)).await.unwrap();
    a_way_from_its_row(&site, &near).await;
    site.phone.goto(&format!("{}/regions/990121/", site.files.base)).await.unwrap();
    let secret = "[...document.querySelectorAll('.places li')].filter((row) => row.textContent.includes('地址保密')).map((row) => row.querySelectorAll('.button').length)";
    assert_eq!(site.phone.evaluate(secret).await.unwrap(), json!([1]), "a secret place is only to be called");
}

/// Follows the way in the row of a station on the page, which must lead to its maps on the screen.
async fn a_way_from_its_row(site: &Site, name: &str) {
    let station = site.stations.iter().find(|station| station.name == name).unwrap();
    let place = station.location().unwrap();
    let row = format!(
        "[...document.querySelectorAll('.places li')].find((row) => row.querySelector('h3').textContent === '{name}')"
    );
    let low = format!(
        "[...{row}.querySelectorAll('.button')].filter((way) => way.getBoundingClientRect().height < 44).length"
    );
    assert_eq!(site.phone.evaluate(&low).await.unwrap(), 0, "a finger's width");
    site.phone
        .evaluate(&format!("{row}.querySelector('.acts a:not([href^=\"tel:\"])').click(), 0"))
        .await
        .unwrap();
    site.wait_for(&format!(
        "location.pathname === '{}' && location.hash === '#way' && document.readyState === 'complete'",
        station.url
    ))
    .await;
    let in_sight = "[...document.querySelectorAll('#way .button')].filter((way) => { const box = way.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }).map((way) => way.href)";
    let ways = site.phone.evaluate(in_sight).await.unwrap();
    let ways: Vec<&str> = ways.as_array().unwrap().iter().map(|way| way.as_str().unwrap()).collect();
    let point = format!("{:.6},{:.6}", place.lat(), place.lon());
    assert!(ways.len() == 4 && ways[0] == format!("geo:{point}?q={point}"), "{name}: {ways:?}");
    for (way, program) in ways[1..].iter().zip([
        "https://uri.amap.com/",
        "https://api.map.baidu.com/",
        "https://apis.map.qq.com/",
    ]) {
        assert!(way.starts_with(program), "{way}");
    }
}

/// Chooses of a list, as a finger does.
fn choose(field: &str, value: &str) -> String {
    format!(
        "document.getElementById('{field}').value = '{value}', document.getElementById('{field}').dispatchEvent(new Event('change', {{ bubbles: true }}))"
    )
}

#[tokio::test]
async fn who_is_there_and_who_comes_to_the_house_can_be_chosen_by_place() {
    let Some(site) = Site::open(PHONE, "more to choose").await else { return };
    let lawyers = |station: &Station, topic: &str| {
        let knows = |person: &&Person| {
            person.profession == Some(Profession::Lawyer) && person.topics.iter().any(|known| known == topic)
        };
        station.people.iter().any(|person| knows(&person))
    };
    let topic = site
        .stations
        .iter()
        .flat_map(|station| &station.people)
        .find(|person| person.profession == Some(Profession::Lawyer) && !person.topics.is_empty())
        .map(|person| person.topics[0].clone())
        .unwrap();
    let visited = [Audience::Older, Audience::Everyone];
    let visits = |station: &Station| station.home_visits.iter().any(|whom| visited.contains(whom));
    let step_free = |station: &Station| station.facilities.contains(&Facility::StepFree);
    let address = |asked: &str| format!("{}/stations/?{asked}", site.files.base);
    for (asked, expected) in [
        (format!("profession=lawyer&topic={topic}"), site.named(|station| lawyers(station, &topic))),
        ("home_visit=older".to_owned(), site.named(visits)),
        (
            "home_visit=older&access=step_free".to_owned(),
            site.named(|station| visits(station) && step_free(station)),
        ),
    ] {
        assert!(!expected.is_empty() && expected.len() < site.stations.len(), "{asked}");
        // Chosen on the page, and as an address that somebody passed on.
        site.phone.goto(&format!("{}/stations/", site.files.base)).await.unwrap();
        site.phone.click("#only summary").await.unwrap();
        for (field, value) in asked.split('&').filter_map(|one| one.split_once('=')) {
            match field {
                "access" => site.phone.click("label[for=access]").await.unwrap(),
                field => drop(site.phone.evaluate(&choose(field, value)).await.unwrap()),
            }
        }
        site.phone.click("#where button").await.unwrap();
        assert_eq!(site.shown_by_name().await, expected, "{asked}");
        site.phone.goto(&address(&asked)).await.unwrap();
        assert_eq!(site.shown_by_name().await, expected, "{asked}");
        let open = "document.getElementById('only').open";
        assert_eq!(site.phone.evaluate(open).await.unwrap(), true, "what narrows the list is in sight");
    }
    // The cells of the map don't say who is there: nothing is fetched in vain, and she is told what to do.
    site.at(PLACES[0]).await;
    site.shown().await;
    let asked = site.files.asked().len();
    site.phone.evaluate(&choose("profession", "lawyer")).await.unwrap();
    site.phone.wait_for_text("要先在下面选地方").await.unwrap();
    assert_eq!(site.files.asked().len(), asked);
}

#[tokio::test]
async fn by_place_and_kind_the_files_are_enough() {
    let Some(site) = Site::open(DESK, "stations by place from files").await else { return };
    site.phone.goto(&format!("{}/stations/?region=990121100&kind=police", site.files.base)).await.unwrap();
    let shown = site.shown().await;
    assert_eq!(shown, ["暖溪镇派出所"]);
    let width = site.phone.evaluate("document.documentElement.scrollWidth").await.unwrap();
    assert_eq!(width, 1280);
    // Injuries are identified in the county: that is shown for the town, and said to be.
    site.phone
        .goto(&format!("{}/stations/?region=990121100&kind=injury_identification", site.files.base))
        .await
        .unwrap();
    let told = site.phone.wait_for_text("这里没有，下面是").await.unwrap();
    assert!(told.contains("这里没有，下面是示例县的。"), "{told}");
    let county = site.stations.iter().filter(|station| {
        station.kind == StationKind::InjuryIdentification && station.region.as_str().starts_with("990121")
    });
    let mut expected: Vec<String> = county.map(|station| station.name.clone()).collect();
    let mut shown = site.shown().await;
    expected.sort();
    shown.sort();
    assert_eq!(shown, expected);
}
