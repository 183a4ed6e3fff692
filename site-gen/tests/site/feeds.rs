//! What programs subscribe to, of the real content: valid, without a clock, without a shelter.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::common::{TestSite, read_all, real_site};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const MAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(files[path].clone()).unwrap()
}

fn child<'a>(node: Node<'a, '_>, space: &'static str, name: &'static str) -> &'a str {
    let found = node.children().find(|child| child.has_tag_name((space, name)));
    found.and_then(|found| found.text()).unwrap_or_else(|| panic!("no {name} in {:?}", node.tag_name()))
}

fn is_moment(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() && text.ends_with("+08:00")
}

#[test]
fn every_feed_is_valid_atom_and_says_when_it_changed() {
    let files = real_site();
    let feeds: Vec<&String> =
        files.keys().filter(|path| *path == "atom.xml" || path.ends_with("/feed.xml")).collect();
    assert_eq!(feeds.len(), 1 + 8, "the site's and one for each topic with dated guides: {feeds:?}");
    let mut ids = BTreeSet::new();
    for path in feeds {
        let xml = text(files, path);
        let document = Document::parse(&xml).unwrap();
        let feed = document.root_element();
        assert!(feed.has_tag_name((ATOM, "feed")), "{path}");
        assert!(ids.insert(child(feed, ATOM, "id").to_owned()), "{path}: an id of its own");
        assert!(!child(feed, ATOM, "title").is_empty() && is_moment(child(feed, ATOM, "updated")), "{path}");
        let own = feed.children().find(|node| node.attribute("rel") == Some("self")).unwrap();
        assert_eq!(own.attribute("href"), Some(format!("https://nuanzhan.example/{path}").as_str()));
        let entries: Vec<Node> = feed.children().filter(|node| node.has_tag_name((ATOM, "entry"))).collect();
        assert!(!entries.is_empty(), "{path}");
        let mut of_feed = BTreeSet::new();
        let mut last = "9999".to_owned();
        for entry in entries {
            let (id, updated) = (child(entry, ATOM, "id"), child(entry, ATOM, "updated"));
            assert!(of_feed.insert(id) && id.starts_with("https://nuanzhan.example/guides/"), "{path}: {id}");
            assert!(is_moment(updated) && updated <= last.as_str(), "{path}: newest first");
            updated.clone_into(&mut last);
            let page = format!("{}index.html", id.trim_start_matches("https://nuanzhan.example/"));
            assert!(files.contains_key(&page), "{path} names {id}");
        }
    }
}

#[test]
fn the_map_names_every_page_that_may_be_listed_and_no_other() {
    let files = real_site();
    let xml = text(files, "sitemap.xml");
    let index = Document::parse(&xml).unwrap();
    let mut named = BTreeSet::new();
    for part in index.descendants().filter(|node| node.has_tag_name((MAP, "sitemap"))) {
        assert!(child(part, MAP, "lastmod").parse::<jiff::civil::Date>().is_ok());
        let path = child(part, MAP, "loc").strip_prefix("https://nuanzhan.example/").unwrap();
        let xml = text(files, path);
        let map = Document::parse(&xml).unwrap();
        for url in map.descendants().filter(|node| node.has_tag_name((MAP, "url"))) {
            named.insert(child(url, MAP, "loc").trim_start_matches("https://nuanzhan.example/").to_owned());
        }
    }
    let listed = files.iter().filter(|(path, bytes)| {
        path.ends_with("index.html")
            && String::from_utf8_lossy(bytes).contains("<link rel=\"canonical\"")
            && !String::from_utf8_lossy(bytes).contains("content=\"noindex\"")
    });
    let listed: BTreeSet<String> =
        listed.map(|(path, _)| path.trim_end_matches("index.html").to_owned()).collect();
    assert_eq!(named, listed);
    let robots = text(files, "robots.txt");
    assert!(
        robots.contains("Sitemap: https://nuanzhan.example/sitemap.xml\n")
            && robots.contains("Disallow: /desk/")
    );
}

