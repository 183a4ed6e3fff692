//! A receiver of webhooks, for tests: a real server on this machine that keeps what it hears and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request as it was heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// The server; ends with this.
pub(crate) struct Receiver {
    pub(crate) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    heard: Mutex<Vec<Heard>>,
    answers: Mutex<VecDeque<(u16, String)>>,
}

impl Receiver {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?key=geheim", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let app = Router::new().fallback(hear).with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, shared, task }
    }

    /// Answers the next request so; after the last of these everything is taken.
    pub(crate) fn answers(&self, status: u16, body: &str) {
        self.shared.answers.lock().unwrap().push_back((status, body.to_owned()));
    }

    /// What was heard since it was asked last.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.shared.heard.lock().unwrap())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hear(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    shared.heard.lock().unwrap().push(Heard { path: uri.to_string(), headers, body });
    let answer = shared.answers.lock().unwrap().pop_front();
    let (status, body) = answer.unwrap_or((200, "{\"errcode\":0,\"code\":0}".to_owned()));
    (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, "/elsewhere")], body).into_response()
}
