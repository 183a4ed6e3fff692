//! Whose turn it is to write a site: one process at a time looks after an output folder and what is kept beside it.
//!
//! Start at [`Turn::take`]. What a process knows of the folder (`workshop`) is only true while nobody else writes there, so
//! whoever builds or watches takes a turn first and holds it to the end. It is a lock of the system on a file beside the
//! folder: it ends with the process, however that ends, so a killed one holds up nobody. `publish` has releases, and a lock,
//! of its own.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::emit;

/// How often to look whether the other one is done, and how often before giving up: ten minutes.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 6000;
/// Looks before what the file says is believed: whoever has just got the turn may not have written it yet.
const DOUBTS: u32 = 5;

/// The right to write a site; ends when it is dropped.
#[derive(Debug)]
pub struct Turn(Option<File>);

/// How long it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Until something is made: others wait.
    Once,
    /// Until somebody stops the process: nobody waits for that.
    Lasting,
}

impl Turn {
    /// Takes the turn for the folder `out`; waits while another process makes something there.
    ///
    /// # Errors
    ///
    /// Fails when another process looks after the folder for good, or is not done after ten minutes: says which one, and
    /// what to do. Also when nothing can be written beside the folder.
    pub fn take(out: &Path, hold: Hold) -> anyhow::Result<Self> {
        let path = emit::beside(out, "lock")?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
        let file = File::options().create(true).read(true).append(true).open(&path);
        let mut file = file.with_context(|| format!("写不了 {}：没有权限，或磁盘满了", path.display()))?;
        for look in 0.. {
            match file.try_lock() {
                Ok(()) => break,
                // Some network drives have no locks. Editors have to be able to build there all the same.
                Err(TryLockError::Error(err)) if err.kind() == ErrorKind::Unsupported => {
                    return Ok(Self(None));
                }
                Err(TryLockError::Error(err)) => return Err(err).context("排不上队"),
                Err(TryLockError::WouldBlock) => {}
            }
            let other = Other::read(&mut file);
            if look >= DOUBTS && other.hold == Hold::Lasting {
                bail!(
                    "{}正守着 {}，内容一改它就更新：不用再生成。先停下它（Ctrl-C），或者用 --out 换一个文件夹",
                    other.who,
                    out.display()
                );
            }
            if look >= LOOKS {
                bail!(
                    "等了十分钟，{}往 {} 里生成网站还没有完：看看它是不是卡住了，停下它，再来一次",
                    other.who,
                    out.display()
                );
            }
            thread::sleep(LOOK);
        }
        file.set_len(0)
            .and_then(|()| file.write_all(about_us(hold).as_bytes()))
            .with_context(|| format!("写不了 {}：磁盘满了", path.display()))?;
        Ok(Self(Some(file)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Whoever comes between finds nobody named and looks again.
            let _still_named = file.set_len(0);
        }
    }
}

/// Who holds the turn, as the file says.
struct Other {
    who: String,
    hold: Hold,
}

impl Other {
    /// What can't be read may be written any moment.
    fn read(file: &mut File) -> Self {
        let mut text = String::new();
        let _unread = file.rewind().and_then(|()| file.read_to_string(&mut text));
        let mut lines = text.lines();
        let who = match (lines.next(), lines.next()) {
            (Some(process), Some(program)) => format!("{program}（进程 {process}）"),
            _ => "另一个 site-gen ".to_owned(),
        };
        let hold = if lines.next() == Some("lasting") { Hold::Lasting } else { Hold::Once };
        Self { who, hold }
    }
}

/// The process, the program and its first word (`site-gen watch`), and whether it stays.
fn about_us(hold: Hold) -> String {
    let mut words = std::env::args_os();
    let program = words.next().unwrap_or_default();
    let program = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let verb = words.next().unwrap_or_default().to_string_lossy().into_owned();
    let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_lowercase());
    let called = if is_verb { format!("{program} {verb}") } else { program };
    let hold = if hold == Hold::Lasting { "lasting" } else { "once" };
    format!("{}\n{called}\n{hold}\n", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_after_a_folder_for_good_is_named_and_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site/dist");
        let held = Turn::take(&out, Hold::Lasting).unwrap();
        let refusal = Turn::take(&out, Hold::Once).unwrap_err().to_string();
        let process = format!("（进程 {}）正守着", std::process::id());
        assert!(refusal.contains(&process) && refusal.contains("--out"), "{refusal}");
        Turn::take(&folder.path().join("site/other"), Hold::Once).unwrap();
        drop(held);
        Turn::take(&out, Hold::Once).unwrap();
    }

    #[test]
    fn who_makes_something_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        let held = Turn::take(&out, Hold::Once).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| Turn::take(&out, Hold::Once).map(drop));
            thread::sleep(LOOK * (DOUBTS + 3));
            assert!(!waiting.is_finished(), "it did not wait");
            drop(held);
            waiting.join().unwrap().unwrap();
        });
    }

    #[test]
    fn what_a_killed_process_left_in_the_file_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        #[expect(clippy::disallowed_methods, reason = "a test lays out a folder")]
        fs::write(folder.path().join(".dist.lock"), "1\nsite-gen watch\nlasting\n").unwrap();
        Turn::take(&out, Hold::Once).unwrap();
    }
}
