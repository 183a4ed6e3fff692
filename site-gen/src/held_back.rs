//! Pages that somebody is still writing (`draft: true`): checked like all others, published by no build.
//!
//! Start at [`leave_out`]: it takes such files off the list of what there is before anything is read, so no later stage
//! can publish one by a slip. What is wrong with them is found by looking at everything together, and [`tell`] says it. A
//! draft's faults stop nobody else's work, so they become warnings, except those that harm whoever can read the folder.
//! The word is read from the text of the head, not from its YAML: a head with a fault in it must not publish itself.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::{Changes, FileId, SourceMap};

/// What a draft must not have either: it can be read by all who can read the folder.
const HARMFUL: [&str; 2] = ["shelter-address", "digest-identity"];

/// Whether something was found that harms whoever can read what was made of it.
pub fn has_harmful(diags: &Diagnostics) -> bool {
    diags.sorted().iter().any(|finding| HARMFUL.contains(&finding.code))
}

/// Takes the drafts off the list of files; findings may still point into them.
pub fn leave_out(sources: &mut SourceMap) {
    *sources = sources.whole();
    let files: Vec<FileId> = sources.texts().map(|(file, _)| file).collect();
    for file in drafts_among(sources, &files) {
        sources.leave_out(file, true);
    }
}

/// As [`leave_out`], after `changes`: `sources` leaves out what was a draft before them. A page that became a draft is gone,
/// and one that is a draft no more is new.
pub fn sort_out(sources: &mut SourceMap, changes: Changes) -> Changes {
    let Changes { written, pictures, mut gone, mut set } = changes;
    let drafts = drafts_among(sources, &written);
    let mut published = Vec::with_capacity(written.len());
    for file in written {
        let was_draft = sources.left_out().contains(&file);
        let is_draft = drafts.contains(&file);
        set |= was_draft != is_draft;
        if !is_draft {
            published.push(file);
        } else if !was_draft {
            gone.push((file, sources.path(file).to_owned()));
        }
        sources.leave_out(file, is_draft);
    }
    Changes { written: published, pictures, gone, set }
}

fn drafts_among(sources: &SourceMap, files: &[FileId]) -> BTreeSet<FileId> {
    let is_draft =
        |file: &&FileId| sources.path(**file).ends_with(".md") && is_held_back(sources.text(**file));
    files.par_iter().filter(is_draft).copied().collect()
}

/// Adds what is wrong with the drafts to `diags`, which has what is wrong with the rest. `together`: what is wrong when
/// nothing is held back.
pub fn tell(held: &BTreeSet<FileId>, together: &Diagnostics, diags: &mut Diagnostics) {
    let together = together.sorted();
    let known: BTreeSet<_> = together.iter().map(|finding| (finding.span, finding.code)).collect();
    let rest = std::mem::take(diags);
    for finding in rest.sorted() {
        // Only without the drafts is it wrong: it refers to one.
        let to_a_draft = !known.contains(&(finding.span, finding.code));
        match finding.code {
            // A picture that a draft shows waits for it, and can't do otherwise.
            "unused-image" if to_a_draft => {}
            _ => diags.push(if to_a_draft { waiting_for_a_draft(finding) } else { finding.clone() }),
        }
    }
    for finding in together.iter().filter(|finding| held.contains(&finding.span.file)) {
        diags.push(softened(finding));
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
