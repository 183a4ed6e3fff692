//! Everything on one machine: builds the content, opens the database, serves both and watches for changes.
//!
//! Start at [`serve`]: it is the order of events. What is said on the way goes through [`Say`]; exit codes are
//! `main`'s affair.

use std::any::Any;
use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::civil::Date;
use tokio::net::TcpListener;

use crate::announce::mail::Mailer;
use crate::announce::{self, Announcer, Post};
use crate::clock::Clock;
use crate::compiler::{self, Compiled, Compiler, Fresh, Order, Touched};
use crate::config::{Settings, hide_password};
use crate::consultations::{self, Consultations, keeper};
use crate::dice::Dice;
use crate::finder::Engines;
use crate::live::Live;
use crate::published::{Published, Release};
use crate::state::AppState;
use crate::store::Store;
use crate::words::Words;
use crate::{follow, listen, routes};

/// How long requests that are under way may take to finish once somebody said stop.
const LAST_MOMENTS: Duration = Duration::from_secs(10);

const CAN_NOT_WATCH: &str = "不能留意内容文件夹的改动";

/// Says a line to whoever started this.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// What a service is made of.
#[derive(Clone)]
pub struct Service {
    /// How it runs here.
    pub settings: Settings,
    /// Builds the content.
    pub compiler: Arc<dyn Compiler>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub dice: Arc<dyn Dice>,
    /// Where lines for the operator go.
    pub say: Say,
    /// How this program was called, for the commands that the welcome shows.
    pub program: String,
}

/// Why it could not run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The content has mistakes, and there is no earlier release to serve meanwhile. The findings have been said.
    #[error("内容有误，也没有以前生成的站点可用。按上面的提示改好再启动。")]
    Content,
    /// What was checked does not hold. Where has been said.
    #[error("{0:#}")]
    Found(anyhow::Error),
    /// The machine, or how it is set up.
    #[error("{0:#}")]
    Machine(#[from] anyhow::Error),
}

/// Runs until `stop`; then lets what is under way finish, for ten seconds at most.
pub async fn serve(service: Service, stop: impl Future<Output = ()>) -> Result<(), Failure> {
    // A password that is not there is told before anything is built.
    let mailer = service.settings.mail.as_ref().map(Mailer::open).transpose()?;
    let mut stop = pin!(stop);
    let ready = tokio::select! {
        ready = prepare(&service) => ready?,
        () = &mut stop => return Ok(()),
    };
    let store = ready.state.store.clone();
    let keeper = tokio::spawn(keeper::keep(ready.state.clone()));
    let post = Post::open(mailer, &ready.state.consultations.settings.base_url)?;
    let announcer = tokio::spawn(announce::keep(Announcer::new(&ready.state, post)));
    let ears = store.clone();
    let ears = tokio::spawn(async move { ears.hear().await });
    ready.doors.serve(ready.state, stop, &service.say).await;
    // What it was about to change is rolled back, and caught up by whoever runs next.
    keeper.abort();
    let _it_was_told_to_stop = keeper.await;
    // What was on its way is told again by whoever runs next.
    announcer.abort();
    let _it_was_told_to_stop_too = announcer.await;
    ears.abort();
    let _nobody_is_told_any_more = ears.await;
    drop(ready.watcher);
    // On SQLite this folds the log into the database file, so that the file alone is the whole of it.
    store.close().await.context("关不好数据库")?;
    Ok(())
}

/// A service that only has to be let go.
struct Ready {
    doors: Doors,
    state: AppState,
    /// Notices a new site, or what one is to be made of, for as long as it is held.
    watcher: Box<dyn Any + Send>,
}

