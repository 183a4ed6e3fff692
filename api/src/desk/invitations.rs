//! Invitations: a head's browser draws a code and sends its hash; whoever holds the code becomes a member in theirs.
//!
//! The code stands behind the `#` of an address and comes here only to be used. Who takes it brings keys that were made in
//! their browser; to a desk without a key they bring that too. Wrong codes wait in line, all together and without anybody's
//! address; a right one never waits.

use axum::extract::State as Part;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::answer::Answer as Reply;
use crate::desk::code::InvitationCode;
use crate::desk::keys::{PASSPHRASE_SALT_LEN, SealedShare, WrappedKey};
use crate::desk::login::{self, LOGIN_LEN};
use crate::desk::member::{Head, OwnPage};
use crate::desk::role::Role;
use crate::desk::wire::{base64, not_done, of_bytes, public_key, word};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::{Body, Segment};
use crate::operator::is_name;
use crate::sealing::binding::unhex;
use crate::state::AppState;
use crate::store::desk::{Acceptance, Founding, INVITATION_HOURS, Invitation, Inviting, Joining, NotDone};

/// Wrong codes in an hour, of all, before the next ones wait.
const WRONG_AT_ONCE: u32 = 20;

/// Bytes of the hash of a code.
const HASH_LEN: usize = 32;

/// A code.
#[derive(Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct CodeIn {
    /// 26 characters.
    pub code: String,
}

/// What an invitation is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    /// The desk.
    pub desk: String,
    /// Its name.
    pub desk_name: String,
    /// `member`, `head`, `supervisor` or `auditor`.
    pub role: String,
    /// The role, in words.
    pub role_text: String,
    /// A name to sign in with, as a proposal.
    pub name: Option<String>,
    /// The desk has no key yet: whoever takes this makes it, and the key on paper.
    pub founds: bool,
    /// The id that whoever takes it gets; their keys are tied to it.
    pub member: String,
    /// Rounds of PBKDF2 for the passphrase.
    pub rounds: u32,
}

/// Somebody who takes an invitation, with keys that were made in their browser.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptIn {
    /// The code.
    pub code: String,
    /// The name to sign in with, unique over the site.
    pub name: String,
    /// Stretches the passphrase: 16 bytes, base64.
    pub salt: String,
    /// Rounds of PBKDF2: those that the invitation says.
    pub rounds: u32,
    /// The login value, 32 bytes, base64.
    pub login: String,
    /// The public key, base64.
    pub public_key: String,
    /// The private key under the passphrase, base64.
    pub wrapped_key: String,
    /// The first keys of the desk, where it has none.
    pub founding: Option<FoundingIn>,
}

/// The first keys of a desk.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundingIn {
    /// What letters are sealed to, base64.
    pub public_key: String,
    /// The public half of the key on paper, base64.
    pub recovery_public_key: String,
    /// The desk's private key for its first member, sealed, base64.
    pub share: String,
    /// The desk's private key for the key on paper, sealed, base64.
    pub recovery_share: String,
}

/// A new invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteIn {
    /// The hash of a code that the browser has drawn, 32 bytes, base64. Sent twice, it is one invitation.
    pub hash: String,
    /// `member`, `head`, `supervisor` or `auditor`.
    pub role: String,
    /// A name to sign in with, as a proposal.
    pub name: Option<String>,
}

/// An invitation that was stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedOut {
    /// What it is taken back by.
    pub id: String,
    /// Whole hours for which it is good.
    pub hours: i64,
}

/// Who became a member, and whether they wait to be let in.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    /// The id.
    pub member: String,
    /// The name to sign in with.
    pub name: String,
    /// A head has to let them in first.
    pub waits: bool,
}

/// What an invitation is for.
#[utoipa::path(
    post, path = "/desk/invitations/open", tag = "工作台", request_body = CodeIn,
    responses(
        (status = OK, body = InvitationOut, description = "邀请去哪里、做什么"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这份邀请，或用过、过期了"),
    ),
)]
pub async fn open(_: OwnPage, Part(app): Part<AppState>, Body(shown): Body<CodeIn>) -> ApiResult<Response> {
    let code = InvitationCode::parse(&shown.code);
    let found = match &code {
        Some(code) => app.store.invitation(&code.hash(), app.clock.hour()).await?,
        None => None,
    };
    let Some((code, invitation)) = code.zip(found) else { return Err(wrong(&app).await) };
    let Invitation { desk, role, name, founds } = invitation;
    Ok(Reply::private(InvitationOut {
        desk: desk.id,
        desk_name: desk.name,
        role: role.code().to_owned(),
        role_text: role.chinese().to_owned(),
        name,
        founds,
        member: code.member(),
        rounds: app.consultations.settings.passphrase_rounds.get(),
    })
    .into_response())
}

/// Becomes a member.
#[utoipa::path(
    post, path = "/desk/invitations/accept", tag = "工作台", request_body = AcceptIn,
    responses(
        (status = CREATED, body = AcceptedOut, description = "是成员了。同样的再发一次，回答一样"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这份邀请，或用过、过期了"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "工作台刚刚有人建好，或者还没有人建"),
    ),
)]
pub async fn accept(
    _: OwnPage,
    Part(app): Part<AppState>,
    Body(sent): Body<AcceptIn>,
) -> ApiResult<Response> {
    let code = Zeroizing::new(sent.code.clone());
    let Some(code) = InvitationCode::parse(&code) else { return Err(wrong(&app).await) };
    let waits = sent.founding.is_none();
    let (name, login, new) = sent.read(&app, &code)?;
    // A wrong code must not cost what a right one does.
    if !app.store.is_invitation(&code.hash()).await? {
        return Err(wrong(&app).await);
    }
    let dice = app.dice.clone();
    let hashed = app.consultations.login_effort.run(move || login::hash(&login, &*dice)).await;
    let acceptance = new(hashed.map_err(|_| ApiError::Busy)?);
    match app.store.accept_invitation(acceptance, app.clock.hour()).await {
        Ok(()) => {
            let out = AcceptedOut { member: code.member(), name, waits };
            Ok((StatusCode::CREATED, Reply::private(out)).into_response())
        }
        Err(NotDone::Gone) => Err(wrong(&app).await),
        Err(other) => Err(not_done(other)),
    }
}

