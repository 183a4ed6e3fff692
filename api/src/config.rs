//! The settings: `nuanzhan.default.toml`, then a file, then the environment, then flags; the later one rules.
//!
//! Start at [`Settings::load`]. The defaults live in `nuanzhan.default.toml` at the root and nowhere else: its keys
//! are all the keys there are, and the types of its values are their types. A key that is not there is an error that
//! names the nearest one.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::HeaderName;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finder::Meilisearch;
use crate::state::Limits;

/// The commented default file.
pub const DEFAULTS: &str = include_str!("../../nuanzhan.default.toml");

/// What a variable of the environment begins with.
const PREFIX: &str = "NUANZHAN_";

/// What follows in those that are for the tests of this project.
const FOR_TESTS: &str = "TEST_";

/// What follows in the one that is no setting: a key that only commands use, never the service.
const FOR_COMMANDS: &str = "MEILI_ADMIN_KEY";

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
    /// How much of anything at once.
    pub limits: Limits,
    /// The server that searches, if not this process.
    pub meilisearch: Meilisearch,
    /// Whether words are counted ([`crate::words`]).
    pub counts_words: bool,
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

/// Each key with the value that rules and where it was set: `nuanzhan config` shows this.
#[derive(Debug, Clone)]
pub struct Effective(BTreeMap<String, Setting>);

#[derive(Debug, Clone)]
struct Setting {
    value: Value,
    origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
    Flag(&'static str),
}

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
            },
            counts_words: reader.truth("search.count_words"),
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

impl Effective {
    fn gather(sources: Sources, errors: &mut Vec<String>) -> Self {
        let defaults = flatten(DEFAULTS).expect("a test reads the default file");
        let defaults = defaults.into_iter().map(|(key, (value, _))| {
            (key, Setting { value: value.expect("a test reads the default file"), origin: Origin::Default })
        });
        let mut effective = Self(defaults.collect());
        if let Some((path, text)) = sources.file {
            effective.take_file(&path, &text, errors);
        }
        for (name, text) in sources.environment {
            let name = name.strip_prefix(PREFIX);
            let name = name.filter(|name| !name.starts_with(FOR_TESTS) && *name != FOR_COMMANDS);
            if let Some(name) = name {
                effective.take_variable(name, &text, errors);
            }
        }
        for (key, text) in sources.flags {
            effective.take_text(key, &text, Origin::Flag(key), errors);
        }
        effective
    }

    fn take_file(&mut self, path: &Path, text: &str, errors: &mut Vec<String>) {
        let given = match flatten(text) {
            Ok(given) => given,
            Err(err) => {
                let line = line_of(text, err.span().map_or(0, |span| span.start));
                return errors.push(format!("{} 第 {line} 行：不是 TOML：{}", path.display(), err.message()));
            }
        };
        for (key, (value, at)) in given {
            let origin = Origin::File { path: path.to_owned(), line: line_of(text, at) };
            match (self.0.get_mut(&key), value) {
                (None, _) => errors.push(format!("{origin}：没有“{key}”这一项{}", self.nearest(&key))),
                (Some(setting), Some(value)) if value.same_type(&setting.value) => {
                    *setting = Setting { value, origin };
                }
                (Some(setting), _) => {
                    errors.push(format!("{origin}：{key} 应为{}", setting.value.type_name()));
                }
            }
        }
    }

    fn take_variable(&mut self, name: &str, text: &str, errors: &mut Vec<String>) {
        let origin = Origin::Environment(format!("{PREFIX}{name}"));
        let key = self.0.keys().find(|key| variable(key) == name).cloned();
        if let Some(key) = key {
            return self.take_text(&key, text, origin, errors);
        }
        let nearest = nearest(name, self.0.keys().map(|key| variable(key)));
        let hint = nearest.map_or_else(String::new, |near| format!("。是不是 {PREFIX}{near}？"));
        errors.push(format!("{origin}：没有这个环境变量{hint}"));
    }

    fn take_text(&mut self, key: &str, text: &str, origin: Origin, errors: &mut Vec<String>) {
        let setting = self.0.get_mut(key).expect("callers name a key of the default file");
        let value = match setting.value {
            Value::Text(_) => Some(Value::Text(text.to_owned())),
            Value::Number(_) => text.trim().parse().ok().map(Value::Number),
        };
        match value {
            Some(value) => *setting = Setting { value, origin },
            None => errors.push(format!("{origin}：{key} 应为{}", setting.value.type_name())),
        }
    }

    fn nearest(&self, key: &str) -> String {
        nearest(key, self.0.keys().cloned()).map_or_else(String::new, |near| format!("。是不是“{near}”？"))
    }
}

