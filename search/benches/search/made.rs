//! Made-up records and stations: as many as wanted, always the same ones.

use pinyin::ToPinyin as _;
use search::coord::Coord;
use search::hours::{Rule, State, Timetable};
use search::record::{Hours, Kind, Place, Record, Station, ThesaurusEntry};
use search::region::Level;
use search::vocabulary::{Audience, Facility, Service, StationKind};

/// A sequence of numbers that look drawn (xorshift*).
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap_or_default() % bound
    }

    /// Small numbers far more often than large ones, about as words are used.
    fn like_words(&mut self, bound: usize) -> usize {
        let share = self.fraction();
        let bounds = f64::from(u32::try_from(bound).unwrap_or(u32::MAX));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the bound")]
        let at = bounds.powf(share) as usize;
        at.saturating_sub(1).min(bound - 1)
    }

    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 30)).unwrap_or_default()) / f64::from(1 << 30)
    }
}

/// A language: common characters and 8,000 words made of them.
pub(crate) struct Language {
    words: Vec<String>,
}

impl Language {
    pub(crate) fn new() -> Self {
        let mut draws = Draws::new(1);
        // Real law texts lean on some 2,500 characters; which ones does not matter here, only how often.
        let characters: Vec<char> = ('一'..='\u{9FA5}').step_by(8).collect();
        let mut character = || characters[draws.like_words(characters.len())];
        let words = (0..8_000)
            .map(|at| (0..if at % 9 == 0 { 1 } else { 2 }).map(|_| character()).collect())
            .collect();
        Self { words }
    }

    fn phrase(&self, draws: &mut Draws, words: usize) -> String {
        (0..words).map(|_| self.words[draws.like_words(self.words.len())].as_str()).collect()
    }

    /// As long as an article: 40 to 240 characters, a mark after every few words.
    fn article(&self, draws: &mut Draws) -> String {
        let clauses = 4 + draws.below(16);
        let clause =
            |draws: &mut Draws| self.phrase(draws, 6) + if draws.below(3) == 0 { "。" } else { "，" };
        (0..clauses).map(|_| clause(draws)).collect()
    }
}

/// So many records of the size of an article; every hundredth is a guide with questions.
pub(crate) fn records(language: &Language, count: usize) -> Vec<Record> {
    let mut draws = Draws::new(2);
    (0..count)
        .map(|at| {
            let is_guide = at % 100 == 0;
            let asked = if is_guide { 5 } else { 0 };
            let kind = if is_guide { Kind::Guide } else { Kind::Article };
            let title = format!("{}第{}条", language.phrase(&mut draws, 4), at % 1260 + 1);
            Record {
                text: language.article(&mut draws),
                topic: is_guide.then(|| format!("topic-{}", at % 8)),
                asked: (0..asked).map(|_| language.phrase(&mut draws, 6)).collect(),
                ..Record::new(kind, format!("article/{at:06}"), title, format!("/laws/{at}/"))
            }
        })
        .collect()
}

/// As large as the real one.
pub(crate) fn thesaurus(language: &Language) -> Vec<ThesaurusEntry> {
    let mut draws = Draws::new(3);
    let mut phrases =
        |count: usize, words: usize| (0..count).map(|_| language.phrase(&mut draws, words)).collect();
    (0..130)
        .map(|at| ThesaurusEntry {
            say: phrases(8, 3),
            law: phrases(2, 2),
            topic: Some(format!("topic-{}", at % 8)),
            weight: 1.0,
        })
        .collect()
}

/// Questions as long as lay people's: 10 to 60 characters, each length as often as the others.
pub(crate) fn questions(language: &Language, count: usize) -> Vec<String> {
    let mut draws = Draws::new(4);
    (0..count)
        .map(|_| {
            let length = 10 + draws.below(51);
            let ending = if draws.below(2) == 0 { "怎么办" } else { "" };
            let words: String = language.phrase(&mut draws, length).chars().take(length).collect();
            let kept = length - ending.chars().count();
            words.chars().take(kept).chain(ending.chars()).collect()
        })
        .collect()
}

/// Texts of just this many characters.
pub(crate) fn long_questions(language: &Language, count: usize, length: usize) -> Vec<String> {
    let mut draws = Draws::new(7);
    (0..count).map(|_| language.phrase(&mut draws, length).chars().take(length).collect()).collect()
}

/// Sentences of 4 to 20 syllables typed in pinyin, a blank after every word or after none.
pub(crate) fn spelled_questions(language: &Language, count: usize) -> Vec<String> {
    let mut draws = Draws::new(8);
    (0..count)
        .map(|_| {
            let (words, blank) = (2 + draws.below(9), if draws.below(2) == 0 { " " } else { "" });
            let words: Vec<String> = (0..words).map(|_| spelled(&language.phrase(&mut draws, 1))).collect();
            words.join(blank)
        })
        .collect()
}

