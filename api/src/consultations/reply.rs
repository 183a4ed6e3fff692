//! `/ask/reply/`: the receipt opens the thread, or destroys it; a pass lets one more message in, or whether it helped,
//! or whether it may be told.
//!
//! All that needs the receipt has one address and all that needs the pass another, so the history of a browser does not tell
//! who read and who deleted.
//!
//! A right receipt and a wrong one cost the same: the stretching always, the same questions to the database, one opening
//! at least, and an answer that leaves at a moment settled before the database was asked
//! (`docs/decisions/0006-same-work-for-wrong-receipts.md`).

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{Redirect, Response};
use ring::digest;
use zeroize::Zeroizing;

use crate::clock::Hour;
use crate::consultations::consent;
use crate::consultations::history;
use crate::consultations::hourly::Turn;
use crate::consultations::letter::{LONGEST_TEXT, too_long, unix_lines};
use crate::consultations::outlook::Outlook;
use crate::consultations::page::{self, Line, May, ThreadPage, Trouble};
use crate::consultations::pass::{self, Pass};
use crate::consultations::post::Post;
use crate::consultations::receipt::Receipt;
use crate::consultations::state::Event;
use crate::consultations::stretch::{Stretched, ThreadKey};
use crate::effort::{Crowded, Steps};
use crate::error::ApiError;
use crate::extract::Fields;
use crate::limit::Network;
use crate::published::Release;
use crate::sealing::binding::{Sender, ThreadId};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::PublicKey;
use crate::shell::Page;
use crate::site;
use crate::state::AppState;
use crate::store::consultation::{
    Act, Actor, Done, Refused, Request as Sent, StoredMessage, Thread, Writing,
};

/// What is said when something was taken in.
const ADDED: &str = "补充已经收到，和你的信一样封好了。";
const THANKS: &str = "记下了，谢谢你告诉我们。";

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

/// `POST /ask/reply/`: opens a thread, or destroys it.
pub async fn open(State(app): State<AppState>, request: Request) -> Response {
    let release = app.published.current();
    let answer = match Post::take(&app, request).await {
        Ok(post) => try_receipt(&app, &release, post).await,
        Err(trouble) => Err(trouble),
    };
    page::dress_evenly(&app, answer, &release)
}

/// `POST /ask/reply/message`: adds a message, or says whether it helped, or whether it may become a case digest.
pub async fn follow_up(State(app): State<AppState>, request: Request) -> Response {
    let release = app.published.current();
    let answer = match Post::take(&app, request).await {
        Ok(post) => with_pass(&app, &release, post).await,
        Err(trouble) => Err(trouble),
    };
    page::dress_evenly(&app, answer, &release)
}

async fn try_receipt(app: &AppState, release: &Release, post: Post) -> Result<Page, Trouble> {
    let mut fields = Fields::parse(&post.body);
    let typed = Zeroizing::new(fields.text("receipt").unwrap_or_default());
    let draft = Zeroizing::new(unix_lines(&fields.text("draft").unwrap_or_default()));
    let delete = fields.text("delete").is_some();
    let back = |message: String, crowded| Trouble::Receipt {
        message,
        typed: typed.to_string(),
        draft: draft.to_string(),
        crowded,
        delete,
    };
    let refuse = |message: &dyn ToString| back(message.to_string(), false);
    let crowded = |err: Crowded| back(err.to_string(), true);
    fields.finish().map_err(|err| refuse(&err))?;
    let receipt = Receipt::parse(&typed).map_err(|err| refuse(&err))?;
    wait(app, &post.network).await.map_err(crowded)?;
    let keys = pass_keys(app).await?;
    let steps = Steps::begin(app.consultations.settings.answer_step);
    let office = app.consultations.clone();
    let stretched = app.consultations.effort.run(move || office.stretching.stretch(&receipt)).await;
    let stretched = stretched.map_err(crowded)?;
    let departure = steps.departure();
    let locator_hash = stretched.locator().hash(&app.consultations.secrets.locator_key);
    let opened = look_up(app, stretched, &locator_hash).await;
    let found = match opened {
        Ok(Some(opened)) if delete => destroy(app, &opened.thread.id).await.map(Some),
        Ok(opened) => Ok(opened.map(|opened| Found::Opened(Box::new(opened)))),
        Err(trouble) => Err(trouble),
    };
    tokio::time::sleep_until(departure).await;
    match found? {
        Some(Found::Opened(opened)) => {
            opened.page(app, release, (&keys, Said { draft: &draft, ..Said::default() }))
        }
        Some(Found::Destroyed) => page::deleted(),
        None => {
            count_miss(app, &post.network);
            Err(refuse(
                &"没有用这个回执码的信。请一组一组地对照着再看一遍；信也可能已经删掉，或者到期销毁了。",
            ))
        }
    }
}

