//! When each file last changed, from the history of the repository it lies in.
//!
//! Start at [`changed`]. One pass over the whole history, whatever the number of files: for every file of a commit, the
//! newest commit in which its very bytes came to be. A file that was only renamed did not change; a change that a merge
//! threw away is not the file's; a merge that was mended by hand is where its words came from. Days only, in China's time.
//! Same content and same history give the same days: no clock, no setting and no file of a checkout is looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::check;
use crate::git::{CommitId, Repository, no_git};

mod raw;

use raw::{Entry, Pass};

/// The day on which each file last changed, by path from the content root.
pub type Changed = BTreeMap<String, Date>;

/// Where the days of the last commit asked for are kept, in the repository's own folder.
const CACHE: &str = "nuanzhan-changed";

/// The days of a content folder that lies in a checkout, at its last commit; and a word to whoever runs this where there
/// could have been some. Empty where it lies in none.
///
/// A file that was edited since has the day of its last commit: a build knows no today.
pub fn of_folder(content: &Path) -> (Changed, Option<String>) {
    match try_folder(content) {
        Ok(Some(changed)) => (changed, None),
        Ok(None) => {
            let advice = "git 历史不全（浅克隆），没有用它的修改日期。要用，先运行 git fetch --unshallow";
            (Changed::new(), Some(advice.to_owned()))
        }
        // Not in a repository, or no git here: most folders are like that, and nothing is missing.
        Err(_) => (Changed::new(), None),
    }
}

fn try_folder(content: &Path) -> anyhow::Result<Option<Changed>> {
    let content = fs::canonicalize(content)?;
    let root = content.ancestors().find(|folder| folder.join(".git").exists()).context("a checkout")?;
    let repository = Repository::open(root)?;
    let inside = content.strip_prefix(root)?.to_str().context("a name in UTF-8")?;
    let head = repository.commit("HEAD")?.context("a commit")?;
    changed(&repository, &head, inside)
}

/// The days of all files under `folder` (empty: the root) of `commit`. `None` where the history was cut off: the days
/// would be those of the copy.
///
/// # Errors
///
/// Fails when git does.
pub fn changed(repository: &Repository, commit: &CommitId, folder: &str) -> anyhow::Result<Option<Changed>> {
    if repository.is_shallow()? {
        return Ok(None);
    }
    let cache = repository.git_dir().join(CACHE);
    let title = format!("1 {} {folder}", commit.as_str());
    if let Some(changed) = remembered(&cache, &title) {
        return Ok(Some(changed));
    }
    let mut pass = Pass::new(tree(repository, commit, folder)?);
    walk(repository, commit, folder, &mut pass)?;
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let days = pass.found().filter_map(|(path, seconds)| {
        let path = String::from_utf8(path.strip_prefix(prefix.as_bytes())?.to_vec()).ok()?;
        Some((path, day(seconds)?))
    });
    let changed: Changed = days.collect();
    // A repository that can't be written to is read again next time.
    let _not_kept = remember(&cache, &title, &changed);
    Ok(Some(changed))
}

/// The same by the address of the page that the file becomes.
pub fn by_address(changed: &Changed) -> BTreeMap<String, Date> {
    changed.iter().filter_map(|(path, day)| Some((check::address_of(path)?, *day))).collect()
}

/// China has kept one time all year since 1991: eight hours before Greenwich.
fn day(seconds: i64) -> Option<Date> {
    let zone = TimeZone::fixed(Offset::constant(8));
    Some(Timestamp::from_second(seconds).ok()?.to_zoned(zone).date())
}

/// The files of a commit: path and the id of the bytes.
fn tree(
    repository: &Repository,
    commit: &CommitId,
    folder: &str,
) -> anyhow::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit.as_str()];
    arguments.extend((!folder.is_empty()).then_some(folder));
    let listing = repository.ask(&arguments)?;
    let files = listing.split(|&byte| byte == 0).filter_map(|line| {
        let tab = line.iter().position(|&byte| byte == b'\t')?;
        let mut words = line[..tab].split(|&byte| byte == b' ');
        (words.nth(1)? == b"blob").then(|| Some((line[tab + 1..].to_vec(), words.next()?.to_vec())))?
    });
    Ok(files.collect())
}

/// Every commit that leads to `commit`, children before parents, with what it changed under `folder`.
fn walk(repository: &Repository, commit: &CommitId, folder: &str, pass: &mut Pass) -> anyhow::Result<()> {
    let mut commits = repository
        .command()
        .args(["rev-list", "--topo-order", commit.as_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(no_git)?;
    let mut command = repository.command();
    command.args(["diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-abbrev"]);
    command.args(["--find-renames", "-l1000", "--no-ext-diff", "--no-relative", "--format=%x01%ct"]);
    if !folder.is_empty() {
        command.args(["--", folder]);
    }
    let list = commits.stdout.take().context("the output was asked for")?;
    let mut differences =
        command.stdin(list).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(no_git)?;
    let output = differences.stdout.take().context("the output was asked for")?;
    let read = raw::read(BufReader::new(output), |entry: Entry| pass.take(entry));
    let (commits, differences) = (commits.wait()?, differences.wait()?);
    read.context("读不懂 git 的历史")?;
    if !commits.success() || !differences.success() {
        bail!("git 读不出 {commit} 的历史：用 git fsck 看看仓库是不是坏了");
    }
    Ok(())
}

/// One line a file: the day, a space, the path. The title names what the days are of.
fn remembered(cache: &Path, title: &str) -> Option<Changed> {
    let text = String::from_utf8(fs::read(cache).ok()?).ok()?;
    let lines = text.strip_prefix(title)?.strip_prefix('\n')?.strip_suffix("end\n")?;
    lines
        .lines()
        .map(|line| line.split_once(' ').and_then(|(day, path)| Some((path.to_owned(), day.parse().ok()?))))
        .collect()
}

fn remember(cache: &Path, title: &str, changed: &Changed) -> anyhow::Result<()> {
    let mut text = format!("{title}\n");
    // A name with a line break can't be content: it need not be remembered, but must not spoil the others.
    for (path, day) in changed.iter().filter(|(path, _)| !path.contains(['\n', '\r'])) {
        let _ = writeln!(text, "{day} {path}");
    }
    text.push_str("end\n");
    let beside = cache.with_extension(std::process::id().to_string());
    let written = fs::File::create(&beside).and_then(|mut file| file.write_all(text.as_bytes()));
    let written = written.and_then(|()| fs::rename(&beside, cache));
    if written.is_err() {
        let _gone = fs::remove_file(&beside);
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        // 2026-10-11 15:59:59 and 16:00:00 in Greenwich.
        assert_eq!(day(1_791_734_399), Some(date(2026, 10, 11)));
        assert_eq!(day(1_791_734_400), Some(date(2026, 10, 12)));
        assert_eq!(day(i64::MAX), None);
    }

    #[test]
    fn what_is_remembered_of_one_commit_is_not_taken_for_another_nor_half_of_it_for_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join(CACHE);
        let changed = Changed::from([("guides/工作/a b.md".to_owned(), date(2026, 10, 12))]);
        remember(&cache, "1 abc content", &changed).unwrap();
        assert_eq!(remembered(&cache, "1 abc content"), Some(changed));
        assert_eq!(remembered(&cache, "1 abd content"), None);
        let whole = fs::read(&cache).unwrap();
        fs::File::create(&cache).unwrap().write_all(&whole[..whole.len() - 6]).unwrap();
        assert_eq!(remembered(&cache, "1 abc content"), None);
    }
}
