//! The editors' walk-through, section 10 of the handbook, done literally: every file saved, every line changed, every
//! command run by the built program in an empty folder, and what appears compared with what the handbook says.
//!
//! Start at [`steps`]. A block below “存成 `file`” is that file; one below “里的这一行：” is a line that the next block
//! takes the place of; in any other block the lines with `$ ` are commands and the lines below them stand in what the
//! command says, in that order. `……` is whatever differs from run to run. What is pushed goes to a real bare repository whose
//! hook publishes it.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::process::Command;

use tests::git::{self, Remote};
use tests::workspace;

/// What an editor does.
#[derive(Debug, PartialEq)]
enum Step {
    /// Saves a file.
    Save { path: String, text: String },
    /// Changes a line of a file.
    Change { path: String, old: String, new: String },
    /// Runs a command, and sees these lines.
    Run { command: String, seen: Vec<String> },
}

#[test]
fn the_walk_through_works_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let steps = steps(&section());
    let count = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
    assert!(count(|step| matches!(step, Step::Save { .. })) >= 3, "{steps:#?}");
    assert!(count(|step| matches!(step, Step::Change { .. })) >= 2, "{steps:#?}");
    for word in ["new", "check", "import", "export", "format", "build", "doctor"] {
        let runs = |step: &Step| matches!(step, Step::Run { command, .. } if command.starts_with(&format!("site-gen {word}")));
        assert!(steps.iter().any(runs), "nobody runs {word}");
    }
    let pushes = |step: &Step| matches!(step, Step::Run { command, .. } if command.starts_with("git push"));
    assert!(count(pushes) >= 3, "{steps:#?}");
    let remote = colleague(folder.path());
    for step in &steps {
        take(step, folder.path());
    }
    let served = remote.page("guides/work/wei-nai-qi-jian-mei-tian-you-yi-xiao-shi/index.html");
    assert!(served.contains("喂奶期间，每天有一小时"), "the guide is what readers see");
    let page = "dist/guides/work/wei-nai-qi-jian-mei-tian-you-yi-xiao-shi/index.html";
    let page = fs::read_to_string(folder.path().join(page)).unwrap();
    assert!(page.contains("喂奶期间，每天有一小时"), "the guide is on the site");
    let everything = workspace::files_under(&folder.path().join("dist"));
    let named =
        everything.iter().find(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).contains("王某某"));
    assert_eq!(named, None, "nobody's name is on the site");
}

/// What the colleague who looks after the site has done before: a bare repository that publishes what is pushed, and the
/// editor's folder belongs to it.
fn colleague(folder: &Path) -> Remote {
    let remote = Remote::new().unwrap();
    let address = remote.repository().display().to_string();
    for arguments in [&["init", "--quiet", "-b", "main"][..], &["remote", "add", "origin", &address]] {
        git::git(folder, arguments).unwrap().well().unwrap();
    }
    remote
}

fn take(step: &Step, folder: &Path) {
    match step {
        Step::Save { path, text } => fs::write(folder.join(path), text).unwrap(),
        Step::Change { path, old, new } => {
            let before = fs::read_to_string(folder.join(path)).unwrap();
            assert_eq!(before.matches(old.as_str()).count(), 1, "{path} has not this one line: {old}");
            fs::write(folder.join(path), before.replace(old.as_str(), new)).unwrap();
        }
        Step::Run { command, seen } => {
            let said = run(command, folder);
            let mut rest: VecDeque<&str> = said.lines().collect();
            for line in seen {
                let found = rest.iter().position(|real| matches(real, line));
                let at =
                    found.unwrap_or_else(|| panic!("$ {command}\ndoes not say “{line}” there, but:\n{said}"));
                rest.drain(..=at);
            }
        }
    }
}

/// Whether a line that a program prints has what the handbook shows of it.
fn matches(real: &str, shown: &str) -> bool {
    let mut rest = real;
    shown.trim().split("……").all(|part| match rest.find(part.trim()) {
        Some(at) => {
            rest = &rest[at + part.trim().len()..];
            true
        }
        None => false,
    })
}

fn run(command: &str, folder: &Path) -> String {
    let words = words(command);
    let (program, arguments) = words.split_first().unwrap();
    let mut program = match program.as_str() {
        "site-gen" => Command::new(workspace::site_gen()),
        "git" => Command::new("git"),
        _ => panic!("the walk-through runs what is here: {command}"),
    };
    if command.starts_with("git ") {
        git::alone(&mut program, folder);
    }
    let output = program.args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{command}: {output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// The words of a command as a shell parts them.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('"').enumerate();
    let part = |(number, text): (usize, &str)| match number % 2 {
        0 => text.split_whitespace().map(str::to_owned).collect(),
        _ => vec![text.to_owned()],
    };
    quoted.flat_map(part).collect()
}

/// Section 10 of the handbook.
fn section() -> String {
    let handbook = fs::read_to_string(workspace::content().join("README.md")).unwrap();
    let from = handbook.find("\n## 10 ").unwrap();
    // Headings of examples have no number.
    let later = handbook.match_indices("\n## ").filter(|(at, _)| *at > from);
    let numbered = |at: &usize| handbook[at + "\n## ".len()..].starts_with(|c: char| c.is_ascii_digit());
    let to = later.map(|(at, _)| at).find(numbered).unwrap_or(handbook.len());
    handbook[from..to].to_owned()
}

/// What the section has an editor do, in order.
fn steps(section: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut above = String::new();
    let mut old: Option<(String, String)> = None;
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        if line != "```text" {
            if !line.is_empty() {
                line.clone_into(&mut above);
            }
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = block.join("\n") + "\n";
        if let Some((path, old)) = old.take() {
            assert_eq!(above, "换成：");
            steps.push(Step::Change { path, old, new: text });
        } else if let Some(path) = between(&above, "存成 `", "`：") {
            steps.push(Step::Save { path, text });
        } else if above.ends_with("里的这一行：") {
            old = Some((between(&above, "把 `", "` 里的这一行").unwrap(), text));
        } else {
            steps.extend(commands(&text));
        }
    }
    steps
}

fn commands(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step::Run { command: command.to_owned(), seen: Vec::new() }),
            (None, Some(Step::Run { seen, .. })) => seen.push(line.to_owned()),
            (None, _) => panic!("a block of the walk-through without a command: {block}"),
        }
    }
    steps
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found.to_owned())
}
