//! The recipe: facts, then a plan, then the environment.

use crate::apply;
use crate::config::{Config, Existing, InterpreterRequest, Prompt, SystemSitePackages};
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::Result;
use crate::existing::{self, Found};
use crate::fs;
use crate::interpreter::{self, facts::Facts};
use crate::layout::Layout;
use crate::plan::{self, Plan, Step};
use crate::pyvenv_cfg;
use crate::seed;
use crate::warning::Warning;

/// Makes environments of one interpreter and one configuration.
#[derive(Clone, Debug)]
pub struct EnvBuilder {
    config: Config,
    environment: Environment,
    facts: Facts,
}

impl EnvBuilder {
    /// Finds the interpreter that `environment` asks for and makes a builder for it.
    ///
    /// # Errors
    /// When there is no such interpreter, or it cannot do what `config` wants.
    pub fn new(config: Config, environment: Environment) -> Result<Self> {
        let request = InterpreterRequest::parse(environment.python.as_deref().unwrap_or_default());
        let facts = interpreter::find(&request, &environment)?;
        seed::check(&facts, &config)?;
        Ok(Self { config, environment, facts })
    }

    /// The interpreter's answers.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Decides how to make the environment `env_dir`, without touching anything.
    ///
    /// # Errors
    /// When the existing environment that is to be upgraded cannot be read.
    pub fn plan(&self, env_dir: &EnvDir) -> Result<Plan> {
        let config = match self.config.existing {
            Existing::Upgrade => self.kept(env_dir)?,
            Existing::Reuse | Existing::Clear => self.config.clone(),
        };
        let mut plan = plan::plan(&self.facts, &config, env_dir);
        if config.existing != Existing::Clear {
            let stale = existing::stale_interpreters(env_dir, &Layout::of(&self.facts));
            plan.steps.extend(stale.into_iter().map(|path| Step::Remove { path }));
        }
        Ok(plan)
    }

    /// Makes the environment of a plan, and says what the user should know about it.
    ///
    /// # Errors
    /// When its directory may not be used, or a step fails. Nothing half-made is left then: a directory that was absent
    /// is absent again, and one that was there has what it had.
    pub fn create(&self, plan: &Plan) -> Result<Vec<Warning>> {
        let found = existing::inspect(&plan.env_dir)?;
        if found == Found::Dir {
            existing::check_clear(&plan.env_dir, self.config.existing, &self.environment)?;
            existing::check_base(&plan.env_dir, &self.facts, self.config.existing)?;
            existing::check_steps(plan)?;
        }
        apply::apply(plan)?;
        Ok(if found == Found::Dir { self.warnings(plan) } else { Vec::new() })
    }

    fn warnings(&self, plan: &Plan) -> Vec<Warning> {
        let unused = existing::unused_packages(&plan.env_dir, &Layout::of(&self.facts)).into_iter();
        unused.map(|dir| Warning::PackagesUnused { dir, version: self.facts.version }).collect()
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
