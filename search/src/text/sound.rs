//! How Chinese sounds: pinyin without tones, for typing and for words that sound alike.
//!
//! The readings come from the `pinyin` crate. Nothing here knows of records or of questions.

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
    fn words_that_sound_alike_are_said_alike() {
        let say = |word: &str| usual_way_to_say(&word.chars().collect::<Vec<_>>());
        assert_eq!(say("家爆"), say("家暴"));
        assert_eq!(say("保护另"), say("保护令"));
        assert_ne!(say("离婚"), say("结婚"));
        assert_eq!(say("家a"), None);
    }
}
