//! What is news to a desk, and is written down in the transaction that makes it news.

use super::transfer::to;
use super::*;
use crate::announce::Kind;
use crate::consultations::clocks::Schedule;
use crate::consultations::register::Mark;
use crate::store::announce::{MOST_RECIPIENTS, News};

/// A county below a city, with two who are told at the county and one at the city.
async fn with_recipients(store: &Store) {
    founded(store, "city", None).await;
    founded(store, "county", Some("city")).await;
    for (desk, number) in [("city", 1), ("county", 1), ("county", 2)] {
        let target = (Kind::Wecom, format!("https://{desk}.example/{number}"));
        assert_eq!(store.add_recipient(desk, target, None).await.unwrap(), Some(number));
    }
}

/// All there is to be told: for whom, whether it is urgent, of which hour.
async fn news(store: &Store) -> Vec<(String, u32, bool, i64)> {
    let news = store.news().await.unwrap();
    let short = |news: News| (news.desk, news.number, news.urgent, news.hour.number() - NOW.number());
    news.into_iter().map(short).collect()
}

async fn forget_all(store: &Store) {
    store.forget_news(store.news().await.unwrap().iter()).await.unwrap();
    assert!(news(store).await.is_empty());
}

fn county(number: u32, urgent: bool) -> (String, u32, bool, i64) {
    ("county".to_owned(), number, urgent, 0)
}

#[tokio::test]
async fn ten_letters_are_one_row_for_each_who_is_told_and_danger_is_another() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        let ids = [sent(store, "county").await, sent(store, "county").await];
        for _ in 0..8 {
            sent(store, "county").await;
        }
        assert_eq!(news(store).await, [county(1, false), county(2, false)]);
        let rows = store.everything().await;
        let told: Vec<&str> = rows.lines().filter(|row| row.starts_with("announcement: ")).collect();
        assert!(
            told.len() == 2 && ids.iter().all(|id| told.iter().all(|row| !row.contains(&id.to_string())))
        );
        let mut urgent = letter(store, "county", b"danger", NOW).await;
        urgent.new.priority.danger = true;
        send(store, urgent).await.unwrap();
        let all = [county(1, false), county(1, true), county(2, false), county(2, true)];
        assert_eq!(news(store).await, all);
    }
}

#[tokio::test]
async fn where_nobody_is_to_be_told_nothing_is_written_and_what_is_refused_is_no_news() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        founded(store, "town", Some("county")).await;
        sent(store, "town").await;
        assert!(news(store).await.is_empty());
        let form = letter(store, "county", b"form", NOW).await;
        let twin = letter(store, "county", b"form", NOW).await;
        send(store, form).await.unwrap();
        forget_all(store).await;
        assert!(send(store, twin).await.unwrap().again);
        let mut unreadable = letter(store, "county", b"other", NOW).await;
        unreadable.new.keys.pop();
        assert!(send(store, unreadable).await.is_err());
        assert!(news(store).await.is_empty());
        assert!(store.remove_recipient("county", 1).await.unwrap());
        assert!(!store.remove_recipient("county", 1).await.unwrap());
        sent(store, "county").await;
        assert_eq!(news(store).await, [county(2, false)]);
    }
}

#[tokio::test]
async fn what_the_members_do_is_no_news_and_what_the_asker_writes_is() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        let id = sent(store, "county").await;
        forget_all(store).await;
        does(store, "county", &id, Act::Accept).await.unwrap();
        does(store, "county", &id, Act::Mark(Mark::Mediation, true)).await.unwrap();
        let reply = Act::Answer(Writing::Sealed(answer(store, "county", id, 2).await));
        does(store, "county", &id, reply).await.unwrap();
        let again = Act::AskBack(Writing::Sealed(answer(store, "county", id, 3).await));
        does(store, "county", &id, again).await.unwrap();
        assert!(news(store).await.is_empty(), "they know what they did");
        store.transition(Actor::Asker, &id, Act::AskerWrites(more()), &new_request()).await.unwrap();
        assert_eq!(news(store).await, [county(1, false), county(2, false)]);
        forget_all(store).await;
        store.transition(Actor::Asker, &id, Act::Withdraw, &new_request()).await.unwrap();
        assert!(news(store).await.is_empty(), "there is nothing left to do");
    }
}

