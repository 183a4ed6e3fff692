//! How what was made gets into the output folder: documents first, because somebody waits for hers; lists after them; what
//! is searched last.

use std::collections::BTreeMap;

use rayon::prelude::*;
use search::bundle::FOLDER;
use search::near::Near;

use super::due::Due;
use super::frame::Frame;
use super::outputs::{Batch, Owner, Write};
use super::records::{self, Packed, Searched};
use super::{Made, Reason, Workshop, document};
use crate::render::{Around, Printer};
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
        self.done.others = workshop.due.is_any();
        let data = workshop.data_stale || self.done.others;
        let (made, gone) = (self.reasons, std::mem::take(&mut workshop.gone));
        let of_documents = |owner: Owner| matches!(owner, Owner::Document(file) if made.contains_key(&file) || gone.contains(&file));
        workshop.put_pictures(&batch, &self.pictures)?;
        // What is in its place is in no later batch.
        let mut first = self.documents_can_go_first(workshop);
        if first {
            self.finish(workshop, batch, of_documents)?;
            batch = self.next_batch(workshop)?;
        }
        let all = self.done.others && workshop.due.edits().is_none();
        if self.done.others {
            self.put_lists(workshop, &batch)?;
            if !all {
                // Few lists and quickly made: nobody waits for them until the data is written.
                self.finish(workshop, batch, |owner| !first && of_documents(owner))?;
                first = true;
                batch = self.next_batch(workshop)?;
            }
        }
        if workshop.due.edits().is_some_and(|edits| edits.is_dated) {
            let put = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::Others, &path, &bytes);
            self.printer.sitemap()?.into_iter().try_for_each(put)?;
        }
        let in_browsers = data && workshop.browsers_are_due();
        if data {
            self.put_data(workshop, &batch, in_browsers)?;
        }
        let remade = |owner: Owner| match owner {
            Owner::Document(_) => !first && of_documents(owner),
            Owner::Others => all,
            Owner::Picture => true,
            Owner::Data => data,
            Owner::InBrowsers => in_browsers,
        };
        self.finish(workshop, batch, remade)?;
        for file in made.keys() {
            workshop.documents.entry(*file).and_modify(|document| document.printed = true);
        }
        (workshop.due, workshop.data_stale) = (Due::default(), false);
        workshop.browsers_stale = !in_browsers && (data || workshop.browsers_stale);
        Ok(self.done)
    }

    /// Whether the documents' pages fit the site as it stands: the frame of all pages is what it was.
    fn documents_can_go_first(&self, workshop: &Workshop) -> bool {
        let frame_changed = |reason: &Reason| matches!(reason, Reason::LawsOrPlaces | Reason::Frame);
        let more = workshop.due.is_any() || workshop.data_stale;
        more && !workshop.outputs.is_empty()
            && !self.reasons.is_empty()
            && !self.reasons.values().any(frame_changed)
    }

    /// What comes after what is in its place.
    fn next_batch(&self, workshop: &Workshop) -> anyhow::Result<Batch> {
        let batch = Batch::begin(&workshop.outputs, &workshop.options.out, workshop.compressor(self.frame))?;
        // They are there; those that no page shows any more go at the end, when no page does.
        workshop.put_pictures(&batch, &self.pictures)?;
        Ok(batch)
    }

    /// Prints what is not of one document, as far as it may be something else.
    fn put_lists(&self, workshop: &mut Workshop, batch: &Batch) -> anyhow::Result<()> {
        let documents = workshop.documents.values();
        let cited = &*workshop.cited.get_or_insert_with(|| document::cited(documents));
        let edits = workshop.due.edits();
        let put = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::Others, &path, &bytes);
        self.printer.others(&Around { cited, statutes: &self.frame.statutes(), edits }, &put)?;
        if edits.is_none() {
            let statutes = self.frame.site.iter().flat_map(|site| publish::files(&site.statutes));
            statutes.into_iter().try_for_each(put)?;
            let near = self.frame.site.as_ref().map(|site| Near::of(&site.stations));
            near.iter().flat_map(Near::files).par_bridge().try_for_each(put)?;
        }
        Ok(())
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

    /// The published records, and the search index where it is wanted; what browsers search by themselves if `in_browsers`.
    fn put_data(&self, workshop: &mut Workshop, batch: &Batch, in_browsers: bool) -> anyhow::Result<()> {
        let Some(site) = &self.frame.site else { return Ok(()) };
        if workshop.options.search && !workshop.fetch_records() {
            anyhow::bail!("上一次生成的搜索数据读不了：再运行一次，会全部重新生成");
        }
        let bundle = index::bundle(site, self.printer.shell()?);
        let put =
            |(name, bytes): (String, Vec<u8>)| batch.put(Owner::Data, &format!("{FOLDER}/{name}"), &bytes);
        let cited = workshop.cited.get_or_insert_with(|| document::cited(workshop.documents.values()));
        let documents = workshop.documents.values();
        let resting: data::Resting<'_> =
            documents.map(|document| (document.url.as_str(), document.citations.as_slice())).collect();
        let as_it_comes = |path, write: Write<'_>| batch.put_as_it_comes(Owner::Data, path, write);
        let (guides, statutes) = rayon::join(
            || as_it_comes(data::GUIDES, &mut |file| data::write_guides(site, &resting, file)),
            || as_it_comes(data::STATUTES, &mut |file| data::write_statutes(site, cited, file)),
        );
        guides.and(statutes)?;
        as_it_comes(data::SERVICES, &mut |file| data::write_services(site, file))?;
        let put_at = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::Data, &path, &bytes);
        data::files(site, &put_at)?;
        if !workshop.options.search {
            return bundle.files_without_search().into_iter().try_for_each(put);
        }
        let others = index::others(site, cited);
        let others: anyhow::Result<Vec<Packed>> = others.par_iter().map(Packed::of).collect();
        let others = others?;
        let of_documents = workshop.documents.values().filter_map(|document| document.record.as_ref());
        let mut all: Vec<&Packed> = others.iter().chain(of_documents).collect();
        let mut searched = Searched::default();
        let list = format!("{FOLDER}/records.json");
        batch.put_as_it_comes(Owner::Data, &list, &mut |file| {
            searched = records::write(&mut all, &site.thesaurus, in_browsers, file)?;
            Ok(())
        })?;
        batch.put(Owner::Data, &format!("{FOLDER}/search.index"), &searched.index)?;
        let put_in_browsers = |(path, bytes): (String, Vec<u8>)| batch.put(Owner::InBrowsers, &path, &bytes);
        searched.in_browsers.into_iter().par_bridge().try_for_each(put_in_browsers)?;
        bundle.files_without_search().into_iter().try_for_each(put)
    }
}
