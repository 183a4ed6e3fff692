//! A deployment that is well, and each way to spoil it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::Offset;
use search::bundle::Bundle;
use tempfile::TempDir;

use super::answers::Answer;
use super::release::Files;
use super::*;
use crate::{Options, Outcome};

struct Site {
    folder: TempDir,
}

impl Site {
    /// A site with a shelter and a public station, built.
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let new = crate::scaffold::site::NewSite {
            name: "示例市".to_owned(),
            region: "990100".parse().unwrap(),
        };
        for (path, text) in crate::scaffold::site::files(&new) {
            crate::files::create(&folder.path().join("content").join(path), text.as_bytes()).unwrap();
        }
        let table = "编号,名称,类别,区划,电话,地址\na,示例市维权站,维权服务站,990100,0000-5551101,团圆街 1 号\n\
                     b,示例市庇护中心,庇护中心,990100,0000-5551102,\n";
        crate::files::create(&folder.path().join("content/stations/city/stations.csv"), table.as_bytes())
            .unwrap();
        let site = Self { folder };
        let options = Options::new(site.folder.path().join("content"), site.dist(), date(2026, 11, 12));
        assert!(matches!(crate::build(&options).unwrap(), Outcome::Built(_)));
        site
    }

    fn dist(&self) -> PathBuf {
        self.folder.path().join("dist")
    }

    /// What is wrong, by check.
    fn wrong(&self, never: &[&str]) -> Vec<&'static str> {
        let mut findings = Findings::default();
        let files = Files::read(&self.dist()).unwrap();
        release::whole(&files, &mut findings);
        if let Some(bundle) = release::bundle(&self.dist(), &mut findings) {
            release::emergency(&files, &bundle, &mut findings);
            release::third_parties(&files, &bundle, &mut findings);
            let never: Vec<String> = never.iter().map(|word| (*word).to_owned()).collect();
            leaks::search_everywhere(&files, &bundle, &never, &mut findings);
        }
        machine::permissions(&self.dist(), &mut findings);
        findings
            .0
            .iter()
            .filter(|finding| finding.state == State::Wrong)
            .map(|finding| finding.check)
            .collect()
    }

    fn change(&self, path: &str, change: impl Fn(String) -> String) {
        let path = self.dist().join(path);
        let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let new = change(text.clone());
        assert_ne!(new, text, "the change changes nothing");
        crate::files::replace(&path, new.as_bytes()).unwrap();
    }
}

#[test]
fn a_site_that_is_well_has_nothing_wrong() {
    assert_eq!(Site::new().wrong(&["灯笼路 8 号"]), Vec::<&str>::new());
}

/// Compressed copies say what their files say, whoever wrote them; a word is found with and without its blanks.
#[test]
fn words_that_must_not_appear_are_found_in_compressed_copies() {
    let never = ["灯笼路 8 号"];
    for ending in ["gz", "br", "zst"] {
        for words in ["到灯笼路 8 号", "到灯笼路8号", "/%E7%81%AF%E7%AC%BC%E8%B7%AF8%E5%8F%B7"] {
            let site = Site::new();
            let ways = crate::compress::ways(crate::compress::Care::Little, 0);
            let way = ways.into_iter().find(|way| way.ending == ending).unwrap();
            let path = site.dist().join(format!("stations/a/index.html.{ending}"));
            crate::files::create(&path, &(way.make)(words.repeat(50).as_bytes())).unwrap();
            assert_eq!(site.wrong(&never), ["confidential"], "{ending} {words}");
            assert_eq!(site.wrong(&["团圆路 1 号"]), Vec::<&str>::new());
        }
        let site = Site::new();
        crate::files::create(&site.dist().join(format!("a.{ending}")), b"torn").unwrap();
        assert_eq!(site.wrong(&never), ["confidential"], "what can't be looked into is told: {ending}");
    }
}

#[test]
fn each_way_to_spoil_a_site_is_found() {
    type Spoil = fn(&Site);
    let ways: [(&str, Spoil); 8] = [
        ("release-whole", |site| std::fs::remove_file(site.dist().join("stations/a/index.html")).unwrap()),
        ("release-whole", |site| crate::files::replace(&site.dist().join("index.html"), b"").unwrap()),
        ("data-version", |site| {
            site.change("data/manifest.json", |text| text.replacen("\"format\":", "\"format\":9", 1));
        }),
        ("emergency", |site| site.change("about/index.html", |text| text.replace("tel:12338", "tel:0"))),
        ("third-party", |site| {
            site.change("index.html", |text| {
                text.replace("</head>", "<script src=\"https://stat.example/a.js\"></script></head>")
            });
        }),
        ("confidential", |site| {
            site.change("data/stations.json", |text| {
                text.replace("\"confidential\":true", "\"confidential\":true,\"address\":\"x\"")
            });
        }),
        // Data of another form, without our mark.
        ("confidential", |site| {
            let text = "{\"name\":\"示例市庇护中心\",\"locations\":[{\"latitude\":40.4}]}";
            crate::files::replace(&site.dist().join("data/hsds/services.json"), text.as_bytes()).unwrap();
        }),
        ("confidential", |site| {
            site.change("stations/b/index.html", |text| {
                text.replace("</main>", "<a href=\"geo:40,102\">x</a></main>")
            });
        }),
    ];
    for (check, spoil) in ways {
        let site = Site::new();
        spoil(&site);
        assert!(site.wrong(&[]).contains(&check), "{check}: {:?}", site.wrong(&[]));
    }
}

