//! Publishing to Meilisearch and the key that a server gets, against a real one (`MEILI_URL`).
#![cfg(feature = "meilisearch")]
#![expect(clippy::unwrap_used, reason = "a claim that can't be put is a claim that fails")]

mod meili_server;
mod site;

use std::sync::Arc;

use search::record::Record;
use search::text::embedded::{Embedded, Index};
use search::text::meili::{Connection, Meili, MeiliError, Published, Release, Step, publish, search_key};
use search::text::{Engine, EngineError, Query, QueryText};

use self::meili_server::{administrator, master_key, sdk, unused, with_key};

fn query(text: &str) -> Query {
    Query::new(QueryText::new(text).unwrap(), 10)
}

fn engine(connection: &Connection, index: &str, records: Vec<Record>) -> Meili {
    let file = Index::build(&records, &site::thesaurus()).to_bytes();
    let embedded = Embedded::new(Index::from_bytes(file).unwrap(), records).unwrap();
    Meili::new(connection.clone(), index, Arc::new(embedded)).unwrap()
}

/// The site with one record more, and without the twins.
fn changed() -> Vec<Record> {
    let mut records = site::records();
    records.retain(|record| !record.id.starts_with("page/twin"));
    let kind = search::record::Kind::Page;
    records.push(Record::new(kind, "page/zz-new", "新添的条目", "/page/zz-new/"));
    records
}

/// The indexes whose names begin so.
async fn indexes(prefix: &str) -> Vec<String> {
    let client = sdk(&master_key());
    let all = meilisearch_sdk::indexes::IndexesQuery::new(&client).with_limit(1_000).execute().await.unwrap();
    let mut names: Vec<String> = all.results.into_iter().map(|index| index.uid).collect();
    names.retain(|name| name.starts_with(prefix));
    names
}

#[tokio::test]
async fn a_release_is_swapped_in_once_and_nothing_is_left_beside_it() {
    let Some(connection) = administrator().await else { return };
    let index = unused();
    let (records, thesaurus) = (site::records(), site::thesaurus());
    let release = Release::new(&records, &thesaurus);
    let mut steps = Vec::new();
    let first = publish(&connection, &index, &release, &mut |step| steps.push(step)).await.unwrap();
    assert_eq!(first, Published::Now(records.len()));
    assert!(matches!(steps[0], Step::SettingUp(_)) && steps.last() == Some(&Step::Swapping));
    let again = publish(&connection, &index, &release, &mut |_| panic!("nothing to do")).await.unwrap();
    assert_eq!(again, Published::Already);
    assert_eq!(indexes(&index).await, [index]);
}

#[tokio::test]
async fn an_engine_never_answers_from_another_release() {
    let Some(connection) = administrator().await else { return };
    let index = unused();
    let (old, new) = (site::records(), changed());
    let (old_engine, new_engine) =
        (engine(&connection, &index, old.clone()), engine(&connection, &index, new.clone()));
    let refused = |found| matches!(found, Err(EngineError::OtherRelease));
    assert!(refused(old_engine.search(&query("离婚")).await), "before anything is published");
    publish(&connection, &index, &Release::new(&old, &site::thesaurus()), &mut |_| {}).await.unwrap();
    assert!(old_engine.search(&query("离婚")).await.unwrap().total > 0);
    assert!(refused(new_engine.search(&query("离婚")).await));
    publish(&connection, &index, &Release::new(&new, &site::thesaurus()), &mut |_| {}).await.unwrap();
    assert_eq!(new_engine.search(&query("新添的条目")).await.unwrap().hits[0].id, "page/zz-new");
    // Not even where the other one finds nothing.
    for text in ["离婚", "一模一样", "彩礼"] {
        assert!(refused(old_engine.search(&query(text)).await), "{text}");
    }
}

#[tokio::test]
async fn a_run_that_is_killed_leaves_the_old_release_serving_and_the_next_clears_up() {
    let Some(connection) = administrator().await else { return };
    let index = unused();
    let (old, new) = (site::records(), changed());
    publish(&connection, &index, &Release::new(&old, &site::thesaurus()), &mut |_| {}).await.unwrap();
    let thesaurus = site::thesaurus();
    let release = Release::new(&new, &thesaurus);
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let killed = async {
        let mut on_step = |step: Step| {
            if matches!(step, Step::Sent(..)) {
                tell.take().into_iter().for_each(|tell| tell.send(()).unwrap());
            }
        };
        publish(&connection, &index, &release, &mut on_step).await.unwrap();
    };
    tokio::select! {
        biased;
        _ = told => {}
        () = killed => panic!("it was to be killed"),
    }
    assert_eq!(indexes(&index).await.len(), 2, "the new one lies beside");
    assert!(engine(&connection, &index, old).search(&query("离婚")).await.unwrap().total > 0);

    let mut cleared = false;
    let mut on_step = |step| cleared |= matches!(step, Step::Clearing(_));
    let next = publish(&connection, &index, &release, &mut on_step).await.unwrap();
    assert_eq!(next, Published::Now(new.len()));
    assert!(cleared);
    assert_eq!(indexes(&index).await, [index]);
}

