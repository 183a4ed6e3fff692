//! Case digests: they refer to what exists, and nobody can be found through them (rule 7 of the domain).

use jiff::civil::Date;

use super::citations::Spoken;
use super::identity::{self, Finding};
use super::known_slugs;
use super::pages::{guide_slugs, known_topics, topic_slugs};
use super::regions::Regions;
use super::resolver::{PageContext, References};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::CaseDraft;
use crate::model::CaseDigest;
use crate::source::Span;

/// The digests; reports what doesn't exist and what could identify somebody.
pub fn cases(
    drafts: &Drafts,
    regions: &Regions,
    references: &mut References<'_>,
    diags: &mut Diagnostics,
) -> Vec<CaseDigest> {
    let (guides, topics) = (guide_slugs(references.sources), topic_slugs(drafts));
    let mut cases = Vec::new();
    for draft in &drafts.cases {
        let topic = known_topics(std::slice::from_ref(&draft.topic), topics.as_ref(), diags).pop();
        let guides = known_slugs(&draft.guides, "指南", &guides, diags);
        check_anonymous(draft, regions, references, diags);
        // What held in the case's year may be cited, whatever came later.
        let spoken = Date::new(draft.year, 12, 31).map_or(Spoken::Today, Spoken::Then);
        let url = format!("/cases/{}/", draft.slug.value);
        let page = PageContext { file: draft.slug.span.file, url: &url, spoken };
        let mut applied = Vec::new();
        for text in &draft.applied {
            applied.extend(references.cite(text, spoken, diags));
        }
        cases.push(CaseDigest {
            slug: draft.slug.value.clone(),
            year: draft.year,
            title: draft.title.value.clone(),
            summary: draft.summary.value.clone(),
            topic: topic.unwrap_or_default(),
            outcome: draft.outcome,
            channel: draft.channel,
            applied,
            guides,
            body: references.body(draft.body, &page, diags),
        });
    }
    cases
}

fn check_anonymous(
    draft: &CaseDraft,
    regions: &Regions,
    references: &References<'_>,
    diags: &mut Diagnostics,
) {
    let file = draft.slug.span.file;
    let text = references.sources.text(file);
    let body = draft.body.0;
    let head = [draft.title.span, draft.summary.span];
    for span in head.into_iter().chain(std::iter::once(body)) {
        let written = &text[span.start..span.end];
        let places = regions.names_below_county().flat_map(|name| written.match_indices(name));
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
