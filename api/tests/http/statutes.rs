//! Statutes: what the law says, on which day, and what is said of what does not exist.

use jiff::civil::{Date, date};
use search::statute::{ArticleText, StatuteFile, StatuteIndex, StatuteSummary, StatuteText, VersionSummary};

use crate::bench::{Bench, Got};

const ARTICLE: &str = "/api/v1/statutes/measures/articles";

fn version(adopted: Date, effective: Option<Date>, repealed: Option<Date>) -> VersionSummary {
    let url = Some(format!("/laws/measures/{adopted}/"));
    VersionSummary { adopted, effective, repealed, articles: 2, has_text: true, url }
}

fn article(number: &str, title: &str, text: &str) -> ArticleText {
    ArticleText {
        number: number.into(),
        title: title.into(),
        within: vec!["第一章 总则".into()],
        text: text.into(),
    }
}

/// A site with a statute of three versions, the newest without a text, and one that is repealed.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    let (old, new) = (date(2019, 3, 28), date(2025, 5, 20));
    let measures = StatuteSummary {
        id: "measures".into(),
        title: "示例市求助办法".into(),
        short_titles: vec!["求助办法".into()],
        rank: "地方政府规章".into(),
        url: "/laws/measures/".into(),
        versions: vec![
            version(old, Some(date(2019, 5, 1)), Some(date(2025, 7, 1))),
            version(new, Some(date(2025, 7, 1)), None),
            VersionSummary {
                has_text: false,
                url: None,
                ..version(date(2090, 1, 1), Some(date(2090, 2, 1)), None)
            },
        ],
    };
    let gone = StatuteSummary {
        id: "station-rules".into(),
        title: "示例市服务站守则".into(),
        short_titles: Vec::new(),
        versions: vec![version(date(2012, 3, 1), None, Some(date(2020, 1, 1)))],
        ..measures.clone()
    };
    let texts = vec![
        StatuteText {
            adopted: old, articles: vec![article("1", "第一条", "开五天。")], rest: Vec::new()
        },
        StatuteText {
            adopted: new,
            articles: vec![article("1", "第一条", "开六天。"), article("1-1", "第一条之一", "不问姓名。")],
            rest: Vec::new(),
        },
    ];
    let write = |name: &str, json: serde_json::Result<String>| {
        bench.write(&format!("data/statutes/{name}.json"), &json.unwrap());
    };
    write("measures", serde_json::to_string(&StatuteFile { format: 1, summary: measures.clone(), texts }));
    write(
        "station-rules",
        serde_json::to_string(&StatuteFile { format: 1, summary: gone.clone(), texts: Vec::new() }),
    );
    write("index", serde_json::to_string(&StatuteIndex { format: 1, statutes: vec![gone, measures] }));
    bench
}

