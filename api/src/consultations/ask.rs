//! `/ask/`: a letter comes in, is sealed, and a receipt goes out.
//!
//! Start at [`receive`]. The order matters: a form that was sent before gets its receipt again without any work; the
//! receipt is shown only after the store has said that everything is on the disk.

use std::sync::PoisonError;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use search::region::RegionCode;

use crate::consultations::letter::{self, Letter, Typed};
use crate::consultations::pace::Pace;
use crate::consultations::page::{self, ReceiptPage, Trouble};
use crate::consultations::post::Post;
use crate::consultations::proof;
use crate::consultations::receipt::Receipt;
use crate::consultations::register::Channel;
use crate::effort::Crowded;
use crate::error::ApiError;
use crate::limit::Network;
use crate::published::Release;
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message;
use crate::sealing::suite::PublicKey;
use crate::shell::Page;
use crate::site;
use crate::state::AppState;
use crate::store::budget::{Budget, Way};
use crate::store::consultation::{
    Act, Actor, Done, Earlier, NewThread, ReceiptHalves, Refused, Request as Sent,
};
use crate::store::desk::{Desk, Reader, ReaderKey};

/// Letters of one network in an hour before its next ones go through the slow lane.
const LETTERS_AT_ONCE: u32 = 10;

/// Where the published form has room for the key of a request.
const EMPTY_KEY: &str = "name=\"request_key\" value=\"\"";

/// Where the published form has room for how soon letters were answered lately.
const PACE: &str = "<span id=\"pace\"></span>";

/// `GET /ask/`: the published form, with a key of its own, so that sending it twice makes one letter, and with how soon letters
/// were answered lately.
pub async fn show(State(app): State<AppState>, request: Request) -> Response {
    let path = app.published.current().dist.join("ask").join("index.html");
    let bytes = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let Some(html) = bytes.ok().and_then(Result::ok).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return site::serve(State(app.published), request).await;
    };
    let key = letter::request_key(&*app.dice);
    let html = html.replacen(EMPTY_KEY, &format!("name=\"request_key\" value=\"{key}\""), 1);
    let pace = pace(&app).await.map(Pace::chinese).unwrap_or_default();
    let html = html.replacen(PACE, &pace, 1);
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Html(html)).into_response()
}

/// Reckoned once an hour. Who is about to write is not kept from it by a database that does not answer.
async fn pace(app: &AppState) -> Option<Pace> {
    let (last, hour) = (&app.consultations.pace, app.clock.hour());
    let known = *last.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pace)) = known.filter(|(reckoned, _)| *reckoned == hour) {
        return Some(pace);
    }
    let pace = Pace::of(&app.store.answered_lately(hour).await.ok()?, hour);
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((hour, pace));
    Some(pace)
}

/// `POST /ask/`: takes a letter in.
pub async fn receive(State(app): State<AppState>, request: Request) -> Response {
    let release = app.published.current();
    let answer = match Post::take(&app, request).await {
        Ok(post) => read_and_take_in(&app, &release, post).await,
        Err(trouble) => Err(trouble),
    };
    page::dress(&app, answer, &release)
}

async fn read_and_take_in(app: &AppState, release: &Release, post: Post) -> Result<Page, Trouble> {
    let (typed, letter) = Typed::read(&post.body, release, &*app.dice);
    let letter = match letter {
        Ok(letter) => letter,
        Err(errors) => return Err(Trouble::Letter(Box::new(typed), errors)),
    };
    // Whatever breaks on our side, the words are not lost; and if they were stored after all, sending the form again
    // shows the receipt.
    take_in(app, release, (&typed, letter), &post.network).await.map_err(|trouble| match trouble {
        Trouble::Fault(err) => Trouble::Broken(Box::new(typed), err),
        other => other,
    })
}