#[tokio::test]
async fn what_comes_from_another_desk_is_news_there_and_what_climbs_is_news_above() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        founded(store, "town", Some("county")).await;
        let mut urgent = letter(store, "town", b"danger", NOW).await;
        urgent.new.priority.danger = true;
        let id = urgent.id;
        send(store, urgent).await.unwrap();
        let transfer = to(store, "town", &id, "county").await;
        does(store, "town", &id, transfer).await.unwrap();
        assert_eq!(news(store).await, [county(1, true), county(2, true)]);
        forget_all(store).await;

        let schedule = Arc::new(Schedule::default());
        let week = Hour::from_number(NOW.number() + 7 * 24);
        assert!(store.catch_up(week, &schedule).await.unwrap() > 0);
        let all = news(store).await;
        assert!(all.len() == 1 && all[0].0 == "city" && all[0].2, "{all:?}");
    }
}

#[tokio::test]
async fn what_comes_while_it_is_being_told_is_told_anew() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        sent(store, "county").await;
        let to = store.recipient("county", 1).await.unwrap().unwrap();
        let mut told = store.news().await.unwrap().remove(0);
        store.name_news(&mut told, [1; 16]).await.unwrap();
        let mut kept = store.news().await.unwrap().remove(0);
        store.name_news(&mut kept, [2; 16]).await.unwrap();
        assert_eq!(kept.id, Some([1; 16]), "a name stays");
        store.not_told(&to, std::iter::once(&told), (NOW, "等了太久")).await.unwrap();
        assert_eq!(store.news().await.unwrap()[0].tries, 1);
        sent(store, "county").await;
        store.told(&to, std::iter::once(&told), NOW).await.unwrap();
        let left = store.news().await.unwrap();
        assert_eq!(
            (left.len(), left[0].tries, left[0].id),
            (2, 0, None),
            "not this one, and from the beginning"
        );
        let to = store.recipient("county", 1).await.unwrap().unwrap();
        assert_eq!((to.told, to.failed), (Some(NOW), Some((NOW, "等了太久".to_owned()))));
    }
}

#[tokio::test]
async fn a_desk_has_a_few_who_are_told_and_each_has_a_number_that_leads_to_nobodys_news() {
    for fresh in testing::each().await {
        let store = &fresh.store;
        with_recipients(store).await;
        sent(store, "county").await;
        store.remove_recipient("county", 2).await.unwrap();
        let add = async || store.add_recipient("county", (Kind::Plain, "x".into()), Some(vec![1])).await;
        assert_eq!(add().await.unwrap(), Some(2));
        assert_eq!(news(store).await, [county(1, false)], "news of who was there before are not for them");
        for _ in 2..MOST_RECIPIENTS {
            assert!(add().await.unwrap().is_some());
        }
        assert_eq!(add().await.unwrap(), None);
    }
}

#[tokio::test]
async fn of_two_processes_one_has_the_turn() {
    let Some(url) = testing::postgres_url() else { return };
    let schema = testing::new_schema(&url).await;
    let (one, other) = (Store::open(&schema).await.unwrap(), Store::open(&schema).await.unwrap());
    let elsewhere = Store::open(&testing::new_schema(&url).await).await.unwrap();
    let turn = one.take_turn_to_announce().await.unwrap().unwrap();
    assert!(other.take_turn_to_announce().await.unwrap().is_none());
    assert!(elsewhere.take_turn_to_announce().await.unwrap().is_some(), "another site has its own");
    turn.end().await.unwrap();
    let turn = other.take_turn_to_announce().await.unwrap().unwrap();
    // Who is killed in the middle of it does not keep it.
    drop(turn);
    let mut free = false;
    for _ in 0..50 {
        free = free || one.take_turn_to_announce().await.unwrap().is_some();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(free);
}
