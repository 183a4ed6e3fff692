//! What an index promises: the same bytes every time, and an error for any other bytes.

use proptest::prelude::*;

use super::*;
use crate::record::Kind;

fn record(id: &str, title: &str, text: &str) -> Record {
    Record {
        text: text.to_owned(),
        asked: vec![format!("{title}怎么办")],
        keywords: vec!["求助".to_owned()],
        ..Record::new(Kind::Guide, id, title, format!("/{id}/"))
    }
}

fn records() -> Vec<Record> {
    (0..12)
        .map(|n| record(&format!("guide/{n:02}"), &format!("保护令{n}"), &"写给受害人的话。".repeat(n)))
        .collect()
}

fn thesaurus() -> Vec<ThesaurusEntry> {
    let say = vec!["打老婆".to_owned(), "家暴".to_owned()];
    vec![ThesaurusEntry {
        say,
        law: vec!["家庭暴力".to_owned()],
        topic: Some("domestic-violence".to_owned()),
        weight: 0.8,
    }]
}

fn index() -> Index {
    Index::build(&records(), &thesaurus())
}

/// Makes the sum right again, as somebody would who made a file up.
fn resealed(mut file: Vec<u8>) -> Vec<u8> {
    if file.len() >= HEAD {
        let sum = Sum::new().add(&file[HEAD..]).value();
        file[HEAD - 8..HEAD].copy_from_slice(&sum.to_le_bytes());
    }
    file
}

#[test]
fn the_same_records_make_the_same_bytes_and_come_back() {
    let bytes = index().to_bytes();
    assert_eq!(bytes, index().to_bytes());
    assert_eq!(Index::from_bytes(bytes).unwrap(), index());
}

#[test]
fn nothing_makes_an_index_too() {
    let bytes = Index::build(&[], &[]).to_bytes();
    Index::from_bytes(bytes).unwrap().check_records(&[]).unwrap();
}

#[test]
fn an_index_knows_its_records() {
    let mut others = records();
    index().check_records(&others).unwrap();
    others[3].text.push('。');
    assert_eq!(index().check_records(&others), Err(IndexError::OtherRecords));
    assert_eq!(index().check_records(&records()[1..]), Err(IndexError::OtherRecords));
}

#[test]
fn other_files_and_versions_are_told_apart() {
    assert_eq!(Index::from_bytes(b"{}".to_vec()), Err(IndexError::NotAnIndex));
    let mut newer = index().to_bytes();
    newer[7] = 9;
    assert_eq!(Index::from_bytes(newer).unwrap_err().to_string(), "检索索引是第 9 版，本程序只认第 2 版");
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let bytes = index().to_bytes();
    for length in 0..bytes.len() {
        assert!(Index::from_bytes(bytes[..length].to_vec()).is_err(), "{length}");
        assert!(Index::from_bytes(resealed(bytes[..length].to_vec())).is_err(), "{length}, sum made right");
    }
}

#[test]
fn a_count_larger_than_the_file_reserves_nothing() {
    // The number of entries of the thesaurus, after head, digest and number of records.
    let mut bytes = index().to_bytes()[..HEAD + 9].to_vec();
    bytes.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert_eq!(Index::from_bytes(resealed(bytes)), Err(IndexError::CUT_OFF));
}

proptest! {
    #[test]
    fn a_flipped_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut bytes = index().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Index::from_bytes(bytes).is_err());
    }

    #[test]
    fn a_made_up_file_is_refused_or_harmless(at in any::<prop::sample::Index>(), put in prop::collection::vec(any::<u8>(), 1..6)) {
        let mut bytes = index().to_bytes();
        let at = HEAD + 8 + at.index(bytes.len() - HEAD - 8);
        let end = bytes.len().min(at + put.len());
        bytes.splice(at..end, put);
        if let Ok(index) = Index::from_bytes(resealed(bytes))
            && let Ok(engine) = crate::text::embedded::Embedded::new(index, records())
        {
            let query = crate::text::Query::new("打老婆 保护令，求助".parse().unwrap(), 20);
            engine.answer(&query);
            crate::text::embedded::suggest::complete(&engine, "bhl", 20);
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut file = MAGIC.to_vec();
        file.push(VERSION);
        file.extend(bytes);
        prop_assert!(Index::from_bytes(file.clone()).is_err());
        let _ = Index::from_bytes(resealed(file));
    }
}
