//! The pages for browsers without scripts.

use crate::bench::Bench;

#[tokio::test]
async fn a_question_is_answered_as_a_page_in_the_shell() {
    let got = Bench::new().await.get("/search/?q=%3Cscript%3E&from=wechat").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(got.header("cache-control"), "no-store");
    let page = got.text();
    assert!(page.starts_with("<!doctype html><title>&lt;script&gt; 的查找结果</title><main>"));
    assert!(page.contains("<mark>&lt;保护令&gt;</mark>"));
    assert!(
        page.contains("&lt;b&gt;第 0 篇&lt;&#x2f;b&gt;") || page.contains("&lt;b&gt;第 0 篇&lt;/b&gt;"),
        "{page}"
    );
    assert!(page.contains("value=\"&lt;script&gt;\""));
    assert!(!page.contains("<script"));
    assert!(page.contains(">指南 20</a>") && page.contains(">条文 5</a>"));
    assert!(page.contains("找到 25 条"));
    assert!(!page.contains("notice"));
}

#[tokio::test]
async fn pages_of_hits_and_facets_are_links() {
    let bench = Bench::new().await;
    let page = bench.get("/search/?q=a+b&type=guide&region=990121&page=2").await;
    let page = page.text();
    let link = |rest: &str| format!("href=\"{}\"", rest.replace('&', "&amp;").replace('/', "&#x2f;"));
    let plain = page.replace("&#x2f;", "/").replace("&#x3d;", "=");
    let link = |rest: &str| link(rest).replace("&#x2f;", "/");
    assert!(plain.contains(&link("/search/?q=a+b&type=guide&region=990121")), "{plain}");
    assert!(plain.contains(&link("/search/?q=a+b&type=guide&region=990121&page=3")), "{plain}");
    assert!(plain.contains(&link("/search/?q=a+b&type=article&region=990121")), "{plain}");
    assert!(plain.contains("第 10 篇"));
    let last = bench.get("/search/?q=a&page=3").await;
    assert!(!last.text().contains("rel=\"next\""));
}

#[tokio::test]
async fn a_hit_says_what_to_do_first_what_else_the_statute_has_how_far_it_is_and_whom_to_call() {
    let page = Bench::new().await.get("/search/?q=a").await.text().replace("&#x2f;", "/");
    assert!(page.contains("<b>先做：</b>&lt;u&gt;先打 110"), "{page}");
    assert!(page.contains("<a href=\"/laws/a/#art-2\">&lt;i&gt;第二条"), "{page}");
    assert!(page.contains("这部法还有 2 条"), "{page}");
    assert!(page.contains("离示例县约 1.3 公里"), "{page}");
    assert!(page.contains("href=\"tel:00005550101\""), "{page}");
}

#[tokio::test]
async fn danger_comes_before_everything_that_was_found() {
    let got = Bench::new().await.get("/search/?q=danger").await;
    let page = got.text();
    let (card, hits) = (page.find("notice danger").unwrap(), page.find("class=\"hits\"").unwrap());
    assert!(card < hits);
    assert!(page.contains("href=\"tel:110\""));
    assert!(!page.contains("tel:12338"));
}

#[tokio::test]
async fn a_likely_slip_is_offered_and_escaped() {
    let page = Bench::new().await.get("/search/?q=typo").await;
    assert!(page.text().contains("&lt;家暴&gt;</a>"), "{}", page.text());
}

#[tokio::test]
async fn nothing_found_shows_other_ways() {
    let got = Bench::new().await.get("/search/?q=nothing").await;
    assert_eq!(got.status, 200);
    let page = got.text();
    for way in ["反家庭暴力", "tel:12338", "href=\"/ask/\""] {
        assert!(page.contains(way), "{way}");
    }
}

#[tokio::test]
async fn an_address_that_makes_no_sense_still_gets_an_answer() {
    let bench = Bench::new().await;
    let got = bench.get("/search/?q=a&type=book&page=0&topic=cooking").await;
    assert_eq!(got.status, 200);
    assert_eq!(got.text().matches("读不懂").count(), 2);
    let long = bench.get(&format!("/search/?q={}", "a".repeat(500))).await;
    assert!(long.status == 200 && long.text().contains("太长"));
    let stations = bench.get("/stations/?near=north&kind=legal_aid").await;
    assert!(stations.status == 200 && stations.text().contains("读不懂"));
}

#[tokio::test]
async fn without_a_question_the_published_page_is_shown() {
    let bench = Bench::new().await;
    for path in
        ["/search/", "/search/?q=", "/search/?q=+&type=guide", "/stations/", "/stations/?kind=&from=wechat"]
    {
        let got = bench.get(path).await;
        assert!(got.text().contains("静态页面"), "{path}");
        assert_eq!(got.header("cache-control"), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn stations_are_listed_as_a_page() {
    let bench = Bench::new().await;
    let got = bench.get("/stations/?near=30.09,110&service=legal_advice").await;
    assert_eq!(got.header("cache-control"), "no-store");
    let page = got.text();
    let (b, a) = (page.find("法律援助b").unwrap(), page.find("维权服务站a").unwrap());
    assert!(b < a, "the nearer one comes first");
    assert!(page.contains("约 1.1 公里"));
    assert!(page.contains("href=\"tel:00005550123\""));
    assert!(page.contains("地址保密"));
    assert!(page.contains("<option value=\"legal_advice\" selected>"));
    assert!(page.contains("name=\"near\" value=\"30.09,110\""));
}

#[tokio::test]
async fn a_division_without_a_fit_shows_the_one_around_it() {
    let bench = Bench::new().await;
    let got = bench.get("/stations/?region=990121100&kind=legal_aid").await;
    assert!(got.text().contains("暖溪镇没有合适的站点，下面是示例县的"), "{}", got.text());
    let none = bench.get("/stations/?kind=police").await;
    assert!(none.text().contains("没有找到") && none.text().contains("tel:110"));
}

#[tokio::test]
async fn what_somebody_types_is_escaped() {
    let got = Bench::new().await.get("/stations/?q=%22%3E%3Cimg%20src=x%3E&near=%22%3E%3Cb%3E").await;
    assert!(!got.text().contains("<img") && !got.text().contains("<b>\""), "{}", got.text());
}
