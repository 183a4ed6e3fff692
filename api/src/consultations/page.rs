//! The pages of the asker's path: what each shows, and what is shown when something is in the way.
//!
//! Handlers give a [`Page`] or a [`Trouble`]; both are dressed in the published shell, with the numbers to dial. None is
//! ever cached, none sets a cookie.

use std::sync::PoisonError;

use axum::http::StatusCode;
use axum::response::Response;
use search::bundle::{SLOT_MAIN, SLOT_TITLE};
use search::record::{Hotline, Topic};
use search::region::{Level, RegionCode};
use serde::Serialize;

use crate::consultations::letter::Typed;
use crate::error::{ApiError, FieldError};
use crate::pages::{link, render};
use crate::published::Release;
use crate::shell::Page;
use crate::state::AppState;

/// Why a request of the asker's path is answered with something else than it asked for.
pub enum Trouble {
    /// The letter can't be taken as it is.
    Letter(Box<Typed>, Vec<FieldError>),
    /// Nobody answers for that place. Nothing was stored.
    Nobody(Box<Typed>),
    /// The desk has had its letters for this hour. Nothing was stored.
    UsedUp(Box<Typed>),
    /// The machine has too much to do. Nothing was stored.
    Crowded(Box<Typed>),
    /// Our fault, with a letter in hand.
    Broken(Box<Typed>, ApiError),
    /// What was typed opens nothing.
    Receipt {
        /// Why.
        message: String,
        /// What was typed, to be looked through once more.
        typed: String,
        /// Words that have not been sent yet.
        draft: String,
        /// Nothing is wrong with it: the machine has too much to do.
        crowded: bool,
        /// It was typed to destroy the letter.
        delete: bool,
    },
    /// Not a form of this page.
    Form(StatusCode, &'static str),
    /// Our fault.
    Fault(ApiError),
}

/// Every answer to a receipt is filled up to a multiple of this many bytes, so that whoever sees only how much is sent
/// can't tell a right receipt from a wrong one, nor a short answer from a longer one.
pub(super) const FILL: usize = 16 << 10;

impl Trouble {
    /// The page that says so.
    fn page(self, app: &AppState, release: &Release) -> Page {
        let page = match self {
            Self::Letter(typed, errors) => ask_again(release, &typed, &errors),
            Self::Nobody(typed) => {
                not_taken(release, &typed, "现在没有人值班", "你选的地方还没有开通匿名咨询，信没有寄出。")
            }
            Self::UsedUp(typed) => {
                not_taken(release, &typed, "这一小时的来信太多了", "信太多，值班的人看不过来，这封没有寄出。")
            }
            Self::Crowded(typed) => not_taken(release, &typed, "现在人多", "信没有寄出，请过一会儿再试。"),
            Self::Receipt { message, typed, draft, crowded, delete } => {
                let (message, typed, draft) = (message.as_str(), typed.as_str(), draft.as_str());
                let hotlines = to_dial_now(release);
                receipt_again(ReceiptAgain { message, typed, draft, crowded, delete, hotlines })
            }
            Self::Broken(typed, err) => {
                log_once_an_hour(app, &err);
                let (status, ..) = err.contract();
                not_taken(
                    release,
                    &typed,
                    "我们这边出错了",
                    "不是你的问题。信可能没有存下来，请再寄一次；不会变成两封。",
                )
                .map(|page| Page { status, ..page })
            }
            Self::Form(status, reason) => {
                not_taken(release, &Typed::default(), "没有收到", reason).map(|page| Page { status, ..page })
            }
            Self::Fault(err) => {
                log_once_an_hour(app, &err);
                let (status, ..) = err.contract();
                not_taken(release, &Typed::default(), "我们这边出错了", "不是你的问题。请过一会儿再试。")
                    .map(|page| Page { status, ..page })
            }
        };
        page.unwrap_or_else(|err| {
            log_once_an_hour(app, &err);
            let main = "<h1>我们这边出错了</h1><p>请过一会儿再试。有危险打 <a href=\"tel:110\">110</a>。</p>"
                .to_owned();
            Page { status: StatusCode::INTERNAL_SERVER_ERROR, title: "出错了".to_owned(), main }
        })
    }
}

/// A line for each fault would tell the second at which somebody wrote (P4). The first in an hour has to do.
pub(super) fn log_once_an_hour(app: &AppState, err: &ApiError) {
    if !err.is_ours() {
        return;
    }
    let hour = app.clock.hour();
    let mut logged = app.consultations.fault_logged.lock().unwrap_or_else(PoisonError::into_inner);
    if logged.replace(hour) != Some(hour) {
        err.log();
    }
}

impl From<ApiError> for Trouble {
    fn from(err: ApiError) -> Self {
        Self::Fault(err)
    }
}

impl From<sea_orm::DbErr> for Trouble {
    fn from(err: sea_orm::DbErr) -> Self {
        Self::Fault(err.into())
    }
}

/// Dresses whatever came of a request.
pub fn dress(app: &AppState, answer: Result<Page, Trouble>, release: &Release) -> Response {
    answer.unwrap_or_else(|trouble| trouble.page(app, release)).dress(&release.bundle.shell)
}

/// The same, filled up so that its size tells nothing.
pub fn dress_evenly(app: &AppState, answer: Result<Page, Trouble>, release: &Release) -> Response {
    let mut page = answer.unwrap_or_else(|trouble| trouble.page(app, release));
    let shell = release.bundle.shell.len() - SLOT_TITLE.len() - SLOT_MAIN.len();
    let size = shell + page.title.len() + page.main.len();
    page.main.push_str(&" ".repeat(size.next_multiple_of(FILL) - size));
    page.dress(&release.bundle.shell)
}

/// What the page of a receipt shows.
#[derive(Serialize)]
pub struct ReceiptPage<'a> {
    /// Five groups of digits.
    pub groups: Vec<String>,
    /// The name of the desk.
    pub desk: &'a str,
    /// In danger now.
    pub danger: bool,
    /// A child is involved.
    pub child: bool,
    /// The proof of receipt as text.
    pub proof: Option<String>,
    /// What to dial now.
    pub hotlines: Vec<&'a Hotline>,
}

