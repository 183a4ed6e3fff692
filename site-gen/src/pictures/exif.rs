//! The one thing that a camera's data says about the pixels: which way up they are.

/// The tag of the orientation in the first directory of the data (TIFF 6.0, Exif 2.3).
const ORIENTATION: u16 = 0x0112;

/// The orientation, 1 to 8; 1 where the data does not say.
pub(super) fn orientation(data: &[u8]) -> u8 {
    read(data.strip_prefix(b"Exif\0\0").unwrap_or(data)).filter(|found| (1..=8).contains(found)).unwrap_or(1)
}

fn read(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let two = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    };
    let long = |at: usize| -> Option<usize> {
        let (first, second) = (usize::from(short(at)?), usize::from(short(at.checked_add(2)?)?));
        Some(if big { first << 16 | second } else { second << 16 | first })
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    (0..entries).find_map(|nth| {
        let entry = directory + 2 + nth * 12;
        let found = short(entry)? == ORIENTATION;
        found.then(|| short(entry + 8)).flatten().and_then(|value| u8::try_from(value).ok())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A directory of one entry, in either order of bytes.
    pub(super) fn exif(orientation: u8, big: bool) -> Vec<u8> {
        if big {
            [
                b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
                &[orientation, 0, 0, 0, 0, 0, 0],
            ]
            .concat()
        } else {
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]]
                .concat()
        }
    }

    #[test]
    fn both_orders_of_bytes_are_read() {
        for turned in 1..=8 {
            assert_eq!(orientation(&exif(turned, true)), turned);
            assert_eq!(orientation(&exif(turned, false)), turned);
        }
        assert_eq!(orientation(&exif(9, true)), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_a_panic(data in proptest::collection::vec(any::<u8>(), 0..80), big: bool) {
            let head: &[u8] = if big { b"MM\0*" } else { b"II*\0" };
            let found = orientation(&[head, &data].concat());
            prop_assert!((1..=8).contains(&found));
        }
    }
}
