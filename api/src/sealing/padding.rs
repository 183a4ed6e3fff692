//! Padding: a message takes one of four sizes, so that its size says almost nothing.
//!
//! Inside: the length of the message (4 bytes, big-endian), the message, zeros up to the size class.

use zeroize::Zeroizing;

/// The sizes a padded message can have, in bytes.
pub const CLASSES: [usize; 4] = [1 << 10, 4 << 10, 16 << 10, 64 << 10];

/// Bytes of the length that stands before the message.
const PREFIX: usize = 4;

/// The longest message that can be padded, in bytes.
pub const LONGEST: usize = CLASSES[CLASSES.len() - 1] - PREFIX;

/// The message is longer than [`LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("内容太长，最多 {LONGEST} 字节")]
pub struct TooLong;

/// Pads `message` to the smallest class that holds it.
pub fn pad(message: &[u8]) -> Result<Zeroizing<Vec<u8>>, TooLong> {
    let needed = message.len() + PREFIX;
    let class = CLASSES.into_iter().find(|&class| needed <= class).ok_or(TooLong)?;
    let length = u32::try_from(message.len()).map_err(|_| TooLong)?;
    // Room for everything at once: growing would leave copies behind that nobody wipes.
    let mut padded = Zeroizing::new(Vec::with_capacity(class));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(message);
    padded.resize(class, 0);
    Ok(padded)
}

/// Takes the padding off; `None` where this is nothing that [`pad`] makes.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (message, zeros) = rest.split_at_checked(length)?;
    (CLASSES.contains(&padded.len()) && zeros.iter().all(|&byte| byte == 0)).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_edges_of_a_class_are_where_they_are_said_to_be() {
        for class in CLASSES {
            assert_eq!(pad(&vec![7; class - PREFIX]).unwrap().len(), class);
        }
        assert_eq!(pad(&[7; CLASSES[0] - PREFIX + 1]).unwrap().len(), CLASSES[1]);
        assert_eq!(pad(&vec![7; LONGEST + 1]), Err(TooLong));
        assert_eq!(pad(b"").unwrap().len(), CLASSES[0]);
    }

    #[test]
    fn what_padding_does_not_make_is_refused() {
        let mut padded = pad(b"words").unwrap();
        assert_eq!(unpad(&padded[..1023]), None);
        padded[1023] = 1;
        assert_eq!(unpad(&padded), None);
        assert_eq!(unpad(&[0xff; 1024]), None);
        assert_eq!(unpad(b""), None);
    }

    proptest! {
        #[test]
        fn what_is_padded_comes_back_and_has_one_of_four_sizes(message in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let padded = pad(&message).unwrap();
            prop_assert!(CLASSES.contains(&padded.len()));
            prop_assert_eq!(unpad(&padded), Some(&message[..]));
        }

        #[test]
        fn unpadding_anything_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = unpad(&bytes);
        }
    }
}
