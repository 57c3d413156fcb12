//! What POSIX systems do in their own way.

mod dir;
mod group;
mod lock;

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, Mode, OFlags, access, open};
use rustix::io::retry_on_intr;
use tempfile::Builder;

pub(crate) use dir::Dir;
pub(crate) use group::{in_own_group, interrupt_group, kill_group};
pub(crate) use lock::Lock;

/// What tells one state of a file from another: where it is, how long, and when it was changed.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let stat = fs::metadata(path)?;
    let times = [(stat.mtime(), stat.mtime_nsec()), (stat.ctime(), stat.ctime_nsec())];
    let [mtime, ctime] = times.map(|(seconds, nanos)| format!("{seconds}.{nanos:09}"));
    Ok(format!("{:x}:{:x} {} {mtime} {ctime}", stat.dev(), stat.ino(), stat.len()))
}

/// What is mounted somewhere in a directory, but not on it, as far as the system tells (proc(5), `mountinfo`).
pub(crate) fn mounted_below(path: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(path).ok()?;
    let mounts = fs::read("/proc/self/mountinfo").ok()?;
    let points = mounts.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let mut points = points.map(|point| PathBuf::from(OsString::from_vec(unescaped(point))));
    points.find(|point| *point != real && point.starts_with(&real))
}

/// Space, tab, newline and backslash are written as three octal digits there.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| *first == b'\\').and_then(|digits| str::from_utf8(digits).ok());
        let byte = code.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    bytes
}

/// Opens a file to be read; a pipe that has come in its place is not waited for.
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    Ok(retry_on_intr(|| open(path, OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()))?.into())
}

/// Reads the bytes of a file from `offset` on, up to the buffer's length or the file's end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Makes a directory that is the user's alone.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Has it make directories that are the user's alone, whatever the umask.
pub(super) fn private<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    builder.permissions(Permissions::from_mode(0o700))
}

/// The path with all links in it followed.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
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

/// The path of a directory, with all links in it followed, if nobody but the user and the system can put something
/// else in the place of it or of one above it: they belong to no one else, and others may not write to them, or may not
/// touch what is not theirs there (the sticky bit). The user's own group is taken for the user's own.
#[must_use]
pub(super) fn tamper_proof(path: &Path) -> Option<PathBuf> {
    let own_group = rustix::process::getegid().as_raw();
    let is_fixed = |dir: &Path| {
        fs::symlink_metadata(dir).is_ok_and(|metadata| {
            let mode = metadata.mode();
            let others = if metadata.gid() == own_group { 0o002 } else { 0o022 };
            is_trusted(metadata.uid()) && (mode & others == 0 || mode & 0o1000 != 0)
        })
    };
    fs::canonicalize(path).ok().filter(|real| real.is_dir() && real.ancestors().all(is_fixed))
}

/// Whether the directory that a new one would be made in, be it with others in between, belongs to the user or the
/// system.
#[must_use]
pub(crate) fn has_trusted_parent(path: &Path) -> bool {
    let above = path.ancestors().skip(1).find_map(|dir| fs::metadata(dir).ok());
    above.is_some_and(|metadata| is_trusted(metadata.uid()))
}

/// The user, root, and whoever has the root directory, who is root in a container that has other numbers.
fn is_trusted(uid: u32) -> bool {
    uid == 0
        || uid == rustix::process::geteuid().as_raw()
        || fs::metadata("/").is_ok_and(|metadata| metadata.uid() == uid)
}
