//! What members do with a consultation, one test an act: done, done again, refused with what to do instead.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::clock::Hour;
use crate::desk::testing::new_key;
use crate::sealing::binding::ThreadId;
use crate::store::consultation::{Act, Actor, Request as Wish};

pub(super) async fn signed_in<'a>(office: &'a Office, desk: &str) -> AtDesk<'a> {
    AtDesk::sign_in(office, &format!("{desk} 的成员"), PASSPHRASE).await
}

/// The member of the county and a letter that is accepted and answered.
pub(super) async fn answered(office: &Office) -> (AtDesk<'_>, String) {
    letter(office).await;
    let county = signed_in(office, "county").await;
    let id = county.queue().await.remove(0);
    assert_eq!(county.accept(&id).await.status, StatusCode::OK);
    assert_eq!(county.answer(&id, "我们来帮你").await.status, StatusCode::CREATED);
    (county, id)
}

/// The clock sends a thread to the desk above.
pub(super) async fn climb(office: &Office, id: &str) {
    let id: ThreadId = id.parse().unwrap();
    // A year later everything is overdue; it climbs as of the hour in which it was.
    let hour = Hour::from_number(office.app.clock.hour().number() + 365 * 24);
    let request = Wish { hour, hash: new_key().into_bytes(), schedule: Arc::default() };
    office.app.store.transition(Actor::Clock, &id, Act::Climb, &request).await.unwrap();
}

