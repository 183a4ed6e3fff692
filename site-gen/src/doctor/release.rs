//! A site on the disk: whole, of this program's format, with the numbers to dial on every page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::civil::Date;
use search::bundle::{Bundle, BundleError, FOLDER, FORMAT};

use super::{Findings, html};

/// Days after which a station should have been called again.
const STALE_DAYS: i32 = 365;

/// The files of a site by their path in it.
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Files {
    /// Reads every file below `folder`.
    ///
    /// # Errors
    ///
    /// Fails when one can't be read.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        walk(folder, folder, &mut files).with_context(|| format!("读不了 {}", folder.display()))?;
        Ok(Self(files))
    }

    /// The pages.
    pub fn pages(&self) -> impl Iterator<Item = (&str, String)> {
        let pages = self.0.iter().filter(|(path, _)| path.ends_with(".html"));
        pages.map(|(path, bytes)| (path.as_str(), String::from_utf8_lossy(bytes).into_owned()))
    }
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else {
            let inside = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(inside, fs::read(&path)?);
        }
    }
    Ok(())
}

/// The folder that is served: `site` itself, or what `current` in it leads to.
pub fn served(site: &Path) -> PathBuf {
    let current = site.join("current");
    if current.exists() { current } else { site.to_owned() }
}

/// Looks at the data: its version, whether it opens, what it says of the site. `None` where it does not open.
pub fn bundle(folder: &Path, findings: &mut Findings) -> Option<Bundle> {
    const REBUILD: &str = "用现在的程序重新生成：site-gen build";
    let opened = Bundle::open(folder).and_then(|bundle| Bundle::open_index(folder).map(|_| bundle));
    match opened {
        Ok(bundle) => {
            findings.fine("data-version", format!("数据格式是第 {FORMAT} 版，和程序一样"));
            Some(bundle)
        }
        Err(BundleError::Version { found, .. }) => {
            let what = format!("网站的数据格式是第 {found} 版，程序只认第 {FORMAT} 版：不是同一版程序生成的");
            findings.wrong("data-version", what, REBUILD);
            None
        }
        Err(err) => {
            findings.wrong("release-whole", format!("网站不完整：{err}"), REBUILD);
            None
        }
    }
}

/// Looks whether everything that pages lead to is there, and whether the manifest's hashes hold where it has any.
pub fn whole(files: &Files, findings: &mut Findings) {
    let has = |address: &str| {
        let path = address.trim_start_matches('/');
        files.0.contains_key(path) || files.0.contains_key(&format!("{path}index.html"))
    };
    let mut missing: BTreeSet<String> = BTreeSet::new();
    for (_, page) in files.pages() {
        for tag in html::tags(&page) {
            let address =
                tag.get("href").filter(|_| matches!(tag.name, "a" | "link")).or_else(|| tag.get("src"));
            let Some(address) =
                address.filter(|address| address.starts_with('/') && !address.starts_with("//"))
            else {
                continue;
            };
            let plain = decoded(address.split(['#', '?']).next().unwrap_or_default());
            // The API answers these, not a file.
            if !plain.starts_with("/api/") && !has(&plain) {
                missing.insert(plain);
            }
        }
    }
    let empty: Vec<&String> =
        files.0.iter().filter(|(_, bytes)| bytes.is_empty()).map(|(path, _)| path).collect();
    let broken = broken_hashes(files);
    let bad: Vec<String> = missing.into_iter().chain(empty.into_iter().cloned()).chain(broken).collect();
    if bad.is_empty() {
        findings.fine("release-whole", format!("网站完整，{} 个文件", files.0.len()));
        return;
    }
    let shown = bad.iter().take(5).cloned().collect::<Vec<_>>().join("、");
    let what = format!("网站不完整：{} 个文件没有、是空的，或者被改过，例如 {shown}", bad.len());
    findings.wrong("release-whole", what, "重新生成：site-gen build。不要直接改生成的文件");
}

/// Files that are not what the manifest says, where it says anything: `"files": {"path": "blake3"}`.
fn broken_hashes(files: &Files) -> Vec<String> {
    let manifest = files.0.get(&format!("{FOLDER}/manifest.json"));
    let manifest: Option<serde_json::Value> = manifest.and_then(|bytes| serde_json::from_slice(bytes).ok());
    let hashes = manifest.as_ref().and_then(|manifest| manifest.get("files")?.as_object());
    let differs = |(path, hash): (&String, &serde_json::Value)| {
        let real = files.0.get(path).map(|bytes| blake3::hash(bytes).to_hex().to_string());
        (real.as_deref() != hash.as_str()).then(|| path.clone())
    };
    hashes.into_iter().flatten().filter_map(differs).collect()
}

