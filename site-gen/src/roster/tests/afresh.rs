//! An export where there is no content that its cells could be compared with: all that is read, the reader understands.

use proptest::prelude::*;

use super::{ask, content_with, empty_site, exported, table_strategy};
use crate::roster::export;
use crate::roster::import::{Ask, plan};
use crate::roster::report;

proptest! {
    // An import tries what it writes with a check of the whole site: that takes its time.
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Every cell comes back as it was, in its order. Two things are other than they were, on purpose: who is confidential by its
    /// kind says so in its own cell too, and a station's parent is taken in when the parent is there, which is the second time.
    /// What a Markdown file says below its head is in no table.
    #[test]
    fn what_is_exported_makes_the_same_stations_where_there_are_none(
        stations in table_strategy(), in_excel in any::<bool>(),
    ) {
        let mut rows = exported(&content_with(&stations));
        // A name that the content refuses is no station.
        prop_assume!(rows.len() > stations.len());
        let column = |heading: &str| rows[0].iter().position(|name| name == heading).unwrap();
        let (kind, visibility, parent) = (column("类别"), column("公开"), column("上级"));
        for row in rows.iter_mut().filter(|row| row[kind] == "庇护中心") {
            row[visibility] = "保密".to_owned();
        }
        let mut without_parents = rows.clone();
        without_parents.iter_mut().skip(1).for_each(|row| row[parent].clear());
        let bytes = if in_excel { export::xlsx(&rows).unwrap() } else { export::csv(&rows) };
        let mut content = empty_site();
        prop_assert_eq!(exported(&content).len(), 1);
        for expected in [&without_parents, &rows] {
            let plan = plan(&bytes, &Ask { datum: None, ..ask() }, &content).unwrap();
            content = content.with(&plan.files);
            prop_assert_eq!(&exported(&content), expected, "{}", report::text(&plan));
        }
    }
}
