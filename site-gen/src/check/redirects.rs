//! Old addresses: each leads to a page that exists, none covers a page, none goes in a circle.
//!
//! Start at [`redirects`]. An old address is kept without its final slash and without `index.html`: `/a`, `/a/` and
//! `/a/index.html` were the same page on any server.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{Links, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::redirects::{RedirectDraft, of_pages};
use crate::model::Redirect;
use crate::source::{Located, SourceMap, Span};

/// First parts of addresses that are not for pages, or where something waits for what people send.
const NOT_FOR_PAGES: [&str; 7] = ["api", "ask", "assets", "data", "desk", "media", "search"];
/// Files at the root that the generator makes.
const OWN_FILES: [&str; 7] =
    ["404.html", "atom.xml", "calendar.ics", "favicon.ico", "favicon.svg", "opensearch.xml", "robots.txt"];

/// The redirects by old address; reports those that can't be.
pub fn redirects(
    sources: &SourceMap,
    drafts: &Drafts,
    links: &Links,
    diags: &mut Diagnostics,
) -> Vec<Redirect> {
    // Every page is a folder, and the addresses of files are among all.
    let is_page = |address: &str| links.addresses.contains(&format!("{address}/"));
    let mut known: BTreeMap<String, &RedirectDraft> = BTreeMap::new();
    let of_pages = of_pages(drafts);
    for draft in drafts.redirects.iter().map(AsRef::as_ref).chain(&of_pages) {
        match old_address(&draft.old.value, &is_page) {
            Err((message, hint)) => {
                diags.push(Diagnostic::error("redirect-old", draft.old.span, message).hint(hint));
            }
            Ok(old) => {
                if let Some(earlier) = known.insert(old, draft) {
                    diags.push(twice(sources, draft, earlier));
                }
            }
        }
    }
    let (mut redirects, ends) = (Vec::new(), destinations(&known));
    let files: BTreeSet<&str> = links.files.values().map(String::as_str).collect();
    for (old, draft) in &known {
        match ends.get(old.as_str()).copied().flatten() {
            None => diags.push(circle(&draft.new, old)),
            Some(last) => redirects.extend(
                target(sources, last, (links, &files), diags).map(|new| Redirect { old: old.clone(), new }),
            ),
        }
    }
    redirects
}

/// An address as its page has it, without what means nothing.
fn canonical(address: &str) -> String {
    let address = address.strip_suffix("index.html").unwrap_or(address);
    address.trim_end_matches('/').to_owned()
}

/// The address as it is kept; or what is wrong with it, and what to do.
fn old_address(written: &str, is_page: &dyn Fn(&str) -> bool) -> Result<String, (String, &'static str)> {
    let written = written.trim();
    let path = written.split('?').next().unwrap_or_default();
    let rest = path
        .strip_prefix('/')
        .ok_or((format!("旧地址“{written}”要以 / 开头"), "只写网址里域名后面的部分，例如 /old/page.html"))?;
    let odd = |part: &str| {
        part == "." || part == ".." || part.starts_with('.') || part.contains(['\\', ':', '#', '%'])
    };
    let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    if parts.iter().any(|part| odd(part) || part.chars().any(char::is_control)) || path.contains("//") {
        let message = format!("旧地址“{written}”不是一个网址");
        return Err((message, "不要 #、%、// 和以点开头的名字；中文直接写中文"));
    }
    let own = OWN_FILES.contains(&rest) || rest.starts_with("sitemap");
    if NOT_FOR_PAGES.contains(&parts[0]) || own {
        let message = format!("“{written}”是网站自己要用的地址");
        return Err((message, "这个旧地址转不了，删掉它"));
    }
    let old = canonical(written);
    if old.is_empty() || (path == written && (is_page(&old) || is_later_page(&old, is_page))) {
        return Err((format!("“{written}”现在有页面，不能转走"), "旧地址写页面以前的地址，现在的不用写"));
    }
    Ok(old)
}

