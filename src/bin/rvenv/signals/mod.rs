//! Ctrl-C and its like: noted when they come, and died of when all is cleaned up.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use rvenv::Interrupt;

/// From now on, SIGINT, SIGTERM and SIGHUP (on Windows, Ctrl-C and Ctrl-Break) let what is under way be undone. One
/// that was ignored before stays so, as nohup(1) wants it. A second one of the same kind ends the process at once.
pub(crate) fn catch(interrupt: &Interrupt) {
    platform::catch(interrupt);
}

/// Ends the process as the signal would have, had it not been caught: whoever started it can tell.
pub(crate) fn die_of(signal: i32) -> ! {
    platform::die_of(signal)
}