pub(super) fn detail(reply: &crate::consultations::testing::Reply) -> String {
    reply.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_queue_is_asked_by_shelf_topic_state_and_channel_page_by_page() {
    for office in counties().await {
        for topic in ["violence", "violence", ""] {
            let sent =
                office.post("/ask/", &[("text", "他打我"), ("topic", topic), ("region", "990121")]).await;
            assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        }
        let county = signed_in(&office, "county").await;
        let ids = async |query: &str| {
            let found = county.get(&format!("/consultations?{query}")).await;
            assert_eq!(found.status, StatusCode::OK, "{query}: {}", found.text);
            let items = found.json()["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = ids("").await;
        let violence = ids("topic=violence").await;
        let first = all.iter().position(|id| *id == violence[0]).unwrap();
        county.accept(&violence[0]).await;
        climb(&office, &violence[1]).await;
        for (query, expected) in [
            ("shelf=own", 3),
            ("shelf=climbed", 0),
            ("topic=violence", 2),
            ("topic=land", 0),
            ("state=received", 2),
            ("state=accepted", 1),
            ("channel=online", 3),
            ("channel=visit", 0),
            ("topic=violence&state=received&channel=online&limit=100", 1),
        ] {
            assert_eq!(ids(query).await.len(), expected, "{query}");
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = county.get(&format!("/consultations?limit=1&channel=online{cursor}")).await.json();
            seen.push(page["items"][0]["id"].as_str().unwrap().to_owned());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        // What was accepted is due later than what nobody has accepted.
        let mut by_deadline = all;
        let accepted = by_deadline.remove(first);
        by_deadline.push(accepted);
        assert_eq!(seen, by_deadline);
        for bad in ["shelf=all", "state=closed", "channel=fax", "limit=0", "desk=city", "cursor=x"] {
            let refused = county.get(&format!("/consultations?{bad}")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        }
        let climbed = signed_in(&office, "city").await.get("/consultations?shelf=climbed").await.json();
        let item = &climbed["items"][0];
        assert_eq!(
            (item["id"].as_str(), item["desk"].as_str()),
            (Some(violence[1].as_str()), Some("county"))
        );
        assert_eq!(item["escalated_to"], "city");
    }
}

#[tokio::test]
async fn notes_are_for_the_desk_and_those_above_and_never_for_the_asker() {
    for office in counties().await {
        let receipt = letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let path = format!("/consultations/{id}/notes");
        let before = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text;
        // Somebody who has not been accepted yet can be noted about too.
        let note = county.sealed_note(&id, "她姐姐打过电话").await;
        assert_eq!(note["keys"].as_array().unwrap().len(), 2, "the desk and the one above");
        for _ in 0..2 {
            let stored = county.post(&path, note.clone()).await;
            assert_eq!((stored.status, &stored.json()["number"]), (StatusCode::CREATED, &json!(1)));
        }
        let mut late = county.sealed_note(&id, "late").await;
        late["position"] = json!(1);
        assert_eq!(county.post(&path, late).await.status, StatusCode::CONFLICT);
        // Nobody can slip the asker in, or leave those above out.
        let mut with_asker = county.sealed_note(&id, "x").await;
        let mut for_asker = with_asker["keys"][0].clone();
        (for_asker["reader"], for_asker["generation"]) = (json!("thread"), json!(0));
        with_asker["keys"].as_array_mut().unwrap().push(for_asker);
        let mut without_city = county.sealed_note(&id, "x").await;
        without_city["keys"].as_array_mut().unwrap().pop();
        for bad in [with_asker, without_city] {
            let refused = county.post(&path, bad).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
            assert_eq!(refused.json()["errors"][0]["pointer"], "/keys");
        }
        assert_eq!(county.notes(&id).await[0].text, "她姐姐打过电话");
        assert_eq!(county.read(&id).await.len(), 1, "a note is no letter");
        let after = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text;
        assert_eq!(after.len(), before.len());
        assert!(!after.contains("姐姐"));
        climb(&office, &id).await;
        assert_eq!(signed_in(&office, "city").await.notes(&id).await[0].text, "她姐姐打过电话");
    }
}

#[tokio::test]
async fn marks_are_set_and_taken_away_and_shown_in_the_queue() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        let item = async || county.get("/consultations").await.json()["items"][0].clone();
        for mark in ["vulnerable", "mediation", "legal_aid", "psychological"] {
            for on in [true, true, false] {
                let done = county.act(&id, "marks", json!({ "mark": mark, "on": on })).await;
                assert_eq!(done.status, StatusCode::OK, "{}", done.text);
                assert_eq!(item().await[mark], on, "{mark}");
            }
        }
        // The same key is another request where it asks for something else: it does not answer with what was done before.
        let key = new_key();
        for on in [true, false] {
            let wish = json!({ "mark": "mediation", "on": on, "request_key": key });
            county.post(&format!("/consultations/{id}/marks"), wish).await;
            assert_eq!(item().await["mediation"], on);
        }
        let refused = county.act(&id, "marks", json!({ "mark": "rich", "on": true })).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.text.contains("vulnerable、mediation、legal_aid、psychological"), "{}", refused.text);
    }
}

#[tokio::test]
async fn what_went_to_an_agency_is_confirmed_and_has_its_result_before_it_closes() {
    for office in counties().await {
        letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let to = |agency: &str| json!({ "agency": agency });
        let early = county.act(&id, "handovers", to("示例县公安局")).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert_eq!(detail(&early), "这件咨询“已收到，等人受理”，现在不能转给外面机构。请先受理");
        county.accept(&id).await;
        county.answer(&id, "我们来帮你").await;
        for bad in ["", "  ", "两\n行", &"长".repeat(61), "a\u{0}b"] {
            let refused = county.act(&id, "handovers", to(bad)).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad:?}");
            assert_eq!(refused.json()["errors"][0]["pointer"], "/agency");
        }
        let first = json!({ "agency": " 示例县公安局 ", "request_key": new_key() });
        for _ in 0..2 {
            let done = county.post(&format!("/consultations/{id}/handovers"), first.clone()).await;
            assert_eq!((done.status, &done.json()["number"]), (StatusCode::CREATED, &json!(1)));
        }
        let close = json!({ "outcome": "police_handled" });
        let refused = county.act(&id, "close", close.clone()).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(detail(&refused), "转给外面机构的事还没有结果，现在不能办结。请先登记机构的办理结果");

        let handover =
            async || county.get(&format!("/consultations/{id}")).await.json()["handovers"][0].clone();
        assert_eq!(handover().await["agency"], "示例县公安局");
        let confirmed = county.act(&id, "handovers/confirm", json!({ "number": 1 })).await;
        assert_eq!(confirmed.status, StatusCode::OK);
        let said = handover().await["confirmed"].clone();
        office.clock.advance(SignedDuration::from_hours(1));
        let again = county.act(&id, "handovers/confirm", json!({ "number": 1 })).await;
        assert_eq!((again.status, &handover().await["confirmed"]), (StatusCode::OK, &said));
        for (number, result) in [(2_u32, "settled"), (u32::MAX, "settled")] {
            let refused =
                county.act(&id, "handovers/result", json!({ "number": number, "result": result })).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        }
        let unknown = county.act(&id, "handovers/result", json!({ "number": 1, "result": "fine" })).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
        let ended = county.act(&id, "handovers/result", json!({ "number": 1, "result": "partly" })).await;
        assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
        assert_eq!(handover().await["result_text"], "办了一部分");
        assert_eq!(county.act(&id, "close", close).await.json()["state"], "closed");
    }
}

/// The page has no list of its own: whatever it is given to choose from is taken, and the asker's own way out is not in it.
#[tokio::test]
async fn the_words_to_choose_from_are_those_that_are_taken() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        let words = county.get("/words").await.json();
        let codes = |list: &str| {
            let words = words[list].as_array().unwrap().iter();
            words.map(|word| word["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for mark in codes("marks") {
            let marked = county.act(&id, "marks", json!({ "mark": mark, "on": true })).await;
            assert_eq!(marked.status, StatusCode::OK, "{}", marked.text);
        }
        for reason in codes("extend_reasons") {
            let extended = county.act(&id, "extend", json!({ "reason": reason })).await;
            assert_eq!(extended.status, StatusCode::OK, "{}", extended.text);
        }
        for result in codes("agency_results") {
            let number = county.act(&id, "handovers", json!({ "agency": "示例县法院" })).await.json();
            let wish = json!({ "number": number["number"], "result": result });
            let ended = county.act(&id, "handovers/result", wish).await;
            assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
        }
        for (list, parameter) in [("states", "state"), ("channels", "channel")] {
            for code in codes(list) {
                let queue = county.get(&format!("/consultations?{parameter}={code}")).await;
                assert_eq!(queue.status, StatusCode::OK, "{}", queue.text);
            }
        }
        let outcomes = codes("outcomes");
        assert!(outcomes.len() > 5 && !outcomes.contains(&"withdrawn".to_owned()), "{outcomes:?}");
        let closed = county.act(&id, "close", json!({ "outcome": outcomes[1] })).await;
        assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
    }
}

#[tokio::test]
async fn what_is_closed_has_an_outcome_and_is_asked_about_afterwards() {
    for office in counties().await {
        letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        county.accept(&id).await;
        let close = |outcome: &str| json!({ "outcome": outcome });
        let early = county.act(&id, "close", close("mediated")).await;
        assert_eq!(detail(&early), "这件咨询“已受理，正在办”，现在不能办结。请先答复");
        county.answer(&id, "我们来帮你").await;
        assert_eq!(county.act(&id, "close", close("lapsed")).await.status, StatusCode::BAD_REQUEST);
        let wish = json!({ "outcome": "mediated", "request_key": new_key() });
        for _ in 0..2 {
            let done = county.post(&format!("/consultations/{id}/close"), wish.clone()).await;
            assert_eq!((done.status, &done.json()["state"]), (StatusCode::OK, &json!("closed")));
        }
        assert!(county.queue().await.is_empty());
        let closed = county.get("/consultations?shelf=closed").await.json();
        let closed = &closed["items"][0];
        assert_eq!((&closed["id"], &closed["outcome_text"]), (&json!(id), &json!("调解成功")));
        assert_eq!(closed["helped"], Value::Null, "nobody has asked yet");
        for helped in [false, true] {
            let said = county.act(&id, "follow-up", json!({ "helped": helped })).await;
            assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        }
        let note = county.sealed_note(&id, "电话回访，已经搬出来了").await;
        assert_eq!(
            county.post(&format!("/consultations/{id}/notes"), note).await.status,
            StatusCode::CREATED
        );
        let thread = county.get(&format!("/consultations/{id}")).await.json();
        assert_eq!(
            (&thread["outcome"], &thread["consultation"]["outcome_text"]),
            (&json!("mediated"), &json!("调解成功"))
        );
        let told = thread["history"].as_array().unwrap().iter().map(|told| told["text"].as_str().unwrap());
        let told: Vec<&str> = told.collect();
        assert_eq!(told[..3], ["收到。", "有人受理了。", "答复了。"]);
        assert_eq!(told[3..], ["办结了：调解成功。", "回访：没帮上。", "回访：帮上了。"]);
        assert_eq!((&thread["consultation"]["helped"], &thread["consent"]), (&json!(true), &json!(false)));
        let late = county.answer(&id, "再说一句").await;
        assert_eq!(detail(&late), "这件咨询“已办结”，现在不能答复。要补充的可以写成内部记录");
        let consent = county.act(&id, "consent", json!({ "consent": true })).await;
        assert_eq!(consent.status, StatusCode::NOT_FOUND, "only the asker says that");
    }
}

#[tokio::test]
async fn what_nobody_asked_is_put_away_and_she_reads_how_to_ask_again() {
    for office in counties().await {
        let receipt = letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        let early = county.act(&id, "put-away", json!({})).await;
        assert_eq!(detail(&early), "这件咨询“已收到，等人受理”，现在不能收起来。请先受理");
        county.accept(&id).await;
        county.act(&id, "handovers", json!({ "agency": "示例县法院" })).await;
        let pending = county.act(&id, "put-away", json!({})).await;
        assert!(detail(&pending).contains("现在不能收起来。请先登记机构的办理结果"), "{}", pending.text);
        county.act(&id, "handovers/result", json!({ "number": 1, "result": "declined" })).await;
        let refused = county.act(&id, "close", json!({ "outcome": "not_a_request" })).await;
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "it is none of the results that a digest could have"
        );
        let wish = json!({ "request_key": new_key() });
        for _ in 0..2 {
            let done = county.post(&format!("/consultations/{id}/put-away"), wish.clone()).await;
            assert_eq!((done.status, &done.json()["state"]), (StatusCode::OK, &json!("closed")));
        }
        let item = county.get("/consultations?shelf=closed").await.json()["items"][0].clone();
        assert_eq!((&item["put_away"], &item["outcome_text"]), (&json!(true), &json!("不是咨询")));
        let hers = office.post("/ask/reply/", &[("receipt", &receipt)]).await.text;
        assert!(hers.contains("请再写一封，写不全也没关系") && hers.contains("再写一封</a>"), "{hers}");
        assert!(!hers.contains("帮上你了吗") && !hers.contains("可以写成案例吗"), "{hers}");
        let month = &county.get("/figures").await.json()["tables"][0]["rows"][10];
        assert_eq!((&month["label"], &month["values"][0]), (&json!("收起来的（不是咨询）"), &json!(1)));
        for (path, body) in [("digest", json!({})), ("follow-up", json!({ "helped": true }))] {
            assert_eq!(county.act(&id, path, body).await.status, StatusCode::CONFLICT, "{path}");
        }
    }
}

