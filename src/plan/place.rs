//! The place in which an environment is created: what its file system refuses.

use super::{Occupant, Plan, Step, plan};
use crate::config::{Config, InterpreterLink};
use crate::env_dir::EnvDir;
use crate::error::Error;
use crate::facts::{Facts, Os};
use crate::warning::Warning;

/// Properties of a file system, as far as they are known. The good way is tried first, so usually nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The reason why links cannot be created there, or cannot be followed.
    pub refuses_links: Option<String>,
    /// Whether directories lose their contents when they are renamed.
    pub loses_dirs: bool,
}

impl Place {
    /// Decides how to create the environment `env_dir` in this place, given the `occupant` of the directory.
    ///
    /// Without links the interpreter is copied, as venv does, and `lib64` is left out.
    #[must_use]
    pub fn plan(&self, facts: &Facts, config: &Config, env_dir: &EnvDir, occupant: &Occupant) -> Plan {
        let wanted = plan(facts, config, env_dir, occupant);
        let Some(reason) = &self.refuses_links else { return wanted };
        let link = if facts.os == Os::Windows { InterpreterLink::Auto } else { InterpreterLink::Copy };
        let mut plan = plan(facts, &Config { interpreter_link: link, ..config.clone() }, env_dir, occupant);
        plan.steps.retain(|step| !matches!(step, Step::Symlink { .. }));
        let is_copied = wanted
            .steps
            .iter()
            .any(|step| matches!(step, Step::Symlink { path, .. } if wanted.interpreters.contains(path)));
        if is_copied {
            plan.warnings.push(Warning::Copied { env_dir: env_dir.path.clone(), reason: reason.clone() });
        }
        keep_texts(wanted, &mut plan);
        plan
    }

    /// Adds to an error why the good way was not gone.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match error {
            Error::CopyDead { program, env_dir, reason, .. } => {
                Error::CopyDead { program, env_dir, reason, links: self.refuses_links.clone() }
            }
            other => other,
        }
    }
}

/// Keeps the texts that were `wanted`: `pyvenv.cfg` records what the caller has asked for.
fn keep_texts(wanted: Plan, plan: &mut Plan) {
    let is_text = |step: &Step| matches!(step, Step::Write { .. });
    let mut texts = wanted.steps.into_iter().filter(is_text);
    for step in plan.steps.iter_mut().filter(|step| is_text(step)) {
        if let Some(text) = texts.next() {
            *step = text;
        }
    }
}
