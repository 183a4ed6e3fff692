//! What stands before 第…条 and says which statute it is of: a name without book marks, 本法, 该条例, 同条, or nothing.
//!
//! Start at [`before`]. It looks at the end of the text before the article and no further back than a name is long.

use super::books::{self, Book};
use super::context::leads_to_article;
use super::cursor::is_space;
use super::marks;
use super::titles::{KINDS, StatuteId, Titles};

/// What an article stands behind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Head {
    /// A name: 民法典, 民法典婚姻家庭编, 妇女权益保障法（2022年修订）.
    Statute { id: StatuteId, start: usize, year: Option<i16>, book: Option<&'static Book> },
    /// 婚姻家庭编, with nothing before it.
    Book { book: &'static Book, start: usize },
    /// 本法, 该条例.
    Pronoun { own: bool, kind: &'static str, start: usize },
    /// 本条, 该条, 同条.
    Article { start: usize },
    /// 本编, 本章, 本节.
    Division { start: usize },
    /// A mark or a word that an article may stand behind by itself.
    Bare,
    /// Something else, whose article it may be: 合同第三条, 刑法第三条.
    Other,
}

/// What `text`, which an article follows, ends with. Places count in `text`.
pub(super) fn before(text: &str, titles: &Titles) -> Head {
    let named = text.trim_end_matches(is_space);
    // 该法的第三条
    let named = ["的", "中的", "里的"].iter().rev().find_map(|of| named.strip_suffix(of)).unwrap_or(named);
    let named = named.trim_end_matches(is_space);
    let (book, name) = match books::at_end(named) {
        Some((book, start)) => (Some(book), named[..start].trim_end_matches(['·', ' '])),
        None => (None, named),
    };
    if let Some(head) = name_at_end(name, book, titles) {
        return head;
    }
    if let Some(book) = book {
        let start = books::at_end(named).map_or(named.len(), |(_, start)| start);
        return if leads_to_article(&named[..start]) { Head::Book { book, start } } else { Head::Other };
    }
    if let Some(head) = pronoun(named) {
        return head;
    }
    if leads_to_article(text) { Head::Bare } else { Head::Other }
}

fn name_at_end(name: &str, book: Option<&'static Book>, titles: &Titles) -> Option<Head> {
    let plain = titles.at_end(name).map(|(id, start)| (id, start, None));
    let (id, start, year) = plain.or_else(|| {
        let (note, begin) = marks::note_at_end(name).filter(|(note, _)| !note.trial)?;
        let (id, start) = titles.at_end(name[..begin].trim_end_matches(is_space))?;
        Some((id, start, note.year))
    })?;
    may_begin_behind(&name[..start]).then_some(Head::Statute { id, start, year, book })
}

/// Whether a name without book marks may begin here. 海洋环境保护法 is not 环境保护法.
fn may_begin_behind(before: &str) -> bool {
    const MORE: [&str; 24] = [
        "我国", "现行", "原", "旧", "新", "老", "的", "承担", "属于", "反", "合", "为", "以", "于", "是",
        "就", "也", "把", "给", "查", "读", "引", "规定", "涉及",
    ];
    leads_to_article(before)
        || before.ends_with(['（', '('])
        || MORE.iter().any(|word| before.ends_with(word))
}

fn pronoun(text: &str) -> Option<Head> {
    if let Some(rest) = text.strip_suffix('条') {
        return pointing(rest).map(|(_, start)| Head::Article { start });
    }
    if let Some(rest) = text.strip_suffix(['编', '章', '节']) {
        return pointing(rest).filter(|(own, _)| *own).map(|(_, start)| Head::Division { start });
    }
    let kind = KINDS.iter().find(|kind| text.ends_with(**kind))?;
    let (own, start) = pointing(&text[..text.len() - kind.len()])?;
    Some(Head::Pronoun { own, kind: if *kind == "法典" { "法" } else { kind }, start })
}

/// 本, 该, 此, 同, and where the word begins. Not the 本 of 基本法 nor the 同 of 合同法.
fn pointing(text: &str) -> Option<(bool, usize)> {
    let pointer = text.chars().next_back()?;
    let start = text.len() - pointer.len_utf8();
    let part_of = match pointer {
        '本' => "基根日资成样版书课",
        '该' => "应",
        '此' => "因如",
        '同' => "合共不相如",
        _ => return None,
    };
    let begins = !text[..start].ends_with(|c| part_of.contains(c));
    begins.then_some((pointer == '本', start))
}
