//! What a head does with the members of the desk: looking, letting in, roles, removing.
//!
//! Whatever needs a key was made in the head's browser and comes along sealed; the server counts that nobody is left out
//! and stores all of it or nothing. Why removing costs a new key: decision 0035.

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer as Reply;
use crate::desk::invitations::share;
use crate::desk::keys::SealedShare;
use crate::desk::member::Head;
use crate::desk::role::Role;
use crate::desk::wire::{done, not_done, public_key, word};
use crate::error::{ApiResult, Problem};
use crate::extract::{Body, Segment};
use crate::sealing::binding::hex;
use crate::state::AppState;
use crate::store::desk::{Invited, People, Person, RoleChange, Rotation};

/// Everybody at a desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleOut {
    /// Its members, by name; also those who wait.
    pub members: Vec<PersonOut>,
    /// Invitations that nobody has taken.
    pub invitations: Vec<OpenInvitationOut>,
    /// Which key of the desk what is written now is sealed to.
    pub generation: u32,
    /// The keys of the desk that something is sealed to: who is let in gets all of them.
    pub in_use: Vec<u32>,
    /// What the copy for the key on paper is sealed to, base64.
    pub recovery_public_key: String,
}

/// A member as a head sees them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `member`, `head`, `supervisor` or `auditor`.
    pub role: String,
    /// The role, in words.
    pub role_text: String,
    /// Whether they were let in.
    pub admitted: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// What keys are sealed to, base64. Its fingerprint is reckoned in the browser and compared with theirs.
    pub public_key: String,
    /// Who invited them, by id, as long as they wait; nobody: the operator.
    pub invited_by: Option<String>,
}

/// An invitation that nobody has taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenInvitationOut {
    /// What it is taken back by.
    pub id: String,
    /// The role that comes with it.
    pub role: String,
    /// The role, in words.
    pub role_text: String,
    /// The proposed name.
    pub name: Option<String>,
    /// Who invites, by id; nobody: the operator.
    pub invited_by: Option<String>,
    /// The hour from which it is worth nothing, RFC 3339.
    pub expires: String,
}

/// One key of a desk for somebody, sealed in a browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareIn {
    /// Which key of the desk.
    pub generation: u32,
    /// Its private half, sealed, base64.
    pub sealed_key: String,
}

/// The next key of a desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationIn {
    /// Which one: one more than the one in use.
    pub generation: u32,
    /// What letters are sealed to from now on, base64.
    pub public_key: String,
    /// Its private half for each member who stays and holds keys.
    pub shares: Vec<HolderIn>,
    /// Its private half for the key on paper, sealed, base64.
    pub recovery_share: String,
}

/// The desk's next key for one member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderIn {
    /// Whose, by id.
    pub member: String,
    /// The private half, sealed, base64.
    pub sealed_key: String,
}

/// Letting somebody in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdmitIn {
    /// The desk's keys, every one that is in use; none for a role that opens no letter.
    pub shares: Vec<ShareIn>,
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleIn {
    /// `member`, `head`, `supervisor` or `auditor`.
    pub role: String,
    /// The desk's keys, for who begins to open letters.
    #[serde(default)]
    pub shares: Vec<ShareIn>,
    /// The desk's next key, where somebody ceases to open letters.
    pub rotation: Option<RotationIn>,
}

/// Removing somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveIn {
    /// The desk's next key, where they hold keys.
    pub rotation: Option<RotationIn>,
}

/// Everybody at the desk.
#[utoipa::path(
    get, path = "/desk/members", tag = "工作台",
    responses(
        (status = OK, body = PeopleOut, description = "成员和没有用掉的邀请"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "不是负责人"),
    ),
)]
pub async fn list(head: Head, Part(app): Part<AppState>) -> ApiResult<Response> {
    let people = app.store.people_of(&head, app.clock.hour()).await?;
    Ok(Reply::private(PeopleOut::new(people)).into_response())
}

/// Lets somebody in who waits.
#[utoipa::path(
    post, path = "/desk/members/{id}/admit", tag = "工作台", request_body = AdmitIn,
    params(("id" = String, Path, description = "成员")),
    responses(
        (status = NO_CONTENT, description = "放行了。再发一次也不变"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "钥匙不齐"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这位成员"),
    ),
)]
pub async fn admit(
    head: Head,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(wanted): Body<AdmitIn>,
) -> ApiResult<Response> {
    let shares = read_shares(wanted.shares)?;
    app.store.admit(&head, &id, &shares, app.clock.hour()).await.map_err(not_done)?;
    Ok(done())
}

