//! The builder: facts, then a plan, then the environment.

mod planning;
mod seeds;

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::apply::{self, Applied, Circumstances, Target};
use crate::batch;
use crate::cache::CacheDir;
use crate::config::Config;
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::event::{Created, Event, Observer};
use crate::facts::Facts;
use crate::interpreter::{self, Context, Interpreter};
use crate::interrupt::{Interrupt, Waiting};
use crate::pip::{self, Traces};
use crate::plan::{self, Occupant, Place, Plan};
use crate::pool::Pool;
use crate::seed::SharedSeed;

/// Creates environments of one interpreter and one configuration.
#[derive(Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    interrupt: Interrupt,
    observer: Observer,
    cache: Option<io::Result<CacheDir>>,
    interpreter: Interpreter,
    seed: SharedSeed,
    pool: Pool,
}

/// A plan that was made before ENV_DIR was locked.
struct Early {
    plan: Plan,
    /// Whether ENV_DIR was absent.
    is_of_vacant: bool,
}

impl EnvBuilder {
    /// Finds the interpreter that `config` asks for, and returns a builder for it.
    ///
    /// # Errors
    /// When there is no such interpreter, or it does not support `config`.
    pub fn new(config: Config, environment: Environment) -> Result<Self> {
        Self::interruptible(config, environment, Interrupt::default())
    }

    /// Returns a builder that can be interrupted: once a signal is noted in `interrupt`, all work is undone and fails.
    ///
    /// # Errors
    /// As [`EnvBuilder::new`], and when a signal is noted.
    pub fn interruptible(config: Config, environment: Environment, interrupt: Interrupt) -> Result<Self> {
        Self::observed(config, environment, interrupt, |_| ())
    }

    /// Returns a builder that calls `observer` with each event, in the thread where the event happens.
    ///
    /// # Errors
    /// As [`EnvBuilder::interruptible`].
    pub fn observed(
        config: Config,
        environment: Environment,
        interrupt: Interrupt,
        observer: impl Fn(Event) + Send + Sync + 'static,
    ) -> Result<Self> {
        let cache = environment.cache_dir.as_deref().map(CacheDir::open);
        let asking = |program: Option<&Path>| observer(program.map_or(Event::Asked, Event::Asking));
        let usable = cache.as_ref().and_then(|cache| cache.as_ref().ok());
        let context = Context { environment: &environment, cache: usable, asking: &asking, interrupt: &interrupt };
        let interpreter = interpreter::find(&config.interpreter, context)?;
        plan::check(&interpreter.facts, &config)?;
        pip::check(&interpreter.facts, &config)?;
        let observer = Observer(Box::new(observer));
        Ok(Self {
            config,
            environment,
            interrupt,
            observer,
            cache,
            interpreter,
            seed: SharedSeed::default(),
            pool: Pool::default(),
        })
    }

