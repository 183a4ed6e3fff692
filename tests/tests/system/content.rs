//! An editor at work beside a running site.

use std::time::Duration;

use tests::http::visible_text;
use tests::server::Ground;

const PATIENCE: Duration = Duration::from_secs(30);
const GUIDE: &str = "guides/work/maternity-leave.md";
const PAGE: &str = "/guides/work/maternity-leave/";

#[test]
fn a_saved_file_is_on_the_site_a_moment_later() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let path = ground.content().join(GUIDE);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\n---\n", "\n---\n\n这一句是刚才加的。\n", 1)).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
    assert!(visible_text(&server.client().get(PAGE).unwrap().body).contains("这一句是刚才加的。"));
    let found = server
        .client()
        .get("/api/v1/search?q=%E8%BF%99%E4%B8%80%E5%8F%A5%E6%98%AF%E5%88%9A%E6%89%8D")
        .unwrap();
    assert!(found.body.contains("maternity-leave"), "search sees it too: {}", found.body);
}

#[test]
fn a_broken_file_leaves_the_site_up_and_mending_it_is_seen() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let path = ground.content().join(GUIDE);
    let good = std::fs::read_to_string(&path).unwrap();
    let before = server.client().get(PAGE).unwrap().body;
    std::fs::write(&path, good.replacen("title:", "titel:", 1)).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert!(server.said().contains("是不是想写 title"), "{}", server.said());
    assert_eq!(server.client().get(PAGE).unwrap().body, before);
    assert_eq!(server.client().get("/readyz").unwrap().status, 200);
    std::fs::write(&path, good).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
}

#[test]
fn a_folder_that_disappears_and_comes_back_is_survived() {
    let ground = Ground::with_own_content().unwrap();
    let server = ground.start().unwrap();
    let (folder, away) = (ground.content().join("guides"), ground.folder().join("away"));
    std::fs::rename(&folder, &away).unwrap();
    server.wait_for_line("没有换上新的", PATIENCE).unwrap();
    assert_eq!(server.client().get(PAGE).unwrap().status, 200);
    std::fs::rename(&away, &folder).unwrap();
    server.wait_for_line("已更新", PATIENCE).unwrap();
}
