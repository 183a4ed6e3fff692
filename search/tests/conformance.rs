//! What every text engine promises, as claims over `&dyn Engine`.
//!
//! Start at [`claims`]: the list. A new engine joins by keeping them over the same small site, [`site`]. Meilisearch is asked where
//! `MEILI_URL` (and `MEILI_MASTER_KEY`) say where one is.
#![expect(clippy::unwrap_used, reason = "a claim that can't be put is a claim that fails")]

#[cfg(feature = "meilisearch")]
mod meili_server;
mod site;

use search::record::Kind;
use search::region::RegionCode;
use search::text::embedded::{Embedded, Index};
use search::text::{Engine, Hit, Query, QueryText, Results};

/// Puts every claim to an engine, each as a test of its own.
macro_rules! claims {
    ($($claim:ident)+) => {
        mod embedded {
            $(
                #[tokio::test(flavor = "current_thread")]
                async fn $claim() {
                    super::$claim(&super::embedded()).await;
                }
            )+
        }

        #[cfg(feature = "meilisearch")]
        mod meili {
            $(
                #[tokio::test(flavor = "current_thread")]
                async fn $claim() {
                    // Without a server there is nothing to put claims to; `meili_server` has said so.
                    if let Some(engine) = super::meili().await {
                        super::$claim(&engine).await;
                    }
                }
            )+
        }
    };
}

claims! {
    a_lay_question_finds_the_guide_that_says_what_to_do
    what_people_say_finds_what_the_law_calls_it
    the_number_of_an_article_finds_the_article
    a_place_finds_its_stations
    hits_come_best_first_and_ties_by_id
    the_same_question_has_the_same_answer
    pages_join_up_to_the_whole
    a_filter_only_takes_away
    a_region_keeps_what_belongs_to_none
    facets_count_all_kinds_whatever_kind_is_asked_for
    each_count_leaves_out_its_own_filter
    the_articles_of_a_statute_are_one_hit
    whoever_asks_for_one_kind_gets_them_one_by_one
    an_answer_says_how_far_it_is_from_the_place_named
    a_guide_says_what_to_do_first
    little_words_find_nothing
    words_that_are_nowhere_find_nothing
    snippets_are_short_marked_pieces_of_the_record
    a_misspelling_is_understood_and_put_right
    pinyin_is_understood
    danger_is_noticed
    completions_come_from_chinese_pinyin_and_initials
    completions_of_a_page_lead_there
    despair_is_understood_and_never_offered
    killing_is_never_offered_wherever_it_stands
    nothing_typed_completes_to_nothing
    hostile_input_is_answered
}

/// Questions that claims about any question are tried on.
const QUESTIONS: &[&str] = &[
    "他打我怎么办",
    "离婚",
    "法律援助",
    "暖溪镇",
    "怀孕被辞退",
    "家爆",
    "民法典1079条",
    "申请人身安全保护令要什么材料，多少钱",
    "令",
    "12348",
];

/// The embedded engine over the small site, as a server opens it: from the file.
fn embedded() -> Embedded {
    let records = site::records();
    let file = Index::build(&records, &site::thesaurus()).to_bytes();
    Embedded::new(Index::from_bytes(file).unwrap(), records).unwrap()
}

/// The engine over the small site, as a server uses it: with a key that can do nothing but ask. Published once.
#[cfg(feature = "meilisearch")]
async fn meili() -> Option<search::text::meili::Meili> {
    use std::sync::{Arc, OnceLock};

    use search::text::meili::{Meili, Release, publish, search_key};
    use tokio::sync::OnceCell;

    use self::meili_server::{administrator, unused, with_key};

    static KEY: OnceCell<String> = OnceCell::const_new();
    static INDEX: OnceLock<String> = OnceLock::new();
    let administrator = administrator().await?;
    let index = INDEX.get_or_init(unused);
    let key = KEY
        .get_or_init(async || {
            let (records, thesaurus) = (site::records(), site::thesaurus());
            let release = Release::new(&records, &thesaurus);
            publish(&administrator, index, &release, &mut |_| {}).await.unwrap();
            search_key(&administrator, index, true).await.unwrap().key
        })
        .await;
    Some(Meili::new(with_key(key), index, Arc::new(embedded())).unwrap())
}

fn question(text: &str) -> Query {
    Query::new(QueryText::new(text).unwrap(), 50)
}

async fn ask(engine: &dyn Engine, text: &str) -> Results {
    engine.search(&question(text)).await.unwrap()
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}

async fn completions(engine: &dyn Engine, typed: &str) -> Vec<String> {
    engine.suggest(typed, 8).await.unwrap().into_iter().map(|suggestion| suggestion.text).collect()
}