/// What a receipt led to.
enum Found {
    Opened(Box<Opened>),
    Destroyed,
}

/// Remembers that the receipt of a thread was typed back. Where that can't be kept she reads her answers all the same: a full disk must
/// not stand between her and them, and her receipt may be shown to her once more.
pub(super) async fn typed_back(app: &AppState, thread: &Thread) {
    if !thread.typed_back
        && let Err(err) = app.store.mark_typed_back(&thread.id).await
    {
        page::log_once_an_hour(app, &err.into());
    }
}

/// Destroys a thread whose receipt was typed once more for this. Whoever was faster has done it.
async fn destroy(app: &AppState, thread: &ThreadId) -> Result<Found, Trouble> {
    // It can happen once only, so the request needs no key of its own.
    let hash = digest::digest(&digest::SHA256, &[b"withdraw", thread.as_bytes().as_slice()].concat());
    let schedule = app.published.current().schedule.clone();
    let request = Sent { hour: app.clock.hour(), hash: hash.as_ref().to_vec(), schedule };
    match app.store.transition(Actor::Asker, thread, Act::Withdraw, &request).await {
        Ok(_) | Err(Refused::Gone) => Ok(Found::Destroyed),
        Err(Refused::Database(err)) => Err(err.into()),
        Err(refused) => Err(ApiError::Internal(anyhow::Error::new(refused)).into()),
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
    outlook: Outlook,
    history: Vec<(String, String)>,
    messages: Vec<Line>,
}

/// Finds and opens the thread. Whether there is one or not, the same is asked of the database and something is opened.
async fn look_up(
    app: &AppState,
    stretched: Stretched,
    locator_hash: &[u8],
) -> Result<Option<Opened>, Trouble> {
    let office = &app.consultations;
    let found = app.store.thread_by_locator(locator_hash).await?;
    let id = found.as_ref().map_or_else(|| ThreadId::draw(&*app.dice), |thread| thread.id);
    let mut messages = app.store.messages_for_asker(&id).await?;
    let told = app.store.history(&id).await?;
    let desks = desks(app).await?;
    if found.is_none() {
        messages.push(office.decoy.clone());
    }
    let lines = tokio::task::spawn_blocking(move || read(&stretched.thread_key(&id), &messages)).await;
    let lines = lines.map_err(|err| ApiError::Internal(anyhow::Error::new(err).context("opening")))?;
    let Some(thread) = found else { return Ok(None) };
    typed_back(app, &thread).await;
    let desk = desks.get(&thread.desk).unwrap_or(&thread.desk).clone();
    let outlook = Outlook::of(&thread, (&told, &desks), app.clock.hour());
    let told = told.iter().map(|told| (told.at.chinese(), history::words(told, &desks)));
    Ok(Some(Opened { desk, outlook, history: told.collect(), messages: lines, thread }))
}

/// The names of all desks.
async fn desks(app: &AppState) -> Result<BTreeMap<String, String>, Trouble> {
    Ok(app.store.desks().await?.into_iter().map(|desk| (desk.id, desk.name)).collect())
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

/// What came of what was just written or said.
#[derive(Default)]
struct Said<'a> {
    done: Option<&'static str>,
    complaint: Option<String>,
    draft: &'a str,
}

impl Opened {
    fn page(
        self,
        app: &AppState,
        release: &Release,
        (keys, said): (&Turn, Said<'_>),
    ) -> Result<Page, Trouble> {
        let may = |event| self.thread.next(event).is_ok();
        let may =
            May { write: may(Event::AskerWrites), tell: may(Event::FollowUp), agree: may(Event::Consent) };
        let put_away = self.thread.is_put_away();
        ThreadPage {
            done: said.done,
            urgent: self.thread.priority.danger || self.thread.priority.child,
            state: if put_away { history::PUT_AWAY } else { history::standing(self.thread.state) },
            desk: &self.desk,
            received: self.thread.received.chinese(),
            news: self.outlook.news.into_iter().map(|(hour, words)| (hour.chinese(), words)).collect(),
            due: self.outlook.due,
            destroyed: self.outlook.destroyed.map(Hour::chinese),
            over: self.thread.state.is_over().then_some(if put_away { "put_away" } else { "closed" }),
            history: self.history,
            messages: self.messages,
            complaint: said.complaint,
            pass: (may.write || may.tell || may.agree || self.thread.consent)
                .then(|| new_pass(app, &self.thread.id, keys)),
            may,
            helped: self.thread.helped,
            consent: self.thread.consent,
            draft: said.draft,
            hotlines: page::to_dial_now(release),
        }
        .page()
    }
}

/// The keys that passes are made and read with now.
async fn pass_keys(app: &AppState) -> Result<Turn, Trouble> {
    let office = &app.consultations;
    Ok(office.passes.keys((&office.secrets, &app.store), app.clock.hour(), &*app.dice).await?)
}

fn new_pass(app: &AppState, thread: &ThreadId, keys: &Turn) -> String {
    pass::issue(thread, app.clock.now(), keys, &*app.dice)
}

/// What a pass is shown for: words, or whether it helped, or whether it may be told.
async fn with_pass(app: &AppState, release: &Release, post: Post) -> Result<Page, Trouble> {
    let mut fields = Fields::parse(&post.body);
    let shown = fields.text("pass").unwrap_or_default();
    let [helped, consent] = ["helped", "consent"].map(|name| fields.parsed(name, " yes 或 no", yes_or_no));
    let text = Zeroizing::new(unix_lines(&fields.text("text").unwrap_or_default()));
    let back = |message: &str| Trouble::Receipt {
        message: message.to_owned(),
        typed: String::new(),
        draft: text.to_string(),
        crowded: false,
        delete: false,
    };
    fields.finish().map_err(|err| back(&err.to_string()))?;
    let keys = pass_keys(app).await?;
    let pass = pass::read(&shown, app.clock.now(), &keys);
    let pass = pass.ok_or_else(|| back("这一页开得太久了。请再输一次回执码，写的字还在下面。"))?;
    let gone = || back("这封信已经不在了。");
    let thread = app.store.thread_of_pass(&pass.thread).await?.ok_or_else(gone)?;
    let outcome = match (helped, consent) {
        (_, Some(wanted)) => consent::say(app, &pass, &thread, wanted).await?,
        (Some(helped), None) => tell(app, &pass, helped).await?.map(|()| THANKS),
        (None, None) => add(app, &pass, &text, &post.network).await?.map(|()| ADDED),
    };
    let said = match outcome {
        Ok(done) => Said { done: Some(done), ..Said::default() },
        Err(complaint) => Said { complaint: Some(complaint), draft: &text, done: None },
    };
    // What she said may have made another step due.
    let thread = app.store.thread_of_pass(&pass.thread).await?.ok_or_else(gone)?;
    let (history, desks) = (app.store.history(&thread.id).await?, desks(app).await?);
    let outlook = Outlook::of(&thread, (&history, &desks), app.clock.hour());
    let desk = desks.get(&thread.desk).unwrap_or(&thread.desk).clone();
    // A pass reads neither letters nor the history.
    Opened { thread, desk, outlook, history: Vec::new(), messages: Vec::new() }.page(
        app,
        release,
        (&keys, said),
    )
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Says whether it helped; gives why it was not taken, if it was not.
async fn tell(app: &AppState, pass: &Pass, helped: bool) -> Result<Result<(), String>, Trouble> {
    let hash = pass.request_hash(if helped { "helped" } else { "did not help" }, "");
    let schedule = app.published.current().schedule.clone();
    let sent = Sent { hour: app.clock.hour(), hash: hash.to_vec(), schedule };
    taken(app.store.transition(Actor::Asker, &pass.thread, Act::FollowUp { helped }, &sent).await)
}

async fn add(
    app: &AppState,
    pass: &Pass,
    text: &str,
    network: &Network,
) -> Result<Result<(), String>, Trouble> {
    if text.is_empty() {
        return Ok(Err("请写下你想说的。".to_owned()));
    }
    match too_long(text, LONGEST_TEXT) {
        Some(complaint) => Ok(Err(complaint)),
        None => send(app, pass, text, network).await,
    }
}

/// Seals and stores a message; gives why not, if not.
async fn send(
    app: &AppState,
    pass: &Pass,
    text: &str,
    network: &Network,
) -> Result<Result<(), String>, Trouble> {
    if let Err(crowded) = super::ask::wait_to_add(app, network).await {
        return Ok(Err(crowded.to_string()));
    }
    let envelope = Envelope::of(text);
    let dice = app.dice.clone();
    let seal = Writing::Seal(Box::new(move |binding, readers| {
        let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
        message::seal(&envelope, binding, &keys, &*dice)
    }));
    let schedule = app.published.current().schedule.clone();
    let hash = pass.request_hash("follow-up", text);
    let sent = Sent { hour: app.clock.hour(), hash: hash.to_vec(), schedule };
    taken(app.store.transition(Actor::Asker, &pass.thread, Act::AskerWrites(seal), &sent).await)
}

pub(super) fn taken(done: Result<Done, Refused>) -> Result<Result<(), String>, Trouble> {
    match done {
        Ok(_) => Ok(Ok(())),
        Err(Refused::Database(err)) => Err(err.into()),
        Err(refused) => Ok(Err(refused.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use jiff::SignedDuration;

    use crate::consultations::testing::Office;
    use crate::desk::testing::AtDesk;
    use crate::store::testing::{self, PASSPHRASE, founded};

    const WORDS: &str = "他打我，孩子也在旁边看着";

    #[tokio::test]
    async fn whether_it_helped_is_said_without_any_script() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            founded(&office.app.store, "county", None).await;
            let receipt = office.post("/ask/", &[("text", WORDS)]).await.receipt();
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(!opened.text.contains("帮上你了吗"), "nothing is answered yet");
            let early = [("pass", opened.hidden("pass")), ("helped", "yes".to_owned())];
            let early = early.each_ref().map(|(name, value)| (*name, value.as_str()));
            let refused = office.post("/ask/reply/message", &early).await;
            assert!(refused.text.contains("没有寄出"), "{}", refused.text);

            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            member.accept(&id).await;
            member.answer(&id, "先到安全的地方。").await;
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            let pass = opened.hidden("pass");
            for (said, shown) in
                [("no", "你说过：没帮上"), ("yes", "你说过：帮上了"), ("yes", "你说过：帮上了")]
            {
                let told = office.post("/ask/reply/message", &[("pass", &pass), ("helped", said)]).await;
                assert!(told.text.contains("谢谢你告诉我们") && told.text.contains(shown), "{}", told.text);
                assert!(told.text.contains("已答复") && !told.text.contains(WORDS), "it reads nothing");
            }
            let unclear = office.post("/ask/reply/message", &[("pass", &pass), ("helped", "perhaps")]).await;
            assert!(unclear.text.contains("yes 或 no"), "{}", unclear.text);
            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(opened.text.contains("你说过：帮上了"), "{}", opened.text);
        }
    }

    #[tokio::test]
    async fn everything_is_deleted_without_any_script_and_does_not_come_back() {
        for fresh in testing::each().await {
            let office = Office::open(fresh).await;
            founded(&office.app.store, "city", None).await;
            founded(&office.app.store, "county", Some("city")).await;
            let form = [("request_key", "AAAAAAAAAAAAAAAAAAAAAA"), ("text", WORDS), ("region", "990121")];
            let receipt = office.post("/ask/", &form).await.receipt();
            let member = AtDesk::sign_in(&office, "county 的成员", PASSPHRASE).await;
            let id = member.queue().await.remove(0);
            member.accept(&id).await;
            member.answer(&id, "先到安全的地方。").await;

            let opened = office.post("/ask/reply/", &[("receipt", &receipt)]).await;
            assert!(
                opened.text.contains("name=\"delete\"") && !opened.text.contains(&receipt),
                "{}",
                opened.text
            );
            let pass = opened.hidden("pass");
            let by_pass = office.post("/ask/reply/message", &[("pass", &pass), ("delete", "yes")]).await;
            assert!(!by_pass.text.contains("全部删掉了"), "a pass deletes nothing: {}", by_pass.text);
            let slip = if receipt.starts_with('1') { "2" } else { "1" }.to_owned() + &receipt[1..];
            let refused = office.post("/ask/reply/", &[("receipt", &slip), ("delete", "yes")]).await;
            assert!(
                refused.text.contains("还没有删") && refused.text.contains("现在全部删掉"),
                "{}",
                refused.text
            );
            assert!(office.post("/ask/reply/", &[("receipt", &receipt)]).await.text.contains(WORDS));

            let gone = office.post("/ask/reply/", &[("receipt", &receipt), ("delete", "yes")]).await;
            assert_eq!(gone.status, StatusCode::OK);
            assert!(gone.text.contains("全部删掉了"), "{}", gone.text);
            testing::nothing_of(&office.app.store, &id).await;
            assert!(member.queue().await.is_empty());
            for _ in 0..2 {
                let again = office.post("/ask/reply/", &[("receipt", &receipt), ("delete", "yes")]).await;
                assert!(again.text.contains("没有用这个回执码的信"), "{}", again.text);
            }
            let late = office.post("/ask/reply/message", &[("pass", &pass), ("text", WORDS)]).await;
            assert!(late.text.contains("这封信已经不在了"), "{}", late.text);

            // Back, and the browser sends the form of the letter again; in the next hour, too, where its key is another.
            for hour in 0..2 {
                office.clock.advance(SignedDuration::from_hours(hour));
                let form_again = office.post("/ask/", &form).await;
                assert!(
                    form_again.text.contains("已经寄到") && !form_again.text.contains("class=\"receipt\""),
                    "{}",
                    form_again.text
                );
            }
            assert!(member.queue().await.is_empty());
            testing::nothing_of(&office.app.store, &id).await;
        }
    }
}
