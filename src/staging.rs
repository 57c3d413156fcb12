//! A directory in which an environment is built before it is put into its place.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind, Lock};
use crate::interrupt;

/// What it is called in an environment that is there. Whoever finds one knows what it is.
pub(crate) const NAME: &str = ".rvenv-unfinished";

/// What is in it: what is being built, what has been taken out of the environment, and what is only tried out.
pub(crate) const NEW: &str = "new";
pub(crate) const OLD: &str = "old";
pub(crate) const TRIAL: &str = "trial";

/// How long a name may be on nearly all file systems (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// A directory of our own, on the file system of the environment. There is one for each ENV_DIR and place, with a lock
/// on it: so processes that make the same environment do it one after the other, and what one has left that died is
/// taken over by the next.
#[derive(Debug)]
pub(crate) struct Staging {
    parent: Dir,
    name: OsString,
    path: PathBuf,
    pub(crate) dir: Dir,
    lock: Option<Lock>,
    is_there: bool,
}

impl Staging {
    /// The one in an environment that is there, when nobody else is at work in it.
    ///
    /// # Errors
    /// When it cannot be made, or a signal comes while it is waited for.
    pub(crate) fn within(env: &Dir, env_dir: &Path) -> Result<Self> {
        Self::open(env, OsStr::new(NAME), &env_dir.join(NAME))
    }

    /// The one beside an environment that is not there yet, in `parent`.
    ///
    /// # Errors
    /// As [`Staging::within`].
    pub(crate) fn beside(parent: &Dir, env_dir: &Path) -> Result<Self> {
        let name = name_beside(env_dir);
        Self::open(parent, &name, &env_dir.with_file_name(&name))
    }

    /// Deletes the one beside an environment, where one that died after it was done has left it.
    pub(crate) fn sweep_beside(parent: &Dir, env_dir: &Path) {
        let name = name_beside(env_dir);
        if matches!(parent.kind(&name), Ok(Kind::Dir)) {
            // Which clears it; whoever is at work in it has the lock.
            if let Ok(Attempt::Done(_, lock)) = take(parent, &name, &env_dir.with_file_name(&name), false) {
                let _ = parent.retire(&name, &mut Some(lock));
            }
        }
    }

    fn open(parent: &Dir, name: &OsStr, path: &Path) -> Result<Self> {
        let own_parent = parent.again().map_err(|source| failed(path, source))?;
        interrupt::wait_for(|| match attempt(parent, name, path)? {
            Attempt::Done(dir, lock) => Ok(Some((name.to_owned(), dir, Some(lock)))),
            Attempt::Later => Ok(None),
            Attempt::NotOurs => with_own_name(parent, name, path).map(|(name, dir)| Some((name, dir, None))),
        })
        .map(|(name, dir, lock)| {
            let path = path.with_file_name(&name);
            Self { parent: own_parent, name, path, dir, lock, is_there: true }
        })
    }

    /// Makes a directory in it, in the place of whatever has the name.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create(&self, name: &str) -> Result<Dir> {
        let path = self.path.join(name);
        let made = match self.dir.create_dir(name) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::delete(&self.dir, OsStr::new(name), &path)?;
                self.dir.create_dir(name)
            }
            other => other,
        };
        made.and_then(|()| self.dir.open_dir(name)).map_err(|source| failed(&path, source))
    }

    /// What it is called where it is.
    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Its path, for programs that are run in it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes it with all that is in it.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let failed = |source| Error::file("delete", &self.path, source);
        // Often it is empty by now.
        if self.parent.retire(&self.name, &mut self.lock).is_err() {
            fs::clear(&self.dir, &self.path)?;
            // As with all that is deleted, a second try may succeed.
            let retired = self.parent.retire(&self.name, &mut self.lock);
            retired.or_else(|_| self.parent.retire(&self.name, &mut self.lock)).map_err(failed)?;
        }
        self.is_there = false;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What can be said about it has been said, or something worse.
        if self.is_there {
            let _ = self.finish();
        }
    }
}

/// What has come of trying to get the one with the common name.
enum Attempt {
    Done(Dir, Lock),
    /// Somebody has it, or has just deleted it.
    Later,
    /// It is somebody else's, or something else, or there are no locks.
    NotOurs,
}

fn attempt(parent: &Dir, name: &OsStr, path: &Path) -> Result<Attempt> {
    let is_new = match parent.create_private_dir(name) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(path, error)),
        other => other.is_ok(),
    };
    let attempt = take(parent, name, path, is_new);
    if is_new && !matches!(attempt, Ok(Attempt::Done(..) | Attempt::Later)) {
        let _ = parent.remove_dir(name);
    }
    attempt
}

/// Takes over what has the name.
fn take(parent: &Dir, name: &OsStr, path: &Path, is_new: bool) -> Result<Attempt> {
    let dir = match parent.open_dir(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Attempt::Later),
        Err(error) if is_new => return Err(failed(path, error)),
        Err(_) => return Ok(Attempt::NotOurs),
        Ok(dir) => dir,
    };
    if !dir.is_secret() {
        return Ok(Attempt::NotOurs);
    }
    let lock = match dir.try_lock() {
        Ok(Some(lock)) => lock,
        Ok(None) => return Ok(Attempt::Later),
        Err(_) => return Ok(Attempt::NotOurs),
    };
    // Whoever had the lock may have deleted it meanwhile.
    if !dir.is_at(parent, name).map_err(|source| failed(path, source))? {
        return Ok(Attempt::Later);
    }
    if !is_new {
        let names = dir.names().map_err(|source| failed(path, source))?;
        if names.iter().any(|name| ![NEW, OLD, TRIAL, fs::LOCK_NAME].iter().any(|known| name == known)) {
            return Ok(Attempt::NotOurs);
        }
        fs::clear(&dir, path)?;
    }
    Ok(Attempt::Done(dir, lock))
}

/// Makes one that nobody else knows of: where somebody else has the name, or there are no locks.
fn with_own_name(parent: &Dir, name: &OsStr, path: &Path) -> Result<(OsString, Dir)> {
    const TRIES: u32 = 1000;
    let mut count = 0;
    loop {
        let mut name = name.to_owned();
        name.push(format!("-{}-{count}", std::process::id()));
        count += 1;
        match parent.create_private_dir(&name) {
            Ok(()) => {
                let dir = parent.open_dir(&name).inspect_err(|_| drop(parent.remove_dir(&name)));
                return dir.map(|dir| (name, dir)).map_err(|source| failed(path, source));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists && count < TRIES => {}
            Err(source) => return Err(failed(path, source)),
        }
    }
}

fn name_beside(env_dir: &Path) -> OsString {
    let env_name = env_dir.file_name().unwrap_or_default();
    let mut name = OsString::from(".");
    name.push(env_name);
    name.push(NAME);
    if name.len() <= LONGEST_NAME {
        return name;
    }
    format!("{NAME}-{:08x}", crc32fast::hash(env_name.as_encoded_bytes())).into()
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::file("create directory", path, source)
}
