//! Markdown that did not become what it was meant to be, and would be published as it stands: emphasis and links that
//! are only signs, headings without a space, signs typed full-width, citations that markup or a line's end cuts in two.
//!
//! Start at [`check`]. [`super::scan`] and [`Marks`] keep it from blocks that have none of the signs.

use std::ops::Range;

use super::block::{Block, Kind, Piece};
use super::chars::{half_of, han_run, is_full_width};
use super::emphasis;
use crate::citation::{self, Context, Page, Target, Titles};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, floor_char_boundary};

/// What a link leads to is no longer than this, in bytes.
const LONGEST_TARGET: usize = 2_000;

/// Which signs a block shows.
#[derive(Debug, Default)]
pub(super) struct Marks {
    signs: bool,
    titles: bool,
}

impl Marks {
    /// Reads the block once.
    pub(super) fn of(block: &Block<'_>) -> Self {
        let mut marks = Self::default();
        let (mut title, mut begins, mut number) = (Title::None, true, false);
        for piece in &block.pieces {
            if let Piece::Text { text, .. } = piece {
                let first = text.bytes().next();
                marks.signs |= begins && (first == Some(b'#') || first == Some(0xef));
                // An article that stands apart from its title.
                marks.titles |= title == Title::Closed && text.trim_start().starts_with('第');
                marks.text(text.as_bytes(), &mut title);
                number = title == Title::Closed && is_number_begun(text);
                begins = false;
            } else {
                // A title that is cut, or a number.
                marks.titles |= title == Title::Open || number;
                begins = matches!(piece, Piece::Break);
            }
        }
        marks
    }

    fn text(&mut self, bytes: &[u8], title: &mut Title) {
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                0xe4..=0xe9 => at += han_run(&bytes[at..]) - 1,
                b'[' | b'*' => self.signs = true,
                0xe3 if bytes[at..].starts_with("《".as_bytes()) => *title = Title::Open,
                0xe3 if bytes[at..].starts_with("》".as_bytes()) => *title = Title::Closed,
                0xe3 => self.signs |= bytes[at..].starts_with("】".as_bytes()),
                0xef => {
                    let rest = &bytes[at..];
                    self.signs |= rest.starts_with("＊".as_bytes()) || rest.starts_with("］".as_bytes());
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether any sign was seen that [`check`] has to look at.
    pub(super) fn worth_a_look(&self) -> bool {
        self.signs || self.titles
    }
}

/// Whether the text ends within 第二十三条.
fn is_number_begun(text: &str) -> bool {
    let numeral = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百千两 ".contains(c);
    text.trim_end_matches(numeral).ends_with('第')
}

/// How far the reading of a title has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Title {
    None,
    Open,
    Closed,
}

/// Reports what is not what it was meant to be.
pub(super) fn check(block: &Block<'_>, place: &dyn Fn(Range<usize>) -> Span, diags: &mut Diagnostics) {
    let mut begins = block.kind == Kind::Paragraph;
    for piece in &block.pieces {
        if let Piece::Text { text, start, exact: true, .. } = *piece {
            let text = Text { written: text, start, place };
            if begins {
                text.line_start(diags);
            }
            text.links(diags);
        }
        begins = block.kind == Kind::Paragraph && matches!(piece, Piece::Break);
    }
    emphasis::check(block, place, diags);
    titles(block, place, diags);
}

/// A text whose bytes are those of the file from `start`.
struct Text<'t> {
    written: &'t str,
    start: usize,
    place: &'t dyn Fn(Range<usize>) -> Span,
}

