//! What the parser makes of texts, good and bad.

use proptest::prelude::*;

use super::*;

/// A volume as an outline: headings with their level, articles with their paragraphs, loose paragraphs.
fn outline(text: &str) -> String {
    let (volume, faults) = volume("示例.md", Arc::from(text));
    let Some(volume) = volume else {
        return faults.iter().map(|fault| format!("! {}", fault.message)).collect::<Vec<_>>().join("\n");
    };
    let mut out =
        vec![[volume.title.as_str(), volume.book.as_deref().unwrap_or("")].join(" ").trim().to_owned()];
    for block in &volume.blocks {
        out.push(match block {
            Block::Heading(at) => {
                format!("{} {}", "#".repeat(volume.headings[*at].level.into()), volume.headings[*at].name)
            }
            Block::Article(at) => {
                let article = &volume.articles[*at];
                format!("{}: {}", article.anchor(), volume.article_text(article).replace('\n', " / "))
            }
            Block::Loose(at) => format!("- {}", volume.text(&volume.paragraphs[*at])),
        });
    }
    out.extend(faults.iter().map(|fault| format!("! {}", fault.message)));
    out.join("\n")
}

#[test]
fn a_regulation_is_chapters_articles_paragraphs_and_items() {
    let text = "# 示例市家庭暴力防治办法\n\n2020年3月1日 示例市人民政府第1次常务会议通过\n\n<!-- INFO END -->\n\n## 第一章 总 则\n\n第一条 为了大家平安。\n\n第二条 遇到下列情形：\n\n（一）挨打；\n\n（二）挨骂。\n\n可以求助。\n\n## 第二章　求助\n\n### 第一节 电话\n\n第二条之一　打电话。\n\n第三条\n\n另起一行的条文。\n";
    assert_eq!(
        outline(text),
        "示例市家庭暴力防治办法\n# 第一章 总则\nart-1: 为了大家平安。\nart-2: 遇到下列情形： / （一）挨打； / （二）挨骂。 / 可以求助。\n# 第二章 求助\n## 第一节 电话\nart-2-1: 打电话。\nart-3: 另起一行的条文。"
    );
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(outline(&windows), outline(text));
}

#[test]
fn a_text_without_number_signs_and_marks_is_understood() {
    let text = "示例市办法\n（2020年3月1日示例市人民政府通过）\n目录\n第一章 总则\n第二章 附则\n第一章 总则\n第一条　为了。\n第二条规定的情形除外。\n第二章 附则\n第二条　施行。\n";
    assert_eq!(
        outline(text),
        "示例市办法\n# 第一章 总则\nart-1: 为了。 / 第二条规定的情形除外。\n# 第二章 附则\nart-2: 施行。"
    );
}

#[test]
fn interpretations_and_decisions_number_in_their_own_way() {
    let text = "# 示例市法院关于示例的规定\n<!-- INFO END -->\n示例市法院\n关于示例的规定\n为了审案，规定如下：\n一、能不能收。\n（一）能。\n二、怎么收。\n";
    assert_eq!(
        outline(text),
        "示例市法院关于示例的规定\n- 为了审案，规定如下：\nart-1: 能不能收。 / （一）能。\nart-2: 怎么收。"
    );
    let text = "# 关于修改《示例办法》的决定\n<!-- INFO END -->\n一、将第三条修改为：\n第三条 新的话。\n二、删去第四条。\n";
    assert_eq!(
        outline(text),
        "关于修改《示例办法》的决定\nart-1: 将第三条修改为： / 第三条 新的话。\nart-2: 删去第四条。"
    );
    assert_eq!(outline("# 示例批复\n<!-- INFO END -->\n可以收费。\n"), "示例批复\n- 可以收费。");
    assert_eq!(
        outline("# 示例意见\n<!-- INFO END -->\n1.先劝。\n2、再报。\n"),
        "示例意见\nart-1: 先劝。\nart-2: 再报。"
    );
}

#[test]
fn annexes_forewords_and_tables_belong_to_no_article() {
    let text = "# 示例办法\n<!-- INFO END -->\n## 序言\n从前。\n第一条 收费见附件。\n附件1：收费表\n| 项目 | 元 |\n| --- | --- |\n| 复印 | 0 |\n第一条 表怎么用。\n";
    assert_eq!(
        outline(text),
        "示例办法\n# 序言\n- 从前。\nart-1: 收费见附件。\n# 附件1：收费表\n- | 项目 | 元 |\n| --- | --- |\n| 复印 | 0 |\n- 第一条 表怎么用。"
    );
}

#[test]
fn a_book_of_a_code_says_which() {
    let text = "# 示例法典\n\n# 家庭编\n\n2020年1月1日 通过\n\n<!-- INFO END -->\n\n##\n\n第一百条 家。\n";
    assert_eq!(outline(text), "示例法典 家庭编\nart-100: 家。");
}

