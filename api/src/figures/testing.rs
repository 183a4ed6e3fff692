//! Counts and names for the tests of figures.

use crate::figures::report::Names;
use crate::store::figures::{Figure, Measure};

/// Some of a measure, online, in the county.
pub(crate) fn figure(month: &str, measure: Measure, topic: &str, count: u64) -> Figure {
    Figure {
        month: month.to_owned(),
        measure,
        topic: topic.to_owned(),
        region: "990121".to_owned(),
        channel: "online".to_owned(),
        detail: String::new(),
        class: 0,
        count,
    }
}

/// Two topics and a county.
pub(crate) fn names() -> Names {
    let named = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
    };
    Names {
        topics: named(&[("work", "上班的事"), ("marriage", "婚姻家事")]),
        regions: named(&[("990121", "示例县")]),
    }
}
