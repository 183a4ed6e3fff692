//! Imports and exports whole: sheets as offices have them, sheets that were made to break us, there and back again.

mod afresh;
mod old_books;
mod quarters;
mod townships;
mod twins;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Workbook};

use super::export::{self, Entry};
use super::fields::{Field, Values};
use super::headings;
use super::import::{Ask, Plan, plan};
use super::merge::Fate;
use super::report;
use search::vocabulary::StationKind;

use crate::diag::Diagnostics;
use crate::load;
use crate::source::SourceMap;
use crate::{Outcome, check};

const TODAY: Date = date(2026, 11, 12);

const REGIONS: &str = "code,name,level,lat,lon,radius_km\n990100,示例市,city,,,\n990121,示例县,county,,,\n\
990121100,暖溪镇,township,40.52,102.55,12\n990121100201,暖井村,village,,,\n990121101,晴柳镇,township,,,\n";

const TABLE: &str = "slug,name,kind,region,address,phones,hours,note\n\
nuanxi-police,暖溪镇派出所,police,990121100,暖溪镇溪口路 6 号,0000-5551123,24/7,有坡道\n";

const SHELTER: &str = "---\nname: 示例县妇女儿童庇护中心\nkind: shelter\nregion: \"990121\"\nphones: [\"0000-5551183\"]\n---\n住下。\n";

const OWN_FILE: &str = "---\nname: 晴柳镇妇女儿童之家\nkind: family_center\nregion: \"990121101\"\n# 打过电话\nphones: [\"0000-5551130\"]\nroles:\n  - 站长\n---\n有茶水。\n";

/// A site with its divisions and no station.
fn empty_site() -> SourceMap {
    let new =
        crate::scaffold::site::NewSite { name: "示例市".to_owned(), region: "990100".parse().unwrap() };
    let mut files: BTreeMap<String, String> =
        crate::scaffold::site::files(&new).into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    files.insert("regions.csv".to_owned(), REGIONS.to_owned());
    SourceMap::default().with(&files)
}

fn sources(more: &[(&str, &str)]) -> SourceMap {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in [
        ("stations/shili-county/stations.csv", TABLE),
        ("stations/shili-county/shelter.md", SHELTER),
        ("stations/shili-county/qingliu-family.md", OWN_FILE),
    ] {
        files.insert(path.to_owned(), text.to_owned());
    }
    files.extend(more.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    empty_site().with(&files)
}

fn ask() -> Ask {
    Ask { datum: Some("gcj02"), ..Ask::into_folder("shili-county", TODAY) }
}

fn import(text: &str) -> Plan {
    plan(text.as_bytes(), &ask(), &sources(&[])).unwrap()
}

fn station<'p>(plan: &'p Plan, name: &str) -> &'p super::merge::Planned {
    let found = plan.stations.iter().find(|station| station.incoming.values.get(Field::Name) == Some(name));
    found.unwrap_or_else(|| panic!("no {name} in\n{}", report::text(plan)))
}

fn everything(plan: &Plan) -> String {
    let kept = String::from_utf8(report::kept(&plan.kept)).unwrap();
    let files: Vec<&str> = plan.files.values().map(String::as_str).collect();
    format!("{}{kept}{}", report::text(plan), files.concat())
}

#[test]
fn a_list_as_an_office_has_it_becomes_stations() {
    let plan = import(
        "示例县维权服务站一览表,,,,,,,,,\n序号,单位,类别,乡镇,详细地址,值班电话,坐标,工作时间,负责人,乘车\n\
         1,暖溪镇妇女儿童维权服务站,维权服务站,暖溪镇,溪口路 18 号,0000－5551185,\"102.5603,40.5232\",\"周一至周五 8:30-12:00，14:00-17:30；节假日休息\",某某某,坐 3 路\n\
         2,暖溪镇派出所,,暖溪镇,,0000-5551123；0000-5551124,,,,\n",
    );
    let new = station(&plan, "暖溪镇妇女儿童维权服务站");
    assert_eq!(new.fate, Fate::New);
    let value = |field| new.incoming.values.get(field).unwrap_or_default();
    assert_eq!(value(Field::Slug), "nuanxi-rights");
    assert_eq!(value(Field::Region), "990121100");
    assert_eq!(value(Field::Phones), "0000-5551185");
    assert_eq!(value(Field::Hours), "Mo-Fr 08:30-12:00,14:00-17:30; PH off");
    assert_eq!((value(Field::Lat), value(Field::Lon), value(Field::Datum)), ("40.5232", "102.5603", "gcj02"));

    let Fate::Changed(changes) = &station(&plan, "暖溪镇派出所").fate else {
        panic!("{}", report::text(&plan))
    };
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].new.as_deref(), Some("0000-5551123；0000-5551124"));
    let table = &plan.files["stations/shili-county/stations.csv"];
    assert!(table.contains("nuanxi-police,暖溪镇派出所,police,990121100,暖溪镇溪口路 6 号,0000-5551123；0000-5551124,24/7,有坡道"), "{table}");
    assert!(!plan.has_refusals() && !plan.blocked && plan.findings.is_empty(), "{}", report::text(&plan));

    // Names of persons are kept beside the list and stand in no file of the content.
    assert!(!table.contains("某某某") && plan.kept.iter().any(|kept| kept.text == "某某某"));
    assert!(plan.kept.iter().any(|kept| kept.heading == "乘车" && kept.text == "坐 3 路"));
    assert!(report::text(&plan).contains("从不公布"));
}

