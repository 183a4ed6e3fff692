//! `/ask/reply/`: the receipt opens the thread; a pass lets one more message in.
//!
//! A right receipt and a wrong one cost the same: the stretching always, the same questions to the database, one opening
//! at least, and an answer that leaves at a moment settled before the database was asked
//! (`docs/decisions/0006-same-work-for-wrong-receipts.md`).

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::clock::Hour;
use crate::consultations::history;
use crate::consultations::letter::{LONGEST_TEXT, too_long, unix_lines};
use crate::consultations::page::{self, Line, ThreadPage, Trouble};
use crate::consultations::pass::{self, Pass};
use crate::consultations::post::Post;
use crate::consultations::receipt::Receipt;
use crate::consultations::state::{Event, State as Standing};
use crate::consultations::stretch::{Stretched, ThreadKey};
use crate::effort::{Crowded, Steps};
use crate::extract::Fields;
use crate::limit::Network;
use crate::published::Release;
use crate::sealing::binding::{Sender, ThreadId};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::PublicKey;
use crate::shell::Page;
use crate::site;
use crate::state::AppState;
use crate::store::consultation::{Act, Actor, Refused, Request as Sent, StoredMessage, Thread, Writing};

/// Wrong receipts of one network in an hour before its next tries go through the slow lane.
const WRONG_AT_ONCE: u32 = 10;

