//! A directory that is held open, and what is done in it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self as at, FileType, Mode, OFlags};

use super::clone::clone_file;
use crate::fs::Stat;

/// A directory that is held open: what is done in it is done there, whatever becomes of its path meanwhile.
#[derive(Debug)]
pub(crate) struct Dir(pub(super) OwnedFd);

impl Dir {
    /// Opens a directory, by way of links where there are any.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(at::open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// Opens a directory in it, which may not be a link.
    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self(at::openat(&self.0, name, flags, Mode::empty())?))
    }

    /// Whether it is the effective user's own, and nobody else may write to it.
    pub(crate) fn is_private(&self) -> bool {
        at::fstat(&self.0).is_ok_and(|stat| is_private(&stat))
    }

    /// Opens a file to be read, which has to be regular and as private as the directory.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        // A pipe would be waited for.
        let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = File::from(at::openat(&self.0, name, flags, Mode::empty())?);
        let stat = at::fstat(&file)?;
        let is_regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if is_regular && is_private(&stat) { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }

    /// Makes a file; something that has the name is an error.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.create_with_mode(name, 0o666)
    }

    /// Makes a file that is the user's alone; something that has the name is an error.
    pub(crate) fn create_private(&self, name: &str) -> io::Result<File> {
        self.create_with_mode(name, 0o600)
    }

    fn create_with_mode(&self, name: &str, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        Ok(File::from(at::openat(&self.0, name, flags, Mode::from_raw_mode(mode as _))?))
    }

    /// Opens a file to be written, and makes it where there is none.
    pub(crate) fn open_or_create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(at::openat(&self.0, name, flags, Mode::from_raw_mode(0o600))?))
    }

    /// Makes a directory; something that has the name is an error.
    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        Ok(at::mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    /// Makes a directory that is the user's alone; something that has the name is an error.
    pub(crate) fn create_private_dir(&self, name: &str) -> io::Result<()> {
        Ok(at::mkdirat(&self.0, name, Mode::from_raw_mode(0o700))?)
    }

    /// Gives a file in it a further name in another directory.
    pub(crate) fn link(&self, name: &str, to: &Self, to_name: &str) -> io::Result<()> {
        Ok(at::linkat(&self.0, name, &to.0, to_name, at::AtFlags::empty())?)
    }

    /// Makes a file that has the contents of one in `from`, and its blocks on the disk until one of them is written to.
    /// Where the file system cannot do that there is no file.
    pub(crate) fn clone_file(&self, from: &Self, name: &str, own_name: &str) -> io::Result<File> {
        let source = at::openat(&from.0, name, OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
        clone_file(&File::from(source), self, own_name)
    }

    /// Looks at something in it; a link is not followed.
    pub(crate) fn stat(&self, name: &str) -> io::Result<Stat> {
        let stat = at::statat(&self.0, name, at::AtFlags::SYMLINK_NOFOLLOW)?;
        #[allow(clippy::useless_conversion)] // It has 16 bits on macOS.
        let mode = u32::from(stat.st_mode) & 0o7777;
        let number = |value: i128| u64::try_from(value).unwrap_or_default();
        Ok(Stat {
            mode,
            length: number(stat.st_size.into()),
            mtime: (number(stat.st_mtime.into()), number(stat.st_mtime_nsec.into())),
        })
    }

    /// Renames a file, over another one where there is one.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(at::renameat(&self.0, from, &self.0, to)?)
    }

    /// Deletes a file.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(at::unlinkat(&self.0, name, at::AtFlags::empty())?)
    }
}

fn is_private(stat: &at::Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & 0o022 == 0
}
