//! A letter that was sealed in the asker's browser: to whom it has to be sealed, and taking it in.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Sent, answered, evenly, known, other_request, refused};
use crate::consultations::ask::choose;
use crate::consultations::letter::known_choices;
use crate::consultations::proof;
use crate::consultations::public::{DeskKeyOut, ReaderOut};
use crate::consultations::register::Channel;
use crate::consultations::sealed::door::read_locator;
use crate::consultations::work::{self, Challenge, Wanting, WorkIn, WorkKeys};
use crate::desk::wire::{KeyIn, StandingOut, sealed};
use crate::error::{ApiError, ApiResult, Problem};
use crate::sealing::binding::ThreadId;
use crate::sealing::suite::PublicKey;
use crate::state::AppState;
use crate::store::budget::{Budget, Way};
use crate::store::consultation::{
    Act, Actor, Done, NewThread, Priority, ReceiptHalves, StoredMessage, Thread,
};
use crate::store::desk::Desk;

/// Where somebody is, if they chose to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhereIn {
    /// The code of a division.
    pub region: Option<String>,
}

/// A sealed letter. Not to be printed: the locator leads to the thread.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterIn {
    /// The id of the new thread: 16 random bytes of the browser as 32 hexadecimal digits. The letter is sealed for position 1
    /// in it, sender `asker`.
    pub id: String,
    /// The desk that `/consultations/desk` named.
    pub desk: String,
    /// In danger now.
    #[serde(default)]
    pub danger: bool,
    /// A child is involved.
    #[serde(default)]
    pub child: bool,
    /// Old, disabled, pregnant or gravely ill.
    #[serde(default)]
    pub vulnerable: bool,
    /// The slug of a topic.
    pub topic: Option<String>,
    /// The code of a division.
    pub region: Option<String>,
    /// What finds the thread: 32 bytes made of the receipt, base64. Only a keyed hash of it is kept.
    pub locator: String,
    /// What answers are sealed to: an uncompressed point on P-256, base64.
    pub public_key: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed once for `thread`, the desk, and each desk above it.
    pub keys: Vec<KeyIn>,
    /// Random, at least 16 characters: sent twice, it is stored once.
    pub request_key: String,
    /// What `/consultations/challenge` asked for, done. It pays for one letter; the same letter sent again needs none.
    pub work: Option<WorkIn>,
}

/// A letter that was taken in.
#[derive(Serialize, ToSchema)]
pub struct ReceivedOut {
    /// Where it stands.
    #[serde(flatten)]
    pub standing: StandingOut,
    /// The proof of receipt, six lines of text; missing where the letter was taken back meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// Which desk takes a letter from there, and to whom it has to be sealed.
#[utoipa::path(
    post, path = "/consultations/desk", tag = "咨询", request_body = WhereIn,
    responses(
        (status = OK, body = DeskKeyOut, description = "哪个工作台收信，要封给谁"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json", description = "那里没有人收信"),
    ),
)]
pub async fn desk(State(app): State<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::OK, name).await
}

async fn name(app: &AppState, sent: Sent<WhereIn>) -> ApiResult<DeskKeyOut> {
    let Desk { id, name, .. } = chosen(app, sent.body.region.as_deref()).await?;
    let readers = app.store.readers_of(&id).await?;
    Ok(DeskKeyOut { desk: id, name, readers: readers.iter().map(ReaderOut::new).collect() })
}

async fn chosen(app: &AppState, region: Option<&str>) -> ApiResult<Desk> {
    let release = app.published.current();
    let region = known_choices(None, region, &release)?;
    let desks = app.store.desks().await?;
    choose(&desks, region.as_ref(), &release.bundle.site.region).cloned().ok_or(ApiError::NoDesk)
}

/// What has to be done before a new letter is taken: proof of work after the ALTCHA protocol, version 2. Good for the hour that
/// runs and the next.
#[utoipa::path(
    get, path = "/consultations/challenge", tag = "咨询",
    responses((status = OK, body = Challenge, description = "要算的题")),
)]
pub async fn challenge(State(app): State<AppState>) -> Response {
    let (office, hour) = (&app.consultations, app.clock.hour());
    let keys = WorkKeys::of(&office.secrets, hour);
    let challenge = Challenge::new(&keys, office.settings.work, hour, &*app.dice);
    evenly(&app, StatusCode::OK, Ok(challenge))
}

