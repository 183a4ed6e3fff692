//! Faults in the text of a Markdown file.

use crate::planted::{Fault, Page};

/// A fault that is a paragraph at the end of a text. The fault stands on its last line, or on line `$line` of it.
macro_rules! written {
    ($name:literal, $codes:expr, $text:literal) => {
        written!($name, $codes, $text, 1)
    };
    ($name:literal, $codes:expr, $text:literal, $line:literal) => {
        Fault { name: $name, codes: $codes, plant: |page| ending(page, $text, $line) }
    };
}

/// Each can be told from the file by itself.
pub(crate) const FAULTS: &[Fault] = &[
    written!("a tag of HTML", &["html"], "按 <div>这里</div> 办。"),
    written!("a tag of HTML that never closes", &["html"], "按 <b>这里办。"),
    written!("a script", &["html"], "<script>alert(1)</script>"),
    written!("a comment that never ends", &["html"], "<!-- 以后再写"),
    written!("emphasis that never ends", &["stray-emphasis"], "一定要**先报警，再看病。"),
    written!("emphasis with a mark inside its end", &["stray-emphasis"], "一定要**“先报警”**再看病。"),
    written!("full-width asterisks", &["stray-emphasis"], "一定要＊＊先报警＊＊。"),
    written!("a heading without its blank", &["stray-markup"], "##去哪里"),
    written!("a full-width number sign", &["stray-markup"], "＃＃ 去哪里"),
    written!("a full-width quotation sign", &["stray-markup"], "＞ 依据法律。"),
    written!("a list numbered full-width", &["stray-markup"], "１．先报警"),
    written!(
        "a link with full-width brackets",
        &["stray-markup"],
        "看【产假】(/guides/work/maternity-leave.md)。"
    ),
    written!("a link with a blank in it", &["stray-markup"], "看[产假] (/guides/work/maternity-leave.md)。"),
    written!("a link of another program", &["stray-markup"], "看[[产假]]。"),
    written!("a title of the first level", &["heading-level"], "# 大标题\n\n有内容。", 1),
    written!("a heading without words", &["empty-heading"], "##"),
    written!("a heading with nothing below", &["empty-section"], "## 没有写完的一节"),
    written!(
        "the same heading twice",
        &["duplicate-heading"],
        "## 写两次的小标题\n\n一。\n\n## 写两次的小标题\n\n二。",
        5
    ),
    written!("a link that says nothing", &["link-text"], "要看就[点这里](https://www.example.com/)。"),
    written!("a link without words", &["link-text"], "要看就点。[](https://www.example.com/)"),
    written!("a picture that is not there", &["broken-image"], "![县服务中心的大门](nowhere.png)"),
    written!(
        "a link to a file that is not there",
        &["broken-link"],
        "看[别的办法](/guides/work/no-such-guide.md)。"
    ),
    written!("a link out of the content", &["broken-link"], "看[密码](../../../../../../etc/passwd)。"),
    written!("a link that runs a script", &["broken-link", "web-address"], "看[办法](javascript:alert(1))。"),
    Fault {
        name: "an anchor that is not there",
        codes: &["broken-anchor"],
        // The pages of divisions have more anchors than editors make.
        plant: |page| {
            ending(page, "看[后面](#nowhere-at-all)。", 1).filter(|_| !page.path.ends_with("_index.md"))
        },
    },
    written!("a table without a head", &["table-head"], "|  |  |\n| --- | --- |\n| 一个 | 两个 |", 1),
    written!(
        "a row with a cell too many",
        &["table"],
        "| 情形 | 天数 |\n| --- | --- |\n| 一个 | 1 天 | 多出来的 |",
        3
    ),
    written!("a citation cut by asterisks", &["citation"], "依据《**反家庭暴力法**》第二十三条。"),
    written!("a comma of the other width", &["half-width"], "先报警,再看病。"),
    written!("letters of the other width", &["full-width"], "打１２３３８。"),
    written!("no blank before a number", &["spacing"], "请打12338。"),
    written!("two stops", &["punctuation"], "先报警。。"),
    written!("quotes of another kind", &["quotes"], "他说「没事」。"),
    written!("a mark of byte order amid the text", &["invisible"], "先报\u{feff}警。"),
    written!("a blank without width", &["invisible"], "先报\u{200b}警。"),
    written!("a sign that turns the text round", &["invisible"], "先报\u{202e}警。"),
    written!("a NUL", &["invisible"], "先报\u{0}警。"),
    written!("a bell", &["invisible"], "先报\u{7}警。"),
    written!("what is left of a letter that was lost", &["invisible", "encoding"], "先报\u{fffd}警。"),
    written!("a block of code that never ends", &["stray-markup"], "```\n先报警，再看病。", 1),
];

/// Not every kind of file has a text, and the text of a law is read by its own rules.
fn ending(page: &Page<'_>, new: &str, line: usize) -> Option<(Vec<u8>, usize)> {
    let has_text = page.is_markdown() && !page.text.contains("visibility: confidential");
    let (text, first) = page.with_last_paragraph(new);
    has_text.then_some((text, first + line - 1))
}
