//! The statute library of a workshop: read when something in it has changed, and kept.

use std::sync::Arc;

use super::Workshop;
use crate::diag::Diagnostics;
use crate::load::Drafts;
use crate::source::SourceMap;
use crate::statute::Library;
use crate::statute::gather::{self, Listing, Place};
use crate::statute::report::{self, Resting, Row};
use crate::{Options, Outcome, Report};

/// The library as it was last read.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// Where it was, and how its files looked.
    read: Option<(Place, Listing)>,
    library: Arc<Library>,
    diags: Diagnostics,
}

impl Shelf {
    /// Puts the library that `drafts` or the command line name beside the entries. It is read only where it is another one
    /// than last time, or where one of its files looks different from outside.
    pub(super) fn put_beside(
        &mut self,
        drafts: &mut Drafts,
        options: &Options,
        sources: &mut SourceMap,
    ) -> anyhow::Result<Diagnostics> {
        let wanted = wanted(drafts, options)?;
        if wanted != self.read {
            sources.point_at_none();
            self.diags = Diagnostics::default();
            let read = wanted.as_ref();
            let library =
                read.map(|(place, listing)| gather::library(place, listing, sources, &mut self.diags));
            self.library = Arc::new(library.unwrap_or_default());
            self.read = wanted;
        }
        self.put_known_beside(drafts);
        Ok(self.diags.clone())
    }

    /// The library as it was last read: the same one until it is read again.
    pub(super) fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Whether the library is the one that was read last, and its files look from outside as they did.
    pub(super) fn is_as_read(&self, drafts: &Drafts, options: &Options) -> anyhow::Result<bool> {
        Ok(wanted(drafts, options)? == self.read)
    }

    /// Puts the library beside the entries as it was last read.
    pub(super) fn put_known_beside(&self, drafts: &mut Drafts) {
        drafts.put_beside(&self.library);
    }
}

/// Where the library is now, and how its files look.
fn wanted(drafts: &Drafts, options: &Options) -> anyhow::Result<Option<(Place, Listing)>> {
    let setting = drafts.settings.as_ref().and_then(|settings| settings.statutes.as_ref());
    let place = Place::find(&options.content, options.statutes.as_deref(), setting);
    place.map(|place| gather::list(&place).map(|listing| (place, listing))).transpose()
}

impl Workshop {
    /// Which page rests on which article, and what changed since; nothing where the content has errors, which are in the
    /// report.
    ///
    /// # Errors
    ///
    /// Fails when a folder of full texts that the command line names can't be read.
    pub fn statutes_report(
        sources: SourceMap,
        options: Options,
    ) -> anyhow::Result<(Report, Option<Vec<Row>>)> {
        let (mut workshop, outcome) = Self::checked(sources, options)?;
        let report = match outcome {
            Outcome::Built(report) => report,
            Outcome::Rejected(report) => return Ok((report, None)),
        };
        let (drafts, _) = workshop.drafts()?;
        let resting = workshop.documents.values().map(|document| Resting {
            title: document.head.title(),
            url: &document.url,
            reviewed: document.head.reviewed(),
            citations: &document.citations,
        });
        let rows = report::rows(&drafts.catalogue, resting);
        Ok((report, Some(rows)))
    }
}
