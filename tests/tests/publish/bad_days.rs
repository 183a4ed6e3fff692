//! The bad days of a server: killed half-way, two at once, a full or read-only disk, another user's habits.
//!
//! Whatever happens, the site is one whole release, and whoever pushed was told the truth.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tests::git::{Remote, alone, bytes_under, said};
use tests::skip::skipped;
use tests::workspace;

/// How often a publication is killed: each time a little later, from its first moment to its last.
const KILLS: u32 = 20;

/// The time that the footers of all pages of the site speak of; panics where they do not agree.
fn time_of_every_page(remote: &Remote) -> usize {
    let pages: Vec<_> = remote.bytes().into_iter().filter(|(path, _)| path.ends_with(".html")).collect();
    let time = |page: &[u8]| {
        let page = String::from_utf8_lossy(page).into_owned();
        let (_, rest) = page.split_once('第').filter(|(_, rest)| rest.contains('次')).unwrap_or_default();
        rest.split('次').next().unwrap_or_default().parse::<usize>().ok()
    };
    let times: BTreeSet<usize> = pages.iter().filter_map(|(_, page)| time(page)).collect();
    assert_eq!(times.len(), 1, "pages of several releases: {times:?}");
    assert!(pages.len() > 10);
    times.into_iter().next().unwrap()
}

#[test]
fn killed_at_any_moment_the_site_is_a_whole_release_and_the_next_run_sweeps_up() {
    let remote = Remote::empty().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let begun = Instant::now();
    remote.publish(&["--rev", "main"]).unwrap().well().unwrap();
    let whole_run = begun.elapsed();
    let paths: Vec<String> = remote.bytes().into_keys().collect();
    let mark = |kill| {
        li.mark(kill as usize + 2).unwrap();
        li.head().unwrap()
    };
    let commits: Vec<String> = (0..KILLS).map(mark).collect();
    li.push().unwrap().well().unwrap();
    let (mut last, mut killed) = (1, 0);
    for (kill, commit) in (0..KILLS).zip(&commits) {
        let time = kill as usize + 2;
        let mut run = remote.command(&["--rev", commit]).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole_run * (kill + 1) / KILLS);
        run.kill().unwrap();
        killed += usize::from(!run.wait().unwrap().success());
        let now = time_of_every_page(&remote);
        assert!(now == last || now == time, "{now} is neither {last} nor {time}");
        assert_eq!(remote.bytes().into_keys().collect::<Vec<_>>(), paths, "a file is missing or too much");
        last = now;
    }
    assert!(killed > 0, "none of {KILLS} was killed before its end");
    li.mark(99).unwrap();
    li.push().unwrap().well().unwrap();
    remote.publish(&["--rev", "main"]).unwrap().has(&["已发布"]).unwrap();
    assert_eq!(time_of_every_page(&remote), 99);
    assert!(remote.is_tidy());
    assert!(fs::read_dir(remote.site().join("releases")).unwrap().count() <= 6);
}

#[test]
fn of_two_pushes_at_once_the_later_one_is_the_site_and_both_are_told_the_truth() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let wang = remote.editor("wang").unwrap();
    li.mark(2).unwrap();
    wang.mark(3).unwrap();
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| li.push().unwrap());
        let other = scope.spawn(|| wang.push().unwrap());
        (one.join().unwrap(), other.join().unwrap())
    });
    // Neither was made from the other: git takes one of them.
    assert!((one.code == 0) != (other.code == 0), "{one:?}\n{other:?}");
    let (taken, time) = if one.code == 0 { (&one, 2) } else { (&other, 3) };
    taken.has(&["已发布：第 2 版"]).unwrap();
    assert_eq!(time_of_every_page(&remote), time);
    let (late, time) = if one.code == 0 { (&wang, 3) } else { (&li, 2) };
    late.git(&["push", "--force", "origin", "main"]).unwrap().has(&["已发布：第 3 版"]).unwrap();
    assert_eq!(time_of_every_page(&remote), time);
}

#[test]
fn a_push_that_was_overtaken_publishes_the_later_one_and_says_so() {
    let remote = Remote::empty().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    let first = li.head().unwrap();
    li.mark(2).unwrap();
    li.push().unwrap().well().unwrap();
    let mut hook = remote.command(&["--hook=post-receive"]);
    let mut hook = hook.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let line = format!("{} {first} refs/heads/main\n", "0".repeat(40));
    hook.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let said = said(&hook.wait_with_output().unwrap()).unwrap();
    said.has(&["紧接着又有人推送了", &li.head().unwrap()[..10], "已发布：第 1 版"]).unwrap();
    assert_eq!(time_of_every_page(&remote), 2);
}

#[test]
fn a_push_waits_its_turn_and_says_so() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    let lock = fs::File::create(remote.site().join(".lock")).unwrap();
    lock.lock().unwrap();
    let pushed = thread::scope(|scope| {
        let pushing = scope.spawn(|| li.push().unwrap());
        thread::sleep(Duration::from_millis(700));
        assert!(!pushing.is_finished());
        drop(lock);
        pushing.join().unwrap()
    });
    pushed.has(&["排队等它", "已发布：第 1 版"]).unwrap();
}

