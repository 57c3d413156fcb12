//! Making a seed, once per interpreter: from the wheels of ensurepip, or by running ensurepip.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::io;
use std::path::Path;

use super::dates::{DATE_STEP, now};
use super::pack::{NewSeed, pack};
use super::reader::Seed;
use super::store::SeedStore;
use crate::apply::build;
use crate::cache::{Claim, Stamps};
use crate::config::{Config, Existing, Pip};
use crate::env_dir::EnvDir;
use crate::env_paths::EnvPaths;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::facts::{Facts, Os, RelPath};
use crate::fs::{self, Lock, ScratchDir};
use crate::interpreter::Interpreter;
use crate::interrupt::Interrupt;
use crate::pip::shebang;
use crate::pip::{self, NotNative, Surroundings};
use crate::plan::{self, Layout, Occupant};

/// The installer that a seed is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Installer {
    /// rvenv itself.
    Native,
    /// ensurepip.
    Ensurepip {
        /// The reason why rvenv did not install pip itself.
        reason: String,
    },
}

impl fmt::Display for Installer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str("pip: from the wheels of ensurepip"),
            Self::Ensurepip { reason } => write!(f, "pip: by ensurepip, since {reason}"),
        }
    }
}

/// Makes the seed, or waits for the process that is making it. Tells `observer` the installer, and `not_kept` why the
/// seed cannot be kept. Returns `None` if no seed can be made; ensurepip then runs in the environment itself and
/// reports the reason.
///
/// # Errors
/// When a wheel of ensurepip would do harm, or a signal comes meanwhile.
pub(crate) fn make(
    store: Option<&SeedStore>,
    interpreter: &Interpreter,
    environment: &Environment,
    interrupt: &Interrupt,
    observer: impl Fn(&Installer),
    not_kept: &dyn Fn(&io::Error),
) -> Result<Option<Seed>> {
    // A Python from the Microsoft Store writes files that rvenv could not see.
    if interpreter.facts.is_of_store() {
        return Ok(None);
    }
    // On a file system without locks, a seed may be made twice.
    let lock = match store.map(SeedStore::claim).transpose()? {
        Some(Claim::Found(seed)) => return Ok(Some(seed)),
        Some(Claim::Ours(lock)) => lock,
        None => None,
    };
    if let Some(store) = store {
        store.prune();
    }
    // Memory that cannot be had ends the process. ensurepip in the environment needs none of rvenv's.
    if !has_memory(memory(&interpreter.facts)) {
        observer(&Installer::Ensurepip { reason: "memory is short".to_owned() });
        return Ok(None);
    }
    // The lock ends with this function: processes that wait for it find the seed, or make one of their own.
    let making = Making { store, interpreter, environment, interrupt, lock, not_kept };
    let reason = match making.make_natively() {
        Ok(seed) => {
            observer(&Installer::Native);
            return Ok(Some(seed));
        }
        Err(NotNative::Failed(error)) => return Err(error),
        Err(NotNative::Unknown(reason)) => reason,
    };
    observer(&Installer::Ensurepip { reason });
    match making.make_by_ensurepip() {
        Err(interrupted @ Error::Interrupted { .. }) => Err(interrupted),
        other => Ok(other.ok().flatten()),
    }
}

/// The memory that making a seed takes, in bytes: some for threads, and a multiple of the wheels, which are unpacked,
/// handed to the helpers, compiled and packed (measured: up to 15 times their size).
fn memory(facts: &Facts) -> usize {
    const FOR_THREADS: u64 = 14 << 20;
    const MOST: u64 = 32 << 20;
    let wheels: u64 = facts.bundled.iter().filter_map(|wheel| fs::length(Path::new(wheel))).sum();
    usize::try_from(FOR_THREADS + 16 * wheels.min(MOST)).unwrap_or(usize::MAX)
}

/// Whether so many bytes of memory can be had now.
fn has_memory(bytes: usize) -> bool {
    let mut room = Vec::<u8>::new();
    let is_there = room.try_reserve_exact(bytes).is_ok();
    // An allocation that nobody looks at is none in an optimized program.
    black_box(&room);
    is_there
}

/// The making of one seed.
struct Making<'a> {
    store: Option<&'a SeedStore<'a>>,
    interpreter: &'a Interpreter,
    environment: &'a Environment,
    interrupt: &'a Interrupt,
    lock: Option<Lock>,
    not_kept: &'a dyn Fn(&io::Error),
}

