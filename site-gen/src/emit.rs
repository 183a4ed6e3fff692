//! The only writer of output: builds beside, then swaps.
//!
//! Readers see the old release or the new one, never half of either, and a build that fails while writing leaves the
//! old one as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use search::bundle::FOLDER;

/// Output files by path from the site's root.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Puts `tree` in the place of the folder `out`.
///
/// # Errors
///
/// Fails when `out` holds something that is not a site, or when writing fails; `out` is then as it was.
pub fn replace(out: &Path, tree: &Tree) -> anyhow::Result<()> {
    check_target(out)?;
    let staging = beside(out, "staging")?;
    remove_if_there(&staging)?;
    let written = write_all(&staging, tree);
    if let Err(err) = written {
        // The half-written folder is of no use; what went wrong matters more than whether it could be removed.
        let _ = fs::remove_dir_all(&staging);
        return Err(err);
    }
    swap(&staging, out)
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

fn write_all(staging: &Path, tree: &Tree) -> anyhow::Result<()> {
    let mut last_folder = PathBuf::new();
    for (path, bytes) in tree {
        let path = staging.join(path);
        let folder = path.parent().unwrap_or(staging);
        if folder != last_folder {
            fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
            folder.clone_into(&mut last_folder);
        }
        #[expect(clippy::disallowed_methods, reason = "emit is where output is written")]
        fs::write(&path, bytes)
            .with_context(|| format!("写不了 {}：磁盘满了，或没有权限", path.display()))?;
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
fn beside(out: &Path, role: &str) -> anyhow::Result<PathBuf> {
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

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    const SITE: [(&str, &str); 2] = [("data/manifest.json", "{}"), ("a/index.html", "old")];

    #[test]
    fn a_new_site_takes_the_place_of_the_old_one_whole() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        replace(&out, &tree(&SITE)).unwrap();
        replace(&out, &tree(&[("data/manifest.json", "{}"), ("b/index.html", "new")])).unwrap();
        assert!(!out.join("a").exists());
        assert_eq!(fs::read(out.join("b/index.html")).unwrap(), b"new");
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["dist"]);
    }

    #[test]
    fn a_folder_that_is_not_a_site_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
        fs::write(folder.path().join("thesis.docx"), "precious").unwrap();
        let refusal = replace(folder.path(), &tree(&SITE)).unwrap_err();
        assert!(refusal.to_string().contains("不是以前生成的网站"), "{refusal}");
        assert!(folder.path().join("thesis.docx").exists());
    }

    #[test]
    fn a_build_that_can_not_be_written_leaves_the_old_site() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        replace(&out, &tree(&SITE)).unwrap();
        // A file where a folder has to be: writing fails half-way on every system, even for root.
        let broken = tree(&[("a", "file"), ("a/index.html", "new"), ("data/manifest.json", "{}")]);
        replace(&out, &broken).unwrap_err();
        assert_eq!(fs::read(out.join("a/index.html")).unwrap(), b"old");
    }
}