/// As a settings file, with the origin of each value beside it, passwords and keys hidden.
impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |key: &str, setting: &Setting| match &setting.value {
            Value::Text(text) if key.ends_with("_key") && !text.is_empty() => "\"***\"".to_owned(),
            value => value.to_string(),
        };
        let (nested, plain): (Vec<_>, Vec<_>) = self.0.iter().partition(|(key, _)| key.contains('.'));
        for (key, setting) in plain {
            writeln!(f, "{key} = {}  # {}", shown(key, setting), setting.origin)?;
        }
        let mut section = "";
        for (key, setting) in nested {
            let (table, key) = key.split_once('.').unwrap_or_default();
            if table != section {
                writeln!(f, "\n[{table}]")?;
                section = table;
            }
            writeln!(f, "{key} = {}  # {}", shown(key, setting), setting.origin)?;
        }
        Ok(())
    }
}

impl Value {
    fn same_type(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "带引号的文字",
            Self::Number(_) => "不小于 0 的整数",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", toml::Value::from(hide_password(text))),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("默认值"),
            Self::File { path, line } => write!(f, "{} 第 {line} 行", path.display()),
            Self::Environment(name) => write!(f, "环境变量 {name}"),
            Self::Flag(key) => write!(f, "参数 --{key}"),
        }
    }
}

/// Reads typed values out of the flat ones, and collects what can't be read.
struct Reader<'a> {
    effective: &'a Effective,
    errors: Vec<String>,
}

impl<'a> Reader<'a> {
    fn text(&self, key: &str) -> &'a str {
        match &self.effective.0[key].value {
            Value::Text(text) => text,
            Value::Number(_) => unreachable!("the default of {key} is a text"),
        }
    }

    /// Every number is a limit, and a limit of nothing lets nobody in.
    fn number(&mut self, key: &str) -> usize {
        if let Value::Number(number @ 1..=0xffff_ffff) = self.effective.0[key].value {
            return usize::try_from(number).unwrap_or(usize::MAX);
        }
        self.refuse(key, "应为 1 到 4294967295 之间的整数");
        1
    }

    fn truth(&mut self, key: &str) -> bool {
        let is_known = matches!(self.text(key), "yes" | "no");
        (!is_known).then(|| self.refuse(key, "应为 \"yes\" 或 \"no\""));
        self.text(key) == "yes"
    }

    fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let address = self.text(key).parse().ok();
        if address.is_none() {
            self.refuse(key, "应为“地址:端口”，例如 127.0.0.1:8080");
        }
        address
    }

    fn base_url(&mut self) -> Option<String> {
        let url = self.text("base_url");
        let well_formed = url.is_empty()
            || ((url.starts_with("https://") || url.starts_with("http://")) && !url.ends_with('/'));
        if !well_formed {
            self.refuse("base_url", "应以 https:// 或 http:// 开头，末尾不带斜杠");
        }
        (!url.is_empty()).then(|| url.to_owned())
    }

    fn header(&mut self, key: &str) -> Option<HeaderName> {
        let name = self.text(key);
        if name.is_empty() {
            return None;
        }
        let header = name.parse().ok();
        if header.is_none() {
            self.refuse(key, "应为请求头的名字，例如 x-forwarded-for");
        }
        header
    }

    fn refuse(&mut self, key: &str, expected: &str) {
        let Setting { value, origin } = &self.effective.0[key];
        self.errors.push(format!("{origin}：{key} = {value}，{expected}"));
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

/// Every leaf by its dotted key, with where in the text its key begins. `None` is a value of a type that no setting has.
type Flat = BTreeMap<String, (Option<Value>, usize)>;

fn flatten(text: &str) -> Result<Flat, toml::de::Error> {
    fn walk(prefix: &str, table: &DeTable<'_>, flat: &mut Flat) {
        for (key, value) in table {
            let dotted = format!("{prefix}{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) => walk(&format!("{dotted}."), inner, flat),
                leaf => {
                    flat.insert(dotted, (Value::from_toml(leaf), key.span().start));
                }
            }
        }
    }
    let mut flat = Flat::new();
    let table: Spanned<DeTable<'_>> = DeTable::parse(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    walk("", table.get_ref(), &mut flat);
    Ok(flat)
}

impl Value {
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.clone().into_owned())),
            DeValue::Integer(number) => {
                let digits = number.as_str().replace('_', "");
                u64::from_str_radix(&digits, number.radix()).ok().map(Self::Number)
            }
            _ => None,
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

