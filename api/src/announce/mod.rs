//! Tells a desk that there is work, where the operator has said so: by mail or webhook, and without a word of what it is.
//!
//! Start at [`keep`], which runs for as long as the service does. What is to be told lies in the database, written in the
//! transaction that made it news ([`crate::store::announce`]); `due.rs` says when it is told, `body.rs` in which words, `mail.rs` and
//! `webhook.rs` carry them. Nothing here knows what a consultation is.
//!
//! An announcement arrives at least once: it is forgotten only when its receiver has taken it, or has not for a day. Of
//! several processes on one database one tells it.

pub mod body;
pub mod due;
pub mod mail;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod webhook;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use sea_orm::DbErr;

use crate::announce::body::What;
use crate::announce::due::{LAST_TRY, Tick};
use crate::announce::mail::Mailer;
use crate::clock::{Clock, Hour};
use crate::dice::{self, Dice};
use crate::sealing::binding::hex;
use crate::state::AppState;
use crate::store::Store;
use crate::store::announce::{News, Recipient};

/// How many receivers are spoken to at once.
const AT_ONCE: usize = 8;

/// The clock may be set while it is waited for: it is looked at again after this.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// How an announcement is carried, and in which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mail.
    Mail,
    /// A webhook of one's own.
    Plain,
    /// The robot of a group in `WeCom` (企业微信).
    Wecom,
    /// The robot of a group in `DingTalk` (钉钉).
    Dingtalk,
    /// The robot of a group in Feishu (飞书).
    Feishu,
}

/// Why an announcement did not arrive. Never with an address or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody is there, or a webhook's certificate does not hold.
    #[error("连不上，或者对方的证书不对")]
    Unreachable,
    /// It took too long.
    #[error("等了太久，没有回答")]
    TooSlow,
    /// No encryption was agreed on, the certificate does not hold, or there is no way to sign in.
    #[error("加密连接或者登录谈不成，核对 [mail] 的 host、port、tls、authority 和 user")]
    Insecure,
    /// A webhook answered with this status.
    #[error("对方回答了 {0}")]
    Status(u16),
    /// A robot answered with this code.
    #[error("群机器人没有收，错误码 {0}")]
    Robot(i64),
    /// What answered is no robot.
    #[error("那里回答的不是群机器人")]
    NoRobot,
    /// A mail service answered with this code.
    #[error("邮件服务没有收，代码 {0}")]
    Mail(u16),
    /// The settings name no mail service.
    #[error("设置里没有写 [mail]")]
    NoMail,
    /// The address in the database is none that may be used.
    #[error("地址不能用")]
    Unusable,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Plain, Self::Wecom, Self::Dingtalk, Self::Feishu];

    /// The name in the database and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Plain => "plain",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    /// Reads what [`Kind::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// For readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Mail => "邮件",
            Self::Plain => "自己的 webhook",
            Self::Wecom => "企业微信群机器人",
            Self::Dingtalk => "钉钉群机器人",
            Self::Feishu => "飞书群机器人",
        }
    }
}

/// Carries announcements.
pub struct Post {
    http: reqwest::Client,
    mailer: Option<Mailer>,
    /// The address of the desk's page.
    url: String,
}

impl Post {
    /// Gets ready. `site` is the public address without a trailing slash.
    pub fn open(mailer: Option<Mailer>, site: &str) -> anyhow::Result<Self> {
        Ok(Self { http: webhook::client()?, mailer, url: format!("{site}/desk/") })
    }

    /// Carries one, and tells whether it was taken. The same `id` says that it is the same one.
    pub async fn send(
        &self,
        to: &Recipient,
        what: What,
        (id, now): (&str, Timestamp),
    ) -> Result<(), Failure> {
        let Self { http, mailer, url } = self;
        if to.kind == Kind::Mail {
            let mailer = mailer.as_ref().ok_or(Failure::NoMail)?;
            return mailer.send(&to.target, (what, url), (id, now)).await;
        }
        let target = (to.kind, to.target.as_str(), to.secret.as_deref());
        webhook::post(http, target, what.json(to.kind, url), (id, now)).await
    }
}

/// Tells what is to be told.
pub struct Announcer {
    store: Store,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    post: Post,
    /// The hour in which the log had a line about somebody, by desk and number: one a day is enough.
    complained: Mutex<BTreeMap<(String, u32), Hour>>,
}

/// All the news for one recipient that may be told by now.
struct Announcement {
    desk: String,
    number: u32,
    /// Those whose turn it is, and those that are told along with them.
    news: Vec<(News, bool)>,
}

