//! The recipe: facts, then a plan, then the environment.

use std::sync::{Arc, Mutex, PoisonError};

use crate::apply;
use crate::batch::side_by_side;
use crate::bootstrap::{Preparing, Source};
use crate::cache_dir::CacheDir;
use crate::config::{Config, Existing, InterpreterRequest, Prompt, Seed as Wanted, SystemSitePackages};
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
use crate::site::{Put, Site};
use crate::warning::Warning;

/// Makes environments of one interpreter and one configuration.
#[derive(Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    cache: Option<CacheDir>,
    known: Known,
    seed: Mutex<Sought>,
}

/// What has come of looking for the seed.
#[derive(Debug, Default)]
enum Sought {
    /// Nothing yet.
    #[default]
    NotYet,
    /// There can be none.
    Nothing,
    Seed(Arc<Seed>),
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
        plan::check(&known.facts, &config)?;
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
            Found::Nothing => Ok(Plan { is_for_nothing: true, ..plan::plan(self.facts(), &self.config, env_dir) }),
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
            self.keep_pip(&mut plan.steps, env_dir)?;
            let layout = Layout::of(self.facts());
            let stale = existing::stale_interpreters(env_dir, &layout)?;
            plan.steps.extend(stale.into_iter().map(|path| Step::Remove { path }));
            let unused = existing::unused_packages(env_dir, &layout).into_iter();
            plan.warnings = unused.map(|dir| Warning::PackagesUnused { dir, version: self.facts().version }).collect();
        }
        Ok(plan)
    }

    /// Where there is something of pip already, it is ensurepip's part to decide what becomes of it; unless that is
    /// clear.
    fn keep_pip(&self, steps: &mut Vec<Step>, env_dir: &EnvDir) -> Result<()> {
        let pip = existing::pip(env_dir, self.facts())?;
        for step in &mut *steps {
            if let (Step::SeedPip { python }, Pip::Other) = (&*step, pip) {
                *step = Step::RunEnsurepip { python: python.clone() };
            }
        }
        steps.retain(|step| pip != Pip::Same || !matches!(step, Step::SeedPip { .. }));
        Ok(())
    }

    /// Makes the environment of a plan. What has changed at ENV_DIR since it was made is taken into account.
    ///
    /// # Errors
    /// When a step fails, or what is at ENV_DIR now may not be touched. Nothing half-made is left then: a directory
    /// that was absent is absent again, and one that was there has what it had.
    pub fn create(&self, plan: &Plan) -> Result<()> {
        loop {
            let mut site = Site::open(&plan.env_dir)?;
            let changed = self.plan_anew(plan, &site)?;
            // Where somebody else has been quicker, it is made over theirs.
            if self.create_at(&mut site, changed.as_ref().unwrap_or(plan))? == Put::Done {
                return site.finish();
            }
        }
    }

    /// The plan for what is there now that nobody else is at work there, unless that is still nothing.
    fn plan_anew(&self, plan: &Plan, site: &Site) -> Result<Option<Plan>> {
        match (site.is_new(), plan.is_for_nothing) {
            (true, true) => Ok(None),
            (true, false) => Ok(Some(plan::plan(self.facts(), &self.config, &plan.env_dir))),
            (false, _) => self.plan(&plan.env_dir).map(Some),
        }
    }

    fn create_at(&self, site: &mut Site, plan: &Plan) -> Result<Put> {
        // A damaged seed is made anew; where that one is damaged too, something is wrong with the cache.
        for _ in 0..2 {
            let Some(seed) = needs_seed(plan).then(|| self.seed(|_| ())).transpose()?.flatten() else { break };
            match apply::apply(plan, Some(&seed), &self.environment.temp_dir, site) {
                Err(Error::SeedDamaged { .. }) => self.discard(&seed),
                done => return done,
            }
        }
        apply::apply(plan, None, &self.environment.temp_dir, site)
    }

    /// Makes the environments of several plans side by side, on all cores. The results are in the order of the plans.
    /// When one fails no further one is begun, and those have no result.
    #[must_use]
    pub fn create_all(&self, plans: &[Plan]) -> Vec<Option<Result<()>>> {
        if let [plan] = plans { vec![Some(self.create(plan))] } else { side_by_side(plans, |plan| self.create(plan)) }
    }

    /// Makes sure that there is a seed for the environments that are to be made, where they need one. That takes
    /// seconds the first time that an interpreter is used, of which `announce` can tell.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub fn prepare(&self, plans: &[Plan], announce: impl FnOnce(&Preparing)) -> Result<()> {
        if plans.iter().any(needs_seed) {
            return self.seed(announce).map(drop);
        }
        // Where all have pip already, one may have died who had just made a seed and then an environment with it.
        if self.config.seed == Wanted::Pip {
            self.seed_source().tidy();
        }
        Ok(())
    }

    /// The seed, from the cache or made now.
    ///
    /// # Errors
    /// When a signal comes meanwhile. Where there can be no seed for another reason, there is none.
    fn seed(&self, announce: impl FnOnce(&Preparing)) -> Result<Option<Arc<Seed>>> {
        // Whoever else needs it waits here, too.
        let mut sought = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*sought, Sought::NotYet) {
            let source = self.seed_source();
            let found = match source.find() {
                None => {
                    announce(&Preparing::of(self.facts(), source.is_kept()));
                    source.make()?
                }
                found => found,
            };
            *sought = match found {
                Some(seed) => Sought::Seed(Arc::new(seed)),
                None => Sought::Nothing,
            };
        }
        Ok(if let Sought::Seed(seed) = &*sought { Some(Arc::clone(seed)) } else { None })
    }

    fn seed_source(&self) -> Source<'_> {
        Source::of(&self.known, &self.environment, self.cache.as_ref())
    }

    /// Forgets a seed that is damaged, unless another thread has done so already.
    fn discard(&self, damaged: &Arc<Seed>) {
        let mut sought = self.seed.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*sought, Sought::Seed(current) if Arc::ptr_eq(current, damaged)) {
            *sought = Sought::NotYet;
            self.seed_source().discard();
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
            config.site_packages = pyvenv_cfg::site_packages(&cfg).unwrap_or(SystemSitePackages::Visible);
        }
        Ok(config)
    }
}

fn needs_seed(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step, Step::SeedPip { .. }))
}
