//! Shows diagnostics as text: <file:line:column>, the line with the place marked, what to write instead.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{SourceMap, floor_char_boundary};

/// Everything found, in file order, with a closing line of counts. Empty when nothing was found.
pub fn render(diagnostics: &Diagnostics, sources: &SourceMap, root: &str) -> String {
    let sorted = diagnostics.sorted();
    if sorted.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for diagnostic in &sorted {
        out.push_str(&render_one(diagnostic, sources, root));
        out.push_str("\n\n");
    }
    let (errors, warnings) = diagnostics.counts();
    out.push_str(&summary(errors, warnings));
    out
}

fn summary(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, warnings) => format!("{warnings} 处建议，不影响发布。\n"),
        (errors, 0) => format!("{errors} 处错误，改好以后才能发布。\n"),
        (errors, warnings) => format!("{errors} 处错误，改好以后才能发布；另有 {warnings} 处建议。\n"),
    }
}

fn render_one(diagnostic: &Diagnostic, sources: &SourceMap, root: &str) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("错误"),
        Severity::Warning => Level::WARNING.with_name("建议"),
    };
    let span = diagnostic.span;
    let text = sources.text(span.file);
    let start = floor_char_boundary(text, span.start);
    let end = floor_char_boundary(text, span.end).max(start);
    let (line, column) = sources.line_column(span.file, start);
    let path = format!("{root}/{}", sources.path(span.file));
    let head = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut groups: Vec<Group<'_>> = Vec::new();
    if text.is_empty() {
        groups.push(Group::with_title(head));
    } else {
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_text = text[line_start..].lines().next().unwrap_or_default();
        // One line is enough to find the place: long spans are cut at the line's end.
        let marked = (start - line_start).min(line_text.len())..(end - line_start).min(line_text.len());
        let place = AnnotationKind::Primary.span(marked);
        groups.push(head.element(Snippet::source(line_text).line_start(line).annotation(place)));
    }
    if let Some(hint) = &diagnostic.hint {
        groups.push(Group::with_title(Level::HELP.with_name("改法").secondary_title(hint)));
    }
    // The place comes first on a line of its own, in the form that editors and terminals make a link of.
    format!("{path}:{line}:{column}\n{}", Renderer::plain().render(&groups))
}
