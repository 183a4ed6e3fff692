//! Typed values out of those that were written.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::HeaderName;

use super::effective::{Effective, Setting, Value};
use crate::announce::mail::{MailSettings, MailTls};
use crate::announce::webhook::is_this_machine;

/// Reads typed values out of the flat ones, and collects what can't be read.
pub(super) struct Reader<'a> {
    pub(super) effective: &'a Effective,
    pub(super) errors: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn text(&self, key: &str) -> &'a str {
        match &self.effective.0[key].value {
            Value::Text(text) => text,
            Value::Number(_) => unreachable!("the default of {key} is a text"),
        }
    }

    /// Every number is a limit, and a limit of nothing lets nobody in.
    pub(super) fn number(&mut self, key: &str) -> usize {
        if let Value::Number(number @ 1..=0xffff_ffff) = self.effective.0[key].value {
            return usize::try_from(number).unwrap_or(usize::MAX);
        }
        self.refuse(key, "应为 1 到 4294967295 之间的整数");
        1
    }

    /// At least one, at most ten years: more is no promise to destroy anything.
    pub(super) fn days(&mut self, key: &str) -> u32 {
        let days = self.number(key);
        if days > 3650 {
            self.refuse(key, "最多 3650 天");
        }
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    pub(super) fn truth(&mut self, key: &str) -> bool {
        let is_known = matches!(self.text(key), "yes" | "no");
        (!is_known).then(|| self.refuse(key, "应为 \"yes\" 或 \"no\""));
        self.text(key) == "yes"
    }

    /// What one of a few words means; the first of them where it is none.
    pub(super) fn one_of<T: Copy>(&mut self, key: &str, words: &[(&'static str, T)]) -> T {
        let text = self.text(key);
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == text) {
            return *meant;
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        self.refuse(key, &format!("应为 {}", known.join(" 或 ")));
        words[0].1
    }

    /// The account that mails are sent by; nothing where no host is named.
    pub(super) fn mail(&mut self) -> Option<MailSettings> {
        let words =
            [("required", MailTls::Required), ("starttls", MailTls::StartTls), ("none", MailTls::Off)];
        let tls = self.one_of("mail.tls", &words);
        let port = u16::try_from(self.number("mail.port"));
        if port.is_err() {
            self.refuse("mail.port", "应为 1 到 65535 之间的整数");
        }
        let (host, user, file) =
            (self.text("mail.host"), self.text("mail.user"), self.text("mail.password_file"));
        if host.is_empty() {
            return None;
        }
        if tls == MailTls::Off && !is_this_machine(host) {
            self.refuse("mail.tls", "不加密只能用在本机的邮件服务（mail.host 是 localhost 或 127.0.0.1）");
        }
        if user.is_empty() != file.is_empty() {
            self.refuse("mail.user", "要和 mail.password_file 一起写，或者都空着");
        }
        let from = self.text("mail.from").parse().ok();
        if from.is_none() {
            self.refuse("mail.from", "应为发信的邮箱地址，例如 tongzhi@example.cn");
        }
        let authority = self.text("mail.authority");
        if !authority.is_empty() && tls == MailTls::Off {
            self.refuse("mail.authority", "mail.tls = \"none\" 时不用证书，请空着");
        }
        let authority = (!authority.is_empty()).then(|| PathBuf::from(authority));
        let login = (!user.is_empty()).then(|| (user.to_owned(), PathBuf::from(file)));
        Some(MailSettings { host: host.to_owned(), port: port.ok()?, login, from: from?, tls, authority })
    }

    pub(super) fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let address = self.text(key).parse().ok();
        if address.is_none() {
            self.refuse(key, "应为“地址:端口”，例如 127.0.0.1:8080");
        }
        address
    }

    pub(super) fn base_url(&mut self) -> Option<String> {
        let url = self.text("base_url");
        let well_formed = url.is_empty()
            || ((url.starts_with("https://") || url.starts_with("http://")) && !url.ends_with('/'));
        if !well_formed {
            self.refuse("base_url", "应以 https:// 或 http:// 开头，末尾不带斜杠");
        }
        (!url.is_empty()).then(|| url.to_owned())
    }

    pub(super) fn header(&mut self, key: &str) -> Option<HeaderName> {
        let name = self.text(key);
        if name.is_empty() {
            return None;
        }
        let header = name.parse().ok();
        if header.is_none() {
            self.refuse(key, "应为请求头的名字，例如 x-forwarded-for");
        }
        header
    }

    fn refuse(&mut self, key: &str, expected: &str) {
        let Setting { value, origin } = &self.effective.0[key];
        self.errors.push(format!("{origin}：{key} = {value}，{expected}"));
    }
}
