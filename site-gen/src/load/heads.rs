//! Heads: what other pages may show of a guide or digest, made of what is written at the top of its file.

use std::sync::Arc;

use jiff::civil::Date;

use super::kinds::{CaseDraft, GuideDraft};
use crate::model::date::duration;
use crate::model::{CaseHead, GuideHead, Takes};
use crate::source::Located;

impl GuideDraft {
    /// What other pages may show of it, made once.
    pub fn head(&self) -> Arc<GuideHead> {
        let day = |day: &Option<Located<Date>>| day.as_ref().map(|day| day.value);
        let make = || GuideHead {
            slug: self.slug.value.clone(),
            topic: self.topic.value.clone(),
            title: self.title.value.clone(),
            summary: self.summary.value.clone(),
            updated: day(&self.updated),
            reviewed: day(&self.reviewed),
            audience: values(&self.audience),
            takes: self.takes.as_ref().and_then(|takes| {
                let iso = duration(&takes.value)?;
                Some(Takes { text: takes.value.trim().to_owned(), iso })
            }),
            hotlines: values(&self.hotlines),
            help_at: self.help_at.clone(),
            related: values(&self.related),
            keywords: values(&self.keywords),
            asked: values(&self.asked),
            sensitive: self.sensitive,
        };
        Arc::clone(self.head.get_or_init(|| Arc::new(make())))
    }
}

impl CaseDraft {
    /// What other pages may show of it, made once.
    pub fn head(&self) -> Arc<CaseHead> {
        let make = || CaseHead {
            slug: self.slug.value.clone(),
            year: self.year,
            title: self.title.value.clone(),
            summary: self.summary.value.clone(),
            topic: self.topic.value.clone(),
            outcome: self.outcome,
            channel: self.channel,
            guides: values(&self.guides),
            asked: values(&self.asked),
        };
        Arc::clone(self.head.get_or_init(|| Arc::new(make())))
    }
}

/// What was written, without blanks around it.
pub fn values(texts: &[Located<String>]) -> Vec<String> {
    texts.iter().map(|text| text.value.trim().to_owned()).collect()
}
