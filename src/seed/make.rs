//! Making a seed: once per interpreter, in a scratch environment created only for this purpose.

use std::time::{SystemTime, UNIX_EPOCH};

use super::pack::pack;
use super::reader::Seed;
use super::shebang;
use super::store::SeedStore;
use crate::apply::build;
use crate::cache::Claim;
use crate::config::{Config, Existing, Pip};
use crate::env_dir::EnvDir;
use crate::env_paths::EnvPaths;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs::{self, Lock, ScratchDir};
use crate::interpreter::Interpreter;
use crate::interrupt::Interrupt;
use crate::pip::{self, Surroundings};
use crate::plan::{self, Layout, Occupant};

/// Makes the seed, or waits for the process that is making it. Returns `None` if no seed can be made; ensurepip then
/// runs in the environment itself and reports the reason.
///
/// # Errors
/// When a signal comes meanwhile.
pub(crate) fn make(
    store: Option<&SeedStore>,
    interpreter: &Interpreter,
    environment: &Environment,
    interrupt: &Interrupt,
) -> Result<Option<Seed>> {
    // A Python from the Microsoft Store writes files that rvenv could not see.
    if interpreter.facts.is_of_store() {
        return Ok(None);
    }
    let making = Making { store, interpreter, environment, interrupt };
    let made = match store.map(|store| making.make_in_cache(store)) {
        // The cache may be full, or its path unfit for an environment.
        None
        | Some(Err(Error::File { .. } | Error::EnvDirPathSeparator { .. } | Error::EnvDirControlCharacter { .. })) => {
            making.make_in_temp()
        }
        Some(made) => made,
    };
    match made {
        Err(interrupted @ Error::Interrupted { .. }) => Err(interrupted),
        other => Ok(other.ok().flatten()),
    }
}

/// The making of one seed.
struct Making<'a> {
    store: Option<&'a SeedStore<'a>>,
    interpreter: &'a Interpreter,
    environment: &'a Environment,
    interrupt: &'a Interrupt,
}

impl Making<'_> {
    fn make_in_cache(&self, store: &SeedStore) -> Result<Option<Seed>> {
        // On a file system without locks, a seed may be made twice.
        let lock = match store.claim()? {
            Claim::Found(seed) => return Ok(Some(seed)),
            Claim::Ours(lock) => lock,
        };
        store.prune();
        let scratch = store.scratch_dir()?;
        // For a path that does not fit a plain `#!` line, pip may write broken scripts, from which no seed can be made.
        let env = self.env_paths(&env_dir(&scratch)?);
        if shebang::is_plain(&env.python, env.os) { self.make_in(scratch, lock.as_ref()) } else { self.make_in_temp() }
    }

    /// Makes the seed in the directory for temporary files.
    fn make_in_temp(&self) -> Result<Option<Seed>> {
        self.make_in(ScratchDir::new(&self.environment.temp_dir, "rvenv-")?, None)
    }

    /// Makes the seed in `scratch`.
    fn make_in(&self, scratch: ScratchDir, lock: Option<&Lock>) -> Result<Option<Seed>> {
        let env_dir = env_dir(&scratch)?;
        self.build_env(&env_dir)?;
        // An even number, as some file systems store times in steps of two seconds.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() & !1;
        let home = scratch.path().join("home");
        fs::create_dir(&home)?;
        let temp = pip::safe_temp(&self.environment.temp_dir, &home);
        let surroundings = Surroundings { temp, home: Some(&home), lock, interrupt: self.interrupt };
        // Taken before ensurepip reads the files.
        let stamps = self.interpreter.stamps.of_seed(&self.interpreter.facts).with_contents(self.interrupt);
        let env = self.env_paths(&env_dir);
        let Some(files) = pip::install(&env, surroundings)? else { return Ok(None) };
        let Some(new) = pack(files, &env, stamps.text(), now) else { return Ok(None) };
        // If the files have changed meanwhile, ensurepip may have read either state: such a seed is not kept.
        let store = self.store.filter(|_| stamps.is_current(self.interrupt));
        let seed = match store.and_then(|store| store.keep(&new)) {
            None => {
                let path = scratch.path().join("seed");
                fs::create_with(&path, |file| new.write(file)).map_err(|source| Error::file("write", &path, source))?;
                Seed::open(fs::open(&path)?)
            }
            kept => kept,
        };
        // The lock ends here: processes that wait for it find the seed, or make one of their own.
        Ok(seed.map(|seed| seed.with_scratch(scratch)))
    }

    /// The paths of the scratch environment.
    fn env_paths(&self, env_dir: &EnvDir) -> EnvPaths {
        let facts = &self.interpreter.facts;
        let layout = Layout::of(facts);
        EnvPaths::of(env_dir, &layout.script(&layout.executable), facts.os)
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
