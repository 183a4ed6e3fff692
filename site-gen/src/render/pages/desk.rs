//! The staff side: an empty page that `desk.js` fills, because letters are opened only in the browser.

use serde::Serialize;

use crate::render::press::{Head, Page, Press, Sheet};

/// `/desk/`
#[derive(Debug, Serialize)]
pub(super) struct DeskPage {
    head: Head,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&DeskPage::new())?])
}

impl DeskPage {
    fn new() -> Self {
        Self {
            head: Head {
                url: "/desk/".to_owned(),
                title: Some("工作台".to_owned()),
                scripts: &["desk"],
                ..Head::default()
            },
        }
    }
}

impl Page for DeskPage {
    const TEMPLATE: &'static str = "desk.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(_: &Press<'_>) -> Self {
        Self::new()
    }
}
