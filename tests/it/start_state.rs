//! The state that the tests start from, whatever their parent process has left them.

use rustix::fs::Mode;
use rustix::process::umask;

/// Sets the usual umask, and lets the programs that tests start end by signals even if this process ignores them, as it
/// does in the background of a script and under nohup(1).
pub(crate) fn set() {
    umask(Mode::WGRP | Mode::WOTH);
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGTERM] {
        catch_if_ignored(signal);
    }
}

/// A program inherits ignored signals, but no handlers. So a handler that does nothing is as good as ignoring for us,
/// and gives programs the default.
#[allow(unsafe_code)]
fn catch_if_ignored(signal: libc::c_int) {
    extern "C" fn ignore(_signal: libc::c_int) {}
    // SAFETY: the handler does nothing, and no other thread has been started yet.
    unsafe {
        let before = libc::signal(signal, ignore as extern "C" fn(libc::c_int) as libc::sighandler_t);
        if before != libc::SIG_IGN {
            libc::signal(signal, before);
        }
    }
}
