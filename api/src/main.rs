//! The `nuanzhan` command: serves a site, manages desks and members, and explains itself.
//!
//! Exit codes: 0 done, 1 the content or an audit chain has faults (see the messages), 2 could not run.

use std::fmt::Display;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use api::clock::{Clock as _, Hour, SystemClock};
use api::compiler::SiteGen;
use api::config::{Settings, Sources};
use api::dice::SystemDice;
use api::figures::report::Names;
use api::operator::{
    AuditCommand, Backup, BrokenChains, DeskCommand, MemberCommand, NotProven, Operator, Publish, Purge,
    Restore, VerifyProof, WordStats,
};
#[cfg(feature = "meilisearch")]
use api::operator::{SearchCommand, Searching};
use api::operator::{VERIFY_PROOF_HELP, own_key};
use api::routes;
use api::serve::{Failure, Service, open_store, serve};
use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use nix::sys::resource::{Resource, setrlimit};
use search::bundle::Bundle;
use tokio::signal::unix::{SignalKind, signal};

/// An answer is many small pieces of text, made and thrown away.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The settings file that is read when there is one and nobody names another.
const SETTINGS_FILE: &str = "nuanzhan.toml";

const EXAMPLES: &str = "\
例子：
  nuanzhan                                     在 http://127.0.0.1:8080/ 打开 content 里的站点
  nuanzhan serve --listen 0.0.0.0:8080         让同一网络里的人也能访问
  nuanzhan serve --content 内容 --var /srv/暖站  换一个内容文件夹和数据文件夹
  nuanzhan desk --help                         建立工作台，给人员开通账号
  nuanzhan config                              看现在生效的设置从哪里来
  nuanzhan openapi > openapi.json              存下数据接口的说明

退出码：0 办好了；1 内容有误或者查出了问题，按提示办；2 没能运行，提示里有原因和办法。
所有设置见 nuanzhan.default.toml。";

/// 暖站：妇女儿童维权服务。一条命令生成站点、接受匿名咨询、提供数据接口。
///
/// 不带子命令就是 serve。编辑改了内容，站点会自动更新；内容有误时告诉你在哪里，网站保持原样。
/// 没有访问日志：谁看了什么、在哪里，都不会被记下来。
#[derive(Parser)]
#[command(name = "nuanzhan", version, after_help = EXAMPLES, disable_version_flag = true,
    args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeFlags,
    #[command(flatten)]
    common: Common,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Subcommand)]
enum Command {
    /// 生成站点并提供服务（不写子命令时就是它）
    #[command(after_help = "例子：\n  nuanzhan serve --listen 127.0.0.1:0    由系统挑一个空着的端口")]
    Serve(ServeFlags),
    /// 管理工作台：建立、列出、设定有新工作时通知谁
    #[command(subcommand)]
    Desk(DeskCommand),
    /// 管理工作台的人员：邀请、开通、取消丢了的验证码
    #[command(subcommand)]
    Member(MemberCommand),
    /// 查记录链：谁做了什么，有没有被改过
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 销毁到期的咨询（程序开着时会自己做）；先看看有多少
    Purge(Purge),
    /// 备份数据库，封给纸上的一把密钥
    Backup(Backup),
    /// 把备份放回数据库
    Restore(Restore),
    /// 统计里可以公布的：给放在别处的网站
    Statistics(Publish),
    /// 核对一份收信证明，不用联网
    #[command(after_help = VERIFY_PROOF_HELP)]
    VerifyProof(VerifyProof),
    /// 显示核对收信证明用的公钥，好登在别处
    ProofKey,
    /// 检索：大家常查哪些词；把站点放进 Meilisearch（平时不用：检索由本程序自己做）
    #[command(subcommand)]
    Search(AboutSearch),
    /// 显示现在生效的设置和各自的来处（口令不显示）
    Config(ServeFlags),
    #[command(about = "输出数据接口的 OpenAPI 3.1 说明")]
    Openapi,
}

