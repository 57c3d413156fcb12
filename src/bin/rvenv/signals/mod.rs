//! Ctrl-C and similar signals: noted on arrival, and obeyed once everything is cleaned up.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use rvenv::Interrupt;

/// Catches SIGINT, SIGTERM and SIGHUP (on Windows, Ctrl-C and Ctrl-Break), so that the work under way is undone. An
/// ignored signal stays ignored, as nohup(1) wants. A second signal of the same kind ends the process at once.
pub(crate) fn catch(interrupt: &Interrupt) {
    platform::catch(interrupt);
}

/// Ends the process as the uncaught signal would have, so that the parent process can tell.
pub(crate) fn die_of(signal: i32) -> ! {
    platform::die_of(signal)
}
