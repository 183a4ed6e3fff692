//! The files that browsers search by themselves: the same bytes for the same records, small, and under names that change with them.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeMap;

use search::record::{Kind, Record};
use search::text::embedded::{Index, IndexError};
use search::text::web;

fn guide(number: usize, text: &str) -> Record {
    Record {
        summary: "怎么写，交给谁。".to_owned(),
        text: text.to_owned(),
        topic: Some("work".to_owned()),
        ..Record::new(
            Kind::Guide,
            format!("guide/{number:04}"),
            format!("第{number}件事"),
            format!("/guides/work/{number}/"),
        )
    }
}

fn files(records: &[Record]) -> BTreeMap<String, Vec<u8>> {
    let cards: Vec<Record> = records.iter().map(web::card).collect();
    web::files(Index::build(records, &[]).to_bytes(), &cards).unwrap()
}

fn many(count: usize) -> Vec<Record> {
    (0..count)
        .map(|number| {
            guide(number, &format!("单位不给产假，先要一张书面的答复，第{number}天还不给，去劳动监察投诉。"))
        })
        .collect()
}

#[test]
fn the_same_records_give_the_same_files() {
    assert_eq!(files(&many(40)), files(&many(40)));
}

#[test]
fn one_word_more_gives_all_parts_another_folder() {
    let folder = |records: &[Record]| {
        let all = files(records);
        all.keys().find_map(|path| Some(path.strip_prefix("search/")?.split_once('/')?.0.to_owned())).unwrap()
    };
    let mut edited = many(40);
    edited[7].text.push_str("可以申请仲裁。");
    assert_ne!(folder(&many(40)), folder(&edited));
    assert_eq!(folder(&edited).len(), 16);
}

#[test]
fn parts_stay_small_and_are_not_too_many() {
    let all = files(&many(2000));
    let parts = || all.iter().filter(|(path, _)| path.contains("/terms/") || path.contains("/cards/"));
    assert!(parts().count() < 2000, "{}", parts().count());
    for (path, bytes) in parts() {
        assert!(bytes.len() < 8 * 1024, "{path}: {} bytes", bytes.len());
    }
    assert!(all["search/base.json"].len() < 24 * 1024);
}

#[test]
fn a_card_holds_the_beginning_of_a_text_and_no_more() {
    let record = guide(1, &"产假".repeat(4000));
    assert_eq!(web::card(&record).text.chars().count(), 600);
    assert_eq!(web::card(&guide(1, "短。")).text, "短。");
}

#[test]
fn records_of_another_index_are_refused() {
    let index = Index::build(&many(3), &[]).to_bytes();
    assert_eq!(web::files(index, &many(2)).unwrap_err(), IndexError::OtherRecords);
    assert_eq!(web::files(b"text".to_vec(), &many(2)).unwrap_err(), IndexError::NotAnIndex);
}

#[test]
fn a_site_without_records_has_files_too() {
    assert!(files(&[]).contains_key("search/base.json"));
}
