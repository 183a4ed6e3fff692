//! The proof of receipt: the site's signature on which desk was given which letter on which day.
//!
//! Start at [`ProofKey::sign`]. A proof holds no words and nothing of the receipt: the letter is named by the digest of its
//! ciphertext. Anybody can check it with the site's public key, without the site (`nuanzhan verify-proof`, `/proof/`). The
//! bytes are in `docs/message-format.md`, what it is good for in `docs/decisions/0036-proof-of-receipt.md`. It must never hold
//! the hour (P4).

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::civil::Date;
use ring::digest;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sea_orm::DbErr;

use crate::sealing::binding::ThreadId;
use crate::secrets::Secrets;
use crate::state::AppState;

/// What a proof begins with, in its bytes and as text.
pub const LABEL: &str = "nuanzhan/proof/1";

const DIGEST_LEN: usize = 32;
const SIGNATURE_LEN: usize = 64;
const KEY_LEN: usize = 32;

/// What is attested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The site's public address, without a trailing slash.
    pub site: String,
    /// The day in China on which it was received.
    pub day: Date,
    /// The id of the desk that it was given to.
    pub desk: String,
    /// SHA-256 of the letter's ciphertext: nonce, ciphertext and tag.
    pub digest: [u8; DIGEST_LEN],
}

/// A statement and the site's signature on it. [`fmt::Display`] writes what people keep, [`Proof::parse`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What is attested.
    pub statement: Statement,
    signature: [u8; SIGNATURE_LEN],
}

/// What the site signs with.
pub struct ProofKey(Ed25519KeyPair);

/// The site's public key, as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicProofKey([u8; KEY_LEN]);

/// Why a text is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Another text, or not the whole of it.
    #[error("这不是一份完整的收信证明：应有六行，第一行是 {LABEL}")]
    Shape,
    /// A line is missing, or what it holds is none.
    #[error("“{0}”这一行缺了，或者抄坏了")]
    Line(&'static str),
}

impl Statement {
    /// For a letter with this ciphertext.
    ///
    /// # Panics
    ///
    /// Never: SHA-256 has 32 bytes.
    pub fn of(site: &str, day: Date, desk: &str, content: &[u8]) -> Self {
        let hash = digest::digest(&digest::SHA256, content);
        let digest = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
        Self { site: site.to_owned(), day, desk: desk.to_owned(), digest }
    }

    /// The bytes that are signed.
    ///
    /// # Panics
    ///
    /// For an address or a name of four gigabytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = [LABEL.as_bytes(), &[0]].concat();
        for text in [&self.site, &self.day.to_string(), &self.desk] {
            let length = u32::try_from(text.len()).expect("an address and a name are short");
            bytes.extend(length.to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(self.digest);
        bytes
    }
}

impl ProofKey {
    /// The key of a site with these secrets.
    ///
    /// # Panics
    ///
    /// Never: every 32 bytes are a seed.
    pub fn derive(secrets: &Secrets) -> Self {
        let seed = secrets.proof_seed();
        Self(Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).expect("every 32 bytes are a seed"))
    }

    /// What proofs are checked with.
    ///
    /// # Panics
    ///
    /// Never: public keys of this kind have 32 bytes.
    pub fn public(&self) -> PublicProofKey {
        PublicProofKey(self.0.public_key().as_ref().try_into().expect("32 bytes"))
    }

    /// Signs a statement. The same statement has the same signature.
    ///
    /// # Panics
    ///
    /// Never: signatures of this kind have 64 bytes.
    pub fn sign(&self, statement: Statement) -> Proof {
        let signature = self.0.sign(&statement.canonical()).as_ref().try_into().expect("64 bytes");
        Proof { statement, signature }
    }
}

impl PublicProofKey {
    /// Reads 32 bytes as base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// Whether this key has signed it.
    pub fn has_signed(&self, proof: &Proof) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.0);
        key.verify(&proof.statement.canonical(), &proof.signature).is_ok()
    }
}

/// The proof for a thread; `None` where there is none any more. Made anew from what is stored, it is always the same: that of
/// the desk and the day it came to first.
pub async fn of(app: &AppState, thread: &ThreadId) -> Result<Option<Proof>, DbErr> {
    let Some(first) = app.store.first_of(thread).await? else { return Ok(None) };
    let office = &app.consultations;
    let statement =
        Statement::of(&office.settings.base_url, first.hour.date(), &first.desk, first.content.as_bytes());
    Ok(Some(office.proof_key.sign(statement)))
}

