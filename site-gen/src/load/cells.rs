//! Who is at a station and on which days, in one cell of a table: what a Markdown file says in several lines.
//!
//! Start at [`people`] and [`duties`]; [`people_text`] and [`duties_text`] are the ways back. Between items stands `；`:
//! 站长：负责接待；心理辅导员（心理咨询师，擅长 children）：陪你说话, and 每月 25 日 9:00–11:30 律师坐班；每周二 社工.

use search::vocabulary::Profession;

use super::station::{DutyDraft, PersonDraft};
use crate::diag::{Diagnostic, Diagnostics};
use crate::duty::spoken::{self, Spoken};
use crate::source::Located;

/// Between the items of one cell.
const BETWEEN: &str = "；";

/// Somebody at a station, by what she does there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// 站长
    pub role: String,
    /// 负责接待
    pub duty: Option<String>,
    /// What she is by profession.
    pub profession: Option<Profession>,
    /// Slugs of topics.
    pub topics: Vec<String>,
}

/// Reads the people of a cell; the error says in Chinese what can't be read.
pub fn people(text: &str) -> Result<Vec<Person>, String> {
    items(text).map(person).collect()
}

/// Reads the duty days of a cell; the error says in Chinese what can't be read.
pub fn duties(text: &str) -> Result<Vec<Spoken>, String> {
    items(text).map(spoken::read).collect()
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(['；', ';', '\n']).map(str::trim).filter(|item| !item.is_empty())
}

fn person(item: &str) -> Result<Person, String> {
    let mut depth = 0_i32;
    let colon = item.char_indices().find(|(_, c)| {
        depth += i32::from(matches!(c, '（' | '(')) - i32::from(matches!(c, '）' | ')'));
        depth <= 0 && matches!(c, '：' | ':')
    });
    let (who, duty) = match colon {
        Some((at, colon)) => (&item[..at], Some(item[at + colon.len_utf8()..].trim())),
        None => (item, None),
    };
    let (role, profession, topics) = described(who.trim());
    if role.is_empty() {
        return Err(format!("“{item}”没写职务：写成 站长：负责接待"));
    }
    let duty = duty.filter(|duty| !duty.is_empty()).map(str::to_owned);
    Ok(Person { role: role.to_owned(), duty, profession, topics })
}

/// 心理辅导员（心理咨询师，擅长 children、domestic-violence）. Brackets that say something else belong to the role.
fn described(who: &str) -> (&str, Option<Profession>, Vec<String>) {
    let plain = (who, None, Vec::new());
    let Some(open) = who.rfind(['（', '(']) else { return plain };
    let Some(inside) = who[open..].strip_suffix(['）', ')']) else { return plain };
    let inside = inside.trim_start_matches(['（', '(']);
    let (mut profession, mut topics) = (None, Vec::new());
    for part in inside.split(['，', ',']).map(str::trim) {
        match (part.strip_prefix("擅长"), Profession::parse(part)) {
            (Some(named), _) => topics.extend(named.split('、').map(|topic| topic.trim().to_owned())),
            (None, Some(known)) if profession.is_none() => profession = Some(known),
            _ => return plain,
        }
    }
    (who[..open].trim(), profession, topics)
}

/// Somebody at a station as she stands in a cell, [`people`] reads her from it again.
pub fn person_text(
    role: &str,
    profession: Option<Profession>,
    topics: &[&str],
    duty: Option<&str>,
) -> String {
    let mut described: Vec<String> = profession.iter().map(|known| known.chinese().to_owned()).collect();
    if !topics.is_empty() {
        described.push(format!("擅长 {}", topics.join("、")));
    }
    let described =
        if described.is_empty() { String::new() } else { format!("（{}）", described.join("，")) };
    let duty = duty.map_or(String::new(), |duty| format!("：{}", duty.trim()));
    format!("{}{described}{duty}", role.trim())
}

/// The people of a station as one cell.
pub fn people_text(people: &[PersonDraft]) -> String {
    let one = |person: &PersonDraft| {
        let topics: Vec<&str> = person.topics.iter().map(|topic| topic.value.as_str()).collect();
        let duty = person.duty.as_ref().map(|duty| duty.value.as_str());
        person_text(&person.role.value, person.profession, &topics, duty)
    };
    people.iter().map(one).collect::<Vec<_>>().join(BETWEEN)
}

/// The duty days of a station as one cell. What can't be put into words stands there as it was typed.
pub fn duties_text(duties: &[DutyDraft]) -> String {
    let one = |duty: &DutyDraft| {
        let time = duty.time.as_ref().map(|time| time.value.trim());
        spoken::write(duty.rule.value.trim(), time, &duty.who.value)
            .unwrap_or_else(|| format!("{} {} {}", duty.rule.value, time.unwrap_or_default(), duty.who.value))
    };
    duties.iter().map(one).collect::<Vec<_>>().join(BETWEEN)
}

/// The same of what [`duties`] has read.
pub fn spoken_text(duties: &[Spoken]) -> String {
    let words = |duty: &Spoken| spoken::write(&duty.rule, duty.time.as_deref(), &duty.who);
    duties.iter().filter_map(words).collect::<Vec<_>>().join(BETWEEN)
}

/// The people of a row of a table; reports what can't be read.
pub(super) fn people_of(cell: Option<Located<String>>, diags: &mut Diagnostics) -> Vec<PersonDraft> {
    let Some(cell) = cell else { return Vec::new() };
    let at = |value: String| Located { value, span: cell.span };
    let draft = |person: Person| PersonDraft {
        role: at(person.role),
        duty: person.duty.map(at),
        profession: person.profession,
        topics: person.topics.into_iter().map(at).collect(),
    };
    match people(&cell.value) {
        Ok(people) => people.into_iter().map(draft).collect(),
        Err(why) => {
            let hint = "几个人之间用分号：站长：负责接待；心理辅导员（心理咨询师）：陪你说话";
            diags.push(Diagnostic::error("field-type", cell.span, why).hint(hint));
            Vec::new()
        }
    }
}

/// The duty days of a row of a table; reports what can't be read.
pub(super) fn duties_of(cell: Option<Located<String>>, diags: &mut Diagnostics) -> Vec<DutyDraft> {
    let Some(cell) = cell else { return Vec::new() };
    let at = |value: String| Located { value, span: cell.span };
    let draft = |duty: Spoken| DutyDraft { rule: at(duty.rule), time: duty.time.map(at), who: at(duty.who) };
    match duties(&cell.value) {
        Ok(duties) => duties.into_iter().map(draft).collect(),
        Err(why) => {
            let hint = "写成：每月 25 日 9:00–11:30 律师坐班；每周二、周四 妇联负责人接访";
            diags.push(Diagnostic::error("duty", cell.span, why).hint(hint));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_with_what_they_are_and_do() {
        let read = people("站长：负责接待；心理辅导员（心理咨询师，擅长 children、domestic-violence）：陪你说话；值班员（夜间）").unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!((read[0].role.as_str(), read[0].duty.as_deref()), ("站长", Some("负责接待")));
        assert_eq!(
            (read[1].role.as_str(), read[1].profession),
            ("心理辅导员", Some(Profession::Psychologist))
        );
        assert_eq!(read[1].topics, ["children", "domestic-violence"]);
        assert_eq!(read[2].role, "值班员（夜间）", "brackets that say something else belong to the role");
        assert!(people("：负责接待").is_err());
        assert_eq!(people("").unwrap(), []);
    }
}
