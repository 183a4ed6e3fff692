//! A small site on disk, an engine that answers what the test wants, and a caller.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use api::clock::SystemClock;
use api::consultations::{self, Consultations};
use api::dice::SystemDice;
use api::finder::Finder;
use api::hsds::Directory;
use api::published::{Published, Release};
use api::routes;
use api::state::{AppState, Limits};
use api::store::Store;
use api::words::Words;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, StatusCode};
use http_body_util::BodyExt as _;
use sea_orm::{ConnectionTrait as _, Database};
use search::bundle::{Bundle, FOLDER, SLOT_MAIN, SLOT_TITLE};
use search::coord::Coord;
use search::hours::{Rule, Timetable};
use search::record::{Facets, Hotline, Hours, Kind, Place, Site, Station, ThesaurusEntry, Topic};
use search::region::{Level, Region};
use search::text::{
    Answer, Engine, Hit, Named, Place as NamedPlace, Query, Results, SnippetPart, Suggestion,
};
use search::vocabulary::{Have, Service, StationKind};
use tempfile::TempDir;
use tower::ServiceExt as _;

fn counting(store: &Store) -> Words {
    let trusted = HeaderName::from_static("x-real-ip");
    Words::counting(store.clone(), Arc::new(SystemClock), Arc::new(SystemDice), Some(trusted))
}

/// The address of a file of SQLite in a folder.
fn sqlite_in(folder: &Path) -> String {
    format!("sqlite://{}", folder.join(".db").display())
}

