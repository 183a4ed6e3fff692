//! What holds for every page of a small site.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::press::{Page, Press};
use super::{Printer, pages, sample};
use crate::model::{Guide, GuideHead, Site};

type Tree = BTreeMap<String, Vec<u8>>;

/// Every file of the sample site.
fn tree() -> Tree {
    printed(&sample::site(), &sample::guides())
}

fn printed(site: &Site, guides: &[Guide]) -> Tree {
    let printer = Printer::new(site).unwrap();
    let tree = Mutex::new(Tree::new());
    let put = |(path, bytes)| {
        assert!(tree.lock().unwrap().insert(path, bytes).is_none());
        Ok(())
    };
    for guide in guides {
        put(printer.guide(guide).unwrap()).unwrap();
    }
    put(printer.case(&sample::case()).unwrap()).unwrap();
    let (cited, statutes) = (sample::cited(), sample::book(site));
    printer.others(&super::Around { cited: &cited, statutes: &statutes, edits: None }, &put).unwrap();
    tree.into_inner().unwrap()
}

fn pages(tree: &Tree) -> Vec<(&str, &str)> {
    let pages = tree.iter().filter(|(path, _)| path.rsplit('.').next() == Some("html"));
    pages.map(|(path, bytes)| (path.as_str(), std::str::from_utf8(bytes).unwrap())).collect()
}

/// The values of `name="…"` in `html`.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let marker = format!(" {name}=\"");
    html.split(&marker).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_same_site_gives_the_same_bytes() {
    assert_eq!(tree(), tree());
}

#[test]
fn numbers_and_the_way_out_come_before_everything_else() {
    let tree = tree();
    // The page that leads out by itself shows nothing.
    for (path, html) in pages(&tree).into_iter().filter(|(path, _)| *path != "leave/index.html") {
        let main = html.find("<main").unwrap();
        for needed in [
            "href=\"tel:110\"",
            "href=\"tel:120\"",
            "class=\"leave\" href=\"https://exit.example/\" rel=\"noreferrer noopener\"",
        ] {
            let at = html.find(needed).unwrap_or_else(|| panic!("{path} lacks {needed}"));
            assert!(at < main, "{path}: {needed} comes late");
        }
    }
}

#[test]
fn nothing_runs_or_styles_inline_and_nothing_comes_from_elsewhere() {
    let tree = tree();
    for (path, html) in pages(&tree) {
        for script in html.split("<script").skip(1) {
            let opening = script.split('>').next().unwrap();
            assert!(
                opening.contains("src=\"/assets/") || opening.contains("application/ld+json"),
                "{path}: {opening}"
            );
        }
        assert!(
            !html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="),
            "{path}"
        );
        for source in attributes(html, "src") {
            assert!(source.starts_with("/assets/"), "{path}: {source}");
        }
    }
}

#[test]
fn every_link_within_the_site_leads_somewhere() {
    let tree = tree();
    for (path, html) in pages(&tree) {
        for link in attributes(html, "href") {
            let Some(target) = link.split(['?', '#']).next().unwrap().strip_prefix('/') else { continue };
            let file = if target.is_empty() || target.ends_with('/') {
                format!("{target}index.html")
            } else {
                target.to_owned()
            };
            // The data lies in the bundle and beside it: `tests/site/data.rs` looks for it.
            assert!(tree.contains_key(&file) || file.starts_with("data/"), "{path} links to {link}");
        }
        for anchor in attributes(html, "href").iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(html.contains(&format!("id=\"{anchor}\"")), "{path} has no #{anchor}");
        }
    }
}

#[test]
fn a_window_does_not_say_what_could_put_her_in_danger() {
    let tree = tree();
    for path in [
        "guides/domestic-violence/protection-order/index.html",
        "topics/domestic-violence/index.html",
        "cases/order-granted/index.html",
        "stations/shelter/index.html",
    ] {
        let html = std::str::from_utf8(&tree[path]).unwrap();
        assert!(html.contains("<title>暖站</title>"), "{path}");
    }
    let harmless = std::str::from_utf8(&tree["guides/work/maternity-leave/index.html"]).unwrap();
    assert!(harmless.contains("<title>产假有多少天 · 暖站</title>"));
}

