//! The nature of an existing ENV_DIR: whether it is an environment.

use std::path::Path;

use super::foreign;
use crate::error::Result;
use crate::fs::{self, Kind};
use crate::pyvenv_cfg;

/// The nature of a directory, by which it is decided what in it may be replaced or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// An environment, whichever tool created it: interpreters heed its `pyvenv.cfg`.
    Environment,
    /// An environment without such a `pyvenv.cfg`: it has lost it, or virtualenv created it before version 20.
    Remains,
    /// An environment that a tool has begun: there is a `pyvenv.cfg`, empty or cut off, and nobody's program.
    Begun,
    /// Anything else.
    Foreign,
}

impl Nature {
    /// Returns the nature of a directory with this scripts directory.
    ///
    /// # Errors
    /// If the directory cannot be looked at.
    pub(super) fn of(dir: &Path, scripts: &Path) -> Result<Self> {
        let cfg = dir.join(pyvenv_cfg::FILE_NAME);
        // Interpreters follow a link.
        let has_cfg = matches!(fs::kind(&cfg)?, Kind::File | Kind::Link(_));
        Ok(match () {
            () if has_cfg && foreign::is_of_environment(&cfg) => Self::Environment,
            () if foreign::is_activated(scripts) => Self::Remains,
            () if has_cfg && foreign::own_program(scripts).is_none() => Self::Begun,
            () => Self::Foreign,
        })
    }

    /// Whether everything in the directory belongs to an environment, so that `--clear` may delete it.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Environment | Self::Remains)
    }

    /// Whether the files of an environment may be replaced by others.
    pub(super) fn is_environment(self) -> bool {
        self != Self::Foreign
    }
}
