//! Who is signed in, and what they may do: the only way to what belongs to a desk.
//!
//! [`AtTheDoor`] is anybody with a live session; [`Known`] has shown the second factor where the site wants one, and may
//! still wait to be admitted; [`SignedIn`] was admitted. [`Member`], [`Head`], [`Supervisor`], [`Auditor`] and
//! [`Overseer`] are permissions that the role gives or refuses; handlers take the one they need, and the store's questions ask for it by
//! type.
//!
//! The session is a random cookie of which only a hash is stored. A request that changes something must also come from
//! the site's own pages: besides the cookie being `SameSite=Strict`, its `Origin` must be the host it is sent to or the
//! site's public address, and its body JSON, which no form of another site can send.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest;
use zeroize::Zeroizing;

use crate::desk::role::Role;
use crate::dice::Dice;
use crate::error::{ApiError, ApiResult};
use crate::state::AppState;
use crate::store::desk::LiveSession;

/// Bytes of a session's token.
const TOKEN_LEN: usize = 32;

/// Where the cookie is sent: nowhere but to the desk's addresses, so that public pages never see it.
const PATH: &str = "/api/v1/desk";

/// How long a browser keeps it, in seconds. The server forgets the session by then.
const MAX_AGE: u32 = 12 * 60 * 60;

/// Somebody at a desk who is signed in, in whatever role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    id: String,
    name: String,
    desk: String,
    role: Role,
    session: Vec<u8>,
}

/// Somebody with a live session, who may lack the second factor that the site wants, or wait to be admitted.
pub struct AtTheDoor {
    /// Who.
    pub somebody: SignedIn,
    /// The secret of their second factor, sealed, where there is one.
    pub second_factor: Option<Vec<u8>>,
    admitted: bool,
}

/// Somebody who lacks nothing but, perhaps, to be admitted.
pub struct Known {
    /// Who.
    pub somebody: SignedIn,
    /// The secret of their second factor, sealed, where there is one.
    pub second_factor: Option<Vec<u8>>,
    /// Whether they were let in.
    pub admitted: bool,
}

/// A session's secret half. It is in the member's browser and nowhere else.
pub struct Token(Zeroizing<[u8; TOKEN_LEN]>);

impl SignedIn {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the desk.
    pub fn desk(&self) -> &str {
        &self.desk
    }

    /// What they may do there.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What is stored of the session's token.
    pub fn session(&self) -> &[u8] {
        &self.session
    }
}

impl AtTheDoor {
    fn of(session: LiveSession, token_hash: Vec<u8>) -> Self {
        let LiveSession { member: id, name, desk, role, admitted, second_factor } = session;
        Self { somebody: SignedIn { id, name, desk, role, session: token_hash }, second_factor, admitted }
    }
}

impl FromRequestParts<AppState> for AtTheDoor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        demand_same_origin(parts, state)?;
        let token =
            Token::of(&parts.headers, state.consultations.settings.https).ok_or(ApiError::SignedOut)?;
        let session = state.store.live_session(&token.hash(), state.clock.hour()).await?;
        session.map(|session| Self::of(session, token.hash())).ok_or(ApiError::SignedOut)
    }
}

impl FromRequestParts<AppState> for Known {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let AtTheDoor { somebody, second_factor, admitted } =
            AtTheDoor::from_request_parts(parts, state).await?;
        if state.consultations.settings.second_factor_required && second_factor.is_none() {
            return Err(ApiError::SecondFactorMissing);
        }
        Ok(Self { somebody, second_factor, admitted })
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let known = Known::from_request_parts(parts, state).await?;
        if known.admitted { Ok(known.somebody) } else { Err(ApiError::NotAdmitted) }
    }
}

/// A permission: who is signed in, in a role that may do this. There is no other way to make one, and what may not be done
/// without it asks for it by type.
macro_rules! permission {
    ($(#[$about:meta])* $name:ident, $may:ident, $what:literal, $who:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(SignedIn);

        impl TryFrom<SignedIn> for $name {
            type Error = ApiError;

            fn try_from(somebody: SignedIn) -> ApiResult<Self> {
                let role = somebody.role;
                let refused = ApiError::NotForRole { role, what: $what, who: $who };
                if role.$may() { Ok(Self(somebody)) } else { Err(refused) }
            }
        }

        impl Deref for $name {
            type Target = SignedIn;

            fn deref(&self) -> &SignedIn {
                &self.0
            }
        }

        impl FromRequestParts<AppState> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
                SignedIn::from_request_parts(parts, state).await?.try_into()
            }
        }
    };
}

permission! {
    /// Opens, answers and hands on the letters of a desk.
    Member, works, "打开和办理来信", "本工作台的成员或负责人"
}

permission! {
    /// Invites and removes members. What members do, a head does too: [`Head::member`].
    Head, manages, "管理成员", "本工作台的负责人"
}

permission! {
    /// Sees in the clear what waits at the desks below.
    Supervisor, supervises, "看下级工作台的来信列表", "本工作台的督办"
}

permission! {
    /// Reads the audit chain of the desk.
    Auditor, audits, "看操作记录", "本工作台的负责人、督办或审计"
}

permission! {
    /// Reads the audit chains of the desks below. Heads look after their own.
    Overseer, oversees, "看下级工作台的操作记录", "本工作台的督办或审计"
}

impl Member {
    /// The id.
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// The id of the desk.
    pub fn desk(&self) -> &str {
        self.0.desk()
    }

    /// A member without a session, for the tests of the store.
    #[cfg(test)]
    pub(crate) fn pretended(id: &str, desk: &str) -> Self {
        Self(SignedIn::pretended(id, desk, Role::Head))
    }
}

impl Head {
    /// The member that a head also is.
    pub fn member(&self) -> Member {
        Member(self.0.clone())
    }
}

