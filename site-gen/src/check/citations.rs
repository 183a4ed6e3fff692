//! Whether what is cited exists and holds: the statute, the article, on the day the page speaks for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::citation::{self, ArticleMention, Mention};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::kinds::{StatuteDraft, VersionDraft};
use crate::model::article::parse_number;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Citation};
use crate::source::{Hash, Span};

/// Every statute that content may cite.
#[derive(Debug)]
pub struct StatuteBook<'d> {
    drafts: &'d [Arc<StatuteDraft>],
    /// From a title or short title to the place in `drafts`.
    titles: BTreeMap<String, usize>,
    today: Date,
    /// Whether an entry could not be read: then a title that nobody knows may be its.
    incomplete: bool,
}

/// The day a page speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// The day it was reviewed or written: what it cites must hold then, and a later change is worth a look.
    On(Date),
    /// The year of a case: what it cites must have held then; what came later does not matter.
    Then(Date),
    /// No day is known: what it cites must hold today.
    Today,
}

/// Most articles that one range may name: more is a slip of the pen.
const LONGEST_RANGE: u16 = 100;

impl<'d> StatuteBook<'d> {
    /// All entries; reports titles that two of them claim.
    pub fn new(all: &'d Drafts, today: Date, diags: &mut Diagnostics) -> Self {
        let drafts = all.statutes.as_slice();
        let mut titles = BTreeMap::new();
        for (place, draft) in drafts.iter().enumerate() {
            for title in std::iter::once(&draft.title).chain(&draft.short_titles) {
                let earlier = titles.insert(title.value.clone(), place);
                if earlier.is_some_and(|earlier| earlier != place) {
                    let message = format!("“{}”也是另一部法规的名字", title.value);
                    diags.push(
                        Diagnostic::error("duplicate-title", title.span, message)
                            .hint("每个简称只给一部法规"),
                    );
                }
            }
        }
        Self { drafts, titles, today, incomplete: all.unread.contains("laws") }
    }

    /// Changes whenever an answer may change: names, versions, what took whose place, and which of them hold today.
    pub fn stamp(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        for draft in self.drafts {
            let StatuteDraft { slug, title, short_titles, versions, replaced_by, .. } = draft.as_ref();
            let names: Vec<&str> =
                [slug, title].into_iter().chain(short_titles).map(|name| name.value.as_str()).collect();
            let days = versions.iter().map(|version| {
                let repealed = version.repealed.as_ref().map(|day| day.value);
                let days = [Some(version.effective.value), repealed];
                let begun = days.map(|day| day.is_some_and(|day| day <= self.today));
                (version.adopted.value, days, begun, version.articles)
            });
            let days: Vec<_> = days.collect();
            let replaced: Vec<_> = replaced_by.iter().map(|(from, by)| (&from.value, &by.value)).collect();
            hasher.update(format!("{names:?} {days:?} {replaced:?}").as_bytes());
        }
        hasher.update(&[u8::from(self.incomplete)]);
        hasher.finalize().into()
    }

    /// The citations in `text`, which stands at `at`, with their places in the text. Reports what does not hold.
    pub fn resolve(
        &self,
        text: &str,
        at: Span,
        spoken: Spoken,
        diags: &mut Diagnostics,
    ) -> Vec<(Range<usize>, Vec<Citation>)> {
        let exact = at.end - at.start == text.len();
        let place = |range: Range<usize>| {
            if exact { Span::new(at.file, at.start + range.start, at.start + range.end) } else { at }
        };
        let mut found = Vec::new();
        for mention in citation::mentions(text) {
            let Some(draft) = self.find(&mention.title) else {
                self.report_unknown(&mention, &place, diags);
                continue;
            };
            let whole = Citation { statute: draft.slug.value.clone(), article: None };
            if mention.articles.is_empty() {
                found.push((mention.title_at, vec![whole]));
                continue;
            }
            for (index, article) in mention.articles.iter().enumerate() {
                let start = if index == 0 { mention.title_at.start } else { article.start };
                let range = start..article.end;
                self.check_article(draft, article, (place(range.clone()), spoken), diags);
                found.push((range, expand(draft, article)));
            }
        }
        found
    }

    /// One citation that is the whole of `text`, as front matter has it.
    pub fn resolve_one(
        &self,
        text: &str,
        at: Span,
        spoken: Spoken,
        diags: &mut Diagnostics,
    ) -> Vec<Citation> {
        let found = self.resolve(text, at, spoken, diags);
        if found.is_empty() && citation::mentions(text).is_empty() {
            let message = format!("“{text}”不是一处引用");
            diags.push(Diagnostic::error("citation", at, message).hint("写成 《反家庭暴力法》第二十三条"));
        }
        found.into_iter().flat_map(|(_, citations)| citations).collect()
    }

