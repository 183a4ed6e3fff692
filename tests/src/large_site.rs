//! The real site with as many articles or stations as a country has: made of its own, in seeded disorder.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use search::bundle::{Bundle, FOLDER};
use search::coord::Coord;
use search::record::{Kind, Place, Record, Station};
use search::stations::StationIndex;

/// Sentences in an article.
const SENTENCES: usize = 4;

/// Towns that stations lie around, as many as a country has counties.
const TOWNS: usize = 2850;

/// Copies the site at `site` to `out`, with so many stations around so many towns, in what the server reads. The published
/// lists of stations are those of the real site: half a gigabyte that nobody asks for here. Gives the towns.
pub fn write_stations(site: &Path, out: &Path, stations: usize) -> anyhow::Result<Vec<Coord>> {
    copy(site, out)?;
    let real = Bundle::open(out)?.stations;
    ensure!(!real.is_empty(), "the site has no stations");
    let mut dice = 1;
    let mut degrees = |from: f64, to: f64| {
        from + (to - from) * f64::from(u32::try_from(below(1 << 20, &mut dice)).unwrap_or(0))
            / f64::from(1 << 20)
    };
    let towns: Vec<Coord> =
        (0..TOWNS).filter_map(|_| Coord::new(degrees(22.0, 45.0), degrees(98.0, 122.0))).collect();
    ensure!(towns.len() == TOWNS, "every town lies on the earth");
    let public: Vec<&Station> = real.iter().filter(|station| !station.is_confidential()).collect();
    let mut made = |at: usize| -> anyhow::Result<Station> {
        let (town, round) = (towns[at % TOWNS], at / TOWNS);
        // Each town has every station of the real site once, in an order of its own, and after that only such as anybody may
        // come to: a county has a few shelters, not dozens.
        let pattern = match real.get((round + at % TOWNS) % real.len()) {
            Some(pattern) if round < real.len() => pattern,
            _ => public[(round + at % TOWNS) % public.len()],
        };
        let near = Coord::new(
            town.lat() + degrees(-0.2, 0.2) * degrees(0.0, 1.0),
            town.lon() + degrees(-0.2, 0.2) * degrees(0.0, 1.0),
        );
        let id = format!("{}-{at:06}", pattern.id);
        let place = match &pattern.place {
            Place::Public { address, .. } => Place::Public { address: address.clone(), location: near },
            secret @ Place::Confidential { .. } => secret.clone(),
        };
        // Each town is a county of its own, with fifty townships.
        let county = 100_001 + at % TOWNS / 90 * 100 + at % TOWNS % 90;
        let region = format!("{county}{:03}", at / TOWNS % 50).parse()?;
        Ok(Station { url: format!("/stations/{id}/"), id, region, place, ..pattern.clone() })
    };
    let stations = (0..stations).map(&mut made).collect::<anyhow::Result<_>>()?;
    fs::write(out.join(FOLDER).join("stations.index"), StationIndex::file_of(stations))?;
    Ok(towns)
}

/// Copies the site at `site` to `out`, with so many records to find.
pub fn write(site: &Path, out: &Path, records: usize) -> anyhow::Result<()> {
    copy(site, out)?;
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

fn copy(site: &Path, out: &Path) -> anyhow::Result<()> {
    let copied = Command::new("cp").arg("-r").args([site, out]).status().context("cp")?;
    ensure!(copied.success(), "{} can't be copied", site.display());
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
