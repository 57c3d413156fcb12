//! Interruption by Ctrl-C and other signals, where the work can be undone.
//!
//! The library catches no signals: that is the program's job. A program that catches a signal notes it in an
//! [`Interrupt`] that the builder shares; the work under way is then undone and fails with [`Error::Interrupted`]. A
//! signal that is not caught ends the process as usual, and the next run cleans up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

/// The note of a signal, shared by all clones.
///
/// ```
/// use rvenv::Interrupt;
///
/// let interrupt = Interrupt::default();
/// interrupt.clone().note(2);
/// assert_eq!(interrupt.noted(), Some(2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// The signal's number, or 0.
    signal: Arc<AtomicI32>,
}

impl Interrupt {
    /// Notes a signal. Signal handlers may call this.
    pub fn note(&self, signal: i32) {
        self.signal.store(signal, Ordering::Relaxed);
    }

    /// The number of the last signal noted, or `None` if there was no signal.
    #[must_use]
    pub fn noted(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }

    /// Checks whether a signal was noted.
    ///
    /// # Errors
    /// When a signal was noted.
    pub(crate) fn check(&self) -> Result<()> {
        self.noted().map_or(Ok(()), |signal| Err(Error::Interrupted { signal }))
    }

    /// Calls `attempt` again and again until it returns a value.
    ///
    /// # Errors
    /// When `attempt` fails, or a signal was noted.
    pub(crate) fn wait_for<T>(&self, attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        Waiting { interrupt: self, tell: &|_| () }.wait_for(attempt)
    }
}

/// A wait that somebody is told of.
#[derive(Clone, Copy)]
pub(crate) struct Waiting<'a> {
    pub(crate) interrupt: &'a Interrupt,
    /// Called with `true` when the wait begins, if it does, and with `false` when it has ended.
    pub(crate) tell: &'a dyn Fn(bool),
}

impl Waiting<'_> {
    /// Calls `attempt` again and again until it returns a value.
    ///
    /// # Errors
    /// When `attempt` fails, or a signal was noted.
    pub(crate) fn wait_for<T>(&self, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        self.interrupt.check()?;
        if let Some(done) = attempt()? {
            return Ok(done);
        }
        (self.tell)(true);
        let done = self.keep_trying(attempt);
        (self.tell)(false);
        done
    }

    fn keep_trying<T>(&self, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        const LONGEST: Duration = Duration::from_millis(20);
        let mut pause = Duration::from_millis(1);
        loop {
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST);
            self.interrupt.check()?;
            if let Some(done) = attempt()? {
                return Ok(done);
            }
        }
    }
}