#[test]
fn a_word_that_must_never_appear_is_found_and_not_repeated() {
    let site = Site::new();
    site.change("about/index.html", |text| text.replace("</main>", "灯笼路 8 号</main>"));
    let files = Files::read(&site.dist()).unwrap();
    let mut findings = Findings::default();
    let bundle = Bundle::open(&site.dist()).unwrap();
    leaks::search_everywhere(&files, &bundle, &["灯笼路 8 号".to_owned()], &mut findings);
    assert!(findings.has_wrong() && !findings.text().contains("灯笼"), "{}", findings.text());
    assert!(findings.json().contains("\"check\": \"confidential\""));
}

#[cfg(unix)]
#[test]
fn a_site_that_anybody_can_change_is_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new();
    let open = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(site.dist().join("index.html"), open).unwrap();
    assert_eq!(site.wrong(&[]), ["permissions"]);
}

fn answer(headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answer { path: "/".to_owned(), status: 200, headers, body: body.to_owned() }
}

const GOOD: [(&str, &str); 5] = [
    ("content-security-policy", "default-src 'none'; script-src 'self'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-encoding", "br"),
    ("cache-control", "no-cache"),
];

fn wrong_answers(url: &str, answer: Answer) -> Vec<&'static str> {
    let mut findings = Findings::default();
    answers::look(url, &[answer], None, &mut findings);
    findings.0.iter().filter(|finding| finding.state > State::Skipped).map(|finding| finding.check).collect()
}

#[test]
fn answers_are_held_to_what_the_pages_promise() {
    let page = "<link rel=\"canonical\" href=\"https://elsewhere.example/\"><link rel=\"stylesheet\" href=\"/assets/a.css\">";
    let site = "https://nuanzhan.example";
    assert_eq!(wrong_answers(site, answer(&GOOD, page)), Vec::<&str>::new());
    assert_eq!(wrong_answers("http://127.0.0.1:8080", answer(&GOOD, page)), Vec::<&str>::new());
    assert_eq!(wrong_answers("http://nuanzhan.example", answer(&GOOD, page)), ["tls"]);
    assert_eq!(wrong_answers(site, Answer { status: 502, ..answer(&GOOD, page) }), ["answers"]);
    for (header, value, check) in [
        ("content-security-policy", "", "csp"),
        ("content-security-policy", "default-src 'none'; script-src 'unsafe-inline'", "csp"),
        ("referrer-policy", "origin", "headers"),
        ("set-cookie", "id=1", "cookies"),
        ("content-encoding", "", "compression"),
        ("cache-control", "public, max-age=86400", "cache"),
    ] {
        let mut answer = answer(&GOOD, page);
        answer.headers.insert(header.to_owned(), value.to_owned());
        assert_eq!(wrong_answers(site, answer), [check], "{header}: {value}");
    }
    let counted = format!("{page}<img src=\"//count.example/1.gif\">");
    assert_eq!(wrong_answers(site, answer(&GOOD, &counted)), ["third-party-live"]);
}

#[test]
fn the_clock_git_and_hooks_are_looked_at() {
    let now: Timestamp = "2026-11-12T00:00:00Z".parse().unwrap();
    let later: Timestamp = "2026-11-12T01:00:00Z".parse().unwrap();
    let hooks = TempDir::new().unwrap();
    let states = |look: &dyn Fn(&mut Findings)| {
        let mut findings = Findings::default();
        look(&mut findings);
        findings.0.iter().map(|finding| finding.state).collect::<Vec<_>>()
    };
    assert_eq!(
        states(&|found| machine::clock(now, Offset::constant(8), Some(now), found)),
        [State::Fine, State::Fine]
    );
    assert_eq!(
        states(&|found| machine::clock(now, Offset::UTC, Some(later), found)),
        [State::Wrong, State::Advice]
    );
    assert_eq!(states(&|found| machine::git(None, None, found)), [State::Advice]);
    assert_eq!(
        states(&|found| machine::git(Some("git version 2"), None, found)),
        [State::Fine, State::Advice]
    );
    assert_eq!(
        states(&|found| machine::git(Some("git"), Some(hooks.path()), found)),
        [State::Fine, State::Advice]
    );
    assert_eq!(states(&|found| machine::disk(Path::new("/"), found)).len(), 1);
}
