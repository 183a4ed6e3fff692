//! Puts a release into Meilisearch: built beside the live index, proved, swapped in at once.
//!
//! Start at [`publish`]: it is the order of events. Killed at any point it leaves the live index as it was, or the new
//! one; what lies beside is cleared by the next run.

use std::time::Duration;

use meilisearch_sdk::client::SwapIndexes;
use meilisearch_sdk::indexes::IndexesQuery;
use meilisearch_sdk::request::{HttpClient as _, Method};
use meilisearch_sdk::task_info::TaskInfo;
use serde::Deserialize;
use serde_json::Value;

use super::check_index;
use super::connection::Connection;
use super::document::Release;
use super::error::MeiliError;

/// How many documents are sent at a time.
const BATCH: usize = 2_000;

/// How long to wait before looking again whether a task is done: at first, and at most.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOK_AGAIN_AT_MOST: Duration = Duration::from_secs(1);

/// The characters of a digest.
const DIGEST: usize = 16;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The live index had this release already.
    Already,
    /// It has it now. So many records are in it.
    Now(usize),
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An index that an earlier run left behind is cleared away.
    Clearing(String),
    /// The new index is set up.
    SettingUp(String),
    /// So many documents have been sent, of so many.
    Sent(usize, usize),
    /// So many have been indexed, of so many.
    Indexed(usize, usize),
    /// The new index takes the place of the live one.
    Swapping,
}

/// Makes `index` hold `release`, and says how far it is.
pub async fn publish(
    connection: &Connection,
    index: &str,
    release: &Release<'_>,
    tell: &mut (dyn FnMut(Step) + Send),
) -> Result<Published, MeiliError> {
    check_index(index)?;
    let publisher = Publisher { connection, index, beside: format!("{index}_{}", release.digest().as_str()) };
    let is_live = publisher.is_live(release).await?;
    publisher.clear(tell).await?;
    if is_live {
        return Ok(Published::Already);
    }
    publisher.build(release, tell).await?;
    publisher.prove(release).await?;
    tell(Step::Swapping);
    publisher.swap().await?;
    Ok(Published::Now(release.count() - 1))
}

struct Publisher<'a> {
    connection: &'a Connection,
    index: &'a str,
    /// The index that is built.
    beside: String,
}

/// What the server says of a task.
#[derive(Debug, Deserialize)]
struct TaskIn {
    status: String,
    #[serde(default)]
    error: Option<TaskErrorIn>,
}

#[derive(Debug, Deserialize)]
struct TaskErrorIn {
    code: String,
}

