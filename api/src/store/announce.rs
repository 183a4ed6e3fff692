//! Where the news of a desk go, and which of them are still to be told.
//!
//! News are written by [`note`] in the transaction that makes them, one row for each recipient, hour and urgency: no crash loses one, and
//! ten letters of an hour are one row. A row has no thread, no count and no time finer than the hour. Where nobody is to be told
//! nothing is written.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};

use crate::announce::{Kind, webhook};
use crate::clock::Hour;
use crate::store::entity::{announce_to, announcement};
use crate::store::{Store, damaged};

/// How many recipients a desk has at most.
pub const MOST_RECIPIENTS: u64 = 8;

/// Bytes that tell an announcement from others.
pub const NEWS_ID_LEN: usize = 16;

/// How long a turn lasts after its work is done, where there are several processes: their clocks agree to about a second, and who
/// comes for the same five minutes a little later must not try again at once what has just failed.
const LINGER: std::time::Duration = std::time::Duration::from_secs(2);

/// The lock of PostgreSQL that a turn is. Any number nobody else uses.
const TURN_LOCK: i32 = 0x616e_6e6f;

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Of which desk.
    pub desk: String,
    /// From 1; given once.
    pub number: u32,
    /// How.
    pub kind: Kind,
    /// A mail address, or the address of a webhook, which may hold a key: never print it, print [`Recipient::place`].
    pub target: String,
    /// What a webhook of one's own is signed with.
    pub secret: Option<Vec<u8>>,
    /// The last hour in which an announcement arrived.
    pub told: Option<Hour>,
    /// The last hour in which one did not, and why.
    pub failed: Option<(Hour, String)>,
}

/// Something to tell a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The desk.
    pub desk: String,
    /// The recipient.
    pub number: u32,
    /// Whether somebody may be in danger.
    pub urgent: bool,
    /// The hour in which it came about.
    pub hour: Hour,
    /// How often it was told in vain.
    pub tries: u32,
    /// What tells this announcement from others; nothing before it is told for the first time.
    pub id: Option<[u8; NEWS_ID_LEN]>,
}

/// The right to announce, until it is dropped: one process has it at a time.
pub struct Turn(Option<DatabaseTransaction>);

impl Recipient {
    /// Where it goes, fit to be shown.
    pub fn place(&self) -> String {
        if self.kind == Kind::Mail { self.target.clone() } else { webhook::place(&self.target) }
    }

    fn read(row: announce_to::Model) -> Result<Self, DbErr> {
        Ok(Self {
            desk: row.desk_id,
            number: u32::try_from(row.number).map_err(damaged)?,
            kind: Kind::parse(&row.kind).ok_or_else(|| damaged("an unknown kind of recipient"))?,
            target: row.target,
            secret: row.secret,
            told: row.told_hour.map(Hour::from_number),
            failed: row.failed_hour.map(Hour::from_number).zip(row.failure),
        })
    }
}

impl News {
    fn read(row: announcement::Model) -> Result<Self, DbErr> {
        Ok(Self {
            desk: row.desk_id,
            number: u32::try_from(row.number).map_err(damaged)?,
            urgent: row.urgent,
            hour: Hour::from_number(row.at_hour),
            tries: u32::try_from(row.tries).map_err(damaged)?,
            id: row.id.map(|id| id.try_into().map_err(|_| damaged("an id"))).transpose()?,
        })
    }

    fn key(&self) -> (String, i32, bool, i64) {
        (self.desk.clone(), self.number.cast_signed(), self.urgent, self.hour.number())
    }

    /// The row, as long as nothing has come since it was read.
    fn unchanged(&self) -> sea_orm::Condition {
        let (desk, number, urgent, hour) = self.key();
        let id = match &self.id {
            Some(id) => announcement::Column::Id.eq(id.to_vec()),
            None => announcement::Column::Id.is_null(),
        };
        sea_orm::Condition::all()
            .add(announcement::Column::DeskId.eq(desk))
            .add(announcement::Column::Number.eq(number))
            .add(announcement::Column::Urgent.eq(urgent))
            .add(announcement::Column::AtHour.eq(hour))
            .add(id)
    }
}

