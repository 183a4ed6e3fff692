//! What whoever runs it sees: start, stop, wrong input, exit codes.

use std::time::Duration;

use tests::nuanzhan;
use tests::server::Ground;

#[test]
fn it_builds_migrates_serves_and_says_where_everything_is() {
    let ground = Ground::new().unwrap();
    let server = ground.start().unwrap();
    server.wait_for_line("停止", Duration::from_secs(5)).unwrap();
    let said = server.said();
    for part in ["网站", "数据库", "内容", "desk create --id", "--region 990100", "Ctrl-C"] {
        assert!(said.contains(part), "the welcome does not mention {part}:\n{said}");
    }
    assert_eq!(server.client().get("/readyz").unwrap().status, 200);
    assert!(server.client().get("/").unwrap().body.contains("有危险，现在就打"));
    assert!(ground.var().join("nuanzhan.db").is_file());
}

#[test]
fn it_stops_cleanly_when_asked_and_leaves_nothing_half_done() {
    for signal in ["INT", "TERM"] {
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        assert_eq!(server.stop(signal).unwrap(), 0, "{signal}");
        let wal = std::fs::metadata(ground.var().join("nuanzhan.db-wal")).map_or(0, |wal| wal.len());
        assert_eq!(wal, 0, "a closed database leaves no log behind");
    }
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ground = Ground::new().unwrap();
    let content = ground.content().display().to_string();
    let ran =
        nuanzhan::run(ground.folder(), &["serve", "--listen", &address, "--content", &content]).unwrap();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&address) && ran.stderr.contains("已经有程序在用"), "{}", ran.stderr);
}

#[test]
fn a_folder_without_content_is_named_with_what_to_do() {
    let ground = Ground::new().unwrap();
    for content in ["nowhere", "."] {
        let ran = nuanzhan::run(ground.folder(), &["serve", "--listen", "127.0.0.1:0", "--content", content])
            .unwrap();
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("--content") || ran.stderr.contains("site.toml"), "{}", ran.stderr);
    }
}

#[test]
fn a_first_start_with_faulty_content_shows_the_findings_and_ends_with_1() {
    let ground = Ground::with_own_content().unwrap();
    let guide = ground.content().join("guides/work/maternity-leave.md");
    std::fs::write(&guide, "---\ntitle: 没有摘要\n---\n").unwrap();
    let content = ground.content().display().to_string();
    let ran =
        nuanzhan::run(ground.folder(), &["serve", "--listen", "127.0.0.1:0", "--content", &content]).unwrap();
    assert_eq!(ran.code, 1);
    let said = ran.stdout + &ran.stderr;
    assert!(said.contains("maternity-leave.md:1:1") && said.contains("summary"), "{said}");
}

#[test]
fn a_start_with_faulty_content_serves_the_last_good_site() {
    let ground = Ground::with_own_content().unwrap();
    ground.start().unwrap().stop("INT").unwrap();
    std::fs::write(ground.content().join("guides/work/maternity-leave.md"), "broken").unwrap();
    let server = ground.start().unwrap();
    assert_eq!(server.client().get("/guides/work/maternity-leave/").unwrap().status, 200);
    assert!(server.said().contains("maternity-leave.md:1:1"), "{}", server.said());
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let ground = Ground::new().unwrap();
    let content = ground.content().display().to_string();
    let url = "postgres://nuanzhan:geheim@127.0.0.1:1/nuanzhan";
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--content", &content, "--database", url];
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("127.0.0.1") && !ran.stderr.contains("geheim"), "{}", ran.stderr);
}

#[test]
fn help_teaches_and_a_slip_is_met_with_the_right_word() {
    let ground = Ground::new().unwrap();
    let help = nuanzhan::run(ground.folder(), &["--help"]).unwrap();
    assert_eq!(help.code, 0);
    for part in ["例子", "serve", "desk", "member", "nuanzhan.default.toml"] {
        assert!(help.stdout.contains(part), "{part} is not in\n{}", help.stdout);
    }
    let slip = nuanzhan::run(ground.folder(), &["srve"]).unwrap();
    assert_eq!(slip.code, 2);
    assert!(slip.stderr.contains("serve"), "{}", slip.stderr);
    std::fs::write(ground.folder().join("nuanzhan.toml"), "lisen = \"127.0.0.1:0\"\n").unwrap();
    let slip = nuanzhan::run(ground.folder(), &["config"]).unwrap();
    assert_eq!(slip.code, 2);
    assert!(slip.stderr.contains("listen") && slip.stderr.contains("nuanzhan.toml"), "{}", slip.stderr);
}