#[test]
fn slips_are_told_and_nothing_is_lost() {
    let with = |articles: &str| outline(&format!("# 示例办法\n<!-- INFO END -->\n{articles}"));
    assert_eq!(
        with("第一条 甲。\n第一条 乙。\n第二条 丙。\n"),
        "示例办法\nart-1: 甲。\nart-1~2: 乙。\nart-2: 丙。\n! 第一条出现了两次"
    );
    assert_eq!(
        with("第一条 甲。\n第四条 乙。\n"),
        "示例办法\nart-1: 甲。\nart-4: 乙。\n! 第一条后面是第四条，中间少了条文"
    );
    assert_eq!(
        with("第一条 甲。\n第三条 乙。\n第二条 丙。\n").lines().last().unwrap(),
        "! 第一条后面是第三条，中间少了条文"
    );
}

#[test]
fn what_is_no_statute_is_refused_and_says_what_was_expected() {
    assert_eq!(outline(""), "! 没有找到法规的名称");
    assert_eq!(outline("# 示例办法\n<!-- INFO END -->\n"), "! 只有名称，没有正文");
    assert_eq!(outline("---\ntitle: x\n---\n"), "! 没有找到法规的名称");
}

proptest! {
    /// Whatever the text, every place lies on characters, articles don't overlap, and each paragraph is shown once.
    #[test]
    fn any_text_gives_places_that_hold(text in "([#\n\r 　第一二三十百条之章节、（）().0-9|附件录：<!\\->甲乙。]|INFO END|\n第二条 |\n## ){0,80}") {
        let (volume, _) = volume("x.md", Arc::from(text.as_str()));
        if let Some(volume) = volume {
            let mut last = 0;
            for article in &volume.articles {
                prop_assert!(article.paragraphs.start >= last && article.paragraphs.end >= article.paragraphs.start);
                last = article.paragraphs.end;
                volume.article_text(article);
                volume.headings_above(article.heading);
            }
            let mut byte = 0;
            for paragraph in &volume.paragraphs {
                prop_assert!(paragraph.start >= byte && paragraph.end > paragraph.start);
                byte = paragraph.end;
                volume.text(paragraph);
            }
            let shown: usize = volume.blocks.iter().map(|block| match block {
                Block::Article(at) => volume.articles[*at].paragraphs.len(),
                Block::Loose(_) => 1,
                Block::Heading(_) => 0,
            }).sum();
            prop_assert_eq!(shown, volume.paragraphs.len());
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        volume("x.md", Arc::from(String::from_utf8_lossy(&bytes).as_ref()));
    }
}

#[test]
fn a_chapter_without_articles_is_pointed_at_and_parts_of_parts_and_contents_are_not() {
    let empty = |body: &str| {
        let text = format!("# 示例法\n\n2020年1月1日 通过\n\n<!-- INFO END -->\n\n{body}\n");
        let faults = volume("示例.md", Arc::from(text.as_str())).1;
        let told = faults.iter().map(|fault| {
            let line = text[..fault.at.start].lines().count() - 5;
            format!("{line} {:?} {}", fault.kind, fault.message)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    for (body, told) in [
        (
            "## 第一章 总则\n第一条 甲。\n## 第二章 求助\n## 第三章 附则\n第二条 乙。",
            "3 Chapter “第二章 求助”下面没有条文",
        ),
        ("第一章 总则\n第二章 求助\n第一条 甲。", "1 Chapter “第一章 总则”下面没有条文"),
        ("## 第一章 总则\n第一条 甲。\n## 第二章 附 则\n", "3 Chapter “第二章 附则”下面没有条文"),
        (
            "## 第一章 总则\n第一条 甲。\n## 第二章 附则\n附件：表\n| 一 |",
            "3 Chapter “第二章 附则”下面没有条文",
        ),
        (
            "# 第一编 甲\n## 第一章 乙\n第一条 甲。\n## 第二章 丙\n### 第一节 丁\n# 第二编 戊\n第二条 己。",
            "5 Chapter “第一节 丁”下面没有条文",
        ),
        // What has parts, a text without numbers, or a name without a number, is in order.
        ("# 第一编 甲\n## 第一章 乙\n### 第一节 丙\n第一条 甲。", ""),
        ("## 第一章 总则\n第一条 甲。\n## 第二章 求助\n求助要快。\n## 第三章 附则\n第二条 乙。", ""),
        ("第一条 甲。\n附则\n附件：表", ""),
        // A table of contents, and one that does not agree with the text.
        ("目录\n第一章 总则\n第二章 附则\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。", ""),
        ("目录\n第一章 总则\n第二章 附则\n第一章 总 则\n第一条 甲。\n第二章 其他\n第二条 乙。", ""),
        ("第一编 甲\n第二编 乙\n一、没有条号的。\n二、也没有。", ""),
    ] {
        assert_eq!(empty(body), told, "{body}");
    }
}
