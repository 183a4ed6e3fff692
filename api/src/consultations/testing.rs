//! A small service for tests of the whole path: a site of a few bytes, a fresh database, a clock that moves.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use search::bundle::{Bundle, SLOT_MAIN, SLOT_TITLE};
use search::clocks::Clocks;
use search::hours::holidays::Holidays;
use search::record::{Hotline, Site, Topic};
use search::region::{Level, Region};
use search::stations::StationIndex;
use search::text::embedded::{Embedded, Index};
use tower::ServiceExt;

use crate::clock::Clock;
use crate::consultations::work::Work;
use crate::consultations::{Consultations, Settings};
use crate::dice::SystemDice;
use crate::finder::Finder;
use crate::published::{Published, Release};
use crate::routes;
use crate::state::{AppState, Limits};
use crate::store::testing::{Fresh, each};

/// A clock that a test moves.
pub(crate) struct HandClock(Mutex<Timestamp>);

impl HandClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A site with one topic, one county and two numbers.
pub(crate) fn release() -> Release {
    let hotline = |number: &str, name: &str, emergency| Hotline {
        number: number.to_owned(),
        name: name.to_owned(),
        usage: "有事就打".to_owned(),
        emergency,
    };
    let region = |code: &str, name: &str, level| Region {
        code: code.parse().unwrap(),
        name: name.to_owned(),
        level,
        parent: None,
        location: None,
        stations: 0,
        url: format!("/regions/{code}/"),
    };
    let bundle = Bundle {
        site: Site {
            name: "暖站".to_owned(),
            title: "示例".to_owned(),
            base_url: "https://nuanzhan.example".to_owned(),
            region: "990100".parse().unwrap(),
            exit_url: "https://weather.example".to_owned(),
            clocks: Clocks::default(),
            holidays: Holidays::known().clone(),
        },
        topics: vec![Topic {
            slug: "violence".to_owned(),
            title: "反家庭暴力".to_owned(),
            summary: String::new(),
            url: "/topics/violence/".to_owned(),
            emergency: true,
        }],
        hotlines: vec![hotline("110", "报警", true), hotline("12338", "妇女维权", false)],
        regions: vec![],
        stations: vec![],
        records: vec![],
        thesaurus: vec![],
        shell: format!("<title>{SLOT_TITLE}</title><main>{SLOT_MAIN}</main>"),
    };
    let regions = vec![region("990100", "示例市", Level::City), region("990121", "示例县", Level::County)];
    Release {
        schedule: Arc::default(),
        dist: std::path::PathBuf::from("no-such-site"),
        finder: Finder::alone(Embedded::new(Index::build(&[], &[]), vec![]).unwrap()),
        stations: StationIndex::new(vec![], regions),
        hsds: crate::hsds::Directory::default(),
        redirects: std::collections::BTreeMap::new(),
        bundle,
    }
}

/// A running service.
pub(crate) struct Office {
    pub(crate) app: AppState,
    pub(crate) clock: Arc<HandClock>,
    router: Router,
    folder: tempfile::TempDir,
    fresh: Fresh,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Office {
    /// With quick stretching and no pauses.
    pub(crate) async fn open(fresh: Fresh) -> Self {
        Self::open_with(fresh, |_| {}).await
    }

    /// One on every kind of store there is here.
    pub(crate) async fn each() -> Vec<Self> {
        let mut offices = Vec::new();
        for fresh in each().await {
            offices.push(Self::open(fresh).await);
        }
        offices
    }

    pub(crate) async fn open_with(fresh: Fresh, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            https: false,
            rounds: NonZeroU32::MIN,
            answer_step: Duration::ZERO,
            pause: Duration::from_millis(1),
            passphrase_rounds: NonZeroU32::MIN,
            work: Work { rounds: NonZeroU32::MIN, tries: NonZeroU32::new(8).unwrap() },
            second_factor_required: false,
            ..Settings::new(folder.path().join("secrets.toml"))
        };
        change(&mut settings);
        let store = fresh.store.clone();
        let clock = Arc::new(HandClock(Mutex::new("2026-11-21T07:10:20Z".parse().unwrap())));
        let mut release = release();
        release.dist = folder.path().to_owned();
        let app = AppState {
            published: Published::new(release),
            clock: clock.clone(),
            dice: Arc::new(SystemDice),
            consultations: Consultations::open(settings, &store, &SystemDice).await.unwrap(),
            store,
            live: None,
            words: crate::words::Words::default(),
            limits: Limits {
                body_bytes: 1 << 18,
                request: Duration::from_mins(1),
                head: Duration::from_secs(10),
                concurrency: 64,
                connections: 64,
                letters_per_hour: 1000,
                forms_per_hour: 1000,
            },
        };
        Self { router: routes::public(app.clone()), app, clock, folder, fresh }
    }

    /// The folder of the published site and of the secrets.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The database.
    pub(crate) fn fresh(&self) -> &Fresh {
        &self.fresh
    }

    /// The folder of the database's files; of SQLite's.
    pub(crate) fn database_folder(&self) -> &std::path::Path {
        self.fresh.folder.path()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        // Workbooks are no text.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    /// The answer with its body still to come.
    pub(crate) async fn begin(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form. Every answer of the asker's path is checked for what holds for all of them.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::USER_AGENT, "Mozilla/5.0 (a-telling-phone)")
            .header(header::REFERER, "https://telling.example/search?q=secret")
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 77], 50_000))))
            .body(Body::from(form));
        let reply = self.send(request.unwrap()).await;
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(reply.headers[header::REFERRER_POLICY], "no-referrer");
        assert!(reply.headers.get(header::SET_COOKIE).is_none());
        reply
    }
}

impl Reply {
    /// The receipt on the page.
    pub(crate) fn receipt(&self) -> String {
        let shown = self.between("class=\"receipt\">", "</p>");
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits.len(), 20, "{}", self.text);
        digits
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        self.between(&format!("name=\"{name}\" value=\""), "\"").to_owned()
    }

    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) =
            self.text.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.text));
        rest.split_once(after).unwrap().0
    }
}
