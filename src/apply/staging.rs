//! The staging directory: an environment is built in it before it is put into place.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::claim::{
    CREATE, Claim, NAME, claim, failed, is_too_long, name_beside, short_name_beside, take, with_own_name,
};
use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind, Lock};
use crate::interrupt::Waiting;
use crate::warning::Warning;

/// The names that a scripts directory may have.
pub(super) const SCRIPTS: [&str; 2] = ["bin", "Scripts"];

/// Whether this is the name of a scripts directory.
pub(super) fn is_scripts(name: &OsStr) -> bool {
    SCRIPTS.iter().any(|scripts| name == *scripts)
}

/// A staging directory of our own, on the file system of the environment. Its name is fixed for each ENV_DIR, and the
/// directory is locked: processes that create the same environment take turns, and the next lock holder takes over the
/// leftovers of a killed process.
#[derive(Debug)]
pub(super) struct Staging {
    parent: Rc<Dir>,
    name: OsString,
    lock: Option<Lock>,
    /// The directory to work in: the staging directory itself, or one inside it if an earlier process has left there
    /// what cannot be deleted.
    pub(super) dir: Dir,
    path: PathBuf,
    /// The directory with such leftovers, and the name of ours in it.
    littered: Option<(Dir, OsString)>,
    is_there: bool,
    /// Whether the directory is the mark of a process that was killed in ENV_DIR and may have left it incomplete.
    /// It stays until a run has succeeded.
    pub(super) is_mark: bool,
}

/// A directory inside the staging directory.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) dir: Rc<Dir>,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Whether a process is at work in ENV_DIR, or was killed there.
pub(crate) fn is_at_work(env_dir: &Path) -> bool {
    let beside = [name_beside(env_dir), short_name_beside(env_dir)].map(|name| env_dir.with_file_name(name));
    fs::exists(&env_dir.join(NAME)) || beside.iter().any(|path| fs::exists(path))
}

impl Staging {
    /// Opens the staging directory inside an existing environment, once no other process is at work there.
    ///
    /// # Errors
    /// If the directory cannot be created, or a signal comes while waiting for the lock.
    pub(super) fn within(env: &Rc<Dir>, env_dir: &Path, waiting: Waiting) -> Result<Self> {
        let opened = Self::open(env, OsStr::new(NAME), &env_dir.join(NAME), true, waiting);
        opened.map_err(|error| nothing_created(error, env_dir, env_dir))
    }

    /// Opens the staging directory in `parent`, beside an environment that does not exist yet.
    ///
    /// # Errors
    /// Same as [`Staging::within`].
    pub(super) fn beside(parent: &Rc<Dir>, env_dir: &Path, waiting: Waiting) -> Result<Self> {
        let open = |name: OsString| Self::open(parent, &name, &env_dir.with_file_name(&name), false, waiting);
        let opened = open(name_beside(env_dir)).or_else(|error| match error {
            Error::File { source, .. } if is_too_long(&source) => open(short_name_beside(env_dir)),
            error => Err(error),
        });
        opened.map_err(|error| nothing_created(error, env_dir, env_dir.parent().unwrap_or(env_dir)))
    }

    /// Deletes the staging directory beside an environment, if it is a leftover of a killed process. Returns whether no
    /// process is at work there.
    pub(super) fn sweep_beside(parent: &Dir, env_dir: &Path) -> bool {
        let mut name = name_beside(env_dir);
        let mut kind = parent.kind(&name);
        if kind.as_ref().is_err_and(is_too_long) {
            name = short_name_beside(env_dir);
            kind = parent.kind(&name);
        }
        if !matches!(kind, Ok(Kind::Dir)) {
            return true;
        }
        // `take` clears the directory, unless a lock holder is at work in it.
        match take(parent, &name, &env_dir.with_file_name(&name), false) {
            Ok(Claim::Later) => false,
            Ok(Claim::Ours(_, lock) | Claim::Left(_, lock) | Claim::Littered(_, lock)) => {
                let _ = parent.remove_locked_dir(&name, &mut Some(lock));
                true
            }
            Ok(Claim::NotOurs) | Err(_) => true,
        }
    }

