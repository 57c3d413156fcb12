//! The staging directory: an environment is built in it before it is put into place.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind, Lock};
use crate::interrupt::Interrupt;

/// The name of the staging directory inside an existing environment. A user who finds a leftover can tell what it is.
pub(super) const NAME: &str = ".rvenv-unfinished";

/// The directories inside the staging directory: `NEW` for what is being built, `OLD` for what was taken out of the
/// environment, `TRIAL` for trial runs and temporary files, `UNDONE` for a new environment that is taken back.
pub(super) const NEW: &str = "new";
pub(super) const OLD: &str = "old";
pub(super) const TRIAL: &str = "trial";
pub(super) const UNDONE: &str = "undone";

/// The length limit of file names on nearly all file systems (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// A staging directory of our own, on the file system of the environment. Its name is fixed for each ENV_DIR, and the
/// directory is locked: processes that create the same environment take turns, and the next lock holder takes over the
/// leftovers of a killed process.
#[derive(Debug)]
pub(super) struct Staging {
    parent: Rc<Dir>,
    name: OsString,
    path: PathBuf,
    pub(super) dir: Dir,
    lock: Option<Lock>,
    is_there: bool,
}

/// Whether a process is at work in ENV_DIR, or was killed there.
pub(crate) fn is_at_work(env_dir: &Path) -> bool {
    [env_dir.join(NAME), env_dir.with_file_name(name_beside(env_dir))].iter().any(|path| fs::exists(path))
}

impl Staging {
    /// Opens the staging directory inside an existing environment, once no other process is at work there.
    ///
    /// # Errors
    /// If the directory cannot be created, or a signal comes while waiting for the lock.
    pub(super) fn within(env: &Rc<Dir>, env_dir: &Path, interrupt: &Interrupt) -> Result<Self> {
        let opened = Self::open(env, OsStr::new(NAME), &env_dir.join(NAME), interrupt);
        opened.map_err(|error| nothing_created(error, env_dir, env_dir))
    }

    /// Opens the staging directory in `parent`, beside an environment that does not exist yet.
    ///
    /// # Errors
    /// Same as [`Staging::within`].
    pub(super) fn beside(parent: &Rc<Dir>, env_dir: &Path, interrupt: &Interrupt) -> Result<Self> {
        let name = name_beside(env_dir);
        let opened = Self::open(parent, &name, &env_dir.with_file_name(&name), interrupt);
        opened.map_err(|error| nothing_created(error, env_dir, env_dir.parent().unwrap_or(env_dir)))
    }

    /// Deletes the staging directory beside an environment, if it is a leftover of a killed process. Returns whether no
    /// process is at work there.
    pub(super) fn sweep_beside(parent: &Dir, env_dir: &Path) -> bool {
        let name = name_beside(env_dir);
        if !matches!(parent.kind(&name), Ok(Kind::Dir)) {
            return true;
        }
        // `take` clears the directory, unless a lock holder is at work in it.
        match take(parent, &name, &env_dir.with_file_name(&name), false) {
            Ok(Claim::Later) => false,
            Ok(Claim::Ours(_, lock)) => {
                let _ = parent.remove_locked_dir(&name, &mut Some(lock));
                true
            }
            Ok(Claim::NotOurs) | Err(_) => true,
        }
    }

    fn open(parent: &Rc<Dir>, name: &OsStr, path: &Path, interrupt: &Interrupt) -> Result<Self> {
        interrupt
            .wait_for(|| match claim(parent, name, path)? {
                Claim::Ours(dir, lock) => Ok(Some((name.to_owned(), dir, Some(lock)))),
                Claim::Later => Ok(None),
                Claim::NotOurs => with_own_name(parent, name, path).map(|(name, dir)| Some((name, dir, None))),
            })
            .map(|(name, dir, lock)| {
                let path = path.with_file_name(&name);
                Self { parent: Rc::clone(parent), name, path, dir, lock, is_there: true }
            })
    }

    /// Creates a directory in the staging directory, in place of anything that has the name.
    ///
    /// # Errors
    /// If the directory cannot be created.
    pub(super) fn create(&self, name: &str) -> Result<Dir> {
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

    /// The name of the staging directory in its parent.
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// The path of the staging directory, for programs that run in it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes the staging directory and everything in it.
    ///
    /// # Errors
    /// If something cannot be deleted.
    pub(super) fn finish(&mut self) -> Result<()> {
        let failed = |source| Error::file("delete", &self.path, source);
        // Often the directory is empty by now.
        if self.parent.remove_locked_dir(&self.name, &mut self.lock).is_err() {
            fs::clear(&self.dir, &self.path)?;
            // A second attempt may succeed, as in `fs::clear`.
            let retired = self.parent.remove_locked_dir(&self.name, &mut self.lock);
            retired.or_else(|_| self.parent.remove_locked_dir(&self.name, &mut self.lock)).map_err(failed)?;
        }
        self.is_there = false;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // An earlier `finish` has reported this error, or a worse error led here.
        if self.is_there {
            let _ = self.finish();
        }
    }
}

/// The outcome of asking for the staging directory with the fixed name.
enum Claim {
    Ours(Dir, Lock),
    /// Another process holds the lock, or has just deleted the directory.
    Later,
    /// The name belongs to another user's directory or to something else, or there are no locks.
    NotOurs,
}

fn claim(parent: &Dir, name: &OsStr, path: &Path) -> Result<Claim> {
    let is_new = match parent.create_private_dir(name) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(path, error)),
        other => other.is_ok(),
    };
    let claimed = take(parent, name, path, is_new);
    if is_new && !matches!(claimed, Ok(Claim::Ours(..) | Claim::Later)) {
        let _ = parent.remove_dir(name);
    }
    claimed
}

/// Locks and clears the directory with the fixed name, if it is ours.
fn take(parent: &Dir, name: &OsStr, path: &Path, is_new: bool) -> Result<Claim> {
    let dir = match parent.open_dir(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Claim::Later),
        Err(error) if is_new => return Err(failed(path, error)),
        Err(_) => return Ok(Claim::NotOurs),
        Ok(dir) => dir,
    };
    if !dir.only_owner_reads() {
        return Ok(Claim::NotOurs);
    }
    let lock = match dir.try_lock() {
        Ok(Some(lock)) => lock,
        Ok(None) => return Ok(Claim::Later),
        Err(_) => return Ok(Claim::NotOurs),
    };
    // The previous lock holder may have deleted the directory meanwhile.
    if !dir.is_at(parent, name).map_err(|source| failed(path, source))? {
        return Ok(Claim::Later);
    }
    if !is_new {
        let names = dir.names().map_err(|source| failed(path, source))?;
        if names.iter().any(|name| ![NEW, OLD, TRIAL, UNDONE, fs::LOCK_NAME].iter().any(|known| name == known)) {
            return Ok(Claim::NotOurs);
        }
        fs::clear(&dir, path)?;
    }
    Ok(Claim::Ours(dir, lock))
}

/// Creates a staging directory with a unique name, if the fixed name belongs to somebody else or there are no locks.
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

/// The error for users, who know nothing of staging directories.
fn nothing_created(error: Error, env_dir: &Path, dir: &Path) -> Error {
    match error {
        Error::File { source, action: CREATE, .. } => {
            Error::NothingCreated { env_dir: env_dir.to_owned(), dir: dir.to_owned(), source }
        }
        other => other,
    }
}

const CREATE: &str = "create directory";

fn failed(path: &Path, source: io::Error) -> Error {
    Error::file(CREATE, path, source)
}
