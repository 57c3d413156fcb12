//! How to take back what was put into place.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::staging::{OLD, Staging, UNDONE};
use crate::error::Result;
use crate::fs::{self, Dir, Kind};

/// The changes that were made, and the staging directory in which replaced things are kept until all is done. The
/// changes that are in the log when it is dropped are taken back, the last one first.
#[derive(Debug)]
pub(super) struct UndoLog {
    pub(super) staging: Staging,
    /// The directory for replaced things, once there is one.
    old: Option<Rc<Dir>>,
    changes: Vec<Undo>,
}

/// How to take one change back.
#[derive(Debug)]
enum Undo {
    /// Delete the directories above ENV_DIR, up to and with `topmost`, as far as they are empty.
    RemoveParents { parent: PathBuf, topmost: PathBuf },
    /// Delete ENV_DIR, if it still is this directory.
    RemoveEnv { parent: Rc<Dir>, name: OsString, env: Rc<Dir> },
    /// Move a thing that was put where nothing was to `old`, under this number.
    Remove { dir: Rc<Dir>, name: OsString, old: Rc<Dir>, number: usize },
    /// Put a thing back that was moved to `old`, under this number.
    Restore { dir: Rc<Dir>, name: OsString, old: Rc<Dir>, number: usize },
}

/// Changes to a directory that is there, each with a note of how to take it back.
pub(super) struct Changes<'a> {
    log: &'a mut Vec<Undo>,
    old: Rc<Dir>,
}

impl UndoLog {
    pub(super) fn new(staging: Staging) -> Self {
        Self { staging, old: None, changes: Vec::new() }
    }

    /// Notes that `parent`, the directory above ENV_DIR, was created, and those above it up to `topmost`.
    pub(super) fn parents_created(&mut self, parent: &Path, topmost: Option<PathBuf>) {
        self.changes.extend(topmost.map(|topmost| Undo::RemoveParents { parent: parent.to_owned(), topmost }));
    }

    /// Notes that `env` was put into `parent`, where nothing was.
    pub(super) fn env_placed(&mut self, parent: Rc<Dir>, name: &OsStr, env: Rc<Dir>) {
        self.changes.push(Undo::RemoveEnv { parent, name: name.to_owned(), env });
    }

    /// Begins to change a directory that is there.
    ///
    /// # Errors
    /// When the directory for replaced things cannot be created.
    pub(super) fn changes(&mut self) -> Result<Changes<'_>> {
        let old = match self.old.take() {
            None => Rc::new(self.staging.create(OLD)?),
            Some(old) => old,
        };
        self.old = Some(Rc::clone(&old));
        Ok(Changes { log: &mut self.changes, old })
    }

    /// Forgets how to take the changes back: they stay.
    pub(super) fn forget(&mut self) {
        self.changes.clear();
    }

    fn undo(&mut self, change: Undo) -> io::Result<()> {
        match change {
            Undo::RemoveParents { parent, topmost } => {
                // The staging directory is in the lowest of them.
                let _ = self.staging.finish();
                fs::remove_empty_dirs(&parent, &topmost);
                Ok(())
            }
            // By now it may be another.
            Undo::RemoveEnv { parent, name, env } if env.is_at(&parent, &name)? => {
                parent.rename(&name, &self.staging.dir, UNDONE)
            }
            Undo::RemoveEnv { .. } => Ok(()),
            Undo::Remove { dir, name, old, number } => dir.rename(name, &old, format!("put-{number}")),
            Undo::Restore { dir, name, old, number } => old.rename(number.to_string(), &dir, name),
        }
    }
}

impl Drop for UndoLog {
    fn drop(&mut self) {
        for change in std::mem::take(&mut self.changes).into_iter().rev() {
            // What cannot be taken back stays: there is nothing better to be done with it.
            let _ = self.undo(change);
        }
    }
}

impl Changes<'_> {
    /// Puts something from `new` where nothing is.
    pub(super) fn put(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        new.rename_new(name, dir, name)?;
        let (old, number) = self.next_old();
        self.log.push(Undo::Remove { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// Puts a file or a link from `new` in the place of another, so that there is always one of the two.
    pub(super) fn replace(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        // Where there are no hard links, or none may be made, there is neither for a moment.
        match dir.link(name, &old, number.to_string()) {
            Ok(()) => self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number }),
            Err(_) => self.put_aside(dir, name)?,
        }
        new.rename(name, dir, name)
    }

    /// Takes something out of a directory, to be put back or deleted later.
    pub(super) fn put_aside(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        dir.rename(name, &old, number.to_string()).or_else(|error| {
            // To move a directory is to write into it, too.
            if error.kind() != ErrorKind::PermissionDenied || !matches!(dir.kind(name), Ok(Kind::Dir)) {
                return Err(error);
            }
            dir.grant_owner_access(name);
            dir.rename(name, &old, number.to_string())
        })?;
        self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// The directory for the next thing that is moved out of the way, and its number there.
    fn next_old(&self) -> (Rc<Dir>, usize) {
        (Rc::clone(&self.old), self.log.len())
    }
}
