//! The plan: all steps to create an environment, as data. It is decided here, and printed or applied elsewhere.

pub mod activation;
mod display;
pub(crate) mod layout;
mod occupant;
mod place;
mod step;
mod windows;

use std::path::PathBuf;

use activation::Values;
pub(crate) use layout::Layout;
pub use occupant::{InstalledPip, Occupant, Occupied};
pub use place::Place;
pub use step::{Mode, OnExisting, Step};
use step::{copy, link, write};
pub(crate) use windows::check;

use crate::config::{Config, Existing, InterpreterLink, Pip, Prompt, ScmIgnore, SystemSitePackages};
use crate::env_dir::EnvDir;
use crate::facts::{Facts, Os, RelPath};
use crate::pip::bundle;
use crate::pyvenv_cfg;
use crate::warning::Warning;

/// The steps that create one environment, in venv's order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The environment's directory, to which paths in steps are relative.
    pub env_dir: EnvDir,
    /// The platform whose rules the environment follows.
    pub os: Os,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// All names of the environment's interpreter: first the executable, then its aliases.
    pub interpreters: Vec<RelPath>,
    /// Warnings for the user about the environment.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// The paths of all that the plan creates, as far as it is known.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.steps.iter().flat_map(Step::paths)
    }

    /// Whether the environment stays incomplete, so that the mark which says so has to stay, too.
    pub(crate) fn leaves_it_incomplete(&self) -> bool {
        self.warnings.iter().any(|warning| matches!(warning, Warning::PipIncomplete { .. }))
    }

    /// Whether a seed is needed to apply the plan.
    pub(crate) fn needs_seed(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::SeedPip { .. }))
    }
}

/// Decides how to create the environment `env_dir`, given the `occupant` of the directory.
#[must_use]
pub fn plan(facts: &Facts, config: &Config, env_dir: &EnvDir, occupant: &Occupant) -> Plan {
    match occupant {
        Occupant::Occupied(occupied) if config.existing != Existing::Clear => {
            let config = config_for(config, occupied, facts);
            let first = removals(facts, &config, env_dir, occupied);
            plan_over(facts, &config, env_dir, occupied, first)
        }
        // Cleared contents have no influence on the plan.
        _ => plan_over(facts, config, env_dir, &Occupied::default(), Vec::new()),
    }
}

/// The configuration for an ENV_DIR that keeps its contents: copies stay copies unless links are asked for, and an
/// upgrade keeps prompt and visible packages unless the caller sets new values. (venv forgets all of these.)
fn config_for(config: &Config, occupied: &Occupied, facts: &Facts) -> Config {
    let mut config = config.clone();
    if config.interpreter_link == InterpreterLink::Auto && occupied.has_copies && facts.os != Os::Windows {
        config.interpreter_link = InterpreterLink::Copy;
    }
    let Some(cfg) = occupied.cfg.as_deref().filter(|_| config.existing == Existing::Upgrade) else {
        return config;
    };
    if let (Prompt::EnvName, Some(text)) = (&config.prompt, pyvenv_cfg::prompt(cfg)) {
        config.prompt = Prompt::Custom { given: text.clone(), text };
    }
    if config.site_packages == SystemSitePackages::Hidden {
        config.site_packages = pyvenv_cfg::site_packages(cfg).unwrap_or(SystemSitePackages::Visible);
    }
    config
}

/// The plan for a directory, with the steps `removals` before anything is created.
fn plan_over(facts: &Facts, config: &Config, env_dir: &EnvDir, occupied: &Occupied, removals: Vec<Step>) -> Plan {
    let layout = Layout::of(facts);
    let python = layout.script(&layout.executable);
    let cfg = |config: &Config| {
        write(RelPath::of(pyvenv_cfg::FILE_NAME), pyvenv_cfg::render(facts, config, &env_dir.text), Mode::Umask)
    };
    let is_incomplete = !occupied.incomplete_pip.is_empty();
    let pip = pip(facts, config, &layout, if is_incomplete { InstalledPip::Lacking } else { occupied.pip });
    // ensurepip skips pip if it sees one, so the base interpreter's packages are hidden from it, as in venv.
    let hides = pip.is_some() && config.site_packages == SystemSitePackages::Visible;
    let unseen = Config { site_packages: SystemSitePackages::Hidden, ..config.clone() };

    let mut steps = check_copy(facts, config);
    if config.existing == Existing::Clear {
        steps.push(Step::Clear);
    }
    steps.extend(removals);
    steps.extend(directories(&layout));
    if config.scm_ignore == ScmIgnore::Git && !occupied.has_gitignore && !occupied.has_own_files {
        steps.push(gitignore(facts));
    }
    steps.push(cfg(if hides { &unseen } else { config }));
    steps.extend(interpreter(facts, config, &layout));
    steps.extend(windows::init_tcl(facts));
    steps.extend(pip);
    if hides {
        steps.push(cfg(config));
    }
    if config.existing != Existing::Upgrade {
        steps.extend(scripts(facts, config, env_dir, &layout));
    }
    if config.upgrade_deps {
        steps.push(Step::UpgradeDeps { python, packages: bundle::core_packages(facts) });
    }
    let unused = |dir: &PathBuf| Warning::PackagesUnused { dir: dir.clone(), version: facts.version };
    let mut warnings: Vec<Warning> = occupied.other_libraries.iter().map(unused).collect();
    if is_incomplete && config.pip == Pip::Omit {
        warnings.push(Warning::PipIncomplete { env_dir: env_dir.path.clone() });
    }
    let interpreters = layout.interpreters();
    Plan { env_dir: env_dir.clone(), os: facts.os, steps, interpreters, warnings }
}

