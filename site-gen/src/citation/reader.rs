//! Reads one text from trigger to trigger and decides what each place belongs to.

use super::books::{self, Book};
use super::context::{Context, Ending, Named, Own, Tail};
use super::cursor::{Cursor, begins_with_a_thing, is_space};
use super::grammar::{self, Allowed, Piece, What};
use super::head::{self, Head};
use super::marks::{self, Marked};
use super::own_text::Line;
use super::titles::{StatuteId, Titles};
use super::triggers::{Trigger, Triggers};
use super::{Page, Reference, Subject, Target};
use crate::model::ArticleNo;
use crate::model::article::Division;
use crate::model::numeral::is_numeral;

/// A text being read.
pub(super) struct Reader<'t, 'c> {
    pub(super) text: &'t str,
    titles: &'t Titles,
    pub(super) own: Option<Own>,
    context: &'c mut Context,
    pub(super) found: Vec<Reference>,
    /// Where the next trigger is looked for.
    pub(super) at: usize,
    /// Where the last citation ended: a name before the next one begins no earlier.
    floor: usize,
    /// Where text begins of which the context knows nothing yet.
    passed: usize,
    /// 《 before this place stands inside a title that nobody knows.
    inside_title: usize,
    /// The line being read and its 款, in a statute's own text.
    pub(super) line: Line,
}

/// What places belong to.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) subject: Subject,
    /// Where the first link begins: before the name.
    start: usize,
    year: Option<i16>,
    book: Option<&'static Book>,
    /// The article of 同条第二款.
    pub(super) article: Option<ArticleNo>,
}

impl Owner {
    pub(super) fn known(id: StatuteId, start: usize) -> Self {
        Self { subject: Subject::Known(id), start, year: None, book: None, article: None }
    }
}

impl<'t, 'c> Reader<'t, 'c> {
    pub(super) fn new(text: &'t str, page: Page<'t>, context: &'c mut Context) -> Self {
        let Page { titles, own } = page;
        let line = Line::default();
        Self {
            text,
            titles,
            own,
            context,
            found: Vec::new(),
            at: 0,
            floor: 0,
            passed: 0,
            inside_title: 0,
            line,
        }
    }

    pub(super) fn read(mut self) -> Vec<Reference> {
        let mut triggers = Triggers::new(self.text, self.own.is_some_and(|own| own.text));
        while let Some((at, trigger)) = triggers.next(self.at) {
            match trigger {
                Trigger::Title if at < self.inside_title => self.at = at + '《'.len_utf8(),
                Trigger::Title => self.title(at),
                Trigger::Ordinal => self.ordinal(at),
                Trigger::Article => self.without_ordinal(at),
                Trigger::Before => self.before(at),
            }
        }
        self.leave_tail();
        self.found
    }

    fn title(&mut self, open: usize) {
        let marked = match marks::marked(self.text, open) {
            Ok(marked) => marked,
            Err(next) => {
                self.at = next;
                return;
            }
        };
        let start = marked.outer.start;
        self.pass(start);
        let (mut owner, mut end) = self.named(&marked);
        let mut places = end;
        if let Some(note) = marks::note_at_start(&self.text[places..]) {
            places += note.len;
            owner.year = owner.year.or(note.year);
            if note.trial {
                let title = format!("{}（试行）", &self.text[marked.inner.clone()]);
                owner.subject = self.on_trial(&owner.subject, title);
            }
        }
        let known = matches!(owner.subject, Subject::Known(_));
        let places = self.behind_of(places);
        let found = self.places_behind(&owner, places);
        let cites = found.is_some() && may_be_statute(&self.text[marked.inner.clone()]);
        if !(known || cites) {
            self.context.name(Named::Unknown(self.text[marked.inner].to_owned()));
            self.at = start + '《'.len_utf8();
            self.inside_title = marked.outer.end;
            return;
        }
        if let Some((pieces, stop)) = found {
            end = stop;
            self.push(owner, pieces);
        } else {
            self.context_named(&owner.subject);
            let within = owner.book.map(Book::division).unwrap_or_default();
            let target = if within.is_none() { Target::Whole } else { Target::Division(within) };
            self.found.push(Reference {
                range: start..end,
                subject: owner.subject,
                target,
                within,
                year: None,
            });
        }
        self.reached(end);
    }