/// `nuanzhan search …`
#[derive(Subcommand)]
enum AboutSearch {
    #[cfg(feature = "meilisearch")]
    #[command(flatten)]
    Meilisearch(SearchCommand),
    /// 看大家常查哪些词（在设置里打开了才会数）
    Stats(WordStats),
}

/// Flags that every command understands.
#[derive(Args)]
struct Common {
    /// 设置文件。不写就用当前文件夹里的 nuanzhan.toml（没有也可以）
    #[arg(long, global = true, value_name = "文件")]
    config: Option<PathBuf>,
    /// 程序放站点和数据库的文件夹 [默认：var]
    #[arg(long, global = true, value_name = "文件夹")]
    var: Option<String>,
    /// 数据库地址；空着用 var 里的 SQLite
    #[arg(long, global = true, value_name = "地址")]
    database: Option<String>,
    /// 显示帮助
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

/// Flags that rule over the settings of the same name.
#[derive(Args, Default)]
struct ServeFlags {
    /// 在哪个地址和端口上等人访问；端口 0 由系统挑 [默认：127.0.0.1:8080]
    #[arg(long, value_name = "地址:端口")]
    listen: Option<String>,
    /// 编辑写内容的文件夹 [默认：content]
    #[arg(long, value_name = "文件夹")]
    content: Option<String>,
    /// 别处发布的网站文件夹；写了它就不看内容，也不生成站点
    #[arg(long, value_name = "文件夹")]
    site: Option<String>,
    /// 健康检查另开的地址；空着和网站在一起
    #[arg(long, value_name = "地址:端口")]
    operations: Option<String>,
}

fn main() -> ExitCode {
    without_core_dumps();
    let cli =
        match in_chinese(Cli::command()).try_get_matches().and_then(|found| Cli::from_arg_matches(&found)) {
            Ok(cli) => cli,
            Err(err) if shows_help(&err) => {
                // The one English word that clap has no setting for.
                say(&err.to_string().replace("[OPTIONS]", "[选项]").trim_end());
                return ExitCode::from(u8::try_from(err.exit_code()).unwrap_or(2));
            }
            Err(err) => {
                complain(&misread(&err));
                return ExitCode::from(2);
            }
        };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(if matches!(failure, Failure::Content | Failure::Found(_)) { 1 } else { 2 })
        }
    }
}

/// Nothing of a letter may reach the disk by way of a crash. One byte and not none: Linux hands a dump to a program (`core_pattern`
/// with a bar) whatever the limit is, but for this one (`do_coredump` in its `fs/coredump.c`). Who is allowed none already, stays so.
fn without_core_dumps() {
    let _none_already = setrlimit(Resource::RLIMIT_CORE, 1, 1);
}

/// Gives the help of every command Chinese headings, and the one help flag that all share.
fn in_chinese(command: clap::Command) -> clap::Command {
    command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            arg.help_heading(heading)
        })
        .mut_subcommands(in_chinese)
}

