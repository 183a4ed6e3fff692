//! What is published beside the pages' words: stylesheets as a browser reads them.

use serde_json::json;
use site_gen::{Options, Outcome};
use tests::browser::{Browser, DESK};
use tests::workspace;

/// The rules of a stylesheet as the browser understood them. It keeps what custom properties hold as it was typed, so
/// blanks beside commas are left out of the comparison.
const RULES: &str = "(text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); \
     return [...sheet.cssRules].map(rule => rule.cssText.replace(/\\s*,\\s*/g, ',').replace(/:\\s+/g, ':')).join('\\n'); })";

#[tokio::test]
async fn a_browser_reads_the_same_rules_from_the_small_stylesheets() {
    let Some(browser) = Browser::open(DESK, "small stylesheets").await.unwrap() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let today = jiff::civil::date(2026, 11, 21);
    let options = Options::new(workspace::content(), &out, today);
    assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
    browser.goto("about:blank").await.unwrap();
    for name in ["site", "desk", "letters"] {
        let written = workspace::root().join(format!("site-gen/assets/{name}.css"));
        let written = std::fs::read_to_string(written).unwrap();
        let published = workspace::files_under(&out.join("assets")).into_iter().find(|path| {
            path.extension().is_some_and(|ending| ending == "css")
                && path.file_name().unwrap().to_string_lossy().starts_with(&format!("{name}-"))
        });
        let published = std::fs::read_to_string(published.unwrap()).unwrap();
        assert!(published.len() < written.len(), "{name}.css did not get smaller");
        let mut rules = Vec::new();
        for text in [&written, &published] {
            let found = browser.evaluate(&format!("{RULES}({})", json!(text))).await.unwrap();
            rules.push(found.as_str().unwrap().to_owned());
        }
        assert!(rules[0].lines().count() > 5, "{name}.css: {}", rules[0]);
        assert_eq!(rules[0], rules[1], "{name}.css");
    }
}
