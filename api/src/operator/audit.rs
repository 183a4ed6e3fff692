//! `nuanzhan audit …`

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::audit::{Hash, Head};
use crate::operator::Operator;
use crate::sealing::binding::{hex, unhex};

const HELP: &str = "\
例子：
  nuanzhan audit verify                      查所有工作台
  nuanzhan audit verify --desk shili-county  只查一个
  nuanzhan audit verify --desk shili-county --noted 12:28ba3d4f…
                                             再和以前抄下的链尾对照

每个工作台一条记录链：谁在哪个小时受理、看过、转办、办结了什么，谁加进来、谁离开。里面没有来信的内容。
每一行都带着前一行的校验值，改一个字节、少一行、换个位置都看得出来。
把显示的链尾（行号:校验值）抄在别处：有人把整条链连同链尾一起重写，只有对照抄下来的才看得出来。
链会变长，抄下的那一行不会变：--noted 看它现在还是不是那样。

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
    /// 以前抄下的链尾，和 --desk 一起用
    #[arg(long, value_name = "行号:校验值", requires = "desk", value_parser = noted)]
    noted: Option<Head>,
}

/// The end of a chain as it was shown.
fn noted(text: &str) -> Result<Head, String> {
    const WANTED: &str =
        "要写成“行号:校验值”，比如 12:28ba3d4f…；行号从 1 起，校验值 64 位，由 0–9 和 a–f 组成";
    let (number, hash) = text.trim().split_once([':', '：']).ok_or(WANTED)?;
    let number = number.parse().ok().filter(|number| *number > 0).ok_or(WANTED)?;
    let hash = unhex(hash.trim()).and_then(|hash| hash.try_into().ok()).ok_or(WANTED)?;
    Ok(Head { number, hash })
}

/// Chains that do not hold. Which lines has been said.
#[derive(Debug, thiserror::Error)]
#[error("{} 的记录链对不上：先不要再改数据库，留一份现在的样子，再和备份、和以前抄下的链尾对照", .0.join("、"))]
pub struct BrokenChains(pub Vec<String>);

impl AuditCommand {
    /// To check every chain.
    pub(super) fn all() -> Self {
        Self::Verify(Verify { desk: None, noted: None })
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
            let wrong = match store.verify_audit(&desk.id).await? {
                Ok(head) => {
                    writeln!(out, "{name}：{0} 行，都接得上。链尾 {0}:{1}", head.number, hex(&head.hash))?;
                    match &self.noted {
                        Some(noted) => unlike(noted, store.audit_hash(&desk.id, noted.number).await?),
                        None => None,
                    }
                }
                Err(first) => Some(format!("{first}。从这一行起不能当作原样。")),
            };
            match (wrong, &self.noted) {
                (Some(wrong), _) => {
                    writeln!(out, "{name}：{wrong}")?;
                    broken.push(desk.id);
                }
                (None, Some(Head { number, .. })) => {
                    writeln!(out, "{name}：第 {number} 行和抄下的一样，到这一行为止没有人换过。")?;
                }
                (None, None) => {}
            }
        }
        if !broken.is_empty() {
            bail!(BrokenChains(broken));
        }
        Ok(())
    }
}

/// In what way the line that was noted is not the one that is there.
fn unlike(noted: &Head, there: Option<Hash>) -> Option<String> {
    let number = noted.number;
    match there {
        None => Some(format!("现在没有第 {number} 行：整条链被人换短了，或者行号抄错了。")),
        Some(hash) if hash != noted.hash => {
            Some(format!("第 {number} 行和抄下的不一样：整条链被人换过，或者抄错了。现在是 {}", hex(&hash)))
        }
        Some(_) => None,
    }
}
