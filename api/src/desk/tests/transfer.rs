//! Handing a consultation to another desk: everything goes along, or nothing does.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::acts::{climb, detail, signed_in};
use super::*;
use crate::desk::testing::new_key;

/// The county has two letters and a note of somebody; beside it is a town below the same city, and elsewhere another city.
async fn neighbours() -> Vec<(Office, String)> {
    let mut all = Vec::new();
    for office in counties().await {
        founded(&office.app.store, "town", Some("city")).await;
        founded(&office.app.store, "far", None).await;
        let receipt = letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        county.accept(&id).await;
        county.answer(&id, "我们来帮你").await;
        let note = county.sealed_note(&id, "她姐姐打过电话").await;
        assert_eq!(
            county.post(&format!("/consultations/{id}/notes"), note).await.status,
            StatusCode::CREATED
        );
        all.push((office, receipt));
    }
    all
}

#[tokio::test]
async fn the_other_desk_reads_everything_and_the_old_one_nothing_any_more() {
    for (office, receipt) in neighbours().await {
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let desks = county.get("/desks").await.json();
        assert_eq!(desks["desks"].as_array().unwrap().len(), 4);
        let target = county.get(&format!("/consultations/{id}/transfer?to=town")).await.json();
        assert_eq!((&target["letters"], &target["notes"]), (&json!(2), &json!(1)));
        let readers = target["readers"].as_array().unwrap();
        assert_eq!(readers.len(), 1, "the city can read it already");
        assert_eq!(readers[0]["reader"], "desk/town");

        let wish = county.resealed(&id, "town").await;
        let path = format!("/consultations/{id}/transfer");
        for _ in 0..2 {
            let gone = county.post(&path, wish.clone()).await;
            assert_eq!(
                (gone.status, &gone.json()["state"]),
                (StatusCode::OK, &json!("received")),
                "{}",
                gone.text
            );
        }
        assert!(county.queue().await.is_empty());
        let content = BASE64_STANDARD.encode([0; 1052]);
        let late = json!({ "position": 2, "content": content, "keys": [], "request_key": new_key() });
        for reply in [
            county.get(&format!("/consultations/{id}")).await,
            county.get(&format!("{path}?to=town")).await,
            county.accept(&id).await,
            county.post(&format!("/consultations/{id}/notes"), late).await,
        ] {
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{}", reply.text);
        }
        let rows = office.app.store.everything().await;
        let keys = rows.lines().filter(|row| row.starts_with("message_key: "));
        assert!(keys.clone().count() == 8 && keys.clone().all(|row| !row.contains("desk/county")), "{rows}");

        let town = signed_in(&office, "town").await;
        let item = town.get("/consultations").await.json()["items"][0].clone();
        assert_eq!((&item["id"], &item["state"]), (&json!(id), &json!("received")));
        assert_eq!((&item["first_responder"], &item["desk"]), (&json!(null), &json!("town")));
        let texts: Vec<String> = town.read(&id).await.iter().map(|letter| letter.text.clone()).collect();
        assert_eq!(texts, ["他打我", "我们来帮你"]);
        assert_eq!(town.notes(&id).await[0].text, "她姐姐打过电话");
        assert_eq!(town.accept(&id).await.status, StatusCode::OK);
        assert_eq!(town.answer(&id, "我们接着办").await.status, StatusCode::CREATED);
        let page = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text;
        assert!(page.contains("我们来帮你") && page.contains("我们接着办"), "the asker's own key stayed");
        for (desk, act) in [("county", "transfer"), ("town", "take_over")] {
            assert!(office.app.store.verify_audit(desk).await.unwrap().is_ok(), "{desk}");
            let acts = signed_in(&office, desk).await.get("/audit").await.json();
            let acts = acts["lines"].as_array().unwrap();
            assert!(
                acts.iter().any(|line| line["act"] == act && line["actor"] == "county 的成员"),
                "{acts:?}"
            );
        }
    }
}