async fn take_in(
    app: &AppState,
    release: &Release,
    (typed, letter): (&Typed, Letter),
    network: &Network,
) -> Result<Page, Trouble> {
    let hour = app.clock.hour();
    let desks = app.store.desks().await?;
    let Some(desk) = choose(&desks, letter.region.as_ref(), &release.bundle.site.region) else {
        return Err(Trouble::Nobody(Box::new(typed.clone())));
    };
    let office = &app.consultations;
    let keys = office.requests.keys((&office.secrets, &app.store), hour, &*app.dice).await?;
    for key in keys.both() {
        let request = typed.request(key);
        if let Some(earlier) = app.store.earlier(&request.hash).await? {
            return again(app, (release, &desks), typed, (earlier, &request.receipt)).await;
        }
        // Taken back since: a browser that sends its form again must not bring the letter back.
        if app.store.is_spent(&came(app, &request.hash)).await? {
            return page::sent_before();
        }
    }
    wait(app, network).await.map_err(|_| Trouble::Crowded(Box::new(typed.clone())))?;
    // Before the work of sealing it; what counts is asked when it is stored.
    if !app.store.has_room(&desk.id, hour, budget(app)).await? {
        return Err(Trouble::UsedUp(Box::new(typed.clone())));
    }
    let request = typed.request(&keys.current);
    let sent = Sent { hour, hash: request.hash.to_vec(), schedule: release.schedule.clone() };
    let Some(done) = store(app, letter, desk, (sent, request.receipt.clone()), typed).await? else {
        return page::sent_before();
    };
    // Another request with the same form was first, at the same time.
    let earlier = if done.again { app.store.earlier(&request.hash).await? } else { None };
    match earlier {
        Some(earlier) => again(app, (release, &desks), typed, (earlier, &request.receipt)).await,
        None => receipt_page(app, release, typed, (&done.thread, &desk.name, &request.receipt)).await,
    }
}

/// The desk that answers: the one of the division, or of the nearest one that it lies in. Who chose none gets the desk of
/// the whole site or, where it has none, the one of the widest division: every request lands.
pub(super) fn choose<'a>(
    desks: &'a [Desk],
    region: Option<&RegionCode>,
    root: &RegionCode,
) -> Option<&'a Desk> {
    let at = |code: &RegionCode| desks.iter().find(|desk| desk.region == *code);
    match region {
        Some(region) => region.ancestry().find_map(|code| at(&code)),
        None => at(root).or_else(|| {
            let within = desks.iter().filter(|desk| desk.region.is_within(root));
            within.min_by_key(|desk| (desk.region.level(), &desk.region, &desk.id))
        }),
    }
}

/// A network that has sent many forms waits; it is not refused. Letters that a browser sealed have paid, and do not.
async fn wait(app: &AppState, network: &Network) -> Result<(), Crowded> {
    let office = &app.consultations;
    let sent = office.senders.add(network.as_bytes(), app.clock.hour(), &*app.dice);
    if sent > network.allowance(LETTERS_AT_ONCE) { office.slow_letters.pass().await } else { Ok(()) }
}

/// The same for follow-ups, which are counted apart: a flood of forms must not slow down who has a thread already. A receipt
/// does not buy an endless supply all the same.
pub(super) async fn wait_to_add(app: &AppState, network: &Network) -> Result<(), Crowded> {
    let office = &app.consultations;
    let sent = office.writers.add(network.as_bytes(), app.clock.hour(), &*app.dice);
    if sent > network.allowance(LETTERS_AT_ONCE) { office.slow_writers.pass().await } else { Ok(()) }
}

/// What a form is counted against.
fn budget(app: &AppState) -> Budget {
    Budget { way: Way::Form, most: app.consultations.settings.forms_per_hour }
}

/// That a form came, as it is known for as long as it could come again, whatever became of its letter.
fn came(app: &AppState, request_hash: &[u8]) -> Vec<u8> {
    app.consultations.secrets.spent_hash("form", request_hash)
}

