//! The key on paper lets a member in where no head can: their browser opens the copies with it and seals them to itself.
//!
//! What is sealed to the paper's public key and comes back opened proves that somebody has the paper. Without that anybody
//! with an invitation could let themselves in, with copies that open nothing but a role that is looked at in the clear.

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer as Reply;
use crate::clock::Hour;
use crate::desk::member::{Known, SignedIn};
use crate::desk::members::{ShareIn, read_shares};
use crate::desk::wire::{base64, done, not_done};
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Body;
use crate::sealing::binding::labelled;
use crate::sealing::suite::{self, PublicKey};
use crate::state::AppState;

/// What the key on paper opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryOut {
    /// The public half of the key on paper, base64: whether the right sheet was typed shows here.
    pub recovery_public_key: String,
    /// A proof to be opened and sent back within the hour, sealed to the key on paper, base64.
    pub challenge: String,
    /// The desk's keys, sealed to the key on paper.
    pub shares: Vec<PaperShareOut>,
}

/// One key of a desk, sealed to the key on paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperShareOut {
    /// Which key.
    pub generation: u32,
    /// Its private half, sealed, base64.
    pub sealed_key: String,
}

/// What was opened with the key on paper and sealed to the member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryIn {
    /// The opened proof, base64.
    pub proof: String,
    /// The desk's keys, every one that is in use.
    pub shares: Vec<ShareIn>,
}

/// What the key on paper opens, for somebody who waits.
#[utoipa::path(
    get, path = "/desk/recovery", tag = "工作台",
    responses(
        (status = OK, body = RecoveryOut, description = "封给恢复密钥的钥匙"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "已经放行，或这个角色不用钥匙"),
    ),
)]
pub async fn show(member: Known, Part(app): Part<AppState>) -> ApiResult<Response> {
    let waiting = waiting(member)?;
    let public_key = paper_of(&app, &waiting).await?;
    let of_now = of_hour(&waiting, &public_key, app.clock.hour());
    let proof = app.consultations.secrets.challenge("recovery", &of_now);
    let info = proof_info(waiting.desk(), waiting.id());
    let shares = app.store.recovery_of(waiting.desk()).await?.into_iter().map(|copy| PaperShareOut {
        generation: copy.generation,
        sealed_key: BASE64_STANDARD.encode(copy.share.as_bytes()),
    });
    Ok(Reply::private(RecoveryOut {
        recovery_public_key: BASE64_STANDARD.encode(public_key.to_bytes()),
        challenge: BASE64_STANDARD.encode(suite::seal(&public_key, &info, &proof, &*app.dice)),
        shares: shares.collect(),
    })
    .into_response())
}

/// Lets in whoever has shown that they hold the key on paper.
#[utoipa::path(
    post, path = "/desk/recovery", tag = "工作台", request_body = RecoveryIn,
    responses(
        (status = NO_CONTENT, description = "取得了钥匙，记在记录链里"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是这个工作台的恢复密钥"),
    ),
)]
pub async fn take(
    member: Known,
    Part(app): Part<AppState>,
    Body(sent): Body<RecoveryIn>,
) -> ApiResult<Response> {
    let waiting = waiting(member)?;
    let shares = read_shares(sent.shares)?;
    let public_key = paper_of(&app, &waiting).await?;
    let shown = base64("/proof", &sent.proof)?;
    let now = app.clock.hour();
    let hours = [now, Hour::from_number(now.number() - 1)];
    let right = hours.into_iter().any(|hour| {
        app.consultations.secrets.meets("recovery", &of_hour(&waiting, &public_key, hour), &shown)
    });
    if !right {
        return Err(ApiError::NotConfirmed("这不是这个工作台的恢复密钥，或者隔得太久。请再试一次"));
    }
    app.store.recover(&waiting, &shares, now).await.map_err(not_done)?;
    Ok(done())
}

fn waiting(member: Known) -> ApiResult<SignedIn> {
    if member.admitted {
        return Err(ApiError::Conflict("已经放行了，不用恢复密钥".to_owned()));
    }
    if !member.somebody.role().works() {
        return Err(ApiError::Conflict("你的角色不拆信，不用钥匙。请等负责人放行".to_owned()));
    }
    Ok(member.somebody)
}

async fn paper_of(app: &AppState, waiting: &SignedIn) -> ApiResult<PublicKey> {
    Ok(app.store.recovery_key_of(waiting.desk()).await?)
}

/// What is proven: that somebody has this paper, within this hour.
fn of_hour(waiting: &SignedIn, public_key: &PublicKey, hour: Hour) -> Vec<u8> {
    let of = of(waiting.desk(), waiting.id());
    [of, hour.number().to_be_bytes().to_vec(), public_key.to_bytes()].concat()
}

/// The HPKE info of the sealed proof: somebody else's does not open as theirs.
pub(crate) fn proof_info(desk: &str, member: &str) -> Vec<u8> {
    labelled("nuanzhan/recovery-proof/1", &of(desk, member))
}

/// Desk and member, with a zero byte after each: ids hold none.
fn of(desk: &str, member: &str) -> Vec<u8> {
    [desk.as_bytes(), &[0], member.as_bytes(), &[0]].concat()
}
