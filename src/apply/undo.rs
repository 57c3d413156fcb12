//! The undo log: reversals of the changes made to ENV_DIR.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::claim::{OLD, UNDONE};
use super::staging::{SCRIPTS, Staging};
use crate::error::Result;
use crate::fs::{self, Dir, Kind};

/// The changes made so far, and the staging directory that keeps replaced entries until everything is done. Dropping
/// the log takes its changes back, the last one first. The log is in memory: after a SIGKILL nothing is taken back.
#[derive(Debug)]
pub(super) struct UndoLog {
    pub(super) staging: Staging,
    /// The directory for replaced entries, once it is created.
    old: Option<Rc<Dir>>,
    /// The number of names given to replaced entries.
    count: usize,
    /// Whether a file was copied, as it could not be renamed.
    pub(super) has_copied: bool,
    changes: Vec<Undo>,
}

/// The reversal of one change.
#[derive(Debug)]
enum Undo {
    /// Delete the directories above ENV_DIR, from `parent` up to and including `topmost`, as far as they are empty.
    RemoveParents { parent: PathBuf, topmost: PathBuf },
    /// Delete ENV_DIR, if it still is the directory `env`.
    RemoveEnv { parent: Rc<Dir>, name: OsString, env: Rc<Dir> },
    /// Delete a directory that was created where the name was free, if it is empty.
    RemoveDir { dir: Rc<Dir>, name: OsString },
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
    count: &'a mut usize,
    has_copied: &'a mut bool,
}

impl UndoLog {
    pub(super) fn new(staging: Staging) -> Self {
        Self { staging, old: None, count: 0, has_copied: false, changes: Vec::new() }
    }

    /// Records that the directories above ENV_DIR were created, from `topmost` down to `parent`.
    pub(super) fn parents_created(&mut self, parent: &Path, topmost: Option<PathBuf>) {
        self.changes.extend(topmost.map(|topmost| Undo::RemoveParents { parent: parent.to_owned(), topmost }));
    }

    /// Records that the new environment `env` was put into `parent`, where the name was free.
    pub(super) fn env_placed(&mut self, parent: Rc<Dir>, name: &OsStr, env: Rc<Dir>) {
        self.changes.push(Undo::RemoveEnv { parent, name: name.to_owned(), env });
    }

    /// Records that the directory `name` was created in `parent`, where the name was free.
    pub(super) fn dir_created(&mut self, parent: Rc<Dir>, name: &OsStr) {
        self.changes.push(Undo::RemoveDir { dir: parent, name: name.to_owned() });
    }

    /// Begins to change an existing directory.
    ///
    /// # Errors
    /// If the directory for replaced entries cannot be created.
    pub(super) fn changes(&mut self) -> Result<Changes<'_>> {
        let old = match self.old.take() {
            None => self.staging.create(OLD)?.dir,
            Some(old) => old,
        };
        self.old = Some(Rc::clone(&old));
        Ok(Changes { log: &mut self.changes, old, count: &mut self.count, has_copied: &mut self.has_copied })
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
                parent.rename(&name, &self.staging.dir, UNDONE).or_else(|_| remove_env(&parent, &name, &env))
            }
            Undo::RemoveEnv { .. } => Ok(()),
            Undo::RemoveDir { dir, name } => dir.remove_dir(name),
            Undo::Remove { dir, name, old, number } => {
                dir.rename(&name, &old, format!("put-{number}")).or_else(|_| remove(&dir, &name))
            }
            Undo::Restore { dir, name, old, number } => {
                let number = number.to_string();
                old.rename(&number, &dir, &name).or_else(|_| restore(&old, &number, &dir, &name))
            }
        }
    }
}

/// Puts a replaced entry back by copying it. It is never missing, if it is a file that can be overwritten.
fn restore(old: &Dir, number: &str, dir: &Dir, name: &OsStr) -> io::Result<()> {
    if old.kind(number)? == Kind::Nothing {
        return Err(ErrorKind::NotFound.into());
    }
    fs::overwrite(old, number, dir, name).or_else(|_| {
        // Only a file of ours can be there.
        let _ = dir.remove(name);
        fs::carry(old, number, dir, name)
    })
}

