//! A Meilisearch server that somebody runs: `MEILI_URL`, and `MEILI_MASTER_KEY` where it has one.
//!
//! Nothing here starts one. Without the variable, tests say once that they were skipped.

use std::io::Write as _;
use std::sync::{Arc, Once};
use std::time::Duration;

use search::text::embedded::{Embedded, Index};
use search::text::meili::{Connection, Meili, Release, publish, search_key};
use tokio::sync::OnceCell;

use crate::site;

/// How long tests wait for an answer: a busy machine is not what they are about.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way to the server with all rights; `None` where there is none.
pub(crate) fn administrator() -> Option<Connection> {
    static SAID: Once = Once::new();
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
    let key = std::env::var("MEILI_MASTER_KEY").unwrap_or_default();
    Some(Connection::new(&url, &key, PATIENCE).unwrap())
}

/// A connection with another key.
pub(crate) fn with_key(key: &str) -> Connection {
    Connection::new(&std::env::var("MEILI_URL").unwrap(), key, PATIENCE).unwrap()
}

/// The engine over the small site, as a server uses it: with a key that can do nothing but ask. Published once.
pub(crate) async fn meili() -> Option<Meili> {
    static KEY: OnceCell<String> = OnceCell::const_new();
    let administrator = administrator()?;
    let index = format!("conformance-{}", std::process::id());
    let key = KEY
        .get_or_init(async || {
            let (records, thesaurus) = (site::records(), site::thesaurus());
            let release = Release::new(&records, &thesaurus);
            publish(&administrator, &index, &release, &mut |_| {}).await.unwrap();
            search_key(&administrator, &index, true).await.unwrap().key
        })
        .await;
    let records = site::records();
    let file = Index::build(&records, &site::thesaurus()).to_bytes();
    let embedded = Embedded::new(Index::from_bytes(file).unwrap(), records).unwrap();
    Some(Meili::new(with_key(key), &index, Arc::new(embedded)).unwrap())
}