/// Reading, accepting, noting, whatever: who, what and on what is a line, and no word of it is.
#[tokio::test]
async fn every_act_is_a_line_of_the_chain() {
    for office in counties().await {
        let (county, id) = answered(&office).await;
        county.act(&id, "marks", json!({ "mark": "mediation", "on": true })).await;
        let note = county.sealed_note(&id, "记下").await;
        county.post(&format!("/consultations/{id}/notes"), note).await;
        county.act(&id, "handovers", json!({ "agency": "示例县法院" })).await;
        county.act(&id, "handovers/confirm", json!({ "number": 1 })).await;
        county.act(&id, "handovers/result", json!({ "number": 1, "result": "settled" })).await;
        county.act(&id, "close", json!({ "outcome": "judgment" })).await;
        county.act(&id, "follow-up", json!({ "helped": true })).await;
        let before = office.app.store.verify_audit("county").await.unwrap().unwrap().number;
        county.read(&id).await;
        assert_eq!(office.app.store.verify_audit("county").await.unwrap().unwrap().number, before + 1);
        let rows = office.app.store.everything().await;
        for act in [
            "read",
            "accept",
            "answer",
            "mark",
            "note",
            "hand_over",
            "confirm",
            "result",
            "close",
            "follow_up",
        ] {
            let line = format!("member-of-county act={act} ");
            let here = rows.lines().any(|row| {
                row.starts_with("audit: ")
                    && (row.contains(&line) || row.contains(&format!(",member-of-county,{act},")))
            });
            assert!(here, "{act}");
        }
        let unheard: Value = county.get("/consultations/00000000000000000000000000000000").await.json();
        assert_eq!(unheard["detail"], "没有这件咨询，或者它归别的工作台办。请回到来信列表刷新");
    }
}