/// What is in the box when somebody stops to look at completions: one to four characters, or one to twelve letters.
pub(crate) fn typed(language: &Language, count: usize) -> Vec<String> {
    let phrases = long_questions(language, count, 4);
    let chinese = phrases.iter().flat_map(|phrase| [1, 2, 3, 4].map(|length| beginning(phrase, length)));
    let letters = phrases.iter().flat_map(|phrase| {
        let (whole, initials) = (spelled(phrase), phrase.chars().map(initial).collect::<String>());
        [1, 2, 3, 5, 8, 12].map(|length| beginning(&whole, length)).into_iter().chain([initials])
    });
    chinese.chain(letters).filter(|typed| !typed.is_empty()).collect()
}

fn beginning(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

fn spelled(text: &str) -> String {
    text.chars().filter_map(|c| Some(c.to_pinyin()?.plain())).collect()
}

fn initial(c: char) -> char {
    c.to_pinyin().and_then(|pinyin| pinyin.first_letter().chars().next()).unwrap_or('x')
}

/// So many stations, in towns spread over a country. Their codes go by where they are, as real ones do.
pub(crate) fn stations(count: usize) -> Vec<Station> {
    let mut draws = Draws::new(5);
    let towns: Vec<(f64, f64)> =
        (0..=count / 20).map(|_| (20.0 + 30.0 * draws.fraction(), 80.0 + 50.0 * draws.fraction())).collect();
    (0..count)
        .map(|at| {
            let town = draws.below(towns.len());
            let (lat, lon) = towns[town];
            let location = Coord::new(lat + 0.2 * draws.fraction(), lon + 0.2 * draws.fraction());
            station(at, location, division(towns[town], town), &mut draws)
        })
        .collect()
}

/// A province is 5 by 10 degrees, a city 1 by 2, a county a tenth of that.
fn division((lat, lon): (f64, f64), town: usize) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2,000 to 13,000")]
    let hundredths = |degrees: f64| (degrees * 100.0) as usize;
    let (lat, lon) = (hundredths(lat) - 2_000, hundredths(lon) - 8_000);
    let province = 11 + lat / 500 * 5 + lon / 1_000;
    let city = 1 + lat % 500 / 100 * 5 + lon % 1_000 / 200;
    let county = 1 + lat % 100 / 33 * 4 + lon % 200 / 50;
    format!("{province}{city:02}{county:02}{:03}{:03}", 100 + town % 900, town / 900 % 1_000)
}

/// One in ten is of a kind, visits the old or has a private room; one in twenty has no steps; one in a thousand takes
/// people in.
fn station(at: usize, location: Option<Coord>, region: String, draws: &mut Draws) -> Station {
    let place = Place::Public { address: Some(format!("河湾路 {} 号", at % 300)), location };
    let kind = StationKind::ALL[draws.below(StationKind::ALL.len())];
    let mut one_in = |chance: usize| draws.below(chance) == 0;
    let services = [(Service::LegalAdvice, 1), (Service::Mediation, 3), (Service::Shelter, 1_000)];
    let facilities = [(Facility::StepFree, 20), (Facility::PrivateRoom, 10), (Facility::Writing, 3)];
    let facilities =
        facilities.into_iter().filter(|&(_, chance)| one_in(chance)).map(|(facility, _)| facility);
    let facilities = facilities.collect();
    let services = services.into_iter().filter(|&(_, chance)| one_in(chance)).map(|(service, _)| service);
    Station {
        name: format!("{at} 号站"),
        level: Level::Village,
        services: services.collect(),
        facilities,
        home_visits: if draws.below(10) == 0 { vec![Audience::Older] } else { Vec::new() },
        region_names: ["示例省", "示例市", "示例县", "暖溪镇", "河湾村"].map(str::to_owned).into(),
        phones: vec![format!("0999-{:07}", at * 13 % 10_000_000)],
        hours: Some(hours(draws)),
        note: (draws.below(4) == 0).then(|| "来之前先打电话，方言也可以。".to_owned()),
        verified: jiff::civil::Date::new(2026, 3, 1).ok(),
        ..Station::new(format!("station-{at:06}"), kind, region.parse().expect("a code"), place)
    }
}

/// A hundred timetables, and one station in fifty that never closes.
fn hours(draws: &mut Draws) -> Hours {
    if draws.below(50) == 0 {
        let rules = Timetable(vec![Rule::on(&[], &[])]);
        return Hours { osm: "24/7".to_owned(), text: "全天".to_owned(), rules };
    }
    let minutes = |at: usize| u16::try_from(at).expect("minutes of a day");
    let (opens, closes) = (minutes(480 + 15 * draws.below(5)), minutes(990 + 15 * draws.below(7)));
    let last_day = 5 + draws.below(3);
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let days = ["Mo-Fr", "Mo-Sa", "Mo-Su"][last_day - 5];
    let off = Rule { holidays: true, is: State::Closed, ..Rule::on(&[], &[]) };
    Hours {
        osm: format!("{days} {}-{}; PH off", clock(opens), clock(closes)),
        text: format!("{days} {}–{}，节假日休息", clock(opens), clock(closes)),
        rules: Timetable(vec![Rule::on(&[1, 2, 3, 4, 5, 6, 7][..last_day], &[(opens, closes)]), off]),
    }
}
