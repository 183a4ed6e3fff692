//! Whoever comes, calls or sends a letter is in the same register as those who write here (来访登记): a member enters it,
//! sealed in the browser to the desk and those above. There is no receipt: a member takes it back for them.

use axum::extract::State as Part;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::consultations::letter::known_choices;
use crate::consultations::register::Channel;
use crate::desk::member::Member;
use crate::desk::wire::{KeyIn, StandingOut, WishIn, act, sealed, word};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Body, Segment};
use crate::published::Release;
use crate::sealing::binding::ThreadId;
use crate::state::AppState;
use crate::store::consultation::{Act, NewThread, Priority};

/// A visit, a call or a letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkInIn {
    /// The id of the new consultation: 16 random bytes of the browser as 32 hexadecimal digits. What was written is sealed
    /// for position 1 in it, sender `desk`.
    pub id: String,
    /// How somebody came: `visit`, `call`, `letter`.
    pub channel: String,
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
    /// Random, at least 16 characters: sent twice, it is registered once.
    pub request_key: String,
    /// Nonce, ciphertext and tag, base64.
    pub content: String,
    /// The content key, sealed once for the desk and each above it: see `/desks/{id}/key`.
    pub keys: Vec<KeyIn>,
}

/// Destroys what was registered, because whoever came wants it: they have no receipt to do it with.
#[utoipa::path(
    post, path = "/desk/consultations/{id}/withdraw", tag = "工作台", request_body = WishIn,
    params(("id" = String, Path, description = "来访、来电或来信的登记")),
    responses(
        (status = OK, body = StandingOut, description = "都销毁了；留下统计数和操作记录里的一行"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "是网上来的信：凭回执码自己删"),
    ),
)]
pub async fn withdraw(
    member: Member,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(WishIn { request_key }): Body<WishIn>,
) -> ApiResult<Response> {
    let done = act(&app, (&member, &id), Act::Withdraw, ("withdraw", &request_key)).await?;
    Ok(done.into_response())
}

/// Registers a visit, a call or a letter.
#[utoipa::path(
    post, path = "/desk/consultations", tag = "工作台", request_body = WalkInIn,
    responses(
        (status = CREATED, body = StandingOut, description = "登记好了，和来信一样等人受理"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "形状不对，或封给的人不对"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "编号已经有了"),
    ),
)]
pub async fn register(
    member: Member,
    Part(app): Part<AppState>,
    Body(visit): Body<WalkInIn>,
) -> ApiResult<Response> {
    let id: ThreadId =
        visit.id.parse().map_err(|_| ApiError::field("/id", "应为 32 个小写的十六进制数字"))?;
    let key = visit.request_key.clone();
    let new = visit.read(&member, &app.published.current())?;
    let done = act(&app, (&member, &id.to_string()), Act::Receive(Box::new(new)), ("receive", &key)).await?;
    Ok((StatusCode::CREATED, done).into_response())
}

impl WalkInIn {
    fn read(self, member: &Member, release: &Release) -> ApiResult<NewThread> {
        let by_hand: Vec<Channel> =
            Channel::ALL.iter().copied().filter(|channel| *channel != Channel::Online).collect();
        let channel = word("/channel", &self.channel, (&by_hand, Channel::code))?;
        known_choices(self.topic.as_deref(), self.region.as_deref(), release)?;
        let (content, keys) = sealed(&self.content, self.keys)?;
        Ok(NewThread {
            desk: member.desk().to_owned(),
            channel,
            priority: Priority { danger: self.danger, child: self.child, vulnerable: self.vulnerable },
            topic: self.topic,
            region: self.region,
            receipt: None,
            content,
            keys,
            spends: None,
            budget: None,
        })
    }
}
