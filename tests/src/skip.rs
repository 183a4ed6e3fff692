//! Says which tests did not run and why. On CI nothing that can be installed may be skipped.

use std::io::Write as _;

/// Reports that `what` was skipped because of `why`.
///
/// # Panics
///
/// On CI (`NUANZHAN_TEST_REQUIRED=1`): there a missing part is a failure.
pub fn skipped(what: &str, why: &str) {
    let required = std::env::var_os("NUANZHAN_TEST_REQUIRED").is_some_and(|value| value == "1");
    assert!(!required, "{what} must run here, but {why}");
    // Straight to the terminal: the test runner hides what passing tests print.
    let line = format!("skipped: {what} ({why})\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
