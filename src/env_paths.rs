//! The paths of an environment that files in it may hold.

use std::path::PathBuf;

use crate::env_dir::EnvDir;
use crate::facts::{Os, RelPath};

/// The paths of an environment that files in it may hold.
#[derive(Clone, Debug)]
pub(crate) struct EnvPaths {
    /// The environment's directory.
    pub(crate) dir: PathBuf,
    /// The same as text.
    pub(crate) text: String,
    /// The environment's interpreter.
    pub(crate) python: String,
    /// The scripts directory, in which the interpreter is.
    pub(crate) scripts: RelPath,
    /// The platform whose rules paths and scripts follow.
    pub(crate) os: Os,
}

impl EnvPaths {
    /// The paths of the environment `env_dir`, in which the interpreter is `python`.
    pub(crate) fn of(env_dir: &EnvDir, python: &RelPath, os: Os) -> Self {
        let separator = os.separator();
        let tail = python.as_str().replace('/', &separator.to_string());
        Self {
            dir: env_dir.path.clone(),
            text: env_dir.text.clone(),
            python: format!("{}{separator}{tail}", env_dir.text),
            scripts: python.parent().unwrap_or_else(|| python.clone()),
            os,
        }
    }
}
