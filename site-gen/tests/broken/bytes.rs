//! Faults of a file as a whole: what is written in another encoding, cut off, or not there.

use crate::planted::{Fault, Page};

/// Each can be told from the file by itself.
pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        name: "nothing at all",
        codes: &["front-matter"],
        plant: |page| markdown(page).map(|()| (Vec::new(), 1)),
    },
    Fault {
        name: "only blanks",
        codes: &["front-matter"],
        plant: |page| markdown(page).map(|()| (b" \n\n \t\n".to_vec(), 1)),
    },
    Fault {
        name: "a byte that is no UTF-8",
        codes: &["encoding"],
        plant: |page| Some((inserted(page, &[0xff]), 0)),
    },
    Fault {
        name: "cut off within a letter",
        codes: &["encoding"],
        plant: |page| Some((page.text.as_bytes()[..=middle(page)?].to_vec(), 0)),
    },
    Fault {
        name: "half of a pair of UTF-16 in UTF-8",
        codes: &["encoding"],
        plant: |page| Some((inserted(page, &[0xed, 0xa0, 0x80]), 0)),
    },
    Fault {
        name: "an overlong slash",
        codes: &["encoding"],
        plant: |page| Some((inserted(page, &[0xc0, 0xaf]), 0)),
    },
    Fault {
        name: "UTF-16, little end first",
        codes: &["encoding"],
        plant: |page| Some((utf16(page, u16::to_le_bytes), 1)),
    },
    Fault {
        name: "UTF-16, big end first",
        codes: &["encoding"],
        plant: |page| Some((utf16(page, u16::to_be_bytes), 1)),
    },
    Fault {
        name: "GBK",
        codes: &["encoding"],
        plant: |page| {
            Some((encoding_rs::GB18030.encode(page.text).0.into_owned(), 0))
                .filter(|_| middle(page).is_some())
        },
    },
    Fault {
        name: "a document of a word processor",
        codes: &["encoding"],
        plant: |_| Some((b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xdf\xa4\xd2lZ\x01\0\0".to_vec(), 1)),
    },
    Fault {
        name: "a picture",
        codes: &["encoding"],
        plant: |_| Some((b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), 1)),
    },
    Fault {
        name: "line ends of old Macs",
        codes: &["front-matter"],
        plant: |page| markdown(page).map(|()| (page.text.replace('\n', "\r").into_bytes(), 1)),
    },
    Fault {
        name: "two marks of byte order",
        codes: &["front-matter"],
        plant: |page| markdown(page).map(|()| (format!("\u{feff}\u{feff}{}", page.text).into_bytes(), 1)),
    },
    Fault {
        name: "merge marks of git",
        codes: &["yaml", "front-matter", "stray-markup", "duplicate-key"],
        plant: |page| {
            page.with_head_line("<<<<<<< HEAD\ntitle: 甲\n=======\ntitle: 乙\n>>>>>>> other")
                .map(|(text, _)| (text, 0))
        },
    },
];

fn markdown(page: &Page<'_>) -> Option<()> {
    page.is_markdown().then_some(())
}

/// The first byte of a letter of more than one, near the middle.
fn middle(page: &Page<'_>) -> Option<usize> {
    let half = page.text.len() / 2;
    let letters = page.text.char_indices().filter(|(_, c)| c.len_utf8() > 1);
    letters.map(|(at, _)| at).min_by_key(|at| at.abs_diff(half))
}

fn inserted(page: &Page<'_>, bytes: &[u8]) -> Vec<u8> {
    let at = page.start_of(page.lines().len() / 2 + 1);
    [&page.text.as_bytes()[..at], bytes, &page.text.as_bytes()[at..]].concat()
}

fn utf16(page: &Page<'_>, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(page.text.encode_utf16()).flat_map(bytes).collect()
}