fn detail(got: &Got) -> String {
    got.problem(404, "not-found");
    got.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn statutes_are_listed_in_pages_and_found_by_their_titles() {
    let bench = bench().await;
    let got = bench.get("/api/v1/statutes?limit=1").await;
    assert_eq!(got.header("cache-control"), "public, max-age=60");
    assert_eq!(
        (got.json()["statutes"][0]["id"].as_str(), got.json()["next"].as_str()),
        (Some("station-rules"), Some("1"))
    );
    let rest = bench.get("/api/v1/statutes?limit=1&cursor=1").await.json();
    assert_eq!((rest["statutes"][0]["id"].as_str(), rest.get("next")), (Some("measures"), None));
    assert_eq!(rest["statutes"][0]["versions"][1]["effective"], "2025-07-01");
    let found = bench.get("/api/v1/statutes?q=%E6%B1%82%E5%8A%A9").await;
    assert_eq!((&found.json()["total"], found.header("cache-control")), (&1.into(), "private, no-store"));
    bench.get("/api/v1/statutes?limit=0").await.problem(400, "invalid");
    // A site that was built without them has none, which is no fault.
    assert_eq!(Bench::new().await.get("/api/v1/statutes").await.json()["total"], 0);
}

#[tokio::test]
async fn one_statute_has_its_versions_and_its_headings() {
    let bench = bench().await;
    let got = bench.get("/api/v1/statutes/measures").await.json();
    assert_eq!(got["versions"].as_array().unwrap().len(), 3);
    assert_eq!(got["contents"][0]["within"][0], "第一章 总则");
    assert_eq!(got["data"], "/data/statutes/measures.json");
    assert_eq!(bench.get("/data/statutes/measures.json").await.status, 200);
}

#[tokio::test]
async fn an_article_is_what_held_on_the_day() {
    let bench = bench().await;
    for (on, says) in [("2019-05-01", "开五天。"), ("2025-06-30", "开五天。"), ("2025-07-01", "开六天。")]
    {
        let got = bench.get(&format!("{ARTICLE}/1?on={on}")).await.json();
        assert_eq!(got["text"], says, "{on}");
    }
    let got = bench.get(&format!("{ARTICLE}/1")).await;
    assert_eq!(
        (&got.json()["text"], got.header("cache-control")),
        (&"开六天。".into(), "public, max-age=60")
    );
    assert_eq!(got.json()["url"], "/laws/measures/2025-05-20/#art-1");
    let again = bench.get_with(&format!("{ARTICLE}/1"), "if-none-match", got.header("etag")).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn a_number_is_taken_as_people_write_it() {
    let bench = bench().await;
    // 第一条之一
    for number in ["1-1", "%E7%AC%AC%E4%B8%80%E6%9D%A1%E4%B9%8B%E4%B8%80"] {
        let got = bench.get(&format!("{ARTICLE}/{number}?on=2026-01-01")).await.json();
        assert_eq!((&got["text"], &got["title"]), (&"不问姓名。".into(), &"第一条之一".into()), "{number}");
    }
    assert_eq!(bench.get(&format!("{ARTICLE}/first")).await.problem(400, "invalid"), ["n"]);
    assert_eq!(bench.get(&format!("{ARTICLE}/1?on=2026-1-1")).await.problem(400, "invalid"), ["on"]);
    assert_eq!(bench.get(&format!("{ARTICLE}/1?at=2026-01-01")).await.problem(400, "invalid"), ["at"]);
}

#[tokio::test]
async fn what_does_not_exist_is_told_with_what_does() {
    let bench = bench().await;
    assert_eq!(
        detail(&bench.get("/api/v1/statutes/measure/articles/1").await),
        "没有这部法规；是不是 measures（示例市求助办法）"
    );
    assert!(detail(&bench.get("/api/v1/statutes/zzz").await).contains("/api/v1/statutes"));
    bench.get("/api/v1/statutes/..%2Fmanifest").await.problem(404, "not-found");
    assert_eq!(
        detail(&bench.get(&format!("{ARTICLE}/9?on=2026-01-01")).await),
        "《示例市求助办法》2025-05-20 通过的版本里没有这一条，最后一条是第一条之一"
    );
    assert_eq!(
        detail(&bench.get(&format!("{ARTICLE}/1?on=2018-01-01")).await),
        "《示例市求助办法》在 2018-01-01 还没有施行，收到的最早的版本从 2019-05-01 起施行"
    );
    assert_eq!(
        detail(&bench.get("/api/v1/statutes/station-rules/articles/1?on=2026-01-01").await),
        "《示例市服务站守则》从 2020-01-01 起失效；要看失效以前的条文，加 on=日期"
    );
    assert!(detail(&bench.get(&format!("{ARTICLE}/1?on=2091-01-01")).await).contains("它的全文这里没有"));
}

#[tokio::test]
async fn a_file_that_is_broken_is_our_fault() {
    let bench = bench().await;
    bench.write("data/statutes/measures.json", "{");
    bench.get(&format!("{ARTICLE}/1")).await.problem(500, "internal");
    bench.write("data/statutes/measures.json", "{\"format\":2}");
    bench.get(&format!("{ARTICLE}/1")).await.problem(500, "internal");
}