async fn a_lay_question_finds_the_guide_that_says_what_to_do(engine: &dyn Engine) {
    for (text, id) in [
        ("我能让法院不许他靠近我吗", "guide/protection-order"),
        ("想离了婚 先走哪一步", "guide/divorce"),
        ("老板说怀孕就别来了", "guide/pregnancy"),
        ("彩礼能要回来吗", "guide/bride-price"),
    ] {
        assert_eq!(ids(&ask(engine, text).await.hits)[0], id, "{text}");
    }
}

async fn what_people_say_finds_what_the_law_calls_it(engine: &dyn Engine) {
    let results = ask(engine, "他打了老婆").await;
    assert_eq!(results.hits[0].id, "guide/violence-now");
    assert!(ids(&results.hits).contains(&"article/anti-domestic-violence-law/2"));
}

async fn the_number_of_an_article_finds_the_article(engine: &dyn Engine) {
    for text in ["民法典1079条", "民法典第一千零七十九条", "第１０７９条"] {
        assert_eq!(ids(&ask(engine, text).await.hits)[0], "article/civil-code/1079", "{text}");
    }
}

async fn a_place_finds_its_stations(engine: &dyn Engine) {
    let results = ask(engine, "暖溪镇 法律援助").await;
    assert_eq!(results.hits[0].id, "station/nuanxi-legal-aid");
    let results = ask(engine, "最近的派出所").await;
    assert_eq!(results.hits[0].kind, Kind::Station);
}

async fn hits_come_best_first_and_ties_by_id(engine: &dyn Engine) {
    for text in QUESTIONS {
        let results = ask(engine, text).await;
        for pair in results.hits.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            assert!(
                a.score > b.score || (a.score, &b.id) == (b.score, &a.id.clone().max(b.id.clone())),
                "{text}"
            );
        }
    }
    let twins = ask(engine, "双胞胎条目").await;
    assert_eq!(ids(&twins.hits), ["page/twin-a", "page/twin-b", "page/twin-c"]);
}

async fn the_same_question_has_the_same_answer(engine: &dyn Engine) {
    for text in QUESTIONS {
        assert_eq!(ask(engine, text).await, ask(engine, text).await, "{text}");
    }
}

async fn pages_join_up_to_the_whole(engine: &dyn Engine) {
    let whole = ask(engine, "离婚 家庭 申请").await;
    assert!(whole.total > 4);
    let mut joined = Vec::new();
    for offset in (0..whole.total + 4).step_by(2) {
        let page = engine.search(&Query { offset, limit: 2, ..question("离婚 家庭 申请") }).await.unwrap();
        assert_eq!((page.total, &page.facets), (whole.total, &whole.facets));
        joined.extend(page.hits);
    }
    assert_eq!(joined, whole.hits);
    let none = engine.search(&Query { limit: 0, ..question("离婚 家庭 申请") }).await.unwrap();
    assert_eq!((none.hits.len(), none.total), (0, whole.total));
}

async fn a_filter_only_takes_away(engine: &dyn Engine) {
    for text in QUESTIONS {
        let all = ask(engine, text).await;
        let filtered =
            Query { kind: Some(Kind::Guide), topic: Some("domestic-violence".to_owned()), ..question(text) };
        let some = engine.search(&filtered).await.unwrap();
        assert!(
            some.hits
                .iter()
                .all(|hit| hit.kind == Kind::Guide && hit.topic.as_deref() == Some("domestic-violence"))
        );
        assert!(some.hits.iter().all(|hit| all.hits.contains(hit)), "{text}");
    }
}

async fn a_region_keeps_what_belongs_to_none(engine: &dyn Engine) {
    let query = Query { region: Some("990122".parse().unwrap()), ..question("法律援助") };
    let results = engine.search(&query).await.unwrap();
    let found = ids(&results.hits);
    assert!(found.contains(&"guide/legal-aid") && found.contains(&"station/nuanshui-legal-aid"));
    assert!(!found.contains(&"station/nuanxi-legal-aid"));
}

async fn facets_count_all_kinds_whatever_kind_is_asked_for(engine: &dyn Engine) {
    let all = ask(engine, "法律援助").await;
    assert_eq!(all.facets.values().sum::<usize>(), all.total);
    for (&kind, &count) in &all.facets {
        let one = engine.search(&Query { kind: Some(kind), ..question("法律援助") }).await.unwrap();
        assert_eq!((one.total, one.hits.len(), &one.facets), (count, count, &all.facets));
    }
}

