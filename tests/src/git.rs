//! A county's server with a repository and its site, and editors who push to it: real git, real pushes.
//!
//! Start at [`Remote::new`]. Every git runs with an environment of its own: no setting of whoever runs the tests, and no
//! repository that a hook of theirs may have set, has a say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::workspace;

/// A bare repository with hooks, and the site they publish.
pub struct Remote {
    folder: TempDir,
}

/// A clone of somebody who writes.
pub struct Editor {
    folder: PathBuf,
}

/// What a command said and whether it was content.
#[derive(Debug)]
pub struct Said {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Both outputs, one after the other.
    pub text: String,
}

/// A whole site in a few files: every page carries the footer, so that a page tells which release it is of.
const FILES: [(&str, &str); 5] = [
    (
        "site.toml",
        "name = \"暖站\"\ntitle = \"示例市妇女儿童维权服务\"\nbase_url = \"https://nuanzhan.example\"\nregion = \"990100\"\nexit_url = \"https://www.example.com/\"\n\n[footer]\noperator = \"第0次\"\n\n[[hotlines]]\nnumber = \"110\"\nname = \"报警\"\nuse = \"有危险\"\nemergency = true\n",
    ),
    ("regions.csv", "code,name,level,lat,lon,radius_km\n990100,示例市,city,40.4,102.2,90\n"),
    ("topics.yaml", "- slug: work\n  title: 工作\n  summary: 上班的事\n  order: 1\n  icon: shield\n"),
    ("guides/work/leave.md", "---\ntitle: 产假怎么请\nsummary: 先写一张假条。\n---\n写一张假条。\n"),
    ("pages/about.md", "---\ntitle: 关于\n---\n我们是谁。\n"),
];

/// The guide that tests change.
pub const GUIDE: &str = "guides/work/leave.md";

impl Remote {
    /// A repository whose pushes are published, with one good commit in it.
    pub fn new() -> anyhow::Result<Self> {
        Self::with(&[])
    }

    /// The same, with further flags to `site-gen publish`.
    pub fn with(flags: &[&str]) -> anyhow::Result<Self> {
        let remote = Self::empty()?;
        remote.install(flags)?.well()?;
        Ok(remote)
    }

    /// A repository without hooks.
    pub fn empty() -> anyhow::Result<Self> {
        let remote = Self { folder: tempfile::tempdir()? };
        let made = git(remote.folder.path(), &["init", "--quiet", "--bare", "-b", "main", "srv.git"])?;
        made.well()?;
        Ok(remote)
    }

    /// Runs `site-gen publish --install-hook`.
    pub fn install(&self, flags: &[&str]) -> anyhow::Result<Said> {
        self.publish(&[&["--install-hook"], flags].concat())
    }

    /// Runs `site-gen publish` on the repository and the site.
    pub fn publish(&self, flags: &[&str]) -> anyhow::Result<Said> {
        said(&self.command(flags).output().context("site-gen runs")?)
    }

    /// `site-gen publish` on the repository and the site, to be run.
    pub fn command(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(workspace::site_gen());
        command.arg("publish").arg("--repo").arg(self.repository()).arg("--site").arg(self.site());
        command.args(flags).current_dir(self.folder.path()).stdin(Stdio::null());
        alone(&mut command, self.folder.path());
        command
    }

    /// A new clone, ready to be written in. The first one of a repository begins its history.
    pub fn editor(&self, name: &str) -> anyhow::Result<Editor> {
        let editor = Editor { folder: self.folder.path().join(name) };
        let repository = self.repository().display().to_string();
        git(self.folder.path(), &["clone", "--quiet", &repository, name])?.well()?;
        if editor.git(&["rev-parse", "HEAD"])?.code != 0 {
            editor.git(&["checkout", "--quiet", "-B", "main"])?.well()?;
            for (path, text) in FILES {
                editor.write(&format!("content/{path}"), text)?;
            }
        }
        Ok(editor)
    }

