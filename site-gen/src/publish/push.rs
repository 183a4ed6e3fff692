//! What a push asks for: the lines that git gives its hooks, and what each means for the site.

use std::io::Read;

use anyhow::{Context as _, bail};

use crate::git::{CommitId, is_nothing};

/// The lines of a push are short; a megabyte of them is not a push.
const LONGEST: u64 = 1 << 20;

/// One ref that a push changes: `OLD NEW REF`, with zeros for “none”.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What it names afterwards; `None` where it is deleted.
    pub new: Option<CommitId>,
    /// `refs/heads/main`
    pub reference: String,
}

/// What it means for the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// The site changes.
    Site(&'a CommitId),
    /// The site's branch is to go.
    SiteGone,
    /// A preview changes: of which branch.
    Preview(&'a str, &'a CommitId),
    /// A preview goes.
    PreviewGone(&'a str),
    /// A tag, a note: nothing.
    Nothing,
}

/// Reads the lines that git gives a hook on its standard input.
///
/// # Errors
///
/// Fails when they are something else.
pub fn read(input: impl Read) -> anyhow::Result<Vec<Update>> {
    let mut text = String::new();
    input.take(LONGEST).read_to_string(&mut text).context("读不了 git 给的推送清单")?;
    text.lines().filter(|line| !line.trim().is_empty()).map(update).collect()
}

fn update(line: &str) -> anyhow::Result<Update> {
    let words: Vec<&str> = line.splitn(3, ' ').collect();
    let id = |text: &str| CommitId::parse(text).is_some() || is_nothing(text);
    match words.as_slice() {
        [old, new, reference] if id(old) && id(new) && reference.starts_with("refs/") => {
            Ok(Update { new: CommitId::parse(new), reference: (*reference).to_owned() })
        }
        _ => bail!("不是 git 的推送清单：“{line}”。这个命令由 git 的钩子运行；自己运行请写 --rev main"),
    }
}

impl Update {
    /// What it means where the site is built from `branch`.
    pub fn meaning(&self, branch: &str) -> Meaning<'_> {
        match (self.reference.strip_prefix("refs/heads/"), &self.new) {
            (None, _) => Meaning::Nothing,
            (Some(name), Some(new)) if name == branch => Meaning::Site(new),
            (Some(name), None) if name == branch => Meaning::SiteGone,
            (Some(name), Some(new)) => Meaning::Preview(name, new),
            (Some(name), None) => Meaning::PreviewGone(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";
    const NONE: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn each_line_means_one_thing() {
        let lines = format!(
            "{NONE} {ID} refs/heads/main\n{ID} {NONE} refs/heads/main\n{ID} {ID} refs/heads/产假 改\n{ID} {NONE} refs/heads/x\n{NONE} {ID} refs/tags/v1\n"
        );
        let updates = read(lines.as_bytes()).unwrap();
        let meanings: Vec<_> = updates.iter().map(|update| update.meaning("main")).collect();
        let id = CommitId::parse(ID).unwrap();
        assert_eq!(
            meanings,
            [
                Meaning::Site(&id),
                Meaning::SiteGone,
                Meaning::Preview("产假 改", &id),
                Meaning::PreviewGone("x"),
                Meaning::Nothing
            ]
        );
    }

    #[test]
    fn what_is_not_a_push_is_refused_with_what_to_do() {
        for bad in ["hello", &format!("{ID} {ID}"), &format!("{ID} main refs/heads/main")] {
            let refusal = read(bad.as_bytes()).unwrap_err().to_string();
            assert!(refusal.contains("--rev"), "{bad}: {refusal}");
        }
        assert_eq!(read(&b""[..]).unwrap(), []);
    }

    proptest! {
        #[test]
        fn any_input_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _read = read(&bytes[..]);
        }
    }
}
