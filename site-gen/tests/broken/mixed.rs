//! Every Markdown file of the content broken at once, each in another way: what is wrong with one hides nothing of another.

use crate::content::{CONTENT, Files, told};
use crate::planted::{Broken, Counts, Fault, one, twice};
use crate::{bodies, bytes, heads};

/// The fewest files that have to be broken here.
const FEWEST: usize = 2_000;
/// Each file gets one in so many of the faults, and another one than its neighbours; set [`ALL`] to give it all of them.
const SHARE: usize = 3;
/// The variable of the environment that asks for more than every run can have.
const ALL: &str = "NUANZHAN_TEST_ALL";

fn faults() -> impl Iterator<Item = &'static Fault> {
    heads::FAULTS.iter().chain(bodies::FAULTS).chain(bytes::FAULTS)
}

/// For each round, the Markdown files of the content with one fault each.
fn rounds() -> Vec<Vec<Broken>> {
    let markdown = || CONTENT.iter().filter(|(path, _)| path.ends_with(".md"));
    let share = if std::env::var_os(ALL).is_some() { 1 } else { SHARE };
    let mut rounds: Vec<Vec<Broken>> = Vec::new();
    for (file, (path, bytes)) in markdown().enumerate() {
        let faults = faults().enumerate().filter(|(at, _)| (at + file) % share == 0);
        let broken: Vec<Broken> = faults.filter_map(|(_, fault)| one(fault, path, bytes)).collect();
        rounds.resize_with(rounds.len().max(broken.len()), Vec::new);
        let count = rounds.len();
        // Neighbours in a round are broken in different ways.
        broken.into_iter().enumerate().for_each(|(at, broken)| rounds[(at + file * 7) % count].push(broken));
    }
    rounds
}

#[test]
fn each_of_a_thousand_broken_files_is_told_where_it_is_broken_whatever_else_is() {
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    for round in rounds() {
        let files: Files = round.iter().map(|broken| (broken.path.clone(), broken.bytes.clone())).collect();
        let told = told(&files);
        wrong.extend(round.iter().filter_map(|broken| counts.hold(broken, &told)));
        wrong.extend(twice(&told).into_iter().map(|told| format!("said twice: {told:?}")));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), counts.count(), wrong.join("\n"));
    assert!(counts.count() >= FEWEST, "{counts}");
    #[expect(clippy::print_stdout, reason = "the counts are asked for with --nocapture")]
    {
        println!("{counts}");
    }
}
