//! Plans the import of a list of stations: from a file's bytes and the content to new texts of files.
//!
//! Start at [`plan`]. It writes nothing. What it plans has been tried: the changed files are read again and must say what
//! was meant, and the content with them must pass `check` as well as it did before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use search::vocabulary::StationKind;

use super::cell::{At, Sheet};
use super::divisions::Divisions;
use super::fields::{Field, Values};
use super::headings::{Column, Meaning};
use super::merge::{self, Existing, Fate, Planned, Rules};
use super::reading::Reader;
use super::row::{Incoming, Remark};
use super::{area_codes, gone, head_edit, sheets, table_edit, text_table, workbook, xls};
use crate::check::regions::Regions;
use crate::check::stations::is_confidential;
use crate::diag::{Diagnostics, Severity};
use crate::load::{self, Drafts};
use crate::scaffold::slug;
use crate::source::SourceMap;
use crate::{Outcome, Report};

/// What an editor asks for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The folder under `stations/`.
    pub folder: String,
    /// The datum of all coordinates that name none.
    pub datum: Option<&'static str>,
    /// The kind of rows that name none.
    pub kind: Option<StationKind>,
    /// What the editor says of columns, by heading.
    pub said: BTreeMap<String, Meaning>,
    /// The only sheet to read, by name or number.
    pub sheet: Option<String>,
    /// Whether an empty cell takes away what was there.
    pub clear: bool,
    /// The day, for `check`.
    pub today: Date,
}

impl Ask {
    /// Only the folder under `stations/` and the day; nothing is said of the list.
    pub fn into_folder(folder: impl Into<String>, today: Date) -> Self {
        let (datum, kind, sheet) = (None, None, None);
        Self { folder: folder.into(), datum, kind, said: BTreeMap::new(), sheet, clear: false, today }
    }
}

/// What would be done.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What each sheet is, in a sentence.
    pub sheets: Vec<String>,
    /// How each column is read, by sheet.
    pub columns: Vec<(usize, Column)>,
    /// What there is to say of cells and rows, in their order.
    pub remarks: Vec<Remark>,
    /// The stations, in the order of the sheet.
    pub stations: Vec<Planned>,
    /// Stations of the folder that the list should have and has not. They are left alone.
    pub gone: Vec<Existing>,
    /// The files that change: path from the content root, new text.
    pub files: BTreeMap<String, String>,
    /// What is kept beside the sheet.
    pub kept: Vec<Kept>,
    /// What `check` would find that it does not find now.
    pub findings: Vec<String>,
    /// Whether one of those would stop publishing: then nothing may be written.
    pub blocked: bool,
}

/// A cell that has no field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The row.
    pub at: At,
    /// The station.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The heading.
    pub heading: String,
    /// What the cell says.
    pub text: String,
}

/// Plans the import of a file.
///
/// # Errors
///
/// Says in Chinese why nothing can be planned: a file that can't be read, no headings, content that can't be read.
pub fn plan(bytes: &[u8], ask: &Ask, sources: &SourceMap) -> Result<Plan, String> {
    if !slug::is_slug(&ask.folder) {
        return Err(format!(
            "文件夹“{}”不能用：只用小写英文字母、数字和短横，例如 stations/shili-county",
            ask.folder
        ));
    }
    let mut plan = Plan::default();
    let sheets = read_file(bytes, &mut plan)?;
    let mut ignored = Diagnostics::default();
    let drafts = load::drafts(sources, &mut ignored);
    if drafts.unread.contains("stations") || drafts.unread.contains("regions.csv") {
        return Err(
            "现有的站点或区划表有读不了的地方，认不全已有的站：先运行 site-gen check，改好再导入".to_owned()
        );
    }
    let around = Around::new(sources, &drafts);
    let rows = read_rows(&sheets, ask, &around, &mut plan)?;
    merge_rows(rows, ask, &around, &mut plan);
    make_files(sources, &mut plan)?;
    compare_checks(sources, ask.today, &mut plan);
    plan.remarks.sort();
    plan.remarks.dedup();
    Ok(plan)
}

impl Plan {
    /// Whether something was not taken in.
    pub fn has_refusals(&self) -> bool {
        self.remarks.iter().any(|remark| remark.refused)
    }

    /// Columns whose meaning is only likely.
    pub fn guesses(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().map(|(_, column)| column).filter(|column| column.guessed)
    }
}

/// The content, as far as an import needs it.
struct Around {
    existing: Vec<Existing>,
    divisions: Divisions,
    regions: Regions,
    named: BTreeMap<String, Vec<String>>,
    confidential: BTreeSet<String>,
}

