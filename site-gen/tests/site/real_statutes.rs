//! The library on real statutes, where a folder of them is at hand: `NUANZHAN_TEST_STATUTES=DIR`.
//!
//! The project does not contain their text, so nothing else may depend on this. Beside DIR there may be a table
//! `statutes.csv` of what each file holds; then every file is held against it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use site_gen::diag::Diagnostics;
use site_gen::model::article::parse_number;
use site_gen::source::SourceMap;
use site_gen::statute::Library;
use site_gen::statute::gather::{self, Place};

/// The folder of real statutes. That there is none is no failure anywhere: they can't be installed.
fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("NUANZHAN_TEST_STATUTES").map(PathBuf::from);
    if folder.is_none() {
        // Straight to the terminal: the test runner hides what passing tests print.
        let line = format!("skipped: {test} (NUANZHAN_TEST_STATUTES names no folder)\n");
        let _gone = std::io::stderr().write_all(line.as_bytes());
    }
    folder
}

fn library(folder: &Path) -> (Library, Vec<String>) {
    let place = Place { folder: folder.to_owned(), shown: "statutes".to_owned(), said: None };
    let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
    let listing = gather::list(&place).unwrap();
    let library = gather::library(&place, &listing, &mut sources, &mut diags);
    let told = diags.sorted().into_iter().map(|found| {
        let (line, _) = sources.line_column(found.span.file, found.span.start);
        format!("{}:{line} {} {}", sources.path(found.span.file), found.code, found.message)
    });
    (library, told.collect())
}

#[test]
fn real_statutes_are_read_whole() {
    let Some(folder) = folder("real_statutes_are_read_whole") else { return };
    let started = Instant::now();
    let (library, told) = library(&folder);
    let took = started.elapsed();
    let volumes: Vec<_> =
        library.works.iter().flat_map(|work| &work.texts).flat_map(|text| &text.volumes).collect();
    let bytes: usize = volumes.iter().map(|volume| volume.source.len()).sum();
    let articles: usize = volumes.iter().map(|volume| volume.articles.len()).sum();
    let line = format!(
        "{} files, {} statutes, {articles} articles, {} findings, {} kB in {} ms\n",
        volumes.len(),
        library.works.len(),
        told.len(),
        bytes / 1000,
        took.as_millis(),
    );
    let _gone = std::io::stderr().write_all((line + &told.join("\n") + "\n").as_bytes());
    assert!(!volumes.is_empty());
    // Whatever a text is, most of it is kept: nothing but blanks, number signs, titles and history is left out.
    for volume in volumes {
        let kept: usize =
            volume.paragraphs.iter().map(|paragraph| (paragraph.end - paragraph.start) as usize).sum();
        let text = volume.source.len();
        assert!(kept * 10 >= text * 6 || text - kept < 4000, "{}: {kept} of {text} bytes", volume.path);
    }
}

#[test]
fn real_statutes_have_the_articles_that_their_table_says() {
    let name = "real_statutes_have_the_articles_that_their_table_says";
    let Some(folder) = folder(name) else { return };
    let table = folder.with_file_name("statutes.csv");
    let Ok(mut rows) = csv::Reader::from_path(&table) else { return };
    let (library, _) = library(&folder);
    let mut compared = 0;
    for row in rows.records().map(Result::unwrap) {
        let (title, file, effective) = (&row[0], &row[1], &row[5]);
        let all = library
            .works
            .iter()
            .flat_map(|work| &work.texts)
            .flat_map(|text| text.volumes.iter().map(move |volume| (text, volume)));
        let (text, volume) =
            all.into_iter().find(|(_, volume)| volume.path == file).unwrap_or_else(|| panic!("{file}"));
        let number = |cell: &str| parse_number(cell.trim_start_matches('第').trim_end_matches('条')).unwrap();
        let (first, last) = (volume.articles.first().unwrap(), volume.articles.last().unwrap());
        assert_eq!(volume.title, title.replace(' ', ""), "{file}");
        assert_eq!(volume.articles.len().to_string(), row[2], "{file}");
        assert_eq!((first.number.number, last.number.number), (number(&row[3]), number(&row[4])), "{file}");
        if let Some(day) = text.effective {
            let told = format!("{}年{}月{}日", day.year(), day.month(), day.day());
            // Where a law was only published, the table has no day.
            assert!(effective.is_empty() || effective == told, "{file}: {told}, {effective}");
        }
        compared += 1;
    }
    assert!(compared > 0);
}
