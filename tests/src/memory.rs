//! What a running process has in its memory: for looking whether a secret is there.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use anyhow::Context as _;

/// A part of a process's memory.
pub struct Region {
    /// As `/proc` lists it: addresses, rights, what is mapped there.
    pub place: String,
    /// What was in it.
    pub bytes: Vec<u8>,
}

/// Everything that the process could have written down: what it may write, wherever it is. A part that goes away while we look is
/// left out.
///
/// # Errors
///
/// Where this machine lets nobody look into another process.
pub fn of(pid: u32) -> anyhow::Result<Vec<Region>> {
    let mut maps = String::new();
    File::open(format!("/proc/{pid}/maps"))?.read_to_string(&mut maps)?;
    let mut memory = File::open(format!("/proc/{pid}/mem")).context("another process's memory")?;
    let mut regions = Vec::new();
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw")))
    {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).context("a range")?;
        let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
        let mut bytes = vec![0; usize::try_from(to - from)?];
        memory.seek(SeekFrom::Start(from))?;
        if memory.read_exact(&mut bytes).is_ok() {
            regions.push(Region { place: line.to_owned(), bytes });
        }
    }
    Ok(regions)
}
