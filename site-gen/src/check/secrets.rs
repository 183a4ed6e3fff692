//! What other pages may not say of a confidential station: everything its own file says of where it is, and sentences that
//! name it and a place.
//!
//! Start at [`Secrets::check`]. The station's own address is refused where it is written (`stations::confidential`). An
//! editor who deletes it there must also hear of the guide, the picture's caption and the footer that say it too, because
//! once it is gone from the station nobody can look for it any more. Whole files are read as they are typed: settings,
//! texts of pictures, addresses of links, old addresses. An address field of a public station is its own affair.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use search::coord::Coord;
use search::datum::Datum;

use super::regions::Regions;
use super::stations::{
    has_house_number, has_mobile, has_web_address, is_meant_confidential, might_tell_where,
};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Drafts;
use crate::load::station::{LocationDraft, StationDraft};
use crate::source::{Blob, FileId, Hash, SourceMap, Span};

/// A point nearer than this to the place is the place.
const SAME_SPOT_M: f64 = 150.0;

/// Where confidential stations are, as far as their own files say it, and what they are called.
#[derive(Debug, Default)]
pub struct Secrets {
    names: Vec<String>,
    finder: Option<AhoCorasick>,
    /// Without blanks and widths: 灯笼路8号.
    addresses: Vec<String>,
    spots: Vec<Coord>,
    /// Digits of the telephones that stations publish.
    phones: BTreeSet<String>,
    /// Files and rows of confidential stations, which have their own check.
    own: BTreeSet<(FileId, usize, usize)>,
    /// Where a place may stand: the fields of public stations, and those that are reported anyway.
    fields: BTreeSet<(FileId, usize, usize)>,
}

impl Secrets {
    /// Takes them from the stations as they are written.
    pub fn new(drafts: &Drafts, sources: &SourceMap, regions: &Regions) -> Self {
        let mut secrets = Self::default();
        for draft in &drafts.stations {
            let spans = draft.address.iter().map(|text| text.span);
            let spans = spans.chain(draft.location.iter().map(|location| location.span));
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect();
            secrets.phones.extend(draft.phones.iter().map(|phone| digits(&phone.value)));
            secrets.fields.extend(spans.map(|span| (span.file, span.start, span.end)));
            if is_meant_confidential(draft) {
                secrets.take(draft, sources, regions);
            }
        }
        secrets.finder = AhoCorasick::new(&secrets.names).ok().filter(|_| !secrets.names.is_empty());
        secrets
    }

    fn take(&mut self, draft: &StationDraft, sources: &SourceMap, regions: &Regions) {
        let name = draft.name.value.trim();
        let short = without_divisions(name, regions);
        let names = if short == name { vec![name] } else { vec![name, short] };
        self.names.extend(names.into_iter().filter(|name| name.chars().count() >= 4).map(str::to_owned));
        let span = match draft.body {
            Some(_) => Span::new(draft.slug.span.file, 0, sources.text(draft.slug.span.file).len()),
            None => draft.span,
        };
        self.own.insert((span.file, span.start, span.end));
        self.addresses.extend(draft.address.as_ref().and_then(|text| core(&text.value, regions)));
        self.spots.extend(draft.location.iter().flat_map(spots));
    }

    /// Changes whenever a text may be found to tell more or less.
    pub fn stamp(&self) -> Hash {
        let spots: Vec<(f64, f64)> = self.spots.iter().map(|spot| (spot.lat(), spot.lon())).collect();
        let told = format!("{:?} {:?} {:?} {spots:?}", self.names, self.addresses, self.phones);
        blake3::hash(told.as_bytes()).into()
    }