#[test]
fn the_same_list_twice_changes_nothing_the_second_time() {
    let list = "名称,类别,区划,电话,地址,备注\n晴柳镇派出所,派出所,晴柳镇,0000-5551134,柳岸路 9 号,可以开验伤委托书\n\
                晴柳镇妇女儿童之家,,晴柳镇,0000-5551139,,有儿童角\n";
    let first = import(list);
    assert_eq!(first.files.len(), 2, "{}", report::text(&first));
    let own = &first.files["stations/shili-county/qingliu-family.md"];
    assert!(
        own.contains(
            "# 打过电话\nphones: [\"0000-5551139\"]\nroles:\n  - 站长\nnote: 有儿童角\n---\n有茶水。"
        ),
        "{own}"
    );
    let after = sources(&[]).with(&first.files);
    let second = plan(list.as_bytes(), &ask(), &after).unwrap();
    assert!(
        second.files.is_empty() && second.stations.iter().all(|station| station.fate == Fate::Same),
        "{}",
        report::text(&second)
    );
}

#[test]
fn every_cell_that_is_not_certain_is_named_by_its_place_and_not_taken_in() {
    let plan = import(
        "名称,类别,区划,电话,工作时间,核实日期,层级\n甲站,维权服务站,暖溪镇,1.39E+10,周一到周五,2026年10月,镇级\n\
         乙站,茶馆,暖井村,0000-5551199,,,\n丙站,派出所,没有镇,,,,\n,派出所,暖溪镇,110,,,\n暖溪镇派出所,,,7715550123.0,,,\n",
    );
    let text = report::text(&plan);
    for said in [
        "表 1 第 2 行 D 列：“1.39E+10”是科学记数",
        "表 1 第 2 行 E 列：开放时间“周一到周五”读不准",
        "表 1 第 2 行 F 列：“2026年10月”不是一个日子",
        "表 1 第 3 行 B 列：没有叫“茶馆”的类别",
        "表 1 第 3 行：新的站点，缺少类别",
        "表 1 第 4 行 C 列：regions.csv 里没有“没有镇”",
        "表 1 第 5 行：这一行没有名称",
        "表 1 第 6 行 D 列：“7715550123”是数字，开头的 0 可能没了，是不是 0771-5550123",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert_eq!(station(&plan, "甲站").incoming.values.get(Field::Level), Some("township"));
    assert_eq!(station(&plan, "暖溪镇派出所").fate, Fate::Same);
}

#[test]
fn coordinates_without_a_datum_are_refused() {
    let list = "名称,类别,区划,经度,纬度\n丁站,派出所,暖溪镇,102.55,40.52\n";
    let without = plan(list.as_bytes(), &Ask { datum: None, ..ask() }, &sources(&[])).unwrap();
    assert!(report::text(&without).contains("没写坐标系"), "{}", report::text(&without));
    assert_eq!(station(&without, "丁站").incoming.values.get(Field::Lat), None);
    let named = list.replace("经度", "经度（百度地图）").replace("纬度", "纬度（百度地图）");
    let named = plan(named.as_bytes(), &Ask { datum: None, ..ask() }, &sources(&[])).unwrap();
    assert_eq!(station(&named, "丁站").incoming.values.get(Field::Datum), Some("bd09"));
}

/// Domain rule 3: where a shelter is gets into no file, no kept cell and no message.
#[test]
fn where_a_shelter_is_is_written_nowhere() {
    let plan = import(
        "名称,类别,村,地址,坐标,电话,备注,乘车路线,值班电话\n\
         示例县妇女儿童庇护中心,,暖井村,示例县灯笼路 8 号,\"102.5111,40.5111\",0000-5551183；0000-5551184,灯笼路粮站对面,坐 7 路到灯笼路口,灯笼1\n\
         示例县第二庇护所,庇护中心,暖井村,示例县灯笼路 9 号,\"102.5112,40.5112\",0000-5551186,,坐 9 路到灯笼路口,\n\
         妇女避难点,维权服务站,暖井村,示例县灯笼路 10 号,,0000-5551187,,,\n",
    );
    let all = everything(&plan);
    for secret in ["灯笼", "40.511", "102.511", "坐 7 路", "坐 9 路", "粮站"] {
        assert!(!all.contains(secret), "{secret}\n{all}");
    }
    assert!(plan.files.values().all(|text| !text.contains("990121100201")), "{all}");
    assert_eq!(station(&plan, "示例县第二庇护所").incoming.values.get(Field::Region), Some("990121"));
    assert_eq!(station(&plan, "妇女避难点").incoming.values.get(Field::Visibility), Some("confidential"));
    assert!(all.contains("一个字也不导入、不留存") && plan.has_refusals());
    assert!(!plan.blocked, "{all}");
}

#[test]
fn what_would_stop_the_site_is_not_written() {
    let plan = import("编号,名称,类别,区划,层级,电话\nx,己站,派出所,暖溪镇,市,0000-5551100\n");
    assert!(plan.blocked && report::text(&plan).contains("[station-level]"), "{}", report::text(&plan));
}

#[test]
fn an_empty_cell_takes_nothing_away_unless_told_to() {
    let list = "编号,名称,备注,电话\nnuanxi-police,暖溪镇派出所,,\n";
    assert_eq!(station(&import(list), "暖溪镇派出所").fate, Fate::Same);
    let cleared = plan(list.as_bytes(), &Ask { clear: true, ..ask() }, &sources(&[])).unwrap();
    let Fate::Changed(changes) = &station(&cleared, "暖溪镇派出所").fate else { panic!() };
    let fields: Vec<Field> = changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, [Field::Phones, Field::Note]);
}

