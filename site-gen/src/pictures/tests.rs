//! Pictures from outside: what the HTML is told, and the files that keep the promise.

use proptest::prelude::*;

use std::path::Path;

use super::*;

/// The files of some pictures of the site in `out`, remembered beside it.
fn made(pictures: &[(&Picture, &[u8])], out: &Path) -> Vec<(String, Vec<u8>)> {
    let cache = Cache::beside(out, "pictures");
    let made = pictures.iter().flat_map(|(picture, bytes)| files(picture, bytes, &cache)).collect();
    cache.prune();
    made
}

/// A picture with something to see: a ramp in each direction.
fn ramp(width: u32, height: u32, alpha: bool) -> decode::Pixels {
    let byte = |part: u32, whole: u32| u8::try_from(part * 255 / whole.max(1)).unwrap();
    let pixel =
        |x: u32, y: u32| [byte(x, width), byte(y, height), 90, if alpha { byte(x, width) } else { 255 }];
    let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    decode::Pixels { width, height, rgba, has_alpha: alpha, lossless: false, has_camera_data: false }
}

fn file(width: u32, height: u32, ending: &str) -> Vec<u8> {
    encode::encode(&ramp(width, height, false), (width, height), ending)
}

/// A JPEG with Exif: an orientation, and a word where the position would be.
fn photo(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = file(width, height, "jpg");
    let exif = [
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
        &[orientation, 0, 0],
        b"GPS-40.4777",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

#[test]
fn a_wide_picture_is_offered_in_three_widths_and_a_narrow_one_only_as_wide_as_it_is() {
    let wide = inspect("images/门 1.jpg", &file(1600, 900, "jpg")).unwrap().picture;
    assert_eq!(wide.size(), (1280, 720));
    let sources = wide.sources();
    assert_eq!(
        sources.iter().map(|source| source.media_type).collect::<Vec<_>>(),
        ["image/avif", "image/webp"]
    );
    assert_eq!(sources[0].srcset.matches("w,").count() + 1, 3);
    assert!(sources[0].srcset.ends_with("-1280.avif 1280w") && wide.fallback().ends_with("-800.jpg"));
    assert!(!wide.fallback().contains([' ', ',', '门']), "{}", wide.fallback());
    let narrow = inspect("a.jpg", &file(300, 200, "jpg")).unwrap().picture;
    assert_eq!((narrow.size(), narrow.sources()[1].srcset.matches(' ').count()), ((300, 200), 1));
    let middling = inspect("a.jpg", &file(640, 480, "jpg")).unwrap().picture;
    let srcset = middling.fallback_srcset().unwrap();
    assert!(srcset.contains("-480.jpg 480w, ") && srcset.ends_with("-640.jpg 640w"), "{srcset}");
}

#[test]
fn every_file_that_the_html_names_is_made_and_readable() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dist");
    for ending in ["jpg", "png", "webp"] {
        let bytes = file(520, 390, ending);
        let picture = inspect(&format!("a.{ending}"), &bytes).unwrap().picture;
        let made: BTreeMap<String, Vec<u8>> = made(&[(&picture, &bytes)], &out).into_iter().collect();
        let offers =
            picture.sources().into_iter().map(|source| source.srcset).chain(picture.fallback_srcset());
        let named: Vec<String> = offers
            .flat_map(|srcset| {
                srcset
                    .split(", ")
                    .map(|offer| offer.split(' ').next().unwrap().to_owned())
                    .collect::<Vec<_>>()
            })
            .chain([picture.fallback()])
            .collect();
        for name in named {
            let bytes = &made[name.trim_start_matches('/')];
            if name.ends_with(".avif") {
                assert_eq!(&bytes[4..12], b"ftypavif", "{name}");
            } else {
                let pixels = decode::decode(bytes).unwrap();
                assert!(name.contains(&format!("-{}.", pixels.width)), "{name} is {} wide", pixels.width);
                assert_eq!(pixels.height, (pixels.width * 3 + 2) / 4);
            }
        }
        assert_eq!(made.len(), 6);
    }
}

#[test]
fn what_a_camera_wrote_is_used_for_turning_and_then_gone() {
    for orientation in 1..=8 {
        let bytes = photo(200, 100, orientation);
        let found = inspect("a.jpg", &bytes).unwrap();
        assert!(found.has_camera_data);
        assert_eq!(found.picture.size(), if orientation >= 5 { (100, 200) } else { (200, 100) });
        let folder = tempfile::tempdir().unwrap();
        for (path, file) in made(&[(&found.picture, &bytes)], &folder.path().join("dist")) {
            for mark in [b"GPS-".as_slice(), b"Exif", b"40.4777"] {
                assert!(!file.windows(mark.len()).any(|window| window == mark), "{path}");
            }
        }
    }
}

/// The ramp is darkest at the top left: after turning, the corner must be where the camera saw it.
#[test]
fn each_orientation_puts_the_first_corner_in_its_place() {
    for (orientation, right, bottom) in [
        (1, false, false),
        (2, true, false),
        (3, true, true),
        (4, false, true),
        (5, false, false),
        (6, true, false),
        (7, true, true),
        (8, false, true),
    ] {
        let pixels = decode::decode(&photo(64, 32, orientation)).unwrap();
        let at = |x: u32, y: u32| {
            let at = ((y * pixels.width + x) * 4) as usize;
            u32::from(pixels.rgba[at]) + u32::from(pixels.rgba[at + 1])
        };
        let (x, y) = (if right { pixels.width - 1 } else { 0 }, if bottom { pixels.height - 1 } else { 0 });
        assert!(at(x, y) < 40, "{orientation}: {}", at(x, y));
        assert!(at(pixels.width - 1 - x, pixels.height - 1 - y) > 440, "{orientation}");
    }
}

#[test]
fn what_shows_through_still_does() {
    let bytes = encode::encode(&ramp(600, 300, true), (600, 300), "png");
    let picture = inspect("a.png", &bytes).unwrap().picture;
    assert!(picture.fallback().ends_with("-600.png"));
    let folder = tempfile::tempdir().unwrap();
    for (path, file) in made(&[(&picture, &bytes)], &folder.path().join("dist")) {
        if !path.ends_with(".avif") {
            assert!(decode::decode(&file).unwrap().has_alpha, "{path}");
        }
    }
}

#[test]
fn the_same_picture_gives_the_same_files_and_is_made_once() {
    let bytes = file(700, 500, "jpg");
    let picture = inspect("a.jpg", &bytes).unwrap().picture;
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = made(&[(&picture, &bytes)], &one.path().join("dist"));
    assert_eq!(made(&[(&picture, &bytes)], &other.path().join("dist")), first);
    let cache = Cache::beside(&one.path().join("dist"), "pictures");
    let again = files(&picture, &bytes, &cache);
    assert_eq!((again, cache.made()), (first, 0));
    assert_ne!(inspect("a.jpg", &file(700, 501, "jpg")).unwrap().picture.base, picture.base);
}

#[test]
fn what_is_no_picture_is_told_apart_from_what_is_too_large() {
    let long = vec![0; MAX_BYTES + 1];
    let huge = [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0\x08\x02\0\0\0".as_slice(),
        &[0x5d, 0x2a, 0x23, 0x5a],
    ]
    .concat();
    assert!(matches!(inspect("a.jpg", &long), Err(Fault::TooLarge(_))));
    assert!(matches!(inspect("a.png", &huge), Err(Fault::TooLarge(_) | Fault::Broken(_))));
    for broken in [b"".as_slice(), b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"] {
        assert!(matches!(inspect("a.jpg", broken), Err(Fault::Broken(_))), "{broken:?}");
    }
    assert!(matches!(inspect("a.avif", b"\0\0\0\x1cftypavif\0\0\0\0"), Err(Fault::Format(_))));
    for ending in ["jpg", "png", "webp"] {
        let whole = file(300, 200, ending);
        for part in [whole.len() / 3, whole.len() / 2, whole.len() - 20] {
            assert!(matches!(inspect("a.jpg", &whole[..part]), Err(Fault::Broken(_))), "{ending} {part}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn damaged_files_are_taken_or_refused_without_a_panic(
        kind in 0..3_usize, damage in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..12), cut in 0.3..1.0_f64,
    ) {
        static FILES: std::sync::LazyLock<[Vec<u8>; 3]> =
            std::sync::LazyLock::new(|| [photo(60, 40, 6), file(60, 40, "png"), file(60, 40, "webp")]);
        let mut bytes = FILES[kind].clone();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short file")]
        let place = |share: f64, length: usize| ((length as f64) * share) as usize;
        for (share, byte) in damage {
            let at = place(share, bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(place(cut, bytes.len()).max(1));
        if let Ok(found) = inspect("a.jpg", &bytes) {
            prop_assert!(found.picture.size().0 > 0);
        }
    }
}
