//! Numbers as signs of ASCII, for texts that are made of little else: `find.js` reads them.
//!
//! There are ninety-one signs, from # on and without the backslash, so nothing in a JSON string has to be escaped.

/// How many signs there are.
const SIGNS: u32 = 91;

/// Rising numbers as the steps between them: one sign for a small step, three for a large one, which is below 8,281.
pub(super) fn steps(numbers: &[u32]) -> String {
    let mut text = String::new();
    let mut next = 0;
    for &number in numbers {
        let step = number - next;
        if step < SIGNS - 1 {
            text.push(sign(step));
        } else {
            text.extend([sign(SIGNS - 1), sign((step / SIGNS).min(SIGNS - 1)), sign(step % SIGNS)]);
        }
        next = number + 1;
    }
    text
}

/// A number as two signs.
pub(super) fn number(number: usize) -> String {
    let number = u32::try_from(number).unwrap_or(u32::MAX).min(SIGNS * SIGNS - 1);
    [sign(number / SIGNS), sign(number % SIGNS)].iter().collect()
}

fn sign(number: u32) -> char {
    char::from_u32(0x23 + number + u32::from(number >= 0x5C - 0x23)).unwrap_or('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_steps_are_one_sign_and_no_sign_has_to_be_escaped() {
        assert_eq!(steps(&[0, 1, 3]), "##$");
        assert_eq!(steps(&[90]).len(), 3);
        let all: String = (0..SIGNS).map(sign).collect();
        assert!(all.is_ascii() && !all.contains(['"', '\\']) && all.len() == 91);
    }
}
