//! A flood of junk on a running server, as a test and a measurement send it: forms, letters without work, receipts, locators,
//! sign-ins, and pages and streams for nobody. Start at [`shapes`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::http::Client;
use crate::load::{self, Junk, Load};
use crate::sealed::{Letter, Sealing};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// What a flooder without work can send, in the shapes that get furthest: each is right in everything but what only work, a receipt
/// or a passphrase can make right.
///
/// # Errors
///
/// When the server does not say to whom letters are sealed.
pub fn shapes(base: &str) -> anyhow::Result<Vec<Junk>> {
    let client = Client::new(base);
    let post = |path, media_type, body: String| Junk::Post { path, media_type, body };
    let letters = unpaid(&client)?.into_iter().map(|letter| post(letter.path, JSON, letter.body.to_string()));
    let nobody = json!({ "locator": BASE64_STANDARD.encode([7; 32]) });
    let sign_in = json!({ "member": "nobody", "login": BASE64_STANDARD.encode([0; 32]) });
    let others = [
        post("/ask/", FORM, "text=%E4%B9%B1%E5%86%99%E7%9A%84%E5%AD%97&danger=1".to_owned()),
        Junk::Get("/api/v1/consultations/challenge"),
        post("/ask/reply/", FORM, "receipt=0000+0000+0000+0000+0000".to_owned()),
        post("/api/v1/consultations/open", JSON, nobody.to_string()),
        post("/api/v1/desk/sessions", JSON, sign_in.to_string()),
        Junk::Get("/desk/"),
        Junk::Get("/api/v1/desk/events"),
    ];
    Ok(letters.chain(others).collect())
}

/// Two letters whose fields are all right, to the right readers: without any work, and with a real challenge and a wrong solution.
fn unpaid(client: &Client) -> anyhow::Result<[Letter; 2]> {
    let without = Sealing::at(client.clone())?.unpaid()?;
    let mut wrong = without.clone();
    let challenge = client.get("/api/v1/consultations/challenge")?.json()?;
    wrong.body["work"] =
        json!({ "challenge": challenge, "solution": { "counter": 1, "derivedKey": "00".repeat(32) } });
    Ok([without, wrong])
}

/// A flood that goes on until it is ended or dropped.
pub struct Flood {
    over: Arc<AtomicBool>,
    sending: Option<JoinHandle<anyhow::Result<Load>>>,
}

impl Flood {
    /// Begins to send so much junk a second, of all [`shapes`] in turns, over so many connections: as long as one waits for an
    /// answer, it sends nothing.
    ///
    /// # Errors
    ///
    /// As [`shapes`].
    pub fn begin(base: &str, rate: u32, callers: usize) -> anyhow::Result<Self> {
        let junk = shapes(base)?;
        let over = Arc::new(AtomicBool::new(false));
        let (base, told) = (base.to_owned(), over.clone());
        let sending = std::thread::spawn(move || load::flood(&base, &junk, (rate, callers), &told));
        Ok(Self { over, sending: Some(sending) })
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
