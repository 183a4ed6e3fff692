//! Sketches of where things lie, drawn by us at build time: stations and the seats of townships by position, a scale, north.
//!
//! Start at [`of_directory`] and [`of_coverage`]. No tile server is asked, nothing is loaded, and it prints. There are no borders on them:
//! a published map with borders needs an official review number (`docs/decisions/0024-service-circle.md`), so a sketch says of itself that it is none. Whatever is
//! in a picture stands in a list beside it too. A confidential station has no position, so it can't be drawn.

mod names;
mod paper;
mod signs;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pulldown_cmark_escape::{FmtWriter, escape_html};
use search::coord::Coord;
use search::record::Station;
use search::region::Region;
use serde::Serialize;

use super::links::Link;
use super::press::Html;
use crate::coverage::{Reach, Start, Village};
use names::{LETTER, Names};
use paper::{Paper, Point, WIDTH};
pub(super) use signs::Sign;
use signs::{RADIUS, Shape};

/// Of the strip with the scale and the arrow.
const STRIP: f64 = 34.0;
/// Marks closer than this would lie on each other: they become one.
const CLOSE: f64 = 2.0 * RADIUS + 2.0;
/// Stations closer than this are one among villages.
const CLOSE_DOTS: f64 = 7.0;

/// A picture and what is told beside it.
#[derive(Debug, Serialize)]
pub(super) struct Sketch {
    /// The picture.
    svg: Html,
    /// What the shapes mean.
    signs: Vec<Sign>,
    /// What lies at each number, from 1.
    spots: Vec<Vec<Link>>,
    /// Whose names found no room.
    unnamed: Vec<String>,
}

/// Stations that lie at one spot of the paper.
struct Spot<'a> {
    at: Point,
    stations: Vec<&'a Station>,
}

/// Where the stations of `region` are, with the divisions in it by name: those that have a position. `None` where there are not
/// two of them in different places.
pub(super) fn of_directory(region: &Region, stations: &[&Station], within: &[&Region]) -> Option<Sketch> {
    let placed: Vec<(&Station, Coord)> =
        stations.iter().filter_map(|station| Some((*station, station.location()?))).collect();
    let seats: Vec<(&Region, Coord)> =
        within.iter().filter_map(|seat| Some((*seat, seat.location?))).collect();
    let all: Vec<Coord> = placed.iter().map(|(_, at)| *at).chain(seats.iter().map(|(_, at)| *at)).collect();
    let paper = Paper::new(&all).filter(|_| !placed.is_empty())?;
    let spots = spots(&paper, &placed);
    let mut drawing = Drawing::new(paper);
    for (_, at) in &seats {
        drawing.mark(Shape::Seat, drawing.paper.point(*at));
    }
    for (number, spot) in (1..).zip(&spots) {
        drawing.spot(number, spot);
    }
    spots.iter().filter(|spot| spot.stations.len() > 1).for_each(|spot| drawing.count(spot));
    for (seat, at) in &seats {
        drawing.name(*at, &seat.name, "");
    }
    let title = format!("{}的站点示意图", region.name);
    let text = format!(
        "上北下南。{} 个站点，画成 {} 个带号码的标记，离得近的合成一个；小方块是{}。每个号码有哪些站点，列在图的旁边。",
        placed.len(),
        spots.len(),
        seat_words(within)
    );
    let link = |station: &&Station| {
        let kind = station.kind.chinese();
        // Most names say it already.
        let note = (!station.name.contains(kind)).then(|| kind.to_owned());
        Link::new(&station.name, &station.url).with_note(note)
    };
    let spots = spots.iter().map(|spot| spot.stations.iter().map(link).collect()).collect();
    Some(drawing.finished((&title, &text), seat_words(within), spots))
}

