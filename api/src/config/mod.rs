//! The settings: `nuanzhan.default.toml`, then a file, then the environment, then flags; the later one rules.
//!
//! Start at [`Settings::load`]. The defaults live in `nuanzhan.default.toml` at the root and nowhere else: its keys
//! are all the keys there are, and the types of its values are their types. `effective.rs` puts the sources together,
//! `reader.rs` makes typed settings of what rules.

mod effective;
mod reader;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::HeaderName;

pub use self::effective::Effective;
use self::reader::Reader;
use crate::announce::mail::MailSettings;
use crate::finder::Meilisearch;
use crate::state::Limits;
use crate::store::Retention;

/// The commented default file.
pub const DEFAULTS: &str = include_str!("../../../nuanzhan.default.toml");

/// How the service runs on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where to listen. Port 0 is any free one.
    pub listen: SocketAddr,
    /// The folder that editors write.
    pub content: PathBuf,
    /// A site folder that is published from elsewhere: then nothing is built here, and `content` is not looked at.
    pub site: Option<PathBuf>,
    /// The folder that this program writes.
    pub var: PathBuf,
    /// Where the database is. Holds a password, perhaps: never print it, print [`hide_password`] of it.
    pub database: String,
    /// The file of the server's own secrets.
    pub secrets: PathBuf,
    /// The public address, where it differs from the content's.
    pub base_url: Option<String>,
    /// The header in which a gateway in front says who is calling.
    pub client_address_header: Option<HeaderName>,
    /// Where health is told, if not with everything else.
    pub operations: Option<SocketAddr>,
    /// How long what is over stays.
    pub retention: Retention,
    /// How much of anything at once.
    pub limits: Limits,
    /// The server that searches, if not this process.
    pub meilisearch: Meilisearch,
    /// The account that mails are sent by, if there is one.
    pub mail: Option<MailSettings>,
    /// Whether words are counted ([`crate::words`]).
    pub counts_words: bool,
    /// Whether members need a second factor to do anything at the desk.
    pub second_factor_required: bool,
}

/// Where settings come from, apart from the defaults.
#[derive(Debug, Default)]
pub struct Sources {
    /// The settings file and its text.
    pub file: Option<(PathBuf, String)>,
    /// Variables of the environment. Those that do not begin with `NUANZHAN_` are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags that were given, by the key they set.
    pub flags: Vec<(&'static str, String)>,
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("设置有误：\n  {}", .0.join("\n  "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// The folder of the site that is served.
    pub fn served(&self) -> PathBuf {
        self.site.clone().unwrap_or_else(|| self.var.join("site"))
    }

    /// Puts the sources together. Every mistake is told at once.
    pub fn load(sources: Sources) -> Result<(Self, Effective), SettingsError> {
        let mut errors = Vec::new();
        let effective = Effective::gather(sources, &mut errors);
        let mut reader = Reader { effective: &effective, errors };
        let var = PathBuf::from(reader.text("var"));
        let settings = Self {
            listen: reader.address("listen").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0))),
            content: reader.text("content").into(),
            site: Some(reader.text("site")).filter(|site| !site.is_empty()).map(PathBuf::from),
            database: match reader.text("database") {
                "" => sqlite_url(&var.join("nuanzhan.db")),
                url => url.to_owned(),
            },
            secrets: match reader.text("secrets") {
                "" => var.join("secrets.toml"),
                path => path.into(),
            },
            var,
            base_url: reader.base_url(),
            client_address_header: reader.header("client_address_header"),
            operations: Some("operations")
                .filter(|key| !reader.text(key).is_empty())
                .and_then(|key| reader.address(key)),
            limits: Limits {
                body_bytes: reader.number("limits.body_bytes"),
                request: Duration::from_secs(reader.number("limits.request_seconds") as u64),
                head: Duration::from_secs(reader.number("limits.head_seconds") as u64),
                concurrency: reader.number("limits.concurrency"),
                connections: reader.number("limits.connections"),
                letters_per_hour: u32::try_from(reader.number("limits.letters_per_hour")).unwrap_or(u32::MAX),
                forms_per_hour: u32::try_from(reader.number("limits.forms_per_hour")).unwrap_or(u32::MAX),
            },
            retention: Retention {
                closed_days: reader.days("retention.closed_days"),
                waiting_days: reader.days("retention.waiting_days"),
            },
            mail: reader.mail(),
            counts_words: reader.truth("search.count_words"),
            second_factor_required: reader
                .one_of("desk.second_factor", &[("required", true), ("offered", false)]),
            meilisearch: Meilisearch {
                url: reader.text("search.meili_url").to_owned(),
                index: reader.text("search.meili_index").to_owned(),
                key: reader.text("search.meili_key").to_owned(),
                deadline: Duration::from_millis(reader.number("search.meili_milliseconds") as u64),
            },
        };
        if reader.errors.is_empty() { Ok((settings, effective)) } else { Err(SettingsError(reader.errors)) }
    }
}

/// The address of a SQLite file. It is read as a URL, so what means something there is written another way.
fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display().to_string().replace('%', "%25").replace('?', "%3F"))
}

/// Replaces the password in a database address by stars.
pub fn hide_password(url: &str) -> String {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (login, place) = rest.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{place}"))
    });
    parts.unwrap_or_else(|| url.to_owned())
}
