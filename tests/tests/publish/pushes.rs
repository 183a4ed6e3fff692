//! What an editor sees when she pushes, and what becomes of the site.

use std::fs;

use tests::git::{GUIDE, Remote};

#[test]
fn a_good_push_is_the_site_a_moment_later_and_she_is_told() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    let pushed = li.push().unwrap();
    pushed.well().unwrap();
    pushed.has(&["正在检查 main", "没有错误", "已发布：第 1 版"]).unwrap();
    assert!(remote.page("index.html").contains("第1次"));
    assert!(fs::read_link(remote.served()).unwrap().starts_with("releases"));
    let release = fs::canonicalize(remote.served()).unwrap();
    let mut names: Vec<_> =
        fs::read_dir(release.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["release.json", "site"]);
    assert!(remote.is_tidy());
}

#[test]
fn a_push_with_faults_is_answered_with_what_to_mend_and_refused_and_the_mended_one_published() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let (before, tip) = (remote.bytes(), li.head().unwrap());
    li.blunder().unwrap();
    let pushed = li.push().unwrap();
    assert_ne!(pushed.code, 0);
    let place = format!("content/{GUIDE}:2:1");
    let mark = "2 | titel: 产假怎么请\n  | ^^^^^";
    pushed.has(&[&place, "没有叫“titel”的项", mark, "改法: 是不是想写 title"]).unwrap();
    pushed.has(&["推送没有收下", "网站没有动", "remote rejected"]).unwrap();
    assert_eq!(remote.bytes(), before);
    let main = tests::git::git(&remote.repository(), &["rev-parse", "main"]).unwrap();
    assert_eq!(main.text, tip, "nobody else is held up by what was refused");
    li.say("改好了。").unwrap();
    li.push().unwrap().has(&["已发布：第 2 版"]).unwrap();
    assert!(remote.page("guides/work/leave/index.html").contains("改好了。"));
}

#[test]
fn where_faults_are_accepted_the_push_is_taken_and_not_published() {
    let remote = Remote::with(&["--accept-faults"]).unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().has(&["已发布：第 1 版"]).unwrap();
    let before = remote.bytes();
    li.blunder().unwrap();
    let pushed = li.push().unwrap();
    pushed.well().unwrap();
    pushed.has(&["收下了，但没有发布", "是不是想写 title"]).unwrap();
    assert_eq!(remote.bytes(), before);
}

#[test]
fn the_branch_of_the_site_can_not_be_deleted() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let before = remote.bytes();
    let pushed = li.git(&["push", "origin", "--delete", "main"]).unwrap();
    assert_ne!(pushed.code, 0);
    pushed.has(&["main 是网站用的分支，不能删"]).unwrap();
    assert_eq!(remote.bytes(), before);
}

#[test]
fn a_forced_push_a_merge_and_a_tag_are_what_they_are() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    for time in [1, 2] {
        li.mark(time).unwrap();
        li.push().unwrap().well().unwrap();
    }
    li.git(&["reset", "--quiet", "--hard", "HEAD~1"]).unwrap().well().unwrap();
    li.git(&["push", "--force", "origin", "main"]).unwrap().has(&["已发布：第 3 版"]).unwrap();
    assert!(remote.page("index.html").contains("第1次"), "the branch is what it was forced to be");
    li.git(&["checkout", "--quiet", "-b", "side"]).unwrap().well().unwrap();
    li.say("在旁边改的。").unwrap();
    li.git(&["checkout", "--quiet", "main"]).unwrap().well().unwrap();
    li.mark(4).unwrap();
    li.git(&["merge", "--quiet", "--no-edit", "side"]).unwrap().well().unwrap();
    li.push().unwrap().has(&["已发布：第 4 版"]).unwrap();
    let guide = remote.page("guides/work/leave/index.html");
    assert!(guide.contains("在旁边改的。") && guide.contains("第4次"));
    let before = remote.bytes();
    li.git(&["tag", "v1"]).unwrap().well().unwrap();
    let tagged = li.git(&["push", "origin", "v1"]).unwrap();
    tagged.well().unwrap();
    assert!(!tagged.text.contains("正在检查"), "{}", tagged.text);
    assert_eq!(remote.bytes(), before);
}

