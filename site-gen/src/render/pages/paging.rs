//! Long lists, a page at a time.
//!
//! A list that fits on one page is that page and nothing else: small sites never see any of this. Start at [`pages`].

use serde::Serialize;

use crate::render::press::Head;

/// Entries on a page at most: a list that a phone loads at once and a thumb gets through.
pub(in crate::render) const A_PAGE: usize = 100;

/// Where one is in a list, and where it goes on.
#[derive(Debug, Serialize)]
pub(super) struct Pager {
    number: usize,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// How many pages a list of so many entries has, at least one.
pub(in crate::render) fn pages(entries: usize) -> usize {
    entries.div_ceil(A_PAGE).max(1)
}

/// The number of the page, counted from 1, on which the entry at `place` stands.
pub(super) fn page_of(place: usize) -> usize {
    place / A_PAGE + 1
}

/// The entries on page `number`; none where the list is shorter.
pub(super) fn part<T>(entries: &[T], number: usize) -> &[T] {
    let start = ((number - 1) * A_PAGE).min(entries.len());
    &entries[start..(start + A_PAGE).min(entries.len())]
}

/// The address of page `number` of the list whose first page is at `first` and whose others lie in `folder`.
pub(in crate::render) fn address((first, folder): (&str, &str), number: usize) -> String {
    if number == 1 { first.to_owned() } else { format!("{folder}{number}/") }
}

/// The same list as `head` is of, on page `number`: another address, and its number behind its title.
pub(super) fn head_of(head: Head, list: (&str, &str), number: usize) -> Head {
    if number == 1 {
        return head;
    }
    let title = head.title.map(|title| format!("{title}（第 {number} 页）"));
    Head { url: address(list, number), title, ..head }
}

impl Pager {
    /// On page `number` of `count`; nothing where there is only one.
    pub(super) fn new(list: (&str, &str), number: usize, count: usize) -> Option<Self> {
        let previous = (number > 1).then(|| address(list, number - 1));
        let next = (number < count).then(|| address(list, number + 1));
        (count > 1).then_some(Self { number, count, previous, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: (&str, &str) = ("/cases/", "/cases/page/");

    #[test]
    fn every_entry_is_on_one_page_and_the_pages_lead_to_each_other() {
        for length in [0, 1, 99, 100, 101, 250, 1000] {
            let entries: Vec<usize> = (0..length).collect();
            let count = pages(length);
            let all: Vec<usize> =
                (1..=count).flat_map(|number| part(&entries, number).iter().copied()).collect();
            assert_eq!(all, entries);
            assert!(entries.iter().all(|place| part(&entries, page_of(*place)).contains(place)));
            assert!(part(&entries, count + 1).is_empty());
            for number in 1..=count {
                let Some(pager) = Pager::new(LIST, number, count) else {
                    assert!(length <= A_PAGE);
                    continue;
                };
                assert_eq!(pager.previous, (number > 1).then(|| address(LIST, number - 1)));
                assert_eq!(pager.next.is_some(), number < count);
            }
        }
        assert_eq!([address(LIST, 1), address(LIST, 2)], ["/cases/", "/cases/page/2/"]);
    }
}
