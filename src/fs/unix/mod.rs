//! File operations on POSIX systems.

mod dir;
mod files;
mod group;
mod lock;
mod stamp;

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
pub(crate) use group::{TICK, in_own_group, interrupt_group, kill_group, when_ended};
pub(crate) use lock::Lock;
pub(crate) use stamp::is_served;
pub(super) use stamp::{file_system, look};

/// A mount point below a directory, as far as the system tells (proc(5), `mountinfo`). The directory itself does not
/// count.
pub(crate) fn mounted_below(path: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(path).ok()?;
    let mounts = fs::read("/proc/self/mountinfo").ok()?;
    let points = mounts.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let mut points = points.map(|point| PathBuf::from(OsString::from_vec(unescaped(point))));
    points.find(|point| *point != real && point.starts_with(&real))
}

/// Decodes a path of `mountinfo`, where space, tab, newline and backslash are written as `\` and three octal digits.
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

/// The length limit of paths, without the NUL at the end (`PATH_MAX`).
pub(crate) const LONGEST_PATH: usize = libc::PATH_MAX as usize - 1;

/// Opens a file for reading, without blocking on a pipe that has taken its place.
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    Ok(retry_on_intr(|| open(path, OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()))?.into())
}

/// Reads a file's bytes from `offset` on, up to the buffer's length or the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Creates a directory for the user alone.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes the builder create directories for the user alone, whatever the umask.
pub(super) fn private<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    builder.permissions(Permissions::from_mode(0o700))
}

/// The path with all links resolved.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    resolve_at_once(path).map_or_else(|| fs::canonicalize(path), Ok)
}

/// The path with all links resolved, as the kernel tells it of an open file (proc(5), `/proc/self/fd`): realpath(3)
/// asks for each component instead. Returns `None` if the kernel does not tell.
#[cfg(target_os = "linux")]
fn resolve_at_once(path: &Path) -> Option<PathBuf> {
    let file = open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let found = fs::read_link(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file))).ok()?;
    // Notes of the kernel, which may be parts of names, too.
    let has_note = !found.is_absolute() || found.as_os_str().as_encoded_bytes().ends_with(b" (deleted)");
    (!has_note).then_some(found)
}

#[cfg(not(target_os = "linux"))]
fn resolve_at_once(_path: &Path) -> Option<PathBuf> {
    None
}

/// Whether a path leads somewhere and no part of it is a link, as the system tells at once (openat2(2),
/// `RESOLVE_NO_SYMLINKS`; Linux 5.6). Where the system does not tell, the answer is no.
#[cfg(target_os = "linux")]
pub(crate) fn is_link_free(path: &Path) -> bool {
    use rustix::fs::{CWD, ResolveFlags, openat2};
    openat2(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), ResolveFlags::NO_SYMLINKS).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_link_free(_path: &Path) -> bool {
    false
}

/// The rights that a program has beyond its user's, or nothing: the bits by which it runs as its owner or group, and
/// its capabilities (capabilities(7)). With any of them, the loader heeds no variables (ld.so(8), secure-execution
/// mode).
pub(crate) fn privileges(path: &Path) -> Vec<u8> {
    let bits = fs::metadata(path).map_or(0, |metadata| metadata.mode() & 0o6000);
    let bits = if bits == 0 { Vec::new() } else { bits.to_le_bytes().to_vec() };
    [bits, capabilities(path)].concat()
}

#[cfg(target_os = "linux")]
fn capabilities(path: &Path) -> Vec<u8> {
    // `struct vfs_ns_cap_data` has 24 bytes.
    let mut value = vec![0; 64];
    let length = rustix::fs::getxattr(path, "security.capability", &mut value[..]).unwrap_or_default();
    value.truncate(length);
    value
}

#[cfg(not(target_os = "linux"))]
fn capabilities(_path: &Path) -> Vec<u8> {
    Vec::new()
}

/// Sets a file's permission bits, whatever the umask.
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

/// A file's permission bits.
pub(super) fn mode(file: &File) -> io::Result<u32> {
    Ok(file.metadata()?.mode() & 0o7777)
}

/// Adds bits to a file's permission bits.
pub(crate) fn add_mode(file: &File, bits: u32) -> io::Result<()> {
    let mode = file.metadata()?.permissions().mode();
    if mode & bits == bits { Ok(()) } else { set_mode(file, mode & 0o7777 | bits) }
}

/// Whether the owner of a file may execute it.
pub(super) fn may_owner_execute(metadata: &fs::Metadata) -> bool {
    metadata.mode() & 0o100 != 0
}

/// Whether the path leads to a file that the user may execute, as access(2) says.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && may_run(path)
}

/// Whether the user may execute a path, which is known to lead to a file, as access(2) says.
#[must_use]
pub(crate) fn may_run(path: &Path) -> bool {
    access(path, Access::EXEC_OK).is_ok()
}

/// Whether the file system of a path runs no programs, whatever their modes (mount(8), `noexec`).
#[must_use]
pub(crate) fn forbids_running(path: &Path) -> bool {
    // `ST_NOEXEC`, which only Linux tells.
    rustix::fs::statvfs(path).is_ok_and(|found| cfg!(target_os = "linux") && found.f_flag.bits() & 8 != 0)
}

/// Whether two paths lead to the same file, by device and inode.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// Whether the user may create and delete files in a directory, as access(2) says.
#[must_use]
pub(crate) fn is_writable_dir(path: &Path) -> bool {
    access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The path of a directory with all links resolved, or `None` if anyone but the user and the system could swap it or
/// one of its parents. Each of these must belong to the user or the system, and either nobody else may write to it, or
/// the sticky bit protects its entries. The user's own group counts as the user.
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

/// Whether the nearest existing parent of a path belongs to the user or the system.
#[must_use]
pub(crate) fn has_trusted_parent(path: &Path) -> bool {
    let above = path.ancestors().skip(1).find_map(|dir| fs::metadata(dir).ok());
    above.is_some_and(|metadata| is_trusted(metadata.uid()))
}

/// Whether `uid` is the user, root, or the owner of the root directory, who is root in a container with other user ids.
fn is_trusted(uid: u32) -> bool {
    uid == 0 || uid == dir::effective_user() || fs::metadata("/").is_ok_and(|metadata| metadata.uid() == uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_runs_as_its_group_has_privileges() {
        let program = tempfile::NamedTempFile::new().expect("a temporary file");
        let with_mode = |mode| {
            set_mode(program.as_file(), mode).expect("a mode");
            privileges(program.path())
        };
        assert_eq!(with_mode(0o755), [0; 0]);
        assert_eq!(with_mode(0o2755), 0o2000_u32.to_le_bytes());
    }
}
