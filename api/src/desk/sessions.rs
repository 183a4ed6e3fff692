//! Signing in and out.
//!
//! The browser asks how to stretch the passphrase, makes the login value of it and sends that. A name that nobody has is
//! answered like any other: a salt that is always the same for it, the same hashing, the same refusal.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::answer::Answer;
use crate::consultations::Consultations;
use crate::consultations::work::{self, Wanting, WorkIn};
use crate::desk::keys::{PASSPHRASE_ROUNDS, PASSPHRASE_SALT_LEN};
use crate::desk::login::{self, LOGIN_LEN};
use crate::desk::member::{self, Known, OwnPage, SignedIn, Token};
use crate::desk::second_factor;
use crate::desk::wire::of_bytes;
use crate::effort::Effort;
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Body;
use crate::limit::SlowLane;
use crate::state::AppState;
use crate::store::Store;
use crate::store::desk::{Credentials, Keyring};

/// Failed sign-ins of one name in an hour before its next ones go through the slow lane.
const FAILURES_AT_ONCE: u32 = 5;

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameIn {
    /// The member's name.
    pub member: String,
}

/// How to make the login value and the wrapping key of a passphrase.
#[derive(Debug, Serialize, ToSchema)]
pub struct StretchingOut {
    /// Base64.
    pub salt: String,
    /// Rounds of PBKDF2-HMAC-SHA-256.
    pub rounds: u32,
}

/// A name and the proof.
#[derive(Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct SignInIn {
    /// The member's name.
    pub member: String,
    /// The login value, 32 bytes, base64.
    pub login: String,
    /// The code of the second factor, where there is one.
    pub code: Option<String>,
    /// A solved challenge, where `/problems/work-wanted` has asked for one.
    #[zeroize(skip)]
    pub work: Option<WorkIn>,
}

/// Who is let through to the checking of passphrases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comer {
    /// Has shown nothing: there may be any number of these.
    Anybody,
    /// Has a session, or has paid with work.
    Paid,
}

/// The member who is signed in, and the keys that only their browser can open.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    /// The member's id.
    pub id: String,
    /// The member's name.
    pub name: String,
    /// The member's desk.
    pub desk: String,
    /// The name of the desk.
    pub desk_name: String,
    /// `member`, `head`, `supervisor` or `auditor`.
    pub role: String,
    /// The role, in words.
    pub role_text: String,
    /// The member's public key, base64.
    pub public_key: String,
    /// The member's private key, wrapped under the passphrase, base64.
    pub wrapped_key: String,
    /// Whether a head, or the key on paper, has let them in. Who waits can do nothing else at the desk.
    pub admitted: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// Rounds of PBKDF2 for a new passphrase.
    pub rounds: u32,
    /// The keys of the desk, each sealed to the member; none for a role that opens no letter.
    pub desk_keys: Vec<DeskKeyShareOut>,
}

/// One key of a desk, sealed to one member.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskKeyShareOut {
    /// Which key.
    pub generation: u32,
    /// Its public half, base64.
    pub public_key: String,
    /// Its private half, sealed, base64.
    pub sealed_key: String,
}

/// How to stretch the passphrase of a name. For a name that nobody has, there is an answer too.
#[utoipa::path(
    post, path = "/desk/sessions/parameters", tag = "工作台", request_body = NameIn,
    responses((status = OK, body = StretchingOut, description = "怎样由口令算出登录值")),
)]
pub async fn parameters(
    State(store): State<Store>,
    State(office): State<Consultations>,
    Body(wanted): Body<NameIn>,
) -> ApiResult<Response> {
    let made_up = made_up_salt(&office, &wanted.member);
    let known = store.credentials(&wanted.member).await?;
    let (salt, rounds) = known.map_or((made_up, PASSPHRASE_ROUNDS.get()), |known| (known.salt, known.rounds));
    Ok(Answer::private(StretchingOut { salt: BASE64_STANDARD.encode(salt), rounds }).into_response())
}

