//! Which words many people look for: counted only where the operator turned it on, and kept only for words that at least
//! [`LEAST_PEOPLE`] people used in a month.
//!
//! Start at [`Words::note`]. No question is kept, nor any part of one that is not a word of the site's own thesaurus or
//! topics: what can be counted is what editors wrote. People are told apart by eight bytes of a keyed hash of their
//! network, under a key that is drawn each month and lives in memory only; until a word has enough of them nothing of it
//! is written anywhere, and then only the word, the month and their number in tens. A restart forgets who was counted, so
//! numbers are never too high.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aho_corasick::AhoCorasick;
use axum::http::{Extensions, HeaderMap, HeaderName};
use jiff::civil::Date;
use search::text::QueryText;

use crate::clock::Clock;
use crate::dice::{self, Dice};
use crate::limit::Network;
use crate::published::Release;
use crate::store::Store;

/// Fewer people than this leave no trace.
pub const LEAST_PEOPLE: usize = 20;

/// Numbers are kept in steps of this.
const STEP: usize = 10;

/// Nobody is counted for a word that has this many.
const MOST_PEOPLE: usize = 5_000;

/// Counts words; or does not, where nobody turned it on.
#[derive(Clone, Default)]
pub struct Words(Option<Arc<Counting>>);

struct Counting {
    store: Store,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    /// The header in which a gateway tells who is calling.
    trusted: Option<HeaderName>,
    month: Mutex<Month>,
}

/// What is known in this month.
#[derive(Default)]
struct Month {
    /// `2026-11`; empty before the first question.
    name: String,
    key: [u8; 32],
    people: BTreeMap<String, BTreeSet<[u8; 8]>>,
    known: Option<(Weak<Release>, Arc<Known>)>,
}

/// The words that can be counted.
struct Known {
    words: Vec<String>,
    finder: AhoCorasick,
}

impl Words {
    /// Counts from now on.
    pub fn counting(
        store: Store,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
        trusted: Option<HeaderName>,
    ) -> Self {
        Self(Some(Arc::new(Counting { store, clock, dice, trusted, month: Mutex::default() })))
    }

    /// Counts the words of a question that somebody asked.
    pub fn note(
        &self,
        release: &Arc<Release>,
        text: &QueryText,
        (extensions, headers): (&Extensions, &HeaderMap),
    ) {
        let Some(counting) = &self.0 else { return };
        let network = Network::of(extensions, headers, counting.trusted.as_ref());
        let (month, reached) = counting.count(release, text.as_str(), network.as_bytes());
        if reached.is_empty() {
            return;
        }
        let store = counting.store.clone();
        tokio::spawn(async move {
            for (word, people) in reached {
                if let Err(err) = store.keep_search_word(&month, &word, people).await {
                    // Says nothing of the word.
                    tracing::warn!(error = %err, "a count of words could not be kept");
                }
            }
        });
    }
}

impl Counting {
    /// Counts, and says in which month which words have now so many people that it is to be kept.
    fn count(&self, release: &Arc<Release>, text: &str, network: &[u8]) -> (String, Vec<(String, usize)>) {
        let mut month = self.month.lock().unwrap_or_else(PoisonError::into_inner);
        let name = month_of(self.clock.hour().date());
        if month.name != name {
            *month = Month {
                name: name.clone(),
                key: dice::draw(&*self.dice),
                known: month.known.take(),
                ..Month::default()
            };
        }
        let hash = blake3::keyed_hash(&month.key, network);
        let (&who, _) = hash.as_bytes().split_first_chunk().expect("a hash of 32 bytes begins with 8");
        let known = month.known(release);
        let mut reached = Vec::new();
        for word in known.in_text(text) {
            let people = month.people.entry(word.to_owned()).or_default();
            if people.len() < MOST_PEOPLE
                && people.insert(who)
                && people.len() >= LEAST_PEOPLE
                && people.len().is_multiple_of(STEP)
            {
                reached.push((word.to_owned(), people.len()));
            }
        }
        (name, reached)
    }
}

impl Month {
    /// The words of this release.
    fn known(&mut self, release: &Arc<Release>) -> Arc<Known> {
        if let Some((of, known)) = &self.known
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, release))
        {
            return known.clone();
        }
        let known = Arc::new(Known::of(release));
        self.known = Some((Arc::downgrade(release), known.clone()));
        known
    }
}

impl Known {
    fn of(release: &Release) -> Self {
        let bundle = &release.bundle;
        let thesaurus = bundle.thesaurus.iter().flat_map(|entry| entry.say.iter().chain(&entry.law));
        let words: BTreeSet<String> =
            thesaurus.chain(bundle.topics.iter().map(|topic| &topic.title)).cloned().collect();
        let words: Vec<String> = words.into_iter().collect();
        // Words of a few characters, all of them editors': no list of them is too long to compile.
        let finder = AhoCorasick::new(&words).expect("a thesaurus is short");
        Self { words, finder }
    }

    /// Each word that stands in a text, once.
    fn in_text<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let found: BTreeSet<usize> =
            self.finder.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect();
        found.into_iter().map(|at| self.words[at].as_str())
    }
}

/// `2026-11`
pub fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}
