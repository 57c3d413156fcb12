//! What POSIX systems do in their own way.

mod clone;
mod dir;

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

pub(crate) use clone::may_clone;
pub(crate) use dir::Dir;

/// What tells one state of a file from another: where it is, how long, and when it was changed.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let stat = fs::metadata(path)?;
    let times = [(stat.mtime(), stat.mtime_nsec()), (stat.ctime(), stat.ctime_nsec())];
    let [mtime, ctime] = times.map(|(seconds, nanos)| format!("{seconds}.{nanos:09}"));
    Ok(format!("{:x}:{:x} {} {mtime} {ctime}", stat.dev(), stat.ino(), stat.len()))
}

/// Reads the bytes of a file from `offset` on, up to the buffer's length or the file's end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Makes a directory that is the user's alone.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// The path with all links in it followed.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

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

/// Adds permission bits to those that a file has.
pub(crate) fn add_mode(file: &File, bits: u32) -> io::Result<()> {
    let mode = file.metadata()?.permissions().mode();
    if mode & bits == bits { Ok(()) } else { set_mode(file, mode & 0o7777 | bits) }
}

/// Whether a file's owner may execute it.
pub(super) fn is_program(metadata: &fs::Metadata) -> bool {
    metadata.mode() & 0o100 != 0
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
