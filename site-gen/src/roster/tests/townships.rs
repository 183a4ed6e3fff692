//! One sheet for each township, as counties keep them, and what such workbooks have besides stations.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::*;

const DIVISIONS: &str = "code,name,level\n990100,示例市,city\n990121,示例县,county\n990122,暖水县,county\n\
990121100,暖溪镇,township\n990121100201,暖井村,village\n990121101,晴柳镇,township\n\
990121102,城关镇,township\n990122102,城关镇,township\n";

fn content() -> SourceMap {
    sources(&[("regions.csv", DIVISIONS)])
}

fn fill(sheet: &mut Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, cell) in (0..).zip(*cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

fn sheet<'b>(book: &'b mut Workbook, name: &str, rows: &[&[&str]]) -> &'b mut Worksheet {
    let sheet = book.add_worksheet().set_name(name).unwrap();
    fill(sheet, 0, rows);
    sheet
}

fn read(mut book: Workbook) -> (Plan, String) {
    let plan = plan(&book.save_to_buffer().unwrap(), &ask(), &content()).unwrap();
    let text = report::text(&plan);
    (plan, text)
}

fn region<'p>(plan: &'p Plan, name: &str) -> &'p str {
    station(plan, name).incoming.values.get(Field::Region).unwrap()
}

const HEAD: &[&str] = &["名称", "类别", "电话"];

