//! What the programs of `src/bin` share: how they speak, count and end.

use std::process::ExitCode;

/// The end of a program called `name`: where it failed, why is told, and the exit code is 2.
pub fn ended(name: &str, how: anyhow::Result<()>) -> ExitCode {
    match how {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            complain(&format!("{name}: {err:#}"));
            ExitCode::from(2)
        }
    }
}

/// A line of what was asked for, on standard output.
#[expect(clippy::print_stdout, reason = "a measurement prints its table")]
pub fn say(text: &str) {
    println!("{text}");
}

/// A line of what went wrong, on standard error.
#[expect(clippy::print_stderr, reason = "a command tells its user what went wrong")]
pub fn complain(text: &str) {
    eprintln!("{text}");
}

/// Of what is `sorted`, that below which lie so many in a hundred; for 100 the largest. Where there is nothing, the default.
pub fn at<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}
