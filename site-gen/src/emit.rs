//! The only writer of output: writes beside, then swaps.
//!
//! A [`Staging`] takes files one by one, from many threads. [`Staging::swap`] puts a whole new site in the place of the
//! old one in one step; [`Staging::merge`] moves into the old one what differs from it. Readers see the old release or
//! the new one; whoever is killed before the swap leaves the old one as it was, and a merge that was cut short is
//! finished by the next run ([`finish_interrupted`]).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};
use search::bundle::FOLDER;

/// A new site, or what is new of it, before anybody sees it.
#[derive(Debug)]
pub struct Staging {
    out: PathBuf,
    folder: PathBuf,
    folders: Mutex<BTreeSet<String>>,
    done: bool,
}

/// Lists, in a staging folder whose files are all there, what goes: one path on each line. From here on the merge can
/// only go forward.
const LIST: &str = ".merge";

impl Staging {
    /// Begins beside the folder `out`.
    ///
    /// # Errors
    ///
    /// Fails when `out` holds something that is not a site, or when nothing can be written beside it.
    pub fn beside(out: &Path) -> anyhow::Result<Self> {
        check_target(out)?;
        let folder = beside(out, "staging")?;
        remove_if_there(&folder)?;
        fs::create_dir_all(&folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
        Ok(Self { out: out.to_owned(), folder, folders: Mutex::default(), done: false })
    }

    /// Writes one file; `path` is from the site's root.
    ///
    /// # Errors
    ///
    /// Fails when it can't be written.
    pub fn put(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let target = self.folder.join(path);
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.make_folder(folder)?;
        }
        #[expect(clippy::disallowed_methods, reason = "emit is where output is written")]
        fs::write(&target, bytes)
            .with_context(|| format!("写不了 {}：磁盘满了，或没有权限", target.display()))
    }

    /// Begins a file; `path` is from the site's root.
    ///
    /// # Errors
    ///
    /// Fails when it can't be written.
    pub fn create(&self, path: &str) -> anyhow::Result<fs::File> {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.make_folder(folder)?;
        }
        let target = self.folder.join(path);
        fs::File::create(&target)
            .with_context(|| format!("写不了 {}：磁盘满了，或没有权限", target.display()))
    }

    /// Takes a file back that was put.
    ///
    /// # Errors
    ///
    /// Fails when it can't be taken away.
    pub fn take_back(&self, path: &str) -> anyhow::Result<()> {
        let target = self.folder.join(path);
        fs::remove_file(&target).with_context(|| format!("删不掉 {}", target.display()))
    }

    fn make_folder(&self, folder: &str) -> anyhow::Result<()> {
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(folder) {
            return Ok(());
        }
        let target = self.folder.join(folder);
        fs::create_dir_all(&target).with_context(|| format!("建不了文件夹 {}", target.display()))?;
        known().insert(folder.to_owned());
        Ok(())
    }

    /// Puts what was written in the place of the folder `out`, as a whole.
    ///
    /// # Errors
    ///
    /// Fails when the file system refuses; `out` is then as it was.
    pub fn swap(mut self) -> anyhow::Result<()> {
        swap(&self.folder, &self.out)?;
        self.done = true;
        Ok(())
    }

    /// Moves what was written into the folder `out` and takes `gone` away.
    ///
    /// # Errors
    ///
    /// Fails when the file system refuses. What was begun is finished by [`finish_interrupted`].
    pub fn merge(mut self, gone: &[String]) -> anyhow::Result<()> {
        let list = self.folder.join(LIST);
        let draft = self.folder.join(".list");
        #[expect(clippy::disallowed_methods, reason = "emit is where output is written")]
        fs::write(&draft, gone.join("\n")).with_context(|| format!("写不了 {}", draft.display()))?;
        fs::rename(&draft, &list).with_context(|| format!("写不了 {}", list.display()))?;
        self.done = true;
        merge(&self.folder, &self.out)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.done {
            // What was half written is of no use; what went wrong matters more than whether it could be removed.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Finishes a merge into `out` that was cut short. Tells whether there was one.
///
/// # Errors
///
/// Fails when the file system refuses.
pub fn finish_interrupted(out: &Path) -> anyhow::Result<bool> {
    let folder = beside(out, "staging")?;
    if !folder.join(LIST).is_file() {
        return Ok(false);
    }
    merge(&folder, out)?;
    Ok(true)
}

fn merge(folder: &Path, out: &Path) -> anyhow::Result<()> {
    let list = fs::read(folder.join(LIST)).context("读不了换到一半的记录")?;
    move_files(folder, out, Path::new(""))?;
    for path in String::from_utf8_lossy(&list).lines() {
        match fs::remove_file(out.join(path)) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => {
                return Err(err).with_context(|| format!("删不掉 {path}"));
            }
            _ => remove_empty_folders(out, path),
        }
    }
    remove_if_there(folder)
}

fn move_files(from: &Path, to: &Path, inside: &Path) -> anyhow::Result<()> {
    let folder = from.join(inside);
    for entry in fs::read_dir(&folder).with_context(|| format!("读不了 {}", folder.display()))? {
        let entry = entry?;
        let path = inside.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            move_files(from, to, &path)?;
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            let target = to.join(&path);
            let moved = fs::rename(entry.path(), &target).or_else(|_| {
                fs::create_dir_all(target.parent().unwrap_or(to))?;
                fs::rename(entry.path(), &target)
            });
            moved.with_context(|| format!("换不上 {}", target.display()))?;
        }
    }
    Ok(())
}