impl Turn {
    /// Ends it.
    pub async fn end(self) -> Result<(), DbErr> {
        let Some(txn) = self.0 else { return Ok(()) };
        tokio::time::sleep(LINGER).await;
        txn.rollback().await
    }
}

impl Store {
    /// Who is told of a desk's news, by number.
    pub async fn recipients(&self, desk: &str) -> Result<Vec<Recipient>, DbErr> {
        let rows = announce_to::Entity::find().filter(announce_to::Column::DeskId.eq(desk));
        let rows = rows.order_by_asc(announce_to::Column::Number).all(&self.db).await?;
        rows.into_iter().map(Recipient::read).collect()
    }

    /// One of them.
    pub async fn recipient(&self, desk: &str, number: u32) -> Result<Option<Recipient>, DbErr> {
        let key = (desk.to_owned(), number.cast_signed());
        announce_to::Entity::find_by_id(key).one(&self.db).await?.map(Recipient::read).transpose()
    }

    /// Adds a recipient and gives the number; nothing where the desk has [`MOST_RECIPIENTS`].
    pub async fn add_recipient(
        &self,
        desk: &str,
        (kind, target): (Kind, String),
        secret: Option<Vec<u8>>,
    ) -> Result<Option<u32>, DbErr> {
        let txn = self.begin().await?;
        let of_desk = announce_to::Entity::find().filter(announce_to::Column::DeskId.eq(desk));
        if of_desk.clone().count(&txn).await? >= MOST_RECIPIENTS {
            return Ok(None);
        }
        let last = of_desk.order_by_desc(announce_to::Column::Number).one(&txn).await?;
        let number = last.map_or(0, |row| row.number) + 1;
        let row = announce_to::ActiveModel {
            desk_id: Set(desk.to_owned()),
            number: Set(number),
            kind: Set(kind.code().to_owned()),
            target: Set(target),
            secret: Set(secret),
            told_hour: Set(None),
            failed_hour: Set(None),
            failure: Set(None),
        };
        announce_to::Entity::insert(row).exec_without_returning(&txn).await?;
        // What was left for who had the number before is nobody's.
        let left = announcement::Entity::delete_many().filter(announcement::Column::DeskId.eq(desk));
        left.filter(announcement::Column::Number.eq(number)).exec(&txn).await?;
        txn.commit().await?;
        u32::try_from(number).map(Some).map_err(damaged)
    }

    /// Takes a recipient away; false where there is none.
    pub async fn remove_recipient(&self, desk: &str, number: u32) -> Result<bool, DbErr> {
        let key = (desk.to_owned(), number.cast_signed());
        // What is left for it is forgotten when it is to be told.
        Ok(announce_to::Entity::delete_by_id(key).exec(&self.writer).await?.rows_affected > 0)
    }

    /// Everything that is to be told, by recipient.
    pub async fn news(&self) -> Result<Vec<News>, DbErr> {
        let rows = announcement::Entity::find()
            .order_by_asc(announcement::Column::DeskId)
            .order_by_asc(announcement::Column::Number)
            .order_by_asc(announcement::Column::AtHour)
            .order_by_asc(announcement::Column::Urgent);
        rows.all(&self.db).await?.into_iter().map(News::read).collect()
    }

    /// Gives news an id before they are told for the first time.
    pub async fn name_news(&self, news: &mut News, id: [u8; NEWS_ID_LEN]) -> Result<(), DbErr> {
        if news.id.is_some() {
            return Ok(());
        }
        let named = announcement::Entity::update_many()
            .col_expr(announcement::Column::Id, Expr::value(id.to_vec()))
            .filter(news.unchanged());
        named.exec(&self.writer).await?;
        news.id = Some(id);
        Ok(())
    }

