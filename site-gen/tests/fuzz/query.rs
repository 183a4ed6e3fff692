//! What has to hold of any question: it is refused, or answered soon, and the answer is one that a page can show.
//!
//! A question goes the whole way: put in order, understood (pinyin, sounds, lay speech), ranked, cut into snippets, completed.
//! “Soon” is a clock: no claim may take longer than [`LONGEST`], for any text, though a build without optimisation on a busy
//! machine takes many times what a server takes. What is looked at is bounded before that: 400 characters, 128 terms, 3,000
//! phrases for completions.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use search::bundle::Bundle;
use search::record::{Kind, Record};
use search::text::embedded::Embedded;
use search::text::query::MAX_CHARACTERS;
use search::text::{Engine, Query, QueryText, Results};
use site_gen::{Options, Outcome};

use crate::real::newest_day;
use crate::targets::fuzz;
use crate::{mutate, seeds};

/// Many times what any of them takes, and a small part of what the square of its length would.
const LONGEST: Duration = Duration::from_secs(5);

/// The longest snippet, in characters.
const SNIPPET: usize = 90;

/// The real content, as a server opens it.
struct Site {
    engine: Embedded,
    records: BTreeMap<String, Record>,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let content = seeds::root().join("content");
    let options = Options::new(&content, folder.path().join("site"), newest_day(&content).unwrap());
    assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
    let records = Bundle::open(&options.out).unwrap().records;
    let by_id = records.iter().map(|record| (record.id.clone(), record.clone())).collect();
    Site {
        engine: Embedded::new(Bundle::open_index(&options.out).unwrap(), records).unwrap(),
        records: by_id,
    }
});

impl Site {
    fn search(&self, query: &Query) -> Results {
        at_once(self.engine.search(query)).unwrap()
    }
}

/// The answer of an engine that never waits.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the embedded engine answers at once"),
    }
}

/// Holds for any bytes in the box.
fn question(bytes: &[u8]) {
    let site = &*SITE;
    let typed = String::from_utf8_lossy(bytes);
    let began = Instant::now();
    completed(site, &typed);
    if let Ok(text) = QueryText::new(&typed) {
        assert!((1..=MAX_CHARACTERS).contains(&text.as_str().chars().count()));
        let all = Query { grouped: bytes.len().is_multiple_of(2), ..Query::new(text, 1_000) };
        let answer = site.search(&all);
        assert_eq!(answer, site.search(&all), "the same question had another answer");
        shown(site, &answer);
        paged(site, &all, &answer);
        narrowed(site, &all, &answer);
    }
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
}

fn completed(site: &Site, typed: &str) {
    for limit in [0, 1, 8] {
        let suggestions = at_once(site.engine.suggest(typed, limit)).unwrap();
        assert!(
            suggestions.len() <= limit && suggestions.iter().all(|suggestion| !suggestion.text.is_empty())
        );
        assert_eq!(suggestions, at_once(site.engine.suggest(typed, limit)).unwrap());
    }
}

/// Hits are in order and each there once; snippets are short pieces of the record, with marks inside.
fn shown(site: &Site, answer: &Results) {
    assert!(answer.hits.is_sorted_by(|a, b| a.score >= b.score && (a.score > b.score || a.id < b.id)));
    assert!(answer.total >= answer.hits.len() && answer.facets.values().sum::<usize>() >= answer.total);
    for hit in &answer.hits {
        let record = &site.records[&hit.id];
        assert!(hit.score > 0.0 && hit.score.is_finite());
        let snippet: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
        assert!(snippet.chars().count() <= SNIPPET && hit.snippet.iter().all(|part| !part.text.is_empty()));
        let own = [&record.summary, &record.text].map(|own| own.replace(['\n', '\r', '\t'], " "));
        assert!(own.iter().any(|own| own.contains(&snippet)), "{snippet:?} is not in {}", hit.id);
        let touching = hit.snippet.windows(2).find(|pair| pair[0].marked == pair[1].marked);
        assert!(touching.is_none(), "marks do not part the snippet: {touching:?}");
    }
}

