//! A small site for tests: one of everything, a village without a station, a shelter, a repealed law.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use search::clocks::Clocks;
use search::coord::Coord;
use search::hours::holidays::Holidays;
use search::record::{Duty, Hotline, Person, Place, Station};
use search::region::{Level, Region};
use search::statistics::Statistics;
use search::vocabulary::{Audience, Channel, Facility, Have, Outcome, Profession, Service, StationKind};

use crate::check::citations::{Entry, StatuteBook};
use crate::coverage::Circle;
use crate::markdown;
use crate::model::{
    ArticleNo, ArticleNote, Backlink, Body, Campaign, CaseDigest, CaseHead, Citation, Cited, Directory,
    Footer, Guide, GuideHead, Licence, Page, Redirect, Replacement, Settings, Since, Site, Statute,
    StatuteVersion, Step, Takes, Topic, YearlyDates,
};
use crate::statute::parse;
use crate::statute::text::FullText;

const LAW: &str = "anti-domestic-violence-law";

/// The site.
pub(super) fn site() -> Site {
    let city = "990100".parse().unwrap();
    Site {
        settings: settings(),
        hotlines: hotlines(),
        topics: vec![topic("domestic-violence", "反家庭暴力", true), topic("work", "劳动权益", false)],
        guides: guides().into_iter().map(|guide| guide.head).collect(),
        cases: vec![case().head],
        statutes: vec![statute(), repealed()],
        regions: regions(),
        directories: BTreeMap::from([(city, Directory { title: None, body: body("市里的窗口。") })]),
        stations: stations(),
        station_bodies: BTreeMap::from([("nuanxi".to_owned(), body("推门说一句“我想问点事”就行。"))]),
        campaigns: vec![campaign()],
        pages: vec![Page {
            slug: "safety".into(),
            title: "浏览安全".into(),
            summary: None,
            asked: vec!["怎么删记录".into()],
            body: body("先清记录。"),
        }],
        thesaurus: Vec::new(),
        statistics: Statistics::default(),
        redirects: vec![Redirect {
            old: "/old/leave.html".into(),
            new: "/guides/work/maternity-leave/".into(),
        }],
        pictures: BTreeMap::new(),
        changed: BTreeMap::new(),
    }
}

/// The statutes of `site`, as what cites them looks them up.
pub(super) fn book(site: &Site) -> StatuteBook<'_> {
    let mut book = StatuteBook::empty(date(2026, 11, 21));
    for statute in &site.statutes {
        let titles = std::iter::once(&statute.title).chain(&statute.short_titles);
        // Both have one full title here: the first keeps it.
        let _taken = book.add(Entry {
            slug: &statute.slug,
            titles: titles.map(String::as_str).collect(),
            versions: statute.versions.clone(),
            replaced_by: Vec::new(),
        });
    }
    book
}

/// Every guide of the site, with its text.
pub(super) fn guides() -> Vec<Guide> {
    let first = guide();
    let head = GuideHead {
        slug: "maternity-leave".into(),
        topic: "work".into(),
        title: "产假有多少天".into(),
        sensitive: false,
        ..first.head.as_ref().clone()
    };
    let second = Guide { head: head.into(), ..first.clone() };
    vec![first, second]
}

/// Who rests on which article of the site.
pub(super) fn cited() -> Cited {
    let guide = guide().head;
    let used_by = Backlink { is_case: false, title: guide.title.as_str().into(), url: guide.url().into() };
    let articles = [23, 28].map(|number| (ArticleNo::plain(number), vec![used_by.clone()]));
    BTreeMap::from([(LAW.to_owned(), BTreeMap::from(articles))])
}

