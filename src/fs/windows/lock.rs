//! Locks on directories, and on files in them.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;

use super::dir::Dir;
use crate::fs::LOCK_NAME;

/// `FILE_FLAG_DELETE_ON_CLOSE`: the file is deleted with its last handle, even if the process is killed.
const DELETE_ON_CLOSE: u32 = 0x0400_0000;

/// `ERROR_SHARING_VIOLATION`: another process has the file open.
const SHARING_VIOLATION: i32 = 32;

/// A lock on a directory or a file. When it is dropped or the process ends, the lock file is deleted.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// An empty standard input. The lock file cannot be handed on, as nobody else may open it.
    #[allow(clippy::unused_self)]
    pub(crate) fn as_stdin(&self) -> Stdio {
        Stdio::null()
    }
}

impl Dir {
    /// Locks the directory by a file in it, or returns `None` if it is locked already.
    pub(crate) fn try_lock(&self) -> io::Result<Option<Lock>> {
        self.try_lock_file(LOCK_NAME)
    }

    /// Locks the file `name` by opening it for nobody else, or returns `None` if it is locked already.
    pub(crate) fn try_lock_file(&self, name: impl AsRef<Path>) -> io::Result<Option<Lock>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).share_mode(0).custom_flags(DELETE_ON_CLOSE);
        match options.open(self.at(name)) {
            Ok(file) => Ok(Some(Lock { _file: file })),
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            // The file or its directory is just being deleted.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Releases the lock of an empty directory and deletes the directory, unless the next lock holder has it by then.
    pub(crate) fn remove_locked_dir(&self, name: impl AsRef<Path>, lock: &mut Option<Lock>) -> io::Result<()> {
        if lock.is_some() && !self.open_dir(name.as_ref())?.names()?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        lock.take();
        match self.remove_dir(name) {
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
            other => other,
        }
    }
}