impl Publisher<'_> {
    /// Whether the live index holds the release: the document that stands for it is there.
    async fn is_live(&self, release: &Release<'_>) -> Result<bool, MeiliError> {
        let digest = release.digest().as_str();
        let found = self
            .connection
            .patiently(async |client| client.index(self.index).get_document::<Value>(digest).await.map(drop))
            .await;
        match found {
            Ok(()) => Ok(true),
            Err(MeiliError::NoIndex) => Ok(false),
            Err(MeiliError::Refused { code, .. }) if code == "document_not_found" => Ok(false),
            Err(err) => Err(err),
        }
    }

    /// Removes what earlier runs left behind.
    async fn clear(&self, tell: &mut (dyn FnMut(Step) + Send)) -> Result<(), MeiliError> {
        for name in self.left_behind().await? {
            tell(Step::Clearing(name.clone()));
            self.remove(&name).await?;
        }
        Ok(())
    }

    async fn left_behind(&self) -> Result<Vec<String>, MeiliError> {
        let mut names = Vec::new();
        for offset in (0..).step_by(1_000) {
            let page = self.connection.patiently(async |client| {
                IndexesQuery::new(client).with_offset(offset).with_limit(1_000).execute().await
            });
            let page = page.await?.results;
            let is_last = page.len() < 1_000;
            names.extend(page.into_iter().map(|index| index.uid));
            if is_last {
                break;
            }
        }
        names.retain(|name| self.is_beside(name));
        Ok(names)
    }

    /// Whether an index of this name is one that a run made beside the live one.
    fn is_beside(&self, name: &str) -> bool {
        let digest = name.strip_prefix(self.index).and_then(|rest| rest.strip_prefix('_'));
        digest.is_some_and(|digest| {
            digest.len() == DIGEST && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    }

    async fn build(
        &self,
        release: &Release<'_>,
        tell: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), MeiliError> {
        let beside = self.beside.as_str();
        tell(Step::SettingUp(beside.to_owned()));
        self.create(beside).await?;
        self.done(&self.set_up(release).await?, "settings").await?;

        let (mut sent, mut tasks) = (0, Vec::new());
        for batch in release.batches(BATCH) {
            let add = async |client: &meilisearch_sdk::client::Client| {
                client.index(beside).add_documents(&batch, Some("id")).await
            };
            tasks.push((self.connection.patiently(add).await?, batch.len()));
            sent += batch.len();
            tell(Step::Sent(sent, release.count()));
        }
        let mut indexed = 0;
        for (task, count) in tasks {
            self.done(&task, "documents").await?;
            indexed += count;
            tell(Step::Indexed(indexed, release.count()));
        }
        Ok(())
    }

    async fn set_up(&self, release: &Release<'_>) -> Result<TaskInfo, MeiliError> {
        let path = format!("{}/indexes/{}/settings", self.connection.url(), self.beside);
        let send = async |_: &meilisearch_sdk::client::Client| {
            let method = Method::Patch { query: (), body: release.settings() };
            self.connection.http().request::<(), _, TaskInfo>(&path, method, 202).await
        };
        self.connection.patiently(send).await
    }

    /// Whether the new index is all there. Another run may have cleared it away meanwhile, and what was sent after that
    /// would have made one without settings.
    async fn prove(&self, release: &Release<'_>) -> Result<(), MeiliError> {
        let stats = self.connection.patiently(async |client| client.index(&self.beside).get_stats().await);
        let found = stats.await?.number_of_documents;
        let shown = self
            .connection
            .patiently(async |client| client.index(&self.beside).get_displayed_attributes().await)
            .await?;
        let expected = release.count();
        if found == expected && shown == ["id"] {
            Ok(())
        } else {
            Err(MeiliError::Incomplete { expected, found })
        }
    }

    async fn swap(&self) -> Result<(), MeiliError> {
        // The first time there is nothing to swap with.
        self.create(self.index).await?;
        let pair = SwapIndexes { indexes: (self.index.to_owned(), self.beside.clone()), rename: None };
        let task = self.connection.patiently(async |client| client.swap_indexes([&pair]).await).await?;
        self.done(&task, "swap").await?;
        self.remove(&self.beside).await
    }

    /// Makes an empty index where there is none of this name.
    async fn create(&self, name: &str) -> Result<(), MeiliError> {
        let task =
            self.connection.patiently(async |client| client.create_index(name, Some("id")).await).await?;
        match self.done(&task, "create").await {
            Err(MeiliError::Task { code, .. }) if code == "index_already_exists" => Ok(()),
            done => done,
        }
    }

    async fn remove(&self, name: &str) -> Result<(), MeiliError> {
        let task = self.connection.patiently(async |client| client.delete_index(name).await).await?;
        match self.done(&task, "delete").await {
            Err(MeiliError::Task { code, .. }) if code == "index_not_found" => Ok(()),
            done => done,
        }
    }

    /// Waits until a task has been done. However long it takes: whoever waits sees how far it is, and may stop.
    async fn done(&self, task: &TaskInfo, what: &str) -> Result<(), MeiliError> {
        let path = format!("{}/tasks/{}", self.connection.url(), task.task_uid);
        let look = async |_: &meilisearch_sdk::client::Client| {
            let method = Method::<(), ()>::Get { query: () };
            self.connection.http().request::<(), (), TaskIn>(&path, method, 200).await
        };
        let mut pause = LOOK_AGAIN;
        loop {
            let TaskIn { status, error } = self.connection.patiently(look).await?;
            match status.as_str() {
                "succeeded" => return Ok(()),
                "enqueued" | "processing" => tokio::time::sleep(pause).await,
                _ => {
                    let code = error.map_or(status, |error| error.code);
                    return Err(MeiliError::Task { what: what.to_owned(), code });
                }
            }
            pause = (pause * 2).min(LOOK_AGAIN_AT_MOST);
        }
    }
}
