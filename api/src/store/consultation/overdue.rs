//! What nobody did in time: it climbs; what waited too long for its asker closes by itself; what is over is destroyed.
//!
//! Deadlines stand in the rows, so it does not matter when this runs: [`Store::catch_up`] takes every step that was due, each
//! with the hour in which it was, and does nothing the second time. Two processes may run it at once.

use std::sync::Arc;

use ring::digest;
use sea_orm::ActiveModelTrait;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::clock::Hour;
use crate::consultations::clocks::{Matter, Schedule};
use crate::consultations::register::Stage;
use crate::consultations::state::State;
use crate::sealing::binding::ThreadId;
use crate::store::consultation::queue::RUNNING;
use crate::store::consultation::rows::{locked, wind};
use crate::store::consultation::{Act, Actor, Refused, Request, Thread};
use crate::store::entity::thread;
use crate::store::{Store, damaged};

/// Threads that are looked at together.
const PAGE: u64 = 200;

/// What happens because time passes.
#[derive(Clone, Copy)]
enum Passing {
    Climb,
    Lapse,
    Purge,
}

impl Passing {
    /// Where the hour of it stands.
    fn column(self) -> thread::Column {
        match self {
            Self::Climb => thread::Column::ClimbHour,
            Self::Lapse => thread::Column::LapseHour,
            Self::Purge => thread::Column::PurgeHour,
        }
    }

    fn act(self) -> Act<'static> {
        match self {
            Self::Climb => Act::Climb,
            Self::Lapse => Act::Lapse,
            Self::Purge => Act::Purge,
        }
    }
}

impl Store {
    /// Takes every step that was due until `now`, and gives how many there were.
    pub async fn catch_up(&self, now: Hour, schedule: &Arc<Schedule>) -> Result<u64, DbErr> {
        self.start_clocks(schedule).await?;
        let mut steps = 0;
        // A desk above has a time of its own, which may be over too: as many rounds as there are desks on a line.
        loop {
            let climbed = self.take_all(Passing::Climb, now, schedule).await?;
            if climbed == 0 {
                break;
            }
            steps += climbed;
        }
        // What can't close, because an agency has not answered, waits on.
        Ok(steps + self.take_all(Passing::Lapse, now, schedule).await?)
    }

    /// Destroys every thread whose time is over, and gives how many there were. What the database keeps of deleted rows
    /// is cleared by [`Store::sweep`].
    pub async fn purge(&self, now: Hour) -> Result<u64, DbErr> {
        self.take_all(Passing::Purge, now, &Arc::default()).await
    }

    /// How many threads are to be destroyed until `hour`, by desk, and since when the first of them.
    pub async fn to_purge(&self, hour: Hour) -> Result<Vec<(String, u64, Hour)>, DbErr> {
        let rows: Vec<(String, i64, i64)> = thread::Entity::find()
            .select_only()
            .column(thread::Column::DeskId)
            .column_as(thread::Column::Id.count(), "threads")
            .column_as(thread::Column::PurgeHour.min(), "first")
            .filter(thread::Column::PurgeHour.lte(hour.number()))
            .group_by(thread::Column::DeskId)
            .order_by_asc(thread::Column::DeskId)
            .into_tuple()
            .all(&self.db)
            .await?;
        let read = |(desk, threads, first)| {
            Ok((desk, u64::try_from(threads).map_err(damaged)?, Hour::from_number(first)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Takes one kind of step wherever it was due.
    async fn take_all(&self, what: Passing, now: Hour, schedule: &Arc<Schedule>) -> Result<u64, DbErr> {
        let (mut steps, mut after) = (0, None);
        loop {
            let page = self.due(what.column(), now, after.as_ref()).await?;
            let Some(last) = page.last() else { return Ok(steps) };
            after = Some(last.clone());
            for (due, id) in &page {
                steps += self.takes(id, what.act(), (now, *due), schedule).await?;
            }
        }
    }

    /// What is due by `column`, the longest first, from the column's index.
    async fn due(
        &self,
        column: thread::Column,
        now: Hour,
        after: Option<&(i64, String)>,
    ) -> Result<Vec<(i64, String)>, DbErr> {
        let mut rows = thread::Entity::find()
            .select_only()
            .columns([column, thread::Column::Id])
            .filter(column.is_not_null())
            .filter(column.lte(now.number()));
        if let Some((due, id)) = after {
            let place = Expr::tuple([Expr::val(*due), Expr::val(id.clone())]);
            rows = rows.filter(Expr::tuple([Expr::col(column), Expr::col(thread::Column::Id)]).gt(place));
        }
        let rows = rows.order_by_asc(column).order_by_asc(thread::Column::Id).limit(PAGE);
        rows.into_tuple().all(&self.db).await
    }

    /// Takes one step; 0 where somebody else was first, or where it is not to be taken any more.
    async fn takes(
        &self,
        id: &str,
        act: Act<'_>,
        (now, due): (Hour, i64),
        schedule: &Arc<Schedule>,
    ) -> Result<u64, DbErr> {
        let id: ThreadId = id.parse().map_err(damaged)?;
        // With both hours: a desk that gets it late may find it due at the very hour at which it climbed before.
        let words = format!("nuanzhan/clock/1 {} {id} {due} {}", act.event().code(), now.number());
        let hash = digest::digest(&digest::SHA256, words.as_bytes()).as_ref().to_vec();
        let request = Request { hour: now, hash, schedule: Arc::clone(schedule) };
        match self.transition(Actor::Clock, &id, act, &request).await {
            Ok(done) => Ok(u64::from(!done.again)),
            Err(Refused::Database(err)) => Err(err),
            Err(_) => Ok(0),
        }
    }

    /// Gives a clock to what came before there were any.
    async fn start_clocks(&self, schedule: &Schedule) -> Result<(), DbErr> {
        let waiting = [State::Received, State::Accepted, State::Answered].map(State::code);
        loop {
            let ids: Vec<String> = thread::Entity::find()
                .select_only()
                .column(thread::Column::Id)
                .filter(thread::Column::DueHour.is_null())
                .filter(Expr::cust(RUNNING))
                .filter(thread::Column::State.is_in(waiting))
                .limit(PAGE)
                .into_tuple()
                .all(&self.db)
                .await?;
            if ids.is_empty() {
                return Ok(());
            }
            for id in ids {
                self.start_clock(&id.parse().map_err(damaged)?, schedule).await?;
            }
        }
    }

    async fn start_clock(&self, id: &ThreadId, schedule: &Schedule) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        let Some(row) = locked(&txn, id).await?.filter(|row| row.due_hour.is_none()) else { return Ok(()) };
        let thread = Thread::read(row.clone())?;
        let matter = Matter { topic: thread.topic.as_deref(), danger: thread.priority.danger };
        let (stage, due) = match thread.state {
            State::Received => (Stage::Accept, schedule.accept(matter, thread.received)),
            State::Accepted => (Stage::Answer, schedule.answer(matter, thread.received)),
            _ => (Stage::Close, schedule.close(matter, thread.received, false)),
        };
        let since = thread.answered.or(thread.accepted).unwrap_or(thread.received);
        let mut row = row.into_active_model();
        wind(&mut row, Some((stage, due)), since);
        row.update(&txn).await?;
        txn.commit().await
    }
}
