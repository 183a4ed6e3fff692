//! The way to a Meilisearch server: where it is, the key, how long to wait, what to try again.

use std::fmt;
use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient as _, Method};
use meilisearch_sdk::reqwest::ReqwestClient;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::MeiliError;

/// How often something that may pass is tried, the first time included.
const TRIES: u32 = 6;

/// How long to wait before the second try; twice as long before each one after it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// A server and a key to it. Cheap to clone; every clone shares the connections.
#[derive(Clone)]
pub struct Connection {
    url: String,
    http: ReqwestClient,
    client: Client,
    patience: Duration,
}

impl Connection {
    /// A connection to the server at `url` (no slash at the end), which is given `patience` for each answer.
    pub fn new(url: &str, key: &str, patience: Duration) -> Result<Self, MeiliError> {
        let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let is_address = |host: &str| {
            !host.is_empty()
                && !host.ends_with('/')
                && !host.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if !host.is_some_and(is_address) {
            return Err(MeiliError::Address(url.to_owned()));
        }
        // The SDK would panic at a key that can't stand in a header.
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(MeiliError::Key);
        }
        let key = Some(key).filter(|key| !key.is_empty());
        let http = ReqwestClient::new(key)?;
        let client = Client::new_with_client(url, key, http.clone());
        Ok(Self { url: url.to_owned(), http, client, patience })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// For what the SDK's own client knows no question for.
    pub(super) fn http(&self) -> &ReqwestClient {
        &self.http
    }

    /// Sends `body` to `path` once, and once more where the connection had been closed meanwhile.
    pub(super) async fn post<In, Out>(&self, path: &str, body: &In) -> Result<Out, MeiliError>
    where
        In: Serialize + Send + Sync,
        Out: DeserializeOwned + Send + 'static,
    {
        let url = format!("{}{path}", self.url);
        let ask = || self.http.request::<(), &In, Out>(&url, Method::Post { query: (), body }, 200);
        let twice = async {
            match ask().await {
                Err(Error::HttpError(_)) => ask().await,
                answer => answer,
            }
        };
        match tokio::time::timeout(self.patience, twice).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(MeiliError::Slow),
        }
    }

    /// Asks until there is an answer, or until it is clear that there will be none.
    pub(super) async fn patiently<T>(
        &self,
        ask: impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, MeiliError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.once(&ask).await {
                Err(err) if err.may_pass() => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            pause *= 2;
        }
        self.once(&ask).await
    }

    async fn once<T>(&self, ask: &impl AsyncFn(&Client) -> Result<T, Error>) -> Result<T, MeiliError> {
        match tokio::time::timeout(self.patience, ask(&self.client)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(MeiliError::Slow),
        }
    }
}

/// The key is a secret.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("url", &self.url).finish_non_exhaustive()
    }
}