#[test]
fn a_guessed_column_is_told_and_can_be_set_right() {
    let list = "名称,类别,区划,咨询服务电话\n庚站,派出所,暖溪镇,0000-5551100\n";
    let guessed = import(list);
    assert_eq!(guessed.guesses().count(), 1);
    assert!(report::text(&guessed).contains("电话（猜的"), "{}", report::text(&guessed));
    let said = BTreeMap::from([headings::said("咨询服务电话=备注").unwrap()]);
    let said = plan(list.as_bytes(), &Ask { said, ..ask() }, &sources(&[])).unwrap();
    assert_eq!(said.guesses().count(), 0);
    assert_eq!(station(&said, "庚站").incoming.values.get(Field::Note), Some("0000-5551100"));
}

/// Excel itself: titles and merged cells, numbers where there was text, days as serial numbers, times as parts of a day.
#[test]
fn a_workbook_is_read_as_excel_stores_it() {
    let mut book = Workbook::new();
    let note = book.add_worksheet();
    note.write_string(0, 0, "填表说明").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("名单").unwrap();
    let usual = Format::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let clock = Format::new().set_num_format("h:mm");
    sheet.merge_range(0, 0, 0, 6, "示例县名单", &usual).unwrap();
    for (column, heading) in
        (0..).zip(["乡镇", "名称", "类别", "电话", "核实日期", "开门时间", "关门时间", "开放日"])
    {
        sheet.write_string(1, column, heading).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "暖溪镇", &usual).unwrap();
    sheet.write_string(2, 1, "甲站").unwrap();
    sheet.write_string(2, 2, "维权服务站").unwrap();
    sheet.write_number(2, 3, 12_338).unwrap();
    sheet.write_number_with_format(2, 4, 46_314, &day).unwrap();
    sheet.write_number_with_format(2, 5, 8.5 / 24.0, &clock).unwrap();
    sheet.write_number_with_format(2, 6, 17.5 / 24.0, &clock).unwrap();
    sheet.write_string(2, 7, "周一至周五").unwrap();
    sheet.write_string(3, 1, "乙站").unwrap();
    sheet.write_string(3, 2, "派出所").unwrap();
    sheet.write_number(3, 3, 7_715_550_123.0).unwrap();
    let plan = super::import::plan(&book.save_to_buffer().unwrap(), &ask(), &sources(&[])).unwrap();
    let text = report::text(&plan);
    let value =
        |name: &str, field| station(&plan, name).incoming.values.get(field).unwrap_or_default().to_owned();
    assert_eq!(value("甲站", Field::Phones), "12338");
    assert_eq!(value("甲站", Field::Verified), "2026-10-19");
    assert_eq!(value("甲站", Field::Hours), "Mo-Fr 08:30-17:30");
    assert_eq!(value("乙站", Field::Region), "990121100", "a merged cell counts for all its rows");
    assert!(text.contains("表 2“名单”：第 2 行是表头，下面有 2 行站点"), "{text}");
    assert!(text.contains("表 2“名单” 第 4 行 D 列：“7715550123”是数字"), "{text}");
}

