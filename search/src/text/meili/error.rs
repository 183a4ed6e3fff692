//! What goes wrong between this program and a Meilisearch server, told to whoever runs both.
//!
//! No variant holds what was asked or what the server said of it: these texts are printed and logged.

use meilisearch_sdk::errors::{Error, ErrorCode, ErrorType};

use crate::text::EngineError;

/// Why Meilisearch did not do as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeiliError {
    /// The address is none.
    #[error("“{0}”不是 Meilisearch 的地址：写成 http://127.0.0.1:7700 这样，末尾不带斜杠")]
    Address(String),
    /// The index's name is none.
    #[error("“{0}”不能做索引的名字：用小写字母、数字和横线，字母开头，最多 64 个")]
    Index(String),
    /// The key has characters that no key has.
    #[error("Meilisearch 的钥匙里有不该有的字符：核对有没有多抄空格或换行")]
    Key,
    /// Nobody answers there.
    #[error("连不上 Meilisearch：看它是否在运行，再核对设置 search.meili_url")]
    Unreachable,
    /// It did not answer in time.
    #[error("Meilisearch 没有在限定的时间内答复")]
    Slow,
    /// The key is missing, wrong or may not do this.
    #[error("Meilisearch 不接受这把钥匙：核对它，或者用 nuanzhan search keys 另开一把")]
    NotAllowed,
    /// The index has not been made.
    #[error("Meilisearch 里没有这个索引：先运行 nuanzhan search publish")]
    NoIndex,
    /// It has the records of another release.
    #[error("Meilisearch 里是另一次发布的内容：运行 nuanzhan search publish")]
    OtherRelease,
    /// It answered, with a failure of its own.
    #[error("Meilisearch 没有办成（{code}，HTTP {status}）：它的日志里有原因")]
    Refused {
        /// The HTTP status, or 400 or 500 for whose fault it was: the SDK keeps no more of an answer that names a code.
        status: u16,
        /// Its name for what went wrong.
        code: String,
    },
    /// What it answered is not what a Meilisearch of a known version answers.
    #[error("答复的不像是 Meilisearch：核对地址，版本要 1.50 以上")]
    Malformed,
    /// A task was taken and then failed.
    #[error("Meilisearch 做“{what}”时失败了（{code}）：它的日志里有原因，改好后再运行一次")]
    Task {
        /// Which task.
        what: String,
        /// Its name for what went wrong.
        code: String,
    },
    /// What was built is not what was sent: somebody else works on the same index.
    #[error(
        "建好的索引不完整（应有 {expected} 份，实有 {found} 份）：可能有人同时在发布。线上的没有动，稍后再运行一次"
    )]
    Incomplete {
        /// How many documents were sent.
        expected: usize,
        /// How many are there.
        found: usize,
    },
}

impl MeiliError {
    /// Whether asking again later may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable | Self::Slow => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

impl From<Error> for MeiliError {
    fn from(err: Error) -> Self {
        match err {
            Error::Meilisearch(err) => match (err.error_code, err.error_type) {
                (ErrorCode::IndexNotFound, _) => Self::NoIndex,
                (_, ErrorType::Auth) => Self::NotAllowed,
                // Which of its own faults it was, the SDK does not keep; that it was one, it does.
                (code, ErrorType::Internal) => Self::Refused { status: 500, code: code.to_string() },
                (code, _) => Self::Refused { status: 400, code: code.to_string() },
            },
            Error::MeilisearchCommunication(err) => match err.status_code {
                401 | 403 => Self::NotAllowed,
                status => Self::Refused { status, code: "unknown".to_owned() },
            },
            Error::Timeout => Self::Slow,
            Error::InvalidRequest => Self::Key,
            Error::HttpError(_) => Self::Unreachable,
            _ => Self::Malformed,
        }
    }
}

impl From<MeiliError> for EngineError {
    fn from(err: MeiliError) -> Self {
        match err {
            MeiliError::Slow => Self::Slow,
            // An index that nobody has made yet is as one of an older release: it has to be published.
            MeiliError::OtherRelease | MeiliError::NoIndex => Self::OtherRelease,
            err => Self::Unavailable(Box::new(err)),
        }
    }
}
