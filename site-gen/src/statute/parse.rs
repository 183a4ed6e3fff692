//! Makes a [`Volume`] of one file of the library.
//!
//! Start at [`volume`]. One look over the lines tells how the text numbers its articles, a second one takes it apart; both
//! are linear. Any bytes give a volume or a [`Fault`], never a panic. Texts have slips: whatever is not understood is kept
//! as a paragraph where it stands, and nothing of the text is lost but comments and the title said twice.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::line::{self, Head, Style};
use super::text::{Article, Block, Heading, Paragraph, ParagraphKind, Volume, trim};
use super::{dates, text};

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Of which sort it is.
    pub kind: FaultKind,
    /// Where, in bytes of the file.
    pub at: Range<usize>,
    /// What was found, in plain Chinese.
    pub message: String,
    /// What was expected.
    pub hint: String,
}

/// The sorts of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no text.
    Unread,
    /// The numbers of its articles are not in order.
    Order,
    /// A chapter has no article.
    Chapter,
}

/// A file larger than this is no statute. In bytes.
const LARGEST: usize = 32 << 20;

/// Reads the file at `path`. A text with slips is a volume and faults that are not fatal.
pub fn volume(path: &str, source: Arc<str>) -> (Option<Volume>, Vec<Fault>) {
    if source.len() > LARGEST {
        let message = format!("这个文件有 {} MB，不像一部法规", source.len() >> 20);
        return (None, vec![fatal(0..0, message, "一个文件放一部法规的一个版本")]);
    }
    let text = Arc::clone(&source);
    let mut parser = Parser::new(&text, path);
    for row in parser.lines() {
        parser.take(row);
    }
    parser.close_article();
    let Parser { mut out, mut faults, titled, heads, style, .. } = parser;
    let listed = drop_contents(&mut out);
    if style == Style::Articles {
        faults.extend(empty_chapter(&out, &heads, listed));
    }
    if !titled || out.paragraphs.is_empty() {
        let (message, hint) = match titled {
            false => ("没有找到法规的名称", "第一行写 # 加法规全名"),
            true => ("只有名称，没有正文", "名称下面写正文，每条以“第几条”开头"),
        };
        faults.push(fatal(0..0, message, hint));
        return (None, faults);
    }
    out.source = source;
    (Some(out), faults)
}

fn fatal(at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault { kind: FaultKind::Unread, at, message: message.into(), hint: hint.into() }
}

/// A line without blanks around it, and where it begins.
#[derive(Debug, Clone, Copy)]
struct Row<'t> {
    start: usize,
    text: &'t str,
}

/// Where in a file the parser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Between title and text.
    Info,
    /// In the text.
    Text,
    /// In what is attached.
    Annex,
}

