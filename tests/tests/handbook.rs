//! The editors' handbook held against the checker: what it shows passes, what it warns of is found, nothing is left out.
//!
//! Start at [`Trial`]: the content of the checkout with every example of the handbook in it. Each example line is put
//! into one of those examples, checked, and taken out again. A whole file in the handbook stands under a line that
//! begins with ``文件 `path` ``; an example without one is a piece: Markdown of a guide's text, YAML of a station's
//! settings, CSV is a table of stations. Nothing here may know what a code means: the handbook's tables say what to
//! write and what comes of it. The codes themselves are specified by their pages in `tests/spec/`.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use site_gen::diag::Severity;
use site_gen::diag::pages::{self, CodePage};
use site_gen::{Outcome, Report};
use tempfile::TempDir;
use tests::{pictures, workspace};

/// The examples that lines are put into.
const EXAMPLES: [(&str, &str); 3] = [
    ("指南", "guides/work/nursing-hour.md"),
    ("案例", "cases/2026/nursing-hour-restored.md"),
    ("保密站点", "stations/shili-county/shili-county-night-shelter.md"),
];

/// Small tables of lines: what the left column has gives this code, what the right one has gives nothing.
const PAIRS: [([&str; 2], &str, &str); 4] = [
    (["会显示出星号", "写成这样"], "指南", "stray-emphasis"),
    (["案例里查得出", "查不出，靠你"], "案例", "digest-identity"),
    (["会被拦下", "写成"], "案例", "digest-identity"),
    (["保密站点里查得出", "查不出，靠你"], "保密站点", "shelter-address"),
];

