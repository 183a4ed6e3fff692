//! How soon letters were answered: the rows that [`Pace`](crate::consultations::pace::Pace) is reckoned from.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::clock::Hour;
use crate::consultations::pace::{Answered, LOOKED_BACK};
use crate::consultations::register::{Channel, Ending};
use crate::consultations::state::State;
use crate::store::entity::thread;
use crate::store::{Store, damaged};

impl Store {
    /// Letters of the last 90 days that nobody took back and that asked something, by the hours in which they came and were
    /// answered.
    pub async fn answered_lately(&self, now: Hour) -> Result<Vec<Answered>, DbErr> {
        let outcome = thread::Column::Outcome;
        let asked = outcome.is_null().or(outcome.ne(Ending::NotARequest.code()));
        let found = thread::Entity::find()
            .select_only()
            .column(thread::Column::ReceivedHour)
            .column(thread::Column::AnsweredHour)
            .column_as(thread::Column::Id.count(), "letters")
            .filter(thread::Column::Channel.eq(Channel::Online.code()))
            .filter(thread::Column::State.ne(State::Withdrawn.code()))
            .filter(asked)
            .filter(thread::Column::ReceivedHour.gte(now.number() - LOOKED_BACK))
            .group_by(thread::Column::ReceivedHour)
            .group_by(thread::Column::AnsweredHour)
            .into_tuple::<(i64, Option<i64>, i64)>();
        let read = |(received, answered, letters): (i64, Option<i64>, i64)| {
            Ok(Answered {
                received: Hour::from_number(received),
                answered: answered.map(Hour::from_number),
                letters: u64::try_from(letters).map_err(damaged)?,
            })
        };
        found.all(&self.db).await?.into_iter().map(read).collect()
    }
}
