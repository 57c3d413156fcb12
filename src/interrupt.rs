//! Ctrl-C and the other polite ways of ending a process, heeded where the work can be undone.
//!
//! The library catches no signals: that is a program's affair. A program that does notes them in an [`Interrupt`], of
//! which the builder has a clone; then the work under way is undone and fails with [`Error::Interrupted`]. Elsewhere
//! signals end the process as they always do, and the next run cleans up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

/// A note that a signal came. All clones share it.
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
    /// Notes a signal. This may be called in a signal handler.
    pub fn note(&self, signal: i32) {
        self.signal.store(signal, Ordering::Relaxed);
    }

    /// The number of the last signal that was noted.
    #[must_use]
    pub fn noted(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }

    /// # Errors
    /// When a signal was noted.
    pub(crate) fn check(&self) -> Result<()> {
        self.noted().map_or(Ok(()), |signal| Err(Error::Interrupted { signal }))
    }

    /// Tries something again and again until it is done.
    ///
    /// # Errors
    /// When it fails, or a signal was noted.
    pub(crate) fn wait_for<T>(&self, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        const LONGEST: Duration = Duration::from_millis(20);
        let mut pause = Duration::from_millis(1);
        loop {
            self.check()?;
            if let Some(done) = attempt()? {
                return Ok(done);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST);
        }
    }
}