/// A ZIP with these parts, as small as it can be.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_file_that_unpacks_to_a_mountain_is_refused() {
    let bomb = archive(&[("xl/workbook.xml", &vec![b' '; 160 << 20])]);
    assert!(bomb.len() < 1 << 20);
    let refusal = plan(&bomb, &ask(), &sources(&[])).unwrap_err();
    assert!(refusal.contains("解开以后超过"), "{refusal}");
}

#[test]
fn two_cells_at_the_ends_of_a_sheet_need_no_room_for_what_is_between() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(["名称", "电话"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    let plan = plan(&book.save_to_buffer().unwrap(), &ask(), &sources(&[])).unwrap();
    assert!(plan.stations.is_empty());
}

fn cell_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+@'-]{0,3}[a-z暖“”,;\"'<>&_x0-9 ]{0,12}",
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("'=1+1".to_owned()),
        Just("_x0041_".to_owned()),
        Just("两行\n的话".to_owned()),
    ]
}

/// Name, address, note, hours, division, kind, whether it has a position, digits of its telephone.
type Made = (String, String, String, &'static str, &'static str, StationKind, bool, u32);

/// Stations as the content may have them, odd texts and all.
fn table_strategy() -> impl Strategy<Value = Vec<Values>> {
    let hours = prop::sample::select(vec![
        "",
        "24/7",
        "08:00-20:00",
        "Mo-Fr 08:30-12:00,14:00-17:30; PH off",
        "Fr[-1] 14:30-17:00",
    ]);
    let region = prop::sample::select(vec!["990121", "990121100", "990121100201", "990121101"]);
    let kind = prop::sample::select(StationKind::ALL.to_vec());
    let station = (cell_text(), cell_text(), cell_text(), hours, region, kind, any::<bool>(), 0u32..90_000);
    prop::collection::vec(station, 1..5).prop_map(|all| {
        let build = |(number, made): (usize, Made)| {
            let (name, address, note, hours, region, kind, place, digits) = made;
            let mut values = Values::default();
            let confidential = kind == StationKind::Shelter;
            let put =
                |values: &mut Values, field, text: &str| values.put(field, Some(text.trim().to_owned()));
            put(&mut values, Field::Slug, &format!("s{number}"));
            put(&mut values, Field::Name, &format!("站{number} {name}"));
            put(&mut values, Field::Kind, kind.code());
            put(&mut values, Field::Region, if confidential { "990121" } else { region });
            put(&mut values, Field::Phones, &format!("0000-555{digits:05}；12338"));
            put(&mut values, Field::Hours, hours);
            put(&mut values, Field::Services, "legal_advice；referral");
            put(&mut values, Field::Verified, "2026-10-19");
            put(&mut values, Field::Note, &note);
            put(&mut values, Field::Facilities, "step_free；private_room");
            put(&mut values, Field::Languages, "示例话；客家话");
            put(&mut values, Field::Audience, "women");
            put(&mut values, Field::HomeVisits, "older；disabled");
            put(&mut values, Field::Has, "people；rules");
            if digits % 2 == 0 {
                put(
                    &mut values,
                    Field::Roles,
                    "站长：负责接待和登记；心理辅导员（心理咨询师，擅长 children）：陪你说话",
                );
                put(
                    &mut values,
                    Field::Duty,
                    "每月 25 日 9:00–11:30 律师坐班；每月最后一个周五 心理咨询师；每周二、周四 妇联",
                );
                put(&mut values, Field::Serves, "家长和孩子");
                put(&mut values, Field::Desk, "county");
            }
            if number > 0 && digits % 3 == 0 {
                put(&mut values, Field::Parent, "s0");
            }
            if !confidential {
                put(&mut values, Field::Address, &address);
            }
            if place && !confidential {
                put(&mut values, Field::Lat, "40.52260");
                put(&mut values, Field::Lon, "102.5589");
                put(&mut values, Field::Datum, "bd09");
            }
            values
        };
        all.into_iter().enumerate().map(build).collect()
    })
}