/// Reads a calendar as a phone would: unfolds, checks the frame, gives the events as name and value.
fn events(path: &str, calendar: &str) -> Vec<BTreeMap<String, String>> {
    assert!(
        calendar.ends_with("END:VCALENDAR\r\n") && !calendar.replace("\r\n", "").contains(['\r', '\n']),
        "{path}"
    );
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{path}");
    let unfolded = calendar.replace("\r\n ", "");
    let (mut events, mut open) = (Vec::new(), Vec::new());
    for line in unfolded.lines() {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{path}: {line}"));
        match name {
            "BEGIN" => {
                open.push(value.to_owned());
                if value == "VEVENT" {
                    events.push(BTreeMap::new());
                }
            }
            "END" => assert_eq!(open.pop().as_deref(), Some(value), "{path}"),
            _ if open.last().is_some_and(|part| part == "VEVENT") => {
                let name = name.split(';').next().unwrap();
                let earlier = events.last_mut().unwrap().insert(name.to_owned(), value.to_owned());
                assert!(earlier.is_none(), "{path}: {name} twice");
            }
            _ => {}
        }
    }
    assert!(
        open.is_empty() && unfolded.contains("VERSION:2.0\r\n") && unfolded.contains("PRODID:"),
        "{path}"
    );
    events
}

#[test]
fn every_calendar_is_one_and_every_event_has_its_day_and_its_own_id() {
    let files = real_site();
    let calendars: Vec<&String> = files.keys().filter(|path| path.ends_with(".ics")).collect();
    assert!(calendars.len() > 5, "{calendars:?}");
    let everything = events("calendar.ics", &text(files, "calendar.ics"));
    let ids: BTreeSet<&String> = everything.iter().map(|event| &event["UID"]).collect();
    assert_eq!(ids.len(), everything.len(), "ids are unique");
    assert!(everything.iter().filter(|event| event["UID"].starts_with("campaign-")).count() >= 5);
    for path in calendars {
        let calendar = text(files, path);
        for event in events(path, &calendar) {
            for needed in ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "URL"] {
                assert!(event.contains_key(needed), "{path} lacks {needed}: {event:?}");
            }
            assert!(event["DTSTART"] < event["DTEND"], "{path}: {event:?}");
            assert!(ids.contains(&event["UID"]), "{path}: the same event has the same id everywhere");
            let page = event["URL"].trim_start_matches("https://nuanzhan.example/");
            assert!(files.contains_key(&format!("{page}index.html")), "{path}: {page}");
        }
        assert!(!calendar.contains("庇护"), "{path} tells of a shelter");
        let page = path.replace("calendar.ics", "index.html");
        let page = if path == "calendar.ics" { "campaigns/index.html" } else { &page };
        assert!(text(files, page).contains(&format!("href=\"/{path}\"")), "{page} leads to {path}");
    }
}

#[test]
fn the_home_page_says_who_is_where_on_which_days() {
    let home = text(real_site(), "index.html");
    let (_, duties) = home.split_once("值班和接访日").expect("a part for them");
    let duties = &duties[..duties.find("</section>").unwrap()];
    assert!(duties.contains("href=\"/stations/") && duties.contains("href=\"/regions/990100/\""), "{duties}");
    assert!(duties.contains("每月") || duties.contains("每周"), "{duties}");
    assert!(duties.matches("<li>").count() <= 4, "{duties}");
}

/// A page's words without the marks that only keep them on one line.
fn words(page: &str) -> String {
    text(real_site(), page).replace("<span class=\"nb\">", "").replace("</span>", "")
}

