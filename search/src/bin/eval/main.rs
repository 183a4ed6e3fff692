//! `cargo run --release -p search --bin eval`: how well search answers, in figures.
//!
//! Start at [`run()`]. Without flags it builds the site of `content/` and asks the questions of `search/eval/`; with
//! `--corpus` it indexes anybody's texts and asks anybody's questions, and writes a run that TREC's tools read. [`judged`]
//! reads questions and judgements, [`figures`] counts, [`report`] prints. It changes nothing but the file of `--run`.
#![expect(clippy::print_stderr, reason = "what is under way, and why it failed")]

/// Prints a line of the result. Who reads only the beginning of it, as `head` does, is no fault.
macro_rules! say {
    ($($line:tt)*) => {{
        let _nobody_listens = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($line)*)));
    }};
}

mod corpus;
mod figures;
mod judged;
mod laws;
mod report;
mod run;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};
use clap::{Parser, ValueEnum};
use search::bundle::Bundle;
use search::record::Record;
use search::text::embedded::Embedded;

use self::judged::Judged;

const EXAMPLES: &str = "\
Examples:
  eval                                   the tuning half of search/eval, over the site of content/
  eval --split test                      the half kept aside: figures only
  eval --losses                          the questions whose answer is not first, with what came first
  eval --ask 他打我怎么办                   one question, as a page answers it
  eval --gate                            both halves; fails when a figure is below search/eval/floors.tsv
  eval --corpus laws.jsonl --queries questions.tsv --qrels judgements.tsv --run embedded.run
  eval --laws statutes --queries search/eval/statutes/tune/questions.tsv \
       --qrels search/eval/statutes/tune/judgements.tsv --relevant 2

Files:
  --corpus   a JSON object a line: id, title, text, and heading where there is one
  --queries  id <tab> text, or id <tab> kind <tab> text
  --qrels    TREC: id 0 document grade
  --run      TREC: id Q0 document rank score nuanzhan

Exit codes: 0 done; 1 a figure is below its floor; 2 a file could not be used, with the reason.";

/// Measures search: MRR@10, NDCG@10 and recall, per kind of question, on the questions of search/eval or on your own.
#[derive(Debug, Parser)]
#[command(name = "eval", after_help = EXAMPLES)]
struct Cli {
    /// Which half of search/eval.
    #[arg(long, value_enum, default_value = "tune", conflicts_with = "corpus")]
    split: Split,
    /// A site that is built already, instead of building content/.
    #[arg(long, value_name = "FOLDER", conflicts_with = "corpus")]
    site: Option<PathBuf>,
    /// Fail when a figure is below its floor in search/eval/floors.tsv.
    #[arg(long, conflicts_with = "corpus")]
    gate: bool,
    /// Show what is found for one question, as a page shows it, and what is completed for it.
    #[arg(long, value_name = "QUESTION", conflicts_with_all = ["corpus", "gate", "losses"])]
    ask: Option<String>,
    /// List the questions whose answer is not first. Of the half kept aside only their number is told.
    #[arg(long)]
    losses: bool,
    /// Texts to search instead of the site, a JSON object a line.
    #[arg(long, value_name = "FILE.jsonl", requires = "queries")]
    corpus: Option<PathBuf>,
    /// A folder of statutes to search instead, in the layout of the LawRefBook/Laws collection.
    #[arg(long, value_name = "FOLDER", requires = "queries", conflicts_with = "corpus")]
    laws: Option<PathBuf>,
    /// Questions to ask.
    #[arg(long, value_name = "FILE.tsv")]
    queries: Option<PathBuf>,
    /// Which texts answer them. Without it nothing is counted.
    #[arg(long, value_name = "FILE", requires = "queries")]
    qrels: Option<PathBuf>,
    /// Write what was found, best first, 100 a question.
    #[arg(long, value_name = "OUT", requires = "queries")]
    run: Option<PathBuf>,
    /// From which grade on a text counts as an answer in MRR and recall. 2 for search/eval, 1 for your own.
    #[arg(long, value_name = "GRADE")]
    relevant: Option<u8>,
}

