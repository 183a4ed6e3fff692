//! A made-up site with one station of each sort.

use jiff::civil::{Time, date};
use search::coord::Coord;
use search::hours::{Rule, State, Timetable};
use search::hsds::Mapping;
use search::record::{Duty, Hours, Person, Place, Site, Station, Topic};
use search::region::{Level, Region};
use search::vocabulary::{Audience, Facility, Have, Profession, Service, StationKind};

fn site() -> Site {
    Site {
        name: "暖站".into(),
        title: "示例市妇女儿童维权服务".into(),
        base_url: "https://nuanzhan.example".into(),
        region: "990100".parse().unwrap(),
        exit_url: "https://www.example.com/".into(),
        clocks: search::clocks::Clocks::default(),
        holidays: search::hours::holidays::Holidays::known().clone(),
    }
}

fn topics() -> Vec<Topic> {
    let topic = |slug: &str, title: &str| Topic {
        slug: slug.into(),
        title: title.into(),
        summary: "先安全，再说理。".into(),
        url: format!("/topics/{slug}/"),
        emergency: false,
    };
    vec![topic("domestic-violence", "反家庭暴力"), topic("labour", "劳动")]
}

pub(crate) fn regions() -> Vec<Region> {
    let region = |(code, name): (&str, &str)| {
        let code: search::region::RegionCode = code.parse().unwrap();
        let (level, parent, url) = (code.level(), code.parent(), format!("/regions/{code}/"));
        Region { code, name: name.into(), level, parent, location: None, stations: 1, url }
    };
    [("990100", "示例市"), ("990121", "示例县"), ("990121100", "暖溪镇")].map(region).to_vec()
}

pub(crate) const CANARY: &str = "灯塔巷七号";

/// One of each sort: all that can be said, nothing, a shelter whose record says more than it should.
pub(crate) fn stations() -> Vec<Station> {
    let bare = Place::Public { address: None, location: None };
    let by_address = Place::Public { address: Some("示例县大街 1 号".into()), location: None };
    let at = |at: f64| Place::Public { address: None, location: Coord::new(40.0, 100.0 + at) };
    let county = || "990121".parse().unwrap();
    let mut all = vec![full(), shelter(), Station::new("bare", StationKind::Police, county(), bare)];
    all.push(Station {
        region_names: names(&["示例市", "示例县"]),
        level: Level::County,
        services: vec![Service::LegalAdvice],
        ..Station::new("county", StationKind::LegalAid, county(), by_address)
    });
    all.extend(StationKind::ALL.iter().zip(0..).map(|(&kind, number)| {
        Station::new(format!("kind-{number:03}"), kind, county(), at(f64::from(number) / 100.0))
    }));
    all
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn full() -> Station {
    let place = Place::Public {
        address: Some("示例县暖溪镇人民路 18 号".into()),
        location: Coord::new(40.45, 102.6),
    };
    Station {
        name: "暖溪镇妇女儿童维权服务站".into(),
        region_names: names(&["示例市", "示例县", "暖溪镇"]),
        parent: Some("county".into()),
        phones: names(&["0000-5550123", "0000-5550124"]),
        hours: Some(hours()),
        services: Service::ALL.to_vec(),
        has: Have::ALL.to_vec(),
        facilities: Facility::ALL.to_vec(),
        languages: names(&["暖溪话", "苗语"]),
        audience: vec![Audience::Women, Audience::Children],
        home_visits: vec![Audience::Older],
        people: people(),
        duty: vec![monthly(), daily("站长", "每天站长")],
        serves: Some("镇里的人".into()),
        note: Some("有坡道".into()),
        verified: Some(date(2026, 9, 16)),
        ..Station::new("nuanxi", StationKind::RightsStation, "990121100".parse().unwrap(), place)
    }
}

fn hours() -> Hours {
    Hours {
        osm: "Mo-Fr 08:30-12:00,14:00-17:30; Sa[1] 09:00-11:00; PH off".into(),
        text: "周一至周五 8:30–12:00、14:00–17:30；每月第一个周六 9:00–11:00；法定节假日休息".into(),
        rules: Timetable(vec![
            Rule::on(&[1, 2, 3, 4, 5], &[(510, 720), (840, 1050)]),
            Rule { nth: vec![1], ..Rule::on(&[6], &[(540, 660)]) },
            Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) },
        ]),
    }
}

fn people() -> Vec<Person> {
    let mediator = Person { role: "调解员".into(), duty: None, profession: None, topics: Vec::new() };
    let lawyer = Person {
        role: "坐班律师".into(),
        duty: Some("每月 25 日坐班".into()),
        profession: Some(Profession::Lawyer),
        topics: names(&["domestic-violence"]),
    };
    vec![lawyer, mediator.clone(), mediator]
}

fn monthly() -> Duty {
    Duty {
        rule: "FREQ=MONTHLY;BYMONTHDAY=25".into(),
        from: Time::new(9, 0, 0, 0).ok(),
        to: Time::new(11, 30, 0, 0).ok(),
        who: "律师".into(),
        text: "每月 25 日 9:00–11:30 律师坐班".into(),
    }
}

fn daily(who: &str, text: &str) -> Duty {
    Duty { rule: "FREQ=DAILY".into(), from: None, to: None, who: who.into(), text: text.into() }
}

fn shelter() -> Station {
    let place = Place::Confidential { confidential: true };
    Station {
        name: "示例县庇护中心".into(),
        region_names: names(&["示例市", "示例县", "暖溪镇"]),
        phones: names(&["0000-5550199"]),
        services: vec![Service::Shelter],
        hours: Some(Hours {
            osm: "24/7".into(),
            text: "全天".into(),
            rules: Timetable(vec![Rule::on(&[], &[(0, 1440)])]),
        }),
        has: vec![Have::Premises],
        facilities: Facility::ALL.to_vec(),
        people: vec![Person {
            role: CANARY.into(),
            duty: Some(CANARY.into()),
            profession: Some(Profession::Doctor),
            topics: Vec::new(),
        }],
        duty: vec![daily(CANARY, CANARY)],
        serves: Some(CANARY.into()),
        note: Some(CANARY.into()),
        verified: Some(date(2026, 10, 1)),
        ..Station::new("shelter", StationKind::Shelter, "990121100".parse().unwrap(), place)
    }
}

pub(crate) struct Made {
    pub(crate) site: Site,
    pub(crate) regions: Vec<Region>,
    pub(crate) topics: Vec<Topic>,
    pub(crate) stations: Vec<Station>,
}

impl Made {
    pub(crate) fn new() -> Self {
        Self { site: site(), regions: regions(), topics: topics(), stations: stations() }
    }

    pub(crate) fn mapping(&self) -> Mapping<'_> {
        Mapping { site: &self.site, regions: &self.regions, topics: &self.topics, with_terms: true }
    }

    pub(crate) fn station(&self, id: &str) -> &Station {
        self.stations.iter().find(|station| station.id == id).unwrap()
    }
}
