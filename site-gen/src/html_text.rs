//! Text inside HTML: escaped, and what stays on one line of it.
//!
//! For whoever writes HTML by hand; templates escape by themselves. Where headings break is `render::typography`'s business.

use memchr::memchr;
use pulldown_cmark_escape::escape_html;

const ORDINAL: &[u8] = "第".as_bytes();

/// Escapes text for HTML and quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_all_escaped(&mut out, text);
    out
}

/// Writes text, escaped for HTML and quoted attributes.
pub fn push_all_escaped(out: &mut String, text: &str) {
    // A string takes whatever is written to it.
    let _ = escape_html(out, text);
}

/// Text in which runs of digits with their dashes and colons (8:30–12:00, 0000-5550123) stay on one line.
pub fn keep_numbers(text: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || matches!(c, ':' | '–' | '-' | '.');
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        push_all_escaped(&mut out, &rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !number(c)).unwrap_or(rest.len());
        let run = &rest[..end];
        if run.contains([':', '–', '-']) {
            out.push_str("<span class=\"nb\">");
            push_all_escaped(&mut out, run);
            out.push_str("</span>");
        } else {
            push_all_escaped(&mut out, run);
        }
        rest = &rest[end..];
    }
    push_all_escaped(&mut out, rest);
    out
}

/// Writes the text of a citation, in which the number of an article (第三十条, 第二款) stays on one line.
pub fn push_articles(out: &mut String, text: &str) {
    let (mut written, mut from) = (0, 0);
    // By its last byte, which few characters of Chinese share.
    while let Some(found) = memchr(ORDINAL[2], &text.as_bytes()[from..]) {
        let end = from + found + 1;
        from = end;
        if !text.as_bytes()[..end].ends_with(ORDINAL) {
            continue;
        }
        let start = end - ORDINAL.len();
        let length = ordinal(&text[start..]);
        if length > 0 {
            push_all_escaped(out, &text[written..start]);
            out.push_str("<span class=\"nb\">");
            push_all_escaped(out, &text[start..start + length]);
            out.push_str("</span>");
            written = start + length;
            from = written;
        }
    }
    push_all_escaped(out, &text[written..]);
}

/// The length in bytes of the 第…条, 第…款 or 第…项 that `text` begins with; 0 where it begins with something else.
fn ordinal(text: &str) -> usize {
    let numeral = |c: char| {
        matches!(
            c,
            '0'..='9'
                | '零'
                | '一'
                | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '百'
                | '千'
                | '至'
        )
    };
    let after = text.trim_start_matches('第').trim_start_matches(numeral);
    let unit = after.chars().next().filter(|c| matches!(c, '条' | '款' | '项'));
    unit.map_or(0, |unit| text.len() - after.len() + unit.len_utf8())
}

/// Whether `c` is a letter or a digit of any script. Chinese and its marks first: the tables of the others are slow to search.
pub fn is_letter(c: char) -> bool {
    match c {
        '\u{4e00}'..='\u{9fff}' => true,
        '，' | '。' | '、' | '：' | '；' | '？' | '！' | '（' | '）' | '“' | '”' | '《' | '》' | '…' => {
            false
        }
        _ => c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_articles_are_kept_whole() {
        let set = |text: &str| {
            let mut out = String::new();
            push_articles(&mut out, text);
            out
        };
        assert_eq!(set("第一步看条件"), "第一步看条件");
        assert_eq!(set("第六至八条、第二款").matches("<span class=\"nb\">").count(), 2);
    }

    #[test]
    fn times_stay_on_one_line() {
        assert_eq!(
            keep_numbers("周一 8:30–12:00，共 3 天"),
            "周一 <span class=\"nb\">8:30–12:00</span>，共 3 天"
        );
    }
}
