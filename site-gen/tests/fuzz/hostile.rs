//! Files made to break us: large, and all of one kind. Time has to grow with size, not with its square.

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::claims;

/// More than any of these takes in a build without optimisation on a busy machine, and far less than a square would.
const LONGEST: Duration = Duration::from_secs(20);
/// Bytes of a hostile text where a person asks for them; else an eightieth.
const LARGE: usize = 1 << 20;
/// As many bytes as a person wants: twice as many may take twice as long.
const BYTES: &str = "NUANZHAN_FUZZ_BYTES";

fn large() -> usize {
    let asked = std::env::var(BYTES).ok().and_then(|bytes| bytes.parse().ok());
    let usual = if std::env::var_os("NUANZHAN_TEST_ALL").is_some() { LARGE } else { LARGE / 80 };
    asked.unwrap_or(usual)
}

/// The same piece until the text is large.
fn many(piece: &str) -> String {
    piece.repeat(large() / piece.len())
}

/// As many lines as asked for.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// What took too long of these, each held against a claim.
fn too_slow(hostile: Vec<(&str, Vec<u8>)>, claim: impl Fn(&[u8])) {
    let mut slow = Vec::new();
    for (name, bytes) in hostile {
        let began = Instant::now();
        claim(&bytes);
        let took = began.elapsed();
        #[expect(clippy::print_stdout, reason = "times are asked for with --nocapture")]
        {
            println!("{took:?} {name}");
        }
        if took > LONGEST {
            slow.push(format!("{name}: {took:?}"));
        }
    }
    assert!(slow.is_empty(), "too slow: {slow:#?}");
}

fn guide(text: &str) -> Vec<u8> {
    format!("---\ntitle: 题目\nsummary: 摘要。\n---\n{text}\n").into_bytes()
}

fn head(head: &str) -> Vec<u8> {
    format!("---\ntitle: 题目\nsummary: 摘要。\n{head}\n---\n正文。\n").into_bytes()
}

#[test]
fn large_texts_take_no_longer_than_their_size() {
    let texts = [
        ("brackets", many("[")),
        ("links within links", many("[a](")),
        ("pictures within pictures", many("![")),
        ("quotations", many(">")),
        ("quotations with blanks", many("> ")),
        ("items", many("- 一\n")),
        ("items within items", lines(300, |depth| format!("{}- 一", "  ".repeat(depth)))),
        ("one line", many("先报警，再看病。")),
        ("one word", many("字")),
        ("one line of ASCII", many("a")),
        ("columns", format!("|{}\n|{}\n|{}", "a|".repeat(10_000), "-|".repeat(10_000), "b|".repeat(10_001))),
        ("rows", format!("| a |\n| - |\n{}", many("| b | c |\n"))),
        ("asterisks", many("*a **b ")),
        ("backticks", many("` `` ")),
        ("tags", many("<a>")),
        ("half tags", many("<")),
        ("comments", many("<!--")),
        ("headings", many("## 同一个\n\n")),
        ("empty headings", many("#\n")),
        ("entities", many("&amp")),
        ("footnotes", many("[^1]\n\n[^1]: a\n\n")),
        ("definitions of links", many("[a]: b\n")),
        ("titles of statutes", many("《反家庭暴力法》")),
        ("open titles", many("《")),
        ("articles", format!("《反家庭暴力法》{}", many("第二十三条、"))),
        ("numerals", format!("《反家庭暴力法》第{}条", many("百"))),
        ("digits", many("1")),
        ("this law", many("该法第一条。")),
        ("quotes", many("“")),
        ("stops", many("。")),
        ("blanks", many(" ")),
        ("line ends", many("\n")),
        ("carriage returns", many("\r")),
        ("NULs", many("\0")),
        ("blanks without width", many("\u{200b}")),
        ("fences", many("```\n")),
    ];
    let hostile = texts.map(|(name, text)| (name, guide(&text))).to_vec();
    too_slow(hostile, |bytes| claims::checked("guides/domestic-violence/protection-order.md", bytes));
}

#[test]
fn heads_that_unfold_are_refused() {
    let bomb = lines(29, |at| format!("k{}: &a{} [{}]", at + 1, at + 1, format!("*a{at},").repeat(9)));
    let texts = [
        ("anchors that multiply", format!("k0: &a0 [一]\n{bomb}")),
        ("maps within maps", format!("k: {}", many("{a: "))),
        ("lists within lists", format!("k: {}", many("["))),
        ("items within items", format!("k:\n  {}", many("- "))),
        ("keys", lines(large() / 12, |at| format!("key{at}: 1"))),
        ("the same key", many("note: 1\n")),
        ("quotes", format!("k: {}", many("\""))),
        ("one value", format!("note: {}", many("字"))),
        ("full-width colons", many("名：值\n")),
        ("tabs", many("\t")),
        ("complex keys", many("? ")),
        ("words", format!("keywords: [{}]", many("词, "))),
        ("merge keys", many("<<: *a\n")),
        ("steps", format!("steps:\n{}", many("  - do: 一\n"))),
    ];
    let hostile = texts.map(|(name, text)| (name, head(&text))).to_vec();
    too_slow(hostile, |bytes| claims::checked("guides/domestic-violence/protection-order.md", bytes));
}

