//! All stations of a country in little room, as a file: `data/stations.index`.
//!
//! A [`Store`] is its bytes; a station is made of them when it is asked for. Opening looks at each one ([`row`]), so a file
//! that is cut off, damaged or made up ([`mod@write`] has made what is not) is refused there and not met later.
//!
//! ```text
//! magic, version        8 bytes
//! sum of all that follows      8 bytes, the lowest byte first
//! texts                 those that many stations share: names of divisions, notes
//! hours                 those that stations share, each as its record in JSON
//! stations              by id, each with its length before it
//! order                 those on the map as the tree has them: numbers of four bytes, the lowest first, counted among those
//!                       on the map
//! ```
//!
//! Numbers take as many bytes as they need. A station's id, name, address and telephones stand in it; other texts and its
//! hours are numbers of shared ones. Every list of vocabulary values keeps the order it was written in.

mod row;
mod write;

use crate::record::{Hours, Station};
use crate::text::embedded::IndexError;
use crate::text::embedded::bytes::{Reader, Sum};
pub(super) use row::{Row, RowPlace};
pub(super) use write::file;

const MAGIC: &[u8; 7] = b"NZPLACE";
const VERSION: u8 = 2;
const HEAD: usize = 16;

/// Why a file of stations can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is some other file.
    #[error("不是站点索引文件")]
    NotStations,
    /// It was written by another version.
    #[error("站点索引是第 {0} 版，本程序只认第 {VERSION} 版：请用同一版本的 site-gen 重新生成")]
    Version(u8),
    /// It is not as it was written.
    #[error("站点索引已损坏：请重新生成")]
    Damaged,
}

impl From<IndexError> for StoreError {
    fn from(_: IndexError) -> Self {
        Self::Damaged
    }
}

type Read<T> = Result<T, StoreError>;

/// Stations by id.
#[derive(Debug)]
pub(super) struct Store {
    file: Vec<u8>,
    texts: Vec<Box<str>>,
    hours: Vec<Hours>,
    /// Where in the file each station begins.
    starts: Vec<u32>,
    /// Where in the file the order of those on the map begins.
    order: usize,
}

impl Store {
    pub(super) fn open(file: Vec<u8>) -> Read<Self> {
        let mut reader = Reader::new(&file, 0);
        let head = reader.take(8)?;
        if head[..7] != *MAGIC {
            return Err(StoreError::NotStations);
        }
        if head[7] != VERSION {
            return Err(StoreError::Version(head[7]));
        }
        if reader.fixed()? != sum(&file[HEAD..]) || u32::try_from(file.len()).is_err() {
            return Err(StoreError::Damaged);
        }
        let texts =
            (0..reader.count(1)?).map(|_| Ok(reader.text()?.into_boxed_str())).collect::<Read<Vec<_>>>()?;
        let hours = (0..reader.count(1)?).map(|_| hours(reader.text_here()?)).collect::<Read<Vec<_>>>()?;
        let mut starts = Vec::with_capacity(reader.count(2).map_err(StoreError::from)?);
        for _ in 0..starts.capacity() {
            let length = reader.count(1)?;
            starts.push(u32::try_from(reader.at()).map_err(|_| StoreError::Damaged)?);
            reader.take(length)?;
        }
        let order = reader.at();
        Ok(Self { file, texts, hours, starts, order })
    }

    /// The places of so many stations in the order of the tree, each once; [`StoreError`] where the file tells of others.
    pub(super) fn order(&self, count: usize) -> Read<Vec<u32>> {
        let (numbers, rest) = self.file[self.order..].as_chunks::<4>();
        if numbers.len() != count || !rest.is_empty() {
            return Err(StoreError::Damaged);
        }
        let mut seen = vec![false; count];
        let one = |&bytes: &[u8; 4]| {
            let number = u32::from_le_bytes(bytes);
            let seen = seen.get_mut(number as usize).ok_or(StoreError::Damaged)?;
            if std::mem::replace(seen, true) { Err(StoreError::Damaged) } else { Ok(number) }
        };
        numbers.iter().map(one).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// A station; [`StoreError`] where the file is not one that [`file()`] made.
    pub(super) fn read(&self, at: usize) -> Read<Station> {
        let mut row = Row::default();
        self.fill(&mut row, at)?;
        row.station(self)
    }

    /// Puts a station into `row`, in place of the one that was there; [`StoreError`] where the file is not one that [`file()`]
    /// made.
    pub(super) fn fill<'s>(&'s self, row: &mut Row<'s>, at: usize) -> Read<()> {
        let start = *self.starts.get(at).ok_or(StoreError::Damaged)?;
        let reader = Reader::new(&self.file, start as usize);
        row::Parts { reader, texts: self.texts.len(), hours: self.hours.len() }.fill(row)
    }

    /// A text that stations share, by the number that a row has of it.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// The hours that stations have, each once.
    pub(super) fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// Its id and its name.
    pub(super) fn names(&self, at: usize) -> Option<(&str, &str)> {
        let mut reader = Reader::new(&self.file, *self.starts.get(at)? as usize);
        Some((reader.text_here().ok()?, reader.text_here().ok()?))
    }

    /// Where the station of this id is.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.names(middle)?.0.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// The sum of what follows the head of a file.
pub(super) fn sum(body: &[u8]) -> u64 {
    Sum::new().add(body).value()
}

fn usual_url(id: &str) -> String {
    format!("/stations/{id}/")
}

fn hours(json: &str) -> Read<Hours> {
    serde_json::from_str(json).map_err(|_| StoreError::Damaged)
}