    /// Reports what files tell, but for guides and digests, which are read with their texts.
    pub fn check_files(&self, sources: &SourceMap, regions: &Regions, diags: &mut Diagnostics) {
        let read_elsewhere = |path: &str| ["guides/", "cases/"].iter().any(|folder| path.starts_with(folder));
        for (file, _) in sources.texts().filter(|(file, _)| !read_elsewhere(sources.path(*file))) {
            self.check(file, sources, regions, diags);
        }
        for blob in sources.blobs().iter().filter(|blob| self.is_in_picture(blob)) {
            let message = format!("图片 {} 说了一个保密站点在哪里", blob.path);
            let hint = "名字里、图里的字里都不能有：发布以后，图片的地址里有它的名字";
            diags.push(Diagnostic::error("shelter-address", Span::start_of(blob.file), message).hint(hint));
        }
    }

    /// Reports what a file tells. `sources` has its text.
    pub fn check(&self, file: FileId, sources: &SourceMap, regions: &Regions, diags: &mut Diagnostics) {
        if self.names.is_empty() && self.addresses.is_empty() && self.spots.is_empty() {
            return;
        }
        let text = sources.text(file);
        let mut told: Vec<Range<usize>> = Vec::new();
        if !self.addresses.is_empty() {
            let squeezed = Squeezed::of(text);
            told.extend(self.addresses.iter().flat_map(|address| squeezed.find(address)));
        }
        if !self.spots.is_empty() {
            told.extend(points(text).into_iter().filter(|(_, point)| self.is_near(point)).map(|(at, _)| at));
        }
        told.retain(|at| !stands_in(&self.fields, file, at));
        let sentences = self.sentences(text, sources.path(file).ends_with(".csv"), regions);
        told.extend(sentences.into_iter().filter(|at| !stands_in(&self.own, file, at)));
        told.sort_by_key(|at| (at.start, at.end));
        told.dedup_by(|next, first| next.start < first.end);
        for at in told {
            let message = "这里说了一个保密站点在哪里：会让找她的人找到她";
            let hint = "删掉地名、路名、门牌、坐标。别的页面、图片、设置里也不能有";
            let span = Span::new(file, at.start, at.end);
            diags.push(Diagnostic::error("shelter-address", span, message).hint(hint));
        }
    }

    /// Whether a picture tells an address: it keeps its name when it is published, and a drawing its words.
    fn is_in_picture(&self, picture: &Blob) -> bool {
        let tells = |text: &str| {
            let squeezed = Squeezed::of(text);
            self.addresses.iter().any(|address| !squeezed.find(address).is_empty())
        };
        let words = || picture.bytes().is_ok_and(|bytes| tells(&String::from_utf8_lossy(&bytes)));
        !self.addresses.is_empty() && (tells(&picture.path) || (picture.path.ends_with(".svg") && words()))
    }

    fn is_near(&self, point: &(f64, f64)) -> bool {
        let there = |datum: Datum| datum.to_wgs84(point.0, point.1);
        let near = |there: Coord| self.spots.iter().any(|spot| spot.distance_m(there) <= SAME_SPOT_M);
        Datum::ALL.into_iter().filter_map(there).any(near)
    }

    /// Sentences that name a confidential station and say where it is, lead out of the site or give somebody's own number.
    fn sentences(&self, text: &str, is_table: bool, regions: &Regions) -> Vec<Range<usize>> {
        let ends = |c: char| "。！？；\n".contains(c) || (is_table && matches!(c, ',' | '"'));
        let Some(finder) = &self.finder else { return Vec::new() };
        let mut found = Vec::new();
        for name in finder.find_iter(text) {
            let start = text[..name.start()].rfind(ends).map_or(0, |at| at + 1);
            let start = text.ceil_char_boundary(start);
            let end = text[name.end()..].find(ends).map_or(text.len(), |at| name.end() + at);
            let (before, after) = (&text[start..name.start()], &text[name.end()..end]);
            if says_where_after(after, regions) || says_where_before(before) {
                found.push(name.start()..end);
            } else if has_web_address(&text[start..end])
                || has_mobile(&text[start..end], |number| self.phones.contains(number))
            {
                found.push(start..end);
            }
        }
        found
    }
}

