//! What Windows does in its own way.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a symlink to a file or, where the target is one, to a directory; something that has the name is an error.
pub(super) fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    let resolved = path.parent().map_or_else(|| target.to_owned(), |parent| parent.join(target));
    if resolved.is_dir() {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}

/// Deletes anything but a directory, a read-only file too. Symlinks to directories are directories there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.file_type().is_symlink() {
        return fs::remove_dir(path).or_else(|_| fs::remove_file(path));
    }
    fs::remove_file(path).or_else(|_| {
        let mut permissions = fs::metadata(path)?.permissions();
        #[allow(clippy::permissions_set_readonly_false)] // There is no umask here for it to open.
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
        fs::remove_file(path)
    })
}

/// There are no permission bits to set.
pub(super) fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Whether the path leads to a file; what may be executed is a matter of its name.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether two paths lead to the same file, by its final path.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Whether a directory may be written to is a matter of access lists, which only a try tells.
#[must_use]
pub(crate) fn is_writable_dir(_path: &Path) -> bool {
    true
}

/// A read-only directory can be deleted from.
pub(super) fn open_dir_to_owner(_path: &Path) {}
