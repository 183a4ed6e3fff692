//! The list of the whole country: as many as the Ministry counts, each found by code and by name, slips met.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn full_names(found: &[Division]) -> Vec<String> {
    found.iter().map(|division| national().full_name(*division)).collect()
}

#[test]
fn the_list_has_34_provinces_333_cities_2847_counties_and_38749_townships() {
    let mut counts = [0; 4];
    for division in national().all() {
        let level = match division.region().level() {
            Level::Province => 0,
            Level::City => 1,
            Level::County => 2,
            Level::Township => 3,
            Level::Village | Level::Hamlet => panic!("{division:?}"),
        };
        counts[level] += 1;
    }
    assert_eq!(counts, [34, 333, 2847, 38749]);
    assert_eq!(national().all().filter(|division| division.abolished).count(), 213);
    assert!(national().all().all(|division| !division.name.contains(['（', '(', ' '])));
}

#[test]
fn the_lists_are_in_order_whole_small_and_say_whose_they_are() {
    for (file, text) in [
        ("divisions", include_str!("../../data/divisions.tsv")),
        ("former", include_str!("../../data/former.tsv")),
    ] {
        assert!(text.len() <= 1_000_000, "{file}: {} bytes", text.len());
        for said in ["民政部", "国家地名信息库", "CC BY 4.0", "real-china-division", AS_OF] {
            assert!(text.contains(said), "{file}: {said}");
        }
        let written = text.lines().filter(|line| !line.starts_with('#')).count();
        let rows = rows(text);
        assert_eq!(rows.len(), written, "{file}");
        assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "{file}");
    }
    for (old, new) in &national().former {
        assert!(national().find(old).is_none() && national().find(new).is_some(), "{old} {new}");
    }
}

#[test]
fn every_division_but_a_province_lies_in_one_that_holds_it() {
    for division in national().all() {
        let above = national().above(&division.region()).next();
        match division.region().level() {
            Level::Province => assert_eq!(above, None),
            Level::Township => assert_eq!(above.unwrap().region().level(), Level::County, "{division:?}"),
            _ => assert!(above.is_some(), "{division:?}"),
        }
    }
    let children = |text: &str| national().children(&code(text));
    assert_eq!(children("341823").len(), 11);
    assert!(children("341800").iter().any(|county| county.name == "泾县"));
    // Right in the province: there is no 110100, and 济源市 lies in no city.
    assert_eq!(children("110000").len(), 16);
    assert!(children("410000").iter().any(|county| county.name == "济源市"));
    assert!(children("441900").is_empty(), "东莞市 has no counties");
    assert!(children("710000").is_empty(), "only the province is listed");
    assert_eq!(national().full_name(national().find("110101").unwrap()), "北京市东城区");
    assert_eq!(national().find("990121"), None, "demonstrations are not on the list");
}

#[test]
fn a_county_is_found_by_whatever_people_call_it() {
    for said in
        ["泾县", "安徽泾县", "安徽省泾县", "宣城市泾县", "宣城泾县", "安徽省宣城市泾县", " 安徽 宣城 泾县 "]
    {
        assert_eq!(full_names(&national().meant(said)), ["安徽省宣城市泾县"], "{said}");
    }
    assert_eq!(full_names(&national().meant("宁国")), ["安徽省宣城市宁国市"]);
    assert_eq!(full_names(&national().meant("东莞")), ["广东省东莞市"]);
    assert!(national().meant("鼓楼区").len() > 1);
    assert_eq!(full_names(&national().meant("南京鼓楼区")), ["江苏省南京市鼓楼区"]);
    for nothing in ["", "县", "市", "没有县", "江苏泾县", "暖溪镇"] {
        assert_eq!(national().meant(nothing), [], "{nothing}");
    }
}

#[test]
fn a_slip_of_the_hand_leads_to_the_code_that_was_meant() {
    // Swapped, one too many, one left out, one wrong.
    for typed in ["341832", "314823", "3418233", "34183", "341893"] {
        let near = national().near(typed);
        assert!(near.iter().any(|division| division.code == "341823"), "{typed}: {near:?}");
        assert!(near.iter().all(|division| division.code != typed), "{typed}");
    }
    assert_eq!(national().near("９９"), []);
    // 沭阳县 was in 淮阴 until 1996.
    assert_eq!(national().successor("320823").unwrap().name, "沭阳县");
    assert_eq!(national().successor("341823"), None);
}

#[test]
fn thousands_of_codes_and_names_are_looked_up_in_no_time() {
    let all: Vec<Division> = national().all().collect();
    let started = Instant::now();
    for division in &all {
        assert_eq!(national().find(division.code), Some(*division));
        assert!(division.abolished || national().named(division.name).any(|found| found == *division));
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn nothing_that_is_typed_makes_it_panic(typed in "[0-9９]{0,14}", said in "\\PC{0,8}") {
        prop_assert!(national().near(&typed).iter().all(|found| found.code != typed));
        for found in national().meant(&said) {
            prop_assert!(found.code.len() == 6);
        }
    }

    #[test]
    fn swapped_digits_of_any_county_lead_back_to_it(number in 0usize..2847, at in 0usize..5) {
        let counties = national().all().filter(|division| division.region().level() == Level::County);
        let county = counties.collect::<Vec<_>>()[number];
        let mut typed = county.code.as_bytes().to_vec();
        typed.swap(at, at + 1);
        let typed = String::from_utf8(typed).unwrap();
        prop_assume!(typed != county.code);
        prop_assert!(national().near(&typed).contains(&county));
    }
}
