//! Where links lead: to files of the content, to addresses of the site, to anchors in them, to telephones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::source::Span;

/// Everything on the site that can be linked to.
#[derive(Debug, Default)]
pub struct Links {
    /// From a file's path in the content (`guides/work/maternity-leave.md`) to its address.
    pub files: BTreeMap<String, String>,
    /// From a picture's path in the content to its address, which changes with what is in the file.
    pub images: BTreeMap<String, String>,
    /// Every address of the site.
    pub addresses: BTreeSet<String>,
}

/// A link to an anchor, looked up when every page's anchors are known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WantedAnchor {
    /// Where the link stands.
    pub at: Span,
    /// The address of the page.
    pub url: String,
    /// The anchor without `#`.
    pub anchor: String,
}

/// What a link means.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// An address to write into the page, and the page and anchor to look up later.
    Found {
        /// As it is written into the page.
        href: String,
        /// Page and anchor, where there is one.
        anchor: Option<(String, String)>,
    },
    /// It leads nowhere: what is wrong, and what may have been meant.
    Lost {
        /// What is wrong.
        message: String,
        /// What may have been meant.
        hint: Option<String>,
    },
}

impl Links {
    /// What `target` means on the page `from` (its path in the content and its address).
    pub fn resolve(&self, target: &str, from: (&str, &str)) -> Target {
        if target.starts_with("https://") || target.starts_with("http://") || is_telephone(target) {
            return Target::Found { href: target.to_owned(), anchor: None };
        }
        if target.contains(':') {
            let message = format!("不能链接到“{target}”");
            return Target::Lost {
                message,
                hint: Some("链接写文件路径、https:// 网址或 tel: 电话".to_owned()),
            };
        }
        let (path, anchor) =
            target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        let url = if path.is_empty() { Some(from.1.to_owned()) } else { self.page(path, from.0) };
        match (url, anchor) {
            (None, _) => self.lost(path, from.0),
            (Some(url), None) => Target::Found { href: url, anchor: None },
            (Some(url), Some(anchor)) => {
                let href = format!("{url}#{anchor}");
                Target::Found { href, anchor: Some((url, anchor.to_owned())) }
            }
        }
    }

    /// The address that `target` leads to from the page `from`, if anywhere.
    pub fn href(&self, target: &str, from: (&str, &str)) -> Option<String> {
        let found = target.split_once('#').map_or(target, |(path, _)| path);
        let is_path = !found.is_empty() && !target.contains(':');
        if is_path && self.page(found, from.0).is_none() {
            return None;
        }
        match self.resolve(target, from) {
            Target::Found { href, .. } => Some(href),
            Target::Lost { .. } => None,
        }
    }

    /// The address of a picture that the file `from` shows.
    pub fn image(&self, target: &str, from: &str) -> Option<&str> {
        self.picture(target, from).map(|(_, address)| address)
    }

    /// The path in the content and the address of a picture that the file `from` shows.
    pub fn picture(&self, target: &str, from: &str) -> Option<(&str, &str)> {
        let found = self.images.get_key_value(&join(from, target));
        found.map(|(path, address)| (path.as_str(), address.as_str()))
    }

    fn page(&self, path: &str, from: &str) -> Option<String> {
        let file = self.files.get(&join(from, path));
        file.or_else(|| self.addresses.get(path)).cloned()
    }

    fn lost(&self, path: &str, from: &str) -> Target {
        let wanted = join(from, path);
        if path.starts_with("www.") {
            let message = format!("“{path}”不是完整的网址");
            return Target::Lost {
                message,
                hint: Some(format!("别的网站要以 https:// 开头：https://{path}")),
            };
        }
        let near = nearest(&wanted, self.files.keys().map(String::as_str));
        let hint = near.map_or_else(
            || "写文件的路径，例如 /guides/work/maternity-leave.md".to_owned(),
            |near| format!("是不是想链接到 /{near}"),
        );
        Target::Lost { message: format!("没有“{path}”这个文件或页面"), hint: Some(hint) }
    }
}

/// Reports links to anchors that no heading has. `anchors`: by address of the page.
pub fn check_anchors(
    wanted: &[WantedAnchor],
    anchors: &BTreeMap<String, BTreeSet<String>>,
    diags: &mut Diagnostics,
) {
    for link in wanted {
        // Pages that the generator makes by itself (lists, home) have no anchors of the editors' making.
        let Some(known) = anchors.get(&link.url) else { continue };
        if known.contains(&link.anchor) {
            continue;
        }
        let near = nearest(&link.anchor, known.iter().map(String::as_str));
        let hint = near.map_or_else(
            || match known.is_empty() {
                true => "那一页没有小标题，去掉 # 和后面的字".to_owned(),
                false => {
                    let all: Vec<String> = known.iter().map(|id| format!("#{id}")).collect();
                    format!("这一页有：{}", all.join("、"))
                }
            },
            |near| format!("是不是想写 #{near}"),
        );
        let message = format!("那一页没有“#{}”这个小标题", link.anchor);
        diags.push(Diagnostic::error("broken-anchor", link.at, message).hint(hint));
    }
}

fn is_telephone(target: &str) -> bool {
    target.strip_prefix("tel:").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'))
    })
}

/// The path from the content root of `path` as written in the file `from`: `/x` from the root, `x` beside the file.
fn join(from: &str, path: &str) -> String {
    let (folder, path) = match path.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (from.rsplit_once('/').map_or("", |(folder, _)| folder), path),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        let files = [("guides/work/leave.md", "/guides/work/leave/"), ("pages/privacy.md", "/privacy/")];
        Links {
            files: files.into_iter().map(|(path, url)| (path.to_owned(), url.to_owned())).collect(),
            images: BTreeMap::new(),
            addresses: ["/ask/", "/privacy/"].map(str::to_owned).into(),
        }
    }

    #[test]
    fn a_link_may_be_a_path_an_address_an_anchor_or_a_telephone() {
        let from = ("guides/work/leave.md", "/guides/work/leave/");
        for (target, expected) in [
            ("/pages/privacy.md", "/privacy/"),
            ("../../pages/privacy.md", "/privacy/"),
            ("leave.md#a", "/guides/work/leave/#a"),
            ("#a", "/guides/work/leave/#a"),
            ("/ask/", "/ask/"),
            ("/privacy/", "/privacy/"),
            ("tel:110", "tel:110"),
            ("https://example.com/", "https://example.com/"),
        ] {
            let Target::Found { href, .. } = links().resolve(target, from) else { panic!("{target}") };
            assert_eq!(href, expected);
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_says_what_may_have_been_meant() {
        let target = links().resolve("/pages/privcy.md", ("pages/privacy.md", "/privacy/"));
        let Target::Lost { hint, .. } = target else { panic!("{target:?}") };
        assert_eq!(hint.as_deref(), Some("是不是想链接到 /pages/privacy.md"));
        let script = links().resolve("javascript:alert(1)", ("pages/privacy.md", "/privacy/"));
        assert!(matches!(script, Target::Lost { .. }));
    }
}
