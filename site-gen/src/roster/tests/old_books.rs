//! Workbooks of Excel 97 to 2003: one as a county has it, each sort of cell, and files that were made to break us.

use std::io::{Cursor, Write as _};

use cfb::CompoundFile;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::super::cell::{Cell, Sheet};
use super::super::workbook::Book;
use super::super::xls;
use super::*;

/// How it was made stands beside it.
const TOWNSHIPS: &[u8] = include_bytes!("../../../tests/data/townships.xls");

type Row = (&'static str, &'static str, &'static str, Tel, &'static str, &'static str, (u16, u8, u8));

#[derive(Clone, Copy)]
enum Tel {
    Number(u64),
    Text(&'static str),
}

const HEAD: [&str; 7] = ["名称", "类别", "村", "电话", "坐标", "工作时间", "核实日期"];

const NUANXI: [Row; 3] = [
    (
        "暖溪镇妇女儿童维权服务站",
        "维权服务站",
        "",
        Tel::Number(13_800_000_001),
        "102.5603,40.5232",
        "周一至周五 8:30-12:00",
        (2025, 12, 9),
    ),
    (
        "暖井村妇女儿童之家",
        "妇女儿童之家",
        "暖井村",
        Tel::Number(13_800_000_002),
        "102.5701,40.5301",
        "",
        (2025, 12, 10),
    ),
    (
        "暖井村妇情反馈站",
        "妇情反馈站",
        "暖井村",
        Tel::Text("0000-5551303"),
        "102.5702,40.5302",
        "",
        (2025, 12, 11),
    ),
];

const QINGLIU: [Row; 1] = [(
    "晴柳镇派出所",
    "派出所",
    "",
    Tel::Number(13_800_000_004),
    "102.6101,40.4501",
    "全天24小时",
    (2025, 12, 12),
)];

/// The same table as an XLSX file.
fn in_xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    let (usual, day) = (Format::new(), Format::new().set_num_format("yyyy-mm-dd"));
    for (name, rows) in [("暖溪镇", &NUANXI[..]), ("晴柳镇", &QINGLIU)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.merge_range(0, 0, 0, 6, &format!("示例县{name}站点一览表"), &usual).unwrap();
        for (column, heading) in (0..).zip(HEAD) {
            sheet.write(1, column, heading).unwrap();
        }
        for (row, (name, kind, village, tel, at, hours, (year, month, date))) in (2..).zip(rows) {
            sheet
                .write(row, 0, *name)
                .unwrap()
                .write(row, 1, *kind)
                .unwrap()
                .write(row, 2, *village)
                .unwrap();
            match tel {
                Tel::Number(number) => sheet.write(row, 3, *number).unwrap(),
                Tel::Text(text) => sheet.write(row, 3, *text).unwrap(),
            };
            let date = ExcelDateTime::from_ymd(*year, *month, *date).unwrap();
            sheet.write(row, 4, *at).unwrap().write(row, 5, *hours).unwrap();
            sheet.write_with_format(row, 6, &date, &day).unwrap();
        }
    }
    let hidden = book.add_worksheet().set_name("去年的").unwrap();
    hidden.set_hidden(true).write(0, 0, "名称").unwrap();
    book.save_to_buffer().unwrap()
}

/// The same table as text: one sheet, so the township has a column.
fn in_csv() -> Vec<u8> {
    let mut lines = vec![format!("乡镇,{}\n", HEAD.join(","))];
    for (township, rows) in [("暖溪镇", &NUANXI[..]), ("晴柳镇", &QINGLIU)] {
        for (name, kind, village, tel, at, hours, (year, month, date)) in rows {
            let tel = match tel {
                Tel::Number(number) => number.to_string(),
                Tel::Text(text) => (*text).to_owned(),
            };
            lines.push(format!(
                "{township},{name},{kind},{village},{tel},\"{at}\",{hours},{year}-{month:02}-{date:02}\n"
            ));
        }
    }
    lines.concat().into_bytes()
}

#[test]
fn an_old_workbook_makes_the_stations_that_its_table_makes_elsewhere() {
    let old = plan(TOWNSHIPS, &ask(), &sources(&[])).unwrap();
    let text = report::text(&old);
    assert_eq!(old.stations.len(), 4, "{text}");
    assert!(!old.has_refusals() && !old.blocked && old.findings.is_empty(), "{text}");
    let table = &old.files["stations/shili-county/stations.csv"];
    for said in ["13800000002", "990121100201", "40.5232,102.5603", "2025-12-10", "24/7"] {
        assert!(table.contains(said), "{said}\n{table}");
    }
    assert!(text.contains("表“去年的”是隐藏的，没有读"), "{text}");
    let new = plan(&in_xlsx(), &ask(), &sources(&[])).unwrap();
    assert_eq!(text, report::text(&new));
    assert_eq!(old.files, new.files);
    let plain = plan(&in_csv(), &ask(), &sources(&[])).unwrap();
    assert_eq!(old.files, plain.files, "{}", report::text(&plain));
    let again = plan(TOWNSHIPS, &ask(), &sources(&[]).with(&old.files)).unwrap();
    assert!(again.files.is_empty(), "{}", report::text(&again));
}

/// A record of the stream.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A container with this stream.
fn container(name: &str, stream: &[u8]) -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(name).unwrap().write_all(stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;

/// A workbook with these records of its own, and sheets of these records.
fn old_book(globals: &[Vec<u8>], sheets: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let named = |name: String, start: usize| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let start = u32::try_from(start).unwrap().to_le_bytes();
        let length = u8::try_from(name.len() / 2).unwrap();
        record(0x0085, &[&start[..], &[0, 0, length, 1], &name].concat())
    };
    let begin = record(BOF, &[0, 6, 5, 0]);
    let own = globals.concat();
    let heads: usize = (0..sheets.len()).map(|at| named(format!("表{at}"), 0).len()).sum();
    let mut start = begin.len() + own.len() + heads + record(EOF, &[]).len();
    let mut stream = [begin, own].concat();
    let mut bodies = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        stream.extend(named(format!("表{at}"), start));
        let body = [record(BOF, &[0, 6, 16, 0]), sheet.concat(), record(EOF, &[])].concat();
        start += body.len();
        bodies.extend(body);
    }
    stream.extend(record(EOF, &[]));
    stream.extend(bodies);
    container("Workbook", &stream)
}

