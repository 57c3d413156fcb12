//! Ctrl-C and Ctrl-Break, handled in a thread that waits for them.

use rvenv::Interrupt;

/// SIGINT of the C library.
const INTERRUPT: i32 = 2;

/// `STATUS_CONTROL_C_EXIT`: the exit code of a program that does not handle Ctrl-C.
const ENDED_BY_CTRL_C: u32 = 0xC000_013A;

pub(super) fn catch(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    // Without a handler, Ctrl-C ends the process as usual.
    let _ = ctrlc::set_handler(move || match interrupt.noted() {
        Some(signal) => die_of(signal),
        None => interrupt.note(INTERRUPT),
    });
}

pub(super) fn die_of(_signal: i32) -> ! {
    std::process::exit(ENDED_BY_CTRL_C.cast_signed())
}
