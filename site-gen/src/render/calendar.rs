//! Calendars (RFC 5545): the dates of campaigns and the duty days of stations, for phones to subscribe to.
//!
//! Start at [`all`]. Days come from the content: a build knows no today, so a recurring event begins on the first of its
//! days after somebody last checked it. A confidential station has no duty that is public, so none is here.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use search::record::{Duty, Station};

use super::press::{Press, Sheet};
use crate::model::{Campaign, YearlyDates};

/// Where recurring events begin that nobody has dated: a Monday, and a leap year for the 29th of February.
const BEGINNING: Date = Date::constant(2024, 1, 1);
/// Octets of a line at most, its end left out (RFC 5545, 3.1).
const LINE: usize = 75;

/// China has had one time and no summer time since 1991.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T000000\r\n\
                    TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// Every calendar: the site's, each station's and each division's that has duty days.
pub(super) fn all(press: &Press<'_>) -> Vec<Sheet> {
    let site = press.site;
    let mut everything = Calendar::new(press, &site.settings.title);
    for campaign in &site.campaigns {
        everything.campaign(campaign);
    }
    let on_duty = || site.stations.iter().filter(|station| has_calendar(station));
    on_duty().for_each(|station| everything.duties(station));
    let mut sheets = vec![("calendar.ics".to_owned(), everything.finish())];
    for station in on_duty() {
        let mut calendar = Calendar::new(press, &station.name);
        calendar.duties(station);
        sheets.push((format!("stations/{}/calendar.ics", station.id), calendar.finish()));
    }
    for (code, stations) in press.library.on_duty() {
        let Some(region) = press.library.region(code) else { continue };
        let mut calendar = Calendar::new(press, &format!("{}的值班和接访日", region.name));
        for station in stations {
            calendar.duties(station);
        }
        sheets.push((format!("regions/{code}/calendar.ics"), calendar.finish()));
    }
    sheets
}

/// Whether there are days for it. Those of confidential stations are in no calendar.
pub(super) fn has_calendar(station: &Station) -> bool {
    !station.is_confidential() && !station.duty.is_empty()
}

/// A calendar being written.
struct Calendar<'p> {
    base_url: &'p str,
    /// What makes ids unique in the world: the name of the server.
    host: &'p str,
    text: String,
}

impl<'p> Calendar<'p> {
    fn new(press: &'p Press<'_>, name: &str) -> Self {
        let base_url = press.site.settings.base_url.as_str();
        let host = base_url.split("//").nth(1).unwrap_or(base_url);
        let host = host.split(['/', ':']).next().unwrap_or(host);
        let mut calendar = Self { base_url, host, text: String::new() };
        calendar.line("BEGIN", "VCALENDAR");
        calendar.line("VERSION", "2.0");
        calendar.line("PRODID", "-//Nuanzhan//site-gen//ZH");
        calendar.line("CALSCALE", "GREGORIAN");
        calendar.line("X-WR-CALNAME", &text(name));
        calendar.text.push_str(ZONE);
        calendar
    }

    fn finish(mut self) -> Vec<u8> {
        self.line("END", "VCALENDAR");
        self.text.into_bytes()
    }

    fn campaign(&mut self, campaign: &Campaign) {
        let (from, to, yearly) = match campaign.dates {
            YearlyDates::Once { from, to } => (Some(from), Some(to), false),
            YearlyDates::Yearly { from, to } => (in_first_year(from), in_first_year(to), true),
        };
        let (Some(from), Some(to)) = (from, to) else { return };
        self.begin(&format!("campaign-{}", campaign.slug), from);
        self.days(from, to);
        if yearly {
            self.line("RRULE", "FREQ=YEARLY");
        }
        self.line("SUMMARY", &text(&campaign.title));
        self.line("URL", &format!("{}{}", self.base_url, campaign.url()));
        self.end();
    }

    fn duties(&mut self, station: &Station) {
        for duty in &station.duty {
            self.duty(station, duty);
        }
    }

    fn duty(&mut self, station: &Station, duty: &Duty) {
        // A rule without any day in more than a year was let through by nobody.
        let Some(first) = first_day(&duty.rule, station.verified.unwrap_or(BEGINNING)) else { return };
        // By what it says, not by its place in the list: another duty before it changes nothing.
        let said =
            blake3::hash(format!("{}|{:?}|{}", duty.rule, duty.minutes(), duty.who).as_bytes()).to_hex();
        self.begin(&format!("duty-{}-{}", station.id, &said[..8]), first);
        match duty.minutes() {
            None => self.days(first, first),
            Some((from, to)) => {
                self.moment("DTSTART", first, from);
                self.moment("DTEND", first, to);
            }
        }
        self.line("RRULE", &duty.rule);
        self.line("SUMMARY", &text(&format!("{} · {}", duty.who, station.name)));
        if let Some(address) = station.address() {
            self.line("LOCATION", &text(address));
        }
        if let Some(at) = station.location() {
            self.line("GEO", &format!("{:.6};{:.6}", at.lat(), at.lon()));
        }
        let call = station.phones.first().map_or(String::new(), |phone| format!("先打电话 {phone} 问一声。"));
        let advice = format!("{}。节假日可能不在。{call}", duty.text);
        self.line("DESCRIPTION", &text(&advice));
        self.line("URL", &format!("{}{}", self.base_url, station.url));
        self.end();
    }

