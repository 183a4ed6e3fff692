//! What front matter says of its own page: when it was looked over, and which pages go with it.

use jiff::civil::Date;

use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::kinds::GuideDraft;
use crate::source::Located;

/// Days after which a page wants another look.
const FRESH_DAYS: i32 = 365;

/// Reports reviews that are too old or yet to come, and pages that name themselves as related. Comes after the pages
/// were read: where a law is known to have changed since, the age of the review says nothing new.
pub fn check(drafts: &Drafts, today: Date, diags: &mut Diagnostics) {
    for draft in &drafts.guides {
        if let Some(reviewed) = &draft.reviewed {
            check_reviewed(reviewed, today, diags);
        }
        check_related(draft, diags);
    }
}

fn check_reviewed(reviewed: &Located<Date>, today: Date, diags: &mut Diagnostics) {
    if reviewed.value > today {
        diags.push(
            Diagnostic::error("reviewed", reviewed.span, "核对的日子还没到")
                .hint("写真正对照法律看过全文的那一天"),
        );
    } else if today.since(reviewed.value).is_ok_and(|span| span.get_days() > FRESH_DAYS)
        && !diags.told_of(reviewed.span.file, &["review-due", "statute-not-in-force"])
    {
        diags.push(
            Diagnostic::warning("reviewed", reviewed.span, "上次核对已经超过一年")
                .hint("对照现在的法律看一遍全文，再把日子改成今天"),
        );
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