#[tokio::test]
async fn what_is_built_is_proved_before_it_is_swapped_in() {
    let Some(connection) = administrator().await else { return };
    let (records, thesaurus) = (site::records(), site::thesaurus());
    let release = Release::new(&records, &thesaurus);
    // Another run clears the index away, and what is still under way makes one without settings: with a part of the
    // documents, or as many as there should be.
    for left in [1, records.len() + 1] {
        let index = unused();
        let beside = format!("{index}_{}", release.digest().as_str());
        let mut meddle = |step: Step| {
            if matches!(step, Step::Indexed(..)) {
                let beside = beside.clone();
                std::thread::spawn(move || remake(&beside, left)).join().unwrap();
            }
        };
        let refused = publish(&connection, &index, &release, &mut meddle).await.unwrap_err();
        let expected = records.len() + 1;
        assert_eq!(refused, MeiliError::Incomplete { expected, found: left });
        assert_eq!(indexes(&index).await, [beside], "nothing went live");
    }
}

/// Replaces an index by one that has so many documents and no settings.
#[tokio::main(flavor = "current_thread")]
async fn remake(index: &str, documents: usize) {
    let client = sdk(&master_key());
    let documents: Vec<_> = (0..documents).map(|id| serde_json::json!({"id": id})).collect();
    client.delete_index(index).await.unwrap();
    let added = client.index(index).add_documents(&documents, Some("id")).await.unwrap();
    let long = Some(std::time::Duration::from_secs(30));
    assert!(added.wait_for_completion(&client, None, long).await.unwrap().is_success());
}

#[tokio::test]
async fn the_key_of_a_server_can_ask_and_nothing_else() {
    let Some(connection) = administrator().await else { return };
    let (index, other) = (unused(), unused());
    let (records, thesaurus) = (site::records(), site::thesaurus());
    for index in [&index, &other] {
        publish(&connection, index, &Release::new(&records, &thesaurus), &mut |_| {}).await.unwrap();
    }
    let key = search_key(&connection, &index, false).await.unwrap().key;
    let asking = with_key(&key);
    assert!(engine(&asking, &index, records.clone()).search(&query("离婚")).await.unwrap().total > 0);

    // Not another site's index, which it may not even know of.
    let foreign = engine(&asking, &other, records.clone()).search(&query("离婚")).await;
    assert!(matches!(foreign, Err(EngineError::Unavailable(_))));
    let refused = publish(&asking, &index, &Release::new(&records, &thesaurus), &mut |_| {}).await;
    assert_eq!(refused, Err(MeiliError::NotAllowed));
    assert_eq!(search_key(&asking, &index, false).await, Err(MeiliError::NotAllowed));
    let client = sdk(&key);
    let live = client.index(&index);
    assert!(live.delete_all_documents().await.is_err());
    assert!(live.add_documents(&[serde_json::json!({"id": "x"})], Some("id")).await.is_err());
    assert!(live.get_settings().await.is_err() && live.get_stats().await.is_err());
    assert!(live.get_documents::<serde_json::Value>().await.is_err());
    assert!(client.delete_index(&index).await.is_err() && client.create_index("more", None).await.is_err());
    assert!(client.get_keys().await.is_err() && client.get_tasks().await.is_err());
}

#[tokio::test]
async fn an_old_key_opens_nothing_once_it_has_been_taken_back() {
    let Some(connection) = administrator().await else { return };
    let index = unused();
    let (records, thesaurus) = (site::records(), site::thesaurus());
    publish(&connection, &index, &Release::new(&records, &thesaurus), &mut |_| {}).await.unwrap();
    let first = search_key(&connection, &index, false).await.unwrap();
    let second = search_key(&connection, &index, false).await.unwrap();
    assert_eq!((first.others, second.others), (0, 1));
    let third = search_key(&connection, &index, true).await.unwrap();
    assert_eq!((third.revoked, third.others), (2, 0));
    let found = engine(&with_key(&first.key), &index, records.clone()).search(&query("离婚")).await;
    assert!(matches!(found, Err(EngineError::Unavailable(_))));
    assert!(engine(&with_key(&third.key), &index, records).search(&query("离婚")).await.is_ok());
}

#[tokio::test]
async fn a_wrong_key_is_told_as_one() {
    let Some(_) = administrator().await else { return };
    let wrong = with_key("not-the-key-of-this-server");
    let records = site::records();
    let refused = publish(&wrong, &unused(), &Release::new(&records, &[]), &mut |_| {}).await.unwrap_err();
    assert_eq!(refused, MeiliError::NotAllowed);
    assert!(refused.to_string().contains("钥匙"));
}

#[tokio::test]
async fn nothing_but_numbers_ever_comes_back() {
    let Some(connection) = administrator().await else { return };
    let name = unused();
    let (records, thesaurus) = (site::records(), site::thesaurus());
    publish(&connection, &name, &Release::new(&records, &thesaurus), &mut |_| {}).await.unwrap();
    let index = sdk(&master_key()).index(&name);
    let found = index.search().with_query("离婚").execute::<serde_json::Value>().await.unwrap();
    assert!(!found.hits.is_empty());
    for hit in found.hits {
        assert_eq!(hit.result.as_object().unwrap().keys().collect::<Vec<_>>(), ["id"]);
    }
}