/// Whether a list goes on there, or will once it is long enough: `/topics/work/2`, `/cases/page/2`.
fn is_later_page(address: &str, is_page: &dyn Fn(&str) -> bool) -> bool {
    let Some((list, number)) = address.rsplit_once('/') else { return false };
    let is_list = list == "/cases/page" || (list.starts_with("/topics/") && is_page(list));
    is_list && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn twice(sources: &SourceMap, draft: &RedirectDraft, earlier: &RedirectDraft) -> Diagnostic {
    let place = sources.path(earlier.old.span.file);
    let message = format!("旧地址“{}”在 {place} 里已经写过", draft.old.value.trim());
    Diagnostic::error("redirect-twice", draft.old.span, message).hint("一个旧地址只能去一个地方，留下一个")
}

fn circle(new: &Located<String>, old: &str) -> Diagnostic {
    let message = format!("从“{old}”转来转去又回到自己");
    Diagnostic::error("redirect-loop", new.span, message).hint("新地址写现在真有的页面")
}

/// The last redirect on the way from each old address; `None` where the way goes in a circle. Only addresses lead on, files
/// do not. No part of a way is gone twice.
fn destinations<'k, 'd>(
    known: &'k BTreeMap<String, &'d RedirectDraft>,
) -> BTreeMap<&'k str, Option<&'d RedirectDraft>> {
    let mut ends: BTreeMap<&str, Option<&RedirectDraft>> = BTreeMap::new();
    for (first, draft) in known {
        let (mut old, mut at, mut way) = (first.as_str(), *draft, BTreeSet::new());
        let end = loop {
            if let Some(end) = ends.get(old) {
                break *end;
            }
            if !way.insert(old) {
                break None;
            }
            match known.get_key_value(&canonical(at.new.value.trim())) {
                Some((next, draft)) => (old, at) = (next, *draft),
                None => break Some(at),
            }
        };
        ends.extend(way.into_iter().map(|old| (old, end)));
    }
    ends
}

/// The address that it leads to.
fn target(
    sources: &SourceMap,
    draft: &RedirectDraft,
    (links, files): (&Links, &BTreeSet<&str>),
    diags: &mut Diagnostics,
) -> Option<String> {
    let written = draft.new.value.trim();
    let at: Span = draft.new.span;
    let with_slash = format!("{written}/");
    let is_page = links.addresses.contains(&with_slash) || files.contains(with_slash.as_str());
    let written = if is_page { &with_slash } else { written };
    let lost = |message: String, hint: Option<String>| {
        Diagnostic::error("redirect-target", at, message).maybe_hint(hint)
    };
    match links.resolve(written, (sources.path(at.file), "/")) {
        Target::Found { href, .. } if href.starts_with('/') => Some(encoded(&href)),
        Target::Found { .. } => {
            let hint = "写本站的页面，例如 /guides/work/maternity-leave/";
            diags.push(lost(format!("“{written}”不是本站的页面"), Some(hint.to_owned())));
            None
        }
        Target::Lost { message, hint } => {
            diags.push(lost(message, hint));
            None
        }
    }
}

/// As it may stand in the head of an answer: an anchor may have Chinese in it.
fn encoded(address: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            let _never = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_address_is_one_page_however_it_was_written() {
        let pages = |address: &str| ["/about", "/topics/work"].contains(&address);
        for (written, kept) in [
            ("/a", "/a"),
            ("/a/", "/a"),
            (" /a/index.html ", "/a"),
            ("/show.asp?id=12", "/show.asp?id=12"),
            ("/维权/指南.html", "/维权/指南.html"),
            ("/about?id=3", "/about?id=3"),
            ("/topics/work/old/", "/topics/work/old"),
            ("/cases/12/", "/cases/12"),
        ] {
            assert_eq!(old_address(written, &pages).as_deref(), Ok(kept), "{written}");
        }
        for bad in [
            "",
            "a",
            "https://a.example/b",
            "/",
            "/index.html",
            "/about",
            "/about/",
            "/topics/work/2/",
            "/cases/page/12/index.html",
            "/api/v1/x",
            "/assets/a.js",
            "/a/../b",
            "//a",
            "/a#b",
            "/.git/config",
            "/404.html",
            "/sitemap-1.xml",
            "/%E7%AB%99",
        ] {
            assert!(old_address(bad, &pages).is_err(), "{bad}");
        }
    }
}
