//! What holds of any text: no panic, links in order on characters, a citation that is written is read back.

use proptest::prelude::*;

use super::*;
use crate::model::article::Place;

fn titles() -> Titles {
    let mut titles = Titles::default();
    titles.add(["中华人民共和国民法典", "民法典"], 1260);
    titles.add(["中华人民共和国反家庭暴力法", "反家庭暴力法"], 38);
    titles.add(["最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）"], 91);
    titles.add(["法律援助条例"], 31);
    titles
}

fn own() -> impl Strategy<Value = Option<Own>> {
    let number = prop::option::of((1_u16..50, 0_u16..3));
    (0..6_usize, number, any::<bool>()).prop_map(|(statute, number, text)| {
        let article = number.map(|(number, sub)| ArticleNo { number, sub });
        let division = Division { book: 2, chapter: 1, ..Division::default() };
        (statute < 4).then_some(Own {
            statute: StatuteId(statute),
            article,
            previous: article,
            division,
            text,
        })
    })
}

/// Pieces of citations in any order, so that most of them nearly are one.
fn nearly_cited() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "《",
        "》",
        "〈",
        "〉",
        "民法典",
        "反家庭暴力法",
        "法律援助条例",
        "的解释（一）",
        "婚姻家庭编",
        "第",
        "第",
        "第",
        "一",
        "二十三",
        "一百三",
        "1079",
        "１０",
        "〇",
        "廿",
        "条",
        "条",
        "款",
        "项",
        "编",
        "分编",
        "章",
        "节",
        "之一",
        "至",
        "到",
        "-",
        "、",
        "，",
        "和",
        "（",
        "）",
        "（二）",
        "（2022年修订）",
        "（试行）",
        "本",
        "该",
        "同",
        "法",
        "条例",
        "前款",
        "前两条",
        "前条",
        "按",
        "合同",
        "的",
        " ",
        "　",
        "。",
        "\n",
        "a",
        "é",
        "😀",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn links_lie_on_characters_in_order_whatever_is_written(
        runs in prop::collection::vec(prop_oneof![4 => nearly_cited(), 1 => any::<String>()], 1..4),
        own in own(),
    ) {
        let titles = titles();
        let mut context = Context::default();
        for run in &runs {
            let mut last = 0;
            for reference in read(run, Page { titles: &titles, own }, &mut context) {
                let Range { start, end } = reference.range;
                prop_assert!(start >= last && end > start, "{run:?}: {start}..{end} after {last}");
                prop_assert!(run.get(start..end).is_some(), "{run:?}: {start}..{end}");
                last = end;
            }
        }
    }

    #[test]
    fn a_citation_that_is_written_is_read_back(
        title in prop::sample::select(vec![
            ("《民法典》", 0), ("《中华人民共和国反家庭暴力法》", 1), ("依照反家庭暴力法", 1),
            ("《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》", 2), ("《法律援助条例》", 3),
        ]),
        (number, sub) in (1_u16..=9999, 0_u16..30),
        (paragraph, item) in (0_u16..20, 0_u16..30),
        after in prop::sample::select(vec!["", "。", "，可以申请", "规定的", "）"]),
    ) {
        let (article, part) = (ArticleNo { number, sub }, Part { paragraph, item });
        let text = format!("{}{}{after}", title.0, Place::Article(article, part));
        let titles = titles();
        let found = read(&text, Page { titles: &titles, own: None }, &mut Context::default());
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert_eq!(&found[0].subject, &Subject::Known(StatuteId(title.1)));
        prop_assert_eq!(found[0].target, Target::Articles { from: article, to: None, part });
        prop_assert_eq!(found[0].range.end, text.len() - after.len());
    }

    #[test]
    fn a_division_that_is_written_is_read_back(
        (book, sub_book, chapter, section) in (0_u16..10, 0_u16..5, 0_u16..30, 0_u16..9)
    ) {
        let division = Division { book, sub_book, chapter, section };
        prop_assume!(!division.is_none());
        let text = format!("《反家庭暴力法》{}的规定", Place::Division(division));
        let titles = titles();
        let found = read(&text, Page { titles: &titles, own: None }, &mut Context::default());
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert_eq!(found[0].target, Target::Division(division));
    }
}

/// Each is made to be read again from every place in it: were reading not linear, nobody would wait for this test.
#[test]
fn long_texts_made_of_beginnings_are_read_to_the_end() {
    let titles = titles();
    for unit in [
        "第",
        "《",
        "第一、",
        "第一条、",
        "1条",
        "《民法典》第",
        "前款",
        "第（",
        "《民",
        "第一条 合同",
        "（一）",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        let own = Own { text: true, ..Own::page(StatuteId(0), Some(ArticleNo::plain(5))) };
        read(&text, Page { titles: &titles, own: Some(own) }, &mut Context::default());
    }
}
