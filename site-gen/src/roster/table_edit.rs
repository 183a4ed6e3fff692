//! Changes single cells of a `stations.csv` and adds rows to it; every other byte stays as the editor wrote it.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Field, Values, Words};
use super::merge::Change;
use crate::csv_text::{self, Piece};

/// The text of a table with `changes` (by id) made and `added` put below.
///
/// # Errors
///
/// Says in Chinese why the table can't be changed: quotes that don't pair, a row that is not there.
pub fn edited(text: &str, changes: &[(String, Vec<Change>)], added: &[Values]) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok(new_table(added));
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let rows = csv_text::records(text, ',');
    if rows.iter().flatten().any(|piece| piece.slip.is_some()) {
        return Err("表里有双引号没有成对：先运行 site-gen check 改好".to_owned());
    }
    let Some((head, body)) = rows.split_first() else { return Ok(new_table(added)) };
    let mut table =
        Table { head: headings(head), words: words(head), edits: Vec::new(), behind: BTreeMap::new() };
    for field in needed(changes, added) {
        table.ensure(field, head, body);
    }
    let mut by_slug: BTreeMap<&str, &Vec<Piece>> = BTreeMap::new();
    for row in body {
        if let Some(slug) = table.value(row, Field::Slug) {
            by_slug.entry(slug).or_insert(row);
        }
    }
    for (slug, changes) in changes {
        let row = by_slug.get(slug.as_str()).ok_or_else(|| format!("表里找不到编号 {slug}"))?;
        for change in changes {
            table.change(row, change)?;
        }
    }
    let mut out = table.apply(text);
    if !added.is_empty() && !out.ends_with('\n') {
        out.push_str(end);
    }
    for values in added {
        out.push_str(&table.row(values));
        out.push_str(end);
    }
    Ok(out)
}

/// A table that was not there: Chinese headings, the columns that are used.
fn new_table(added: &[Values]) -> String {
    let used: BTreeSet<Field> =
        added.iter().flat_map(|values| values.iter().map(|(field, _)| field)).collect();
    let always =
        [Field::Slug, Field::Name, Field::Kind, Field::Region, Field::Address, Field::Phones, Field::Hours];
    let columns: BTreeSet<Field> = used.into_iter().chain(always).collect();
    let head = csv_text::line(columns.iter().map(|field| field.chinese()), ',');
    let row = |values: &Values| {
        let cells: Vec<String> = columns
            .iter()
            .map(|field| field.show(values.get(*field).unwrap_or_default(), Words::Chinese))
            .collect();
        csv_text::line(cells.iter().map(String::as_str), ',')
    };
    std::iter::once(head).chain(added.iter().map(row)).map(|line| line + "\n").collect()
}

struct Table {
    /// The field of each column; `None` is a column that nobody knows.
    head: Vec<Option<Field>>,
    words: Words,
    /// What goes where: bytes and their new text, in any order.
    edits: Vec<(std::ops::Range<usize>, String)>,
    /// Which edits add a column's cell behind a row, by the row's end, in the order of the columns.
    behind: BTreeMap<usize, Vec<usize>>,
}

impl Table {
    fn column(&self, field: Field) -> Option<usize> {
        self.head.iter().position(|column| *column == Some(field))
    }

