//! `/data/`: what data there is, what it means and what others may do with it.

use serde::Serialize;
use serde_json::json;

use super::home;
use crate::data::{SETS, Set};
use crate::render::press::{Head, Page, Press, Sheet};
use crate::render::structured;

/// `/data/`
#[derive(Debug, Serialize)]
pub(super) struct DataPage {
    head: Head,
    publisher: String,
    licence: Option<Terms>,
    sets: Vec<Shelf>,
}

/// What others may do with it.
#[derive(Debug, Serialize)]
struct Terms {
    name: String,
    url: Option<String>,
    credit: Option<String>,
}

/// A set of data.
#[derive(Debug, Serialize)]
struct Shelf {
    id: String,
    title: &'static str,
    description: &'static str,
    count: usize,
    files: Vec<Download>,
}

#[derive(Debug, Serialize)]
struct Download {
    name: String,
    url: String,
    schema: String,
}

pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&DataPage::new(press))?])
}

impl DataPage {
    fn new(press: &Press<'_>) -> Self {
        let settings = &press.site.settings;
        let crumbs = vec![home()];
        let licence = settings.licence.as_ref();
        let shelf = |set: &Set| Shelf {
            id: set.anchor(),
            title: set.title,
            description: set.description,
            count: (set.count)(press.site),
            files: set.files().map(Download::new).collect(),
        };
        Self {
            head: Head {
                url: "/data/".to_owned(),
                title: Some("公开数据".to_owned()),
                description: "站点、区划、热线、法规引用：机器能读的文件，和可以怎么用。".to_owned(),
                listed: true,
                data: structured::block(press, vec![catalogue(press)], &crumbs),
                crumbs,
                ..Head::default()
            },
            publisher: settings.footer.operator.trim_end_matches("主办").to_owned(),
            licence: licence.map(|licence| Terms {
                name: licence.name.clone(),
                url: licence.url.clone(),
                credit: licence.credit.clone(),
            }),
            sets: SETS.iter().map(shelf).collect(),
        }
    }
}

impl Download {
    fn new((url, _, schema): (String, &str, String)) -> Self {
        let name = url.trim_start_matches("/data/").to_owned();
        Self { name, url, schema }
    }
}

fn catalogue(press: &Press<'_>) -> serde_json::Value {
    let settings = &press.site.settings;
    let absolute = |url: &str| format!("{}{url}", settings.base_url);
    let licence = settings.licence.as_ref().and_then(|licence| licence.url.clone());
    let download = |(url, media_type, _): (String, &str, String)| json!({ "@type": "DataDownload", "contentUrl": absolute(&url), "encodingFormat": media_type });
    let set = |set: &Set| {
        let mut part = json!({
            "@type": "Dataset",
            "name": set.title,
            "description": set.description,
            "url": absolute(&format!("/data/#{}", set.anchor())),
            "inLanguage": "zh-CN",
            "isAccessibleForFree": true,
            "creator": structured::publisher(press),
            "distribution": set.files().map(download).collect::<Vec<_>>(),
        });
        if let Some(licence) = &licence {
            part["license"] = json!(licence);
        }
        part
    };
    json!({
        "@type": "DataCatalog",
        "name": format!("{} · 公开数据", settings.title),
        "url": absolute("/data/"),
        "publisher": structured::publisher(press),
        "dataset": SETS.iter().map(set).collect::<Vec<_>>(),
    })
}

impl Page for DataPage {
    const TEMPLATE: &'static str = "data.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}
