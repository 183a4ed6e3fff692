//! `nuanzhan desk announce …`: who is told that a desk has work.

use anyhow::{Context, bail, ensure};
use clap::Args;
use lettre::Address;
use reqwest::Url;

use crate::announce::body::What;
use crate::announce::mail::Mailer;
use crate::announce::{Kind, Post, webhook};
use crate::dice;
use crate::operator::Operator;
use crate::sealing::binding::hex;
use crate::store::Store;
use crate::store::announce::{MOST_RECIPIENTS, NEWS_ID_LEN, Recipient};

const HELP: &str = "\
例子：
  nuanzhan desk announce shili-county --mail zhiban@example.cn
  nuanzhan desk announce shili-county --webhook 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…'
  nuanzhan desk announce shili-county --test        现在就试发一条，看收不收得到
  nuanzhan desk announce shili-county --list        看通知谁，上一次送到没有
  nuanzhan desk announce shili-county --remove 2    不再通知第 2 处

平常的工作等到下一个整点才通知，有危险的等到下一个整五分钟：不让送信的人从时间猜到是谁来的信。
群机器人要加关键词的，写“暖站”。网址里有钥匙，外面套上单引号。";

/// Who is told of a desk's news.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Announce {
    /// 工作台的代号
    #[arg(value_name = "代号")]
    desk: String,
    #[command(flatten)]
    act: Act,
    /// webhook 要什么样子：plain 自己的程序、wecom 企业微信、dingtalk 钉钉、feishu 飞书。不写就看网址
    #[arg(long = "as", value_name = "样子", value_parser = shape, conflicts_with_all = ["mail", "list", "remove", "test"])]
    shape: Option<Kind>,
}

/// What to do.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Act {
    /// 通知这个邮箱
    #[arg(long, value_name = "邮箱", value_parser = mail_address)]
    mail: Option<Address>,
    /// 通知这个 webhook：群机器人，或者自己的程序
    #[arg(long, value_name = "网址", value_parser = webhook::address)]
    webhook: Option<Url>,
    /// 列出通知谁
    #[arg(long)]
    list: bool,
    /// 不再通知第几处
    #[arg(long, value_name = "编号")]
    remove: Option<u32>,
    /// 现在就试发一条，看收不收得到
    #[arg(long)]
    test: bool,
}

impl Announce {
    /// Does it.
    pub(super) async fn run(self, operator: Operator<'_>) -> anyhow::Result<()> {
        let Self { desk, act, shape } = self;
        demand_desk(operator.store, &desk).await?;
        match act {
            Act { mail: Some(address), .. } => add_mail(operator, &desk, &address).await,
            Act { webhook: Some(url), .. } => add_webhook(operator, &desk, (url, shape)).await,
            Act { remove: Some(number), .. } => remove(operator, &desk, number).await,
            Act { test: true, .. } => test(operator, &desk).await,
            _ => list(operator, &desk).await,
        }
    }
}

/// Refuses a desk that is not there, and names the nearest one.
async fn demand_desk(store: &Store, desk: &str) -> anyhow::Result<()> {
    if store.any_desk(desk).await?.is_some() {
        return Ok(());
    }
    let desks = store.every_desk().await?;
    let distance = |id: &str| strsim::damerau_levenshtein(desk, id);
    let near = desks.iter().map(|desk| desk.id.as_str()).min_by_key(|id| distance(id));
    match near.filter(|id| distance(id) * 2 <= id.chars().count()) {
        Some(near) => bail!("没有 {desk} 这个工作台。是不是 {near}？"),
        None => bail!("没有 {desk} 这个工作台。用 nuanzhan desk list 看有哪些"),
    }
}

async fn add_mail(operator: Operator<'_>, desk: &str, address: &Address) -> anyhow::Result<()> {
    let Operator { store, out, mail, .. } = operator;
    ensure!(
        mail.is_some(),
        "还不能发邮件：先在设置文件的 [mail] 里写好发信用的邮箱，见 nuanzhan.default.toml"
    );
    let number = add(store, desk, (Kind::Mail, address.to_string()), None).await?;
    writeln!(out, "第 {number} 处：有新的工作，发邮件到 {address}。\n用 --test 试发一封。")?;
    Ok(())
}