/// Whether what follows a name says where that is: 在灯笼路, （灯笼路 8 号）, | 灯笼路 8 号 |.
fn says_where_after(after: &str, regions: &Regions) -> bool {
    const AT: [&str; 8] = ["在", "位于", "地址", "设于", "搬到", "位置", "坐标", "就是"];
    let said = AT.iter().filter_map(|word| after.find(word)).min();
    let clause = after.split(['，', ',']).next().unwrap_or(after);
    said.is_some_and(|at| might_tell_where(&after[at..], regions))
        || has_house_number(clause)
        || !points(clause).is_empty()
}

/// Whether what stands before a name says where that is: 灯笼路 8 号那栋楼是. To go somewhere else first says nothing.
fn says_where_before(before: &str) -> bool {
    const IS: [&str; 5] = ["是", "即", "叫", "有", "为"];
    let clause = before.rsplit(['，', ',']).next().unwrap_or(before);
    let leads_on = clause.ends_with('的') || IS.iter().any(|word| clause.contains(word));
    leads_on && (has_house_number(clause) || !points(clause).is_empty())
}

/// Whether a place in a file lies within one of these.
fn stands_in(spans: &BTreeSet<(FileId, usize, usize)>, file: FileId, at: &Range<usize>) -> bool {
    let before = spans.range(..=(file, at.start, usize::MAX)).rev();
    before.take_while(|span| span.0 == file).take(8).any(|span| at.end <= span.2)
}

/// A text without blanks, with half-width signs, and where each of its bytes came from.
struct Squeezed {
    text: String,
    from: Vec<(usize, usize)>,
}

impl Squeezed {
    fn of(text: &str) -> Self {
        let mut squeezed = Self { text: String::with_capacity(text.len()), from: Vec::new() };
        for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace() && !"*_`".contains(*c)) {
            squeezed.text.push(half(c));
            squeezed.from.resize(squeezed.text.len(), (at, at + c.len_utf8()));
        }
        squeezed
    }

    fn find(&self, wanted: &str) -> Vec<Range<usize>> {
        let place = |(at, found): (usize, &str)| self.from[at].0..self.from[at + found.len() - 1].1;
        self.text.match_indices(wanted).map(place).collect()
    }
}

fn half(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// 庇护中心 of 示例市示例县庇护中心.
fn without_divisions<'t>(text: &'t str, regions: &Regions) -> &'t str {
    let mut rest = text;
    while let Some(after) =
        regions.all_names().find_map(|name| rest.strip_prefix(name).filter(|_| !name.is_empty()))
    {
        rest = after;
    }
    rest
}

/// 灯笼路8号 of 示例县暖溪镇灯笼路 8 号院内三楼: what others write of an address.
fn core(address: &str, regions: &Regions) -> Option<String> {
    let squeezed = Squeezed::of(address).text;
    let rest = without_divisions(&squeezed, regions);
    let whole = rest.find('号').map_or(rest, |at| &rest[..at + '号'.len_utf8()]);
    let core = whole.split(['，', ',', '(', '。', '、']).next().unwrap_or(whole);
    // Shorter than this it would be found by chance.
    (core.chars().count() >= 4).then(|| core.to_owned())
}

/// Where a position may be: in its datum, or in any where it names none.
fn spots(location: &LocationDraft) -> Vec<Coord> {
    let degrees = |text: &str| text.trim().parse::<f64>().ok();
    let Some((lat, lon)) = degrees(&location.lat.value).zip(degrees(&location.lon.value)) else {
        return Vec::new();
    };
    let known = location.datum.as_ref().and_then(|datum| Datum::parse(&datum.value));
    let datums = known.map_or_else(|| Datum::ALL.to_vec(), |datum| vec![datum]);
    // Swapped they are still the place.
    let both = [(lat, lon), (lon, lat)];
    let there = |datum: &Datum| both.map(|(lat, lon)| datum.to_wgs84(lat, lon));
    datums.iter().flat_map(there).flatten().collect()
}

