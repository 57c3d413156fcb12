//! The recipe: facts, then a plan, then the environment.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::apply::{Applied, Circumstances, Target, apply};
use crate::batch;
use crate::cache::CacheDir;
use crate::config::{Config, Pip};
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::inspect;
use crate::interpreter::{self, Context, Interpreter};
use crate::interrupt::Interrupt;
use crate::pip;
use crate::plan::{self, Occupant, Plan};
use crate::seed::{self, Preparing, Seed, SeedStore};
use crate::warning::Warning;

/// Creates environments of one interpreter and one configuration.
#[derive(Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    interrupt: Interrupt,
    observer: Observer,
    cache: Option<CacheDir>,
    interpreter: Interpreter,
    seed: Mutex<SeedState>,
}

/// An environment that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// The plan that was applied.
    pub plan: Plan,
    /// What the user should know: the plan's warnings, and those that came up when it was applied.
    pub warnings: Vec<Warning>,
}

/// What a builder tells while it is at work.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A plan is about to be applied.
    Planned(&'a Plan),
    /// Something is begun that takes seconds.
    Preparing(&'a Preparing),
    /// That has ended, well or not.
    Prepared,
}

/// The seed, as far as it was looked for.
#[derive(Debug, Default)]
enum SeedState {
    #[default]
    NotLoaded,
    /// No seed can be made; ensurepip runs in each environment.
    Unavailable,
    Ready(Arc<Seed>),
}

/// Called with each event, by whichever thread it happens in.
struct Observer(Box<dyn Fn(Event) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

impl EnvBuilder {
    /// Finds the interpreter that `config` asks for and makes a builder for it.
    ///
    /// # Errors
    /// When there is no such interpreter, or it cannot do what `config` wants.
    pub fn new(config: Config, environment: Environment) -> Result<Self> {
        Self::interruptible(config, environment, Interrupt::default())
    }

    /// The same, for a program that catches signals: once one is noted in `interrupt`, all work is undone and fails.
    ///
    /// # Errors
    /// As [`EnvBuilder::new`], and when a signal is noted.
    pub fn interruptible(config: Config, environment: Environment, interrupt: Interrupt) -> Result<Self> {
        let cache = environment.cache_dir.as_deref().and_then(CacheDir::open);
        let context = Context { environment: &environment, cache: cache.as_ref(), interrupt: &interrupt };
        let interpreter = interpreter::find(&config.interpreter, context)?;
        plan::check(&interpreter.facts, &config)?;
        pip::check(&interpreter.facts, &config)?;
        let observer = Observer(Box::new(|_| ()));
        Ok(Self { config, environment, interrupt, observer, cache, interpreter, seed: Mutex::default() })
    }

    /// Has `observer` called with each event, by whichever thread it happens in.
    #[must_use]
    pub fn observed(self, observer: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { observer: Observer(Box::new(observer)), ..self }
    }

    /// The interpreter's answers.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.interpreter.facts
    }

    /// Makes sure that the environment `env_dir` may be created, without touching anything. [`EnvBuilder::create`] does
    /// so itself; this is for a caller who wants to know it earlier.
    ///
    /// # Errors
    /// When its directory may not be used, or cannot be.
    pub fn check(&self, env_dir: &EnvDir) -> Result<()> {
        self.plan(env_dir, &self.look(env_dir)?).map(drop)
    }

    /// Creates the environment `env_dir`: takes the place, looks at what is there, decides, and does it.
    ///
    /// # Errors
    /// When what is at ENV_DIR may not be touched, or a step fails. Nothing half-made is left then: a directory that
    /// was absent is absent again, and one that was there has what it had.
    pub fn create(&self, env_dir: &EnvDir) -> Result<Created> {
        loop {
            // A place that cannot be taken may be one that should not be.
            let mut target =
                Target::take(env_dir, &self.interrupt).map_err(|error| self.told_better(error, env_dir))?;
            let occupant = if target.is_vacant() { Occupant::Vacant } else { self.look(env_dir)? };
            let plan = self.plan(env_dir, &occupant)?;
            (self.observer.0)(Event::Planned(&plan));
            // Where another process has been quicker, ours is created over theirs.
            if self.apply(&plan, &mut target)? == Applied::Done {
                target.finish()?;
                let warnings = plan.warnings.clone();
                return Ok(Created { plan, warnings });
            }
        }
    }

    /// Creates several environments, on all cores: side by side, but for those that are the same or in each other. The
    /// results are in the order of the directories. Each that may not be created is refused before the first is
    /// created; after a refusal or a failure no further one is begun, and those that were not have no result.
    #[must_use]
    pub fn create_all(&self, env_dirs: &[EnvDir]) -> Vec<Option<Result<Created>>> {
        batch::run(env_dirs, |env_dir| self.check(env_dir), |env_dir| self.create(env_dir))
    }

    fn look(&self, env_dir: &EnvDir) -> Result<Occupant> {
        inspect::look(env_dir, self.facts(), self.config.existing)
    }

    fn plan(&self, env_dir: &EnvDir, occupant: &Occupant) -> Result<Plan> {
        let plan = plan::plan(self.facts(), &self.config, env_dir, occupant);
        if *occupant != Occupant::Vacant {
            inspect::check(&plan, self.facts(), self.config.existing, &self.environment)?;
        }
        Ok(plan)
    }

    fn told_better(&self, error: Error, env_dir: &EnvDir) -> Error {
        match error {
            Error::File { .. } => self.check(env_dir).err().unwrap_or(error),
            other => other,
        }
    }

    /// Applies a plan, with a seed where one is wanted. A damaged seed is made anew; where that one is damaged too,
    /// something is wrong with the cache, and ensurepip runs in the environment itself, as where no seed can be made.
    fn apply(&self, plan: &Plan, target: &mut Target) -> Result<Applied> {
        let without = Circumstances { seed: None, temp_dir: &self.environment.temp_dir, interrupt: &self.interrupt };
        if !plan.needs_seed() {
            self.tidy();
            return apply(plan, target, without);
        }
        for _ in 0..2 {
            let Some(seed) = self.seed()? else { break };
            match apply(plan, target, Circumstances { seed: Some(&seed), ..without })? {
                Applied::SeedDamaged => self.discard(&seed),
                applied => return Ok(applied),
            }
        }
        apply(plan, target, without)
    }

    /// The seed, from the cache or made now, which takes seconds.
    ///
    /// # Errors
    /// When a signal comes meanwhile. Where no seed can be made for another reason, there is none.
    fn seed(&self) -> Result<Option<Arc<Seed>>> {
        // Other threads that want it wait here, too.
        let mut state = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, SeedState::NotLoaded) {
            let store = self.seed_store();
            let seed = match store.as_ref().and_then(SeedStore::find) {
                None => self.make_seed(store.as_ref())?,
                found => found,
            };
            *state = seed.map_or(SeedState::Unavailable, |seed| SeedState::Ready(Arc::new(seed)));
        }
        Ok(if let SeedState::Ready(seed) = &*state { Some(Arc::clone(seed)) } else { None })
    }

    fn make_seed(&self, store: Option<&SeedStore>) -> Result<Option<Seed>> {
        let is_kept = store.is_some() && !self.facts().is_of_store();
        (self.observer.0)(Event::Preparing(&Preparing::of(self.facts(), is_kept)));
        let made = seed::make(store, &self.interpreter, &self.environment, &self.interrupt);
        (self.observer.0)(Event::Prepared);
        made
    }

    fn seed_store(&self) -> Option<SeedStore<'_>> {
        let cache = self.cache.as_ref()?;
        Some(SeedStore::new(cache, &self.interpreter, &self.environment, &self.interrupt))
    }

    /// Deletes the leftovers of a process that was killed when it had made a seed, and then an environment with it.
    fn tidy(&self) {
        if self.config.pip == Pip::Install
            && let Some(store) = self.seed_store()
        {
            store.tidy();
        }
    }

    /// Forgets a seed that is damaged, unless another thread has done so already.
    fn discard(&self, damaged: &Arc<Seed>) {
        let mut state = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*state, SeedState::Ready(current) if Arc::ptr_eq(current, damaged)) {
            *state = SeedState::NotLoaded;
            if let Some(store) = self.seed_store() {
                store.discard();
            }
        }
    }
}