/// Takes a letter in. What is acknowledged is on the disk.
#[utoipa::path(
    post, path = "/consultations", tag = "咨询", request_body = LetterIn,
    responses(
        (status = CREATED, body = ReceivedOut, description = "存好了。同一个请求编号再发一次，回答一样，不会变成两封"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对，或封给的人不对"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "没有算题，或算的题不对、过期、用过了：另要一道，算好再寄"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "没有收下：换编号和回执码再寄"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json", description = "那里没有人收信，或这一小时的来信太多"),
    ),
)]
pub async fn receive(State(app): State<AppState>, request: Request) -> Response {
    answered(&app, request, StatusCode::CREATED, take_in).await
}

async fn take_in(app: &AppState, sent: Sent<LetterIn>) -> ApiResult<ReceivedOut> {
    let request = known(app, &[b"letter"], &sent.body.request_key)?;
    let shown = sent.body.work.clone();
    let (id, mut new) = sent.body.read(app)?;
    if app.store.earlier(&request.hash).await?.is_none() {
        let shown = shown.ok_or(Wanting::Missing)?;
        let office = &app.consultations;
        new.spends = Some(work::check(&office.secrets, &shown, request.hour)?);
        new.budget = Some(Budget { way: Way::Sealed, most: office.settings.letters_per_hour });
        // Letters are for the desk that the place chooses. Another one than it was when the browser asked: ask again.
        if chosen(app, new.region.as_deref()).await?.id != new.desk {
            return Err(ApiError::Conflict("现在由别的工作台收信，请再寄一次".to_owned()));
        }
    }
    let letter = Letter::of(&id, &new);
    let done = app
        .store
        .transition(Actor::Asker, &id, Act::Receive(Box::new(new)), &request)
        .await
        .map_err(refused)?;
    if done.again && !letter.is_stored(app, &done).await? {
        return Err(other_request());
    }
    let proof = proof::of(app, &done.thread).await?.map(|proof| proof.to_string());
    Ok(ReceivedOut { standing: StandingOut::of(&done), proof })
}

impl LetterIn {
    fn read(self, app: &AppState) -> ApiResult<(ThreadId, NewThread)> {
        let id: ThreadId =
            self.id.parse().map_err(|_| ApiError::field("/id", "应为 32 个小写的十六进制数字"))?;
        known_choices(self.topic.as_deref(), self.region.as_deref(), &app.published.current())?;
        let locator_hash = read_locator(&self.locator)?.hash(&app.consultations.secrets.locator_key);
        let point = BASE64_STANDARD.decode(&self.public_key).ok();
        let public_key = point.and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        let public_key =
            public_key.ok_or_else(|| ApiError::field("/public_key", "应为 P-256 公钥的 base64"))?;
        let (content, keys) = sealed(&self.content, self.keys)?;
        let new = NewThread {
            desk: self.desk,
            channel: Channel::Online,
            priority: Priority { danger: self.danger, child: self.child, vulnerable: self.vulnerable },
            topic: self.topic,
            region: self.region,
            receipt: Some(ReceiptHalves { locator_hash, public_key }),
            content,
            keys,
            spends: None,
            budget: None,
        };
        Ok((id, new))
    }
}

/// What a letter that is sent again must have in common with the one that was stored: all that stays as it was. The desk
/// may have handed it on since, or marked it.
struct Letter {
    id: ThreadId,
    locator_hash: Vec<u8>,
    public_key: Option<PublicKey>,
    choices: (bool, bool, Option<String>, Option<String>),
    content: Vec<u8>,
}

impl Letter {
    fn of(id: &ThreadId, new: &NewThread) -> Self {
        let receipt = new.receipt.as_ref();
        Self {
            id: *id,
            locator_hash: receipt.map(|halves| halves.locator_hash.clone()).unwrap_or_default(),
            public_key: receipt.map(|halves| halves.public_key.clone()),
            choices: (new.priority.danger, new.priority.child, new.topic.clone(), new.region.clone()),
            content: new.content.as_bytes().to_vec(),
        }
    }

    async fn is_stored(&self, app: &AppState, done: &Done) -> ApiResult<bool> {
        let Some(thread) = app.store.thread_by_locator(&self.locator_hash).await? else { return Ok(false) };
        let letters = app.store.messages_for_asker(&thread.id).await?;
        let Thread { id, public_key, priority, topic, region, .. } = thread;
        let choices = (priority.danger, priority.child, topic, region);
        Ok(id == self.id
            && id == done.thread
            && public_key == self.public_key
            && choices == self.choices
            && is_at(&letters, 1, &self.content))
    }
}

/// Whether this is what stands at a position.
pub(super) fn is_at(letters: &[StoredMessage], position: u32, content: &[u8]) -> bool {
    let there = letters.iter().find(|letter| letter.binding.position == position);
    there.is_some_and(|letter| letter.content.as_bytes() == content)
}
