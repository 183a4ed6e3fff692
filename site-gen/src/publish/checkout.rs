//! The content of one commit as plain files in a folder of ours.
//!
//! Written by hand from git's own listing instead of by a checkout: no filter, hook, attribute or setting of the
//! repository has a say, no link is made or followed, and no name leads out of the folder. What editors' programs hide
//! (`.obsidian/`) is left out, as the compiler does not read it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail};

use super::disk;
use crate::git::{CommitId, Repository, no_git};

/// Ten times what the largest province needs; past it somebody has put in what is no content.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Files.
    files: usize,
    /// Bytes of one file.
    file: u64,
    /// Bytes of all files.
    all: u64,
}

/// A file of the commit.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: String,
    id: String,
}

/// What is wrong with a commit before its content is even read: lines for the editor.
pub(super) type Faults = Vec<String>;

const BOUNDS: Bounds = Bounds { files: 500_000, file: 32 << 20, all: 4 << 30 };

/// How the stand-in of a file that lies in Git LFS begins.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Faults shown at most: whoever pushed a whole photo album sees soon enough what it is about.
const SHOWN: usize = 20;

/// Writes the files under `folder` of `commit` to the new folder `into`.
pub(super) fn write(
    repository: &Repository,
    commit: &CommitId,
    folder: &str,
    into: &Path,
) -> anyhow::Result<Result<(), Faults>> {
    let mut arguments = vec!["ls-tree", "-r", "-z", "-l", "--full-tree", commit.as_str()];
    arguments.extend((!folder.is_empty()).then_some(folder));
    let listing = repository.ask(&arguments)?;
    let entries = match entries(&listing, folder, BOUNDS) {
        Ok(entries) => entries,
        Err(faults) => return Ok(Err(faults)),
    };
    disk::make_folder(into, 0o755)?;
    let faults = copy(repository, &entries, folder, into)?;
    Ok(if faults.is_empty() { Ok(()) } else { Err(faults) })
}

