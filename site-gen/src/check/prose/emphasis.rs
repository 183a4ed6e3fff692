//! Asterisks that stayed asterisks, and what was meant where that is certain.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::block::{Block, Piece};
use super::chars::{Sort, sort};
use crate::diag::{Diagnostic, Diagnostics, Edit};
use crate::markdown::events;
use crate::source::Span;

/// Marks that stand round what is emphasised. Book marks are left out: a title and its article belong together.
const PAIRS: [(char, char); 7] =
    [('“', '”'), ('‘', '’'), ('（', '）'), ('「', '」'), ('『', '』'), ('【', '】'), ('〈', '〉')];
/// Marks that end a phrase.
const STOPS: &str = "，。：；！？、";

/// Reports asterisks that stayed asterisks, all of a block as one.
pub(super) fn check(block: &Block<'_>, place: &dyn Fn(Range<usize>) -> Span, diags: &mut Diagnostics) {
    let stars = stars(block);
    if stars.wide.len() > 1 {
        let whole = stars.wide[0]..stars.wide[stars.wide.len() - 1] + '＊'.len_utf8();
        diags.push(
            Diagnostic::error("stray-emphasis", place(whole), "星号是全角的，没有变成加粗，会原样显示")
                .hint("用半角的星号：**72 小时**"),
        );
    }
    let double = stars.narrow.windows(2).any(|pair| pair[1] == pair[0] + 1);
    if !(double || (stars.beside_chinese && stars.narrow.len() > 1)) {
        return;
    }
    let (first, last) = (stars.narrow[0], stars.narrow[stars.narrow.len() - 1] + 1);
    let signs = if double { "**" } else { "*" };
    let message = format!("这里的 {signs} 没有变成加粗，会原样显示");
    let finding = Diagnostic::error("stray-emphasis", place(first..last), message)
        .hint("把标点移到 ** 外面，例如写 “**家庭暴力**” 而不是 **“家庭暴力”**");
    let mends = block.pieces.iter().filter_map(|piece| match *piece {
        Piece::Text { text, start, exact: true, .. } if text.contains("**") => Some((start, mends(text))),
        _ => None,
    });
    let edits = mends.flat_map(|(start, mends)| {
        let edit =
            move |(range, text): (Range<usize>, String)| (start + range.start..start + range.end, text);
        mends.into_iter().map(edit)
    });
    diags.push(finding.edits(edits.map(|(range, text)| Edit { span: place(range), text })));
}

/// The asterisks of a block's text.
#[derive(Default)]
struct Stars {
    narrow: Vec<usize>,
    wide: Vec<usize>,
    beside_chinese: bool,
}

fn stars(block: &Block<'_>) -> Stars {
    let mut stars = Stars::default();
    for piece in &block.pieces {
        let Piece::Text { text, start, exact: true, .. } = *piece else { continue };
        let mut before = None;
        for (at, c) in text.char_indices() {
            let chinese = |c: char| matches!(sort(c), Sort::Han | Sort::Stop | Sort::Open | Sort::Close);
            if c == '*' {
                stars.narrow.push(start + at);
                stars.beside_chinese |= before.is_some_and(chinese);
            } else if c == '＊' {
                stars.wide.push(start + at);
            }
            stars.beside_chinese |= before == Some('*') && chinese(c);
            before = Some(c);
        }
    }
    stars
}

/// What mends the `**` of a text that show as they stand: CommonMark wants letters inside them and marks outside. Empty
/// where a person has to decide.
fn mends(text: &str) -> Vec<(Range<usize>, String)> {
    let stars: Vec<usize> = text.match_indices("**").map(|(at, _)| at).collect();
    let mut edits = Vec::new();
    for pair in stars.chunks(2) {
        let [open, close] = pair else { return Vec::new() };
        let inner = &text[open + 2..*close];
        let (before, core, after) = marks_outside(inner);
        // The core stays where it is: only what stands between it and the asterisks is written anew.
        let core = open + 2 + before.len()..open + 2 + before.len() + core.len();
        if !before.is_empty() {
            edits.push((*open..core.start, format!("{before}**")));
        }
        if core.end < *close {
            edits.push((core.end..close + 2, format!("**{after}")));
        }
    }
    let mut mended = text.to_owned();
    for (range, new) in edits.iter().rev() {
        mended.replace_range(range.clone(), new);
    }
    if is_emphasised(&mended, stars.len() / 2) { edits } else { Vec::new() }
}

/// The phrase between `**`, and its blanks and marks, which belong outside.
fn marks_outside(inner: &str) -> (String, &str, String) {
    let (mut before, mut core, mut after) = (String::new(), inner, String::new());
    loop {
        let trimmed = core.trim_start();
        before.push_str(&core[..core.len() - trimmed.len()]);
        let end = trimmed.trim_end_matches(|c: char| c.is_whitespace() || STOPS.contains(c));
        after.insert_str(0, &trimmed[end.len()..]);
        core = end;
        let Some((inside, (open, close))) = in_one_pair(core) else { break };
        before.push(open);
        after.insert(0, close);
        core = inside;
    }
    // **110（报警）**: the bracket explains what is emphasised.
    if let Some(at) = core.find('（').filter(|at| *at > 0 && core.ends_with('）')) {
        after.insert_str(0, &core[at..]);
        core = core[..at].trim_end();
    }
    (before, core, after)
}

/// What stands in a pair of marks that opens at the very start and closes at the very end.
fn in_one_pair(core: &str) -> Option<(&str, (char, char))> {
    PAIRS.into_iter().find_map(|(open, close)| {
        let inside = core.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.is_empty() && !inside.contains([open, close])).then_some((inside, (open, close)))
    })
}

/// Whether the parser now takes every pair for emphasis.
fn is_emphasised(text: &str, pairs: usize) -> bool {
    let events = events(text);
    let strong = events.iter().filter(|(event, _)| matches!(event, Event::Start(Tag::Strong))).count();
    let left = |event: &Event<'_>| matches!(event, Event::Text(text) if text.contains("**"));
    strong == pairs && !events.iter().any(|(event, _)| left(event))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(text: &str) -> String {
        let mut out = text.to_owned();
        for (range, new) in mends(text).into_iter().rev() {
            out.replace_range(range, &new);
        }
        out
    }

    #[test]
    fn marks_move_outside_of_the_stars() {
        for (typed, expected) in [
            ("**“家庭暴力”**四个字", "“**家庭暴力**”四个字"),
            ("打**110（报警）**就行", "打**110**（报警）就行"),
            ("先记**三件事：**时间", "先记**三件事**：时间"),
            ("法院** 72 小时 **内", "法院 **72 小时** 内"),
            ("说**（也可以写）**一遍，再**“签字”**为准", "说（**也可以写**）一遍，再“**签字**”为准"),
        ] {
            assert_eq!(mended(typed), expected);
        }
        for unsure in ["只有一边**的星号", "**《反家庭暴力法》**第二十三条", "**“甲”和“乙”**的", "**** 四个"]
        {
            assert_eq!(mends(unsure), [], "{unsure}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_edits_lie_within_it(text in "[a暖*“”（）\\[\\]#，/ ]{0,24}") {
            prop_assert!(mends(&text).iter().all(|(range, _)| text.get(range.clone()).is_some()));
        }
    }
}
