//! Chinese headings: where a line may break.
//!
//! Browsers break Chinese between any two characters, so “妇女儿|童”. Headings are set with `word-break: keep-all` and a
//! `<wbr>` between words ([`Typesetter::heading`]). The words are those of the jieba dictionary, and the site's own.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{LazyLock, Mutex};

use jieba_rs::Jieba;
use search::vocabulary::{Service, StationKind};

use super::press::Html;
use crate::html_text::push_all_escaped;
use crate::model::Site;

/// Marks that never begin a line, and particles that belong to the word before them.
const NOT_FIRST: &str = "，。、；：？！”’）》】〉…—·％%,.;:?!)的了吗呢吧啊们地得着过";
/// Marks that never end a line.
const NOT_LAST: &str = "“‘（《【〈(";
/// Headings up to this many characters fit on the narrowest line.
const SHORT: usize = 6;
/// So many headings are remembered.
const LATELY: usize = 1024;

/// Words of the field that the dictionary takes apart. A site's own come from its places, laws and thesaurus; not from
/// keywords of guides, for then one guide's keyword would change every page.
const FIELD: [&str; 10] =
    ["保护令", "告诫书", "家暴", "求助", "抚养费", "抚养权", "彩礼", "产假", "哺乳期", "经期"];

/// The dictionary: five megabytes, read when the first heading is set.
static DICTIONARY: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Reads the dictionary, where nobody has yet.
pub(super) fn read_dictionary() {
    LazyLock::force(&DICTIONARY);
}

/// Knows where words end.
#[derive(Debug, Default)]
pub(super) struct Typesetter {
    /// Words of the site that must stay whole, by their first character, the longest first.
    own: BTreeMap<char, Vec<String>>,
    /// Headings set lately, each in its place: one stands in the text, in the list of contents, and on the pages that point
    /// at it. Empty at first.
    lately: Mutex<Vec<(String, String)>>,
}

/// The site's own words: names of places, topics, laws and kinds.
pub(super) fn words_of(site: &Site) -> impl Iterator<Item = String> + '_ {
    let kinds = StationKind::ALL.iter().map(|kind| kind.chinese());
    let services = Service::ALL.iter().map(|service| service.chinese());
    let regions = site.regions.iter().map(|region| region.name.as_str());
    let laws = site.statutes.iter().flat_map(|statute| &statute.short_titles).map(String::as_str);
    let terms = site.thesaurus.iter().flat_map(|entry| &entry.law).map(String::as_str);
    FIELD.into_iter().chain(kinds).chain(services).chain(regions).chain(laws).chain(terms).map(str::to_owned)
}

impl Typesetter {
    /// Takes the words that the dictionary may not know. Words too long for a narrow line are left to it.
    pub(super) fn new(words: impl Iterator<Item = String>) -> Self {
        let words: BTreeSet<String> = words.filter(|word| (2..=6).contains(&word.chars().count())).collect();
        let mut own: BTreeMap<char, Vec<String>> = BTreeMap::new();
        for word in words {
            if let Some(first) = word.chars().next() {
                own.entry(first).or_default().push(word);
            }
        }
        for words in own.values_mut() {
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        }
        Self { own, lately: Mutex::default() }
    }

