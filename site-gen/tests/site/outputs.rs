//! What lies beside the pages: compressed copies.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::common::{TODAY, TestSite, png, read_all};
use site_gen::compress::{Care, endings, variants};
use site_gen::workshop::{Made, Reason, Workshop};
use site_gen::{Options, Outcome};

type Files = BTreeMap<String, Vec<u8>>;
/// By ending.
type Copies = Vec<(&'static str, Vec<u8>)>;

fn options(site: &TestSite, out: &Path) -> Options {
    Options { compress: true, search: false, ..Options::new(site.content(), out, TODAY) }
}

fn compressed(site: &TestSite) -> Files {
    site_gen::build(&Options { search: true, ..options(site, &site.dist()) }).unwrap();
    read_all(&site.dist())
}

#[test]
fn a_site_built_to_be_published_has_copies_that_unpack_to_its_files() {
    let site = TestSite::new();
    let files = compressed(&site);
    let page = "guides/domestic-violence/protection-order/index.html";
    for ending in ["br", "zst", "gz"] {
        assert!(files[&format!("{page}.{ending}")].len() < files[page].len() / 2, "{ending}");
    }
    let mut packed = 0;
    for (path, bytes) in &files {
        let Some(plain) = path.strip_suffix(".br") else { continue };
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&bytes[..], 4096).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == files[plain] && bytes.len() < unpacked.len(), "{path}");
        packed += 1;
    }
    assert!(packed > 10, "{packed}");
    assert!(!files.contains_key("data/search.index.br"), "nobody fetches it");
}

#[test]
fn copies_are_the_same_with_and_without_what_is_remembered() {
    let site = TestSite::new();
    let first = compressed(&site);
    let cache = site.dist().with_file_name(".dist.cache");
    assert!(cache.join("compress").is_dir());
    assert_eq!(compressed(&site), first);
    std::fs::remove_dir_all(cache).unwrap();
    assert_eq!(compressed(&site), first);
}

/// As many guides and digests as get copies that are as small as can be.
const MANY: usize = 500;

fn write_guide(site: &TestSite, number: usize) {
    let guide = format!("---\ntitle: 第 {number} 篇\nsummary: 一句话。\n---\n一句话。\n");
    site.write(&format!("guides/domestic-violence/g{number}.md"), guide);
}

fn updated(workshop: &mut Workshop) -> Made {
    let outcome = workshop.update(None).unwrap();
    let Outcome::Built(report) = outcome else { panic!("the site has faults") };
    report.made
}

fn is_copy(path: &str) -> bool {
    endings().any(|ending| path.strip_suffix(ending).is_some_and(|path| path.ends_with('.')))
}

/// Every file, with its copies.
fn with_copies(files: &Files) -> impl Iterator<Item = (&str, &[u8], Copies)> {
    let plain = files.iter().filter(|(path, _)| !is_copy(path));
    let copies = move |path: &str| -> Copies {
        endings()
            .filter_map(|ending| Some((ending, files.get(&format!("{path}.{ending}"))?.clone())))
            .collect()
    };
    plain.map(move |(path, bytes)| (path.as_str(), bytes.as_slice(), copies(path)))
}