#[test]
fn a_shelter_shows_its_telephone_and_no_place() {
    let tree = tree();
    let html = std::str::from_utf8(&tree["stations/shelter/index.html"]).unwrap();
    assert!(html.contains("tel:00005550199") && html.contains("地址保密"));
    for place in ["class=\"driver\"", "geo:", "serviceLocation", "uri.amap.com"] {
        assert!(!html.contains(place), "{place}");
    }
}

#[test]
fn an_article_shows_who_rests_on_it_even_without_a_note() {
    let tree = tree();
    let html = std::str::from_utf8(&tree["laws/anti-domestic-violence-law/index.html"]).unwrap();
    assert!(html.contains("id=\"art-23\"") && html.contains("id=\"art-28\""));
    assert!(html.contains("href=\"/guides/domestic-violence/protection-order/\""));
    let repealed = std::str::from_utf8(&tree["laws/marriage-law/index.html"]).unwrap();
    assert!(repealed.contains("失效") && repealed.contains("href=\"/laws/anti-domestic-violence-law/\""));
}

#[test]
fn a_village_sends_on_to_its_township() {
    let tree = tree();
    let html = std::str::from_utf8(&tree["regions/990121100201/index.html"]).unwrap();
    assert!(html.contains("村里没有时，找镇上的") && html.contains("/stations/nuanxi/"));
}

#[test]
fn data_blocks_are_json_that_can_not_end_early() {
    let tree = tree();
    for (path, html) in pages(&tree) {
        for block in html.split("<script type=\"application/ld+json\">").skip(1) {
            let json = block.split("</script>").next().unwrap();
            serde_json::from_str::<serde_json::Value>(json).unwrap_or_else(|err| panic!("{path}: {err}"));
        }
    }
}

#[test]
fn what_an_editor_types_is_text() {
    let (mut site, mut guides) = (sample::site(), sample::guides());
    let title = "<img src=x> & </script>".to_owned();
    guides[0].head = Arc::new(GuideHead { title, ..guides[0].head.as_ref().clone() });
    site.guides[0] = Arc::clone(&guides[0].head);
    let tree = printed(&site, &guides);
    let html = std::str::from_utf8(&tree["guides/domestic-violence/protection-order/index.html"]).unwrap();
    assert!(!html.contains("<img") && html.contains("&lt;img"));
}

#[test]
fn private_pages_are_not_for_search_engines() {
    let tree = tree();
    for path in ["ask/index.html", "ask/reply/index.html", "desk/index.html", "search/index.html"] {
        assert!(std::str::from_utf8(&tree[path]).unwrap().contains("content=\"noindex\""), "{path}");
    }
    let sitemap = std::str::from_utf8(&tree["sitemap-1.xml"]).unwrap();
    assert!(sitemap.contains("/guides/") && !sitemap.contains("/ask/") && !sitemap.contains("/desk/"));
}

#[test]
fn the_ask_form_is_the_one_the_server_reads() {
    let tree = tree();
    let html = std::str::from_utf8(&tree["ask/index.html"]).unwrap();
    assert!(html.contains("name=\"request_key\" value=\"\""));
    let names = attributes(html, "name");
    for name in ["topic", "region", "danger", "child", "text", "reach"] {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn the_shell_has_one_slot_for_the_title_and_one_for_the_rest() {
    let shell = Printer::new(&sample::site()).unwrap().shell().unwrap();
    assert_eq!(shell.matches(search::bundle::SLOT_TITLE).count(), 1);
    assert_eq!(shell.matches(search::bundle::SLOT_MAIN).count(), 1);
    assert!(shell.contains("class=\"leave\"") && shell.contains("content=\"noindex\""));
}

#[test]
fn dates_in_feeds_come_from_the_content() {
    let tree = tree();
    let atom = std::str::from_utf8(&tree["atom.xml"]).unwrap();
    assert!(atom.contains("<updated>2026-10-12T00:00:00+08:00</updated>"));
}

/// Prints the sample of a page: undefined names in its template are errors.
pub(super) fn prints<P: Page>() {
    let site = sample::site();
    let press = Press::new(&site).unwrap();
    let (path, bytes) =
        press.print(&P::sample(&press)).unwrap_or_else(|err| panic!("{}: {err:#}", P::TEMPLATE));
    assert!(!path.is_empty() && !bytes.is_empty(), "{}", P::TEMPLATE);
}

#[test]
fn every_template_prints_its_sample() {
    pages::samples();
}
