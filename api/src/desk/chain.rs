//! The audit chain of a desk, for those who look over its shoulder, at the desk or above it: who did what, and whether the
//! chain holds.

use std::collections::BTreeMap;

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer as Reply;
use crate::audit::{self, Broken, Head};
use crate::desk::member::{Auditor, Overseer, SignedIn};
use crate::desk::queue::not_below;
use crate::error::{ApiResult, Problem};
use crate::extract::{Fields, FromFields, Query};
use crate::sealing::binding::hex;
use crate::state::AppState;
use crate::store::ShownLine;

/// The most lines of one page.
const MOST_AT_ONCE: usize = 200;

/// Which part of which chain.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChainIn {
    /// Of which desk below; the caller's own unless given.
    pub desk: Option<String>,
    /// Where to go on: the `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<u64>,
    /// 1 to 200, 50 unless given.
    #[param(value_type = Option<u32>)]
    pub limit: u32,
}

/// A page of the audit chain of a desk, the newest line first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChainOut {
    /// The lines.
    pub lines: Vec<LineOut>,
    /// Where the next page begins, if there is more.
    pub next: Option<String>,
    /// Whether the whole chain holds, checked now; with the first page only.
    pub checked: Option<CheckedOut>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineOut {
    /// From 1, without gaps.
    pub number: u64,
    /// The hour, RFC 3339.
    pub hour: String,
    /// The name of the member; nobody for what the asker, the clock or the operator did.
    pub actor: Option<String>,
    /// What was done, as a code.
    pub act: String,
    /// What was done, in words.
    pub act_text: String,
    /// The hash of what it was done to, hexadecimal: SHA-256 of label `nuanzhan/audit-object/1`, a byte that says what it is, and
    /// the id.
    pub object: String,
    /// The hash of the line, hexadecimal.
    pub hash: String,
}

/// Whether a chain holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedOut {
    /// It does.
    pub holds: bool,
    /// How many lines hold, and where the chain ends. Note the end elsewhere: who rewrites the whole chain can't rewrite that.
    pub lines: Option<u64>,
    /// The hash of the last line, hexadecimal.
    pub head: Option<String>,
    /// The first line that does not hold, and in what way.
    pub broken: Option<String>,
}

/// Who did what at the desk or at one below, and whether the chain of it holds.
#[utoipa::path(
    get, path = "/desk/audit", tag = "工作台", params(ChainIn),
    responses(
        (status = OK, body = ChainOut, description = "操作记录，新的在前；第一页带着整条链查下来的结果"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "这个角色不看操作记录，或不看下级的"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "不是下级工作台"),
    ),
)]
pub async fn list(
    auditor: Auditor,
    Part(app): Part<AppState>,
    Query(ChainIn { desk, cursor, limit }): Query<ChainIn>,
) -> ApiResult<Response> {
    let (lines, next) = match &desk {
        None => app.store.audit_lines(&auditor, (cursor, limit)).await?,
        Some(desk) => {
            let overseer = Overseer::try_from(SignedIn::clone(&auditor))?;
            let lines = app.store.audit_lines_below(&overseer, desk, (cursor, limit)).await?;
            lines.ok_or_else(not_below)?
        }
    };
    let names = app.store.names_of(lines.iter().filter_map(|line| line.actor.as_deref())).await?;
    let checked = match cursor {
        None => {
            Some(CheckedOut::new(app.store.verify_audit(desk.as_deref().unwrap_or(auditor.desk())).await?))
        }
        Some(_) => None,
    };
    let lines = lines.into_iter().map(|line| LineOut::new(line, &names)).collect();
    Ok(Reply::private(ChainOut { lines, next: next.map(|next| next.to_string()), checked }).into_response())
}

impl LineOut {
    fn new(line: ShownLine, names: &BTreeMap<String, String>) -> Self {
        // An id that is nobody's was written by somebody else than this program: it is shown as it stands.
        let name = |id: String| names.get(&id).cloned().unwrap_or(id);
        Self {
            number: line.number,
            hour: line.hour.to_rfc3339(),
            actor: line.actor.map(name),
            act_text: audit::chinese(&line.act).to_owned(),
            act: line.act,
            object: hex(&line.object),
            hash: hex(&line.hash),
        }
    }
}

impl CheckedOut {
    fn new(checked: Result<Head, Broken>) -> Self {
        match checked {
            Ok(Head { number, hash }) => {
                Self { holds: true, lines: Some(number), head: Some(hex(&hash)), broken: None }
            }
            Err(broken) => Self { holds: false, lines: None, head: None, broken: Some(broken.to_string()) },
        }
    }
}

impl FromFields for ChainIn {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            desk: fields.text("desk"),
            cursor: fields.parsed("cursor", "前一页给的 next", |text| text.parse().ok()),
            limit: fields
                .number("limit", 1..=MOST_AT_ONCE)
                .and_then(|limit| limit.try_into().ok())
                .unwrap_or(50),
        }
    }
}