#[test]
fn the_name_of_a_sheet_is_the_division_of_its_rows() {
    let mut book = Workbook::new();
    sheet(&mut book, "封面", &[&["示例县妇联", "2026 年 11 月"]]);
    sheet(
        &mut book,
        "暖溪镇（2个）",
        &[
            HEAD,
            &["妇女儿童维权站", "维权服务站", "0000-5551301"],
            &["暖井村妇女之家", "妇女儿童之家", "0000-5551302"],
        ],
    );
    sheet(&mut book, "附件2 晴柳镇", &[HEAD, &["妇女儿童维权站", "维权服务站", "0000-5551303"]]);
    let hidden = sheet(&mut book, "去年的", &[HEAD, &["旧站", "派出所", "0000-5551304"]]);
    hidden.set_hidden(true);
    let (plan, text) = read(book);
    let found: Vec<(&str, &str)> = plan
        .stations
        .iter()
        .map(|station| {
            let value = |field| station.incoming.values.get(field).unwrap();
            (value(Field::Name), value(Field::Region))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("妇女儿童维权站", "990121100"),
            ("暖井村妇女之家", "990121100201"),
            ("妇女儿童维权站", "990121101")
        ],
        "{text}"
    );
    for said in [
        "表 1“封面”里没有找到表头",
        "表 2“暖溪镇（2个）”：第 1 行是表头，下面有 2 行站点；没写区划的行，算在示例市示例县暖溪镇（990121100）",
        "表“去年的”是隐藏的，没有读",
        "按表名和名称读成 示例市示例县暖溪镇暖井村",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert!(!plan.has_refusals() && !plan.blocked, "{text}");
}

#[test]
fn a_name_that_is_no_division_or_several_is_told_at_the_sheet() {
    let mut book = Workbook::new();
    let rows: [&[&str]; 2] = [HEAD, &["妇女之家", "妇女儿童之家", "0000-5551305"]];
    sheet(&mut book, "城关镇", &rows);
    sheet(&mut book, "暖西镇", &rows);
    let other = sheet(&mut book, "晴柳镇", &[]);
    other.write_string(0, 0, "示例县暖溪镇名单").unwrap();
    fill(other, 1, &rows);
    let (plan, text) = read(book);
    assert!(plan.stations.is_empty() && plan.has_refusals(), "{text}");
    for said in [
        "表 1“城关镇” 第 1 行：表名“城关镇”能对上几个区划：示例市示例县城关镇（990121102）、示例市暖水县城关镇（990122102）",
        "表 2“暖西镇” 第 1 行：regions.csv 里没有表名“暖西镇”这个区划，最像的是 示例市示例县暖溪镇（990121100）",
        "表 3“晴柳镇” 第 2 行：表名说的是示例市示例县晴柳镇，表头上面写的是示例市示例县暖溪镇",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_row_that_says_another_place_than_its_sheet_is_not_guessed() {
    let mut book = Workbook::new();
    sheet(&mut book, "暖溪镇", &[HEAD, &["晴柳镇维权站", "维权服务站", "0000-5551306"]]);
    let (plan, text) = read(book);
    assert!(plan.stations.is_empty(), "{text}");
    assert!(text.contains("这里算在示例市示例县暖溪镇，名称和地址里说的却是示例市示例县晴柳镇"), "{text}");
}

/// Two rows of headings, a line for each township, the headings again on the next page, totals, notes.
#[test]
fn lines_that_are_no_stations_are_told_and_place_those_below() {
    let mut book = Workbook::new();
    let usual = Format::new();
    let list = sheet(&mut book, "Sheet1", &[]);
    list.merge_range(0, 0, 0, 5, "维权站点一览表（坐标为高德地图坐标）", &usual).unwrap();
    for (column, heading) in [(0, "序号"), (1, "单位名称"), (2, "类别"), (5, "联系方式")] {
        list.merge_range(1, column, 2, column, heading, &usual).unwrap();
    }
    list.merge_range(1, 3, 1, 4, "地理坐标", &usual).unwrap();
    fill(list, 2, &[&["", "", "", "经度", "纬度", "值班电话"]]);
    list.merge_range(3, 0, 3, 5, "一、暖溪镇（2 个）", &usual).unwrap();
    fill(
        list,
        4,
        &[
            &["1", "甲站", "维权服务站", "102.5603", "40.5232", "5551307"],
            &["2", "乙站", "派出所", "东经102°33′39″", "北纬40°31′30″", "0000-5551308"],
        ],
    );
    fill(list, 6, &[&["小计", "2"]]);
    list.merge_range(7, 0, 7, 5, "二、晴柳镇", &usual).unwrap();
    fill(
        list,
        8,
        &[
            &["序号", "单位名称", "类别", "经度", "纬度", "值班电话"],
            &["3", "丙站", "派出所", "", "", "0000-5551309"],
        ],
    );
    list.merge_range(10, 0, 10, 5, "三、城关镇", &usual).unwrap();
    fill(list, 11, &[&["4", "丁站", "派出所", "", "", "0000-5551310"], &["合 计", "", "4", "", "", ""]]);
    let bytes = book.save_to_buffer().unwrap();
    let plan = plan(&bytes, &Ask { datum: None, ..ask() }, &content()).unwrap();
    let text = report::text(&plan);
    assert_eq!((region(&plan, "甲站"), region(&plan, "丙站")), ("990121100", "990121101"), "{text}");
    let first = &station(&plan, "甲站").incoming.values;
    let place = [Field::Lat, Field::Lon, Field::Datum].map(|field| first.get(field));
    assert_eq!(place, [Some("40.5232"), Some("102.5603"), Some("gcj02")], "{text}");
    assert_eq!(plan.stations.len(), 3, "{text}");
    for said in [
        "表 1“Sheet1” 第 7 行：合计的一行",
        "表 1“Sheet1” 第 13 行：合计的一行",
        "表 1“Sheet1” 第 9 行：又是一行表头",
        "表 1“Sheet1” 第 11 行：“三、城关镇”能对上几个区划",
        "电话 5551307 没有区号，外地打不通，核对一下。同一个市的别的电话都是 0000 开头的，是不是 0000-5551307",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_code_that_is_not_in_the_table_is_met_with_the_right_one() {
    let plan =
        plan("名称,类别,区划\n甲站,派出所,341823\n乙站,派出所,990121109\n".as_bytes(), &ask(), &content())
            .unwrap();
    let text = report::text(&plan);
    assert!(
        text.contains("它是安徽省宣城市泾县，还没加进 regions.csv：运行 site-gen new county 341823"),
        "{text}"
    );
    assert!(text.contains("没有代码是 990121109 的区划：是不是想写 99012110"), "{text}");
}

#[test]
fn where_a_shelter_is_does_not_show_in_the_name_of_its_sheet() {
    let mut book = Workbook::new();
    sheet(
        &mut book,
        "暖溪镇",
        &[HEAD, &["示例县庇护所", "庇护中心", "0000-5551311"], &["示例县庇护所", "庇护中心", "0000-5551312"]],
    );
    let (plan, _) = read(book);
    let shelter = station(&plan, "示例县庇护所");
    assert_eq!(shelter.incoming.values.get(Field::Region), Some("990121"));
    let remarks: Vec<String> =
        plan.remarks.iter().map(|remark| format!("{}：{}", remark.at, remark.what)).collect();
    assert!(remarks.len() >= 2 && remarks.iter().all(|remark| !remark.contains("暖溪")), "{remarks:#?}");
    assert!(
        plan.files
            .values()
            .all(|text| !text.contains("990121100,庇护") && !text.contains("庇护所,shelter,990121100"))
    );
}
