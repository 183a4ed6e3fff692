//! What is published beside the pages' words: stylesheets as a browser reads them.

use serde_json::json;
use site_gen::{Options, Outcome};
use tests::browser::{Browser, DESK, PHONE};
use tests::pictures::PICTURE;
use tests::server::Ground;
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
    let today = workspace::newest_day(&workspace::content());
    let options = Options::new(workspace::content(), &out, today);
    assert!(matches!(site_gen::build(&options).unwrap(), Outcome::Built(_)));
    browser.goto("about:blank").await.unwrap();
    for name in ["site", "desk", "law", "letters"] {
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

/// What the picture of the page shows, and what each of its files gives: address, width and height in pixels.
const DECODED: &str = "(async () => { \
     const shown = document.querySelector('picture img'); shown.loading = 'eager'; await shown.decode(); \
     const files = new Set([shown.src]); \
     for (const source of document.querySelectorAll('picture source')) \
       for (const offer of source.srcset.split(', ')) files.add(offer.split(' ')[0]); \
     const found = [[new URL(shown.currentSrc).pathname, shown.naturalWidth, shown.naturalHeight]]; \
     for (const file of files) { const image = new Image(); image.src = file; await image.decode(); \
       found.push([new URL(file, location.href).pathname, image.naturalWidth, image.naturalHeight]); } \
     return found; })()";

#[tokio::test]
async fn every_format_of_a_picture_is_one_that_a_browser_shows_and_avif_is_what_it_takes() {
    let Some(browser) = Browser::open(PHONE, "pictures").await.unwrap() else { return };
    let ground = Ground::with_own_content().unwrap();
    let guide = ground.content().join("guides/legal-aid/apply-legal-aid.md");
    let text = std::fs::read_to_string(&guide).unwrap();
    std::fs::create_dir_all(ground.content().join("images")).unwrap();
    std::fs::write(ground.content().join("images/door.png"), PICTURE).unwrap();
    std::fs::write(&guide, text + "\n![县服务中心的大门](/images/door.png)\n").unwrap();
    let server = ground.start().unwrap();
    browser.goto(&format!("{}/guides/legal-aid/apply-legal-aid/", server.base)).await.unwrap();
    let asked = json!({ "expression": DECODED, "returnByValue": true, "awaitPromise": true });
    let answer = browser.command("Runtime.evaluate", asked).await.unwrap();
    let found = answer["result"]["value"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    assert!(found[0][0].as_str().unwrap().ends_with("-4.avif"), "{found:?}");
    let mut endings: Vec<&str> =
        found[1..].iter().map(|file| file[0].as_str().unwrap().rsplit('.').next().unwrap()).collect();
    endings.sort_unstable();
    assert_eq!(endings, ["avif", "png", "webp"]);
    // What is chosen among widths counts as wide as it is said to stand; the files are what they are.
    assert!(found[1..].iter().all(|file| (&file[1], &file[2]) == (&json!(4), &json!(3))), "{found:?}");
}