/// The content as an editor may have typed it: in codes, every column.
fn content_with(stations: &[Values]) -> SourceMap {
    let head = crate::csv_text::line(Field::ALL.into_iter().map(Field::code), ',') + "\n";
    let row = |values: &Values| {
        let cells = Field::ALL.into_iter().map(|field| values.get(field).unwrap_or_default());
        crate::csv_text::line(cells, ',') + "\n"
    };
    let rows = stations.iter().map(row).collect::<String>();
    sources(&[("stations/shili-county/stations.csv", &(head + &rows))])
}

fn exported(sources: &SourceMap) -> Vec<Vec<String>> {
    let mut ignored = Diagnostics::default();
    let drafts = load::drafts(sources, &mut ignored);
    let entries = drafts.stations.iter().map(|draft| Entry {
        values: Values::of(draft),
        region_names: "示例市".to_owned(),
        confidential: check::stations::is_confidential(draft),
    });
    export::rows(&entries.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_exported_is_imported_without_a_difference(stations in table_strategy()) {
        let sources = content_with(&stations);
        let rows = exported(&sources);
        prop_assume!(rows.len() > stations.len());
        for bytes in [export::csv(&rows), export::xlsx(&rows).unwrap()] {
            for clear in [false, true] {
                let plan = plan(&bytes, &Ask { datum: None, clear, ..ask() }, &sources).unwrap();
                let all_same = plan.stations.iter().all(|station| station.fate == Fate::Same);
                prop_assert!(all_same && plan.files.is_empty(), "{}", report::text(&plan));
                prop_assert_eq!(plan.stations.len(), rows.len() - 1, "{}", report::text(&plan));
            }
        }
    }

    #[test]
    fn an_edit_in_excel_comes_through_as_that_edit_alone(stations in table_strategy(), which in 0usize..5, note in "[a-z暖 ]{1,9}") {
        let sources = content_with(&stations);
        let mut rows = exported(&sources);
        let row = 1 + which % (rows.len() - 1);
        let column = rows[0].iter().position(|heading| heading == "备注").unwrap();
        let note = format!("改成{}", note.trim());
        prop_assume!(rows[row][column] != note);
        rows[row][column].clone_from(&note);
        let plan = plan(&export::xlsx(&rows).unwrap(), &Ask { datum: None, ..ask() }, &sources).unwrap();
        let changed: Vec<_> = plan.stations.iter().filter_map(|station| match &station.fate {
            Fate::Changed(changes) => Some((station.incoming.values.get(Field::Slug).unwrap().to_owned(), changes.clone())),
            _ => None,
        }).collect();
        prop_assert_eq!(changed.len(), 1, "{}", report::text(&plan));
        prop_assert_eq!(changed[0].1.len(), 1);
        prop_assert_eq!(changed[0].1[0].new.as_deref(), Some(note.as_str()));
    }

    #[test]
    fn no_cell_of_an_export_is_a_formula(text in cell_text()) {
        let escaped = export::escaped(&text);
        prop_assert!(!export::looks_like_formula(&escaped));
        prop_assert_eq!(super::text_table::unescaped(&escaped), text);
    }

    #[test]
    fn no_bytes_break_the_importer(bytes in prop::collection::vec(any::<u8>(), 0..400), as_zip in any::<bool>()) {
        let bytes = if as_zip { archive(&[("xl/workbook.xml", &bytes), ("[Content_Types].xml", b"<Types/>")]) } else { bytes };
        drop(plan(&bytes, &ask(), &sources(&[])));
    }

    #[test]
    fn a_workbook_with_bytes_knocked_out_is_read_or_refused(at in 0usize..20_000, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = export::xlsx(&exported(&sources(&[]))).unwrap();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        drop(plan(&bytes, &ask(), &sources(&[])));
    }

    #[test]
    fn whatever_cells_say_what_is_written_passes_check(
        rows in prop::collection::vec(prop::collection::vec("[0-9a-z暖溪镇派出所路号庇护站=,\"；:/ -]{0,10}", 7..8), 1..5),
    ) {
        let head = "名称,类别,区划,地址,电话,工作时间,备注\n";
        let lines = rows.iter().map(|row| crate::csv_text::line(row.iter().map(String::as_str), ',') + "\n");
        let list = format!("{head}{}", lines.collect::<String>());
        if let Ok(plan) = plan(list.as_bytes(), &Ask { kind: Some(StationKind::RightsStation), ..ask() }, &sources(&[])) {
            if plan.blocked {
                return Ok(());
            }
            let after = sources(&[]).with(&plan.files);
            let outcome = crate::check_sources(after, Path::new("content"), TODAY);
            prop_assert!(matches!(outcome, Outcome::Built(_)), "{}", report::text(&plan));
        }
    }
}