/// Invites somebody.
#[utoipa::path(
    post, path = "/desk/invitations", tag = "工作台", request_body = InviteIn,
    responses(
        (status = CREATED, body = InvitedOut, description = "邀请好了"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是负责人"),
    ),
)]
pub async fn invite(
    head: Head,
    Part(app): Part<AppState>,
    Body(wanted): Body<InviteIn>,
) -> ApiResult<Response> {
    let hash = of_bytes::<HASH_LEN>("/hash", &wanted.hash)?.to_vec();
    let role = word("/role", &wanted.role, (&Role::ALL, Role::code))?;
    let name = wanted.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| !is_name(name)) {
        return Err(ApiError::field("/name", "名字要有 1 到 60 个字"));
    }
    let new = Inviting { hash: hash.clone(), role, name: name.map(str::to_owned) };
    app.store.invite(&head, new, app.clock.hour()).await.map_err(not_done)?;
    let out = InvitedOut { id: crate::sealing::binding::hex(&hash), hours: INVITATION_HOURS };
    Ok((StatusCode::CREATED, Reply::private(out)).into_response())
}

/// Takes an invitation back that nobody has taken.
#[utoipa::path(
    delete, path = "/desk/invitations/{id}", tag = "工作台",
    params(("id" = String, Path, description = "邀请")),
    responses(
        (status = NO_CONTENT, description = "收回了"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这份邀请，或已经用过"),
    ),
)]
pub async fn revoke(head: Head, Part(app): Part<AppState>, Segment(id): Segment) -> ApiResult<Response> {
    let hash = unhex(&id.to_ascii_lowercase())
        .filter(|hash| hash.len() == HASH_LEN)
        .ok_or_else(|| not_done(NotDone::Gone))?;
    app.store.revoke_invitation(&head, &hash, app.clock.hour()).await.map_err(not_done)?;
    Ok(super::wire::done())
}

impl AcceptIn {
    /// The name, the login value, and the rest as soon as that is hashed.
    #[expect(clippy::type_complexity, reason = "a function that waits for one value")]
    fn read(
        self,
        app: &AppState,
        code: &InvitationCode,
    ) -> ApiResult<(String, Zeroizing<[u8; LOGIN_LEN]>, impl FnOnce(String) -> Acceptance + use<>)> {
        let name = self.name.trim().to_owned();
        if !is_name(&name) {
            return Err(ApiError::field("/name", "名字要有 1 到 60 个字"));
        }
        let rounds = app.consultations.settings.passphrase_rounds.get();
        if self.rounds != rounds {
            return Err(ApiError::field("/rounds", format!("应为 {rounds}")));
        }
        let login = Zeroizing::new(of_bytes::<LOGIN_LEN>("/login", &Zeroizing::new(self.login))?);
        let salt = of_bytes::<PASSPHRASE_SALT_LEN>("/salt", &self.salt)?.to_vec();
        let key = public_key("/public_key", &self.public_key)?;
        let wrapped_key = wrapped("/wrapped_key", &self.wrapped_key)?;
        let founding = self.founding.map(FoundingIn::read).transpose()?;
        let (hash, id) = (code.hash(), code.member());
        let called = name.clone();
        let new = move |login_hash| Acceptance {
            hash,
            member: Joining { id, name: called, salt, rounds, login_hash, public_key: key, wrapped_key },
            founding,
        };
        Ok((name, login, new))
    }
}

impl FoundingIn {
    fn read(self) -> ApiResult<Founding> {
        Ok(Founding {
            public_key: public_key("/founding/public_key", &self.public_key)?,
            recovery_public_key: public_key("/founding/recovery_public_key", &self.recovery_public_key)?,
            share: share("/founding/share", &self.share)?,
            recovery_share: share("/founding/recovery_share", &self.recovery_share)?,
        })
    }
}

/// A copy of a desk's private key that was sealed in a browser.
pub(super) fn share(pointer: &str, text: &str) -> ApiResult<SealedShare> {
    base64(pointer, text)?.try_into().map_err(|err| ApiError::field(pointer, format!("{err}")))
}

/// A member's private key under a passphrase.
pub(super) fn wrapped(pointer: &str, text: &str) -> ApiResult<WrappedKey> {
    base64(pointer, text)?.try_into().map_err(|err| ApiError::field(pointer, format!("{err}")))
}

/// What a wrong code is told, the same whatever is wrong with it; after many, at a pause.
async fn wrong(app: &AppState) -> ApiError {
    let office = &app.consultations;
    let tries = office.invitations.add(b"wrong", app.clock.hour(), &*app.dice);
    if tries > WRONG_AT_ONCE && office.slow_invitation.pass().await.is_err() {
        return ApiError::Busy;
    }
    ApiError::Absent(format!(
        "没有这份邀请：可能抄错了，用过了，收回了，或者过了 {INVITATION_HOURS} 小时。请向邀请你的人再要一份"
    ))
}
