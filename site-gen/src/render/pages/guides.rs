//! Guides: what to do first, what the law gives you, what to bring, who is near.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Day, Group, Line, home, kind_link};
use crate::model::date::chinese_date;
use crate::model::{Body, Guide, GuideHead};
use crate::render::html::{self, html};
use crate::render::library::{case_link, guide_link};
use crate::render::links::Link;
use crate::render::press::{Head, Html, Page, Press, Sheet};
use crate::render::structured;

/// `/guides/`
#[derive(Debug, Serialize)]
pub(super) struct GuidesPage {
    head: Head,
    groups: Vec<Group>,
}

/// `/guides/<topic>/<slug>/`
#[derive(Debug, Serialize)]
pub(super) struct GuidePage {
    head: Head,
    title: String,
    summary: String,
    steps: Vec<Step>,
    body: Html,
    bring: Vec<Html>,
    hotlines: Vec<Line>,
    help: Vec<Link>,
    cases: Vec<Link>,
    related: Vec<Link>,
    asked: Vec<String>,
    audience: Vec<String>,
    /// How long it takes, in words.
    takes: Option<String>,
    /// The list of what is on the page.
    contents: Html,
    reviewed: Option<Day>,
    /// The laws it rests on, with the day from which they hold.
    statutes: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Step {
    action: String,
    how: Html,
}

/// Up to so many guides are all on one page.
const MANY: usize = 200;
/// Of more than that so many of each topic are; the topic has them all.
const OF_MANY: usize = 12;

/// The list of all guides.
pub(super) fn sheets(press: &Press<'_>) -> anyhow::Result<Vec<Sheet>> {
    Ok(vec![press.print(&GuidesPage::new(press))?])
}

/// The page of one guide.
pub(super) fn sheet(press: &Press<'_>, guide: &Guide) -> anyhow::Result<Sheet> {
    press.print(&GuidePage::new(press, guide))
}

impl GuidesPage {
    fn new(press: &Press<'_>) -> Self {
        let crumbs = vec![home()];
        let most = if press.site.guides.len() > MANY { OF_MANY } else { MANY };
        let groups = press.site.topics.iter().map(|topic| {
            let guides = press.library.guides_on(&topic.slug);
            let all = || Link::new(format!("{}全部 {} 篇", topic.title, guides.len()), topic.url());
            Group {
                title: topic.title.clone(),
                url: Some(topic.url()),
                links: guides.iter().copied().take(most).map(guide_link).collect(),
                more: (guides.len() > most).then(all),
            }
        });
        Self {
            head: Head {
                url: "/guides/".to_owned(),
                title: Some("指南".to_owned()),
                description: "先说怎么做，再说法律怎么写，最后说去哪里。".to_owned(),
                section: "/guides/",
                listed: true,
                data: structured::block(press, Vec::new(), &crumbs),
                crumbs,
                scripts: &["search"],
            },
            groups: groups.filter(|group| !group.links.is_empty()).collect(),
        }
    }
}

impl GuidePage {
    fn new(press: &Press<'_>, guide: &Guide) -> Self {
        let library = &press.library;
        let set = |body: &Body| html(body, &press.typesetter, &press.site.pictures);
        let about = guide.head.as_ref();
        let hotlines = about.hotlines.iter();
        let hotlines =
            hotlines.filter_map(|number| press.site.hotlines.iter().find(|line| line.number == *number));
        Self {
            head: head(press, about),
            title: about.title.clone(),
            summary: about.summary.clone(),
            steps: guide
                .steps
                .iter()
                .map(|step| Step {
                    action: step.action.clone(),
                    how: step.how.as_ref().map(set).unwrap_or_default(),
                })
                .collect(),
            body: set(&guide.body),
            bring: guide.bring.iter().map(|item| inline(set(item))).collect(),
            hotlines: hotlines.map(Line::new).collect(),
            help: about.help_at.iter().copied().map(kind_link).collect(),
            cases: library.cases_for(&about.slug).iter().copied().map(case_link).collect(),
            related: library.guide_links(&about.related),
            asked: about.shown_questions().to_vec(),
            audience: about.audience.clone(),
            takes: about.takes.as_ref().map(|takes| takes.text.clone()),
            contents: contents(press, guide),
            reviewed: about.reviewed.map(Day::new),
            statutes: statutes(press, guide),
        }
    }
}

fn head(press: &Press<'_>, guide: &GuideHead) -> Head {
    let mut crumbs = vec![home(), Link::new("指南", "/guides/")];
    crumbs.extend(press.library.topic(&guide.topic).map(|topic| Link::new(&topic.title, topic.url())));
    let mut article = structured::article(press, &guide.title, &guide.summary, &guide.url());
    if let Some(date) = press.site.changed_on(&guide.url(), guide.updated).or(guide.reviewed) {
        article["dateModified"] = date.to_string().into();
    }
    let more = structured::questions(guide).into_iter().chain(structured::procedure(press, guide));
    let parts = std::iter::once(article).chain(more).collect();
    Head {
        url: guide.url(),
        title: (!guide.sensitive).then(|| guide.title.clone()),
        description: guide.summary.clone(),
        section: "/guides/",
        listed: true,
        data: structured::block(press, parts, &crumbs),
        crumbs,
        scripts: &["print"],
    }
}

/// The headings of the text, then the parts that every guide has.
fn contents(press: &Press<'_>, guide: &Guide) -> Html {
    let headings = guide.body.headings.iter().filter(|heading| heading.level == 2);
    let headings = headings.map(|heading| (heading.text.as_str(), heading.id.as_str()));
    let parts = [
        (!guide.bring.is_empty(), "带上这些", "bring"),
        (!guide.head.hotlines.is_empty(), "打电话", "dial"),
        (!guide.head.help_at.is_empty(), "谁在附近能帮你", "near"),
    ];
    let parts = parts.into_iter().filter(|part| part.0).map(|(_, title, anchor)| (title, anchor));
    html::contents(headings.chain(parts), &press.typesetter)
}

fn statutes(press: &Press<'_>, guide: &Guide) -> Vec<Link> {
    let cited: BTreeSet<&str> = guide.citations().map(|citation| citation.statute.as_str()).collect();
    let statutes = cited.into_iter().filter_map(|slug| press.library.statute(slug));
    let link = statutes.map(|statute| {
        let since = format!("{}起施行", chinese_date(statute.latest().effective));
        Link::new(format!("《{}》", statute.short_title()), statute.url()).with_note(since)
    });
    link.collect()
}

/// A paragraph without its element: for entries of a list.
fn inline(html: Html) -> Html {
    let text = html.0.trim();
    let inside = text
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
        .filter(|rest| !rest.contains("<p>"));
    Html(inside.unwrap_or(text).to_owned())
}

impl Page for GuidesPage {
    const TEMPLATE: &'static str = "guides.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press)
    }
}

impl Page for GuidePage {
    const TEMPLATE: &'static str = "guide.html";

    fn head(&self) -> &Head {
        &self.head
    }

    #[cfg(test)]
    fn sample(press: &Press<'_>) -> Self {
        Self::new(press, &crate::render::sample::guide())
    }
}
