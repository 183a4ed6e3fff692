//! The folder that a web server serves from: whole releases side by side, one of them the current one.
//!
//! ```text
//! SITE/current -> releases/000012-1a2b3c4d5e/site      the one rename that publishes
//! SITE/releases/000012-1a2b3c4d5e/{site/, release.json}
//! SITE/previews/<branch>/                              see `preview`
//! SITE/journal.jsonl   SITE/.lock   SITE/.work/        what happened; one at a time; what is being made
//! ```
//!
//! Start at [`Releases::lock`]: everything that writes is a method of [`Locked`], so nothing is written by two at once.
//! Whatever is killed whenever: `current` names a whole release, and the next lock sweeps up. A release is never
//! changed; it comes by one rename and goes by one.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::disk;
use super::share::{self, Modes, Shared};

const RELEASES: &str = "releases";
const PREVIEWS: &str = "previews";
const CURRENT: &str = "current";
const WORK: &str = ".work";
const CACHE: &str = ".cache";
const LOCK: &str = ".lock";
const JOURNAL: &str = "journal.jsonl";
/// Within a release: what is served, and what is known about it.
const SITE: &str = "site";
const ABOUT: &str = "release.json";
/// Begins the names of stages that only wait for git to take the push.
const READY: &str = "ready-";

/// The fewest releases to keep: the current one and the one before, whose pages are still open on somebody's phone.
pub const FEWEST: usize = 2;
/// How many stages may wait for a push that never came.
const READY_AT_MOST: usize = 3;
/// How often to look whether another process is done, and how often before giving up: ten minutes.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 6000;

/// The folder given as `--site`.
#[derive(Debug, Clone)]
pub struct Releases {
    folder: PathBuf,
}

/// The right to change it, held by one process at a time.
#[derive(Debug)]
pub struct Locked {
    releases: Releases,
    _lock: File,
}

/// A release on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Counts up from 1 and is never used again.
    pub number: u32,
    /// What is known about it.
    pub about: About,
    name: String,
}

/// What is known about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The full id of the commit it was built from.
    pub commit: String,
    /// The first line of what was written about that commit.
    pub subject: String,
    /// When it was published, by the clock of China, to the minute.
    pub published: DateTime,
    /// How many pages it has.
    pub pages: usize,
}

/// A folder being filled. Removed when dropped, unless it was published.
#[derive(Debug)]
pub struct Stage {
    folder: PathBuf,
    modes: Modes,
}

/// A line of the journal.
#[derive(Debug, Serialize)]
struct Line<'a> {
    at: DateTime,
    did: &'a str,
    release: &'a str,
    commit: &'a str,
}

impl Releases {
    /// The releases at `folder`, which is made where there is none.
    ///
    /// # Errors
    ///
    /// Fails when the folder holds something else, or can't be made.
    pub fn set_up(folder: &Path) -> anyhow::Result<Self> {
        let foreign = |name: &str| ![RELEASES, PREVIEWS, CURRENT, WORK, LOCK, JOURNAL].contains(&name);
        if folder.exists() && !folder.join(RELEASES).is_dir() {
            let entries = fs::read_dir(folder).with_context(|| format!("读不了 {}", folder.display()))?;
            for entry in entries {
                let name = entry?.file_name();
                if foreign(&name.to_string_lossy()) {
                    bail!(
                        "{} 里有别的东西（{}）：--site 请换一个空文件夹",
                        folder.display(),
                        name.to_string_lossy()
                    );
                }
            }
        }
        if !folder.exists() {
            disk::make_folder(folder, 0o755)?;
        }
        let releases = Self { folder: fs::canonicalize(folder)? };
        for name in [RELEASES, PREVIEWS, WORK] {
            if !releases.folder.join(name).is_dir() {
                disk::make_folder(&releases.folder.join(name), releases.modes().folder)?;
            }
        }
        Ok(releases)
    }

