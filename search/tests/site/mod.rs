//! A small site to put questions to.

mod wholes;

use search::record::{Kind, Record, ThesaurusEntry};

/// The records, by id.
pub(crate) fn records() -> Vec<Record> {
    let mut records =
        [guides_on_violence(), other_guides(), law(), stations(), others(), wholes::records()].concat();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    records
}

/// What people say.
pub(crate) fn thesaurus() -> Vec<ThesaurusEntry> {
    let entry = |say: &[&str], law: &[&str], topic: &str| ThesaurusEntry {
        say: owned(say),
        law: owned(law),
        topic: Some(topic.to_owned()),
        weight: 1.0,
    };
    vec![
        entry(&["打老婆", "打我", "挨打"], &["家庭暴力"], "domestic-violence"),
        entry(&["家暴", "家爆"], &["家庭暴力"], "domestic-violence"),
        entry(&["不许他靠近", "保护令"], &["人身安全保护令"], "domestic-violence"),
        entry(&["别来了", "炒鱿鱼"], &["辞退", "解除劳动合同"], "work"),
        entry(&["离婚", "不想过了"], &["离婚登记"], "marriage-family"),
        entry(&["不想活了"], &["心理疏导"], "legal-aid"),
        entry(&["扬言要灭门"], &["故意杀人罪"], "domestic-violence"),
    ]
}

fn guides_on_violence() -> Vec<Record> {
    vec![
        guide(
            "protection-order",
            "domestic-violence",
            [
                "人身安全保护令怎么申请",
                "法院可以命令他不许再打你、靠近你。不收费，72 小时内决定。",
                "带上身份证去法院立案窗口。\n没有身份证也可以先申请。妇联、派出所可以替你申请。\n证据可以是出警记录、告诫书、病历和聊天记录。",
            ],
            &["我能让法院不许他靠近吗", "保护令要花钱吗"],
        ),
        guide(
            "violence-now",
            "domestic-violence",
            [
                "正在挨打，现在怎么办",
                "先离开危险，再打 110。",
                "报警时说清“家庭暴力”四个字，请民警留下记录。\n受伤先去医院，把病历留好。没地方去，打 12338 问临时住处。",
            ],
            &["老公打我怎么办"],
        ),
        guide(
            "warning-letter",
            "domestic-violence",
            ["告诫书有什么用", "情节轻的，公安可以出具告诫书。", "告诫书可以当证据，申请保护令时一起交。"],
            &[],
        ),
    ]
}

fn other_guides() -> Vec<Record> {
    vec![
        guide(
            "divorce",
            "marriage-family",
            [
                "想离婚，先走哪一步",
                "两个人都愿意走登记，一个人想离走起诉。",
                "协议离婚有三十日的冷静期。起诉离婚去法院。",
            ],
            &["离婚要多久"],
        ),
        guide(
            "bride-price",
            "marriage-family",
            ["彩礼能不能要回", "没登记、没一起生活，一般要退。", "退多少，法院看一起生活了多久。"],
            &[],
        ),
        guide(
            "pregnancy",
            "work",
            [
                "怀孕了，公司不能随便辞退你",
                "怀孕、产期、哺乳期，单位不能因此辞退。",
                "先要书面通知，再去劳动仲裁。",
            ],
            &["怀孕被开除怎么办"],
        ),
        guide(
            "legal-aid",
            "legal-aid",
            [
                "怎么申请法律援助",
                "国家出钱请律师帮你。",
                "去县里的法律援助中心，或者打 12348。遭受家庭暴力的人不看家里有没有钱。",
            ],
            &["没钱请律师怎么办"],
        ),
        Record {
            keywords: owned(&["想自杀"]),
            ..guide(
                "self-harm",
                "legal-aid",
                ["孩子要自杀，先做什么", "陪着他，打 12356。", "药和刀收起来，一步不离开。"],
                &["孩子写了遗书", "分手就同归于尽"],
            )
        },
    ]
}

fn guide(slug: &str, topic: &str, [title, summary, text]: [&str; 3], asked: &[&str]) -> Record {
    Record {
        summary: summary.to_owned(),
        topic: Some(topic.to_owned()),
        asked: owned(asked),
        ..record(&format!("guide/{slug}"), Kind::Guide, title, text)
    }
}

fn law() -> Vec<Record> {
    let article = |statute: &str, number: u32, title: &str, text: &str| {
        record(&format!("article/{statute}/{number}"), Kind::Article, title, text)
    };
    vec![
        article(
            "anti-domestic-violence-law",
            2,
            "《反家庭暴力法》第二条",
            "家里人之间的殴打、谩骂、恐吓，都算家庭暴力。",
        ),
        article(
            "anti-domestic-violence-law",
            23,
            "《反家庭暴力法》第二十三条",
            "受害人可以向法院申请人身安全保护令。",
        ),
        article(
            "civil-code",
            1076,
            "《民法典》第一千零七十六条",
            "两人都愿意离婚的，签书面协议，亲自去登记。",
        ),
        article(
            "civil-code",
            1079,
            "《民法典》第一千零七十九条",
            "一个人要求离婚，可以直接起诉；家庭暴力是应当准许离婚的情形。",
        ),
        article(
            "civil-code",
            1091,
            "《民法典》第一千零九十一条",
            "因第一千零七十九条说的家庭暴力离婚，可以要赔偿。",
        ),
        record(
            "statute/civil-code",
            Kind::Statute,
            "中华人民共和国民法典",
            "婚姻家庭、继承、人格权都在这里。",
        ),
    ]
}

fn stations() -> Vec<Record> {
    let placed = |id: &str, kind: Kind, region: &str, title: &str, text: &str| Record {
        region: Some(region.parse().expect("the codes below are codes")),
        ..record(id, kind, title, text)
    };
    vec![
        placed("region/990121100", Kind::Region, "990121100", "暖溪镇", "暖溪镇的服务站点。"),
        placed(
            "station/nuanxi-legal-aid",
            Kind::Station,
            "990121100",
            "暖溪镇法律援助工作站",
            "法律咨询、代办法律援助申请。溪口路 18 号。",
        ),
        placed("station/nuanxi-police", Kind::Station, "990121100", "暖溪镇派出所", "派出所。家暴投诉登记。"),
        placed(
            "station/nuanshui-legal-aid",
            Kind::Station,
            "990122",
            "暖水县法律援助中心",
            "法律咨询、代办法律援助申请。学堂路 12 号。",
        ),
        placed(
            "station/nuanshui-shelter",
            Kind::Station,
            "990122",
            "暖水县妇女儿童庇护中心",
            "庇护、心理疏导。",
        ),
    ]
}

fn others() -> Vec<Record> {
    let mut others: Vec<Record> = ["a", "b", "c"]
        .map(|twin| record(&format!("page/twin-{twin}"), Kind::Page, "双胞胎条目", "一模一样。"))
        .to_vec();
    others.push(Record {
        topic: Some("domestic-violence".to_owned()),
        summary: "被打、被骂、被威胁：先安全，再留证据。".to_owned(),
        ..record("topic/domestic-violence", Kind::Topic, "反家庭暴力", "")
    });
    others
}

fn record(id: &str, kind: Kind, title: &str, text: &str) -> Record {
    Record { text: text.to_owned(), ..Record::new(kind, id, title, format!("/{id}/")) }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
