//! What front matter says of its own page: when it was looked over, and which pages go with it.

use jiff::civil::Date;

use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::GuideDraft;
use crate::source::{FileId, Located};

/// Days after which a page wants another look.
const FRESH_DAYS: i32 = 365;

/// Reports reviews that are yet to come, and pages that name themselves as related.
pub fn check(drafts: &Drafts, today: Date, diags: &mut Diagnostics) {
    for draft in &drafts.guides {
        check_guide(draft, today, diags);
    }
}

/// The same of one guide.
pub fn check_guide(draft: &GuideDraft, today: Date, diags: &mut Diagnostics) {
    if let Some(reviewed) = draft.reviewed.as_ref().filter(|reviewed| reviewed.value > today) {
        diags.push(
            Diagnostic::error("reviewed", reviewed.span, "核对的日子还没到")
                .hint("写真正对照法律看过全文的那一天"),
        );
    }
    check_related(draft, diags);
}

/// Reports reviews that are too old. `told`: whether any of these codes was reported of a guide's text. Comes after the
/// texts were read, and on every run: where a law is known to have changed since, the age of the review says nothing new.
pub fn check_age(
    drafts: &Drafts,
    today: Date,
    told: &dyn Fn(FileId, &[&str]) -> bool,
    diags: &mut Diagnostics,
) {
    let reviewed = drafts.guides.iter().filter_map(|draft| draft.reviewed.as_ref());
    let old = |reviewed: &&Located<Date>| {
        today.since(reviewed.value).is_ok_and(|span| span.get_days() > FRESH_DAYS)
    };
    for reviewed in reviewed.filter(old) {
        if !told(reviewed.span.file, &["review-due", "statute-not-in-force"]) {
            diags.push(
                Diagnostic::warning("reviewed", reviewed.span, "上次核对已经超过一年")
                    .hint("对照现在的法律看一遍全文，再把日子改成今天"),
            );
        }
    }
}

fn check_related(draft: &GuideDraft, diags: &mut Diagnostics) {
    for own in draft.related.iter().filter(|slug| slug.value == draft.slug.value) {
        diags.push(
            Diagnostic::warning("self-reference", own.span, "相关指南里写了这一篇自己")
                .hint(format!("从 related 里删掉 {}", own.value)),
        );
    }
}