struct Parser<'t> {
    text: &'t str,
    out: Volume,
    faults: Vec<Fault>,
    stage: Stage,
    style: Style,
    titled: bool,
    /// Where the lines between title and text end, where a mark says so.
    info_end: Option<usize>,
    /// Headings that are open: their number signs, the rank of their unit, their place.
    open: Vec<(u8, Option<u8>, usize)>,
    /// Where the line is that is being read, and where each heading was.
    at: Range<usize>,
    heads: Vec<Range<usize>>,
    /// How often each number has occurred.
    seen: BTreeMap<crate::model::ArticleNo, u8>,
    last: Option<crate::model::ArticleNo>,
    in_article: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, path: &str) -> Self {
        let info_end = text.find("INFO END");
        let mut parser = Self {
            text,
            out: Volume {
                path: path.to_owned(),
                source: Arc::from(""),
                title: String::new(),
                book: None,
                events: Vec::new(),
                headings: Vec::new(),
                articles: Vec::new(),
                paragraphs: Vec::new(),
                blocks: Vec::new(),
            },
            faults: Vec::new(),
            stage: Stage::Info,
            style: Style::None,
            titled: false,
            info_end,
            open: Vec::new(),
            at: 0..0,
            heads: Vec::new(),
            seen: BTreeMap::new(),
            last: None,
            in_article: false,
        };
        parser.style = parser.find_style();
        parser
    }

    /// Every line that is not empty.
    fn lines(&self) -> impl Iterator<Item = Row<'t>> + use<'t> {
        let text = self.text;
        let head = front_matter(text);
        let rows = text[head..].split(['\n', '\r', '\u{2028}', '\u{2029}']);
        rows.filter_map(move |line| {
            let bare = trim(line);
            // Both are parts of one string: the difference of their places is where the line begins.
            let start = bare.as_ptr() as usize - text.as_ptr() as usize;
            (!bare.is_empty()).then_some(Row { start, text: bare })
        })
    }

    /// How the articles are numbered. A text that changes another one quotes that one's articles, so there whichever
    /// way of numbering comes first is its own.
    fn find_style(&self) -> Style {
        let (mut article, mut listed, mut arabic) = (None, None, None);
        let mut amending = false;
        for (at, row) in self.lines().enumerate() {
            if at == 0 {
                amending = row.text.contains("修正案") || row.text.trim_end().ends_with("决定");
            }
            let first = |slot: &mut Option<usize>, style: Style| {
                let head = slot.is_none().then(|| line::article_head(row.text, style)).flatten();
                if head
                    .is_some_and(|head| head.set_off && (style == Style::Articles || head.number.number == 1))
                {
                    *slot = Some(at);
                }
            };
            first(&mut article, Style::Articles);
            first(&mut listed, Style::Listed);
            first(&mut arabic, Style::Arabic);
        }
        match (article, listed, arabic) {
            (Some(article), Some(listed), _) if amending && listed < article => Style::Listed,
            (Some(_), _, _) => Style::Articles,
            (None, Some(listed), Some(arabic)) if arabic < listed => Style::Arabic,
            (None, Some(_), _) => Style::Listed,
            (None, None, Some(_)) => Style::Arabic,
            (None, None, None) => Style::None,
        }
    }

    fn take(&mut self, row: Row<'t>) {
        self.at = row.start..row.start + row.text.len();
        if row.text.starts_with("<!--") && row.text.ends_with("-->") {
            if row.text.contains("INFO END") {
                self.stage = Stage::Text;
            }
            return;
        }
        let hashes = row.text.len() - row.text.trim_start_matches('#').len();
        if hashes > 0 && hashes <= 6 {
            return self.take_heading(row, u8::try_from(hashes).unwrap_or(6));
        }
        if !self.titled {
            return self.take_title(row.text);
        }
        if self.stage == Stage::Info && self.is_info(row) {
            return;
        }
        self.stage = if self.stage == Stage::Info { Stage::Text } else { self.stage };
        self.take_text(row);
    }

    /// Lines of history are remembered, others between title and mark are passed over.
    fn is_info(&mut self, row: Row<'t>) -> bool {
        let event = dates::event(row.text);
        self.out.events.extend(event);
        event.is_some() || self.info_end.is_some_and(|end| row.start < end)
    }

    fn take_title(&mut self, text: &str) {
        let title = text::clean(text).replace([' ', '\n'], "");
        // Where the title is missing, the first chapter or article is not what the statute is called.
        let article = line::article_head(text, Style::Articles).is_some_and(|head| head.set_off);
        if article || line::unit(text).is_some_and(|rank| rank > 0) {
            return;
        }
        if title.chars().nth(200).is_none() && !title.contains('。') && !title.is_empty() {
            self.out.title = title;
            self.titled = true;
        }
    }

    fn take_heading(&mut self, row: Row<'t>, hashes: u8) {
        let bare = trim(row.text.trim_start_matches('#'));
        let name = line::heading_name(bare);
        if name.is_empty() {
            return;
        }
        if !self.titled {
            return self.take_title(bare);
        }
        if self.stage == Stage::Info && hashes == 1 {
            if self.out.book.is_none() && name.replace(' ', "") != self.out.title {
                self.out.book = Some(name);
            }
            return;
        }
        self.stage = if self.stage == Stage::Info { Stage::Text } else { self.stage };
        let start = row.start + row.text.len() - bare.len();
        if self.stage == Stage::Text {
            let head = line::article_head(bare, self.style).filter(|_| self.style == Style::Articles);
            if let Some(head) = head.filter(|head| head.set_off) {
                return self.open_article(Row { start, text: bare }, head);
            }
        }
        self.open_heading(name, (hashes, line::unit(bare)), line::is_annex(bare));
    }

    fn take_text(&mut self, row: Row<'t>) {
        if self.stage == Stage::Text {
            if let Some(head) = line::article_head(row.text, self.style).filter(|head| self.begins(row, head))
            {
                return self.open_article(row, head);
            }
            let listed_before = self.style != Style::None && self.out.articles.is_empty();
            if line::is_annex(row.text) && !listed_before {
                return self.open_heading(line::heading_name(row.text), (1, None), true);
            }
        }
        let unit = line::unit(row.text).filter(|_| line::is_heading_like(row.text));
        if let Some(unit) = unit.filter(|_| self.stage == Stage::Text) {
            return self.open_heading(line::heading_name(row.text), (0, Some(unit)), false);
        }
        self.add_paragraph(row);
    }

    /// Whether an article begins here: not where a sentence only begins with a reference, nor where a list within an
    /// article counts anew.
    fn begins(&self, row: Row<'_>, head: &Head) -> bool {
        let expected = match self.last {
            None => head.number.number == 1 && head.number.sub == 0,
            Some(last) => {
                (head.number.number == last.number + 1 && head.number.sub == 0)
                    || (head.number.number == last.number && head.number.sub == last.sub + 1)
            }
        };
        match self.style {
            Style::Articles if head.set_off => true,
            Style::Articles => expected && !line::reads_on(&row.text[head.end..]),
            _ => expected,
        }
    }

    fn open_article(&mut self, row: Row<'t>, head: Head) {
        self.close_article();
        let place = row.start..row.start + row.text.len();
        let again = self.seen.get(&head.number).copied().unwrap_or(0);
        self.seen.insert(head.number, again.saturating_add(1));
        self.check_order(head, again, place);
        let first = self.out.paragraphs.len();
        let heading = self.open.last().map(|(_, _, at)| *at);
        self.out.blocks.push(Block::Article(self.out.articles.len()));
        self.out.articles.push(Article { number: head.number, again, heading, paragraphs: first..first });
        self.last = Some(self.last.map_or(head.number, |last| last.max(head.number)));
        self.in_article = true;
        let words = trim(&row.text[head.end..]);
        if !words.is_empty() {
            let start = row.start + head.end + row.text[head.end..].find(words).unwrap_or(0);
            self.add_paragraph(Row { start, text: words });
        }
    }

    fn check_order(&mut self, head: Head, again: u8, at: Range<usize>) {
        // One finding tells an editor to look; a hundred of one file tell no more.
        if !self.faults.is_empty() {
            return;
        }
        let number = head.number;
        let (message, hint) = match self.last {
            _ if again > 0 => (format!("{number}出现了两次"), "对照原文改条号".to_owned()),
            Some(last) if number < last => {
                (format!("{number}排在{last}后面"), "条文按条号从小到大排".to_owned())
            }
            Some(last) if number.sub == 0 && number.number > last.number + 1 => {
                let wanted = crate::model::ArticleNo::plain(last.number + 1);
                (format!("{last}后面是{number}，中间少了条文"), format!("这里应是{wanted}，对照原文补上"))
            }
            _ => return,
        };
        self.faults.push(Fault { kind: FaultKind::Order, at, message, hint });
    }

    fn close_article(&mut self) {
        if let Some(article) = self.out.articles.last_mut().filter(|_| self.in_article) {
            article.paragraphs.end = self.out.paragraphs.len();
        }
        self.in_article = false;
    }

    fn open_heading(&mut self, name: String, (hashes, unit): (u8, Option<u8>), annex: bool) {
        self.close_article();
        if annex {
            self.stage = Stage::Annex;
            self.open.clear();
        }
        let unit = unit.filter(|unit| *unit > 0);
        // Number signs, where both have them, say what is inside what; else the ranks of 编, 章 and 节 do.
        let ends = |(other_hashes, other_unit, _): &(u8, Option<u8>, usize)| match (hashes, *other_hashes) {
            (1.., 1..) => *other_hashes >= hashes,
            _ => unit.is_none() || other_unit.is_none_or(|other| Some(other) >= unit),
        };
        while self.open.last().is_some_and(ends) {
            self.open.pop();
        }
        let name = name.trim_end_matches(['：', ':']).to_owned();
        let level = u8::try_from(self.open.len() + 1).unwrap_or(u8::MAX);
        self.open.push((hashes, unit, self.out.headings.len()));
        self.out.blocks.push(Block::Heading(self.out.headings.len()));
        self.out.headings.push(Heading { level, name, annex });
        self.heads.push(self.at.clone());
    }

    fn add_paragraph(&mut self, row: Row<'t>) {
        let kind = line::paragraph_kind(row.text);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let paragraph = Paragraph { start: place(row.start), end: place(row.start + row.text.len()), kind };
        if !self.in_article && self.repeats_title(row.text) {
            return;
        }
        let before = self.out.paragraphs.last_mut().filter(|before| {
            kind == ParagraphKind::Table
                && before.kind == ParagraphKind::Table
                && trim(&self.text[before.end as usize..row.start]).is_empty()
        });
        if let Some(table) = before {
            table.end = paragraph.end;
            return;
        }
        if !self.in_article {
            self.out.blocks.push(Block::Loose(self.out.paragraphs.len()));
        }
        self.out.paragraphs.push(paragraph);
    }

    /// Judicial interpretations say their title once more, in parts, before they begin.
    fn repeats_title(&self, text: &str) -> bool {
        let before = self.stage == Stage::Text && self.out.articles.is_empty();
        before && self.out.title.contains(&text::clean(text).replace(' ', ""))
    }
}

