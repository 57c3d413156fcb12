//! The limits of a program, and the reasons for which one is not run to its end.

use std::io;
use std::time::Duration;

use crate::error::Error;

/// The time that a program may take and the bytes that it may print before it is stopped.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    pub(super) bytes: usize,
}

/// The limits of the probe: a cold interpreter on a network file system takes seconds; an answer has some hundred
/// bytes.
pub(super) const LIMITS: Limits = Limits { time: Duration::from_secs(60), bytes: 1 << 20 };

/// The limits of a compiler, which takes a second or two, and prints some megabytes.
pub(super) const OF_COMPILERS: Limits = Limits { bytes: 1 << 27, ..LIMITS };

/// The limits of an installer, which takes as long as it takes, and whose output is wanted.
pub(super) const NO_LIMITS: Limits = Limits { time: Duration::MAX, bytes: usize::MAX };

/// The reason why a program was not run to its end.
#[derive(Debug)]
pub(super) enum Failure {
    NotRun(io::Error),
    TooLong(Duration),
    TooMuch(usize),
    /// A signal has told us to end.
    Interrupted(Error),
}

/// An event while a program runs.
pub(super) enum Event {
    /// The program has ended.
    Ended,
    /// The program has printed more than it may.
    TooMuch,
}
