//! ENV_DIR while we hold its lock: vacant, placed by us, or occupied by an earlier directory.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::staging::Staging;
use super::undo::UndoLog;
use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind};
use crate::interrupt::Waiting;
use crate::warning::Warning;

/// One ENV_DIR, locked. A target that is dropped before it is [finished](Target::finish) takes all changes back.
#[derive(Debug)]
pub(crate) struct Target {
    pub(super) env_dir: PathBuf,
    // Fields are dropped in order: the guard goes before the log moves the environment away.
    pub(super) state: State,
    pub(super) log: UndoLog,
    /// Whether a program was run in ENV_DIR.
    pub(super) has_run: bool,
}

/// The state of ENV_DIR.
#[derive(Debug)]
pub(super) enum State {
    /// ENV_DIR is absent: not even an empty directory. The staging directory is beside it.
    Vacant { parent: Rc<Dir> },
    /// ENV_DIR is the new environment. The staging directory is beside it. The guard, a staging directory inside, makes
    /// processes wait that find the environment now.
    Placed { env: Rc<Dir>, guard: Option<Staging> },
    /// ENV_DIR existed before. The staging directory is inside.
    Occupied { env: Rc<Dir> },
}

impl Target {
    /// Locks ENV_DIR, after waiting until no other process is at work there.
    ///
    /// # Errors
    /// If something cannot be opened or created there, or a signal comes meanwhile.
    pub(crate) fn take(env_dir: &EnvDir, waiting: Waiting) -> Result<Self> {
        // Other processes may create and delete ENV_DIR at the same time, but hardly this often.
        const TRIES: u32 = 100;
        let mut gone = None;
        for _ in 0..TRIES {
            waiting.interrupt.check()?;
            if let Some(target) = Self::try_take(&env_dir.path, &mut gone, waiting)? {
                return Ok(target);
            }
        }
        // Perhaps nothing is gone, and the file system says so of anything that is to be created (proc(5)).
        Err(gone.unwrap_or_else(|| Error::file("work in", &env_dir.path, ErrorKind::ResourceBusy.into())))
    }

    /// Tries to lock ENV_DIR; returns `None` if the directory has just been created or deleted.
    fn try_take(env_dir: &Path, gone: &mut Option<Error>, waiting: Waiting) -> Result<Option<Self>> {
        let env = match Dir::open_itself(env_dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::take_vacant(env_dir, gone, waiting),
            other => Rc::new(other.map_err(|source| Error::file("open", env_dir, source))?),
        };
        let parent = env_dir.parent().and_then(|parent| Dir::open(parent).ok());
        if let Some(parent) = &parent {
            // A process at work there may still take ENV_DIR back.
            waiting.wait_for(|| Ok(Staging::sweep_beside(parent, env_dir).then_some(())))?;
        }
        let staging = unless_gone(Staging::within(&env, env_dir, waiting), gone)?;
        let is_there = |parent: &Dir| env.is_at(parent, file_name(env_dir)).unwrap_or(false);
        let staging = staging.filter(|_| parent.as_ref().is_none_or(is_there));
        Ok(staging.map(|staging| {
            let state = State::Occupied { env };
            Self { env_dir: env_dir.to_owned(), state, log: UndoLog::new(staging), has_run: false }
        }))
    }

    fn take_vacant(env_dir: &Path, gone: &mut Option<Error>, waiting: Waiting) -> Result<Option<Self>> {
        let above = env_dir.parent().unwrap_or(env_dir);
        let mut topmost = None;
        let opened = match Dir::open(above) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                topmost = fs::create_parent(env_dir)?;
                Dir::open(above)
            }
            other => other,
        };
        let opened = opened.map(Rc::new).map_err(|source| Error::file("open", above, source));
        let staged = opened.and_then(|parent| Ok((Staging::beside(&parent, env_dir, waiting)?, parent)));
        let staged = unless_gone(staged, gone).inspect_err(|_| {
            if let Some(topmost) = &topmost {
                fs::remove_empty_dirs(above, topmost);
            }
        })?;
        let Some((staging, parent)) = staged else { return Ok(None) };
        let mut log = UndoLog::new(staging);
        log.parents_created(above, topmost);
        // The previous lock holder may have created ENV_DIR.
        let is_vacant = matches!(parent.kind(file_name(env_dir)), Ok(Kind::Nothing));
        let state = State::Vacant { parent };
        Ok(is_vacant.then(|| Self { env_dir: env_dir.to_owned(), state, log, has_run: false }))
    }

    /// Whether ENV_DIR is absent.
    pub(crate) fn is_vacant(&self) -> bool {
        matches!(self.state, State::Vacant { .. })
    }

    /// Whether an earlier process was killed while it worked in ENV_DIR.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.log.staging.is_mark
    }

    /// Whether a program was run in an environment that existed before, so that its changes cannot be taken back.
    pub(crate) fn has_run(&self) -> bool {
        self.has_run && matches!(self.state, State::Occupied { .. })
    }

    /// Lets the staging directory stay as a mark, also if this run fails.
    pub(crate) fn keep_mark(&mut self) {
        self.log.staging.is_mark = true;
    }

    /// The environment, once something is in place, and whether files were copied there, as they could not be renamed.
    pub(super) fn placed(&self) -> Option<(&Dir, bool)> {
        match &self.state {
            State::Placed { env, .. } | State::Occupied { env } => Some((env, self.log.has_copied)),
            State::Vacant { .. } => None,
        }
    }

    /// The staging directory to build in.
    pub(super) fn staging(&self) -> &Staging {
        &self.log.staging
    }

    /// Deletes the staging directory with the replaced entries in it; the changes stay, also if something cannot be
    /// deleted. Returns what that is, unless an earlier run has left it.
    ///
    /// With `keeps_mark`, the staging directory stays, as the mark of an incomplete environment.
    pub(crate) fn finish(mut self, keeps_mark: bool) -> Option<Warning> {
        self.log.forget();
        self.log.staging.is_mark = keeps_mark;
        let guard = match &mut self.state {
            State::Placed { guard, .. } => guard.as_mut().and_then(Staging::finish),
            State::Vacant { .. } | State::Occupied { .. } => None,
        };
        self.log.staging.finish().or(guard)
    }
}

pub(super) fn file_name(env_dir: &Path) -> &OsStr {
    env_dir.file_name().unwrap_or_default()
}

/// Turns an error which says that a directory is gone into `None`, and keeps it in `gone`.
fn unless_gone<T>(result: Result<T>, gone: &mut Option<Error>) -> Result<Option<T>> {
    match result {
        Err(error) if says_gone(&error) => {
            *gone = Some(error);
            Ok(None)
        }
        other => other.map(Some),
    }
}

fn says_gone(error: &Error) -> bool {
    matches!(error, Error::File { source, .. } | Error::NothingCreated { source, .. }
        if source.kind() == ErrorKind::NotFound)
}
