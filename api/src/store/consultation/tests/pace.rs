//! Which rows tell how soon letters are answered, on both kinds of database.

use sea_orm::{EntityTrait, Set};

use super::queue::row;
use super::*;
use crate::consultations::pace::{Answered, LOOKED_BACK};
use crate::store::entity::thread;

#[tokio::test]
async fn letters_of_ninety_days_count_and_neither_visits_nor_what_was_taken_back() {
    const LETTER: (Channel, State) = (Channel::Online, State::Answered);
    for fresh in testing::each().await {
        let store = &fresh.store;
        founded(store, "county", None).await;
        let rows = [
            // So many hours ago, answered after so many.
            (LETTER, 100, Some(10)),
            (LETTER, 100, Some(10)),
            ((Channel::Online, State::Closed), 100, Some(10)),
            (LETTER, 100, Some(11)),
            ((Channel::Online, State::Received), 100, None),
            ((Channel::Online, State::Withdrawn), 100, None),
            ((Channel::Visit, State::Answered), 100, Some(1)),
            ((Channel::Call, State::Closed), 100, Some(1)),
            ((Channel::Letter, State::Received), 100, None),
            (LETTER, LOOKED_BACK, Some(5)),
            (LETTER, LOOKED_BACK + 1, Some(5)),
            ((Channel::Online, State::Received), 0, None),
        ];
        let rows =
            rows.into_iter().zip(1..).map(|(((channel, state), ago, took), number)| thread::ActiveModel {
                channel: Set(channel.code().to_owned()),
                state: Set(state.code().to_owned()),
                received_hour: Set(NOW.number() - ago),
                answered_hour: Set(took.map(|took| NOW.number() - ago + took)),
                ..row(number, "county")
            });
        thread::Entity::insert_many(rows).exec_without_returning(&store.db).await.unwrap();

        let mut found = store.answered_lately(NOW).await.unwrap();
        found.sort_by_key(|letters| (letters.received, letters.answered));
        let counted = |letters, ago: i64, took: Option<i64>| {
            let received = Hour::from_number(NOW.number() - ago);
            let answered = took.map(|took| Hour::from_number(received.number() + took));
            Answered { received, answered, letters }
        };
        let expected = [
            counted(1, LOOKED_BACK, Some(5)),
            counted(1, 100, None),
            counted(3, 100, Some(10)),
            counted(1, 100, Some(11)),
            counted(1, 0, None),
        ];
        assert_eq!(found, expected);
    }
}