    fn open(parent: &Rc<Dir>, name: &OsStr, path: &Path, is_inside: bool, waiting: Waiting) -> Result<Self> {
        let staging = |name: &OsStr, dir, lock, is_mark| Self {
            parent: Rc::clone(parent),
            name: name.to_owned(),
            lock,
            dir,
            path: path.with_file_name(name),
            littered: None,
            is_there: true,
            is_mark,
        };
        waiting.wait_for(|| match claim(parent, name, path)? {
            Claim::Ours(dir, lock) => Ok(Some(staging(name, dir, Some(lock), false))),
            Claim::Left(dir, lock) => Ok(Some(staging(name, dir, Some(lock), is_inside))),
            Claim::Littered(dir, lock) => staging(name, dir, Some(lock), is_inside).beside_litter().map(Some),
            Claim::Later => Ok(None),
            Claim::NotOurs => {
                with_own_name(parent, name, path).map(|(name, dir)| Some(staging(&name, dir, None, false)))
            }
        })
    }

    /// Works in a directory of its own, with a number as its name, beside what cannot be deleted.
    fn beside_litter(mut self) -> Result<Self> {
        const TRIES: u32 = 1000;
        for number in 0..TRIES {
            let name = OsString::from(number.to_string());
            let path = self.path.join(&name);
            let is_there = match self.dir.create_private_dir(&name) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(&path, error)),
                other => other.is_err(),
            };
            let dir = self.dir.open_dir(&name).map_err(|source| failed(&path, source))?;
            if !is_there || fs::clear(&dir, &path).is_ok() {
                self.littered = Some((std::mem::replace(&mut self.dir, dir), name));
                self.path = path;
                return Ok(self);
            }
        }
        Err(failed(&self.path, ErrorKind::AlreadyExists.into()))
    }

    /// Creates a directory in the staging directory, in place of anything that has the name. If that cannot be deleted,
    /// a number is added to the name.
    ///
    /// # Errors
    /// If the directory cannot be created.
    pub(super) fn create(&self, name: &str) -> Result<Room> {
        const TRIES: u32 = 1000;
        let mut name = name.to_owned();
        let mut path = self.path.join(&name);
        let mut made = self.dir.create_dir(&name);
        for number in 1..TRIES {
            match made {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                _ => break,
            }
            if fs::delete(&self.dir, OsStr::new(&name), &path).is_err() {
                name = format!("{}-{number}", name.split('-').next().unwrap_or_default());
                path = self.path.join(&name);
            }
            made = self.dir.create_dir(&name);
        }
        let dir = made.and_then(|()| self.dir.open_dir(&name).inspect_err(|_| drop(self.dir.remove_dir(&name))));
        let dir = dir.map_err(|source| failed(&path, source))?;
        Ok(Room { dir: Rc::new(dir), name, path })
    }

    /// The name of the staging directory in its parent.
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Deletes the staging directory and everything in it. Returns what cannot be deleted, unless an earlier process
    /// has left some of it.
    pub(super) fn finish(&mut self) -> Option<Warning> {
        let failed = self.delete().err();
        self.is_there = false;
        let failed = failed.filter(|_| self.littered.is_none())?;
        Some(Warning::Left { path: self.path.clone(), reason: failed.to_string() })
    }

    fn delete(&mut self) -> io::Result<()> {
        if let Some((litter, name)) = &self.littered {
            clear(&self.dir, &self.path)?;
            litter.remove_dir(name)?;
            return self.parent.remove_locked_dir(&self.name, &mut self.lock);
        }
        if self.is_mark {
            return clear(&self.dir, &self.path);
        }
        // Often the directory is empty by now.
        if self.parent.remove_locked_dir(&self.name, &mut self.lock).is_ok() {
            return Ok(());
        }
        clear(&self.dir, &self.path)?;
        // A second attempt may succeed, as in `fs::clear`.
        let retired = self.parent.remove_locked_dir(&self.name, &mut self.lock);
        retired.or_else(|_| self.parent.remove_locked_dir(&self.name, &mut self.lock))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // A worse error led here.
        if self.is_there {
            let _ = self.finish();
        }
    }
}

/// Deletes the contents of a directory; returns the system's error.
fn clear(dir: &Dir, path: &Path) -> io::Result<()> {
    fs::clear(dir, path).map_err(|error| match error {
        Error::File { source, .. } => source,
        error => io::Error::other(error.to_string()),
    })
}

/// The error for users, who know nothing of staging directories.
fn nothing_created(error: Error, env_dir: &Path, dir: &Path) -> Error {
    match error {
        Error::File { source, action: CREATE, .. } => {
            Error::NothingCreated { env_dir: env_dir.to_owned(), dir: dir.to_owned(), source }
        }
        other => other,
    }
}
