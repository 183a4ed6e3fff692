//! The Meilisearch server that the settings name.

use std::sync::Arc;

use anyhow::Context as _;
use search::text::Engine;
use search::text::embedded::Embedded;
use search::text::meili::{Connection, Meili};

use super::Meilisearch;

/// The variable of the environment that holds a key with the rights to publish. Nowhere else: it has no business in a
/// file, and none with the service.
pub const ADMIN_KEY: &str = "NUANZHAN_MEILI_ADMIN_KEY";

/// How much longer than a request's deadline the connection would wait by itself: never the first to give up.
const SLACK: u32 = 2;

/// How long publishing waits for one answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);

/// A server and the index of this site.
pub(super) struct Server {
    connection: Connection,
    index: String,
}

impl Server {
    pub(super) fn new(settings: &Meilisearch) -> anyhow::Result<Self> {
        let connection = Connection::new(&settings.url, &settings.key, settings.deadline * SLACK);
        let connection = connection.context("设置 search.meili_url 或 search.meili_key 有误")?;
        let empty = Arc::new(Embedded::new(search::text::embedded::Index::build(&[], &[]), Vec::new())?);
        Meili::new(connection.clone(), &settings.index, empty).context("设置 search.meili_index 有误")?;
        Ok(Self { connection, index: settings.index.clone() })
    }

    /// The engine for a release.
    pub(super) fn engine(&self, embedded: Arc<Embedded>) -> Arc<dyn Engine> {
        let engine = Meili::new(self.connection.clone(), &self.index, embedded);
        Arc::new(engine.expect("`new` has tried the name of the index"))
    }
}

/// A connection with the rights to publish: the key comes from [`ADMIN_KEY`].
pub fn administrator(settings: &Meilisearch, key: Option<String>) -> anyhow::Result<Connection> {
    anyhow::ensure!(
        !settings.url.is_empty(),
        "还没有设置 Meilisearch 的地址：在 nuanzhan.toml 的 [search] 里写 meili_url，或者设环境变量 NUANZHAN_SEARCH_MEILI_URL"
    );
    let key = key.filter(|key| !key.is_empty()).with_context(|| {
        format!("要有管理用的钥匙才能做这件事：放在环境变量 {ADMIN_KEY} 里（Meilisearch 的 master key，或者能建索引的钥匙）")
    })?;
    Connection::new(&settings.url, &key, PATIENCE).context("连不上 Meilisearch")
}