#[cfg(test)]
impl SignedIn {
    /// Somebody without a session, for the tests of the store.
    pub(crate) fn pretended(id: &str, desk: &str, role: Role) -> Self {
        let session = Vec::new();
        Self { id: id.to_owned(), name: id.to_owned(), desk: desk.to_owned(), role, session }
    }
}

/// Refuses what another site's page sends. Browsers say with every request that changes something where it comes from;
/// what says nothing is no browser, or one so old that the cookie's own rules have to do.
fn demand_same_origin(parts: &Parts, state: &AppState) -> ApiResult<()> {
    let known = &state.consultations.settings.base_url;
    if is_same_origin(&parts.method, &parts.headers, known) { Ok(()) } else { Err(ApiError::ForeignOrigin) }
}

fn is_same_origin(method: &Method, headers: &HeaderMap, base_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let sender = origin.to_str().ok().and_then(authority);
    let ours = |sender: &str| {
        [host, authority(base_url)].into_iter().flatten().any(|host| host.eq_ignore_ascii_case(sender))
    };
    matches!(*method, Method::GET | Method::HEAD) || sender.is_some_and(ours)
}

/// `host:port` of an address without a path.
fn authority(url: &str) -> Option<&str> {
    url.split_once("://").map(|(_, authority)| authority)
}

/// A request that begins or ends a session, from one of the site's own pages.
pub struct OwnPage(HeaderMap);

impl OwnPage {
    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0
    }
}

impl FromRequestParts<AppState> for OwnPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        demand_same_origin(parts, state)?;
        Ok(Self(parts.headers.clone()))
    }
}

impl Token {
    /// A new one.
    pub fn draw(dice: &dyn Dice) -> Self {
        let mut token = Zeroizing::new([0; TOKEN_LEN]);
        dice.fill(token.as_mut_slice());
        Self(token)
    }

    /// The token of a request's cookie.
    pub fn of(headers: &HeaderMap, https: bool) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies = cookies.flat_map(|cookies| cookies.split(';'));
        let value = cookies.find_map(|cookie| cookie.trim().strip_prefix(name(https))?.strip_prefix('='))?;
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(value).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// What is stored of it.
    pub fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_slice()).as_ref().to_vec()
    }

    /// `Set-Cookie` that begins the session.
    pub fn cookie(&self, https: bool) -> HeaderValue {
        cookie(https, &BASE64_URL_SAFE_NO_PAD.encode(self.0.as_slice()), MAX_AGE)
    }
}

/// `Set-Cookie` that ends the session.
pub fn no_cookie(https: bool) -> HeaderValue {
    cookie(https, "", 0)
}

fn cookie(https: bool, value: &str, max_age: u32) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let name = name(https);
    let cookie = format!("{name}={value}; Path={PATH}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).expect("a cookie of base64 is plain ASCII")
}

/// With the prefix, a page without https can't plant a cookie of this name.
fn name(https: bool) -> &'static str {
    if https { "__Secure-desk" } else { "desk" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    #[test]
    fn a_cookie_comes_back_as_the_token_it_was() {
        let token = Token::draw(&SystemDice);
        for https in [true, false] {
            let begun = token.cookie(https);
            let begun = begun.to_str().unwrap();
            assert!(
                begun.contains("; HttpOnly; SameSite=Strict") && begun.contains("; Secure") == https,
                "{begun}"
            );
            let mut headers = HeaderMap::new();
            let sent = format!("other=1; {}", begun.split(';').next().unwrap());
            headers.insert(header::COOKIE, sent.parse().unwrap());
            assert_eq!(Token::of(&headers, https).unwrap().hash(), token.hash());
            assert!(Token::of(&headers, !https).is_none());
        }
    }

    #[test]
    fn a_cookie_of_another_shape_is_no_token() {
        for bad in ["desk=", "desk", "desk=AAAA", "desk=!", "desktop=AAAA", ""] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, bad.parse().unwrap());
            assert!(Token::of(&headers, false).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_role_gives_its_permissions_and_no_other() {
        for role in Role::ALL {
            let somebody = || SignedIn::pretended("a", "county", role);
            let may = [
                Member::try_from(somebody()).is_ok(),
                Head::try_from(somebody()).is_ok(),
                Supervisor::try_from(somebody()).is_ok(),
                Auditor::try_from(somebody()).is_ok(),
                Overseer::try_from(somebody()).is_ok(),
            ];
            let expected = match role {
                Role::Member => [true, false, false, false, false],
                Role::Head => [true, true, false, true, false],
                Role::Supervisor => [false, false, true, true, true],
                Role::Auditor => [false, false, false, true, true],
            };
            assert_eq!(may, expected, "{role:?}");
        }
        let refused = Member::try_from(SignedIn::pretended("a", "county", Role::Auditor)).unwrap_err();
        assert_eq!(refused.to_string(), "审计不能打开和办理来信。请找本工作台的成员或负责人");
        let head = Head::try_from(SignedIn::pretended("a", "county", Role::Head)).unwrap();
        assert_eq!(head.member().id(), head.id());
    }

    #[test]
    fn what_another_sites_page_sends_is_refused() {
        let from = |method: Method, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8080".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            is_same_origin(&method, &headers, "https://nuanzhan.example")
        };
        for origin in [Some("http://localhost:8080"), Some("https://nuanzhan.example"), None] {
            assert!(from(Method::POST, origin), "{origin:?}");
        }
        for origin in
            ["https://evil.example", "null", "", "http://localhost", "https://nuanzhan.example.evil"]
        {
            assert!(!from(Method::POST, Some(origin)) && !from(Method::DELETE, Some(origin)), "{origin}");
            assert!(from(Method::GET, Some(origin)));
        }
    }
}