impl Around {
    fn new(sources: &SourceMap, drafts: &Drafts) -> Self {
        let mut ignored = Diagnostics::default();
        let existing: Vec<Existing> = drafts
            .stations
            .iter()
            .map(|draft| Existing {
                values: Values::of(draft),
                path: sources.path(draft.slug.span.file).to_owned(),
                confidential: is_confidential(draft),
            })
            .collect();
        let id = |station: &Existing| {
            [Field::Slug, Field::Name].map(|field| station.values.get(field).unwrap_or_default().to_owned())
        };
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for [slug, name] in existing.iter().map(id) {
            named.entry(name).or_default().push(slug);
        }
        Self {
            divisions: divisions(drafts),
            regions: Regions::new(drafts, &mut ignored),
            named,
            confidential: existing.iter().filter(|station| station.confidential).flat_map(id).collect(),
            existing,
        }
    }
}

/// The divisions of the content.
pub fn divisions(drafts: &Drafts) -> Divisions {
    let read = drafts
        .regions
        .iter()
        .filter_map(|draft| Some((draft.code.value.trim().parse().ok()?, draft.name.clone())));
    Divisions::new(read)
}

/// What sort of file it is shows in its first bytes, whatever it is called.
fn read_file(bytes: &[u8], plan: &mut Plan) -> Result<Vec<Sheet>, String> {
    if bytes.len() > workbook::LARGEST_FILE {
        return Err(format!("文件超过 {} MB，不像一张名单，没有读", workbook::LARGEST_FILE >> 20));
    }
    let read = [(&b"PK"[..], workbook::book as fn(&[u8]) -> _), (xls::MAGIC, xls::book)];
    if let Some((_, book)) = read.into_iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let book = book(bytes)?;
        let hidden =
            book.hidden.iter().map(|name| format!("表“{name}”是隐藏的，没有读：要读，先在 Excel 里取消隐藏"));
        plan.sheets.extend(hidden);
        return Ok(book.sheets);
    }
    if bytes.is_empty() {
        return Err("文件是空的".to_owned());
    }
    let (sheet, written) = text_table::sheet(bytes)?;
    plan.sheets.push(format!("文字表格，{written}"));
    Ok(vec![sheet])
}

/// The rows of all sheets.
fn read_rows(sheets: &[Sheet], ask: &Ask, around: &Around, plan: &mut Plan) -> Result<Vec<Incoming>, String> {
    let values = around.existing.iter().map(|station| &station.values);
    let known: BTreeMap<&str, &Values> =
        values.clone().filter_map(|values| Some((values.get(Field::Slug)?, values))).collect();
    let reader = Reader {
        divisions: &around.divisions,
        regions: &around.regions,
        datum: ask.datum,
        kind: ask.kind,
        named: &around.named,
        confidential: &around.confidential,
        known: &known,
    };
    let rows = sheets::read(sheets, ask, &reader, plan)?;
    plan.remarks.extend(area_codes::remarks(&rows, values));
    Ok(rows)
}

fn merge_rows(rows: Vec<Incoming>, ask: &Ask, around: &Around, plan: &mut Plan) {
    let columns = plan.columns.iter().flat_map(|(_, column)| match column.meaning {
        Meaning::Field(field) => vec![field],
        Meaning::Position => vec![Field::Lat, Field::Lon, Field::Datum],
        _ => Vec::new(),
    });
    let rules = Rules {
        existing: &around.existing,
        divisions: &around.divisions,
        table: format!("stations/{}/stations.csv", ask.folder),
        columns: columns.collect(),
        clear: ask.clear,
    };
    let merged = merge::merge(rows, &rules, &mut plan.remarks);
    let folder = format!("stations/{}/", ask.folder);
    plan.gone = gone::gone(&around.existing, &merged.stations, &merged.seen, &folder);
    plan.stations = merged.stations;
    for station in plan.stations.iter().filter(|station| !station.incoming.confidential) {
        let text = |field| station.incoming.values.get(field).unwrap_or_default().to_owned();
        plan.kept.extend(station.incoming.kept.iter().map(|(heading, text_kept)| Kept {
            at: station.incoming.at.clone(),
            slug: text(Field::Slug),
            name: text(Field::Name),
            heading: heading.clone(),
            text: text_kept.clone(),
        }));
    }
}

/// Makes the new texts, and reads them again: what a file can't be made to say is left to the editor.
fn make_files(sources: &SourceMap, plan: &mut Plan) -> Result<(), String> {
    let mut by_path: BTreeMap<String, Vec<&Planned>> = BTreeMap::new();
    for station in plan.stations.iter().filter(|station| station.fate != Fate::Same) {
        by_path.entry(station.path.clone()).or_default().push(station);
    }
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for (path, stations) in by_path {
        let text = sources.file(&path).map_or("", |file| sources.text(file));
        let made = if path.ends_with(".csv") {
            table(text, &stations)?
        } else {
            head(text, &stations, &path, &mut refused)
        };
        plan.files.extend(made.map(|text| (path, text)));
    }
    refuse_stations(plan, &refused);
    let refused = misread(sources, plan)?;
    plan.files.retain(|path, _| !refused.contains_key(path));
    refuse_stations(plan, &refused);
    Ok(())
}

