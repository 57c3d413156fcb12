//! Warnings about created environments.

use std::fmt;
use std::path::PathBuf;

use crate::facts::Version;

/// A warning about an environment, which was created nonetheless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Packages installed for another Python version are no longer found.
    PackagesUnused {
        /// The directory with the packages, such as `env/lib/python3.12`.
        dir: PathBuf,
        /// The environment's Python version now.
        version: Version,
    },
    /// An interrupted run has left pip incomplete, and this run was not to install it.
    PipIncomplete {
        /// The environment's directory.
        env_dir: PathBuf,
    },
    /// The interpreter was copied, as the file system takes no links.
    Copied {
        /// The environment's directory.
        env_dir: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A directory with files that were replaced, or of a run that failed, cannot be deleted.
    Left {
        /// The directory.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

impl Warning {
    /// A hint on what to do, if there is anything to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PackagesUnused { dir, .. } => {
                let dir = crate::error::shown(dir);
                Some(format!("install them again; `{dir}` is not needed after that and may be deleted"))
            }
            Self::PipIncomplete { .. } => {
                Some("run rvenv once more, without --without-pip, to install it anew".to_owned())
            }
            Self::Copied { .. } | Self::Left { .. } => None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PackagesUnused { dir, version } => {
                let dir = crate::error::shown(dir);
                write!(f, "the packages in `{dir}`, and the scripts that need them, do not work any more: ")?;
                write!(f, "the environment has Python {version} now")
            }
            Self::PipIncomplete { env_dir } => {
                let env_dir = crate::error::shown(env_dir);
                write!(f, "pip in `{env_dir}` is incomplete, as an earlier run was interrupted")
            }
            Self::Copied { env_dir, reason } => {
                let env_dir = crate::error::shown(env_dir);
                write!(f, "the interpreter in `{env_dir}` is a copy: a link is refused there ({reason})")
            }
            Self::Left { path, reason } => {
                let path = crate::error::shown(path);
                write!(f, "`{path}` is no longer needed and cannot be deleted: {reason}")
            }
        }
    }
}