/// Signs in. The cookie in the answer is the session.
#[utoipa::path(
    post, path = "/desk/sessions", tag = "工作台", request_body = SignInIn,
    responses(
        (status = NO_CONTENT, description = "登录好了"),
        (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json", description = "名字或口令不对"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "想登录的太多：要一道题（`/consultations/challenge`），算好，带上它再登录"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json", description = "试得太多，过一会儿再来"),
    ),
)]
pub async fn sign_in(
    _: OwnPage,
    State(app): State<AppState>,
    Body(proof): Body<SignInIn>,
) -> ApiResult<Response> {
    let (office, hour) = (&app.consultations, app.clock.hour());
    let comer = paid(&app, proof.work.as_ref()).await?;
    let Some(known) = proven(&app, (&proof.member, &proof.login), comer).await? else {
        return Err(ApiError::WrongSignIn);
    };
    let factor = (known.member.as_str(), known.second_factor.as_deref());
    if !second_factor::lets_in(&app, factor, proof.code.as_deref()).await? {
        // Told like a wrong passphrase, and counted like one: nobody learns from it that the passphrase was right.
        office.sign_ins.add(&counted_as(&proof.member), hour, &*app.dice);
        return Err(ApiError::WrongSignIn);
    }
    let token = Token::draw(&*app.dice);
    app.store.begin_session(&known.member, &token.hash(), hour).await?;
    Ok(with_cookie(token.cookie(office.settings.https)))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/desk/sessions/current", tag = "工作台",
    responses((status = NO_CONTENT, description = "退出了")),
)]
pub async fn sign_out(page: OwnPage, State(app): State<AppState>) -> ApiResult<Response> {
    let https = app.consultations.settings.https;
    if let Some(token) = Token::of(page.headers(), https) {
        app.store.end_session(&token.hash()).await?;
    }
    Ok(with_cookie(member::no_cookie(https)))
}

/// Who is signed in, and their keys.
#[utoipa::path(
    get, path = "/desk/me", tag = "工作台",
    responses(
        (status = OK, body = MeOut, description = "登录的成员和密封的密钥"),
        (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json", description = "没有登录"),
    ),
)]
pub async fn me(
    member: Known,
    State(store): State<Store>,
    State(office): State<Consultations>,
) -> ApiResult<Response> {
    let ring = store.keyring_of(&member.somebody).await?;
    Ok(Answer::private(MeOut::new(&member, ring, office.settings.passphrase_rounds.get())).into_response())
}

impl MeOut {
    fn new(known: &Known, ring: Keyring, rounds: u32) -> Self {
        let member = &known.somebody;
        let desk_keys = ring.shares.iter().map(|(generation, public, sealed)| DeskKeyShareOut {
            generation: *generation,
            public_key: BASE64_STANDARD.encode(public.to_bytes()),
            sealed_key: BASE64_STANDARD.encode(sealed.as_bytes()),
        });
        Self {
            id: member.id().to_owned(),
            name: member.name().to_owned(),
            desk: ring.desk.id,
            desk_name: ring.desk.name,
            role: member.role().code().to_owned(),
            role_text: member.role().chinese().to_owned(),
            public_key: BASE64_STANDARD.encode(ring.public_key.to_bytes()),
            wrapped_key: BASE64_STANDARD.encode(ring.wrapped_key.as_bytes()),
            admitted: known.admitted,
            second_factor: known.second_factor.is_some(),
            rounds,
            desk_keys: desk_keys.collect(),
        }
    }
}

/// Whether work is shown, which counts once. Showing none is no fault.
async fn paid(app: &AppState, shown: Option<&WorkIn>) -> ApiResult<Comer> {
    let Some(shown) = shown else { return Ok(Comer::Anybody) };
    let hour = app.clock.hour();
    let hash = work::check(&app.consultations.secrets, shown, hour)?;
    if app.store.spend_once(&hash, hour).await? { Ok(Comer::Paid) } else { Err(Wanting::Spent.into()) }
}

