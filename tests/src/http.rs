//! A plain HTTP client that behaves like a simple browser without scripts: pages, forms, no cookies.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use anyhow::Context as _;
use ureq::{Agent, RequestBuilder};

/// An answer, whatever its status.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// Asks one server.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    address: String,
    cookie: Option<String>,
}

impl Client {
    /// A client of the server at `base` (without a trailing slash).
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .user_agent(USER_AGENT)
            .build();
        Self { agent: config.into(), base: base.to_owned(), address: ADDRESS.to_owned(), cookie: None }
    }

    /// The same, calling from another address.
    #[must_use]
    pub fn calling_from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// The same, and sends a cookie with everything: `name=value`. Only the desk has any.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = self.known(self.agent.get(format!("{}{path}", self.base)));
        answer(request.call().with_context(|| format!("GET {path}"))?)
    }

    /// `GET path` whose answer goes on and on, line by line as it comes; for a minute at most.
    pub fn follow(
        &self,
        path: &str,
    ) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>> + use<>> {
        let request = self.known(self.agent.get(format!("{}{path}", self.base)));
        let response = request.call().with_context(|| format!("GET {path}"))?;
        anyhow::ensure!(response.status() == 200, "GET {path}: {}", response.status());
        Ok(BufReader::new(response.into_body().into_reader()).lines())
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        let request =
            self.known(self.agent.delete(format!("{}{path}", self.base))).header("Origin", &self.base);
        answer(request.call().with_context(|| format!("DELETE {path}"))?)
    }

    /// `POST path` with a form, as a browser sends it.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let request =
            self.known(self.agent.post(format!("{}{path}", self.base))).header("Origin", &self.base);
        answer(request.send_form(fields.iter().copied()).with_context(|| format!("POST {path}"))?)
    }

    /// `POST path` with JSON.
    pub fn post_json(&self, path: &str, json: &serde_json::Value) -> anyhow::Result<Answer> {
        let request =
            self.known(self.agent.post(format!("{}{path}", self.base))).header("Origin", &self.base);
        answer(request.send_json(json).with_context(|| format!("POST {path}"))?)
    }

    /// With what a browser and the gateway add; also where she came from, which browsers of ours leave out.
    fn known<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let request = request.header(ADDRESS_HEADER, &self.address).header("Referer", REFERRER);
        match &self.cookie {
            Some(cookie) => request.header("Cookie", cookie),
            None => request,
        }
    }
}

/// Where the client says it calls from, through a gateway: an address of no real network (RFC 5737).
pub const ADDRESS: &str = "203.0.113.77";
/// The header in which the gateway says so; [`crate::server::Ground::start`] sets it up.
pub const ADDRESS_HEADER: &str = "x-forwarded-for";
/// Where the client says it came from; its telling words are [`REFERRER_WORDS`].
pub const REFERRER: &str = "https://telling-73519.example/search?q=secret-search-73519";
/// What of it nobody may find: each stands by itself for the case that only a part is kept.
pub const REFERRER_WORDS: [&str; 2] = ["telling-73519.example", "secret-search-73519"];
/// Unlike any other text, so that a search of the disk for it means something.
pub const USER_AGENT: &str = "Nuanzhan-Test-Browser/73519";

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<serde_json::Value> {
        serde_json::from_str(&self.body).with_context(|| format!("not JSON: {}", self.body))
    }
}

fn answer(response: ureq::http::Response<ureq::Body>) -> anyhow::Result<Answer> {
    let (parts, mut body) = response.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    Ok(Answer { status: parts.status.as_u16(), headers, body: body.read_to_string()? })
}

/// The value of the hidden field `name` of a form in `html`.
pub fn hidden_value(html: &str, name: &str) -> Option<String> {
    let field = html.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let field = field.into_iter().find(|field| field.contains(&format!("name=\"{name}\"")))?;
    let value = field.split("value=\"").nth(1)?.split('"').next()?;
    Some(value.to_owned())
}

/// What the form that is sent to `action` would send in a browser, as it stands on the page: each field by its name. A box that is
/// not ticked sends nothing and has `None`.
pub fn form_fields(html: &str, action: &str) -> Option<BTreeMap<String, Option<String>>> {
    let form = html.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")))?;
    let form = form.split("</form>").next().unwrap_or_default();
    let mut fields = BTreeMap::new();
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let attribute = |name: &str| {
            let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
            Some(value.to_owned())
        };
        let Some(name) = attribute("name") else { continue };
        let value = if tag.starts_with("textarea") {
            Some(text.to_owned())
        } else if tag.starts_with("select") {
            let (_, chosen) = form.split_once(tag)?;
            let chosen =
                chosen.split("</select>").next()?.split("<option ").find(|one| one.contains(" selected"));
            Some(chosen.and_then(|one| one.split('"').nth(1)).unwrap_or_default().to_owned())
        } else if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            None
        } else {
            attribute("value")
        };
        fields.insert(name, value);
    }
    Some(fields)
}

/// The visible text of `html`: tags out, spaces folded. Tags within a line leave no space.
pub fn visible_text(html: &str) -> String {
    const WITHIN_A_LINE: [&str; 8] = ["a", "b", "em", "mark", "small", "span", "strong", "wbr"];
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        if !WITHIN_A_LINE.contains(&name) {
            text.push(' ');
        }
        text.push_str(rest);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
