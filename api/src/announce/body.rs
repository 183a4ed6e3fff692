//! What is said: one of three texts, which are the same for everybody and every day.
//!
//! No count, no topic, no name, no id, no time. Each text has the word 暖站 in it, so that a group robot that takes only
//! messages with a keyword takes it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::announce::Kind;

/// What is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// There is work.
    Work,
    /// There is work, and somebody may be in danger.
    Urgent,
    /// Nothing: an operator looks whether it arrives.
    Test,
}

/// The body of a webhook of one's own.
#[derive(Debug, Serialize)]
struct Plain<'a> {
    event: &'static str,
    urgent: bool,
    text: &'static str,
    url: &'a str,
}

impl What {
    /// For readers.
    pub fn text(self) -> &'static str {
        match self {
            Self::Work => "暖站：有新的工作等着办理，请登录工作台查看。",
            Self::Urgent => "暖站：有紧急的工作，可能有人正处在危险中，请马上登录工作台查看。",
            Self::Test => "暖站：这是一条试发的通知，没有新的工作。",
        }
    }

    /// The subject of a mail.
    pub fn subject(self) -> &'static str {
        match self {
            Self::Work => "暖站：有新的工作",
            Self::Urgent => "暖站：有紧急的工作",
            Self::Test => "暖站：试发",
        }
    }

    /// The body of a mail, with the address of the desk.
    pub fn mail(self, url: &str) -> String {
        format!("{}\n\n{url}\n\n这封邮件由系统发出，不用回复。里面没有来信的内容。\n", self.text())
    }

    /// The body of a webhook, in the shape that its receiver reads.
    pub fn json(self, kind: Kind, url: &str) -> String {
        let line = format!("{}\n{url}", self.text());
        let shaped: Value = match kind {
            Kind::Plain | Kind::Mail => return self.plain(url),
            Kind::Wecom | Kind::Dingtalk => json!({ "msgtype": "text", "text": { "content": line } }),
            Kind::Feishu => json!({ "msg_type": "text", "content": { "text": line } }),
        };
        shaped.to_string()
    }

    fn plain(self, url: &str) -> String {
        let event = if self == Self::Test { "test" } else { "work" };
        let plain = Plain { event, urgent: self == Self::Urgent, text: self.text(), url };
        serde_json::to_string(&plain).expect("texts always become JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://nuanzhan.example/desk/";

    #[test]
    fn a_webhook_of_ones_own_gets_four_fields_in_this_order() {
        let body = What::Urgent.json(Kind::Plain, URL);
        let expected = "{\"event\":\"work\",\"urgent\":true,\"text\":\"暖站：有紧急的工作，可能有人正处在危险中，请马上登录工作台查看。\",\
                        \"url\":\"https://nuanzhan.example/desk/\"}";
        assert_eq!(body, expected);
        assert!(What::Work.json(Kind::Plain, URL).starts_with("{\"event\":\"work\",\"urgent\":false,"));
        assert!(What::Test.json(Kind::Plain, URL).starts_with("{\"event\":\"test\",\"urgent\":false,"));
    }

    #[test]
    fn each_robot_gets_a_text_in_its_own_shape_with_the_keyword_in_it() {
        for what in [What::Work, What::Urgent, What::Test] {
            let line = format!("{}\n{URL}", what.text());
            assert!(line.contains("暖站") && what.subject().contains("暖站"));
            for (kind, kind_field, path) in [
                (Kind::Wecom, "msgtype", "/text/content"),
                (Kind::Dingtalk, "msgtype", "/text/content"),
                (Kind::Feishu, "msg_type", "/content/text"),
            ] {
                let body: Value = serde_json::from_str(&what.json(kind, URL)).unwrap();
                assert_eq!(body[kind_field], "text");
                assert_eq!(body.pointer(path).unwrap(), line.as_str());
            }
        }
    }
}
