//! Files that share their blocks on the disk, where a file system has that.

use std::fs::File;
use std::io;

#[cfg(target_os = "macos")]
use rustix::fs::{self as at, CloneFlags, Mode, OFlags};

use super::dir::Dir;

/// Makes `name` in `dir` a clone of a file (`ioctl_ficlone(2)`).
#[cfg(target_os = "linux")]
pub(super) fn clone_file(source: &File, dir: &Dir, name: &str) -> io::Result<File> {
    let file = dir.create(name)?;
    rustix::fs::ioctl_ficlone(&file, source).inspect_err(|_| drop(dir.remove(name)))?;
    Ok(file)
}

/// Makes `name` in `dir` a clone of a file (`clonefile(2)`).
#[cfg(target_os = "macos")]
pub(super) fn clone_file(source: &File, dir: &Dir, name: &str) -> io::Result<File> {
    at::fclonefileat(source, &dir.0, name, CloneFlags::NOFOLLOW)?;
    Ok(File::from(at::openat(&dir.0, name, OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?))
}

/// Other systems have no clones.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn clone_file(_source: &File, _dir: &Dir, _name: &str) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the file system of a file is one of those that may have clones. A try tells more, but costs more too.
#[cfg(target_os = "linux")]
pub(crate) fn may_clone(file: &File) -> bool {
    // Of statfs(2) and linux/magic.h: btrfs, XFS, bcachefs, ZFS, OCFS2, overlayfs, NFS.
    const MAGIC: [u64; 7] = [0x9123_683e, 0x5846_5342, 0xca45_1a4e, 0x2fc1_2fc1, 0x7461_636f, 0x794c_7630, 0x6969];
    rustix::fs::fstatfs(file).is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|magic| MAGIC.contains(&magic)))
}

/// Where the system itself is on APFS, a user's files are too.
#[cfg(not(target_os = "linux"))]
pub(crate) fn may_clone(_file: &File) -> bool {
    cfg!(target_os = "macos")
}