async fn opened(database: String) -> Store {
    let store = Store::open(&database).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// The address of an empty schema of its own.
async fn new_schema(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("http_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(url).await.unwrap();
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    admin.execute_unprepared(&create).await.unwrap();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options=-csearch_path%3D{schema}")
}

/// A site on disk and the service over it. The disk is cleaned up with it.
pub(crate) struct Bench {
    pub(crate) app: Router,
    pub(crate) published: Published,
    pub(crate) store: Store,
    pub(crate) dist: TempDir,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with_limits(LIMITS).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        let dist = tempfile::tempdir().unwrap();
        write_site(dist.path());
        let release = release(dist.path());
        Self::over(dist, release, limits).await
    }

    /// The service over a site that publishes this.
    pub(crate) async fn of(bundle: &Bundle) -> Self {
        let dist = tempfile::tempdir().unwrap();
        write_site(dist.path());
        for (name, bytes) in bundle.files() {
            write(&dist.path().join(FOLDER).join(name), &bytes);
        }
        let release = release(dist.path());
        Self::over(dist, release, LIMITS).await
    }

    /// The service over a release that lies in `dist`.
    pub(crate) async fn over(dist: TempDir, release: Release, limits: Limits) -> Self {
        // What is published, searched and refused asks the store nothing, or whether it is there at all.
        let store = opened(sqlite_in(dist.path())).await;
        Self::build(dist, release, limits, (store, Words::default())).await
    }

    /// Services that count words, behind a gateway that tells who is calling: one over every kind of store there is here.
    pub(crate) async fn counting_words() -> Vec<Self> {
        let mut all = vec![Self::counting_words_in(None).await];
        match std::env::var("NUANZHAN_TEST_POSTGRES") {
            Ok(url) => all.push(Self::counting_words_in(Some(new_schema(&url).await)).await),
            // Past the runner, which keeps what passing tests print to itself.
            Err(_) => {
                drop(std::io::stderr().write_all(b"skipped: words counted on PostgreSQL (no database)\n"));
            }
        }
        all
    }

    async fn counting_words_in(database: Option<String>) -> Self {
        let dist = tempfile::tempdir().unwrap();
        write_site(dist.path());
        let mut release = release(dist.path());
        release.bundle.thesaurus = vec![ThesaurusEntry {
            say: vec!["老公打我".to_owned()],
            law: vec!["家庭暴力".to_owned()],
            topic: None,
            weight: 1.0,
        }];
        let store = opened(database.unwrap_or_else(|| sqlite_in(dist.path()))).await;
        let words = counting(&store);
        Self::build(dist, release, LIMITS, (store, words)).await
    }

    async fn build(dist: TempDir, release: Release, limits: Limits, (store, words): (Store, Words)) -> Self {
        let published = Published::new(release);
        let secrets = consultations::Settings::new(dist.path().join(".secrets"));
        let state = AppState {
            consultations: Consultations::open(secrets, &store, &SystemDice).await.unwrap(),
            words,
            store: store.clone(),
            published: published.clone(),
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice),
            live: None,
            limits,
        };
        Self { app: routes::app(state), published, store, dist }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Got { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, uri: &str) -> Got {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with(&self, uri: &str, name: &str, value: &str) -> Got {
        self.send(Request::get(uri).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, uri: &str, body: &str) -> Got {
        let request = Request::post(uri).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        write(&self.dist.path().join(path), text.as_bytes());
    }
}

impl Got {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|err| panic!("{err}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem of this kind, and gives the pointers of its fields.
    pub(crate) fn problem(&self, status: u16, kind: &str) -> Vec<String> {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"));
        assert_eq!(problem["status"], status);
        assert!(
            !problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty()
        );
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) const LIMITS: Limits = Limits {
    body_bytes: 2000,
    request: Duration::from_secs(5),
    head: Duration::from_secs(5),
    concurrency: 8,
    connections: 8,
    letters_per_hour: 1000,
    forms_per_hour: 1000,
};

/// Says what the test wants to hear: `danger` in the question is danger, `nothing` finds nothing, `slow` takes a
/// minute, `panic` panics.
struct Parrot;

impl Engine for Parrot {
    fn search<'a>(&'a self, query: &'a Query) -> Answer<'a, Results> {
        Box::pin(async move {
            let asked = query.text.as_str();
            if asked.contains("slow") {
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
            assert!(!asked.contains("panic"), "the engine fell over: {asked}");
            let total = if asked.contains("nothing") { 0 } else { 25 };
            let left = total - query.offset.min(total);
            let hits = (0..left.min(query.limit)).map(|n| hit(query, query.offset + n)).collect();
            Ok(Results {
                hits,
                total,
                facets: Facets::from([(Kind::Guide, 20), (Kind::Article, 5)]),
                topics: BTreeMap::from([("domestic-violence".to_owned(), 20)]),
                regions: BTreeMap::new(),
                nearest: Vec::new(),
                place: Some(NamedPlace { region: "990121".parse().unwrap(), name: "示例县".to_owned() }),
                did_you_mean: asked.contains("typo").then(|| "<家暴>".to_owned()),
                danger: asked.contains("danger"),
            })
        })
    }

    fn suggest<'a>(&'a self, typed: &'a str, limit: usize) -> Answer<'a, Vec<Suggestion>> {
        let suggestion = move |n| Suggestion { text: format!("{typed}{n}"), kind: None, url: None };
        Box::pin(async move { Ok((0..limit).map(suggestion).collect()) })
    }
}

fn hit(query: &Query, n: usize) -> Hit {
    Hit {
        id: format!("guide/g{n}"),
        kind: query.kind.unwrap_or(Kind::Guide),
        title: format!("<b>第 {n} 篇</b>"),
        url: format!("/guides/domestic-violence/g{n}/"),
        topic: query.topic.clone(),
        region: query.region.clone(),
        heading: "第一章".into(),
        part_of: None,
        also: vec![Named {
            id: "article/a".into(),
            title: "<i>第二条</i>".into(),
            url: "/laws/a/#art-2".into(),
        }],
        more: n,
        first_step: "<u>先打 110</u>".into(),
        phone: if n == 1 { "0000-5550101".into() } else { String::new() },
        distance_m: (n == 1).then_some(1_274),
        snippet: vec![
            SnippetPart { text: "向法院申请".into(), marked: false },
            SnippetPart { text: "<保护令>".into(), marked: true },
        ],
        score: 1.0,
    }
}

/// The release at `dist` with the parrot for an engine.
pub(crate) fn release(dist: &Path) -> Release {
    let mut bundle = Bundle::open_without_stations(dist).unwrap();
    let stations = Bundle::open_stations(dist, std::mem::take(&mut bundle.regions)).unwrap();
    let redirects = Bundle::open_redirects(dist).unwrap();
    let hsds = Directory::default();
    Release {
        dist: dist.to_owned(),
        schedule: Arc::default(),
        bundle,
        finder: Finder::alone(Parrot),
        stations,
        hsds,
        redirects,
    }
}

/// Writes a site as the compiler does.
pub(crate) fn write_site(dist: &Path) {
    let page = |name: &str| format!("<!doctype html><title>{name}</title><main>{name}，静态页面</main>");
    for folder in ["", "about", "search", "stations", "ask", "guides/domestic-violence"] {
        write(&dist.join(folder).join("index.html"), page(folder).as_bytes());
    }
    write(&dist.join("404.html"), page("没有这一页").as_bytes());
    write(&dist.join("assets/site.0f3a.css"), "body{color:black}".repeat(200).as_bytes());
    let redirects = r#"[{"old":"/old/page.html","new":"/about/"},{"old":"/show.asp?id=12","new":"/search/"},{"old":"/旧","new":"/about/#a"}]"#;
    write(&dist.join("data/redirects.json"), redirects.as_bytes());
    write(&dist.join("old/page.html"), page("搬家").as_bytes());
    for (name, bytes) in bundle().files() {
        write(&dist.join(FOLDER).join(name), &bytes);
    }
}

pub(crate) fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the compiler of this test")]
    fs::write(path, bytes).unwrap();
}

pub(crate) fn bundle() -> Bundle {
    Bundle {
        site: Site {
            name: "暖站".into(),
            title: "示例市妇女儿童维权服务".into(),
            base_url: "https://nuanzhan.example".into(),
            region: "990100".parse().unwrap(),
            exit_url: "https://www.example.com/".into(),
            clocks: search::clocks::Clocks::default(),
            holidays: search::hours::holidays::Holidays::known().clone(),
        },
        topics: vec![Topic {
            slug: "domestic-violence".into(),
            title: "反家庭暴力".into(),
            summary: "先安全，再说理。".into(),
            url: "/topics/domestic-violence/".into(),
            emergency: true,
        }],
        hotlines: vec![hotline("110", "报警", true), hotline("12338", "妇女维权", false)],
        regions: [("990100", "示例市"), ("990121", "示例县"), ("990121100", "暖溪镇"), ("990122", "暖水县")]
            .map(|(code, name)| region(code, name))
            .to_vec(),
        stations: vec![
            station("a", StationKind::RightsStation, "990121100", Some((30.0, 110.0))),
            station("b", StationKind::LegalAid, "990121", Some((30.1, 110.0))),
            station("c", StationKind::LegalAid, "990122", Some((31.0, 110.0))),
            station("d", StationKind::Shelter, "990100", None),
        ],
        records: vec![],
        thesaurus: vec![],
        shell: format!("<!doctype html><title>{SLOT_TITLE}</title><main>{SLOT_MAIN}</main>"),
    }
}

fn hotline(number: &str, name: &str, emergency: bool) -> Hotline {
    Hotline { number: number.into(), name: name.into(), usage: "需要帮助时".into(), emergency }
}

pub(crate) fn region(code: &str, name: &str) -> Region {
    let code: search::region::RegionCode = code.parse().unwrap();
    Region {
        level: code.level(),
        parent: code.parent().filter(|parent| parent.as_str() >= "990100"),
        name: name.into(),
        location: None,
        stations: 1,
        url: format!("/regions/{code}/"),
        code,
    }
}

fn station(id: &str, kind: StationKind, region: &str, at: Option<(f64, f64)>) -> Station {
    let place = match at {
        Some((lat, lon)) => {
            Place::Public { address: Some(format!("暖心路{id}号")), location: Coord::new(lat, lon) }
        }
        None => Place::Confidential { confidential: true },
    };
    Station {
        name: format!("{}{id}", kind.chinese()),
        level: Level::County,
        region_names: vec!["示例市".into()],
        phones: vec!["0000-5550123".into()],
        hours: Some(Hours {
            osm: "Mo-Fr 08:30-17:30".into(),
            text: "周一至周五".into(),
            rules: Timetable(vec![Rule::on(&[1, 2, 3, 4, 5], &[(510, 1050)])]),
        }),
        services: vec![Service::LegalAdvice],
        has: vec![Have::Sign],
        ..Station::new(id, kind, region.parse().unwrap(), place)
    }
}