/// Everything up to the first request, in the order in which it can go wrong.
async fn prepare(service: &Service) -> Result<Ready, Failure> {
    let started = Instant::now();
    let settings = &service.settings;
    // Listening comes first: a port in use is told at once, and who comes early waits instead of being turned away.
    let doors = Doors::open(settings).await?;
    make_private_folder(&settings.var)?;
    let live = Live::where_allowed(settings);
    let engines = Engines::open(&settings.meilisearch)?;
    let (published, watcher): (_, Box<dyn Any + Send>) = match &settings.site {
        Some(site) => {
            let (site, say) = (site.clone(), service.say.clone());
            let opened = tokio::task::spawn_blocking(move || follow::follow(site, engines, say)).await;
            let (published, follower) = opened.map_err(anyhow::Error::from)??;
            (published, Box::new(follower))
        }
        None => {
            // So does watching: what is changed while the first site is being built is built after it.
            let folder = compiler::watch(settings.content.clone()).context(CAN_NOT_WATCH)?;
            let published = first_release(service, live.as_ref(), &engines).await?;
            let (service, live) = (service.clone(), live.clone());
            let rebuilding = Rebuilding { service, published: published.clone(), live, engines };
            (
                published,
                Box::new(folder.heed(move |touched| rebuilding.rebuild(touched)).context(CAN_NOT_WATCH)?),
            )
        }
    };
    let state = state(service, published, live).await?;
    (service.say)(&welcome(service, &doors, &state, started.elapsed()));
    Ok(Ready { doors, state, watcher })
}

async fn state(service: &Service, published: Published, live: Option<Live>) -> anyhow::Result<AppState> {
    let settings = &service.settings;
    let store = open_store(settings).await?;
    let current = published.current();
    let base_url = settings.base_url.as_deref().unwrap_or(&current.bundle.site.base_url);
    let consultations = consultations::Settings {
        client_address_header: settings.client_address_header.clone(),
        base_url: base_url.to_owned(),
        https: base_url.starts_with("https://"),
        letters_per_hour: settings.limits.letters_per_hour,
        forms_per_hour: settings.limits.forms_per_hour,
        second_factor_required: settings.second_factor_required,
        ..consultations::Settings::new(settings.secrets.clone())
    };
    Ok(AppState {
        consultations: Consultations::open(consultations, &store, &*service.dice).await?,
        words: words(settings, &store, service),
        store,
        published,
        clock: service.clock.clone(),
        dice: service.dice.clone(),
        limits: settings.limits,
        live,
    })
}

/// Counts words where the operator turned it on.
fn words(settings: &Settings, store: &Store, service: &Service) -> Words {
    if !settings.counts_words {
        return Words::default();
    }
    Words::counting(
        store.clone(),
        service.clock.clone(),
        service.dice.clone(),
        settings.client_address_header.clone(),
    )
}

/// The database, its tables as this program knows them. Makes the data folder where there is none.
pub async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    make_private_folder(&settings.var)?;
    let what_to_do = "数据库不能用（设置项 database，空着就用 var 里的 SQLite）";
    let store = Store::open(&settings.database).await.context(what_to_do)?.keeping(settings.retention);
    store.migrate().await.context(what_to_do)?;
    Ok(store)
}

/// The release to begin with: the content as it is now or, where that has mistakes, the last one that had none.
async fn first_release(
    service: &Service,
    live: Option<&Live>,
    engines: &Engines,
) -> Result<Published, Failure> {
    let (build, today) = (service.compiler.clone(), today(&*service.clock));
    let compiled = tokio::task::spawn_blocking(move || {
        build.compile(Order { today, touched: &Touched::Anything, tell: &mut |_| {} })
    })
    .await;
    let compiled = compiled.map_err(anyhow::Error::from).and_then(|compiled| compiled);
    let accepted = tell(&compiled, &service.say);
    if let (Ok(Compiled { published: false, document, .. }), Some(live)) = (&compiled, live) {
        live.rejected(document);
    }
    match Release::open(&service.settings.served(), engines) {
        Ok(release) => {
            if !accepted {
                (service.say)("先用上一次生成的站点。");
            }
            Ok(Published::new(release))
        }
        Err(opening) => Err(match compiled {
            Ok(Compiled { published: false, .. }) => Failure::Content,
            Ok(_) => Failure::Machine(anyhow::Error::new(opening).context("打不开刚生成的站点")),
            Err(err) => Failure::Machine(err.context("生成不了站点")),
        }),
    }
}