/// The halves of the judged questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Split {
    /// For whoever works on ranking.
    Tune,
    /// Kept aside.
    Test,
}

impl Split {
    fn name(self) -> &'static str {
        match self {
            Self::Tune => "tune",
            Self::Test => "test",
        }
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(err) => {
            eprintln!("eval: {err:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match (&cli.corpus, &cli.laws, &cli.queries) {
        (Some(corpus), _, Some(queries)) => own_files(cli, corpus::read(corpus)?, queries),
        (_, Some(laws), Some(queries)) => own_files(cli, laws::read(laws)?, queries),
        (None, None, Some(_)) => {
            bail!("--queries needs texts to search: --corpus FILE.jsonl, or --laws FOLDER")
        }
        _ => judged_site(cli),
    }
}

/// The questions of `search/eval` over the site.
fn judged_site(cli: &Cli) -> anyhow::Result<ExitCode> {
    let site = match &cli.site {
        Some(site) => site.clone(),
        None => build_site()?,
    };
    let bundle = Bundle::open(&site)?;
    let engine = Embedded::new(Bundle::open_index(&site)?, bundle.records)?;
    if let Some(asked) = &cli.ask {
        report::print_answer(&engine, asked)?;
        return Ok(ExitCode::SUCCESS);
    }
    let splits = if cli.gate { vec![Split::Tune, Split::Test] } else { vec![cli.split] };
    let mut below = Vec::new();
    for split in splits {
        let judged = Judged::of_split(&root(), split.name())?;
        let answers = run::ask(&engine, &judged.questions);
        let figures = figures::count(&judged, &answers, cli.relevant.unwrap_or(2));
        report::print(split.name(), &judged, &figures);
        report::print_danger(&judged);
        report::print_times(&run::times(&engine, &judged.questions));
        if cli.losses {
            report::print_losses(&judged, &answers, &figures, split == Split::Test);
        }
        if cli.gate {
            below.extend(
                judged::floors(&root(), split.name())?.into_iter().filter_map(|floor| floor.missed(&figures)),
            );
        }
    }
    for line in &below {
        say!("{line}");
    }
    Ok(if below.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Anybody's texts and questions.
fn own_files(cli: &Cli, records: Vec<Record>, queries: &Path) -> anyhow::Result<ExitCode> {
    let judged = Judged::of_files(queries, cli.qrels.as_deref())?;
    say!("{} texts, {} questions", records.len(), judged.questions.len());
    let engine = corpus::index(records)?;
    let answers = run::ask(&engine, &judged.questions);
    if let Some(out) = &cli.run {
        run::write(out, &answers)?;
    }
    if cli.qrels.is_some() {
        let figures = figures::count(&judged, &answers, cli.relevant.unwrap_or(1));
        report::print("your questions", &judged, &figures);
        if cli.losses {
            report::print_losses(&judged, &answers, &figures, false);
        }
    }
    report::print_times(&run::times(&engine, &judged.questions));
    Ok(ExitCode::SUCCESS)
}

/// Builds the site of `content/` as an editor would.
fn build_site() -> anyhow::Result<PathBuf> {
    let site = root().join("target").join("eval").join("site");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    eprintln!("building content/ …");
    let done = Command::new(cargo)
        .current_dir(root())
        .args(["run", "--quiet", "--release", "-p", "site-gen", "--bin", "site-gen", "--", "build", "--out"])
        .arg(&site)
        .stdout(std::process::Stdio::null())
        .status()
        .context("cargo could not be started: give a built site with --site FOLDER")?;
    ensure!(
        done.success(),
        "content/ could not be built (the messages are above); mend it, or give a built site with --site FOLDER"
    );
    Ok(site)
}

/// The root of the checkout.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), Path::to_owned)
}