#[tokio::test]
async fn with_a_key_too_few_or_too_many_nothing_goes() {
    for (office, _) in neighbours().await {
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let path = format!("/consultations/{id}/transfer");
        // Another city: both it and nobody else is new. Three messages are three keys.
        let good = county.resealed(&id, "far").await;
        let spoiled = |change: &dyn Fn(&mut Value)| {
            let mut bad = good.clone();
            change(&mut bad);
            bad
        };
        for (bad, expected) in [
            (spoiled(&|bad| bad["keys"] = json!([])), "少 3 把，多 0 把"),
            (spoiled(&|bad| bad["keys"][0]["notes"] = json!([])), "少 1 把，多 0 把"),
            (spoiled(&|bad| _ = bad["keys"][0]["letters"].as_array_mut().unwrap().pop()), "少 1 把，多 0 把"),
            (spoiled(&|bad| bad["keys"][0]["generation"] = json!(2)), "少 3 把，多 3 把"),
            (spoiled(&|bad| bad["keys"][0]["reader"] = json!("thread")), "少 3 把，多 3 把"),
            (spoiled(&|bad| bad["keys"] = json!([bad["keys"][0], bad["keys"][0]])), "少 0 把，多 3 把"),
        ] {
            let refused = county.post(&path, bad).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
            let error = refused.json()["errors"][0].clone();
            assert_eq!(error["pointer"], "/keys");
            let said = error["message"].as_str().unwrap();
            assert!(said.contains(expected) && said.contains("desk/far 1"), "{said}");
        }
        for (bad, pointer) in [
            (spoiled(&|bad| bad["to"] = json!("nowhere")), "/to"),
            (spoiled(&|bad| bad["to"] = json!("far\0")), "/to"),
            (spoiled(&|bad| bad["reason"] = json!("他们闲")), "/reason"),
            (spoiled(&|bad| bad["keys"][0]["letters"][1] = json!("AAAA")), "/keys/0/letters/1"),
        ] {
            let refused = county.post(&path, bad).await;
            assert_eq!(
                (refused.status, &refused.json()["errors"][0]["pointer"]),
                (StatusCode::BAD_REQUEST, &json!(pointer))
            );
        }
        let here = county.post(&path, spoiled(&|bad| bad["to"] = json!("county"))).await;
        assert_eq!(detail(&here), "这件咨询就在那个工作台，不用转。请另选一个工作台");
        // Somebody writes while the keys are sealed.
        assert_eq!(county.answer(&id, "还有一句").await.status, StatusCode::CREATED);
        let late = county.post(&path, good).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(detail(&late), "刚才又有新的消息，请先看过再写");
        assert_eq!(county.read(&id).await.len(), 3, "it is still here, and opens");
        let again = county.resealed(&id, "far").await;
        assert_eq!(county.post(&path, again).await.status, StatusCode::OK);
        assert_eq!(signed_in(&office, "far").await.read(&id).await.len(), 3);
        let closed = signed_in(&office, "city").await;
        assert_eq!(closed.get(&format!("/consultations/{id}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_desk_above_takes_what_climbed_to_it_without_a_new_key() {
    for (office, _) in neighbours().await {
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        climb(&office, &id).await;
        let city = signed_in(&office, "city").await;
        let wish = city.resealed(&id, "city").await;
        assert_eq!(wish["keys"], json!([]));
        let path = format!("/consultations/{id}/transfer");
        assert_eq!(city.post(&path, wish).await.status, StatusCode::OK);
        assert_eq!(county.get(&format!("/consultations/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(city.queue().await, std::slice::from_ref(&id));
        assert!(
            city.get("/consultations?shelf=climbed").await.json()["items"].as_array().unwrap().is_empty()
        );
        assert_eq!(city.read(&id).await.len(), 2);
        // And down again: the county can't read it any more, so all of it is sealed once more.
        let back = city.resealed(&id, "county").await;
        assert_eq!(back["keys"].as_array().unwrap().len(), 1);
        let used = json!({ "request_key": new_key() });
        assert_eq!(city.post(&path, used).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(city.post(&path, back).await.status, StatusCode::OK);
        assert_eq!(county.notes(&id).await[0].text, "她姐姐打过电话");
    }
}

/// Twice a hundred messages for five desks with the longest names are not too much to send.
#[tokio::test]
async fn the_keys_of_the_fullest_thread_fit_into_a_request() {
    for (office, _) in neighbours().await {
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let some = vec![BASE64_STANDARD.encode([7; 113]); 100];
        let desk = format!("desk/{}", "x".repeat(64));
        let keys = json!({ "reader": desk, "generation": 1_000_000, "letters": some, "notes": some });
        let wish =
            json!({ "to": "far", "reason": "subject", "letters": 100, "notes": 100, "keys": vec![keys; 5] });
        let refused = county.act(&id, "transfer", wish).await;
        assert_eq!(detail(&refused), "刚才又有新的消息，请先看过再写");
    }
}
