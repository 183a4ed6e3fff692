//! Old addresses: a page that leads on by itself, for servers that know nothing of redirects, and the list for the API.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::model::Redirect;
use crate::render::press::{Head, Page, Press, Sheet};

/// A page at an old address. It has no title: it is only passed through, and what it leads to may be nobody's business.
#[derive(Debug, Serialize)]
pub(super) struct MovedPage {
    head: Head,
    to: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let redirects = &press.site.redirects;
    let stubs = redirects.par_iter().filter_map(MovedPage::new);
    let mut sheets: Vec<Sheet> = stubs.map(|page| press.print(&page)).collect::<anyhow::Result<_>>()?;
    let list: Vec<_> =
        redirects.iter().map(|redirect| json!({ "old": redirect.old, "new": redirect.new })).collect();
    sheets.push((search::bundle::REDIRECTS.to_owned(), json!(list).to_string().into_bytes()));
    Ok(sheets)
}

impl MovedPage {
    /// `None` where no file of a static server can stand for the address: programs of other systems, queries.
    fn new(redirect: &Redirect) -> Option<Self> {
        let url = file_address(&redirect.old)?;
        Some(Self { head: Head { url, ..Head::default() }, to: redirect.new.clone() })
    }
}

/// The address whose file a static server gives for `old`.
fn file_address(old: &str) -> Option<String> {
    let name = old.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        _ if old.contains('?') => None,
        Some("html" | "htm") => Some(old.to_owned()),
        Some(_) => None,
        None => Some(format!("{old}/")),
    }
}

impl Page for MovedPage {
    const TEMPLATE: &'static str = "moved.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(&press.site.redirects[0]).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_static_server_can_give_has_a_page() {
        assert_eq!(file_address("/a").as_deref(), Some("/a/"));
        assert_eq!(file_address("/a/b.html").as_deref(), Some("/a/b.html"));
        assert_eq!(file_address("/show.asp"), None);
        assert_eq!(file_address("/a?id=1"), None);
    }
}
