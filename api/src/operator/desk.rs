//! `nuanzhan desk …`

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use search::region::RegionCode;

use crate::desk::code::InvitationCode;
use crate::desk::keys::{self, Enrolled, Founded, PASSPHRASE_ROUNDS};
use crate::desk::login;
use crate::desk::role::Role;
use crate::dice::{self, Dice};
use crate::operator::Operator;
use crate::operator::announce::Announce;
use crate::operator::secret::{Passphrase, PassphraseFrom};
use crate::sealing::binding::hex;
use crate::store::Store;
use crate::store::desk::{Desk, INVITATION_HOURS, Inviting, Joining, MOST_LEVELS, NewDesk, NewMember};

/// `nuanzhan desk …`
#[derive(Debug, Subcommand)]
pub enum DeskCommand {
    /// 新建工作台，给第一位负责人一份邀请；钥匙由本人在浏览器里建
    Create(Create),
    /// 列出工作台和成员
    List,
    /// 有新的工作时，用邮件或群机器人通知值班的人；通知里没有来信的内容
    Announce(Announce),
}

/// A new desk.
#[derive(Debug, Args)]
pub struct Create {
    /// 代号，用小写字母、数字和横线，以后不改，例如 shili-county
    #[arg(long, value_name = "代号")]
    id: String,
    /// 名称，提问的人看得到，例如 示例县妇联
    #[arg(long, value_name = "名称")]
    name: String,
    /// 负责的区划代码，例如 990121
    #[arg(long, value_name = "区划代码")]
    region: String,
    /// 上级工作台的代号：上级也能拆开来信
    #[arg(long, value_name = "代号")]
    parent: Option<String>,
    /// 第一位负责人的名字，登录用。邀请时可以不写，由本人自己起
    #[arg(long, value_name = "名字")]
    member: Option<String>,
    /// 不发邀请，就在这台机器上建好钥匙、成员和恢复密钥：这台机器会短暂见到工作台的私钥和口令。给没有浏览器可用的单位
    #[arg(long, requires = "member")]
    keys_here: bool,
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

impl DeskCommand {
    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run(operator).await,
            Self::List => list(operator).await,
            Self::Announce(announce) => announce.run(operator).await,
        }
    }
}

impl Create {
    async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        let desk = self.desk(operator.store).await?;
        ensure!(
            operator.regions.is_empty() || operator.regions.contains(&desk.region),
            "网站的 regions.csv 里没有 {}，没有人会选到它，来信到不了这里。先加上这个地方，或者核对代码",
            desk.region
        );
        if let Some(name) = &self.member {
            check_name(operator.store, name).await?;
        }
        match self.member.clone().filter(|_| self.keys_here) {
            Some(member) => self.with_keys(operator, (desk, member)).await,
            None => self.with_invitation(operator, desk).await,
        }
    }

    async fn with_invitation(self, operator: Operator<'_>, desk: Desk) -> anyhow::Result<()> {
        ensure!(!self.passphrase.is_given(), "口令由本人在浏览器里定。要在这里建钥匙，请加 --keys-here");
        let Operator { store, dice, hour, out, site, .. } = operator;
        let code = InvitationCode::draw(dice);
        let told = format!("工作台建好了：{}（{}，{}）", desk.id, desk.name, desk.region);
        let invitation = Inviting { hash: code.hash(), role: Role::Head, name: self.member };
        store.create_desk(desk, invitation, hour).await.context("工作台没有建成")?;
        writeln!(out, "{told}\n它还没有钥匙，收不了信。请第一位负责人用浏览器打开下面的地址来建：")?;
        tell_invitation(out, site, &code)?;
        Ok(())
    }

    async fn with_keys(self, operator: Operator<'_>, (desk, name): (Desk, String)) -> anyhow::Result<()> {
        let Operator { store, dice, hour, out, .. } = operator;
        let passphrase = self.passphrase.take(&name, dice)?;
        let (id, enrolled) = enrol(&passphrase, dice);
        let Founded { public_key, recovery_public_key, recovery_share, member_share, recovery_key } =
            keys::found(&desk.id, (&id, &enrolled.public_key), dice);
        let member = NewMember { joining: joining((id, name.clone()), enrolled, dice), share: member_share };
        let told = format!("工作台建好了：{}（{}，{}）", desk.id, desk.name, desk.region);
        // Shown before it is stored: a desk whose recovery key nobody saw would be worse than none.
        tell(out, &passphrase)?;
        writeln!(out, "恢复密钥，只显示这一次。抄在纸上，锁起来，不要拍照：\n  {}", *recovery_key.groups())?;
        writeln!(out, "添加成员要用它。所有成员的口令和它都丢了，来信就再也打不开。\n")?;
        out.flush()?;
        let stored =
            store.found_desk(NewDesk { desk, public_key, recovery_public_key, recovery_share, member }, hour);
        stored.await.context("工作台没有建成，上面显示的都作废")?;
        writeln!(out, "{told}\n第一位成员：{name}")?;
        Ok(())
    }

    async fn desk(&self, store: &Store) -> anyhow::Result<Desk> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let starts_well = self.id.starts_with(|c: char| c.is_ascii_lowercase());
        ensure!(
            starts_well && self.id.len() <= 64 && self.id.chars().all(plain),
            "代号用小写字母开头，只用小写字母、数字和横线，最多 64 个：这里是“{}”",
            self.id
        );
        ensure!(is_name(&self.name), "名称要有 1 到 60 个字");
        let region: RegionCode = self.region.parse()?;
        if store.any_desk(&self.id).await?.is_some() {
            bail!("已经有 {} 这个工作台了", self.id);
        }
        if let Some(parent) = &self.parent {
            store.any_desk(parent).await?.with_context(|| format!("没有 {parent} 这个工作台，先建上级"))?;
            let with_key = store.desk(parent).await?;
            with_key.with_context(|| {
                format!("{parent} 还没有钥匙：先请它的负责人接受邀请、建好钥匙，再建下级")
            })?;
            ensure!(
                store.levels_above(parent).await? < MOST_LEVELS,
                "{parent} 上面已经够 {MOST_LEVELS} 级了，一封信最多封给 {MOST_LEVELS} 级工作台"
            );
        }
        let name = self.name.trim().to_owned();
        Ok(Desk { id: self.id.clone(), name, region, parent: self.parent.clone() })
    }
}

