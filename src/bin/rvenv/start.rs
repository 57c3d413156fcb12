//! The start of the program on Linux with glibc, without std's.
//!
//! For the message at a stack overflow, std looks for the end of the main thread's stack, which glibc finds in
//! `/proc/self/maps`: with the signal stack and the handlers, that takes a tenth of a run without pip. Everything else
//! that std does before `main` is done here.
#![allow(unsafe_code)]

use libc::{F_GETFD, O_RDWR, SIG_IGN, SIGPIPE, c_char, c_int};

/// The entry, which the C library calls. std has the arguments from glibc by then, by way of `.init_array`.
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, _arguments: *const *const c_char) -> c_int {
    // SAFETY: these calls have no requirements, and the path ends with NUL.
    let is_open =
        |stream| unsafe { libc::fcntl(stream, F_GETFD) != -1 || libc::open(c"/dev/null".as_ptr(), O_RDWR) == stream };
    // What is opened next would become the standard error, and messages would be written to it.
    if !(0..=2).all(is_open) {
        return crate::report::FAILURE.into();
    }
    // Writing to a closed pipe is an error.
    // SAFETY: this call has no requirements.
    unsafe { libc::signal(SIGPIPE, SIG_IGN) };
    crate::status().into()
}
