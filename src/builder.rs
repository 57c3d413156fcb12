//! The recipe: facts, then a plan, then the environment.

use std::sync::{Arc, Mutex, PoisonError};

use crate::apply;
use crate::bootstrap::{Preparing, Source};
use crate::cache_dir::CacheDir;
use crate::config::{Config, Existing, InterpreterRequest, Prompt, SystemSitePackages};
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::existing::{self, Found, Pip};
use crate::fs;
use crate::interpreter::{self, Known, facts::Facts};
use crate::layout::Layout;
use crate::plan::{self, Plan, Step};
use crate::pyvenv_cfg;
use crate::seed::{self, Seed};
use crate::warning::Warning;

/// Makes environments of one interpreter and one configuration.
#[derive(Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    cache: Option<CacheDir>,
    known: Known,
    /// The seed, or that there is none; nothing until it is looked for.
    seed: Mutex<Option<Option<Arc<Seed>>>>,
}

impl EnvBuilder {
    /// Finds the interpreter that `environment` asks for and makes a builder for it.
    ///
    /// # Errors
    /// When there is no such interpreter, or it cannot do what `config` wants.
    pub fn new(config: Config, environment: Environment) -> Result<Self> {
        let request = InterpreterRequest::parse(environment.python.as_deref().unwrap_or_default());
        let cache = environment.cache_dir.as_deref().and_then(CacheDir::open);
        let known = interpreter::find(&request, &environment, cache.as_ref())?;
        seed::check(&known.facts, &config)?;
        Ok(Self { config, environment, cache, known, seed: Mutex::default() })
    }

    /// The interpreter's answers.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.known.facts
    }

    /// Decides how to make the environment `env_dir`, without touching anything.
    ///
    /// # Errors
    /// When its directory may not be used, or the existing environment that is to be upgraded cannot be read.
    pub fn plan(&self, env_dir: &EnvDir) -> Result<Plan> {
        match existing::inspect(env_dir)? {
            Found::Nothing => Ok(plan::plan(self.facts(), &self.config, env_dir)),
            Found::Dir => self.plan_over(env_dir),
        }
    }

    /// The plan for a directory that has something in it.
    fn plan_over(&self, env_dir: &EnvDir) -> Result<Plan> {
        let config = match self.config.existing {
            Existing::Upgrade => self.kept(env_dir)?,
            Existing::Reuse | Existing::Clear => self.config.clone(),
        };
        existing::check_clear(env_dir, config.existing, &self.environment)?;
        existing::check_base(env_dir, self.facts(), config.existing)?;
        let mut plan = plan::plan(self.facts(), &config, env_dir);
        existing::check_steps(&plan)?;
        if config.existing != Existing::Clear {
            self.keep_pip(&mut plan.steps, env_dir);
            let layout = Layout::of(self.facts());
            let stale = existing::stale_interpreters(env_dir, &layout);
            plan.steps.extend(stale.into_iter().map(|path| Step::Remove { path }));
            let unused = existing::unused_packages(env_dir, &layout).into_iter();
            plan.warnings = unused.map(|dir| Warning::PackagesUnused { dir, version: self.facts().version }).collect();
        }
        Ok(plan)
    }

    /// Where there is something of pip already, it is ensurepip's part to decide what becomes of it; unless that is
    /// clear.
    fn keep_pip(&self, steps: &mut Vec<Step>, env_dir: &EnvDir) {
        let pip = existing::pip(env_dir, self.facts());
        for step in &mut *steps {
            if let (Step::SeedPip { python }, Pip::Other) = (&*step, pip) {
                *step = Step::RunEnsurepip { python: python.clone() };
            }
        }
        steps.retain(|step| pip != Pip::Same || !matches!(step, Step::SeedPip { .. }));
    }

    /// Makes the environment of a plan.
    ///
    /// # Errors
    /// When a step fails. Nothing half-made is left then: a directory that was absent is absent again, and one that was
    /// there has what it had.
    pub fn create(&self, plan: &Plan) -> Result<()> {
        let seed = || plan.steps.iter().any(|step| matches!(step, Step::SeedPip { .. })).then(|| self.seed(|_| ()));
        let first = seed().flatten();
        match apply::apply(plan, first.as_deref()) {
            Err(Error::SeedDamaged { .. }) => self.discard(first.as_ref()),
            done => return done,
        }
        match apply::apply(plan, seed().flatten().as_deref()) {
            Err(Error::SeedDamaged { .. }) => apply::apply(plan, None),
            done => done,
        }
    }

    /// Makes sure that there is a seed for the environments that are to be made, where they need one. That takes seconds
    /// the first time that an interpreter is used, of which `announce` can tell.
    pub fn prepare(&self, plans: &[Plan], announce: impl FnOnce(&Preparing)) {
        let needs_seed = |plan: &Plan| plan.steps.iter().any(|step| matches!(step, Step::SeedPip { .. }));
        if plans.iter().any(needs_seed) {
            self.seed(announce);
        }
    }

    /// The seed, from the cache or made now.
    fn seed(&self, announce: impl FnOnce(&Preparing)) -> Option<Arc<Seed>> {
        let mut seed = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        let source = Source::of(&self.known, &self.environment, self.cache.as_ref());
        let found = seed.get_or_insert_with(|| {
            let found = source.find().or_else(|| {
                announce(&Preparing::of(self.facts(), source.is_kept()));
                source.make()
            });
            found.map(Arc::new)
        });
        found.clone()
    }

    /// Forgets a seed that is damaged, unless another thread has done so already.
    fn discard(&self, damaged: Option<&Arc<Seed>>) {
        let mut seed = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = match (&*seed, damaged) {
            (Some(Some(current)), Some(damaged)) => Arc::ptr_eq(current, damaged),
            _ => false,
        };
        if is_current {
            *seed = None;
            Source::of(&self.known, &self.environment, self.cache.as_ref()).discard();
        }
    }

    /// The configuration for an upgrade: prompt and visible packages stay as they are in the environment, unless they
    /// are given anew. (venv forgets them.)
    fn kept(&self, env_dir: &EnvDir) -> Result<Config> {
        let mut config = self.config.clone();
        let Some(cfg) = fs::read_text(&env_dir.path.join(pyvenv_cfg::FILE_NAME))? else {
            return Ok(config);
        };
        if let (Prompt::EnvName, Some(text)) = (&config.prompt, pyvenv_cfg::prompt(&cfg)) {
            config.prompt = Prompt::Custom { given: text.clone(), text };
        }
        if config.site_packages == SystemSitePackages::Hidden {
            config.site_packages = pyvenv_cfg::site_packages(&cfg).unwrap_or_default();
        }
        Ok(config)
    }
}
