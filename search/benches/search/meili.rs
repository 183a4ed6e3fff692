//! The same records and questions put to a Meilisearch server that somebody runs, beside the embedded engine in the same
//! run: `MEILI_URL=… MEILI_MASTER_KEY=… cargo bench -p search --features meilisearch`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use search::text::embedded::{Embedded, Index};
use search::text::meili::{Connection, Meili, Release, publish};
use search::text::{Engine, Query, QueryText};

use crate::{made, spread, timed};

/// How many records.
const COUNT: usize = 58_000;

/// The index is kept for the next run, which finds it there.
const INDEX: &str = "nuanzhan-bench";

/// Measures it, where there is one.
pub(crate) fn measure() {
    let Ok(url) = std::env::var("MEILI_URL") else {
        println!("\nMeilisearch: not measured (MEILI_URL is not set)");
        return;
    };
    let key = std::env::var("MEILI_MASTER_KEY").unwrap_or_default();
    let connection = Connection::new(&url, &key, Duration::from_mins(2)).expect("MEILI_URL is an address");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("threads");

    let language = made::Language::new();
    let (records, thesaurus) = (made::records(&language, COUNT), made::thesaurus(&language));
    let release = Release::new(&records, &thesaurus);
    let (published, built) = timed(|| {
        runtime.block_on(publish(&connection, INDEX, &release, &mut |_| {})).expect("it can be published")
    });
    let index = Index::build(&records, &thesaurus);
    let embedded = Arc::new(Embedded::new(index, records.clone()).expect("its own records"));
    let (meili, opened) = timed(|| Meili::new(connection, INDEX, embedded.clone()).expect("a good name"));

    let questions = made::questions(&language, 400);
    let ask = |engine: &dyn Engine, question: &String| {
        let text = QueryText::new(question).expect("not empty, not long");
        runtime.block_on(engine.search(&Query::new(text, 20))).expect("it answers").total
    };
    let spread_of = |engine: &dyn Engine| {
        spread(&questions, |question| {
            black_box(ask(engine, question));
        })
    };
    let (here, there) = (spread_of(&*embedded), spread_of(&meili));
    println!(
        "\nMeilisearch, {COUNT} records: {published:?} in {built:.2?} | opened {opened:.2?} | search p50 / p99 {there} | embedded {here}"
    );
}
