//! An environment's paths, as the files in it may contain them.

use std::path::PathBuf;

use crate::env_dir::EnvDir;
use crate::facts::{Os, RelPath};

/// An environment's paths, as the files in it may contain them.
#[derive(Clone, Debug)]
pub(crate) struct EnvPaths {
    /// The environment's directory.
    pub(crate) dir: PathBuf,
    /// The directory as text.
    pub(crate) text: String,
    /// The path of the environment's interpreter.
    pub(crate) python: String,
    /// The scripts directory, which holds the interpreter.
    pub(crate) scripts: RelPath,
    /// The platform whose rules paths and scripts follow.
    pub(crate) os: Os,
}

impl EnvPaths {
    /// Returns the paths of the environment `env_dir` with the interpreter `python`.
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
