//! The machine a site lives on: room on the disk, who may write, the clock, git and its hooks.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Findings;

/// Less room than this and the next build may not fit.
const LITTLE_ROOM: u64 = 1 << 30;
/// Less than this and nothing fits.
const NO_ROOM: u64 = 100 << 20;

/// Looks at the room beside the site.
pub fn disk(folder: &Path, findings: &mut Findings) {
    let Ok(stat) = rustix::fs::statvfs(folder) else {
        findings.skipped("disk", "看不到磁盘还有多少地方");
        return;
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let megabytes = free >> 20;
    match free {
        free if free < NO_ROOM => findings.wrong(
            "disk",
            format!("磁盘只剩 {megabytes} MB，写不下新的网站"),
            "删掉不用的东西，或者换大的磁盘",
        ),
        free if free < LITTLE_ROOM => findings.advice(
            "disk",
            format!("磁盘只剩 {megabytes} MB"),
            "早点腾地方：每次发布都要先写一份新的",
        ),
        _ => findings.fine("disk", format!("磁盘还有 {megabytes} MB")),
    }
}

/// Looks who may change what is served.
#[cfg(unix)]
pub fn permissions(folder: &Path, findings: &mut Findings) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut open = None;
    let mut shut = None;
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(about) = fs::metadata(&path) else { continue };
        let mode = about.permissions().mode();
        if mode & 0o002 != 0 {
            open.get_or_insert(path.clone());
        }
        if mode & 0o400 == 0 {
            shut.get_or_insert(path.clone());
        }
        if about.is_dir() {
            left.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    match (open, shut) {
        (Some(path), _) => findings.wrong(
            "permissions",
            format!("这台机器上谁都能改 {}：能把假电话写进网站", path.display()),
            format!("运行 chmod -R o-w {}", folder.display()),
        ),
        (None, Some(path)) => findings.wrong(
            "permissions",
            format!("{} 连主人都读不了", path.display()),
            format!("运行 chmod -R u+rX {}", folder.display()),
        ),
        (None, None) => findings.fine("permissions", "别的用户改不了网站的文件"),
    }
}

/// Looks who may change what is served.
#[cfg(not(unix))]
pub fn permissions(_: &Path, findings: &mut Findings) {
    findings.skipped("permissions", "这个系统上没有看权限");
}

/// Looks at the clock: laws come into force and stations go stale by it. `newest`: when the site was written.
pub fn clock(now: Timestamp, offset: Offset, newest: Option<Timestamp>, findings: &mut Findings) {
    // Written by a machine whose clock was right, so it can't lie in the future.
    let behind = newest.is_some_and(|newest| now.as_second() + 300 < newest.as_second());
    if behind {
        findings.wrong("clock", "机器的钟比网站文件的时间还早，不准", "对时，例如 timedatectl set-ntp true");
    } else {
        findings.fine("clock", "机器的钟没有走在文件前面");
    }
    if offset == Offset::constant(8) {
        findings.fine("time-zone", "时区是东八区");
    } else {
        findings.advice(
            "time-zone",
            format!("时区是 {offset}，不是东八区：半夜前后会按错一天来查法律"),
            "运行 timedatectl set-timezone Asia/Shanghai",
        );
    }
}

/// Looks at git: whether it is there, and whether a push publishes. `hooks`: the hooks' folder of the repository that
/// the content lies in, where it does.
pub fn git(version: Option<&str>, hooks: Option<&Path>, findings: &mut Findings) {
    let Some(version) = version else {
        findings.advice("git", "这台机器上没有 git", "装上它，内容的改动才有记录，才能还原：apt install git");
        return;
    };
    findings.fine("git", version.trim().to_owned());
    let Some(hooks) = hooks else {
        findings.advice("hook", "内容文件夹不在 git 仓库里", "放进仓库，改错了能还原；见 docs/operations.md");
        return;
    };
    let installed: Vec<&str> =
        ["pre-receive", "post-receive"].into_iter().filter(|hook| is_runnable(&hooks.join(hook))).collect();
    match installed.as_slice() {
        [_, _] => findings.fine("hook", "推送时检查、推送后发布的钩子都装好了"),
        [] => findings.advice(
            "hook",
            "没有装钩子：推送以后网站不会自己更新",
            "网站由程序自己看着内容更新的，不用管；靠推送发布的，装上钩子",
        ),
        [only] => findings.wrong("hook", format!("只装了 {only}，少了另一个"), "重新装一次钩子"),
        _ => {}
    }
}

#[cfg(unix)]
fn is_runnable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_runnable(path: &Path) -> bool {
    path.is_file()
}
