//! The published site as files: the one door between the network and the disk.
//!
//! Start at [`serve`]. Only regular files inside the release's folder are served: no listing, no dotfiles, nothing
//! that a link leads out to. The release is looked up for each request, so a swap needs no restart.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use search::bundle::FOLDER;
use search::text::web;

use crate::answer;
use crate::coding::{self, Coding};
use crate::error::ApiError;
use crate::published::{HASHED, Published};

/// The page for an address that does not exist.
const NOT_FOUND_PAGE: &str = "404.html";

/// A year, the longest that means anything.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Answers `GET` and `HEAD` for any address from the files of the release.
pub async fn serve(State(published): State<Published>, request: Request) -> Response {
    if let Some(moved) = moved(&published, &request) {
        return moved;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
        return (allow, ApiError::MethodNotAllowed).into_response();
    }
    page(&published, request.uri(), request.headers()).await
}

/// Where an old address leads now. Of pages only: what is sent somewhere is sent again to the new address (308).
fn moved(published: &Published, request: &Request) -> Option<Response> {
    let redirects = &published.current().redirects;
    if redirects.is_empty() {
        return None;
    }
    let old = names(request.uri().path())?.iter().fold(String::new(), |old, name| old + "/" + name);
    let old = old.strip_suffix("/index.html").unwrap_or(&old);
    // An address with a query may have been a page of its own; else the query means nothing to the new page.
    let with_query = request.uri().query().and_then(|query| redirects.get(&format!("{old}?{query}")));
    let location = HeaderValue::try_from(with_query.or_else(|| redirects.get(old))?).ok()?;
    let status = match *request.method() {
        Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
        _ => StatusCode::PERMANENT_REDIRECT,
    };
    // Not for ever: an address may be used again.
    let keep = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Some((status, [(header::LOCATION, location), keep]).into_response())
}

/// The file for `uri`, for handlers that do more than files at the same address.
pub async fn page(published: &Published, uri: &Uri, headers: &HeaderMap) -> Response {
    let (published, path) = (published.clone(), uri.path().to_owned());
    let codings = coding::accepted(headers);
    // Reading a file blocks. The runtime has threads for that.
    let look = move || {
        let folder = Folder { dist: published.current().dist.clone(), codings };
        Ok(older(look_up(&folder, &path)?, &published, &path))
    };
    let found = tokio::task::spawn_blocking(look).await;
    let found = found.map_err(|err| ApiError::Internal(anyhow::Error::new(err).context("reading a file")));
    match found.and_then(|found| found.map_err(unreadable)) {
        Ok(Found::File(file)) => answer::unless_unchanged(headers, file.into_response()),
        Ok(Found::Folder(location)) => redirect(&location, uri.query()),
        Ok(Found::Nothing(page)) => page.into_response(),
        Err(err) => err.into_response(),
    }
}

#[derive(Debug)]
enum Found {
    /// What was asked for.
    File(File),
    /// A page that was asked for without its final slash; with it, it is here.
    Folder(String),
    /// Nothing, and the page that says so.
    Nothing(File),
}

#[derive(Debug)]
struct File {
    status: StatusCode,
    bytes: Vec<u8>,
    media_type: &'static str,
    keep: &'static str,
    /// The coding of `bytes`; `None`: as written.
    coding: Option<Coding>,
    /// Whether pages of other sites may fetch it.
    open: bool,
}

/// The release's folder, and which compressed copies may be taken from it.
struct Folder {
    dist: PathBuf,
    codings: Vec<Coding>,
}

fn look_up(dist: &Folder, path: &str) -> io::Result<Found> {
    let Some(names) = names(path) else { return nothing(dist) };
    let inside: PathBuf = names.iter().collect();
    if path.ends_with('/') {
        let page = read(dist, &inside.join("index.html"))?;
        return page.map_or_else(|| nothing(dist), |file| Ok(Found::File(file)));
    }
    if let Some(file) = read(dist, &inside)? {
        return Ok(Found::File(file));
    }
    match read(dist, &inside.join("index.html"))? {
        Some(_) => Ok(Found::Folder(format!("{path}/"))),
        None => nothing(dist),
    }
}

/// A page that was loaded just before a new release came still finds its style and scripts.
fn older(found: Found, published: &Published, path: &str) -> Found {
    let Found::Nothing(page) = found else { return found };
    let inside: Option<PathBuf> = names(path).map(|names| names.iter().collect());
    let asset = inside.and_then(|inside| Some((published.earlier_asset(&inside)?, media_type(&inside))));
    asset.map_or(Found::Nothing(page), |(bytes, media_type)| {
        Found::File(File {
            status: StatusCode::OK,
            bytes: bytes.to_vec(),
            media_type,
            keep: FOR_EVER,
            coding: None,
            open: false,
        })
    })
}

