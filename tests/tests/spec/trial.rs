//! The little site of `tests/spec/site/` with an example in it, and the editors' program run on it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use tests::workspace;

use super::page::Block;
use super::place::Placed;

/// The day on which all examples are checked.
const TODAY: &str = "2026-11-21";

/// A site with an example in it.
pub(crate) struct Trial {
    folder: TempDir,
    placed: Vec<Placed>,
}

/// What the program said.
pub(crate) struct Said {
    /// The findings, without the line that counts them. Empty where there are none.
    pub(crate) findings: String,
    /// Whether it offers to mend every one of them.
    pub(crate) mendable: bool,
}

/// The program, without what a CI system or a person's settings would change of it.
pub(crate) fn program() -> Command {
    let mut program = Command::new(workspace::site_gen());
    for name in ["GITHUB_ACTIONS", "GITLAB_CI", "CLICOLOR_FORCE", "CLICOLOR"] {
        program.env_remove(name);
    }
    program
}

impl Trial {
    pub(crate) fn with(files: &[Block]) -> Self {
        let site = workspace::root().join("tests/spec/site");
        let folder = tempfile::tempdir().unwrap();
        workspace::copy_folder(&site, &folder.path().join("content")).unwrap();
        let placed: Vec<Placed> = files.iter().map(|block| Placed::new(block, &site)).collect();
        let trial = Self { folder, placed };
        for placed in &trial.placed {
            let path = trial.path(placed);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, placed.bytes()).unwrap();
        }
        trial
    }

    /// What `site-gen check` says.
    pub(crate) fn check(&self) -> Said {
        let said = self.run(&[]);
        let said = String::from_utf8(said.stderr).unwrap();
        let count = |line: &str| {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.len() < line.len() && (rest.starts_with(" 处错误") || rest.starts_with(" 处建议"))
        };
        let findings: Vec<&str> = said.lines().take_while(|line| !count(line)).collect();
        let clean = said.starts_with("内容没有错误");
        let findings = if clean { String::new() } else { findings.join("\n").trim_end().to_owned() + "\n" };
        let found = findings.matches("\n错误[").count() + findings.matches("\n建议[").count();
        Said { mendable: found > 0 && said.contains(&format!("其中 {found} 处能自动改")), findings }
    }

    /// What `site-gen check --fix` makes of the last file.
    pub(crate) fn fix(&self) -> String {
        self.run(&["--fix"]);
        let placed = self.placed.last().unwrap();
        placed.piece_of(&fs::read_to_string(self.path(placed)).unwrap())
    }

    fn run(&self, more: &[&str]) -> Output {
        let mut program = program();
        program
            .current_dir(self.folder.path())
            .args(["check", "--limit", "all", "--today", TODAY])
            .args(more);
        let output = program.output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{code:?} {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn path(&self, placed: &Placed) -> PathBuf {
        self.folder.path().join("content").join(&placed.path)
    }
}
