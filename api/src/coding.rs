//! Which of a file's compressed copies a browser may be sent (RFC 9110, 12.5.3).
//!
//! Start at [`accepted`]. The copies were made when the site was built; nothing is compressed here.

use axum::http::{HeaderMap, header};

/// A coding that copies of published files come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// The smallest.
    Brotli,
    /// Nearly as small.
    Zstandard,
    /// What everybody understands.
    Gzip,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Zstandard, Self::Gzip];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What the name of a copy in it ends with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zst",
            Self::Gzip => "gz",
        }
    }
}

/// The codings to try, best first. Empty where the file itself is wanted more than any of them.
pub fn accepted(headers: &HeaderMap) -> Vec<Coding> {
    let wishes = wishes(headers);
    let weight = |name: &str| wishes.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
    let anything = weight("*");
    // What is not mentioned may be sent plain, but nobody asked for it.
    let plain = weight("identity").unwrap_or(0);
    let mut wanted: Vec<(u16, Coding)> = Coding::ALL
        .into_iter()
        .filter_map(|coding| Some((weight(coding.name()).or(anything)?, coding)))
        .filter(|(weight, _)| *weight > 0 && *weight >= plain)
        .collect();
    // A stable order: what the browser likes best, and of equals the smallest.
    wanted.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.cmp(other)));
    wanted.into_iter().map(|(_, coding)| coding).collect()
}

/// Names in lower case with their weight in thousandths. What is not well formed is not wanted.
fn wishes(headers: &HeaderMap) -> Vec<(String, u16)> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(wish).collect()
}

fn wish(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let name = if name == "x-gzip" { "gzip".to_owned() } else { name };
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => {
            thousandths(parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?)?
        }
    };
    Some((name, weight))
}

/// `0.5` as 500; `None` where it is not a weight.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let part = format!("{rest:0<3}").parse::<u16>().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::Coding::{Brotli, Gzip, Zstandard};
    use super::*;

    fn accepted_from(text: &str) -> Vec<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(text).unwrap());
        accepted(&headers)
    }

    #[test]
    fn the_browsers_wishes_come_first_and_then_the_size() {
        for (header, expected) in [
            ("gzip, deflate, br, zstd", vec![Brotli, Zstandard, Gzip]),
            ("gzip, deflate", vec![Gzip]),
            ("br;q=0.5, gzip;q=0.8", vec![Gzip, Brotli]),
            ("gzip;q=0, br", vec![Brotli]),
            ("*", vec![Brotli, Zstandard, Gzip]),
            ("*;q=0.1, gzip", vec![Gzip, Brotli, Zstandard]),
            ("br;q=0, *", vec![Zstandard, Gzip]),
            ("identity, gzip;q=0.5", vec![]),
            ("identity;q=0.5, gzip", vec![Gzip]),
            ("identity;q=0, gzip;q=0.001", vec![Gzip]),
            ("GZIP;Q=1.000", vec![Gzip]),
            ("x-gzip", vec![Gzip]),
            ("identity", vec![]),
            ("", vec![]),
            ("gzip;q=2, br;q=0.1234, zstd;q=x", vec![]),
            ("deflate, compress", vec![]),
        ] {
            assert_eq!(accepted_from(header), expected, "{header}");
        }
        assert_eq!(accepted(&HeaderMap::new()), []);
    }

    proptest! {
        #[test]
        fn any_header_is_taken_without_a_panic(text in "[ -~]{0,80}") {
            let taken = accepted_from(&text);
            prop_assert!(taken.len() <= 3);
        }
    }
}
