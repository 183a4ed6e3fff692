//! An old phone: the asker's whole way in a Chromium of 2018, sealed there and opened there, with nothing thrown on any page.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::desk::open_desk;
use tests::old_browser::chromium;
use tests::skip::skipped;
use tests::workspace;

use crate::leave::{outside, server_to};

#[test]
fn a_chromium_of_2018_seals_opens_and_leaves() {
    let program = match chromium(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Ok(program) => program,
        Err(why) => return skipped("an old phone", &why),
    };
    let outside = outside();
    let (ground, server) = server_to(&outside);
    open_desk(&ground).unwrap();
    let mut walk = Command::new("python3");
    walk.arg(workspace::root().join("tests/src/old_browser.py")).arg(program).args([&server.base, &outside]);
    if let Some(folder) = std::env::var_os("NUANZHAN_TEST_PICTURES") {
        walk.arg(folder);
    }
    let walked = walk.output().unwrap();
    assert!(walked.status.success(), "{}", String::from_utf8_lossy(&walked.stderr));
    let seen: Value = serde_json::from_slice(&walked.stdout).unwrap();

    assert!(seen["agent"].as_str().unwrap().contains("Chrome/64."), "{}", seen["agent"]);
    let receipt: Vec<usize> =
        seen["receipt"].as_array().unwrap().iter().map(|group| group.as_str().unwrap().len()).collect();
    assert_eq!(receipt, [4; 5]);
    assert!(seen["apart"].as_f64().unwrap() >= 8.0, "groups run together: {}", seen["apart"]);
    assert!(seen["letters"].as_str().unwrap().contains("他昨晚又打了我"), "{}", seen["letters"]);
    assert!(seen["more"].as_str().unwrap().contains("我没有身份证"), "{}", seen["more"]);
    for bars in ["bars", "bars_home"] {
        let bars = &seen[bars];
        for part in ["dial", "leave", "leave_below"] {
            assert_eq!(bars[part], true, "{part} is in reach: {bars}");
        }
        assert_eq!(bars["sideways"], 0, "{bars}");
    }
    for way in ["tap", "escapes"] {
        let left = &seen["left"][way];
        assert!(left["back"].as_str().unwrap().starts_with(&outside), "{way}: {left}");
        assert_eq!(left["text"], "今天多云", "{way}");
    }
    assert_eq!(seen["complaints"], serde_json::json!([]));
}
