//! Pages that somebody is still writing (`draft: true`): checked like all others, published by no build.
//!
//! Start at [`split`]: it takes such files out of what is published, so no later stage can publish one by a slip. Then
//! [`Split::check`] looks at everything together and tells what is wrong with the drafts. A draft's faults stop nobody else's
//! work, so they become warnings, except those that harm whoever can read the folder. The word is read from the text of
//! the head, not from its YAML: a head with a fault in it must not publish itself.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::load;
use crate::source::{FileId, SourceMap};

/// What a draft must not have either: it can be read by all who can read the folder.
const HARMFUL: [&str; 2] = ["shelter-address", "digest-identity"];

/// The files that are published, and everything together where there are drafts.
pub struct Split {
    /// Without the drafts; findings may still point into them.
    pub published: SourceMap,
    /// With the drafts, and which they are.
    pub everything: Option<(SourceMap, BTreeSet<FileId>)>,
}

/// Takes the drafts out of what is published.
pub fn split(sources: SourceMap) -> Split {
    let held: BTreeSet<FileId> = sources
        .texts()
        .filter(|(_, text)| text.path.ends_with(".md") && is_held_back(&text.text))
        .map(|(file, _)| file)
        .collect();
    if held.is_empty() {
        return Split { published: sources, everything: None };
    }
    let published = sources.without(&held);
    Split { published, everything: Some((sources, held)) }
}

impl Split {
    /// The paths of the drafts.
    pub fn paths(&self) -> Vec<String> {
        let held = self.everything.iter().flat_map(|(_, held)| held);
        held.map(|file| self.published.path(*file).to_owned()).collect()
    }

    /// Adds what is wrong with the drafts to `diags`, which has what is wrong with the rest.
    pub fn check(&self, today: Date, diags: &mut Diagnostics) {
        let Some((everything, held)) = &self.everything else { return };
        let mut all = Diagnostics::default();
        let drafts = load::drafts(everything, &mut all);
        crate::check::site(everything, &drafts, today, &mut all);
        let all = all.sorted();
        let known: BTreeSet<_> = all.iter().map(|finding| (finding.span, finding.code)).collect();
        let rest = std::mem::take(diags);
        for finding in rest.sorted() {
            // Only without the drafts is it wrong: it refers to one.
            let to_a_draft = !known.contains(&(finding.span, finding.code));
            diags.push(if to_a_draft { waiting_for_a_draft(finding) } else { finding.clone() });
        }
        for finding in all.iter().filter(|finding| held.contains(&finding.span.file)) {
            diags.push(softened(finding));
        }
    }
}

fn waiting_for_a_draft(finding: &Diagnostic) -> Diagnostic {
    finding.clone().hint("它还是草稿，没有发布：先发布它（删掉它的 draft: true），或者先不提它")
}

fn softened(finding: &Diagnostic) -> Diagnostic {
    let mut finding = finding.clone();
    if !HARMFUL.contains(&finding.code) {
        finding.severity = Severity::Warning;
    }
    finding
}

/// Whether the head of a Markdown file says that it is a draft. Anything but a plain no counts: what somebody meant to
/// keep back is not published because of a slip of the pen.
pub fn is_held_back(text: &str) -> bool {
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return false;
    }
    let head = lines.map(str::trim_end).take_while(|line| *line != "---");
    head.filter_map(written_after_draft)
        .any(|value| !matches!(value, "" | "~" | "null" | "false" | "no" | "否"))
}

fn written_after_draft(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("draft").or_else(|| line.strip_prefix("草稿"))?.trim_start();
    let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    let value = value.split(" #").next().unwrap_or_default();
    Some(value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_no_publishes() {
        for draft in
            ["draft: true", "草稿: 是", "草稿：是", "draft: \"true\" # 先放着", "draft: 也许", "draft : yes"]
        {
            assert!(is_held_back(&format!("---\ntitle: 标题\n{draft}\n---\n正文\n")), "{draft}");
        }
        for published in
            ["draft: false", "草稿: 否", "draft:", "title: draft: true", "# draft: true", "drafts: 1"]
        {
            assert!(!is_held_back(&format!("---\n{published}\n---\ndraft: true\n")), "{published}");
        }
        assert!(!is_held_back("draft: true\n"));
    }

    #[test]
    fn a_head_that_can_not_be_read_does_not_publish_itself() {
        assert!(is_held_back("---\ntitle: [没有结束\ndraft: true\n---\n"));
    }
}
