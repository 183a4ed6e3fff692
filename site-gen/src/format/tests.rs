//! Formatting changes how a file looks and nothing that it says.

use proptest::prelude::*;
use pulldown_cmark::html;

use super::*;
use crate::scaffold::around::Around;
use crate::scaffold::{self, Request, Sort};

fn html_of(body: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, crate::markdown::events(body).into_iter().map(|(event, _)| event));
    out.replace("\r\n", "\n")
}

#[test]
fn settings_come_in_order_and_keep_their_names_and_comments() {
    let typed = "---\r\n摘要：  一句话\r\n# 标题要短\r\ntitle :   产假\r\nsteps:\r\n  - do: 先打电话\r\n\r\n\r\nsensitive: false\r\n# 打什么\r\nhotlines:   [\"12338\"]\r\n---\r\n正文\r\n\r\n\r\n";
    assert_eq!(
        text("guides/work/a.md", typed),
        "---\n# 标题要短\ntitle: 产假\n摘要: 一句话\nsteps:\n  - do: 先打电话\n# 打什么\nhotlines: [\"12338\"]\n\nsensitive: false\n---\n\n正文\n"
    );
}

#[test]
fn tables_line_up_by_how_wide_characters_are() {
    let typed = "---\ntitle: a\n---\n|情形|天数|\n|:-|-:|\n|生一个孩子|**98 天**|\n| 难产 | 再加 \\| 15 |\n";
    assert_eq!(
        text("pages/a.md", typed),
        "---\ntitle: a\n---\n\n\
         | 情形       |       天数 |\n\
         | :--------- | ---------: |\n\
         | 生一个孩子 |  **98 天** |\n\
         | 难产       | 再加 \\| 15 |\n"
    );
}

#[test]
fn what_is_unusual_is_left_alone() {
    for typed in [
        "没有设置部分\n",
        "---\ntitle: 没有结束\n",
        "---\ntitle: a\nodd: 1\nsummary: b\n---\n\n正文\n",
        "---\nsummary: &x b\ntitle: a\n---\n\n```\n\n\n代码   \n```\n",
        "---\ntitle: a\n---\n\n- |a|b|\n  |-|-|\n  |1|2|\n",
        "---\ntitle: a\n---\n\n两个空格  \n换行\n",
    ] {
        let once = text("pages/a.md", typed);
        assert_eq!(super::super::format::text("pages/a.md", &once), once, "{typed:?}");
        let body = |text: &str| parts(text).map(|(_, body)| html_of(body));
        assert_eq!(body(&once), body(typed), "{typed:?}");
        if typed.contains("odd") {
            assert_eq!(once, typed);
        }
    }
}

#[test]
fn a_table_of_stations_loses_what_says_nothing_and_keeps_its_mark() {
    let typed = "\u{feff}编号,名称,备注,,\r\na, 甲 ,\"有坡道\",,\r\n,,,,\r\nb,\"乙, 丙\",\"说\"\"话\"\"\",,";
    assert_eq!(
        text("stations/x/stations.csv", typed),
        "\u{feff}编号,名称,备注\na,甲,有坡道\nb,\"乙, 丙\",\"说\"\"话\"\"\"\n"
    );
    for odd in ["编号,名称\na,甲,多\n", "编号,名称\na,\"甲\n", "编号;名称\na;甲\n", ""] {
        assert_eq!(text("stations/x/stations.csv", odd), odd);
    }
}

#[test]
fn lists_and_settings_only_get_their_line_ends() {
    assert_eq!(
        text("topics.yaml", "- slug: a\r\n  title: |\r\n    两行\r\n\r\n\r\n"),
        "- slug: a\n  title: |\n    两行\n"
    );
    assert_eq!(text("site.toml", "name = \"暖站\"\r\n\r\n\r\n"), "name = \"暖站\"\n");
    let broken = "name = “暖站”\r\n";
    assert_eq!(text("site.toml", broken), broken);
}

