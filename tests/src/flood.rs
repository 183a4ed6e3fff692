//! A flood of junk on a running server, as a test and a measurement send it: forms, letters without work, receipts, sign-ins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Context as _;

use crate::load::{self, Junk, Load};

/// What a flooder without work can send, in the shapes that get furthest.
const JUNK: [Junk<'_>; 4] = [
    Junk {
        path: "/ask/",
        media_type: "application/x-www-form-urlencoded",
        body: "text=%E4%B9%B1%E5%86%99%E7%9A%84%E5%AD%97&danger=1",
    },
    Junk {
        path: "/api/v1/consultations",
        media_type: "application/json",
        body: "{\"id\":\"00000000000000000000000000000000\",\"desk\":\"shili-city\",\"danger\":true,\"locator\":\"\",\
               \"public_key\":\"\",\"content\":\"\",\"keys\":[],\"request_key\":\"0000000000000000\"}",
    },
    Junk {
        path: "/ask/reply/",
        media_type: "application/x-www-form-urlencoded",
        body: "receipt=0000+0000+0000+0000+0000",
    },
    Junk {
        path: "/api/v1/desk/sessions",
        media_type: "application/json",
        body: "{\"member\":\"nobody\",\"login\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
    },
];

/// A flood that goes on until it is ended or dropped.
pub struct Flood {
    over: Arc<AtomicBool>,
    sending: Option<JoinHandle<anyhow::Result<Load>>>,
}

impl Flood {
    /// Begins to send so much junk a second, over so many connections: as long as one waits for an answer, it sends nothing.
    pub fn begin(base: &str, rate: u32, callers: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (base, told) = (base.to_owned(), over.clone());
        let sending = std::thread::spawn(move || load::flood(&base, &JUNK, (rate, callers), &told));
        Self { over, sending: Some(sending) }
    }

    /// Ends it; how it went.
    ///
    /// # Errors
    ///
    /// When the server hung up on the flood.
    pub fn end(mut self) -> anyhow::Result<Load> {
        self.over.store(true, Ordering::Relaxed);
        let sending = self.sending.take().context("a flood ends once")?;
        sending.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}
