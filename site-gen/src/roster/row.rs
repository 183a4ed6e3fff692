//! A row of a sheet while it is read: its cells, what came of them, what there is to say.
//!
//! [`super::reading`] decides in what order; here is what reads one field by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use search::region::{Level, RegionCode};
use search::vocabulary::{Audience, Facility, Have, Service};

use super::cell::{At, Cell, plain};
use super::fields::{Field, SEPARATOR, Values, Words, visibility};
use super::headings::{Column, Meaning};
use super::plain_text::{self, Mended, half_width};
use super::spoken_hours;
use crate::load::cells;

/// What people put between the words of one cell.
const BETWEEN: [char; 8] = ['；', ';', '、', '|', ',', '，', '\n', '/'];

/// What was done to a cell or a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Where.
    pub at: At,
    /// What, in Chinese.
    pub what: String,
    /// Whether something was not taken in and is to be mended.
    pub refused: bool,
}

/// A row as the importer understands it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The row.
    pub at: At,
    /// What it says; what it does not say is not there.
    pub values: Values,
    /// Fields of cells that were there and were not taken in.
    pub refused: BTreeSet<Field>,
    /// Fields that the row does not say itself: they follow from the sheet's name or from the station's.
    pub assumed: BTreeSet<Field>,
    /// In which column each field stands.
    pub columns: BTreeMap<Field, u32>,
    /// Whether nobody may know where it is.
    pub confidential: bool,
    /// Heading and text of cells that nobody knows a field for.
    pub kept: Vec<(String, String)>,
}

/// A row while it is read.
pub(super) struct Row<'s> {
    pub(super) at: At,
    pub(super) cells: Vec<(&'s Column, &'s Cell)>,
    pub(super) incoming: Incoming,
    pub(super) remarks: Vec<Remark>,
}

impl<'s> Row<'s> {
    pub(super) fn cell(&self, field: Field) -> Option<(&'s Column, &'s Cell)> {
        self.cells.iter().find(|(column, _)| column.meaning == Meaning::Field(field)).copied()
    }

    /// The text of a field's cell; numbers as they are shown, digits half-width in what is no prose.
    pub(super) fn text(&self, field: Field) -> Option<String> {
        let (_, cell) = self.cell(field)?;
        if let Cell::Fault(_) = cell {
            return None;
        }
        let prose = matches!(
            field,
            Field::Name | Field::Address | Field::Note | Field::Serves | Field::Roles | Field::Duty
        );
        let text = cell.shown();
        let text = if prose { text } else { half_width(&text).trim().to_owned() };
        (!text.is_empty()).then_some(text)
    }

    /// Id and name; `false` where there is neither.
    pub(super) fn read_names(&mut self) -> bool {
        for field in [Field::Slug, Field::Name] {
            let text = self.text(field);
            self.incoming.values.put(field, text);
        }
        let named = self.incoming.values.get(Field::Name).is_some()
            || self.incoming.values.get(Field::Slug).is_some();
        if !named && !self.cells.is_empty() {
            // A note at the foot of the sheet has a cell or two; a station without a name has more.
            let refused = self.cells.len() > 2;
            self.remark(None, "这一行没有名称，没有导入", refused);
        }
        named
    }

    pub(super) fn remark(&mut self, column: Option<u32>, what: &str, refused: bool) {
        self.remarks.push(Remark { at: At { column, ..self.at.clone() }, what: what.to_owned(), refused });
    }

    pub(super) fn note(&mut self, field: Field, what: String) {
        let column = self.cell(field).map(|(column, _)| column.index);
        self.remark(column, &what, false);
    }

    pub(super) fn refuse(&mut self, field: Field, what: String) {
        let column = self.cell(field).map(|(column, _)| column.index);
        self.incoming.refused.insert(field);
        self.remark(column, &what, true);
    }

    /// The county of a division: a shelter says no more of where it is.
    pub(super) fn county_of(&mut self, code: RegionCode) -> RegionCode {
        if code.level() <= Level::County {
            return code;
        }
        let county =
            code.ancestry().find(|above| above.level() <= Level::County).unwrap_or_else(|| code.clone());
        self.note(Field::Region, format!("保密站点的区划只写到县：{county}"));
        county
    }

    pub(super) fn take(&mut self, field: Field, read: Result<Mended, String>) {
        match read {
            Ok(Mended { value, note }) => {
                self.incoming.values.put(field, Some(value));
                if let Some(note) = note {
                    self.note(field, note);
                }
            }
            Err(why) => self.refuse(field, why),
        }
    }

