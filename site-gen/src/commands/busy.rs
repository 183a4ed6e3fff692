//! A sign of life for whatever takes longer than a second; silent where nobody looks.
//!
//! [`Busy::new`] starts it, dropping it takes it away. Only a terminal gets it: logs and pipes stay clean.

use std::io::IsTerminal as _;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shown while it lives.
pub(super) struct Busy(Option<(Sender<()>, JoinHandle<()>)>);

/// What is done within this time needs no sign.
const PATIENCE: Duration = Duration::from_secs(1);

impl Busy {
    /// Says `what` is going on (正在检查) once it has taken a second.
    pub(super) fn new(what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let (done, is_done) = channel::<()>();
        let thread = std::thread::spawn(move || {
            // The sender never sends: the wait ends when it is dropped, or when patience does.
            if is_done.recv_timeout(PATIENCE) != Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}……已用 {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(what);
            bar.enable_steady_tick(Duration::from_millis(120));
            let _ended = is_done.recv();
            bar.finish_and_clear();
        });
        Self(Some((done, thread)))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            // A sign that could not be taken away is no reason to fail.
            let _gone = thread.join();
        }
    }
}
