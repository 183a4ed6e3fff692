//! Known phrases, to be found anywhere in a question.

/// Phrases in order, each with what it stands for.
#[derive(Debug, Default)]
pub(super) struct Phrasebook<T> {
    phrases: Vec<(String, T)>,
}

impl<T: Ord> Phrasebook<T> {
    /// Phrases of fewer than two characters stand in too many words to mean anything, and are left out.
    pub(super) fn new(phrases: impl Iterator<Item = (String, T)>) -> Self {
        let mut phrases: Vec<_> = phrases.filter(|(phrase, _)| phrase.chars().nth(1).is_some()).collect();
        phrases.sort();
        phrases.dedup();
        Self { phrases }
    }

    /// What the phrases that stand in `text` stand for, in the order in which they begin.
    pub(super) fn found_in<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a T> {
        text.char_indices().flat_map(|(start, _)| self.found_at(&text[start..]))
    }

    /// What the phrases that `text` begins with stand for.
    fn found_at(&self, text: &str) -> Vec<&T> {
        let mut found = Vec::new();
        let mut rest = self.phrases.as_slice();
        for (start, c) in text.char_indices() {
            let beginning = &text[..start + c.len_utf8()];
            rest = &rest[rest.partition_point(|(phrase, _)| phrase.as_str() < beginning)..];
            let same = rest.partition_point(|(phrase, _)| phrase == beginning);
            found.extend(rest[..same].iter().map(|(_, value)| value));
            rest = &rest[same..];
            if !rest.first().is_some_and(|(phrase, _)| phrase.starts_with(beginning)) {
                break;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phrases_are_found_wherever_they_stand() {
        let book = Phrasebook::new(
            ["打我", "打我妈", "老公打我", "打"].iter().map(|&phrase| (phrase.to_owned(), phrase)),
        );
        assert_eq!(book.found_in("老公打我妈").collect::<Vec<_>>(), [&"老公打我", &"打我", &"打我妈"]);
        assert_eq!(book.found_in("打工").count(), 0);
    }

    proptest! {
        #[test]
        fn a_phrase_is_found_exactly_when_it_is_there(phrases in prop::collection::vec("[ab婚]{2,4}", 0..12), text in "[ab婚]{0,12}") {
            let book = Phrasebook::new(phrases.iter().map(|phrase| (phrase.clone(), phrase.clone())));
            let mut found: Vec<&String> = book.found_in(&text).collect();
            found.sort();
            found.dedup();
            let mut expected: Vec<&String> = phrases.iter().filter(|phrase| text.contains(*phrase)).collect();
            expected.sort();
            expected.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}
