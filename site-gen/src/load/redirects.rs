//! Reads old addresses: `aliases` in the settings of any page, and the table `redirects.csv`.

use super::fields::{Fields, Key};
use super::tables::rows;
use super::{Drafts, Reading};
use crate::diag::Diagnostics;
use crate::source::Located;

/// Where a page was before. The same name in the table and in settings.
const ALIASES: Key = Key("aliases", "旧地址");

/// An old address and where it leads now, as written.
#[derive(Debug, Clone)]
pub struct RedirectDraft {
    /// The old address.
    pub old: Located<String>,
    /// An address or a file, as in a link.
    pub new: Located<String>,
}

/// The old addresses of the page whose settings these are.
pub fn aliases(fields: &mut Fields<'_>) -> Vec<Located<String>> {
    fields.texts(ALIASES)
}

/// The redirects that pages ask for: from each address they had to the one they have.
pub fn of_pages(drafts: &Drafts) -> Vec<RedirectDraft> {
    let slug = |folder: &str, slug: &Located<String>| format!("/{folder}{}/", slug.value);
    let mut pages: Vec<(String, &[Located<String>])> = Vec::new();
    pages.extend(drafts.guides.iter().map(|draft| {
        (format!("/guides/{}/{}/", draft.topic.value, draft.slug.value), draft.aliases.as_slice())
    }));
    pages.extend(drafts.cases.iter().map(|draft| (slug("cases/", &draft.slug), draft.aliases.as_slice())));
    pages.extend(drafts.statutes.iter().map(|draft| (slug("laws/", &draft.slug), draft.aliases.as_slice())));
    let regions = drafts.directories.iter();
    pages.extend(regions.map(|draft| (slug("regions/", &draft.region), draft.aliases.as_slice())));
    pages.extend(
        drafts.stations.iter().map(|draft| (slug("stations/", &draft.slug), draft.aliases.as_slice())),
    );
    pages.extend(
        drafts.campaigns.iter().map(|draft| (slug("campaigns/", &draft.slug), draft.aliases.as_slice())),
    );
    pages.extend(drafts.pages.iter().map(|draft| (slug("", &draft.slug), draft.aliases.as_slice())));
    let redirects = pages.into_iter().flat_map(|(url, aliases)| {
        aliases.iter().map(move |old| RedirectDraft {
            old: old.clone(),
            new: Located { value: url.clone(), span: old.span },
        })
    });
    redirects.collect()
}

/// Reads `redirects.csv`.
pub fn table(reading: &Reading<'_>, diags: &mut Diagnostics) -> Vec<RedirectDraft> {
    let rows = rows(reading, diags).into_iter().filter_map(|row| {
        let span = row.span;
        let mut fields = Fields::of_row(row, span, diags);
        let (old, new) = (fields.required(Key("old", "旧地址")), fields.required(Key("new", "新地址")));
        fields.finish();
        Some(RedirectDraft { old: old?, new: new? })
    });
    rows.collect()
}
