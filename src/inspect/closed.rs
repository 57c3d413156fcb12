//! Directories that may not be entered.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::fs;

/// The error that names the directory which may not be entered, if that is the reason for `error`; otherwise `error`.
pub(super) fn explained(env_dir: &Path, error: Error) -> Error {
    let closed = match &error {
        Error::File { path, source, .. } if source.kind() == ErrorKind::PermissionDenied => closed_dir(path),
        _ => None,
    };
    closed.map_or(error, |dir| Error::in_the_way(env_dir, &dir, "may not be entered"))
}

/// The first directory on the way to a path in which nothing may be looked at.
fn closed_dir(path: &Path) -> Option<PathBuf> {
    let way: Vec<_> = path.ancestors().collect();
    let hidden = way.into_iter().rev().find(|path| fs::kind(path).is_err())?;
    hidden.parent().map(Path::to_owned)
}
