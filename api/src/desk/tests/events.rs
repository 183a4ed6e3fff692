//! What the open desk hears of changes: which sort, which consultation, and nothing else; only its own; only for as long as its
//! session lives. What supervisors hear: which sort, at which desks below, and nothing else.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::acts::{climb, signed_in};
use super::roles::somebody_at;
use super::*;
use crate::desk::role::Role;
use crate::store::Store;
use crate::store::bell::Ring;
use crate::store::consultation::tests::sent;
use crate::store::testing::{Fresh, new_schema, postgres_url};

/// Longer than anything takes that happens at all.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The stream of a desk.
struct Ear(Body);

impl Ear {
    async fn of(desk: &AtDesk<'_>) -> Self {
        Self::begun(desk.begin_get("/events").await)
    }

    /// The stream of a supervisor with this cookie.
    async fn below(office: &Office, cookie: &str) -> Self {
        let request = Request::get("/api/v1/desk/below/events").header(header::COOKIE, cookie);
        Self::begun(office.begin(request.body(Body::empty()).unwrap()).await)
    }

    fn begun(response: Response) -> Self {
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

fn changed_below(kind: &str, desks: &str) -> String {
    format!("event: changed\ndata: {{\"kind\":\"{kind}\",\"desks\":[{desks}]}}\n\n")
}

const ENDED: &str = "event: ended\ndata: {}\n\n";

#[tokio::test]
async fn a_supervisor_hears_of_desks_below_what_their_queues_show_and_of_no_other() {
    for office in counties().await {
        let (store, ears) = (&office.app.store, listening(&office).await);
        for (desk, above) in [("town", Some("county")), ("far", None), ("under-far", Some("far"))] {
            founded(store, desk, above).await;
        }
        let mut city = Ear::below(&office, &somebody_at(&office, "city", Role::Supervisor).await).await;
        let mut town = Ear::below(&office, &somebody_at(&office, "town", Role::Supervisor).await).await;
        let mut far = Ear::below(&office, &somebody_at(&office, "far", Role::Supervisor).await).await;
        for desk in ["far", "city", "under-far", "town"] {
            sent(store, desk).await;
        }
        assert_eq!(city.hear().await.unwrap(), changed_below("receive", "\"town\""), "however far below");
        assert_eq!(far.hear().await.unwrap(), changed_below("receive", "\"under-far\""));

        letter(&office).await;
        let county = signed_in(&office, "county").await;
        let id = county.queue().await.remove(0);
        assert_eq!(city.hear().await.unwrap(), changed_below("receive", "\"county\""));
        county.accept(&id).await;
        assert_eq!(city.hear().await.unwrap(), changed_below("accept", "\"county\""));
        let note = county.sealed_note(&id, "悄悄话").await;
        let noted = county.post(&format!("/consultations/{id}/notes"), note).await;
        assert_eq!(noted.status, StatusCode::CREATED, "{}", noted.text);
        let over = county.act(&id, "handovers", json!({ "agency": "示例县法院" })).await;
        assert!(over.status.is_success(), "{}", over.text);
        climb(&office, &id).await;
        let climbed = city.hear().await.unwrap();
        assert_eq!(climbed, changed_below("climb", "\"county\""), "of notes and agencies they hear nothing");

        office.app.store.bell().end();
        assert_eq!((town.hear().await, far.hear().await), (None, None), "nothing happened below these");
        ears.abort();
    }
}

#[tokio::test]
async fn a_supervisor_who_has_signed_out_was_removed_or_became_something_else_hears_no_more() {
    for office in counties().await {
        let (store, ears) = (&office.app.store, listening(&office).await);
        let mut cookies = Vec::new();
        for _ in 0..4 {
            cookies.push(somebody_at(&office, "city", Role::Supervisor).await);
        }
        let mut all = Vec::new();
        for cookie in &cookies {
            all.push(Ear::below(&office, cookie).await);
        }
        sent(store, "county").await;
        for ear in &mut all {
            assert_eq!(ear.hear().await.unwrap(), changed_below("receive", "\"county\""));
        }
        let mut ids = Vec::new();
        for cookie in &cookies {
            let me = call(&office, Method::GET, "/me", (cookie, None)).await.json();
            ids.push(me["id"].as_str().unwrap().to_owned());
        }
        let out = call(&office, Method::DELETE, "/sessions/current", (&cookies[0], None)).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        store.tamper(&format!("UPDATE member SET removed_hour = 1 WHERE id = '{}'", ids[1])).await;
        store.tamper(&format!("UPDATE member SET role = 'auditor' WHERE id = '{}'", ids[2])).await;
        sent(store, "county").await;
        for gone in &mut all[..3] {
            assert_eq!(gone.hear().await.unwrap(), ENDED);
            assert_eq!(gone.hear().await, None);
        }
        assert_eq!(all[3].hear().await.unwrap(), changed_below("receive", "\"county\""));
        office.clock.advance(SignedDuration::from_hours(2));
        sent(store, "county").await;
        assert_eq!(all[3].hear().await.unwrap(), ENDED, "her time was up");
        ears.abort();
    }
}

#[tokio::test]
async fn what_one_process_takes_a_supervisor_at_another_one_hears() {
    let Some(url) = postgres_url() else { return };
    let schema = new_schema(&url).await;
    let [store, other] = [Store::open(&schema).await.unwrap(), Store::open(&schema).await.unwrap()];
    store.migrate().await.unwrap();
    let office = Office::open(Fresh { store, folder: tempfile::tempdir().unwrap() }).await;
    founded(&office.app.store, "city", None).await;
    founded(&office.app.store, "county", Some("city")).await;
    let ears = listening(&office).await;
    let mut city = Ear::below(&office, &somebody_at(&office, "city", Role::Supervisor).await).await;
    sent(&other, "county").await;
    assert_eq!(city.hear().await.unwrap(), changed_below("receive", "\"county\""));
    ears.abort();
    other.close().await.unwrap();
}