/// `%E7%AB%99` as text.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        let code = if byte == b'%' { digit().zip(digit()) } else { None };
        bytes.push(code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()).unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The page that leads out by itself: it must not look like this site.
const LEADS_OUT: &str = "leave/index.html";

/// Looks whether every page has the numbers to dial, and the way out.
pub fn emergency(files: &Files, bundle: &Bundle, findings: &mut Findings) {
    let numbers: Vec<&str> = bundle
        .hotlines
        .iter()
        .filter(|hotline| hotline.emergency)
        .map(|hotline| hotline.number.as_str())
        .collect();
    if numbers.is_empty() {
        findings.wrong(
            "emergency",
            "site.toml 里没有一条热线写了 emergency = true",
            "至少给 110 写上，再重新生成",
        );
        return;
    }
    let lacks = |page: &str| {
        numbers.iter().any(|number| !page.contains(&format!("tel:{number}")))
            || !page.contains(&bundle.site.exit_url)
    };
    let without = files.pages().filter(|(path, page)| *path != LEADS_OUT && lacks(page));
    let without: Vec<String> = without.map(|(path, _)| path.to_owned()).collect();
    match without.first() {
        None => findings.fine("emergency", format!("每一页都有 {} 和快速离开", numbers.join("、"))),
        Some(first) => findings.wrong(
            "emergency",
            format!("{} 页没有紧急电话或快速离开，例如 {first}", without.len()),
            "重新生成：site-gen build。还是这样，告诉写程序的人",
        ),
    }
}

/// Looks whether any page has the browser fetch something from somebody else.
pub fn third_parties(files: &Files, bundle: &Bundle, findings: &mut Findings) {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for (path, page) in files.pages() {
        let foreign = html::fetched(&page)
            .into_iter()
            .filter(|address| html::is_foreign(address, &bundle.site.base_url));
        found.extend(foreign.map(|address| format!("{path} 里的 {address}")));
    }
    match found.first() {
        None => findings.fine("third-party", "没有一页会去别人的网站取东西"),
        Some(first) => findings.wrong(
            "third-party",
            format!("有页面会去别人的网站取东西，那边就知道她来过：{first}"),
            "找出是谁加的，去掉它，重新生成",
        ),
    }
}

/// Looks how long ago stations were called.
pub fn verified(bundle: &Bundle, today: Date, findings: &mut Findings) {
    let stale = |day: Option<Date>| {
        day.is_none_or(|day| today.since(day).is_ok_and(|span| span.get_days() > STALE_DAYS))
    };
    let old = bundle.stations.iter().filter(|station| stale(station.verified)).count();
    let all = bundle.stations.len();
    match old {
        0 => findings.fine("verified", format!("{all} 个站点一年里都核实过")),
        old => findings.advice(
            "verified",
            format!("{all} 个站点里，{old} 个超过一年没有核实，或者没写核实的日子"),
            "打电话核对，再改 verified。用 site-gen export stations 导出名单来打",
        ),
    }
}

/// Looks whether the address the site was built for is the one it is reached at.
pub fn base_url(bundle: &Bundle, url: Option<&str>, findings: &mut Findings) {
    const REMEDY: &str = "改 site.toml 里的 base_url，再重新生成：分享出去的链接、站点地图都用它";
    let own = &bundle.site.base_url;
    if own.contains(".example") {
        findings.advice("base-url", format!("网址还是示例的 {own}"), REMEDY);
        return;
    }
    match url.map(|url| url.trim_end_matches('/')) {
        None => findings.fine("base-url", format!("网站是给 {own} 生成的")),
        Some(url) if url == own => findings.fine("base-url", format!("网址是 {own}，对得上")),
        Some(url) if is_local(url) => findings.fine("base-url", format!("看的是本机，网站是给 {own} 生成的")),
        Some(url) => findings.wrong("base-url", format!("网站是给 {own} 生成的，却放在 {url}"), REMEDY),
    }
}

/// Whether an address is of this machine.
pub fn is_local(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
}