/// `limits.body_bytes` → `LIMITS_BODY_BYTES`.
fn variable(key: &str) -> String {
    key.replace('.', "_").to_ascii_uppercase()
}

fn nearest(given: &str, known: impl Iterator<Item = String>) -> Option<String> {
    // A key that was put under the wrong table is nearer than its letters say: compare last names too.
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |key: &String| {
        strsim::damerau_levenshtein(given, key).min(strsim::damerau_levenshtein(&last(given), &last(key)))
    };
    let best = known.min_by_key(distance)?;
    (distance(&best) * 2 <= last(&best).len()).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        flags: &[(&'static str, &str)],
    ) -> Result<Settings, String> {
        let sources = Sources {
            file: Some((PathBuf::from("nuanzhan.toml"), file.to_owned())),
            environment: environment.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
            flags: flags.iter().map(|&(key, value)| (key, value.to_owned())).collect(),
        };
        Settings::load(sources).map(|(settings, _)| settings).map_err(|err| err.to_string())
    }

    #[test]
    fn the_default_file_alone_is_enough() {
        let settings = load("", &[], &[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.database, "sqlite://var/nuanzhan.db");
        assert_eq!(settings.limits.request, Duration::from_secs(10));
        assert_eq!((settings.operations, settings.client_address_header), (None, None));
    }

    #[test]
    fn flags_rule_over_the_environment_and_that_over_the_file() {
        let file =
            "var = \"/srv/a\"\ncontent = \"c\"\nlisten = \"0.0.0.0:80\"\n[limits]\nbody_bytes = 1_000\n";
        let environment =
            [("NUANZHAN_VAR", "/srv/b"), ("NUANZHAN_LIMITS_CONCURRENCY", "7"), ("PATH", "/bin")];
        let settings = load(file, &environment, &[("var", "/srv/c")]).unwrap();
        assert_eq!(settings.var, Path::new("/srv/c"));
        assert_eq!(settings.content, Path::new("c"));
        assert_eq!((settings.limits.body_bytes, settings.limits.concurrency), (1000, 7));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one_its_file_and_its_line() {
        let said = load("var = \"a\"\n\nlisen = \"0.0.0.0:80\"\n", &[], &[]).unwrap_err();
        assert_eq!(said, "设置有误：\n  nuanzhan.toml 第 3 行：没有“lisen”这一项。是不是“listen”？");
        let said = load("[limits]\nlisten = \"\"", &[("NUANZHAN_LISTN", "1")], &[]).unwrap_err();
        assert!(said.contains("第 2 行：没有“limits.listen”这一项。是不是“listen”？"), "{said}");
        assert!(
            said.contains("环境变量 NUANZHAN_LISTN：没有这个环境变量。是不是 NUANZHAN_LISTEN？"),
            "{said}"
        );
        let said = load("\"天气\" = 1", &[], &[]).unwrap_err();
        assert!(said.ends_with("没有“天气”这一项"), "{said}");
    }

    #[test]
    fn every_bad_value_is_told_at_once_with_where_it_was_set() {
        let file = "listen = \"8080\"\ncontent = 3\n[limits]\nbody_bytes = 0\n";
        let said = load(file, &[("NUANZHAN_LIMITS_CONCURRENCY", "many")], &[("base_url", "example.org")]);
        let said = said.unwrap_err();
        for part in [
            "nuanzhan.toml 第 1 行：listen = \"8080\"",
            "nuanzhan.toml 第 2 行：content 应为带引号的文字",
            "nuanzhan.toml 第 4 行：limits.body_bytes = 0",
            "环境变量 NUANZHAN_LIMITS_CONCURRENCY：limits.concurrency 应为不小于 0 的整数",
            "参数 --base_url：base_url = \"example.org\"",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn a_file_that_is_not_toml_says_where() {
        let said = load("var = \"a\"\nlisten：8080\n", &[], &[]).unwrap_err();
        assert!(said.contains("nuanzhan.toml 第 2 行：不是 TOML"), "{said}");
    }

    #[test]
    fn the_settings_in_force_are_shown_without_passwords_and_can_be_read_back() {
        let sources = Sources {
            environment: vec![("NUANZHAN_DATABASE".into(), "postgres://nuan:geheim@db/nuanzhan".into())],
            ..Sources::default()
        };
        let (_, effective) = Settings::load(sources).unwrap();
        let shown = effective.to_string();
        assert!(shown.contains("postgres://nuan:***@db/nuanzhan\"  # 环境变量 NUANZHAN_DATABASE"), "{shown}");
        assert!(!shown.contains("geheim"));
        assert!(load(&shown, &[], &[]).is_ok(), "{shown}");
    }
}