    /// The facts of the base interpreter.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.interpreter.facts
    }

    /// Checks whether the environment `env_dir` may be created, without touching anything. [`EnvBuilder::create`] does
    /// the same check; this one is for callers who want the answer earlier.
    ///
    /// # Errors
    /// When ENV_DIR may not be used, or cannot be.
    pub fn check(&self, env_dir: &EnvDir) -> Result<()> {
        self.look_and_plan(env_dir).map(drop)
    }

    /// Creates the environment `env_dir`: locks ENV_DIR, looks at its contents, makes a plan and applies the plan.
    ///
    /// # Errors
    /// When the contents of ENV_DIR may not be touched, or a step fails. All changes are then taken back: an absent
    /// directory is absent again, and an existing one has its old contents.
    pub fn create(&self, env_dir: &EnvDir) -> Result<Created> {
        self.create_checked(env_dir, self.check_early(env_dir)?)
    }

    /// Creates several environments, on all cores: each directory is checked, then the environments are created in
    /// parallel, or one after the other if some are the same or nested. The results are in the order of the
    /// directories. After a refusal or a failure no further environment is begun; an environment that was not begun has
    /// no result.
    #[must_use]
    pub fn create_all(&self, env_dirs: &[EnvDir]) -> Vec<Option<Result<Created>>> {
        let create = |env_dir: &EnvDir, early: Early| self.create_checked(env_dir, early);
        batch::run(env_dirs, &self.pool, |env_dir| self.check_early(env_dir), create)
    }

    /// Creates an environment whose `early` plan has shown that it may be: nothing is touched before that. ENV_DIR may
    /// change until it is locked, so the plan that is applied is made then.
    fn create_checked(&self, env_dir: &EnvDir, early: Early) -> Result<Created> {
        // Processes that do not lock may put something there at the same time, but hardly this often.
        const TRIES: u32 = 100;
        self.prepare(&early.plan)?;
        let mut place = Place::default();
        // Good for the first try, if nothing has changed.
        let mut planned = early.is_of_vacant.then_some(early.plan);
        for _ in 0..TRIES {
            let mut target = self.take(env_dir)?;
            let occupant = self.look_locked(env_dir, &target)?;
            let planned = planned.take().filter(|_| occupant == Occupant::Vacant).map(Ok);
            let plan = planned.unwrap_or_else(|| self.plan(env_dir, &occupant, &place))?;
            (self.observer.0)(Event::Planned(&plan));
            if self.config.upgrade_deps {
                (self.observer.0)(Event::Upgrading);
            }
            let applied = self.apply(&plan, &mut target, &place).inspect_err(|_| self.mark(&mut target, env_dir));
            if self.config.upgrade_deps {
                (self.observer.0)(Event::Upgraded);
            }
            match applied.map_err(|error| place.explain(error))? {
                Applied::Done => {
                    let mut warnings = plan.warnings.clone();
                    warnings.extend(target.finish(plan.leaves_it_incomplete()));
                    return Ok(Created { plan, warnings });
                }
                Applied::LinksRefused(reason) => place.refuses_links = Some(reason),
                Applied::DirsLost => place.loses_dirs = true,
                // After a lost race, our environment is created over that of the other process.
                Applied::LostRace | Applied::SeedDamaged => {}
            }
        }
        Err(Error::file("create", &env_dir.path, ErrorKind::AlreadyExists.into()))
    }

    /// Locks ENV_DIR, which may have to be waited for.
    fn take(&self, env_dir: &EnvDir) -> Result<Target> {
        let tell = |begins| (self.observer.0)(if begins { Event::Waiting(&env_dir.path) } else { Event::Waited });
        Target::take(env_dir, Waiting { interrupt: &self.interrupt, tell: &tell })
    }

    /// Leaves a mark in an existing environment in which pip has failed half-way: nobody can take back what it did.
    fn mark(&self, target: &mut Target, env_dir: &EnvDir) {
        if target.has_run() && pip::traces(&env_dir.path, self.facts()).is_ok_and(|traces| traces != Traces::default())
        {
            target.keep_mark();
        }
    }

    /// Applies a plan, with a seed if the plan needs one. A damaged seed is made anew. If the new seed is damaged too,
    /// something is wrong with the cache, and ensurepip runs in the environment itself, as it does when no seed can be
    /// made.
    fn apply(&self, plan: &Plan, target: &mut Target, place: &Place) -> Result<Applied> {
        let without = Circumstances {
            seed: None,
            spares_dirs: place.loses_dirs,
            temp_dir: &self.environment.temp_dir,
            interrupt: &self.interrupt,
            pool: &self.pool,
        };
        if !plan.needs_seed() {
            return apply::apply(plan, target, without);
        }
        for _ in 0..2 {
            let Some(seed) = self.seed.get(|| self.make_seed())? else { break };
            match apply::apply(plan, target, Circumstances { seed: Some(&seed), ..without })? {
                Applied::SeedDamaged => self.seed.discard(&seed, self.seed_store().as_ref()),
                applied => return Ok(applied),
            }
        }
        apply::apply(plan, target, without)
    }
}
