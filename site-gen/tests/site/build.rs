//! What a build leaves on disk: whole sites, identical bytes, no address of a shelter.

use crate::common::{TODAY, TestSite, read_all};
use site_gen::Outcome;

const GUIDE: &str = "guides/domestic-violence/protection-order.md";

#[test]
fn two_builds_give_identical_bytes() {
    let site = TestSite::new();
    let (first, second) = (site.dist(), site.content().with_file_name("again"));
    assert!(matches!(site.build_into(&first), Outcome::Built(_)));
    assert!(matches!(site.build_into(&second), Outcome::Built(_)));
    let (first, second) = (read_all(&first), read_all(&second));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (path, bytes) in &first {
        assert_eq!(Some(bytes), second.get(path), "{path} differs");
    }
}

#[test]
fn no_output_depends_on_the_day_of_the_build() {
    let site = TestSite::new();
    let later = site.content().with_file_name("later");
    site.build();
    let options = site_gen::Options::new(site.content(), &later, jiff::civil::date(2031, 2, 3));
    site_gen::build(&options).unwrap();
    assert_eq!(read_all(&site.dist()), read_all(&later));
}

#[test]
fn a_build_that_is_rejected_leaves_the_site_as_it_was() {
    let site = TestSite::new();
    site.build();
    let before = read_all(&site.dist());
    site.edit(GUIDE, "第二十三条", "第九十九条");
    assert!(matches!(site.build(), Outcome::Rejected(_)));
    assert_eq!(read_all(&site.dist()), before);
}

#[test]
fn every_page_has_its_place_and_the_way_out() {
    let site = TestSite::new();
    site.build();
    let files = read_all(&site.dist());
    for page in [
        "index.html",
        "404.html",
        "ask/index.html",
        "ask/reply/index.html",
        "cases/order-in-two-days/index.html",
        "desk/index.html",
        "guides/domestic-violence/protection-order/index.html",
        "guides/index.html",
        "laws/anti-domestic-violence-law/index.html",
        "regions/990121100/index.html",
        "search/index.html",
        "stations/county-shelter/index.html",
        "stations/nuanxi-rights/index.html",
        "topics/domestic-violence/index.html",
    ] {
        assert!(files.contains_key(page), "{page} is missing: {:#?}", files.keys().collect::<Vec<_>>());
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let html = String::from_utf8_lossy(bytes);
        for part in ["href=\"tel:110\"", "https://www.example.com/", "lang=\"zh-CN\""] {
            // What is left behind in a window's history shows nothing of this site.
            assert!(html.contains(part) || path == "leave/index.html", "{path} lacks {part}");
        }
        for never in ["style=\"", "onclick=", "javascript:", "<!--slot"] {
            assert!(path == "data/shell.html" || !html.contains(never), "{path} has {never}");
        }
    }
}

#[test]
fn what_is_left_in_the_history_leads_outside_and_shows_nothing_of_the_site() {
    let site = TestSite::new();
    site.build();
    let page = String::from_utf8(read_all(&site.dist())["leave/index.html"].clone()).unwrap();
    assert!(page.contains("content=\"0; url=https://www.example.com/\""), "{page}");
    assert!(page.contains("<title>www.example.com</title>"), "{page}");
    for ours in ["暖站", "nuanzhan", "tel:", "维权", "stylesheet", "<script"] {
        assert!(!page.contains(ours), "{ours}: {page}");
    }
    assert!(!String::from_utf8_lossy(&read_all(&site.dist())["sitemap.xml"]).contains("/leave/"));
}

