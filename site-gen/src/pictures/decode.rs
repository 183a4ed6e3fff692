//! Reads JPEG, PNG and WebP into upright pixels in sRGB.
//!
//! Start at [`decode`]. What a file is, its first bytes say and not its name. A decoder that falls over takes nothing
//! with it: that is a broken picture too.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Fault, MAX_PIXELS, colour, exif};

/// Memory that a decoder may ask for besides the pixels, in bytes.
const MEMORY: usize = 512 * 1024 * 1024;

/// Upright pixels in sRGB, four bytes each: red, green, blue, alpha.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgba: Vec<u8>,
    /// Whether anything shows through.
    pub(super) has_alpha: bool,
    /// Whether the format keeps each pixel: screenshots and drawings come so.
    pub(super) lossless: bool,
    /// Whether there was Exif, XMP or IPTC in the file.
    pub(super) has_camera_data: bool,
}

/// What a decoder gives: pixels as they are stored, and what the file says of them.
struct Stored {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
    profile: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
    other_data: bool,
    lossless: bool,
}

impl Pixels {
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

/// Reads any picture.
pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, Fault> {
    let read = match bytes {
        [0xff, 0xd8, 0xff, ..] => jpeg,
        [0x89, b'P', b'N', b'G', ..] => png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => {
            return Err(Fault::Format("AVIF 和 HEIC 的图片，老手机打不开，这里也读不了".to_owned()));
        }
        _ => return Err(Fault::Broken("里面不是 JPG、PNG 或 WebP 图片".to_owned())),
    };
    // The decoders are safe code, but not all of them were written to meet any bytes at all.
    let stored = catch_unwind(AssertUnwindSafe(|| read(bytes)));
    let stored = stored.unwrap_or_else(|_| Err(Fault::Broken("图片坏了，读到一半读不下去".to_owned())))?;
    finish(stored)
}

fn finish(stored: Stored) -> Result<Pixels, Fault> {
    let Stored { width, height, mut rgba, profile, exif, other_data, lossless } = stored;
    if let Some(profile) = &profile {
        colour::to_srgb(profile, &mut rgba)?;
    }
    let has_camera_data = exif.is_some() || other_data;
    let orientation = exif.as_deref().map_or(1, exif::orientation);
    let (width, height, rgba) = upright((width, height, rgba), orientation);
    let has_alpha = rgba.chunks_exact(4).any(|pixel| pixel[3] != 255);
    Ok(Pixels { width, height, rgba, has_alpha, lossless, has_camera_data })
}

fn check_size(width: usize, height: usize) -> Result<(u32, u32), Fault> {
    let broken = || Fault::Broken("图片的宽或高是 0".to_owned());
    let size = u32::try_from(width).ok().zip(u32::try_from(height).ok());
    let (width, height) = size.filter(|(width, height)| *width > 0 && *height > 0).ok_or_else(broken)?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::TooLarge(format!("图片有 {width}×{height} 像素")));
    }
    Ok((width, height))
}

fn broken(err: impl std::fmt::Display) -> Fault {
    Fault::Broken(format!("图片坏了，或者没有传完（{err}）"))
}

fn jpeg(bytes: &[u8]) -> Result<Stored, Fault> {
    // Strict: a file that was cut off is refused, not filled up with grey.
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGBA)
        .set_max_width(1 << 16)
        .set_max_height(1 << 16);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let info = decoder.info().ok_or_else(|| broken("no header"))?;
    let (width, height) = check_size(usize::from(info.width), usize::from(info.height))?;
    if matches!(decoder.input_colorspace(), Some(ColorSpace::CMYK | ColorSpace::YCCK)) {
        return Err(Fault::Format("印刷用的颜色（CMYK），屏幕上显示不对".to_owned()));
    }
    let rgba = decoder.decode().map_err(broken)?;
    Ok(Stored {
        width,
        height,
        rgba,
        profile: decoder.icc_profile(),
        exif: decoder.exif().cloned(),
        other_data: decoder.xmp().is_some() || decoder.iptc().is_some(),
        lossless: false,
    })
}

fn png(bytes: &[u8]) -> Result<Stored, Fault> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MEMORY });
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let header = decoder.read_header_info().map_err(broken)?;
    let (width, height) = check_size(header.width as usize, header.height as usize)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let length = reader.output_buffer_size().ok_or_else(|| broken("too large"))?;
    let mut pixels = vec![0; length];
    let frame = reader.next_frame(&mut pixels).map_err(broken)?;
    pixels.truncate(frame.buffer_size());
    reader.finish().map_err(broken)?;
    let rgba = match frame.color_type {
        png::ColorType::GrayscaleAlpha => {
            pixels.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
        }
        png::ColorType::Rgba => pixels,
        other => return Err(broken(format!("{other:?}"))),
    };
    let info = reader.info();
    let exif = info.exif_metadata.as_ref().map(|data| data.to_vec());
    let profile = info.icc_profile.as_ref().map(|data| data.to_vec());
    let other_data = info.utf8_text.iter().any(|text| text.keyword.starts_with("XML:"));
    Ok(Stored { width, height, rgba, profile, exif, other_data, lossless: true })
}

fn webp(bytes: &[u8]) -> Result<Stored, Fault> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    decoder.set_memory_limit(MEMORY);
    let (width, height) = decoder.dimensions();
    let (width, height) = check_size(width as usize, height as usize)?;
    let length = decoder.output_buffer_size().ok_or_else(|| broken("too large"))?;
    let mut pixels = vec![0; length];
    decoder.read_image(&mut pixels).map_err(broken)?;
    let rgba = if decoder.has_alpha() {
        pixels
    } else {
        pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect()
    };
    Ok(Stored {
        width,
        height,
        rgba,
        profile: decoder.icc_profile().map_err(broken)?,
        exif: decoder.exif_metadata().map_err(broken)?,
        other_data: decoder.xmp_metadata().map_err(broken)?.is_some(),
        lossless: !decoder.is_lossy(),
    })
}

/// Turns and mirrors as the camera asked (Exif 2.3, orientation 1 to 8).
fn upright((width, height, rgba): (u32, u32, Vec<u8>), orientation: u8) -> (u32, u32, Vec<u8>) {
    if orientation == 1 {
        return (width, height, rgba);
    }
    let (across, down) = (width as usize, height as usize);
    let swapped = orientation >= 5;
    let (new_across, new_down) = if swapped { (down, across) } else { (across, down) };
    let mut turned = Vec::with_capacity(rgba.len());
    for y in 0..new_down {
        for x in 0..new_across {
            let (from_x, from_y) = match orientation {
                2 => (across - 1 - x, y),
                3 => (across - 1 - x, down - 1 - y),
                4 => (x, down - 1 - y),
                5 => (y, x),
                6 => (y, down - 1 - x),
                7 => (across - 1 - y, down - 1 - x),
                _ => (across - 1 - y, x),
            };
            let at = (from_y * across + from_x) * 4;
            turned.extend_from_slice(&rgba[at..at + 4]);
        }
    }
    if swapped { (height, width, turned) } else { (width, height, turned) }
}
