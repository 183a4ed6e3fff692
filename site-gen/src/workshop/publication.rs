//! How what was made gets into the output folder: documents first, because somebody waits for hers; lists after them; what
//! is searched last.

use std::collections::{BTreeMap, BTreeSet};

use super::frame::Frame;
use super::outputs::{Batch, Owner};
use super::{Made, Reason, Workshop, document};
use crate::render::Printer;
use crate::source::FileId;
use crate::statute::publish;
use crate::{data, index};

/// Hears of what is in its place.
pub(super) type Tell<'t> = &'t mut dyn FnMut(&Made);

/// What is needed to publish.
pub(super) struct Publication<'a> {
    pub frame: &'a Frame,
    pub printer: &'a Printer<'a>,
    /// By path in the content.
    pub pictures: Vec<String>,
    pub reasons: &'a BTreeMap<FileId, Reason>,
    pub tell: Tell<'a>,
    pub done: Made,
}

impl Publication<'_> {
    /// Prints what is not of one document, and puts everything in its place. `batch` holds the documents.
    pub(super) fn publish(mut self, workshop: &mut Workshop, mut batch: Batch) -> anyhow::Result<Made> {
        workshop.forget()?;
        self.done.others = workshop.others_stale;
        let data = workshop.data_stale || workshop.others_stale;
        let (made, gone) = (self.reasons, std::mem::take(&mut workshop.gone));
        let of_documents = |owner: Owner| matches!(owner, Owner::Document(file) if made.contains_key(&file) || gone.contains(&file));
        workshop.put_pictures(&batch, &self.pictures)?;
        let first = self.documents_can_go_first(workshop);
        if first {
            self.finish(workshop, batch, of_documents)?;
            batch = Batch::begin(&workshop.outputs, &workshop.options.out, workshop.compressor())?;
            // They are there; those that no page shows any more go now, when no page does.
            workshop.put_pictures(&batch, &self.pictures)?;
        }
        if self.done.others {
            let cited = match workshop.cited.take() {
                Some(cited) => cited,
                None => document::cited(workshop.documents.values()),
            };
            let put = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::Others, &path, &bytes);
            self.printer.others(&cited, &self.frame.statutes(), &put)?;
            let statutes = self.frame.site.iter().flat_map(|site| publish::files(&site.statutes));
            statutes.into_iter().try_for_each(put)?;
            workshop.cited = Some(cited);
        }
        if data {
            self.put_data(workshop, &batch)?;
        }
        let others = self.done.others;
        let remade = |owner: Owner| match owner {
            // What went first is in its place, and in no later batch.
            Owner::Document(_) => !first && of_documents(owner),
            Owner::Others => others,
            Owner::Picture => true,
            Owner::Data => data,
        };
        self.finish(workshop, batch, remade)?;
        for file in made.keys() {
            workshop.documents.entry(*file).and_modify(|document| document.printed = true);
        }
        (workshop.others_stale, workshop.data_stale) = (false, false);
        Ok(self.done)
    }

    /// Whether the documents' pages fit the site as it stands: the frame of all pages is what it was.
    fn documents_can_go_first(&self, workshop: &Workshop) -> bool {
        let frame_changed = |reason: &Reason| matches!(reason, Reason::LawsOrPlaces | Reason::Frame);
        let more = workshop.others_stale || workshop.data_stale;
        more && !workshop.outputs.is_empty()
            && !self.reasons.is_empty()
            && !self.reasons.values().any(frame_changed)
    }

    fn finish(
        &mut self,
        workshop: &mut Workshop,
        batch: Batch,
        remade: impl Fn(Owner) -> bool,
    ) -> anyhow::Result<()> {
        let (written, gone) = batch.finish(&mut workshop.outputs, remade)?;
        if !(written.is_empty() && gone.is_empty()) {
            let documents = self.done.documents.clone();
            let part = Made { documents, others: self.done.others, written, gone };
            (self.tell)(&part);
            self.done.written.extend(part.written);
            self.done.gone.extend(part.gone);
        }
        Ok(())
    }

    /// The published records, and the search index where it is wanted.
    fn put_data(&self, workshop: &mut Workshop, batch: &Batch) -> anyhow::Result<()> {
        let Some(site) = &self.frame.site else { return Ok(()) };
        if workshop.options.search && !workshop.fetch_records() {
            anyhow::bail!("上一次生成的搜索数据读不了：再运行一次，会全部重新生成");
        }
        let mut bundle = index::bundle(site, self.printer.shell()?);
        let put = |(name, bytes): (String, Vec<u8>)| {
            batch.put(Owner::Data, &format!("{}/{name}", search::bundle::FOLDER), &bytes)
        };
        let cited = workshop.cited.get_or_insert_with(|| document::cited(workshop.documents.values()));
        let mut resting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for document in workshop.documents.values() {
            let statutes = document.citations.iter().map(|citation| citation.statute.as_str());
            resting.entry(&document.url).or_default().extend(statutes);
        }
        let mut published = data::files(site, cited, &resting).into_iter();
        published.try_for_each(|(path, bytes)| batch.put(Owner::Data, &path, &bytes))?;
        if !workshop.options.search {
            return bundle.files_without_search().into_iter().try_for_each(put);
        }
        let documents = workshop.documents.values();
        let records = documents.filter_map(|document| document.record.clone());
        bundle.records = index::others(site, cited).into_iter().chain(records).collect();
        bundle.records.sort_by(|a, b| a.id.cmp(&b.id));
        bundle.files().into_iter().try_for_each(put)
    }
}