async fn add_webhook(
    operator: Operator<'_>,
    desk: &str,
    (url, shape): (Url, Option<Kind>),
) -> anyhow::Result<()> {
    let Operator { store, out, dice, .. } = operator;
    let kind = shape.unwrap_or_else(|| webhook::kind_of(&url));
    let secret = (kind == Kind::Plain).then(|| dice::draw::<{ webhook::SECRET_LEN }>(dice).to_vec());
    let number = add(store, desk, (kind, url.to_string()), secret.clone()).await?;
    let place = webhook::place(url.as_str());
    writeln!(out, "第 {number} 处：有新的工作，通知 {place} 的{}。", kind.chinese())?;
    if let Some(secret) = secret {
        writeln!(out, "签名用的密钥，只显示这一次，交给收通知的程序：\n  {}", webhook::secret_text(&secret))?;
    }
    writeln!(out, "用 --test 试发一条。")?;
    Ok(())
}

async fn add(
    store: &Store,
    desk: &str,
    (kind, target): (Kind, String),
    secret: Option<Vec<u8>>,
) -> anyhow::Result<u32> {
    let there = store.recipients(desk).await?;
    if let Some(same) = there.iter().find(|to| to.target == target) {
        bail!("已经有了，是第 {} 处", same.number);
    }
    let number = store.add_recipient(desk, (kind, target), secret).await?;
    number.with_context(|| format!("一个工作台最多通知 {MOST_RECIPIENTS} 处，先用 --remove 去掉一处"))
}

async fn list(Operator { store, out, .. }: Operator<'_>, desk: &str) -> anyhow::Result<()> {
    let all = store.recipients(desk).await?;
    if all.is_empty() {
        writeln!(out, "{desk} 有新的工作时没有通知谁。用 --mail 或 --webhook 加一处。")?;
    }
    for to in all {
        writeln!(out, "{}", shown(&to))?;
        match (to.told, &to.failed) {
            (None, None) => writeln!(out, "\t还没有通知过")?,
            (told, failed) => {
                if let Some(hour) = told {
                    writeln!(out, "\t上一次送到：{}", hour.chinese())?;
                }
                if let Some((hour, why)) = failed {
                    writeln!(out, "\t上一次没有送到：{}，{why}", hour.chinese())?;
                }
            }
        }
    }
    Ok(())
}

async fn remove(Operator { store, out, .. }: Operator<'_>, desk: &str, number: u32) -> anyhow::Result<()> {
    ensure!(store.remove_recipient(desk, number).await?, "{desk} 没有第 {number} 处。用 --list 看有哪些");
    writeln!(out, "不再通知第 {number} 处。")?;
    Ok(())
}

/// Sends one to each, and says what came of it.
async fn test(operator: Operator<'_>, desk: &str) -> anyhow::Result<()> {
    let Operator { store, dice, out, mail, site, now, .. } = operator;
    let all = store.recipients(desk).await?;
    ensure!(!all.is_empty(), "{desk} 还没有要通知的地方。用 --mail 或 --webhook 加一处");
    ensure!(!site.is_empty(), "不知道网站的地址，没法写在通知里：在设置里写 base_url，或者先把网站生成一次");
    let post = Post::open(mail.map(Mailer::open).transpose()?, site)?;
    let mut lost = 0;
    for to in &all {
        let id = hex(&dice::draw::<NEWS_ID_LEN>(dice));
        let came = match post.send(to, What::Test, (&id, now)).await {
            Ok(()) => "收下了".to_owned(),
            Err(failure) => {
                lost += 1;
                format!("没有送到：{failure}")
            }
        };
        writeln!(out, "{}\n\t{came}", shown(to))?;
    }
    ensure!(lost == 0, "{} 处里有 {lost} 处没有送到", all.len());
    Ok(())
}

/// Without the key that the address of a webhook may hold.
fn shown(to: &Recipient) -> String {
    let more = if to.kind == Kind::Mail { "" } else { "/…" };
    format!("{}\t{}\t{}{more}", to.number, to.kind.chinese(), to.place())
}

fn shape(text: &str) -> Result<Kind, String> {
    let kind = Kind::parse(text).filter(|kind| *kind != Kind::Mail);
    kind.ok_or_else(|| "应为 plain、wecom、dingtalk、feishu 之一".to_owned())
}

fn mail_address(text: &str) -> Result<Address, String> {
    let address = text.parse::<Address>().ok().filter(|address| address.domain().contains('.'));
    address.ok_or_else(|| "应为邮箱地址，例如 zhiban@example.cn".to_owned())
}
