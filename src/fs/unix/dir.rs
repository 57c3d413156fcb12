//! A directory that is held open, and what is done in it.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{self as at, AtFlags, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use crate::fs::{FileType, Kind};

/// A directory that is held open: what is done in it is done there, whatever becomes of its path meanwhile. Names may
/// be paths below it; that the last one is a link is never passed over in silence, and those before it are the
/// caller's.
#[derive(Debug)]
pub(crate) struct Dir(pub(super) OwnedFd);

/// To work in a directory is no reason to want to list it (`O_PATH`, open(2)).
#[cfg(target_os = "linux")]
const TO_WORK_IN: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const TO_WORK_IN: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

impl Dir {
    /// Opens a directory, by way of links where there are any.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| at::open(path, TO_WORK_IN, Mode::empty()))?))
    }

    /// Opens a directory that may not be a link.
    pub(crate) fn open_itself(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| at::open(path, TO_WORK_IN | OFlags::NOFOLLOW, Mode::empty()))?))
    }

    /// Opens a directory in it, which may not be a link.
    pub(crate) fn open_dir(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(self.open_with(name, TO_WORK_IN, 0)?))
    }

    pub(super) fn open_with(&self, name: impl AsRef<Path>, flags: OFlags, mode: u32) -> io::Result<OwnedFd> {
        let (name, flags) = (name.as_ref(), flags | OFlags::NOFOLLOW | OFlags::CLOEXEC);
        Ok(retry_on_intr(|| at::openat(&self.0, name, flags, Mode::from_raw_mode(mode as _)))?)
    }

    /// The same directory once more.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// Whether it is the effective user's own, and nobody else may write to it.
    pub(crate) fn only_owner_writes(&self) -> bool {
        at::fstat(&self.0).is_ok_and(|stat| is_ours(&stat, 0o022))
    }

    /// Whether it is the effective user's own, and nobody else may so much as look into it.
    pub(crate) fn only_owner_reads(&self) -> bool {
        at::fstat(&self.0).is_ok_and(|stat| is_ours(&stat, 0o077))
    }

    /// Whether `name` in `parent` is this very directory.
    pub(crate) fn is_at(&self, parent: &Self, name: impl AsRef<Path>) -> io::Result<bool> {
        parent.holds(name.as_ref(), &self.0)
    }

    /// Whether `name` is this very file.
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

    /// What is at a name; a directory is not asked whether it is empty.
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

    /// Whether a name leads to something, by way of links where there are any.
    pub(crate) fn leads_somewhere(&self, name: impl AsRef<Path>) -> bool {
        at::statat(&self.0, name.as_ref(), AtFlags::empty()).is_ok()
    }

    /// The names of what is in it.
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

    /// Opens a file to be read, which has to be regular and as private as the directory.
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> io::Result<File> {
        // A pipe would be waited for.
        let file = File::from(self.open_with(name, OFlags::NONBLOCK, 0)?);
        let stat = at::fstat(&file)?;
        let is_regular = at::FileType::from_raw_mode(stat.st_mode) == at::FileType::RegularFile;
        if is_regular && is_ours(&stat, 0o022) { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }

    /// Makes a file; something that has the name is an error.
    pub(crate) fn create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        Ok(self.open_with(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, 0o666)?.into())
    }

    /// Opens a file of the user's alone to be written, and makes it where there is none.
    pub(crate) fn open_or_create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        Ok(self.open_with(name, OFlags::RDWR | OFlags::CREATE, 0o600)?.into())
    }

    /// Makes a directory; something that has the name is an error.
    pub(crate) fn create_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::mkdirat(&self.0, name.as_ref(), Mode::from_raw_mode(0o777)))?)
    }

    /// Makes a directory that is the user's alone; something that has the name is an error.
    pub(crate) fn create_private_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::mkdirat(&self.0, name.as_ref(), Mode::from_raw_mode(0o700)))?)
    }

    /// Makes a symlink; something that has the name is an error.
    pub(crate) fn symlink(&self, target: &Path, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::symlinkat(target, &self.0, name.as_ref()))?)
    }

    /// Gives a file or a link in it a further name in another directory.
    pub(crate) fn link(&self, name: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::linkat(&self.0, name.as_ref(), &to.0, to_name.as_ref(), AtFlags::empty()))?)
    }

    /// The type of something in it; a link is not followed.
    pub(crate) fn file_type(&self, name: impl AsRef<Path>) -> io::Result<FileType> {
        let stat = at::statat(&self.0, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(match at::FileType::from_raw_mode(stat.st_mode) {
            at::FileType::Directory => FileType::Dir,
            at::FileType::RegularFile => FileType::File { is_executable: stat.st_mode & 0o100 != 0 },
            _ => FileType::Other,
        })
    }

    /// Moves something to another directory, over a file or an empty directory where there is one.
    pub(crate) fn rename(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::renameat(&self.0, from.as_ref(), &to.0, to_name.as_ref()))?)
    }

    /// Moves something to another directory; something that has the name there is an error.
    pub(crate) fn rename_new(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        let (from, to_name) = (from.as_ref(), to_name.as_ref());
        match retry_on_intr(|| rename_exclusively(&self.0, from, &to.0, to_name)) {
            // Not every file system knows the flag. What is there and not empty is an error then, too.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => self.rename(from, to, to_name),
            other => Ok(other?),
        }
    }

    /// Deletes anything but a directory.
    pub(crate) fn remove(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::unlinkat(&self.0, name.as_ref(), AtFlags::empty()))?)
    }

    /// Deletes an empty directory.
    pub(crate) fn remove_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        Ok(retry_on_intr(|| at::unlinkat(&self.0, name.as_ref(), AtFlags::REMOVEDIR))?)
    }

    /// Gives the owner of a directory in it all rights to that, if we may. Whether that was enough shows afterwards.
    ///
    /// By its handle, which chmod(2) takes by this path alone: a link that has its name by now would be followed.
    #[cfg(target_os = "linux")]
    pub(crate) fn grant_owner_access(&self, name: impl AsRef<Path>) {
        let Ok(Self(dir)) = self.open_dir(name) else { return };
        if let Ok(stat) = at::fstat(&dir) {
            let mode = Mode::from_raw_mode(stat.st_mode) | Mode::RWXU;
            let _ = at::chmod(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&dir)), mode);
        }
    }

    /// Gives the owner of a directory in it all rights to that, if we may. Whether that was enough shows afterwards.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn grant_owner_access(&self, name: impl AsRef<Path>) {
        if let Ok(stat) = at::statat(&self.0, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW) {
            // Something else may have its name by now, and is not to run as its owner.
            let mode = Mode::from_raw_mode(stat.st_mode & 0o777) | Mode::RWXU;
            let _ = at::chmodat(&self.0, name.as_ref(), mode, AtFlags::SYMLINK_NOFOLLOW);
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_exclusively(from: &OwnedFd, name: &Path, to: &OwnedFd, to_name: &Path) -> rustix::io::Result<()> {
    at::renameat_with(from, name, to, to_name, at::RenameFlags::NOREPLACE)
}

/// Other systems have no such call.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_exclusively(_from: &OwnedFd, _name: &Path, _to: &OwnedFd, _to_name: &Path) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}

fn is_ours(stat: &at::Stat, others: u32) -> bool {
    #[allow(clippy::useless_conversion)] // It has 16 bits on macOS.
    let mode = u32::from(stat.st_mode);
    stat.st_uid == rustix::process::geteuid().as_raw() && mode & others == 0
}