    fn value<'r>(&self, row: &'r [Piece], field: Field) -> Option<&'r str> {
        row.get(self.column(field)?).map(|piece| piece.value.trim())
    }

    /// Adds a column at the right where there is none.
    fn ensure(&mut self, field: Field, head: &[Piece], body: &[Vec<Piece>]) {
        if self.column(field).is_some() {
            return;
        }
        self.append(head, format!(",{}", field.heading(self.words)));
        for row in body.iter().filter(|row| !is_blank(row)) {
            self.append(row, ",".to_owned());
        }
        self.head.push(Some(field));
    }

    fn append(&mut self, row: &[Piece], text: String) {
        let Some(end) = row.last().map(|piece| piece.raw.end) else { return };
        self.behind.entry(end).or_default().push(self.edits.len());
        self.edits.push((end..end, text));
    }

    fn change(&mut self, row: &[Piece], change: &Change) -> Result<(), String> {
        let column = self.column(change.field).ok_or("表里没有这一列")?;
        let value =
            change.new.as_deref().map(|value| change.field.show(value, self.words)).unwrap_or_default();
        let cell = csv_text::cell(&value, ',');
        if let Some(piece) = row.get(column) {
            self.edits.push((piece.raw.clone(), cell));
            return Ok(());
        }
        // A column that was just added: its comma stands among the edits, in the order of the columns.
        let end = row.last().map(|piece| piece.raw.end).ok_or("表里有一个空行")?;
        let new = column - row.len();
        let edit = self.behind.get(&end).and_then(|edits| edits.get(new));
        let comma = edit.and_then(|edit| self.edits.get_mut(*edit));
        let (_, comma) = comma.ok_or("这一行的格子比表头少：先运行 site-gen check 改好")?;
        comma.push_str(&cell);
        Ok(())
    }

    fn apply(&self, text: &str) -> String {
        let mut edits: Vec<_> = self.edits.iter().collect();
        // Stable: new columns of one row keep their order.
        edits.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, new) in edits {
            out.push_str(&text[at..range.start]);
            out.push_str(new);
            at = range.end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn row(&self, values: &Values) -> String {
        let cells: Vec<String> = self
            .head
            .iter()
            .map(|field| match field {
                Some(field) => field.show(values.get(*field).unwrap_or_default(), self.words),
                None => String::new(),
            })
            .collect();
        csv_text::line(cells.iter().map(String::as_str), ',')
    }
}

fn headings(head: &[Piece]) -> Vec<Option<Field>> {
    head.iter().map(|piece| Field::of_heading(piece.value.trim())).collect()
}

/// The words of the table: those of its heading for names.
fn words(head: &[Piece]) -> Words {
    let chinese = head.iter().any(|piece| piece.value.trim() == Field::Name.chinese());
    if chinese { Words::Chinese } else { Words::Code }
}

fn needed(changes: &[(String, Vec<Change>)], added: &[Values]) -> BTreeSet<Field> {
    let said = changes.iter().flat_map(|(_, changes)| changes).filter(|change| change.new.is_some());
    let added = added.iter().flat_map(|values| values.iter().map(|(field, _)| field));
    said.map(|change| change.field).chain(added).collect()
}

fn is_blank(row: &[Piece]) -> bool {
    row.iter().all(|piece| piece.value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: Field, new: &str) -> Change {
        Change { field, old: None, new: Some(new.to_owned()) }
    }

    #[test]
    fn only_the_cells_that_change_are_touched() {
        let text = "slug,name,phones,odd\r\na,  甲 ,\"1\",x\r\nb,乙,2,\r\n";
        let changes =
            [("b".to_owned(), vec![change(Field::Phones, "3；4"), change(Field::Note, "有坡道, 请进")])];
        let mut new = Values::default();
        new.put(Field::Slug, Some("c".to_owned()));
        new.put(Field::Kind, Some("police".to_owned()));
        let edited = edited(text, &changes, &[new]).unwrap();
        assert_eq!(
            edited,
            "slug,name,phones,odd,kind,note\r\na,  甲 ,\"1\",x,,\r\nb,乙,3；4,,,\"有坡道, 请进\"\r\nc,,,,police,\r\n"
        );
    }

    #[test]
    fn a_chinese_table_stays_chinese_and_a_broken_one_is_left_alone() {
        let changes = [("a".to_owned(), vec![change(Field::Kind, "family_center")])];
        assert_eq!(
            edited("编号,名称,类别\na,甲,派出所", &changes, &[]).unwrap(),
            "编号,名称,类别\na,甲,妇女儿童之家"
        );
        assert!(edited("编号,名称,类别\na,\"甲,派出所", &changes, &[]).is_err());
        assert!(edited("编号,名称,类别\nb,甲,派出所", &changes, &[]).is_err());
        let same = "编号,名称\na,甲\n";
        assert_eq!(edited(same, &[], &[]).unwrap(), same);
    }
}
