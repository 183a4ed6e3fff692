//! Puts this program into a repository as its hooks.
//!
//! `pre-receive` checks a push before git takes it, `post-receive` publishes what git took. A hook that somebody else
//! wrote is never overwritten: she is told the line to add to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::Settings;
use super::disk;
use crate::git::Repository;

/// The second line of a hook of ours. A file without it is somebody else's.
const MARK: &str =
    "# 暖站：由 site-gen publish --install-hook 写的。要改设置，再运行一次那个命令，不要改这里。";

/// The two times at which git asks.
pub const HOOKS: [&str; 2] = ["pre-receive", "post-receive"];

/// What was done about one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// It is there now.
    Written(PathBuf),
    /// It was there, word for word.
    Already(PathBuf),
}

/// Writes both hooks.
///
/// # Errors
///
/// Fails, before anything is written, when one is there that somebody else wrote; or when it can't be written.
pub fn install(
    repository: &Repository,
    site: &Path,
    settings: &Settings,
    program: &Path,
) -> anyhow::Result<Vec<Installed>> {
    let folder = folder(repository)?;
    let wanted = HOOKS.map(|hook| {
        let command = command(hook, repository, site, settings, program);
        (folder.join(hook), format!("#!/bin/sh\n{MARK}\nexec {command}\n"), command)
    });
    for (path, _, command) in &wanted {
        let old = match fs::read(path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => continue,
            old => old.with_context(|| format!("读不了 {}", path.display()))?,
        };
        if !String::from_utf8_lossy(&old).contains(MARK) {
            bail!("{} 是别人写的钩子，没有动它。在它的末尾加上这一行，效果一样：\n{command}", path.display());
        }
    }
    disk::make_folder(&folder, 0o755)?;
    let write = |(path, text, _): &(PathBuf, String, String)| {
        if fs::read(path).is_ok_and(|old| old == text.as_bytes()) && disk::set_mode(path, 0o755).is_ok() {
            return Ok(Installed::Already(path.clone()));
        }
        disk::write_whole(path, text.as_bytes(), 0o755).map(|()| Installed::Written(path.clone()))
    };
    wanted.iter().map(write).collect()
}

/// Where git looks for hooks: `core.hooksPath` may have moved it.
fn folder(repository: &Repository) -> anyhow::Result<PathBuf> {
    let path = repository.ask(&["rev-parse", "--git-path", "hooks"])?;
    let path = String::from_utf8(path).context("钩子的文件夹名不是 UTF-8")?;
    Ok(repository.git_dir().join(path.trim_end_matches('\n')))
}

fn command(hook: &str, repository: &Repository, site: &Path, settings: &Settings, program: &Path) -> String {
    let mut words = vec![
        program.display().to_string(),
        "publish".to_owned(),
        format!("--hook={hook}"),
        format!("--repo={}", repository.git_dir().display()),
        format!("--site={}", site.display()),
        format!("--branch={}", settings.branch),
        format!("--path={}", settings.path),
        format!("--keep={}", settings.keep),
    ];
    words.extend(settings.accept_faults.then(|| "--accept-faults".to_owned()));
    words.extend(settings.preview_address.as_ref().map(|address| format!("--preview-address={address}")));
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// One word to the shell, whatever is in it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-=:@".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("--site=/srv/site"), "--site=/srv/site");
        assert_eq!(quoted("/srv/李家 'x'; rm"), "'/srv/李家 '\\''x'\\''; rm'");
    }
}