/// Help and the version were asked for, or a command is missing and its help says which there are.
fn shows_help(err: &clap::Error) -> bool {
    !err.use_stderr() || err.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// What is wrong with the command line, in the language of the rest.
fn misread(err: &clap::Error) -> String {
    let about = |kind| err.get(kind).map(ToString::to_string).unwrap_or_default();
    let what = about(ContextKind::InvalidArg);
    let (said, near) = match err.kind() {
        ErrorKind::UnknownArgument => (format!("没有“{what}”这个选项"), ContextKind::SuggestedArg),
        ErrorKind::InvalidSubcommand => {
            let typed = about(ContextKind::InvalidSubcommand);
            (format!("没有“{typed}”这个命令"), ContextKind::SuggestedSubcommand)
        }
        ErrorKind::MissingRequiredArgument => {
            (format!("还缺这些选项：{}", what.replace(", ", "、")), ContextKind::Suggested)
        }
        ErrorKind::ArgumentConflict => {
            let said = match about(ContextKind::PriorArg) {
                _ if what.is_empty() => {
                    "命令要写在选项前面，例如 nuanzhan serve --listen 127.0.0.1:8081".to_owned()
                }
                other if other == what => format!("{what} 只能写一次"),
                other => format!("{what} 和 {other} 不能一起用"),
            };
            (said, ContextKind::Suggested)
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(err).map_or_else(String::new, |why| format!("：{why}"));
            let value = about(ContextKind::InvalidValue);
            (format!("{what} 后面写的“{value}”不行{why}"), ContextKind::SuggestedValue)
        }
        ErrorKind::InvalidValue => (format!("{what} 后面要写上它的值"), ContextKind::SuggestedValue),
        ErrorKind::TooManyValues => (format!("{what} 只能写一个值"), ContextKind::Suggested),
        _ => return err.to_string(),
    };
    let near = match about(near) {
        near if near.is_empty() => near,
        near => format!("。是不是想写 {near}"),
    };
    format!("{said}{near}\n加上 --help 看怎么用。")
}

fn run(cli: Cli) -> Result<(), Failure> {
    let common = cli.common;
    match cli.command {
        None => run_service(common, cli.serve),
        Some(Command::Serve(flags)) => run_service(common, flags),
        Some(Command::Desk(command)) => {
            let begins = matches!(command, DeskCommand::Create(_));
            operate(common, begins, async |operator| command.run(operator).await)
        }
        Some(Command::Member(command)) => {
            operate(common, false, async |operator| command.run(operator).await)
        }
        Some(Command::Audit(command)) => {
            found(operate(common, false, async |operator| command.run(operator).await))
        }
        Some(Command::Backup(command)) => {
            if command.is_about_keys() {
                return Ok(Backup::show_key(&SystemDice, &mut io::stdout())?);
            }
            operate(common, false, async |operator| command.run(operator).await)
        }
        Some(Command::Restore(command)) => {
            match command.unseal(SystemClock.hour().date(), &mut io::stdout())? {
                None => Ok(()),
                Some(copy) => found(operate(common, true, async |operator| copy.run(operator).await)),
            }
        }
        Some(Command::Purge(command)) => operate(common, false, async |operator| command.run(operator).await),
        Some(Command::Statistics(command)) => {
            operate(common, false, async |operator| command.run(operator).await)
        }
        Some(Command::VerifyProof(verify)) => {
            let (settings, _) = settings(common, ServeFlags::default())?;
            let checked = verify.run(&settings.secrets, &mut io::stdout());
            checked.map_err(|err| if err.is::<NotProven>() { Failure::Found(err) } else { err.into() })
        }
        Some(Command::ProofKey) => {
            let (settings, _) = settings(common, ServeFlags::default())?;
            say(&own_key(&settings.secrets)?);
            Ok(())
        }
        Some(Command::Search(AboutSearch::Stats(stats))) => {
            let today = SystemClock.hour().date();
            operate(common, false, async |operator| stats.run(operator, today).await)
        }
        #[cfg(feature = "meilisearch")]
        Some(Command::Search(AboutSearch::Meilisearch(command))) => work_on_search(common, command),
        Some(Command::Config(flags)) => {
            let (_, effective) = settings(common, flags)?;
            say(&effective);
            Ok(())
        }
        Some(Command::Openapi) => {
            say(&routes::document());
            Ok(())
        }
    }
}

/// A chain that does not hold is what was looked for, not a fault of the machine.
fn found(done: Result<(), Failure>) -> Result<(), Failure> {
    done.map_err(|failure| match failure {
        Failure::Machine(err) if err.is::<BrokenChains>() => Failure::Found(err),
        other => other,
    })
}

fn run_service(common: Common, flags: ServeFlags) -> Result<(), Failure> {
    watch_over_the_log();
    let settings = settings(common, flags)?.0;
    let service = Service {
        compiler: Arc::new(SiteGen::new(&settings.content, settings.served())),
        settings,
        clock: Arc::new(SystemClock),
        dice: Arc::new(SystemDice),
        say: Arc::new(|line| say(&line)),
        program: std::env::args().next().unwrap_or_else(|| "nuanzhan".to_owned()),
    };
    runtime()?.block_on(async { serve(service, stop()?).await })
}

/// Runs an operator's command on the database of the settings.
fn operate(
    common: Common,
    begins: bool,
    command: impl AsyncFnOnce(Operator<'_>) -> anyhow::Result<()>,
) -> Result<(), Failure> {
    watch_over_the_log();
    let (settings, _) = settings(common, ServeFlags::default())?;
    // A slip in `--var` must not leave a new, empty database behind and say that there are no desks.
    let file = settings.database.strip_prefix("sqlite://").map(Path::new);
    if let Some(file) = file.filter(|file| !begins && !file.exists()) {
        let missing =
            anyhow::anyhow!("没有数据库 {}：核对 --var，或者先用 desk create 建工作台", file.display());
        return Err(Failure::Machine(missing));
    }
    runtime()?.block_on(async {
        let store = open_store(&settings).await?;
        // Without a site that can be read nobody knows the divisions, and the command works all the same.
        let (regions, address, names) = Bundle::open_without_stations(&settings.served())
            .map(|bundle| {
                let names = Names::new(&bundle.topics, &bundle.regions);
                (bundle.regions, bundle.site.base_url, names)
            })
            .unwrap_or_default();
        let regions = regions.into_iter().map(|region| region.code).collect();
        let site = settings.base_url.unwrap_or(address);
        let (now, out) = (SystemClock.now(), &mut io::stdout());
        let (hour, mail) = (Hour::of(now), settings.mail.as_ref());
        let (store, dice, site, regions, names) = (&store, &SystemDice, &site, &regions, &names);
        command(Operator { store, dice, hour, now, out, site, regions, names, mail }).await
    })?;
    Ok(())
}

/// Runs a command on the Meilisearch server of the settings.
#[cfg(feature = "meilisearch")]
fn work_on_search(common: Common, command: SearchCommand) -> Result<(), Failure> {
    watch_over_the_log();
    let (settings, _) = settings(common, ServeFlags::default())?;
    let searching = Searching {
        meilisearch: &settings.meilisearch,
        served: &settings.served(),
        admin_key: std::env::var(SearchCommand::ADMIN_KEY).ok(),
        out: &mut io::stdout(),
    };
    Ok(runtime()?.block_on(command.run(searching))?)
}

fn settings(common: Common, flags: ServeFlags) -> anyhow::Result<(Settings, api::config::Effective)> {
    let flags = [
        ("listen", flags.listen),
        ("content", flags.content),
        ("site", flags.site),
        ("var", common.var),
        ("database", common.database),
        ("operations", flags.operations),
    ];
    let sources = Sources {
        file: settings_file(common.config)?,
        environment: std::env::vars().collect(),
        flags: flags.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
    };
    Ok(Settings::load(sources)?)
}

/// The file that was named must be there; the usual one may be missing.
fn settings_file(named: Option<PathBuf>) -> anyhow::Result<Option<(PathBuf, String)>> {
    let must_be_there = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(SETTINGS_FILE));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == io::ErrorKind::NotFound && !must_be_there => return Ok(None),
        Err(err) => return Err(err).with_context(|| format!("读不了设置文件 {}", path.display())),
    };
    let text =
        String::from_utf8(bytes).with_context(|| format!("设置文件 {} 不是 UTF-8 文字", path.display()))?;
    Ok(Some((path, text)))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("系统不给开线程")
}

/// Ends when somebody asks to stop. Whoever asks again is not made to wait.
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("接不到 Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("接不到停止信号")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            std::process::exit(0);
        });
    })
}

/// Our own faults go to standard error. A panic's words may quote what somebody wrote: only its place is told.
fn watch_over_the_log() {
    // A line with a time could be matched with a person: whoever keeps the log may add the day, nothing finer.
    tracing_subscriber::fmt()
        .without_time()
        .with_writer(io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!("panic at {place}");
    }));
}

/// Whoever reads may stop reading (`| head`): that is no reason to stop serving.
fn say(line: &impl Display) {
    let _nobody_reads = writeln!(io::stdout(), "{line}");
}

fn complain(line: &str) {
    let _nobody_reads = writeln!(io::stderr(), "nuanzhan: {line}");
}