#[test]
fn links_submodules_and_files_stored_elsewhere_are_refused_and_named() {
    let remote = Remote::new().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    let before = remote.bytes();
    std::os::unix::fs::symlink("/etc/passwd", li.folder().join("content/guides/work/passwd.md")).unwrap();
    li.write("content/media/a.png", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
        .unwrap();
    li.commit("链接").unwrap();
    let pushed = li.push().unwrap();
    assert_ne!(pushed.code, 0);
    pushed.has(&["content/guides/work/passwd.md：这是一个链接"]).unwrap();
    fs::remove_file(li.folder().join("content/guides/work/passwd.md")).unwrap();
    li.commit("去掉链接").unwrap();
    li.push().unwrap().has(&["content/media/a.png：这个文件存在 Git LFS 里"]).unwrap();
    fs::remove_dir_all(li.folder().join("content/media")).unwrap();
    li.git(&["add", "--all"]).unwrap().well().unwrap();
    let module = format!("160000,{},content/other", li.head().unwrap());
    li.git(&["update-index", "--add", "--cacheinfo", &module]).unwrap().well().unwrap();
    li.git(&["commit", "--quiet", "-m", "子模块"]).unwrap().well().unwrap();
    li.push().unwrap().has(&["content/other：这是另一个仓库（子模块）"]).unwrap();
    assert_eq!(remote.bytes(), before);
    assert!(remote.is_tidy());
}

#[test]
fn content_may_lie_in_another_folder_and_a_missing_one_is_named() {
    let remote = Remote::with(&["--path=网站/内容"]).unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().has(&["没有 网站/内容/site.toml"]).unwrap();
    assert!(!remote.served().exists());
    fs::create_dir(li.folder().join("网站")).unwrap();
    fs::rename(li.folder().join("content"), li.folder().join("网站/内容")).unwrap();
    li.commit("放到别处").unwrap();
    li.push().unwrap().has(&["已发布：第 1 版"]).unwrap();
}

#[test]
fn hooks_are_installed_once_and_those_of_others_left_alone() {
    let remote = Remote::empty().unwrap();
    remote.install(&[]).unwrap().has(&["写好了钩子", "site/current"]).unwrap();
    let again = remote.install(&[]).unwrap();
    assert!(again.text.contains("钩子已经是这样") && !again.text.contains("写好了"), "{}", again.text);
    remote.install(&["--keep=9"]).unwrap().has(&["写好了钩子"]).unwrap();
    let (pre, post) =
        (remote.repository().join("hooks/pre-receive"), remote.repository().join("hooks/post-receive"));
    fs::write(&post, "#!/bin/sh\necho mine\n").unwrap();
    let old = fs::read(&pre).unwrap();
    let refused = remote.install(&["--keep=3"]).unwrap();
    assert_eq!(refused.code, 2);
    refused.has(&["post-receive 是别人写的钩子", "--hook=post-receive", "--keep=3"]).unwrap();
    assert_eq!(fs::read_to_string(&post).unwrap(), "#!/bin/sh\necho mine\n");
    assert_eq!(fs::read(&pre).unwrap(), old, "all or nothing");
}

#[test]
fn a_folder_with_something_else_in_it_is_no_site() {
    let remote = Remote::empty().unwrap();
    fs::create_dir(remote.site()).unwrap();
    fs::write(remote.site().join("论文.docx"), "珍贵").unwrap();
    let refused = remote.install(&[]).unwrap();
    assert_eq!(refused.code, 2);
    refused.has(&["里有别的东西（论文.docx）"]).unwrap();
    for bad in [["--branch=refs/heads/x y"], ["--path=../etc"], ["--preview-address=example.org"]] {
        assert_eq!(remote.publish(&bad).unwrap().code, 2, "{bad:?}");
    }
    remote.publish(&["--rev", "nowhere"]).unwrap().has(&["里有别的东西"]).unwrap();
}

#[test]
fn ci_publishes_a_commit_and_never_goes_back_by_being_late() {
    let remote = Remote::empty().unwrap();
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    let first = li.head().unwrap();
    li.push().unwrap().well().unwrap();
    li.mark(2).unwrap();
    li.push().unwrap().well().unwrap();
    remote.publish(&["--rev", "main"]).unwrap().has(&["已发布：第 1 版"]).unwrap();
    let late = remote.publish(&["--rev", &first]).unwrap();
    late.well().unwrap();
    late.has(&["旧，没有换"]).unwrap();
    assert!(remote.page("index.html").contains("第2次"));
    remote.publish(&["--rev", "nowhere"]).unwrap().has(&["仓库里没有 nowhere"]).unwrap();
    li.blunder().unwrap();
    li.push().unwrap().well().unwrap();
    assert_eq!(remote.publish(&["--rev", "main"]).unwrap().code, 1);
    assert!(remote.page("index.html").contains("第2次"));
}
