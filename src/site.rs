//! Where an environment goes, which is ours alone while we are at work. What has been built is put into place there, in
//! one step where nothing is there yet.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir};
use crate::interrupt;
use crate::merge::{Changes, Merge};
use crate::staging::{NEW, OLD, Staging};

/// The place of one environment.
pub(crate) struct Site {
    env_dir: PathBuf,
    beside: Option<Beside>,
    within: Option<Within>,
}

/// ENV_DIR was not there: what is to be there is built beside it.
struct Beside {
    staging: Staging,
    parent: Dir,
    /// The topmost directory above it that was made.
    made: Option<PathBuf>,
    /// What was built, when it has been put into place.
    put: Option<Dir>,
}

/// ENV_DIR is there: what is to be in it is built in it.
struct Within {
    staging: Staging,
    env: Dir,
    merge: Merge,
}

/// Whether something has been put into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Done,
    /// Somebody else has put something there first.
    Overtaken,
}

impl Site {
    /// Goes to the place of an environment and waits until nobody else is at work there.
    ///
    /// # Errors
    /// When something cannot be opened or made there, or a signal comes meanwhile.
    pub(crate) fn open(env_dir: &EnvDir) -> Result<Self> {
        // Others may make and delete the directory at the same time, but hardly that often.
        const TRIES: u32 = 100;
        for _ in 0..TRIES {
            interrupt::check()?;
            if let Some(site) = Self::try_open(&env_dir.path)? {
                return Ok(site);
            }
        }
        Err(Error::file("work in", &env_dir.path, ErrorKind::ResourceBusy.into()))
    }

    /// Nothing where the directory has just been made or deleted.
    fn try_open(env_dir: &Path) -> Result<Option<Self>> {
        let env = match Dir::open_itself(env_dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::absent(env_dir),
            other => other.map_err(|source| Error::file("open", env_dir, source))?,
        };
        if let Some(Ok(parent)) = env_dir.parent().map(Dir::open) {
            Staging::sweep_beside(&parent, env_dir);
        }
        Ok(unless_gone(Staging::within(&env, env_dir))?.map(|staging| {
            let within = Some(Within { staging, env, merge: Merge::default() });
            Self { env_dir: env_dir.to_owned(), beside: None, within }
        }))
    }

    fn absent(env_dir: &Path) -> Result<Option<Self>> {
        let above = env_dir.parent().unwrap_or(env_dir);
        let made = fs::create_parent(env_dir)?;
        let opened = Dir::open(above).map_err(|source| Error::file("open", above, source));
        let staged = opened.and_then(|parent| Ok((Staging::beside(&parent, env_dir)?, parent)));
        let staged = unless_gone(staged).inspect_err(|_| remove_made(env_dir, made.as_deref()))?;
        let site = staged.map(|(staging, parent)| {
            let beside = Some(Beside { staging, parent, made, put: None });
            Self { env_dir: env_dir.to_owned(), beside, within: None }
        });
        // The one who was at work before us may have made it.
        Ok(site.filter(Self::is_vacant))
    }

    fn is_vacant(&self) -> bool {
        let name = self.env_dir.file_name().unwrap_or_default();
        self.beside.as_ref().is_some_and(|beside| matches!(beside.parent.kind(name), Ok(fs::Kind::Nothing)))
    }

    /// Whether there is no ENV_DIR yet.
    pub(crate) fn is_new(&self) -> bool {
        self.within.is_none()
    }

    /// Where to build.
    ///
    /// # Errors
    /// When all is finished.
    pub(crate) fn staging(&self) -> Result<&Staging> {
        let within = self.within.as_ref().map(|within| &within.staging);
        let staging = within.or(self.beside.as_ref().map(|beside| &beside.staging));
        staging.ok_or_else(|| Error::file("work in", &self.env_dir, ErrorKind::NotFound.into()))
    }

    /// Puts what was built in the directory `new` into place. `goes_on` says that something is going to be run there
    /// then.
    ///
    /// # Errors
    /// When something cannot be put where it goes. What was put before stays until all is taken back.
    pub(crate) fn put(&mut self, new: Dir, changes: &Changes, goes_on: bool) -> Result<Put> {
        if let Some(Within { staging, env, merge }) = &mut self.within {
            return merge.put(&new, env, staging, changes, &self.env_dir).map(|()| Put::Done);
        }
        let Some(beside) = &mut self.beside else { return Ok(Put::Overtaken) };
        // Whoever finds the environment from now on is to wait until we are done with it.
        let staging = goes_on.then(|| Staging::within(&new, &self.env_dir)).transpose()?;
        let name = self.env_dir.file_name().unwrap_or_default();
        match beside.staging.dir.rename_new(NEW, &beside.parent, name) {
            Err(error) if is_taken(&error) => return Ok(Put::Overtaken),
            other => other.map_err(|source| Error::file("make", &self.env_dir, source))?,
        }
        let env = staging.is_some().then(|| new.again()).transpose();
        beside.put = Some(new);
        let env = env.map_err(|source| Error::file("open", &self.env_dir, source))?;
        self.within = staging.zip(env).map(|(staging, env)| Within { staging, env, merge: Merge::default() });
        Ok(Put::Done)
    }

    /// Deletes what is left of the work.
    ///
    /// # Errors
    /// When something cannot be deleted. Of what was replaced, some may be gone then, so all stays as it has become; a
    /// new environment goes.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Some(Within { mut staging, .. }) = self.within.take() {
            staging.finish()?;
        }
        if let Some(beside) = &mut self.beside {
            beside.staging.finish()?;
            self.beside = None;
        }
        Ok(())
    }

    /// Takes back all that was put into place.
    fn take_back(&mut self) {
        if let Some(Within { merge, .. }) = self.within.take() {
            merge.undo();
        }
        let Some(Beside { staging, parent, made, put }) = self.beside.take() else { return };
        let name = self.env_dir.file_name().unwrap_or_default();
        // It may be another by now.
        if put.is_some_and(|env| env.is_at(&parent, name).unwrap_or(false)) {
            let _ = parent.rename(name, &staging.dir, OLD);
        }
        drop(staging);
        remove_made(&self.env_dir, made.as_deref());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.take_back();
    }
}

/// Nothing instead of an error which says that a directory is not there any more.
fn unless_gone<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(Error::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory)
}

/// Deletes the directories that were made above an environment, as far as they are empty.
fn remove_made(env_dir: &Path, topmost: Option<&Path>) {
    if let (Some(above), Some(topmost)) = (env_dir.parent(), topmost) {
        fs::remove_empty_dirs(above, topmost);
    }
}
