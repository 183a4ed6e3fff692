//! The pages of `tests/spec/` held against the checker: every example is checked, every sentence it shows is what the
//! editors' program says, every code has its page.
//!
//! `tests/spec/README.md` says how a page is written. `NUANZHAN_TEST_UPDATE=1 cargo test -p tests --test spec` writes what
//! the program says into the pages; read the difference before keeping it.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod page;
mod place;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use similar::TextDiff;
use site_gen::diag::Severity;
use site_gen::diag::pages::{self, CodePage};
use tests::workspace;

use page::{Example, Page, Want};
use trial::Trial;

/// Set to `1` to write what the program says into the pages.
const UPDATE: &str = "NUANZHAN_TEST_UPDATE";

fn folder() -> PathBuf {
    workspace::root().join("tests/spec")
}

/// Every page, by its code.
fn all_pages() -> BTreeMap<String, Page> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let pages = pages.filter(|path| !path.ends_with("README.md"));
    pages
        .map(|path| {
            let code = path.file_stem().unwrap().to_string_lossy().into_owned();
            (code, Page::read(&fs::read_to_string(path).unwrap()))
        })
        .collect()
}

#[test]
fn every_example_does_what_its_page_says() {
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (code, mut page) in all_pages() {
        let mut found_any = false;
        for example in page.examples() {
            let trial = Trial::with(&example.files);
            let (wanted, got) = match &example.want {
                Want::Says(text) => {
                    let said = trial.check();
                    found_any |= said.findings.contains(&format!("[{code}]"));
                    if said.mendable && !page.has_section(page::MENDED) {
                        wrong.push(format!("{code}: --fix 能改好，却没有“## {}”一节", page::MENDED));
                    }
                    (text.clone(), said.findings)
                }
                Want::Nothing => (String::new(), trial.check().findings),
                Want::Becomes(after) => (after.clone(), trial.fix()),
            };
            if matches!(example.want, Want::Becomes(_)) && example.files.last().unwrap().text == got {
                wrong.push(format!("{code}.md，第 {} 行的例子：--fix 什么都没有改", example.line));
            }
            if wanted != got && !(update && page.put(&example, &got)) {
                wrong.push(format!(
                    "{code}.md，第 {} 行的例子：\n{}",
                    example.line,
                    difference(&wanted, &got)
                ));
            }
        }
        if !found_any {
            wrong.push(format!("{code}.md 里没有一个例子会报出 {code}"));
        }
        if update {
            fs::write(folder().join(format!("{code}.md")), page.text()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "- 页面里写的，+ 实际的\n\n{}", wrong.join("\n\n"));
}

fn difference(wanted: &str, got: &str) -> String {
    TextDiff::from_lines(wanted, got).unified_diff().context_radius(100).to_string()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let in_source = codes_in_source();
    let pages: BTreeMap<String, Severity> =
        pages::all().iter().map(|page| (page.code.to_owned(), page.severity())).collect();
    assert_eq!(
        pages, in_source,
        "left: the pages, by the first word of their first paragraph; right: the source"
    );
    let files: BTreeSet<String> = all_pages().into_keys().collect();
    let built_in: BTreeSet<String> = pages.into_keys().collect();
    assert_eq!(built_in, files, "left: the table in site-gen/src/diag/pages.rs; right: the files");
}

/// The codes that the source reports, with the worst that each can be.
fn codes_in_source() -> BTreeMap<String, Severity> {
    let mut codes = BTreeMap::new();
    let files = workspace::files_under(&workspace::root().join("site-gen/src")).into_iter();
    for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (call, severity) in
            [("Diagnostic::error(", Severity::Error), ("Diagnostic::warning(", Severity::Warning)]
        {
            for rest in text.split(call).skip(1) {
                let code = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                let code =
                    code.unwrap_or_else(|| panic!("a code that can't be read from the source: {rest:.40}"));
                let known = codes.entry(code.to_owned()).or_insert(severity);
                *known = severity.min(*known);
            }
        }
    }
    codes
}

#[test]
fn every_page_has_the_parts_that_others_read() {
    let mut wrong = Vec::new();
    for page in pages::all() {
        let CodePage { code, markdown } = page;
        let heading = format!("# `{code}` ");
        if !markdown.starts_with(&heading) || page.title().is_empty() || page.title().chars().count() > 30 {
            wrong.push(format!("{code}: 第一行要写成“{heading}短标题”，标题不超过 30 个字"));
        }
        if !["错误。", "建议。"].iter().any(|word| page.lead().starts_with(word)) {
            wrong.push(format!("{code}: 第一段要以“错误。”或“建议。”开头"));
        }
        for section in [page::WHY, page::FOUND, page::GOOD] {
            if !markdown.contains(&format!("\n## {section}\n")) {
                wrong.push(format!("{code}: 没有“## {section}”一节"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn explain_prints_the_page_and_knows_what_was_meant() {
    let explain = |code: &str| trial::program().args(["explain", code]).output().unwrap();
    let page = fs::read_to_string(folder().join("date.md")).unwrap();
    for typed in ["date", "[date]", " date "] {
        assert_eq!(String::from_utf8(explain(typed).stdout).unwrap(), page, "{typed}");
    }
    let lost = explain("unknown-feild");
    assert_eq!((lost.status.code(), lost.stdout.as_slice()), (Some(2), &[][..]));
    assert!(String::from_utf8(lost.stderr).unwrap().contains("是不是想看 unknown-field"));
    let all = trial::program().arg("explain").output().unwrap();
    assert_eq!(String::from_utf8(all.stdout).unwrap().lines().count(), pages::all().len());
}

/// An example with several files is put together from all of them.
#[test]
fn the_pages_are_read_as_they_are_written() {
    let page = Page::read(
        "# `x` y\n\n错误。z\n\n## 会报出来\n\n先看：\n\n```yaml 指南\na: 1\n```\n\n```md +pages/a.md\nb\n```\n\n```text\nc\n```\n\n\
         ## 这样写\n\n```md 指南\nd\n```\n\n```md 指南\ne\n```\n\n## 自动改好\n\n```md 指南\nf\n```\n\n改成：\n\n```md 指南\ng\n```\n",
    );
    let examples: Vec<(usize, Want)> =
        page.examples().into_iter().map(|Example { files, want, .. }| (files.len(), want)).collect();
    let becomes = |text: &str| Want::Becomes(text.to_owned());
    assert_eq!(
        examples,
        [(2, Want::Says("c\n".to_owned())), (1, Want::Nothing), (1, Want::Nothing), (1, becomes("g\n"))]
    );
}
