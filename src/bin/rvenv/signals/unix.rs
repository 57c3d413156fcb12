//! Signals, by sigaction(2), which needs `unsafe`.
#![allow(unsafe_code)]

use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::OnceLock;

use libc::{SA_RESETHAND, SA_RESTART, SIG_DFL, SIG_IGN, SIGHUP, SIGINT, SIGTERM, SIGXFSZ, c_int, sighandler_t};
use rvenv::Interrupt;

/// The interrupt for the handler, whose only argument is the signal.
static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();

/// The signal handler. It stores a number, which a handler may do (signal-safety(7)).
extern "C" fn note(signal: c_int) {
    if let Some(interrupt) = INTERRUPT.get() {
        interrupt.note(signal);
    }
}

/// The handler of a signal that is only to be an error of write(2): programs that are started do not inherit it.
extern "C" fn pass(_signal: c_int) {}

pub(super) fn catch(interrupt: &Interrupt) {
    INTERRUPT.get_or_init(|| interrupt.clone());
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        let before = handle(signal, note, SA_RESETHAND);
        if before.sa_sigaction == SIG_IGN {
            // SAFETY: the structure is whole and outlives the call.
            unsafe { libc::sigaction(signal, &raw const before, null_mut()) };
            // It may have come in between, and was to be ignored.
            if interrupt.noted() == Some(signal) {
                interrupt.note(0);
            }
        }
    }
    // A file is larger than it may be (setrlimit(2), `RLIMIT_FSIZE`). CPython passes over this signal, too.
    handle(SIGXFSZ, pass, 0);
}

/// Sets the handler of a signal; returns what it replaces.
fn handle(signal: c_int, handler: extern "C" fn(c_int), flag: c_int) -> libc::sigaction {
    // SAFETY: the structures are whole and outlive the call, and all zero is a valid `sigaction`.
    unsafe {
        let (mut action, mut before): (libc::sigaction, libc::sigaction) = (zeroed(), zeroed());
        action.sa_sigaction = handler as sighandler_t;
        action.sa_flags = SA_RESTART | flag;
        libc::sigaction(signal, &raw const action, &raw mut before);
        before
    }
}

pub(super) fn die_of(signal: c_int) -> ! {
    // SAFETY: these calls have no requirements.
    unsafe {
        libc::signal(signal, SIG_DFL);
        libc::raise(signal);
    }
    // Reached only if the signal is blocked.
    std::process::exit(128 + signal)
}
