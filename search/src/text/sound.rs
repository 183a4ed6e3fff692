//! How Chinese sounds: pinyin without tones, for typing and for words that sound alike.
//!
//! The readings come from the `pinyin` crate. Nothing here knows of records or of questions.

use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// Whether a character is Chinese writing.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '々' | '〇' | '㐀'..='䶿' | '一'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// The readings of a character without tones, the usual one first. `ü` stays `ü`.
pub(super) fn readings(c: char) -> impl Iterator<Item = &'static str> {
    let all = c.to_pinyin_multi();
    let count = all.map_or(0, pinyin::PinyinMulti::count);
    let reading = move |at: usize| all.and_then(|all| all.get_opt(at)).map(pinyin::Pinyin::plain);
    (0..count).filter_map(move |at| {
        let this = reading(at)?;
        let is_new = (0..at).all(|before| reading(before) != Some(this));
        is_new.then_some(this)
    })
}

/// The first of the characters in common use, and how many there are: the block of unified ideographs.
const FIRST: u32 = 0x4E00;
const COUNT: u32 = 0x9FFF - FIRST + 1;

/// For each of them, the letters that its readings begin with, a bit for each.
static INITIALS: LazyLock<Vec<u32>> =
    LazyLock::new(|| (FIRST..FIRST + COUNT).map(|c| char::from_u32(c).map_or(0, initials)).collect());

/// Whether a reading of a character begins with this small letter.
pub(super) fn may_begin_with(c: char, letter: char) -> bool {
    let initials = match INITIALS.get(u32::from(c).wrapping_sub(FIRST) as usize) {
        Some(&initials) => initials,
        None => initials(c),
    };
    initials & bit(letter) > 0
}

fn initials(c: char) -> u32 {
    readings(c).filter_map(|reading| reading.chars().next()).fold(0, |bits, letter| bits | bit(letter))
}

/// ü and ê, which some readings begin with, share a bit: nobody types them.
fn bit(letter: char) -> u32 {
    1 << u32::from(letter).wrapping_sub(u32::from('a')).min(31)
}

/// A syllable with the differences taken out that many speakers don't make: zh and z, n and l at the front, ng and n
/// at the end.
fn folded(syllable: &str) -> String {
    let (initial, rest) = match syllable.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => (&syllable[..1], &syllable[2..]),
        [b'n', ..] => ("l", &syllable[1..]),
        _ => ("", syllable),
    };
    let rest = if rest.ends_with("ng") { &rest[..rest.len() - 1] } else { rest };
    [initial, rest].concat()
}

/// How a word is usually said, tones left out and syllables [`folded`]; `None` when it is not all Chinese. Unusual
/// readings are left out: they make words sound alike that nobody confuses.
pub(super) fn usual_way_to_say(word: &[char]) -> Option<String> {
    word.iter().map(|&c| Some(folded(readings(c).next()?) + " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_has_its_readings_once_each() {
        assert_eq!(readings('家').next(), Some("jia"));
        assert!(readings('重').any(|reading| reading == "chong"));
        assert_eq!(readings('律').collect::<Vec<_>>(), ["lü"]);
        assert_eq!(readings('a').count(), 0);
    }

    #[test]
    fn a_reading_begins_with_its_first_letter() {
        for c in ('\u{4E00}'..='\u{9FFF}').step_by(7).chain(['〇', '㐀', '\u{20000}', 'a', '，']) {
            for letter in 'a'..='z' {
                let begins = readings(c).any(|reading| reading.starts_with(letter));
                assert_eq!(may_begin_with(c, letter), begins, "{c} {letter}");
            }
        }
    }

    #[test]
    fn words_that_sound_alike_are_said_alike() {
        let say = |word: &str| usual_way_to_say(&word.chars().collect::<Vec<_>>());
        assert_eq!(say("家爆"), say("家暴"));
        assert_eq!(say("保护另"), say("保护令"));
        assert_ne!(say("离婚"), say("结婚"));
        assert_eq!(say("家a"), None);
    }
}
