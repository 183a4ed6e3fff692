//! The forms of citations, a line each: `[《反家庭暴力法》第二十三条=F23]` is a link to article 23 of F. What stands between
//! brackets must be found, with this target, and nothing else. `|` parts runs of text within a paragraph (emphasis,
//! links), `¶` parts paragraphs, `⏎` is a line's end in a statute's text. All of them are our own sentences.
//!
//! Targets: `F23` 第二十三条, `F23_1` 之一, `F23-25` a range, `F23.k1.x2` 第一款第（二）项, `M:b5.p1.c2.s1` 编 分编 章 节,
//! `F` the whole, `F!` a numeral that can't be read, `?名字` a title nobody knows, `??` 该法 of nothing, `@2018` a year,
//! `M1079^5` named with book 5.

use std::fmt::Write as _;

use super::*;

/// A letter for each, its names, how many articles it has.
const STATUTES: [(char, &[&str], u16); 12] = [
    ('M', &["中华人民共和国民法典", "民法典"], 1260),
    ('F', &["中华人民共和国反家庭暴力法", "反家庭暴力法", "反家暴法"], 38),
    ('W', &["中华人民共和国妇女权益保障法", "妇女权益保障法"], 86),
    ('H', &["中华人民共和国婚姻法", "婚姻法"], 51),
    ('L', &["中华人民共和国劳动合同法", "劳动合同法"], 98),
    ('D', &["中华人民共和国劳动法", "劳动法"], 107),
    ('A', &["中华人民共和国法律援助法", "法律援助法"], 71),
    ('T', &["法律援助条例"], 31),
    (
        'J',
        &["最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）", "婚姻家庭编解释（一）"],
        91,
    ),
    ('P', &["最高人民法院关于办理人身安全保护令案件适用法律若干问题的规定", "人身安全保护令规定"], 13),
    ('S', &["社会救助暂行办法", "社会救助办法"], 70),
    ('B', &["示例市妇女权益保障办法（试行）", "示例市妇女办法"], 40),
];

