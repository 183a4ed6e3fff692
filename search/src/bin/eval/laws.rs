//! A folder of statutes as records: the layout of the public LawRefBook/Laws collection.
//!
//! A file is a statute, its name the short title and the date of the version: `社会法/反家庭暴力法(2015-12-27).md`. `#` lines
//! are its title and the headings, a line that begins with 第…条 an article; what stands before `<!-- INFO END -->` is not
//! text. Of several versions the newest counts. The books of the Civil Code are one statute. Read only to measure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use search::knowledge;
use search::record::{Kind, Record};

/// What ends the lines about a statute, before its text.
const END_OF_INFO: &str = "<!-- INFO END -->";

/// Folders of other texts: rules of provinces and cities, cases.
const OTHERS: [&str; 4] = ["DLC", "案例", "scripts", "scrape"];

/// The articles of all statutes in `folder`; their ids are `民法典#1079`.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Record>> {
    let mut newest: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
    for file in files(folder)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (title, version) = match name.rsplit_once(['(', '（']) {
            Some((title, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => (title, rest),
            _ => (name.as_str(), ""),
        };
        let book = file.parent().is_some_and(|folder| folder.ends_with("民法典"));
        let title = if book { format!("民法典·{title}") } else { title.to_owned() };
        let entry = newest.entry(title).or_default();
        if entry.1.as_os_str().is_empty() || *entry.0 < *version {
            *entry = (version.to_owned(), file);
        }
    }
    ensure!(!newest.is_empty(), "{} has no statutes (*.md)", folder.display());
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    for (name, (_, file)) in &newest {
        let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
        for record in articles(name, &String::from_utf8_lossy(&bytes)) {
            records.entry(record.id.clone()).or_insert(record);
        }
    }
    Ok(records.into_values().collect())
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !OTHERS.contains(&name.as_str()) {
            found.extend(files(&path)?);
        } else if name.ends_with(".md") && !name.starts_with('_') {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The articles of one file.
fn articles(name: &str, text: &str) -> Vec<Record> {
    let (short, book) = name.split_once('·').unwrap_or((name, ""));
    let heading = |line: &str| line.trim_start_matches('#').split_whitespace().collect::<Vec<_>>().join(" ");
    let title = text.lines().find(|line| line.starts_with("# ")).map_or(short.to_owned(), heading);
    let mut headings: BTreeMap<usize, String> = BTreeMap::new();
    let mut found: Vec<Record> = Vec::new();
    let body = text.split_once(END_OF_INFO).map_or(text, |(_, body)| body);
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let level = line.bytes().take_while(|&byte| byte == b'#').count();
        if level > 0 {
            headings.retain(|&above, _| above < level);
            headings.insert(level, heading(line));
            continue;
        }
        let number = line.split(char::is_whitespace).next().filter(|first| first.starts_with('第'));
        match number.and_then(knowledge::article_number) {
            Some(number) => {
                let asked = knowledge::questions(&title, Some(&number), line);
                let above = [book].into_iter().chain(headings.values().map(String::as_str));
                found.push(Record {
                    heading: above.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "),
                    text: line.to_owned(),
                    asked: asked.iter().map(|&question| question.to_owned()).collect(),
                    ..Record::new(Kind::Article, format!("{short}#{number}"), &title, "")
                });
            }
            None => {
                if let Some(article) = found.last_mut() {
                    article.text = format!("{}\n{line}", article.text);
                }
            }
        }
    }
    found
}
