//! The real `git`, asked through its plumbing commands: their answers depend on no setting of a person or a machine.
//!
//! Start at [`Repository`]. Nothing here writes to a repository, runs a filter or a hook of it, or follows anything it
//! contains: bytes come out as they were committed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// A repository to read from.
#[derive(Debug, Clone)]
pub struct Repository {
    git_dir: PathBuf,
    /// Whether git is showing us a push that it has not taken yet: its objects then lie apart from the others.
    in_push: bool,
}

/// The full name of a commit: hexadecimal digits, 40 or 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitId(String);

/// What ties git to a repository through the environment (`git rev-parse --local-env-vars`): a hook has them set for its
/// own repository, a person's shell perhaps for another.
const TIES: [&str; 13] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_REPLACE_REF_BASE",
    "GIT_INTERNAL_SUPER_PREFIX",
];

/// Where the objects of a push lie until it is taken; to be passed on in its hooks and nowhere else.
const QUARANTINE: [&str; 4] =
    ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE"];

impl Repository {
    /// The repository at `folder`: a bare one, a checkout, or any folder inside a checkout.
    ///
    /// # Errors
    ///
    /// Fails when there is none, or no `git` to ask.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let not_one = || format!("{} 不是 git 仓库：--repo 要指向仓库的文件夹", folder.display());
        let there = std::fs::canonicalize(folder).with_context(not_one)?;
        // Looked for by hand first: git refuses to find a repository that another user owns, which a hook's often is.
        let found = [there.clone(), there.join(".git")].into_iter().find(|dir| is_git_dir(dir));
        if let Some(git_dir) = found {
            return Ok(Self { git_dir, in_push: false });
        }
        let asked = git().current_dir(&there).args(["rev-parse", "--absolute-git-dir"]).output();
        let asked = asked.map_err(no_git)?;
        if !asked.status.success() {
            return Err(anyhow::anyhow!(said(&asked.stderr))).with_context(not_one);
        }
        let git_dir = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim_end());
        Ok(Self { git_dir, in_push: false })
    }

    /// The same, with the objects of the push that this process is the hook of.
    #[must_use]
    pub fn in_push(self) -> Self {
        Self { in_push: true, ..self }
    }

    /// Where git keeps it.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// A command of git on this repository, cut off from whatever else the environment says.
    pub fn command(&self) -> Command {
        let mut command = git();
        // Paths in a tree are given from its root, whatever folder this process happens to stand in.
        command.arg("--git-dir").arg(&self.git_dir).arg("--literal-pathspecs").current_dir(&self.git_dir);
        if self.in_push {
            for name in QUARANTINE {
                if let Some(value) = std::env::var_os(name) {
                    command.env(name, value);
                }
            }
        }
        command
    }

    /// Everything that `git arguments` says.
    ///
    /// # Errors
    ///
    /// Fails when git does, with its own words.
    pub fn ask(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let asked = self.command().args(arguments).output().map_err(no_git)?;
        if !asked.status.success() {
            bail!("git {}：{}", arguments.first().unwrap_or(&""), said(&asked.stderr));
        }
        Ok(asked.stdout)
    }

    /// The commit that `revision` names: a branch, a tag, an id, `HEAD`. `None` where there is none.
    ///
    /// # Errors
    ///
    /// Fails when git can't be asked.
    pub fn commit(&self, revision: &str) -> anyhow::Result<Option<CommitId>> {
        let wanted = format!("{revision}^{{commit}}");
        let mut command = self.command();
        command.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let asked = command.output().map_err(no_git)?;
        let text = String::from_utf8_lossy(&asked.stdout);
        // `--end-of-options` itself is echoed by some versions of git.
        let id = text.lines().rfind(|line| !line.starts_with('-'));
        Ok(id.filter(|_| asked.status.success()).and_then(CommitId::parse))
    }

    /// Whether `earlier` is `later` or one of those it was made from.
    ///
    /// # Errors
    ///
    /// Fails when git can't be asked.
    pub fn contains(&self, later: &CommitId, earlier: &CommitId) -> anyhow::Result<bool> {
        let mut command = self.command();
        command.args(["merge-base", "--is-ancestor", earlier.as_str(), later.as_str()]);
        // A commit that is not here any more (1 or 128) is part of nothing.
        Ok(command.output().map_err(no_git)?.status.success())
    }

    /// The first line of what was written about a commit.
    ///
    /// # Errors
    ///
    /// Fails when git does.
    pub fn subject(&self, commit: &CommitId) -> anyhow::Result<String> {
        let raw = self.ask(&["cat-file", "commit", commit.as_str()])?;
        let text = String::from_utf8_lossy(&raw);
        let message = text.split_once("\n\n").map_or("", |(_, message)| message);
        let line = message.lines().next().unwrap_or_default();
        Ok(line.chars().filter(|letter| !letter.is_control()).take(100).collect())
    }

    /// Whether its history was cut off when it was copied here.
    ///
    /// # Errors
    ///
    /// Fails when git does.
    pub fn is_shallow(&self) -> anyhow::Result<bool> {
        Ok(self.ask(&["rev-parse", "--is-shallow-repository"])?.starts_with(b"true"))
    }
}

impl CommitId {
    /// Reads a full id; `None` for the zeros that stand for “none”, and for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let long_enough = matches!(text.len(), 40 | 64);
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (long_enough && digits && !is_nothing(text)).then(|| Self(text.to_owned()))
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As much of it as people say.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

/// The id that stands for “there was none”.
pub fn is_nothing(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte == b'0')
}

/// Why git could not be started.
pub fn no_git(err: io::Error) -> anyhow::Error {
    if err.kind() == io::ErrorKind::NotFound {
        return anyhow::anyhow!("这台机器上没有 git：先装上它");
    }
    anyhow::Error::new(err).context("git 运行不了")
}

fn git() -> Command {
    let mut git = Command::new("git");
    for name in TIES.into_iter().chain(QUARANTINE) {
        git.env_remove(name);
    }
    // Machine-readable answers, no question asked of anybody, nothing fetched, and objects as they are.
    let calm = [("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_OPTIONAL_LOCKS", "0")];
    git.envs(calm).envs([("GIT_NO_LAZY_FETCH", "1"), ("GIT_NO_REPLACE_OBJECTS", "1")]);
    git.stdin(Stdio::null());
    git
}

fn is_git_dir(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

fn said(stderr: &[u8]) -> String {
    String::from_utf8_lossy(stderr).trim().replace('\n', "；")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_hexadecimal_and_not_nothing() {
        assert!(CommitId::parse("0123456789abcdef0123456789abcdef01234567\n").is_some());
        for bad in ["", "main", "--help", "0123456789ABCDEF0123456789abcdef01234567", &"0".repeat(40)] {
            assert_eq!(CommitId::parse(bad), None, "{bad}");
        }
        assert!(is_nothing(&"0".repeat(64)) && !is_nothing("0"));
    }

    #[test]
    fn a_folder_that_is_no_repository_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = Repository::open(&folder.path().join("nowhere")).unwrap_err();
        assert!(format!("{refusal:#}").contains("nowhere 不是 git 仓库"), "{refusal:#}");
    }
}
