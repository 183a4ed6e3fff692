//! What a request brings, checked before a handler sees it.
//!
//! [`Body`] takes JSON, [`Query`] and [`Form`] take fields by name. Whatever does not fit is refused with a problem
//! that names the field: for queries and forms every field at once, for JSON the first one. Nothing that was sent is
//! repeated in a refusal's log line, because there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult, FieldError};
use crate::state::AppState;

/// More fields than any form or address of ours has. The rest is not read: a refusal names every field, and must not
/// grow to many times what was sent.
const MOST_FIELDS: usize = 32;

/// A JSON body. Its type says what is allowed: use `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

/// The parameters after `?`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// The fields of an HTML form.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

/// The one variable part of a path, decoded.
#[derive(Debug, Clone)]
pub struct Segment(pub String);

/// Something that is read from named fields.
pub trait FromFields: Sized {
    /// Takes every field it knows. What is wrong is recorded in `fields`, and a stand-in taken in its place.
    fn from_fields(fields: &mut Fields) -> Self;
}

/// Named fields, and what has been found wrong with them so far.
///
/// A field that nobody took by the time of [`Fields::finish`] is unknown, and that is wrong too.
#[derive(Debug, Default)]
pub struct Fields {
    given: BTreeMap<String, String>,
    known: BTreeSet<&'static str>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads `a=1&b=2`. Names given twice are recorded as wrong, and so is more than [`MOST_FIELDS`].
    pub fn parse(encoded: &[u8]) -> Self {
        let mut fields = Self::default();
        let mut twice = BTreeSet::new();
        let mut pairs = form_urlencoded::parse(encoded);
        for (name, value) in pairs.by_ref().take(MOST_FIELDS) {
            if fields.given.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                twice.insert(name.into_owned());
            }
        }
        for name in twice {
            fields.reject(name, "只能给一次");
        }
        if pairs.next().is_some() {
            fields.reject("", format!("最多给 {MOST_FIELDS} 项"));
        }
        fields
    }

    /// The text of a field without blanks around it. Nothing typed is nothing given.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.insert(name);
        let text = self.given.remove(name)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A field as it was typed, left for somebody else to take.
    pub fn peek(&self, name: &str) -> &str {
        self.given.get(name).map_or("", |text| text.trim())
    }

    /// A field that `parse` understands; `expected` says in Chinese what that is.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.reject(name, format!("应为{expected}"));
        }
        parsed
    }

    /// As [`Fields::parsed`], where giving nothing is wrong too.
    pub fn stated<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.given.get(name).is_some_and(|text| text.trim().is_empty()) {
            self.reject(name, format!("应为{expected}"));
        }
        self.parsed(name, expected, parse)
    }

    /// A whole number in `range`.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<usize>) -> Option<usize> {
        let expected = format!(" {} 到 {} 之间的整数", range.start(), range.end());
        self.parsed(name, &expected, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// Records that a field is wrong, and how.
    pub fn reject(&mut self, name: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError { pointer: name.into(), message: message.into() });
    }

    /// What has been found wrong so far. Unknown fields are not among it.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The end: everything that is wrong at once, unknown fields included.
    pub fn finish(mut self) -> ApiResult<()> {
        let known = self.known.iter().copied().collect::<Vec<_>>().join("、");
        for name in std::mem::take(&mut self.given).into_keys() {
            self.reject(name, format!("这里没有这一项。认得的有：{known}"));
        }
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.errors)) }
    }

    fn read<T: FromFields>(encoded: &[u8]) -> ApiResult<T> {
        let mut fields = Self::parse(encoded);
        let value = T::from_fields(&mut fields);
        fields.finish()?;
        Ok(value)
    }
}

impl<T: FromFields> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> ApiResult<Self> {
        Fields::read(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

impl<T: FromFields> FromRequest<AppState> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Self> {
        demand_media_type(request.headers(), "application/x-www-form-urlencoded")?;
        Fields::read(&bytes(request, state).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Self> {
        demand_media_type(request.headers(), "application/json")?;
        json(&bytes(request, state).await?).map(Self)
    }
}

impl FromRequestParts<AppState> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|_| ApiError::Malformed("地址里有读不懂的字符".to_owned()))
    }
}

fn demand_media_type(headers: &HeaderMap, expected: &'static str) -> ApiResult<()> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.split(';').next().unwrap_or_default().trim();
    if given.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(ApiError::UnsupportedMediaType(expected)) }
}

