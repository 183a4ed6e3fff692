//! The sources of the settings, put together.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Settings, Sources};
use crate::announce::mail::MailTls;

fn load(
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Settings, String> {
    let sources = Sources {
        file: Some((PathBuf::from("nuanzhan.toml"), file.to_owned())),
        environment: environment.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
        flags: flags.iter().map(|&(key, value)| (key, value.to_owned())).collect(),
    };
    Settings::load(sources).map(|(settings, _)| settings).map_err(|err| err.to_string())
}

#[test]
fn the_default_file_alone_is_enough() {
    let settings = load("", &[], &[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database, "sqlite://var/nuanzhan.db");
    assert_eq!(settings.limits.request, Duration::from_secs(10));
    assert_eq!((settings.retention.closed_days, settings.retention.waiting_days), (180, 60));
    assert_eq!((settings.operations, settings.client_address_header), (None, None));
}

#[test]
fn flags_rule_over_the_environment_and_that_over_the_file() {
    let file = "var = \"/srv/a\"\ncontent = \"c\"\nlisten = \"0.0.0.0:80\"\n[limits]\nbody_bytes = 1_000\n";
    let environment = [("NUANZHAN_VAR", "/srv/b"), ("NUANZHAN_LIMITS_CONCURRENCY", "7"), ("PATH", "/bin")];
    let settings = load(file, &environment, &[("var", "/srv/c")]).unwrap();
    assert_eq!(settings.var, Path::new("/srv/c"));
    assert_eq!(settings.content, Path::new("c"));
    assert_eq!((settings.limits.body_bytes, settings.limits.concurrency), (1000, 7));
}

#[test]
fn an_unknown_key_names_the_nearest_one_its_file_and_its_line() {
    let said = load("var = \"a\"\n\nlisen = \"0.0.0.0:80\"\n", &[], &[]).unwrap_err();
    assert_eq!(said, "设置有误：\n  nuanzhan.toml 第 3 行：没有“lisen”这一项。是不是“listen”？");
    let said = load("[limits]\nlisten = \"\"", &[("NUANZHAN_LISTN", "1")], &[]).unwrap_err();
    assert!(said.contains("第 2 行：没有“limits.listen”这一项。是不是“listen”？"), "{said}");
    assert!(said.contains("环境变量 NUANZHAN_LISTN：没有这个环境变量。是不是 NUANZHAN_LISTEN？"), "{said}");
    let said = load("\"天气\" = 1", &[], &[]).unwrap_err();
    assert!(said.ends_with("没有“天气”这一项"), "{said}");
}

#[test]
fn every_bad_value_is_told_at_once_with_where_it_was_set() {
    let file = "listen = \"8080\"\ncontent = 3\n[limits]\nbody_bytes = 0\n[retention]\nclosed_days = 4000\n";
    let said = load(file, &[("NUANZHAN_LIMITS_CONCURRENCY", "many")], &[("base_url", "example.org")]);
    let said = said.unwrap_err();
    for part in [
        "nuanzhan.toml 第 1 行：listen = \"8080\"",
        "nuanzhan.toml 第 2 行：content 应为带引号的文字",
        "nuanzhan.toml 第 4 行：limits.body_bytes = 0",
        "nuanzhan.toml 第 6 行：retention.closed_days = 4000，最多 3650 天",
        "环境变量 NUANZHAN_LIMITS_CONCURRENCY：limits.concurrency 应为不小于 0 的整数",
        "参数 --base_url：base_url = \"example.org\"",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn mail_needs_a_sender_a_whole_login_and_encryption_but_on_this_machine() {
    assert_eq!(load("", &[], &[]).unwrap().mail, None);
    let whole = "[mail]\nhost = \"smtp.a.cn\"\nuser = \"u\"\npassword_file = \"/etc/p\"\nfrom = \"u@a.cn\"\n";
    let mail = load(whole, &[], &[]).unwrap().mail.unwrap();
    assert_eq!((mail.port, mail.tls), (465, MailTls::Required));
    assert_eq!(mail.login, Some(("u".to_owned(), PathBuf::from("/etc/p"))));
    let bare = "[mail]\nhost = \"127.0.0.1\"\nport = 2525\nfrom = \"u@a.cn\"\ntls = \"none\"\n";
    let certified = load(&format!("{whole}authority = \"/etc/ca.pem\"\n"), &[], &[]).unwrap().mail.unwrap();
    assert_eq!((mail.authority, certified.authority), (None, Some(PathBuf::from("/etc/ca.pem"))));
    assert_eq!(load(bare, &[], &[]).unwrap().mail.unwrap().login, None);
    for (wrong, expected) in [
        (whole.replace("u@a.cn", "u"), "第 5 行：mail.from = \"u\"，应为发信的邮箱地址"),
        (whole.replace("password_file", "#"), "mail.user = \"u\"，要和 mail.password_file 一起写"),
        (bare.replace("127.0.0.1", "a.cn"), "mail.tls = \"none\"，不加密只能用在本机"),
        (bare.replace("\"none\"", "\"yes\""), "应为 \"required\" 或 \"starttls\" 或 \"none\""),
        (bare.to_owned() + "authority = \"/etc/ca.pem\"\n", "mail.tls = \"none\" 时不用证书"),
        (bare.replace("2525", "70000"), "mail.port = 70000，应为 1 到 65535"),
    ] {
        let said = load(&wrong, &[], &[]).unwrap_err();
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

#[test]
fn a_file_that_is_not_toml_says_where() {
    let said = load("var = \"a\"\nlisten：8080\n", &[], &[]).unwrap_err();
    assert!(said.contains("nuanzhan.toml 第 2 行：不是 TOML"), "{said}");
}

#[test]
fn the_settings_in_force_are_shown_without_passwords_and_can_be_read_back() {
    let sources = Sources {
        environment: vec![("NUANZHAN_DATABASE".into(), "postgres://nuan:geheim@db/nuanzhan".into())],
        ..Sources::default()
    };
    let (_, effective) = Settings::load(sources).unwrap();
    let shown = effective.to_string();
    assert!(shown.contains("postgres://nuan:***@db/nuanzhan\"  # 环境变量 NUANZHAN_DATABASE"), "{shown}");
    assert!(!shown.contains("geheim"));
    assert!(load(&shown, &[], &[]).is_ok(), "{shown}");
}