    /// Whom a title names, and where the name ends.
    fn named(&self, marked: &Marked) -> (Owner, usize) {
        let (inner, end) = (&self.text[marked.inner.clone()], marked.outer.end);
        let owner = |id| Owner::known(id, marked.outer.start);
        if let Some(longer) = self.interpretation(inner, end) {
            return (owner(longer.0), longer.1);
        }
        if let Some(id) = self.titles.find(inner) {
            return (owner(id), end);
        }
        // 《妇女权益保障法（2022年修订）》
        if let Some((note, begin)) = marks::note_at_end(inner).filter(|(note, _)| !note.trial)
            && let Some(id) = self.titles.find(inner[..begin].trim_end())
        {
            return (Owner { year: note.year, ..owner(id) }, end);
        }
        // 《民法典·婚姻家庭编》
        if let Some((book, begin)) = books::at_end(inner)
            && let Some(id) = self.titles.find(inner[..begin].trim_end_matches(['·', '•', ' ']))
            && Some(id) == self.titles.civil_code()
        {
            return (Owner { book: Some(book), ..owner(id) }, end);
        }
        let subject = Subject::Unknown(inner.to_owned());
        (Owner { subject, ..owner(StatuteId(0)) }, end)
    }

    /// Whom 《…》（试行） means: a statute that has it in its name.
    fn on_trial(&self, without: &Subject, title: String) -> Subject {
        match without {
            Subject::Known(id) if self.titles.is_on_trial(*id) => Subject::Known(*id),
            _ => self.titles.find(&title).map_or(Subject::Unknown(title), Subject::Known),
        }
    }

    /// 《民法典》婚姻家庭编的解释（一）: the marks stand round half of the title.
    fn interpretation(&self, inner: &str, end: usize) -> Option<(StatuteId, usize)> {
        const WORD: &str = "解释";
        let rest = &self.text[end..];
        let ahead = rest.char_indices().take(20).find(|(at, c)| {
            rest[*at..].starts_with(WORD)
                || matches!(c, '第' | '，' | '。' | '、' | '；' | '《' | '（' | '\n')
        });
        let (at, _) = ahead.filter(|(at, _)| rest[*at..].starts_with(WORD))?;
        let mut cursor = Cursor::new(rest, at + WORD.len());
        let bracket = cursor.rest().starts_with(['（', '(']);
        if bracket {
            cursor.number();
        }
        let id = self.titles.find(&format!("{inner}{}", &rest[..cursor.at]))?;
        Some((id, end + cursor.at))
    }

    /// Where the places begin behind a name: behind 的 and spaces.
    fn behind_of(&self, at: usize) -> usize {
        let mut cursor = Cursor::new(self.text, at);
        cursor.spaces();
        if cursor.eat_any(&["的", "中的", "里的"]) {
            cursor.spaces();
        }
        cursor.at
    }

    /// The places right behind a name; those of a title that nobody knows only where they are articles.
    fn places_behind(&self, owner: &Owner, at: usize) -> Option<(Vec<Piece>, usize)> {
        let Subject::Known(id) = owner.subject else {
            let found = grammar::places(self.text, at, Allowed::Marked)?;
            return found.0.iter().any(is_article).then_some(found);
        };
        let civil_code = self.titles.civil_code() == Some(id);
        let (pieces, end) = grammar::places(self.text, at, Allowed::BehindName { civil_code })?;
        // 《民法典》1260条 counts them all.
        let count = self.text[at..].starts_with(is_numeral)
            && matches!(pieces.first()?.what, What::Articles { from, .. } if from.number == self.titles.articles(id));
        (!count && !matches!(pieces.first()?.what, What::Part(_))).then_some((pieces, end))
    }

    /// 第…: reads what follows and looks back for what it belongs to.
    fn ordinal(&mut self, at: usize) {
        let Some((pieces, end)) = grammar::places(self.text, at, Allowed::Marked) else {
            self.at = at + '第'.len_utf8();
            return;
        };
        self.pass(at);
        match self.owner(at, &pieces) {
            Some(owner) => self.push(owner, pieces),
            None if pieces.iter().any(is_article) => self.context.close(),
            None => {}
        }
        self.reached(end);
    }

