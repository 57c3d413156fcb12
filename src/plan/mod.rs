//! What is to be done to make an environment, as data: decided here, printed or applied elsewhere.

mod display;
mod step;
mod windows;

use crate::activation::{self, Values};
use crate::config::{Config, Existing, LinkMode, Prompt, ScmIgnore, Seed, SystemSitePackages};
use crate::env_dir::EnvDir;
use crate::interpreter::facts::{Facts, Os};
use crate::interpreter::history;
use crate::layout::Layout;
use crate::pyvenv_cfg;
use crate::warning::Warning;
pub use step::{Mode, OnExisting, Step};
pub(crate) use windows::check;

/// The steps that make one environment, in venv's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where the environment goes; the steps' paths are relative to it.
    pub env_dir: EnvDir,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// All names of the environment's interpreter, that one first to which the others lead. Relative to it, too.
    pub interpreters: Vec<String>,
    /// What the user should know when it is done.
    pub warnings: Vec<Warning>,
    /// Whether it goes by there being nothing yet.
    pub(crate) is_for_nothing: bool,
}

/// Decides how to make the environment `env_dir`.
#[must_use]
pub fn plan(facts: &Facts, config: &Config, env_dir: &EnvDir) -> Plan {
    let layout = Layout::of(facts);
    let python = layout.script(&layout.executable);
    let mut steps = check_copy(facts, config);
    if config.existing == Existing::Clear {
        steps.push(Step::Clear);
    }
    steps.extend(directories(&layout));
    if config.scm_ignore == ScmIgnore::Git {
        steps.push(gitignore(facts));
    }
    let cfg =
        |config: &Config| write(pyvenv_cfg::FILE_NAME, pyvenv_cfg::render(facts, config, &env_dir.text), Mode::Umask);
    // ensurepip installs no pip where it sees one, so that of the base interpreter is hidden from it, as venv does.
    let unseen = Config { site_packages: SystemSitePackages::Hidden, ..config.clone() };
    let hides = config.seed == Seed::Pip && config.site_packages == SystemSitePackages::Visible;
    steps.push(cfg(if hides { &unseen } else { config }));
    steps.extend(interpreter(facts, config, &layout));
    steps.extend(windows::init_tcl(facts));
    if config.seed == Seed::Pip {
        steps.push(Step::SeedPip { python: python.clone() });
    }
    if hides {
        steps.push(cfg(config));
    }
    if config.existing != Existing::Upgrade {
        steps.extend(scripts(facts, config, env_dir, &layout));
    }
    if config.upgrade_deps {
        steps.push(Step::UpgradeDeps { python, packages: core_packages(facts) });
    }
    let interpreters = std::iter::once(&layout.executable).chain(&layout.aliases);
    let interpreters = interpreters.map(|name| layout.script(name)).collect();
    Plan { env_dir: env_dir.clone(), steps, interpreters, is_for_nothing: false, warnings: Vec::new() }
}

/// An interpreter whose libraries are found from where it is does not start elsewhere; venv makes a dead environment of
/// copies of it.
fn check_copy(facts: &Facts, config: &Config) -> Vec<Step> {
    if facts.os == Os::Windows || config.links != LinkMode::Copy {
        return Vec::new();
    }
    vec![Step::CheckCopy { source: facts.executable.clone(), home: facts.home.clone() }]
}

fn directories(layout: &Layout) -> Vec<Step> {
    let mut steps: Vec<Step> = layout.directories.iter().map(|path| Step::CreateDir { path: path.clone() }).collect();
    if layout.lib64_link {
        // Before the scripts directory, which is the last one. Whatever is already called lib64 is accepted.
        steps.insert(steps.len() - 1, link("lib64", "lib", OnExisting::Keep));
    }
    steps
}

fn gitignore(facts: &Facts) -> Step {
    let end = facts.os.line_end();
    Step::Write {
        path: ".gitignore".to_owned(),
        contents: format!("# Made by rvenv: an environment is made anew, not committed.{end}*{end}"),
        mode: Mode::Umask,
        // A user's own .gitignore is not ours to overwrite (CPython gh-135604).
        existing: OnExisting::Keep,
    }
}

fn interpreter(facts: &Facts, config: &Config, layout: &Layout) -> Vec<Step> {
    match (facts.os, config.links) {
        (Os::Windows, LinkMode::Symlink) => windows::links(facts, layout),
        (Os::Windows, LinkMode::Copy | LinkMode::PlatformDefault) => windows::launchers(facts, layout),
        (Os::Posix | Os::MacOs, LinkMode::Symlink | LinkMode::PlatformDefault) => posix_links(facts, layout),
        (Os::Posix | Os::MacOs, LinkMode::Copy) => posix_copies(facts, layout),
    }
}

/// The environment's interpreter is a link to the base executable, its other names are links to it.
fn posix_links(facts: &Facts, layout: &Layout) -> Vec<Step> {
    let mut steps = vec![link(&layout.script(&layout.executable), &facts.executable, OnExisting::Replace)];
    steps.extend(layout.aliases.iter().map(|name| link(&layout.script(name), &layout.executable, OnExisting::Replace)));
    steps
}

/// Each name of the interpreter is a copy of its own.
fn posix_copies(facts: &Facts, layout: &Layout) -> Vec<Step> {
    let names = std::iter::once(&layout.executable).chain(&layout.aliases);
    names.map(|name| copy(&facts.executable, layout.script(name), Mode::Executable)).collect()
}

fn scripts(facts: &Facts, config: &Config, env_dir: &EnvDir, layout: &Layout) -> Vec<Step> {
    let prompt = match &config.prompt {
        Prompt::EnvName => &env_dir.name,
        Prompt::Custom { text, .. } => text,
    };
    let values = Values { env_dir: &env_dir.text, prompt, scripts_dir: &layout.scripts };
    let scripts = match facts.os {
        Os::Windows => activation::windows_scripts(&values),
        Os::Posix | Os::MacOs => activation::posix_scripts(&values),
    };
    scripts
        .into_iter()
        .map(|script| match &facts.windows.activate_ps1 {
            // It may carry a signature, which holds for these very bytes.
            Some(own) if script.name == "Activate.ps1" => copy(own, layout.script(script.name), Mode::Script),
            _ => write(&layout.script(script.name), script.contents, Mode::Script),
        })
        .collect()
}

/// The packages that ensurepip brings, which are those that `--upgrade-deps` upgrades.
#[must_use]
pub(crate) fn core_packages(facts: &Facts) -> Vec<&'static str> {
    if history::rules(facts.version).bundles_setuptools { vec!["pip", "setuptools"] } else { vec!["pip"] }
}

fn link(path: &str, target: &str, existing: OnExisting) -> Step {
    Step::Symlink { path: path.to_owned(), target: target.to_owned(), existing }
}

fn copy(source: &str, path: String, mode: Mode) -> Step {
    Step::Copy { source: source.to_owned(), path, mode }
}

fn write(path: &str, contents: String, mode: Mode) -> Step {
    Step::Write { path: path.to_owned(), contents, mode, existing: OnExisting::Replace }
}
