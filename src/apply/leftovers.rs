//! Entries of ENV_DIR that are to go and cannot be put aside, as the file system does not rename them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir};

/// Directories that are deleted when everything new is in place, except for what is new in them.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Their paths in the environment.
    dirs: Vec<PathBuf>,
    /// The new entries in them.
    new: BTreeMap<PathBuf, Extent>,
}

/// Extent of the new part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// A file, or a directory with everything in it.
    All,
    /// A directory with some new entries in it.
    Some,
}

impl Leftovers {
    pub(super) fn is_empty(&self) -> bool {
        self.dirs.is_empty()
    }

    pub(super) fn add(&mut self, dir: PathBuf) {
        self.dirs.push(dir);
    }

    /// Whether an entry is in one of the directories.
    pub(super) fn include(&self, path: &RelPath) -> bool {
        self.dirs.iter().any(|dir| Path::new(path.as_str()).starts_with(dir))
    }

    /// Notes that an entry is new.
    pub(super) fn spare(&mut self, path: &RelPath, extent: Extent) {
        if self.include(path) {
            self.new.insert(PathBuf::from(path.as_str()), extent);
        }
    }

    /// Deletes everything that is not new. A new environment that was put over an old one is whole by now.
    ///
    /// # Errors
    /// When something cannot be deleted. What was deleted before stays so.
    pub(super) fn delete(&self, env: &Dir, env_dir: &Path) -> Result<()> {
        // A second attempt may succeed, as in `fs::clear`.
        self.delete_all(env, env_dir).or_else(|_| self.delete_all(env, env_dir))
    }

    fn delete_all(&self, env: &Dir, env_dir: &Path) -> Result<()> {
        self.dirs.iter().try_for_each(|path| {
            let (above, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
            let above = open_below(env, above).map_err(|source| Error::file("delete", &env_dir.join(path), source))?;
            self.delete_entry(&above, name, path, env_dir)
        })
    }

    /// Deletes the entry `name` of `dir`, which has this path in the environment.
    fn delete_entry(&self, dir: &Dir, name: &OsStr, path: &Path, env_dir: &Path) -> Result<()> {
        let shown = env_dir.join(path);
        match self.new.get(path) {
            Some(Extent::All) => Ok(()),
            Some(Extent::Some) => {
                let failed = |source| Error::file("delete", &shown, source);
                let inner = dir.open_dir(name).map_err(failed)?;
                let names = inner.names().map_err(failed)?;
                names.iter().try_for_each(|name| self.delete_entry(&inner, name, &path.join(name), env_dir))
            }
            None => fs::delete(dir, name, &shown),
        }
    }
}

/// Opens a directory of the environment; a link on the way is an error.
///
/// # Errors
/// When there is no such directory.
pub(super) fn open_below(env: &Dir, path: &Path) -> io::Result<Dir> {
    path.components().try_fold(env.try_clone()?, |dir, name| dir.open_dir(name))
}