fn body(markdown: &str) -> Body {
    Body { citations: vec![citation(Some(23))], ..markdown::tests::body(markdown) }
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
        circle: Circle::default(),
        clocks: Clocks::default(),
        holidays: Holidays::known().clone(),
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

/// One guide of the site.
pub(super) fn guide() -> Guide {
    let head = GuideHead {
        slug: "protection-order".into(),
        topic: "domestic-violence".into(),
        title: "人身安全保护令怎么申请".into(),
        summary: "请法院下一道命令。".into(),
        updated: None,
        reviewed: Some(date(2026, 10, 12)),
        audience: vec!["妇女".into()],
        takes: Some(Takes { text: "72 小时".into(), iso: "PT72H".into() }),
        hotlines: vec!["110".into()],
        help_at: vec![StationKind::CourtWindow],
        related: vec!["maternity-leave".into()],
        keywords: vec!["保护令".into()],
        asked: vec!["他打我，能让他走吗".into()],
        sensitive: true,
    };
    let how = Some(body("说清“家庭暴力”四个字。"));
    Guide {
        head: head.into(),
        steps: vec![Step { action: "打 110".into(), how }],
        bring: vec![body("身份证")],
        body: body("## 多久\n\n法院 **72 小时**内决定。\n\n> 依据《反家庭暴力法》第二十八条。"),
    }
}

/// The digest of the site.
pub(super) fn case() -> CaseDigest {
    let head = CaseHead {
        slug: "order-granted".into(),
        year: 2026,
        title: "她拿到了保护令".into(),
        summary: "三天。".into(),
        topic: "domestic-violence".into(),
        outcome: Outcome::ProtectionOrder,
        channel: Some(Channel::Court),
        guides: vec!["protection-order".into()],
        asked: vec!["有人拿到过吗".into()],
    };
    CaseDigest {
        head: head.into(),
        applied: vec![citation(Some(23))],
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
        asked: vec!["骂人算不算".into()],
        own_words: true,
        versions: vec![
            version(
                date(2015, 12, 27),
                date(2016, 3, 1),
                "## 总则\n第一条 为了平安。\n第二十三条 可以申请：\n（一）本人；\n1.近亲属。\n| 谁 | 行 |\n| --- | --- |\n| 本人 | 行 |\n第二十四条 删掉的一条，说的是别的。",
            ),
            version(
                date(2020, 5, 1),
                date(2020, 7, 1),
                "# 第一编 总则\n### 第一节 起头\n序。\n第一条 为了大家平安，参照《婚姻法》第三条。\n第二条 新加的一条。\n第二十五条 可以申请：\n（一）本人；\n1.近亲属。\n| 谁 | 行 |\n| --- | --- |\n| 本人 | 行 |",
            ),
        ],
        replaced_by: Vec::new(),
        intro: body("家里的暴力不是家务事。"),
        notes: BTreeMap::from([(ArticleNo::plain(23), note)]),
    }
}

fn version(adopted: Date, effective: Date, text: &str) -> StatuteVersion {
    let source = format!("# 中华人民共和国反家庭暴力法\n<!-- INFO END -->\n{text}\n");
    let (volume, _) = parse::volume("x.md", Arc::from(source));
    let volumes = vec![volume.unwrap()];
    let text = FullText { adopted, effective: Some(effective), repealed: None, volumes };
    StatuteVersion {
        adopted,
        effective,
        since: Since::Entry,
        articles: 38,
        repealed: None,
        text: Some(Arc::new(text)),
    }
}

fn repealed() -> Statute {
    let version = StatuteVersion {
        adopted: date(1980, 9, 10),
        effective: date(1981, 1, 1),
        since: Since::Entry,
        articles: 51,
        repealed: Some(date(2021, 1, 1)),
        text: None,
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
            location: Coord::new(if code.level() == Level::Village { 40.6 } else { 40.5 }, 102.5),
            stations: 1,
            url: format!("/regions/{code}/"),
            code,
        }
    };
    codes.into_iter().zip(names).map(region).collect()
}

fn stations() -> Vec<Station> {
    let place = Place::Public { address: Some("溪口路 18 号".into()), location: Coord::new(40.5, 102.5) };
    let nuanxi = Station {
        name: "暖溪镇妇女儿童维权服务站".into(),
        region_names: vec!["示例市".into(), "示例县".into(), "暖溪镇".into()],
        phones: vec!["0000-5550123".into()],
        hours: Some(crate::hours::read("Mo-Fr 08:30-12:00").unwrap()),
        services: vec![Service::LegalAdvice],
        has: vec![Have::People],
        facilities: vec![Facility::StepFree],
        languages: vec!["示例话".into()],
        home_visits: vec![Audience::Older],
        people: vec![Person {
            role: "站长".into(),
            duty: Some("接待".into()),
            profession: Some(Profession::Mediator),
            topics: vec!["work".into()],
        }],
        duty: vec![duty()],
        note: Some("有坡道".into()),
        verified: Some(date(2026, 9, 1)),
        ..Station::new("nuanxi", StationKind::RightsStation, "990121100".parse().unwrap(), place)
    };
    let hidden = Place::Confidential { confidential: true };
    let shelter = Station {
        name: "示例县庇护中心".into(),
        region_names: vec!["示例市".into(), "示例县".into()],
        phones: vec!["0000-5550199".into()],
        ..Station::new("shelter", StationKind::Shelter, "990121".parse().unwrap(), hidden)
    };
    vec![nuanxi, shelter]
}

fn duty() -> Duty {
    Duty {
        rule: "FREQ=MONTHLY;BYMONTHDAY=25".into(),
        from: Some("09:00".parse().unwrap()),
        to: Some("11:30".parse().unwrap()),
        who: "律师坐班".into(),
        text: "每月 25 日 9:00–11:30 律师坐班".into(),
    }
}

fn campaign() -> Campaign {
    Campaign {
        slug: "end-violence-day".into(),
        title: "国际消除对妇女的暴力日".into(),
        dates: YearlyDates::parse("11-25").unwrap(),
        guides: vec!["protection-order".into()],
        topics: vec!["domestic-violence".into()],
        asked: vec!["是哪一天".into()],
        body: body("这一天说说保护令。"),
    }
}
