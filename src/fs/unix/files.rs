//! Files in an open directory, and rights to directories in it.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{self as at, Mode, OFlags};

use super::dir::{Dir, is_ours};

impl Dir {
    /// Opens a regular file for reading. The effective user must own the file, and nobody else may write to it.
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> io::Result<File> {
        // Opening a pipe would block.
        let file = File::from(self.open_with(name, OFlags::NONBLOCK, 0)?);
        let stat = at::fstat(&file)?;
        let is_regular = at::FileType::from_raw_mode(stat.st_mode) == at::FileType::RegularFile;
        if is_regular && is_ours(&stat, 0o022) { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }

    /// Creates a file with a mode, less the umask; an existing name is an error.
    pub(crate) fn create_with(&self, name: impl AsRef<Path>, mode: u32) -> io::Result<File> {
        Ok(self.open_with(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode)?.into())
    }

    /// Opens a file for writing; a missing file is created for the user alone.
    pub(crate) fn open_or_create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        Ok(self.open_with(name, OFlags::RDWR | OFlags::CREATE, 0o600)?.into())
    }

    /// Opens a regular file for reading, whoever owns it.
    pub(crate) fn open_file(&self, name: impl AsRef<Path>) -> io::Result<File> {
        let file = File::from(self.open_with(name, OFlags::NONBLOCK, 0)?);
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
    }

    /// Opens a file for writing, with its contents.
    pub(crate) fn open_to_write(&self, name: impl AsRef<Path>) -> io::Result<File> {
        Ok(self.open_with(name, OFlags::WRONLY | OFlags::NONBLOCK, 0)?.into())
    }

    /// Gives the owner of a directory all rights to it, if permitted. A failure shows in later operations.
    ///
    /// The mode is set through the handle's path in `/proc`, as chmod(2) takes the handle in no other form. By name,
    /// chmod(2) would follow a link that has taken the directory's place.
    #[cfg(target_os = "linux")]
    pub(crate) fn grant_owner_access(&self, name: impl AsRef<Path>) {
        let Ok(Self(dir)) = self.open_dir(name) else { return };
        if let Ok(stat) = at::fstat(&dir) {
            let mode = Mode::from_raw_mode(stat.st_mode) | Mode::RWXU;
            let _ = at::chmod(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&dir)), mode);
        }
    }

    /// Gives the owner of a directory all rights to it, if permitted. A failure shows in later operations.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn grant_owner_access(&self, name: impl AsRef<Path>) {
        if let Ok(stat) = at::statat(&self.0, name.as_ref(), at::AtFlags::SYMLINK_NOFOLLOW) {
            // Permission bits only: another file may have the name by now, and must not become setuid.
            let mode = Mode::from_raw_mode(stat.st_mode & 0o777) | Mode::RWXU;
            let _ = at::chmodat(&self.0, name.as_ref(), mode, at::AtFlags::SYMLINK_NOFOLLOW);
        }
    }
}