/// How well the villages of `region` are served: each by how long the way is, those beyond an hour by name. Villages of which only the
/// township's seat is known would all lie there, so they are left to the list.
pub(super) fn of_coverage(
    region: &Region,
    villages: &[&Village<'_>],
    seats: &[&Region],
    stations: &[&Station],
) -> Option<Sketch> {
    let placed = |village: &&&Village<'_>| village.from == Start::Village;
    let mut drawn: Vec<(&Village<'_>, Coord)> = villages
        .iter()
        .filter(placed)
        .filter_map(|village| Some((*village, village.region.location?)))
        .collect();
    let dots: Vec<Coord> = stations.iter().filter_map(|station| station.location()).collect();
    let seats: Vec<(&Region, Coord)> =
        seats.iter().filter_map(|seat| Some((*seat, seat.location?))).collect();
    let all = drawn.iter().map(|(_, at)| *at).chain(dots.iter().copied());
    let all: Vec<Coord> = all.chain(seats.iter().map(|(_, at)| *at)).collect();
    let mut drawing = Drawing::new(Paper::new(&all).filter(|_| !drawn.is_empty())?);
    for (_, at) in &seats {
        drawing.mark(Shape::Seat, drawing.paper.point(*at));
    }
    let mut seen: Vec<Point> = Vec::new();
    for at in dots {
        let point = drawing.paper.point(at);
        if seen.iter().all(|other| other.distance(point) >= CLOSE_DOTS) {
            drawing.mark(Shape::Station, point);
            drawing.names.keep_off(point, CLOSE_DOTS);
            seen.push(point);
        }
    }
    // The worst last, on top of the others.
    drawn.sort_by_key(|(village, _)| village.reach());
    for (village, at) in &drawn {
        let shape = match village.reach() {
            Reach::HalfHour => Shape::Near,
            Reach::Hour => Shape::Middling,
            Reach::Beyond | Reach::Unknown => Shape::Far,
        };
        let point = drawing.paper.point(*at);
        drawing.mark(shape, point);
        drawing.names.keep_off(point, 4.0);
    }
    for (village, at) in drawn.iter().filter(|(village, _)| village.reach() == Reach::Beyond) {
        drawing.name(*at, &village.region.name, " far");
    }
    for (seat, at) in &seats {
        drawing.name(*at, &seat.name, "");
    }
    let title = format!("{}的服务圈示意图", region.name);
    let text = format!(
        "上北下南。{} 个知道位置的村：实心圆点 30 分钟以内，圆圈 60 分钟以内，叉超过 60 分钟；菱形是站点，小方块是乡镇、街道的驻地。数目和走得久的村列在图的旁边。",
        drawn.len()
    );
    Some(drawing.finished((&title, &text), "乡镇、街道的驻地", Vec::new()))
}

fn seat_words(within: &[&Region]) -> &'static str {
    match within.first().map(|region| region.code.as_str().len()) {
        Some(12) => "村、社区",
        _ => "乡镇、街道的驻地",
    }
}

/// Stations by where they are on the paper, the outermost first at each spot; spots from north to south.
fn spots<'a>(paper: &Paper, placed: &[(&'a Station, Coord)]) -> Vec<Spot<'a>> {
    let mut placed: Vec<(&Station, Point)> =
        placed.iter().map(|(station, at)| (*station, paper.point(*at))).collect();
    placed.sort_by_key(|(station, _)| (station.level, station.kind, station.id.as_str()));
    let mut spots: Vec<Spot<'a>> = Vec::new();
    for (station, at) in placed {
        let mut near: Vec<&mut Spot<'_>> =
            spots.iter_mut().filter(|spot| spot.at.distance(at) < CLOSE).collect();
        near.sort_by(|a, b| a.at.distance(at).total_cmp(&b.at.distance(at)));
        match near.into_iter().next() {
            Some(spot) => spot.stations.push(station),
            None => spots.push(Spot { at, stations: vec![station] }),
        }
    }
    spots.sort_by(|a, b| a.at.y.total_cmp(&b.at.y).then(a.at.x.total_cmp(&b.at.x)));
    spots
}

