//! The error that most of the library returns.

use std::io;
use std::path::Path;

use super::Error;

impl Error {
    /// Returns the error of a failed `action` on `path`; the action is a verb phrase such as `create directory`.
    pub(crate) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }

    /// Returns the error that `path` is in the way of the environment `env_dir`; the problem is a verb phrase such as
    /// `is not a directory`.
    pub(crate) fn in_the_way(env_dir: &Path, path: &Path, problem: impl Into<String>) -> Self {
        Self::InTheWay { env_dir: env_dir.to_owned(), path: path.to_owned(), problem: problem.into() }
    }
}