    /// One or more columns of telephones, in their order.
    pub(super) fn read_phones(&mut self) {
        let cells: Vec<(u32, Cell)> = self
            .cells
            .iter()
            .filter(|(column, _)| column.meaning == Meaning::Field(Field::Phones))
            .map(|(column, cell)| (column.index, (*cell).clone()))
            .collect();
        let mut numbers: Vec<String> = Vec::new();
        for (column, cell) in cells {
            match plain_text::phones(&cell) {
                Ok(mended) => {
                    numbers.extend(mended.value.split(SEPARATOR).map(str::to_owned));
                    if let Some(note) = mended.note {
                        self.remark(Some(column), &note, false);
                    }
                }
                Err(why) => {
                    self.incoming.refused.insert(Field::Phones);
                    self.remark(Some(column), &why, true);
                }
            }
        }
        // Half of a station's numbers must not take the place of all of them.
        if !self.incoming.refused.contains(&Field::Phones) {
            let mut seen = BTreeSet::new();
            numbers.retain(|number| seen.insert(number.clone()));
            self.incoming.values.put(Field::Phones, Some(numbers.join(SEPARATOR)));
        }
    }

    pub(super) fn read_hours(&mut self) {
        if let Some((_, cell)) = self.cell(Field::Hours) {
            let read = match cell {
                Cell::Moment(part) | Cell::Number(part) => Err(match clock(*part) {
                    Some(minutes) => format!(
                        "这一格只有一个时间 {}:{:02}，要写星期几、几点到几点",
                        minutes / 60,
                        minutes % 60
                    ),
                    None => format!(
                        "“{}”不是开放时间：Excel 可能把 24/7 改成了日期，把这一列设成“文本”",
                        plain(*part)
                    ),
                }),
                other => {
                    let words = other.shown();
                    spoken_hours::read(&words).map(|osm| {
                        let note = (osm != words).then(|| format!("“{words}”读成 {osm}"));
                        Mended { value: osm, note }
                    })
                }
            };
            self.take(Field::Hours, read);
            return;
        }
        let part =
            |meaning: Meaning| self.cells.iter().find(|(column, _)| column.meaning == meaning).copied();
        let (Some((column, opens)), Some((_, closes))) = (part(Meaning::Opens), part(Meaning::Closes)) else {
            return;
        };
        let days = part(Meaning::Days).map_or(String::new(), |(_, cell)| cell.shown());
        let column = column.index;
        let read = match (minutes(opens), minutes(closes)) {
            (Some(opens), Some(closes)) => spoken_hours::from_parts(&days, opens, closes),
            _ => Err("开门、关门时间读不懂：写成 8:30 这样".to_owned()),
        };
        match read {
            Ok(osm) => {
                self.remark(Some(column), &format!("开放时间读成 {osm}"), false);
                self.incoming.values.put(Field::Hours, Some(osm));
            }
            Err(why) => {
                self.incoming.refused.insert(Field::Hours);
                self.remark(Some(column), &why, true);
            }
        }
    }

    /// Closed vocabularies and the day of the last check.
    pub(super) fn read_words(&mut self) {
        if let Some(word) = self.text(Field::Level) {
            let bare = word.trim_end_matches('级');
            let usual = match bare {
                "街道" | "镇" | "乡" => "乡镇",
                "社区" | "行政村" => "村",
                "区" | "县区" | "市辖区" => "县",
                "组" | "村民小组" => "屯",
                "地市" => "市",
                other => other,
            };
            match Level::parse(usual) {
                Some(level) => self.incoming.values.put(Field::Level, Some(level.code().to_owned())),
                None => self.refuse(Field::Level, format!("没有叫“{word}”的层级：写市、县、乡镇、村或屯")),
            }
        }
        self.read_lists();
        if let Some(word) = self.text(Field::Visibility) {
            match visibility(&word) {
                Some(code) => self.incoming.values.put(Field::Visibility, Some(code.to_owned())),
                None => self
                    .refuse(Field::Visibility, format!("“{word}”不是公开的程度：写公开或保密。先按保密读了")),
            }
        }
        if let Some((_, cell)) = self.cell(Field::Verified) {
            let read = plain_text::day(cell);
            self.take(Field::Verified, read);
        }
    }

