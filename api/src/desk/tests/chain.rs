//! The audit chain over its address: paged, named, checked.

use axum::http::StatusCode;
use serde_json::json;

use super::acts::{answered, counties, signed_in};

#[tokio::test]
async fn the_chain_is_read_page_by_page_and_checked_each_time() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        let first = county.get("/audit").await.json();
        assert_eq!((&first["checked"]["holds"], &first["next"]), (&json!(true), &json!(null)));
        let lines = first["lines"].as_array().unwrap().clone();
        let acts: Vec<&str> = lines.iter().map(|line| line["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["answer", "read", "accept", "receive", "admit_member", "found_desk"]);
        assert_eq!(
            (&lines[1]["act_text"], &lines[1]["actor"]),
            (&json!("打开看过"), &json!("county 的成员"))
        );
        assert_eq!((&lines[3]["act_text"], &lines[3]["actor"]), (&json!("收信"), &json!(null)));
        assert_eq!(first["checked"]["head"], lines[0]["hash"]);
        assert!(!first.to_string().contains(&id), "what was done is known, to what only as a hash");

        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = county.get(&format!("/audit?limit=4{cursor}")).await.json();
            assert_eq!(page["checked"].is_null(), !cursor.is_empty(), "once is enough");
            seen.extend(page["lines"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, lines);
        let city = signed_in(&office, "city").await.get("/audit").await.json();
        assert_eq!(city["lines"].as_array().unwrap().len(), 2, "each desk has its own");
        for bad in ["cursor=x", "limit=201", "desk=city"] {
            assert_eq!(county.get(&format!("/audit?{bad}")).await.status, StatusCode::BAD_REQUEST, "{bad}");
        }

        office
            .app
            .store
            .tamper("UPDATE audit SET act = 'consent' WHERE desk_id = 'county' AND number = 5")
            .await;
        let broken = county.get("/audit").await.json()["checked"].clone();
        let expected =
            json!({ "holds": false, "lines": null, "head": null, "broken": "第 5 行的内容被改过" });
        assert_eq!(broken, expected);
    }
}