/// The step that installs pip, if pip is wanted and lacking. ensurepip decides about any pip in the environment, unless
/// the versions are those that ensurepip would install.
fn pip(facts: &Facts, config: &Config, layout: &Layout, installed: InstalledPip) -> Option<Step> {
    let python = layout.script(&layout.executable);
    let scripts = bundle::console_scripts(facts).iter().map(|name| layout.script(name)).collect();
    match (config.pip, installed) {
        (Pip::Omit, _) | (Pip::Install, InstalledPip::Same) => None,
        (Pip::Install, InstalledPip::Other) => Some(Step::RunEnsurepip { python, scripts }),
        (Pip::Install, InstalledPip::Lacking) => Some(Step::SeedPip { python, scripts }),
    }
}

/// The check that a copy of the interpreter starts, if copies are planned. An interpreter that finds its libraries
/// relative to its own path does not start elsewhere; venv creates a dead environment from such copies.
fn check_copy(facts: &Facts, config: &Config) -> Vec<Step> {
    if facts.os == Os::Windows || config.interpreter_link != InterpreterLink::Copy {
        return Vec::new();
    }
    vec![Step::CheckCopy { source: facts.executable.clone(), home: facts.home.clone() }]
}

/// The steps that remove the names of an interpreter of another base, which must not be beside the new `pyvenv.cfg`
/// (aliases first), and names that state a wrong version.
fn removals(facts: &Facts, config: &Config, env_dir: &EnvDir, occupied: &Occupied) -> Vec<Step> {
    let (old, new) = (occupied.cfg.as_deref().unwrap_or_default(), pyvenv_cfg::render(facts, config, &env_dir.text));
    let is_of_another_base = pyvenv_cfg::value(old, "home") != pyvenv_cfg::value(&new, "home")
        || pyvenv_cfg::versioned_python(old) != pyvenv_cfg::versioned_python(&new);
    let mut paths = if is_of_another_base { Layout::of(facts).interpreters() } else { Vec::new() };
    paths.reverse();
    paths.extend(occupied.stale_names.iter().cloned());
    paths.extend(occupied.put_aside.iter().cloned());
    if config.pip == Pip::Install {
        paths.extend(occupied.incomplete_pip.iter().cloned());
    }
    paths.into_iter().map(|path| Step::Remove { path }).collect()
}

fn directories(layout: &Layout) -> Vec<Step> {
    let mut steps: Vec<Step> = layout.directories.iter().map(|path| Step::CreateDir { path: path.clone() }).collect();
    if layout.lib64_link {
        // The link comes before the scripts directory, which is the last one. Any existing `lib64` is accepted.
        steps.insert(steps.len() - 1, link(RelPath::of("lib64"), "lib", OnExisting::Keep));
    }
    steps
}

fn gitignore(facts: &Facts) -> Step {
    let end = facts.os.line_end();
    Step::Write {
        path: RelPath::of(".gitignore"),
        contents: format!("# Created by rvenv: an environment is created anew, not committed.{end}*{end}").into(),
        mode: Mode::Umask,
        // A user's own .gitignore is not ours to overwrite (CPython gh-135604).
        existing: OnExisting::Keep,
    }
}

fn interpreter(facts: &Facts, config: &Config, layout: &Layout) -> Vec<Step> {
    match (facts.os, config.interpreter_link) {
        (Os::Windows, InterpreterLink::Symlink) => windows::links(facts, layout),
        (Os::Windows, InterpreterLink::Copy | InterpreterLink::Auto) => windows::launchers(facts, layout),
        (Os::Posix | Os::MacOs, InterpreterLink::Symlink | InterpreterLink::Auto) => posix_links(facts, layout),
        (Os::Posix | Os::MacOs, InterpreterLink::Copy) => posix_copies(facts, layout),
    }
}

/// The steps that link the environment's interpreter to the base executable, and the aliases to the environment's
/// interpreter.
fn posix_links(facts: &Facts, layout: &Layout) -> Vec<Step> {
    let mut steps = vec![link(layout.script(&layout.executable), &facts.executable, OnExisting::Replace)];
    steps.extend(layout.aliases.iter().map(|name| link(layout.script(name), &layout.executable, OnExisting::Replace)));
    steps
}

/// The steps that copy the base executable to each name of the interpreter.
fn posix_copies(facts: &Facts, layout: &Layout) -> Vec<Step> {
    layout.interpreters().into_iter().map(|path| copy(&facts.executable, path, Mode::Executable)).collect()
}

fn scripts(facts: &Facts, config: &Config, env_dir: &EnvDir, layout: &Layout) -> Vec<Step> {
    let prompt = match &config.prompt {
        Prompt::EnvName => &env_dir.name,
        Prompt::Custom { text, .. } => text,
    };
    let values = Values { env_dir: &env_dir.text, prompt, scripts_dir: layout.scripts.as_str() };
    let scripts = match facts.os {
        Os::Windows => activation::windows_scripts(&values),
        Os::Posix | Os::MacOs => activation::posix_scripts(&values),
    };
    scripts
        .into_iter()
        .map(|script| match &facts.windows.activate_ps1 {
            // The interpreter's own script may be signed, so its bytes are kept.
            Some(own) if script.name == "Activate.ps1" => copy(own, layout.script(script.name), Mode::Script),
            _ => write(layout.script(script.name), script.contents, Mode::Script),
        })
        .collect()
}
