//! What is said of a citation that does not hold. Start at [`Faults`]; which of them apply is decided in
//! [`super::citations`].

use jiff::civil::Date;

use super::citations::{Entry, LONGEST_RANGE};
use crate::citation::books::{Book, CIVIL_CODE};
use crate::citation::{Reference, Target};
use crate::diag::{Diagnostic, nearest};
use crate::model::article::Part;
use crate::model::date::chinese_date;
use crate::model::{ArticleNo, StatuteVersion};
use crate::source::Span;
use crate::statute::compare::Change;

/// The reference that is spoken of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faults<'r> {
    /// The text it stands in.
    pub(super) text: &'r str,
    pub(super) reference: &'r Reference,
    /// Its place in the file.
    pub(super) at: Span,
}

impl Faults<'_> {
    /// As it is written.
    fn written(&self) -> &str {
        &self.text[self.reference.range.clone()]
    }

    /// Nobody knows a statute by this title.
    pub(super) fn unknown<'t>(&self, title: &str, known: impl Iterator<Item = &'t str>) -> Diagnostic {
        let hint = nearest(title, known).map_or_else(
            || "先在 laws/ 里写一个条目，或者改成已有的法规".to_owned(),
            |near| format!("是不是想写《{near}》；如果是另一部法规，先在 laws/ 里写一个条目"),
        );
        let message = format!("没有叫《{title}》的法规条目");
        Diagnostic::error("unknown-statute", self.at, message).hint(hint)
    }

    /// 该法, and no statute before it in the paragraph.
    pub(super) fn unclear(&self) -> Diagnostic {
        let message = format!("看不出“{}”是哪部法规的：这一段前面没有写它的名字", self.written());
        Diagnostic::warning("unclear-statute", self.at, message)
            .hint("写出书名号和名字，例如 《反家庭暴力法》第二十三条")
    }

    /// Why the statute holds no more on `day`, or not yet.
    pub(super) fn not_in_force(&self, entry: &Entry<'_>, day: Date) -> Diagnostic {
        let name = entry.name();
        let repealed = entry.versions.iter().filter_map(|version| version.repealed);
        if let Some(end) = repealed.filter(|end| *end <= day).max() {
            let message = format!("《{name}》从 {}起不再有效", chinese_date(end));
            let hint = self.replacement(entry).map(|by| format!("现在看{by}，改成引用它"));
            Diagnostic::error("repealed-statute", self.at, message).maybe_hint(hint)
        } else {
            let message = format!("《{name}》在 {}还没有施行", chinese_date(day));
            Diagnostic::error("statute-not-in-force", self.at, message).hint("核对页面的日期和法规的施行日期")
        }
    }

    /// What the entry says took the place of the article, or of the whole statute.
    fn replacement<'e>(&self, entry: &'e Entry<'_>) -> Option<&'e str> {
        let of = |wanted: Option<ArticleNo>| {
            entry.replaced_by.iter().find(|(from, _)| *from == wanted).map(|(_, by)| *by)
        };
        match self.reference.target {
            Target::Articles { from, .. } => of(Some(from)).or_else(|| of(None)),
            _ => of(None),
        }
    }

    /// What of the place does not exist. `paragraphs`: how many items each has, where the text is known.
    pub(super) fn missing(
        &self,
        entry: &Entry<'_>,
        version: &StatuteVersion,
        paragraphs: Option<&[u16]>,
    ) -> Option<Diagnostic> {
        let (from, to, part) = match self.reference.target {
            Target::Articles { from, to, part } => (from, to, part),
            Target::Malformed => return Some(self.malformed()),
            Target::Whole | Target::Division(_) => return None,
        };
        let name = entry.name();
        let last = to.unwrap_or(from);
        if let Some(to) = to.filter(|to| *to <= from || to.number - from.number > LONGEST_RANGE) {
            let hint = "范围从小到大写，例如 第二十三条至第二十五条";
            let message = format!("{from}到{to}不像一段条文");
            return Some(Diagnostic::error("citation", self.at, message).hint(hint));
        }
        let beyond = [from, last].into_iter().find(|no| no.number == 0 || no.number > version.last_number());
        if let Some(beyond) = beyond {
            let message = format!("《{name}》只有 {} 条，没有{beyond}", version.last_number());
            return Some(self.no_such(message, "对照法规原文改成对的条号"));
        }
        if let Some(book) = self.book(entry).filter(|book| !book.has(from)) {
            let (first, last) = (ArticleNo::plain(book.first), ArticleNo::plain(book.last));
            let message = format!("《{name}》的{}编从{first}到{last}，没有{from}", book.name);
            return Some(self.no_such(message, "改条号，或者改成它所在的编"));
        }
        if paragraphs.is_some_and(<[u16]>::is_empty) {
            return Some(self.lost(entry, from));
        }
        let missing = missing_part(part, paragraphs?)?;
        Some(self.no_such(format!("《{name}》{from}{missing}"), "对照法规原文改成对的款和项"))
    }

    /// The book of the Civil Code that was named with the article.
    fn book(&self, entry: &Entry<'_>) -> Option<&'static Book> {
        entry.titles.iter().any(|title| title.ends_with(CIVIL_CODE)).then_some(())?;
        Book::numbered(self.reference.within.book)
    }

    /// The text of the statute has no such article.
    pub(super) fn lost(&self, entry: &Entry<'_>, article: ArticleNo) -> Diagnostic {
        self.no_such(format!("《{}》没有{article}", entry.name()), "对照法规原文改成对的条号")
    }

    fn no_such(&self, message: String, hint: &str) -> Diagnostic {
        Diagnostic::error("no-such-article", self.at, message).hint(hint)
    }

    fn malformed(&self) -> Diagnostic {
        let message = format!("“{}”里的条号读不出是几", self.written());
        Diagnostic::error("citation", self.at, message)
            .hint("条号写成 第二十三条、第一百零三条，或者 第 23 条")
    }

    /// The statute changed on the day `newer`, after somebody last looked at the page.
    pub(super) fn review_due(&self, entry: &Entry<'_>, newer: Date) -> Diagnostic {
        let message = format!("这一页核对以后，《{}》{}有了变化", entry.name(), chinese_date(newer));
        let hint = "对照新的条文看一遍，再改 reviewed 的日期";
        Diagnostic::warning("review-due", self.at, message).hint(hint)
    }

    /// What the article says is not what it said when somebody last looked at the page; since the day `newer`.
    pub(super) fn article_changed(&self, entry: &Entry<'_>, change: &Change, newer: Date) -> Diagnostic {
        let (name, day) = (entry.name(), chinese_date(newer));
        let message = format!("这一页核对以后，《{name}》{}从 {day}起{}", change.article, change.what());
        let hint = change.now_at.map_or_else(
            || "对照新的条文看一遍，再改 reviewed 的日期".to_owned(),
            |number| format!("现在看{number}；对照新的条文看一遍，再改 reviewed 的日期"),
        );
        Diagnostic::warning("review-due", self.at, message).hint(hint)
    }
}

/// 只有 2 款，没有第三款
fn missing_part(part: Part, paragraphs: &[u16]) -> Option<String> {
    let count = u16::try_from(paragraphs.len()).unwrap_or(u16::MAX);
    let named = |part: Part| part.to_string();
    if part.paragraph > count {
        return Some(format!("只有 {count} 款，没有{}", named(Part { item: 0, ..part })));
    }
    let items = match usize::from(part.paragraph).checked_sub(1) {
        Some(place) => paragraphs.get(place).copied()?,
        None => paragraphs.iter().copied().max()?,
    };
    let item = Part { paragraph: 0, item: part.item };
    match (part.item > items, items) {
        (false, _) => None,
        (true, 0) => Some(format!("不分项，没有{}", named(item))),
        (true, items) => Some(format!("最多 {items} 项，没有{}", named(item))),
    }
}
