//! Announcements as HTTP requests: to a service of one's own, signed as “Standard Webhooks” say, or to the robot of a group.
//!
//! Only over HTTPS, but for this machine itself; by no proxy, to no other place than the one that was named, and what comes
//! back is read for no more than whether it was taken.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use ring::hmac;
use serde_json::Value;

use crate::announce::{Failure, Kind};

/// How long all of one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of an answer is read at most, in bytes.
const MOST_READ: usize = 4096;

/// Bytes of the secret under which a webhook of one's own is signed.
pub const SECRET_LEN: usize = 32;

/// Where robots live, so that their shape need not be named.
const ROBOTS: [(&str, Kind); 4] = [
    ("qyapi.weixin.qq.com", Kind::Wecom),
    ("oapi.dingtalk.com", Kind::Dingtalk),
    ("open.feishu.cn", Kind::Feishu),
    ("open.larksuite.com", Kind::Feishu),
];

/// What all webhooks are sent with.
pub fn client() -> anyhow::Result<Client> {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .timeout(PATIENCE)
        .user_agent("nuanzhan")
        .pool_max_idle_per_host(0);
    client.build().map_err(|err| anyhow::anyhow!("发不了 webhook：{err}"))
}

/// Reads the address of a webhook; or what is wrong with it.
pub fn address(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|_| "应为完整的网址，例如 https://example.cn/hook".to_owned())?;
    let here = url.host_str().is_some_and(is_this_machine);
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        "http" => return Err("要用 https：通知不加密就等于告诉路上所有的人".to_owned()),
        _ => return Err("应以 https:// 开头".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("网址里不要写用户名和口令".to_owned());
    }
    Ok(url)
}

/// Whether a host is the machine that this runs on: `localhost`, `127.0.0.1`, `[::1]`.
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The shape that whoever listens there reads.
pub fn kind_of(url: &Url) -> Kind {
    let robot = ROBOTS.iter().find(|(host, _)| url.host_str() == Some(host));
    robot.map_or(Kind::Plain, |(_, kind)| *kind)
}

/// Scheme and host of an address, without the rest, which may hold a key.
pub fn place(target: &str) -> String {
    let url = target.parse::<Url>().ok();
    let origin = url.map(|url| url.origin().ascii_serialization());
    origin.unwrap_or_else(|| "…".to_owned())
}

/// A secret as who checks signatures takes it.
pub fn secret_text(secret: &[u8]) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(secret))
}

/// Sends `body`, and tells whether it was taken.
pub async fn post(
    client: &Client,
    (kind, target, secret): (Kind, &str, Option<&[u8]>),
    body: String,
    (id, now): (&str, Timestamp),
) -> Result<(), Failure> {
    let url = address(target).map_err(|_| Failure::Unusable)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(secret) = secret {
        let (id, seconds) = (format!("msg_{id}"), now.as_second());
        let signed = signature(secret, (&id, seconds), &body);
        let seconds = seconds.to_string();
        let named = [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signed)];
        for (name, value) in named {
            headers.insert(name, HeaderValue::from_str(&value).map_err(|_| Failure::Unusable)?);
        }
    }
    let response = client.post(url).headers(headers).body(body).send().await.map_err(|err| why(&err))?;
    let status = response.status();
    if !status.is_success() {
        return Err(Failure::Status(status.as_u16()));
    }
    if kind == Kind::Plain { Ok(()) } else { taken(response).await }
}

/// A robot says in its answer whether it has taken a message: `errcode` with `WeCom` and `DingTalk`, `code` with Feishu.
async fn taken(mut response: Response) -> Result<(), Failure> {
    let mut read = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|err| why(&err))? {
        let room = MOST_READ - read.len();
        read.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if read.len() == MOST_READ {
            break;
        }
    }
    let said: Value = serde_json::from_slice(&read).map_err(|_| Failure::NoRobot)?;
    let code = ["errcode", "code"].iter().find_map(|field| said.get(field)).and_then(Value::as_i64);
    match code {
        Some(0) => Ok(()),
        Some(code) => Err(Failure::Robot(code)),
        None => Err(Failure::NoRobot),
    }
}

/// The value of `webhook-signature`: HMAC-SHA-256 of id, time and body, with dots between.
fn signature(secret: &[u8], (id, seconds): (&str, i64), body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(tag))
}

/// Never with the library's words: they hold the address.
fn why(err: &reqwest::Error) -> Failure {
    if err.is_timeout() { Failure::TooSlow } else { Failure::Unreachable }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_the_one_of_the_published_example() {
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            signature(&secret, ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330), "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret_text(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn what_goes_unencrypted_goes_to_this_machine_only() {
        for good in [
            "https://a.cn/x?key=1",
            "http://localhost:9/x",
            "http://127.0.0.1:9",
            "http://[::1]:9/",
            "https://1.2.3.4/",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.cn/x",
            "http://localhost.a.cn/",
            "http://127.0.0.1.a.cn/",
            "http://10.0.0.1/",
            "ftp://a.cn/",
            "a.cn/x",
            "https://u:p@a.cn/",
            "file:///etc/passwd",
            "",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_robot_is_known_by_its_host_and_its_key_is_never_shown() {
        let target = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=geheim";
        assert_eq!(kind_of(&address(target).unwrap()), Kind::Wecom);
        assert_eq!(
            kind_of(&address("https://open.feishu.cn/open-apis/bot/v2/hook/x").unwrap()),
            Kind::Feishu
        );
        assert_eq!(kind_of(&address("https://oapi.dingtalk.com/robot/send?a=b").unwrap()), Kind::Dingtalk);
        assert_eq!(kind_of(&address("https://oapi.dingtalk.com.evil.cn/").unwrap()), Kind::Plain);
        assert_eq!(place(target), "https://qyapi.weixin.qq.com");
    }
}
