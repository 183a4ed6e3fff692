//! The kinds of page, one file each, and what several of them show.

mod ask;
mod campaigns;
pub(super) mod cases;
pub(super) mod coverage;
mod data;
mod desk;
mod guides;
mod home;
mod law_changes;
mod law_list;
mod law_text;
mod law_versions;
mod laws;
mod leave;
mod moved;
mod paging;
mod regions;
mod search;
mod station;
mod stations;
mod statistics;
mod text;
pub(super) mod topics;

use ::search::record::{Hotline, Station};
use ::search::vocabulary::StationKind;
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::links::{Link, tel};
use super::press::{Press, Sheet};
use super::{Around, Edits};
use crate::model::date::chinese_date;
use crate::model::{CaseDigest, Guide};

/// What of those who rest on an article can be seen on its law's page, and how many more there are: lists that agree in it
/// make the same page.
pub use law_text::shown as shown_of_cited;
pub use statistics::figures;

/// Takes a page that has been printed.
pub(super) type Put<'p> = &'p (dyn Fn(Sheet) -> anyhow::Result<()> + Sync);

/// Prints the pages of a kind of which there are few.
type Printer = fn(&Press<'_>) -> anyhow::Result<Vec<Sheet>>;

/// Prints those of a kind that may be others after edits.
type Edited<'p> = &'p [fn(&Press<'_>, &Edits) -> anyhow::Result<Vec<Sheet>>];

/// The page of one guide.
pub(super) fn guide(press: &Press<'_>, guide: &Guide) -> anyhow::Result<Sheet> {
    guides::sheet(press, guide)
}

/// The page of one case digest.
pub(super) fn case(press: &Press<'_>, case: &CaseDigest) -> anyhow::Result<Sheet> {
    cases::sheet(press, case)
}

/// Puts every page that is not of one guide or of one digest.
pub(super) fn others(press: &Press<'_>, around: &Around<'_>, put: Put<'_>) -> anyhow::Result<()> {
    const PRINTERS: &[Printer] = &[
        home::sheets,
        topics::sheets,
        guides::sheets,
        cases::sheets,
        stations::sheets,
        search::sheets,
        ask::sheets,
        desk::sheets,
        leave::sheets,
        campaigns::sheets,
        text::sheets,
        moved::sheets,
        data::sheets,
        statistics::sheets,
    ];
    PRINTERS.par_iter().try_for_each(|print| print(press)?.into_iter().try_for_each(put))?;
    laws::put_all(press, around, put)?;
    station::put_all(press, put)?;
    coverage::put_all(press, put)?;
    regions::put_all(press, put)
}

/// Puts those of them that may be others after `edits`.
pub(super) fn edited(
    press: &Press<'_>,
    (edits, around): (&Edits, &Around<'_>),
    put: Put<'_>,
) -> anyhow::Result<()> {
    if !edits.guides.is_empty() {
        const PRINTERS: &[Printer] = &[home::sheets, guides::sheets];
        PRINTERS.par_iter().try_for_each(|print| print(press)?.into_iter().try_for_each(put))?;
    }
    let edited: Edited = &[topics::edited, cases::edited, campaigns::edited];
    edited.par_iter().try_for_each(|print| print(press, edits)?.into_iter().try_for_each(put))?;
    laws::put_edited(press, (edits, around), put)
}

/// Prints the sample of every kind of page.
#[cfg(test)]
pub(super) fn samples() {
    use super::tests::prints;
    prints::<home::HomePage>();
    prints::<topics::TopicsPage>();
    prints::<topics::TopicPage>();
    prints::<guides::GuidesPage>();
    prints::<guides::GuidePage>();
    prints::<cases::CasesPage>();
    prints::<cases::CasePage>();
    prints::<laws::LawsPage>();
    prints::<laws::LawPage>();
    prints::<law_list::AllLawsPage>();
    prints::<law_versions::VersionPage>();
    prints::<law_changes::ChangesPage>();
    prints::<stations::StationsPage>();
    prints::<station::StationPage>();
    prints::<regions::RegionPage>();
    prints::<coverage::CoveragePage>();
    prints::<search::SearchPage>();
    prints::<ask::AskPage>();
    prints::<ask::ReplyPage>();
    prints::<ask::ProofPage>();
    prints::<desk::DeskPage>();
    prints::<leave::LeavePage>();
    prints::<campaigns::CampaignsPage>();
    prints::<campaigns::CampaignPage>();
    prints::<text::TextPage>();
    prints::<text::LostPage>();
    prints::<moved::MovedPage>();
    prints::<data::DataPage>();
}

/// Links under a heading.
#[derive(Debug, Serialize)]
struct Group {
    title: String,
    url: Option<String>,
    links: Vec<Link>,
    /// Where the rest is, where these are not all.
    more: Option<Link>,
}

/// One entry of a list to choose from.
#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
}

/// A day, for machines and for readers.
#[derive(Debug, Serialize)]
struct Day {
    iso: String,
    text: String,
}

/// A short number to dial.
#[derive(Debug, Serialize)]
struct Line {
    number: String,
    name: String,
    #[serde(rename = "use")]
    usage: String,
}

/// A station in a list.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    url: String,
    kind: &'static str,
    hours: Option<String>,
    /// The hours for `hours.js`, on pages that load it.
    rules: Option<String>,
    confidential: bool,
    phone: Option<Link>,
    /// Whether its page shows the way.
    has_way: bool,
}

impl Day {
    fn new(date: Date) -> Self {
        Self { iso: date.to_string(), text: chinese_date(date) }
    }
}

impl Line {
    fn new(hotline: &Hotline) -> Self {
        Self { number: hotline.number.clone(), name: hotline.name.clone(), usage: hotline.usage.clone() }
    }
}

impl Row {
    fn new(station: &Station) -> Self {
        Self {
            name: station.name.clone(),
            url: station.url.clone(),
            kind: station.kind.chinese(),
            hours: station.hours.as_ref().map(|hours| hours.text.clone()),
            rules: rules(station),
            confidential: station.is_confidential(),
            phone: station.phones.first().map(|phone| Link::new(phone, tel(phone))),
            has_way: station.has_way(),
        }
    }
}

/// When a station is open, for the script that says whether it is now.
fn rules(station: &Station) -> Option<String> {
    serde_json::to_string(&station.hours.as_ref()?.rules).ok()
}

/// The start of every way back.
fn home() -> Link {
    Link::new("首页", "/")
}

/// What a kind of station does, in a reader's words.
fn does(kind: StationKind) -> &'static str {
    match kind {
        StationKind::RightsStation => "什么事都可以先来问，有人陪你办",
        StationKind::LegalAid => "申请免费的律师",
        StationKind::Mediation => "请人居中把事情谈妥，写成协议",
        StationKind::ComplaintCenter => "登记家暴投诉，转给该管的部门",
        StationKind::InjuryIdentification => "验伤，把伤情记成证据",
        StationKind::Shelter => "不能回家时，有地方先住下",
        StationKind::FamilyCenter => "婚姻和孩子的事，有人听、有人教",
        StationKind::CourtWindow => "交申请、问进度，不会写有人帮",
        StationKind::Police => "报警，要回执，请民警开告诫书",
        StationKind::FeedbackPoint => "把身边的难处说给妇联",
    }
}

/// A link to the stations of a kind.
fn kind_link(kind: StationKind) -> Link {
    Link::new(kind.chinese(), format!("/stations/?kind={}", kind.code())).with_note(does(kind).to_owned())
}
