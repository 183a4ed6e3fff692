//! The operators' commands: making desks and members; checking the audit chains and proofs of receipt; `search`, which puts the site into
//! Meilisearch and tells what many people look for.
//!
//! These run on the server's machine, beside the service. They are the only part of the program that ever has a desk's
//! private key in hand, and only inside [`crate::desk::keys`]. What is shown once, a recovery key or a made-up
//! passphrase, goes to the operator's screen and nowhere else.

mod announce;
mod audit;
mod backup;
mod desk;
mod member;
mod proof;
mod purge;
#[cfg(feature = "meilisearch")]
mod search;
mod secret;
mod statistics;
mod words;

use std::collections::BTreeSet;
use std::io::Write;

use ::search::region::RegionCode;
use jiff::Timestamp;

pub use self::audit::{AuditCommand, BrokenChains};
pub use self::backup::{Backup, Restore};
pub use self::desk::DeskCommand;
pub(crate) use self::desk::is_name;
pub use self::member::MemberCommand;
pub use self::proof::{HELP as VERIFY_PROOF_HELP, NotProven, VerifyProof, own_key};
pub use self::purge::Purge;
#[cfg(feature = "meilisearch")]
pub use self::search::{SearchCommand, Searching};
pub use self::statistics::Publish;
pub use self::words::WordStats;
use crate::announce::mail::MailSettings;
use crate::clock::Hour;
use crate::dice::Dice;
use crate::figures::report::Names;
use crate::store::Store;

/// What a command works with.
pub struct Operator<'a> {
    /// The database, migrated.
    pub store: &'a Store,
    /// Chance.
    pub dice: &'a dyn Dice,
    /// The hour, for the audit chain.
    pub hour: Hour,
    /// This instant, for what is sent now.
    pub now: Timestamp,
    /// Where to write what the operator reads.
    pub out: &'a mut (dyn Write + Send),
    /// The public address of the site without a trailing slash; empty where nobody knows it.
    pub site: &'a str,
    /// The divisions that the built site knows; empty where no site has been built yet.
    pub regions: &'a BTreeSet<RegionCode>,
    /// What the built site calls its topics and counties.
    pub names: &'a Names,
    /// The account that mails are sent by.
    pub mail: Option<&'a MailSettings>,
}