#[test]
fn templates_come_formatted() {
    for sort in [Sort::Guide, Sort::Case, Sort::Station, Sort::Law, Sort::Campaign, Sort::Page] {
        for title in ["暖溪镇派出所", "示例县妇女儿童庇护中心"] {
            let around =
                Around { topics: vec![("work".to_owned(), "劳动".to_owned())], ..Around::default() };
            let place = match sort {
                Sort::Guide => "work/x",
                Sort::Case => "2026/x",
                Sort::Station => "county/x",
                Sort::Law | Sort::Campaign | Sort::Page => "x",
            };
            let today = jiff::civil::date(2026, 11, 12);
            let request = Request {
                sort,
                place: Some(place.to_owned()),
                title: Some(title.to_owned()),
                topic: None,
                today,
            };
            let file = scaffold::plan(&request, &around).unwrap();
            assert_eq!(text(&file.path, &file.text), file.text, "{sort:?}");
        }
    }
}

/// Markdown as people and machines write it: pieces that mean something, joined at random.
fn markdown_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\n\n",
        "\r\n",
        "\n\n\n",
        "  \n",
        " \n",
        "\t",
        "| ",
        "|",
        " | ",
        "| --- | --- |\n",
        "|:-|-:|\n",
        "|a|b|\n",
        "| 情形 | 天数 |\n",
        "\\|",
        "# ",
        "## 小标题\n",
        "- ",
        "  - ",
        "1. ",
        "> ",
        "**粗**",
        "*",
        "`code`",
        "```\n",
        "    ",
        "[链接](a.md)",
        "![图](b.png)",
        "<!-- 说\n明 -->",
        "<b>",
        "词\n: 意思\n",
        "[^1]",
        "[^1]: 脚注\n",
        "{#a}",
        "《民法典》第三条",
        "文字",
        "a",
        "---\n",
        "\\",
        "…",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_formatted_body_compiles_to_the_same_and_formatting_twice_is_formatting_once(body in markdown_text()) {
        let typed = format!("---\ntitle: a\n---\n{body}");
        let once = text("pages/a.md", &typed);
        let twice = text("pages/a.md", &once);
        prop_assert_eq!(&twice, &once);
        let (_, old) = parts(&typed).unwrap();
        let (_, new) = parts(&once).unwrap();
        prop_assert_eq!(html_of(new), html_of(old), "{:?}", once);
    }

    #[test]
    fn a_formatted_head_says_the_same(head in "((title|标题|summary|draft|odd)(: |：|:|  : )[a-z\"'#\\[\\]{}| >-]{0,8}\n|#c\n|\n|  - x\n|  y: z\n){0,6}") {
        let typed = format!("---\n{head}---\n正文\n");
        let once = text("pages/a.md", &typed);
        prop_assert_eq!(text("pages/a.md", &once), once.clone());
        let read = |text: &str| {
            let (head, _) = parts(text)?;
            let Said::Map(mut entries) = said(&yaml(some_file(), head)?) else { return None };
            entries.sort_by_key(|entry| format!("{entry:?}"));
            Some(entries)
        };
        prop_assert_eq!(read(&typed), read(&once));
        prop_assert_eq!(typed.matches("#c").count(), once.matches("#c").count());
    }

    #[test]
    fn a_formatted_table_says_the_same(rows in prop::collection::vec(prop::collection::vec("[a暖\", ]{0,5}", 1..4), 1..5)) {
        let typed: String = rows.iter().map(|row| crate::csv_text::line(row.iter().map(String::as_str), ',') + "\r\n").collect();
        let once = text("regions.csv", &typed);
        prop_assert_eq!(text("regions.csv", &once), once.clone());
        let said = |text: &str| -> Vec<String> {
            let cells = crate::csv_text::records(text, ',').into_iter().flatten();
            cells.map(|piece| piece.value.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
        };
        prop_assert_eq!(said(&typed), said(&once));
    }
}
