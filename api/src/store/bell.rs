//! Tells whoever listens in this process that a consultation has changed: which sort of change, which consultation, at which
//! desks. Never what: whoever hears it asks, and is answered by what they may see.
//!
//! Start at [`Bell::listen`]. It is rung after a change is on the disk ([`Store::announce`]). On SQLite there is one process.
//! On PostgreSQL the database carries it (`NOTIFY`) to all processes, this one too ([`Store::hear`]). A ring that is lost is
//! no harm: pages ask every minute all the same, so nothing waits for one and nothing fails for want of one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::consultations::state::Event;
use crate::sealing::binding::ThreadId;
use crate::store::Store;

/// How many changes a page may be behind before it has to look for itself.
const BEHIND: usize = 256;

/// How long to rest before trying to listen to the database again.
const REST: Duration = Duration::from_secs(5);

/// The channel of PostgreSQL: one for each schema, and short enough for a name.
const CHANNEL: &str = "'nuanzhan_' || md5(current_schema())";

/// Rings for everybody who listens in this process. Cheap to clone; every clone is the same bell.
#[derive(Debug, Clone)]
pub struct Bell(Arc<Mutex<Option<Sender<Ring>>>>);

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ring {
    /// Something has changed.
    Changed(Change),
    /// Something may have been missed: whoever hears it looks for themselves.
    Look,
}

/// That something happened to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What sort of thing.
    pub event: Event,
    /// To which.
    pub thread: ThreadId,
    /// The desks that see it, or saw it before.
    pub desks: BTreeSet<String>,
}

impl Bell {
    /// What is to come; nothing where the service is about to stop, or `most` listen already.
    pub fn listen(&self, most: usize) -> Option<Receiver<Ring>> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().filter(|sender| sender.receiver_count() < most).map(Sender::subscribe)
    }

    /// Ends what everybody listens to: the service is about to stop.
    pub fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn ring(&self, ring: Ring) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may be listening.
        let _heard = sender.as_ref().map(|sender| sender.send(ring));
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Some(channel(BEHIND).0))))
    }
}

impl Change {
    /// `event thread desk desk …`: codes and ids, none of which has a blank in it.
    fn written(&self) -> String {
        let desks: Vec<&str> = self.desks.iter().map(String::as_str).collect();
        format!("{} {} {}", self.event.code(), self.thread, desks.join(" "))
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (event, thread) = (Event::parse(words.next()?)?, words.next()?.parse().ok()?);
        Some(Self { event, thread, desks: words.map(str::to_owned).collect() })
    }
}

impl Store {
    /// The bell of this process.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Rings for a change that is on the disk.
    pub(super) async fn announce(&self, change: Change) {
        if self.db.get_database_backend() != DatabaseBackend::Postgres {
            self.bell.ring(Ring::Changed(change));
            return;
        }
        let notify = format!("SELECT pg_notify({CHANNEL}, $1)");
        let values = [change.written().into()];
        let notify = Statement::from_sql_and_values(DatabaseBackend::Postgres, notify, values);
        // The change is made; that nobody hears of it at once must not look as if it were not.
        let _unheard = self.db.execute_raw(notify).await;
    }

    /// Hears what all processes of the site announce, until it is dropped. On SQLite there is nothing to hear.
    pub async fn hear(&self) {
        while self.db.get_database_backend() == DatabaseBackend::Postgres {
            // Why it broke off shows where it matters, at the next letter: then the database answers nobody.
            let _broken = self.hear_out().await;
            self.bell.ring(Ring::Look);
            tokio::time::sleep(REST).await;
        }
    }

    async fn hear_out(&self) -> Result<(), DbErr> {
        let broken = |err: sea_orm::sqlx::Error| DbErr::Custom(err.to_string());
        let asked = Statement::from_string(DatabaseBackend::Postgres, format!("SELECT {CHANNEL}"));
        let row = self.db.query_one_raw(asked).await?;
        let name: String =
            row.ok_or_else(|| DbErr::RecordNotFound(CHANNEL.to_owned()))?.try_get_by_index(0)?;
        let pool = self.db.get_postgres_connection_pool();
        let mut listener = PgListener::connect_with(pool).await.map_err(broken)?;
        listener.listen(&name).await.map_err(broken)?;
        // What was announced before is over.
        self.bell.ring(Ring::Look);
        loop {
            // Nothing: the connection was lost and is there again.
            let heard = listener.try_recv().await.map_err(broken)?;
            let change = heard.and_then(|heard| Change::read(heard.payload()));
            self.bell.ring(change.map_or(Ring::Look, Ring::Changed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    fn change() -> Change {
        let thread = "0123456789abcdef0123456789abcdef".parse().unwrap();
        Change { event: Event::AskBack, thread, desks: ["county", "city"].map(str::to_owned).into() }
    }

    #[test]
    fn what_the_database_carries_is_codes_and_ids_and_reads_back() {
        assert_eq!(change().written(), "ask_back 0123456789abcdef0123456789abcdef city county");
        assert_eq!(Change::read(&change().written()), Some(change()));
        for nonsense in ["", "ask_back", "ask_back x city", "sing 0123456789abcdef0123456789abcdef city"] {
            assert_eq!(Change::read(nonsense), None, "{nonsense}");
        }
    }

    #[tokio::test]
    async fn the_bell_ends_and_is_not_for_more_than_so_many() {
        let bell = Bell::default();
        let mut one = bell.listen(1).unwrap();
        assert!(bell.listen(1).is_none(), "one is enough");
        bell.ring(Ring::Look);
        assert_eq!(one.recv().await, Ok(Ring::Look));
        bell.end();
        assert!(one.recv().await.is_err() && bell.listen(2).is_none());
    }

    #[tokio::test]
    async fn what_one_process_does_another_one_hears() {
        let Some(url) = testing::postgres_url() else { return };
        let schema = testing::new_schema(&url).await;
        let (one, other) = (Store::open(&schema).await.unwrap(), Store::open(&schema).await.unwrap());
        let elsewhere = Store::open(&testing::new_schema(&url).await).await.unwrap();
        let (mut inbox, mut silent) = (other.bell.listen(9).unwrap(), elsewhere.bell.listen(9).unwrap());
        let heard = async {
            // Both say so when they have begun to listen.
            assert_eq!((inbox.recv().await, silent.recv().await), (Ok(Ring::Look), Ok(Ring::Look)));
            one.announce(change()).await;
            let heard = inbox.recv().await;
            assert!(silent.try_recv().is_err(), "another site in the same database hears nothing");
            heard
        };
        let ears = async { tokio::join!(other.hear(), elsewhere.hear()) };
        let heard = tokio::select! {
            heard = tokio::time::timeout(Duration::from_secs(20), heard) => heard.unwrap(),
            _ = ears => unreachable!("they listen for as long as they run"),
        };
        assert_eq!(heard, Ok(Ring::Changed(change())));
        other.close().await.unwrap();
    }
}
