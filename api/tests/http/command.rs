//! The command itself: what it says and how it ends.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The command in a folder of its own, with nothing set by the environment.
fn nuanzhan(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nuanzhan"));
    command.args(arguments).current_dir(folder.path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NUANZHAN_")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = nuanzhan(folder, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn write(folder: &TempDir, name: &str, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "the operator of this test")]
    std::fs::write(folder.path().join(name), text).unwrap();
}

#[test]
fn help_teaches_in_chinese_with_examples() {
    let folder = tempfile::tempdir().unwrap();
    let (code, help, _) = run(&folder, &["--help"]);
    assert_eq!(code, Some(0));
    for part in ["用法：", "命令:", "选项:", "例子：", "退出码：", "--listen", "127.0.0.1:8080"]
    {
        assert!(help.contains(part), "{part} in {help}");
    }
    for arguments in [&["serve", "--help"][..], &["desk", "--help"], &["member", "--help"], &["config", "-h"]]
    {
        let (code, help, _) = run(&folder, arguments);
        assert!(code == Some(0) && help.contains("用法："), "{help}");
    }
    assert_eq!(run(&folder, &["fly"]).0, Some(2));
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "nuanzhan.toml", "content = \"内容\"\n");
    let output = nuanzhan(&folder, &["config", "--var", "/srv/v"]).env("NUANZHAN_LISTEN", "[::]:80").output();
    let shown = String::from_utf8(output.unwrap().stdout).unwrap();
    for line in [
        "content = \"内容\"  # nuanzhan.toml 第 1 行",
        "listen = \"[::]:80\"  # 环境变量 NUANZHAN_LISTEN",
        "var = \"/srv/v\"  # 参数 --var",
        "body_bytes = 262144  # 默认值",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}

#[test]
fn settings_that_make_no_sense_stop_it_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "nuanzhan.toml", "\nlisen = \"\"\n");
    let (code, _, said) = run(&folder, &["serve"]);
    assert!(code == Some(2) && said.contains("nuanzhan.toml 第 2 行") && said.contains("listen"), "{said}");
    let (code, _, said) = run(&folder, &["config", "--config", "other.toml"]);
    assert!(code == Some(2) && said.contains("other.toml"), "{said}");
}

#[test]
fn a_port_in_use_or_a_missing_content_stops_it_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, _, said) = run(&folder, &["--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(code == Some(2) && said.contains("已经有程序在用"), "{said}");
    let (code, heard, said) = run(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(code == Some(2) && format!("{heard}{said}").contains("content"), "{heard}{said}");
}

#[test]
fn the_description_of_the_api_can_be_printed_and_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let (code, json, _) = run(&folder, &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(code == Some(0) && document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut child =
        nuanzhan(&folder, &["openapi"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let said = BufReader::new(child.stderr.take().unwrap()).lines().next();
    assert!(child.wait().unwrap().success() && said.is_none());
}

#[test]
fn publishing_a_search_index_says_what_it_needs_before_it_asks_anybody() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["search", "publish"][..], &["search", "keys"]] {
        let (code, _, said) = run(&folder, arguments);
        assert!(code == Some(2) && said.contains("search") && said.contains("meili_url"), "{said}");
    }
    write(
        &folder,
        "nuanzhan.toml",
        "[search]\nmeili_url = \"http://127.0.0.1:9\"\nmeili_key = \"geheim-geheim\"\n",
    );
    let (code, _, said) = run(&folder, &["search", "publish"]);
    assert!(code == Some(2) && said.contains("NUANZHAN_MEILI_ADMIN_KEY"), "{said}");
    let output =
        nuanzhan(&folder, &["search", "publish"]).env("NUANZHAN_MEILI_ADMIN_KEY", "k").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && said.contains("打不开网站") && said.contains("--site"),
        "{said}"
    );
    let (code, shown, _) = run(&folder, &["config"]);
    assert!(code == Some(0) && shown.contains("meili_key = \"***\"") && !shown.contains("geheim"), "{shown}");
    for arguments in [&["search", "publish", "--help"][..], &["search", "keys", "--help"]] {
        let (code, help, _) = run(&folder, arguments);
        assert!(code == Some(0) && help.contains("例子：") && help.contains("用法："), "{help}");
    }
}

/// Against a real server (`MEILI_URL`): an operator publishes, makes a key, and sees what came of it.
#[test]
fn an_operator_publishes_and_makes_a_key_that_the_service_can_use() {
    let Ok(url) = std::env::var("MEILI_URL") else {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the search commands with a real Meilisearch (MEILI_URL is not set)"
        );
        return;
    };
    let (folder, site) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    crate::bench::write_site(site.path());
    let index = format!("nuanzhan-test-{}-command", std::process::id());
    let settings = format!(
        "site = \"{}\"\n[search]\nmeili_url = \"{url}\"\nmeili_index = \"{index}\"\n",
        site.path().display()
    );
    write(&folder, "nuanzhan.toml", &settings);
    let master = std::env::var("MEILI_MASTER_KEY").unwrap_or_default();
    let operate = |arguments: &[&str]| {
        let output = nuanzhan(&folder, arguments).env("NUANZHAN_MEILI_ADMIN_KEY", &master).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !said.contains(&master), "{said}");
        said
    };
    let said = operate(&["search", "publish"]);
    assert!(said.contains("换上了") && said.contains(&index), "{said}");
    assert!(operate(&["search", "publish"]).contains("什么也没有做"));
    let said = operate(&["search", "keys"]);
    let key = said.lines().nth(1).unwrap().trim().to_owned();
    assert!(key.len() >= 32 && operate(&["search", "keys", "--revoke"]).contains("1 把已经作废"), "{said}");
    let output =
        nuanzhan(&folder, &["search", "publish"]).env("NUANZHAN_MEILI_ADMIN_KEY", &key).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && said.contains("不接受这把钥匙") && !said.contains(&key),
        "{said}"
    );
}
