//! Makes the files: smaller pixels in one of four formats.
//!
//! Qualities are chosen by eye on photographs of rooms and people at the widths that are published; the speed of AVIF
//! is the slowest that still makes a picture in about a second on one core (`docs/decisions/0013-outputs.md`).

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use ravif::{Img, RGBA8};

use super::decode::Pixels;

const AVIF_QUALITY: f32 = 62.0;
const AVIF_SPEED: u8 = 7;
const WEBP_QUALITY: f32 = 76.0;
const JPEG_QUALITY: u8 = 78;

/// The file that ends with `ending`, `size` pixels across and down. Empty where the encoder can't.
pub(super) fn encode(pixels: &Pixels, size: (u32, u32), ending: &str) -> Vec<u8> {
    let Some(rgba) = resized(pixels, size) else { return Vec::new() };
    match ending {
        "avif" => avif(&rgba, size),
        "webp" => webp(&rgba, size),
        "jpg" => jpeg(&rgba, size),
        _ => png(&rgba, size, pixels.has_alpha),
    }
    .unwrap_or_default()
}

/// Only ever smaller. The filter is a polynomial: the same on every machine.
fn resized(pixels: &Pixels, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    if (width, height) == pixels.size() {
        return Some(pixels.rgba.clone());
    }
    let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgba, PixelType::U8x4).ok()?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    let filter = ResizeAlg::Convolution(FilterType::CatmullRom);
    let options = ResizeOptions::new().resize_alg(filter).use_alpha(pixels.has_alpha);
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    Some(target.into_vec())
}

fn avif(rgba: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let pixels: Vec<RGBA8> =
        rgba.chunks_exact(4).map(|pixel| RGBA8::new(pixel[0], pixel[1], pixel[2], pixel[3])).collect();
    let picture = Img::new(pixels.as_slice(), width as usize, height as usize);
    // One thread: the encoder cuts a picture into as many tiles as it has threads, and the bytes would tell.
    let encoder = ravif::Encoder::new()
        .with_quality(AVIF_QUALITY)
        .with_alpha_quality(AVIF_QUALITY)
        .with_speed(AVIF_SPEED)
        .with_num_threads(Some(1));
    encoder.encode_rgba(picture).ok().map(|encoded| encoded.avif_file)
}

fn webp(rgba: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    webp::Encoder::from_rgba(rgba, width, height)
        .encode_simple(false, WEBP_QUALITY)
        .ok()
        .map(|file| file.to_vec())
}

fn jpeg(rgba: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let size = u16::try_from(width).ok().zip(u16::try_from(height).ok());
    let (width, height) = size?;
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, JPEG_QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(rgba, width, height, jpeg_encoder::ColorType::Rgba).ok()?;
    Some(file)
}

fn png(rgba: &[u8], (width, height): (u32, u32), has_alpha: bool) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_color(if has_alpha { png::ColorType::Rgba } else { png::ColorType::Rgb });
    let mut writer = encoder.write_header().ok()?;
    if has_alpha {
        writer.write_image_data(rgba).ok()?;
    } else {
        let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        writer.write_image_data(&rgb).ok()?;
    }
    writer.finish().ok()?;
    Some(file)
}