    /// The site's own words, always in the same order.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.own.values().flatten()
    }

    /// A heading with `<wbr>` where a line may break.
    pub(super) fn heading(&self, text: &str) -> Html {
        let mut html = String::with_capacity(text.len() * 2);
        self.push_heading(&mut html, text);
        Html(html)
    }

    /// Writes a heading with `<wbr>` where a line may break.
    pub(super) fn push_heading(&self, out: &mut String, text: &str) {
        let count = text.chars().count();
        if count <= SHORT {
            return push_all_escaped(out, text);
        }
        let place = place_of(text);
        // Whoever finds another thread at it sets the heading again: that takes no longer than waiting.
        if let Ok(lately) = self.lately.try_lock()
            && let Some((_, set)) = lately.get(place).filter(|(known, _)| known == text)
        {
            return out.push_str(set);
        }
        let set = self.set(text, count);
        out.push_str(&set);
        if let Ok(mut lately) = self.lately.try_lock() {
            lately.resize_with(LATELY, Default::default);
            lately[place] = (text.to_owned(), set);
        }
    }

    /// `count`: how many characters `text` has.
    fn set(&self, text: &str, count: usize) -> String {
        let mut breaks = self.breaks(text).into_iter().peekable();
        let mut out = String::with_capacity(text.len() * 2);
        let mut before = ' ';
        for (number, (at, c)) in text.char_indices().enumerate() {
            while breaks.next_if(|&next| next < at).is_some() {}
            // A first or last line of one character looks like a mistake.
            let inside = number > 1 && number < count - 1;
            if breaks.next_if_eq(&at).is_some() && inside && may_break(before, c) {
                out.push_str("<wbr>");
            }
            push_escaped(&mut out, c);
            before = c;
        }
        out
    }

    /// The bytes before which a line may break, in order: between the dictionary's words, but around the site's own.
    fn breaks(&self, text: &str) -> Vec<usize> {
        let own = self.own_words(text);
        let mut breaks: Vec<usize> = own.iter().flat_map(|word| [word.start, word.end]).collect();
        let (mut at, mut next) = (0, own.iter().peekable());
        for token in DICTIONARY.cut(text, false) {
            at += token.word.len();
            while next.next_if(|word| word.end <= at).is_some() {}
            if next.peek().is_none_or(|word| at <= word.start) {
                breaks.push(at);
            }
        }
        breaks.sort_unstable();
        breaks.dedup();
        breaks
    }

    /// Where words of the site stand, the longest first.
    fn own_words(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut free = 0;
        for (at, c) in text.char_indices() {
            let Some(words) = self.own.get(&c).filter(|_| at >= free) else { continue };
            if let Some(word) = words.iter().find(|word| text[at..].starts_with(word.as_str())) {
                free = at + word.len();
                found.push(at..free);
            }
        }
        found
    }
}

/// Where a heading is remembered.
fn place_of(text: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    usize::try_from(hasher.finish() % LATELY as u64).unwrap_or_default()
}

fn may_break(before: char, after: char) -> bool {
    // Beside a blank and between Latin letters the browser decides.
    let latin = |c: char| c.is_ascii() && c != '(' && c != ')';
    let joined = NOT_FIRST.contains(after) || NOT_LAST.contains(before);
    let open = before.is_whitespace() || after.is_whitespace() || (latin(before) && latin(after));
    !(joined || open)
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        other => out.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(text: &str, own: &[&str]) -> String {
        Typesetter::new(own.iter().map(|word| (*word).to_owned())).heading(text).0.replace("<wbr>", "|")
    }

    #[test]
    fn headings_break_between_words() {
        assert_eq!(heading("暖溪镇妇女儿童维权服务站", &["暖溪镇"]), "暖溪镇|妇女儿童|维权|服务站");
        assert!(!heading("妇女儿童之家在哪里", &[]).contains("儿|童"));
    }

    #[test]
    fn words_of_the_site_stay_whole() {
        assert!(heading("人身安全保护令怎么申请", &["保护令"]).contains("|保护令|"));
    }

    #[test]
    fn no_line_begins_with_a_mark_or_ends_in_one_character() {
        let set = heading("他打我，我能让法院不许他靠近吗", &[]);
        assert!(!set.contains("|，") && !set.contains("|吗"), "{set}");
        assert!(!heading("怀孕了“被辞退”怎么办", &[]).contains("“|"));
    }

    #[test]
    fn short_headings_are_left_alone() {
        assert_eq!(heading("带上这些", &[]), "带上这些");
    }

    #[test]
    fn what_looks_like_markup_is_text() {
        assert_eq!(
            heading("<b>&\"重要的事情\"</b>", &[]).replace('|', ""),
            "&lt;b&gt;&amp;&quot;重要的事情&quot;&lt;/b&gt;"
        );
    }
}
