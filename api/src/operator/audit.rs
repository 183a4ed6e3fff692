//! `nuanzhan audit …`

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::operator::Operator;
use crate::sealing::binding::hex;

const HELP: &str = "\
例子：
  nuanzhan audit verify                      查所有工作台
  nuanzhan audit verify --desk shili-county  只查一个

每个工作台一条记录链：谁在哪个小时受理、看过、转办、办结了什么，谁加进来、谁离开。里面没有来信的内容。
每一行都带着前一行的校验值，改一个字节、少一行、换个位置都看得出来。
把显示的链尾（行号和校验值）抄在别处：有人把整条链连同链尾一起重写，只有对照抄下来的才看得出来。

退出码：0 都接得上；1 有一条接不上，已指出是哪一行；2 没能查。";

/// `nuanzhan audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 查记录链有没有被改过，指出第一处
    #[command(after_help = HELP)]
    Verify(Verify),
}

/// Which chains.
#[derive(Debug, Args)]
pub struct Verify {
    /// 工作台的代号；不写就查全部
    #[arg(long, value_name = "代号")]
    desk: Option<String>,
}

/// Chains that do not hold. Which lines has been said.
#[derive(Debug, thiserror::Error)]
#[error("{} 的记录链接不上：先不要再改数据库，留一份现在的样子，再和备份、和以前抄下的链尾对照", .0.join("、"))]
pub struct BrokenChains(pub Vec<String>);

impl AuditCommand {
    /// To check every chain.
    pub(super) fn all() -> Self {
        Self::Verify(Verify { desk: None })
    }

    /// Does it. Fails with [`BrokenChains`] where something does not hold.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        match self {
            Self::Verify(verify) => verify.run(operator).await,
        }
    }
}

impl Verify {
    async fn run(self, Operator { store, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        let desks = match &self.desk {
            Some(id) => vec![store.desk(id).await?.with_context(|| format!("没有 {id} 这个工作台"))?],
            None => store.every_desk().await?,
        };
        if desks.is_empty() {
            writeln!(out, "还没有工作台，没有可查的。")?;
        }
        let mut broken = Vec::new();
        for desk in desks {
            let name = format!("{}（{}）", desk.id, desk.name);
            match store.verify_audit(&desk.id).await? {
                Ok(head) => writeln!(out, "{name}：{} 行，都接得上。链尾 {}", head.number, hex(&head.hash))?,
                Err(first) => {
                    writeln!(out, "{name}：{first}。从这一行起不能当作原样。")?;
                    broken.push(desk.id);
                }
            }
        }
        if !broken.is_empty() {
            bail!(BrokenChains(broken));
        }
        Ok(())
    }
}
