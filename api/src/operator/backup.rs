//! `nuanzhan backup …` and `nuanzhan restore …`

use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::backup::{self, BackupKey, Opened};
use crate::desk::paper::RecoveryKey;
use crate::dice::Dice;
use crate::operator::secret::{ask, first_line};
use crate::operator::{AuditCommand, Operator, days};
use crate::store::Swept;

const BACKUP_HELP: &str = "\
例子：
  nuanzhan backup key                          做一把备份密钥：私的一半抄在纸上，公的一半用在下面
  nuanzhan backup --to BAq3… --out 备份/11-23.backup
  nuanzhan backup --to BAq3… --out 备份/11-23.backup --keep-days 14

服务不用停。备份是封好的：没有纸上那把密钥，谁也打不开，做备份的机器也打不开。
备份里有什么：工作台、成员、咨询、记录链、统计。没有 secrets.toml：另抄一份，分开放；没有登录状态。
要求删除的、到期销毁的，在旧备份里还在：所以备份要有期限。--keep-days 写进备份里，过了期就删掉它。
用定时任务每天做一份，文件名里带上日期；已有的文件不会被盖掉。

退出码：0 做好了；2 没能做。";

const RESTORE_HELP: &str = "\
例子：
  nuanzhan restore 备份/11-23.backup               放进一个还没有工作台的数据库
  nuanzhan restore 备份/11-23.backup --replace     换掉现在的（先停掉服务）
  nuanzhan restore 备份/11-23.backup --look        只看是哪天的，留到哪天

要纸上的备份密钥。整份放进去，或者什么也不动。SQLite 做的备份可以恢复到 PostgreSQL，反过来也行。
用 --replace 时，备份之后已经撤回和销毁的咨询不会再回来。数据库已经没有了的，查不到备份之后撤回了哪些：
它们会回来，到期再销毁。恢复以后到期的当场销毁，并查一遍记录链；大家都要重新登录。
secrets.toml 要用和这份数据库一起的那一份，不然回执码都打不开。

退出码：0 放好了；1 放好了，但记录链有接不上的；2 没能办，数据库没有动。";

/// `nuanzhan backup …`
#[derive(Debug, Args)]
#[command(after_help = BACKUP_HELP, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Backup {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    #[command(flatten)]
    make: Option<Make>,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// 做一把备份密钥，显示一次
    Key,
}

#[derive(Debug, Args)]
struct Make {
    /// 封给谁：backup key 给出的公钥
    #[arg(long, value_name = "公钥")]
    to: BackupKey,
    /// 写到哪个文件；不能是已经有的
    #[arg(long, value_name = "文件")]
    out: PathBuf,
    /// 留多少天 [默认：30]
    #[arg(long, value_name = "天", default_value_t = 30, hide_default_value = true, value_parser = days)]
    keep_days: u16,
}

/// `nuanzhan restore …`
#[derive(Debug, Args)]
#[command(after_help = RESTORE_HELP)]
pub struct Restore {
    /// 备份文件
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 换掉数据库里现有的
    #[arg(long)]
    replace: bool,
    /// 只看备份的日期，什么也不动
    #[arg(long, conflicts_with = "replace")]
    look: bool,
    /// 从文件读备份密钥（第一行）；写 - 从标准输入读
    #[arg(long, value_name = "文件")]
    key_file: Option<PathBuf>,
}

impl Backup {
    /// Whether it wants a key and no database.
    pub fn is_about_keys(&self) -> bool {
        self.command.is_some()
    }

