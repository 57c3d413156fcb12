//! The error that most of the library returns.

use std::io;
use std::path::Path;

use super::Error;

impl Error {
    /// Returns the error of a failed `action` on `path`; the action is a verb phrase such as `create directory`.
    pub(crate) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }
}
