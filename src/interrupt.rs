//! Ctrl-C and the other polite ways of ending a process, heeded where the work can be undone.
//!
//! The library catches no signals: that is a program's affair. One that does says here what has come; then what is
//! under way is undone and fails with [`Error::Interrupted`]. Where none does, signals end the process as they always
//! do, and what it was making is cleaned up by the next run.

use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

/// The number of the signal that came, or 0.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

/// Says that a signal has come. This may be called in a signal handler.
pub fn note(signal: i32) {
    CAUGHT.store(signal, Ordering::Relaxed);
}

/// The last signal that came.
#[must_use]
pub fn noted() -> Option<i32> {
    Some(CAUGHT.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// # Errors
/// When a signal has come.
pub(crate) fn check() -> Result<()> {
    noted().map_or(Ok(()), |signal| Err(Error::Interrupted { signal }))
}

/// Tries something again and again until it is done.
///
/// # Errors
/// When it fails, or a signal has come.
pub(crate) fn wait_for<T>(mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    const LONGEST: Duration = Duration::from_millis(20);
    let mut pause = Duration::from_millis(1);
    loop {
        check()?;
        if let Some(done) = attempt()? {
            return Ok(done);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}