impl Text<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        (self.place)(self.start + range.start..self.start + range.end)
    }

    /// Signs that begin a heading, a list or a quotation, without their space or full-width.
    fn line_start(&self, diags: &mut Diagnostics) {
        let Some(first) = self.written.chars().next() else { return };
        let run: usize = self.written.chars().take_while(|c| *c == first).map(char::len_utf8).sum();
        let rest = &self.written[run..];
        let gap = rest.len() - rest.trim_start_matches([' ', '\u{3000}']).len();
        let count = run / first.len_utf8();
        let whole = self.span(0..self.written.trim_end().len());
        let wrong = |message: &str, hint: &str| {
            Diagnostic::error("stray-markup", whole, message.to_owned()).hint(hint.to_owned())
        };
        let instead = |text: String| (self.span(0..run + gap), text);
        let (finding, edit) = match first {
            '#' if !rest.is_empty() => (
                wrong("井号后面没有空格，不会变成小标题", "井号和标题之间空一格：## 去哪里"),
                // One sign alone may be anything.
                (2..=6).contains(&count).then(|| (self.span(run..run), " ".to_owned())),
            ),
            '＃' => (
                wrong("井号是全角的，不会变成小标题", "用半角的井号，后面空一格：## 去哪里"),
                (count <= 6).then(|| instead(format!("{} ", "#".repeat(count)))),
            ),
            '＊' if count == 1 && gap > 0 => (
                wrong("星号是全角的，不会变成列表", "列表每行以“- ”开头，用半角的短横"),
                Some(instead("- ".to_owned())),
            ),
            '＞' => (
                wrong("大于号是全角的，不会变成引文", "用半角的大于号，后面空一格：> 依据……"),
                Some(instead("> ".to_owned())),
            ),
            _ if is_full_width(first) => {
                let Some(number) = self.full_width_number() else { return };
                let hint = format!("序号和点都用半角，后面空一格：{number}. ");
                (wrong("序号是全角的，不会变成列表", &hint), None)
            }
            _ => return,
        };
        diags.push(edit.into_iter().fold(finding, |finding, (span, text)| finding.edit(span, text)));
    }

    /// １． as 1.
    fn full_width_number(&self) -> Option<String> {
        let digits: String = self.written.chars().take_while(|c| is_full_width(*c)).collect();
        let number: String = digits.chars().filter_map(half_of).collect();
        let point = self.written[digits.len()..].starts_with(['．', '.']);
        (point && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
    }

    /// Links that are only brackets. One finding for each.
    fn links(&self, diags: &mut Diagnostics) {
        let mut from = 0;
        while let Some(found) = self.written[from..].find([']', '】', '］']) {
            let at = from + found;
            let close = self.written[at..].chars().next().map_or(1, char::len_utf8);
            from = at + close;
            if let Some((finding, end)) = self.link(at, from) {
                diags.push(finding);
                from = end;
            }
        }
        if let Some(at) = self.written.find("[[") {
            let end = self.written[at..].find("]]").map_or(self.written.len(), |len| at + len + 2);
            let message = "双方括号是别的软件的写法，会原样显示";
            diags.push(
                Diagnostic::error("stray-markup", self.span(at..end), message)
                    .hint("链接写成 [文字](/guides/work/maternity-leave.md)"),
            );
        }
    }

    /// What is wrong with the link whose text ends at `at`, and where it ends.
    fn link(&self, at: usize, behind: usize) -> Option<(Diagnostic, usize)> {
        let (open, close) = (self.written[..at].rfind(['[', '【', '［'])?, &self.written[at..behind]);
        let rest = &self.written[behind..];
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        let bracket = rest[gap..].chars().next().filter(|c| matches!(c, '(' | '（'))?;
        let inner = behind + gap + bracket.len_utf8();
        let near = floor_char_boundary(self.written, inner + LONGEST_TARGET);
        let len = self.written[inner..near].find([')', '）'])?;
        let (target, end) = (self.written[inner..inner + len].trim(), inner + len);
        let past = end + self.written[end..].chars().next().map_or(0, char::len_utf8);
        let square = close == "]" && self.written[open..].starts_with('[');
        let meant = is_target(target) || (square && bracket == '（' && gap == 0);
        if !meant {
            return None;
        }
        let (message, hint) = match (square, gap, bracket) {
            (false, ..) => ("链接的方括号是全角的，会原样显示", "用半角的方括号：[文字](路径)"),
            (true, 0, '（') => ("链接的括号是全角的，会原样显示", "方括号后面用半角的圆括号：[文字](路径)"),
            (true, 0, _) => {
                ("这个链接没写对，会原样显示", "路径里不能有空格：[文字](/guides/work/maternity-leave.md)")
            }
            _ => ("链接的两个括号中间有空格，会原样显示", "两个括号紧挨着：[文字](路径)"),
        };
        let finding = Diagnostic::error("stray-markup", self.span(open..past), message).hint(hint);
        if !is_target(target) || target.contains(' ') {
            return Some((finding, past));
        }
        let open_len = self.written[open..].chars().next().map_or(1, char::len_utf8);
        let finding = finding
            .edit(self.span(open..open + open_len), "[")
            .edit(self.span(at..inner), "](")
            .edit(self.span(end..past), ")");
        Some((finding, past))
    }
}

