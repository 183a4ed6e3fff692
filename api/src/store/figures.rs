//! Counts that stay when threads are purged: what work reports and statistics are made of.
//!
//! A row is a month, a desk, a measure, a few coarse words, and how many. It names no thread, no hour and no place
//! smaller than a county, so it may stay for good.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::audit::{EXPORT, Object};
use crate::clock::Hour;
use crate::desk::member::SignedIn;
use crate::store::entity::figure;
use crate::store::{Store, audit, damaged};
use crate::words::month_of;

/// What is counted, each thread once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Arrived.
    Received,
    /// Came from another desk; counted at the desk that answers for it from then on.
    TransferredIn,
    /// Went to another desk; counted at the desk that answered for it until then.
    TransferredOut,
    /// Accepted for the first time; the class says how long that took.
    Accepted,
    /// Answered for the first time; the class says how long that took.
    Answered,
    /// Over, by whatever way, with its outcome; the class says how long that took.
    Closed,
    /// Climbed, with the stage that was overdue; once for each time.
    Overdue,
    /// Somebody said that it helped.
    Helped,
    /// Somebody said that it did not.
    DidNotHelp,
}

/// The upper ends of the classes of time, in hours: 2 hours, a day, three, a week, 15 days, 30, 60. What took longer is in
/// the class after the last.
pub const CLASSES: [i64; 7] = [2, 24, 72, 168, 360, 720, 1440];

/// What tells one count from another, beside the desk.
const KINDS: [figure::Column; 7] = [
    figure::Column::Month,
    figure::Column::Measure,
    figure::Column::Topic,
    figure::Column::Region,
    figure::Column::Channel,
    figure::Column::Detail,
    figure::Column::Class,
];

/// A row as it is read: the words, the class, how many.
type Row = (String, String, String, String, String, String, i32, i64);

/// One more of something.
pub(super) struct Count<'a> {
    pub(super) measure: Measure,
    pub(super) hour: Hour,
    pub(super) desk: &'a str,
    pub(super) topic: Option<&'a str>,
    pub(super) region: Option<&'a str>,
    pub(super) channel: &'a str,
    pub(super) detail: &'a str,
    /// Since when, where that is measured.
    pub(super) since: Option<Hour>,
}

/// How many of something, over whichever desks were asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    /// In China: `2026-11`.
    pub month: String,
    /// What was counted.
    pub measure: Measure,
    /// The slug of a topic, or nothing.
    pub topic: String,
    /// The code of a county or something wider, or nothing.
    pub region: String,
    /// See `consultations::register::Channel`.
    pub channel: String,
    /// With [`Measure::Closed`] the ending, with [`Measure::Overdue`] the stage, else nothing.
    pub detail: String,
    /// How long it took; see [`class`].
    pub class: usize,
    /// How many.
    pub count: u64,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::TransferredIn,
        Self::TransferredOut,
        Self::Accepted,
        Self::Answered,
        Self::Closed,
        Self::Overdue,
        Self::Helped,
        Self::DidNotHelp,
    ];

    /// Reads what [`Measure::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.code() == code)
    }

    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::TransferredIn => "transferred_in",
            Self::TransferredOut => "transferred_out",
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Overdue => "overdue",
            Self::Helped => "helped",
            Self::DidNotHelp => "did_not_help",
        }
    }
}

impl Count<'_> {
    /// Adds it, in the transaction of what it counts.
    pub(super) async fn add(self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        let row = figure::ActiveModel {
            month: Set(month_of(self.hour.date())),
            desk_id: Set(self.desk.to_owned()),
            measure: Set(self.measure.code().to_owned()),
            topic: Set(self.topic.unwrap_or_default().to_owned()),
            region: Set(county(self.region.unwrap_or_default()).to_owned()),
            channel: Set(self.channel.to_owned()),
            detail: Set(self.detail.to_owned()),
            class: Set(self.since.map_or(0, |since| class(self.hour.number() - since.number()))),
            count: Set(1),
        };
        let counted = Expr::col((figure::Entity, figure::Column::Count));
        let mut again = OnConflict::columns(KINDS.into_iter().chain([figure::Column::DeskId]));
        again.value(figure::Column::Count, counted.add(1));
        figure::Entity::insert(row).on_conflict(again).exec_without_returning(txn).await.map(|_| ())
    }
}

impl Store {
    /// What was counted in some months at some desks, or at all desks there ever were.
    pub async fn figures(&self, desks: Option<&[String]>, months: &[String]) -> Result<Vec<Figure>, DbErr> {
        // PostgreSQL's sum of whole numbers is none of its own.
        let sum = Expr::col((figure::Entity, figure::Column::Count)).sum().cast_as(Alias::new("bigint"));
        let mut rows = figure::Entity::find().select_only().columns(KINDS).column_as(sum, "sum");
        rows = rows.filter(figure::Column::Month.is_in(months));
        if let Some(desks) = desks {
            rows = rows.filter(figure::Column::DeskId.is_in(desks));
        }
        for kind in KINDS {
            rows = rows.group_by(kind);
        }
        let rows: Vec<Row> = rows.into_tuple().all(&self.db).await?;
        let read = |(month, measure, topic, region, channel, detail, class, count): Row| {
            let measure = Measure::parse(&measure).ok_or_else(|| damaged("an unknown measure"))?;
            let class = usize::try_from(class).map_err(damaged)?;
            let count = u64::try_from(count).map_err(damaged)?;
            Ok(Figure { month, measure, topic, region, channel, detail, class, count })
        };
        let mut figures = rows.into_iter().map(read).collect::<Result<Vec<_>, DbErr>>()?;
        figures.sort();
        Ok(figures)
    }

    /// Writes into the chain of a desk that somebody took its figures away as a file.
    pub async fn note_export(&self, somebody: &SignedIn, hour: Hour) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        let desk = somebody.desk();
        audit::append(&txn, desk, (hour, Some(somebody.id())), (EXPORT, Object::Desk(desk))).await?;
        txn.commit().await
    }
}

/// The class of so many hours, from 0. An hour that was begun is not over: two hours by the clock may be three numbers.
pub fn class(hours: i64) -> i32 {
    let class = CLASSES.iter().position(|most| hours <= *most).unwrap_or(CLASSES.len());
    i32::try_from(class).unwrap_or(i32::MAX)
}

/// The county that a division lies in; what is wider stays as it is.
fn county(region: &str) -> &str {
    region.get(..6).unwrap_or(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_fall_into_classes_and_villages_into_counties() {
        assert_eq!([0, 2, 3, 24, 25, 1440, 1441].map(class), [0, 0, 1, 1, 2, 6, 7]);
        assert_eq!(["990121100201", "990121", "9901", ""].map(county), ["990121", "990121", "9901", ""]);
    }
}