/// The names along a decoded path; `None` where one of them could mean anything but a plain name in a folder.
fn names(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/').map(decode).map(|name| name.filter(|name| is_plain(name))).collect()
}

fn is_plain(name: &str) -> bool {
    let hidden = name.starts_with('.') && name != ".well-known";
    !name.is_empty() && !hidden && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

/// Decodes `%E7%AB%99`; `None` where that is not text.
fn decode(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit =
                || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit()? << 4 | digit()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A published file, as the best of its compressed copies that the browser takes, where it has any.
fn read(folder: &Folder, inside: &Path) -> io::Result<Option<File>> {
    let Some(plain) = regular(&folder.dist, inside)? else { return Ok(None) };
    let (mut real, mut taken) = (plain, None);
    for coding in &folder.codings {
        let mut copy = inside.as_os_str().to_owned();
        copy.push(".");
        copy.push(coding.ending());
        if let Some(copy) = regular(&folder.dist, Path::new(&copy))? {
            (real, taken) = (copy, Some(*coding));
            break;
        }
    }
    let keep = if never_changes(inside) { FOR_EVER } else { "no-cache" };
    let (status, media_type) = (StatusCode::OK, media_type(inside));
    let open = inside.starts_with(FOLDER);
    Ok(Some(File { status, bytes: fs::read(&real)?, media_type, keep, coding: taken, open }))
}

/// Whether the name of a file says what is in it: hashed assets, and what browsers search without us, which lies in a folder
/// named by its digest.
fn never_changes(inside: &Path) -> bool {
    HASHED.iter().any(|folder| inside.starts_with(folder))
        || inside.starts_with(web::FOLDER) && inside.components().count() > 2
}

/// A regular file under `dist`. What a link leads out to is not under it.
fn regular(dist: &Path, inside: &Path) -> io::Result<Option<PathBuf>> {
    let found = fs::canonicalize(dist.join(inside)).and_then(|real| Ok((fs::canonicalize(dist)?, real)));
    let (root, real) = match found {
        Ok(found) => found,
        Err(err) if is_absence(&err) => return Ok(None),
        Err(err) => return Err(err),
    };
    Ok((real.starts_with(&root) && real.is_file()).then_some(real))
}

/// Whether there is simply no such file: not there, below a file, or with a name too long to be one.
fn is_absence(err: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(err.kind(), NotFound | NotADirectory | InvalidFilename)
}

fn nothing(dist: &Folder) -> io::Result<Found> {
    let page = read(dist, Path::new(NOT_FOUND_PAGE))?;
    let plain = || File {
        status: StatusCode::NOT_FOUND,
        bytes: "没有这个页面。有危险，请打 110。".as_bytes().to_vec(),
        media_type: "text/plain; charset=utf-8",
        keep: "no-store",
        coding: None,
        open: false,
    };
    let page =
        page.map_or_else(plain, |page| File { status: StatusCode::NOT_FOUND, keep: "no-store", ..page });
    Ok(Found::Nothing(page))
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static(self.keep)),
            // By the bytes that are sent, so each coding has a tag of its own.
            (header::ETAG, answer::tag(&self.bytes)),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        // What anybody may use, any page may fetch.
        let open = self.open.then_some([
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        ]);
        let coding = self.coding.map(|coding| [(header::CONTENT_ENCODING, coding.name())]);
        (self.status, headers, open, coding, self.bytes).into_response()
    }
}

fn redirect(location: &str, query: Option<&str>) -> Response {
    let location = query.map_or_else(|| location.to_owned(), |query| format!("{location}?{query}"));
    // A path that came in as a request's is made of what a header may hold.
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response(),
        Err(_) => ApiError::NotFound("这个页面").into_response(),
    }
}

/// The error names the file, never the request.
fn unreadable(err: io::Error) -> ApiError {
    ApiError::Internal(anyhow::Error::new(err).context("a published file can't be read"))
}

/// By the ending of the name. What is not in the table is offered for download and never run.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "ics" => "text/calendar; charset=utf-8",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    proptest! {
        #[test]
        fn no_path_climbs_out(path in "/?((\\.|%2e|%2F|%5c|%00|[a-z]|站|/|\\\\|:|%|%e7%ab%99){0,5}/?){0,6}") {
            if let Some(names) = names(&path) {
                let inside: PathBuf = names.iter().collect();
                prop_assert!(inside.components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert_eq!(inside.components().count(), names.len());
            }
        }

        #[test]
        fn any_request_target_is_taken_or_refused_without_a_panic(path in any::<String>()) {
            let _taken = names(&path);
        }
    }

    #[test]
    fn a_chinese_name_is_decoded() {
        assert_eq!(names("/%E7%AB%99/a/"), Some(vec!["站".to_owned(), "a".to_owned()]));
        assert_eq!(names("/"), Some(vec![]));
        assert_eq!(names("/.well-known/security.txt").map(|names| names.len()), Some(2));
    }
}