#[test]
fn citations_become_links_and_articles_link_back() {
    let site = TestSite::new();
    site.build();
    let files = read_all(&site.dist());
    let page = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    let guide = page("guides/domestic-violence/protection-order/index.html");
    assert!(guide.contains("href=\"/laws/anti-domestic-violence-law/#art-23\""));
    assert!(guide.contains("href=\"/laws/anti-domestic-violence-law/#art-28\""));
    let law = page("laws/anti-domestic-violence-law/index.html");
    for part in [
        "id=\"art-23\"",
        "id=\"art-28\"",
        "/guides/domestic-violence/protection-order/",
        "/cases/order-in-two-days/",
    ] {
        assert!(law.contains(part), "{part}");
    }
}

#[test]
fn feeds_maps_and_data_are_whole() {
    let site = TestSite::new();
    site.build();
    let files = read_all(&site.dist());
    let text = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    assert!(
        text("sitemap-1.xml")
            .contains("<loc>https://nuanzhan.example/guides/domestic-violence/protection-order/</loc>")
    );
    assert!(text("atom.xml").contains("https://nuanzhan.example/guides/domestic-violence/protection-order/"));
    assert!(!text("sitemap-1.xml").contains("/desk/"));
    let bundle = search::bundle::Bundle::open(&site.dist()).unwrap();
    assert_eq!(bundle.stations.len(), 2);
    search::bundle::Bundle::open_index(&site.dist()).unwrap();
}

/// Every word of a shelter's place, written where an editor might: each refused or harmless, none in any byte of output.
#[test]
fn a_shelters_address_is_in_no_output_byte() {
    let site = TestSite::new();
    let canary = "金雀路 77 号";
    site.write(
        "stations/shili-county/stations.csv",
        format!("slug,name,kind,region,address,lat,lon,datum,phones,visibility\nhidden,示例县庇护所,shelter,990121,{canary},40.4777,102.5777,wgs84,0000-5550777,confidential\n"),
    );
    assert!(matches!(site.build(), Outcome::Rejected(_)));
    assert!(!site.dist().exists(), "nothing was published");
    site.write(
        "stations/shili-county/stations.csv",
        "slug,name,kind,region,address,lat,lon,datum,phones,visibility\nhidden,示例县庇护所,shelter,990121,,,,,0000-5550777,confidential\n",
    );
    assert!(matches!(site.build(), Outcome::Built(_)));
    for (path, bytes) in read_all(&site.dist()) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["金雀路", "40.4777", "102.5777"] {
            assert!(!text.contains(secret), "{path} tells {secret}");
        }
    }
    let bundle = search::bundle::Bundle::open(&site.dist()).unwrap();
    let hidden = bundle.stations.iter().find(|station| station.id == "hidden").unwrap();
    assert!(hidden.is_confidential() && hidden.address().is_none() && hidden.location().is_none());
}

/// A commit changes when the words of a page are from, and no file: the page, the sitemap and the feed follow.
#[test]
fn a_day_that_the_history_gives_later_is_on_the_page_as_in_a_fresh_build() {
    let site = TestSite::new();
    let day = |day| site_gen::history::Changed::from([(GUIDE.to_owned(), jiff::civil::date(2026, 11, day))]);
    let options = |day| site_gen::Options {
        changed: day,
        ..site_gen::Options::new(site.content(), site.dist(), TODAY)
    };
    let mut workshop = site_gen::workshop::Workshop::new(options(day(1)));
    workshop.update(None).unwrap();
    let page = "guides/domestic-violence/protection-order/index.html";
    let holds = |day: &str| {
        let files = read_all(&site.dist());
        [page, "sitemap.xml", "atom.xml"]
            .iter()
            .all(|file| String::from_utf8_lossy(&files[*file]).contains(day))
    };
    assert!(holds("2026-11-01"));
    workshop.know_days(&day(2));
    workshop.update(None).unwrap();
    assert!(holds("2026-11-02") && !holds("2026-11-01"));
    let kept = read_all(&site.dist());
    let fresh = site.content().with_file_name("fresh");
    site_gen::build(&site_gen::Options { out: fresh.clone(), ..options(day(2)) }).unwrap();
    assert_eq!(kept, read_all(&fresh));
}