/// What is being drawn.
struct Drawing {
    paper: Paper,
    names: Names,
    shapes: BTreeSet<Shape>,
    marks: String,
    texts: String,
    unnamed: Vec<String>,
}

impl Drawing {
    fn new(paper: Paper) -> Self {
        let names = Names::new(paper.height);
        let (marks, texts) = (String::new(), String::new());
        Self { paper, names, shapes: BTreeSet::new(), marks, texts, unnamed: Vec::new() }
    }

    fn mark(&mut self, shape: Shape, at: Point) {
        self.shapes.insert(shape);
        let _ =
            write!(self.marks, "<use href=\"#{}\" x=\"{}\" y=\"{}\"/>", shape.id(), tenth(at.x), tenth(at.y));
    }

    /// A mark with its number.
    fn spot(&mut self, number: usize, spot: &Spot<'_>) {
        let kind = spot.stations[0].kind;
        let alike = spot.stations.iter().all(|station| station.kind == kind);
        self.mark(if alike { Shape::Kind(kind) } else { Shape::Mixed }, spot.at);
        self.names.keep_off(spot.at, RADIUS);
        let Point { x, y } = spot.at;
        let _ = write!(
            self.marks,
            "<text class=\"n\" x=\"{}\" y=\"{}\">{number}</text>",
            tenth(x),
            tenth(y + 3.8)
        );
    }

    /// How many stations lie at a spot, beside its mark where there is room: the list tells it too.
    fn count(&mut self, spot: &Spot<'_>) {
        let count = spot.stations.len();
        if let Some(Point { x, y }) = self.names.corner(spot.at, &count.to_string()) {
            let (x, y) = (tenth(x), tenth(y));
            let _ = write!(self.texts, "<text class=\"c\" x=\"{x}\" y=\"{y}\">×{count}</text>");
        }
    }

    fn name(&mut self, at: Coord, name: &str, class: &str) {
        let Some(Point { x, y }) = self.names.place(self.paper.point(at), name) else {
            self.unnamed.push(name.to_owned());
            return;
        };
        let name = escaped(name);
        let _ = write!(
            self.texts,
            "<text class=\"t{class}\" x=\"{}\" y=\"{}\">{name}</text>",
            tenth(x),
            tenth(y)
        );
    }

    fn finished(self, (title, text): (&str, &str), seat: &str, spots: Vec<Vec<Link>>) -> Sketch {
        let height = self.paper.height + STRIP;
        let mut svg = format!(
            "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"map-title map-text\">\
             <title id=\"map-title\">{}</title><desc id=\"map-text\">{}</desc><defs>",
            escaped(title),
            escaped(text)
        );
        for shape in &self.shapes {
            let (outline, class) = shape.path();
            let _ = write!(svg, "<path id=\"{}\" class=\"{class}\" d=\"{outline}\"/>", shape.id());
        }
        let _ = write!(svg, "</defs>{}{}{}</svg>", self.marks, self.texts, strip(&self.paper));
        let signs = self.shapes.iter().map(|shape| shape.sign(seat)).collect();
        Sketch { svg: Html(svg), signs, spots, unnamed: self.unnamed }
    }
}

/// The scale to the left, the arrow to the right.
fn strip(paper: &Paper) -> String {
    let (length, words) = paper.bar();
    let (base, end) = (paper.height + 20.0, tenth(12.0 + length));
    let (arrow, letters) = (WIDTH - 34.0, base + LETTER * 0.35);
    format!(
        "<path d=\"M12 {}v6H{end}v-6\"/><text x=\"{}\" y=\"{letters}\">{words}</text>\
         <path class=\"d\" d=\"M{arrow} {}l5 20-5-4-5 4z\"/><text x=\"{}\" y=\"{letters}\">北</text>",
        base - 4.0,
        tenth(20.0 + length),
        base - 14.0,
        arrow + 10.0,
    )
}

/// To a tenth of a unit, which is less than a hair on paper.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = escape_html(FmtWriter(&mut out), text);
    out
}

#[cfg(test)]
mod tests;