/// Tells the editor what came of a build, and the caller whether there is a new site.
fn tell(compiled: &anyhow::Result<Compiled>, say: &Say) -> bool {
    match compiled {
        Ok(compiled) => {
            if !compiled.findings.is_empty() {
                say(compiled.findings.trim_end());
            }
            compiled.published
        }
        Err(err) => {
            say(&format!("生成站点时出错：{err:#}"));
            false
        }
    }
}

/// What it takes to bring the site up to date.
struct Rebuilding {
    service: Service,
    published: Published,
    live: Option<Live>,
    engines: Engines,
}

impl Rebuilding {
    /// Builds anew. A site with mistakes changes nothing but what the editor is told.
    fn rebuild(&self, touched: &Touched) {
        let Self { service, published, live, engines } = self;
        let (started, say) = (Instant::now(), &service.say);
        if *touched == Touched::Nothing {
            if let Err(err) = service.compiler.catch_up() {
                say(&format!("搜索用的文件没有更新：{err:#}"));
            }
            return;
        }
        let show = |fresh: &Fresh| live.iter().for_each(|live| live.built(fresh));
        let order = Order { today: today(&*service.clock), touched, tell: &mut |fresh| show(&fresh) };
        let compiled = service.compiler.compile(order);
        let is_published = tell(&compiled, say);
        let compiled = match compiled {
            Ok(compiled) if is_published => compiled,
            Ok(Compiled { document, .. }) => {
                if let Some(live) = live {
                    live.rejected(&document);
                }
                return say("没有换上新的：网站还是改动以前的样子。");
            }
            Err(_) => return say("没有换上新的：网站还是改动以前的样子。"),
        };
        if compiled.data {
            match Release::open(&service.settings.served(), engines) {
                Ok(release) => published.replace(release),
                Err(err) => return say(&format!("打不开刚生成的站点，还用原来的：{err}")),
            }
        }
        // Where no page changed, what was found may be mended all the same.
        show(&Fresh::default());
        if let Some(line) = compiled.line {
            let (pages, took) = (compiled.pages, started.elapsed().as_millis());
            say(&format!("已更新：{line}；共 {pages} 页，用时 {took} 毫秒。"));
        }
    }
}

fn today(clock: &dyn Clock) -> Date {
    clock.hour().date()
}

/// Makes the folder that only this user can read. An existing one keeps its permissions.
fn make_private_folder(var: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(var).map_err(|err| {
        anyhow::anyhow!(
            "建不了文件夹 {}：{}。换一个能写的：nuanzhan serve --var 文件夹",
            var.display(),
            in_chinese(&err)
        )
    })
}

/// Where the service listens.
struct Doors {
    main: TcpListener,
    operations: Option<TcpListener>,
}

impl Doors {
    async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let main = bind(settings.listen, "listen").await?;
        let operations = match settings.operations {
            Some(address) => Some(bind(address, "operations").await?),
            None => None,
        };
        Ok(Self { main, operations })
    }

    async fn serve(self, state: AppState, stop: impl Future<Output = ()>, say: &Say) {
        let (tell, told) = tokio::sync::watch::channel(false);
        let heard = || {
            let mut told = told.clone();
            // The sender lives until both listeners have ended.
            async move { drop(told.wait_for(|&stop| stop).await) }
        };
        let (limits, live, bell) = (state.limits, state.live.clone(), state.store.bell().clone());
        let (app, health) = match self.operations {
            None => (routes::app(state), None),
            Some(listener) => (routes::public(state.clone()), Some((listener, routes::operations(state)))),
        };
        let main = listen::serve(self.main, app, limits, heard());
        let operations = async {
            if let Some((listener, app)) = health {
                listen::serve(listener, app, limits, heard()).await;
            }
        };
        let both = async { tokio::join!(main, operations) };
        let hurry = async {
            stop.await;
            say("正在停止：等手上的请求办完，最多 10 秒。再按一次 Ctrl-C 立即停止。");
            let _nobody_listens = tell.send(true);
            // A stream would never be done.
            live.iter().for_each(Live::end);
            bell.end();
            tokio::time::sleep(LAST_MOMENTS).await;
        };
        tokio::select! {
            _ = both => {}
            () = hurry => say("有请求没有办完，不等了。"),
        }
        say("已停止。");
    }
}

