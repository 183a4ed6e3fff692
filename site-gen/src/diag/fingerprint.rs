//! Tells a finding from the others of a run by something that lasts while lines move, so that a git host can say which
//! findings are new.

use std::collections::BTreeMap;

use super::found::{Found, below};

/// A mark for each of `found`, in their order, no two alike: 32 hexadecimal digits from the code, the path, the words of
/// the line and the words that are meant. Where the same is found twice, it counts.
pub fn of_all(found: &[Found<'_>], folder: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    found
        .iter()
        .map(|found| {
            let path = below(folder, found.path);
            let (line, meant) = (found.line.trim(), &found.line[found.marked.clone()]);
            let what = [found.diagnostic.code, &path, line, meant].join("\0");
            let times = seen.entry(what.clone()).or_default();
            *times += 1;
            let hash = blake3::hash(format!("{what}\0{times}").as_bytes()).to_hex();
            hash.as_str()[..32].to_owned()
        })
        .collect()
}
