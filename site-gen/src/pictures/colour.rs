//! Turns colours of a camera's or a screen's own profile into sRGB, so that the profile need not be published.
//!
//! Photographs come with profiles of one kind: three curves and a matrix (ICC.1:2022, 8.3 and 10.18). Display P3 of
//! phones, Adobe RGB of cameras and sRGB itself are such. Any other kind is refused with a finding: dropping it would
//! show wrong colours.

use super::Fault;

/// XYZ (D50) to linear sRGB: the inverse of the matrix of the sRGB profile.
const FROM_XYZ: [[f64; 3]; 3] = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
];
/// Steps of the table that goes back from linear light.
const STEPS: usize = 4096;

/// A curve for each channel, and where the channels lie.
struct Profile {
    curves: [Vec<f64>; 3],
    matrix: [[f64; 3]; 3],
}

/// Turns `rgba` from the colours of `profile` into sRGB.
pub(super) fn to_srgb(profile: &[u8], rgba: &mut [u8]) -> Result<(), Fault> {
    let refused = Fault::Format("颜色的写法特别（ICC 配置不是 RGB 矩阵），网页上会偏色".to_owned());
    if is_grey(profile) {
        // Grey has no colour to shift; its tone curve is that of the screen within what an eye sees.
        return Ok(());
    }
    let Some(profile) = Profile::read(profile) else { return Err(refused) };
    let back: Vec<u8> = (0..=STEPS).map(|step| encoded(ratio(step, STEPS))).collect();
    let mut last: Option<([u8; 3], [u8; 3])> = None;
    for pixel in rgba.chunks_exact_mut(4) {
        let from = [pixel[0], pixel[1], pixel[2]];
        let to = match last {
            Some((known, to)) if known == from => to,
            _ => profile.turn(from, &back),
        };
        last = Some((from, to));
        pixel[..3].copy_from_slice(&to);
    }
    Ok(())
}

fn is_grey(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"GRAY")
}

impl Profile {
    fn read(data: &[u8]) -> Option<Self> {
        if data.get(16..20)? != b"RGB " || data.get(20..24)? != b"XYZ " || data.get(36..40)? != b"acsp" {
            return None;
        }
        // A table from colours to colours takes precedence over the matrix (ICC.1, 9.2.1).
        if tag(data, *b"A2B0").is_some() {
            return None;
        }
        let columns = [*b"rXYZ", *b"gXYZ", *b"bXYZ"].map(|name| tag(data, name).and_then(xyz));
        let [red, green, blue] = columns;
        let (red, green, blue) = (red?, green?, blue?);
        let [one, two, three] = [*b"rTRC", *b"gTRC", *b"bTRC"].map(|name| tag(data, name).and_then(curve));
        let matrix = [0, 1, 2].map(|row| {
            [0, 1, 2].map(|column| {
                let column = [red, green, blue][column];
                (0..3).map(|part| FROM_XYZ[row][part] * column[part]).sum()
            })
        });
        Some(Self { curves: [one?, two?, three?], matrix })
    }

    fn turn(&self, from: [u8; 3], back: &[u8]) -> [u8; 3] {
        let linear = [0, 1, 2].map(|channel| self.curves[channel][usize::from(from[channel])]);
        self.matrix.map(|row| {
            let light = row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2];
            back[step(light, STEPS)]
        })
    }
}

/// The bytes of a tag.
fn tag(data: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = long(data, 128)?.min(100);
    let entry = (0..count).map(|nth| 132 + nth * 12).find(|at| data.get(*at..at + 4) == Some(&name))?;
    let (start, length) = (long(data, entry + 4)?, long(data, entry + 8)?);
    data.get(start..start.checked_add(length)?)
}

fn xyz(tag: &[u8]) -> Option<[f64; 3]> {
    (tag.get(..4)? == b"XYZ ").then_some(())?;
    Some([fixed(tag, 8)?, fixed(tag, 12)?, fixed(tag, 16)?])
}