#[test]
fn a_site_that_grows_past_five_hundred_pages_has_all_its_copies_made_again_with_less_care() {
    let site = TestSite::new();
    // One guide and one digest are there.
    (2..MANY).for_each(|number| write_guide(&site, number));
    let mut workshop = Workshop::open(options(&site, &site.dist())).unwrap();
    updated(&mut workshop);
    let small = read_all(&site.dist());
    let mut much = 0;
    for (number, (path, bytes, copies)) in with_copies(&small).enumerate() {
        assert!(copies.is_empty() || copies != variants(path, bytes, Care::Little), "{path}");
        // With much care it takes a while.
        if number % 50 == 0 && bytes.len() < 20_000 {
            assert_eq!(copies, variants(path, bytes, Care::Much), "{path}");
            much += usize::from(!copies.is_empty());
        }
    }
    assert!(much > 5, "{much}");

    write_guide(&site, MANY);
    let made = updated(&mut workshop);
    let large = read_all(&site.dist());
    for (path, bytes, copies) in with_copies(&large) {
        assert_eq!(copies, variants(path, bytes, Care::Little), "{path}");
    }
    assert_eq!(made.documents["guides/domestic-violence/g7.md"], Reason::Frame);
    let page = "guides/domestic-violence/g7/index.html";
    assert!(
        made.written.contains(&format!("{page}.br")) && !made.written.contains(page),
        "its page is the same"
    );
    let clean = TestSite::new();
    site_gen::build(&options(&site, &clean.dist())).unwrap();
    assert!(read_all(&clean.dist()) == large, "not what a clean build makes");

    std::fs::remove_file(site.content().join(format!("guides/domestic-violence/g{MANY}.md"))).unwrap();
    updated(&mut workshop);
    assert!(read_all(&site.dist()) == small, "not what it was before it grew");
}

#[test]
fn a_site_built_to_be_looked_at_has_none() {
    let site = TestSite::new();
    site.build();
    assert!(read_all(&site.dist()).keys().all(|path| !path.ends_with(".br") && !path.ends_with(".gz")));
    assert!(!site.dist().with_file_name(".dist.cache").exists());
}

/// Shows the picture `bytes` on a page, as `path`.
fn with_picture(path: &str, bytes: &[u8]) -> TestSite {
    let site = TestSite::new();
    site.write(path, bytes);
    site.edit(
        "guides/domestic-violence/protection-order.md",
        "## 依据",
        &format!("![大门“口”](/{path})\n\n## 依据"),
    );
    site
}

#[test]
fn a_picture_comes_in_sizes_and_formats_and_every_file_it_names_is_there() {
    let site = with_picture("images/大门 1.png", &png(500, 250, 0));
    site.edit(
        "guides/domestic-violence/protection-order.md",
        "](/images/大门 1.png)",
        "](</images/大门 1.png>)",
    );
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let files = read_all(&site.dist());
    let html =
        String::from_utf8(files["guides/domestic-violence/protection-order/index.html"].clone()).unwrap();
    let picture = html.split("<picture>").nth(1).unwrap().split("</picture>").next().unwrap();
    for part in [
        "width=\"500\" height=\"250\"",
        "loading=\"lazy\"",
        "decoding=\"async\"",
        "alt=\"大门“口”\"",
        "image/avif",
        "image/webp",
        "480w",
    ] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    let named: std::collections::BTreeSet<&str> =
        picture.split(['"', ' ', ',']).filter_map(|word| word.strip_prefix("/media/")).collect();
    let published: Vec<&str> = files.keys().filter_map(|path| path.strip_prefix("media/")).collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), published);
    assert_eq!(published.len(), 6, "two widths in three formats, and no file as the editor gave it");
}

#[test]
fn what_is_wrong_with_a_picture_is_told_where_it_is() {
    let door = "images/door.png";
    for (bytes, finding) in [
        (b"GIF89a".to_vec(), "images/door.png:1:1 image-broken"),
        (png(60, 40, 0)[..200].to_vec(), "images/door.png:1:1 image-broken"),
        (b"\0\0\0\x1cftypheic\0\0\0\0".to_vec(), "images/door.png:1:1 image-format"),
    ] {
        let found = with_picture(door, &bytes).findings();
        assert!(found.len() == 1 && found[0].starts_with(finding), "{found:?}");
    }
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <g>\n    <image href=\"https://a.example/spy.png\"/>\n  </g>\n</svg>\n";
    let found = with_picture("images/map.svg", drawing.as_bytes()).findings();
    assert!(found.len() == 1 && found[0].starts_with("images/map.svg:3:12 image-svg"), "{found:?}");
    let fine = with_picture("images/map.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 6\"><!-- 王某 --><path d=\"M0 0h8\"/></svg>".as_bytes());
    fine.build();
    let files = read_all(&fine.dist());
    let (_, map) =
        files.iter().find(|(path, _)| path.ends_with(".svg") && path.starts_with("media/")).unwrap();
    assert!(!String::from_utf8_lossy(map).contains("王某"));
}