/// Deletes an environment where it is, its scripts directory first: without that, the rest is not an environment.
fn remove_env(parent: &Dir, name: &OsStr, env: &Dir) -> io::Result<()> {
    SCRIPTS.iter().try_for_each(|scripts| remove(env, OsStr::new(scripts)))?;
    remove(parent, name)
}

/// Deletes an entry where it is. Nobody is told of errors, so their path does not matter.
fn remove(dir: &Dir, name: &OsStr) -> io::Result<()> {
    fs::delete(dir, name, Path::new(name)).map_err(|_| ErrorKind::Other.into())
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
    /// Puts an entry of `new` where the name is free. A directory that cannot be renamed stays where it is, with an
    /// error that says so.
    pub(super) fn put(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        new.rename_new(name, dir, name).or_else(|refusal| match new.kind(name) {
            Ok(kind) if kind != Kind::Dir && fs::refuses_to_rename(&kind, &refusal) => {
                *self.has_copied = true;
                fs::carry(new, name, dir, name)
            }
            _ => Err(refusal),
        })?;
        let (old, number) = self.next_old();
        self.log.push(Undo::Remove { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// Creates a directory where the name is free.
    pub(super) fn create_dir(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        dir.create_dir(name)?;
        self.log.push(Undo::RemoveDir { dir: Rc::clone(dir), name: name.to_owned() });
        Ok(())
    }

    /// Replaces a file or link by the entry of `new`. Wherever renames and hard links work, the name exists at every
    /// moment; a file that `stays` there in any case is overwritten where they do not.
    pub(super) fn replace(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr, stays: bool) -> io::Result<()> {
        self.keep(dir, name)?;
        match new.rename(name, dir, name) {
            Err(refusal) if fs::refuses_to_rename(&new.kind(name)?, &refusal) => {}
            other => return other,
        }
        *self.has_copied = true;
        if stays && matches!(dir.kind(name), Ok(Kind::File)) {
            return self.overwrite(new, dir, name);
        }
        match dir.remove(name) {
            Err(error) if error.kind() != ErrorKind::NotFound => self.overwrite(new, dir, name).map_err(|_| error),
            _ => fs::carry(new, name, dir, name),
        }
    }

    /// Overwrites a file that has just been [kept](Self::keep).
    fn overwrite(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        // What was kept may be the same file by another name. If so, it is of no use any more.
        let kept = self.log.pop();
        if let Err(error) = self.keep_copy(dir, name) {
            self.log.extend(kept);
            return Err(error);
        }
        fs::overwrite(new, name, dir, name)
    }

    /// Gives an entry that is to be replaced a second name, to be restored or deleted later.
    fn keep(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        // Hard links may be unsupported or forbidden.
        match dir.link(name, &old, number.to_string()) {
            Ok(()) => self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number }),
            Err(_) => self.keep_copy(dir, name).or_else(|_| self.put_aside(dir, name))?,
        }
        Ok(())
    }

    fn keep_copy(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        fs::carry(dir, name, &old, number.to_string())?;
        self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// Moves an entry out of a directory, to be restored or deleted later. A directory that cannot be renamed stays.
    pub(super) fn put_aside(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old();
        let is_dir = || matches!(dir.kind(name), Ok(Kind::Dir));
        let moved = dir.rename(name, &old, number.to_string()).or_else(|error| {
            // Moving a directory needs write permission on the directory itself.
            if error.kind() != ErrorKind::PermissionDenied || !is_dir() {
                return Err(error);
            }
            dir.grant_owner_access(name);
            dir.rename(name, &old, number.to_string())
        });
        match moved {
            Err(refusal) if !is_dir() && fs::refuses_to_rename(&dir.kind(name)?, &refusal) => {
                self.keep_copy(dir, name)?;
                return dir.remove(name);
            }
            other => other?,
        }
        self.log.push(Undo::Restore { dir: Rc::clone(dir), name: name.to_owned(), old, number });
        Ok(())
    }

    /// The directory for the next replaced entry, and the entry's number there.
    fn next_old(&mut self) -> (Rc<Dir>, usize) {
        *self.count += 1;
        (Rc::clone(&self.old), *self.count - 1)
    }
}
