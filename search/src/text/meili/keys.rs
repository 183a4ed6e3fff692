//! The key that a server needs to ask questions, and that can do nothing else.

use meilisearch_sdk::key::{Action, Key, KeyBuilder, KeysQuery};

use super::check_index;
use super::connection::Connection;
use super::error::MeiliError;

/// A key that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMade {
    /// The key itself: a secret.
    pub key: String,
    /// How many keys of the same name no longer open anything.
    pub revoked: usize,
    /// How many keys of the same name still do.
    pub others: usize,
}

/// Makes a key that may search `index` and nothing else; with `revoke` the earlier ones for it are taken back. The name
/// of the index stays when its content is swapped, so the key does too.
pub async fn search_key(connection: &Connection, index: &str, revoke: bool) -> Result<KeyMade, MeiliError> {
    check_index(index)?;
    let name = format!("nuanzhan search {index}");
    let earlier = earlier(connection, &name).await?;
    let mut wanted = KeyBuilder::new();
    wanted.with_name(&name).with_action(Action::Search).with_index(index);
    let made = connection.patiently(async |client| client.create_key(&wanted).await).await?;
    let mut revoked = 0;
    for key in earlier.iter().filter(|_| revoke) {
        connection.patiently(async |client| client.delete_key(key).await).await?;
        revoked += 1;
    }
    Ok(KeyMade { key: made.key, revoked, others: earlier.len() - revoked })
}

/// The keys of this name.
async fn earlier(connection: &Connection, name: &str) -> Result<Vec<Key>, MeiliError> {
    const PAGE: usize = 100;
    let mut keys = Vec::new();
    for offset in (0..).step_by(PAGE) {
        let mut query = KeysQuery::new();
        query.with_offset(offset).with_limit(PAGE);
        let page = connection.patiently(async |client| client.get_keys_with(&query).await).await?.results;
        let is_last = page.len() < PAGE;
        keys.extend(page.into_iter().filter(|key| key.name.as_deref() == Some(name)));
        if is_last {
            break;
        }
    }
    Ok(keys)
}