fn table(text: &str, stations: &[&Planned]) -> Result<Option<String>, String> {
    let slug = |station: &Planned| station.incoming.values.get(Field::Slug).unwrap_or_default().to_owned();
    let mut changes = Vec::new();
    let mut added = Vec::new();
    for station in stations {
        match &station.fate {
            Fate::Changed(fields) => changes.push((slug(station), fields.clone())),
            Fate::New => added.push(station.incoming.values.clone()),
            Fate::Same => {}
        }
    }
    table_edit::edited(text, &changes, &added).map(Some)
}

fn head(
    text: &str,
    stations: &[&Planned],
    path: &str,
    refused: &mut BTreeMap<String, String>,
) -> Option<String> {
    let changes = stations.iter().filter_map(|station| match &station.fate {
        Fate::Changed(changes) => Some(changes.as_slice()),
        _ => None,
    });
    match head_edit::edited(text, &changes.collect::<Vec<_>>().concat()) {
        Ok(text) => Some(text),
        Err(why) => {
            refused.insert(path.to_owned(), why);
            None
        }
    }
}

/// Takes out stations whose file was refused, and says so.
fn refuse_stations(plan: &mut Plan, refused: &BTreeMap<String, String>) {
    for station in plan.stations.iter().filter(|station| station.fate != Fate::Same) {
        if let Some(why) = refused.get(&station.path) {
            let what = format!("这个站单独写在 {}，{why}：打开它，手工改", station.path);
            plan.remarks.push(Remark { at: station.incoming.at.clone(), what, refused: true });
        }
    }
    plan.stations.retain(|station| station.fate == Fate::Same || !refused.contains_key(&station.path));
}

/// Markdown files whose new text does not say what was meant. A table that does not is our own fault.
fn misread(sources: &SourceMap, plan: &Plan) -> Result<BTreeMap<String, String>, String> {
    let after = sources.with(&plan.files);
    let mut ignored = Diagnostics::default();
    let drafts = load::drafts(&after, &mut ignored);
    let said: BTreeMap<&str, Values> =
        drafts.stations.iter().map(|draft| (draft.slug.value.as_str(), Values::of(draft))).collect();
    let mut wrong = BTreeMap::new();
    for station in plan.stations.iter().filter(|station| station.fate != Fate::Same) {
        let meant = &station.incoming.values;
        let read = said.get(meant.get(Field::Slug).unwrap_or_default());
        if read.is_some_and(|read| Field::ALL.iter().all(|field| read.same(meant, *field))) {
            continue;
        }
        if station.path.ends_with(".csv") {
            return Err(format!("{} 写不成要的样子（{}），什么都没有写", station.path, station.incoming.at));
        }
        wrong.insert(station.path.clone(), "程序改不准它".to_owned());
    }
    Ok(wrong)
}

/// What `check` finds after and did not find before.
fn compare_checks(sources: &SourceMap, today: Date, plan: &mut Plan) {
    if plan.files.is_empty() {
        return;
    }
    let before: BTreeSet<(String, String)> =
        findings(&report(sources.clone(), today)).into_iter().map(|(_, path, what)| (path, what)).collect();
    let after = findings(&report(sources.with(&plan.files), today));
    for (severity, path, what) in after {
        if before.contains(&(path.clone(), what.clone())) {
            continue;
        }
        plan.blocked |= severity == Severity::Error;
        let word = if severity == Severity::Error { "错误" } else { "建议" };
        plan.findings.push(format!("{path} {word}{what}"));
    }
}

fn report(sources: SourceMap, today: Date) -> Report {
    match crate::check_sources(sources, Path::new("content"), today) {
        Outcome::Built(report) | Outcome::Rejected(report) => report,
    }
}

/// Severity, path and words of everything found. Lines move when rows are added, so they are left out.
fn findings(report: &Report) -> Vec<(Severity, String, String)> {
    let shown = |finding: &&crate::diag::Diagnostic| {
        let path = report.sources.path(finding.span.file).to_owned();
        let hint = finding.hint.as_deref().map_or(String::new(), |hint| format!("（{hint}）"));
        (finding.severity, path, format!("[{}] {}{hint}", finding.code, finding.message))
    };
    report.diags.sorted().iter().map(shown).collect()
}