/// The light of each of the 256 values of a byte.
fn curve(tag: &[u8]) -> Option<Vec<f64>> {
    let light: Box<dyn Fn(f64) -> f64> = match tag.get(..4)? {
        b"curv" => sampled(tag)?,
        b"para" => parametric(tag)?,
        _ => return None,
    };
    Some((0..=255).map(|value| light(ratio(value, 255)).clamp(0.0, 1.0)).collect())
}

fn sampled(tag: &[u8]) -> Option<Box<dyn Fn(f64) -> f64>> {
    let count = long(tag, 8)?;
    let at = |nth: usize| -> Option<f64> {
        let two = tag.get(12 + nth * 2..14 + nth * 2)?;
        Some(f64::from(u16::from_be_bytes([two[0], two[1]])))
    };
    match count {
        0 => Some(Box::new(|x| x)),
        1 => {
            let gamma = at(0)? / 256.0;
            Some(Box::new(move |x| libm::pow(x, gamma)))
        }
        _ => {
            let points: Vec<f64> =
                (0..count.min(1 << 16)).map(|nth| at(nth).map(|y| y / 65535.0)).collect::<Option<_>>()?;
            Some(Box::new(move |x| {
                let below = step(x, points.len() - 1).min(points.len() - 2);
                let share = x / ratio(1, points.len() - 1) - f64::from(u32::try_from(below).unwrap_or(0));
                points[below] + (points[below + 1] - points[below]) * share
            }))
        }
    }
}

/// The five functions of ICC.1, 10.18.
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
fn parametric(tag: &[u8]) -> Option<Box<dyn Fn(f64) -> f64>> {
    let kind = u16::from_be_bytes([*tag.get(8)?, *tag.get(9)?]);
    let count = [1, 3, 4, 5, 7].get(usize::from(kind)).copied()?;
    let mut given = [0.0; 7];
    for (nth, value) in given.iter_mut().enumerate().take(count) {
        *value = fixed(tag, 12 + nth * 4)?;
    }
    let [gamma, a, b, c, d, e, f] = given;
    Some(match kind {
        0 => Box::new(move |x| libm::pow(x, gamma)),
        1 => Box::new(move |x| if a * x + b >= 0.0 { libm::pow(a * x + b, gamma) } else { 0.0 }),
        2 => Box::new(move |x| if a * x + b >= 0.0 { libm::pow(a * x + b, gamma) + c } else { c }),
        3 => Box::new(move |x| if x >= d { libm::pow(a * x + b, gamma) } else { c * x }),
        _ => Box::new(move |x| if x >= d { libm::pow(a * x + b, gamma) + e } else { c * x + f }),
    })
}

/// The byte of sRGB for linear light (IEC 61966-2-1).
fn encoded(light: f64) -> u8 {
    let value =
        if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055 };
    u8::try_from(step(value, 255)).unwrap_or(255)
}

/// The nearest of `steps` + 1 steps from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "at most 65,535"
)]
fn step(value: f64, steps: usize) -> usize {
    (value.clamp(0.0, 1.0) * steps as f64 + 0.5) as usize
}

#[expect(clippy::cast_precision_loss, reason = "at most 65,535")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn long(data: &[u8], at: usize) -> Option<usize> {
    let four = data.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes([four[0], four[1], four[2], four[3]])).ok()
}

