//! The targets among what editors write, and how every target is run. That of questions is in [`crate::query`].

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use crate::mutate::{Dice, changed};
use crate::{claims, seeds};

/// How long to go on, in seconds, where a person asks for it; else it is a number of cases.
const SECONDS: &str = "NUANZHAN_FUZZ_SECONDS";
/// Where the dice begin.
const DICE: &str = "NUANZHAN_FUZZ_DICE";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Holds `claim` of every seed, then of `cases` changes of them, or of as many as there is time for.
pub(crate) fn fuzz(cases: u64, seeds: &[Vec<u8>], claim: impl Fn(&[u8])) {
    let hold = |bytes: &[u8], dice: Option<u64>| {
        if let Err(broken) = catch_unwind(AssertUnwindSafe(|| claim(bytes))) {
            #[expect(clippy::print_stderr, reason = "whoever mends it needs the bytes")]
            {
                eprintln!("dice {dice:?}: {:?}\n{bytes:?}", String::from_utf8_lossy(bytes));
            }
            resume_unwind(broken);
        }
    };
    let (began, first) = (Instant::now(), number(DICE).unwrap_or(1));
    let until = number(SECONDS).map(Duration::from_secs);
    let go_on = |case: u64| until.map_or(case < cases, |until| began.elapsed() < until);
    for seed in seeds.iter().take(if until.is_some() { usize::MAX } else { 8 }) {
        hold(seed, None);
    }
    let mut count = 0_u64;
    for case in (0..).take_while(|case| go_on(*case)) {
        let dice = first.wrapping_mul(1 << 32).wrapping_add(case);
        hold(&changed(seeds, &mut Dice::new(dice)), Some(dice));
        count += 1;
    }
    #[expect(clippy::print_stdout, reason = "the count is asked for with --nocapture")]
    {
        println!("{count} cases");
    }
}

#[test]
fn target_front_matter() {
    let guides = seeds::of_content("front_matter", "guides", ".md");
    // The head, and a little text.
    let head = |bytes: &Vec<u8>| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let end = text.find("\n---\n").map_or(text.len(), |at| at + 5);
        format!("{}正文。\n", &text[..end]).into_bytes()
    };
    let seeds: Vec<Vec<u8>> = guides.iter().map(head).collect();
    fuzz(40, &seeds, |bytes| claims::content("guides/domestic-violence/protection-order.md", bytes));
}

#[test]
fn target_front_matter_of_stations() {
    let seeds = seeds::of_content("stations", "stations", ".md");
    fuzz(30, &seeds, |bytes| claims::content("stations/shili-county/nuanxi-police.md", bytes));
}

#[test]
fn target_markdown_with_citations() {
    let seeds = seeds::of_content("markdown", "guides", ".md");
    fuzz(40, &seeds, |bytes| claims::content("guides/domestic-violence/protection-order.md", bytes));
}

#[test]
fn target_entries_of_statutes() {
    let seeds = seeds::of_content("entries", "laws", ".md");
    fuzz(20, &seeds, |bytes| claims::content("laws/marriage-law.md", bytes));
}

#[test]
fn target_statutes() {
    fuzz(60, &seeds::statutes(), claims::statute);
}

#[test]
fn target_tables_of_the_content() {
    let seeds = seeds::tables();
    fuzz(20, &seeds, |bytes| claims::content("stations/shili-county/stations.csv", bytes));
}

#[test]
fn target_settings() {
    let seeds = seeds::of_content("settings", "", ".toml");
    fuzz(30, &seeds, |bytes| claims::content("site.toml", bytes));
}

#[test]
fn target_csv() {
    fuzz(30, &seeds::tables(), claims::list);
}

#[test]
fn target_workbooks() {
    fuzz(60, &seeds::workbooks(), claims::list);
}
