//! What the rules of prose say of a text, what their edits make of it, and what no edit may ever do.

use proptest::prelude::*;

use super::*;
use crate::diag::{Diagnostic, Edit};
use crate::markdown;
use crate::source::SourceMap;

/// What is found in a text of Markdown by rules of this spacing.
fn found(text: &str, spacing: Spacing) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    sources.add("pages/a.md", text);
    let file = sources.texts().next().unwrap().0;
    let rules = Rules { spacing, terms: Terms::new(&[], &std::collections::BTreeSet::new()) };
    let at = Span::new(file, 0, text.len());
    let mut diags = Diagnostics::default();
    rules.body(&markdown::events(text), Place { file: text, at, exact: true }, &mut diags);
    diags.sorted().into_iter().cloned().collect()
}

/// The codes of what is found, each once for each finding.
fn codes(text: &str) -> Vec<&'static str> {
    found(text, Spacing::Spaced).into_iter().map(|finding| finding.code).collect()
}

/// The text with every edit done. A finding whose edits meet those of an earlier one waits for the next round, as it does
/// in `crate::mend`.
fn mended(text: &str, findings: &[Diagnostic]) -> String {
    let meet = |a: &Edit, b: &Edit| a.span.start < b.span.end && b.span.start < a.span.end;
    let mut edits: Vec<&Edit> = Vec::new();
    for finding in findings {
        if finding.edits.iter().all(|edit| !edits.iter().any(|other| meet(edit, other))) {
            edits.extend(&finding.edits);
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let (mut out, mut from) = (String::new(), 0);
    for edit in edits {
        assert!(edit.span.start >= from, "edits overlap in {text:?}: {findings:#?}");
        out.push_str(&text[from..edit.span.start]);
        out.push_str(&edit.text);
        from = edit.span.end;
    }
    out + &text[from..]
}

/// Checks that a text is mended to another by findings of one code, and that nothing is left to mend.
#[track_caller]
fn mends(code: &str, from: &str, to: &str) {
    let findings = found(from, Spacing::Spaced);
    assert!(
        !findings.is_empty() && findings.iter().all(|finding| finding.code == code),
        "{from}: {findings:#?}"
    );
    assert_eq!(mended(from, &findings), to);
    assert_eq!(codes(to), Vec::<&str>::new(), "{to}");
}

#[test]
fn half_width_marks_in_chinese_become_full_width() {
    mends("half-width", "带上身份证,先去问.", "带上身份证，先去问。");
    mends("half-width", "先问清: 哪天, 几点?", "先问清：哪天，几点？");
    mends("half-width", "打热线(12338)问。", "打热线（12338）问。");
    mends("half-width", "热线（报警)", "热线（报警）");
    mends("half-width", "注意!!!", "注意！");
    mends("half-width", "**带上**,先问", "**带上**，先问");
}

#[test]
fn full_width_letters_and_digits_become_half_width() {
    mends("full-width", "打 １２３３８ 问。", "打 12338 问。");
    mends("full-width", "按 ０．５％ 收。", "按 0.5% 收。");
    let both = found("打１２３３８问。", Spacing::Spaced);
    assert_eq!(
        mended("打１２３３８问。", &both),
        "打 12338 问。",
        "what one rule writes is what the next one reads"
    );
}

#[test]
fn chinese_and_other_letters_are_set_apart() {
    mends("spacing", "打110报警", "打 110 报警");
    mends("spacing", "打**110**报警", "打 **110** 报警");
    mends("spacing", "打[110](tel:110)报警", "打 [110](tel:110) 报警");
    mends("spacing", "用Wi-Fi的人", "用 Wi-Fi 的人");
    mends("spacing", "先打电话 ，再去。", "先打电话，再去。");
    mends("spacing", "先打电话，  再去。", "先打电话，再去。");
    let tight: Vec<_> = found("打 110 报警", Spacing::Tight);
    assert_eq!(mended("打 110 报警", &tight), "打110报警");
    assert!(found("打 110，12345 也行。打120吧", Spacing::Any).is_empty());
}

#[test]
fn doubled_marks_ellipses_and_dashes_are_told() {
    mends("punctuation", "先打电话。。", "先打电话。");
    mends("punctuation", "等了很久...", "等了很久……");
    mends("punctuation", "等了很久…", "等了很久……");
    mends("punctuation", "等了很久。。。", "等了很久……");
    mends("punctuation", "妇联--娘家人", "妇联——娘家人");
    let mixed = found("先打电话，。再去", Spacing::Spaced);
    assert_eq!(mixed.len(), 1, "{mixed:#?}");
    assert!(mixed[0].edits.is_empty(), "a person has to choose");
}

#[test]
fn quotes_are_paired_and_curved() {
    mends("quotes", "她说\"算了\"。", "她说“算了”。");
    mends("quotes", "她说「算了」。", "她说“算了”。");
    mends("quotes", "她说”算了“。", "她说“算了”。");
    mends("quotes", "她说“算了\"。", "她说“算了”。");
    mends("quotes", "她说“算了」。", "她说“算了”。");
    assert_eq!(codes("她说“算了。"), ["quotes"]);
    assert_eq!(codes("**“算了**”是她说的"), Vec::<&str>::new(), "emphasis is not a quote's business");
}

#[test]
fn what_nobody_sees_goes() {
    mends("invisible", "　　先打电话。", "先打电话。");
    mends("invisible", "先打\u{200b}电话。", "先打电话。");
    mends("invisible", "打\u{a0}110。", "打 110。");
}

#[test]
fn what_is_right_is_left_alone() {
    for right in [
        "打 110，或者 12338（妇女维权）。",
        "第1条、第 23 条，2026年3月8日，2026 年 3 月 8 日。",
        "B超、X光、T恤、A 座、京A00000。",
        "按 0.5% 收，3·8、11·25 都算。",
        "`a,b` 和 [文字](/a,b.md)，见 https://a.b/c,d 。".trim_end_matches(" 。"),
        "《关于适用(民法典)的解释》",
        "“一”“二”（三）、《四》",
        "1,000 元，8:30-12:00",
        "等等……再说——好吗？！",
        "Plain English, with (brackets) and \"quotes\"...",
        "| 情形 | 天数 |\n| --- | --- |\n| 难产 | 15 天 |",
    ] {
        assert_eq!(codes(right), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn long_sentences_and_paragraphs_are_told() {
    let words = "一二三四五六七八九十";
    assert_eq!(codes(&format!("{}。", words.repeat(6).trim_end_matches('十'))), Vec::<&str>::new());
    assert_eq!(codes(&format!("{}。", words.repeat(6))), ["long-sentence"]);
    assert_eq!(
        codes(&format!("《{}》说了。", words.repeat(7))),
        Vec::<&str>::new(),
        "a title is no sentence"
    );
    assert_eq!(codes(&format!("{words}。").repeat(19)), ["long-paragraph"]);
    assert_eq!(codes(&format!("> 依据{}。", words.repeat(7))), Vec::<&str>::new());
}

#[test]
fn terms_are_explained_where_they_are_first_used() {
    assert_eq!(codes("过了诉讼时效就难了。诉讼时效三年。"), ["unexplained-term"]);
    for right in [
        "过了诉讼时效（能去法院告的期限）就难了。诉讼时效三年。",
        "三年里要去告，这叫诉讼时效。",
        "诉讼时效是指能去法院告的期限。",
        "诉讼时效，也就是能去法院告的期限，是三年。",
        "看[诉讼时效](/a.md)。",
        "诉讼时效\n: 能去法院告的期限。",
        "## 诉讼时效\n\n诉讼时效三年。",
        "`诉讼时效`",
    ] {
        assert_eq!(codes(right), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn a_page_has_a_frame_that_can_be_walked() {
    for (text, code) in [
        ("|  |  |\n| --- | --- |\n| 难产 | 15 天 |", "table-head"),
        ("##\n\n有话。", "empty-heading"),
        ("## 去哪里\n\n一。\n\n## 去哪里\n\n二。", "duplicate-heading"),
        ("## 去哪里\n\n## 还能找谁\n\n二。", "empty-section"),
        ("[点这里](/a.md)", "link-text"),
        ("[https://a.example](https://a.example)", "link-text"),
        ("![图片](/a.png)", "image-alt"),
        ("![图片 1](/a.png)", "image-alt"),
        ("![IMG_2034](/a.png)", "image-alt"),
        ("![door](/images/door.png)", "image-alt"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
    for right in [
        "## 去哪里\n\n### 县里\n\n一。\n\n### 镇里\n\n- 二\n",
        "[产假怎么休](/a.md)，打 [12338](tel:12338)。",
        "![县服务中心的大门](/a.png)",
        "[![县服务中心的大门](/a.png)](/a.md)",
        "## 去哪里\n\n| 甲 |\n| --- |\n| 乙 |",
    ] {
        assert_eq!(codes(right), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn what_would_be_published_as_it_stands_is_told() {
    for (text, code) in [
        ("《**反家庭暴力法**》第二十三条", "citation"),
        ("《反家庭\n暴力法》第二十三条", "citation"),
        ("《反家庭暴力法》第**二十三**条", "citation"),
        ("《反家庭暴力法》[第二十三条](/a.md)", "citation"),
        ("*《反家庭暴力法》*第二十三条", "stray-emphasis"),
        ("**“家庭暴力”**四个字", "stray-emphasis"),
        ("＊＊不收费＊＊", "stray-emphasis"),
        ("先打电话。\n##标题", "stray-markup"),
        ("＃＃ 标题", "stray-markup"),
        ("１．先打电话", "stray-markup"),
        ("＊ 身份证", "stray-markup"),
        ("[产假] (/a.md)", "stray-markup"),
        ("【产假】(/a.md)", "stray-markup"),
        ("[产假]（/a.md）", "stray-markup"),
        ("[产假](/a b.md)", "stray-markup"),
        ("[[a]]", "stray-markup"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
    for right in [
        "**《反家庭暴力法》第二十三条**",
        "《反家庭暴力法》**第二十三条**",
        "《反家庭暴力法》\n第二十三条",
        "《反家庭暴力法》第三条、**第五条**",
        "[《反家庭暴力法》](/a.md)第二十三条",
        "《关于《反家庭暴力法》的解释》第三条",
        "[《反家庭暴力法》第二十三条](/a.md)",
        "《关于适用〈民法典〉的解释》第三条",
        "`##标题 [[a]] **“x”**`",
        "```\n##标题\n＃＃\n```",
        "\\*不加粗\\*",
        "5*3",
        "【注】见下。[1] 如此。",
    ] {
        assert_eq!(codes(right), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn what_is_safe_to_mend_reads_as_it_was_meant() {
    for (from, to) in [
        ("[产假] (/a.md)", "[产假](/a.md)"),
        ("【产假】（/a.md）", "[产假](/a.md)"),
        ("##标题\n\n有话。", "## 标题\n\n有话。"),
        ("＃＃标题\n\n有话。", "## 标题\n\n有话。"),
        ("＊ 身份证", "- 身份证"),
        ("**“家庭暴力”**四个字", "“**家庭暴力**”四个字"),
    ] {
        assert_eq!(mended(from, &found(from, Spacing::Spaced)), to);
        assert_eq!(codes(to), Vec::<&str>::new(), "{to}");
    }
}

#[test]
fn what_an_edit_would_change_the_meaning_of_is_left_to_a_person() {
    for text in ["《反家庭暴力法》第五条.第六条", "共 1\u{200b}2 天"] {
        let findings = found(text, Spacing::Spaced);
        assert!(!findings.is_empty(), "{text}");
        assert_eq!(mended(text, &findings), text);
    }
}

/// Text of the marks that rules look at.
fn copy() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        "[中文她说法院打a-cA1-9１Ａ]{1,3}",
        r#"[ ,.;:?!()"'　，。、；：？！（）《》“”「」…—-]{1,2}"#,
        Just("**".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("《民法典》第三条".to_owned()),
        Just("https://a.example/b,c".to_owned()),
        Just("`a,b`".to_owned()),
        Just("[中](/a.md)".to_owned()),
        "[#＃*＊\u{200b}\u{a0}％．1-2]{1,2}",
    ];
    prop::collection::vec(words, 0..14).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), odd in copy()) {
        found(&text, Spacing::Spaced);
        found(&odd, Spacing::Tight);
    }

    #[test]
    fn edits_of_copy_leave_nothing_to_edit_and_no_meaning_changed(text in copy(), tight in any::<bool>()) {
        let spacing = if tight { Spacing::Tight } else { Spacing::Spaced };
        // Markdown read anew may make other blocks of it: one line of front matter can't.
        let line = text.replace('\n', " ");
        let mended_line = mended(&line, &line_findings(&line, spacing));
        let again = line_findings(&mended_line, spacing);
        prop_assert!(again.iter().all(|finding| finding.edits.is_empty()), "{line:?} → {mended_line:?}: {again:#?}");
        prop_assert_eq!(mend::numbers(&line), mend::numbers(&mended_line));
        prop_assert_eq!(mend::cited(&line), mend::cited(&mended_line));
        prop_assert_eq!(line.matches("https://a.example/b,c").count(), mended_line.matches("https://a.example/b,c").count());
    }

    #[test]
    fn edits_of_a_page_settle(text in copy()) {
        let mut text = text;
        for _ in 0..6 {
            let findings = found(&text, Spacing::Spaced);
            let next = mended(&text, &findings);
            prop_assert!(next.matches("https://a.example/b,c").count() == text.matches("https://a.example/b,c").count());
            if next == text {
                return Ok(());
            }
            text = next;
        }
        prop_assert!(false, "still changing: {text:?}");
    }
}

fn line_findings(line: &str, spacing: Spacing) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    sources.add("topics.yaml", line);
    let file = sources.texts().next().unwrap().0;
    let rules = Rules { spacing, terms: Terms::new(&[], &std::collections::BTreeSet::new()) };
    let mut diags = Diagnostics::default();
    let at = Span::new(file, 0, line.len());
    rules.line(line, Place { file: line, at, exact: true }, &mut diags);
    diags.sorted().into_iter().cloned().collect()
}