/// How many there are does not depend on which of them are shown.
fn paged(site: &Site, all: &Query, answer: &Results) {
    for (offset, limit) in [(0, 0), (0, 1), (1, 3), (answer.total, 10), (usize::MAX, usize::MAX)] {
        let page = site.search(&Query { offset, limit, ..all.clone() });
        assert_eq!((page.total, &page.facets, &page.topics), (answer.total, &answer.facets, &answer.topics));
        let wanted = answer.hits.iter().skip(offset).take(limit);
        assert!(page.hits.iter().eq(wanted), "page of {limit} from {offset}");
    }
}

/// A filter only takes away.
fn narrowed(site: &Site, all: &Query, answer: &Results) {
    let kind = Some(Kind::Guide);
    let some = site.search(&Query { kind, grouped: false, ..all.clone() });
    assert!(some.total <= answer.facets.get(&Kind::Guide).copied().unwrap_or(0));
    assert!(some.hits.iter().all(|hit| hit.kind == Kind::Guide));
}

/// What people ask, type and mistype.
fn asked() -> Vec<Vec<u8>> {
    let mut seeds = seeds::known("query");
    let judged = seeds::root().join("search/eval/tune/questions.tsv");
    #[expect(clippy::disallowed_methods, reason = "questions are no content")]
    let judged = std::fs::read_to_string(judged).unwrap();
    let judged =
        judged.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit('\t').next());
    let typed = [
        "他打我怎么办",
        "lihun fangzi xie ta mingzi",
        "jtbl",
        "家tbl 怎么ban",
        "民法典第一千零七十九条",
        "第1079条 第九十九万条",
        "暖溪镇 离我最近的派出所 电话",
        "老公爆力 保护另",
        "離婚後孩子歸誰",
        "ＨＩＶ　１２３４８！",
        "zh'ang san de lü shi",
        "俺婆娘跑咧咋整",
    ];
    seeds.extend(typed.into_iter().chain(judged).map(|text| text.as_bytes().to_vec()));
    seeds
}

#[test]
fn target_query() {
    fuzz(150, &asked(), question);
}

#[test]
fn hostile_questions_are_answered_as_soon_as_others() {
    let repeated = |piece: &str| piece.repeat(MAX_CHARACTERS / piece.chars().count());
    let mut dice = mutate::Dice::new(1);
    let mut groups = |letters: usize, count: usize| {
        let group = |_| -> String { (0..letters).map(|_| letter(&mut dice)).chain([' ']).collect() };
        (0..count).map(group).collect::<Vec<_>>().concat()
    };
    let (pairs, triples) = (groups(2, 130), groups(3, 100));
    let hostile = [
        ("initials of a phrase", repeated("jtbl ")),
        ("two letters and a blank", pairs),
        ("three letters and a blank", triples),
        ("half a syllable", repeated("zh ")),
        ("syllables without a blank", repeated("yi")),
        ("syllables that can be cut many ways", repeated("xianan")),
        ("a letter", repeated("a")),
        ("what is no syllable", repeated("xyzq")),
        ("the commonest character", repeated("的")),
        ("a phrase of the thesaurus", repeated("打我")),
        ("characters of no record", repeated("龘䶮")),
        ("numbers of articles", repeated("第1条")),
        ("a number without an end", repeated("九")),
        ("digits", repeated("9")),
        ("marks", repeated("《》？")),
        ("blanks between", repeated("离 ")),
        ("letters between", repeated("离a婚b")),
        ("emoji", repeated("👩‍👧")),
        ("ten megabytes", "婚".repeat(3_400_000)),
        ("ten megabytes that can't be seen", "\u{200b}".repeat(3_400_000)),
        ("ten megabytes of blanks", " ".repeat(10_000_000)),
        ("ten megabytes of no text", "\u{fffd}".repeat(3_400_000)),
    ];
    for (name, text) in hostile {
        let began = Instant::now();
        question(text.as_bytes());
        #[expect(clippy::print_stdout, reason = "times are asked for with --nocapture")]
        {
            println!("{:?} {name}", began.elapsed());
        }
    }
}

fn letter(dice: &mut mutate::Dice) -> char {
    char::from(b'a' + u8::try_from(dice.below(26)).unwrap())
}
