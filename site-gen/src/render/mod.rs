//! Turns the checked site into the files that are published: pages, feeds and assets.
//!
//! Start at [`Printer`]. Each kind of page is one file under [`pages`]: a typed context, how it is made from the model,
//! and the name of its one template. [`press`] prints contexts, [`library`] answers what belongs to what, [`html`] and
//! [`typography`] set text, [`structured`] speaks to search engines. Nothing here reads files, the clock or chance,
//! and nothing here fails because of what an editor wrote.

mod assets;
mod calendar;
mod feeds;
mod html;
mod icons;
mod library;
mod links;
mod markup;
mod minify;
mod pages;
mod press;
mod sitemap;
mod structured;
mod typography;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use search::bundle::{SLOT_MAIN, SLOT_TITLE};

use crate::check::citations::StatuteBook;
use crate::model::{CaseDigest, Cited, Guide, Site};
use crate::source::Hash;

pub use icons::{is_known as is_icon, names as icon_names};
use press::{Press, Types};

/// Reads the dictionary that says where words end, which takes a tenth of a second, before the first page needs it.
pub fn read_dictionary() {
    typography::read_dictionary();
}

/// A printed file: its path from the site's root and its bytes.
pub type Sheet = (String, Vec<u8>);

/// Prints the files of one site. The same site gives the same bytes.
pub struct Printer<'s>(Press<'s>);

/// What every page of one site is set with: templates, assets, its words. For many printers of the same site.
#[derive(Debug, Clone)]
pub struct TypeCase(Types);

impl TypeCase {
    /// For `site`, and for the same with other documents.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn new(site: &Site) -> anyhow::Result<Self> {
        Types::new(site).map(Self)
    }
}

impl<'s> Printer<'s> {
    /// Gets ready to print.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn new(site: &'s Site) -> anyhow::Result<Self> {
        Press::new(site).map(Self)
    }

    /// Gets ready to print with what was got ready for this site before.
    pub fn with(site: &'s Site, types: &TypeCase) -> Self {
        Self(Press::with(site, types.0.clone()))
    }

    /// The page of one guide of the site.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn guide(&self, guide: &Guide) -> anyhow::Result<Sheet> {
        pages::guide(&self.0, guide)
    }

    /// The page of one case digest of the site.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn case(&self, case: &CaseDigest) -> anyhow::Result<Sheet> {
        pages::case(&self.0, case)
    }

    /// Puts every other file: pages, feeds and assets. Pictures are not printed. What laws cite is looked up in `statutes`.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken, or as `put` does.
    pub fn others(
        &self,
        cited: &Cited,
        statutes: &StatuteBook<'_>,
        put: &(dyn Fn(Sheet) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        pages::others(&self.0, cited, statutes, put)?;
        feeds::all(&self.0)?.into_iter().try_for_each(put)?;
        sitemap::all(&self.0)?.into_iter().try_for_each(put)?;
        calendar::all(&self.0).into_iter().try_for_each(put)?;
        self.0.assets.files().into_iter().try_for_each(put)
    }

    /// A page of the site with [`SLOT_TITLE`] and [`SLOT_MAIN`] where its title and main part go: what the API dresses
    /// its own answers in.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn shell(&self) -> anyhow::Result<String> {
        self.0.shell(SLOT_TITLE, SLOT_MAIN)
    }

    /// Changes whenever something changes that any page may show, whatever its own text and the documents it mentions.
    pub fn stamp(&self) -> Hash {
        self.0.stamp()
    }
}
