//! Traditional characters as simplified ones, one for one.
//!
//! The pairs are those of `OpenCC`, character by character: which of two forms a word takes in which country is no matter
//! for finding it. Nothing here knows of words.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// The first of the characters in common use, and how many there are: the block of unified ideographs.
const FIRST: u32 = 0x4E00;
const COUNT: u32 = 0x9FFF - FIRST + 1;

/// What each of them is in simplified writing.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all = || (FIRST..FIRST + COUNT).filter_map(char::from_u32);
    let Ok(opencc) = OpenCC::from_config(BuiltinConfig::T2s) else { return all().collect() };
    // A line each, so that no two of them are taken for a word.
    let lines: String = all().flat_map(|c| [c, '\n']).collect();
    let converted = opencc.convert(&lines);
    let simple = converted.lines().map(|line| line.chars().next());
    let once: Vec<char> = all().zip(simple).map(|(c, simple)| simple.unwrap_or(c)).collect();
    // A few have two steps to go: 薴, 苧, 苎.
    once.iter().map(|&c| at(&once, c)).collect()
});

/// The simplified form of a character; itself where it has none.
pub(super) fn simplified(c: char) -> char {
    at(&SIMPLIFIED, c)
}

/// Every character that has a simplified form, with it.
pub(super) fn traditional() -> impl Iterator<Item = (char, char)> {
    let all = (FIRST..FIRST + COUNT).filter_map(char::from_u32);
    all.zip(SIMPLIFIED.iter().copied()).filter(|(c, simple)| c != simple)
}

fn at(table: &[char], c: char) -> char {
    let place = u32::from(c).wrapping_sub(FIRST);
    table.get(place as usize).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_become_simple_and_simple_ones_stay() {
        let simple: String = "離婚後孩子歸誰撫養費遺囑".chars().map(simplified).collect();
        assert_eq!(simple, "离婚后孩子归谁抚养费遗嘱");
        for c in "着了家庭暴力a，㐀𠀀".chars() {
            assert_eq!(simplified(c), c);
        }
    }

    #[test]
    fn what_is_simple_is_as_simple_as_it_gets() {
        for c in SIMPLIFIED.iter().copied() {
            assert_eq!(simplified(c), c);
        }
    }
}
