//! Releases: whole, few, cheap, and there to go back to.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use tests::git::Remote;

fn inode(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

#[test]
fn going_back_is_one_step_and_the_next_push_goes_forward() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    for time in 1..=3 {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
    }
    remote.publish(&["--rollback"]).unwrap().has(&["退回到第 2 版"]).unwrap();
    assert!(remote.page("index.html").contains("第2次"));
    remote.publish(&["--rollback"]).unwrap().has(&["退回到第 1 版"]).unwrap();
    let nowhere = remote.publish(&["--rollback"]).unwrap();
    assert_eq!(nowhere.code, 2);
    nowhere.has(&["现有的版本：1、2、3"]).unwrap();
    assert!(remote.page("index.html").contains("第1次"), "and stays where it was");
    remote.publish(&["--rollback", "3"]).unwrap().well().unwrap();
    assert!(remote.page("index.html").contains("第3次"));
    remote.publish(&["--rollback", "1"]).unwrap().well().unwrap();
    let status = remote.publish(&["--status"]).unwrap();
    status.has(&["  第 3 版", "→ 第 1 版", "第2次", &li.head().unwrap()[..10]]).unwrap();
    li.mark(4).unwrap();
    li.push().unwrap().has(&["已发布：第 4 版"]).unwrap();
    assert!(remote.page("index.html").contains("第4次"));
}

#[test]
fn old_releases_go_but_never_the_one_that_is_or_was_the_site() {
    let remote = Remote::with(&["--keep=2"]).unwrap();
    let li = remote.editor("li").unwrap();
    for time in 1..=4 {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
    }
    let kept = || {
        let mut names: Vec<String> = fs::read_dir(remote.site().join("releases"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap()[..6].to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(kept(), ["000003", "000004"]);
    // A server that could not open anything newer still serves the third: its lock says so.
    let third = fs::read_dir(remote.site().join("releases")).unwrap().map(|entry| entry.unwrap().path());
    let third = third.into_iter().find(|path| path.to_string_lossy().contains("/000003-")).unwrap();
    let serving = fs::File::open(third.join("site")).unwrap();
    serving.lock_shared().unwrap();
    for time in 5..=7 {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
    }
    assert_eq!(kept(), ["000003", "000006", "000007"]);
    drop(serving);
    li.mark(8).unwrap();
    li.push().unwrap().well().unwrap();
    assert_eq!(kept(), ["000007", "000008"]);
}

#[test]
fn what_did_not_change_is_kept_once_and_what_did_is_told() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let old = fs::canonicalize(remote.served()).unwrap();
    let before = tests::git::bytes_under(&old);
    li.say("只改这一句。").unwrap();
    li.push().unwrap().has(&["改了"]).unwrap();
    let new = fs::canonicalize(remote.served()).unwrap();
    assert_ne!(old, new);
    for same in ["about/index.html", "regions/990100/index.html", "robots.txt"] {
        assert_eq!(inode(&old.join(same)), inode(&new.join(same)), "{same}");
    }
    assert_ne!(
        inode(&old.join("guides/work/leave/index.html")),
        inode(&new.join("guides/work/leave/index.html"))
    );
    assert_eq!(tests::git::bytes_under(&old), before, "an earlier release is never written to");
}

#[test]
fn a_release_has_compressed_copies_and_only_what_changed_is_compressed_again() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let old = fs::canonicalize(remote.served()).unwrap();
    let page = "guides/work/leave/index.html";
    let copy = |release: &Path, path: &str, ending: &str| release.join(format!("{path}.{ending}"));
    for ending in ["br", "zst", "gz"] {
        assert!(copy(&old, page, ending).is_file(), "{ending}");
    }
    let remembered = || {
        let entries = fs::read_dir(remote.site().join(".cache/site/compress")).unwrap();
        entries.map(|entry| entry.unwrap().path()).map(|path| (inode(&path), path)).collect::<Vec<_>>()
    };
    let first = remembered();
    li.say("只改这一句。").unwrap();
    li.push().unwrap().well().unwrap();
    let new = fs::canonicalize(remote.served()).unwrap();
    assert_eq!(inode(&copy(&old, "about/index.html", "br")), inode(&copy(&new, "about/index.html", "br")));
    assert_ne!(fs::read(copy(&old, page, "br")).unwrap(), fs::read(copy(&new, page, "br")).unwrap());
    let again = remembered();
    let made = again.iter().filter(|entry| !first.contains(entry)).count();
    assert!((3..=15).contains(&made), "{made} of {}", again.len());
}
