//! Locks on directories, and on files in them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::fs::OFlags;

use super::dir::Dir;

/// A lock on a directory or a file, released when dropped or when the process ends. Dropping it deletes the lock file,
/// if there is one.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    entry: Option<(Dir, PathBuf)>,
}

impl Lock {
    /// An empty standard input for a child process. It keeps the lock: if we are killed, the lock lasts until the child
    /// has ended.
    pub(crate) fn as_stdin(&self) -> Stdio {
        self.file.try_clone().map_or_else(|_| Stdio::null(), Stdio::from)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((dir, name)) = &self.entry {
            let _ = dir.remove(name);
        }
    }
}

impl Dir {
    /// Locks the directory itself (flock(2)), or returns `None` if it is locked already.
    pub(crate) fn try_lock(&self) -> io::Result<Option<Lock>> {
        let file = File::from(self.open_with(".", OFlags::DIRECTORY, 0)?);
        Ok(take(&file)?.then_some(Lock { file, entry: None }))
    }

    /// Locks the file `name`, which is created for the lock and deleted with it, or returns `None` if it is locked
    /// already.
    pub(crate) fn try_lock_file(&self, name: impl AsRef<Path>) -> io::Result<Option<Lock>> {
        let name = name.as_ref();
        let file = File::from(self.open_with(name, OFlags::RDWR | OFlags::CREATE, 0o600)?);
        // The previous lock holder may have deleted the file meanwhile.
        if !take(&file)? || !self.holds(name, &file)? {
            return Ok(None);
        }
        Ok(Some(Lock { file, entry: Some((self.try_clone()?, name.to_owned())) }))
    }

    /// Deletes an empty directory, and then releases its lock. In the other order, a waiting process would lock a
    /// directory that is about to be deleted.
    pub(crate) fn remove_locked_dir(&self, name: impl AsRef<Path>, lock: &mut Option<Lock>) -> io::Result<()> {
        self.remove_dir(name)?;
        lock.take();
        Ok(())
    }
}

fn take(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
