//! Findings as a SARIF 2.1.0 log, which GitHub's code scanning, Azure DevOps and editors' plug-ins read.
//!
//! The rules are the pages of [`super::pages`]: their text is the help that a host shows beside a finding. Section numbers
//! are those of the OASIS standard, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Severity;
use super::fingerprint;
use super::found::{Found, Replacement, below};
use super::lines::Place;
use super::pages;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where hosts put the root of the checkout (§3.4.4).
const ROOT: &str = "%SRCROOT%";

/// The log. `folder`: the content folder from the repository's root. `help`: the folder of the pages on the host, if they
/// can be read there.
pub fn render(found: &[Found<'_>], folder: &str, help: Option<&str>) -> String {
    let mut codes: Vec<&'static str> = found.iter().map(|found| found.diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let places: BTreeMap<&str, usize> = codes.iter().copied().zip(0..).collect();
    let fingerprints = fingerprint::of_all(found, folder);
    let results = found.iter().zip(fingerprints).map(|(found, fingerprint)| {
        let mut result = result(found, folder, &fingerprint);
        result["ruleIndex"] = json!(places[found.diagnostic.code]);
        result
    });
    let results: Vec<Value> = results.collect();
    super::pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "site-gen",
                "version": env!("CARGO_PKG_VERSION"),
                "language": "zh-CN",
                "rules": codes.iter().map(|code| rule(code, help)).collect::<Vec<_>>(),
            }},
            "invocations": [{"executionSuccessful": true}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

/// What a host shows about a code (§3.49).
fn rule(code: &str, help: Option<&str>) -> Value {
    let mut rule = json!({"id": code});
    let Some(page) = pages::find(code) else { return rule };
    rule["shortDescription"] = json!({"text": page.title()});
    rule["fullDescription"] = json!({"text": page.lead()});
    rule["help"] = json!({"text": page.markdown, "markdown": page.markdown});
    rule["defaultConfiguration"] = json!({"level": level(page.severity())});
    if let Some(help) = help {
        rule["helpUri"] = json!(format!("{}/{code}.md", help.trim_end_matches('/')));
    }
    rule
}

fn result(found: &Found<'_>, folder: &str, fingerprint: &str) -> Value {
    let diagnostic = found.diagnostic;
    let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!("\n改法：{hint}"));
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": {"text": format!("{}{hint}", diagnostic.message)},
        "locations": [{"physicalLocation": {
            "artifactLocation": artifact(folder, found.path),
            "region": region(found.start, found.end),
        }}],
        "partialFingerprints": {"siteGenFinding/v1": fingerprint},
    });
    if !found.edits.is_empty() {
        let changes = by_file(&found.edits).into_iter().map(|(path, edits)| {
            let replacements: Vec<Value> = edits.into_iter().map(replacement).collect();
            json!({"artifactLocation": artifact(folder, path), "replacements": replacements})
        });
        let text = diagnostic.hint.as_deref().unwrap_or("自动改好");
        result["fixes"] =
            json!([{"description": {"text": text}, "artifactChanges": changes.collect::<Vec<_>>()}]);
    }
    result
}

fn by_file<'f, 'r>(edits: &'f [Replacement<'r>]) -> BTreeMap<&'r str, Vec<&'f Replacement<'r>>> {
    let mut files: BTreeMap<&str, Vec<&Replacement<'_>>> = BTreeMap::new();
    for edit in edits {
        files.entry(edit.path).or_default().push(edit);
    }
    files
}

fn replacement(edit: &Replacement<'_>) -> Value {
    json!({"deletedRegion": region(edit.start, edit.end), "insertedContent": {"text": edit.text}})
}

/// Lines and columns from 1; the end column is behind the last character (§3.30.8), as ours is.
fn region(start: Place, end: Place) -> Value {
    json!({
        "startLine": start.line, "startColumn": start.column,
        "endLine": end.line, "endColumn": end.column,
    })
}

fn artifact(folder: &str, path: &str) -> Value {
    json!({"uri": uri(&below(folder, path)), "uriBaseId": ROOT})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A path as a relative URI: what may not stand in one is written in hexadecimal (RFC 3986).
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_path_is_a_uri() {
        assert_eq!(uri("content/a b/怎.md"), "content/a%20b/%E6%80%8E.md");
    }
}
