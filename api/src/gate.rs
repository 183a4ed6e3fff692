//! How much is done at once, and how long anything may take.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ApiError;
use crate::published::Published;
use crate::shell::Page;
use crate::state::Limits;

/// Lets requests in, as many at once as there are places.
#[derive(Clone)]
pub struct Gate {
    /// Anybody's.
    places: Arc<Semaphore>,
    /// Three in four of those are for requests that bring something. A body that never comes whole keeps its place
    /// for as long as a request may take, and must not keep pages with numbers to dial from being read.
    bringing: Arc<Semaphore>,
    /// Besides those, places of their own for those whom a flood of letters, sign-ins or searches must not keep out.
    desk: Arc<Semaphore>,
    replies: Arc<Semaphore>,
    limits: Limits,
    published: Published,
}

/// The asker's addresses that lead to a thread which is there already.
const REPLIES: [&str; 6] = [
    "/ask/reply/",
    "/api/v1/consultations/open",
    "/api/v1/consultations/messages",
    "/api/v1/consultations/consent",
    "/api/v1/consultations/feedback",
    "/api/v1/consultations/withdraw",
];

impl Gate {
    /// With as many places as `limits` say; one in eight is the desk's, one in eight for replies.
    pub fn new(limits: Limits, published: Published) -> Self {
        let kept = limits.concurrency / 8;
        let common = limits.concurrency - 2 * kept;
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            places: places(common),
            bringing: places(common - common / 4),
            desk: places(kept.max(1)),
            replies: places(kept.max(1)),
            limits,
            published,
        }
    }

    /// A middleware: waits for a place, then for the answer to begin, both within the time a request has. What takes
    /// longer is dropped and answered with “busy”.
    pub async fn pass(State(gate): State<Self>, request: Request, next: Next) -> Response {
        let is_page = !request.uri().path().starts_with("/api/");
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let own = gate.kept_for(&request);
        let answer = async {
            let _place = gate.place(reads, own).await;
            next.run(request).await
        };
        let answered = tokio::time::timeout(gate.limits.request, answer).await;
        answered.unwrap_or_else(|_| if is_page { gate.busy_page() } else { ApiError::Busy.into_response() })
    }

    /// Waits for a place: one of its own where there is any for such a request, or anybody's, whichever is free first.
    async fn place<'a>(
        &'a self,
        reads: bool,
        own: Option<&'a Semaphore>,
    ) -> [Option<SemaphorePermit<'a>>; 2] {
        let anybodys = async {
            let bringing = if reads { None } else { self.bringing.acquire().await.ok() };
            [bringing, self.places.acquire().await.ok()]
        };
        let Some(own) = own else { return anybodys.await };
        tokio::select! {
            biased;
            own = own.acquire() => [None, own.ok()],
            anybodys = anybodys => anybodys,
        }
    }

    /// Whoever shows no session has no place at the desk yet: names and passphrases can be made up for ever. Whether the one that
    /// is shown lives is for the desk to find out, which is one question to the database.
    fn kept_for(&self, request: &Request) -> Option<&Semaphore> {
        let path = request.uri().path();
        if path.starts_with("/api/v1/desk/") && request.headers().contains_key(header::COOKIE) {
            return Some(&self.desk);
        }
        REPLIES.iter().any(|reply| path.starts_with(reply)).then_some(&self.replies)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_that_leads_to_a_thread_has_places_of_its_own() {
        let api: serde_json::Value = serde_json::from_str(&crate::routes::document()).unwrap();
        let paths = api["paths"].as_object().unwrap().iter();
        // Choosing a desk is what a new letter begins with.
        let brings = |(path, methods): (&String, &serde_json::Value)| {
            let thread = path.starts_with("/api/v1/consultations/") && !path.ends_with("/desk");
            (thread && methods.get("post").is_some()).then(|| path.clone())
        };
        let brought: Vec<String> = paths.filter_map(brings).collect();
        assert!(brought.len() > 4, "{brought:?}");
        for path in brought {
            assert!(REPLIES.contains(&path.as_str()), "{path}");
        }
    }
}