    /// The releases at `folder`, as they are: for looking only.
    ///
    /// # Errors
    ///
    /// Fails when nothing was ever published there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        if !folder.join(RELEASES).is_dir() {
            bail!("{} 里还没有发布过网站：核对 --site", folder.display());
        }
        Ok(Self { folder: fs::canonicalize(folder)? })
    }

    /// Waits for its turn; `waiting` is called once if there is something to wait for. Sweeps up what a killed process
    /// left behind.
    ///
    /// # Errors
    ///
    /// Fails when the folder can't be written, or another process takes longer than ten minutes.
    pub fn lock(&self, waiting: impl FnOnce()) -> anyhow::Result<Locked> {
        let path = self.folder.join(LOCK);
        let lock = File::options().create(true).append(true).open(&path);
        let lock = lock.with_context(|| format!("写不了 {}", path.display()))?;
        // Several users may push: whoever may make folders here may take turns. Only the first one owns the file.
        let _others = lock.set_permissions(fs::Permissions::from_mode(self.modes().folder & 0o664));
        let (mut waiting, mut looks) = (Some(waiting), 0);
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(err)) => return Err(err).context("排不上队"),
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            looks += 1;
            if looks > LOOKS {
                bail!("等了十分钟，另一次发布还没有完：看看是哪个 site-gen 卡住了，再发布一次");
            }
            thread::sleep(LOOK);
        }
        let locked = Locked { releases: self.clone(), _lock: lock };
        locked.sweep()?;
        Ok(locked)
    }

    /// Every release there is, oldest first. What is not a whole release is not in it.
    ///
    /// # Errors
    ///
    /// Fails when the folder can't be read.
    pub fn all(&self) -> anyhow::Result<Vec<Release>> {
        let folder = self.folder.join(RELEASES);
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("读不了 {}", folder.display()))? {
            found.extend(self.release(&entry?.file_name().to_string_lossy()));
        }
        found.sort_by_key(|release| release.number);
        Ok(found)
    }

    /// The release that `current` names.
    ///
    /// # Errors
    ///
    /// Fails when `current` is something that this program did not make.
    pub fn current(&self) -> anyhow::Result<Option<Release>> {
        let link = self.folder.join(CURRENT);
        let target = match fs::read_link(&link) {
            Ok(target) => target,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(_) => bail!("{} 不是发布程序建的链接：把它移走再发布", link.display()),
        };
        let name = target.components().nth(1).map(|name| name.as_os_str().to_string_lossy().into_owned());
        Ok(name.and_then(|name| self.release(&name)))
    }

    /// The folder that a web server or `nuanzhan` serves.
    pub fn served(&self) -> PathBuf {
        self.folder.join(CURRENT)
    }

    /// Where compressed copies and pictures are remembered from one release to the next. Nobody is served from it.
    pub fn cache(&self) -> PathBuf {
        self.folder.join(CACHE)
    }

    /// Where the previews are.
    pub fn previews(&self) -> PathBuf {
        self.folder.join(PREVIEWS)
    }

    /// What is served of a release.
    pub fn site(&self, release: &Release) -> PathBuf {
        self.folder.join(RELEASES).join(&release.name).join(SITE)
    }

    fn release(&self, name: &str) -> Option<Release> {
        let (number, commit) = name.split_once('-')?;
        let number = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
        let folder = self.folder.join(RELEASES).join(name);
        let about: About = serde_json::from_slice(&fs::read(folder.join(ABOUT)).ok()?).ok()?;
        let whole = folder.join(SITE).is_dir() && about.commit.starts_with(commit);
        whole.then(|| Release { number, about, name: name.to_owned() })
    }

    /// Where a team shares the folder (`chmod g+ws`), its folders are the team's too; files are never changed anyway.
    fn modes(&self) -> Modes {
        let mode = fs::metadata(&self.folder).map_or(0o755, |found| found.permissions().mode());
        Modes { file: 0o644, folder: 0o755 | (mode & 0o020) }
    }
}

impl Locked {
    /// The releases, for looking.
    pub fn releases(&self) -> &Releases {
        &self.releases
    }

