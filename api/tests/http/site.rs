//! The published site as files.

use std::os::unix::fs::symlink;

use api::finder::Engines;
use api::published::Release;
use axum::body::Body;
use axum::http::{Method, Request};

use crate::bench::{Bench, release, write_site};

#[tokio::test]
async fn a_folder_is_its_page_and_gets_its_slash() {
    let bench = Bench::new().await;
    let got = bench.get("/about/").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(got.header("cache-control"), "no-cache");
    assert!(got.text().contains("about，静态页面"));
    let got = bench.get("/guides/domestic-violence?from=home").await;
    assert_eq!((got.status.as_u16(), got.header("location")), (301, "/guides/domestic-violence/?from=home"));
    assert!(bench.get("/").await.text().contains("静态页面"));
    assert_eq!(bench.get("/search").await.header("location"), "/search/");
}

#[tokio::test]
async fn what_is_named_by_its_content_is_kept_for_ever() {
    let got = Bench::new().await.get("/assets/site.0f3a.css").await;
    assert_eq!(got.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let bench = Bench::new().await;
    let tag = bench.get("/about/").await.header("etag").to_owned();
    let again = bench.get_with("/about/", "if-none-match", &tag).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    bench.write("about/index.html", "<!doctype html>改过了");
    assert_eq!(bench.get_with("/about/", "if-none-match", &tag).await.status, 200);
}

#[tokio::test]
async fn an_address_without_a_page_gets_the_sites_own_404() {
    let bench = Bench::new().await;
    for path in ["/nowhere/", "/nowhere", "/guides/", "/guides", "/about/index.html/", "/about/more"] {
        let got = bench.get(path).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(got.text().contains("没有这一页"), "{path}");
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
    }
    std::fs::remove_file(bench.dist.path().join("404.html")).unwrap();
    let got = bench.get("/nowhere/").await;
    assert!(got.status == 404 && got.text().contains("110"));
}

#[tokio::test]
async fn nothing_outside_the_folder_is_reached() {
    let bench = Bench::new().await;
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.txt");
    #[expect(clippy::disallowed_methods, reason = "the secret of this test")]
    std::fs::write(&secret, "secret").unwrap();
    symlink(&secret, bench.dist.path().join("leak.txt")).unwrap();
    symlink(outside.path(), bench.dist.path().join("leak")).unwrap();
    bench.write(".git/config", "secret");
    bench.write("guides/.hidden", "secret");
    let up = "../".repeat(12);
    let encoded = "%2e%2e/".repeat(12);
    let path = secret.display().to_string();
    for attempt in [
        "/leak.txt".to_owned(),
        "/leak/secret.txt".to_owned(),
        format!("/{up}{path}"),
        format!("/{encoded}{path}"),
        format!("/about/..%2f..%2f..%2f..{path}"),
        format!("/{}{path}", "..%5c".repeat(12)),
        format!("/{path}"),
        format!("/%2f{path}"),
        "/.git/config".to_owned(),
        "/guides/.hidden".to_owned(),
        "/about/./index.html".to_owned(),
        "/about//index.html".to_owned(),
        "/about/%00".to_owned(),
        "/about/index.html%00.css".to_owned(),
        "/%ff%fe/".to_owned(),
        "/%".to_owned(),
        "/%zz".to_owned(),
        format!("/{}", "a".repeat(5000)),
    ] {
        let got = bench.get(&attempt).await;
        assert_eq!(got.status, 404, "{attempt}");
        assert!(!got.text().contains("secret"), "{attempt}");
    }
}

#[tokio::test]
async fn a_redirect_never_leads_to_another_host() {
    let bench = Bench::new().await;
    for attempt in ["//evil.example/about", "//about", "/%2fevil.example", "/\\about", "///"] {
        let request = Request::get("/").body(Body::empty()).unwrap();
        let (mut parts, body) = request.into_parts();
        let Ok(uri) = attempt.parse() else { continue };
        parts.uri = uri;
        let got = bench.send(Request::from_parts(parts, body)).await;
        assert_eq!(got.header("location"), "", "{attempt}");
        assert_eq!(got.status, 404, "{attempt}");
    }
}

#[tokio::test]
async fn an_old_address_leads_to_the_page_that_it_is_now() {
    let bench = Bench::new().await;
    for (old, new) in [
        ("/old/page.html", "/about/"),
        ("/old/page.html?from=wechat", "/about/"),
        ("/show.asp?id=12", "/search/"),
        ("/%E6%97%A7", "/about/#a"),
        ("/%E6%97%A7/", "/about/#a"),
        ("/%E6%97%A7/index.html", "/about/#a"),
    ] {
        let got = bench.get(old).await;
        assert_eq!((got.status.as_u16(), got.header("location")), (301, new), "{old}");
        assert_eq!(got.header("cache-control"), "public, max-age=3600");
    }
    for nowhere in ["/show.asp", "/show.asp?id=13", "/old/", "/old/page"] {
        assert_eq!(bench.get(nowhere).await.status, 404, "{nowhere}");
    }
    let sent = Request::post("/old/page.html").body(Body::empty()).unwrap();
    assert_eq!(bench.send(sent).await.status, 308);
    let head = Request::builder().method(Method::HEAD).uri("/old/page.html").body(Body::empty()).unwrap();
    assert_eq!(bench.send(head).await.status, 301);
}

#[tokio::test]
async fn the_data_is_open_to_pages_of_other_sites_and_pages_are_not() {
    let bench = Bench::new().await;
    let data = bench.get("/data/stations.json").await;
    assert_eq!((data.status.as_u16(), data.header("content-type")), (200, "application/json"));
    assert_eq!(data.header("access-control-allow-origin"), "*");
    assert_eq!(data.header("cross-origin-resource-policy"), "cross-origin");
    let page = bench.get("/about/").await;
    assert_eq!(
        (page.header("access-control-allow-origin"), page.header("cross-origin-resource-policy")),
        ("", "same-origin")
    );
}

#[tokio::test]
async fn a_head_has_no_body() {
    let bench = Bench::new().await;
    for path in ["/about/", "/api/v1/topics", "/search/?q=a"] {
        let request = Request::builder().method(Method::HEAD).uri(path).body(Body::empty()).unwrap();
        let got = bench.send(request).await;
        assert_eq!((got.status.as_u16(), got.body.len()), (200, 0), "{path}");
    }
}

#[tokio::test]
async fn pages_are_compressed_where_the_browser_can() {
    let bench = Bench::new().await;
    for encoding in ["gzip", "br"] {
        let got = bench.get_with("/assets/site.0f3a.css", "accept-encoding", encoding).await;
        assert_eq!(got.header("content-encoding"), encoding);
        assert!(got.body.len() < 1000);
        assert!(got.header("vary").contains("accept-encoding"));
    }
    assert_eq!(bench.get("/assets/site.0f3a.css").await.header("content-encoding"), "");
}

/// The copies of a test hold a word instead of compressed bytes: what matters is which of them is sent.
#[tokio::test]
async fn a_copy_made_beforehand_is_sent_as_the_browser_wishes() {
    let bench = Bench::new().await;
    for ending in ["br", "zst", "gz"] {
        bench.write(&format!("about/index.html.{ending}"), ending);
    }
    let mut tags = std::collections::BTreeSet::new();
    for (wish, coding, sent) in [
        ("gzip, deflate, br, zstd", "br", "br"),
        ("gzip, br;q=0.2, zstd;q=0.5", "gzip", "gz"),
        ("zstd", "zstd", "zst"),
        ("gzip;q=0, identity", "", "<!doctype"),
        ("identity;q=1, br;q=0.5", "", "<!doctype"),
    ] {
        let got = bench.get_with("/about/", "accept-encoding", wish).await;
        assert_eq!((got.status.as_u16(), got.header("content-encoding")), (200, coding), "{wish}");
        assert!(got.text().starts_with(sent), "{wish}: {}", got.text());
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(got.header("vary"), "accept-encoding");
        tags.insert(got.header("etag").to_owned());
        let again = Request::get("/about/").header("accept-encoding", wish);
        let again = again.header("if-none-match", got.header("etag")).body(Body::empty()).unwrap();
        let again = bench.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{wish}");
        assert_eq!((again.header("vary"), again.header("content-encoding")), ("accept-encoding", ""));
    }
    assert_eq!(tags.len(), 4, "each coding has a tag of its own, the plain file another");
    let head = Request::builder().method(Method::HEAD).uri("/about/").header("accept-encoding", "br");
    let head = bench.send(head.body(Body::empty()).unwrap()).await;
    assert_eq!((head.header("content-encoding"), head.header("content-length")), ("br", "2"));
    assert_eq!(head.body.len(), 0);
}

#[tokio::test]
async fn a_copy_that_leads_out_of_the_folder_is_not_one() {
    let bench = Bench::new().await;
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    #[expect(clippy::disallowed_methods, reason = "the secret of this test")]
    std::fs::write(&secret, "secret").unwrap();
    symlink(&secret, bench.dist.path().join("about/index.html.br")).unwrap();
    let got = bench.get_with("/about/", "accept-encoding", "br;q=1, identity;q=0.1").await;
    assert!(!String::from_utf8_lossy(&got.body).contains("secret"));
}

#[tokio::test]
async fn a_new_release_is_served_from_the_next_request_on() {
    let bench = Bench::new().await;
    let other = tempfile::tempdir().unwrap();
    write_site(other.path());
    std::fs::remove_dir_all(other.path().join("about")).unwrap();
    assert_eq!(bench.get("/about/").await.status, 200);
    bench.published.replace(release(other.path()));
    assert_eq!(bench.get("/about/").await.status, 404);
}

#[test]
fn a_release_opens_with_the_real_engine() {
    let dist = tempfile::tempdir().unwrap();
    write_site(dist.path());
    let release = Release::open(dist.path(), &Engines::default()).unwrap();
    assert_eq!(release.stations.len(), 4);
}