/// Gives somebody another role.
#[utoipa::path(
    post, path = "/desk/members/{id}/role", tag = "工作台", request_body = RoleIn,
    params(("id" = String, Path, description = "成员")),
    responses(
        (status = NO_CONTENT, description = "改好了"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "钥匙不齐"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "唯一的负责人不能这样改，或钥匙刚换过"),
    ),
)]
pub async fn role(
    head: Head,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(wanted): Body<RoleIn>,
) -> ApiResult<Response> {
    let change = RoleChange {
        role: word("/role", &wanted.role, (&Role::ALL, Role::code))?,
        shares: read_shares(wanted.shares)?,
        rotation: wanted.rotation.map(RotationIn::read).transpose()?,
    };
    app.store.change_role(&head, &id, change, app.clock.hour()).await.map_err(not_done)?;
    Ok(done())
}

/// Removes somebody, at once; who held keys leaves the desk with another one.
#[utoipa::path(
    post, path = "/desk/members/{id}/remove", tag = "工作台", request_body = RemoveIn,
    params(("id" = String, Path, description = "成员")),
    responses(
        (status = NO_CONTENT, description = "移除了。再发一次也不变"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "新钥匙没有给到每个留下的人"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "不能移除自己，或钥匙刚换过"),
    ),
)]
pub async fn remove(
    head: Head,
    Part(app): Part<AppState>,
    Segment(id): Segment,
    Body(wanted): Body<RemoveIn>,
) -> ApiResult<Response> {
    let rotation = wanted.rotation.map(RotationIn::read).transpose()?;
    app.store.remove_member(&head, &id, rotation, app.clock.hour()).await.map_err(not_done)?;
    Ok(done())
}

/// Takes somebody's second factor away, for who has lost the phone.
#[utoipa::path(
    delete, path = "/desk/members/{id}/second-factor", tag = "工作台",
    params(("id" = String, Path, description = "成员")),
    responses(
        (status = NO_CONTENT, description = "取消了，本人的登录全部退出"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "没有这位成员"),
    ),
)]
pub async fn forget_second_factor(
    head: Head,
    Part(app): Part<AppState>,
    Segment(id): Segment,
) -> ApiResult<Response> {
    app.store.forget_second_factor(&head, &id, app.clock.hour()).await.map_err(not_done)?;
    Ok(done())
}

/// Keys for one holder.
pub(super) fn read_shares(shares: Vec<ShareIn>) -> ApiResult<Vec<(u32, SealedShare)>> {
    let read = |(at, one): (usize, ShareIn)| {
        Ok((one.generation, share(&format!("/shares/{at}/sealed_key"), &one.sealed_key)?))
    };
    shares.into_iter().enumerate().map(read).collect()
}

impl RotationIn {
    fn read(self) -> ApiResult<Rotation> {
        let read = |(at, one): (usize, HolderIn)| {
            let pointer = format!("/rotation/shares/{at}/sealed_key");
            Ok((one.member, share(&pointer, &one.sealed_key)?))
        };
        Ok(Rotation {
            generation: self.generation,
            public_key: public_key("/rotation/public_key", &self.public_key)?,
            shares: self.shares.into_iter().enumerate().map(read).collect::<ApiResult<_>>()?,
            recovery_share: share("/rotation/recovery_share", &self.recovery_share)?,
        })
    }
}

impl PeopleOut {
    fn new(people: People) -> Self {
        Self {
            members: people.members.into_iter().map(PersonOut::new).collect(),
            invitations: people.invitations.into_iter().map(OpenInvitationOut::new).collect(),
            generation: people.generation,
            in_use: people.in_use,
            recovery_public_key: BASE64_STANDARD.encode(people.recovery_public_key.to_bytes()),
        }
    }
}

impl PersonOut {
    fn new(person: Person) -> Self {
        Self {
            role: person.role.code().to_owned(),
            role_text: person.role.chinese().to_owned(),
            admitted: person.admitted,
            second_factor: person.second_factor,
            public_key: BASE64_STANDARD.encode(person.public_key.to_bytes()),
            invited_by: person.invited_by,
            id: person.id,
            name: person.name,
        }
    }
}

impl OpenInvitationOut {
    fn new(invited: Invited) -> Self {
        Self {
            id: hex(&invited.hash),
            role: invited.role.code().to_owned(),
            role_text: invited.role.chinese().to_owned(),
            name: invited.name,
            invited_by: invited.by,
            expires: invited.expires.to_rfc3339(),
        }
    }
}
