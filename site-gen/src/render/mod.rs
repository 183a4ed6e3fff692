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
mod minify;
mod pages;
mod press;
mod schematic;
mod sitemap;
mod structured;
mod typography;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use search::bundle::{SLOT_MAIN, SLOT_TITLE};

use crate::check::citations::StatuteBook;
use crate::model::{CaseDigest, Cited, Guide, Site};
use crate::source::Hash;

pub use assets::{Script, scripts};
pub use pages::{figures, shown_of_cited};

pub use icons::{is_known as is_icon, names as icon_names};
use press::{Press, Types};

/// Reads the dictionary that says where words end, which takes a tenth of a second, before the first page needs it.
pub fn read_dictionary() {
    typography::read_dictionary();
}

/// What was edited since the lists were printed, where every page is at its address still, in the same order: then only the
/// lists that show it are others.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Edits {
    /// Slugs of guides with other heads.
    pub guides: BTreeSet<String>,
    /// Slugs of digests with other heads, on the same shelves.
    pub cases: BTreeSet<String>,
    /// Slugs of statutes whose pages name others who rest on them.
    pub statutes: BTreeSet<String>,
    /// Whether one of the guides has another day.
    pub is_dated: bool,
}

/// What lists are made of besides the site.
pub struct Around<'a> {
    /// Who rests on which article.
    pub cited: &'a Cited,
    /// What may be cited.
    pub statutes: &'a StatuteBook<'a>,
    /// What was edited since everything was printed; `None`: prints everything.
    pub edits: Option<&'a Edits>,
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

    /// Puts every other file, or those that may be others after some edits: pages, feeds and assets. Pictures are not printed,
    /// nor, after edits, the [`Printer::sitemap`].
    ///
    /// # Errors
    ///
    /// Fails when a template is broken, or as `put` does.
    pub fn others(
        &self,
        around: &Around<'_>,
        put: &(dyn Fn(Sheet) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        if let Some(edits) = around.edits {
            pages::edited(&self.0, (edits, around), put)?;
            return feeds::edited(&self.0, edits)?.into_iter().try_for_each(put);
        }
        pages::others(&self.0, around, put)?;
        feeds::all(&self.0)?.into_iter().try_for_each(put)?;
        sitemap::all(&self.0)?.into_iter().try_for_each(put)?;
        calendar::all(&self.0).into_iter().try_for_each(put)?;
        self.0.assets.files().into_iter().try_for_each(put)
    }

    /// The list of all pages for search engines. It names no titles.
    ///
    /// # Errors
    ///
    /// Fails when a template is broken.
    pub fn sitemap(&self) -> anyhow::Result<Vec<Sheet>> {
        sitemap::all(&self.0)
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
