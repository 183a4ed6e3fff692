//! The pictures that pages show: they can be read, are not too large, and drawings only draw.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::diag::{Diagnostic, Diagnostics};
use crate::pictures::{self, Fault, Inspected, MAX_BYTES, MAX_PIXELS, Pictures};
use crate::source::{Blob, SourceMap, Span};

/// The bytes of pictures by their address in the text: `/media/images/door.jpg`.
pub type Blobs = BTreeMap<String, Vec<u8>>;

/// The pictures among `shown` (paths from the content's root), and what is wrong with the others. One that no page
/// shows stays unpublished.
pub fn pictures(sources: &SourceMap, shown: &BTreeSet<String>, diags: &mut Diagnostics) -> (Blobs, Pictures) {
    let (wanted, unused): (Vec<&Blob>, Vec<&Blob>) =
        sources.blobs().iter().partition(|blob| shown.contains(&blob.path));
    for blob in unused {
        let at = Span::start_of(blob.file);
        diags.push(
            Diagnostic::warning("unused-image", at, "没有页面用到这张图片，没有发布").hint("不用就删掉"),
        );
    }
    let inspected: Vec<(&Blob, Result<Inspected, Fault>)> =
        wanted.par_iter().map(|blob| (*blob, pictures::inspect(&blob.path, &blob.bytes))).collect();
    let (mut blobs, mut found) = (Blobs::new(), Pictures::new());
    for (blob, inspected) in inspected {
        match inspected {
            Ok(inspected) => {
                if inspected.has_camera_data {
                    diags.push(camera_data(blob));
                }
                let url = format!("/media/{}", blob.path);
                blobs.insert(url.clone(), blob.bytes.clone());
                found.insert(url, inspected.picture);
            }
            Err(fault) => diags.push(finding(blob, fault)),
        }
    }
    (blobs, found)
}

fn camera_data(blob: &Blob) -> Diagnostic {
    let message = "图片里带着拍摄信息，可能有时间和地点；发布时会去掉";
    Diagnostic::warning("image-metadata", Span::start_of(blob.file), message)
        .hint("能打开内容文件夹的人还看得到。不放心，就对着图片截一张屏，用截图代替")
}

fn finding(blob: &Blob, fault: Fault) -> Diagnostic {
    let at = Span::start_of(blob.file);
    match fault {
        Fault::Broken(message) => Diagnostic::error("image-broken", at, message)
            .hint("在自己电脑上打开看看，再另存一次，重新放进来"),
        Fault::TooLarge(message) => {
            let limits = format!("最大 {} MB、{} 万像素", MAX_BYTES / 1024 / 1024, MAX_PIXELS / 10_000);
            Diagnostic::error("image-size", at, message).hint(format!("{limits}，缩小了再放"))
        }
        Fault::Format(message) => Diagnostic::error("image-format", at, message)
            .hint("另存为普通的 JPG（照片）或 PNG（截图）；小尺寸和新格式，网站自己会做"),
        Fault::Unsafe(what, range) => {
            let span = Span::new(blob.file, range.start, range.end);
            Diagnostic::error("image-svg", span, format!("SVG 图里不能有{what}")).hint(
                "SVG 只能画图，不能带脚本、链接和外面的东西。在画图软件里另存为“普通 SVG”，或者导出 PNG",
            )
        }
    }
}
