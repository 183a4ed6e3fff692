//! What the open desk hears of changes: which sort, which consultation, and nothing else; only its own; only for as long as its
//! session lives.

use std::time::Duration;

use axum::http::{StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::acts::{climb, signed_in};
use super::*;
use crate::store::bell::Ring;

/// Longer than anything takes that happens at all.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The stream of a desk.
struct Ear(axum::body::Body);

impl Ear {
    async fn of(desk: &AtDesk<'_>) -> Self {
        let response = desk.begin_get("/events").await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "text/event-stream");
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("no-store"));
        Self(response.into_body())
    }

    /// The next event as it goes over the wire; nothing where the stream has ended.
    async fn hear(&mut self) -> Option<String> {
        let frame = timeout(PATIENCE, self.0.frame()).await.expect("something is heard")?;
        Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }
}

/// Listens to the database where there is something to hear, as the running service does.
pub(super) async fn listening(office: &Office) -> JoinHandle<()> {
    let store = office.app.store.clone();
    let mut inbox = store.bell().listen(9).unwrap();
    let mut ears = tokio::spawn(async move { store.hear().await });
    tokio::select! {
        begun = inbox.recv() => assert_eq!(begun, Ok(Ring::Look)),
        nothing_to_hear = &mut ears => nothing_to_hear.unwrap(),
    }
    ears
}

fn changed(kind: &str, id: &str) -> String {
    let data = format!("{{\"kind\":\"{kind}\",\"thread\":\"{id}\"}}");
    format!("event: changed\ndata: {data}\n\n")
}

#[tokio::test]
async fn a_desk_hears_of_its_own_changes_and_of_nothing_that_is_in_them() {
    for office in counties().await {
        let ears = listening(&office).await;
        let (county, city) = (signed_in(&office, "county").await, signed_in(&office, "city").await);
        let (mut here, mut above) = (Ear::of(&county).await, Ear::of(&city).await);
        letter(&office).await;
        let id = county.queue().await.remove(0);
        assert_eq!(here.hear().await.unwrap(), changed("receive", &id));
        county.accept(&id).await;
        assert_eq!(here.hear().await.unwrap(), changed("accept", &id));
        let key = crate::desk::testing::new_key();
        for _ in 0..2 {
            let wish = json!({ "mark": "mediation", "on": true, "request_key": key });
            county.post(&format!("/consultations/{id}/marks"), wish).await;
        }
        assert_eq!(here.hear().await.unwrap(), changed("mark", &id), "and once, however often it is sent");
        let resealed = county.resealed(&id, "city").await;
        county.post(&format!("/consultations/{id}/transfer"), resealed).await;
        assert_eq!(here.hear().await.unwrap(), changed("transfer", &id), "it is gone from here");
        assert_eq!(above.hear().await.unwrap(), changed("transfer", &id), "what was before is not for there");
        ears.abort();
    }
}

#[tokio::test]
async fn who_had_it_hears_that_somebody_else_took_it_on() {
    for office in counties().await {
        let ears = listening(&office).await;
        let (county, city) = (signed_in(&office, "county").await, signed_in(&office, "city").await);
        letter(&office).await;
        let id = county.queue().await.remove(0);
        county.accept(&id).await;
        climb(&office, &id).await;
        let mut here = Ear::of(&county).await;
        let taken = city.act(&id, "step-in", json!({})).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
        while here.hear().await.unwrap() != changed("step_in", &id) {}
        ears.abort();
    }
}

#[tokio::test]
async fn who_has_signed_out_hears_no_more_and_the_end_of_the_service_ends_it() {
    for office in counties().await {
        let ears = listening(&office).await;
        let (leaving, staying) = (signed_in(&office, "county").await, signed_in(&office, "county").await);
        let (mut left, mut stayed) = (Ear::of(&leaving).await, Ear::of(&staying).await);
        leaving.sign_out().await;
        letter(&office).await;
        assert_eq!(left.hear().await.unwrap(), "event: ended\ndata: {}\n\n");
        assert_eq!(left.hear().await, None);
        assert!(stayed.hear().await.unwrap().starts_with("event: "));
        office.app.store.bell().end();
        while let Some(heard) = stayed.hear().await {
            assert!(heard.starts_with("event: changed"), "{heard}");
        }
        let refused = staying.begin_get("/events").await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        ears.abort();
    }
}