    /// A folder for whatever else a test needs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The bare repository.
    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("srv.git")
    }

    /// What was given as `--site`.
    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// What a web server serves.
    pub fn served(&self) -> PathBuf {
        self.site().join("current")
    }

    /// Every file that is served, with its bytes.
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        bytes_under(&self.served())
    }

    /// A page as it is served; nothing where there is none.
    pub fn page(&self, path: &str) -> String {
        fs::read_to_string(self.served().join(path)).unwrap_or_default()
    }

    /// Whether nothing is left over of what was being made.
    pub fn is_tidy(&self) -> bool {
        fs::read_dir(self.site().join(".work")).is_ok_and(|mut left| left.next().is_none())
    }
}

impl Editor {
    /// Writes a file of the clone.
    pub fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        Ok(fs::write(path, text)?)
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) -> anyhow::Result<()> {
        self.git(&["add", "--all"])?.well()?;
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message])?.well()
    }

    /// Makes the footer of every page say which time this is, and commits.
    pub fn mark(&self, time: usize) -> anyhow::Result<()> {
        let (path, text) = FILES[0];
        self.write(&format!("content/{path}"), &text.replace("第0次", &format!("第{time}次")))?;
        self.commit(&format!("第{time}次"))
    }

    /// Changes the guide's text, and commits.
    pub fn say(&self, sentence: &str) -> anyhow::Result<()> {
        let text = FILES.iter().find(|(path, _)| *path == GUIDE).map_or("", |(_, text)| text);
        self.write(&format!("content/{GUIDE}"), &format!("{text}\n{sentence}\n"))?;
        self.commit(sentence)
    }

    /// Writes a guide that can't be published, and commits.
    pub fn blunder(&self) -> anyhow::Result<()> {
        self.write(&format!("content/{GUIDE}"), "---\ntitel: 产假怎么请\nsummary: 先写假条。\n---\n")?;
        self.commit("写错了")
    }

    /// Pushes the branch she is on.
    pub fn push(&self) -> anyhow::Result<Said> {
        self.git(&["push", "origin", "HEAD"])
    }

    /// Any other git command.
    pub fn git(&self, arguments: &[&str]) -> anyhow::Result<Said> {
        git(&self.folder, arguments)
    }

    /// The full id of the commit she is at.
    pub fn head(&self) -> anyhow::Result<String> {
        Ok(self.git(&["rev-parse", "HEAD"])?.text.trim().to_owned())
    }

    /// Her clone.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Said {
    /// Insists that it went well.
    pub fn well(&self) -> anyhow::Result<()> {
        ensure!(self.code == 0, "{}", self.text);
        Ok(())
    }

    /// Whether it said all of `parts`; the first one missing is named.
    pub fn has(&self, parts: &[&str]) -> anyhow::Result<()> {
        for part in parts {
            ensure!(self.text.contains(part), "“{part}” is not in:\n{}", self.text);
        }
        Ok(())
    }
}

/// Every file under `folder` with its bytes, by path.
pub fn bytes_under(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let files = workspace::files_under(folder);
    files.iter().filter_map(|path| Some((name(path), fs::read(path).ok()?))).collect()
}

/// Runs git in `folder`.
pub fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<Said> {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    alone(&mut command, folder);
    said(&command.output().context("git runs")?)
}

/// Takes everything out of the environment but what finds programs, and puts in who writes.
pub fn alone(command: &mut Command, home: &Path) {
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home);
    command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "李编辑")
            .env(format!("GIT_{who}_EMAIL"), "li@nuanzhan.example");
    }
}

/// What a command said.
pub fn said(output: &Output) -> anyhow::Result<Said> {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    // Git pads the lines it passes on, so that they cover its own progress.
    let text = String::from_utf8(text).context("everything said is UTF-8")?;
    let lines: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end()).collect();
    Ok(Said { code: output.status.code().unwrap_or(-1), text: lines.join("\n") })
}