/// Pairs of degrees in a text, as latitude and longitude, however they are written.
pub fn points(text: &str) -> Vec<(Range<usize>, (f64, f64))> {
    /// Between the two: 北纬40.5，东经102.5 and `lat: 40.5, lon: 102.5`.
    const APART: usize = 24;
    let numbers = degrees_in(text);
    let pairs = numbers.windows(2).filter(|pair| pair[1].0.start.saturating_sub(pair[0].0.end) <= APART);
    let point = |pair: &[(Range<usize>, f64)]| {
        let (a, b) = (pair[0].1, pair[1].1);
        let in_china = |lat: f64, lon: f64| (3.0..=54.0).contains(&lat) && (73.0..=136.0).contains(&lon);
        let at = pair[0].0.start..pair[1].0.end;
        match (in_china(a, b), in_china(b, a)) {
            (true, _) => Some((at, (a, b))),
            (_, true) => Some((at, (b, a))),
            _ => None,
        }
    };
    pairs.filter_map(point).collect()
}

/// Numbers with three decimals or more, and degrees with their minutes.
fn degrees_in(text: &str) -> Vec<(Range<usize>, f64)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, value, exact) = degrees_at(text, at);
        if exact {
            found.push((at..end, value));
        }
        at = end;
    }
    found
}

/// What begins with the digit at `start`: where it ends, its value, and whether it is written like a position.
fn degrees_at(text: &str, start: usize) -> (usize, f64, bool) {
    const SIGNS: [&[&str]; 3] = [&["°", "度"], &["′", "'", "’", "分"], &["″", "\"", "”", "秒"]];
    let number = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse::<f64>().ok().map(|value| (at + end, value))
    };
    let decimals =
        |from: usize, to: usize| text[from..to].split_once('.').map_or(0, |(_, digits)| digits.len());
    let Some((mut end, mut value)) = number(start) else {
        let digits = text[start..].find(|c: char| !c.is_ascii_digit() && c != '.');
        return (digits.map_or(text.len(), |at| start + at), 0.0, false);
    };
    let mut exact = decimals(start, end) >= 3;
    let mut unit = 1.0;
    for (depth, signs) in SIGNS.iter().enumerate() {
        let Some(sign) = signs.iter().find(|sign| text[end..].starts_with(**sign)) else { break };
        let after = end + sign.len();
        exact |= depth == 1;
        end = after;
        let blank = text[after..].len() - text[after..].trim_start_matches(' ').len();
        let Some((next, part)) = number(after + blank).filter(|(next, part)| {
            *part < 60.0
                && SIGNS
                    .get(depth + 1)
                    .is_some_and(|signs| signs.iter().any(|sign| text[*next..].starts_with(sign)))
        }) else {
            break;
        };
        unit *= 60.0;
        value += part / unit;
        end = next;
    }
    (end, value, exact)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_point_is_found_however_it_is_written() {
        for written in [
            "40.47771,102.57771",
            "坐标 102.57771，40.47771。",
            "lat: 40.47771, lon: 102.57771",
            "北纬40°28′39.8″、东经102°34′39.8″",
            "N40°28'39.8\" E102°34'39.8\"",
            "北纬 40 度 28 分".replace(' ', "").as_str(),
        ] {
            let found = points(written);
            if written.starts_with("北纬40度") {
                assert!(found.is_empty(), "one number is no point");
                continue;
            }
            assert_eq!(found.len(), 1, "{written}: {found:?}");
            let (lat, lon) = found[0].1;
            assert!((lat - 40.47771).abs() < 1e-4 && (lon - 102.57771).abs() < 1e-4, "{written}: {found:?}");
        }
        for harmless in
            ["12338、110", "3.14159", "2026.10.19 到 2026.11.20", "40 到 102 人", "1.5 和 2.5", "40.4.7.7.1"]
        {
            assert!(points(harmless).is_empty(), "{harmless}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.°′″度分秒'\"东经北纬NE ,，]{0,30}") {
            for (at, _) in points(&text) {
                prop_assert!(text.get(at).is_some());
            }
        }
    }
}
