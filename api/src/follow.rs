//! Follows a site that is published from elsewhere: notices another release, opens it, serves it.
//!
//! The switch is one rename, which a watch on the folder around it notices at once; because a watch may fail or miss
//! something, the folder is looked at every second as well. A release that can't be opened changes nothing: the one
//! before is served on, and that is said once.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use notify::{RecursiveMode, Watcher as _};
use search::bundle::FOLDER;

use crate::finder::Engines;
use crate::published::{Published, Release};
use crate::serve::Say;

/// How often to look, whatever the watch says.
const LOOK: Duration = Duration::from_secs(1);

/// How long to leave a release alone that could not be opened: somebody may still be copying it.
const AGAIN: Duration = Duration::from_secs(10);

/// A thread that follows. Dropping it ends it.
#[derive(Debug)]
pub struct Follower {
    notices: Sender<Notice>,
}

#[derive(Debug)]
enum Notice {
    Change,
    End,
}

/// Which release lies at a path: where a link leads to, the folder itself, and the file that comes with each release.
type Identity = Option<(PathBuf, [u64; 2], [i64; 3])>;

/// Opens what lies at `site` and begins to follow it.
pub fn follow(site: PathBuf, engines: Engines, say: Say) -> anyhow::Result<(Published, Follower)> {
    // Looked at before it is opened: a switch in between is a change.
    let seen = identity(&site);
    let release = Release::open(&site, &engines).with_context(|| {
        format!(
            "打不开网站 {}：核对设置项 site；还没有发布过的，先发布一次（site-gen publish）",
            site.display()
        )
    })?;
    let published = Published::new(release);
    let (notices, inbox) = mpsc::channel();
    let following = Following { site, seen, failed: None, published: published.clone(), engines, say };
    let post = notices.clone();
    thread::Builder::new().name("follow".to_owned()).spawn(move || following.run(&inbox, post))?;
    Ok((published, Follower { notices }))
}

impl Drop for Follower {
    fn drop(&mut self) {
        // The thread may have ended already.
        let _gone = self.notices.send(Notice::End);
    }
}

struct Following {
    site: PathBuf,
    /// What is served, or was tried last.
    seen: Identity,
    /// When what was seen last could not be opened.
    failed: Option<Instant>,
    published: Published,
    engines: Engines,
    say: Say,
}

impl Following {
    fn run(mut self, inbox: &Receiver<Notice>, post: Sender<Notice>) {
        // Dropped with the thread. Without a watch the look every second does it.
        let _watch = watch(&self.site, post);
        loop {
            match inbox.recv_timeout(LOOK) {
                Ok(Notice::Change) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Notice::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
            if inbox.try_iter().any(|notice| matches!(notice, Notice::End)) {
                return;
            }
            self.look();
        }
    }

    fn look(&mut self) {
        let there = identity(&self.site);
        let changed = there != self.seen;
        let again = self.failed.is_some_and(|failed| failed.elapsed() > AGAIN);
        if !changed && !again {
            return;
        }
        self.seen = there;
        match Release::open(&self.site, &self.engines) {
            Ok(release) => {
                let name = name(&release.dist);
                self.published.replace(release);
                self.failed = None;
                (self.say)(&format!("换上了新发布的网站：{name}"));
            }
            Err(err) => {
                self.failed = Some(Instant::now());
                if changed {
                    (self.say)(&format!("新发布的网站打不开，还用原来的：{err}"));
                }
            }
        }
    }
}

/// `releases/000012-1a2b3c4d5e/site` is release `000012-1a2b3c4d5e`.
fn name(dist: &Path) -> String {
    let named = if dist.ends_with("site") { dist.parent() } else { None };
    let name = named.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| dist.display().to_string())
}

fn watch(site: &Path, post: Sender<Notice>) -> Option<notify::RecommendedWatcher> {
    let around = site.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let notice = move |event: notify::Result<notify::Event>| {
        let reading = event.is_ok_and(|event| event.kind.is_access());
        if !reading {
            // Nobody listens any more once the thread has ended.
            let _gone = post.send(Notice::Change);
        }
    };
    let mut watcher = notify::recommended_watcher(notice).ok()?;
    watcher.watch(around, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}

fn identity(site: &Path) -> Identity {
    let release = fs::canonicalize(site).ok()?;
    let folder = fs::metadata(&release).ok()?;
    let manifest = fs::metadata(release.join(FOLDER).join("manifest.json")).ok();
    let manifest =
        manifest.map_or([0; 3], |file| [file.mtime(), file.mtime_nsec(), file.len().cast_signed()]);
    Some((release, [folder.dev(), folder.ino()], manifest))
}
