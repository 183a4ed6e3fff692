//! What an editor who keeps a site in step is told: one line for each update, and which findings are new.

use std::collections::BTreeSet;

use crate::diag::Severity;
use crate::diag::found::Found;
use crate::workshop::Made;
use crate::{Outcome, Report};

/// How many documents a line names.
const NAMED: usize = 3;

/// What was found last time, to tell what is new and what is mended.
#[derive(Debug, Default)]
pub struct Memory(BTreeSet<String>);

/// What to say of the findings of an update.
#[derive(Debug)]
pub struct News<'r> {
    /// What to show whole: what stops publishing, and what is new.
    pub show: Vec<Found<'r>>,
    /// A line about the rest; empty where there is nothing to say.
    pub rest: String,
}

impl Memory {
    /// Compares with the last time and remembers this one.
    pub fn news<'r>(&mut self, report: &'r Report) -> News<'r> {
        let found = report.found();
        let all: BTreeSet<String> = found.iter().map(key).collect();
        let mended = self.0.difference(&all).count();
        let known = std::mem::replace(&mut self.0, all);
        let (show, old): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|found| found.diagnostic.severity == Severity::Error || !known.contains(&key(found)));
        let rest = match (mended, show.len() + old.len()) {
            (0, _) if old.is_empty() => String::new(),
            (0, _) => format!("另有 {} 处建议和以前一样。\n", old.len()),
            (_, 0) => "都改好了。\n".to_owned(),
            (mended, left) => format!("改好了 {mended} 处，还有 {left} 处。\n"),
        };
        News { show, rest }
    }
}

/// The same for the same finding when lines above it come or go.
fn key(found: &Found<'_>) -> String {
    let diagnostic = found.diagnostic;
    format!("{} {} {} {}", found.path, diagnostic.code, diagnostic.message, found.line)
}

/// What an update did, in one line without its stop; `None` where there was nothing to do.
pub fn line(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Built(Report { made, .. }) if is_nothing(made) => None,
        Outcome::Built(Report { made, .. }) => {
            let files = match (made.written.len(), made.gone.len()) {
                (0, 0) => "页面和原来一样".to_owned(),
                (written, 0) => format!("写了 {written} 个文件"),
                (0, gone) => format!("删了 {gone} 个文件"),
                (written, gone) => format!("写了 {written} 个文件，删了 {gone} 个"),
            };
            Some(format!("{}：{files}", subject(made)))
        }
        Outcome::Rejected(report) => {
            let errors = report.diags.counts().0;
            Some(format!("{errors} 处错误，网站还是改动以前的样子"))
        }
    }
}

fn is_nothing(made: &Made) -> bool {
    made.written.is_empty() && made.gone.is_empty() && made.documents.is_empty()
}

/// Which documents, and why: those that were edited before those that follow them.
fn subject(made: &Made) -> String {
    let mut documents: Vec<_> = made.documents.iter().map(|(path, reason)| (*reason, path)).collect();
    documents.sort();
    let named: Vec<String> = documents
        .iter()
        .take(NAMED)
        .map(|(reason, path)| format!("{path}（{}）", reason.chinese()))
        .collect();
    match (documents.len(), made.others) {
        (0, _) => "列表、站点、法规和首页".to_owned(),
        (count, others) => {
            let more = if count > NAMED { format!("等 {count} 篇") } else { String::new() };
            let lists = if others { "，还有列表" } else { "" };
            format!("{}{more}{lists}", named.join("、"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::Reason;

    #[test]
    fn what_was_edited_is_named_before_what_follows_it() {
        let mut made = Made::default();
        for (path, reason) in [("a.md", Reason::Mention), ("b.md", Reason::Edited), ("c.md", Reason::Mention)]
        {
            made.documents.insert(path.to_owned(), reason);
        }
        assert!(subject(&made).starts_with("b.md（改过）、a.md（"), "{}", subject(&made));
        made.documents.insert("d.md".to_owned(), Reason::New);
        made.others = true;
        assert!(subject(&made).starts_with("d.md（新写的）、b.md（改过）、"));
        assert!(subject(&made).ends_with("等 4 篇，还有列表"));
        assert_eq!(subject(&Made::default()), "列表、站点、法规和首页");
    }
}