impl fmt::Display for PublicProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl Proof {
    /// Reads what was kept. Blanks at the ends of lines and empty lines mean nothing.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim_start_matches('\u{feff}');
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let [label, site, day, desk, digest, signature] = lines[..] else { return Err(Unreadable::Shape) };
        if label != LABEL {
            return Err(Unreadable::Shape);
        }
        let value = |line: &str, name: &'static str| {
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).map(str::trim);
            value.map(str::to_owned).ok_or(Unreadable::Line(name))
        };
        let bytes = |line: &str, name: &'static str| {
            BASE64_STANDARD.decode(value(line, name)?).map_err(|_| Unreadable::Line(name))
        };
        // Only as it is written: `2026-1-2` would be another text for the same day.
        let written = value(day, "day")?;
        let day: Date = written.parse().map_err(|_| Unreadable::Line("day"))?;
        if day.to_string() != written {
            return Err(Unreadable::Line("day"));
        }
        let digest = bytes(digest, "digest")?.try_into().map_err(|_| Unreadable::Line("digest"))?;
        let signature =
            bytes(signature, "signature")?.try_into().map_err(|_| Unreadable::Line("signature"))?;
        let statement = Statement { site: value(site, "site")?, day, desk: value(desk, "desk")?, digest };
        Ok(Self { statement, signature })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Statement { site, day, desk, digest } = &self.statement;
        writeln!(f, "{LABEL}\nsite: {site}\nday: {day}\ndesk: {desk}")?;
        writeln!(f, "digest: {}", BASE64_STANDARD.encode(digest))?;
        write!(f, "signature: {}", BASE64_STANDARD.encode(self.signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    fn proof(key: &ProofKey) -> Proof {
        let day = jiff::civil::date(2026, 11, 21);
        key.sign(Statement::of("https://nuanzhan.example", day, "county", b"sealed"))
    }

    #[test]
    fn what_is_kept_as_text_is_checked_with_the_public_key_alone() {
        let secrets = Secrets::draw(&SystemDice);
        let key = ProofKey::derive(&secrets);
        let text = proof(&key).to_string();
        let public = PublicProofKey::parse(&key.public().to_string()).unwrap();
        for kept in [text.clone(), text.replace('\n', "\r\n\r\n"), format!("\u{feff}  {text}  \n")] {
            assert!(public.has_signed(&Proof::parse(&kept).unwrap()), "{kept}");
        }
        assert_eq!(ProofKey::derive(&secrets).public(), public, "two processes with one file sign alike");
        assert_eq!(proof(&ProofKey::derive(&secrets)), proof(&key));
        let other = ProofKey::derive(&Secrets::draw(&SystemDice)).public();
        assert!(!other.has_signed(&proof(&key)));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let key = ProofKey::derive(&Secrets::draw(&SystemDice));
        let good = proof(&key);
        let text = good.to_string();
        for (from, to) in [("2026-11-21", "2026-11-20"), ("county", "city"), (".example", ".example.org")] {
            let changed = Proof::parse(&text.replacen(from, to, 1)).unwrap();
            assert!(!key.public().has_signed(&changed), "{changed}");
        }
        let mut other = good.clone();
        other.statement.digest[31] ^= 1;
        assert!(!key.public().has_signed(&other));
        let moved = Statement {
            site: "https://nuanzhan.exampl".to_owned(),
            desk: "ecounty".to_owned(),
            ..good.statement
        };
        assert!(!key.public().has_signed(&Proof { statement: moved, signature: good.signature }));
    }

    #[test]
    fn what_is_no_proof_is_told_by_its_line() {
        let text = proof(&ProofKey::derive(&Secrets::draw(&SystemDice))).to_string();
        for (bad, expected) in [
            (String::new(), Unreadable::Shape),
            (text.replacen("proof/1", "proof/2", 1), Unreadable::Shape),
            (text.lines().take(5).collect::<Vec<_>>().join("\n"), Unreadable::Shape),
            (text.replacen("2026-11-21", "2026-11-31", 1), Unreadable::Line("day")),
            (text.replacen("2026-11-21", "20261121", 1), Unreadable::Line("day")),
            (text.replacen("desk:", "dest:", 1), Unreadable::Line("desk")),
            (text.replacen("digest: ", "digest: A", 1), Unreadable::Line("digest")),
            (text.replacen("signature: ", "signature: AAAA", 1), Unreadable::Line("signature")),
        ] {
            assert_eq!(Proof::parse(&bad).unwrap_err(), expected, "{bad}");
        }
    }
}
