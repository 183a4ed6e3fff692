//! The public data set under `/data/`: what it holds, in which files, and the schema of each.
//!
//! Start at [`SETS`]: the catalogue, in the order in which people read it. [`files`] puts what the bundle of `search`
//! does not already hold. Everything here is made from public records: a confidential station has no place that could
//! get into a file.

mod hsds;
mod lists;
mod tables;

use std::collections::BTreeMap;

use jiff::civil::Date;
use search::region::Level;
use search::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};
use serde_json::{Map, Value, json};

use crate::coverage::{self, Coverage};
use crate::model::{Citation, Site, YearlyDates};
use crate::render::{Script, scripts};
pub use hsds::{SERVICES, write_services};
pub use lists::{GUIDES, STATUTES, write_guides, write_statutes};
pub(crate) use tables::line as csv_line;

/// The folder of the data and, in it, of the schemas.
const FOLDER: &str = "data";

/// A set of data.
#[derive(Debug)]
pub struct Set {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it is.
    pub description: &'static str,
    /// How many things are in it.
    pub count: fn(&Site) -> usize,
    /// Endings of its files: `stations` has `stations.json`, `stations.geojson`, `stations.csv`.
    pub endings: &'static [&'static str],
}

/// What is published for everybody to use.
pub const SETS: &[Set] = &[
    Set {
        id: "stations",
        title: "站点",
        description: "维权服务站和别的能帮忙的地方：类别、电话、时间、能办的事。地址保密的站点只有电话。",
        count: |site| site.stations.len(),
        endings: &["json", "csv", "geojson"],
    },
    Set {
        id: "regions",
        title: "区划",
        description: "有名录的市、县、乡镇、村，和里面有多少站点。",
        count: |site| site.regions.len(),
        endings: &["json"],
    },
    Set {
        id: "coverage",
        title: "一小时服务圈",
        description: "每个村到最近的站点要多久：直线距离、估算的分钟。怎么算的，看服务圈那一页。",
        count: |site| site.regions.iter().filter(|region| region.level == Level::Village).count(),
        endings: &["csv"],
    },
    Set {
        id: "hotlines",
        title: "热线",
        description: "出事先打的号码，和什么时候打。",
        count: |site| site.hotlines.len(),
        endings: &["json"],
    },
    Set {
        id: "topics",
        title: "主题",
        description: "指南和案例的分类。",
        count: |site| site.topics.len(),
        endings: &["json"],
    },
    Set {
        id: "guides",
        title: "指南目录",
        description: "每篇指南的标题、摘要、核对的日子、大家怎么问。",
        count: |site| site.guides.len(),
        endings: &["json"],
    },
    Set {
        id: "statutes",
        title: "法规和引用",
        description: "写到的法规、各个版本，哪一条被哪些页面引用。",
        count: |site| site.statutes.iter().filter(|statute| statute.own_words).count(),
        endings: &["json"],
    },
    Set {
        id: "statutes/index",
        title: "法规全文的目录",
        description: "每一部法规、它的版本和有没有全文。全文一部一个文件，在同一个文件夹里，名字是目录里的 id。",
        count: |site| site.statutes.len(),
        endings: &["json"],
    },
    Set {
        id: "campaigns",
        title: "宣传的日子",
        description: "一年里讲法、接待的日子。",
        count: |site| site.campaigns.len(),
        endings: &["json"],
    },
    Set {
        id: "thesaurus",
        title: "同义词",
        description: "大家怎么说，法律怎么说：打老婆就是家庭暴力。",
        count: |site| site.thesaurus.len(),
        endings: &["json"],
    },
    Set {
        id: "scripts",
        title: "脚本的指纹",
        description: "网页上每个脚本的 SHA-384。封信、拆信的脚本有没有被换过，拿它和浏览器里的对一对。",
        count: |site| scripts(&site.settings.holidays).len(),
        endings: &["json"],
    },
    Set {
        id: "hsds/services",
        title: "站点，按 HSDS 3.1",
        description: "同样的站点，写成各地服务名录互相交换用的格式（Open Referral 的 HSDS 3.1）。\
                      地址保密的站点只有电话。在线查询用接口 /api/v1/hsds/。",
        count: |site| site.stations.len(),
        endings: &["json"],
    },
    Set {
        id: "hsds/taxonomies",
        title: "HSDS 的分类",
        description: "上面的服务是按哪几套词来描述的。",
        count: |_| search::hsds::Vocabulary::ALL.len(),
        endings: &["json"],
    },
    Set {
        id: "hsds/taxonomy_terms",
        title: "HSDS 的分类词",
        description: "每一套里的词，和它在别的文件里的代码。",
        count: hsds::count_terms,
        endings: &["json"],
    },
];