async fn each_count_leaves_out_its_own_filter(engine: &dyn Engine) {
    let town: RegionCode = "990123100".parse().unwrap();
    let all = ask(engine, "防汛物资").await;
    // What lies in a village counts for its township, and the directory of a place with the place.
    assert!(all.regions[&town] >= 2);
    let query = Query { region: Some(town.clone()), ..question("防汛物资") };
    let there = engine.search(&query).await.unwrap();
    assert_eq!(there.regions, all.regions);
    assert!(there.facets[&Kind::Station] < all.facets[&Kind::Station]);
    assert_eq!(there.facets[&Kind::Article], all.facets[&Kind::Article]);
    let query = Query { topic: Some("work".to_owned()), ..question("怀孕 离婚") };
    let (work, all) = (engine.search(&query).await.unwrap(), ask(engine, "怀孕 离婚").await);
    assert_eq!(work.topics, all.topics);
    assert!(work.topics.len() > 1 && work.total < all.total);
}

async fn the_articles_of_a_statute_are_one_hit(engine: &dyn Engine) {
    let results = ask(engine, "防汛物资").await;
    assert_eq!(results.hits.len(), results.total);
    let parts: Vec<&Hit> = results.hits.iter().filter(|hit| hit.part_of.is_some()).collect();
    let [part] = parts[..] else { panic!("{} parts of one statute", parts.len()) };
    let whole = part.part_of.as_ref().unwrap();
    assert_eq!((whole.id.as_str(), whole.title.as_str()), ("statute/flood-rules", "某某市防汛条例"));
    assert_eq!((part.also.len(), part.more, part.heading.as_str()), (3, 2, "第一章 总则"));
    assert!(part.also.iter().all(|also| also.id != part.id && also.id.starts_with("article/flood-rules/")));
    // Counts are of records.
    assert_eq!(results.facets[&Kind::Article], 6);
    let one_by_one = engine.search(&Query { grouped: false, ..question("防汛物资") }).await.unwrap();
    assert_eq!(one_by_one.total, results.total + 5);
    assert!(one_by_one.hits.iter().all(|hit| hit.also.is_empty() && hit.more == 0));
}

async fn whoever_asks_for_one_kind_gets_them_one_by_one(engine: &dyn Engine) {
    let query = Query { kind: Some(Kind::Article), ..question("防汛物资") };
    let results = engine.search(&query).await.unwrap();
    assert_eq!((results.total, results.hits.len()), (6, 6));
    assert!(results.hits.iter().all(|hit| hit.part_of.is_some() && hit.also.is_empty() && hit.more == 0));
}

async fn an_answer_says_how_far_it_is_from_the_place_named(engine: &dyn Engine) {
    let results = ask(engine, "清河镇 防汛物资").await;
    let place = results.place.unwrap();
    assert_eq!((place.region.as_str(), place.name.as_str()), ("990123100", "清河镇"));
    let distance = |id: &str| results.hits.iter().find(|hit| hit.id == id).unwrap().distance_m.unwrap();
    assert!((1_000..1_300).contains(&distance("station/qinghe-school")));
    assert!((2_000..2_500).contains(&distance("station/qinghe-mill")));
    assert!(results.hits.iter().all(|hit| hit.kind == Kind::Station || hit.distance_m.is_none()));
    assert_eq!(results.hits[0].kind, Kind::Station);
    assert_eq!(ask(engine, "防汛物资").await.place, None);
}

async fn a_guide_says_what_to_do_first(engine: &dyn Engine) {
    let results = ask(engine, "怎么领防汛物资").await;
    assert_eq!(
        (results.hits[0].id.as_str(), results.hits[0].first_step.as_str()),
        ("guide/flood", "先到高处去，再打 119。")
    );
}

async fn little_words_find_nothing(engine: &dyn Engine) {
    for text in ["的", "怎么办", "我", "请问一下", "？", "！！！"] {
        assert_eq!(ask(engine, text).await.total, 0, "{text}");
    }
}

async fn words_that_are_nowhere_find_nothing(engine: &dyn Engine) {
    for text in ["量子色动力学", "qwrtpsdf", "🙂🙂"] {
        let results = ask(engine, text).await;
        assert_eq!((results.total, results.hits.len(), results.facets.len()), (0, 0, 0), "{text}");
    }
}

async fn snippets_are_short_marked_pieces_of_the_record(engine: &dyn Engine) {
    let records = site::records();
    for text in QUESTIONS {
        for hit in ask(engine, text).await.hits {
            let snippet: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
            assert!(snippet.chars().count() <= 90 && hit.snippet.iter().all(|part| !part.text.is_empty()));
            let record = records.iter().find(|record| record.id == hit.id).unwrap();
            let own = [&record.summary, &record.text].map(|own| own.replace('\n', " "));
            assert!(own.iter().any(|own| own.contains(&snippet)), "{snippet}");
        }
    }
    let results = ask(engine, "告诫书").await;
    assert!(results.hits[0].snippet.iter().any(|part| part.marked && part.text == "告诫书"));
}

