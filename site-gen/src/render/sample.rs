//! A small site for tests: one of everything, a village without a station, a shelter, a repealed law.

use std::collections::BTreeMap;

use jiff::civil::date;
use pulldown_cmark::{Event, Parser};
use search::coord::Coord;
use search::record::{Hotline, Hours, Place, Station};
use search::region::{Level, Region};
use search::vocabulary::{Channel, Have, Outcome, Service, StationKind};

use crate::model::{
    ArticleNo, ArticleNote, Backlink, Body, Campaign, CaseDigest, Citation, Directory, Duty, Footer, Guide,
    Heading, Licence, Page, Redirect, Replacement, Role, Settings, Site, Statute, StatuteVersion, Step,
    Takes, Topic, YearlyDates,
};

const LAW: &str = "anti-domestic-violence-law";

/// The site.
pub(super) fn site() -> Site {
    let city = "990100".parse().unwrap();
    let guides = vec![
        guide(),
        Guide {
            slug: "maternity-leave".into(),
            topic: "work".into(),
            title: "产假有多少天".into(),
            sensitive: false,
            ..guide()
        },
    ];
    let used_by = Backlink { is_case: false, title: guides[0].title.clone(), url: guides[0].url() };
    let articles = [23, 28].map(|number| (ArticleNo::plain(number), vec![used_by.clone()]));
    Site {
        settings: settings(),
        hotlines: hotlines(),
        topics: vec![topic("domestic-violence", "反家庭暴力", true), topic("work", "劳动权益", false)],
        guides,
        cases: vec![case()],
        statutes: vec![statute(), repealed()],
        regions: regions(),
        directories: BTreeMap::from([(city, Directory { title: None, body: body("市里的窗口。") })]),
        stations: stations(),
        station_bodies: BTreeMap::from([("nuanxi".to_owned(), body("推门说一句“我想问点事”就行。"))]),
        station_roles: BTreeMap::from([(
            "nuanxi".to_owned(),
            vec![Role { role: "站长".into(), duty: Some("接待".into()) }],
        )]),
        duties: BTreeMap::from([("nuanxi".to_owned(), vec![duty()])]),
        campaigns: vec![campaign()],
        pages: vec![Page {
            slug: "safety".into(),
            title: "浏览安全".into(),
            summary: None,
            body: body("先清记录。"),
        }],
        thesaurus: Vec::new(),
        redirects: vec![Redirect {
            old: "/old/leave.html".into(),
            new: "/guides/work/maternity-leave/".into(),
        }],
        blobs: BTreeMap::new(),
        pictures: BTreeMap::new(),
        cited: BTreeMap::from([(LAW.to_owned(), BTreeMap::from(articles))]),
    }
}

fn body(markdown: &str) -> Body {
    let events: Vec<Event<'static>> = Parser::new(markdown).map(Event::into_static).collect();
    let titles = markdown.lines().filter_map(|line| line.strip_prefix("## "));
    let headings = titles.enumerate().map(|(at, text)| Heading {
        level: 2,
        id: format!("h{at}"),
        text: text.to_owned(),
    });
    Body {
        events,
        headings: headings.collect(),
        text: markdown.to_owned(),
        citations: vec![citation(Some(23))],
    }
}

fn citation(article: Option<u16>) -> Citation {
    Citation { statute: LAW.into(), article: article.map(ArticleNo::plain) }
}

fn settings() -> Settings {
    Settings {
        name: "暖站".into(),
        title: "示例市妇女儿童维权服务".into(),
        description: "看懂你的权利。".into(),
        base_url: "https://nuanzhan.example".into(),
        region: "990100".parse().unwrap(),
        exit_url: "https://exit.example/".into(),
        search_in_browser: false,
        licence: Some(Licence { name: "CC BY 4.0".into(), url: None, credit: None }),
        footer: Footer {
            operator: "示例市妇女联合会主办".into(),
            notice: Some("演示数据".into()),
            ..Footer::default()
        },
    }
}

fn hotlines() -> Vec<Hotline> {
    let line = |number: &str, name: &str, emergency| Hotline {
        number: number.into(),
        name: name.into(),
        usage: "有危险".into(),
        emergency,
    };
    vec![line("110", "报警", true), line("120", "急救", true), line("12345", "政务", false)]
}

fn topic(slug: &str, title: &str, emergency: bool) -> Topic {
    Topic {
        slug: slug.into(),
        title: title.into(),
        summary: "一句话。".into(),
        icon: "shield".into(),
        emergency,
    }
}