/// A number with sixteen bits behind the point.
fn fixed(data: &[u8], at: usize) -> Option<f64> {
    let four = data.get(at..at.checked_add(4)?)?;
    Some(f64::from(i32::from_be_bytes([four[0], four[1], four[2], four[3]])) / 65536.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A profile of a matrix and one curve for all channels.
    fn profile(columns: [[f64; 3]; 3], curve: &[u8]) -> Vec<u8> {
        #[expect(clippy::cast_possible_truncation, reason = "a test's own small numbers")]
        let fixed = |value: f64| ((value * 65536.0) as i32).to_be_bytes();
        let mut data = vec![0; 128];
        data[16..20].copy_from_slice(b"RGB ");
        data[20..24].copy_from_slice(b"XYZ ");
        data[36..40].copy_from_slice(b"acsp");
        data.extend(6_u32.to_be_bytes());
        let mut body = Vec::new();
        for (name, column) in [*b"rXYZ", *b"gXYZ", *b"bXYZ"].into_iter().zip(columns) {
            entry(&mut data, name, body.len(), 20);
            body.extend(b"XYZ \0\0\0\0");
            body.extend(column.into_iter().flat_map(fixed));
        }
        for name in [*b"rTRC", *b"gTRC", *b"bTRC"] {
            entry(&mut data, name, body.len(), curve.len());
        }
        body.extend(curve);
        data.extend(body);
        data
    }

    fn entry(data: &mut Vec<u8>, name: [u8; 4], at: usize, length: usize) {
        data.extend(name);
        data.extend(u32::try_from(132 + 6 * 12 + at).unwrap().to_be_bytes());
        data.extend(u32::try_from(length).unwrap().to_be_bytes());
    }

    /// sRGB's own curve as a function of five numbers.
    fn srgb_curve() -> Vec<u8> {
        let numbers = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
        #[expect(clippy::cast_possible_truncation, reason = "a test's own small numbers")]
        let numbers = numbers.into_iter().flat_map(|value| ((value * 65536.0) as i32).to_be_bytes());
        [b"para\0\0\0\0\0\x03\0\0".as_slice(), &numbers.collect::<Vec<_>>()].concat()
    }

    const SRGB: [[f64; 3]; 3] =
        [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_10]];
    const P3: [[f64; 3]; 3] =
        [[0.515_12, 0.241_20, -0.001_05], [0.291_98, 0.692_25, 0.041_89], [0.157_10, 0.066_57, 0.784_07]];

    fn turned(profile: &[u8], rgb: [u8; 3]) -> [u8; 3] {
        let mut pixel = [rgb[0], rgb[1], rgb[2], 77];
        to_srgb(profile, &mut pixel).unwrap();
        assert_eq!(pixel[3], 77, "what shows through stays");
        [pixel[0], pixel[1], pixel[2]]
    }

    #[test]
    fn colours_of_srgb_stay_and_those_of_a_phone_are_turned() {
        for rgb in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 77], [128, 128, 128]] {
            let got = turned(&profile(SRGB, &srgb_curve()), rgb);
            assert!(rgb.iter().zip(got).all(|(a, b)| a.abs_diff(b) <= 1), "{rgb:?} became {got:?}");
        }
        // P3 (200, 100, 50) is sRGB (215, 93, 31): a worked example, within the steps of the tables.
        let got = turned(&profile(P3, &srgb_curve()), [200, 100, 50]);
        assert!([215, 93, 31].iter().zip(got).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 3), "{got:?}");
        let white = turned(&profile(P3, &srgb_curve()), [255, 255, 255]);
        assert!(white.iter().all(|value| *value >= 254), "{white:?}");
    }

    #[test]
    fn a_gamma_and_a_table_are_curves_too() {
        let gamma = [b"curv\0\0\0\0\0\0\0\x01".as_slice(), &563_u16.to_be_bytes()].concat();
        let grey = turned(&profile(SRGB, &gamma), [128, 128, 128]);
        assert!(grey.iter().all(|value| value.abs_diff(128) <= 2), "{grey:?}");
        let line = [b"curv\0\0\0\0\0\0\0\x02".as_slice(), &[0, 0, 255, 255]].concat();
        let light = turned(&profile(SRGB, &line), [128, 128, 128]);
        assert!(light.iter().all(|value| value.abs_diff(188) <= 1), "half the light is 188: {light:?}");
    }

    #[test]
    fn what_is_no_matrix_is_refused() {
        let mut cmyk = profile(SRGB, &srgb_curve());
        cmyk[16..20].copy_from_slice(b"CMYK");
        for bad in [b"".to_vec(), vec![0; 200], cmyk] {
            assert!(matches!(to_srgb(&bad, &mut [0; 4]), Err(Fault::Format(_))));
        }
    }

    proptest! {
        #[test]
        fn a_damaged_profile_is_taken_or_refused_without_a_panic(at in 0..280_usize, byte: u8, cut in 0..280_usize) {
            let mut data = profile(P3, &srgb_curve());
            if let Some(place) = data.get_mut(at) {
                *place = byte;
            }
            data.truncate(cut);
            let _taken = to_srgb(&data, &mut [1, 2, 3, 4]);
        }
    }
}
