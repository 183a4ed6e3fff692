//! `nuanzhan member …`

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::desk::keys::{self, ShareOf};
use crate::desk::paper::RecoveryKey;
use crate::desk::role::Role;
use crate::operator::Operator;
use crate::operator::desk::{check_name, enrol, new_member, tell};
use crate::operator::secret::{PassphraseFrom, ask, first_line};

/// `nuanzhan member …`
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// 给工作台添加一位成员，要用纸上的恢复密钥
    Add(Add),
}

/// Another member.
#[derive(Debug, Args)]
pub struct Add {
    /// 工作台的代号
    #[arg(long, value_name = "代号")]
    desk: String,
    /// 成员的名字，登录用
    #[arg(long, value_name = "名字")]
    name: String,
    #[command(flatten)]
    passphrase: PassphraseFrom,
    /// 从文件读恢复密钥（第一行）；写 - 从标准输入读
    #[arg(long, value_name = "文件")]
    recovery_key_file: Option<PathBuf>,
}

impl MemberCommand {
    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(operator).await,
        }
    }
}

impl Add {
    async fn run(self, Operator { store, dice, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        let recovery = store.recovery_of(&self.desk).await?;
        let recovery = recovery.with_context(|| format!("没有 {} 这个工作台", self.desk))?;
        check_name(store, &self.name).await?;
        let recovery_key = self.recovery_key()?;
        let passphrase = self.passphrase.take(&self.name, dice)?;
        let (id, enrolled) = enrol(&passphrase, dice);
        let share = ShareOf { desk: &self.desk, generation: recovery.generation, holder: &id };
        let sealed = keys::admit(&recovery_key, &recovery.share, &share, (&enrolled.public_key, dice))
            .context("这份恢复密钥不是这个工作台的")?;
        let member = new_member((id, self.name.clone()), enrolled, sealed, dice);
        store.admit_member((&self.desk, recovery.generation), member, Role::Member, hour).await?;
        writeln!(out, "{} 是 {} 的成员了", self.name, self.desk)?;
        tell(out, &passphrase)?;
        Ok(())
    }

    fn recovery_key(&self) -> anyhow::Result<RecoveryKey> {
        let typed = match &self.recovery_key_file {
            Some(path) => first_line(path)?,
            None => ask("纸上的恢复密钥（看不见是正常的）：")?,
        };
        Ok(RecoveryKey::parse(&typed)?)
    }
}
