//! How many people looked for a word in a month. Only words that at least twenty used ever get here.

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::store::Store;
use crate::store::entity::search_word;

/// A word of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWord {
    /// As it stands in the thesaurus.
    pub word: String,
    /// At least so many people, in tens.
    pub people: usize,
}

impl Store {
    /// Keeps that `word` was looked for by so many people. Never lowers a number: a process that began anew counts anew.
    pub async fn keep_search_word(&self, month: &str, word: &str, people: usize) -> Result<(), DbErr> {
        let people = i32::try_from(people).unwrap_or(i32::MAX);
        let key = (month.to_owned(), word.to_owned());
        let txn = self.begin().await?;
        let row = search_word::ActiveModel {
            month: Set(key.0.clone()),
            word: Set(key.1.clone()),
            people: Set(people),
        };
        match search_word::Entity::find_by_id(key).one(&txn).await? {
            None => search_word::Entity::insert(row).exec_without_returning(&txn).await.map(|_| ())?,
            Some(kept) if kept.people < people => {
                search_word::Entity::update(row).exec(&txn).await.map(|_| ())?;
            }
            Some(_) => {}
        }
        txn.commit().await
    }

    /// The words of a month, those of most people first.
    pub async fn search_words(&self, month: &str) -> Result<Vec<SearchWord>, DbErr> {
        let rows = search_word::Entity::find()
            .filter(search_word::Column::Month.eq(month))
            .order_by_desc(search_word::Column::People)
            .order_by_asc(search_word::Column::Word)
            .all(&self.db)
            .await?;
        let word = |row: search_word::Model| SearchWord {
            word: row.word,
            people: row.people.try_into().unwrap_or(0),
        };
        Ok(rows.into_iter().map(word).collect())
    }
}