/// Whose passphrase it is, if it is the name's. After many failures of a name the next ones come one at a time, after a pause.
async fn proven(
    app: &AppState,
    (member, login): (&str, &str),
    comer: Comer,
) -> ApiResult<Option<Credentials>> {
    let login = Zeroizing::new(of_bytes::<LOGIN_LEN>("/login", login)?);
    let (office, hour) = (&app.consultations, app.clock.hour());
    let name = counted_as(member);
    if office.sign_ins.tries(&name, hour, &*app.dice) >= FAILURES_AT_ONCE {
        comer.lane(office).pass().await.map_err(|_| comer.turned_away())?;
    }
    let known = verified(office, app.store.credentials(member).await?, (login, comer)).await?;
    if known.is_none() {
        office.sign_ins.add(&name, hour, &*app.dice);
    }
    Ok(known)
}

/// Lets whoever is signed in show the passphrase once more, before something that a session alone must not do.
pub(super) async fn confirm_passphrase(
    app: &AppState,
    somebody: &SignedIn,
    login: &str,
) -> ApiResult<Credentials> {
    let known = proven(app, (somebody.name(), login), Comer::Paid).await?;
    known.filter(|known| known.member == somebody.id()).ok_or(ApiError::NotConfirmed("口令不对"))
}

/// Checks the value off the threads that answer, and as long for a name nobody has.
async fn verified(
    office: &Consultations,
    known: Option<Credentials>,
    (login, comer): (Zeroizing<[u8; LOGIN_LEN]>, Comer),
) -> ApiResult<Option<Credentials>> {
    let hash = known.as_ref().map_or_else(|| office.nobodys_login.clone(), |known| known.login_hash.clone());
    let checked = comer.effort(office).run(move || login::verify(&login, &hash)).await;
    let right = checked.map_err(|_| comer.turned_away())?;
    Ok(known.filter(|_| right))
}

/// Each has a line of its own, so that a flood that pays nothing fills only the one of those who pay nothing.
impl Comer {
    fn lane(self, office: &Consultations) -> &SlowLane {
        match self {
            Self::Anybody => &office.slow_sign_in,
            Self::Paid => &office.slow_paid_sign_in,
        }
    }

    fn effort(self, office: &Consultations) -> &Effort {
        match self {
            Self::Anybody => &office.login_effort,
            Self::Paid => &office.paid_login_effort,
        }
    }

    fn turned_away(self) -> ApiError {
        match self {
            Self::Anybody => Wanting::MissingInACrowd.into(),
            Self::Paid => ApiError::Busy,
        }
    }
}

/// What the failures of a name are counted as. A tally has room for as many of these as there are, so that a flood of
/// made-up names leaves no real one uncounted.
fn counted_as(name: &str) -> [u8; 2] {
    let [one, other, ..] = *blake3::hash(name.as_bytes()).as_bytes();
    [one, other]
}

/// The same for the same name on every process of the site, so that it does not tell that nobody has it.
fn made_up_salt(office: &Consultations, name: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, office.secrets.names_key.as_slice());
    hmac::sign(&key, name.as_bytes()).as_ref()[..PASSPHRASE_SALT_LEN].to_vec()
}

/// An empty answer with a cookie, which nobody keeps.
fn with_cookie(cookie: HeaderValue) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::SET_COOKIE, cookie),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Hour;
    use crate::dice::SystemDice;
    use crate::limit::Tally;

    #[test]
    fn a_flood_of_made_up_names_leaves_no_name_uncounted() {
        let (tally, hour) = (Tally::default(), Hour::from_number(0));
        for number in 0..70_000 {
            tally.add(&counted_as(&number.to_string()), hour, &SystemDice);
        }
        for name in ["王芳", "李梅"] {
            let before = tally.tries(&counted_as(name), hour, &SystemDice);
            tally.add(&counted_as(name), hour, &SystemDice);
            assert_eq!(tally.tries(&counted_as(name), hour, &SystemDice), before + 1);
        }
    }
}