/// What is found: whether it stops publishing, and the code.
type Finding = (Severity, &'static str);

#[test]
fn every_example_can_be_published() {
    let trial = Trial::new();
    let text = trial.report().text();
    assert!(text.is_empty(), "{text}");
}

/// What a code means is said on its page (`tests/spec/`, held by the test `spec`); the tables only lead there. With
/// `NUANZHAN_TEST_UPDATE=1` they are written from the pages, but in which table a code stands is for a person to say.
#[test]
fn every_code_has_one_row_that_leads_to_its_page() {
    let handbook = handbook();
    let mut missing: BTreeMap<&str, String> =
        pages::all().iter().map(|page| (page.code, row_of(page))).collect();
    let lines = handbook.lines().map(|line| {
        let code = line.strip_prefix("| [`").and_then(|rest| rest.split_once("`](../tests/spec/"));
        code.map_or_else(
            || line.to_owned(),
            |(code, _)| missing.remove(code).unwrap_or_else(|| panic!("{code} 没有这个代号，或者有两行")),
        )
    });
    let expected = lines.collect::<Vec<_>>().join("\n") + "\n";
    if std::env::var_os("NUANZHAN_TEST_UPDATE").is_some_and(|value| value == "1") {
        fs::write(workspace::content().join("README.md"), &expected).unwrap();
    } else {
        let wrong: Vec<_> =
            handbook.lines().zip(expected.lines()).filter(|(is, ought)| is != ought).collect();
        assert!(wrong.is_empty(), "the handbook, and what the page says: {wrong:#?}");
    }
    assert!(missing.is_empty(), "第 8 节的表里少了：{:#?}", missing.values());
}

fn row_of(page: &CodePage) -> String {
    let (code, title) = (page.code, page.title());
    let mark = if page.severity() == Severity::Warning { " 建议" } else { "" };
    format!("| [`{code}`](../tests/spec/{code}.md){mark} | {title} |")
}

#[test]
fn what_the_checker_is_said_to_see_and_not_to_see_is_so() {
    let trial = Trial::new();
    let mut wrong = Vec::new();
    let mut expect = |place: &str, cell: &str, code: Option<&str>| {
        for line in lines_in(cell) {
            let found = trial.findings_after(trial.change(place, std::slice::from_ref(&line)));
            if !code.map_or(found.is_empty(), |code| is_only(&found, Severity::Error, code)) {
                wrong.push(format!("{line}: expected {code:?}, found {found:?}"));
            }
        }
    };
    for (head, place, code) in PAIRS {
        for row in rows_below(&trial.handbook, &head) {
            expect(place, &row[0], Some(code));
            expect(place, &row[1], None);
        }
    }
    for row in rows_below(&trial.handbook, &["不要这样", "为什么", "检查会说"]) {
        let code = row[2].trim_matches('`');
        expect("指南", &row[0], (code != "不会说").then_some(code));
    }
    for row in rows_below(&trial.handbook, &["写法", "读成"]) {
        expect("指南", &row[0], None);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hours_and_duties_read_as_the_handbook_says() {
    let handbook = handbook();
    for row in rows_below(&handbook, &["写成", "读者看到"]) {
        assert_eq!(site_gen::hours::read(&lines_in(&row[0])[0]).unwrap().text, row[1]);
    }
    for row in rows_below(&handbook, &["`rule` 写成", "读者看到"]) {
        assert_eq!(site_gen::duty::days_in_words(&lines_in(&row[0])[0]).unwrap(), row[1]);
    }
}

/// The first chapter shows a finding whole: the file, the line with its slip, and what the checker prints.
#[test]
fn the_finding_that_is_shown_is_what_the_checker_prints() {
    let trial = Trial::new();
    let shown = blocks(&trial.handbook).into_iter().map(|block| block.text);
    let shown = shown.into_iter().find(|text| text.starts_with("content/")).unwrap();
    let mut place = shown.lines().next().unwrap().trim_start_matches("content/").split(':');
    let (path, number) = (place.next().unwrap(), place.next().unwrap());
    let slip = shown.lines().find_map(|line| line.strip_prefix(&format!("{number} | "))).unwrap();
    let mut lines: Vec<String> = trial.read(path).lines().map(str::to_owned).collect();
    slip.clone_into(&mut lines[number.parse::<usize>().unwrap() - 1]);
    trial.write(path, lines.join("\n"));
    let printed = trial.report().text().replace(&trial.content().display().to_string(), "content");
    assert_eq!(shown.trim(), printed.trim());
}

#[test]
fn every_setting_and_every_word_has_its_row() {
    let tables = tables(&handbook());
    let rows: Vec<Vec<String>> = tables.into_iter().flat_map(|(_, rows)| rows).collect();
    let has = |code: &str, chinese: &str| {
        let named = |cell: &String| lines_in(cell).iter().any(|name| name.trim_matches(['[', ']']) == code);
        rows.iter().any(|row| row.iter().any(named) && row.iter().any(|cell| cell.contains(chinese)))
    };
    let pair = |text: &str| {
        let mut quoted = text.split('"');
        Some((quoted.next()?.to_owned(), quoted.nth(1)?.to_owned()))
    };
    let settings = sources("site-gen/src/load");
    let settings = settings.iter().flat_map(|text| text.split("Key(\"").skip(1)).filter_map(pair);
    let words = fs::read_to_string(workspace::root().join("search/src/vocabulary.rs")).unwrap();
    let words = words.lines().filter(|line| line.ends_with("\";"));
    let words = words.filter_map(|line| line.split_once("= \"")).filter_map(|(_, rest)| pair(rest));
    let all: BTreeSet<(String, String)> = settings.chain(words).collect();
    assert!(all.len() > 100, "the source is written in another way now: {all:?}");
    let missing: Vec<_> = all.iter().filter(|(code, chinese)| !has(code, chinese)).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}

#[test]
fn what_the_programs_are_quoted_with_they_say() {
    let source = [sources("site-gen/src"), sources("api/src")].concat().concat();
    let rows = rows_below(&handbook(), &["看到的", "怎么办"]);
    for quote in rows.iter().flat_map(|row| lines_in(&row[0])) {
        let silent: Vec<&str> = quote.split("……").filter(|part| !source.contains(part)).collect();
        assert!(silent.is_empty(), "nothing says {silent:?}");
    }
}

#[test]
fn links_within_the_handbook_lead_to_its_headings() {
    let handbook = handbook();
    let prose = without_blocks(&handbook);
    let anchor = |heading: &str| -> String {
        let plain = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        plain.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
    };
    let headings: BTreeSet<String> = prose.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
    // Between backticks are examples, not links.
    let text: String = prose.split('`').step_by(2).collect();
    let links = text.split("](#").skip(1).filter_map(|rest| rest.split(')').next());
    let lost: Vec<&str> = links.filter(|link| !headings.contains(*link)).collect();
    assert!(lost.is_empty(), "no heading for {lost:?}");
}

/// A copy of the content with every example of the handbook in it.
struct Trial {
    folder: TempDir,
    handbook: String,
    /// Nothing is checked in the future, nothing long ago.
    today: Date,
}

impl Trial {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        workspace::copy_of_content(folder.path()).unwrap();
        let mut trial = Self { folder, handbook: handbook(), today: Date::MIN };
        let blocks = blocks(&trial.handbook);
        for (number, block) in blocks.iter().enumerate() {
            for picture in block.text.split("](/images/").skip(1) {
                trial.write(&format!("images/{}", picture.split(')').next().unwrap()), pictures::PICTURE);
            }
            if let Some((path, text)) = trial.destination(block, number) {
                trial.write(&path, text);
            }
        }
        trial.today = workspace::newest_day(&trial.content());
        trial
    }

    /// Where an example goes, and what the file has then. Lists grow by it: other files refer to what they have.
    fn destination(&self, block: &Block, number: usize) -> Option<(String, String)> {
        let text = &block.text;
        match (block.file.as_deref(), block.language.as_str()) {
            (Some("site.toml"), _) => Some(("site.toml".to_owned(), self.with_all_hotlines(text))),
            (Some(list), "yaml") => {
                Some((list.to_owned(), self.read(list).trim_end().to_owned() + "\n" + text))
            }
            (Some(list @ ("redirects.csv" | "regions.csv")), _) => {
                let regions = self.read(list);
                let new = text.lines().filter(|row| !regions.lines().any(|known| known == *row));
                let rows: Vec<&str> = regions.lines().chain(new).collect();
                Some((list.to_owned(), rows.join("\n") + "\n"))
            }
            (Some(table @ ("holidays.csv" | "statistics.csv")), _) => Some((table.to_owned(), text.clone())),
            (_, "csv") => Some((format!("stations/handbook-{number}/stations.csv"), text.clone())),
            (Some(path), _) => Some((path.to_owned(), text.clone())),
            (None, "markdown") if !text.starts_with("---") => {
                let head = "title: 试一试\nsummary: 试一试。";
                Some((format!("guides/work/handbook-{number}.md"), format!("---\n{head}\n---\n\n{text}")))
            }
            (None, "yaml") => {
                let head = format!("name: 试一试 {number}\nkind: mediation\nregion: \"990121\"");
                let path = format!("stations/shili-county/handbook-{number}.md");
                Some((path, format!("---\n{head}\n{text}---\n")))
            }
            (None, "text") => None,
            (None, language) => {
                panic!("name the file of this example, or nobody checks it: {language} {text}")
            }
        }
    }

    /// The settings of the example, with the hotlines that the content's guides name.
    fn with_all_hotlines(&self, example: &str) -> String {
        let real = self.read("site.toml");
        let hotlines = real.split("[[hotlines]]").skip(1);
        let missing = hotlines.filter(|hotline| !example.contains(hotline.trim().lines().next().unwrap()));
        missing.fold(example.to_owned(), |settings, hotline| settings + "\n[[hotlines]]" + hotline)
    }

    /// The file that changes when `lines` are written at `place`, and what it has then.
    fn change(&self, place: &str, lines: &[String]) -> (String, Vec<u8>) {
        let example = EXAMPLES.iter().find(|(name, _)| *name == place);
        let (_, path) = example.unwrap_or_else(|| panic!("nobody knows where “{place}” is"));
        let text = lines.iter().fold(self.read(path), |file, line| with_line(&file, line));
        ((*path).to_owned(), text.into_bytes())
    }

    /// What is found once `path` has `bytes`. Puts things back.
    fn findings_after(&self, (path, bytes): (String, Vec<u8>)) -> Vec<Finding> {
        let target = self.content().join(&path);
        let before = fs::read(&target).ok();
        self.write(&path, bytes);
        let report = self.report();
        match before {
            Some(before) => self.write(&path, before),
            None => fs::remove_file(target).unwrap(),
        }
        report.diags.sorted().into_iter().map(|found| (found.severity, found.code)).collect()
    }

    fn report(&self) -> Report {
        match site_gen::check(&self.content(), self.today).unwrap() {
            Outcome::Built(report) | Outcome::Rejected(report) => report,
        }
    }

    fn content(&self) -> PathBuf {
        self.folder.path().join("content")
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.content().join(path)).unwrap()
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.content().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// `file` with `line` where an editor would write it. A setting takes the place of the last one of its name and of
/// what hangs under that; one that is not there yet goes below the others. Anything else goes to the end of the text.
fn with_line(file: &str, line: &str) -> String {
    let Some(name) = name_of(line) else { return format!("{file}\n{line}\n") };
    let parts = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let (head, body) = parts.unwrap_or((file, ""));
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    if let Some(at) = lines.iter().rposition(|line| name_of(&line[indent(line)..]) == Some(name)) {
        let deep = indent(&lines[at]);
        let under = lines[at + 1..].iter().take_while(|line| indent(line) > deep).count();
        let line = format!("{}{line}", &lines[at][..deep]);
        lines.splice(at..=at + under, [line]);
    } else {
        lines.push(line.to_owned());
    }
    let head = lines.join("\n");
    if parts.is_some() { format!("---\n{head}\n---\n{body}") } else { head + "\n" }
}

/// The name of a setting: `reviewed: 2026-11-12`, `name = "暖站"`.
fn name_of(line: &str) -> Option<&str> {
    let (name, _) = line.split_once([':', '：', '='])?;
    let name = name.trim_end();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then_some(name)
}

fn is_only(found: &[Finding], severity: Severity, code: &str) -> bool {
    !found.is_empty() && found.iter().all(|finding| *finding == (severity, code))
}

fn handbook() -> String {
    fs::read_to_string(workspace::content().join("README.md")).unwrap()
}

/// The Rust files below a folder of the checkout.
fn sources(folder: &str) -> Vec<String> {
    let files = workspace::files_under(&workspace::root().join(folder)).into_iter();
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    files.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// A fenced block.
struct Block {
    /// The file that the line above names.
    file: Option<String>,
    language: String,
    text: String,
}

fn blocks(handbook: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut above = "";
    let mut lines = handbook.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n"));
            let file = above.strip_prefix("文件 `").and_then(|rest| rest.split('`').next());
            found.push(Block {
                file: file.map(str::to_owned),
                language: language.to_owned(),
                text: text.collect(),
            });
        }
        if !line.is_empty() {
            above = line;
        }
    }
    found
}

fn without_blocks(handbook: &str) -> String {
    handbook.split("\n```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// The rows of every table with these headings.
fn rows_below(handbook: &str, head: &[&str]) -> Vec<Vec<String>> {
    let tables = tables(handbook).into_iter().filter(|(found, _)| found == head);
    let rows: Vec<Vec<String>> = tables.flat_map(|(_, rows)| rows).collect();
    assert!(!rows.is_empty(), "no table has the headings {head:?}");
    rows
}

/// Every table: its headings and its rows. A bar with a backslash is one of its cell.
fn tables(handbook: &str) -> Vec<(Vec<String>, Vec<Vec<String>>)> {
    let prose = without_blocks(handbook);
    let mut found: Vec<(Vec<String>, Vec<Vec<String>>)> = Vec::new();
    let mut inside = false;
    for line in prose.lines() {
        let row = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
        let Some(row) = row else {
            inside = false;
            continue;
        };
        let cells = row.replace("\\|", "\0");
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().replace('\0', "|")).collect();
        match found.last_mut().filter(|_| inside) {
            None => found.push((cells, Vec::new())),
            Some((head, rows)) => {
                assert_eq!(cells.len(), head.len(), "{line}");
                if !line.starts_with("| ---") {
                    rows.push(cells);
                }
            }
        }
        inside = true;
    }
    found
}

/// What a cell has between backticks.
fn lines_in(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