/// The files to write, or everything that must not be written.
fn entries(listing: &[u8], folder: &str, bounds: Bounds) -> Result<Vec<Entry>, Faults> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let (mut entries, mut faults, mut all) = (Vec::new(), Faults::new(), 0_u64);
    for line in listing.split(|&byte| byte == 0).filter(|line| !line.is_empty()) {
        let line = String::from_utf8_lossy(line);
        let (head, whole) = line.split_once('\t').unwrap_or((&line, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let (mode, id, size) = match words.as_slice() {
            [mode, _, id, size] => (*mode, *id, size.parse().unwrap_or(0)),
            _ => continue,
        };
        let Some(path) = whole.strip_prefix(&prefix) else {
            faults.push(format!("{whole}：应该是文件夹，却是一个文件"));
            continue;
        };
        if path.split('/').any(|name| name.starts_with('.') && !matches!(name, "." | "..")) {
            continue;
        }
        if let Some(fault) = fault(mode, path, size, bounds) {
            faults.push(format!("{}：{fault}", printable(whole)));
            continue;
        }
        all = all.saturating_add(size);
        entries.push(Entry { path: path.to_owned(), id: id.to_owned() });
    }
    if !entries.iter().any(|entry| entry.path == "site.toml") && faults.is_empty() {
        faults.push(format!("这次提交里没有 {prefix}site.toml：内容要放在仓库的 {prefix} 里"));
    }
    if entries.len() > bounds.files || all > bounds.all {
        let (files, size) = (entries.len(), all >> 20);
        faults.push(format!("内容太多：{files} 个文件，{size} MB。是不是把别的东西也提交了"));
    }
    if faults.is_empty() { Ok(entries) } else { Err(cut(faults)) }
}

/// What an editor did not mean to publish, or nobody should.
fn fault(mode: &str, path: &str, size: u64, bounds: Bounds) -> Option<String> {
    match mode {
        "120000" => return Some("这是一个链接（快捷方式），不能发布。把文件本身放到这里".to_owned()),
        "160000" => return Some("这是另一个仓库（子模块），不能发布。把要用的文件复制进来".to_owned()),
        _ => {}
    }
    let plain = |name: &str| {
        !matches!(name, "" | "." | "..") && name.len() <= 255 && !name.contains(['\u{fffd}', '\\'])
    };
    if !path.split('/').all(plain) || path.contains(char::is_control) || path.len() > 1000 {
        return Some("文件名里有不能用的字，或者太长。换一个名字".to_owned());
    }
    let limit = bounds.file >> 20;
    (size > bounds.file).then(|| format!("{} MB，太大了，最多 {limit} MB。图片先缩小", size >> 20))
}

fn cut(mut faults: Faults) -> Faults {
    let more = faults.len().saturating_sub(SHOWN);
    if more > 0 {
        faults.truncate(SHOWN);
        faults.push(format!("还有 {more} 个文件也是这样。"));
    }
    faults
}

fn printable(path: &str) -> String {
    path.chars().map(|letter| if letter.is_control() { '?' } else { letter }).take(200).collect()
}

/// Streams the bytes out of git, one file after the other.
fn copy(repository: &Repository, entries: &[Entry], folder: &str, into: &Path) -> anyhow::Result<Faults> {
    let mut command = repository.command();
    command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut git = command.stderr(Stdio::null()).spawn().map_err(no_git)?;
    let mut questions = git.stdin.take().context("the input was asked for")?;
    let mut answers = BufReader::new(git.stdout.take().context("the output was asked for")?);
    let mut faults = Faults::new();
    let copied = std::thread::scope(|scope| {
        // Asked from a thread of its own: both pipes may be full at once.
        scope.spawn(move || {
            let ids: String = entries.iter().flat_map(|entry| [entry.id.as_str(), "\n"]).collect();
            // Fails when git has ended, which shows at the other end.
            let _ended = questions.write_all(ids.as_bytes());
        });
        let mut made = String::new();
        let copied = entries.iter().try_for_each(|entry| {
            let parent = entry.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            if parent != made {
                fs::create_dir_all(into.join(parent))?;
                parent.clone_into(&mut made);
            }
            let bytes = answer(&mut answers, &entry.id)?;
            if bytes.starts_with(LFS) {
                let path = Path::new(folder).join(&entry.path);
                faults
                    .push(format!("{}：这个文件存在 Git LFS 里，不能发布。直接提交文件本身", path.display()));
            }
            let path = into.join(&entry.path);
            let mut file = File::create_new(&path).with_context(|| format!("写不了 {}", path.display()))?;
            file.write_all(&bytes).with_context(|| format!("写不了 {}", path.display()))
        });
        // Closing the pipe ends git, and with it the thread that asks.
        drop(answers);
        copied
    });
    git.wait()?;
    copied.map(|()| cut(faults))
}

/// `ID blob SIZE LF`, the bytes, `LF`.
fn answer(answers: &mut BufReader<std::process::ChildStdout>, id: &str) -> anyhow::Result<Vec<u8>> {
    let mut head = String::new();
    answers.read_line(&mut head).context("git 没有给出文件")?;
    let size = head.strip_prefix(id).and_then(|rest| rest.strip_prefix(" blob ")?.trim_end().parse().ok());
    let Some(size) = size else {
        bail!("仓库里缺文件（{}）：用 git fsck 看看仓库是不是坏了", head.trim_end());
    };
    let mut bytes = vec![0; size];
    answers.read_exact(&mut bytes).context("git 给的文件不完整")?;
    let mut end = [0];
    answers.read_exact(&mut end).context("git 给的文件不完整")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn listed(lines: &[(&str, &str, &str)]) -> Vec<u8> {
        let line = |&(mode, size, path): &(&str, &str, &str)| {
            let kind = if mode == "160000" { "commit" } else { "blob" };
            format!("{mode} {kind} {ID} {size:>7}\t{path}\0").into_bytes()
        };
        lines.iter().flat_map(line).collect()
    }

    fn faults(lines: &[(&str, &str, &str)]) -> String {
        let bounds = Bounds { files: 3, file: 1 << 20, all: 2 << 20 };
        entries(&listed(lines), "content", bounds).map_err(|faults| faults.join("\n")).unwrap_err()
    }

    #[test]
    fn plain_files_are_taken_and_hidden_ones_left_out() {
        let listing = listed(&[
            ("100644", "5", "content/site.toml"),
            ("100755", "5", "content/guides/工作/a.md"),
            ("120000", "5", "content/.obsidian/link"),
        ]);
        let entries = entries(&listing, "content", BOUNDS).unwrap();
        let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["site.toml", "guides/工作/a.md"]);
    }

    #[test]
    fn what_leads_out_of_the_content_is_refused_and_named() {
        for (mode, path, said) in [
            ("120000", "content/guides/passwd", "链接"),
            ("160000", "content/other", "子模块"),
            ("100644", "content/../../etc/passwd", "不能用的字"),
            ("100644", "content/a\nb.md", "不能用的字"),
            ("100644", "content/guides//x", "不能用的字"),
        ] {
            let faults = faults(&[("100644", "5", "content/site.toml"), (mode, "5", path)]);
            assert!(faults.contains(said), "{path}: {faults}");
        }
        assert!(faults(&[("120000", "5", "content")]).contains("应该是文件夹"));
    }

    #[test]
    fn what_is_too_large_or_too_much_is_refused() {
        let site = ("100644", "5", "content/site.toml");
        assert!(faults(&[site, ("100644", "1200000", "content/a.png")]).contains("最多 1 MB"));
        let large = ("100644", "1048576", "content/a.png");
        assert!(faults(&[site, large, ("100644", "1048576", "content/b.png")]).contains("内容太多"));
        assert!(faults(&[("100644", "5", "content/topics.yaml")]).contains("没有 content/site.toml"));
        let many: Vec<_> = std::iter::repeat_n(("120000", "5", "content/a"), 40).collect();
        assert!(faults(&many).contains("还有 20 个"));
    }
}
