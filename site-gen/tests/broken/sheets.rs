//! Broken lists of stations from outside: what can't be taken in is named by sheet, row and column, and what can't be read
//! at all is refused in a sentence.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Formula, Workbook};
use site_gen::roster::import::{Ask, Plan, plan};
use site_gen::roster::report;
use site_gen::source::SourceMap;

use crate::content::{TODAY, small};

const HEADINGS: [&str; 9] = ["名称", "类别", "区划", "电话", "地址", "纬度", "经度", "工作时间", "核实日期"];

/// What no cell of the column may say: name of the column, what it says, and whether only spreadsheets can.
const BAD: [(usize, &str); 18] = [
    (1, "茶馆"),
    (1, "#N/A"),
    (2, "没有这个镇"),
    (2, "990999"),
    (2, "9.90E+05"),
    (3, "1.39E+10"),
    (3, "0000-55x0141"),
    (3, "看门口的牌子"),
    (3, "#REF!"),
    (5, "北边"),
    (5, "0.4"),
    (5, "1204"),
    (6, "东边"),
    (7, "看情况"),
    (7, "周一到周五"),
    (8, "2026-02-30"),
    (8, "去年"),
    (8, "2026年10月"),
];

fn good(row: usize) -> Vec<String> {
    let cells = [
        &format!("试验服务站{}", row + 1),
        "维权服务站",
        "990121",
        &format!("0000-55591{row:02}"),
        &format!("人民路 {} 号", row + 1),
        "40.41",
        "102.49",
        "24/7",
        "2026-10-01",
    ];
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A list with one bad cell in each row, and where those are: row and column from 0.
fn list(round: usize) -> (Vec<Vec<String>>, Vec<(u32, u32)>) {
    let mut rows = vec![HEADINGS.map(str::to_owned).to_vec()];
    let mut bad = Vec::new();
    for row in 0..BAD.len() {
        let (column, said) = BAD[(row + round) % BAD.len()];
        let mut cells = good(row);
        said.clone_into(&mut cells[column]);
        rows.push(cells);
        bad.push((u32::try_from(row + 1).unwrap(), u32::try_from(column).unwrap()));
    }
    (rows, bad)
}

fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let lines: Vec<String> = rows.iter().map(|cells| cells.join(",")).collect();
    (lines.join("\r\n") + "\r\n").into_bytes()
}

fn xlsx(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "下一张是名单").unwrap();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell.as_str()).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn import(bytes: &[u8]) -> Result<Plan, String> {
    let mut sources = SourceMap::default();
    for (path, bytes) in small() {
        // Only what an import looks at.
        if !path.ends_with(".md") && path != "thesaurus.yaml" {
            sources.add(path, bytes);
        }
    }
    let ask = Ask {
        folder: "shili-county".to_owned(),
        datum: Some("wgs84"),
        kind: None,
        said: BTreeMap::new(),
        sheet: None,
        clear: false,
        today: *TODAY,
    };
    let plan = plan(bytes, &ask, &sources);
    if let Ok(plan) = &plan {
        assert!(!report::text(plan).is_empty());
        report::kept(&plan.kept);
    }
    plan
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// What is not told of the bad cells of the sheet `number`.
fn untold(plan: &Plan, number: usize, bad: &[(u32, u32)], rows: &[Vec<String>]) -> Vec<String> {
    let told = |(row, column): &&(u32, u32)| {
        plan.remarks.iter().any(|remark| {
            remark.refused
                && (remark.at.sheet, remark.at.row, remark.at.column) == (number, *row, Some(*column))
                && is_chinese(&remark.what)
        })
    };
    let missed = bad.iter().filter(|place| !told(place));
    let missed =
        missed.map(|(row, column)| format!("{row}:{column} “{}”", rows[*row as usize][*column as usize]));
    missed.collect()
}

#[test]
fn every_bad_cell_of_a_table_is_refused_by_its_place() {
    let mut wrong = Vec::new();
    for round in 0..6 {
        let (rows, bad) = list(round * 3);
        for (bytes, sheet) in [(csv(&rows), 1), (xlsx(&rows), 2)] {
            let plan = import(&bytes).unwrap();
            wrong.extend(untold(&plan, sheet, &bad, &rows));
            assert!(plan.has_refusals());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_that_is_no_list_is_refused_in_a_sentence() {
    let (rows, _) = list(0);
    let (table, book) = (csv(&rows), xlsx(&rows));
    let headless = csv(&rows[1..]);
    let unclosed = String::from_utf8(table.clone()).unwrap().replacen("试验服务站3", "\"试验服务站3", 1);
    let doubled = String::from_utf8(table.clone()).unwrap().replacen("类别", "名称", 1);
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("nothing".to_owned(), Vec::new()),
        ("blanks".to_owned(), b" \n\n".to_vec()),
        ("a NUL".to_owned(), b"\0".to_vec()),
        ("no text".to_owned(), b"\xff\xff\xff".to_vec()),
        ("no headings".to_owned(), headless),
        ("an unclosed quote".to_owned(), unclosed.into_bytes()),
        ("a heading twice".to_owned(), doubled.into_bytes()),
        ("an old workbook".to_owned(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()),
        ("a zip of nothing".to_owned(), b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("PK and no more".to_owned(), b"PK".to_vec()),
        ("a workbook without sheets of stations".to_owned(), xlsx(&[vec!["只有一句话".to_owned()]])),
    ];
    // Cut off anywhere: a download that broke.
    files.extend((1..40).map(|part| (format!("cut at {part}/40"), book[..book.len() * part / 40].to_vec())));
    for (name, bytes) in files {
        match import(&bytes) {
            Err(why) => assert!(is_chinese(&why), "{name}: {why}"),
            Ok(plan) => panic!("{name} was taken in: {}", report::text(&plan)),
        }
    }
}

#[test]
fn what_spreadsheets_do_to_cells_is_told() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "示例县名单", &Format::new()).unwrap();
    for (column, heading) in (0..).zip(["名称", "类别", "区划", "电话"]) {
        sheet.write(1, column, heading).unwrap();
    }
    sheet
        .write(2, 0, "试验服务站一")
        .unwrap()
        .write(2, 1, "维权服务站")
        .unwrap()
        .write(2, 2, 990_121)
        .unwrap();
    sheet.write(2, 3, 7_715_550_123_u64).unwrap();
    sheet
        .write(3, 0, "试验服务站二")
        .unwrap()
        .write(3, 1, "维权服务站")
        .unwrap()
        .write(3, 2, "990121")
        .unwrap();
    sheet.write_formula(3, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet
        .write(4, 1, "维权服务站")
        .unwrap()
        .write(4, 2, "990121")
        .unwrap()
        .write(4, 3, "0000-5559100")
        .unwrap();
    sheet.write(5, 0, "试验服务站三").unwrap().write(5, 1, true).unwrap().write(5, 2, 0.5).unwrap();
    let plan = import(&book.save_to_buffer().unwrap()).unwrap();
    let refused: Vec<(u32, Option<u32>)> = plan
        .remarks
        .iter()
        .filter(|remark| remark.refused)
        .map(|remark| (remark.at.row, remark.at.column))
        .collect();
    for place in [(2, Some(3)), (3, Some(3)), (4, None), (5, Some(1)), (5, Some(2))] {
        assert!(refused.contains(&place), "{place:?} of {refused:?}\n{}", report::text(&plan));
    }
}
