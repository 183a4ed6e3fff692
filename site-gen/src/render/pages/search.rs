//! The search page as it is without a server.

use serde::Serialize;

use super::home;
use super::topics::Shelf;
use crate::render::press::{Head, Page, Press, Sheet};

/// `/search/`
#[derive(Debug, Serialize)]
pub(super) struct SearchPage {
    head: Head,
    topics: Vec<Shelf>,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&SearchPage::new(press))?])
}

impl SearchPage {
    fn new(press: &Press<'_>) -> Self {
        Self {
            head: Head {
                url: "/search/".to_owned(),
                title: Some("查找".to_owned()),
                section: "/search/",
                crumbs: vec![home()],
                scripts: &["search"],
                ..Head::default()
            },
            topics: press.site.topics.iter().map(Shelf::new).collect(),
        }
    }
}

impl Page for SearchPage {
    const TEMPLATE: &'static str = "search.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
