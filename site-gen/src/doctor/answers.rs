//! What a server answers: the right headers, nothing to be recognised by, nothing from anybody else.

use std::collections::BTreeMap;

use super::release::is_local;
use super::{Findings, html};

/// One answer, as the command got it.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Without the host.
    pub path: String,
    /// The status.
    pub status: u16,
    /// Names in lower case; several values of one name joined by a line end.
    pub headers: BTreeMap<String, String>,
    /// The body, as far as it was read.
    pub body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Where in the handbook for operators the front server is described.
const FRONT: &str = "看 docs/operations.md 里“前面的网页服务器”那几条；前面的服务器不要改、不要删这些头";

/// Looks at the answers to pages (`pages`) and to a file that may be kept for ever (`asset`).
pub fn look(url: &str, pages: &[Answer], asset: Option<&Answer>, findings: &mut Findings) {
    let Some(first) = pages.first() else { return };
    if first.status != 200 {
        findings.wrong(
            "answers",
            format!("{url}{} 回答的是 {}，不是 200", first.path, first.status),
            "看看程序开着没有，日志里说了什么",
        );
        return;
    }
    findings.fine("answers", format!("{url} 有回答"));
    tls(url, findings);
    policy(first, findings);
    cookies(pages, findings);
    compression(first, findings);
    keeping(first, asset, findings);
    foreign(url, pages, findings);
}

fn tls(url: &str, findings: &mut Findings) {
    if url.starts_with("https://") {
        findings.fine("tls", "网址是 HTTPS，证书有效");
    } else if is_local(url) {
        findings.skipped("tls", "看的是本机，没有看 HTTPS");
    } else {
        findings.wrong(
            "tls",
            "网址不是 HTTPS：她看了什么，同一个 Wi-Fi 里的人都看得到，信也封不上",
            "在前面放一个带 HTTPS 的网页服务器，例如 Caddy",
        );
    }
}

fn policy(answer: &Answer, findings: &mut Findings) {
    let policy = answer.header("content-security-policy");
    let strict =
        policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http");
    match (policy.is_empty(), strict) {
        (true, _) => findings.wrong("csp", "没有 Content-Security-Policy 头：夹带进来的脚本拦不住", FRONT),
        (_, false) => findings.wrong("csp", format!("Content-Security-Policy 太松：{policy}"), FRONT),
        _ => findings.fine("csp", "只许本站的脚本和样式"),
    }
    for (name, wanted) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        if answer.header(name).eq_ignore_ascii_case(wanted) {
            findings.fine("headers", format!("{name}: {wanted}"));
        } else {
            findings.wrong(
                "headers",
                format!("{name} 应是 {wanted}，这里是“{}”", answer.header(name)),
                FRONT,
            );
        }
    }
}

fn cookies(pages: &[Answer], findings: &mut Findings) {
    match pages.iter().find(|answer| !answer.header("set-cookie").is_empty()) {
        None => findings.fine("cookies", "公开的页面不放 cookie"),
        Some(answer) => findings.wrong(
            "cookies",
            format!("{} 放了 cookie：手机上会留下来过的痕迹", answer.path),
            "多半是前面的服务器或防护服务加的，关掉它",
        ),
    }
}

fn compression(answer: &Answer, findings: &mut Findings) {
    match answer.header("content-encoding") {
        "" => findings.advice(
            "compression",
            "页面没有压缩，信号差的地方要等",
            "让前面的服务器压缩页面（/ask/ 和 /api/ 除外）",
        ),
        how => findings.fine("compression", format!("页面用 {how} 压缩")),
    }
}

fn keeping(page: &Answer, asset: Option<&Answer>, findings: &mut Findings) {
    let kept = page.header("cache-control");
    let fresh =
        ["no-cache", "no-store", "max-age=0", "must-revalidate"].iter().any(|word| kept.contains(word));
    if fresh {
        findings.fine("cache", "页面每次都问有没有新的");
    } else {
        findings.advice(
            "cache",
            format!("页面的 cache-control 是“{kept}”：改了的电话，有人几天以后还看到旧的"),
            FRONT,
        );
    }
    let Some(asset) = asset else { return };
    if asset.header("cache-control").contains("immutable") {
        findings.fine("cache", "样式和脚本只取一次");
    } else {
        findings.advice("cache", format!("{} 每次都要重新取，费流量", asset.path), FRONT);
    }
}

fn foreign(url: &str, pages: &[Answer], findings: &mut Findings) {
    let own = url.trim_end_matches('/');
    let mut found = pages.iter().flat_map(|answer| {
        html::fetched(&answer.body)
            .into_iter()
            .map(|address| (answer.path.clone(), address))
            .collect::<Vec<_>>()
    });
    match found.find(|(_, address)| html::is_foreign(address, own)) {
        None => findings.fine("third-party-live", "送出来的页面里，没有去别人那里取的东西"),
        Some((path, address)) => findings.wrong(
            "third-party-live",
            format!("{path} 送出来时，多了去别人那里取的 {address}"),
            "多半是前面的服务器、网络服务商加的统计或防护，关掉它",
        ),
    }
}

/// A page and an asset that a home page leads to, for further questions.
pub fn next_questions(home: &Answer) -> (Option<String>, Option<String>) {
    let inside = |address: &&str| address.starts_with('/') && !address.starts_with("//");
    let tags = html::tags(&home.body);
    let guide = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href")).filter(inside);
    let guide = guide
        .filter(|address| address.starts_with("/guides/") && address.len() > "/guides/".len())
        .map(str::to_owned)
        .next();
    let styles = tags.iter().filter(|tag| tag.name == "link" && tag.get("rel") == Some("stylesheet"));
    let style = styles.filter_map(|tag| tag.get("href")).find(inside).map(str::to_owned);
    (guide, style)
}
