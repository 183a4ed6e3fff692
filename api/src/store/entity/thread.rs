//! One consultation: what is known of it in the clear.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread")]
pub struct Model {
    /// Random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The desk that answers for it.
    pub desk_id: String,
    /// See `consultations::state`.
    pub state: String,
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
    /// The slug of a topic, if the asker chose one.
    pub topic: Option<String>,
    /// The division, if the asker chose one.
    pub region: Option<String>,
    /// Hour of arrival.
    pub received_hour: i64,
    /// The member who accepted it.
    pub first_responder: Option<String>,
    /// Whether the receipt was ever typed back: from then on a form sent again does not show it again.
    pub typed_back: bool,
    /// HMAC of the locator under a key that is not in this database.
    pub locator_hash: Vec<u8>,
    /// Recognises a form that is sent again. Its key is never written down.
    pub request_hash: Option<Vec<u8>>,
    /// What messages for the asker are sealed to.
    pub public_key: Vec<u8>,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
