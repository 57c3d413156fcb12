//! The message shown while the user waits for a seed.

use std::fmt;

use crate::facts::{Facts, Version};
use crate::pip::bundle;

/// The preparation that takes seconds the first time an interpreter is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparing {
    pip: String,
    python: Version,
}

impl Preparing {
    pub(crate) fn of(facts: &Facts) -> Self {
        let release = bundle::release("pip", facts);
        let pip = release.map_or("pip".to_owned(), |release| format!("pip {}", release.version));
        Self { pip, python: facts.version }
    }
}

impl fmt::Display for Preparing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version(major, minor, _) = self.python;
        write!(f, "Preparing {} for Python {major}.{minor}…", self.pip)
    }
}
