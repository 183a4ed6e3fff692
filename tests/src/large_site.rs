//! The real site with as many articles as a country has: made of sentences of its own articles, in seeded disorder.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use search::bundle::{Bundle, FOLDER};
use search::record::{Kind, Record};

/// Sentences in an article.
const SENTENCES: usize = 4;

/// Copies the site at `site` to `out`, with so many records to find.
pub fn write(site: &Path, out: &Path, records: usize) -> anyhow::Result<()> {
    let copied = Command::new("cp").arg("-r").args([site, out]).status().context("cp")?;
    ensure!(copied.success(), "{} can't be copied", site.display());
    let mut bundle = Bundle::open(out)?;
    let articles = bundle.records.iter().filter(|record| record.kind == Kind::Article);
    let sentences: Vec<String> =
        articles.flat_map(|record| record.text.split_inclusive(['。', '；'])).map(str::to_owned).collect();
    ensure!(!sentences.is_empty(), "the site has no articles");
    let mut dice = 1;
    let made =
        (bundle.records.len()..records).map(|at| article(at, &sentences, &mut dice)).collect::<Vec<_>>();
    bundle.records.extend(made);
    bundle.records.sort_by(|a, b| a.id.cmp(&b.id));
    for (name, bytes) in bundle.files() {
        fs::write(out.join(FOLDER).join(name), bytes)?;
    }
    Ok(())
}

fn article(at: usize, sentences: &[String], dice: &mut u64) -> Record {
    let text = (0..SENTENCES).map(|_| sentences[below(sentences.len(), dice)].as_str()).collect();
    let (statute, number) = (at / 100, at % 100 + 1);
    Record {
        text,
        ..Record::new(
            Kind::Article,
            format!("article/made-{statute:04}/{number:03}"),
            format!("示例法{statute}第{number}条"),
            format!("/laws/made-{statute:04}/#art-{number}"),
        )
    }
}

/// A number that looks drawn (xorshift*).
fn below(bound: usize, dice: &mut u64) -> usize {
    *dice ^= *dice >> 12;
    *dice ^= *dice << 25;
    *dice ^= *dice >> 27;
    usize::try_from(dice.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or_default() % bound
}