    /// An empty folder to build in.
    ///
    /// # Errors
    ///
    /// Fails when it can't be made.
    pub fn stage(&self) -> anyhow::Result<Stage> {
        let folder = self.work("stage");
        disk::make_folder(&folder, 0o755)?;
        Ok(Stage { folder, modes: self.releases.modes() })
    }

    /// Whether a stage is kept under `name`.
    pub fn is_ready(&self, name: &str) -> bool {
        self.work(&format!("{READY}{name}")).is_dir()
    }

    /// The stage that was kept under `name`, if it is still there.
    pub fn ready(&self, name: &str) -> Option<Stage> {
        let folder = self.work(&format!("{READY}{name}"));
        folder.is_dir().then(|| Stage { folder, modes: self.releases.modes() })
    }

    /// Keeps a finished stage until git has taken the push.
    ///
    /// # Errors
    ///
    /// Fails when the disk does.
    pub fn keep_ready(&self, stage: Stage, about: &About, name: &str) -> anyhow::Result<()> {
        stage.describe(about)?;
        let folder = self.work(&format!("{READY}{name}"));
        disk::remove(&folder)?;
        fs::rename(&stage.folder, &folder).with_context(|| format!("写不了 {}", folder.display()))
    }

    /// Makes the finished stage a release and the current one. Its bytes and its name are on the disk before anybody
    /// can see it.
    ///
    /// # Errors
    ///
    /// Fails when the disk does; the current release is then what it was.
    pub fn publish(&self, stage: Stage, about: About) -> anyhow::Result<Release> {
        let number = self.releases.all()?.last().map_or(0, |newest| newest.number) + 1;
        let name = format!("{number:06}-{}", &about.commit[..10]);
        stage.describe(&about)?;
        disk::set_mode(&stage.folder, stage.modes.folder)?;
        disk::sync_below(&stage.folder)?;
        let folder = self.releases.folder.join(RELEASES);
        fs::rename(&stage.folder, folder.join(&name)).with_context(|| format!("换不上新的网站 {name}"))?;
        disk::sync_folder(&folder)?;
        let release = Release { number, about, name };
        self.make_current(&release)?;
        self.note("publish", release.about.published, &release);
        Ok(release)
    }

    /// Goes back to the release before the current one, or to the one of that number; forward works the same.
    ///
    /// # Errors
    ///
    /// Fails when there is no such release, or the disk fails; the current release is then what it was.
    pub fn rollback(&self, to: Option<u32>, now: DateTime) -> anyhow::Result<Release> {
        let (all, current) = (self.releases.all()?, self.releases.current()?);
        let number = current.as_ref().map_or(u32::MAX, |current| current.number);
        let wanted = |release: &&Release| to.map_or(release.number < number, |to| release.number == to);
        let Some(release) = all.iter().rfind(wanted) else {
            let numbers: Vec<String> = all.iter().map(|release| release.number.to_string()).collect();
            bail!("没有可以退回的那一版。现有的版本：{}", numbers.join("、"));
        };
        self.make_current(release)?;
        self.note("rollback", now, release);
        Ok(release.clone())
    }

    /// Removes old releases but the newest `keep` (two at least), the current one, `spare`, and any that a server is
    /// serving. How many went.
    ///
    /// # Errors
    ///
    /// Fails when one can't be removed.
    pub fn prune(&self, keep: usize, spare: Option<&Release>) -> anyhow::Result<usize> {
        let (all, current) = (self.releases.all()?, self.releases.current()?);
        let old = all.iter().rev().skip(keep.max(FEWEST));
        let mut gone = 0;
        for release in old.filter(|&release| Some(release) != current.as_ref() && Some(release) != spare) {
            if is_served(&self.releases.site(release)) {
                continue;
            }
            // Out of sight in one step: a release is whole or not there.
            let aside = self.work(&release.name);
            let folder = self.releases.folder.join(RELEASES).join(&release.name);
            fs::rename(&folder, &aside).with_context(|| format!("删不掉 {}", folder.display()))?;
            disk::remove(&aside)?;
            gone += 1;
        }
        Ok(gone)
    }

