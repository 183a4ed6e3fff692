//! How soon desks act, and on which days: topics that there are, days that are said once.

use std::collections::BTreeMap;

use search::clocks::Clocks;
use search::hours::holidays::Holidays;

use super::known_slugs;
use super::pages::topic_slugs;
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::settings::SettingsDraft;

/// The times that hold here, as far as they can be read.
pub(super) fn clocks(settings: &SettingsDraft, drafts: &Drafts, diags: &mut Diagnostics) -> Clocks {
    let (topics, mut clocks) = (topic_slugs(drafts), settings.clocks.all.clone());
    for (topic, own) in &settings.clocks.topics {
        if let Some(topics) = &topics {
            known_slugs(std::slice::from_ref(topic), "主题", topics, diags);
        }
        if clocks.topics.insert(topic.value.clone(), own.clone()).is_some() {
            let message = format!("主题“{}”的时限写了两次", topic.value);
            diags.push(Diagnostic::error("duplicate-slug", topic.span, message).hint("留下一个"));
        }
    }
    clocks
}

/// The days that are off: those that the program knows and those of `holidays.csv`, which is right about every year it has.
pub(super) fn holidays(drafts: &Drafts, diags: &mut Diagnostics) -> Holidays {
    let mut days = BTreeMap::new();
    for draft in &drafts.holidays {
        if days.insert(draft.day.value, draft.off).is_some() {
            let message = format!("{} 写了两次", draft.day.value);
            diags.push(
                Diagnostic::warning("duplicate-value", draft.day.span, message)
                    .hint("留下一行，现在算的是后一行"),
            );
        }
    }
    Holidays::known().with_days(days)
}