/// Where the text begins: after a head of `---` as some collections have, and after a byte-order mark.
fn front_matter(text: &str) -> usize {
    let bare = text.trim_start_matches('\u{feff}');
    let begin = text.len() - bare.len();
    let Some(rest) = bare.strip_prefix("---").filter(|rest| rest.starts_with(['\r', '\n'])) else {
        return begin;
    };
    rest.find("\n---").map_or(begin, |at| begin + 3 + at + "\n---".len())
}

/// Takes out a table of contents: headings with nothing below them whose name comes again. Tells whether there was one.
fn drop_contents(volume: &mut Volume) -> bool {
    let first = volume.blocks.iter().position(|block| !matches!(block, Block::Heading(_)));
    let lead = first.unwrap_or(volume.blocks.len());
    let mut later: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, block) in volume.blocks.iter().enumerate() {
        if let Block::Heading(heading) = block {
            later.insert(&volume.headings[*heading].name, at);
        }
    }
    let is_listed = |at: usize, block: &Block| match block {
        Block::Heading(heading) if at < lead => {
            let name = volume.headings[*heading].name.as_str();
            name == "目录" || later.get(name).is_some_and(|last| *last > at)
        }
        _ => false,
    };
    let kept: Vec<Block> = volume
        .blocks
        .iter()
        .enumerate()
        .filter(|(at, block)| !is_listed(*at, block))
        .map(|(_, block)| *block)
        .collect();
    let listed = kept.len() < volume.blocks.len();
    volume.blocks = kept;
    listed
}

