//! A member of a desk.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// Random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The desk.
    pub desk_id: String,
    /// Unique over the site: members sign in with it.
    pub name: String,
    /// Stretches the passphrase.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2 for the passphrase.
    pub rounds: i32,
    /// Argon2id of the login value, as a PHC string.
    pub login_hash: String,
    /// An uncompressed point.
    pub public_key: Vec<u8>,
    /// The private key, wrapped under a key from the passphrase.
    pub wrapped_key: Vec<u8>,
    /// See `desk::role`.
    pub role: String,
    /// The secret of the second factor, sealed under a key of the secrets file.
    pub totp_secret: Option<Vec<u8>>,
    /// Hour in which the member left. They stay in the table, so that what they did has a name.
    pub removed_hour: Option<i64>,
    /// Whether a head, or the key on paper, has let the member in. Before that they can sign in and do nothing else.
    pub admitted: bool,
}

/// Rows are joined by hand, in the store.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
