//! A directory that is in use for a while.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Dir, delete, platform};
use crate::error::{Error, Result};

/// A directory with a name that nobody can have foreseen, which is the user's alone and is deleted when it is dropped.
#[derive(Debug)]
pub(crate) struct ScratchDir {
    parent: Dir,
    name: OsString,
    path: PathBuf,
}

impl ScratchDir {
    /// Makes one whose name begins with `prefix`.
    ///
    /// # Errors
    /// When it cannot be made, or others could put something else in its place: programs are going to be run there.
    pub(crate) fn new(parent: &Path, prefix: &str) -> Result<Self> {
        let failed = |source| Error::file("create directory in", parent, source);
        // Python may tell its path with the links followed, and so do we. That they are not followed once more is what
        // keeps somebody else's from leading elsewhere then.
        let Some(parent_path) = platform::tamper_proof(parent) else {
            return Err(failed(ErrorKind::PermissionDenied.into()));
        };
        let parent = Dir::open_itself(&parent_path).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        let path = platform::private(&mut builder).prefix(prefix).tempdir_in(&parent_path).map_err(failed)?.keep();
        Ok(Self { parent, name: path.file_name().unwrap_or_default().to_owned(), path })
    }

    /// Its path, with all links followed.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        // As with all that is deleted, a second try may succeed. That it has another name by now is as well.
        let _ = delete(&self.parent, &self.name, &self.path).or_else(|_| delete(&self.parent, &self.name, &self.path));
    }
}