    fn owner(&self, at: usize, pieces: &[Piece]) -> Option<Owner> {
        let first = pieces.first()?;
        let before = &self.text[self.floor..at];
        let own = self.own;
        let head = match self.head_in_tail(before) {
            Some(Ok(head)) => head,
            Some(Err(owner)) => return fits(first, &owner).then_some(owner),
            None => head::before(before, self.titles),
        };
        match head {
            Head::Statute { id, start, year, book } => {
                let book = book.filter(|_| self.titles.civil_code() == Some(id));
                let owner = Owner { year, book, ..Owner::known(id, self.floor + start) };
                (!matches!(first.what, What::Part(_))).then_some(owner)
            }
            Head::Book { book, start } => {
                let id = self.titles.civil_code()?;
                let certain = matches!(first.what, What::Articles { from, .. } if book.has(from));
                certain.then(|| Owner { book: Some(book), ..Owner::known(id, self.floor + start) })
            }
            Head::Pronoun { own: own_word, kind, start } => {
                self.pointed_at(own_word, kind, self.floor + start, first)
            }
            Head::Article { start } if matches!(first.what, What::Part(_)) => {
                let own = own.and_then(|own| Some((own.statute, own.article?)));
                let (id, article) = own.or(self.context.article)?;
                Some(Owner { article: Some(article), ..Owner::known(id, self.floor + start) })
            }
            Head::Division { start } if matches!(first.what, What::Division(_)) => {
                let own = own.filter(|own| !own.division.is_none())?;
                Some(Owner::known(own.statute, self.floor + start))
            }
            Head::Bare => self.owner_of_bare(at, first),
            Head::Article { .. } | Head::Division { .. } | Head::Other => None,
        }
    }

    /// Where a text begins with an article, the one before it decides: 《反家庭暴力法》**第二十三条**.
    fn head_in_tail(&self, before: &str) -> Option<Result<Head, Owner>> {
        let (0, "" | "的") = (self.floor, before.trim()) else { return None };
        let at = before.len();
        Some(match &self.context.tail {
            Tail::Start => Ok(Head::Bare),
            Tail::Name(id) => Err(Owner::known(*id, at)),
            Tail::Article => match self.context.article {
                Some((id, article)) => Err(Owner { article: Some(article), ..Owner::known(id, at) }),
                None => Ok(Head::Bare),
            },
            Tail::Text(ending) => match head::before(ending.text(), self.titles) {
                Head::Statute { id, book: None, .. } => Err(Owner::known(id, at)),
                Head::Bare => Ok(Head::Bare),
                _ => Ok(Head::Other),
            },
        })
    }

    /// 本法, 该条例.
    fn pointed_at(&self, own_word: bool, kind: &'static str, start: usize, first: &Piece) -> Option<Owner> {
        if matches!(first.what, What::Part(_)) {
            return None;
        }
        if let Some(own) = self.own.filter(|_| own_word) {
            if self.titles.kind(own.statute) == Some(kind) {
                return Some(Owner::known(own.statute, start));
            }
            if own.text {
                return None;
            }
        }
        let owner = Owner::known(StatuteId(0), start);
        match self.context.last_of_kind(kind, self.titles) {
            Some(Named::Known(id)) => Some(Owner::known(id, start)),
            Some(Named::Unknown(title)) => Some(Owner { subject: Subject::Unknown(title), ..owner }),
            // In a statute's own text there is nobody to ask.
            None if self.own.is_some_and(|own| own.text) || !is_article(first) => None,
            None => Some(Owner { subject: Subject::Unclear, ..owner }),
        }
    }

    fn owner_of_bare(&self, at: usize, first: &Piece) -> Option<Owner> {
        let blank = self.text[self.floor..at].trim().is_empty() && self.floor == 0;
        if begins_with_a_thing(&self.text[first.at.end..]) {
            return None;
        }
        let Some(own) = self.own else {
            return self.context.of_bare().filter(|_| is_article(first)).map(|id| Owner::known(id, at));
        };
        if self.context.of_another(own.statute) {
            return None;
        }
        match first.what {
            What::Part(_) => {
                let article = own.article.filter(|_| own.text && !self.context.article_near)?;
                Some(Owner { article: Some(article), ..Owner::known(own.statute, at) })
            }
            // The article's own number before its text.
            What::Articles { from, .. } if own.text && blank && own.article == Some(from) => None,
            What::Division(_) if !own.text => None,
            _ => Some(Owner::known(own.statute, at)),
        }
    }

    /// 条 behind a numeral without 第: 民法典1079条.
    fn without_ordinal(&mut self, at: usize) {
        let before = &self.text[self.floor..at];
        let joins =
            |c: char| is_numeral(c) || is_space(c) || matches!(c, '、' | '至' | '到' | '-' | '～' | '—');
        let begin = before.trim_end_matches(joins).len();
        let begin = begin + before[begin..].find(is_numeral).unwrap_or(before.len() - begin);
        let start = self.floor + begin;
        self.at = at + '条'.len_utf8();
        if begin == before.len() || before[..begin].ends_with('第') {
            return;
        }
        if let Head::Statute { id, start: name, year, book } = head::before(&before[..begin], self.titles) {
            let owner = Owner { year, book, ..Owner::known(id, start - begin + name) };
            if let Some((pieces, end)) = self.places_behind(&owner, start) {
                self.pass(owner.start);
                self.push(owner, pieces);
                self.reached(end.max(self.at));
            }
        }
    }