async fn a_misspelling_is_understood_and_put_right(engine: &dyn Engine) {
    for (text, meant) in [("家爆", "家暴"), ("保护另怎么申请", "保护令怎么申请"), ("家挺暴力", "家庭暴力")]
    {
        let results = ask(engine, text).await;
        assert_eq!(results.did_you_mean.as_deref(), Some(meant));
        assert_eq!(results.hits[0].id, ask(engine, meant).await.hits[0].id);
    }
    for text in ["家暴", "彩礼", "暖溪镇", "怎么申请保护令", "不想过了"] {
        assert_eq!(ask(engine, text).await.did_you_mean, None, "{text}");
    }
}

async fn pinyin_is_understood(engine: &dyn Engine) {
    let results = ask(engine, "jiating baoli").await;
    assert_eq!(results.did_you_mean.as_deref(), Some("家庭暴力"));
    assert!(results.total > 0);
}

async fn danger_is_noticed(engine: &dyn Engine) {
    assert!(ask(engine, "他又打我了").await.danger);
    assert!(ask(engine, "不想活了").await.danger);
    assert!(ask(engine, "jiabao").await.danger);
    assert!(!ask(engine, "打官司要多少钱").await.danger);
}

async fn completions_come_from_chinese_pinyin_and_initials(engine: &dyn Engine) {
    for typed in ["jtbl", "jiatingbaoli", "家庭", "家tbl", "jiat", "ＪＴＢＬ", "jia ting"] {
        assert!(completions(engine, typed).await.contains(&"家庭暴力".to_owned()), "{typed}");
    }
    assert_eq!(completions(engine, "jiabao").await[0], "家暴");
    assert!(completions(engine, "nuanxi").await[0].starts_with("暖溪镇"));
    assert!(completions(engine, "l").await.iter().any(|text| text == "离婚"));
    assert!(!completions(engine, "家").await.contains(&"家爆".to_owned()));
}

async fn completions_of_a_page_lead_there(engine: &dyn Engine) {
    let suggestions = engine.suggest("bhl", 8).await.unwrap();
    let guide = suggestions.iter().find(|suggestion| suggestion.text == "人身安全保护令怎么申请").unwrap();
    assert_eq!((guide.kind, guide.url.as_deref()), (Some(Kind::Guide), Some("/guide/protection-order/")));
    let term = suggestions.iter().find(|suggestion| suggestion.text == "人身安全保护令").unwrap();
    assert_eq!((term.kind, &term.url), (None, &None));
}

async fn despair_is_understood_and_never_offered(engine: &dyn Engine) {
    let results = ask(engine, "不想活了").await;
    assert!(results.danger && results.hits[0].id == "station/nuanshui-shelter");
    for typed in ["不想", "buxiang", "bx", "不想活"] {
        assert!(!completions(engine, typed).await.contains(&"不想活了".to_owned()), "{typed}");
    }
    assert_eq!(ask(engine, "不想火了").await.did_you_mean, None);
}

/// In a title, a question, a word that a page is found by, a term of the law, and what people say.
async fn killing_is_never_offered_wherever_it_stands(engine: &dyn Engine) {
    let never = ["自杀", "遗书", "同归于尽", "杀人", "灭门"];
    let typed = ["孩子", "孩子要", "haizi", "hz", "分手", "fenshou", "想自", "故意", "guyisha", "扬言", "yy"];
    for typed in typed.into_iter().chain(never) {
        let offered = completions(engine, typed).await;
        assert!(
            !offered.iter().any(|text| never.iter().any(|word| text.contains(word))),
            "{typed}: {offered:?}"
        );
    }
    for asked in never {
        assert!(ask(engine, asked).await.danger, "{asked}");
    }
    assert_eq!(ask(engine, "孩子要自杀").await.hits[0].id, "guide/self-harm");
}

async fn nothing_typed_completes_to_nothing(engine: &dyn Engine) {
    for typed in ["", "  ", "？", &"家".repeat(500)] {
        assert!(completions(engine, typed).await.is_empty());
    }
    assert!(engine.suggest("jtbl", 0).await.unwrap().is_empty());
    assert!(engine.suggest("j", 3).await.unwrap().len() <= 3);
}

async fn hostile_input_is_answered(engine: &dyn Engine) {
    let long = "家庭暴力离婚".repeat(66);
    for text in [
        long.as_str(),
        "\u{202E}<script>alert(1)</script>",
        "a' OR 1=1 --",
        "第(2条",
        "\"离婚\"*",
        "\0\u{7f}x",
    ] {
        let results = engine.search(&Query { limit: usize::MAX, ..question(text) }).await.unwrap();
        assert_eq!(results.hits.len(), results.total);
        let far = engine.search(&Query { offset: usize::MAX, ..question(text) }).await.unwrap();
        assert!(far.hits.is_empty());
        completions(engine, text).await;
    }
}
