//! Events during a builder's work, and its result.

use std::fmt;
use std::io;
use std::path::Path;

use crate::plan::Plan;
use crate::seed::{Installer, Preparing};
use crate::warning::Warning;

/// An environment that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// The plan that was applied.
    pub plan: Plan,
    /// The plan's warnings.
    pub warnings: Vec<Warning>,
}

/// An event during a builder's work.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An interpreter is about to be asked for its facts.
    Asking(&'a Path),
    /// The interpreter has answered or failed.
    Asked,
    /// The preparation that is about to begin, or has just been done, cannot be kept.
    Unkept {
        /// The cache directory.
        dir: &'a Path,
        /// The system's error.
        error: &'a io::Error,
    },
    /// Another process is at work in ENV_DIR, and is waited for.
    Waiting(&'a Path),
    /// The wait has ended.
    Waited,
    /// A plan is about to be applied of which the last step is to upgrade pip.
    Upgrading,
    /// The plan has been applied, or has failed.
    Upgraded,
    /// A plan is about to be applied.
    Planned(&'a Plan),
    /// The preparation that the first use of an interpreter takes begins.
    Preparing(&'a Preparing),
    /// The preparation goes this way.
    Installing(&'a Installer),
    /// The preparation has ended, well or not.
    Prepared,
}

/// A callback for events, called in the thread where the event happens.
pub(crate) struct Observer(pub(crate) Box<dyn Fn(Event) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