async fn bytes(request: Request, state: &AppState) -> ApiResult<Bytes> {
    Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::TooLarge { limit: state.limits.body_bytes }
        } else {
            ApiError::Malformed("内容没有收完整，请再发一次".to_owned())
        }
    })
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|err| {
        let pointer = pointer(err.path());
        refusal(&pointer, &err.into_inner())
    })?;
    source.end().map_err(|err| refusal("", &err))?;
    Ok(value)
}

/// Turns a path of serde into a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment as Part;
    path.iter().fold(String::new(), |pointer, part| match part {
        Part::Seq { index } => format!("{pointer}/{index}"),
        Part::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Part::Enum { .. } | Part::Unknown => pointer,
    })
}

/// Says in Chinese what serde says in English. Its messages name fields in backticks; what our own types say comes
/// through as it is.
fn refusal(pointer: &str, err: &serde_json::Error) -> ApiError {
    if !err.is_data() {
        return ApiError::Malformed(format!("不是完整的 JSON（第 {} 行第 {} 列）", err.line(), err.column()));
    }
    let said = err.to_string();
    // serde_json adds the place, which the pointer already says.
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
    let named = said.split('`').nth(1).unwrap_or_default();
    let below = |name: &str| {
        if pointer.ends_with(&format!("/{name}")) { pointer.to_owned() } else { format!("{pointer}/{name}") }
    };
    if said.starts_with("missing field") {
        ApiError::field(below(named), "缺少这一项")
    } else if said.starts_with("unknown field") {
        ApiError::field(below(named), "这里没有这一项")
    } else if said.starts_with("duplicate field") {
        ApiError::field(below(named), "只能给一次")
    } else if said.starts_with("invalid type") {
        ApiError::field(pointer, format!("类型不对：{}", said.trim_start_matches("invalid type: ")))
    } else {
        ApiError::field(pointer, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Letter {
        #[expect(dead_code, reason = "only its shape is tested")]
        desk: String,
        #[expect(dead_code, reason = "only its shape is tested")]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        #[expect(dead_code, reason = "only its shape is tested")]
        size: u8,
    }

    fn refused(text: &str) -> (String, String) {
        match json::<Letter>(text.as_bytes()).unwrap_err() {
            ApiError::Invalid(errors) => (errors[0].pointer.clone(), errors[0].message.clone()),
            other => (String::new(), other.to_string()),
        }
    }

    #[test]
    fn a_refusal_of_json_points_at_the_field() {
        for (text, pointer, message) in [
            (r#"{"parts":[]}"#, "/desk", "缺少这一项"),
            (r#"{"desk":"a","parts":[],"name":"x"}"#, "/name", "这里没有这一项"),
            (r#"{"desk":"a","parts":[{"size":1},{"size":2,"b":1}]}"#, "/parts/1/b", "这里没有这一项"),
            (r#"{"desk":"a","desk":"b","parts":[]}"#, "/desk", "只能给一次"),
            (r#"{"desk":"a","parts":[{}]}"#, "/parts/0/size", "缺少这一项"),
        ] {
            assert_eq!(refused(text), (pointer.to_owned(), message.to_owned()), "{text}");
        }
        assert_eq!(refused(r#"{"desk":1,"parts":[]}"#).0, "/desk");
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in ["", "{", r#"{"desk":"a","parts":[]} x"#, "\u{feff}{}"] {
            let (pointer, message) = refused(text);
            assert!(pointer.is_empty() && message.contains("JSON"), "{text}: {message}");
        }
    }

    struct Wanted {
        size: Option<usize>,
    }

    impl FromFields for Wanted {
        fn from_fields(fields: &mut Fields) -> Self {
            Self { size: fields.number("size", 1..=9) }
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let Err(ApiError::Invalid(errors)) = Fields::read::<Wanted>(b"size=10&sise=2&q=1&q=2") else {
            panic!("this is refused");
        };
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["q", "size", "q", "sise"]);
        assert_eq!(errors[1].message, "应为 1 到 9 之间的整数");
    }

    #[test]
    fn a_flood_of_fields_is_refused_in_few_words() {
        let flood = (0..20_000).map(|number| number.to_string()).collect::<Vec<_>>().join("&");
        let Err(ApiError::Invalid(errors)) = Fields::read::<Wanted>(flood.as_bytes()) else {
            panic!("this is refused");
        };
        assert!(errors.len() < 100, "{}", errors.len());
    }

    #[test]
    fn an_empty_field_is_not_given() {
        assert_eq!(Fields::read::<Wanted>(b"size=+&").unwrap().size, None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_sent_makes_a_panic(bytes: Vec<u8>) {
            let _refused = json::<Letter>(&bytes);
            let _refused = Fields::read::<Wanted>(&bytes);
        }
    }
}
