//! An open directory, and the operations in it.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{self as at, AtFlags, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use crate::fs::{Identity, Kind};

/// An open directory. Operations apply to this directory even if its path leads elsewhere by now. A name may be a path
/// of several components: links in the last one are not followed, unless stated; the others are up to the caller.
#[derive(Debug)]
pub(crate) struct Dir(pub(super) OwnedFd);

/// The flags to open a directory to work in. `O_PATH` works without permission to list it (open(2)).
#[cfg(target_os = "linux")]
const TO_WORK_IN: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const TO_WORK_IN: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

impl Dir {
    /// Whether an open directory stays the same one when it is renamed, and can be renamed with a lock in it.
    pub(crate) const FOLLOWS_RENAMES: bool = true;

    /// Opens a directory; links are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| at::open(path, TO_WORK_IN, Mode::empty()))?))
    }

    /// Opens a directory; a link is an error.
    pub(crate) fn open_itself(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| at::open(path, TO_WORK_IN | OFlags::NOFOLLOW, Mode::empty()))?))
    }

    /// Opens a directory in this one; a link is an error.
    pub(crate) fn open_dir(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(self.open_with(name, TO_WORK_IN, 0)?))
    }

    pub(super) fn open_with(&self, name: impl AsRef<Path>, flags: OFlags, mode: u32) -> io::Result<OwnedFd> {
        let (name, flags) = (name.as_ref(), flags | OFlags::NOFOLLOW | OFlags::CLOEXEC);
        Ok(retry_on_intr(|| at::openat(&self.0, name, flags, Mode::from_raw_mode(mode as _)))?)
    }

    /// A second handle to the same directory.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// The directory that contains this one.
    pub(crate) fn above(&self) -> io::Result<Self> {
        self.open_dir("..")
    }

    /// The identity of the directory, whatever its path.
    pub(crate) fn identity(&self) -> io::Result<Identity> {
        let stat = at::fstat(&self.0)?;
        #[allow(clippy::useless_conversion, clippy::cast_sign_loss)] // The device has 32 bits on macOS.
        Ok(Identity { device: stat.st_dev as u64, inode: stat.st_ino })
    }

    /// Whether the directory belongs to the effective user, and nobody else may write to it.
    pub(crate) fn only_owner_writes(&self) -> bool {
        at::fstat(&self.0).is_ok_and(|stat| is_ours(&stat, 0o022))
    }

    /// Whether the directory belongs to the effective user, and nobody else may even look into it.
    pub(crate) fn only_owner_reads(&self) -> bool {
        at::fstat(&self.0).is_ok_and(|stat| is_ours(&stat, 0o077))
    }

    /// Whether `name` in `parent` is this very directory.
    pub(crate) fn is_at(&self, parent: &Self, name: impl AsRef<Path>) -> io::Result<bool> {
        parent.holds(name.as_ref(), &self.0)
    }

    /// Whether `name` in this directory is the open `file`.
    pub(crate) fn has(&self, name: impl AsRef<Path>, file: &File) -> io::Result<bool> {
        self.holds(name.as_ref(), file)
    }

    pub(super) fn holds(&self, name: &Path, open: impl AsFd) -> io::Result<bool> {
        let identity = |stat: at::Stat| (stat.st_dev, stat.st_ino);
        let here = identity(at::fstat(open)?);
        match retry_on_intr(|| at::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)) {
            Err(Errno::NOENT) => Ok(false),
            there => Ok(identity(there?) == here),
        }
    }

    /// The kind of file at a name.
    pub(crate) fn kind(&self, name: impl AsRef<Path>) -> io::Result<Kind> {
        let name = name.as_ref();
        let stat = match retry_on_intr(|| at::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)) {
            Err(Errno::NOENT) => return Ok(Kind::Nothing),
            other => other?,
        };
        Ok(match at::FileType::from_raw_mode(stat.st_mode) {
            at::FileType::Directory => Kind::Dir,
            at::FileType::Symlink => {
                let target = at::readlinkat(&self.0, name, Vec::new())?;
                Kind::Link(PathBuf::from(OsString::from_vec(target.into_bytes())))
            }
            _ => Kind::File,
        })
    }

    /// Whether a name exists; links are followed.
    pub(crate) fn leads_somewhere(&self, name: impl AsRef<Path>) -> bool {
        at::statat(&self.0, name.as_ref(), AtFlags::empty()).is_ok()
    }

    /// Follows a link to its end; returns the error if that cannot be reached.
    pub(crate) fn follow(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::statat(&self.0, name.as_ref(), AtFlags::empty())).map(drop)?)
    }

    /// The time of a file's last modification, in seconds since 1970, as the file system has it: where that is a server
    /// or another program, the kernel may remember what the time was set to (statx(2), `AT_STATX_FORCE_SYNC`).
    #[cfg(target_os = "linux")]
    pub(crate) fn modified(&self, name: impl AsRef<Path>) -> io::Result<u64> {
        let (name, flags) = (name.as_ref(), AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_FORCE_SYNC);
        match retry_on_intr(|| at::statx(&self.0, name, flags, at::StatxFlags::MTIME)) {
            // Sandboxes may not know the call.
            Err(Errno::NOSYS | Errno::PERM) => self.modified_by_stat(name),
            found => Ok(found?.stx_mtime.tv_sec.try_into().unwrap_or_default()),
        }
    }

    /// The time of a file's last modification, in seconds since 1970.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn modified(&self, name: impl AsRef<Path>) -> io::Result<u64> {
        self.modified_by_stat(name.as_ref())
    }

    fn modified_by_stat(&self, name: &Path) -> io::Result<u64> {
        let stat = retry_on_intr(|| at::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW))?;
        Ok(stat.st_mtime.try_into().unwrap_or_default())
    }

    /// The names of the entries.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in at::Dir::new(self.open_with(".", OFlags::DIRECTORY, 0)?)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(std::ffi::OsStr::from_bytes(name).to_owned());
            }
        }
        Ok(names)
    }

    /// Creates a directory; an existing name is an error.
    pub(crate) fn create_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::mkdirat(&self.0, name.as_ref(), Mode::from_raw_mode(0o777)))?)
    }

    /// Creates a directory for the user alone; an existing name is an error.
    pub(crate) fn create_private_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::mkdirat(&self.0, name.as_ref(), Mode::from_raw_mode(0o700)))?)
    }

    /// Creates a symlink; an existing name is an error.
    pub(crate) fn symlink(&self, target: &Path, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::symlinkat(target, &self.0, name.as_ref()))?)
    }

    /// Gives a file or symlink a further name, in the directory `to`.
    pub(crate) fn link(&self, name: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::linkat(&self.0, name.as_ref(), &to.0, to_name.as_ref(), AtFlags::empty()))?)
    }

    /// Moves an entry to another directory, replacing a file or an empty directory.
    pub(crate) fn rename(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::renameat(&self.0, from.as_ref(), &to.0, to_name.as_ref()))?)
    }

    /// Moves an entry to another directory; an existing name is an error.
    pub(crate) fn rename_new(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        let (from, to_name) = (from.as_ref(), to_name.as_ref());
        match retry_on_intr(|| rename_exclusively(&self.0, from, &to.0, to_name)) {
            // Not every file system knows the flag. Without it, a directory that is not empty is still an error.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => self.rename(from, to, to_name),
            other => Ok(other?),
        }
    }

    /// Deletes an entry that is not a directory.
    pub(crate) fn remove(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::unlinkat(&self.0, name.as_ref(), AtFlags::empty()))?)
    }

    /// Deletes an empty directory.
    pub(crate) fn remove_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::unlinkat(&self.0, name.as_ref(), AtFlags::REMOVEDIR))?)
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_exclusively(from: &OwnedFd, name: &Path, to: &OwnedFd, to_name: &Path) -> rustix::io::Result<()> {
    at::renameat_with(from, name, to, to_name, at::RenameFlags::NOREPLACE)
}

/// Always an error: other systems have no exclusive rename.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_exclusively(_from: &OwnedFd, _name: &Path, _to: &OwnedFd, _to_name: &Path) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}

/// The effective user, which does not change.
pub(super) fn effective_user() -> u32 {
    static USER: OnceLock<u32> = OnceLock::new();
    *USER.get_or_init(|| rustix::process::geteuid().as_raw())
}

pub(super) fn is_ours(stat: &at::Stat, others: u32) -> bool {
    #[allow(clippy::useless_conversion)] // The mode has 16 bits on macOS.
    let mode = u32::from(stat.st_mode);
    stat.st_uid == effective_user() && mode & others == 0
}
