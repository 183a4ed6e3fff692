//! Slips of Markdown that have one meaning, and where in the text they stand.
//!
//! Each function looks at a run of text that the parser has left as it is, and gives the bytes that are meant and, where
//! nobody would have to think, what to write there.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events;

/// What stands wrong, and what mends it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slip {
    /// The bytes of the text that are meant.
    pub(super) at: Range<usize>,
    /// What to put where. Empty where a person has to decide.
    pub(super) edits: Vec<(Range<usize>, String)>,
}

/// Marks that stand round what is emphasised. Book marks are left out: a title and its article belong together.
const PAIRS: [(char, char); 7] =
    [('“', '”'), ('‘', '’'), ('（', '）'), ('「', '」'), ('『', '』'), ('【', '】'), ('〈', '〉')];
/// Marks that end a phrase.
const STOPS: &str = "，。：；！？、";

/// `**` that shows as it stands: CommonMark wants letters inside it and marks outside.
pub(super) fn emphasis(text: &str) -> Option<Slip> {
    let marks: Vec<usize> = text.match_indices("**").map(|(at, _)| at).collect();
    let first = *marks.first()?;
    let at = first..marks.get(1).map_or(first, |second| *second) + 2;
    let mut edits = Vec::new();
    let mut mended = String::new();
    let mut from = 0;
    for pair in marks.chunks(2) {
        let [open, close] = pair else { return Some(Slip { at, edits: Vec::new() }) };
        let whole = *open..close + 2;
        let better = marks_outside(&text[open + 2..*close]);
        mended.push_str(&text[from..*open]);
        mended.push_str(&better);
        from = whole.end;
        if better != text[whole.clone()] {
            edits.push((whole, better));
        }
    }
    mended.push_str(&text[from..]);
    let certain = is_emphasised(&mended, marks.len() / 2);
    Some(Slip { at, edits: if certain { edits } else { Vec::new() } })
}

/// The phrase between `**`, with its blanks and marks moved outside.
fn marks_outside(inner: &str) -> String {
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
    format!("{before}**{core}**{after}")
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

/// `[文字]（路径）`: a link in full-width brackets.
pub(super) fn full_width_link(text: &str) -> Option<Slip> {
    let mut found: Option<Slip> = None;
    for (middle, between) in text.match_indices("]（") {
        let open = text[..middle].rfind('[').unwrap_or(middle);
        let start = middle + between.len();
        let len = text[start..].find(['）', ')']);
        let end = len.map_or(text.len(), |len| start + len);
        let slip = found.get_or_insert_with(|| Slip { at: open..end, edits: Vec::new() });
        if let (Some(close), true) = (text[end..].chars().next(), is_target(&text[start..end])) {
            if slip.at.start == open {
                slip.at.end = end + close.len_utf8();
            }
            slip.edits.push((middle + 1..start, "(".to_owned()));
            slip.edits.push((end..end + close.len_utf8(), ")".to_owned()));
        }
    }
    found
}

/// Whether this is where a link leads and not a remark in brackets.
fn is_target(text: &str) -> bool {
    let begins = ["/", "#", "https://", "http://", "tel:"].iter().any(|start| text.starts_with(start));
    (begins || text.ends_with(".md")) && !text.contains(char::is_whitespace)
}

/// `[[名字]]`: another program's link.
pub(super) fn double_brackets(text: &str) -> Option<Slip> {
    let start = text.find("[[")?;
    let end = text[start..].find("]]").map_or(text.len(), |len| start + len + 2);
    Some(Slip { at: start..end, edits: Vec::new() })
}

/// `##标题`: a heading without its blank. One `#` alone may be anything.
pub(super) fn heading_without_blank(text: &str) -> Option<Slip> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    if hashes == 0 || hashes == text.len() {
        return None;
    }
    let certain = (2..=6).contains(&hashes);
    let edits = certain.then(|| (hashes..hashes, " ".to_owned())).into_iter().collect();
    Some(Slip { at: 0..hashes, edits })
}

/// What to write for the heading at `place`, which falls `gap` levels too deep, and for those below it: they rise
/// together, so that the order among them stays.
pub(super) fn raised(headings: &[(u8, usize)], place: usize, gap: u8) -> Vec<(Range<usize>, String)> {
    let Some((level, _)) = headings.get(place) else { return Vec::new() };
    let together = headings[place..].iter().take_while(|(other, _)| other >= level);
    together
        .map(|(level, at)| (*at..at + usize::from(*level), "#".repeat(usize::from(level - gap))))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(text: &str, slip: Option<Slip>) -> String {
        let mut out = text.to_owned();
        for (range, new) in slip.unwrap().edits.into_iter().rev() {
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
            assert_eq!(mended(typed, emphasis(typed)), expected);
        }
        for unsure in ["只有一边**的星号", "**《反家庭暴力法》**第二十三条", "**“甲”和“乙”**的", "**** 四个"]
        {
            assert_eq!(emphasis(unsure).unwrap().edits, [], "{unsure}");
        }
    }

    #[test]
    fn brackets_of_links_become_half_width_and_remarks_stay() {
        let typed = "看[产假]（/guides/work/maternity-leave.md）和[热线]（tel:110)。";
        let expected = "看[产假](/guides/work/maternity-leave.md)和[热线](tel:110)。";
        assert_eq!(mended(typed, full_width_link(typed)), expected);
        assert_eq!(full_width_link("见[附件]（共三页）").unwrap().edits, []);
    }

    #[test]
    fn headings_rise_with_what_is_below_them() {
        let headings = [(2, 0), (4, 10), (5, 20), (4, 30), (2, 40), (4, 50)];
        let places: Vec<usize> = raised(&headings, 1, 1).into_iter().map(|(range, _)| range.start).collect();
        assert_eq!(places, [10, 20, 30]);
        assert_eq!(raised(&headings, 1, 1)[1], (20..25, "####".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_edits_lie_within_it(text in "[a暖*“”（）\\[\\]#，/ ]{0,24}") {
            for slip in [emphasis(&text), full_width_link(&text), double_brackets(&text), heading_without_blank(&text)].into_iter().flatten() {
                prop_assert!(text.get(slip.at).is_some());
                prop_assert!(slip.edits.iter().all(|(range, _)| text.get(range.clone()).is_some()));
            }
        }
    }
}
