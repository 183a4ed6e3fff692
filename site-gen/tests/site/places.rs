//! Points of which no division says how far it reaches, as of a county that was just laid out: they are held against the country and
//! against their neighbours.

use site_gen::Outcome;

use crate::common::TestSite;

const TABLE: &str = "stations/shili-county/stations.csv";

/// A county that nobody has drawn bounds for, with the stations that the site has, four more about 40.45, 102.6, and those of `rows`.
fn county(rows: &str) -> TestSite {
    let site = TestSite::new();
    site.write(
        "regions.csv",
        "code,name,level\n990100,示例市,city\n990121,示例县,county\n990121100,暖溪镇,township\n",
    );
    let mut table = vec!["slug,name,kind,region,lat,lon,datum,phones\n".to_owned()];
    for number in 0..4 {
        let (lat, lon) = (40.41 + 0.03 * f64::from(number), 102.51 + 0.05 * f64::from(number));
        table.push(format!(
            "s{number}-police,{number} 号派出所,police,990121100,{lat:.2},{lon:.2},wgs84,0000-555000{number}\n"
        ));
    }
    site.write(TABLE, table.concat() + rows);
    site
}

fn row(lat: &str, lon: &str) -> String {
    format!("far-police,远处派出所,police,990121100,{lat},{lon},wgs84,0000-5550009\n")
}

#[test]
fn a_point_far_abroad_passes_for_no_station_of_the_county() {
    for (lat, lon) in [("37.566", "126.978"), ("21.028", "105.834"), ("25.033", "121.565")] {
        let site = county(&row(lat, lon));
        let findings = site.findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].contains("stations.csv:6:") && findings[0].contains("coord-range"),
            "{findings:?}"
        );
        assert!(findings[0].contains("离内地有 100 公里以上，而区划代码 990121100 在内地"), "{findings:?}");
        assert!(matches!(site.build(), Outcome::Rejected(_)));
    }
}

#[test]
fn a_point_just_across_the_border_is_worth_a_look() {
    for (lat, lon) in [("22.319", "114.169"), ("22.48", "103.85"), ("40.05", "124.46")] {
        let site = county(&row(lat, lon));
        let findings = site.findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("coord-range") && findings[0].contains("看来不在内地"), "{findings:?}");
        assert!(findings[0].contains("边境上或海岛上"), "{findings:?}");
        assert!(matches!(site.build(), Outcome::Built(_)), "the outline is a coarse one: publishing goes on");
    }
}

#[test]
fn the_outline_says_nothing_of_divisions_that_lie_outside_it() {
    for (code, name, lat, lon) in
        [("460300", "三沙市", "16.834", "112.339"), ("810000", "香港特别行政区", "22.319", "114.169")]
    {
        let site = TestSite::new();
        let regions = site.read("regions.csv");
        let level = if code.ends_with("0000") { "province" } else { "city" };
        site.write("regions.csv", format!("{regions}{code},{name},{level},{lat},{lon},\n"));
        let table = format!(
            "slug,name,kind,region,lat,lon,datum,phones\nfar-police,远处派出所,police,{code},{lat},{lon},wgs84,0000-5550009\n"
        );
        site.write(TABLE, table);
        let findings = site.findings();
        assert!(findings.iter().all(|line| !line.contains("coord-")), "{findings:?}");
    }
}

#[test]
fn no_division_lies_in_the_middle_of_another_country() {
    let site = TestSite::new();
    site.edit("regions.csv", "990121,示例县,county,40.4,102.5,45", "990121,示例县,county,37.566,126.978,45");
    let findings = site.findings();
    assert!(
        findings.iter().any(|line| line.contains("regions.csv:3:") && line.contains("coord-range")),
        "{findings:?}"
    );
}

#[test]
fn a_point_far_from_its_neighbours_is_worth_a_look() {
    let site = county(&row("41.45", "102.6"));
    let findings = site.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    for said in ["stations.csv:6:", "coord-outside", "离示例县其他站点的中间有 111 公里", "抄错了一位"]
    {
        assert!(findings[0].contains(said), "{said}: {findings:?}");
    }
    assert!(matches!(site.build(), Outcome::Built(_)), "a county may have a station far away");
    assert_eq!(county(&row("41.0", "102.6")).findings(), Vec::<String>::new(), "60 km are nothing unusual");
}

#[test]
fn where_stations_are_few_or_far_apart_anyway_nothing_is_said() {
    let few = county(&row("41.45", "102.6"));
    let table = few.read(TABLE);
    few.write(TABLE, table.lines().filter(|line| !line.starts_with("s0")).collect::<Vec<_>>().join("\n"));
    assert_eq!(few.findings(), Vec::<String>::new(), "four others show nothing of a county");
    let wide = county("");
    let mut table = vec!["slug,name,kind,region,lat,lon,datum,phones\n".to_owned()];
    for number in 0..7 {
        let lat = 38.0 + 0.6 * f64::from(number);
        table.push(format!(
            "w{number}-police,{number} 号派出所,police,990121100,{lat:.2},102.6,wgs84,0000-555000{number}\n"
        ));
    }
    wide.write(TABLE, table.concat());
    assert_eq!(wide.findings(), Vec::<String>::new());
}

#[test]
fn where_bounds_are_known_they_decide() {
    let site = county(&row("41.45", "102.6"));
    site.edit("regions.csv", "code,name,level\n", "code,name,level,lat,lon,radius_km\n");
    site.edit("regions.csv", "city\n", "city,,,\n").edit("regions.csv", "township\n", "township,,,\n");
    site.edit("regions.csv", "990121,示例县,county", "990121,示例县,county,40.4,102.5,150");
    assert_eq!(site.findings(), Vec::<String>::new());
}