/// Tells news when their time comes. Never ends; may be dropped at any moment.
pub async fn keep(announcer: Announcer) {
    let (mut looked, mut since, mut failed) = (None, None::<Tick>, None);
    loop {
        let now = announcer.clock.now();
        let tick = Tick::of(now);
        if looked != Some(tick) {
            looked = Some(tick);
            // A clock that is set back begins anew.
            since = since.filter(|since| *since <= tick);
            match announcer.round(since, now).await {
                Ok(true) => since = Some(tick),
                // Tried again in five minutes, said once an hour.
                Err(err) if failed != Some(tick.hour()) => {
                    failed = Some(tick.hour());
                    tracing::error!("announcements could not be looked after, trying again later: {err}");
                }
                // It has been said; or it is somebody else's turn, and what they leave undone is looked at the next time.
                Err(_) | Ok(false) => {}
            }
        }
        tokio::time::sleep(Tick::until_next(announcer.clock.now()).min(LONGEST_SLEEP)).await;
    }
}

impl Announcer {
    /// For a running service.
    pub fn new(app: &AppState, post: Post) -> Self {
        let (store, clock, dice) = (app.store.clone(), app.clock.clone(), app.dice.clone());
        Self { store, clock, dice, post, complained: Mutex::default() }
    }

    /// Tells what is due at `now`, when it was looked last at `since`; false where another process does so just now.
    pub async fn round(&self, since: Option<Tick>, now: Timestamp) -> Result<bool, DbErr> {
        let tick = Tick::of(now);
        if self.due(since, tick).await?.is_empty() {
            return Ok(true);
        }
        let Some(turn) = self.store.take_turn_to_announce().await? else { return Ok(false) };
        // What another process has told since is gone.
        let due = stream::iter(self.due(since, tick).await?);
        let told = due.map(|announcement| self.tell(announcement, now)).buffer_unordered(AT_ONCE);
        let told: Vec<Result<(), DbErr>> = told.collect().await;
        turn.end().await?;
        told.into_iter().collect::<Result<(), DbErr>>()?;
        Ok(true)
    }

    async fn due(&self, since: Option<Tick>, tick: Tick) -> Result<Vec<Announcement>, DbErr> {
        let mut all: BTreeMap<(String, u32), Vec<(News, bool)>> = BTreeMap::new();
        for news in self.store.news().await? {
            if due::is_open(news.urgent, news.hour, tick) {
                let is_due = due::is_due(news.urgent, news.tries, (since, tick));
                all.entry((news.desk.clone(), news.number)).or_default().push((news, is_due));
            }
        }
        let due = all.into_iter().filter(|(_, news)| news.iter().any(|(_, is_due)| *is_due));
        Ok(due.map(|((desk, number), news)| Announcement { desk, number, news }).collect())
    }

    /// One announcement, however much there is to announce.
    async fn tell(&self, announcement: Announcement, now: Timestamp) -> Result<(), DbErr> {
        let Announcement { desk, number, mut news } = announcement;
        let Some(to) = self.store.recipient(&desk, number).await? else {
            return self.store.forget_news(news.iter().map(|(news, _)| news)).await;
        };
        for (news, _) in &mut news {
            self.store.name_news(news, dice::draw(&*self.dice)).await?;
        }
        // With anything new in it, it is another announcement: the newest names it.
        let newest = news.iter().max_by_key(|(news, _)| (news.hour, news.urgent));
        let Some(id) = newest.and_then(|(news, _)| news.id) else { return Ok(()) };
        let what = if news.iter().any(|(news, _)| news.urgent) { What::Urgent } else { What::Work };
        let hour = Hour::of(now);
        match self.post.send(&to, what, (&hex(&id), now)).await {
            Ok(()) => {
                self.store.told(&to, news.iter().map(|(news, _)| news), hour).await?;
                tracing::debug!("announcement sent");
            }
            Err(failure) => {
                let tried = news.iter().filter(|(_, is_due)| *is_due).map(|(news, _)| news);
                self.store.not_told(&to, tried.clone(), (hour, &failure.to_string())).await?;
                let over = tried.filter(|news| news.tries + 1 >= LAST_TRY).collect::<Vec<_>>();
                if !over.is_empty() {
                    self.store.forget_news(over.into_iter()).await?;
                    self.complain(&to, failure, hour);
                }
            }
        }
        Ok(())
    }

    /// One line a day.
    fn complain(&self, to: &Recipient, failure: Failure, hour: Hour) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (to.desk.clone(), to.number);
        if complained.get(&key).is_some_and(|last| hour.number() < last.number() + 24) {
            return;
        }
        complained.insert(key, hour);
        let (desk, kind, place) = (&to.desk, to.kind.code(), to.place());
        tracing::warn!("announcements for {desk} ({kind} {place}) did not arrive for a day: {failure}");
    }
}