/// In guides and digests, where no statute is the page's own.
const IN_GUIDES: &str = "
[《反家庭暴力法》第二十三条=F23]
依据[《反家庭暴力法》第二十三条=F23]，可以申请。
[《中华人民共和国反家庭暴力法》第二十三条=F23]
[《反家暴法》第23条=F23]
[《民法典》第1079条=M1079]
[《民法典》第 1079 条=M1079]
[《民法典》 第 1079 条=M1079]规定
[《民法典》第１０７９条=M1079]
[《民法典》第一千〇七十九条=M1079]
[《民法典》第一〇七九条=M1079]
[《民法典》第一千七十九条=M1079]
[《民法典》第一千两百条=M1200]
[《反家庭暴力法》第廿三条=F23]
[《反家庭暴力法》第二〇条=F20]
[《劳动法》第百零三条=D103]
[《民法典》的第1079条=M1079]写着
[《民法典》中的第1079条=M1079]
[《民法典》第1079条=M1079]之规定
[《民法典》　第一千零七十九条=M1079]
看法条（[《民法典》第1079条=M1079]）
[《民法典》1079条=M1079]
[《民法典》1079 条=M1079]规定
[《民法典》１０７９条=M1079]
[《民法典》一千零七十九条=M1079]
依照[民法典1079条=M1079]，可以离婚
[民法典1079条=M1079]、[1080条=M1080]
[民法典1079=M1079]、[1080条=M1080]
[民法典1079-1081条=M1079-1081]
[反家庭暴力法 23 条=F23]
[《反家庭暴力法》23条第1款=F23.k1]
[《民法典》=M]10条新规
[《民法典》=M]三条变化
[《民法典》=M]1260条，条条管生活
[《反家庭暴力法》=F]5条硬措施
民法典一共1260条
[《反家庭暴力法》第二十三条=F23]、[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]，[第二十五条=F25]；[第三十条=F30]
[《反家庭暴力法》第二十三=F23]、[二十五条=F25]
[《反家庭暴力法》第二十三=F23]、[第二十五条=F25]
[《反家庭暴力法》第三=F3]、[五=F5]、[七条=F7]
[《反家庭暴力法》第二十三条=F23]、[二十五条=F25]
[《反家庭暴力法》第二十三条=F23]和[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]以及[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]，以及[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]或者[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]与[第二十五条=F25]及[第三十条=F30]
[《民法典》第 1079 条第 2 款=M1079.k2]；[第 1080 条=M1080]
[《反家庭暴力法》第二十三至二十五条=F23-25]
[《反家庭暴力法》第二十三条至第二十五条=F23-25]
[《反家庭暴力法》第二十三条至二十五条=F23-25]
[《反家庭暴力法》第二十三条到第二十五条=F23-25]
[《反家庭暴力法》第23-25条=F23-25]
[《反家庭暴力法》第23～25条=F23-25]
[《反家庭暴力法》第23~25条=F23-25]
[《反家庭暴力法》第23—25条=F23-25]
[《反家庭暴力法》第23——25条=F23-25]
[《反家庭暴力法》第 23 至 25 条=F23-25]
[《反家庭暴力法》第23条-第25条=F23-25]
[《反家庭暴力法》第二十五条至第二十三条=F25-23]
[《反家庭暴力法》第三条=F3]、[第五条至第七条=F5-7]和[第九条=F9]
[《反家庭暴力法》第二十三条第一款=F23.k1]
[《反家庭暴力法》第二十三条第一款第（二）项=F23.k1.x2]
[《反家庭暴力法》第二十三条第一款第(二)项=F23.k1.x2]
[《反家庭暴力法》第二十三条第一款第二项=F23.k1.x2]
[《反家庭暴力法》第二十三条第一款（二）项=F23.k1.x2]
[《反家庭暴力法》第二十三条第（二）项=F23.x2]
[《反家庭暴力法》第23条第1款第2项=F23.k1.x2]
[《反家庭暴力法》第二十三条第一款第（二）项第1目=F23.k1.x2]
[《反家庭暴力法》第二十三条第一款=F23.k1]、[第三款=F23.k3]
[《反家庭暴力法》第二十三条第一款=F23.k1]和[第二款=F23.k2]、[第二十五条=F25]
[《反家庭暴力法》第二十三条第一=F23.k1]、[三款=F23.k3]
[《反家庭暴力法》第二十三条第一款第（一）项=F23.k1.x1]、[第（三）项=F23.k1.x3]
[《反家庭暴力法》第二十三条第一款第（一）=F23.k1.x1]、[（三）项=F23.k1.x3]
[《反家庭暴力法》第二十三条第一项至第五项=F23.x1]规定的情形
[《反家庭暴力法》第二十三条第一至五项=F23.x1]
[《反家庭暴力法》第二十三条第一款至第三款=F23.k1]
[《反家庭暴力法》第二十三条第一款至第二十五条第二款=F23-25.k1]
[《反家庭暴力法》第三十三条之一=F33_1]
[《反家庭暴力法》第三十三条之一第二款=F33_1.k2]
[《反家庭暴力法》第三十三条之一至第三十三条之三=F33_1-33_3]
[《反家庭暴力法》第三十三条之一至之三=F33_1-33_3]
[《反家庭暴力法》第三十三条=F33]之一切规定
[《反家庭暴力法》第三十三条之一=F33_1]的情形
[《反家庭暴力法》第四章=F:c4]
[《反家庭暴力法》第三章=F:c3]、[第四章=F:c4]
[《反家庭暴力法》第三=F:c3]、[四章=F:c4]
[《反家庭暴力法》第二章至第四章=F:c2]
[《反家庭暴力法》第四章第二十三条=F23]
[《民法典》第五编=M:b5]
[《民法典》第五编第二章=M:b5.c2]
[《民法典》第三编第二分编第九章第一节=M:b3.p2.c9.s1]
[《民法典》第一编第六章第三节=M:b1.c6.s3]和[第七章=M:b1.c7]
[《民法典》婚姻家庭编=M:b5]
[《民法典》婚姻家庭编第一千零七十九条=M1079^5]
[《民法典》婚姻家庭编第四章=M:b5.c4]
[《民法典》总则编=M:b1]和[婚姻家庭编=M:b5]
[《民法典》第五编第一千零七十九条=M1079^5]
[《民法典》侵权责任编第1179条=M1179^7]、[第1183条=M1183]
[《民法典·婚姻家庭编》第1079条=M1079^5]
[《民法典婚姻家庭编》第1079条=M1079^5]
按照[民法典婚姻家庭编第1079条=M1079^5]
按照[婚姻家庭编第1079条=M1079^5]
按照婚姻家庭编第3条
[《妇女权益保障法》（2022年修订）第二十三条=W23@2022]
[《妇女权益保障法》（2018修正）第二十三条=W23@2018]
[《妇女权益保障法》(2018)第二十三条=W23@2018]
[《妇女权益保障法（2022年修订）》第二十三条=W23@2022]
按照[妇女权益保障法（2018年修正）第二十三条=W23@2018]
[《示例市妇女权益保障办法（试行）》第八条=B8]
[《示例市妇女办法》（试行）第八条=B8]
[《示例市妇女权益保障办法》（试行）第八条=B8]
《民法典（试行）》管过几年
[《民法典（试行）》第八条=?民法典（试行）]
[《民法典》（试行）第八条=?民法典（试行）]
[《中华人民共和国民法典》（以下简称《民法典》）第1079条=M1079]
[《中华人民共和国民法典》（以下简称民法典）第1079条=M1079]和[民法典第1080条=M1080]
[《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》第二条=J2]
[《最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）》第二条=J2]
[《关于适用〈民法典〉婚姻家庭编的解释(一)》第二条=J2]
[《最高人民法院关于适用<民法典>婚姻家庭编的解释（一）》第二条=J2]
[《婚姻家庭编解释（一）》第2条=J2]
[《民法典婚姻家庭编解释（一）》第2条=J2]
[《民法典》婚姻家庭编解释（一）第2条=J2]
[《民法典》婚姻家庭编的解释（一）第2条=J2]
最高人民法院关于适用[《民法典》婚姻家庭编的解释（一）第2条=J2]
按照[婚姻家庭编解释（一）第2条=J2]
[《民法典》=M]继承编的解释（一）第2条
《[民法典第1079条=M1079]》
依据[民法典第一千零五十一条=M1051]的规定
违反[反家庭暴力法第二十三条=F23]
符合[民法典第一千零七十九条第三款=M1079.k3]
根据[中华人民共和国民法典第1079条=M1079]
我国[民法典第1079条=M1079]
德国民法典第1079条
海洋劳动法第三条
[劳动合同法第三条=L3]
按照[劳动法第三条=D3]、[劳动合同法第五条=L5]
[《反家庭暴力法》第二十三条=F23]，[该法第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]写了谁能申请。[该法第二十五条=F25]写了去哪里。
[《反家庭暴力法》=F]管家里的暴力。[本法第二十三条=F23]很有用。
[《反家庭暴力法》=F]管家里的暴力。[该法的第二十三条=F23]很有用。
[《反家庭暴力法》第二条=F2]、[同法第五条=F5]
[《法律援助法》第三条=A3]、[《法律援助条例》第五条=T5]，[该法第七条=A7]，[该条例第九条=T9]
[《婚姻家庭编解释（一）》第二条=J2]。[该解释第三条=J3]
[《人身安全保护令规定》第二条=P2]。[该规定第三条=P3]
[《反家庭暴力法》第二条=F2]、[《社会救助办法》第三条=S3]。[该法第五条=F5]，[该办法第七条=S7]
[该法第二十三条=??]
[《法律援助条例》第三条=T3]。[该法第五条=??]
[《反家庭暴力法》=F]很有用。¶[该法第二十三条=??]
合同法第三条
基本法第三条
[《反家庭暴力法》第二十三条=F23]。[该条第二款=F23.k2]写得更细
[《反家庭暴力法》第二十三条=F23]、[同条第二款=F23.k2]
依照[《反家庭暴力法》第二十三条=F23]申请，法院按[第二十八条=F28]在72小时内决定
依照[《反家庭暴力法》第二十三条=F23]申请，法院按[第二十八条=F28]在72小时内决定。第三十条管多久
依照[《反家庭暴力法》第二十三条=F23]申请（[第二十八条=F28]）
[《反家庭暴力法》=F]有用，特别是：[第二十三条=F23]
[《反家庭暴力法》第二十三条=F23]。第九十九条
[《民法典》第三条=M3]，合同第五条写明
[《民法典》第三条=M3]，合同第五条、第六条写明，按第七条
[《民法典》第三条=M3]说合同要写清楚，第七条写日期
[《民法典》第三条=M3]，刑法第五条，第七条
[《民法典》第三条=M3]，民法典以外的条例也管，按第七条
[《反家庭暴力法》第三条=F3]，民法典也管，按第七条
[《反家庭暴力法》第三条=F3]和《告诫书》，按第七条
《离婚协议书》第三条
《村规民约》第五条，按第六条
第二十三条
按照第二十三条
第一次，第三人，第五条例，第一条件
[《民法典》=M]第三人
[《民法典》第五条=M5]，第三人
[《民法典》第五条=M5]，第一条路
[《民法典》=M]第一章程
[《民法典》=M]和[《反家庭暴力法》第三条=F3]
[《民法典》第三条=M3][《反家庭暴力法》第三条=F3]
[《反家庭暴力法》第二十三三条=F!]
[《反家庭暴力法》第三三条=F!]
[《民法典》第一百三条=M!]
[《民法典》第99999条=M!]
[《民法典》第三条至第二十三三条=M!]
[《刑法》第三条=?刑法]
[《反家庭暴力发》第三条、第五条=?反家庭暴力发]
《刑法》管犯罪，《红楼梦》第三章
[《刑法》第三条=?刑法]，[该法第五条=?刑法]
《反家庭[《民法典》第五条=M5]
《没有结尾
[《反家庭暴力法》=F]|[第二十三条=F23]
[《反家庭暴力法》=F]|的[第二十三条=F23]
[《反家庭暴力法》第二十三条=F23]、|[第二十五条=F25]
[《反家庭暴力法》第二十三条=F23]|[第二款=F23.k2]
依照民法典|[第1079条=M1079]
依照合同|第五条
[《反家庭暴力法》=F]|很有用，按照|[第二十三条=F23]
[《反家庭暴力法》=F]|很有用。|第二十三条
[《反家庭暴力法》=F]|很有用。|[该法第二十三条=F23]
《|反家庭暴力法|》第二十三条
";