/// A record of a cell.
fn cell(kind: u16, (row, column, look): (u16, u16, u16), value: &[u8]) -> Vec<u8> {
    record(kind, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &look.to_le_bytes(), value].concat())
}

/// A text with its length in two bytes, two bytes a character.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u16::try_from(units.len()).unwrap().to_le_bytes();
    [&length[..], &[1], &units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat()
}

fn only_sheet(bytes: &[u8]) -> Sheet {
    let Book { mut sheets, .. } = xls::book(bytes).unwrap();
    assert_eq!(sheets.len(), 1);
    sheets.remove(0)
}

/// A workbook with each sort of cell, in two rows.
fn one_of_each() -> Vec<u8> {
    // Looks: a number, a day by its number, a day that somebody wrote.
    let look = |format: u16| record(0x00E0, &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat());
    let written = record(0x041E, &[&200_u16.to_le_bytes()[..], &wide("yyyy\"年\"")].concat());
    let globals = [written, look(0), look(14), look(200)];
    let rk = |whole: i32| ((whole << 2) | 2).to_le_bytes();
    let hundredth = (((4052_i32) << 2) | 3).to_le_bytes();
    let half = u32::try_from(0.5_f64.to_bits() >> 32).unwrap().to_le_bytes();
    let many = [
        &0_u16.to_le_bytes()[..],
        &6_u16.to_le_bytes(),
        &[0, 0],
        &rk(7),
        &[1, 0],
        &rk(46_000),
        &7_u16.to_le_bytes(),
    ]
    .concat();
    let came_to = |value: [u8; 8]| [&value[..], &[0; 8]].concat();
    let sheet = vec![
        cell(0x0203, (0, 0, 0), &0.25_f64.to_le_bytes()),
        cell(0x0203, (0, 1, 2), &46_000.0_f64.to_le_bytes()),
        cell(0x0203, (0, 2, 0), &f64::NAN.to_le_bytes()),
        cell(0x027E, (0, 3, 0), &rk(-3)),
        cell(0x027E, (0, 4, 0), &hundredth),
        cell(0x027E, (0, 5, 0), &half),
        record(0x00BD, &many),
        cell(0x0204, (1, 0, 0), &wide("暖溪镇")),
        cell(0x0205, (1, 1, 0), &[1, 0]),
        cell(0x0205, (1, 2, 0), &[0x07, 1]),
        cell(0x0006, (1, 3, 0), &came_to(2.5_f64.to_le_bytes())),
        cell(0x0006, (1, 4, 0), &came_to([0, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
        record(0x0207, &wide("算出来的")),
        cell(0x0006, (1, 5, 0), &came_to([1, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
        cell(0x0006, (1, 6, 0), &came_to([2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF])),
        // A chart in the sheet has numbers of its own, and a frame is no cell.
        record(BOF, &[0, 6, 32, 0]),
        cell(0x0203, (5, 5, 0), &1.0_f64.to_le_bytes()),
        record(EOF, &[]),
        cell(0x0201, (9, 9, 0), &[]),
    ];
    old_book(&globals, &[sheet])
}

#[test]
fn each_sort_of_cell_says_what_excel_shows() {
    let sheet = only_sheet(&one_of_each());
    let row = |row: u32| sheet.rows[&row].values().cloned().collect::<Vec<Cell>>();
    let fault = |shown: &str| Cell::Fault(shown.to_owned());
    let text = |text: &str| Cell::Text(text.to_owned());
    assert_eq!(
        row(0),
        [
            Cell::Number(0.25),
            Cell::Moment(46_000.0),
            fault("#NUM!"),
            Cell::Number(-3.0),
            Cell::Number(40.52),
            Cell::Number(0.5),
            Cell::Number(7.0),
            Cell::Moment(46_000.0),
        ]
    );
    assert_eq!(
        row(1),
        [
            text("暖溪镇"),
            Cell::Truth(true),
            fault("#DIV/0!"),
            Cell::Number(2.5),
            text("算出来的"),
            Cell::Truth(false),
            fault("#REF!"),
        ]
    );
    assert_eq!(sheet.rows.len(), 2);
}

#[test]
fn a_text_goes_on_in_the_next_record_and_may_change_its_width_there() {
    let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // Eight characters, bold for a while, with sounds: four wide, four narrow in the next record, then what belongs to it.
    let first = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[8, 0, 0x0D, 1, 0, 3, 0, 0, 0], &units("暖溪镇的")].concat();
    let second = [&[0][..], b"ab12", &[0; 4], &[0; 2]].concat();
    let third = [&[0; 1][..], &wide("次")].concat();
    let globals = [record(0x00FC, &first), record(0x003C, &second), record(0x003C, &third)];
    let sheet = vec![cell(0x00FD, (0, 0, 0), &[0; 4]), cell(0x00FD, (0, 1, 0), &[1, 0, 0, 0])];
    let sheet = only_sheet(&old_book(&globals, &[sheet]));
    let shown: Vec<String> = sheet.rows[&0].values().map(Cell::shown).collect();
    assert_eq!(shown, ["暖溪镇的ab12", "次"]);
}

#[test]
fn two_cells_that_are_far_apart_are_two_cells() {
    let far = vec![cell(0x0204, (0, 0, 0), &wide("名称")), cell(0x0204, (65_535, 255, 0), &wide("尽头"))];
    // What the sheet claims to have is not believed.
    let claim = record(0x0200, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0]);
    let sheet = only_sheet(&old_book(&[], &[[vec![claim], far].concat()]));
    assert_eq!((sheet.len(), sheet.cell(65_535, 255)), (2, Some(&Cell::Text("尽头".to_owned()))));
}

/// What is said of a file that can't be read.
fn refusal(bytes: &[u8]) -> String {
    plan(bytes, &ask(), &sources(&[])).unwrap_err()
}

#[test]
fn what_is_no_old_workbook_is_refused_with_what_to_do() {
    for length in 0..40 {
        let cut = &TOWNSHIPS[..8 + (TOWNSHIPS.len() - 8) * length / 40];
        assert!(refusal(cut).contains("没有下载完：在 Excel 里打开，另存为"), "cut at {}", cut.len());
    }
    let mut noise = TOWNSHIPS[..8].to_vec();
    noise.extend((0..5_000_u32).map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap()));
    assert!(refusal(&noise).contains("坏了"));
    let locked = old_book(&[record(0x002F, &[1, 0, 1, 0, 1, 0])], &[Vec::new()]);
    assert!(refusal(&locked).contains("加了密码") && refusal(&locked).contains("去掉密码"));
    assert!(refusal(&container("EncryptedPackage", b"...")).contains("加了密码"));
    assert!(refusal(&container("Book", &record(BOF, &[0, 5, 5, 0]))).contains("Excel 95"));
    assert!(refusal(&container("Workbook", &record(BOF, &[0, 5, 5, 0]))).contains("Excel 95"));
    assert!(refusal(&container("WordDocument", b"...")).contains("没有 Excel 表"));
}

#[test]
fn a_workbook_that_holds_too_much_or_lies_is_refused() {
    let number = |row: u16, column: u16| cell(0x0203, (row, column, 0), &1.0_f64.to_le_bytes());
    // 2,400 rows of 254 numbers, in few bytes each.
    let full = |row: u16| {
        let cells: Vec<u8> = [0, 0, 2, 0, 0, 0].repeat(254);
        record(0x00BD, &[&row.to_le_bytes()[..], &[0, 0], &cells, &253_u16.to_le_bytes()].concat())
    };
    let full: Vec<Vec<u8>> = (0..2_400).map(full).collect();
    assert!(refusal(&old_book(&[], &[full[..1_200].to_vec(), full[..1_200].to_vec()])).contains("600000"));
    // One text, long, in very many cells.
    let long = wide(&"字".repeat(4_000));
    let texts = record(0x00FC, &[&[0; 8][..], &long].concat());
    let same: Vec<Vec<u8>> = (0..20_000).map(|row| cell(0x00FD, (row, 0, 0), &[0; 4])).collect();
    assert!(refusal(&old_book(std::slice::from_ref(&texts), &[same])).contains("150 MB"));
    // Everything is merged with everything, again and again.
    let areas: Vec<u8> = [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0].repeat(1_000);
    let merged = record(0x00E5, &[&1_000_u16.to_le_bytes()[..], &areas].concat());
    let merged = [vec![number(0, 0), number(65_535, 255)], vec![merged; 200]].concat();
    assert!(refusal(&old_book(&[], &[merged])).contains("600000"));
    for (what, sheet) in [
        ("a text that is not there", vec![cell(0x00FD, (0, 0, 0), &[9, 0, 0, 0])]),
        ("an area that ends before it begins", vec![record(0x00E5, &[1, 0, 5, 0, 0, 0, 0, 0, 0, 0])]),
        ("areas that are not there", vec![record(0x00E5, &[9, 0])]),
        ("a cell without a value", vec![record(0x0203, &[0, 0, 0, 0, 0, 0])]),
        ("a text shorter than it says", vec![cell(0x0204, (0, 0, 0), &[9, 0, 1, 0x41, 0])]),
    ] {
        assert!(refusal(&old_book(std::slice::from_ref(&texts), &[sheet])).contains("坏了"), "{what}");
    }
}

/// The records of the list that a county has.
fn records_of_townships() -> Vec<u8> {
    let mut file = CompoundFile::open(Cursor::new(TOWNSHIPS)).unwrap();
    let mut stream = Vec::new();
    std::io::Read::read_to_end(&mut file.open_stream("Workbook").unwrap(), &mut stream).unwrap();
    stream
}

proptest! {
    #[test]
    fn an_old_workbook_with_bytes_knocked_out_is_read_or_refused(
        knocked in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = TOWNSHIPS.to_vec();
        for (at, byte) in &knocked {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        drop(xls::book(&bytes));
        // Past the container, where most of what is knocked out would end.
        let mut stream = records_of_townships();
        for (at, byte) in &knocked {
            let at = at.index(stream.len());
            stream[at] = *byte;
        }
        drop(xls::book(&container("Workbook", &stream)));
    }

    #[test]
    fn no_bytes_break_the_reader_of_old_workbooks(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        records in prop::collection::vec(
            (prop::sample::select(vec![0x0006_u16, 0x003C, 0x00BD, 0x00D6, 0x00E5, 0x00FD, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E, 0x0809, 0x000A]),
             prop::collection::vec(any::<u8>(), 0..40)), 0..20),
        globals in prop::collection::vec(
            (prop::sample::select(vec![0x0022_u16, 0x003C, 0x0042, 0x0085, 0x00E0, 0x00FC, 0x041E]),
             prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        drop(xls::book(&[xls::MAGIC, &bytes].concat()));
        drop(xls::book(&container("Workbook", &bytes)));
        let made = |all: Vec<(u16, Vec<u8>)>| all.iter().map(|(kind, data)| record(*kind, data)).collect::<Vec<_>>();
        let (globals, records) = (made(globals), made(records));
        drop(xls::book(&old_book(&[], std::slice::from_ref(&records))));
        drop(xls::book(&old_book(&globals, &[records])));
    }
}
