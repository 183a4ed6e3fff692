//! `nuanzhan member …`

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};

use crate::desk::code::InvitationCode;
use crate::desk::keys::{self, ShareOf};
use crate::desk::paper::RecoveryKey;
use crate::desk::role::Role;
use crate::operator::Operator;
use crate::operator::desk::{check_name, enrol, joining, tell, tell_invitation};
use crate::operator::secret::{PassphraseFrom, ask, first_line};
use crate::store::desk::Inviting;

/// `nuanzhan member …`
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// 邀请一位成员：给出一个只能用一次的地址，本人在浏览器里定口令
    Invite(Invite),
    /// 就在这台机器上给工作台添加一位成员，要用纸上的恢复密钥
    Add(Add),
    /// 取消一位成员的验证码，手机丢了又没有别的负责人时用。本人登录后再设
    ForgetSecondFactor(ForgetSecondFactor),
}

/// An invitation.
#[derive(Debug, Args)]
pub struct Invite {
    /// 工作台的代号
    #[arg(long, value_name = "代号")]
    desk: String,
    /// 角色：member 成员、head 负责人、supervisor 上级督办、auditor 审计
    #[arg(long, value_name = "角色", default_value = "member", value_parser = role)]
    role: Role,
    /// 建议的名字，登录用。不写由本人自己起
    #[arg(long, value_name = "名字")]
    name: Option<String>,
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

/// Somebody without their phone.
#[derive(Debug, Args)]
pub struct ForgetSecondFactor {
    /// 成员的名字
    #[arg(long, value_name = "名字")]
    name: String,
}

impl MemberCommand {
    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        match self {
            Self::Invite(invite) => invite.run(operator).await,
            Self::Add(add) => add.run(operator).await,
            Self::ForgetSecondFactor(forget) => forget.run(operator).await,
        }
    }
}

impl Invite {
    async fn run(self, Operator { store, dice, hour, out, site, .. }: Operator<'_>) -> anyhow::Result<()> {
        let desk = store.any_desk(&self.desk).await?;
        desk.with_context(|| format!("没有 {} 这个工作台", self.desk))?;
        if let Some(name) = &self.name {
            check_name(store, name).await?;
        }
        let code = InvitationCode::draw(dice);
        let invitation = Inviting { hash: code.hash(), role: self.role, name: self.name };
        store.invite_by_operator(&self.desk, invitation, hour).await?;
        writeln!(out, "邀请做 {} 的{}：", self.desk, self.role.chinese())?;
        tell_invitation(out, site, &code)?;
        writeln!(
            out,
            "本人接受以后，由工作台的负责人核对指纹码再放行；没有负责人时，本人用纸上的恢复密钥。"
        )?;
        Ok(())
    }
}

impl Add {
    async fn run(self, Operator { store, dice, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        let recovery = store.recovery_of(&self.desk).await?;
        ensure!(!recovery.is_empty(), "没有 {} 这个工作台，或者它还没有钥匙", self.desk);
        check_name(store, &self.name).await?;
        let recovery_key = self.recovery_key()?;
        let passphrase = self.passphrase.take(&self.name, dice)?;
        let (id, enrolled) = enrol(&passphrase, dice);
        let mut shares = Vec::with_capacity(recovery.len());
        for copy in &recovery {
            let share = ShareOf { desk: &self.desk, generation: copy.generation, holder: &id };
            let sealed = keys::admit(&recovery_key, &copy.share, &share, (&enrolled.public_key, dice))
                .context("这份恢复密钥不是这个工作台的")?;
            shares.push((copy.generation, sealed));
        }
        let member = joining((id, self.name.clone()), enrolled, dice);
        store.admit_with_shares(&self.desk, (member, &shares), Role::Member, hour).await?;
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

impl ForgetSecondFactor {
    async fn run(self, Operator { store, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        ensure!(store.forget_second_factor_of(&self.name, hour).await?, "没有叫 {} 的成员", self.name);
        writeln!(out, "{} 的验证码取消了，登录全部退出。请本人尽快登录、重新设一个。", self.name)?;
        Ok(())
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "应为 member、head、supervisor、auditor 之一".to_owned())
}
