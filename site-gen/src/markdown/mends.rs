//! What mends headings that fall too deep.

use std::ops::Range;

/// What to write for the heading at `place`, which falls `gap` levels too deep, and for those below it: they rise
/// together, so that the order among them stays.
pub(super) fn raised(headings: &[(u8, usize)], place: usize, gap: u8) -> Vec<(Range<usize>, String)> {
    let Some((level, _)) = headings.get(place) else { return Vec::new() };
    let together = headings[place..].iter().take_while(|(other, _)| other >= level);
    together
        .map(|(level, at)| (*at..at + usize::from(*level), "#".repeat(usize::from(level - gap))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_rise_with_what_is_below_them() {
        let headings = [(2, 0), (4, 10), (5, 20), (4, 30), (2, 40), (4, 50)];
        let places: Vec<usize> = raised(&headings, 1, 1).into_iter().map(|(range, _)| range.start).collect();
        assert_eq!(places, [10, 20, 30]);
        assert_eq!(raised(&headings, 1, 1)[1], (20..25, "####".to_owned()));
    }
}