/// Stretches the receipt, seals the letter to its readers, stores both. The plaintext goes no further. `None` where it was
/// stored before and taken back since: a browser that sends its form again must not bring it back.
async fn store(
    app: &AppState,
    letter: Letter,
    desk: &Desk,
    (sent, receipt): (Sent, Receipt),
    typed: &Typed,
) -> Result<Option<Done>, Trouble> {
    let mut readers = app.store.readers_of(&desk.id).await?;
    let (office, dice) = (app.consultations.clone(), app.dice.clone());
    let desk = desk.id.clone();
    let (spends, budget) = (Some(came(app, &sent.hash)), Some(budget(app)));
    let seal = move || {
        let id = ThreadId::draw(&*dice);
        let stretched = office.stretching.stretch(&receipt);
        let public_key = stretched.thread_key(&id).public().clone();
        readers.push(ReaderKey { reader: Reader::Thread, generation: 0, public_key: public_key.clone() });
        let place = Binding::letter(id, 1, Sender::Asker);
        let keys: Vec<&PublicKey> = readers.iter().map(|key| &key.public_key).collect();
        let sealed = message::seal(&letter.envelope, &place, &keys, &*dice)?;
        let locator_hash = stretched.locator().hash(&office.secrets.locator_key);
        let keys = readers.into_iter().zip(sealed.keys).map(|(reader, key)| reader.holds(key));
        let new = NewThread {
            desk,
            channel: Channel::Online,
            priority: letter.priority,
            topic: letter.topic,
            region: letter.region.map(String::from),
            receipt: Some(ReceiptHalves { locator_hash, public_key }),
            content: sealed.content,
            keys: keys.collect(),
            spends,
            budget,
        };
        Ok((id, new))
    };
    let sealed = app
        .consultations
        .letter_effort
        .run(seal)
        .await
        .map_err(|_| Trouble::Crowded(Box::new(typed.clone())))?;
    // Forms hold less than the largest size class, so this can't happen; it must not become a lost letter all the same.
    let (id, new) = sealed.map_err(|_: crate::sealing::padding::TooLong| {
        Trouble::Form(StatusCode::PAYLOAD_TOO_LARGE, "写得太长了，最多 8000 字。请退回去删短一些再寄。")
    })?;
    match app.store.transition(Actor::Asker, &id, Act::Receive(Box::new(new)), &sent).await {
        Ok(done) => Ok(Some(done)),
        Err(Refused::Database(err)) => Err(err.into()),
        Err(Refused::Spent) => Ok(None),
        Err(Refused::UsedUp) => Err(Trouble::UsedUp(Box::new(typed.clone()))),
        // The desk got another key while it was sealed: nothing was stored, and sending it once more is right.
        Err(Refused::WrongReaders(_)) => Err(Trouble::Crowded(Box::new(typed.clone()))),
        Err(refused) => Err(ApiError::Internal(anyhow::Error::new(refused)).into()),
    }
}

/// The answer to a form that was stored before: its receipt again, until that was typed back once.
async fn again(
    app: &AppState,
    (release, desks): (&Release, &[Desk]),
    typed: &Typed,
    (earlier, receipt): (Earlier, &Receipt),
) -> Result<Page, Trouble> {
    if earlier.typed_back {
        return page::sent_before();
    }
    let desk = desks.iter().find(|desk| desk.id == earlier.desk).map_or("值班的人", |desk| &desk.name);
    receipt_page(app, release, typed, (&earlier.thread, desk, receipt)).await
}

async fn receipt_page(
    app: &AppState,
    release: &Release,
    typed: &Typed,
    (thread, desk, receipt): (&ThreadId, &str, &Receipt),
) -> Result<Page, Trouble> {
    let proof = proof::of(app, thread).await?.map(|proof| proof.to_string());
    let (groups, hotlines) = (receipt.groups(), page::to_dial_now(release));
    ReceiptPage { groups, desk, danger: typed.danger, child: typed.child, proof, hotlines }.page()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(id: &str, region: &str) -> Desk {
        Desk { id: id.to_owned(), name: id.to_owned(), region: region.parse().unwrap(), parent: None }
    }

    fn chosen(desks: &[Desk], region: &str) -> Option<String> {
        let region = (!region.is_empty()).then(|| region.parse().unwrap());
        choose(desks, region.as_ref(), &"990100".parse().unwrap()).map(|desk| desk.id.clone())
    }

    #[test]
    fn the_nearest_desk_up_the_tree_answers() {
        let desks = [desk("city", "990100"), desk("county", "990121"), desk("town", "990121100")];
        for (region, expected) in [
            ("990121100201", "town"),
            ("990121001", "county"),
            ("990121", "county"),
            ("990122", "city"),
            ("", "city"),
        ] {
            assert_eq!(chosen(&desks, region).as_deref(), Some(expected), "{region}");
        }
    }

    #[test]
    fn who_chose_no_division_gets_the_widest_desk_and_who_chose_one_never_a_neighbours() {
        let desks = [desk("town", "990122100"), desk("county", "990121")];
        assert_eq!(chosen(&desks, "").as_deref(), Some("county"));
        assert_eq!(chosen(&desks, "990122"), None);
        assert_eq!(chosen(&[desk("elsewhere", "110000")], ""), None);
        assert_eq!(chosen(&[], ""), None);
    }
}