    /// Puts the finished stage in the place of the preview `name`.
    ///
    /// # Errors
    ///
    /// Fails when the disk does; the preview is then what it was.
    pub fn put_preview(&self, stage: &Stage, name: &str) -> anyhow::Result<PathBuf> {
        let place = self.releases.previews().join(name);
        disk::put_in_place(&stage.site(), &place)?;
        Ok(place)
    }

    /// Removes the preview `name`; whether there was one.
    ///
    /// # Errors
    ///
    /// Fails when it can't be removed.
    pub fn remove_preview(&self, name: &str) -> anyhow::Result<bool> {
        let (place, aside) = (self.releases.previews().join(name), self.work("preview"));
        match fs::rename(&place, &aside) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(err) => Err(err).with_context(|| format!("删不掉 {}", place.display())),
            Ok(()) => disk::remove(&aside).map(|()| true),
        }
    }

    fn make_current(&self, release: &Release) -> anyhow::Result<()> {
        let (link, beside) = (self.releases.served(), self.work(CURRENT));
        let target = Path::new(RELEASES).join(&release.name).join(SITE);
        disk::remove(&beside)?;
        symlink(&target, &beside)
            .and_then(|()| fs::rename(&beside, &link))
            .with_context(|| format!("换不了 {}", link.display()))?;
        disk::sync_folder(&self.releases.folder)
    }

    /// What happened, for whoever wonders later. The releases themselves are the truth, so that a full disk here undoes
    /// nothing.
    fn note(&self, did: &str, at: DateTime, release: &Release) {
        let line = Line { at, did, release: &release.name, commit: &release.about.commit };
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        let file = File::options().create(true).append(true).open(self.releases.folder.join(JOURNAL));
        let _not_kept = file.and_then(|mut file| {
            let _others =
                file.set_permissions(fs::Permissions::from_mode(self.releases.modes().folder & 0o664));
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
    }

    fn work(&self, name: &str) -> PathBuf {
        self.releases.folder.join(WORK).join(name)
    }

    /// Only the holder of the lock works here: whatever else lies about is of somebody who was killed.
    fn sweep(&self) -> anyhow::Result<()> {
        let work = self.releases.folder.join(WORK);
        let mut waiting = Vec::new();
        for entry in fs::read_dir(&work).with_context(|| format!("读不了 {}", work.display()))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(READY) {
                waiting.push((entry.metadata()?.modified()?, entry.path()));
            } else {
                disk::remove(&entry.path())?;
            }
        }
        waiting.sort();
        let too_many = waiting.len().saturating_sub(READY_AT_MOST);
        waiting.iter().take(too_many).try_for_each(|(_, path)| disk::remove(path))
    }
}

impl Stage {
    /// Where the site goes.
    pub fn site(&self) -> PathBuf {
        self.folder.join(SITE)
    }

    /// A name beside it that is free for whatever is needed on the way.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What was kept with it, if it was kept.
    pub fn about(&self) -> Option<About> {
        serde_json::from_slice(&fs::read(self.folder.join(ABOUT)).ok()?).ok()
    }

    fn describe(&self, about: &About) -> anyhow::Result<()> {
        let json = serde_json::to_vec_pretty(about)?;
        disk::write_whole(&self.folder.join(ABOUT), &json, self.modes.file)
    }

    /// Shares with `base` the files that are the same, and makes everything readable for whoever serves it.
    ///
    /// # Errors
    ///
    /// Fails when the disk does.
    pub fn share(&self, base: Option<&Path>) -> anyhow::Result<Shared> {
        share::share(base, &self.site(), &self.beside("link"), self.modes)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Published or kept, it is not here any more; what can't be removed now is swept up by the next lock.
        let _gone = disk::remove(&self.folder);
    }
}

/// Whether a server holds the release open: it keeps a shared lock on the folder it serves.
fn is_served(site: &Path) -> bool {
    File::open(site).is_ok_and(|folder| matches!(folder.try_lock(), Err(TryLockError::WouldBlock)))
}
