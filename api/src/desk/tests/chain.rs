//! The audit chain over its address: paged, named, checked.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::acts::{answered, signed_in};
use super::roles::somebody_at;
use super::{call, counties, founded};
use crate::desk::role::Role;

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
        for bad in ["cursor=x", "limit=201", "of=city"] {
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

/// A chain that was changed below is found above, by whom that is given to, and nobody looks sideways or up.
#[tokio::test]
async fn the_desk_above_checks_the_chains_below() {
    for office in counties().await {
        founded(&office.app.store, "province", None).await;
        founded(&office.app.store, "town", Some("county")).await;
        answered(&office).await;
        let head = signed_in(&office, "city").await;
        assert_eq!(head.get("/audit?desk=county").await.status, StatusCode::FORBIDDEN);
        for role in [Role::Supervisor, Role::Auditor] {
            let cookie = somebody_at(&office, "city", role).await;
            let get = async |path: &str| call(&office, Method::GET, path, (&cookie, None)).await;
            let below = get("/below").await.json();
            assert_eq!(
                below["desks"].as_array().unwrap().len(),
                2,
                "{role:?}: the county and the town below it"
            );
            let first = get("/audit?desk=county&limit=2").await.json();
            assert_eq!(first["checked"]["holds"], true, "{role:?}");
            assert_eq!(
                (&first["lines"][0]["act"], &first["lines"][0]["actor"]),
                (&json!("answer"), &json!("county 的成员"))
            );
            let next = first["next"].as_str().unwrap();
            let more = get(&format!("/audit?desk=county&cursor={next}")).await.json();
            assert_eq!((&more["lines"][0]["act"], &more["checked"]), (&json!("accept"), &json!(null)));
            for desk in ["province", "city", "nowhere", "x%00"] {
                let refused = get(&format!("/audit?desk={desk}")).await;
                assert_eq!(refused.status, StatusCode::NOT_FOUND, "{role:?} {desk}");
            }
        }
        let store = &office.app.store;
        store.tamper("UPDATE audit SET act = 'consent' WHERE desk_id = 'county' AND number = 4").await;
        let cookie = somebody_at(&office, "city", Role::Supervisor).await;
        let checked = async |path: &str| {
            let first = call(&office, Method::GET, path, (&cookie, None)).await.json();
            (first["checked"]["holds"].clone(), first["checked"]["broken"].clone())
        };
        let changed = (json!(false), json!("第 4 行的内容被改过"));
        assert_eq!(checked("/audit?desk=county").await, changed);
        for path in ["/audit", "/audit?desk=town"] {
            assert_eq!(checked(path).await, (json!(true), json!(null)), "{path} is another chain");
        }
    }
}
