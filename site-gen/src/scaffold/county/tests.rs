//! What a county gets: rows in their places, files that pass `check`, nothing twice; and what is refused.

use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::Outcome;
use crate::scaffold::tests::{new_site, sources};

fn asked(county: &str) -> Asked<'_> {
    Asked { county, folder: None, regions: None }
}

fn planned(asked: &Asked<'_>, files: &[(String, String)]) -> Result<County, Refusal> {
    let regions = files.iter().find(|(path, _)| path == "regions.csv").map(|(_, text)| text.as_str());
    plan(&Asked { regions, ..*asked }, &Around::new(&sources(files)))
}

/// The content with the county in it.
fn with(county: &County, mut files: Vec<(String, String)>) -> Vec<(String, String)> {
    if let Some(text) = &county.regions {
        files.retain(|(path, _)| path != "regions.csv");
        files.push(("regions.csv".to_owned(), text.clone()));
    }
    files.extend(county.files.iter().cloned());
    files
}

fn check(files: &[(String, String)]) -> String {
    match crate::check_sources(sources(files), Path::new("content"), date(2026, 11, 12)) {
        Outcome::Built(report) | Outcome::Rejected(report) => report.text(),
    }
}

fn refused(county: &str) -> String {
    let refusal = planned(&asked(county), &new_site()).unwrap_err();
    format!("{}。{}", refusal.message, refusal.hint)
}

#[test]
fn a_county_comes_with_its_city_its_townships_and_a_folder_that_passes_check() {
    let county = planned(&asked("341823"), &new_site()).unwrap();
    assert_eq!(county.full_name, "安徽省宣城市泾县");
    let regions = county.regions.clone().unwrap();
    let rows: Vec<&str> = regions.lines().collect();
    assert_eq!(
        rows[..4],
        [
            "code,name,level,lat,lon,radius_km",
            "341800,宣城市,city,,,",
            "341823,泾县,county,,,",
            "341823100,泾川镇,township,,,"
        ]
    );
    assert_eq!(*rows.last().unwrap(), "990100,示例市,city,,,", "what was there stands in its place");
    assert_eq!((rows.len(), county.added.len()), (15, 13));
    let paths: Vec<&str> = county.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["stations/jing-xian/_index.md", "stations/jing-xian/stations.csv"]);

    assert!(county.said.iter().any(|said| said.contains("region 是 990100")), "{:?}", county.said);
    let files = with(&county, new_site());
    assert_eq!(check(&files), "1 篇草稿，没有发布：\n  content/stations/jing-xian/_index.md\n");
    let written: Vec<_> =
        files.iter().map(|(path, text)| (path.clone(), text.replace("draft: true\n", ""))).collect();
    assert_eq!(check(&written), "", "also when it is published");
}

#[test]
fn the_second_time_nothing_is_left_to_write() {
    let first = planned(&asked("泾县"), &new_site()).unwrap();
    let files = with(&first, new_site());
    for said in ["341823", "泾县", "341823000000"] {
        let again = planned(&asked(said), &files).unwrap();
        assert!(
            again.regions.is_none() && again.files.is_empty() && again.added.is_empty(),
            "{said}: {again:?}"
        );
    }
    // A township that was taken out by hand comes back, and only it.
    let less: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.clone(), text.replace("341823100,泾川镇,township,,,\n", "")))
        .collect();
    let again = planned(&asked("341823"), &less).unwrap();
    assert_eq!(again.regions.as_deref(), first.regions.as_deref());
}

#[test]
fn rows_that_are_there_stay_byte_for_byte_whatever_the_table_looks_like() {
    let table = "\u{feff}名称,代码,备注\r\n\"泾县\",341823,\"a,b\"\r\n示例市,990100,\r\n宣城市,341800,旧";
    let county = plan(&Asked { regions: Some(table), ..asked("341823") }, &Around::default()).unwrap();
    let text = county.regions.unwrap();
    assert!(
        text.starts_with("\u{feff}名称,代码,备注\r\n\"泾县\",341823,\"a,b\"\r\n泾川镇,341823100,\r\n"),
        "{text}"
    );
    assert!(text.ends_with("示例市,990100,\r\n宣城市,341800,旧"), "{text}");
    assert_eq!(county.added.len(), 11);

    for (table, why) in [("a,b\n", "第一行要有 code 和 name"), ("code,name\n1,\"x\n", "双引号没有配对")]
    {
        let refusal = plan(&Asked { regions: Some(table), ..asked("341823") }, &Around::default());
        assert!(refusal.unwrap_err().message.contains(why), "{why}");
    }
}