/// The schema of each file of the folder, by its name; those of the JSON files without their ending.
const SCHEMAS: &[(&str, &str)] = &[
    ("campaigns", include_str!("../../schemas/campaigns.json")),
    ("coverage.csv", include_str!("../../schemas/coverage.csv.json")),
    ("guides", include_str!("../../schemas/guides.json")),
    ("hotlines", include_str!("../../schemas/hotlines.json")),
    ("hsds/services", include_str!("../../schemas/hsds.services.json")),
    ("hsds/taxonomies", include_str!("../../schemas/hsds.taxonomies.json")),
    ("hsds/taxonomy_terms", include_str!("../../schemas/hsds.taxonomy_terms.json")),
    ("index", include_str!("../../schemas/index.json")),
    ("manifest", include_str!("../../schemas/manifest.json")),
    ("records", include_str!("../../schemas/records.json")),
    ("redirects", include_str!("../../schemas/redirects.json")),
    ("regions", include_str!("../../schemas/regions.json")),
    ("scripts", include_str!("../../schemas/scripts.json")),
    ("stations", include_str!("../../schemas/stations.json")),
    ("stations.csv", include_str!("../../schemas/stations.csv.json")),
    ("stations.geojson", include_str!("../../schemas/stations.geojson.json")),
    ("statutes", include_str!("../../schemas/statutes.json")),
    ("statutes/index", include_str!("../../schemas/statutes.index.json")),
    ("statutes/statute", include_str!("../../schemas/statute.json")),
    ("thesaurus", include_str!("../../schemas/thesaurus.json")),
    ("topics", include_str!("../../schemas/topics.json")),
];

impl Set {
    /// Its place on the page about the data.
    pub fn anchor(&self) -> String {
        self.id.replace('/', "-")
    }

