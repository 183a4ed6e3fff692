//! A member changes the passphrase: the browser wraps the same private key anew, and nothing else of the keys changes.

use axum::extract::State as Part;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::desk::invitations::wrapped;
use crate::desk::keys::PASSPHRASE_SALT_LEN;
use crate::desk::login::{self, LOGIN_LEN};
use crate::desk::member::Known;
use crate::desk::sessions::confirm_passphrase;
use crate::desk::wire::{done, of_bytes};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Body;
use crate::state::AppState;
use crate::store::desk::Passphrase;

/// A new passphrase, and the proof of the old one.
#[derive(Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct PassphraseIn {
    /// The login value of the old passphrase, base64.
    pub login: String,
    /// Stretches the new one: 16 bytes, base64.
    pub salt: String,
    /// Rounds of PBKDF2 for the new one: those that `/me` says.
    pub rounds: u32,
    /// The login value of the new one, base64.
    pub new_login: String,
    /// The private key under the new one, base64.
    pub wrapped_key: String,
}

/// Changes the passphrase. The member's other sessions end.
#[utoipa::path(
    post, path = "/desk/passphrase", tag = "工作台", request_body = PassphraseIn,
    responses(
        (status = NO_CONTENT, description = "换好了"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "原来的口令不对"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "刚刚在别处换过"),
    ),
)]
pub async fn change(
    member: Known,
    Part(app): Part<AppState>,
    Body(sent): Body<PassphraseIn>,
) -> ApiResult<Response> {
    let rounds = app.consultations.settings.passphrase_rounds.get();
    if sent.rounds != rounds {
        return Err(ApiError::field("/rounds", format!("应为 {rounds}")));
    }
    let salt = of_bytes::<PASSPHRASE_SALT_LEN>("/salt", &sent.salt)?.to_vec();
    let wrapped_key = wrapped("/wrapped_key", &sent.wrapped_key)?;
    let login = Zeroizing::new(of_bytes::<LOGIN_LEN>("/new_login", &sent.new_login)?);
    let before = confirm_passphrase(&app, &member.somebody, &sent.login).await?;
    let dice = app.dice.clone();
    let hashed = app.consultations.login_effort.run(move || login::hash(&login, &*dice)).await;
    let login_hash = hashed.map_err(|_| ApiError::Busy)?;
    let new = Passphrase { salt, rounds, login_hash, wrapped_key };
    let by = (&member.somebody, before.login_hash.as_str());
    if !app.store.change_passphrase(by, new, app.clock.hour()).await? {
        return Err(ApiError::Conflict("口令刚刚在别处换过，请重新登录".to_owned()));
    }
    Ok(done())
}
