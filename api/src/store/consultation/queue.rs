//! The queue of a desk, page by page, in the order of its index: what is on a page is found in an index alone, however rare what is
//! looked for, and no more rows are read than are shown.

use std::collections::BTreeMap;
use std::fmt;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::clock::Hour;
use crate::consultations::register::Channel;
use crate::consultations::state::State;
use crate::desk::member::{Member, Supervisor};
use crate::sealing::binding::Purpose;
use crate::store::Store;
use crate::store::consultation::Thread;
use crate::store::entity::{message, thread};

/// What is not over, in the very words of the indexes: only so do the databases know that an index holds all of it.
pub(super) const RUNNING: &str = "state NOT IN ('closed', 'withdrawn')";

/// What was closed, in the words of its index.
const CLOSED: &str = "state = 'closed'";

/// In what order a queue stands.
const ORDER: [thread::Column; 3] = [thread::Column::Urgency, thread::Column::QueueHour, thread::Column::Id];

/// Which queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// What the desk answers for.
    Own,
    /// What has climbed to it from the desks below.
    Climbed,
    /// What it has closed and what is not destroyed yet.
    Closed,
}

/// What is wanted of a queue: one shelf, and of it what fits everything that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which queue.
    pub shelf: Shelf,
    /// The slug of a topic.
    pub topic: Option<String>,
    /// Where it stands.
    pub state: Option<State>,
    /// How somebody came.
    pub channel: Option<Channel>,
}

/// All of a shelf.
impl From<Shelf> for Wanted {
    fn from(shelf: Shelf) -> Self {
        Self { shelf, topic: None, state: None, channel: None }
    }
}

/// A place in the order of a queue: the page after it begins there. Stays good when its thread is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    urgency: i32,
    hour: i64,
    id: String,
}

/// A page of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// In the order of the green channel, then of deadlines.
    pub items: Vec<Queued>,
    /// Where the next page begins, if there is more.
    pub next: Option<Place>,
}

/// A thread in the queue of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The thread.
    pub thread: Thread,
    /// The hour of its last letter.
    pub last: Hour,
}

/// `urgency.hour.id`, as it goes over the wire.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.urgency, self.hour, self.id)
    }
}

impl Place {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (urgency, rest) = text.split_once('.')?;
        let (hour, id) = rest.split_once('.')?;
        let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
        let (urgency, hour) = (urgency.parse().ok()?, hour.parse().ok()?);
        plain.then(|| Self { urgency, hour, id: id.to_owned() })
    }

    fn of(row: &thread::Model) -> Self {
        Self { urgency: row.urgency, hour: row.queue_hour, id: row.id.clone() }
    }
}

impl Store {
    /// At most `limit` threads that are not over, after `after`: danger first, then children, then the old, the ill and the
    /// pregnant, then by deadline; what has none counts by its arrival.
    pub async fn queue_of(
        &self,
        member: &Member,
        wanted: impl Into<Wanted>,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Queue, DbErr> {
        self.queue_at(member.desk(), &wanted.into(), after, limit).await
    }

    /// The same of a desk below; nothing where the desk is not below.
    pub async fn queue_below(
        &self,
        supervisor: &Supervisor,
        desk: &str,
        wanted: impl Into<Wanted>,
        (after, limit): (Option<&Place>, u32),
    ) -> Result<Option<Queue>, DbErr> {
        let wanted = wanted.into();
        if !self.is_under(desk, supervisor.desk()).await? {
            return Ok(None);
        }
        self.queue_at(desk, &wanted, after, limit).await.map(Some)
    }

    async fn queue_at(
        &self,
        desk: &str,
        wanted: &Wanted,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Queue, DbErr> {
        let mut rows = page(desk, wanted, after, limit).all(&self.db).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(Place::of);
        let last = self.last_letters(&rows).await?;
        let queued = |row: thread::Model| {
            let last = last.get(&row.id).copied().unwrap_or(row.received_hour);
            Ok(Queued { thread: Thread::read(row)?, last: Hour::from_number(last) })
        };
        Ok(Queue { items: rows.into_iter().map(queued).collect::<Result<_, DbErr>>()?, next })
    }

    async fn last_letters(&self, rows: &[thread::Model]) -> Result<BTreeMap<String, i64>, DbErr> {
        let found = message::Entity::find()
            .select_only()
            .column(message::Column::ThreadId)
            .column_as(message::Column::SentHour.max(), "last")
            .filter(message::Column::ThreadId.is_in(rows.iter().map(|row| row.id.as_str())))
            .filter(message::Column::Purpose.eq(Purpose::Letter.code()))
            .group_by(message::Column::ThreadId)
            .into_tuple::<(String, i64)>();
        Ok(found.all(&self.db).await?.into_iter().collect())
    }
}

/// The rows of a page: one more than wanted, to know whether there are more.
fn page(desk: &str, wanted: &Wanted, after: Option<&Place>, limit: u32) -> Select<thread::Entity> {
    let places = places(desk, wanted, after, limit).into_query();
    let mut rows = thread::Entity::find().filter(thread::Column::Id.in_subquery(places));
    for column in ORDER {
        rows = rows.order_by_asc(column);
    }
    rows
}

/// Which rows are on a page. Everything that is asked for here stands in the indexes: rows lie far apart, and of a shelf that is
/// filtered by something rare all would be read.
pub(super) fn places(
    desk: &str,
    wanted: &Wanted,
    after: Option<&Place>,
    limit: u32,
) -> Select<thread::Entity> {
    let at = match wanted.shelf {
        Shelf::Own | Shelf::Closed => thread::Column::DeskId,
        Shelf::Climbed => thread::Column::EscalatedTo,
    };
    let stands = match wanted.shelf {
        Shelf::Own | Shelf::Climbed => Expr::cust(RUNNING),
        Shelf::Closed => Expr::cust(CLOSED),
    };
    let mut rows =
        thread::Entity::find().select_only().column(thread::Column::Id).filter(at.eq(desk)).filter(stands);
    if let Some(Place { urgency, hour, id }) = after {
        let place = Expr::tuple([Expr::val(*urgency), Expr::val(*hour), Expr::val(id.clone())]);
        rows = rows.filter(Expr::tuple(ORDER.map(Expr::col)).gt(place));
    }
    let fits = [
        (thread::Column::Topic, wanted.topic.as_deref()),
        (thread::Column::State, wanted.state.map(State::code)),
        (thread::Column::Channel, wanted.channel.map(Channel::code)),
    ];
    for (column, value) in fits {
        if let Some(value) = value {
            rows = rows.filter(column.eq(value));
        }
    }
    for column in ORDER {
        rows = rows.order_by_asc(column);
    }
    rows.limit(u64::from(limit) + 1)
}
