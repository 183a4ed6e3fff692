//! Branches that are not the site's: a preview each, for as long as the branch lives.

use std::fs;

use tests::git::{Editor, Remote};

fn on_a_branch(remote: &Remote, branch: &str) -> Editor {
    let li = remote.editor("li").unwrap();
    li.mark(1).unwrap();
    li.push().unwrap().well().unwrap();
    li.git(&["checkout", "--quiet", "-b", branch]).unwrap().well().unwrap();
    li.say("还没有定稿。").unwrap();
    li
}

#[test]
fn a_branch_is_previewed_at_an_address_and_the_site_stays() {
    let remote = Remote::with(&["--preview-address=https://{branch}.preview.example.org/"]).unwrap();
    let li = on_a_branch(&remote, "leave");
    let before = remote.bytes();
    let pushed = li.push().unwrap();
    pushed.well().unwrap();
    pushed.has(&["https://leave.preview.example.org/", "网站没有动"]).unwrap();
    assert_eq!(remote.bytes(), before);
    let preview = remote.site().join("previews/leave");
    let page = fs::read_to_string(preview.join("guides/work/leave/index.html")).unwrap();
    for part in
        ["还没有定稿。", "content=\"noindex, nofollow\"", "预览：分支 leave", "href=\"/assets/preview.css\""]
    {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    for gone in ["sitemap.xml", "sitemap-1.xml", "atom.xml", "calendar.ics", "index.html.br"] {
        assert!(!preview.join(gone).exists(), "{gone}");
    }
    assert!(fs::read_to_string(preview.join("robots.txt")).unwrap().contains("Disallow: /\n"));
    assert!(preview.join("assets/preview.css").is_file());
    li.git(&["push", "origin", "--delete", "leave"]).unwrap().has(&["预览撤掉了"]).unwrap();
    assert!(!preview.exists() && remote.is_tidy());
}

#[test]
fn a_preview_below_a_folder_leads_to_its_own_pages() {
    let remote = Remote::with(&["--preview-address=https://example.org/preview/"]).unwrap();
    let li = on_a_branch(&remote, "产假/改");
    let pushed = li.push().unwrap();
    let line = pushed.text.lines().find_map(|line| line.split_once("https://example.org")).unwrap();
    let below = line.1.trim_end_matches('/').to_owned();
    let name = below.strip_prefix("/preview/").unwrap();
    let page = fs::read_to_string(remote.site().join("previews").join(name).join("index.html")).unwrap();
    assert!(page.contains(&format!("href=\"{below}/guides/\"")), "{page}");
    assert!(page.contains(&format!("src=\"{below}/assets/")), "{page}");
    assert!(!page.contains("href=\"/guides/"), "{page}");
    assert!(page.contains("预览：分支 产假/改"));
}

#[test]
fn a_faulty_branch_is_taken_and_its_last_good_preview_stays() {
    let remote = Remote::new().unwrap();
    let li = on_a_branch(&remote, "leave");
    li.push().unwrap().has(&["--preview-address"]).unwrap();
    let (site, preview) = (remote.bytes(), remote.site().join("previews/leave"));
    let good = tests::git::bytes_under(&preview);
    li.blunder().unwrap();
    let pushed = li.push().unwrap();
    pushed.well().unwrap();
    pushed.has(&["是不是想写 title", "没有做新的预览"]).unwrap();
    assert_eq!((remote.bytes(), tests::git::bytes_under(&preview)), (site, good));
}
