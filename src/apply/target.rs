//! ENV_DIR while it is ours alone: vacant, placed by us, or occupied by what was there.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::merge::{Intent, merge};
use super::staging::{NEW, Staging};
use super::undo::UndoLog;
use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind};
use crate::interrupt::Interrupt;

/// The place of one environment, locked. Dropped before it is [finished](Target::finish), it takes all changes back.
#[derive(Debug)]
pub(crate) struct Target {
    env_dir: PathBuf,
    // Dropped before the log: a new environment is taken back without the guard in it.
    state: State,
    log: UndoLog,
}

/// What is at ENV_DIR.
#[derive(Debug)]
enum State {
    /// Nothing. The staging directory is beside it.
    Vacant { parent: Rc<Dir> },
    /// A new environment that we have put there. The staging directory is beside it; the guard in it keeps others
    /// waiting who find it now.
    Placed { env: Rc<Dir>, guard: Option<Staging> },
    /// A directory that was there. The staging directory is in it.
    Occupied { env: Rc<Dir> },
}

/// Whether what was built has been put into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Placement {
    Placed,
    /// Another process has put something there first.
    LostRace,
}

/// What follows when something has been put into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it is done.
    Finish,
    /// A program is run there.
    Run,
}

impl Target {
    /// Goes to the place of an environment and waits until nobody else is at work there.
    ///
    /// # Errors
    /// When something cannot be opened or created there, or a signal comes meanwhile.
    pub(crate) fn take(env_dir: &EnvDir, interrupt: &Interrupt) -> Result<Self> {
        // Others may create and delete the directory at the same time, but hardly that often.
        const TRIES: u32 = 100;
        for _ in 0..TRIES {
            interrupt.check()?;
            if let Some(target) = Self::try_take(&env_dir.path, interrupt)? {
                return Ok(target);
            }
        }
        Err(Error::file("work in", &env_dir.path, ErrorKind::ResourceBusy.into()))
    }

    /// Nothing where the directory has just been created or deleted.
    fn try_take(env_dir: &Path, interrupt: &Interrupt) -> Result<Option<Self>> {
        let env = match Dir::open_itself(env_dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::take_vacant(env_dir, interrupt),
            other => other.map_err(|source| Error::file("open", env_dir, source))?,
        };
        if let Some(Ok(parent)) = env_dir.parent().map(Dir::open) {
            Staging::sweep_beside(&parent, env_dir);
        }
        let staging = unless_gone(Staging::within(&env, env_dir, interrupt))?;
        Ok(staging.map(|staging| {
            let state = State::Occupied { env: Rc::new(env) };
            Self { env_dir: env_dir.to_owned(), state, log: UndoLog::new(staging) }
        }))
    }

    fn take_vacant(env_dir: &Path, interrupt: &Interrupt) -> Result<Option<Self>> {
        let above = env_dir.parent().unwrap_or(env_dir);
        let topmost = fs::create_parent(env_dir)?;
        let opened = Dir::open(above).map_err(|source| Error::file("open", above, source));
        let staged = opened.and_then(|parent| Ok((Staging::beside(&parent, env_dir, interrupt)?, parent)));
        let staged = unless_gone(staged).inspect_err(|_| {
            if let Some(topmost) = &topmost {
                fs::remove_empty_dirs(above, topmost);
            }
        })?;
        let Some((staging, parent)) = staged else { return Ok(None) };
        let mut log = UndoLog::new(staging);
        log.parents_created(above, topmost);
        // The previous lock holder may have created it.
        let is_vacant = matches!(parent.kind(file_name(env_dir)), Ok(Kind::Nothing));
        let state = State::Vacant { parent: Rc::new(parent) };
        Ok(is_vacant.then(|| Self { env_dir: env_dir.to_owned(), state, log }))
    }

    /// Whether ENV_DIR is absent.
    pub(crate) fn is_vacant(&self) -> bool {
        matches!(self.state, State::Vacant { .. })
    }

    /// The directory to build in.
    pub(super) fn staging(&self) -> &Staging {
        &self.log.staging
    }

    /// Puts what was built in the directory `new` into place.
    ///
    /// # Errors
    /// When something cannot be put where it goes. What was put before stays until all is taken back.
    pub(super) fn put(&mut self, new: Dir, intent: &Intent, next: Next, interrupt: &Interrupt) -> Result<Placement> {
        match &self.state {
            State::Vacant { parent } => self.place(Rc::clone(parent), new, next, interrupt),
            State::Placed { env, .. } | State::Occupied { env } => {
                merge(&new, env, intent, &self.env_dir, &mut self.log).map(|()| Placement::Placed)
            }
        }
    }

    fn place(&mut self, parent: Rc<Dir>, new: Dir, next: Next, interrupt: &Interrupt) -> Result<Placement> {
        let guard = match next {
            Next::Finish => None,
            Next::Run => Some(Staging::within(&new, &self.env_dir, interrupt)?),
        };
        let name = file_name(&self.env_dir);
        match self.log.staging.dir.rename_new(NEW, &parent, name) {
            Err(error) if is_taken(&error) => return Ok(Placement::LostRace),
            other => other.map_err(|source| Error::file("create", &self.env_dir, source))?,
        }
        let env = Rc::new(new);
        self.log.env_placed(parent, name, Rc::clone(&env));
        self.state = State::Placed { env, guard };
        Ok(Placement::Placed)
    }

    /// Deletes the leftovers of the work; the changes stay.
    ///
    /// # Errors
    /// When something cannot be deleted. Some of the replaced things may be gone then, so an environment that was there
    /// stays as it has become; a new one goes.
    pub(crate) fn finish(mut self) -> Result<()> {
        match &mut self.state {
            State::Placed { guard, .. } => {
                guard.as_mut().map_or(Ok(()), Staging::finish)?;
                self.log.staging.finish()?;
                self.log.forget();
                Ok(())
            }
            State::Vacant { .. } | State::Occupied { .. } => {
                self.log.forget();
                self.log.staging.finish()
            }
        }
    }
}

fn file_name(env_dir: &Path) -> &OsStr {
    env_dir.file_name().unwrap_or_default()
}

/// Nothing instead of an error which says that a directory is gone.
fn unless_gone<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(Error::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory)
}