async fn list(Operator { store, out, .. }: Operator<'_>) -> anyhow::Result<()> {
    let desks = store.every_desk().await?;
    if desks.is_empty() {
        writeln!(out, "还没有工作台。用 nuanzhan desk create 建一个。")?;
    }
    for desk in desks {
        let parent = desk.parent.map_or_else(String::new, |parent| format!("，上级 {parent}"));
        let key = if store.desk(&desk.id).await?.is_some() { "" } else { "，还没有钥匙" };
        writeln!(out, "{}\t{}\t{}{parent}{key}", desk.id, desk.region, desk.name)?;
        writeln!(out, "\t成员：{}", store.members_of(&desk.id).await?.join("、"))?;
    }
    Ok(())
}

/// A member's name is free and can be typed.
pub(super) async fn check_name(store: &Store, name: &str) -> anyhow::Result<()> {
    ensure!(is_name(name) && name.trim() == name, "成员的名字要有 1 到 60 个字，前后没有空格");
    if store.is_name_taken(name).await? {
        bail!("已经有人叫 {name}，或者叫过。登录靠名字，请换一个，例如 {name}2");
    }
    Ok(())
}

/// The keys of a member whom nobody has stored yet, and their id.
pub(super) fn enrol(passphrase: &Passphrase, dice: &dyn Dice) -> (String, Enrolled) {
    let id = hex(&dice::draw::<16>(dice));
    let enrolled = keys::enrol(&id, &passphrase.text, PASSPHRASE_ROUNDS, dice);
    (id, enrolled)
}

pub(super) fn joining((id, name): (String, String), enrolled: Enrolled, dice: &dyn Dice) -> Joining {
    Joining {
        id,
        name,
        salt: enrolled.salt.to_vec(),
        rounds: enrolled.rounds.get(),
        login_hash: login::hash(&enrolled.login, dice),
        public_key: enrolled.public_key,
        wrapped_key: enrolled.wrapped_key,
    }
}

/// Shows a made-up passphrase, once.
pub(super) fn tell(out: &mut (dyn std::io::Write + Send), passphrase: &Passphrase) -> std::io::Result<()> {
    if passphrase.made_up {
        writeln!(out, "口令，只显示这一次，交给本人：\n  {}", *passphrase.text)?;
    }
    Ok(())
}

/// Shows the address of an invitation, once.
pub(super) fn tell_invitation(
    out: &mut (dyn std::io::Write + Send),
    site: &str,
    code: &InvitationCode,
) -> std::io::Result<()> {
    writeln!(out, "  {site}/desk/#join={}", code.text())?;
    writeln!(out, "只显示这一次，{INVITATION_HOURS} 小时内有效，只能用一次。请当面或用可靠的办法交给本人。")
}

/// Whether a member can be called that.
pub(crate) fn is_name(name: &str) -> bool {
    let length = name.trim().chars().count();
    (1..=60).contains(&length) && !name.contains(char::is_control)
}
