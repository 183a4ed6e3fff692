//! Findings for people: <file:line:column>, the line with the place marked, what to write instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Severity;
use super::found::{Found, below};

/// How it shows.
#[derive(Debug, Clone)]
pub struct Look {
    /// Whether to colour it as terminals do.
    pub colour: bool,
    /// Columns of the terminal: a longer line is shown round the marked place.
    pub width: usize,
    /// How many findings of the same code to show; the others become a count. `None`: all.
    pub limit: Option<usize>,
}

impl Default for Look {
    fn default() -> Self {
        Self { colour: false, width: 140, limit: None }
    }
}

/// Everything found, with a closing line of counts. Empty when nothing was found.
pub fn render(found: &[Found<'_>], folder: &str, look: &Look) -> String {
    let mut out = String::new();
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() }.term_width(look.width);
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unlisted: BTreeMap<&str, Unlisted<'_>> = BTreeMap::new();
    for finding in found {
        let code = finding.diagnostic.code;
        let so_far = shown.entry(code).or_default();
        if look.limit.is_some_and(|limit| *so_far >= limit) {
            let rest = unlisted.entry(code).or_default();
            rest.count += 1;
            rest.files.insert(finding.path);
            continue;
        }
        *so_far += 1;
        out.push_str(&one(finding, folder, &renderer));
        out.push_str("\n\n");
    }
    for (code, Unlisted { count, files }) in unlisted {
        let files = files.len();
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "还有 {count} 处 [{code}] 没有列出，在 {files} 个文件里。全部列出：加上 --limit all\n"
        );
    }
    out.push_str(&summary(found));
    out
}

/// Findings that are only counted.
#[derive(Default)]
struct Unlisted<'f> {
    count: usize,
    files: BTreeSet<&'f str>,
}

/// How many errors and suggestions there are, in one line; empty when nothing was found.
pub fn summary(found: &[Found<'_>]) -> String {
    let errors = found.iter().filter(|found| found.diagnostic.severity == Severity::Error).count();
    match (errors, found.len() - errors) {
        (0, 0) => String::new(),
        (0, warnings) => format!("{warnings} 处建议，不影响发布。\n"),
        (errors, 0) => format!("{errors} 处错误，改好以后才能发布。\n"),
        (errors, warnings) => format!("{errors} 处错误，改好以后才能发布；另有 {warnings} 处建议。\n"),
    }
}

fn one(found: &Found<'_>, folder: &str, renderer: &Renderer) -> String {
    let diagnostic = found.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("错误"),
        Severity::Warning => Level::WARNING.with_name("建议"),
    };
    let head = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut groups: Vec<Group<'_>> = Vec::new();
    // A place in a line without a character to mark: the message has to do.
    if found.line.is_empty() {
        groups.push(Group::with_title(head));
    } else {
        let mut place = AnnotationKind::Primary.span(found.marked.clone());
        if found.end.line > found.start.line {
            place = place.label(format!("到第 {} 行为止", found.end.line));
        }
        groups.push(head.element(Snippet::source(found.line).line_start(found.start.line).annotation(place)));
    }
    if let Some(hint) = &diagnostic.hint {
        groups.push(Group::with_title(Level::HELP.with_name("改法").secondary_title(hint)));
    }
    // The place comes first on a line of its own, in the form that editors and terminals make a link of.
    let (path, line, column) = (below(folder, found.path), found.start.line, found.start.column);
    format!("{path}:{line}:{column}\n{}", renderer.render(&groups))
}
