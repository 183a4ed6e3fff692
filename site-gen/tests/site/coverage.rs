//! The service circle of a site: its pages and its table, from content to bytes.

use crate::common::{TestSite, read_all};

const REGIONS: &str = "code,name,level,lat,lon,radius_km\n990100,示例市,city,40.4,102.2,90\n\
990121,示例县,county,40.4,102.5,95\n990121100,暖溪镇,township,40.45,102.6,\n\
990121100201,近村,village,40.46,102.6,\n990121100202,远村,village,40.75,102.6,\n\
990121100203,没坐标村,village,,,\n990121101,空镇,township,40.3,102.4,\n";

fn site() -> TestSite {
    let site = TestSite::new();
    site.write("regions.csv", REGIONS);
    site
}

fn page(site: &TestSite, path: &str) -> String {
    String::from_utf8(read_all(&site.dist())[path].clone()).unwrap()
}

#[test]
fn a_county_has_its_numbers_its_gaps_and_a_sketch() {
    let site = site();
    site.build();
    let html = page(&site, "coverage/990121/index.html");
    // 0.3 degrees are 33.4 km: at 20 km/h on a way 1.4 times as long, 140 minutes.
    assert!(html.contains("<b>140 分钟</b>") && html.contains("33.4 公里"), "{html}");
    assert!(html.contains("role=\"img\"") && html.contains("示意图，不是地图"));
    assert!(!html.contains("没坐标村"), "within half an hour of the seat, so it is not listed");
    assert!(html.contains("空镇。"), "a township without villages is told");
    assert!(!html.contains("不知道<wbr>位置"), "no column of nothing but 0");
    let whole = page(&site, "coverage/index.html");
    assert!(whole.contains("href=\"/coverage/990121/\"") && whole.contains("1 个村没写坐标，从乡镇驻地算起"));
    let region = page(&site, "regions/990121/index.html");
    assert!(region.contains("href=\"/coverage/990121/\"") && region.contains("的站点示意图"));
    let csv = page(&site, "data/coverage.csv");
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.contains("990121100202,远村,暖溪镇,示例县,village,nuanxi-rights"));
}

#[test]
fn the_settings_of_the_site_are_what_pages_are_made_with() {
    let site = site();
    site.build();
    site.edit(
        "site.toml",
        "[footer]",
        "[coverage]\nspeed_km_h = 60\ndetour = 1\nkinds = [\"维权服务站\"]\n\n[footer]",
    );
    site.build();
    let html = page(&site, "coverage/990121/index.html");
    assert!(
        html.contains("路上每小时走 60 公里")
            && html.contains("33 分钟")
            && html.contains("算进去的站点：维权服务站。")
    );
    site.edit("site.toml", "speed_km_h = 60", "speed_km_h = 0");
    assert_eq!(site.codes(), ["number"]);
    site.edit("site.toml", "speed_km_h = 0", "kind = \"派出所\"");
    assert_eq!(site.codes(), ["unknown-field"]);
}

#[test]
fn a_confidential_station_is_on_no_sketch_and_in_no_number() {
    let site = site();
    site.build();
    let before = read_all(&site.dist());
    site.write(
        "stations/shili-county/canary.md",
        "---\nname: 金丝雀热线\nkind: rights_station\nregion: \"990121\"\nphones: [\"0000-5550777\"]\nvisibility: confidential\n---\n打热线。\n",
    );
    site.build();
    let after = read_all(&site.dist());
    assert!(after.contains_key("stations/canary/index.html"));
    for path in ["coverage/index.html", "coverage/990121/index.html", "data/coverage.csv"] {
        assert_eq!(before[path], after[path], "{path}");
    }
    let region = String::from_utf8(after["regions/990121/index.html"].clone()).unwrap();
    let sketch = &region[region.find("<figure").unwrap()..region.find("</figure>").unwrap()];
    assert!(!sketch.contains("金丝雀") && region.contains("金丝雀"));
}

#[test]
fn without_villages_or_positions_there_is_a_page_that_says_so() {
    let site = TestSite::new();
    site.write("regions.csv", "code,name,level,lat,lon,radius_km\n990100,示例市,city,,,\n990121,示例县,county,,,\n990121100,暖溪镇,township,,,\n");
    site.build();
    let html = page(&site, "coverage/990121/index.html");
    assert!(html.contains("区划表里还没有村") && html.contains("暖溪镇。") && !html.contains("<figure"));
    site.edit("regions.csv", "township,,,\n", "township,,,\n990121100201,近村,village,,,\n");
    site.build();
    let html = page(&site, "coverage/990121/index.html");
    assert!(html.contains("不知道<wbr>位置") && html.contains("暖溪镇近村。"), "{html}");
    assert!(!page(&site, "regions/990121100/index.html").contains("<figure"), "one station makes no sketch");
}
