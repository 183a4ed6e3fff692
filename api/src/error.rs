//! Every way a request can fail, and what the caller is told: RFC 9457 problem documents.
//!
//! The `type` is the contract: clients branch on it. `title` and `detail` are Chinese, for the reader, and may
//! change. Causes of our own faults are logged here, once, and never sent. Nothing of the request is logged.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::consultations::work::Wanting;
use crate::desk::role::Role;
use crate::store::ailment::Ailment;

/// What a handler gives back.
pub type ApiResult<T> = Result<T, ApiError>;

/// Every way a request can fail.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Fields or parameters are missing, unknown or out of range. At least one entry.
    #[error("{}", .0.first().map_or("", |field| field.message.as_str()))]
    Invalid(Vec<FieldError>),
    /// The body is not what the media type says.
    #[error("{0}")]
    Malformed(String),
    /// No live session.
    #[error("请先登录工作台")]
    SignedOut,
    /// A name and a passphrase that do not belong together, or a name that nobody has.
    #[error("名字、口令或验证码不对。没有设验证码的就空着；一个验证码只能用一次；连错十次，要等到下一个整点")]
    WrongSignIn,
    /// Somebody is signed in who has no second factor where the site wants one: all they can do is to set one.
    #[error("请先设验证码：本站要求登录时除了口令还有验证码")]
    SecondFactorMissing,
    /// Somebody is signed in who waits for a head to let them in.
    #[error("请等负责人放行：负责人要先核对你的指纹码")]
    NotAdmitted,
    /// What was shown to confirm an act is not right.
    #[error("{0}")]
    NotConfirmed(&'static str),
    /// A page of another site sent this, or a gateway in front hides which host was asked.
    #[error("请从本站的页面操作。若前面有网关，请让它把 Host 原样传过来，或把 base_url 设成公开的网址")]
    ForeignOrigin,
    /// Somebody is signed in whose role may not do this.
    #[error("{}不能{what}。请找{who}", .role.chinese())]
    NotForRole {
        /// Theirs.
        role: Role,
        /// What was asked for, in words.
        what: &'static str,
        /// Who may, in words.
        who: &'static str,
    },
    /// A new letter came without the work that it costs, or with work that does not count.
    #[error(transparent)]
    WorkWanted(#[from] Wanting),
    /// There is no such thing, or it is somebody else's.
    #[error("没有找到{0}")]
    NotFound(&'static str),
    /// There is no such thing, and more can be said about that.
    #[error("{0}")]
    Absent(String),
    /// The thing is in a state that does not allow this.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than the limit.
    #[error("内容太长，最多 {limit} 字节")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The body is of a media type that this address does not take.
    #[error("这里只收 {0}")]
    UnsupportedMediaType(&'static str),
    /// The method does not exist here. `Allow` is set by the router.
    #[error("这个地址不支持这种请求方式")]
    MethodNotAllowed,
    /// No desk takes letters from there.
    #[error("你选的地方还没有开通匿名咨询，信没有寄出。急的事先打电话")]
    NoDesk,
    /// The desk has had its letters for this hour.
    #[error("这一小时的来信太多，值班的人看不过来，这封没有寄出。急的事先打电话，别的过一小时再寄")]
    UsedUp,
    /// More at once than this machine can do safely. Try again.
    #[error("现在人多，请过一会儿再试")]
    Busy,
    /// The database can't do its work for now: nothing was done, and the same again is right later.
    #[error("我们的机器现在存不了东西，没有办成。请过一会儿再试，急的事先打电话")]
    StoreAway(Ailment, #[source] anyhow::Error),
    /// Our fault.
    #[error("我们这边出错了，请稍后再试")]
    Internal(#[source] anyhow::Error),
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body (`/near/lat`), or the name of the query parameter.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable and documented in `docs/api.md`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What sort of problem, in a few words.
    pub title: &'static str,
    /// The HTTP status again.
    pub status: u16,
    /// For the reader.
    pub detail: String,
    /// Each bad field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl ApiError {
    /// One bad field or parameter.
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { pointer: pointer.into(), message: message.into() }])
    }

    /// The whole contract on one screen: status, name of the type, title.
    pub fn contract(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid", "内容有误"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed", "读不懂的内容"),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed-out", "没有登录"),
            Self::ForeignOrigin => (StatusCode::FORBIDDEN, "foreign-origin", "不是本站发来的"),
            Self::NotForRole { .. } => (StatusCode::FORBIDDEN, "not-for-role", "这个角色不能这样做"),
            Self::WrongSignIn => (StatusCode::UNAUTHORIZED, "wrong-sign-in", "登录不成"),
            Self::SecondFactorMissing => (StatusCode::FORBIDDEN, "second-factor-missing", "还没有设验证码"),
            Self::NotAdmitted => (StatusCode::FORBIDDEN, "not-admitted", "还没有放行"),
            Self::NotConfirmed(_) => (StatusCode::FORBIDDEN, "not-confirmed", "没有核对上"),
            Self::WorkWanted(_) => (StatusCode::FORBIDDEN, "work-wanted", "要先算一道题"),
            Self::NotFound(_) | Self::Absent(_) => (StatusCode::NOT_FOUND, "not-found", "没有找到"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict", "现在不能这样做"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "内容太长"),
            Self::UnsupportedMediaType(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "内容类型不对")
            }
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "请求方式不对"),
            Self::NoDesk => (StatusCode::SERVICE_UNAVAILABLE, "no-desk", "现在没有人值班"),
            Self::UsedUp => (StatusCode::SERVICE_UNAVAILABLE, "used-up", "这一小时的来信太多了"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "请稍候"),
            Self::StoreAway(..) => (StatusCode::SERVICE_UNAVAILABLE, "store-away", "现在存不了东西"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "我们这边出错了"),
        }
    }

    /// Whether it is our own fault, or our machine's.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Internal(_) | Self::StoreAway(..))
    }

    /// What the caller is told.
    pub fn problem(self) -> Problem {
        let (status, kind, title) = self.contract();
        let detail = self.to_string();
        let errors = if let Self::Invalid(errors) = self { errors } else { Vec::new() };
        Problem { kind: format!("/problems/{kind}"), title, status: status.as_u16(), detail, errors }
    }

    /// Logs our own faults, once. Called by whatever turns the error into an answer.
    pub fn log(&self) {
        match self {
            Self::Internal(cause) => tracing::error!("request failed: {cause:#}"),
            Self::StoreAway(ailment, cause) => tracing::error!("{ailment}（{cause:#}）"),
            _ => {}
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let status = self.contract().0;
        let mut response = (status, Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

impl From<sea_orm::DbErr> for ApiError {
    fn from(err: sea_orm::DbErr) -> Self {
        match Ailment::of(&err) {
            Some(ailment) => Self::StoreAway(ailment, anyhow::Error::new(err)),
            None => Self::Internal(anyhow::Error::new(err).context("database")),
        }
    }
}