/// A number of days that somebody typed: up to ten years.
fn days(text: &str) -> Result<u16, String> {
    let days = text.parse().ok().filter(|days| (0..=3650).contains(days));
    days.ok_or_else(|| "应为 0 到 3650 之间的整数".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::announce::testing::Receiver;
    use crate::consultations::testing::Office;
    use crate::desk::code::InvitationCode;
    use crate::desk::role::Role;
    use crate::desk::testing::AtDesk;
    use crate::dice::SystemDice;
    use crate::figures::testing::names;
    use crate::store::testing::{Fresh, NOW, each, founded};

    #[derive(Parser)]
    enum Command {
        #[command(subcommand)]
        Desk(DeskCommand),
        #[command(subcommand)]
        Member(MemberCommand),
        #[command(subcommand)]
        Audit(AuditCommand),
        Purge(Purge),
        Backup(Backup),
        Restore(Restore),
        Statistics(Publish),
    }

    async fn run(fresh: &Fresh, line: &str) -> Result<String, String> {
        let mut out = Vec::new();
        let regions = ["990121".parse().unwrap()].into();
        let operator = Operator {
            store: &fresh.store,
            dice: &SystemDice,
            hour: NOW,
            now: Timestamp::from_second(NOW.number() * 3600).unwrap(),
            out: &mut out,
            site: "https://nuanzhan.example",
            regions: &regions,
            names: &names(),
            mail: None,
        };
        let done = match Command::try_parse_from(std::iter::once("nuanzhan").chain(line.split(' '))).unwrap()
        {
            Command::Desk(command) => command.run(operator).await,
            Command::Member(command) => command.run(operator).await,
            Command::Audit(command) => command.run(operator).await,
            Command::Purge(command) => command.run(operator).await,
            Command::Backup(command) => command.run(operator).await,
            Command::Statistics(command) => command.run(operator).await,
            Command::Restore(command) => match command.unseal(NOW.date(), operator.out) {
                Ok(Some(copy)) => copy.run(operator).await,
                Ok(None) => Ok(()),
                Err(err) => Err(err),
            },
        };
        let said = String::from_utf8(out).unwrap();
        done.map_err(|err| format!("{said}{err:#}"))?;
        Ok(said)
    }

    /// What stands on the line after the one that holds `heading`.
    fn below<'a>(said: &'a str, heading: &str) -> &'a str {
        said.lines().skip_while(|line| !line.contains(heading)).nth(1).unwrap().trim()
    }

    const CREATE: &str =
        "desk create --id county --name 示例县妇联 --region 990121 --member 王芳 --keys-here --generate";

    #[tokio::test]
    async fn a_desk_is_made_and_its_members_read_letters() {
        for fresh in each().await {
            let made = run(&fresh, CREATE).await.unwrap();
            let (passphrase, recovery) = (below(&made, "口令"), below(&made, "恢复密钥"));
            let paper = fresh.folder.path().join("paper.txt");
            Write::write_all(&mut std::fs::File::create(&paper).unwrap(), recovery.as_bytes()).unwrap();
            let add = format!(
                "member add --desk county --name 李梅 --generate --recovery-key-file {}",
                paper.display()
            );
            let added = run(&fresh, &add).await.unwrap();
            let listed = run(&fresh, "desk list").await.unwrap();
            assert!(listed.contains("county") && listed.contains("李梅、王芳"), "{listed}");

            let rows = fresh.store.everything().await;
            for secret in [passphrase, recovery, below(&added, "口令")] {
                assert!(!rows.contains(&secret.to_lowercase()));
            }
            let office = Office::open(fresh).await;
            office.post("/ask/", &[("text", "他打我")]).await;
            for (name, passphrase) in [("王芳", passphrase), ("李梅", below(&added, "口令"))] {
                let member = AtDesk::sign_in_slowly(&office, name, passphrase).await;
                let id = member.queue().await.remove(0);
                assert_eq!(member.read(&id).await[0].text, "他打我");
            }
        }
    }

    /// The code behind the `#` of the address that was shown.
    fn invited(said: &str) -> InvitationCode {
        let (_, code) = said.split_once("https://nuanzhan.example/desk/#join=").unwrap();
        InvitationCode::parse(code.lines().next().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_desk_is_made_with_an_invitation_and_none_below_it_before_it_has_a_key() {
        for fresh in each().await {
            let create = "desk create --id county --name 示例县妇联 --region 990121";
            let said = run(&fresh, create).await.unwrap();
            let invitation = fresh.store.invitation(&invited(&said).hash(), NOW).await.unwrap().unwrap();
            assert!(invitation.founds && invitation.role == Role::Head);
            assert!(run(&fresh, "desk list").await.unwrap().contains("还没有钥匙"));
            let below = "desk create --id town --name 示例镇 --region 990121 --parent county";
            assert!(run(&fresh, below).await.unwrap_err().contains("先请它的负责人接受邀请"));
            let member = "member invite --desk county --role member";
            assert!(run(&fresh, member).await.unwrap_err().contains("先邀请负责人"));
            let said = run(&fresh, "member invite --desk county --role head --name 王芳").await.unwrap();
            let invitation = fresh.store.invitation(&invited(&said).hash(), NOW).await.unwrap().unwrap();
            assert_eq!(invitation.name.as_deref(), Some("王芳"));
            assert!(run(&fresh, &format!("{create} --generate")).await.unwrap_err().contains("已经有"));
            let forget = "member forget-second-factor --name 王芳";
            assert!(run(&fresh, forget).await.unwrap_err().contains("没有叫 王芳 的成员"));
            assert!(run(&fresh, "audit verify").await.unwrap().contains("2 行，都接得上"));
        }
    }

    #[tokio::test]
    async fn what_can_not_be_made_is_told_and_nothing_is_changed() {
        for fresh in each().await {
            let short = fresh.folder.path().join("short.txt");
            Write::write_all(&mut std::fs::File::create(&short).unwrap(), b"short\n").unwrap();
            for (line, expected) in [
                (CREATE.replace("990121", "99"), "6、9 或 12 位"),
                (CREATE.replace("990121", "999999"), "没有 999999"),
                (CREATE.replace("--id county", "--id County"), "小写字母"),
                (format!("{CREATE} --parent city"), "没有 city 这个工作台"),
                (CREATE.replace("--generate", &format!("--passphrase-file {}", short.display())), "至少"),
                ("member add --desk county --name 李梅 --generate".to_owned(), "没有 county 这个工作台"),
            ] {
                let said = run(&fresh, &line).await.unwrap_err();
                assert!(said.contains(expected), "{line}: {said}");
            }
            assert!(fresh.store.desks().await.unwrap().is_empty());
            run(&fresh, CREATE).await.unwrap();
            assert!(run(&fresh, CREATE).await.unwrap_err().contains("已经有"));
            let twin = CREATE.replace("--id county", "--id twin");
            assert!(run(&fresh, &twin).await.unwrap_err().contains("王芳"));
        }
    }

    #[tokio::test]
    async fn the_audit_chain_is_checked_and_the_first_line_that_does_not_hold_is_named() {
        for fresh in each().await {
            assert!(run(&fresh, "audit verify").await.unwrap().contains("还没有工作台"));
            founded(&fresh.store, "city", None).await;
            founded(&fresh.store, "county", Some("city")).await;
            let said = run(&fresh, "audit verify").await.unwrap();
            assert_eq!(said.matches("2 行，都接得上").count(), 2, "{said}");
            fresh
                .store
                .tamper("UPDATE audit SET act = 'nothing' WHERE desk_id = 'county' AND number = 2")
                .await;
            let said = run(&fresh, "audit verify").await.unwrap_err();
            assert!(said.contains("city（city 妇联）：2 行，都接得上"), "{said}");
            assert!(said.contains("county（county 妇联）：第 2 行的内容被改过"), "{said}");
            assert!(run(&fresh, "audit verify --desk city").await.is_ok());
            assert!(run(&fresh, "audit verify --desk town").await.unwrap_err().contains("没有 town"));
        }
    }

    #[tokio::test]
    async fn what_is_over_is_counted_before_it_is_destroyed() {
        for fresh in each().await {
            run(&fresh, CREATE).await.unwrap();
            let office = Office::open(fresh).await;
            office.post("/ask/", &[("text", "他打我")]).await;
            let fresh = office.fresh();
            assert!(run(fresh, "purge --dry-run").await.unwrap().contains("没有到期"));
            assert!(run(fresh, "purge").await.unwrap().contains("销毁了 0 件"));
            let over = |hour| format!("UPDATE thread SET state = 'closed', purge_hour = {hour}");
            fresh.store.tamper(&over(NOW.number() + 48)).await;
            assert!(run(fresh, "purge --dry-run --days 1").await.unwrap().contains("没有到期"));
            let said = run(fresh, "purge --dry-run --days 2").await.unwrap();
            assert!(said.contains("1 件") && said.contains("什么也没有销毁"), "{said}");
            assert!(run(fresh, "purge").await.unwrap().contains("销毁了 0 件"));
            fresh.store.tamper(&over(NOW.number())).await;
            let said = run(fresh, "purge").await.unwrap();
            assert!(said.contains("销毁了 1 件") && said.contains("残留也清掉了"), "{said}");
            assert!(!fresh.store.everything().await.contains("thread: "));
        }
    }

    #[tokio::test]
    async fn what_was_saved_is_had_back_by_who_has_the_paper_and_by_nobody_else() {
        for fresh in each().await {
            let file = |name: &str| fresh.folder.path().join(name).display().to_string();
            let write = |name: &str, text: &str| {
                Write::write_all(&mut std::fs::File::create(file(name)).unwrap(), text.as_bytes()).unwrap();
                file(name)
            };
            let key = run(&fresh, "backup key").await.unwrap();
            let paper = write("paper", below(&key, "备份密钥"));
            let other = crate::desk::paper::RecoveryKey::draw(&SystemDice);
            let other = write("other", &other.groups());
            founded(&fresh.store, "county", None).await;
            let copy = file("copy");
            let backup = format!("backup --to {} --out {copy}", below(&key, "公钥"));
            let said = run(&fresh, &backup).await.unwrap();
            assert!(said.contains("备份写好了") && said.contains("请删掉它"), "{said}");
            assert!(run(&fresh, &backup).await.unwrap_err().contains("已经有了"));
            let looked = run(&fresh, &format!("restore {copy} --look")).await.unwrap();
            assert!(looked.contains(&NOW.date().to_string()), "{looked}");
            founded(&fresh.store, "later", None).await;

            let restore = format!("restore {copy} --key-file {paper}");
            let before = fresh.store.everything().await;
            for (line, expected) in [
                (restore.clone(), "--replace"),
                (format!("restore {copy} --replace --key-file {other}"), "拿错了纸"),
                (format!("restore {paper} --replace --key-file {paper}"), "不是 nuanzhan 做的备份"),
                (format!("restore {} --key-file {paper}", file("none")), "读不了"),
            ] {
                let said = run(&fresh, &line).await.unwrap_err();
                assert!(said.contains(expected), "{line}: {said}");
                assert_eq!(fresh.store.everything().await, before);
            }
            let said = run(&fresh, &format!("{restore} --replace")).await.unwrap();
            assert!(said.contains("恢复好了") && said.contains("2 行，都接得上"), "{said}");
            let rows = fresh.store.everything().await;
            assert!(rows.contains("county") && !rows.contains("later"));
        }
    }

    #[tokio::test]
    async fn a_wrong_sheet_of_paper_admits_nobody() {
        for fresh in each().await {
            run(&fresh, CREATE).await.unwrap();
            let paper = fresh.folder.path().join("paper.txt");
            let other = crate::desk::paper::RecoveryKey::draw(&SystemDice);
            Write::write_all(&mut std::fs::File::create(&paper).unwrap(), other.groups().as_bytes()).unwrap();
            let add = format!(
                "member add --desk county --name 李梅 --generate --recovery-key-file {}",
                paper.display()
            );
            assert!(run(&fresh, &add).await.unwrap_err().contains("不是这个工作台的"));
            assert!(!run(&fresh, "desk list").await.unwrap().contains("李梅"));
        }
    }

    #[tokio::test]
    async fn what_may_be_published_is_written_as_a_build_reads_it() {
        for fresh in each().await {
            founded(&fresh.store, "county", None).await;
            for _ in 0..6 {
                crate::store::consultation::tests::sent(&fresh.store, "county").await;
            }
            assert_eq!(run(&fresh, "statistics").await.unwrap(), "quarter,about,what,count\n");
            let quarter = NOW.date().month() + 2;
            let moved =
                format!("UPDATE figure SET month = '{}-{:02}'", NOW.date().year() - 1, quarter.clamp(1, 12));
            fresh.store.tamper(&moved).await;
            let out = fresh.folder.path().join("statistics.csv");
            let said = run(&fresh, &format!("statistics --out {}", out.display())).await.unwrap();
            assert!(said.contains("1 个季度"), "{said}");
            let text = String::from_utf8(std::fs::read(&out).unwrap()).unwrap();
            assert!(text.contains(",总数,收到,6\n"), "{text}");
            let nowhere = run(&fresh, "statistics --out no-such-folder/x.csv").await.unwrap_err();
            assert!(nowhere.contains("no-such-folder"), "{nowhere}");
        }
    }

    #[tokio::test]
    async fn who_is_told_of_a_desks_work_is_set_shown_without_keys_tried_and_taken_away() {
        for fresh in each().await {
            run(&fresh, CREATE).await.unwrap();
            let receiver = Receiver::open().await;
            let announce = async |more: &str| run(&fresh, &format!("desk announce county {more}")).await;
            assert!(announce("--list").await.unwrap().contains("没有通知谁"));
            let added = announce(&format!("--webhook {}", receiver.url)).await.unwrap();
            let secret = below(&added, "密钥，只显示这一次");
            assert!(secret.starts_with("whsec_") && !added.contains("geheim"), "{added}");
            let robot = format!("--webhook {}2 --as wecom", receiver.url);
            assert!(announce(&robot).await.unwrap().contains("第 2 处"));
            assert!(announce(&robot).await.unwrap_err().contains("已经有了，是第 2 处"));
            let listed = announce("--list").await.unwrap();
            assert!(listed.contains("1\t自己的 webhook\thttp://127.0.0.1:"), "{listed}");
            assert!(listed.contains("2\t企业微信群机器人") && listed.contains("还没有通知过"), "{listed}");
            assert!(!listed.contains("geheim") && !listed.contains(secret), "{listed}");

            assert_eq!(announce("--test").await.unwrap().matches("收下了").count(), 2);
            let heard = receiver.heard();
            assert!(heard.len() == 2 && heard[0].body.starts_with("{\"event\":\"test\""), "{heard:?}");
            receiver.answers(200, "{}");
            receiver.answers(404, "geheim");
            let said = announce("--test").await.unwrap_err();
            assert!(said.contains("对方回答了 404") && said.contains("2 处里有 1 处没有送到"), "{said}");
            assert!(!said.contains("geheim"), "{said}");

            assert!(announce("--remove 1").await.unwrap().contains("不再通知第 1 处"));
            assert!(announce("--remove 1").await.unwrap_err().contains("没有第 1 处"));
            assert!(announce("--mail a@b.cn").await.unwrap_err().contains("[mail]"));
            let near = run(&fresh, "desk announce conty --list").await.unwrap_err();
            assert!(near.contains("没有 conty 这个工作台。是不是 county？"), "{near}");
            assert!(run(&fresh, "desk announce x --list").await.unwrap_err().contains("desk list"));
        }
    }

    #[test]
    fn what_can_not_be_an_address_is_refused_before_anything_is_opened() {
        for (wrong, expected) in [
            ("--mail zhiban", "邮箱地址"),
            ("--mail zhiban@localhost", "邮箱地址"),
            ("--webhook http://a.cn/hook", "https"),
            ("--webhook a.cn/hook", "完整的网址"),
            ("--webhook https://a.cn/hook --as telegram", "plain、wecom"),
        ] {
            let line = format!("nuanzhan desk announce county {wrong}");
            let said = Command::try_parse_from(line.split(' ')).err().unwrap().to_string();
            assert!(said.contains(expected), "{wrong}: {said}");
        }
        for wrong in ["", "--list --test", "--mail a@b.cn --as wecom", "--remove x"] {
            let line = format!("nuanzhan desk announce county {wrong}");
            assert!(Command::try_parse_from(line.split_whitespace()).is_err(), "{wrong}");
        }
    }
}
