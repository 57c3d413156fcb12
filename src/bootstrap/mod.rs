//! Making a seed: once for each interpreter, in an environment that is made for nothing else.

mod preparing;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::apply;
use crate::cache_dir::{CacheDir, Turn};
use crate::config::{Config, Existing, Seed as Wanted};
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs::{self, Lock, ScratchDir};
use crate::interpreter::{Identity, Known};
use crate::layout::Layout;
use crate::plan;
use crate::seed::{self, EnvPaths, LOCK, SCRATCH, Seed, Surroundings};
pub use preparing::Preparing;

/// Where the seeds are; the number is that of their form.
const SUBDIR: &str = "seeds-1";

/// The suffix of a seed's name.
const SEED: &str = ".seed";

/// The suffix of a directory that an earlier rvenv kept beside a seed, to link environments to. Pruned.
const FILES: &str = ".files";

/// Which seed is wanted, and where it is kept.
pub(crate) struct Source<'a> {
    known: &'a Known,
    environment: &'a Environment,
    cache: Option<&'a CacheDir>,
    /// The names of all that belongs to it begin with this.
    stem: String,
    identity: Identity,
}

impl<'a> Source<'a> {
    /// The seed of the interpreter that is known.
    pub(crate) fn of(known: &'a Known, environment: &'a Environment, cache: Option<&'a CacheDir>) -> Self {
        let facts = &known.facts;
        // By whatever name the interpreter is run, it has one seed; but one more where bytecode shall be reproducible.
        let key = format!("{}\n{}", facts.real_executable, environment.reproducible);
        let stem = format!("{SUBDIR}/{:08x}", crc32fast::hash(key.as_bytes()));
        Self { known, environment, cache, stem, identity: Identity::of_seed(known) }
    }

    /// The name of the seed in the cache.
    fn name(&self) -> String {
        format!("{}{SEED}", self.stem)
    }

    /// The kept seed, if there is one that is whole and still right.
    pub(crate) fn find(&self) -> Option<Seed> {
        let cache = self.cache?;
        let seed = open(cache, &self.name())?;
        self.tidy();
        let identity = Identity::parse(seed.identity())?;
        match () {
            () if identity.has_stamps_of(&self.identity) => Some(seed),
            () if identity.has_contents_of(&self.identity) => Some(self.adopted(seed, &identity, cache)),
            () => None,
        }
    }

    /// A seed from another machine, or from before the interpreter was copied or restored: written once more, so that
    /// next time the stamps tell that it is the right one.
    fn adopted(&self, seed: Seed, from: &Identity, cache: &CacheDir) -> Seed {
        let identity = self.identity.with_contents_of(from).text();
        // Where it cannot be written, it is as good.
        let _ = cache.write(&self.name(), |file| seed.write_as(&identity, file));
        seed
    }

    /// Deletes what one has left who made the seed and died before all was done.
    pub(crate) fn tidy(&self) {
        if let Some(cache) = self.cache {
            cache.tidy(&self.lock_name(), &self.scratch_prefix());
        }
    }

    fn lock_name(&self) -> String {
        format!("{}{LOCK}", self.stem)
    }

    fn scratch_prefix(&self) -> String {
        format!("{}{SCRATCH}", self.stem)
    }

    /// Deletes the kept seed, which turned out to be damaged.
    pub(crate) fn discard(&self) {
        if let Some(cache) = self.cache {
            cache.remove(&self.name());
        }
    }

