//! Previews: a branch that is not the site's, built to be looked at before it is merged.
//!
//! A preview says on every page that it is one, asks search engines to stay away, and is reached under an address of its
//! own (`https://{branch}.preview.example.org/`) or below a folder of another (`https://example.org/preview/{branch}/`,
//! where its links are turned to lead there).

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

/// Where a preview is shown: an address with `{branch}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// Stands for the branch in an address.
const BRANCH: &str = "{branch}";

/// The longest name: a part of a host name has 63 letters at most, and a mark may follow.
const LONGEST: usize = 40;

const STYLE: &str = "assets/preview.css";
const STYLES: &str = ".preview-of{margin:0;padding:.6em 1em;background:#5b2a86;color:#fff;text-align:center;font-weight:bold}\n@media print{.preview-of{color:#000;background:none}}\n";

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// Fails when it is none.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let odd = |letter: char| letter.is_whitespace() || letter.is_control() || "\"'<>?#".contains(letter);
        if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(odd)) {
            bail!(
                "预览的网址应以 https:// 或 http:// 开头，用 {BRANCH} 代表分支，例如 https://{BRANCH}.preview.example.org/"
            );
        }
        let text = text.trim_end_matches('/');
        let branch = if text.contains(BRANCH) { "" } else { "/{branch}" };
        Ok(Self(format!("{text}{branch}/")))
    }

    /// The address of the preview of this name.
    pub fn of(&self, name: &str) -> String {
        self.0.replace(BRANCH, name)
    }
}