impl Making<'_> {
    /// Makes the seed in memory, for an environment that exists nowhere.
    fn make_natively(&self) -> Result<Seed, NotNative> {
        if self.environment.runs_ensurepip {
            return Err(NotNative::Unknown("RVENV_PIP says so".to_owned()));
        }
        let (env, mtime) = (self.nowhere(), now());
        if !shebang::is_plain(&env.python, env.os) {
            return Err(NotNative::Unknown("the interpreter's name is an unusual one".to_owned()));
        }
        let Interpreter { facts, .. } = self.interpreter;
        let stamps = self.stamps();
        stamps.read_needed_contents(self.interrupt);
        // The stamps show in the end whether a file has changed meanwhile, so its contents may be read at any time.
        let meanwhile = || stamps.read_contents(self.interrupt);
        let files = pip::install_natively(facts, &env, mtime, self.environment, self.interrupt, meanwhile)?;
        let lost = || NotNative::Unknown("a file that it installs has an unknown form".to_owned());
        let new = pack(files, &env, stamps.text(), mtime).ok_or_else(lost)?;
        Ok(self.keep(new, &stamps))
    }

    /// Makes the seed in a scratch environment, with ensurepip. Returns `None` if that leaves something unknown.
    fn make_by_ensurepip(&self) -> Result<Option<Seed>> {
        match self.store.map(|store| self.make_in_cache(store)) {
            // The cache may be full, or its path unfit for an environment.
            None | Some(Err(Error::File { .. } | Error::NothingCreated { .. } | Error::EnvDirUnfit { .. })) => {
                self.make_in_temp()
            }
            Some(made) => made,
        }
    }

    fn make_in_cache(&self, store: &SeedStore) -> Result<Option<Seed>> {
        let scratch = store.scratch_dir()?;
        // For a path that does not fit a plain `#!` line, pip may write broken scripts, from which no seed can be made.
        let env = self.env_paths(&env_dir(&scratch)?);
        if shebang::is_plain(&env.python, env.os) { self.make_in(scratch) } else { self.make_in_temp() }
    }

    /// Makes the seed in the directory for temporary files.
    fn make_in_temp(&self) -> Result<Option<Seed>> {
        self.make_in(ScratchDir::new(&self.environment.temp_dir, "rvenv-")?)
    }

    /// Makes the seed in `scratch`.
    fn make_in(&self, scratch: ScratchDir) -> Result<Option<Seed>> {
        let env_dir = env_dir(&scratch)?;
        self.build_env(&env_dir)?;
        let mtime = now();
        let home = scratch.path().join("home");
        fs::create_dir(&home)?;
        let Environment { few_variables, temp_dir, .. } = self.environment;
        let surroundings = Surroundings {
            variables: Some(few_variables),
            temp: pip::safe_temp(temp_dir, &home).or(Some(temp_dir)),
            home: Some(&home),
            lock: self.lock.as_ref(),
            interrupt: self.interrupt,
        };
        // Taken before ensurepip reads the files.
        let stamps = self.stamps();
        stamps.read_contents(self.interrupt);
        let env = self.env_paths(&env_dir);
        let Some(files) = pip::install(&env, surroundings)? else { return Ok(None) };
        let Some(new) = pack(files, &env, stamps.text(), mtime) else { return Ok(None) };
        Ok(Some(self.keep(new, &stamps).with_scratch(scratch)))
    }

    /// Keeps the seed in the cache, unless the files from which it was made have changed meanwhile: either state of
    /// them may then be in it. Nor is a seed kept that is older than these files: the clock is wrong.
    fn keep(&self, new: NewSeed, stamps: &Stamps) -> Seed {
        let is_older = new.list.mtime + DATE_STEP <= stamps.last_change();
        if let Some(store) = self.store.filter(|_| !is_older && stamps.is_current(self.interrupt)) {
            store.keep(&new).unwrap_or_else(|error| (self.not_kept)(&error));
        }
        Seed::in_memory(new)
    }

    /// The stamps of the files from which the seed is made, before they are read.
    fn stamps(&self) -> Stamps {
        self.interpreter.stamps.of_seed(&self.interpreter.facts)
    }

    /// The paths of an environment that exists nowhere, by a name that nothing else contains.
    fn nowhere(&self) -> EnvPaths {
        let facts = &self.interpreter.facts;
        let root = if facts.os == Os::Windows { "C:" } else { "" };
        let separator = facts.os.separator();
        let name = RandomState::new().hash_one(0);
        let text = format!("{root}{separator}rvenv-{name:016x}{separator}env");
        let env_dir = EnvDir { path: (&text).into(), text, name: "env".to_owned() };
        EnvPaths::of(&env_dir, &self.python(), facts.os)
    }

    /// The paths of the scratch environment.
    fn env_paths(&self, env_dir: &EnvDir) -> EnvPaths {
        EnvPaths::of(env_dir, &self.python(), self.interpreter.facts.os)
    }

    /// The path of an environment's interpreter.
    fn python(&self) -> RelPath {
        let layout = Layout::of(&self.interpreter.facts);
        layout.script(&layout.executable)
    }

    /// Builds the scratch environment: like any other, but without pip and activation scripts.
    fn build_env(&self, env_dir: &EnvDir) -> Result<()> {
        let config = Config { pip: Pip::Omit, existing: Existing::Upgrade, ..Config::default() };
        build::env(&plan::plan(&self.interpreter.facts, &config, env_dir, &Occupant::Vacant), self.interrupt)
    }
}

/// The directory of the scratch environment.
fn env_dir(scratch: &ScratchDir) -> Result<EnvDir> {
    EnvDir::resolve(scratch.path().join("env").as_os_str(), None)
}
