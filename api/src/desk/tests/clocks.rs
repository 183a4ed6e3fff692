//! What nobody did in time is seen above, and can be read there (P6).

use super::acts::signed_in;
use super::*;
use crate::consultations::keeper;

#[tokio::test]
async fn p6_a_letter_that_nobody_accepts_is_before_the_desk_above_which_reads_it() {
    for office in counties().await {
        letter(&office).await;
        let hours = async |hours: i64| {
            office.clock.advance(SignedDuration::from_hours(hours));
            keeper::look(&office.app).await.unwrap();
        };
        let climbed =
            async || signed_in(&office, "city").await.get("/consultations?shelf=climbed").await.json();
        hours(24).await;
        assert_eq!(climbed().await["items"], json!([]), "the hour in which it came is not over yet");
        hours(1).await;
        let found = climbed().await;
        let item = &found["items"][0];
        assert_eq!((&item["due_stage"], &item["overdue"]), (&json!("accept"), &json!(true)));
        assert_eq!((&item["desk"], &item["escalated_to"]), (&json!("county"), &json!("city")));
        let city = signed_in(&office, "city").await;
        let id = item["id"].as_str().unwrap();
        assert_eq!(city.read(id).await[0].text, "他打我");
        // Its own desk still answers for it, on top of its queue.
        letter(&office).await;
        let county = signed_in(&office, "county").await;
        assert_eq!(county.queue().await[0], id);
        assert_eq!(county.accept(id).await.status, StatusCode::OK);
        // Accepted, it has three working days to be answered: nothing more is said until then.
        hours(1).await;
        let item = climbed().await["items"][0].clone();
        assert_eq!((&item["due_stage"], &item["overdue"]), (&json!("answer"), &json!(false)));
    }
}

#[tokio::test]
async fn danger_climbs_after_two_hours_also_when_nothing_ran_meanwhile() {
    for office in counties().await {
        office.post("/ask/", &[("text", "他打我"), ("region", "990121"), ("danger", "1")]).await;
        office.clock.advance(SignedDuration::from_hours(24 * 7));
        keeper::look(&office.app).await.unwrap();
        let city = signed_in(&office, "city").await;
        let item = city.get("/consultations?shelf=climbed").await.json()["items"][0].clone();
        assert_eq!(item["due"], "2026-11-21T18:00:00+08:00", "received between 15 and 16 o'clock");
    }
}
