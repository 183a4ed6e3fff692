//! Small pictures for content that tests write: good ones, and one for each thing that can be wrong with them.

/// Four by three grey pixels (PNG).
pub const PICTURE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x03\x08\0\0\0\0\x91\x9f\xf1\x1a\0\0\0\x0eIDATx\xdach\0\x02\x068\x01\0-\x0f\x06\x01\xb0j\xad(\0\0\0\0IEND\xaeB`\x82";

/// The same with what a camera writes beside it (a chunk `eXIf`).
const WITH_CAMERA_DATA: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x03\x08\0\0\0\0\x91\x9f\xf1\x1a\0\0\0\x0aeXIfMM\0*\0\0\0\x08\0\0\xbe\xa0\xf2\xaf\0\0\0\x0eIDATx\xdach\0\x02\x068\x01\0-\x0f\x06\x01\xb0j\xad(\0\0\0\0IEND\xaeB`\x82";

/// One whose head promises 400 million pixels.
const HUGE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0N \0\0N \x08\0\0\0\0\xc6\x1b\x19\xe5\0\0\0\x09IDATx\x9cc\0\0\0\x01\0\x01^\xff}\xf9\0\0\0\0IEND\xaeB`\x82";

/// A picture that gives this code when a page shows it.
pub fn that_gives(code: &str) -> Option<&'static [u8]> {
    match code {
        "image-metadata" => Some(WITH_CAMERA_DATA),
        "image-broken" => Some(b"a picture"),
        "image-format" => Some(b"\0\0\0\x1cftypavif\0\0\0\0"),
        "image-size" => Some(HUGE),
        "image-svg" => Some(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>go()</script></svg>"),
        _ => None,
    }
}