/// `GET /ask/reply/`: the published page, not to be kept.
pub async fn show(State(app): State<AppState>, request: Request) -> Response {
    let mut response = site::serve(State(app.published), request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /ask/reply/message`: whoever comes here by hand has no pass.
pub async fn back() -> Redirect {
    Redirect::to("/ask/reply/")
}

/// `POST /ask/reply/`: opens a thread.
pub async fn open(State(app): State<AppState>, request: Request) -> Response {
    let release = app.published.current();
    let answer = match Post::take(&app, request).await {
        Ok(post) => try_receipt(&app, &release, post).await,
        Err(trouble) => Err(trouble),
    };
    page::dress_evenly(&app, answer, &release)
}

/// `POST /ask/reply/message`: adds a message.
pub async fn follow_up(State(app): State<AppState>, request: Request) -> Response {
    let release = app.published.current();
    let answer = match Post::take(&app, request).await {
        Ok(post) => add(&app, &release, post).await,
        Err(trouble) => Err(trouble),
    };
    page::dress_evenly(&app, answer, &release)
}

async fn try_receipt(app: &AppState, release: &Release, post: Post) -> Result<Page, Trouble> {
    let mut fields = Fields::parse(&post.body);
    let typed = Zeroizing::new(fields.text("receipt").unwrap_or_default());
    let draft = Zeroizing::new(unix_lines(&fields.text("draft").unwrap_or_default()));
    let back = |message: String, crowded| Trouble::Receipt {
        message,
        typed: typed.to_string(),
        draft: draft.to_string(),
        crowded,
    };
    let refuse = |message: &dyn ToString| back(message.to_string(), false);
    let crowded = |err: Crowded| back(err.to_string(), true);
    fields.finish().map_err(|err| refuse(&err))?;
    let receipt = Receipt::parse(&typed).map_err(|err| refuse(&err))?;
    wait(app, &post.network).await.map_err(crowded)?;
    let steps = Steps::begin(app.consultations.settings.answer_step);
    let office = app.consultations.clone();
    let stretched = app.consultations.effort.run(move || office.stretching.stretch(&receipt)).await;
    let stretched = stretched.map_err(crowded)?;
    let departure = steps.departure();
    let opened = look_up(app, stretched).await;
    tokio::time::sleep_until(departure).await;
    match opened? {
        Some(opened) => opened.page(app, release, &draft),
        None => {
            count_miss(app, &post.network);
            Err(refuse(&"没有用这个回执码的信。请一组一组地对照着再看一遍；信也可能已经到期销毁了。"))
        }
    }
}

/// A network with many wrong receipts waits; it is not refused.
pub(super) async fn wait(app: &AppState, network: &Network) -> Result<(), Crowded> {
    let office = &app.consultations;
    if office.wrong.tries(network.as_bytes(), app.clock.hour(), &*app.dice)
        >= network.allowance(WRONG_AT_ONCE)
    {
        office.slow_lane.pass().await?;
    }
    Ok(())
}

/// Counts a receipt that opened nothing.
pub(super) fn count_miss(app: &AppState, network: &Network) {
    app.consultations.wrong.add(network.as_bytes(), app.clock.hour(), &*app.dice);
}

/// A thread that its receipt has opened.
struct Opened {
    thread: Thread,
    desk: String,
    history: Vec<(String, String)>,
    messages: Vec<Line>,
}

/// Finds and opens the thread. Whether there is one or not, the same is asked of the database and something is opened.
async fn look_up(app: &AppState, stretched: Stretched) -> Result<Option<Opened>, Trouble> {
    let office = &app.consultations;
    let found = app.store.thread_by_locator(&stretched.locator().hash(&office.secrets.locator_key)).await?;
    let id = found.as_ref().map_or_else(|| ThreadId::draw(&*app.dice), |thread| thread.id);
    let mut messages = app.store.messages_for_asker(&id).await?;
    let told = app.store.history(&id).await?;
    let desks: BTreeMap<String, String> =
        app.store.desks().await?.into_iter().map(|desk| (desk.id, desk.name)).collect();
    if found.is_none() {
        messages.push(office.decoy.clone());
    }
    let lines = tokio::task::spawn_blocking(move || read(&stretched.thread_key(&id), &messages)).await;
    let lines =
        lines.map_err(|err| crate::error::ApiError::Internal(anyhow::Error::new(err).context("opening")))?;
    let Some(thread) = found else { return Ok(None) };
    if !thread.typed_back {
        app.store.mark_typed_back(&thread.id).await?;
    }
    let desk = desks.get(&thread.desk).unwrap_or(&thread.desk).clone();
    let told = told.iter().map(|told| (told.at.chinese(), history::words(told, &desks)));
    Ok(Some(Opened { desk, history: told.collect(), messages: lines, thread }))
}

fn read(key: &ThreadKey, messages: &[StoredMessage]) -> Vec<Line> {
    let line = |stored: &StoredMessage| {
        let sealed = stored.key.as_ref();
        let opened = sealed.and_then(|sealed| key.open(&stored.binding, &sealed.key, &stored.content).ok());
        Line {
            mine: stored.binding.sender == Sender::Asker,
            sent: stored.sent.chinese(),
            text: opened.as_ref().map(|envelope| envelope.text.clone()),
            reach: opened.as_ref().and_then(|envelope| envelope.reach.clone()),
        }
    };
    messages.iter().map(line).collect()
}

impl Opened {
    fn page(self, app: &AppState, release: &Release, draft: &str) -> Result<Page, Trouble> {
        let shown =
            Shown { thread: &self.thread, desk: &self.desk, history: self.history, messages: self.messages };
        shown.page(app, release, Said { draft, ..Said::default() })
    }
}

struct Shown<'a> {
    thread: &'a Thread,
    desk: &'a str,
    history: Vec<(String, String)>,
    messages: Vec<Line>,
}

/// What came of a message that was just written.
#[derive(Default)]
struct Said<'a> {
    sent: bool,
    complaint: Option<String>,
    draft: &'a str,
}

impl Shown<'_> {
    fn page(self, app: &AppState, release: &Release, said: Said<'_>) -> Result<Page, Trouble> {
        let may_write = self.thread.state.next(Event::AskerWrites).is_ok();
        ThreadPage {
            sent: said.sent,
            urgent: self.thread.priority.danger || self.thread.priority.child,
            state: self.thread.state.chinese(),
            desk: self.desk,
            received: self.thread.received.chinese(),
            history: self.history,
            messages: self.messages,
            complaint: said.complaint,
            pass: may_write.then(|| new_pass(app, &self.thread.id)),
            draft: said.draft,
            hotlines: page::to_dial_now(release),
        }
        .page()
    }
}

fn new_pass(app: &AppState, thread: &ThreadId) -> String {
    let now = app.clock.now();
    pass::issue(thread, now, &app.consultations.passes.keys(Hour::of(now), &*app.dice), &*app.dice)
}

fn read_pass(app: &AppState, shown: &str, now: Timestamp) -> Option<Pass> {
    pass::read(shown, now, &app.consultations.passes.keys(Hour::of(now), &*app.dice))
}

async fn add(app: &AppState, release: &Release, post: Post) -> Result<Page, Trouble> {
    let mut fields = Fields::parse(&post.body);
    let shown = fields.text("pass").unwrap_or_default();
    let text = Zeroizing::new(unix_lines(&fields.text("text").unwrap_or_default()));
    let back = |message: &str| Trouble::Receipt {
        message: message.to_owned(),
        typed: String::new(),
        draft: text.to_string(),
        crowded: false,
    };
    fields.finish().map_err(|err| back(&err.to_string()))?;
    let pass = read_pass(app, &shown, app.clock.now());
    let pass = pass.ok_or_else(|| back("这一页开得太久了。请再输一次回执码，写的字还在下面。"))?;
    let thread = app.store.thread_of_pass(&pass.thread).await?.ok_or_else(|| back("这封信已经不在了。"))?;
    let desk = app.store.desk(&thread.desk).await?.map_or_else(|| thread.desk.clone(), |desk| desk.name);
    let page = |thread: &Thread, said: Said<'_>| {
        Shown { thread, desk: &desk, history: Vec::new(), messages: Vec::new() }.page(app, release, said)
    };
    let complaint = if text.is_empty() {
        Some("请写下你想说的。".to_owned())
    } else {
        too_long(&text, LONGEST_TEXT)
    };
    let outcome = match complaint {
        Some(complaint) => Err(complaint),
        None => send(app, &pass, &text, &post.network).await?,
    };
    match outcome {
        Ok(state) => page(&Thread { state, ..thread.clone() }, Said { sent: true, ..Said::default() }),
        Err(complaint) => page(&thread, Said { complaint: Some(complaint), draft: &text, sent: false }),
    }
}

/// Seals and stores a message; gives where the thread stands then, or why not.
async fn send(
    app: &AppState,
    pass: &Pass,
    text: &str,
    network: &Network,
) -> Result<Result<Standing, String>, Trouble> {
    // A receipt does not buy an endless supply: follow-ups are counted like letters.
    if let Err(crowded) = super::ask::wait(app, network).await {
        return Ok(Err(crowded.to_string()));
    }
    let envelope = Envelope::of(text);
    let dice = app.dice.clone();
    let seal = Writing::Seal(Box::new(move |binding, readers| {
        let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
        message::seal(&envelope, binding, &keys, &*dice)
    }));
    let schedule = app.published.current().schedule.clone();
    let sent = Sent { hour: app.clock.hour(), hash: pass.request_hash(text).to_vec(), schedule };
    match app.store.transition(Actor::Asker, &pass.thread, Act::AskerWrites(seal), &sent).await {
        Ok(done) => Ok(Ok(done.state)),
        Err(Refused::Database(err)) => Err(err.into()),
        Err(refused) => Ok(Err(refused.to_string())),
    }
}