fn guide() -> Guide {
    Guide {
        slug: "protection-order".into(),
        topic: "domestic-violence".into(),
        title: "人身安全保护令怎么申请".into(),
        summary: "请法院下一道命令。".into(),
        updated: None,
        reviewed: Some(date(2026, 10, 12)),
        audience: vec!["妇女".into()],
        steps: vec![Step {
            action: "打 110".into(), how: Some(body("说清“家庭暴力”四个字。"))
        }],
        takes: Some(Takes { text: "72 小时".into(), iso: "PT72H".into() }),
        bring: vec![body("身份证")],
        hotlines: vec!["110".into()],
        help_at: vec![StationKind::CourtWindow],
        related: vec!["maternity-leave".into()],
        keywords: vec!["保护令".into()],
        asked: vec!["他打我，能让他走吗".into()],
        sensitive: true,
        body: body("## 多久\n\n法院 **72 小时**内决定。\n\n> 依据《反家庭暴力法》第二十八条。"),
    }
}

fn case() -> CaseDigest {
    CaseDigest {
        slug: "order-granted".into(),
        year: 2026,
        title: "她拿到了保护令".into(),
        summary: "三天。".into(),
        topic: "domestic-violence".into(),
        outcome: Outcome::ProtectionOrder,
        channel: Some(Channel::Court),
        applied: vec![citation(Some(23))],
        guides: vec!["protection-order".into()],
        body: body("## 结果\n\n法院下了命令。"),
    }
}

fn statute() -> Statute {
    let note = ArticleNote {
        title: "谁可以申请保护令".into(), body: body("你自己，或者能替你的人。")
    };
    Statute {
        slug: LAW.into(),
        title: "中华人民共和国反家庭暴力法".into(),
        short_titles: vec!["反家庭暴力法".into()],
        rank: "法律".into(),
        versions: vec![StatuteVersion {
            adopted: date(2015, 12, 27),
            effective: date(2016, 3, 1),
            articles: 38,
            repealed: None,
        }],
        replaced_by: Vec::new(),
        intro: body("家里的暴力不是家务事。"),
        notes: BTreeMap::from([(ArticleNo::plain(23), note)]),
    }
}

fn repealed() -> Statute {
    let version = StatuteVersion {
        adopted: date(1980, 9, 10),
        effective: date(1981, 1, 1),
        articles: 51,
        repealed: Some(date(2021, 1, 1)),
    };
    Statute {
        slug: "marriage-law".into(),
        short_titles: vec!["婚姻法".into()],
        versions: vec![version],
        replaced_by: vec![Replacement { article: None, by: citation(None) }],
        notes: BTreeMap::new(),
        ..statute()
    }
}

fn regions() -> Vec<Region> {
    let codes = ["990100", "990121", "990121100", "990121100201"];
    let names = ["示例市", "示例县", "暖溪镇", "暖井村"];
    let region = |(code, name): (&str, &str)| {
        let code: search::region::RegionCode = code.parse().unwrap();
        let parent = code.parent().filter(|parent| codes.contains(&parent.as_str()));
        Region {
            name: name.into(),
            level: code.level(),
            parent,
            location: None,
            stations: 1,
            url: format!("/regions/{code}/"),
            code,
        }
    };
    codes.into_iter().zip(names).map(region).collect()
}

fn stations() -> Vec<Station> {
    let nuanxi = Station {
        id: "nuanxi".into(),
        name: "暖溪镇妇女儿童维权服务站".into(),
        kind: StationKind::RightsStation,
        region: "990121100".parse().unwrap(),
        level: Level::Township,
        region_names: vec!["示例市".into(), "示例县".into(), "暖溪镇".into()],
        parent: None,
        place: Place::Public { address: Some("溪口路 18 号".into()), location: Coord::new(40.5, 102.5) },
        phones: vec!["0000-5550123".into()],
        hours: Some(Hours { osm: "Mo-Fr 08:30-12:00".into(), text: "周一至周五 8:30–12:00".into() }),
        services: vec![Service::LegalAdvice],
        has: vec![Have::People],
        duty: vec!["每月 25 日 9:00–11:30，律师坐班".into()],
        serves: None,
        note: Some("有坡道".into()),
        desk: None,
        verified: Some(date(2026, 9, 1)),
        url: "/stations/nuanxi/".into(),
    };
    let shelter = Station {
        id: "shelter".into(),
        name: "示例县庇护中心".into(),
        kind: StationKind::Shelter,
        region: "990121".parse().unwrap(),
        level: Level::County,
        region_names: vec!["示例市".into(), "示例县".into()],
        place: Place::Confidential { confidential: true },
        phones: vec!["0000-5550199".into()],
        url: "/stations/shelter/".into(),
        ..nuanxi.clone()
    };
    vec![nuanxi, shelter]
}

fn duty() -> Duty {
    Duty {
        rule: "FREQ=MONTHLY;BYMONTHDAY=25".into(),
        minutes: Some((540, 690)),
        who: "律师坐班".into(),
        words: "每月 25 日 9:00–11:30 律师坐班".into(),
    }
}

fn campaign() -> Campaign {
    Campaign {
        slug: "end-violence-day".into(),
        title: "国际消除对妇女的暴力日".into(),
        dates: YearlyDates::parse("11-25").unwrap(),
        guides: vec!["protection-order".into()],
        topics: vec!["domestic-violence".into()],
        body: body("这一天说说保护令。"),
    }
}
