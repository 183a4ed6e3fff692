//! The only reader of `content/`: every file once, in order, with places to point at.
//!
//! Start at [`SourceMap::read`]. Everything later works on these values, so a diagnostic can always show the line
//! it means. Nothing here knows what the files are for.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;

/// All files of a content folder, sorted by path.
#[derive(Debug, Default)]
pub struct SourceMap {
    texts: Vec<SourceText>,
    blobs: Vec<Blob>,
    foreign: Vec<FileId>,
}

/// A text file.
#[derive(Debug)]
pub struct SourceText {
    /// From the content root, with `/`: `guides/work/maternity-leave.md`.
    pub path: String,
    /// Without a byte-order mark; empty where the file is not UTF-8 or has no lines to point into.
    pub text: String,
    /// Whether it is a text at all: pictures have only a path here.
    is_text: bool,
}

/// A file that is copied as it is: a picture.
#[derive(Debug)]
pub struct Blob {
    /// Its id, for pointing at it.
    pub file: FileId,
    /// From the content root, with `/`.
    pub path: String,
    /// As read.
    pub bytes: Vec<u8>,
}

/// Names a text file of a [`SourceMap`]. Ordered as the paths are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(usize);

/// A place in a text file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value and where the editor wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// Endings of the texts that editors write.
const TEXT_ENDINGS: [&str; 5] = ["md", "yaml", "yml", "csv", "toml"];
/// Endings of files that are published as they are.
const BLOB_ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "avif", "svg"];

impl Span {
    /// A place in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end }
    }

    /// The first byte of `file`, for what is wrong with a file as a whole.
    pub fn start_of(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }
}

impl SourceMap {
    /// Reads every file under `content`, hidden ones and the handbook apart.
    ///
    /// # Errors
    ///
    /// Fails when the folder or a file in it can't be read.
    pub fn read(content: &Path) -> anyhow::Result<Self> {
        let mut paths = Vec::new();
        walk(content, "", &mut paths)
            .with_context(|| format!("读不了内容文件夹 {}：请检查 --content 指的位置", content.display()))?;
        // By bytes of the relative path: the same order on every machine and file system.
        paths.sort_unstable();
        let mut sources = Self::default();
        for path in paths {
            let bytes = fs::read(content.join(&path))
                .with_context(|| format!("读不了 {}", content.join(&path).display()))?;
            sources.add(path, bytes);
        }
        Ok(sources)
    }

    /// Adds one file. Only tests call this from outside; paths must come in order.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let (path, bytes) = (path.into(), bytes.into());
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        let file = FileId(self.texts.len());
        if BLOB_ENDINGS.contains(&ending.as_str()) {
            // A text keeps the path in its place among the others, so that findings can point at it; into a drawing too.
            let drawing = if ending == "svg" { String::from_utf8(bytes.clone()).ok() } else { None };
            let text = drawing.unwrap_or_default().trim_start_matches('\u{feff}').to_owned();
            self.blobs.push(Blob { file, path: path.clone(), bytes });
            self.texts.push(SourceText { path, text, is_text: false });
            return;
        }
        let is_text = TEXT_ENDINGS.contains(&ending.as_str());
        let text = if is_text { String::from_utf8(bytes).ok() } else { None };
        if text.is_none() {
            self.foreign.push(file);
        }
        let text = text.unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.texts.push(SourceText { path, text, is_text: true });
    }

    /// The text files with their ids, by path.
    pub fn texts(&self) -> impl Iterator<Item = (FileId, &SourceText)> {
        self.texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.is_text)
            .map(|(index, text)| (FileId(index), text))
    }

    /// The files to copy, by path.
    pub fn blobs(&self) -> &[Blob] {
        &self.blobs
    }

    /// Files that are neither UTF-8 text of a known kind nor a picture.
    pub fn foreign(&self) -> &[FileId] {
        &self.foreign
    }

    /// The path of `file` from the content root.
    pub fn path(&self, file: FileId) -> &str {
        &self.texts[file.0].path
    }

    /// The text of `file`.
    pub fn text(&self, file: FileId) -> &str {
        &self.texts[file.0].text
    }

    /// Line and column of a byte of `file`, both from 1, the column in characters.
    pub fn line_column(&self, file: FileId, byte: usize) -> (usize, usize) {
        let text = self.text(file);
        let byte = floor_char_boundary(text, byte);
        let line_start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
        let line = text[..byte].matches('\n').count() + 1;
        (line, text[line_start..byte].chars().count() + 1)
    }
}

/// The last character boundary at or before `byte`.
pub fn floor_char_boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(io::Error::other(format!("文件名不是 UTF-8：{}", entry.path().display())));
        };
        if is_clutter(&name) || (folder.is_empty() && name == "README.md") {
            continue;
        }
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        // `metadata` follows links, so content may be linked in; a loop ends with the system's own error.
        if fs::metadata(entry.path())?.is_dir() {
            walk(root, &path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// What editors' programs leave behind: hidden files, Office lock files, Windows and macOS litter.
fn is_clutter(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$") || name.ends_with('~') || name == "Thumbs.db"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_a_byte_order_mark_is_not_one() {
        let mut sources = SourceMap::default();
        sources.add("a.md", "\u{feff}第一行\r\n标题：暖站\n");
        let file = FileId(0);
        let at = sources.text(file).find('暖').unwrap();
        assert_eq!(sources.line_column(file, at), (2, 4));
        assert_eq!(sources.line_column(file, 9999), (3, 1));
    }

    #[test]
    fn a_file_that_is_not_utf8_is_set_aside() {
        let mut sources = SourceMap::default();
        sources.add("stations/a/stations.csv", vec![0xc3, 0xfb, 0xb3, 0xc6]);
        assert_eq!(sources.foreign(), [FileId(0)]);
    }

    #[test]
    fn what_programs_leave_behind_is_not_content() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".DS_Store", "~$stations.xlsx", "README.md", "topics.yaml"] {
            #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let sources = SourceMap::read(folder.path()).unwrap();
        let paths: Vec<&str> = sources.texts().map(|(_, text)| text.path.as_str()).collect();
        assert_eq!(paths, ["topics.yaml"]);
    }
}