/// Takes away the folders that `path` leaves empty.
fn remove_empty_folders(out: &Path, path: &str) {
    let mut folder = Path::new(path).parent();
    while let Some(inside) = folder.filter(|inside| !inside.as_os_str().is_empty()) {
        // Fails where something else is in it, and then it stays.
        if fs::remove_dir(out.join(inside)).is_err() {
            return;
        }
        folder = inside.parent();
    }
}

/// Refuses to replace a folder that holds anything but an earlier site: a slip in `--out` must not cost a home folder.
fn check_target(out: &Path) -> anyhow::Result<()> {
    let entries = match fs::read_dir(out) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(err) => return Err(err).with_context(|| format!("输出位置 {} 不是可用的文件夹", out.display())),
        Ok(mut entries) => entries.next().is_some(),
    };
    if entries && !out.join(FOLDER).join("manifest.json").is_file() {
        bail!("{} 里有别的东西，不是以前生成的网站：请换一个空文件夹，或先把里面的东西移走", out.display());
    }
    Ok(())
}

/// Exchanges the two folders in one step where the file system can; otherwise by two renames.
fn swap(staging: &Path, out: &Path) -> anyhow::Result<()> {
    let fail = || format!("换不上新的网站 {}", out.display());
    if !out.exists() {
        return fs::rename(staging, out).with_context(fail);
    }
    if exchange(staging, out).is_ok() {
        return remove_if_there(staging);
    }
    let previous = beside(out, "previous")?;
    remove_if_there(&previous)?;
    fs::rename(out, &previous).with_context(fail)?;
    if let Err(err) = fs::rename(staging, out) {
        fs::rename(&previous, out).with_context(fail)?;
        return Err(err).with_context(fail);
    }
    remove_if_there(&previous)
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> rustix::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A hidden folder beside `out`, on the same file system.
pub(crate) fn beside(out: &Path, role: &str) -> anyhow::Result<PathBuf> {
    let Some(name) = out.file_name() else {
        bail!("{} 不能作输出位置：请写一个文件夹的名字，例如 dist", out.display());
    };
    Ok(out.with_file_name(format!(".{}.{role}", name.to_string_lossy())))
}

fn remove_if_there(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => {
            Err(err).with_context(|| format!("删不掉 {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: [(&str, &str); 2] = [("data/manifest.json", "{}"), ("a/index.html", "old")];

    fn staged(out: &Path, files: &[(&str, &str)]) -> Staging {
        let staging = Staging::beside(out).unwrap();
        for (path, text) in files {
            staging.put(path, text.as_bytes()).unwrap();
        }
        staging
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_new_site_takes_the_place_of_the_old_one_whole() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        staged(&out, &SITE).swap().unwrap();
        staged(&out, &[("data/manifest.json", "{}"), ("b/index.html", "new")]).swap().unwrap();
        assert!(!out.join("a").exists());
        assert_eq!(fs::read(out.join("b/index.html")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["dist"]);
    }

    #[test]
    fn what_differs_is_merged_and_what_is_gone_leaves_no_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        staged(&out, &SITE).swap().unwrap();
        staged(&out, &[("b/c/index.html", "new")]).merge(&["a/index.html".to_owned()]).unwrap();
        assert!(!out.join("a").exists() && out.join("data/manifest.json").exists());
        assert_eq!(fs::read(out.join("b/c/index.html")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["dist"]);
    }

    #[test]
    fn a_merge_that_was_cut_short_is_finished_by_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        staged(&out, &SITE).swap().unwrap();
        let mut staging = staged(&out, &[("b.html", "new"), ("c.html", "new")]);
        staging.done = true;
        let left = staging.folder.clone();
        #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
        fs::write(left.join(LIST), "a/index.html").unwrap();
        fs::rename(left.join("b.html"), out.join("b.html")).unwrap();
        drop(staging);

        assert!(finish_interrupted(&out).unwrap());
        assert!(out.join("b.html").exists() && out.join("c.html").exists() && !out.join("a").exists());
        assert!(!finish_interrupted(&out).unwrap());
    }

    #[test]
    fn a_folder_that_is_not_a_site_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
        fs::write(folder.path().join("thesis.docx"), "precious").unwrap();
        let refusal = Staging::beside(folder.path()).unwrap_err();
        assert!(refusal.to_string().contains("不是以前生成的网站"), "{refusal}");
        assert!(folder.path().join("thesis.docx").exists());
    }

    #[test]
    fn a_site_that_can_not_be_written_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        staged(&out, &SITE).swap().unwrap();
        // A file where a folder has to be: writing fails half-way on every system, even for root.
        let staging = staged(&out, &[("a", "file")]);
        staging.put("a/index.html", b"new").unwrap_err();
        drop(staging);
        assert_eq!(fs::read(out.join("a/index.html")).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["dist"]);
    }
}
