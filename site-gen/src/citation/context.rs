//! What has been said so far in a paragraph, which tells what 该法 and a bare 第二十八条 mean.
//!
//! The Markdown compiler keeps one [`Context`] for a text and calls [`Context::new_block`] where a paragraph, list item or
//! table cell begins; emphasis and links inside a paragraph do not touch it. [`Own`] is what the whole page knows: the
//! statute it is about, or is.

use super::cursor::is_space;
use super::titles::{StatuteId, Titles};
use crate::model::ArticleNo;
use crate::model::article::Division;

/// What has been said so far in this paragraph.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The statutes named, the last one last, each once.
    named: Vec<Named>,
    /// Whether a bare article still belongs to the statute named last: the same sentence, and nothing else that has
    /// articles was named.
    open: bool,
    /// The article cited last, which 该条 means.
    pub(super) article: Option<(StatuteId, ArticleNo)>,
    /// Whether that was in this sentence: then a bare 第五项 may be its, or may not.
    pub(super) article_near: bool,
    /// What the text before ended with.
    pub(super) tail: Tail,
}

/// A statute that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Known(StatuteId),
    /// By a title nobody knows.
    Unknown(String),
}

/// What the text before ended with, for an article that begins the next one: 《反家庭暴力法》**第二十三条**.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: a paragraph begins.
    #[default]
    Start,
    /// A statute's name, or its name and 的.
    Name(StatuteId),
    /// An article.
    Article,
    /// Other text; this is its end.
    Text(Ending),
}

/// The end of a text: as much as a name may be long. Kept without allocation, for most texts have no citation near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

impl Ending {
    const LONGEST: usize = 96;

    pub(super) fn of(text: &str) -> Self {
        let mut start = text.len().saturating_sub(Self::LONGEST);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let end = &text.as_bytes()[start..];
        let mut bytes = [0; Self::LONGEST];
        bytes[..end.len()].copy_from_slice(end);
        Self { bytes, len: end.len() }
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// The statute that a page is about, or whose text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    /// 本法
    pub statute: StatuteId,
    /// 本条, where one article is read.
    pub article: Option<ArticleNo>,
    /// 前条, where it is known.
    pub previous: Option<ArticleNo>,
    /// 本编, 本章, where they are known.
    pub division: Division,
    /// Whether the text is the statute's own, a line for each paragraph and item, without the article's number before it.
    /// Only then 前款 and a bare 第一款 have a meaning.
    pub text: bool,
}

impl Own {
    /// A page about the statute.
    pub fn page(statute: StatuteId, article: Option<ArticleNo>) -> Self {
        Self { statute, article, previous: None, division: Division::default(), text: false }
    }
}

impl Context {
    /// A paragraph, list item, cell or heading begins: nothing that was said before counts.
    pub fn new_block(&mut self) {
        self.named.clear();
        self.open = false;
        self.article = None;
        self.article_near = false;
        self.tail = Tail::Start;
    }

    /// A line ends within the paragraph, as a sentence does: bare articles behind it belong to nothing.
    pub fn end_sentence(&mut self) {
        self.open = false;
        self.article_near = false;
        self.tail = Tail::Start;
    }

    /// A statute was named.
    pub(super) fn name(&mut self, named: Named) {
        self.open = matches!(named, Named::Known(_));
        self.named.retain(|earlier| *earlier != named);
        self.named.push(named);
    }

    /// The statute that a bare article belongs to, if that is certain.
    pub(super) fn of_bare(&self) -> Option<StatuteId> {
        match self.named.last().filter(|_| self.open)? {
            Named::Known(id) => Some(*id),
            Named::Unknown(_) => None,
        }
    }

    /// The statute named last that calls itself `kind`.
    pub(super) fn last_of_kind(&self, kind: &str, titles: &Titles) -> Option<Named> {
        let is = |named: &&Named| match named {
            Named::Known(id) => titles.kind(*id) == Some(kind),
            Named::Unknown(title) => super::titles::kind_of(title) == Some(kind),
        };
        self.named.iter().rev().find(is).cloned()
    }

    /// Whether another statute than `own` was named in this sentence.
    pub(super) fn of_another(&self, own: StatuteId) -> bool {
        self.open && self.named.last() != Some(&Named::Known(own))
    }

    /// From here on a bare article belongs to nothing, until a statute is named.
    pub(super) fn close(&mut self) {
        self.open = false;
    }

    /// Text between two citations was read.
    pub(super) fn pass(&mut self, gap: &str, titles: &Titles) {
        if !self.open && !self.article_near {
            return;
        }
        if ends_sentence(gap) {
            (self.open, self.article_near) = (false, false);
        } else if self.open && (names_something_else(gap) || titles.is_named_in(gap)) {
            self.open = false;
        }
    }
}

fn ends_sentence(gap: &str) -> bool {
    gap.contains(['。', '！', '？', '!', '?', '\n'])
}

/// Things that have articles of their own, or statutes without book marks.
fn names_something_else(gap: &str) -> bool {
    const OTHERS: [&str; 12] =
        ["合同", "协议", "章程", "公约", "民约", "判决书", "条例", "法规定", "法中", "法里", "刑法", "宪法"];
    OTHERS.iter().any(|other| gap.contains(other))
}

/// Whether an article may stand behind `before` without a name of its own: behind a mark, or a word such as 按 and 违反.
/// 合同第三条 is an article of a contract.
pub(super) fn leads_to_article(before: &str) -> bool {
    const WORDS: [&str; 37] = [
        "按", "按照", "依", "依照", "依据", "根据", "据", "照", "对照", "参照", "看", "参见", "详见", "见",
        "和", "与", "及", "或", "或者", "以及", "适用", "用", "违反", "符合", "引用", "援引", "对", "除",
        "由", "到", "从", "在", "将", "凭", "还有", "另有", "有",
    ];
    let before = before.trim_end_matches(is_space);
    match before.chars().next_back() {
        None => true,
        Some(c) if !c.is_alphanumeric() => !matches!(c, '》' | '〉' | '）' | ')' | '%' | '—' | '-' | '～'),
        Some(_) => WORDS.iter().any(|word| before.ends_with(word)),
    }
}