/// On the page of F, and in the article 20 of F there.
const IN_ENTRIES: &str = "
违反[第四条=F4]、[第五条=F5]的
[本法第二十三条=F23]
[第二十三条第二款=F23.k2]
[本条第二款=F20.k2]
按[《劳动合同法》第四十五条=L45]延长，违反第四十三条的
按[《劳动合同法》第四十五条=L45]延长。违反[第三十条=F30]的
[《劳动合同法》第四十五条=L45]。[该法第四十条=L40]，[本法第三条=F3]
前款说的
合同第三条
[《法律援助条例》第三条=T3]，[本条例第五条=T5]
";

/// In the text of article 20 of F, after article 19, in book 2, chapter 3.
const IN_THE_TEXT: &str = "
依照[本法第五条=F5]、[第六条=F6]的规定
前款规定的
话。⏎[前款=F20.k1]规定
话：⏎（一）甲；⏎（二）乙。⏎[前款第一项=F20.k1.x1]、[第二项=F20.k1.x2]
话。⏎话。⏎[前两款=F20.k1]规定
[前条=F19]规定
[前条第二款=F19.k2]
[前两条=F18-19]
[本条第一款=F20.k1]
依照[第一款=F20.k1]规定
[本法第五条第一项=F5.x1]规定的财产或者第三项规定的钱
[本法第五条第一项=F5.x1]规定的财产。依照[第一款=F20.k1]
符合[第四条=F4]
[本法第四章=F:c4]
[本编第三章=F:b2.c3]
[本章第一节=F:b2.c3.s1]
本规定第三条
[民法典第五条=M5]和[本法第六条=F6]
[《民法典》第五条=M5]，按第六条
以前款项，目前条件，提前款
第二十条 国家
其他法第三条
该法第三条
";

