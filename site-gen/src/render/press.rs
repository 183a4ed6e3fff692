//! Prints pages: the templates, what every page shares, and the head of a page.
//!
//! A page is a typed context with one template ([`Page`]). Undefined names in a template are errors, and a test prints
//! every page, so a misspelt name fails `cargo test` and not a reader. HTML that is already HTML has its own type,
//! [`Html`]: no template needs a filter that switches escaping off.

use std::sync::Arc;

use anyhow::Context as _;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, context, escape_formatter};
use pulldown_cmark_escape::{FmtWriter, escape_html};
use search::record::Hotline;
use serde::{Serialize, Serializer};

pub(super) use super::Sheet;
use super::assets::Assets;
use super::icons;
use super::library::Library;
use super::links::Link;
use super::typography::{self, Typesetter};
use crate::html_text;
use crate::model::{self, Footer, Site};
use crate::pictures::Pictures;
use crate::source::Hash;

/// Every template, by the name that others include it by.
const TEMPLATES: &[(&str, &str)] = &[
    ("now.html", include_str!("../../templates/now.html")),
    ("foot.html", include_str!("../../templates/foot.html")),
    ("base.html", include_str!("../../templates/base.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("shell.html", include_str!("../../templates/shell.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("topics.html", include_str!("../../templates/topics.html")),
    ("topic.html", include_str!("../../templates/topic.html")),
    ("guides.html", include_str!("../../templates/guides.html")),
    ("guide.html", include_str!("../../templates/guide.html")),
    ("cases.html", include_str!("../../templates/cases.html")),
    ("case.html", include_str!("../../templates/case.html")),
    ("laws.html", include_str!("../../templates/laws.html")),
    ("law.html", include_str!("../../templates/law.html")),
    ("law-parts.html", include_str!("../../templates/law-parts.html")),
    ("law-version.html", include_str!("../../templates/law-version.html")),
    ("law-changes.html", include_str!("../../templates/law-changes.html")),
    ("laws-all.html", include_str!("../../templates/laws-all.html")),
    ("stations.html", include_str!("../../templates/stations.html")),
    ("station.html", include_str!("../../templates/station.html")),
    ("region.html", include_str!("../../templates/region.html")),
    ("sketch.html", include_str!("../../templates/sketch.html")),
    ("coverage.html", include_str!("../../templates/coverage.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("ask.html", include_str!("../../templates/ask.html")),
    ("proof.html", include_str!("../../templates/proof.html")),
    ("reply.html", include_str!("../../templates/reply.html")),
    ("desk.html", include_str!("../../templates/desk.html")),
    ("campaigns.html", include_str!("../../templates/campaigns.html")),
    ("campaign.html", include_str!("../../templates/campaign.html")),
    ("data.html", include_str!("../../templates/data.html")),
    ("leave.html", include_str!("../../templates/leave.html")),
    ("figures.html", include_str!("../../templates/figures.html")),
    ("statistics.html", include_str!("../../templates/statistics.html")),
    ("moved.html", include_str!("../../templates/moved.html")),
    ("text.html", include_str!("../../templates/text.html")),
    ("lost.html", include_str!("../../templates/lost.html")),
    ("atom.xml", include_str!("../../templates/atom.xml")),
    ("sitemap.xml", include_str!("../../templates/sitemap.xml")),
    ("sitemaps.xml", include_str!("../../templates/sitemaps.xml")),
    ("opensearch.xml", include_str!("../../templates/opensearch.xml")),
];

/// Few pages have more bytes.
const USUAL: usize = 64 * 1024;

/// The page that tells how to clear the browser's memory.
const SAFETY: &str = "safety";

/// Everything that printing needs, made once per build.
pub(super) struct Press<'a> {
    /// What is printed.
    pub site: &'a Site,
    /// What belongs to what.
    pub library: Library<'a>,
    /// Stylesheets and scripts under names that change with their content.
    pub assets: Arc<Assets>,
    /// Knows where words end.
    pub typesetter: Arc<Typesetter>,
    templates: Arc<Environment<'static>>,
}

/// What every page of a site is set with, whatever stands in its documents.
#[derive(Debug, Clone)]
pub(super) struct Types {
    assets: Arc<Assets>,
    typesetter: Arc<Typesetter>,
    templates: Arc<Environment<'static>>,
}

/// A page: one template, one typed context.
pub(super) trait Page: Serialize {
    /// Its name in the table of templates.
    const TEMPLATE: &'static str;

    /// Where it goes and what its head says.
    fn head(&self) -> &Head;

    /// One to check the template with.
    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self;
}

/// What the head of a page says.
#[derive(Debug, Default, Serialize)]
pub(super) struct Head {
    /// The address from the root.
    pub url: String,
    /// For the window and the history. `None` where a look at them could put her in danger: only the site's name.
    pub title: Option<String>,
    /// For search engines.
    pub description: String,
    /// Which entry of the main navigation it belongs to, by address.
    pub section: &'static str,
    /// Whether search engines may list it.
    pub listed: bool,
    /// The way back, outermost first, without the page itself.
    pub crumbs: Vec<Link>,
    /// JSON-LD.
    pub data: Html,
    /// Which scripts it needs besides the way out: `search`, `stations`, `ask`.
    pub scripts: &'static [&'static str],
}

/// HTML that needs no escaping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Html(pub String);

/// What every page shares.
#[derive(Serialize)]
struct Chrome {
    name: String,
    title: String,
    base_url: String,
    exit_url: String,
    footer: Footing,
    emergency: Vec<Hotline>,
    /// Whether browsers are told that they can search here.
    search_in_browser: bool,
    pages: Vec<Link>,
    /// The page about reading this site safely, where there is one.
    safety: Option<String>,
    /// What helps at once, above every page; the same on all of them.
    now: Html,
    /// The foot of every page, the same on all of them.
    foot: Html,
}

#[derive(Serialize)]
struct Footing {
    operator: String,
    partners: Option<String>,
    notice: Option<String>,
    icp: Option<String>,
    police_record: Option<String>,
}

impl<'a> Press<'a> {
    /// Reads the templates and puts the site in order for lookups.
    pub(super) fn new(site: &'a Site) -> anyhow::Result<Self> {
        Ok(Self::with(site, Types::new(site)?))
    }

    /// The same with `types` that were made for this site.
    pub(super) fn with(site: &'a Site, Types { assets, typesetter, templates }: Types) -> Self {
        Self { site, library: Library::new(site), assets, typesetter, templates }
    }

    /// What pages say of the pictures they show.
    pub(super) fn pictures(&self) -> &'a Pictures {
        &self.site.pictures
    }

    /// Prints a page.
    pub(super) fn print<P: Page>(&self, page: &P) -> anyhow::Result<Sheet> {
        let url = path(&page.head().url);
        let page = Value::from(Serde(page));
        // Made into the engine's values once.
        let head = page.get_attr("head")?;
        let template = self.templates.get_template(P::TEMPLATE)?;
        // A string of the engine's would grow, and be copied, again and again.
        let mut text = Vec::with_capacity(USUAL);
        let printed = template.render_captured_to(context! { head, page }, &mut text);
        printed.with_context(|| format!("the template {} can't be filled", template.name()))?;
        Ok((url, text))
    }

    /// Fills any template with `values` and what all pages share.
    pub(super) fn fill(&self, template: &str, values: Value) -> anyhow::Result<String> {
        let template = self.templates.get_template(template)?;
        let text = template.render(values);
        text.with_context(|| format!("the template {} can't be filled", template.name()))
    }

    /// Changes whenever something changes that any page may show, whatever its own text and the documents it mentions:
    /// the frame around all pages, the shelves, the names of laws, where words end, templates and assets.
    pub(super) fn stamp(&self) -> Hash {
        let site = self.site;
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: String| {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        };
        add(format!("{:?} {:?} {:?}", site.settings, site.hotlines, site.topics));
        add(format!("{:?}", site.pages.iter().map(|page| (&page.slug, &page.title)).collect::<Vec<_>>()));
        for statute in &site.statutes {
            add(format!("{} {:?} {:?}", statute.slug, statute.short_titles, statute.versions));
        }
        for word in self.typesetter.words() {
            add(word.clone());
        }
        for (name, url) in self.assets.urls() {
            add(format!("{name} {url}"));
        }
        for (name, source) in TEMPLATES {
            add(format!("{name} {source}"));
        }
        hasher.finalize().into()
    }

    /// A page with `title` and `main` as they are.
    pub(super) fn shell(&self, title: &str, main: &str) -> anyhow::Result<String> {
        let head =
            Head { title: Some(String::new()), scripts: &["search", "stations", "print"], ..Head::default() };
        let slots = context! {
            head => Value::from(Serde(&head)),
            title => Value::from_safe_string(title.to_owned()),
            main => Value::from_safe_string(main.to_owned()),
        };
        self.fill("shell.html", slots)
    }
}

impl Types {
    /// Reads the templates and prints the frame around all pages.
    pub(super) fn new(site: &Site) -> anyhow::Result<Self> {
        let typesetter = Arc::new(Typesetter::new(typography::words_of(site)));
        let assets = Assets::of(&site.settings.holidays);
        let mut templates = environment(&typesetter, &assets).context("the templates can't be read")?;
        let chrome = Chrome::new(site).printed(&templates).context("the frame can't be printed")?;
        // Made into the engine's values once, not once a page.
        templates.add_global("site", Value::from(Serde(&chrome)));
        Ok(Self { assets, typesetter, templates: templates.into() })
    }
}

impl Chrome {
    fn new(site: &Site) -> Self {
        let settings = &site.settings;
        let Footer { operator, partners, notice, icp, police_record } = settings.footer.clone();
        Self {
            name: settings.name.clone(),
            title: settings.title.clone(),
            base_url: settings.base_url.clone(),
            exit_url: settings.exit_url.clone(),
            footer: Footing { operator, partners, notice, icp, police_record },
            emergency: site.hotlines.iter().filter(|hotline| hotline.emergency).cloned().collect(),
            search_in_browser: settings.search_in_browser,
            pages: site.pages.iter().map(|page| Link::new(&page.title, page.url())).collect(),
            safety: site.pages.iter().find(|page| page.slug == SAFETY).map(model::Page::url),
            now: Html::default(),
            foot: Html::default(),
        }
    }

    /// With the parts that are the same on every page printed.
    fn printed(self, templates: &Environment<'static>) -> Result<Self, minijinja::Error> {
        let part =
            |name| templates.get_template(name)?.render(context! { site => Value::from(Serde(&self)) });
        let (now, foot) = (Html(part("now.html")?), Html(part("foot.html")?));
        Ok(Self { now, foot, ..self })
    }
}

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}