/// Whether it looks like what a link leads to.
fn is_target(text: &str) -> bool {
    text.starts_with(['/', '#']) || text.contains(".md") || text.contains("://") || text.starts_with("tel:")
}

/// Citations that are cut in two where the reader of citations finds them no more, or does not look.
fn titles(block: &Block<'_>, place: &dyn Fn(Range<usize>) -> Span, diags: &mut Diagnostics) {
    let flat = Flat::of(block);
    for (range, message, hint) in flat.cut() {
        diags.push(Diagnostic::error("citation", place(flat.in_file(range)), message).hint(hint));
    }
}

/// A block's text in one piece, with the places where it was cut.
struct Flat {
    text: String,
    /// Where pieces of text begin: here and in the file.
    starts: Vec<(usize, usize)>,
    cuts: Vec<(usize, Cut)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Emphasis,
    LinkBegins,
    Line,
}

impl Flat {
    fn of(block: &Block<'_>) -> Self {
        let mut flat = Self { text: String::new(), starts: Vec::new(), cuts: Vec::new() };
        let mut links = Vec::new();
        for piece in &block.pieces {
            let at = flat.text.len();
            match *piece {
                Piece::Text { text, start, .. } => {
                    flat.starts.push((at, start));
                    flat.text.push_str(text);
                }
                Piece::Break => flat.cuts.push((at, Cut::Line)),
                Piece::Opaque => flat.text.push(super::mend::OPAQUE),
                Piece::Open(link) => {
                    links.push(link);
                    flat.cuts.push((at, if link { Cut::LinkBegins } else { Cut::Emphasis }));
                }
                // An article behind a link is read with the title in it.
                Piece::Close(_) => {
                    if !links.pop().unwrap_or(false) {
                        flat.cuts.push((at, Cut::Emphasis));
                    }
                }
            }
        }
        flat
    }

    fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let byte = |at: usize, end: bool| {
            let piece =
                self.starts.iter().rev().find(|(start, _)| if end { *start < at } else { *start <= at });
            piece.map_or(at, |(start, byte)| byte + at - start)
        };
        byte(range.start, false)..byte(range.end, true)
    }

    /// Citations that something cuts, with what to say. Emphasis or a line's end between a title and its article is
    /// read over where citations are looked up.
    fn cut(&self) -> Vec<(Range<usize>, &'static str, &'static str)> {
        let mut found = Vec::new();
        for (whole, title_end) in cited_articles(&self.text) {
            let message = self.cuts.iter().filter(|(at, _)| whole.start < *at && *at < whole.end);
            let mut said = message.filter_map(|(at, cut)| {
                let in_title = *at < title_end;
                let in_number = !in_title && is_number_begun(&self.text[..*at]);
                Some(match cut {
                    Cut::Line if in_title => {
                        ("书名号里面换了行，没有链接也没有检查", "书名号里的名字写在同一行")
                    }
                    Cut::LinkBegins => (
                        "条号或书名号单独做了链接，机器查不到这一条",
                        "不用自己做链接：写《反家庭暴力法》第二十三条，会自动链接到那一条",
                    ),
                    Cut::Emphasis if in_title => (
                        "书名号里面有星号，没有链接也没有检查",
                        "写成 **《反家庭暴力法》第二十三条**，或者都不加粗",
                    ),
                    Cut::Emphasis if in_number => (
                        "条号里面有星号，没有链接也没有检查",
                        "写成 **《反家庭暴力法》第二十三条**，或者都不加粗",
                    ),
                    _ => return None,
                })
            });
            if let Some((message, hint)) = said.next() {
                found.push((whole, message, hint));
            }
        }
        found
    }
}

/// The citations of articles in a text, each with where its title ends.
fn cited_articles(text: &str) -> Vec<(Range<usize>, usize)> {
    let titles = Titles::default();
    let found = citation::read(text, Page { titles: &titles, own: None }, &mut Context::default());
    let articles = found.into_iter().filter(|found| matches!(found.target, Target::Articles { .. }));
    let title_end =
        |range: &Range<usize>| text[range.clone()].rfind('》').map(|at| range.start + at + '》'.len_utf8());
    articles.filter_map(|found| Some((found.range.clone(), title_end(&found.range)?))).collect()
}
