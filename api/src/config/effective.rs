//! The settings as they were written: each key with the value that rules and where that was set.
//!
//! Start at [`Effective::gather`]. Nothing here knows what a setting means. A key that is not there is an error that names
//! the nearest one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{DEFAULTS, Sources, hide_password};

/// What a variable of the environment begins with.
const PREFIX: &str = "NUANZHAN_";

/// What follows in those that are for the tests of this project.
const FOR_TESTS: &str = "TEST_";

/// What follows in the one that is no setting: a key that only commands use, never the service.
const FOR_COMMANDS: &str = "MEILI_ADMIN_KEY";

/// Each key with the value that rules and where it was set: `nuanzhan config` shows this.
#[derive(Debug, Clone)]
pub struct Effective(pub(super) BTreeMap<String, Setting>);

#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
    Flag(&'static str),
}

impl Effective {
    pub(super) fn gather(sources: Sources, errors: &mut Vec<String>) -> Self {
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