    fn read_lists(&mut self) {
        macro_rules! words {
            ($field:expr, $vocabulary:ty) => {
                let read = |word: &str| <$vocabulary>::parse(word).map(<$vocabulary>::code);
                self.read_list($field, &read, <$vocabulary>::ALL.iter().map(|word| word.chinese()).collect());
            };
        }
        words!(Field::Services, Service);
        words!(Field::Has, Have);
        words!(Field::Facilities, Facility);
        words!(Field::Audience, Audience);
        words!(Field::HomeVisits, Audience);
        if let Some(people) = self.text(Field::Roles) {
            let note = None;
            self.take(Field::Roles, cells::people(&people).map(|_| Mended { value: people, note }));
        }
        if let Some(duties) = self.text(Field::Duty) {
            let read = cells::duties(&duties).map(|read| {
                let value = cells::spoken_text(&read);
                let note = (value != duties).then(|| format!("“{duties}”读成 {value}"));
                Mended { value, note }
            });
            self.take(Field::Duty, read);
        }
        if let Some(languages) = self.text(Field::Languages) {
            let spoken = languages.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty());
            self.incoming.values.put(Field::Languages, Some(spoken.collect::<Vec<_>>().join(SEPARATOR)));
        }
    }

    pub(super) fn read_list(
        &mut self,
        field: Field,
        parse: &dyn Fn(&str) -> Option<&'static str>,
        all: Vec<&str>,
    ) {
        let Some((column, cell)) = self.cell(field) else { return };
        let text = cell.shown();
        let mut codes: Vec<&str> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        for word in text.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty()) {
            let bare = word.trim_end_matches('。').trim_end_matches('等');
            match parse(bare).or_else(|| parse(bare.strip_suffix("服务").unwrap_or(bare))) {
                Some(code) if codes.contains(&code) => {}
                Some(code) => codes.push(code),
                None => unknown.push(word.to_owned()),
            }
        }
        if !unknown.is_empty() {
            let what =
                format!("不认识“{}”，没有导入这几个；认识的有：{}", unknown.join("、"), all.join("、"));
            self.remark(Some(column.index), &what, true);
            if !self.incoming.confidential {
                self.incoming.kept.push((column.heading.clone(), unknown.join(SEPARATOR)));
            }
        }
        self.incoming.values.put(field, Some(codes.join(SEPARATOR)));
    }

    /// Remarks quote what a cell says; of a confidential station it might be where it is, in whatever column. The sheet
    /// may be called by its township.
    pub(super) fn say_nothing_of_what_it_said(&mut self) {
        self.incoming.at.name = Arc::from("");
        for remark in &mut self.remarks {
            remark.at.name = Arc::from("");
        }
        for remark in self.remarks.iter_mut().filter(|remark| remark.what.contains('“')) {
            let what = match remark.refused {
                true => "这一格读不准，没有导入。保密站点的内容，这里不重复",
                false => "这一格修整过，核对一下。保密站点的内容，这里不重复",
            };
            what.clone_into(&mut remark.what);
        }
    }

    /// Cells that say of a known station what the content says, as export wrote them: whatever reading made of them, they
    /// mean the same as before.
    pub(super) fn take_as_written(&mut self, known: &Values) {
        let mut same: Vec<(Field, u32)> = Vec::new();
        for field in Field::ALL {
            let (Some(value), Some((column, cell))) = (known.get(field), self.cell(field)) else { continue };
            let hidden = self.incoming.confidential && Field::WHERE.contains(&field);
            let text = cell.shown();
            if !hidden && (text == value || text == field.show(value, Words::Chinese)) {
                same.push((field, column.index));
            }
        }
        let place = [Field::Lat, Field::Lon, Field::Datum];
        let whole = place.iter().all(|field| same.iter().any(|(found, _)| found == field));
        // Of a position all three or none: its numbers mean something else in another datum.
        same.retain(|(field, _)| whole || !place.contains(field));
        for (field, column) in same {
            self.incoming.values.put(field, known.get(field).map(str::to_owned));
            self.incoming.refused.remove(&field);
            self.remarks.retain(|remark| remark.at.column != Some(column));
        }
    }

    /// Cells that nobody knows a field for, and names of persons. A confidential station's may say anything: not kept.
    pub(super) fn keep_the_rest(&mut self) {
        let rest: Vec<(u32, String, String)> = self
            .cells
            .iter()
            .filter(|(column, _)| matches!(column.meaning, Meaning::Unknown | Meaning::Person))
            .map(|(column, cell)| (column.index, column.heading.clone(), cell.shown()))
            .collect();
        for (column, heading, text) in rest {
            if self.incoming.confidential {
                self.remark(Some(column), "保密站点的这一列没有导入，也没有另存", false);
            } else {
                self.incoming.kept.push((heading, text));
            }
        }
        let faults: Vec<(u32, String)> = self
            .cells
            .iter()
            .filter_map(|(column, cell)| match cell {
                Cell::Fault(fault) => Some((column.index, format!("这一格是 {fault}，公式算错了，没有导入"))),
                _ => None,
            })
            .collect();
        for (column, what) in faults {
            self.remark(Some(column), &what, true);
        }
    }
}

/// Minutes from midnight of a part of a day.
fn clock(part: f64) -> Option<u16> {
    if !(0.0..1.0).contains(&part) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1440")]
    let minutes = (part * 1440.0).round() as u16;
    Some(minutes)
}

/// Minutes from midnight of a cell: a part of a day, or 8:30.
fn minutes(cell: &Cell) -> Option<u16> {
    match cell {
        Cell::Moment(part) | Cell::Number(part) => clock(*part),
        other => {
            let text = half_width(&other.shown());
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
            (hour <= 24 && minute <= 59).then_some(hour * 60 + minute)
        }
    }
}
