//! Locks on directories, and on files in them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::fs::OFlags;

use super::dir::Dir;

/// A lock that ends with whoever holds it, and takes its file with it where it has one.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    entry: Option<(Dir, PathBuf)>,
}

impl Lock {
    /// Something to read nothing from for a program that is started: the lock lasts until that has ended, too, should
    /// we be killed.
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
    /// Takes the lock of the directory itself; nothing where somebody has it (flock(2)).
    pub(crate) fn try_lock(&self) -> io::Result<Option<Lock>> {
        let file = File::from(self.open_with(".", OFlags::DIRECTORY, 0)?);
        Ok(take(&file)?.then_some(Lock { file, entry: None }))
    }

    /// Takes the lock that a file in it stands for, which is made for that and goes with it.
    pub(crate) fn try_lock_file(&self, name: impl AsRef<Path>) -> io::Result<Option<Lock>> {
        let name = name.as_ref();
        let file = File::from(self.open_with(name, OFlags::RDWR | OFlags::CREATE, 0o600)?);
        // Whoever had the lock may have deleted the file meanwhile.
        if !take(&file)? || !self.holds(name, &file)? {
            return Ok(None);
        }
        Ok(Some(Lock { file, entry: Some((self.try_clone()?, name.to_owned())) }))
    }

    /// Deletes an empty directory and gives back its lock. Not the other way round: whoever waits for the lock would
    /// have it of a directory that goes.
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
