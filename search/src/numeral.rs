//! Numbers of articles, however they are written: 第一千零七十九条, 第1079条, 1079条.
//!
//! Start at [`Number::take`], which reads a text character by character, or [`first_article`].

/// The first number of an article in a text, as ids have it: `1079`, `133-1` for 第一百三十三条之一.
pub(crate) fn first_article(text: &str) -> Option<String> {
    let mut number = Number::default();
    for (at, c) in text.char_indices() {
        if let Some((article, _)) = number.take(c, at) {
            let rest = text[at + c.len_utf8()..].strip_prefix('之');
            let part = rest.and_then(|rest| rest.chars().next()).and_then(chinese_digit);
            return Some(part.map_or(article.to_string(), |part| format!("{article}-{part}")));
        }
    }
    None
}

/// The number of an article that is being read: 第一千零七十九条, 第1079条, 1079条.
#[derive(Debug, Default)]
pub(crate) struct Number {
    /// Where it starts; `None` outside a number.
    start: Option<usize>,
    /// The thousands, hundreds and tens read so far.
    total: u32,
    /// The digit that waits for its thousand, hundred or ten, or the whole of an Arabic number.
    digit: u32,
}

impl Number {
    /// Takes in the next character. When that is the 条 after a number, gives the number and where it starts.
    pub(crate) fn take(&mut self, c: char, at: usize) -> Option<(u32, usize)> {
        let digit = match c {
            '0'..='9' => Some(self.digit.saturating_mul(10).saturating_add(u32::from(c) - u32::from('0'))),
            '十' => Some(self.scale(10)),
            '百' => Some(self.scale(100)),
            '千' => Some(self.scale(1000)),
            '条' => {
                let Self { start, total, digit } = std::mem::take(self);
                return start.map(|start| (total.saturating_add(digit), start));
            }
            _ => chinese_digit(c),
        };
        match digit {
            Some(digit) => {
                self.digit = digit;
                self.start.get_or_insert(at);
            }
            None => *self = Self::default(),
        }
        None
    }

    /// 十 alone is ten, 七十 seventy. No digit waits any more.
    fn scale(&mut self, by: u32) -> u32 {
        self.total = self.total.saturating_add(self.digit.max(1).saturating_mul(by));
        0
    }
}

fn chinese_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_article_is_read_in_any_form() {
        for (text, number) in [
            ("第一千零七十九条 夫妻一方要求离婚的", "1079"),
            ("民法典第1079条、第1080条", "1079"),
            ("第一百三十三条之一 在道路上驾驶机动车", "133-1"),
            ("第十条", "10"),
        ] {
            assert_eq!(first_article(text).as_deref(), Some(number), "{text}");
        }
        assert_eq!(first_article("民法典"), None);
    }
}