    fn find(&self, title: &str) -> Option<&'d StatuteDraft> {
        let bare = title.strip_prefix("中华人民共和国").unwrap_or(title);
        let place = self.titles.get(title).or_else(|| self.titles.get(bare))?;
        self.drafts.get(*place).map(Arc::as_ref)
    }

    /// A title that nobody knows is an error only with an article behind it: 《…》 also names books and forms.
    fn report_unknown(
        &self,
        mention: &Mention,
        place: &dyn Fn(Range<usize>) -> Span,
        diags: &mut Diagnostics,
    ) {
        let Some(last) = mention.articles.last().filter(|_| !self.incomplete) else { return };
        let near = nearest(&mention.title, self.titles.keys().map(String::as_str));
        let hint = near.map_or_else(
            || "先在 laws/ 里给这部法规写一个条目".to_owned(),
            |near| format!("是不是想写《{near}》；如果是另一部法规，先在 laws/ 里写一个条目"),
        );
        let at = place(mention.title_at.start..last.end);
        let message = format!("没有叫《{}》的法规条目", mention.title);
        diags.push(Diagnostic::error("unknown-statute", at, message).hint(hint));
    }

    fn check_article(
        &self,
        draft: &StatuteDraft,
        article: &ArticleMention,
        (at, spoken): (Span, Spoken),
        diags: &mut Diagnostics,
    ) {
        let day = match spoken {
            Spoken::On(day) | Spoken::Then(day) => day,
            Spoken::Today => self.today,
        };
        let name = short_title(draft);
        let Some(version) = version_on(draft, day) else {
            diags.push(not_in_force(draft, article, at, day));
            return;
        };
        let last = article.to.number;
        if last > version.articles || article.from.number == 0 {
            let message = format!("《{name}》只有 {} 条，没有{}", version.articles, article.to);
            diags.push(Diagnostic::error("no-such-article", at, message).hint("对照法规原文改成对的条号"));
        } else if article.to < article.from || last - article.from.number > LONGEST_RANGE {
            let message = format!("{}到{}不像一段条文", article.from, article.to);
            diags.push(
                Diagnostic::error("citation", at, message)
                    .hint("范围从小到大写，例如 第二十三条至第二十五条"),
            );
        }
        if let (Spoken::On(_), Some(newer)) = (spoken, changed_since(draft, day, self.today)) {
            let message = format!("这一页核对以后，《{name}》{}有了变化", chinese_date(newer));
            let hint = "对照新的条文看一遍，再改 reviewed 的日期";
            diags.push_once(Diagnostic::warning("review-due", at, message).hint(hint));
        }
    }
}

/// Why a statute that is cited holds no more, or not yet.
fn not_in_force(draft: &StatuteDraft, article: &ArticleMention, at: Span, day: Date) -> Diagnostic {
    let name = short_title(draft);
    let repealed = draft.versions.iter().filter_map(|version| version.repealed.as_ref()).map(|end| end.value);
    if let Some(end) = repealed.filter(|end| *end <= day).max() {
        let message = format!("《{name}》从 {}起不再有效", chinese_date(end));
        let hint = replacement(draft, article.from).map(|by| format!("现在看{by}，改成引用它"));
        Diagnostic::error("repealed-statute", at, message).maybe_hint(hint)
    } else {
        let message = format!("《{name}》在 {}还没有施行", chinese_date(day));
        Diagnostic::error("statute-not-in-force", at, message).hint("核对页面的日期和法规的施行日期")
    }
}

/// Articles named by `mention`, each as a citation; a range that is too long gives its ends.
fn expand(draft: &StatuteDraft, mention: &ArticleMention) -> Vec<Citation> {
    let statute = &draft.slug.value;
    let cite = |article| Citation { statute: statute.clone(), article: Some(article) };
    if mention.from == mention.to {
        return vec![cite(mention.from)];
    }
    let length = mention.to.number.saturating_sub(mention.from.number);
    if mention.to < mention.from || length > LONGEST_RANGE {
        return vec![cite(mention.from)];
    }
    let between = (mention.from.number..=mention.to.number).map(ArticleNo::plain);
    between.map(cite).collect()
}

fn short_title(draft: &StatuteDraft) -> &str {
    draft.short_titles.first().map_or(&draft.title.value, |title| &title.value)
}

fn version_on(draft: &StatuteDraft, day: Date) -> Option<&VersionDraft> {
    draft
        .versions
        .iter()
        .filter(|version| version.effective.value <= day)
        .filter(|version| version.repealed.as_ref().is_none_or(|end| day < end.value))
        .max_by_key(|version| version.effective.value)
}

/// The newest change after `day` that has taken effect by `today`.
fn changed_since(draft: &StatuteDraft, day: Date, today: Date) -> Option<Date> {
    let starts = draft.versions.iter().map(|version| version.effective.value);
    let ends = draft.versions.iter().filter_map(|version| version.repealed.as_ref()).map(|end| end.value);
    starts.chain(ends).filter(|change| *change > day && *change <= today).max()
}

/// What the entry says took the place of `article`, or of the whole statute.
fn replacement(draft: &StatuteDraft, article: ArticleNo) -> Option<&str> {
    let of = |wanted: Option<ArticleNo>| {
        draft
            .replaced_by
            .iter()
            .find(|(from, _)| replaced_article(&from.value) == wanted)
            .map(|(_, by)| by.value.as_str())
    };
    of(Some(article)).or_else(|| of(None))
}

/// Which article a key of `replaced_by` means: 第三十二条 or 32; `None` for 全部.
pub fn replaced_article(key: &str) -> Option<ArticleNo> {
    let key = key.trim();
    citation::leading_article(key)
        .map(|(number, _)| number)
        .or_else(|| parse_number(key).map(ArticleNo::plain))
}
