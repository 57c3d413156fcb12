//! Making a seed: once for each interpreter, in an environment that is created for nothing else.

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

/// Makes the seed, or waits for the process that is making it. Nothing where no seed can be made: ensurepip says why
/// when it is run in the environment itself.
///
/// # Errors
/// When a signal comes meanwhile.
pub(crate) fn make(
    store: Option<&SeedStore>,
    interpreter: &Interpreter,
    environment: &Environment,
    interrupt: &Interrupt,
) -> Result<Option<Seed>> {
    // No other program sees what an interpreter of Windows' store writes where seeds are made.
    if interpreter.facts.is_of_store() {
        return Ok(None);
    }
    let maker = Maker { store, interpreter, environment, interrupt };
    let made = match store.map(|store| maker.make_in_cache(store)) {
        // Whatever is wrong there: the cache may be full, or its path unfit for an environment.
        None
        | Some(Err(Error::File { .. } | Error::EnvDirPathSeparator { .. } | Error::EnvDirControlCharacter { .. })) => {
            maker.make_in_temp()
        }
        Some(made) => made,
    };
    match made {
        Err(interrupted @ Error::Interrupted { .. }) => Err(interrupted),
        other => Ok(other.ok().flatten()),
    }
}

struct Maker<'a> {
    store: Option<&'a SeedStore<'a>>,
    interpreter: &'a Interpreter,
    environment: &'a Environment,
    interrupt: &'a Interrupt,
}

impl Maker<'_> {
    fn make_in_cache(&self, store: &SeedStore) -> Result<Option<Seed>> {
        // Where there are no locks, a seed may be made twice.
        let lock = match store.claim()? {
            Claim::Found(seed) => return Ok(Some(seed)),
            Claim::Ours(lock) => lock,
        };
        store.prune();
        let scratch = store.scratch_dir()?;
        // Where scripts have to start otherwise, those that pip writes need not be sound, and are no model.
        let env = self.env_paths(&env_dir(&scratch)?);
        if shebang::is_plain(&env.python, env.os) { self.make_in(scratch, lock) } else { self.make_in_temp() }
    }

    /// Makes the seed where nobody keeps anything.
    fn make_in_temp(&self) -> Result<Option<Seed>> {
        self.make_in(ScratchDir::new(&self.environment.temp_dir, "rvenv-")?, None)
    }

    /// Makes the seed in a new directory.
    fn make_in(&self, scratch: ScratchDir, lock: Option<Lock>) -> Result<Option<Seed>> {
        let env_dir = env_dir(&scratch)?;
        self.build_env(&env_dir)?;
        // Even, as some file systems count in steps of two seconds.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() & !1;
        let home = scratch.path().join("home");
        fs::create_dir(&home)?;
        let temp = pip::safe_temp(&self.environment.temp_dir, &home);
        let surroundings = Surroundings { temp, home: Some(&home), lock: lock.as_ref(), interrupt: self.interrupt };
        // Before ensurepip reads the files.
        let stamps = self.interpreter.stamps.of_seed(&self.interpreter.facts).with_contents(self.interrupt);
        let env = self.env_paths(&env_dir);
        let Some(files) = pip::install(&env, surroundings)? else { return Ok(None) };
        let Some(new) = pack(files, &env, stamps.text(), now) else { return Ok(None) };
        // What has changed meanwhile may have been read before or after.
        let store = self.store.filter(|_| stamps.is_current(self.interrupt));
        let seed = match store.and_then(|store| store.keep(&new)) {
            None => {
                let path = scratch.path().join("seed");
                fs::create_with(&path, |file| new.write(file)).map_err(|source| Error::file("write", &path, source))?;
                Seed::open(fs::open(&path)?)
            }
            kept => kept,
        };
        Ok(seed.map(|seed| seed.with_scratch(scratch, lock)))
    }

    /// The paths of the environment for ensurepip.
    fn env_paths(&self, env_dir: &EnvDir) -> EnvPaths {
        let facts = &self.interpreter.facts;
        let layout = Layout::of(facts);
        EnvPaths::of(env_dir, &layout.script(&layout.executable), facts.os)
    }

    /// Builds the environment for ensurepip: as any other, but without pip and activation scripts.
    fn build_env(&self, env_dir: &EnvDir) -> Result<()> {
        let config = Config { pip: Pip::Omit, existing: Existing::Upgrade, ..Config::default() };
        build::env(&plan::plan(&self.interpreter.facts, &config, env_dir, &Occupant::Vacant), self.interrupt)
    }
}

/// The path of the environment for ensurepip.
fn env_dir(scratch: &ScratchDir) -> Result<EnvDir> {
    EnvDir::resolve(scratch.path().join("env").as_os_str(), None)
}
