//! Turns the site into the published records: what search finds and the API repeats.
//!
//! Cannot fail: everything here was checked. Nothing of a confidential station but its name and telephones gets in.

use std::collections::{BTreeMap, BTreeSet};

use search::bundle::Bundle;
use search::knowledge;
use search::record::{self, Kind, Record, Station};
use search::vocabulary::Profession;

use crate::model::{ArticleNo, Backlink, Body, CaseDigest, Citation, Cited, Guide, Site, Statute, Step};
use crate::statute::publish;

/// Everything of the bundle but its records. `shell` is a page of the site with empty slots.
pub fn bundle(site: &Site, shell: String) -> Bundle {
    Bundle {
        site: about(site),
        topics: topics(site),
        hotlines: site.hotlines.clone(),
        regions: site.regions.clone(),
        stations: site.stations.clone(),
        records: Vec::new(),
        thesaurus: site.thesaurus.clone(),
        shell,
    }
}

/// What the site says about itself.
pub fn about(site: &Site) -> record::Site {
    record::Site {
        name: site.settings.name.clone(),
        title: site.settings.title.clone(),
        base_url: site.settings.base_url.clone(),
        region: site.settings.region.clone(),
        exit_url: site.settings.exit_url.clone(),
        clocks: site.settings.clocks.clone(),
        holidays: site.settings.holidays.clone(),
    }
}

/// The records of everything but guides and digests.
pub fn others(site: &Site, cited: &Cited) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for statute in &site.statutes {
        records.push(statute_record(statute));
        records.extend(articles(statute, cited.get(&statute.slug)));
    }
    records.extend(site.stations.iter().map(|entry| station(site, entry)));
    records.extend(site.regions.iter().map(|region| Record {
        region: Some(region.code.clone()),
        location: region.location,
        summary: format!("{}的维权服务站点", region.name),
        ..record(Kind::Region, region.code.as_str(), &region.name, &region.url)
    }));
    records.extend(site.topics.iter().map(|topic| Record {
        summary: topic.summary.clone(),
        topic: Some(topic.slug.clone()),
        ..record(Kind::Topic, &topic.slug, &topic.title, &topic.url())
    }));
    records.extend(site.campaigns.iter().map(|campaign| Record {
        text: campaign.body.text.clone(),
        topic: campaign.topics.first().cloned(),
        asked: campaign.asked.clone(),
        ..record(Kind::Campaign, &campaign.slug, &campaign.title, &campaign.url())
    }));
    records.extend(site.pages.iter().map(|page| Record {
        summary: page.summary.clone().unwrap_or_default(),
        text: page.body.text.clone(),
        asked: page.asked.clone(),
        ..record(Kind::Page, &page.slug, &page.title, &page.url())
    }));
    records
}

/// So many of those who rest on an article lend it their titles. In a large site thousands do, and then they say nothing.
const MOST_TITLES: usize = 50;

fn record(kind: Kind, slug: &str, title: &str, url: &str) -> Record {
    let folder = match kind {
        Kind::Guide => "guide",
        Kind::CaseDigest => "case_digest",
        Kind::Statute => "statute",
        Kind::Article => "article",
        Kind::Station => "station",
        Kind::Region => "region",
        Kind::Topic => "topic",
        Kind::Campaign => "campaign",
        Kind::Page => "page",
    };
    Record::new(kind, format!("{folder}/{slug}"), title, url)
}

/// The shelves, in their order.
pub fn topics(site: &Site) -> Vec<record::Topic> {
    let topic = |topic: &crate::model::Topic| record::Topic {
        slug: topic.slug.clone(),
        title: topic.title.clone(),
        summary: topic.summary.clone(),
        url: topic.url(),
        emergency: topic.emergency,
    };
    site.topics.iter().map(topic).collect()
}

/// The ids of the articles cited, each once.
fn rests_on<'c>(citations: impl Iterator<Item = &'c Citation>) -> Vec<String> {
    let articles = citations.filter_map(|citation| Some(article_id(&citation.statute, citation.article?)));
    articles.collect::<BTreeSet<_>>().into_iter().map(|slug| format!("article/{slug}")).collect()
}

/// The number of an article as addresses have it: `civil-code/1079`.
fn article_id(statute: &str, number: ArticleNo) -> String {
    format!("{statute}/{}", number.anchor().trim_start_matches("art-"))
}