    fn begin(&mut self, id: &str, stamp: Date) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &format!("{id}@{}", self.host));
        // When the event was last said to be so: there is no clock to say when it was written.
        self.line("DTSTAMP", &format!("{}T000000Z", compact(stamp)));
    }

    fn end(&mut self) {
        self.line("TRANSP", "TRANSPARENT");
        self.line("END", "VEVENT");
    }

    /// Whole days: the end is the day after the last.
    fn days(&mut self, from: Date, to: Date) {
        self.line("DTSTART;VALUE=DATE", &compact(from));
        self.line("DTEND;VALUE=DATE", &compact(after(to, 1.day())));
    }

    fn moment(&mut self, name: &str, day: Date, minutes: u16) {
        let day = after(day, i64::from(minutes / 1440).days());
        let (hour, minute) = (minutes % 1440 / 60, minutes % 60);
        self.line(&format!("{name};TZID=Asia/Shanghai"), &format!("{}T{hour:02}{minute:02}00", compact(day)));
    }

    /// One line, folded where it is too long and never within a character.
    fn line(&mut self, name: &str, value: &str) {
        let mut room = LINE;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.text.push_str("\r\n ");
                room = LINE - 1;
            }
            room -= c.len_utf8();
            self.text.push(c);
        }
        self.text.push_str("\r\n");
    }
}

/// A text value (RFC 5545, 3.3.11).
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn in_first_year((month, day): (i8, i8)) -> Option<Date> {
    Date::new(BEGINNING.year(), month, day).ok()
}

fn after(day: Date, span: Span) -> Date {
    // Only the end of time has no day after it.
    day.checked_add(span).unwrap_or(day)
}

/// The first day of `rule` on or after `from`.
fn first_day(rule: &str, from: Date) -> Option<Date> {
    from.series(1.day()).take(800).find(|day| crate::duty::falls_on(rule, *day))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::render::sample;

    fn calendars() -> std::collections::BTreeMap<String, String> {
        let site = sample::site();
        let press = Press::new(&site).unwrap();
        all(&press).into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
    }

    #[test]
    fn there_is_one_for_the_site_for_each_station_on_duty_and_for_the_divisions_around_it() {
        let calendars = calendars();
        let paths: Vec<&str> = calendars.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "calendar.ics",
                "regions/990100/calendar.ics",
                "regions/990121/calendar.ics",
                "regions/990121100/calendar.ics",
                "stations/nuanxi/calendar.ics"
            ]
        );
        assert!(calendars.values().all(|calendar| !calendar.contains("庇护")), "nothing of the shelter");
    }

    #[test]
    fn a_duty_keeps_its_rule_and_begins_on_one_of_its_days() {
        let calendar = &calendars()["stations/nuanxi/calendar.ics"];
        let unfolded = calendar.replace("\r\n ", "");
        for line in [
            "DTSTART;TZID=Asia/Shanghai:20260925T090000",
            "DTEND;TZID=Asia/Shanghai:20260925T113000",
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=25",
            "SUMMARY:律师坐班 · 暖溪镇妇女儿童维权服务站",
            "LOCATION:溪口路 18 号",
        ] {
            assert!(unfolded.lines().any(|have| have == line), "{line}\n{unfolded}");
        }
        let whole = &calendars()["calendar.ics"];
        assert!(
            whole.contains(
                "DTSTART;VALUE=DATE:20241125\r\nDTEND;VALUE=DATE:20241126\r\nRRULE:FREQ=YEARLY\r\n"
            )
        );
    }

    #[test]
    fn first_days_are_days_of_the_rule() {
        let from = date(2026, 9, 1);
        for (rule, first) in [
            ("FREQ=DAILY", date(2026, 9, 1)),
            ("FREQ=WEEKLY;BYDAY=MO,FR", date(2026, 9, 4)),
            ("FREQ=MONTHLY;BYMONTHDAY=25", date(2026, 9, 25)),
            ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 10, 31)),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", date(2026, 9, 30)),
            ("FREQ=MONTHLY;BYDAY=1MO", date(2026, 9, 7)),
            ("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 9, 25)),
            ("FREQ=MONTHLY;BYDAY=5TU", date(2026, 9, 29)),
        ] {
            assert_eq!(first_day(rule, from), Some(first), "{rule}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_short_and_unfold_to_what_was_said(value in "[ -~一-龥\n;,\\\\]{0,200}") {
            let site = sample::site();
            let press = Press::new(&site).unwrap();
            let mut calendar = Calendar::new(&press, "x");
            calendar.text.clear();
            calendar.line("SUMMARY", &text(&value));
            let written = calendar.text;
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE), "{}", written);
            let unfolded = written.replace("\r\n ", "");
            let said = unfolded.strip_prefix("SUMMARY:").unwrap().strip_suffix("\r\n").unwrap();
            let mut back = String::new();
            let mut chars = said.chars();
            while let Some(c) = chars.next() {
                back.push(match c { '\\' => match chars.next().unwrap() { 'n' => '\n', c => c }, c => c });
            }
            prop_assert_eq!(back, value);
        }
    }
}