    /// Forgets news that a recipient has taken in this hour. What has come meanwhile stays.
    pub async fn told<'n>(
        &self,
        to: &Recipient,
        news: impl Iterator<Item = &'n News>,
        hour: Hour,
    ) -> Result<(), DbErr> {
        self.forget_news(news).await?;
        let row = announce_to::Entity::update_many()
            .col_expr(announce_to::Column::ToldHour, Expr::value(hour.number()));
        recipient_row(row, to).exec(&self.writer).await.map(drop)
    }

    /// Keeps news that a recipient has not taken in this hour, and why.
    pub async fn not_told<'n>(
        &self,
        to: &Recipient,
        news: impl Iterator<Item = &'n News>,
        (hour, failure): (Hour, &str),
    ) -> Result<(), DbErr> {
        for one in news {
            let tries = Expr::col(announcement::Column::Tries).add(1);
            let row = announcement::Entity::update_many().col_expr(announcement::Column::Tries, tries);
            row.filter(one.unchanged()).exec(&self.writer).await?;
        }
        let row = announce_to::Entity::update_many()
            .col_expr(announce_to::Column::FailedHour, Expr::value(hour.number()))
            .col_expr(announce_to::Column::Failure, Expr::value(failure));
        recipient_row(row, to).exec(&self.writer).await.map(drop)
    }

    /// Forgets news. What has come meanwhile stays.
    pub async fn forget_news<'n>(&self, news: impl Iterator<Item = &'n News>) -> Result<(), DbErr> {
        for one in news {
            announcement::Entity::delete_many().filter(one.unchanged()).exec(&self.writer).await?;
        }
        Ok(())
    }

    /// The right to announce; nothing while another process has it. On SQLite there is one process.
    pub async fn take_turn_to_announce(&self) -> Result<Option<Turn>, DbErr> {
        if self.db.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(Some(Turn(None)));
        }
        let txn = self.begin().await?;
        let sql = format!("SELECT pg_try_advisory_xact_lock({TURN_LOCK}, hashtext(current_schema()))");
        let row = txn.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("pg_try_advisory_xact_lock".to_owned()))?;
        if row.try_get_by_index(0)? {
            return Ok(Some(Turn(Some(txn))));
        }
        txn.rollback().await?;
        Ok(None)
    }
}

fn recipient_row(
    row: sea_orm::UpdateMany<announce_to::Entity>,
    to: &Recipient,
) -> sea_orm::UpdateMany<announce_to::Entity> {
    row.filter(announce_to::Column::DeskId.eq(to.desk.as_str()))
        .filter(announce_to::Column::Number.eq(to.number.cast_signed()))
}

/// Writes down that a desk has news, for everybody who is to be told: the last thing that a transaction does.
pub(super) async fn note(
    txn: &DatabaseTransaction,
    desk: &str,
    (urgent, hour): (bool, Hour),
) -> Result<(), DbErr> {
    let numbers: Vec<i32> = announce_to::Entity::find()
        .select_only()
        .column(announce_to::Column::Number)
        .filter(announce_to::Column::DeskId.eq(desk))
        .order_by_asc(announce_to::Column::Number)
        .into_tuple()
        .all(txn)
        .await?;
    if numbers.is_empty() {
        return Ok(());
    }
    let rows = numbers.into_iter().map(|number| announcement::ActiveModel {
        desk_id: Set(desk.to_owned()),
        number: Set(number),
        urgent: Set(urgent),
        at_hour: Set(hour.number()),
        tries: Set(0),
        id: Set(None),
    });
    let key = [
        announcement::Column::DeskId,
        announcement::Column::Number,
        announcement::Column::Urgent,
        announcement::Column::AtHour,
    ];
    // What was told of this hour was told without this: it is something else now, and is told anew.
    let anew = OnConflict::columns(key)
        .update_columns([announcement::Column::Tries, announcement::Column::Id])
        .to_owned();
    let insert = announcement::Entity::insert_many(rows).on_conflict(anew);
    insert.exec_without_returning(txn).await.map(drop)
}
