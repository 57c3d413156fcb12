//! The recipe: facts, then a plan, then the environment.

use crate::apply;
use crate::cache_dir::CacheDir;
use crate::config::{Config, Existing, InterpreterRequest, Prompt, SystemSitePackages};
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::Result;
use crate::existing::{self, Found};
use crate::fs;
use crate::interpreter::{self, Known, facts::Facts};
use crate::layout::Layout;
use crate::plan::{self, Plan, Step};
use crate::pyvenv_cfg;
use crate::seed;
use crate::warning::Warning;

/// Makes environments of one interpreter and one configuration.
#[derive(Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    cache: Option<CacheDir>,
    known: Known,
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
        Ok(Self { config, environment, cache, known })
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
            let layout = Layout::of(self.facts());
            let stale = existing::stale_interpreters(env_dir, &layout);
            plan.steps.extend(stale.into_iter().map(|path| Step::Remove { path }));
            let unused = existing::unused_packages(env_dir, &layout).into_iter();
            plan.warnings = unused.map(|dir| Warning::PackagesUnused { dir, version: self.facts().version }).collect();
        }
        Ok(plan)
    }

    /// Makes the environment of a plan.
    ///
    /// # Errors
    /// When a step fails. Nothing half-made is left then: a directory that was absent is absent again, and one that was
    /// there has what it had.
    pub fn create(&self, plan: &Plan) -> Result<()> {
        apply::apply(plan)
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
