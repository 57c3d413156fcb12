//! What is said where making a seed keeps the user waiting.

use std::fmt;

use crate::existing;
use crate::interpreter::facts::{Facts, Version};

/// What takes seconds the first time that an interpreter is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparing {
    pip: String,
    python: Version,
    is_kept: bool,
}

impl Preparing {
    pub(crate) fn of(facts: &Facts, is_kept: bool) -> Self {
        let pip = existing::bundled("pip", facts).map_or("pip".to_owned(), |wheel| wheel.replacen('-', " ", 1));
        Self { pip, python: facts.version, is_kept }
    }
}

impl fmt::Display for Preparing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version(major, minor, _) = self.python;
        let once = if self.is_kept { ", once" } else { "" };
        write!(f, "Preparing {} for Python {major}.{minor}{once}…", self.pip)
    }
}