#[test]
fn large_settings_and_lists_take_no_longer_than_their_size() {
    let nested = vec![
        ("lists within lists", format!("a = {}", many("[")).into_bytes()),
        ("tables", many("[a]\n").into_bytes()),
    ];
    too_slow(nested, |bytes| claims::checked("site.toml", bytes));
    let yaml = vec![("items", many("- slug: a\n").into_bytes()), ("dashes", many("- ").into_bytes())];
    too_slow(yaml, |bytes| claims::checked("topics.yaml", bytes));
    let rows = |row: &dyn Fn(usize) -> String| format!("old,new\n{}", lines(large() / 16, row)).into_bytes();
    let addresses = vec![
        ("a long way", rows(&|at| format!("/a{at},/a{}", at + 1))),
        ("a circle", rows(&|at| format!("/a{at},/a{}", (at + 1) % (large() / 16)))),
    ];
    too_slow(addresses, |bytes| claims::checked("redirects.csv", bytes));
}

#[test]
fn large_statutes_take_no_longer_than_their_size() {
    let text = |body: String| {
        format!("# 示例法\n2019年1月5日 通过\n<!-- INFO END -->\n第一条 甲。\n{body}\n").into_bytes()
    };
    let hostile = vec![
        ("the same article", text(many("第二条 甲。\n"))),
        ("one article", text(many("甲。"))),
        ("headings", text(many("## 第一章 总则\n"))),
        ("items", text(many("（一）甲；\n"))),
        ("rows", text(many("| 甲 | 乙 |\n"))),
        ("numerals", text(format!("第{}条", many("百")))),
        ("number signs", text(many("#"))),
        ("annexes", text(many("附件：\n"))),
        ("dates", text(many("2019年1月5日 通过\n"))),
    ];
    too_slow(hostile, claims::statute);
}

#[test]
fn large_tables_take_no_longer_than_their_size() {
    let row = "甲站,维权服务站,990121,0000-5551185\n";
    let hostile = vec![
        ("one cell", format!("名称,电话\n{},1\n", many("字")).into_bytes()),
        ("columns", format!("名称,电话{}\n甲,1\n", ",列".repeat(3_000)).into_bytes()),
        ("quotes", format!("名称,电话\n{}", many("\"")).into_bytes()),
        ("quoted quotes", format!("名称,电话\n\"{}\",1\n", many("\"\"")).into_bytes()),
        ("commas", format!("名称,电话\n{}", many(",")).into_bytes()),
        ("the same row", format!("名称,类别,区划,电话\n{}", row.repeat(800)).into_bytes()),
        ("line ends", format!("名称,电话\n{}", many("\n")).into_bytes()),
        (
            "hours",
            format!("名称,工作时间\n甲,\"{}\"\n", "周一至周五 8:30-12:00；".repeat(2_000)).into_bytes(),
        ),
    ];
    too_slow(hostile.clone(), claims::list);
    too_slow(hostile, |bytes| claims::checked("stations/shili-county/stations.csv", bytes));
}

/// A ZIP with these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook whose only sheet is this XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let types = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let book = "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    let rels = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    archive(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn sheet(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{inner}</worksheet>"
    )
}

#[test]
fn workbooks_that_lie_are_refused_or_read_within_limits() {
    let cell = |at: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>名称</t></is></c>");
    let rows = |inner: String| sheet(&format!("<sheetData>{inner}</sheetData>"));
    let merged: String = (0..20_000).map(|_| "<mergeCell ref=\"A1:XFD1048576\"/>").collect();
    let hostile = vec![
        ("a size that is a lie", workbook(&sheet("<dimension ref=\"A1:XFD1048576\"/><sheetData/>"))),
        ("a size that is none", workbook(&sheet("<dimension ref=\"ZZZZZZ99999999999\"/><sheetData/>"))),
        (
            "a cell at the end of the world",
            workbook(&rows(format!("<row r=\"1048576\">{}</row>", cell("XFD1048576")))),
        ),
        (
            "a cell beyond it",
            workbook(&rows(format!("<row r=\"4294967295\">{}</row>", cell("ZZZZZZZ4294967295")))),
        ),
        ("a cell nowhere", workbook(&rows(format!("<row r=\"0\">{}</row>", cell("A0"))))),
        ("a cell of no name", workbook(&rows(format!("<row r=\"x\">{}</row>", cell("!!"))))),
        (
            "areas over areas",
            workbook(&sheet(&format!(
                "<sheetData><row r=\"1\">{}</row></sheetData><mergeCells>{merged}</mergeCells>",
                cell("A1")
            ))),
        ),
        (
            "an area that ends before it begins",
            workbook(&sheet(&format!(
                "<sheetData><row r=\"1\">{}</row></sheetData><mergeCells><mergeCell ref=\"C3:A1\"/></mergeCells>",
                cell("A1")
            ))),
        ),
        (
            "a shared text that there is not",
            workbook(&rows("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>99999</v></c></row>".to_owned())),
        ),
        (
            "a style that there is not",
            workbook(&rows("<row r=\"1\"><c r=\"A1\" s=\"99999\"><v>1</v></c></row>".to_owned())),
        ),
        ("XML that never ends", workbook("<worksheet><sheetData><row><c>")),
        ("elements within elements", workbook(&many("<a>"))),
        ("no XML", workbook("\u{0}\u{1}")),
        ("a sheet that is nothing", workbook("")),
        ("an outer file", archive(&[("../../etc/passwd", b"x")])),
        (
            "entities that multiply",
            workbook(
                "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><worksheet>&c;</worksheet>",
            ),
        ),
    ];
    too_slow(hostile, claims::list);
}

#[test]
fn every_cut_of_a_workbook_is_refused() {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "名称").unwrap().write(0, 1, "电话").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let cuts = (0..bytes.len()).step_by(if std::env::var_os("NUANZHAN_TEST_ALL").is_some() { 1 } else { 97 });
    too_slow(cuts.map(|end| ("a cut", bytes[..end].to_vec())).collect(), claims::list);
}