#[test]
fn a_stations_page_and_its_countys_say_who_is_there_on_which_days() {
    let stations: Vec<Value> = serde_json::from_str(&text(real_site(), "data/stations.json")).unwrap();
    let on_duty: Vec<&Value> = stations
        .iter()
        .filter(|station| station["duty"].as_array().is_some_and(|days| !days.is_empty()))
        .collect();
    assert!(on_duty.len() >= 11, "{}", on_duty.len());
    let mut in_counties = 0;
    for station in on_duty {
        let (url, name) = (station["url"].as_str().unwrap(), station["name"].as_str().unwrap());
        let page = words(&format!("{}index.html", url.trim_start_matches('/')));
        let county = words(&format!("regions/{}/index.html", &station["region"].as_str().unwrap()[..6]));
        let days: Vec<&str> =
            station["duty"].as_array().unwrap().iter().map(|day| day["text"].as_str().unwrap()).collect();
        for day in &days {
            assert!(page.contains(&format!("<li>{day}</li>")), "{name}: {day}");
        }
        // A county of many says how many more there are: a station's row is whole or not there.
        let row = format!("<li><a href=\"{url}\">{name}</a><div class=\"meta\">");
        match county.split_once(&row) {
            Some((_, row)) => {
                assert_eq!(row.split_once("</div>").unwrap().0, days.join("<br>"), "{name}");
                in_counties += 1;
            }
            None => assert!(county.contains("个站有固定的日子"), "{name} in its county"),
        }
    }
    assert!(in_counties >= 11, "{in_counties}");
}

#[test]
fn what_is_shown_to_a_driver_is_the_address_and_a_secret_one_is_not() {
    let stations: Vec<Value> = serde_json::from_str(&text(real_site(), "data/stations.json")).unwrap();
    let (mut shown, mut secret) = (0, 0);
    for station in &stations {
        let url = station["url"].as_str().unwrap();
        let page = text(real_site(), &format!("{}index.html", url.trim_start_matches('/')));
        let block =
            page.split_once("<div class=\"driver\">").map(|(_, rest)| rest.split_once("</div>").unwrap().0);
        match station["address"].as_str() {
            Some(address) => {
                assert!(
                    block.is_some_and(|block| block.starts_with(&format!("请送我到<br>{address}<small>"))),
                    "{url}: {block:?}"
                );
                shown += 1;
            }
            None => assert_eq!(block, None, "{url}"),
        }
        if station["confidential"] == true {
            assert!(block.is_none() && page.contains("这里的地址不公开"), "{url}");
            secret += 1;
        }
    }
    assert!(shown >= 78 && secret == 2, "{shown} with an address, {secret} without");
}

#[test]
fn a_shelters_duty_days_are_in_no_calendar() {
    let site = TestSite::new();
    let duty = "duty:\n  - rule: \"FREQ=WEEKLY;BYDAY=MO\"\n    time: \"09:00-11:00\"\n    who: 社工值班\n";
    site.edit("stations/shili-county/county-shelter.md", "visibility:", &format!("{duty}visibility:"));
    site.build();
    let files = read_all(&site.dist());
    assert!(files.keys().filter(|path| path.ends_with(".ics")).eq(["calendar.ics"]));
    assert!(!text(&files, "calendar.ics").contains("社工值班"));
    site.edit("stations/shili-county/nuanxi-rights.md", "address:", &format!("{duty}address:"));
    site.build();
    let files = read_all(&site.dist());
    assert!(text(&files, "regions/990121/calendar.ics").matches("BEGIN:VEVENT").count() == 1);
    assert!(!files.contains_key("stations/county-shelter/calendar.ics"));
}

#[test]
fn browsers_are_told_of_the_search_only_where_the_operator_wants_it() {
    let site = TestSite::new();
    let link = "rel=\"search\"";
    site.build();
    assert!(read_all(&site.dist()).values().all(|bytes| !String::from_utf8_lossy(bytes).contains(link)));
    site.edit("site.toml", "region =", "search_in_browser = true\nregion =");
    site.build();
    let files = read_all(&site.dist());
    // The page that leads out by itself tells nothing of this site.
    let pages = files.iter().filter(|(path, _)| path.ends_with(".html") && *path != "leave/index.html");
    for (path, bytes) in pages {
        assert!(String::from_utf8_lossy(bytes).contains(link), "{path}");
    }
    let description = text(&files, "opensearch.xml");
    assert!(Document::parse(&description).is_ok() && description.contains("/search/?q={searchTerms}"));
}