#[test]
fn a_picture_that_was_made_once_is_not_made_again() {
    let site = with_picture("images/door.png", &png(500, 250, 0));
    site.build();
    let first = read_all(&site.dist());
    site.build();
    assert_eq!(read_all(&site.dist()), first);
    let folder = site.dist().with_file_name(".dist.cache").join("pictures");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 6);
    site.edit("guides/domestic-violence/protection-order.md", "![大门“口”](/images/door.png)", "");
    site.build();
    assert!(read_all(&site.dist()).keys().all(|path| !path.starts_with("media/")));
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        0,
        "what was taken off does not stay beside the site"
    );
}

#[test]
fn old_addresses_lead_to_pages_that_exist() {
    let site = TestSite::new();
    site.edit(
        "guides/domestic-violence/protection-order.md",
        "reviewed:",
        "旧地址: [/bhl.html, /旧/令/]\nreviewed:",
    );
    site.write("redirects.csv", "旧地址,新地址\n/a,/b\n/b,guides/domestic-violence/protection-order.md\n/law.asp?id=3,/laws/anti-domestic-violence-law/#art-23\n");
    assert_eq!(site.findings(), Vec::<String>::new());
    site.build();
    let files = read_all(&site.dist());
    let guide = "/guides/domestic-violence/protection-order/";
    for stub in ["bhl.html", "旧/令/index.html", "a/index.html", "b/index.html"] {
        let html = String::from_utf8(files[stub].clone()).unwrap();
        for part in [
            format!("<meta http-equiv=\"refresh\" content=\"0; url={guide}\">"),
            format!("<link rel=\"canonical\" href=\"https://nuanzhan.example{guide}\">"),
            "<meta name=\"robots\" content=\"noindex\">".to_owned(),
            "href=\"tel:110\"".to_owned(),
            "class=\"leave\"".to_owned(),
            "<title>暖站</title>".to_owned(),
        ] {
            assert!(html.contains(&part), "{stub} lacks {part}");
        }
    }
    let redirects = search::bundle::Bundle::open_redirects(&site.dist()).unwrap();
    assert_eq!(redirects["/a"], guide, "a chain leads to its end at once");
    assert_eq!(redirects["/law.asp?id=3"], "/laws/anti-domestic-violence-law/#art-23");
    assert!(!String::from_utf8_lossy(&files["sitemap-1.xml"]).contains("bhl"));
}

#[test]
fn old_addresses_that_lead_nowhere_or_in_circles_are_pointed_at() {
    for (rows, found) in [
        ("/a,/nowhere/", "redirects.csv:2:4 redirect-target"),
        ("/a,https://a.example/", "redirects.csv:2:4 redirect-target"),
        ("/a,/b\n/b,/a", "redirects.csv:2:4 redirect-loop,redirects.csv:3:4 redirect-loop"),
        ("/a,/ask/\n/a/,/laws/", "redirects.csv:3:1 redirect-twice"),
        ("/laws/,/ask/", "redirects.csv:2:1 redirect-old"),
        ("/api/v1/x,/ask/", "redirects.csv:2:1 redirect-old"),
        ("/../x,/ask/", "redirects.csv:2:1 redirect-old"),
        ("/x,", "redirects.csv:2:1 missing-field"),
    ] {
        let site = TestSite::new();
        site.write("redirects.csv", format!("old,new\n{rows}\n"));
        let findings: Vec<String> = site
            .findings()
            .iter()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(findings.join(","), found, "{rows}");
    }
    let site = TestSite::new();
    site.edit(
        "guides/domestic-violence/protection-order.md",
        "reviewed:",
        "aliases: [/guides/domestic-violence/protection-order/]\nreviewed:",
    );
    assert_eq!(site.codes(), ["redirect-old"], "a page does not lead to itself");
}
