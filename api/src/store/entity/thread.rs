//! One consultation: what is known of it in the clear.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and a column")]
pub struct Model {
    /// Random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The desk that answers for it.
    pub desk_id: String,
    /// The desk above that it has climbed to, because it was overdue.
    pub escalated_to: Option<String>,
    /// See `consultations::register::Channel`.
    pub channel: String,
    /// See `consultations::state`.
    pub state: String,
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
    /// Old, disabled, pregnant or gravely ill.
    pub vulnerable: bool,
    /// The slug of a topic, if the asker chose one.
    pub topic: Option<String>,
    /// The division, if the asker chose one.
    pub region: Option<String>,
    /// Hour of arrival.
    pub received_hour: i64,
    /// Hour in which somebody first accepted it.
    pub accepted_hour: Option<i64>,
    /// Hour of the first answer.
    pub answered_hour: Option<i64>,
    /// Hour of closing.
    pub closed_hour: Option<i64>,
    /// From this hour on it is overdue.
    pub due_hour: Option<i64>,
    /// From this hour on it climbs to the next desk above; nothing where nobody above is left to be told.
    pub climb_hour: Option<i64>,
    /// From this hour on it closes by itself, because it waits for the asker.
    pub lapse_hour: Option<i64>,
    /// From this hour on it is to be destroyed.
    pub purge_hour: Option<i64>,
    /// What is overdue then: `accept`, `answer` or `close`.
    pub due_stage: Option<String>,
    /// The member who accepted it.
    pub first_responder: Option<String>,
    /// What came of it. See `consultations::register::Ending`.
    pub outcome: Option<String>,
    /// Marked for mediation.
    pub mediation: bool,
    /// Marked for legal aid.
    pub legal_aid: bool,
    /// Marked for psychological support.
    pub psychological: bool,
    /// The asker agrees that it becomes a case digest.
    pub consent: bool,
    /// Whether it helped, where somebody said.
    pub helped: Option<bool>,
    /// Whether the receipt was ever typed back: from then on a form sent again does not show it again.
    pub typed_back: bool,
    /// HMAC of the locator under a key that is not in this database. Who came in person has none.
    pub locator_hash: Option<Vec<u8>>,
    /// What messages for the asker are sealed to. Who came in person has none.
    pub public_key: Option<Vec<u8>>,
    /// The desk has said why it needs longer, since she last wrote and since it came to this desk.
    pub extended: bool,
    /// Made of danger, child and vulnerable by the database: 0 comes first in the queue.
    pub urgency: i32,
    /// Made by the database: when it is due, or when it came where nothing is due.
    pub queue_hour: i64,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
