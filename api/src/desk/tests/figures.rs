//! Figures over their addresses: the counts of what was done, as tables and as files, and what the public gets of them.

use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::acts::{answered, signed_in};
use super::{counties, letter};

fn table<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["tables"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

fn row(report: &Value, id: &str, label: &str) -> Value {
    let rows = table(report, id)["rows"].as_array().unwrap();
    rows.iter().find(|row| row["label"] == label).map_or(Value::Null, |row| row["values"].clone())
}

#[tokio::test]
async fn a_report_counts_what_was_done_and_the_desk_above_may_count_those_below() {
    for office in counties().await {
        let (county, _) = answered(&office).await;
        letter(&office).await;
        let report = county.get("/figures").await.json();
        assert_eq!((&report["period"], &report["unfinished"]), (&json!("2026-11"), &json!(true)));
        assert_eq!(row(&report, "totals", "收到"), json!([2]), "a month that goes on is not compared");
        assert_eq!(row(&report, "totals", "办结率"), json!([0]));
        assert_eq!(row(&report, "regions", "示例县"), json!([2, 1, 0, 0, 1, 1, 0]));
        assert_eq!(row(&report, "times", "2 小时内"), json!([1, 1, 0]));
        let columns = &table(&report, "regions")["columns"];
        assert_eq!(columns[0], json!({ "name": "收到", "kind": "count" }));
        assert_eq!(columns[3], json!({ "name": "办结率", "kind": "percent" }));
        assert_eq!(columns[4], json!({ "name": "1 天内受理", "kind": "undrawn" }));

        let city = signed_in(&office, "city").await;
        assert_eq!(
            row(&city.get("/figures?period=2026").await.json(), "totals", "收到"),
            json!([0, 0, 0, 0])
        );
        let below = city.get("/figures?period=2026-Q4&below=true").await.json();
        assert_eq!(row(&below, "totals", "收到"), json!([2, 0, 0, 0]), "October is over, and had none");
        assert_eq!(row(&below, "months", "2026 年 11 月"), json!([2, 1, 0]));
        for bad in ["period=2026-13", "period=1", "below=maybe", "desk=city"] {
            assert_eq!(county.get(&format!("/figures?{bad}")).await.status, StatusCode::BAD_REQUEST, "{bad}");
        }
        office.clock.advance(SignedDuration::from_hours(24 * 45));
        let below = signed_in(&office, "city").await.get("/figures?period=2026-Q4&below=true").await.json();
        assert_eq!(row(&below, "totals", "收到"), json!([2, 0, 2]));
    }
}

#[tokio::test]
async fn who_takes_figures_away_as_a_file_stands_in_the_chain() {
    for office in counties().await {
        let (county, _) = answered(&office).await;
        for (format, media_type) in [
            ("csv", "text/csv; charset=utf-8"),
            ("md", "text/markdown; charset=utf-8"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ] {
            let file = county.get(&format!("/figures/file?period=2026-11&format={format}")).await;
            assert_eq!(file.status, StatusCode::OK);
            assert_eq!(file.headers[header::CONTENT_TYPE], media_type);
            let name = format!("attachment; filename=\"nuanzhan-county-2026-11.{format}\"");
            assert_eq!(file.headers[header::CONTENT_DISPOSITION], name);
        }
        let chain = county.get("/audit").await.json();
        let exports =
            chain["lines"].as_array().unwrap().iter().filter(|line| line["act"] == "export_figures");
        assert_eq!(exports.count(), 3);
        assert_eq!(chain["checked"]["holds"], json!(true));
        for bad in ["format=pdf", "", "format=csv&format=md"] {
            let refused = county.get(&format!("/figures/file?{bad}")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}

#[tokio::test]
async fn the_public_gets_finished_quarters_without_small_counts() {
    for office in counties().await {
        for _ in 0..7 {
            letter(&office).await;
        }
        let public = office.get("/api/v1/statistics").await;
        assert_eq!(public.json(), json!({ "quarters": [] }), "the quarter goes on");
        office.clock.advance(SignedDuration::from_hours(24 * 45));
        let public = office.get("/api/v1/statistics").await.json();
        let tables = public["quarters"][0]["tables"].as_array().unwrap().clone();
        assert_eq!(public["quarters"][0]["quarter"], "2026-Q4");
        assert_eq!(tables[0], json!({ "about": "总数", "rows": [{ "what": "收到", "count": 7 }] }));
        // One month has them all, the others none: which one is not told.
        assert_eq!(tables[1]["rows"], json!([{ "what": "其他", "count": 7 }]));
    }
}
