//! A Meilisearch server that somebody runs: `MEILI_URL`, and `MEILI_MASTER_KEY` where it has one.
//!
//! Nothing here starts one. Without the variable, tests say once that they were skipped.

use std::io::Write as _;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::indexes::IndexesQuery;
use meilisearch_sdk::key::KeysQuery;
use search::text::meili::Connection;
use tokio::sync::OnceCell;

/// What the names of the indexes begin with; the number of the process follows.
const TESTS: &str = "nuanzhan-test-";

/// How long tests wait for an answer: a busy machine is not what they are about.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way to the server with all rights; `None` where there is none.
pub(crate) async fn administrator() -> Option<Connection> {
    static SAID: Once = Once::new();
    static SWEPT: OnceCell<()> = OnceCell::const_new();
    let Ok(url) = std::env::var("MEILI_URL") else {
        // Straight to the terminal: the test runner hides what passing tests print.
        SAID.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "skipped: claims on Meilisearch (MEILI_URL is not set: no package registry has the server)"
            );
        });
        return None;
    };
    SWEPT.get_or_init(sweep).await;
    Some(Connection::new(&url, &master_key(), PATIENCE).unwrap())
}

/// A name for an index that no other test uses.
pub(crate) fn unused() -> String {
    static USED: AtomicUsize = AtomicUsize::new(0);
    format!("{TESTS}{}-{}", std::process::id(), USED.fetch_add(1, Ordering::Relaxed))
}

/// The SDK's own client.
pub(crate) fn sdk(key: &str) -> Client {
    Client::new(std::env::var("MEILI_URL").unwrap(), Some(key)).unwrap()
}

pub(crate) fn master_key() -> String {
    std::env::var("MEILI_MASTER_KEY").unwrap_or_default()
}

/// Removes the indexes and keys of test runs that have ended.
async fn sweep() {
    let client = sdk(&master_key());
    let has_ended = |name: &str| {
        let process = name.rsplit(TESTS).next().and_then(|rest| rest.split('-').next());
        name.contains(TESTS) && process.is_some_and(|id| !Path::new("/proc").join(id).exists())
    };
    let indexes = IndexesQuery::new(&client).with_limit(1_000).execute().await.unwrap();
    for index in indexes.results.into_iter().filter(|index| has_ended(&index.uid)) {
        client.delete_index(index.uid).await.unwrap();
    }
    let keys = client.get_keys_with(KeysQuery::new().with_limit(1_000)).await.unwrap();
    for key in keys.results.into_iter().filter(|key| key.name.as_deref().is_some_and(has_ended)) {
        // Another test of this run may have been quicker.
        let _ = client.delete_key(key).await;
    }
}

/// A connection with another key.
pub(crate) fn with_key(key: &str) -> Connection {
    Connection::new(&std::env::var("MEILI_URL").unwrap(), key, PATIENCE).unwrap()
}
