//! How much is done at once, and how long anything may take.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::published::Published;
use crate::shell::Page;
use crate::state::Limits;

/// Lets requests in, as many at once as there are places.
#[derive(Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    /// Three in four of the places are for requests that bring something. A body that never comes whole keeps its place
    /// for as long as a request may take, and must not keep pages with numbers to dial from being read.
    bringing: Arc<Semaphore>,
    limits: Limits,
    published: Published,
}

impl Gate {
    /// With as many places as `limits` say.
    pub fn new(limits: Limits, published: Published) -> Self {
        let bringing = limits.concurrency - limits.concurrency / 4;
        let places = |count| Arc::new(Semaphore::new(count));
        Self { places: places(limits.concurrency), bringing: places(bringing), limits, published }
    }

    /// A middleware: waits for a place, then for the answer to begin, both within the time a request has. What takes
    /// longer is dropped and answered with “busy”.
    pub async fn pass(State(gate): State<Self>, request: Request, next: Next) -> Response {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_page = !request.uri().path().starts_with("/api/");
        let answer = async {
            let _bringing = if reads { None } else { gate.bringing.acquire().await.ok() };
            let _place = gate.places.acquire().await;
            next.run(request).await
        };
        let answered = tokio::time::timeout(gate.limits.request, answer).await;
        answered.unwrap_or_else(|_| if is_page { gate.busy_page() } else { ApiError::Busy.into_response() })
    }

    /// For people, who may have just sent a letter: whether it arrived is not known, and the numbers help either way.
    fn busy_page(&self) -> Response {
        let main = "<div class=\"read\"><h1>现在人多</h1>\
                    <p class=\"lead\">这一页没有来得及打开。过一会儿刷新这一页，再试一次。</p>\
                    <p>刚才寄了信、没看到回执码的，别按“返回”，刷新。问要不要重新提交，选要：同一封信不会重复。</p>\
                    <p>急的事别等，打 <a href=\"tel:110\">110</a> 或 <a href=\"tel:12338\">12338</a>。</p></div>";
        let page = Page {
            status: StatusCode::SERVICE_UNAVAILABLE,
            title: "现在人多".to_owned(),
            main: main.to_owned(),
        };
        page.dress(&self.published.current().bundle.shell)
    }
}
