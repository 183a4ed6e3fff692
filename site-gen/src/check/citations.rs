//! Whether what is cited exists and holds: the statute, the article, on the day the page speaks for.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use crate::citation::{self, ArticleMention, Mention};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::load::Drafts;
use crate::load::kinds::StatuteDraft;
use crate::model::article::parse_number;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, Citation, StatuteVersion};
use crate::source::Span;
use crate::statute::catalogue::{Catalogue, Known};
use crate::statute::compare;

/// Every statute that content may cite.
#[derive(Debug)]
pub struct StatuteBook<'d> {
    drafts: &'d [StatuteDraft],
    /// Entries and works of the library.
    catalogue: Catalogue,
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
    /// All entries and full texts; reports titles that two entries claim, and where entry and text disagree.
    pub fn new(all: &'d Drafts, today: Date, diags: &mut Diagnostics) -> Self {
        let drafts = all.statutes.as_slice();
        let mut titles = BTreeMap::<&str, usize>::new();
        for (place, draft) in drafts.iter().enumerate() {
            for title in std::iter::once(&draft.title).chain(&draft.short_titles) {
                let earlier = titles.insert(&title.value, place);
                if earlier.is_some_and(|earlier| earlier != place) {
                    let message = format!("“{}”也是另一部法规的名字", title.value);
                    diags.push(
                        Diagnostic::error("duplicate-title", title.span, message)
                            .hint("每个简称只给一部法规"),
                    );
                }
            }
        }
        let catalogue = Catalogue::new(all);
        catalogue.compare(all, diags);
        Self { drafts, catalogue, today, incomplete: all.unread.contains("laws") }
    }

    /// Every statute that content may cite.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
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
            let Some(known) = self.catalogue.find(&mention.title) else {
                self.report_unknown(&mention, &place, diags);
                continue;
            };
            let whole = Citation { statute: known.slug.clone(), article: None };
            if mention.articles.is_empty() {
                found.push((mention.title_at, vec![whole]));
                continue;
            }
            for (index, article) in mention.articles.iter().enumerate() {
                let start = if index == 0 { mention.title_at.start } else { article.start };
                let range = start..article.end;
                self.check_article(known, article, (place(range.clone()), spoken), diags);
                found.push((range, expand(known, article)));
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

    /// A title that nobody knows is an error only with an article behind it: 《…》 also names books and forms.
    fn report_unknown(
        &self,
        mention: &Mention,
        place: &dyn Fn(Range<usize>) -> Span,
        diags: &mut Diagnostics,
    ) {
        let Some(last) = mention.articles.last().filter(|_| !self.incomplete) else { return };
        let near = nearest(&mention.title, self.catalogue.titles());
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
        known: &Known,
        article: &ArticleMention,
        (at, spoken): (Span, Spoken),
        diags: &mut Diagnostics,
    ) {
        let day = match spoken {
            Spoken::On(day) | Spoken::Then(day) => day,
            Spoken::Today => self.today,
        };
        let name = &known.name;
        let Some(version) = known.on(day) else {
            diags.push(self.not_in_force(known, article, at, day));
            return;
        };
        if let Some(message) = absent(version, article) {
            let message = format!("《{name}》{message}");
            diags.push(Diagnostic::error("no-such-article", at, message).hint("对照法规原文改成对的条号"));
        } else if article.to < article.from || article.to.number - article.from.number > LONGEST_RANGE {
            let message = format!("{}到{}不像一段条文", article.from, article.to);
            diags.push(
                Diagnostic::error("citation", at, message)
                    .hint("范围从小到大写，例如 第二十三条至第二十五条"),
            );
        }
        if let Spoken::On(_) = spoken {
            self.check_review(known, (version, article), (at, day), diags);
        }
    }

    /// Reports an article that is not what it was on the day of the review. Where the texts of both versions are known,
    /// only if they differ.
    fn check_review(
        &self,
        known: &Known,
        (then, article): (&StatuteVersion, &ArticleMention),
        (at, day): (Span, Date),
        diags: &mut Diagnostics,
    ) {
        let Some(newer) = changed_since(known, day, self.today) else { return };
        let name = &known.name;
        let now = known.on(self.today).and_then(|version| version.text.as_deref());
        if let (Some(then), Some(now)) = (then.text.as_deref(), now) {
            for change in compare::since(then, now, article.from..=article.to) {
                let message = format!(
                    "这一页核对以后，《{name}》{}从 {}起{}",
                    change.article,
                    chinese_date(newer),
                    change.what()
                );
                let hint = change.now_at.map_or_else(
                    || "对照新的条文看一遍，再改 reviewed 的日期".to_owned(),
                    |number| format!("现在看{number}；对照新的条文看一遍，再改 reviewed 的日期"),
                );
                diags.push_once(Diagnostic::warning("review-due", at, message).hint(hint));
            }
            return;
        }
        let message = format!("这一页核对以后，《{name}》{}有了变化", chinese_date(newer));
        let hint = "对照新的条文看一遍，再改 reviewed 的日期";
        diags.push_once(Diagnostic::warning("review-due", at, message).hint(hint));
    }

    /// Why a statute that is cited holds no more, or not yet.
    fn not_in_force(&self, known: &Known, article: &ArticleMention, at: Span, day: Date) -> Diagnostic {
        let name = &known.name;
        let repealed = known.versions.iter().filter_map(|version| version.repealed);
        if let Some(end) = repealed.filter(|end| *end <= day).max() {
            let message = format!("《{name}》从 {}起不再有效", chinese_date(end));
            let entry = known.entry.map(|entry| &self.drafts[entry]);
            let hint = entry
                .and_then(|draft| replacement(draft, article.from))
                .map(|by| format!("现在看{by}，改成引用它"));
            Diagnostic::error("repealed-statute", at, message).maybe_hint(hint)
        } else {
            let message = format!("《{name}》在 {}还没有施行", chinese_date(day));
            Diagnostic::error("statute-not-in-force", at, message).hint("核对页面的日期和法规的施行日期")
        }
    }
}

/// What is said of an article that a version does not have. A number that only a slip of the text left out is no
/// editor's error, so of plain articles only the last one counts.
fn absent(version: &StatuteVersion, article: &ArticleMention) -> Option<String> {
    let text = version.text.as_deref();
    if article.from.number == 0 || article.to.number > version.last_number() {
        return Some(format!("只有 {} 条，没有{}", version.last_number(), article.to));
    }
    let lost = text.and_then(|text| {
        let mut ends = [article.from, article.to].into_iter().filter(|number| number.sub > 0);
        ends.find(|number| text.article(*number).is_none())
    });
    lost.map(|number| format!("没有{number}"))
}

/// Articles named by `mention`, each as a citation; a range that is too long gives its ends.
fn expand(known: &Known, mention: &ArticleMention) -> Vec<Citation> {
    let statute = &known.slug;
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

/// The newest change after `day` that has taken effect by `today`.
fn changed_since(known: &Known, day: Date, today: Date) -> Option<Date> {
    let starts = known.versions.iter().map(|version| version.effective);
    let ends = known.versions.iter().filter_map(|version| version.repealed);
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
