//! What ails a database that can't do its work just now, in words for whoever runs it.
//!
//! Start at [`Ailment::of`]. Only what passes once the machine is put right: a full disk, a database that is away, one that is held by
//! somebody else. Everything else is a fault of ours and has no name here.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// Why nothing can be kept, or looked up, for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ailment {
    /// There is no room on its disk.
    Full,
    /// Its disk can't be read or written.
    Disk,
    /// It does not answer, or all connections to it are taken.
    Away,
    /// Somebody holds it, longer than anybody here waits.
    Held,
}

impl Ailment {
    /// What an error tells of the database's state; `None` where the fault is ours.
    pub fn of(err: &DbErr) -> Option<Self> {
        match err {
            DbErr::ConnectionAcquire(_) => Some(Self::Away),
            DbErr::Conn(RuntimeErr::SqlxError(err))
            | DbErr::Exec(RuntimeErr::SqlxError(err))
            | DbErr::Query(RuntimeErr::SqlxError(err)) => Self::of_driver(err),
            _ => None,
        }
    }

    fn of_driver(err: &SqlxError) -> Option<Self> {
        match err {
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            // The server hangs up in the middle of its own messages when it is killed.
            | SqlxError::Protocol(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed => Some(Self::Away),
            SqlxError::Database(err) => Self::of_code(&err.code()?),
            _ => None,
        }
    }

    /// The codes of `PostgreSQL` have five characters (its manual, appendix A), those of `SQLite` are numbers whose last byte is the
    /// primary code (<https://sqlite.org/rescode.html>).
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                "53100" => Some(Self::Full),
                "58030" => Some(Self::Disk),
                "53300" | "57P01" | "57P02" | "57P03" => Some(Self::Away),
                "40001" | "40P01" | "55P03" => Some(Self::Held),
                _ => code.starts_with("08").then_some(Self::Away),
            };
        }
        match code.parse::<u32>().ok()? & 0xff {
            13 => Some(Self::Full),
            8 | 10 | 14 => Some(Self::Disk),
            5 | 6 => Some(Self::Held),
            _ => None,
        }
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => {
                "数据库所在的磁盘满了，新的东西存不下；已经存下的都在。腾出地方以后会自己恢复，不用重启"
            }
            Self::Disk => "数据库所在的磁盘读写出错，请查看磁盘和文件的权限；好了以后会自己恢复，不用重启",
            Self::Away => "连不上数据库，或者它忙不过来。好了以后会自己再连，不用重启",
            Self::Held => "数据库一直被别的程序占着。请关掉开着它的程序；之后会自己恢复，不用重启",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        for (code, ailment) in [
            ("53100", Some(Ailment::Full)),
            ("13", Some(Ailment::Full)),
            ("4874", Some(Ailment::Disk)),
            ("08006", Some(Ailment::Away)),
            ("57P01", Some(Ailment::Away)),
            ("5", Some(Ailment::Held)),
            ("517", Some(Ailment::Held)),
            ("40P01", Some(Ailment::Held)),
            // A row that is there already, and nonsense.
            ("23505", None),
            ("1555", None),
            ("", None),
        ] {
            assert_eq!(Ailment::of_code(code), ailment, "{code}");
        }
    }
}
