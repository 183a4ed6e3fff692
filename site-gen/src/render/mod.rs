//! Turns the checked site into the files that are published: pages, feeds and assets.
//!
//! Start at [`tree`]. Each kind of page is one file under [`pages`]: a typed context, how it is made from the model,
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
mod sitemap;
mod structured;
mod typography;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use search::bundle::{SLOT_MAIN, SLOT_TITLE};

use crate::model::Site;

pub use icons::{is_known as is_icon, names as icon_names};
use press::Press;

/// What is published, by path from the site's root, without a leading slash.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Every page, feed and asset of the site. The same site gives the same bytes.
///
/// # Errors
///
/// Fails when a template is broken.
pub fn tree(site: &Site) -> anyhow::Result<Tree> {
    let press = Press::new(site)?;
    let mut tree: Tree = pages::all(&press)?.into_iter().collect();
    tree.extend(feeds::all(&press)?);
    tree.extend(sitemap::all(&press)?);
    tree.extend(calendar::all(&press));
    tree.extend(press.assets.files());
    Ok(tree)
}

/// A page of the site with [`SLOT_TITLE`] and [`SLOT_MAIN`] where its title and main part go: what the API dresses its
/// own answers in.
///
/// # Errors
///
/// Fails when a template is broken.
pub fn shell(site: &Site) -> anyhow::Result<String> {
    Press::new(site)?.shell(SLOT_TITLE, SLOT_MAIN)
}
