//! The server's own secrets: a small file beside the database, not in it.
//!
//! They open no message. With them and the database together somebody could try receipts and names; with the database
//! alone not even that. Made at the first start; several processes of one site share one copy. Keep a copy apart from
//! the backups of the database: without it no receipt opens anything any more.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::clock::Hour;
use crate::consultations::stretch::expand;
use crate::dice::Dice;
use crate::sealing::binding::labelled;

/// What the server knows and the database does not.
pub struct Secrets {
    /// Turns a locator into the hash that is stored.
    pub locator_key: Zeroizing<[u8; 32]>,
    /// Makes up salts for members who do not exist, always the same for the same name.
    pub names_key: Zeroizing<[u8; 32]>,
}

/// As written in the file.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct RawSecrets {
    locator_key: String,
    names_key: String,
}

impl Secrets {
    /// New ones.
    pub fn draw(dice: &dyn Dice) -> Self {
        let draw = || {
            let mut key = Zeroizing::new([0; 32]);
            dice.fill(key.as_mut_slice());
            key
        };
        Self { locator_key: draw(), names_key: draw() }
    }

    /// Reads the file; `None` where there is none.
    pub fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(err).with_context(|| format!("读不了 {}", path.display())),
        };
        let text = std::str::from_utf8(&bytes).with_context(|| format!("{} 不是文字", path.display()))?;
        // What is wrong is told without the text: an error message of the parser would quote the secret.
        let Ok(raw) = toml::from_str::<RawSecrets>(text) else {
            bail!("{} 不是本程序写的：应有 locator_key 和 names_key 两行", path.display());
        };
        let key = |name: &str, text: &str| {
            let bytes = BASE64_STANDARD.decode(text).map(Zeroizing::new).ok();
            let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            key.map(Zeroizing::new)
                .with_context(|| format!("{} 里的 {name} 不是 32 字节的 base64", path.display()))
        };
        Ok(Some(Self {
            locator_key: key("locator_key", &raw.locator_key)?,
            names_key: key("names_key", &raw.names_key)?,
        }))
    }

    /// Writes the file, readable by its owner alone, and waits until it is on the disk. Never replaces one.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = Zeroizing::new(format!(
            "# 本站服务器的密钥。它打不开任何一封信；丢了它，所有回执码都会失效。\n\
             # 另抄一份，和数据库的备份分开放。几个进程共用一个数据库时，用同一份。\n\
             locator_key = \"{}\"\nnames_key = \"{}\"\n",
            BASE64_STANDARD.encode(self.locator_key.as_slice()),
            BASE64_STANDARD.encode(self.names_key.as_slice()),
        ));
        write_new(path, text.as_bytes()).with_context(|| format!("写不了 {}", path.display()))
    }

    /// The key under which secrets of the second factor lie in the database.
    pub fn second_factor_key(&self) -> Zeroizing<[u8; 32]> {
        expand(&self.names_key, b"nuanzhan/second-factor/1")
    }

    /// What is stored of something that counts once, so that it is known again: `what` with its kind.
    pub fn spent_hash(&self, kind: &str, what: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key("nuanzhan/spent/1"), &tagged(kind, what)).as_ref().to_vec()
    }

    /// What proves within the hour that somebody opened what was sealed to them: nobody else can reckon it.
    pub fn challenge(&self, kind: &str, of: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key("nuanzhan/challenge/1"), &tagged(kind, of)).as_ref().to_vec()
    }

    /// Whether this is what [`Secrets::challenge`] gives; the time does not tell how much of it was right.
    pub fn meets(&self, kind: &str, of: &[u8], shown: &[u8]) -> bool {
        hmac::verify(&self.key("nuanzhan/challenge/1"), &tagged(kind, of), shown).is_ok()
    }

    /// The key of a purpose in an hour: the same for all processes that share these secrets.
    pub fn of_hour(&self, label: &str, hour: Hour) -> Zeroizing<[u8; 32]> {
        expand(&self.names_key, &labelled(label, &hour.number().to_be_bytes()))
    }

    /// The same, with chance that is not kept for longer than the key is good: then nobody gets it again.
    pub fn of_hour_with(&self, label: &str, hour: Hour, share: &[u8]) -> Zeroizing<[u8; 32]> {
        let what = Zeroizing::new([&hour.number().to_be_bytes()[..], share].concat());
        expand(&self.names_key, &Zeroizing::new(labelled(label, &what)))
    }

    fn key(&self, label: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, expand(&self.names_key, label.as_bytes()).as_slice())
    }

    /// What the key of proofs is made of. Derived, so that files of before have it too and all processes that share one sign
    /// alike (`docs/decisions/0036-proof-of-receipt.md`).
    pub fn proof_seed(&self) -> Zeroizing<[u8; 32]> {
        expand(&self.locator_key, b"nuanzhan/proof-key/1")
    }

    /// Recognises these secrets without telling anything about them.
    pub fn check(&self) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.locator_key.as_slice());
        let mut context = hmac::Context::with_key(&key);
        context.update(b"nuanzhan/secrets-check/1\0");
        context.update(self.names_key.as_slice());
        context.sign().as_ref().to_vec()
    }
}

/// No kind holds a zero byte: two things never give the same bytes.
fn tagged(kind: &str, what: &[u8]) -> Vec<u8> {
    [kind.as_bytes(), &[0], what].concat()
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // The name is durable only when the folder is.
    path.parent().map_or(Ok(()), |folder| {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::File::open(folder)?.sync_all()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::dice::SystemDice;

    #[test]
    fn what_is_written_is_read_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.toml");
        assert!(Secrets::read(&path).unwrap().is_none());
        let secrets = Secrets::draw(&SystemDice);
        secrets.write(&path).unwrap();
        let read = Secrets::read(&path).unwrap().unwrap();
        assert_eq!(read.check(), secrets.check());
        assert_ne!(read.check(), Secrets::draw(&SystemDice).check());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read.spent_hash("code", b"1"), secrets.spent_hash("code", b"1"));
        assert_ne!(read.spent_hash("code", b"1"), secrets.challenge("code", b"1"));
        assert!(secrets.write(&path).is_err(), "an existing file is never replaced");
    }

    #[test]
    fn a_damaged_file_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.toml");
        for bad in ["geheim", "locator_key = \"geheim\"\nnames_key = \"geheim\"", "locator_key = \"geheim"] {
            fs::remove_file(&path).ok();
            write_new(&path, bad.as_bytes()).unwrap();
            let said = format!("{:#}", Secrets::read(&path).err().unwrap());
            assert!(said.contains("secrets.toml") && !said.contains("geheim"), "{said}");
        }
    }
}