/// The record of a guide.
pub fn guide(guide: &Guide) -> Record {
    let step = |step: &Step| match &step.how {
        Some(how) => format!("{}。{}", step.action, how.text),
        None => step.action.clone(),
    };
    let mut lines: Vec<String> = guide.steps.iter().map(step).collect();
    lines.push(guide.body.text.clone());
    lines.extend(guide.bring.iter().map(|item| item.text.clone()));
    let head = &guide.head;
    Record {
        rests_on: rests_on(guide.citations()),
        summary: head.summary.clone(),
        first_step: guide.steps.first().map(|step| step.action.clone()).unwrap_or_default(),
        text: lines.join("\n"),
        topic: Some(head.topic.clone()),
        asked: head.asked.clone(),
        keywords: head.keywords.clone(),
        ..record(Kind::Guide, &head.slug, &head.title, &head.url())
    }
}

/// The record of a case digest.
pub fn case(case: &CaseDigest) -> Record {
    let head = &case.head;
    Record {
        rests_on: rests_on(case.citations()),
        summary: head.summary.clone(),
        text: case.body.text.clone(),
        topic: Some(head.topic.clone()),
        asked: head.asked.clone(),
        keywords: vec![head.outcome.chinese().to_owned()],
        ..record(Kind::CaseDigest, &head.slug, &head.title, &head.url())
    }
}

fn statute_record(statute: &Statute) -> Record {
    Record {
        text: statute.intro.text.clone(),
        asked: statute.asked.clone(),
        keywords: statute.short_titles.clone(),
        ..record(Kind::Statute, &statute.slug, &statute.title, &statute.url())
    }
}

/// One record for each article that has a note, that content rests on, or whose text is known. Note and text are one
/// record: what people look for may stand in either.
fn articles<'s>(
    statute: &'s Statute,
    cited: Option<&'s BTreeMap<ArticleNo, Vec<Backlink>>>,
) -> impl Iterator<Item = Record> + 's {
    let cited_numbers = cited.into_iter().flat_map(BTreeMap::keys);
    let said = publish::said(statute);
    let numbers: BTreeSet<ArticleNo> =
        statute.notes.keys().chain(cited_numbers).chain(said.keys()).copied().collect();
    numbers.into_iter().map(move |number| {
        let note = statute.notes.get(&number);
        let name = note.map_or("", |note| note.title.as_str());
        let title = format!("《{}》{number} {name}", statute.short_title());
        let used_by = cited.and_then(|cited| cited.get(&number)).into_iter().flatten();
        let used_by = used_by.take(MOST_TITLES).map(|link| &*link.title);
        let text = said.get(&number);
        let note_text = note.map_or("", |note| note.body.text.trim_end());
        let texts = [note_text, text.map_or("", |(text, _)| text.as_str())];
        let headings = text.iter().flat_map(|(_, headings)| headings).copied();
        let known = number.anchor();
        let said_text = text.map_or("", |(text, _)| text.as_str());
        let asked = knowledge::questions(&statute.title, Some(known.trim_start_matches("art-")), said_text);
        Record {
            asked: asked.iter().map(|&question| question.to_owned()).collect(),
            heading: headings.collect::<Vec<_>>().join(" "),
            part_of: Some(format!("statute/{}", statute.slug)),
            text: texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
            keywords: used_by.map(str::to_owned).collect(),
            ..record(
                Kind::Article,
                &article_id(&statute.slug, number),
                title.trim(),
                &format!("{}#{}", statute.url(), number.anchor()),
            )
        }
    })
}

/// What is said of a visit: people look for 手语, 上门 and 客家话.
fn visit(station: &Station) -> String {
    let facilities = station.facilities.iter().map(|facility| facility.chinese().to_owned());
    let languages = station.languages.iter().cloned();
    let at_home = station.home_visits.iter().map(|audience| format!("上门看{}", audience.chinese()));
    let professions = station.people.iter().filter_map(|person| person.profession).map(Profession::chinese);
    let words = facilities.chain(languages).chain(at_home).chain(professions.map(str::to_owned));
    words.collect::<Vec<_>>().join("、")
}

fn station(site: &Site, station: &Station) -> Record {
    let place = match station.address() {
        Some(address) => address.to_owned(),
        None if station.is_confidential() => "地址保密，打电话联系".to_owned(),
        None => String::new(),
    };
    let services: Vec<&str> = station.services.iter().map(|service| service.chinese()).collect();
    let body = site.station_bodies.get(&station.id).map_or("", |body: &Body| body.text.as_str());
    let duty: Vec<&str> = station.duty.iter().map(|duty| duty.text.as_str()).collect();
    let lines = [place, services.join("、"), visit(station), duty.join("\n"), body.to_owned()];
    Record {
        summary: format!("{} · {}", station.kind.chinese(), station.region_names.join(" ")),
        text: lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"),
        region: Some(station.region.clone()),
        location: station.location(),
        phone: station.phones.first().cloned().unwrap_or_default(),
        keywords: vec![station.kind.chinese().to_owned()],
        ..record(Kind::Station, &station.id, &station.name, &station.url)
    }
}
