//! What stands in a window's history in the place of the pages that somebody left: an empty page, named like the one outside,
//! that leads there by itself (`assets/leave.js`, `docs/decisions/0038-way-out.md`). It must not look like this site.

use serde::Serialize;

use crate::render::press::{Head, Page, Press, Sheet};

/// `/leave/`
#[derive(Debug, Serialize)]
pub(super) struct LeavePage {
    head: Head,
    /// The host outside.
    host: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&LeavePage::new(press))?])
}

impl LeavePage {
    fn new(press: &Press<'_>) -> Self {
        let address = &press.site.settings.exit_url;
        let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_owned();
        Self { head: Head { url: "/leave/".to_owned(), ..Head::default() }, host }
    }
}

impl Page for LeavePage {
    const TEMPLATE: &'static str = "leave.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
