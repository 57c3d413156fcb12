//! What is installed into a new environment, and how it gets there.
//!
//! ensurepip is the only installer. What it installs is kept, once for each interpreter, as a *seed*: a file from which
//! the same files are made again, with what is different in each environment put in.

mod archive;
mod bytes;
mod collect;
mod data;
mod ensurepip;
mod restore;
mod shebang;
mod splice;

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::config::{Config, Seed as Wanted};
use crate::distribution;
use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir, File, Lock, ScratchDir};
use crate::interpreter::facts::Facts;
use archive::{List, ReadList};

pub(crate) use collect::Gathered;
pub(crate) use ensurepip::{Surroundings, bootstrap, safe_temp, upgrade};

/// What the names end in of the lock under which a seed is made, and of the directory in which.
pub(crate) const LOCK: &str = ".lock";
pub(crate) const SCRATCH: &str = ".scratch-";

/// Makes sure that what `config` wants installed can be.
///
/// # Errors
/// When pip is wanted and the interpreter has no ensurepip, with the package that brings it where the system is known.
pub(crate) fn check(facts: &Facts, config: &Config) -> Result<()> {
    if config.seed == Wanted::Nothing || facts.has_ensurepip {
        return Ok(());
    }
    // os-release(5) names both places.
    let places = ["/etc/os-release", "/usr/lib/os-release"];
    let os_release = places.iter().find_map(|path| fs::read_text(Path::new(path)).ok().flatten());
    Err(Error::NoEnsurepip {
        executable: facts.executable.clone().into(),
        version: facts.version,
        remedy: distribution::ensurepip_remedy(facts, &os_release.unwrap_or_default()),
    })
}

/// The paths of an environment that files in it may hold.
pub(crate) struct EnvPaths {
    /// Its directory.
    dir: PathBuf,
    /// The same as text.
    text: String,
    /// Its interpreter.
    python: String,
    /// Its scripts directory, relative to it.
    scripts: String,
    /// Whether scripts start as they do on POSIX.
    is_posix: bool,
}

impl EnvPaths {
    /// Those of the environment `env_dir`, whose interpreter is `python`, a path relative to it.
    pub(crate) fn of(env_dir: &EnvDir, python: &str) -> Self {
        Self {
            dir: env_dir.path.clone(),
            text: env_dir.text.clone(),
            python: splice::native(&env_dir.text, python),
            scripts: python.rsplit_once('/').map_or("", |(scripts, _)| scripts).to_owned(),
            is_posix: std::path::MAIN_SEPARATOR == '/',
        }
    }

    /// Whether scripts start with a plain `#!` line.
    pub(crate) fn has_plain_shebang(&self) -> bool {
        shebang::shebang(&self.python, self.is_posix, b"").trim_end() == format!("#!{}", self.python)
    }
}

/// What ensurepip installs, ready to be written into environments.
#[derive(Debug)]
pub(crate) struct Seed {
    file: File,
    path: PathBuf,
    list: List,
    /// Where in the file the data begins.
    data: u64,
    /// Where it was made. Deleting that can wait: on some file systems, making files after it would.
    _scratch: Option<ScratchDir>,
    /// It ends after that.
    _lock: Option<Lock>,
}

impl Seed {
    /// Opens a seed, whatever it was made for. One that is damaged is none.
    pub(crate) fn open(file: File, path: PathBuf) -> Option<Self> {
        let ReadList { list, data } = List::read(&file)?;
        let seed = Self { file, path, list, data, _scratch: None, _lock: None };
        data::is_complete(&seed).then_some(seed)
    }

    /// Keeps where it was made, and the lock under which, for as long as it is in use.
    pub(crate) fn with_scratch(self, scratch: ScratchDir, lock: Option<Lock>) -> Self {
        Self { _scratch: Some(scratch), _lock: lock, ..self }
    }

    /// What it was made for.
    pub(crate) fn identity(&self) -> &str {
        &self.list.identity
    }

    /// Writes the same seed as one that was made for something else.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(crate) fn write_as(&self, identity: &str, file: &mut File) -> io::Result<()> {
        file.write_all(&List { identity: identity.to_owned(), ..self.list.clone() }.encode())?;
        let mut data = &self.file;
        data.seek(SeekFrom::Start(self.data))?;
        io::copy(&mut data, file).map(drop)
    }

    /// Writes what ensurepip installs into `new`, the directory of an environment that will have these paths.
    ///
    /// # Errors
    /// When a file cannot be written, or the seed turns out to be damaged.
    pub(crate) fn install(&self, env: &EnvPaths, new: &Dir) -> Result<()> {
        restore::restore(self, env, new)
    }
}

/// Runs ensurepip in an environment that was made for nothing else, and gathers what it installs. Nothing where that
/// cannot become a seed. What programs that pip asks for their version leave in the home directory, they leave in that
/// of its surroundings.
///
/// # Errors
/// When ensurepip fails, or a file cannot be read.
pub(crate) fn gather(
    env: &EnvPaths,
    surroundings: Surroundings,
    identity: String,
    mtime: u64,
) -> Result<Option<Gathered>> {
    let before = fs::walk(&env.dir)?.into_iter().map(|found| found.path).collect();
    bootstrap(Path::new(&env.python), &env.dir, surroundings)?;
    collect::collect(env, &before, identity, mtime)
}

#[cfg(fuzzing)]
pub mod fuzzing;
