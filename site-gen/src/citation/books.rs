//! The books of the Civil Code, which people call by name: 婚姻家庭编第一千零七十九条.
//!
//! No other statute in force has books with names of their own, so a name and a number that lies in it are enough.

use crate::model::ArticleNo;
use crate::model::article::Division;

/// A book of the Civil Code. Its articles are those of the text in force since 2021-01-01.
#[derive(Debug)]
pub struct Book {
    /// Its name without 编.
    pub name: &'static str,
    /// 第…编
    pub number: u16,
    /// Its first article.
    pub first: u16,
    /// Its last article.
    pub last: u16,
}

/// The Civil Code's plain name.
pub const CIVIL_CODE: &str = "民法典";

/// In their order.
pub const BOOKS: [Book; 7] = [
    Book { name: "总则", number: 1, first: 1, last: 204 },
    Book { name: "物权", number: 2, first: 205, last: 462 },
    Book { name: "合同", number: 3, first: 463, last: 988 },
    Book { name: "人格权", number: 4, first: 989, last: 1039 },
    Book { name: "婚姻家庭", number: 5, first: 1040, last: 1118 },
    Book { name: "继承", number: 6, first: 1119, last: 1163 },
    Book { name: "侵权责任", number: 7, first: 1164, last: 1258 },
];

impl Book {
    /// The book of this number.
    pub fn numbered(number: u16) -> Option<&'static Self> {
        BOOKS.iter().find(|book| book.number == number)
    }

    /// Whether `article` stands in it.
    pub fn has(&self, article: ArticleNo) -> bool {
        (self.first..=self.last).contains(&article.number)
    }

    /// As a division.
    pub fn division(&self) -> Division {
        Division { book: self.number, ..Division::default() }
    }
}

/// The book that `text` begins with, and the length of its name with 编.
pub(super) fn at_start(text: &str) -> Option<(&'static Book, usize)> {
    let book = BOOKS.iter().find(|book| {
        text.strip_prefix(book.name).and_then(|rest| rest.strip_prefix('编')).is_some_and(is_the_book_itself)
    })?;
    Some((book, book.name.len() + '编'.len_utf8()))
}

/// The book that `text` ends with, and where its name begins.
pub(super) fn at_end(text: &str) -> Option<(&'static Book, usize)> {
    let rest = text.strip_suffix('编')?;
    BOOKS.iter().find_map(|book| Some((book, rest.strip_suffix(book.name)?.len())))
}

/// 婚姻家庭编的解释（一） is another statute, not the book.
fn is_the_book_itself(rest: &str) -> bool {
    !["的解释", "解释", "司法解释"].iter().any(|word| rest.starts_with(word))
}
