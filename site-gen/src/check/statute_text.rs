//! Citations in the text of a statute: 本法第二十条, 前款, 前条第一项, 民法典第一千零七十九条.
//!
//! For the statute library, which calls [`in_statute`] with the plain text of each article:
//!
//! ```text
//! 第一款的话：              one line for each paragraph (款)
//! （一）……；                 one line for each item (项), beginning with its number in brackets
//! （二）……。
//! 第二款的话。
//! ```
//!
//! The article's own number (第二十条) is not part of the text; where it stands at the start all the same, it is not
//! taken for a citation. What 本法, 前款 and a bare 第二十条 mean is told in `docs/decisions/0010-citations.md`.
//!
//! Nothing is reported: nobody here can mend the text of a statute. What is not certain has no link: a statute that the
//! site does not know, an article that is beyond the last in the version that held when this one took effect.

use jiff::civil::Date;

use super::citations::{Entry, StatuteBook};
use crate::citation::{self, Context, Own, Page, Reference, Subject, Target};
use crate::model::article::Division;
use crate::model::{ArticleNo, CitationLink, StatuteVersion};

/// The article whose text is read.
#[derive(Debug, Clone, Copy)]
pub struct ThisArticle<'s> {
    /// The statute's slug.
    pub statute: &'s str,
    /// From when the version that is read holds.
    pub effective: Date,
    /// Its number; `None` for a foreword or an annex.
    pub number: Option<ArticleNo>,
    /// The article before it: 前条.
    pub previous: Option<ArticleNo>,
    /// Where it stands, for 本编第三章; the default where that is not known.
    pub division: Division,
}

/// The citations in `text`, in order, none overlapping another: a link each. Empty for a statute that `book` has not.
pub fn in_statute(text: &str, book: &StatuteBook<'_>, this: &ThisArticle<'_>) -> Vec<CitationLink> {
    let Some(statute) = book.of_slug(this.statute) else { return Vec::new() };
    let own =
        Own { statute, article: this.number, previous: this.previous, division: this.division, text: true };
    let page = Page { titles: book.titles(), own: Some(own) };
    let references = citation::read(text, page, &mut Context::default());
    references.iter().filter_map(|reference| link(reference, book, this)).collect()
}

fn link(reference: &Reference, book: &StatuteBook<'_>, this: &ThisArticle<'_>) -> Option<CitationLink> {
    let Subject::Known(id) = &reference.subject else { return None };
    let entry = book.entry(*id)?;
    let version = version(entry, reference, this);
    if let Target::Articles { from, to, .. } = reference.target {
        let last = entry.versions.iter().map(StatuteVersion::last_number).max()?;
        let last = version.map_or(last, StatuteVersion::last_number);
        let exists = |article: ArticleNo| article.number > 0 && article.number <= last;
        if !exists(from) || to.is_some_and(|to| !exists(to) || to <= from) {
            return None;
        }
    }
    book.link(reference, entry, version)
}

/// The version that is meant: of this statute the one that is read, of another the one that held then.
fn version<'e>(
    entry: &'e Entry<'_>,
    reference: &Reference,
    this: &ThisArticle<'_>,
) -> Option<&'e StatuteVersion> {
    entry.version(reference.year, this.effective)
}