/// The file of an address: `/guides/` is `guides/index.html`.
fn path(url: &str) -> String {
    let path = url.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

fn environment(
    typesetter: &Arc<Typesetter>,
    assets: &Assets,
) -> Result<Environment<'static>, minijinja::Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // XML needs the same characters escaped.
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_formatter(write);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, source) in TEMPLATES {
        env.add_template(name, source)?;
    }
    let words = Arc::clone(typesetter);
    env.add_filter("words", move |text: &str| Value::from_safe_string(words.heading(text).0));
    env.add_filter("times", |text: &str| Value::from_safe_string(html_text::keep_numbers(text)));
    env.add_function("icon", |name: &str| Value::from_safe_string(icons::svg(name)));
    let urls = assets.urls();
    env.add_function("asset", move |name: &str| {
        // Only templates name assets, and the test of samples prints them all.
        urls.get(name).cloned().ok_or_else(|| unknown_asset(name))
    });
    let digests = assets.digests();
    env.add_function("digest", move |name: &str| {
        digests.get(name).cloned().ok_or_else(|| unknown_asset(name))
    });
    Ok(env)
}

/// Writes a value. The engine's own way also escapes slashes, which doubles the size of every link; and nobody wants to
/// read “none”.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if value.is_safe() => Ok(out.write_str(text)?),
        Some(text) => Ok(escape_html(FmtWriter(out), text)?),
        None if value.is_none() => Err(minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            "there is nothing to write here",
        )),
        _ => escape_formatter(out, state, value),
    }
}

fn unknown_asset(name: &str) -> minijinja::Error {
    minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, format!("there is no asset {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_ends_in_a_slash_is_a_folder() {
        assert_eq!(path("/"), "index.html");
        assert_eq!(path("/guides/"), "guides/index.html");
        assert_eq!(path("/404.html"), "404.html");
    }
}
