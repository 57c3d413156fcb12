//! Temporary directories that nobody else can tamper with.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Dir, delete, platform};
use crate::error::{Error, Result};

/// A directory for the user alone, with an unpredictable name. Deleted when dropped.
#[derive(Debug)]
pub(crate) struct ScratchDir {
    parent: Dir,
    name: OsString,
    path: PathBuf,
}

impl ScratchDir {
    /// Creates a directory in `parent` whose name begins with `prefix`.
    ///
    /// # Errors
    /// When the directory cannot be created, or others could swap it: programs will run in it.
    pub(crate) fn new(parent: &Path, prefix: &str) -> Result<Self> {
        let failed = |source| Error::file("create directory in", parent, source);
        // Resolve links once, as Python may, and never again: a link that is swapped later cannot redirect us.
        let Some(parent_path) = platform::tamper_proof(parent) else {
            return Err(failed(ErrorKind::PermissionDenied.into()));
        };
        let parent = Dir::open_itself(&parent_path).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        let path = platform::private(&mut builder).prefix(prefix).tempdir_in(&parent_path).map_err(failed)?.keep();
        Ok(Self { parent, name: path.file_name().unwrap_or_default().to_owned(), path })
    }

    /// The path, with all links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        // A second try may succeed, as with every deletion. A directory that was renamed meanwhile stays.
        let _ = delete(&self.parent, &self.name, &self.path).or_else(|_| delete(&self.parent, &self.name, &self.path));
    }
}
