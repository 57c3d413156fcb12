//! Deleting what is in a directory, without following links.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use walkdir::WalkDir;

use super::{platform, subdirs};
use crate::error::{Error, Result};

/// Deletes everything in a directory, whatever it is, without following links. The directory stays.
///
/// # Errors
/// When something cannot be deleted.
pub(crate) fn clear_dir(path: &Path) -> Result<()> {
    match delete_contents(path) {
        // A directory that its owner may not write to is no reason to keep it: the owner may change that.
        Err(Error::File { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
            open_to_owner(path);
            delete_contents(path)
        }
        other => other,
    }
}

/// Deletes a directory with all that is in it, as far as that goes.
pub(crate) fn delete_dir(path: &Path) {
    let _ = clear_dir(path);
    let _ = fs::remove_dir(path);
}

/// Gives the owner all rights to the directories in a directory, so that what is in them can be deleted.
fn open_to_owner(path: &Path) {
    for dir in subdirs(path) {
        platform::open_dir_to_owner(&dir);
        open_to_owner(&dir);
    }
}

fn delete_contents(path: &Path) -> Result<()> {
    let failed = |path: &Path, source| Error::File { action: "delete", path: path.to_owned(), source };
    for entry in WalkDir::new(path).follow_root_links(false).min_depth(1).contents_first(true) {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(path).to_owned();
            failed(&place, error.into_io_error().unwrap_or_else(|| ErrorKind::Other.into()))
        })?;
        let is_directory = entry.file_type().is_dir();
        let delete = if is_directory { fs::remove_dir(entry.path()) } else { platform::remove_file(entry.path()) };
        delete.map_err(|source| failed(entry.path(), source))?;
    }
    Ok(())
}

/// Deletes `path` and the directories above it, up to and with `top`, as long as they are empty. What is gone
/// already is passed over.
pub(crate) fn remove_empty_dirs(path: &Path, top: &Path) {
    for dir in path.ancestors().take_while(|dir| dir.starts_with(top)) {
        match fs::remove_dir(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => return,
            _ => {}
        }
    }
}