    /// Whether a seed that is made will be kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.cache.is_some() && !self.known.facts.is_of_store()
    }

    /// Makes the seed, or waits for the process that is making it. Nothing where there can be none; what ensurepip has
    /// to say about that, it will say in the environment itself.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub(crate) fn make(&self) -> Result<Option<Seed>> {
        if self.known.facts.is_of_store() {
            return Ok(None);
        }
        let made = match self.cache.map(|cache| self.make_in_cache(cache)) {
            // Whatever is wrong there: the cache may be full, or its path be none that an environment can have.
            None
            | Some(Err(
                Error::File { .. } | Error::EnvDirPathSeparator { .. } | Error::EnvDirControlCharacter { .. },
            )) => self.make_in_temp(),
            Some(made) => made,
        };
        match made {
            Err(interrupted @ Error::Interrupted { .. }) => Err(interrupted),
            other => Ok(other.ok().flatten()),
        }
    }

    fn make_in_cache(&self, cache: &CacheDir) -> Result<Option<Seed>> {
        // Where there are no locks, a seed may be made twice.
        let lock = match cache.lock_unless(&self.lock_name(), || self.find())? {
            Turn::There(seed) => return Ok(Some(seed)),
            Turn::Ours(lock) => lock,
        };
        prune(cache, &self.stem);
        let scratch = cache.scratch_dir(&self.scratch_prefix())?;
        // Where scripts have to start otherwise, those that pip writes need not be sound, and are no model.
        let is_plain = self.env_paths(&env_dir(&scratch)?).has_plain_shebang();
        if is_plain { self.make_in(scratch, lock) } else { self.make_in_temp() }
    }

    /// Makes the seed where nobody keeps anything.
    fn make_in_temp(&self) -> Result<Option<Seed>> {
        self.make_in(ScratchDir::new(&self.environment.temp_dir, "rvenv-")?, None)
    }

    /// Makes the seed in a new directory.
    fn make_in(&self, scratch: ScratchDir, lock: Option<Lock>) -> Result<Option<Seed>> {
        let env_dir = env_dir(&scratch)?;
        self.make_env(&env_dir)?;
        // Even, as some file systems count in steps of two seconds.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() & !1;
        let home = scratch.path().join("home");
        fs::create_dir(&home)?;
        let temp = seed::safe_temp(&self.environment.temp_dir, &home);
        let surroundings = Surroundings { temp, home: Some(&home), lock: lock.as_ref() };
        // Before ensurepip reads it.
        let identity = self.identity.with_contents();
        let gathered = seed::gather(&self.env_paths(&env_dir), surroundings, identity.text(), now)?;
        let Some(gathered) = gathered.filter(seed::Gathered::has_pip) else {
            return Ok(None);
        };
        let name = self.name();
        // What has changed meanwhile may have been read before or after.
        let cache = self.cache.filter(|_| identity.is_current());
        let kept = cache.filter(|cache| cache.write(&name, |file| gathered.write(file)).is_ok());
        let kept = kept.and_then(|cache| open(cache, &name)).filter(|seed| seed.identity() == identity.text());
        let seed = match kept {
            None => write(&scratch.path().join("seed"), &gathered)?,
            kept => kept,
        };
        Ok(seed.map(|seed| seed.with_scratch(scratch, lock)))
    }

    /// The paths of the environment for ensurepip.
    fn env_paths(&self, env_dir: &EnvDir) -> EnvPaths {
        let layout = Layout::of(&self.known.facts);
        EnvPaths::of(env_dir, &layout.script(&layout.executable))
    }

    /// Makes it: as any other, but without pip and activation scripts.
    fn make_env(&self, env_dir: &EnvDir) -> Result<()> {
        let config = Config { seed: Wanted::Nothing, existing: Existing::Upgrade, ..Config::default() };
        apply::build_at_once(&plan::plan(&self.known.facts, &config, env_dir))
    }
}

/// Where the environment for ensurepip goes.
fn env_dir(scratch: &ScratchDir) -> Result<EnvDir> {
    EnvDir::resolve(scratch.path().join("env").as_os_str(), None)
}

/// Writes a seed that is not kept, and opens it.
fn write(path: &Path, gathered: &seed::Gathered) -> Result<Option<Seed>> {
    let failed = |source| Error::file("write", path, source);
    fs::create_with(path, |file| gathered.write(file)).map_err(failed)?;
    Ok(Seed::open(fs::open(path)?, path.to_owned()))
}

/// Opens a kept seed, whatever it was made for.
fn open(cache: &CacheDir, name: &str) -> Option<Seed> {
    Seed::open(cache.read(name).ok()?, cache.path(name))
}

/// Deletes the seeds of interpreters that are gone or have changed, those that are damaged, and what those who died at
/// making one have left.
fn prune(cache: &CacheDir, own_stem: &str) {
    for name in &cache.entries(SUBDIR) {
        if let Some((stem, _)) = name.split_once(SCRATCH) {
            // Whoever is making one holds the lock, and in this case that is us.
            if stem == own_stem || cache.try_lock(&format!("{stem}{LOCK}")).is_some() {
                cache.remove(name);
            }
        } else if name.ends_with(LOCK) {
            // It goes with its lock; that which somebody has, we too, stays.
            drop(cache.try_lock(name));
        } else if name.ends_with(SEED) {
            if !is_current(cache, name) {
                cache.remove(name);
            }
        } else if name.ends_with(FILES) {
            cache.remove(name);
        }
    }
}

/// Whether a kept seed is whole and its interpreter as it was.
fn is_current(cache: &CacheDir, name: &str) -> bool {
    let identity = open(cache, name).and_then(|seed| Identity::parse(seed.identity()));
    identity.is_some_and(|identity| identity.is_current())
}
