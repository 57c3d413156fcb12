//! What POSIX systems do in their own way.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Access, access};

/// Makes a symlink; something that has the name is an error.
pub(super) fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Deletes anything but a directory.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Sets the permission bits, whatever the umask.
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

/// Whether the path leads to a file that the user may execute, as access(2) says.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Whether two paths lead to the same file, by device and inode.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// Whether the user may make and delete files in a directory, as access(2) says.
#[must_use]
pub(crate) fn is_writable_dir(path: &Path) -> bool {
    access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Gives the owner of a directory all rights to it, if we may. Whether that was enough shows afterwards.
pub(super) fn open_dir_to_owner(path: &Path) {
    if let Ok(metadata) = fs::symlink_metadata(path) {
        let _ = fs::set_permissions(path, Permissions::from_mode(metadata.permissions().mode() | 0o700));
    }
}