#[test]
fn another_umask_folder_and_language_and_no_home_make_no_difference() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    let script = format!("umask 077; cd /; exec git -C '{}' push origin main", li.folder().display());
    let mut push = Command::new("sh");
    push.args(["-c", &script]);
    alone(&mut push, remote.folder());
    push.env_remove("HOME").envs([("LANG", "C"), ("LC_ALL", "C"), ("TZ", "America/New_York")]);
    // What another hook of hers may have left in the environment is not this repository's.
    push.env("GIT_INDEX_FILE", "/nowhere/index");
    said(&push.output().unwrap()).unwrap().has(&["已发布：第 1 版"]).unwrap();
    for file in workspace::files_under(&remote.served()) {
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o644, "{}", file.display());
        assert_eq!(mode(file.parent().unwrap()), 0o755, "{}", file.display());
    }
}

/// `ulimit -f` counts blocks of 512 bytes; what would be a signal is made an error.
#[test]
fn a_file_that_may_not_be_written_leaves_the_site_and_is_told() {
    let remote = Remote::empty().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    remote.publish(&["--rev", "main"]).unwrap().well().unwrap();
    let before = remote.bytes();
    li.mark(2).unwrap();
    li.push().unwrap().well().unwrap();
    let command = remote.command(&["--rev", "main"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""]);
    limited.arg(command.get_program()).args(command.get_args());
    alone(&mut limited, remote.folder());
    let said = said(&limited.output().unwrap()).unwrap();
    assert_eq!(said.code, 2, "{}", said.text);
    said.has(&["不让写这么大的文件", "网站没有动"]).unwrap();
    assert_eq!(remote.bytes(), before);
    remote.publish(&["--rev", "main"]).unwrap().has(&["已发布：第 2 版"]).unwrap();
    assert!(remote.is_tidy());
}

/// Runs `script` where it may mount file systems that nobody else sees; `None` where this machine does not let it.
fn where_mounts_are_allowed(remote: &Remote, script: &str) -> Option<tests::git::Said> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-euc", script]);
    alone(&mut unshare, remote.folder());
    unshare.env("SITE_GEN", workspace::site_gen()).current_dir(remote.folder());
    let mut probe = Command::new("unshare");
    probe.args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]);
    if !probe.output().is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    Some(said(&unshare.output().unwrap()).unwrap())
}

#[test]
fn a_full_disk_leaves_the_site_and_is_told_and_the_push_can_be_repeated() {
    let remote = Remote::empty().unwrap();
    fs::create_dir(remote.folder().join("disk")).unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    li.mark(2).unwrap();
    let script = r#"
        mount -t tmpfs -o size=16m none disk
        "$SITE_GEN" publish --repo srv.git --site disk/site --install-hook
        "$SITE_GEN" publish --repo srv.git --site disk/site --rev main
        cp -rL disk/site/current before
        head -c 64m /dev/zero > disk/filler || true
        truncate -s -98304 disk/filler
        git -C li push origin main && exit 9
        diff -r before disk/site/current
        rm disk/filler
        git -C li push origin main
        grep -q 第2次 disk/site/current/index.html
        test -z "$(ls disk/site/.work)"
        echo 都对
    "#;
    let Some(said) = where_mounts_are_allowed(&remote, script) else {
        return skipped("a full disk", "this machine lets nobody mount one");
    };
    said.well().unwrap();
    said.has(&["服务器的磁盘满了。网站没有动", "pre-receive hook declined", "已发布：第 2 版", "都对"])
        .unwrap();
}

#[test]
fn a_read_only_disk_is_named() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let before = remote.bytes();
    li.mark(2).unwrap();
    let script = r"
        mount --bind site site
        mount -o remount,bind,ro site
        git -C li push origin main && exit 9
        echo 都对
    ";
    let Some(said) = where_mounts_are_allowed(&remote, script) else {
        return skipped("a read-only disk", "this machine lets nobody mount one");
    };
    said.well().unwrap();
    said.has(&["服务器的磁盘是只读的。网站没有动", "pre-receive hook declined", "都对"]).unwrap();
    assert_eq!(remote.bytes(), before);
}

#[test]
fn a_folder_of_another_user_is_named() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let before = bytes_under(&remote.served());
    for folder in [remote.site(), remote.site().join(".work"), remote.site().join("releases")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
    }
    fs::set_permissions(remote.site().join(".lock"), fs::Permissions::from_mode(0o444)).unwrap();
    // Root may write anywhere, so somebody else tries.
    let mut try_it = remote.command(&["--rev", "main"]);
    if fs::File::create(remote.site().join("probe")).is_ok() {
        fs::remove_file(remote.site().join("probe")).unwrap();
        fs::set_permissions(remote.folder(), fs::Permissions::from_mode(0o755)).unwrap();
        let as_nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        let mut somebody = Command::new("setpriv");
        somebody.args(as_nobody).arg(try_it.get_program()).args(try_it.get_args());
        alone(&mut somebody, remote.folder());
        if !somebody.output().is_ok_and(|tried| String::from_utf8_lossy(&tried.stderr).contains("网站")) {
            return skipped("another user's folder", "the program can't be run as another user here");
        }
        try_it = somebody;
    }
    let said = said(&try_it.output().unwrap()).unwrap();
    assert_eq!(said.code, 2, "{}", said.text);
    said.has(&["没有权限写那里。网站没有动", "/site/"]).unwrap();
    assert_eq!(bytes_under(&remote.served()), before);
    for folder in [remote.site(), remote.site().join(".work"), remote.site().join("releases")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
