//! Sorts characters as Chinese typesetting sorts them. Start at [`sort`]; no rule is decided here.

/// What a character is to the rules of copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Sort {
    /// A Chinese character.
    Han,
    /// A letter or digit of another script.
    Word,
    /// Full-width marks that end or part: ，。、；：？！
    Stop,
    /// Full-width marks that open: （《“‘【〈
    Open,
    /// Full-width marks that close.
    Close,
    /// A plain space, or the break of a line.
    Space,
    /// Half-width marks that have a full-width counterpart.
    Half,
    /// %, which belongs to the number before it.
    Percent,
    /// ASCII hyphen.
    Hyphen,
    /// One half of ……
    Dots,
    /// What should not stand in Chinese copy at all: full-width letters, odd spaces, straight and corner quotes.
    Odd,
    /// Anything else: symbols, code, pictures, dashes.
    Other,
}

/// How many sorts there are.
pub(super) const SORTS: usize = Sort::Other as usize + 1;

/// The sort of a character.
pub(super) fn sort(c: char) -> Sort {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Sort::Word,
        ' ' | '\n' | '\t' | '\r' => Sort::Space,
        ',' | ';' | ':' | '?' | '!' | '.' | '(' | ')' => Sort::Half,
        '%' => Sort::Percent,
        '-' => Sort::Hyphen,
        '，' | '。' | '、' | '；' | '：' | '？' | '！' => Sort::Stop,
        '（' | '《' | '〈' | '“' | '‘' | '【' => Sort::Open,
        '）' | '》' | '〉' | '”' | '’' | '】' => Sort::Close,
        '…' => Sort::Dots,
        '"' | '「' | '」' | '『' | '』' | '．' | '％' | '－' | '／' => Sort::Odd,
        _ if c.is_ascii_control() => Sort::Odd,
        _ if c.is_ascii() => Sort::Other,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '〇' | '々' => {
            Sort::Han
        }
        '\u{20000}'..='\u{3ffff}' => Sort::Han,
        _ if is_full_width(c) || is_hidden(c) || is_odd_space(c) => Sort::Odd,
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{4ff}' => Sort::Word,
        _ => Sort::Other,
    }
}

/// Whether it is a full-width letter or digit.
pub(super) fn is_full_width(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

/// The ASCII character a full-width one stands for.
pub(super) fn half_of(c: char) -> Option<char> {
    // The block of full-width forms is ASCII moved up.
    ('！'..='～').contains(&c).then(|| char::from_u32(u32::from(c) - 0xfee0)).flatten()
}

/// The full-width mark that is written for a half-width one in Chinese.
pub(super) fn full_of(c: char) -> Option<char> {
    Some(match c {
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '?' => '？',
        '!' => '！',
        '.' => '。',
        '(' => '（',
        ')' => '）',
        _ => return None,
    })
}

/// Characters that nobody sees. The joiner of emoji is left alone.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// Spaces that are not the plain one.
pub(super) fn is_odd_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{205f}' | '\u{3000}') || ('\u{2002}'..='\u{200a}').contains(&c)
}

/// The sort of the character of `text` at byte `at`, and its length.
#[inline]
pub(super) fn sort_at(text: &str, at: usize) -> (Sort, usize) {
    match text.as_bytes()[at] {
        first @ 0..=0x7f => (ASCII[first as usize], 1),
        // U+4E00 to U+9FFF but for the few of U+4000 to U+4DFF, which are as Chinese.
        0xe4..=0xe9 => (Sort::Han, 3),
        _ => text[at..].chars().next().map_or((Sort::Other, 1), |c| (sort(c), c.len_utf8())),
    }
}

/// The length of the Chinese characters that `text` begins with.
#[inline]
pub(super) fn han_run(text: &[u8]) -> usize {
    let mut len = 0;
    // Whoever begins with such a byte is three bytes long.
    while let Some(0xe4..=0xe9) = text.get(len) {
        len += 3;
    }
    len
}

const ASCII: [Sort; 128] = {
    let mut table = [Sort::Other; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Sort::Word,
            b' ' | b'\n' | b'\t' | b'\r' => Sort::Space,
            b',' | b';' | b':' | b'?' | b'!' | b'.' | b'(' | b')' => Sort::Half,
            b'%' => Sort::Percent,
            b'-' => Sort::Hyphen,
            b'"' | 0..=8 | 11 | 12 | 14..=31 | 127 => Sort::Odd,
            _ => Sort::Other,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_and_characters_are_sorted_alike(c in any::<char>()) {
            let mut buffer = [0; 4];
            let text = c.encode_utf8(&mut buffer);
            let (found, len) = sort_at(text, 0);
            prop_assert_eq!(len, c.len_utf8());
            // The hexagrams are taken for Chinese: nobody writes them.
            prop_assume!(!('\u{4000}'..='\u{4dff}').contains(&c));
            prop_assert_eq!(found, sort(c));
        }
    }
}
