//! `/api/v1/…`: what a browser needs before it can seal a letter or stretch a receipt itself. All of it is public.

use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::consultations::Consultations;
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Segment;
use crate::store::Store;
use crate::store::desk::{Desk, Reader, ReaderKey};
use axum::response::IntoResponse;

/// How receipts are stretched and messages sealed here.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParametersOut {
    /// The site's salt, base64.
    pub salt: String,
    /// Rounds of PBKDF2-HMAC-SHA-256.
    pub rounds: u32,
    /// The HPKE suite.
    pub suite: SuiteOut,
    /// What proofs of receipt are checked with: an Ed25519 public key, base64.
    pub proof_key: String,
}

/// An HPKE suite by the numbers of RFC 9180.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuiteOut {
    /// 16: DHKEM(P-256, HKDF-SHA256).
    pub kem: u16,
    /// 1: HKDF-SHA256.
    pub kdf: u16,
    /// 2: AES-256-GCM.
    pub aead: u16,
}

/// To whom a letter for a desk is sealed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskKeyOut {
    /// The desk.
    pub desk: String,
    /// Its name.
    pub name: String,
    /// Everyone who must be able to read, besides the asker.
    pub readers: Vec<ReaderOut>,
}

/// A reader and what to seal to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReaderOut {
    /// `thread`, or `desk/` and the id of the desk.
    pub reader: String,
    /// Which key of the desk; 0 for the thread.
    pub generation: u32,
    /// An uncompressed point on P-256, base64.
    pub public_key: String,
}

impl ReaderOut {
    /// As it goes over the wire.
    pub fn new(key: &ReaderKey) -> Self {
        Self {
            reader: key.reader.to_string(),
            generation: key.generation,
            public_key: BASE64_STANDARD.encode(key.public_key.to_bytes()),
        }
    }
}

/// How receipts are stretched and messages sealed.
#[utoipa::path(
    get, path = "/consultations/parameters", tag = "咨询",
    responses((status = OK, body = ParametersOut, description = "公开的参数")),
)]
pub async fn parameters(State(office): State<Consultations>) -> Response {
    Answer::private(ParametersOut {
        salt: BASE64_STANDARD.encode(&office.stretching.salt),
        rounds: office.stretching.rounds.get(),
        suite: SuiteOut { kem: 16, kdf: 1, aead: 2 },
        proof_key: office.proof_key.public().to_string(),
    })
    .into_response()
}

/// To whom a letter for this desk is sealed.
#[utoipa::path(
    get, path = "/desks/{id}/key", tag = "咨询",
    params(("id" = String, Path, description = "工作台")),
    responses(
        (status = OK, body = DeskKeyOut, description = "要封给谁"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这个工作台"),
    ),
)]
pub async fn desk_key(Segment(id): Segment, State(store): State<Store>) -> ApiResult<Response> {
    let Desk { id, name, .. } = store.desk(&id).await?.ok_or(ApiError::NotFound("这个工作台"))?;
    let readers = store.readers_of(&id).await?;
    debug_assert!(
        readers.iter().all(|key| matches!(key.reader, Reader::Desk(_))),
        "the thread's key is the asker's"
    );
    let readers = readers.iter().map(ReaderOut::new).collect();
    Ok(Answer::private(DeskKeyOut { desk: id, name, readers }).into_response())
}