    pub(super) fn push(&mut self, owner: Owner, pieces: Vec<Piece>) {
        let Owner { subject, start, year, book, article } = owner;
        self.context_named(&subject);
        // Of a statute that can't be told there is one thing to say, whatever is cited of it.
        if let (Subject::Unknown(_) | Subject::Unclear, Some(first), Some(last)) =
            (&subject, pieces.first().and_then(|first| target(first.what, None)), pieces.last())
        {
            let (range, within) = (start..last.at.end, Division::default());
            self.found.push(Reference { range, subject, target: first, within, year });
            return;
        }
        for (place, piece) in pieces.into_iter().enumerate() {
            let Some(target) = target(piece.what, article) else { continue };
            let begin = if place == 0 { start } else { piece.at.start };
            let mut within = piece.within;
            if let (Some(book), 0) = (book, within.book) {
                within.book = book.number;
            }
            let mut target = target;
            if let Target::Division(division) = &mut target {
                self.complete(division, (start, piece.at.start), book);
            }
            if let (Subject::Known(id), Target::Articles { from, to, .. }) = (&subject, target) {
                self.context.article = Some((*id, to.unwrap_or(from)));
                self.context.article_near = true;
            }
            let range = begin..piece.at.end;
            self.found.push(Reference { range, subject: subject.clone(), target, within, year });
        }
    }

    /// 本编第三章 is in the book that the text is in; 民法典婚姻家庭编第三章 in that one.
    fn complete(&self, division: &mut Division, (start, end): (usize, usize), book: Option<&'static Book>) {
        if let (Some(book), 0) = (book, division.book) {
            division.book = book.number;
        }
        let Some(own) = self.own.map(|own| own.division) else { return };
        let head = self.text[start.min(end)..end].trim_end_matches(is_space);
        if head.ends_with("本编") || head.ends_with("本章") {
            (division.book, division.sub_book) = (own.book, own.sub_book);
        }
        if head.ends_with("本章") {
            division.chapter = own.chapter;
        }
    }

    fn context_named(&mut self, subject: &Subject) {
        match subject {
            Subject::Known(id) => self.context.name(Named::Known(*id)),
            Subject::Unknown(title) => self.context.name(Named::Unknown(title.clone())),
            Subject::Unclear => self.context.close(),
        }
    }

    /// The context learns what stands up to byte `to`.
    pub(super) fn pass(&mut self, to: usize) {
        if let Some(gap) = self.text.get(self.passed..to) {
            self.context.pass(gap, self.titles);
        }
        self.passed = to;
    }

    pub(super) fn reached(&mut self, end: usize) {
        (self.at, self.floor, self.passed) = (end, end, end);
    }

    /// Tells the context what this text ends with.
    fn leave_tail(&mut self) {
        if self.text.chars().all(char::is_whitespace) {
            return;
        }
        self.pass(self.text.len());
        let last = self.found.last().map(|last| (last.range.end, &last.subject, last.target));
        let rest = self.text[last.as_ref().map_or(0, |last| last.0)..].trim();
        self.context.tail = match last {
            Some((_, Subject::Known(id), Target::Whole)) if matches!(rest, "" | "的") => Tail::Name(*id),
            Some(_) if rest.is_empty() => Tail::Article,
            _ => Tail::Text(Ending::of(rest)),
        };
    }
}

/// Whether a place may stand right behind a name (an article) or behind an article (a part of it).
fn fits(first: &Piece, owner: &Owner) -> bool {
    matches!(first.what, What::Part(_)) == owner.article.is_some()
}

fn target(what: What, article: Option<ArticleNo>) -> Option<Target> {
    Some(match what {
        What::Division(division) => Target::Division(division),
        What::Articles { from, to, part } => Target::Articles { from, to, part },
        What::Part(part) => Target::Articles { from: article?, to: None, part },
        What::Malformed => Target::Malformed,
    })
}

fn is_article(piece: &Piece) -> bool {
    matches!(piece.what, What::Articles { .. } | What::Malformed)
}

/// Whether a title that nobody knows may be a statute's: contracts and applications have articles too.
fn may_be_statute(title: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "合同",
        "协议",
        "协议书",
        "民约",
        "约定",
        "章程",
        "申请书",
        "判决书",
        "裁定书",
        "告诫书",
        "守则",
        "手册",
    ];
    !OTHERS.iter().any(|other| title.ends_with(other))
}