#[test]
fn counties_without_a_city_and_cities_without_counties_get_what_there_is() {
    let county = planned(&asked("110101"), &new_site()).unwrap();
    let names =
        |county: &County| county.added.iter().map(|division| division.name).take(2).collect::<Vec<_>>();
    assert_eq!(names(&county), ["北京市", "东城区"]);
    assert!(!check(&with(&county, new_site())).contains('['));
    let city = planned(&asked("东莞"), &new_site()).unwrap();
    assert_eq!(names(&city), ["广东省", "东莞市"]);
    assert!(city.said.iter().any(|said| said.contains("没有东莞市的乡镇街道")), "{:?}", city.said);
    assert!(!check(&with(&city, new_site())).contains('['));
    // The list still has 北关街道（撤销） of 平城区.
    let county = planned(&asked("140213"), &new_site()).unwrap();
    assert!(county.added.iter().all(|division| !division.abolished && !division.name.contains('撤')));
}

#[test]
fn what_is_no_county_is_refused_with_what_to_type_instead() {
    for (typed, said) in [
        ("", "site-gen new county 341823"),
        ("341832", "341823 安徽省宣城市泾县"),
        ("径县", "341823 安徽省宣城市泾县"),
        ("新疆吾尔自治区", "650000 新疆维吾尔自治区"),
        ("鼓楼区", "320106 江苏省南京市鼓楼区"),
        ("宣城", "341823 安徽省宣城市泾县"),
        ("安徽省", "340100 安徽省合肥市"),
        ("341823100", "site-gen new county 341823"),
        ("泾川镇", "写它的县： 341823 安徽省宣城市泾县"),
        ("320823", "site-gen new county 321322"),
        ("990121", "演示用的代码"),
        ("台湾", "自己一行一行加进 regions.csv"),
        ("34", "代码 34"),
    ] {
        assert!(refused(typed).contains(said), "{typed}: {}", refused(typed));
    }
}

#[test]
fn a_folder_goes_by_its_sound_unless_it_is_anothers_or_another_is_wished_for() {
    let nanjing = planned(&asked("320106"), &new_site()).unwrap();
    assert_eq!(nanjing.folder, "stations/gu-lou-qu");
    let files = with(&nanjing, new_site());
    assert_eq!(planned(&asked("350102"), &files).unwrap().folder, "stations/fu-zhou-shi-gu-lou-qu");
    let wished = Asked { folder: Some("gulou"), ..asked("350102") };
    assert_eq!(planned(&wished, &files).unwrap().folder, "stations/gulou");
    for (code, folder) in [("350102", "gu-lou-qu"), ("350102", "鼓楼"), ("320106", "other")] {
        let wished = Asked { folder: Some(folder), ..asked(code) };
        assert!(planned(&wished, &files).is_err(), "{code} {folder}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_county_of_the_country_can_be_laid_out_and_passes_check(number in 0usize..2847) {
        let is_county = |division: &Division| division.region().level() == Level::County;
        let county = national().all().filter(is_county).nth(number).unwrap();
        let plan = planned(&asked(county.code), &new_site()).unwrap();
        let files = with(&plan, new_site());
        let said = check(&files);
        prop_assert!(!said.contains('['), "{} {}", county.code, said);
        let again = planned(&asked(county.code), &files).unwrap();
        prop_assert!(again.regions.is_none() && again.files.is_empty());
    }

    #[test]
    fn whatever_is_typed_gives_a_plan_or_a_refusal(typed in "[0-9]{0,13}|\\PC{0,6}") {
        if let Err(refusal) = planned(&asked(&typed), &new_site()) {
            prop_assert!(!refusal.hint.is_empty());
        }
    }
}