impl ReceiptPage<'_> {
    /// The page.
    pub fn page(self) -> Result<Page, Trouble> {
        Ok(ok("抄下回执码", render("consultations/receipt.html", self)?))
    }
}

/// The page for a form that is sent again after its receipt was typed back.
pub fn sent_before() -> Result<Page, Trouble> {
    Ok(ok("已经寄到", render("consultations/sent_before.html", ())?))
}

/// The page for a thread that was just destroyed. Its title is that of any page here: titles stay in the history.
pub fn deleted() -> Result<Page, Trouble> {
    Ok(ok("看回复", render("consultations/deleted.html", ())?))
}

/// What may be done with a pass now.
#[derive(Clone, Copy, Serialize)]
pub struct May {
    /// Write once more.
    pub write: bool,
    /// Say whether it helped.
    pub tell: bool,
    /// Agree that it becomes a case digest.
    pub agree: bool,
}

/// What the page of an open thread shows.
#[derive(Serialize)]
pub struct ThreadPage<'a> {
    /// What was just taken in.
    pub done: Option<&'static str>,
    /// In danger, or a child is involved.
    pub urgent: bool,
    /// Where it stands.
    pub state: &'a str,
    /// The name of the desk.
    pub desk: &'a str,
    /// The hour of arrival.
    pub received: String,
    /// What she has to see beside where it stands, hours and words.
    pub news: Vec<(String, String)>,
    /// By when the next step comes, in words.
    pub due: Option<String>,
    /// The hour from which on all is destroyed.
    pub destroyed: Option<String>,
    /// How it ended, where nobody has anything to do any more: `put_away`, because nobody asked anything, or `closed`.
    pub over: Option<&'static str>,
    /// What happened so far, hours and words; nothing where only a pass was shown.
    pub history: Vec<(String, String)>,
    /// What was written so far; nothing where only a pass was shown.
    pub messages: Vec<Line>,
    /// Why something was not sent.
    pub complaint: Option<String>,
    /// Lets it be done, where anything may.
    pub pass: Option<String>,
    /// What that is.
    pub may: May,
    /// Whether it helped, where somebody said.
    pub helped: Option<bool>,
    /// Whether it may become a case digest.
    pub consent: bool,
    /// Words that have not been sent yet.
    pub draft: &'a str,
    /// What to dial now.
    pub hotlines: Vec<&'a Hotline>,
}

/// A message as its reader sees it.
#[derive(Serialize)]
pub struct Line {
    /// Written by the asker.
    pub mine: bool,
    /// The hour.
    pub sent: String,
    /// The words; `None` where the message does not open.
    pub text: Option<String>,
    /// How to be reached.
    pub reach: Option<String>,
}

