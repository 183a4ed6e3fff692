//! Pages that are only text, and the one for addresses that lead nowhere.

use serde::Serialize;

use super::home;
use super::topics::Shelf;
use crate::model::Page;
use crate::render::html::html;
use crate::render::press::{Head, Html, Press, Sheet};
use crate::render::{press, structured};

/// `/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct TextPage {
    head: Head,
    title: String,
    body: Html,
}

/// `/404.html`
#[derive(Debug, Serialize)]
pub(super) struct LostPage {
    head: Head,
    topics: Vec<Shelf>,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    let mut sheets = vec![press.print(&LostPage::new(press))?];
    for page in &press.site.pages {
        sheets.push(press.print(&TextPage::new(press, page))?);
    }
    Ok(sheets)
}

impl TextPage {
    fn new(press: &Press<'_>, page: &Page) -> Self {
        let crumbs = vec![home()];
        let summary = page.summary.clone().unwrap_or_else(|| page.title.clone());
        let article = structured::article(press, &page.title, &summary, &page.url());
        Self {
            head: Head {
                url: page.url(),
                title: Some(page.title.clone()),
                description: summary,
                listed: true,
                data: structured::block(press, vec![article], &crumbs),
                crumbs,
                ..Head::default()
            },
            title: page.title.clone(),
            body: html(&page.body, &press.typesetter, &press.site.pictures),
        }
    }
}

impl LostPage {
    fn new(press: &Press<'_>) -> Self {
        Self {
            head: Head {
                url: "/404.html".to_owned(),
                title: Some("没有这一页".to_owned()),
                scripts: &["search"],
                ..Head::default()
            },
            topics: press.site.topics.iter().map(Shelf::new).collect(),
        }
    }
}

impl press::Page for TextPage {
    const TEMPLATE: &'static str = "text.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &press.site.pages[0])
    }
}

impl press::Page for LostPage {
    const TEMPLATE: &'static str = "lost.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
