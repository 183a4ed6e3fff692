//! Announcements as mail: plain text by the site's own account at a mail service.
//!
//! The message says nothing of the machine it comes from: its id and the greeting name the domain of the sender.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use zeroize::Zeroizing;

use crate::announce::Failure;
use crate::announce::body::What;

/// How long all of one mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a certificate begins in a PEM file. One that holds only a key reads as no certificate at all, and without a word.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The account that mails are sent by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The mail service.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who signs in there, and the file with the password; nobody where the service asks for none.
    pub login: Option<(String, PathBuf)>,
    /// The sender.
    pub from: Address,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The file with the certificates (PEM) of whoever certifies the service, where it is not one that everybody knows.
    pub authority: Option<PathBuf>,
}

/// How the connection to a mail service is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// From its first byte.
    Required,
    /// Before anything is said but a greeting; or not at all, and then nothing is sent.
    StartTls,
    /// Never: for a service on this machine.
    Off,
}

/// Sends mails.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Mailer {
    /// Reads the password and the certificates. Asks nobody yet.
    pub fn open(settings: &MailSettings) -> anyhow::Result<Self> {
        let MailSettings { host, port, login, from, tls, authority } = settings;
        let parameters = || parameters(host, authority.as_deref());
        let tls = match tls {
            MailTls::Required => Tls::Wrapper(parameters()?),
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Off => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(*port)
            .tls(tls)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(from.domain().to_owned()));
        if let Some((user, file)) = login {
            let bytes = std::fs::read(file).map(Zeroizing::new);
            let bytes = bytes.with_context(|| format!("读不了邮箱口令的文件 {}", file.display()))?;
            let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.lines().next());
            let password = text.map(str::trim).filter(|password| !password.is_empty());
            let password = password.with_context(|| format!("{} 的第一行应是邮箱口令", file.display()))?;
            transport = transport.credentials(Credentials::new(user.clone(), password.to_owned()));
        }
        Ok(Self { transport: transport.build(), from: from.clone() })
    }

    /// Sends one, and tells whether the mail service has taken it.
    pub async fn send(
        &self,
        to: &str,
        (what, url): (What, &str),
        (id, now): (&str, Timestamp),
    ) -> Result<(), Failure> {
        let to: Address = to.parse().map_err(|_| Failure::Unusable)?;
        let message = message(&self.from, to, (what, url), (id, now)).ok_or(Failure::Unusable)?;
        let sent = tokio::time::timeout(PATIENCE, self.transport.send(message)).await;
        sent.map_err(|_| Failure::TooSlow)?.map(drop).map_err(|err| why(&err))
    }
}

/// Whom the service has to be. An authority of its own counts beside those that everybody knows.
fn parameters(host: &str, authority: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(file) = authority {
        let pem = std::fs::read(file);
        let pem =
            pem.with_context(|| format!("读不了证书文件 {}（设置项 mail.authority）", file.display()))?;
        let unusable = || {
            format!(
                "{} 里没有 PEM 证书（-----BEGIN CERTIFICATE-----），核对设置项 mail.authority",
                file.display()
            )
        };
        let begins = pem.windows(BEGIN.len()).any(|part| part == BEGIN);
        let certificates = Certificate::from_pem(&pem).ok().filter(|_| begins).with_context(unusable)?;
        parameters = parameters.add_root_certificate(certificates);
    }
    parameters.build().context("设置项 mail.host 或 mail.authority 不能用")
}

fn message(
    from: &Address,
    to: Address,
    (what, url): (What, &str),
    (id, now): (&str, Timestamp),
) -> Option<Message> {
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .from(Mailbox::new(None, from.clone()))
        .to(Mailbox::new(None, to))
        .subject(what.subject())
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{id}@{}>", from.domain())))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(what.mail(url))
        .ok()
}

/// Never with the library's words: they hold what the service said, perhaps with an address.
fn why(err: &lettre::transport::smtp::Error) -> Failure {
    if let Some(code) = err.status() {
        return Failure::Mail(code.into());
    }
    if err.is_timeout() {
        return Failure::TooSlow;
    }
    if err.is_tls() || err.is_client() || is_no_handshake(err) {
        Failure::Insecure
    } else {
        Failure::Unreachable
    }
}

/// Whether somebody was there and the encryption failed: the library reports that like a line that is down, with what TLS said
/// of it inside.
fn is_no_handshake(err: &lettre::transport::smtp::Error) -> bool {
    let mut causes = std::iter::successors(Some(err as &dyn std::error::Error), |cause| cause.source());
    causes.any(|cause| {
        let said = cause.downcast_ref::<std::io::Error>();
        said.is_some_and(|said| said.kind() == std::io::ErrorKind::InvalidData)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_plain_text_with_what_the_rfc_demands_and_nothing_of_the_machine() {
        let (from, to) = ("desk@fulian.example".parse().unwrap(), "duty@fulian.example".parse().unwrap());
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        let url = "https://nuanzhan.example/desk/";
        let message = message(&from, to, (What::Work, url), ("0123abcd", now)).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<&str> = head.split("\r\n").filter(|line| !line.starts_with("Subject: ")).collect();
        lines.sort_unstable();
        let mut expected = [
            "Auto-Submitted: auto-generated",
            "Content-Transfer-Encoding: base64",
            "Content-Type: text/plain; charset=utf-8",
            "Date: Sat, 21 Nov 2026 08:00:00 +0000",
            "From: desk@fulian.example",
            "Message-ID: <0123abcd@fulian.example>",
            "To: duty@fulian.example",
        ];
        expected.sort_unstable();
        assert_eq!(lines, expected);
        let body: String = body.split_whitespace().collect();
        let body = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, body).unwrap();
        assert_eq!(String::from_utf8(body).unwrap().replace("\r\n", "\n"), What::Work.mail(url));
    }
}