fn titles() -> Titles {
    let mut titles = Titles::default();
    for (_, names, articles) in STATUTES {
        assert!(titles.add(names.iter().copied(), articles).is_empty());
    }
    titles
}

/// The text with what was found marked in it.
fn marked(runs: &str, titles: &Titles, own: Option<Own>) -> String {
    let mut out = String::new();
    let mut context = Context::default();
    for (place, paragraph) in runs.split('¶').enumerate() {
        context.new_block();
        out.push_str(if place > 0 { "¶" } else { "" });
        for (place, run) in paragraph.split('|').enumerate() {
            out.push_str(if place > 0 { "|" } else { "" });
            let mut from = 0;
            for reference in read(run, Page { titles, own }, &mut context) {
                let Range { start, end } = reference.range;
                write!(out, "{}[{}={}]", &run[from..start], &run[start..end], target(&reference)).unwrap();
                from = end;
            }
            out.push_str(&run[from..]);
        }
    }
    out
}

fn target(reference: &Reference) -> String {
    let mut out = match &reference.subject {
        Subject::Known(id) => STATUTES[id.0].0.to_string(),
        Subject::Unknown(title) => return format!("?{title}"),
        Subject::Unclear => return "??".to_owned(),
    };
    let number = |no: ArticleNo| match no.sub {
        0 => no.number.to_string(),
        sub => format!("{}_{sub}", no.number),
    };
    let level = |name: &str, number: u16| if number > 0 { format!(".{name}{number}") } else { String::new() };
    match reference.target {
        Target::Whole => {}
        Target::Malformed => out.push('!'),
        Target::Division(Division { book, sub_book, chapter, section }) => {
            let levels = [level("b", book), level("p", sub_book), level("c", chapter), level("s", section)];
            write!(out, ":{}", levels.concat().trim_start_matches('.')).unwrap();
        }
        Target::Articles { from, to, part } => {
            let to = to.map_or_else(String::new, |to| format!("-{}", number(to)));
            let part = [level("k", part.paragraph), level("x", part.item)].concat();
            write!(out, "{}{to}{part}", number(from)).unwrap();
            if reference.within.book > 0 && reference.within.chapter == 0 {
                write!(out, "^{}", reference.within.book).unwrap();
            }
        }
    }
    if let Some(year) = reference.year {
        write!(out, "@{year}").unwrap();
    }
    out
}

