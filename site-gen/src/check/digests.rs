//! Case digests: they refer to what exists, and nobody can be found through them (rule 7 of the domain).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::World;
use super::citations::Spoken;
use super::identity::{self, Finding};
use super::pages::HeadRules;
use super::resolver::{Notes, PageContext, References};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::CaseDraft;
use crate::model::{CaseDigest, CaseHead};
use crate::source::Span;

/// The heads of the digests; reports topics and guides that don't exist.
pub fn cases(drafts: &Drafts, known: &BTreeSet<&str>, diags: &mut Diagnostics) -> Vec<Arc<CaseHead>> {
    let heads = HeadRules::new(drafts, known);
    for draft in &drafts.cases {
        heads.case(draft, diags);
    }
    drafts.cases.iter().map(|draft| draft.head()).collect()
}

/// Reads the text of a digest; reports what could identify somebody.
pub fn case(draft: &CaseDraft, world: &World<'_>) -> (CaseDigest, Notes) {
    let head = draft.head();
    // What held in the case's year may be cited, whatever came later.
    let spoken = Date::new(draft.year, 12, 31).map_or(Spoken::Today, Spoken::Then);
    let url = head.url();
    let page = PageContext { file: draft.slug.span.file, url: &url, spoken };
    let mut references = References::new(world, page);
    references.tells_no_place();
    check_anonymous(draft, world, &mut references.notes.diags);
    references.line(&draft.title);
    references.line(&draft.summary);
    let applied = draft.applied.iter().flat_map(|text| references.cite(text)).collect();
    let body = references.body(draft.body);
    (CaseDigest { head, applied, body }, references.notes)
}

fn check_anonymous(draft: &CaseDraft, world: &World<'_>, diags: &mut Diagnostics) {
    let file = draft.slug.span.file;
    let text = world.sources.text(file);
    // No page shows what is asked, but whoever types is offered it.
    let asked = draft.asked.iter().map(|question| question.span);
    for span in [draft.title.span, draft.summary.span].into_iter().chain(asked).chain([draft.body.0]) {
        let written = &text[span.start..span.end];
        let places = world.regions.names_below_county().flat_map(|name| written.match_indices(name));
        let places = places.map(|(at, name)| Finding {
            at: at..at + name.len(),
            what: "县以下的地名",
            hint: "最细写到县",
        });
        for finding in identity::findings(written).into_iter().chain(places) {
            let at = Span::new(file, span.start + finding.at.start, span.start + finding.at.end);
            let message =
                format!("“{}”像是{}，可能让人认出当事人", &written[finding.at.clone()], finding.what);
            diags.push(Diagnostic::error("digest-identity", at, message).hint(finding.hint));
        }
    }
}
