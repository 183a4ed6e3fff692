//! Pages as HSDS has them, and all of a list as lines.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use search::hsds::Service;
use search::hsds::Uuid;
use search::record::Station;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shelf;
use super::wanted::List;
use crate::answer::Answer;
use crate::published::Release;

/// How many objects are made at once where all are sent.
const AT_ONCE: usize = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageOut<T> {
    /// How many there are in all.
    total_items: usize,
    /// How many pages.
    total_pages: usize,
    /// This one, from 1.
    page_number: usize,
    /// How many are on it.
    size: usize,
    /// Whether it is the first.
    first_page: bool,
    /// Whether none comes after it.
    last_page: bool,
    /// Whether nothing is on it.
    empty: bool,
    /// What is on it.
    contents: Vec<T>,
}

/// A service as its name.
#[derive(Debug, Serialize)]
pub(super) struct Minimal {
    id: Uuid,
    name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
}

impl Minimal {
    pub(super) fn new(service: Service) -> Self {
        let Service { id, name, status, last_modified, .. } = service;
        Self { id, name, status, last_modified }
    }
}

impl<T> PageOut<T> {
    fn new(contents: Vec<T>, total: usize, list: &List) -> Self {
        let pages = total.div_ceil(list.per_page);
        Self {
            total_items: total,
            total_pages: pages,
            page_number: list.page,
            size: contents.len(),
            first_page: list.page == 1,
            last_page: list.page >= pages,
            empty: contents.is_empty(),
            contents,
        }
    }
}

/// Answers with objects made of stations; those of which none is made are not listed, so `list` must not want them.
pub(super) fn of_stations<T: Serialize + 'static>(
    release: Arc<Release>,
    list: List,
    make: impl Fn(Shelf<'_>, &Station) -> Option<T> + Send + 'static,
) -> Response {
    let shelf = Shelf(&release);
    let all = |offset, limit| match list.nothing {
        true => (Vec::new(), 0),
        false => shelf.catalogue().page(shelf.of(), &list.wanted, offset, limit),
    };
    if list.as_lines {
        let (stations, _) = all(0, usize::MAX);
        let parts: Vec<Vec<_>> = stations.chunks(AT_ONCE).map(<[_]>::to_vec).collect();
        let lines = parts.into_iter().map(move |part| {
            let shelf = Shelf(&release);
            let stations = part.into_iter().map(|station| release.stations.station(station));
            in_lines(stations.filter_map(|station| make(shelf, &station)))
        });
        return as_lines(lines);
    }
    let (stations, total) = all((list.page - 1).saturating_mul(list.per_page), list.per_page);
    let stations = stations.into_iter().map(|station| release.stations.station(station));
    let contents = stations.filter_map(|station| make(shelf, &station)).collect();
    page(PageOut::new(contents, total, &list), &list)
}

/// Answers with a part of what is all at hand.
pub(super) fn of_words<T: Serialize + 'static>(mut found: Vec<T>, list: List) -> Response {
    if list.nothing {
        found.clear();
    }
    if list.as_lines {
        return as_lines(std::iter::once(in_lines(found.into_iter())));
    }
    let total = found.len();
    let from = (list.page - 1).saturating_mul(list.per_page);
    let contents = found.into_iter().skip(from).take(list.per_page).collect();
    page(PageOut::new(contents, total, &list), &list)
}

fn page<T: Serialize>(page: PageOut<T>, list: &List) -> Response {
    if list.private { Answer::private(page).into_response() } else { Answer::public(page).into_response() }
}

fn in_lines<T: Serialize>(objects: impl Iterator<Item = T>) -> Bytes {
    let mut lines = Vec::new();
    for object in objects {
        // Objects of HSDS are plain data, and a list of bytes takes any.
        serde_json::to_writer(&mut lines, &object).expect("plain data");
        lines.push(b'\n');
    }
    lines.into()
}

/// Lines that are made while they are sent. Kept by nobody: there may be very many.
fn as_lines(lines: impl Iterator<Item = Bytes> + Send + 'static) -> Response {
    let body = Body::from_stream(futures_util::stream::iter(lines.map(Ok::<_, Infallible>)));
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))], body).into_response()
}
