//! Ten faults in one file are ten findings, each at its line and none twice.

use crate::content::{CONTENT, Files, told};
use crate::planted::{Page, twice};

/// Ten paragraphs with one fault each.
const TEN: [(&str, &str); 10] = [
    ("按 <div>这里</div> 办。", "html"),
    ("一定要**先报警，再看病。", "stray-emphasis"),
    ("##去哪里", "stray-markup"),
    ("看[别的办法](/guides/work/no-such-guide.md)。", "broken-link"),
    ("![县服务中心的大门](nowhere.png)", "broken-image"),
    ("先报警,再看病。", "half-width"),
    ("打 １２３３８。", "full-width"),
    ("依据《反家庭暴力法》第九十九条。", "no-such-article"),
    ("依据《没有这部法的法》第一条。", "unknown-statute"),
    ("先报\u{200b}警。", "invisible"),
];

#[test]
fn ten_faults_in_each_of_dozens_of_files_are_ten_findings_in_each() {
    let folders = ["guides", "cases", "campaigns", "pages"];
    let pages = CONTENT.iter().map(|(path, bytes)| Page::new(path, bytes));
    let pages: Vec<Page<'_>> = pages.filter(|page| folders.iter().any(|folder| page.is_in(folder))).collect();
    let text = TEN.map(|(text, _)| text).join("\n\n");
    let broken: Files =
        pages.iter().map(|page| (page.path.to_owned(), page.with_last_paragraph(&text).0)).collect();
    let told = told(&broken);
    assert_eq!(twice(&told), Vec::<&crate::content::Told>::new());
    assert!(pages.len() >= 36);
    for page in pages {
        let (_, first) = page.with_last_paragraph(&text);
        let here = told.iter().filter(|told| told.path == page.path);
        let heard: Vec<(usize, &str)> = here.map(|told| (told.line, told.code.as_str())).collect();
        let meant = TEN.iter().enumerate().map(|(at, (_, code))| (first + 2 * at, *code));
        assert_eq!(heard, meant.collect::<Vec<_>>(), "{}", page.path);
    }
}

#[test]
fn ten_faults_in_a_head_are_ten_findings() {
    let path = "guides/domestic-violence/protection-order.md";
    let typed = "title: 十处\nsummary: 一处也不少。\nreviewed: 2026-02-30\nupdated: 昨天\nsensitive: 也许\nhelp_at: [茶馆, 法院]\nhotlines: [\"98765\"]\nrelated: [no-such-guide]\nkeywords: [词, 词]\ncolour: 红\naudience： 妇女\n";
    let told = told(&Files::from([(path.to_owned(), format!("---\n{typed}---\n正文。\n").into_bytes())]));
    let heard: Vec<String> = told
        .iter()
        .filter(|told| told.path == path)
        .map(|told| format!("{}:{}", told.line, told.code))
        .collect();
    let meant = [
        "4:date",
        "5:date",
        "6:field-type",
        "7:vocabulary",
        "7:vocabulary",
        "8:unknown-reference",
        "9:unknown-reference",
        "10:duplicate-value",
        "11:unknown-field",
        "12:full-width-colon",
    ];
    assert_eq!(heard, meant);
}

#[test]
fn every_row_of_a_table_that_is_broken_is_told() {
    let path = "stations/shili-county/stations.csv";
    let page = Page::new(path, &CONTENT[path]);
    let lines = page.lines();
    let broken: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at > 0 && at % 2 == 0 { format!("{line},多了") } else { (*line).to_owned() })
        .collect();
    let told = told(&Files::from([(path.to_owned(), broken.join("\n").into_bytes())]));
    let heard: Vec<usize> =
        told.iter().filter(|told| told.path == path && told.code == "table").map(|told| told.line).collect();
    let meant: Vec<usize> = (2..lines.len()).step_by(2).map(|at| at + 1).collect();
    assert_eq!(heard, meant);
}