    /// The addresses of its files, from the root, with their media type and the address of their schema.
    pub fn files(&self) -> impl Iterator<Item = (String, &'static str, String)> + '_ {
        self.endings.iter().map(|ending| {
            let media_type = match *ending {
                "csv" => "text/csv",
                "geojson" => "application/geo+json",
                _ => "application/json",
            };
            let name = if *ending == "json" { self.id.to_owned() } else { format!("{}.{ending}", self.id) };
            (format!("/{FOLDER}/{}.{ending}", self.id), media_type, format!("/{FOLDER}/schema/{name}.json"))
        })
    }
}

/// What the page at each address rests on, in order.
pub type Resting<'a> = BTreeMap<&'a str, &'a [Citation]>;

/// Takes a file, by its path from the site's root.
type Put<'p> = &'p (dyn Fn((String, Vec<u8>)) -> anyhow::Result<()> + Sync);

/// Puts the files that are not in the bundle, but for the lists that grow with the site: [`write_guides`],
/// [`write_statutes`], [`write_services`].
///
/// # Errors
///
/// As `put`.
pub fn files(site: &Site, put: Put<'_>) -> anyhow::Result<()> {
    let put_named = |name: &str, bytes: Vec<u8>| put((format!("{FOLDER}/{name}"), bytes));
    put_named("index.json", pretty(&index(site)))?;
    put_named("stations.geojson", tables::geojson(site).to_string().into_bytes())?;
    put_named("stations.csv", tables::csv(site).into_bytes())?;
    let coverage = Coverage::of(&site.regions, &site.stations, &site.settings.circle, None);
    put_named("coverage.csv", coverage::table::csv(&coverage, &site.settings.base_url).into_bytes())?;
    put_named("hsds/taxonomies.json", hsds::taxonomies())?;
    put_named("hsds/taxonomy_terms.json", hsds::taxonomy_terms(site))?;
    put_named("campaigns.json", campaigns(site).to_string().into_bytes())?;
    put_named("scripts.json", pretty(&digests(site)))?;
    SCHEMAS.iter().try_for_each(|(name, source)| {
        let path = format!("schema/{name}.json");
        let schema = schema(source, &format!("{}/{FOLDER}/{path}", site.settings.base_url));
        put_named(&path, pretty(&schema))
    })
}

/// The newest day that the content names.
pub fn updated(site: &Site) -> Option<Date> {
    let guides = site.guides.iter().filter_map(|guide| guide.updated.max(guide.reviewed));
    guides.chain(site.stations.iter().filter_map(|station| station.verified)).max()
}

fn index(site: &Site) -> Value {
    let settings = &site.settings;
    let absolute = |url: &str| format!("{}{url}", settings.base_url);
    let file = |(url, media_type, schema): (String, &str, String)| json!({ "url": absolute(&url), "media_type": media_type, "schema": absolute(&schema) });
    let set = |set: &Set| {
        json!({
            "id": set.id,
            "title": set.title,
            "description": set.description,
            "count": (set.count)(site),
            "files": set.files().map(file).collect::<Vec<_>>(),
        })
    };
    let licence = settings.licence.as_ref();
    let operator = settings.footer.operator.trim_end_matches("主办");
    json!({
        "title": settings.title,
        "publisher": if operator.is_empty() { settings.name.as_str() } else { operator },
        "page": absolute("/data/"),
        "licence": licence.map(|licence| json!({ "name": licence.name, "url": licence.url, "credit": licence.credit })),
        "updated": updated(site),
        "sets": SETS.iter().map(set).collect::<Vec<_>>(),
    })
}

fn digests(site: &Site) -> Value {
    let script = |script: Script| json!({ "name": script.name, "url": script.url, "bytes": script.bytes, "integrity": script.integrity });
    scripts(&site.settings.holidays).into_iter().map(script).collect()
}

fn campaigns(site: &Site) -> Value {
    let of_year = |(month, day): (i8, i8)| format!("{month:02}-{day:02}");
    let campaign = |campaign: &crate::model::Campaign| {
        let (yearly, from, to) = match campaign.dates {
            YearlyDates::Yearly { from, to } => (true, of_year(from), of_year(to)),
            YearlyDates::Once { from, to } => (false, from.to_string(), to.to_string()),
        };
        json!({
            "slug": campaign.slug,
            "title": campaign.title,
            "yearly": yearly,
            "from": from,
            "to": to,
            "topics": campaign.topics,
            "url": campaign.url(),
        })
    };
    site.campaigns.iter().map(campaign).collect()
}

/// A schema with its address, and with the words of closed vocabularies where it names one (`"enum": "@service"`).
fn schema(source: &str, id: &str) -> Value {
    // They are part of the program, and a test publishes them all.
    let mut schema: Value = serde_json::from_str(source).expect("schemas are JSON");
    fill(&mut schema);
    if let Value::Object(members) = &mut schema {
        let mut with_id = Map::new();
        with_id.insert("$id".to_owned(), json!(id));
        with_id.append(members);
        *members = with_id;
    }
    schema
}

fn fill(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let words: Option<Vec<&str>> = match members.get("enum").and_then(Value::as_str) {
                Some("@station_kind") => Some(StationKind::ALL.iter().map(|word| word.code()).collect()),
                Some("@service") => Some(Service::ALL.iter().map(|word| word.code()).collect()),
                Some("@facility") => Some(Facility::ALL.iter().map(|word| word.code()).collect()),
                Some("@audience") => Some(Audience::ALL.iter().map(|word| word.code()).collect()),
                Some("@profession") => Some(Profession::ALL.iter().map(|word| word.code()).collect()),
                Some("@have") => Some(Have::ALL.iter().map(|word| word.code()).collect()),
                _ => None,
            };
            if let Some(words) = words {
                members.insert("enum".to_owned(), json!(words));
            }
            members.values_mut().for_each(fill);
        }
        Value::Array(values) => values.iter_mut().for_each(fill),
        _ => {}
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