async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|err| {
        let what_to_do = match err.kind() {
            io::ErrorKind::AddrInUse => "已经有程序在用。停掉那个程序，或者换一个端口",
            io::ErrorKind::PermissionDenied => "这个端口要管理员权限。换一个 1024 以上的端口",
            io::ErrorKind::AddrNotAvailable => "本机没有这个地址。换成 127.0.0.1 或 0.0.0.0",
            _ => return anyhow::anyhow!("不能在 {address} 上等人访问：{err}（设置项 {setting}）"),
        };
        anyhow::anyhow!(
            "不能在 {address} 上等人访问：{what_to_do}（设置项 {setting}，例如 --{setting} 127.0.0.1:8081）"
        )
    })
}

fn in_chinese(err: &io::Error) -> String {
    match err.kind() {
        io::ErrorKind::PermissionDenied => "没有写入的权限".to_owned(),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "那里已经有一个同名的文件".to_owned(),
        io::ErrorKind::StorageFull => "磁盘满了".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".to_owned(),
        _ => err.to_string(),
    }
}

fn welcome(service: &Service, doors: &Doors, state: &AppState, took: Duration) -> String {
    let settings = &service.settings;
    let at = reachable(&doors.main);
    let health = doors.operations.as_ref().map_or_else(|| at.clone(), reachable);
    let database =
        settings.database.strip_prefix("sqlite://").map_or(hide_password(&settings.database), str::to_owned);
    format!(
        "暖站开好了，用时 {:.1} 秒。\n\
         \n\
         \x20 网站      {at}/\n\
         \x20 数据接口  {at}/api/v1/openapi.json\n\
         \x20 健康检查  {health}/healthz\n\
{}\
         \x20 数据库    {database}\n\
         \n\
         开通工作台，让人能收信、回信（另开一个窗口运行，会给出第一位负责人的邀请地址）：\n\
         \x20 {} desk create --id center --name 妇联值班台 --region {}{}\n\
         \n\
         停止：按 Ctrl-C\n",
        took.as_secs_f32(),
        where_the_site_is_from(settings),
        service.program,
        state.published.current().bundle.site.region,
        where_data_lies(settings),
    )
}

fn where_the_site_is_from(settings: &Settings) -> String {
    let (content, served) = (settings.content.display(), settings.served());
    match settings.site {
        Some(_) => format!("  站点文件  {}（由别处发布，换了会自动跟上）\n", served.display()),
        None => {
            format!("  内容      {content}（改了会自动更新）\n  站点文件  {}\n", served.display())
        }
    }
}

/// The flags that lead another command to the same data; nothing where the defaults do.
fn where_data_lies(settings: &Settings) -> String {
    let elsewhere = settings.var != Path::new("var");
    let var = if elsewhere { format!(" --var {}", settings.var.display()) } else { String::new() };
    // A database's address may hold a password, which has no place in a window: the operator knows it.
    let own_file = settings.database.starts_with("sqlite://");
    var + if own_file { "" } else { " --database 数据库地址" }
}

/// An address that a browser on this machine can open.
fn reachable(listener: &TcpListener) -> String {
    let at = listener.local_addr().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let host = match at {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    format!("http://{host}:{}", at.port())
}