    /// Does it.
    pub async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        match (self.command, self.make) {
            (Some(BackupCommand::Key), _) => Self::show_key(operator.dice, operator.out),
            (None, Some(make)) => make.run(operator).await,
            (None, None) => bail!("还缺 --to 和 --out。加上 --help 看怎么用"),
        }
    }

    /// Makes a key and shows it, once.
    pub fn show_key(dice: &dyn Dice, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
        let paper = RecoveryKey::draw(dice);
        writeln!(out, "备份密钥，只显示这一次。抄在纸上，锁起来，不要存在这台机器上：")?;
        writeln!(out, "  {}", *paper.groups())?;
        writeln!(out, "公钥，做备份时用（--to），可以写在定时任务里：")?;
        writeln!(out, "  {}", BackupKey::of(&paper).text())?;
        Ok(())
    }
}

impl Make {
    async fn run(self, Operator { store, dice, hour, out, .. }: Operator<'_>) -> anyhow::Result<()> {
        let made = hour.date();
        let keep_until = made.checked_add(i32::from(self.keep_days).days())?;
        let mut draft = backup::begin(&self.out, (made, keep_until), (&self.to, dice))?;
        let rows = store.copy_out(&mut draft, &mut progress("写了")).await?;
        let length = draft.finish()?;
        writeln!(out, "备份写好了：{}，{rows} 行，{} KB。", self.out.display(), length.div_ceil(1024))?;
        writeln!(out, "留到 {keep_until}，过了这天请删掉它。")?;
        Ok(())
    }
}

/// A backup that its paper has opened.
pub struct Unsealed {
    copy: Box<dyn BufRead + Send>,
    replace: bool,
}

impl Restore {
    /// Opens the file before any database is opened or made; nothing where it is only looked at.
    pub fn unseal(&self, today: Date, out: &mut dyn Write) -> anyhow::Result<Option<Unsealed>> {
        let opened = Opened::open(&self.file)?;
        let (made, keep_until) = (opened.header.made, opened.header.keep_until);
        writeln!(out, "{}：{made} 做的备份，留到 {keep_until}。", self.file.display())?;
        if self.look {
            return Ok(None);
        }
        ensure!(made <= today, "备份的日期 {made} 还没有到：先看看这台机器的时钟对不对");
        if keep_until < today {
            writeln!(out, "注意：它早该删了。里面有后来已经销毁的咨询。")?;
        }
        let typed = match &self.key_file {
            Some(path) => first_line(path)?,
            None => ask("纸上的备份密钥（看不见是正常的）：")?,
        };
        let copy = Box::new(opened.read(&RecoveryKey::parse(&typed)?)?);
        Ok(Some(Unsealed { copy, replace: self.replace }))
    }
}

impl Unsealed {
    /// Puts it into the database.
    pub async fn run(mut self, mut operator: Operator<'_>) -> anyhow::Result<()> {
        let restored = operator.store.copy_in(&mut self.copy, self.replace, &mut progress("读了")).await;
        let restored = restored.context("没有恢复，数据库还是原来的样子")?;
        writeln!(operator.out, "恢复好了：{} 行。", restored.rows)?;
        if restored.destroyed_since > 0 {
            let count = restored.destroyed_since;
            writeln!(operator.out, "备份以后已经撤回或销毁的 {count} 件没有放回来。")?;
        }
        finish(&mut operator).await?;
        AuditCommand::all().run(operator).await
    }
}

/// What was due meanwhile, and what lay there before.
async fn finish(Operator { store, hour, out, .. }: &mut Operator<'_>) -> anyhow::Result<()> {
    let purged = store.purge(*hour).await?;
    if purged > 0 {
        writeln!(out, "其中 {purged} 件已经到期，当场销毁了。")?;
    }
    if store.sweep().await? == Swept::Busy {
        writeln!(out, "数据库正忙，残留还没有清完：过一会儿运行 nuanzhan purge。")?;
    }
    writeln!(out, "secrets.toml 要用和这份数据库一起的那一份。各工作台的记录链：")?;
    Ok(())
}

/// Says how far it is, beside what the command says.
fn progress(done: &'static str) -> impl FnMut(u64) + Send {
    move |rows| {
        let _nobody_reads = writeln!(std::io::stderr(), "……{done} {rows} 行");
    }
}
