//! What the user should know although all went well.

use std::fmt;
use std::path::PathBuf;

use crate::facts::Version;

/// Something that the user should know although the environment was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Packages that were installed for another Python version are no longer seen.
    PackagesUnused {
        /// The directory that holds them, such as `env/lib/python3.12`.
        dir: PathBuf,
        /// The version that the environment has now.
        version: Version,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PackagesUnused { dir, version } => {
                let dir = crate::error::shown(dir);
                write!(f, "the packages in `{dir}` are no longer used and their scripts do not work any more: ")?;
                write!(f, "the environment has Python {version} now")
            }
        }
    }
}
