//! What a fault is: its name, how it is planted in a file, which code has to tell of it and where.

use std::collections::BTreeMap;

use crate::content::Told;

/// A broken text, and the line, from 1, that the finding has to name; 0 where it may be any.
pub(crate) type Planted = (Vec<u8>, usize);

/// A way to break a text.
pub(crate) struct Fault {
    /// What was done, for the reader of a failing test and of the counts.
    pub(crate) name: &'static str,
    /// The codes that may tell of it: one of them has to.
    pub(crate) codes: &'static [&'static str],
    /// Breaks a text; `None` where it does not apply.
    pub(crate) plant: fn(&Page<'_>) -> Option<Planted>,
}

/// A text file before it is broken.
pub(crate) struct Page<'t> {
    pub(crate) path: &'t str,
    pub(crate) text: &'t str,
}

/// A file with a fault in it.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) line: usize,
    pub(crate) name: &'static str,
    pub(crate) codes: &'static [&'static str],
}

/// How many files were broken, by fault and by the code that told of it.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<(&'static str, String), usize>);

impl<'t> Page<'t> {
    pub(crate) fn new(path: &'t str, text: &'t [u8]) -> Self {
        Self { path, text: std::str::from_utf8(text).unwrap() }
    }

    /// Whether it lies in the folder.
    pub(crate) fn is_in(&self, folder: &str) -> bool {
        self.path.split('/').next() == Some(folder)
    }

    pub(crate) fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    pub(crate) fn is_station(&self) -> bool {
        self.is_in("stations") && self.is_markdown() && !self.path.ends_with("_index.md")
    }

    pub(crate) fn lines(&self) -> Vec<&'t str> {
        self.text.lines().collect()
    }

    /// The first line that begins so, from 1.
    pub(crate) fn line_of(&self, beginning: &str) -> Option<usize> {
        self.lines().iter().position(|line| line.starts_with(beginning)).map(|at| at + 1)
    }

    /// The line with the second fence, from 1.
    pub(crate) fn head_end(&self) -> Option<usize> {
        let lines = self.lines();
        let end = lines.iter().skip(1).position(|line| *line == "---")?;
        self.is_markdown().then_some(end + 2)
    }

    /// How many bytes stand before the line, from 1.
    pub(crate) fn start_of(&self, line: usize) -> usize {
        self.text.split_inclusive('\n').take(line - 1).map(str::len).sum()
    }

    /// Another line in the place of one.
    pub(crate) fn with_line(&self, line: usize, new: &str) -> (Vec<u8>, usize) {
        let mut lines = self.lines();
        lines[line - 1] = new;
        (joined(&lines), line)
    }

    /// One line more, which becomes this one.
    pub(crate) fn with_new_line(&self, line: usize, new: &str) -> (Vec<u8>, usize) {
        let mut lines = self.lines();
        lines.insert(line - 1, new);
        (joined(&lines), line)
    }

    pub(crate) fn without_line(&self, line: usize) -> Vec<u8> {
        let mut lines = self.lines();
        lines.remove(line - 1);
        joined(&lines)
    }

    /// Another value for a setting of the head.
    pub(crate) fn with_setting(&self, key: &str, value: &str) -> Option<(Vec<u8>, usize)> {
        let line = self.line_of(&format!("{key}:")).filter(|line| Some(*line) < self.head_end())?;
        Some(self.with_line(line, &format!("{key}: {value}")))
    }

    /// One line more in the head, behind the first.
    pub(crate) fn with_head_line(&self, new: &str) -> Option<(Vec<u8>, usize)> {
        self.head_end().map(|_| self.with_new_line(3, new))
    }

    /// A paragraph of its own at the end.
    pub(crate) fn with_last_paragraph(&self, new: &str) -> (Vec<u8>, usize) {
        let text = format!("{}\n\n{new}\n", self.text.trim_end());
        (text.clone().into_bytes(), text.trim_end().lines().count() + 1 - new.lines().count())
    }
}

fn joined(lines: &[&str]) -> Vec<u8> {
    let mut text = lines.join("\n");
    text.push('\n');
    text.into_bytes()
}

/// The file broken, where the fault applies to it.
pub(crate) fn one(fault: &Fault, path: &str, bytes: &[u8]) -> Option<Broken> {
    let (broken, line) = (fault.plant)(&Page::new(path, bytes)).filter(|(broken, _)| broken != bytes)?;
    Some(Broken { path: path.to_owned(), bytes: broken, line, name: fault.name, codes: fault.codes })
}

impl Counts {
    /// Looks for what was said of a broken file; gives what is wrong with it.
    pub(crate) fn hold(&mut self, broken: &Broken, told: &[Told]) -> Option<String> {
        let here: Vec<&Told> = told.iter().filter(|told| told.path == broken.path).collect();
        let meant = here.iter().find(|told| {
            broken.codes.contains(&told.code.as_str()) && (told.line == broken.line || broken.line == 0)
        });
        let Some(meant) = meant else {
            let heard: Vec<String> = here.iter().map(|told| told.line_of_text()).collect();
            return Some(format!(
                "{}: {} line {} should be told as {:?}; heard:\n    {}",
                broken.name,
                broken.path,
                broken.line,
                broken.codes,
                heard.join("\n    ")
            ));
        };
        let chinese = meant.words.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        if meant.column == 0 || meant.line == 0 || !chinese {
            return Some(format!("{}: {} is told badly: {meant:?}", broken.name, broken.path));
        }
        *self.0.entry((broken.name, meant.code.clone())).or_default() += 1;
        None
    }

    pub(crate) fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// How many ways of breaking there were.
    pub(crate) fn ways(&self) -> usize {
        let mut names: Vec<&str> = self.0.keys().map(|(name, _)| *name).collect();
        names.dedup();
        names.len()
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for ((name, code), count) in &self.0 {
            writeln!(f, "{count:5}  {code:20} {name}")?;
        }
        write!(f, "{:5}  in {} ways", self.count(), self.ways())
    }
}

impl Told {
    fn line_of_text(&self) -> String {
        format!("{}:{} {} {}", self.line, self.column, self.code, self.words)
    }
}

/// What is said twice of the same place in the same words.
pub(crate) fn twice(told: &[Told]) -> Vec<&Told> {
    let mut sorted: Vec<&Told> = told.iter().collect();
    sorted.sort();
    sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}
