//! Setting the second factor, and checking it.
//!
//! A secret is drawn here and kept by the browser until the member has shown, with a first code and the passphrase once
//! more, that their authenticator has it: nothing is stored before. A code counts once, over all processes. Wrong codes beside
//! a right passphrase are counted by member and end at ten an hour: only who knows the passphrase can use that up.

use axum::extract::State as Part;
use axum::response::{IntoResponse, Response};
use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::answer::Answer as Reply;
use crate::desk::member::AtTheDoor;
use crate::desk::sessions::confirm_passphrase;
use crate::desk::totp::Secret;
use crate::desk::wire::done;
use crate::error::{ApiError, ApiResult, Problem};
use crate::extract::Body;
use crate::state::AppState;

/// Wrong codes of one member in an hour.
const MOST_WRONG: u32 = 10;

/// Where somebody stands, and a secret that nobody has used.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorOut {
    /// There is a second factor already.
    pub set: bool,
    /// The site wants one of everybody.
    pub required: bool,
    /// A new secret, 32 characters of base32. Stored only when it comes back with a code.
    pub secret: String,
    /// The same as an address for authenticators.
    pub address: String,
    /// The address as a QR code.
    pub qr: QrOut,
}

/// A QR code to be drawn: a path of SVG, one unit a module, no margin.
#[derive(Serialize, ToSchema)]
pub struct QrOut {
    /// Modules on a side.
    pub size: usize,
    /// The dark ones.
    pub path: String,
}

/// A second factor to be set.
#[derive(Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorIn {
    /// The login value of the passphrase, once more, base64.
    pub login: String,
    /// The secret.
    pub secret: String,
    /// A code of it.
    pub code: String,
    /// A code of the one that was set before, where there is one.
    pub old_code: Option<String>,
}

/// A secret for a second factor.
#[utoipa::path(
    get, path = "/desk/second-factor", tag = "工作台",
    responses((status = OK, body = SecondFactorOut, description = "设没设，和一个还没有用的密钥")),
)]
pub async fn show(member: AtTheDoor, Part(app): Part<AppState>) -> ApiResult<Response> {
    let secret = Secret::draw(&*app.dice);
    let site = app.published.current().bundle.site.name.clone();
    let address = address(&site, member.somebody.name(), &secret.text());
    let qr = drawn(&address)?;
    Ok(Reply::private(SecondFactorOut {
        set: member.second_factor.is_some(),
        required: app.consultations.settings.second_factor_required,
        secret: secret.text().to_string(),
        address,
        qr,
    })
    .into_response())
}

/// Sets it. The member's other sessions end.
#[utoipa::path(
    post, path = "/desk/second-factor", tag = "工作台", request_body = SecondFactorIn,
    responses(
        (status = NO_CONTENT, description = "设好了"),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json", description = "验证码对不上"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "口令或原来的验证码不对"),
    ),
)]
pub async fn set(
    member: AtTheDoor,
    Part(app): Part<AppState>,
    Body(sent): Body<SecondFactorIn>,
) -> ApiResult<Response> {
    let secret =
        Secret::parse(&sent.secret).ok_or_else(|| ApiError::field("/secret", "应为 32 个字符的 base32"))?;
    let somebody = &member.somebody;
    confirm_passphrase(&app, somebody, &sent.login).await?;
    let before = member.second_factor.as_deref();
    if let Some(sealed) = before
        && !takes(&app, somebody.id(), sealed, sent.old_code.as_deref()).await?
    {
        return Err(ApiError::NotConfirmed("原来的验证码不对，或者刚刚用过。等它变了再试"));
    }
    if !spends(&app, somebody.id(), &secret, &sent.code).await? {
        return Err(ApiError::field("/code", "对不上。看看手机的时间准不准，等验证码变了再输一次"));
    }
    let key = app.consultations.secrets.second_factor_key();
    let sealed = secret.sealed(&key, somebody.id(), &*app.dice);
    if !app.store.set_second_factor((somebody, before), sealed, app.clock.hour()).await? {
        return Err(ApiError::Conflict("验证码刚刚在别处改过，请重新登录看看".to_owned()));
    }
    Ok(done())
}

/// Whether a code is good for who has this second factor; it is not good again.
pub(super) async fn takes(
    app: &AppState,
    member: &str,
    sealed: &[u8],
    code: Option<&str>,
) -> ApiResult<bool> {
    let office = &app.consultations;
    if office.codes.tries(member.as_bytes(), app.clock.hour(), &*app.dice) >= MOST_WRONG {
        return Ok(false);
    }
    let secret = Secret::open(sealed, &office.secrets.second_factor_key(), member).ok_or_else(|| {
        ApiError::Internal(anyhow::anyhow!("a second factor does not open with the secrets of this site"))
    })?;
    if spends(app, member, &secret, code.unwrap_or_default()).await? {
        return Ok(true);
    }
    office.codes.add(member.as_bytes(), app.clock.hour(), &*app.dice);
    Ok(false)
}

async fn spends(app: &AppState, member: &str, secret: &Secret, code: &str) -> ApiResult<bool> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(step) = secret.step_of(&digits, app.clock.now()) else { return Ok(false) };
    let what = [member.as_bytes(), &[0], &step.to_be_bytes(), secret.text().as_bytes()].concat();
    let hash = app.consultations.secrets.spent_hash("second-factor", &what);
    Ok(app.store.spend_once(&hash, app.clock.hour()).await?)
}

/// As authenticators read it; the name of the site, then the member's.
fn address(site: &str, member: &str, secret: &str) -> String {
    let escaped =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (site, member) = (escaped(site), escaped(member));
    format!("otpauth://totp/{site}:{member}?secret={secret}&issuer={site}&algorithm=SHA1&digits=6&period=30")
}

fn drawn(address: &str) -> ApiResult<QrOut> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M)
        .map_err(|err| ApiError::Internal(anyhow::Error::new(err).context("a QR code")))?;
    let size = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.extend(["M", &(at % size).to_string(), " ", &(at / size).to_string(), "h1v1h-1z"]);
        }
    }
    Ok(QrOut { size, path })
}

/// Whether somebody who signs in with a right passphrase may.
pub(super) async fn lets_in(
    app: &AppState,
    (member, sealed): (&str, Option<&[u8]>),
    code: Option<&str>,
) -> ApiResult<bool> {
    match sealed {
        Some(sealed) => takes(app, member, sealed, code).await,
        None => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_the_picture_is_square() {
        let address = address("暖站", "王 芳", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            address.starts_with("otpauth://totp/%E6%9A%96%E7%AB%99:%E7%8E%8B%20%E8%8A%B3?secret=GEZ"),
            "{address}"
        );
        let qr = drawn(&address).unwrap();
        // The corner of a finder pattern: seven dark modules in a row, then a light one.
        assert!(qr.size > 20 && qr.path.starts_with("M0 0h1v1h-1zM1 0") && !qr.path.contains("M7 0h"));
    }
}