impl ThreadPage<'_> {
    /// The page.
    pub fn page(self) -> Result<Page, Trouble> {
        Ok(ok("你的咨询", render("consultations/thread.html", self)?))
    }
}

/// The numbers of the red bar: what comes before everything else must be short.
pub fn to_dial_now(release: &Release) -> Vec<&Hotline> {
    release.bundle.hotlines.iter().filter(|hotline| hotline.emergency).collect()
}

fn ok(title: &str, main: String) -> Page {
    Page { status: StatusCode::OK, title: title.to_owned(), main }
}

#[derive(Serialize)]
struct AskAgain<'a> {
    typed: &'a Typed,
    urgent: bool,
    errors: Vec<Complaint<'a>>,
    topics: Vec<Choice<'a>>,
    regions: Vec<Choice<'a>>,
    hotlines: Vec<&'a Hotline>,
}

#[derive(Serialize)]
struct Complaint<'a> {
    field: &'a str,
    label: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Choice<'a> {
    value: &'a str,
    label: &'a str,
}

fn ask_again(release: &Release, typed: &Typed, errors: &[FieldError]) -> Result<Page, ApiError> {
    let label = |name: &str| match name {
        "text" => "你想问什么",
        "topic" => "哪方面的事",
        "region" => "你在哪个县",
        "danger" => "我现在有危险",
        "child" => "事情牵涉到孩子",
        "vulnerable" => "我是老人、残疾人、孕产妇或者病重",
        "reach" => "怎样联系你才安全",
        _ => "",
    };
    let errors = errors.iter().map(|error| Complaint {
        field: &error.pointer,
        label: label(&error.pointer),
        message: &error.message,
    });
    let main = render(
        "consultations/ask_again.html",
        AskAgain {
            typed,
            urgent: typed.danger || typed.child,
            errors: errors.collect(),
            topics: release.bundle.topics.iter().map(Choice::of).collect(),
            regions: regions(release, &typed.region),
            hotlines: to_dial_now(release),
        },
    )?;
    Ok(Page { status: StatusCode::BAD_REQUEST, title: "信还没有寄出".to_owned(), main })
}

impl<'a> Choice<'a> {
    fn of(topic: &'a Topic) -> Self {
        Self { value: &topic.slug, label: &topic.title }
    }
}

/// The counties to choose from, and what was chosen where that is something smaller or larger.
fn regions<'a>(release: &'a Release, chosen: &str) -> Vec<Choice<'a>> {
    let wanted = |code: &RegionCode, level| level == Level::County || code.as_str() == chosen;
    let regions = release.stations.regions().iter().filter(|region| wanted(&region.code, region.level));
    regions.map(|region| Choice { value: region.code.as_str(), label: &region.name }).collect()
}

#[derive(Serialize)]
struct NotTaken<'a> {
    title: &'a str,
    reason: &'a str,
    hotlines: &'a [Hotline],
    stations: String,
    open_now: String,
    text: bool,
    typed: &'a Typed,
}

fn not_taken(release: &Release, typed: &Typed, title: &str, reason: &str) -> Result<Page, ApiError> {
    let region = typed.region.parse::<RegionCode>().ok();
    let region = region.and_then(|code| release.stations.region(&code));
    let known = region.map_or("", |region| region.code.as_str());
    let shown = NotTaken {
        title,
        reason,
        hotlines: &release.bundle.hotlines,
        stations: region.map_or_else(|| "/stations/".to_owned(), |region| region.url.clone()),
        open_now: link("/stations/", &[("region", known), ("open_at", "now")]) + "#list",
        text: !typed.text.is_empty(),
        typed,
    };
    let main = render("consultations/not_taken.html", shown)?;
    Ok(Page { status: StatusCode::SERVICE_UNAVAILABLE, title: title.to_owned(), main })
}

#[derive(Serialize)]
struct ReceiptAgain<'a> {
    message: &'a str,
    typed: &'a str,
    draft: &'a str,
    crowded: bool,
    delete: bool,
    hotlines: Vec<&'a Hotline>,
}

/// The status does not tell a right receipt from a wrong one either.
fn receipt_again(shown: ReceiptAgain<'_>) -> Result<Page, ApiError> {
    let status = if shown.crowded { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let main = render("consultations/receipt_again.html", shown)?;
    Ok(Page { status, title: "看回复".to_owned(), main })
}
