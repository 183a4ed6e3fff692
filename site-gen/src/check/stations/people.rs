//! Who is at a station, and on which days.

use std::collections::BTreeSet;

use search::record::{Duty, Person};

use super::super::pages::known_topics;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::duty;
use crate::load::station::{DutyDraft, PersonDraft, StationDraft};
use crate::source::Located;

/// Who is there; reports topics that don't exist.
pub(super) fn people(
    draft: &StationDraft,
    topics: Option<&BTreeSet<&str>>,
    diags: &mut Diagnostics,
) -> Vec<Person> {
    let mut person = |person: &PersonDraft| Person {
        role: person.role.value.clone(),
        duty: person.duty.as_ref().map(|duty| duty.value.clone()),
        profession: person.profession,
        topics: known_topics(&person.topics, topics, diags),
    };
    draft.people.iter().map(&mut person).collect()
}

/// A duty day; reports a rule or a time that can't be read.
pub(super) fn duty(duty: &DutyDraft, diags: &mut Diagnostics) -> Option<Duty> {
    let mut wrong = |text: &Located<String>, reason: String, reads: fn(&str) -> bool| {
        let hint = "例如 rule: \"FREQ=MONTHLY;BYMONTHDAY=25\"，time: \"09:00-11:30\"";
        let half = Some(suggest::half_width(&text.value).to_ascii_uppercase());
        let mend = suggest::instead(text, half, reads);
        diags.push(Diagnostic::error("duty", text.span, reason).hint(hint).maybe_edit(mend));
    };
    let is_rule = |text: &str| duty::days_in_words(text).is_ok();
    let is_time = |text: &str| duty::time_in_words(text).is_ok();
    let days =
        duty::days_in_words(&duty.rule.value).map_err(|reason| wrong(&duty.rule, reason, is_rule)).ok();
    let time = match &duty.time {
        None => Some((None, String::new())),
        Some(time) => match duty::time_in_words(&time.value) {
            Ok(words) => Some((duty::times(&time.value), format!(" {words}"))),
            Err(reason) => {
                wrong(time, reason, is_time);
                None
            }
        },
    };
    let (days, (times, time)) = (days?, time?);
    let who = duty.who.value.trim().to_owned();
    Some(Duty {
        rule: duty.rule.value.split(';').map(str::trim).collect::<Vec<_>>().join(";"),
        from: times.map(|(from, _)| from),
        to: times.map(|(_, to)| to),
        text: format!("{days}{time} {who}"),
        who,
    })
}