/// Each line without its marks gives the line with them.
fn hold(lines: &str, own: Option<Own>) {
    let titles = titles();
    let mut wrong = Vec::new();
    let lines: Vec<String> =
        lines.lines().filter(|line| !line.is_empty()).map(|line| line.replace('⏎', "\n")).collect();
    for line in &lines {
        let parts = line.split('[').map(|part| part.split_once(']').unwrap_or(("", part)));
        let text: String = parts.flat_map(|(link, rest)| [link.split('=').next().unwrap(), rest]).collect();
        let found = marked(&text, &titles, own);
        if found != *line {
            wrong.push(format!("{line}\n    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
fn citations_are_found_in_all_the_forms_people_write() {
    assert!(IN_GUIDES.lines().count() > 120);
    hold(IN_GUIDES, None);
}

#[test]
fn on_the_page_of_a_statute_its_own_articles_need_no_name() {
    hold(IN_ENTRIES, Some(Own::page(StatuteId(1), Some(ArticleNo::plain(20)))));
}

#[test]
fn in_the_text_of_a_statute_paragraphs_before_are_found() {
    let division = Division { book: 2, chapter: 3, ..Division::default() };
    let (article, previous) = (Some(ArticleNo::plain(20)), Some(ArticleNo::plain(19)));
    hold(IN_THE_TEXT, Some(Own { statute: StatuteId(1), article, previous, division, text: true }));
}
