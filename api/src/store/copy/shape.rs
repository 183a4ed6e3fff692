//! Which columns a table has, and how a value of each is written: text as text, bytes as base64, the rest as JSON has it.

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A column that somebody writes; those that the database reckons are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// A number of 32 bits here; which of them are is each database's own matter.
    #[serde(skip)]
    narrow: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    Bytes,
}

impl Column {
    /// As it is asked for: numbers of any width as the widest.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::Integer => format!("CAST({} AS bigint)", self.name),
            Kind::Text | Kind::Boolean | Kind::Bytes => self.name.clone(),
        }
    }
}

impl Column {
    /// Whether both say the same of a column.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind
    }

    /// The value of a cell, as the database takes it: numbers as wide as the column, because a statement that a connection
    /// remembers has its widths.
    pub(super) fn read(&self, value: &Value) -> anyhow::Result<sea_orm::Value> {
        Ok(match (self.kind, value) {
            (Kind::Text, Value::Null) => sea_orm::Value::String(None),
            (Kind::Integer, Value::Null) if self.narrow => sea_orm::Value::Int(None),
            (Kind::Integer, Value::Null) => sea_orm::Value::BigInt(None),
            (Kind::Boolean, Value::Null) => sea_orm::Value::Bool(None),
            (Kind::Bytes, Value::Null) => sea_orm::Value::Bytes(None),
            (Kind::Text, Value::String(text)) => text.as_str().into(),
            (Kind::Integer, Value::Number(number)) => {
                let number = number.as_i64().context("数字太大")?;
                if self.narrow {
                    i32::try_from(number).context("数字太大")?.into()
                } else {
                    number.into()
                }
            }
            (Kind::Boolean, Value::Bool(truth)) => (*truth).into(),
            (Kind::Bytes, Value::String(text)) => BASE64_STANDARD.decode(text).context("不是 base64")?.into(),
            _ => bail!("值和列的类型不合"),
        })
    }
}

impl Kind {
    /// From the type as either database names it.
    fn of(named: &str) -> Option<Self> {
        let named = named.to_lowercase();
        [("int", Self::Integer), ("bool", Self::Boolean), ("text", Self::Text), ("char", Self::Text)]
            .into_iter()
            .chain([("blob", Self::Bytes), ("bytea", Self::Bytes)])
            .find(|(part, _)| named.contains(part))
            .map(|(_, kind)| kind)
    }
}

/// The columns of a table that are written, in their order.
pub(super) async fn columns(db: &impl ConnectionTrait, table: &str) -> anyhow::Result<Vec<Column>> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Postgres => format!(
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' AND is_generated = 'NEVER' \
             ORDER BY ordinal_position"
        ),
        // Hidden are the columns that the database makes itself.
        _ => format!("SELECT name, type FROM pragma_table_xinfo('{table}') WHERE hidden = 0 ORDER BY cid"),
    };
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await?;
    let columns = rows.iter().map(|row| {
        let (name, named): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let kind = Kind::of(&named).with_context(|| format!("{table}.{name} 的类型 {named} 没有见过"))?;
        Ok(Column { name, kind, narrow: named == "integer" && backend == DatabaseBackend::Postgres })
    });
    let columns: Vec<Column> = columns.collect::<anyhow::Result<_>>()?;
    if columns.is_empty() {
        bail!("没有 {table} 这张表");
    }
    Ok(columns)
}

/// A cell of a row.
pub(super) fn value(row: &QueryResult, at: usize, kind: Kind) -> Result<Value, DbErr> {
    Ok(match kind {
        Kind::Text => row.try_get_by_index::<Option<String>>(at)?.into(),
        Kind::Integer => row.try_get_by_index::<Option<i64>>(at)?.into(),
        Kind::Boolean => row.try_get_by_index::<Option<bool>>(at)?.into(),
        Kind::Bytes => {
            row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(|bytes| BASE64_STANDARD.encode(bytes)).into()
        }
    })
}
