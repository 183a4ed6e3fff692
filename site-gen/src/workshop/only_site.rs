//! The site without the texts of guides and digests: for reports on stations and divisions, which need none of them.

use super::Workshop;
use crate::model::Site;
use crate::source::SourceMap;
use crate::workshop::Made;
use crate::{Options, Report};

impl Workshop {
    /// What everything but the texts of guides and digests says; nothing where it has errors, which are in the report.
    ///
    /// # Errors
    ///
    /// Fails when a folder of full texts that the command line names can't be read.
    pub fn only_site(sources: SourceMap, options: Options) -> anyhow::Result<(Report, Option<Site>)> {
        let mut workshop = Self { sources: sources.whole(), ..Self::new(options) };
        workshop.album.look(&workshop.sources, &|_| true)?;
        let changes = workshop.everything();
        workshop.read_pieces(changes)?;
        let frame = workshop.new_frame()?;
        let report = workshop.report(frame.diags.clone(), Made::default());
        Ok((report, frame.site))
    }
}
