//! Sessions: who is signed in, and for how long.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};

use crate::clock::Hour;
use crate::desk::member::{Member, SignedIn, Supervisor};
use crate::desk::role::Role;
use crate::store::entity::{member, member_session};
use crate::store::{Store, damaged};

/// A session ends when nothing was asked for in this many whole hours besides the running one.
const IDLE_HOURS: i64 = 1;
/// A session ends this many hours after it began.
const LONGEST_HOURS: i64 = 12;

/// A session that has not ended, and whose.
pub struct LiveSession {
    /// The member's id.
    pub member: String,
    /// The member's name.
    pub name: String,
    /// The member's desk.
    pub desk: String,
    /// What the member may do there.
    pub role: Role,
    /// Whether the member has been let in.
    pub admitted: bool,
    /// The secret of the second factor, sealed, where there is one.
    pub second_factor: Option<Vec<u8>>,
}

impl Store {
    /// Begins a session, and forgets those that have ended.
    pub async fn begin_session(&self, member: &str, token_hash: &[u8], hour: Hour) -> Result<(), DbErr> {
        let txn = self.begin().await?;
        let ended = Condition::any()
            .add(member_session::Column::CreatedHour.lte(hour.number() - LONGEST_HOURS))
            .add(member_session::Column::SeenHour.lt(hour.number() - IDLE_HOURS));
        member_session::Entity::delete_many().filter(ended).exec(&txn).await?;
        let row = member_session::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            member_id: Set(member.to_owned()),
            created_hour: Set(hour.number()),
            seen_hour: Set(hour.number()),
        };
        member_session::Entity::insert(row).exec_without_returning(&txn).await?;
        txn.commit().await
    }

    /// The session of a cookie, if it has not ended. Its last hour becomes `hour`.
    pub async fn live_session(&self, token_hash: &[u8], hour: Hour) -> Result<Option<LiveSession>, DbErr> {
        let Some((session, member)) = self.session_of(token_hash, hour).await? else {
            return Ok(None);
        };
        if hour.number() > session.seen_hour {
            let mut session = session.into_active_model();
            session.seen_hour = Set(hour.number());
            session.update(&self.writer).await?;
        }
        let role = Role::parse(&member.role).ok_or_else(|| damaged("an unknown role"))?;
        Ok(Some(LiveSession {
            member: member.id,
            name: member.name,
            desk: member.desk_id,
            role,
            admitted: member.admitted,
            second_factor: member.totp_secret,
        }))
    }

    /// Whether a member's session has not ended, and they still open letters at the same desk. Asking does not lengthen it.
    pub async fn still_works(&self, member: &Member, hour: Hour) -> Result<bool, DbErr> {
        self.still(member, Role::works, hour).await
    }

    /// Whether a supervisor's session has not ended, and they still supervise from the same desk. Asking does not lengthen it.
    pub async fn still_supervises(&self, supervisor: &Supervisor, hour: Hour) -> Result<bool, DbErr> {
        self.still(supervisor, Role::supervises, hour).await
    }

    async fn still(&self, somebody: &SignedIn, may: fn(Role) -> bool, hour: Hour) -> Result<bool, DbErr> {
        let found = self.session_of(somebody.session(), hour).await?;
        Ok(found.is_some_and(|(_, row)| {
            let may = Role::parse(&row.role).is_some_and(may);
            may && row.admitted && row.desk_id == somebody.desk()
        }))
    }

    async fn session_of(
        &self,
        token_hash: &[u8],
        hour: Hour,
    ) -> Result<Option<(member_session::Model, member::Model)>, DbErr> {
        let session = member_session::Entity::find_by_id(token_hash.to_vec()).one(&self.db).await?;
        let Some(session) = session.filter(|session| {
            let (age, idle) = (hour.number() - session.created_hour, hour.number() - session.seen_hour);
            age < LONGEST_HOURS && idle <= IDLE_HOURS
        }) else {
            return Ok(None);
        };
        let member = member::Entity::find_by_id(&session.member_id)
            .filter(member::Column::RemovedHour.is_null())
            .one(&self.db)
            .await?;
        Ok(member.map(|member| (session, member)))
    }

    /// Ends the session of a cookie.
    pub async fn end_session(&self, token_hash: &[u8]) -> Result<(), DbErr> {
        member_session::Entity::delete_by_id(token_hash.to_vec()).exec(&self.writer).await.map(|_| ())
    }
}

/// Ends the sessions of a member, all but one.
pub(super) async fn end_sessions(
    txn: &DatabaseTransaction,
    member: &str,
    but: Option<&[u8]>,
) -> Result<(), DbErr> {
    let mut ended = member_session::Entity::delete_many().filter(member_session::Column::MemberId.eq(member));
    if let Some(token_hash) = but {
        ended = ended.filter(member_session::Column::TokenHash.ne(token_hash));
    }
    ended.exec(txn).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, founded};

    const NOW: Hour = Hour::from_number(500_000);

    fn later(hours: i64) -> Hour {
        Hour::from_number(NOW.number() + hours)
    }

    #[tokio::test]
    async fn a_session_ends_when_idle_when_old_and_when_told_to() {
        for fresh in testing::each().await {
            founded(&fresh.store, "county", None).await;
            let alive =
                async |token: &[u8], hour| fresh.store.live_session(token, hour).await.unwrap().is_some();
            let member = fresh.store.credentials("county 的成员").await.unwrap().unwrap().member;
            for token in [b"idle".as_slice(), b"busy", b"told"] {
                fresh.store.begin_session(&member, token, NOW).await.unwrap();
            }
            fresh.store.end_session(b"told").await.unwrap();
            assert!(!alive(b"told", NOW).await && !alive(b"never", NOW).await);
            for hours in 1..12 {
                assert!(alive(b"busy", later(hours)).await, "{hours}");
            }
            assert!(!alive(b"idle", later(2)).await);
            assert!(!alive(b"busy", later(12)).await);
            fresh.store.begin_session(&member, b"next", later(20)).await.unwrap();
            assert!(
                !fresh.store.everything().await.contains(&crate::sealing::binding::hex(b"busy")),
                "ended sessions are forgotten"
            );
        }
    }
}
