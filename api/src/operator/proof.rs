//! `nuanzhan verify-proof` and `nuanzhan proof-key`: neither needs a database, and the first needs no site either.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;

use crate::consultations::proof::{Proof, ProofKey, PublicProofKey, Statement, Unreadable};
use crate::sealing::binding::hex;
use crate::secrets::Secrets;

/// What `verify-proof --help` says at its end.
pub const HELP: &str = "\
例子：
  nuanzhan verify-proof 证明.txt                用这台机器上的密钥文件核对
  nuanzhan verify-proof 证明.txt --key 公钥     在哪台电脑上都行，不用联网
  nuanzhan verify-proof - --key 公钥            从管道读

退出码：0 是真的；1 对不上，或者不是一份完整的证明；2 没能核对。";

/// Which proof, and the key.
#[derive(Debug, Args)]
pub struct VerifyProof {
    /// 收信证明的文件；- 是从管道读
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 网站的公钥（base64）；不写就用设置里的密钥文件
    #[arg(long, value_name = "公钥")]
    key: Option<String>,
}

/// A text that is no proof of this site's. Why has been said.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// It can't be read as one.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Signed by another key, or changed.
    #[error("对不上：有字改过，或者不是这把公钥签的（{0}）")]
    Forged(PublicProofKey),
}

impl VerifyProof {
    /// Does it. Fails with [`NotProven`] where it is none.
    pub fn run(&self, secrets: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
        let text = self.text()?;
        let key = match &self.key {
            Some(key) => PublicProofKey::parse(key)
                .ok_or_else(|| anyhow!("--key 应是 32 字节公钥的 base64，44 个字符，现在是“{key}”"))?,
            None => own_key(secrets).context("也可以用 --key 写上网站的公钥")?,
        };
        let proof = Proof::parse(&text).map_err(NotProven::from)?;
        if !key.has_signed(&proof) {
            return Err(NotProven::Forged(key).into());
        }
        let Statement { site, day, desk, digest } = &proof.statement;
        writeln!(out, "是真的：{site} 在 {day} 收到过一封信，交给工作台 {desk}。")?;
        writeln!(out, "信的密文的 SHA-256：{}", hex(digest))?;
        Ok(())
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut bytes = Vec::new();
        if self.file == Path::new("-") {
            io::stdin().read_to_end(&mut bytes).context("管道里读不出来")?;
        } else {
            bytes = fs::read(&self.file).with_context(|| format!("读不了 {}", self.file.display()))?;
        }
        String::from_utf8(bytes).map_err(|_| NotProven::Unreadable(Unreadable::Shape).into())
    }
}

/// The public key of the site with these secrets.
pub fn own_key(secrets: &Path) -> anyhow::Result<PublicProofKey> {
    let found = Secrets::read(secrets)?;
    let found = found.with_context(|| format!("没有密钥文件 {}：核对 --var", secrets.display()))?;
    Ok(ProofKey::derive(&found).public())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    #[test]
    fn a_proof_is_verified_with_the_file_of_secrets_or_with_the_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (secrets, file) = (folder.path().join("secrets.toml"), folder.path().join("proof.txt"));
        Secrets::draw(&SystemDice).write(&secrets).unwrap();
        let key = ProofKey::derive(&Secrets::read(&secrets).unwrap().unwrap());
        let day = jiff::civil::date(2026, 11, 21);
        let text = key.sign(Statement::of("https://nuanzhan.example", day, "county", b"sealed")).to_string();
        let verify = |text: &str, key: Option<String>| {
            fs::File::create(&file).unwrap().write_all(text.as_bytes()).unwrap();
            let mut out = Vec::new();
            let done = VerifyProof { file: file.clone(), key }.run(&secrets, &mut out);
            done.map(|()| String::from_utf8(out).unwrap())
        };
        for key in [None, Some(own_key(&secrets).unwrap().to_string())] {
            let said = verify(&text, key).unwrap();
            assert!(said.contains("2026-11-21") && said.contains("county"), "{said}");
        }
        for (bad, key) in [
            (text.replacen("county", "city", 1), None),
            ("nuanzhan/proof/1".to_owned(), None),
            (text.clone(), Some(ProofKey::derive(&Secrets::draw(&SystemDice)).public().to_string())),
        ] {
            assert!(verify(&bad, key).unwrap_err().is::<NotProven>(), "{bad}");
        }
        let unusable = verify(&text, Some("AAAA".to_owned())).unwrap_err();
        assert!(!unusable.is::<NotProven>(), "{unusable}");
        fs::remove_file(&secrets).unwrap();
        let missing = verify(&text, None).unwrap_err();
        assert!(!missing.is::<NotProven>() && format!("{missing:#}").contains("--key"), "{missing:#}");
    }
}
