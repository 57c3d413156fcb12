//! Deletion that follows no links, even if paths change meanwhile.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Dir, Kind};
use crate::error::{Error, Result};

/// Deletes the contents of a directory, but not the directory itself. Errors show `path`.
///
/// # Errors
/// When something cannot be deleted.
pub(crate) fn clear(dir: &Dir, path: &Path) -> Result<()> {
    clear_as_is(dir, path).or_else(|_| {
        // Directories may lack write access, which the owner can grant. Other obstacles may be gone by now.
        grant_owner_access(dir);
        clear_as_is(dir, path)
    })
}

/// Deletes the file or directory `name` in `dir`. Errors show `path`.
///
/// # Errors
/// When `name`, or something in it, cannot be deleted.
pub(crate) fn delete(dir: &Dir, name: &OsStr, path: &Path) -> Result<()> {
    let failed = |source| Error::file("delete", path, source);
    match dir.remove(name) {
        Ok(()) => return Ok(()),
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) if !matches!(dir.kind(name), Ok(Kind::Dir)) => return Err(failed(error)),
        Err(_) => {}
    }
    match dir.remove_dir(name) {
        Ok(()) => return Ok(()),
        // A mount point: its contents belong to another file system.
        Err(error) if error.kind() == ErrorKind::ResourceBusy => return Err(failed(error)),
        Err(_) => {}
    }
    match dir.open_dir(name) {
        Ok(inner) => clear_as_is(&inner, path)?,
        Err(error) => return Err(failed(error)),
    }
    dir.remove_dir(name).or_else(|error| if is_gone(&error) { Ok(()) } else { Err(failed(error)) })
}

fn clear_as_is(dir: &Dir, path: &Path) -> Result<()> {
    let names = dir.names().map_err(|source| Error::file("list", path, source))?;
    names.iter().try_for_each(|name| delete(dir, name, &path.join(name)))
}

/// Whether the file is gone: deletion by another process is as good.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// Gives the owner all rights to the directories below `dir`, so that their contents can be deleted.
fn grant_owner_access(dir: &Dir) {
    for name in dir.names().unwrap_or_default() {
        if matches!(dir.kind(&name), Ok(Kind::Dir)) {
            dir.grant_owner_access(&name);
            if let Ok(inner) = dir.open_dir(&name) {
                grant_owner_access(&inner);
            }
        }
    }
}
