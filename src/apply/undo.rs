//! The undo log: reversals of the changes made to ENV_DIR.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::staging::{OLD, Staging, UNDONE};
use crate::error::Result;
use crate::fs::{self, Dir, Kind};

/// The changes made so far, and the staging directory that keeps replaced entries until everything is done. Dropping
/// the log takes its changes back, the last one first. The log is in memory: after a SIGKILL nothing is taken back.
#[derive(Debug)]
pub(super) struct UndoLog {
    pub(super) staging: Staging,
    /// The directory for replaced entries, once it is created.
    old: Option<Rc<Dir>>,
    changes: Vec<Undo>,
}

/// The reversal of one change.
#[derive(Debug)]
enum Undo {
    /// Delete the directories above ENV_DIR, from `parent` up to and including `topmost`, as far as they are empty.
    RemoveParents { parent: PathBuf, topmost: PathBuf },
    /// Delete ENV_DIR, if it still is the directory `env`.
    RemoveEnv { parent: Rc<Dir>, name: OsString, env: Rc<Dir> },
    /// Move an entry that replaced nothing to `old`, as `put-` and this number; it is deleted with the staging
    /// directory.
    Remove { dir: Rc<Dir>, name: OsString, old: Rc<Dir>, number: usize },
    /// Move a replaced entry back from `old`, where it has this number.
    Restore { dir: Rc<Dir>, name: OsString, old: Rc<Dir>, number: usize },
}

/// Changes to an existing directory, each recorded in the undo log.
pub(super) struct Changes<'a> {
    log: &'a mut Vec<Undo>,
    old: Rc<Dir>,
}

impl UndoLog {
    pub(super) fn new(staging: Staging) -> Self {
        Self { staging, old: None, changes: Vec::new() }
    }

    /// Records that the directories above ENV_DIR were created, from `topmost` down to `parent`.
    pub(super) fn parents_created(&mut self, parent: &Path, topmost: Option<PathBuf>) {
        self.changes.extend(topmost.map(|topmost| Undo::RemoveParents { parent: parent.to_owned(), topmost }));
    }

    /// Records that the new environment `env` was put into `parent`, where the name was free.
    pub(super) fn env_placed(&mut self, parent: Rc<Dir>, name: &OsStr, env: Rc<Dir>) {
        self.changes.push(Undo::RemoveEnv { parent, name: name.to_owned(), env });
    }

    /// Begins to change an existing directory.
    ///
    /// # Errors
    /// If the directory for replaced entries cannot be created.
    pub(super) fn changes(&mut self) -> Result<Changes<'_>> {
        let old = match self.old.take() {
            None => Rc::new(self.staging.create(OLD)?),
            Some(old) => old,
        };
        self.old = Some(Rc::clone(&old));
        Ok(Changes { log: &mut self.changes, old })
    }

    /// Forgets the changes, so that they stay.
    pub(super) fn forget(&mut self) {
        self.changes.clear();
    }

    fn undo(&mut self, change: Undo) -> io::Result<()> {
        match change {
            Undo::RemoveParents { parent, topmost } => {
                // The staging directory is in `parent`, which has to be empty.
                let _ = self.staging.finish();
                fs::remove_empty_dirs(&parent, &topmost);
                Ok(())
            }
            // ENV_DIR may be another directory by now.
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
            // A change that cannot be taken back stays: nothing better can be done about it.
            let _ = self.undo(change);
        }
    }
}

impl Changes<'_> {
    /// Puts an entry of `new` where the name is free.
    pub(super) fn put(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        new.rename_new(name, dir, name)?;
        let (old, number) = self.next_old();
        self.log.push(Undo::Remove { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// Replaces a file or link by the entry of `new`. If hard links work, the name exists at every moment.
    pub(super) fn replace(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        // Hard links may be unsupported or forbidden: then the name is absent for a moment.
        match dir.link(name, &old, number.to_string()) {
            Ok(()) => self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number }),
            Err(_) => self.put_aside(dir, name)?,
        }
        new.rename(name, dir, name)
    }

    /// Moves an entry out of a directory, to be restored or deleted later.
    pub(super) fn put_aside(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        dir.rename(name, &old, number.to_string()).or_else(|error| {
            // Moving a directory needs write permission on the directory itself.
            if error.kind() != ErrorKind::PermissionDenied || !matches!(dir.kind(name), Ok(Kind::Dir)) {
                return Err(error);
            }
            dir.grant_owner_access(name);
            dir.rename(name, &old, number.to_string())
        })?;
        self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// The directory for the next replaced entry, and the entry's number there.
    fn next_old(&self) -> (Rc<Dir>, usize) {
        (Rc::clone(&self.old), self.log.len())
    }
}