/// The folder of a branch's preview and its name in addresses: lower-case letters, digits and hyphens; with a mark where
/// that is not the whole name, so that no two branches share one.
pub fn name(branch: &str) -> String {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let mut name = String::new();
    for letter in branch.chars().map(|letter| letter.to_ascii_lowercase()) {
        if plain(letter) && letter != '-' {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    if name == branch && !has_mark(branch) {
        return name.to_owned();
    }
    let mark = &blake3::hash(branch.as_bytes()).to_hex()[..8];
    if name.is_empty() { format!("branch-{mark}") } else { format!("{name}-{mark}") }
}

/// Whether a branch's own name looks as if it had a mark already: it could be made to meet another's.
fn has_mark(branch: &str) -> bool {
    let mark = branch.rsplit_once('-').map_or("", |(_, mark)| mark);
    mark.len() == 8 && mark.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What makes a page a page of a preview.
struct Dress {
    /// Where the preview lies on its host: `/preview/x`, or nothing at the root.
    below: String,
    /// Goes to the end of the head.
    head: String,
    /// Goes on top of the page.
    top: String,
}

/// Turns a finished site into a preview.
pub(super) fn dress(site: &Path, branch: &str, address: Option<&Address>) -> anyhow::Result<()> {
    let below = address.map(|address| folder_of(&address.of(&name(branch)))).unwrap_or_default();
    let dress = Dress::new(branch, below);
    let mut pages = Vec::new();
    let mut folders = vec![site.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("读不了 {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                pages.push(path);
            } else if is_for_machines(&path) {
                super::disk::remove(&path)?;
            }
        }
    }
    for page in pages {
        let bytes = fs::read(&page)?;
        write(&page, &dress.put_on(&String::from_utf8_lossy(&bytes), |link| has(site, link)))?;
    }
    write(&site.join("robots.txt"), "User-agent: *\nDisallow: /\n")?;
    fs::create_dir_all(site.join("assets"))?;
    write(&site.join(STYLE), STYLES)
}

/// A preview has nothing to tell machines: neither what there is nor what is new.
fn is_for_machines(path: &Path) -> bool {
    matches!(path.extension().and_then(|ending| ending.to_str()), Some("xml" | "ics"))
}

impl Dress {
    fn new(branch: &str, below: String) -> Self {
        let head = format!(
            "<meta name=\"robots\" content=\"noindex, nofollow\">\n<link rel=\"stylesheet\" href=\"{below}/{STYLE}\">\n"
        );
        let branch = escape(branch);
        let top = format!(
            "<p class=\"preview-of\" role=\"note\">预览：分支 {branch}，还没有发布。这不是正式的网站。</p>\n"
        );
        Self { below, head, top }
    }

    /// `has` tells whether the preview has a page or file at an address.
    fn put_on(&self, page: &str, has: impl Fn(&str) -> bool) -> String {
        let page = if self.below.is_empty() { page.to_owned() } else { turned(page, &self.below, has) };
        let page = page.replacen("</head>", &format!("{}</head>", self.head), 1);
        page.replacen("<body>\n", &format!("<body>\n{}", self.top), 1)
    }
}

/// Begins the offers of a picture, of which there are several.
const SEVERAL: &str = " srcset=\"/";

/// Puts `prefix` before the links of a page that lead to its own site.
fn turned(page: &str, prefix: &str, has: impl Fn(&str) -> bool) -> String {
    const LINKS: [&str; 5] = [" href=\"/", " src=\"/", SEVERAL, " action=\"/", " content=\"0; url=/"];
    let mut out = String::with_capacity(page.len() + page.len() / 8);
    let mut rest = page;
    loop {
        let next = LINKS.iter().filter_map(|link| rest.find(link).map(|at| (at, link.len()))).min();
        let Some((at, length)) = next else { break };
        // Up to the quote; the slash belongs to the link.
        let (before, link) = rest.split_at(at + length - 1);
        out.push_str(before);
        let written = link.split('"').next().unwrap_or_default();
        if rest[at..].starts_with(SEVERAL) {
            // The generator writes these: each is a file of the site with its width.
            out.push_str(prefix);
            out.push_str(&written.replace(", /", &format!(", {prefix}/")));
            rest = &link[written.len()..];
            continue;
        }
        if !written.starts_with("//") && has(written) {
            out.push_str(prefix);
        }
        rest = link;
    }
    out.push_str(rest);
    out
}

/// Whether the preview has a page or file at this address. What only the server has stays the server's.
fn has(site: &Path, link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    !path.split('/').any(|name| name == "..") && site.join(path).exists()
}

/// `https://example.org/preview/x/` → `/preview/x`; nothing where the preview has a host of its own.
fn folder_of(address: &str) -> String {
    let host_and_path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = host_and_path.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Replaces the file: a new one, so that nothing which shares the old one's bytes changes with it.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    super::disk::remove(path)?;
    let written = fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("写不了 {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plain_branch_keeps_its_name_and_no_two_meet() {
        assert_eq!(name("maternity-leave"), "maternity-leave");
        assert!(name("feature/产假").starts_with("feature-"), "{}", name("feature/产假"));
        assert!(name("产假").starts_with("branch-"));
        assert_ne!(name("a/b"), name("a-b"));
        assert_ne!(name(&name("a/b")), name("a/b"), "not even one that was named after another's preview");
    }

    #[test]
    fn an_address_has_a_place_for_the_branch() {
        let host = Address::parse("https://{branch}.preview.example.org").unwrap();
        assert_eq!(host.of("x"), "https://x.preview.example.org/");
        let folder = Address::parse("https://example.org/preview/").unwrap();
        assert_eq!(folder.of("x"), "https://example.org/preview/x/");
        assert_eq!(
            (folder_of(&host.of("x")), folder_of(&folder.of("x"))),
            (String::new(), "/preview/x".into())
        );
        for bad in ["", "example.org", "ftp://x", "https://", "https:///x", "https://a b/"] {
            Address::parse(bad).unwrap_err();
        }
    }

    #[test]
    fn links_to_its_own_pages_are_turned_and_others_left() {
        let page = "<a class=\"x\" href=\"/guides/a/\">甲</a><script src=\"/assets/s.js\"></script><form action=\"/ask/\"><a href=\"//other.example/\"><a href=\"https://x.example/\"><source srcset=\"/media/a-1.avif 480w, /media/a-2.avif 800w\"><img src=\"/b\">";
        let turned = turned(page, "/preview/x", |link| !link.starts_with("/ask/"));
        assert_eq!(
            turned,
            "<a class=\"x\" href=\"/preview/x/guides/a/\">甲</a><script src=\"/preview/x/assets/s.js\"></script><form action=\"/ask/\"><a href=\"//other.example/\"><a href=\"https://x.example/\"><source srcset=\"/preview/x/media/a-1.avif 480w, /preview/x/media/a-2.avif 800w\"><img src=\"/preview/x/b\">"
        );
    }

    proptest! {
        #[test]
        fn any_branch_has_a_name_that_is_one_part_of_a_host(branch in "\\PC{1,80}") {
            let name = name(&branch);
            prop_assert!(!name.is_empty() && name.len() <= 63);
            prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            prop_assert!(!name.starts_with('-') && !name.ends_with('-'));
        }
    }
}