/// The first numbered part without a text of its own or parts inside it. Collections have none: either its articles were
/// lost, or its line stands where it does not belong. `listed`: a table of contents was taken out, and what is left of it
/// before the first article tells nothing.
fn empty_chapter(volume: &Volume, heads: &[Range<usize>], listed: bool) -> Option<Fault> {
    let lead = volume.blocks.iter().position(|block| !matches!(block, Block::Heading(_)))?;
    let of = |at: usize| match volume.blocks.get(at) {
        Some(Block::Heading(heading)) => Some((*heading, &volume.headings[*heading])),
        _ => None,
    };
    let is_empty = |at: usize| {
        let next_level = match volume.blocks.get(at + 1) {
            Some(_) => of(at + 1).map(|(_, next)| next.level),
            None => Some(0),
        };
        let (place, heading) = of(at)?;
        let ends = next_level.is_some_and(|level| level <= heading.level);
        (ends && !heading.annex && line::numbered_unit(&heading.name).is_some()).then_some((place, heading))
    };
    let first = if listed { lead } else { 0 };
    let (place, heading) = (first..volume.blocks.len()).find_map(is_empty)?;
    Some(Fault {
        kind: FaultKind::Chapter,
        at: heads.get(place)?.clone(),
        message: format!("“{}”下面没有条文", heading.name),
        hint: "对照原文，补上少了的条文；原文里没有这一行，就删掉".to_owned(),
    })
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
