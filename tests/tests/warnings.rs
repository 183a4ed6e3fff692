//! What `check` reports of a digest the desk has warned of before: the compiler's rules and those of the desk's script over one table of
//! examples, and over drawn texts, so that neither goes its own way.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::fs;

use serde_json::{Value, json};
use site_gen::check::identity;
use tests::{warnings, workspace};

/// Pieces that the rules look for, and some that stand between.
const PIECES: [&str; 70] = [
    "张",
    "王",
    "向",
    "李",
    "某",
    "某某",
    "甲",
    "女士",
    "大姐",
    "律师",
    "公司",
    "天",
    "法院",
    "她",
    "的",
    "，",
    "。",
    "\n",
    " ",
    "1",
    "2",
    "3",
    "0",
    "8",
    "13",
    "139",
    "400",
    "0000",
    "2025",
    "1990",
    "03",
    "110101",
    "19900307",
    "X",
    "-",
    "/",
    ".",
    "年",
    "月",
    "日",
    "号",
    "三",
    "十",
    "室",
    "厅",
    "栋",
    "楼",
    "路",
    "巷",
    "村",
    "道",
    "（",
    "）",
    "〔",
    "〕",
    "京",
    "皖",
    "A",
    "P",
    "·",
    "警",
    "元",
    "万",
    "打",
    "电话",
    "妇女节",
    "起施行",
    "%",
    "**",
    "之",
];

struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn text(&mut self) -> String {
        (0..2 + self.below(14)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

/// The table that the compiler's own tests read too.
fn examples() -> Value {
    let path = workspace::root().join("site-gen/src/check/identity_examples.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// As the script says it: where in UTF-16, the words, what they look like.
fn of_check(text: &str) -> Value {
    let told = identity::findings(text).into_iter().map(|finding| {
        let start = text[..finding.at.start].encode_utf16().count();
        json!([start, &text[finding.at.clone()], finding.what])
    });
    told.collect()
}

#[test]
fn what_check_reports_the_desk_has_warned_of_before() {
    let table = examples();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut texts: Vec<String> = table["found"].as_array().unwrap().iter().map(|one| text(&one[0])).collect();
    texts.extend(table["harmless"].as_array().unwrap().iter().map(text));
    let named = texts.len();
    let mut draws = Draws(20_261_123);
    texts.extend((0..20_000).map(|_| draws.text()));
    for file in workspace::files_under(&workspace::content().join("cases")) {
        texts.push(fs::read_to_string(file).unwrap());
    }
    let questions: Vec<Value> = texts.iter().map(|text| json!({ "checked": text })).collect();
    let Some(answers) = warnings::ask(&questions, "the desk's warnings").unwrap() else { return };
    assert_eq!(answers.len(), texts.len());
    for (text, answer) in texts.iter().zip(&answers) {
        assert_eq!(*answer, of_check(text), "{text:?}");
    }
    let found = answers[named..].iter().filter(|answer| !answer.as_array().unwrap().is_empty()).count();
    assert!(found > 5_000, "drawn texts have something in them: {found}");
    for (one, answer) in table["found"].as_array().unwrap().iter().zip(&answers) {
        assert_eq!((answer[0][2].clone(), answer.as_array().unwrap().len()), (one[1].clone(), 1), "{one}");
    }
}

#[test]
fn the_desk_warns_of_more_than_check_can_know_and_believes_what_is_said() {
    let known = json!({ "places": ["暖溪镇"], "desks": ["示例县妇联"], "people": ["值班员"] });
    let table: [(&str, &[&str]); 17] = [
        ("我叫王小红", &["name"]),
        ("王建军和李娜", &["name", "name"]),
        ("小王去找老李", &["name", "name"]),
        ("张老师、赵主任", &["name", "name"]),
        ("王建军（化名）打她", &[]),
        ("加微信 wxid_abc123", &["number"]),
        ("写信到 a.b1@example.org", &["number"]),
        ("住在暖溪镇", &["place"]),
        ("住在溪口村", &["place"]),
        ("村委会的人来了，村里都知道，她在镇上", &[]),
        ("在红星小学和第一中学上学", &["unit", "unit"]),
        ("在一所小学，去医院、派出所，进了一家公司", &[]),
        ("她 34 岁", &["age"]),
        ("未满 18 周岁的人，三十多岁", &[]),
        ("赔了 3680 元，后来又给了 12.35 万元", &["sum", "sum"]),
        ("赔了 3000 元、12 万元", &[]),
        ("值班员和示例县妇联", &["desk", "desk"]),
    ];
    let questions: Vec<Value> =
        table.iter().map(|(text, _)| json!({ "find": text, "known": known })).collect();
    let Some(answers) = warnings::ask(&questions, "the desk's own warnings").unwrap() else { return };
    for ((text, kinds), answer) in table.iter().zip(&answers) {
        let found: Vec<&Value> = answer.as_array().unwrap().iter().map(|found| &found[0]).collect();
        assert_eq!(found, *kinds, "{text}: {answer}");
    }
}
