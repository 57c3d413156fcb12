//! Checks that refuse an existing ENV_DIR before anything in it is changed.

use std::path::Path;

use super::closed;
use super::foreign;
use super::foreign::Treasure;
use super::nature::Nature;
use super::within::{self, Whole};
use crate::config::Existing;
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result, shown};
use crate::facts::{Facts, RelPath};
use crate::fs::{self, Kind};
use crate::pip;
use crate::plan::{Layout, OnExisting, Plan, Step};

/// Checks that a plan may be applied to the existing ENV_DIR, and can be.
///
/// # Errors
/// If something would be lost that does not belong to an environment, something is in the way of a file or directory,
/// or a directory is not writable.
pub(crate) fn check(plan: &Plan, facts: &Facts, existing: Existing, environment: &Environment) -> Result<()> {
    check_existing(plan, facts, existing, environment).map_err(|error| closed::explained(&plan.env_dir.path, error))
}

fn check_existing(plan: &Plan, facts: &Facts, existing: Existing, environment: &Environment) -> Result<()> {
    let env_dir = &plan.env_dir.path;
    let scripts = Layout::of(facts).scripts.below(env_dir);
    let nature = Nature::of(env_dir, &scripts)?;
    check_base(env_dir, facts, existing)?;
    let names = foreign::names(env_dir);
    if let Some(evidence) = foreign::installation(env_dir, &names, nature.is_environment()) {
        return Err(not_ours(env_dir, format!("a Python is installed there (`{}`)", shown(&evidence))));
    }
    if existing == Existing::Clear {
        check_clear(env_dir, &names, nature, environment)?;
        if !nature.is_whole() {
            check_programs(plan, env_dir, &scripts)?;
        }
        return writable(env_dir, env_dir);
    }
    writable(env_dir, env_dir)?;
    let checked = plan
        .steps
        .iter()
        .try_for_each(|step| check_step(step, env_dir, nature))
        .and_then(|()| if nature.is_environment() { Ok(()) } else { check_packages(plan, facts) });
    checked.map_err(|error| match error {
        Error::NotOurs { path, reason, .. } => {
            let cleared = check_clear(env_dir, &names, nature, environment)
                .and_then(|()| check_programs(plan, env_dir, &scripts));
            Error::NotOurs { path, reason, may_clear: cleared.is_ok() }
        }
        other => other,
    })
}

/// Checks that no path in the environment gets too long: rvenv could create it, but no interpreter could be run there.
///
/// # Errors
/// If the longest of `paths` has more bytes than the system's calls take.
pub(crate) fn check_length<'a>(env_dir: &EnvDir, paths: impl Iterator<Item = &'a RelPath>) -> Result<()> {
    let Some(longest) = paths.max_by_key(|path| path.as_str().len()) else { return Ok(()) };
    let length = env_dir.text.len() + 1 + longest.as_str().len();
    let limit = fs::LONGEST_PATH;
    if length <= limit {
        return Ok(());
    }
    Err(Error::EnvDirTooLong { path: env_dir.path.clone(), longest: longest.clone(), length, limit })
}

/// Refuses to clear a directory, with these `names` in it, that is clearly more than an environment.
///
/// # Errors
/// If the directory is or holds the home directory, has a file system mounted in it, or holds a repository or files
/// directly in it that are not an environment's; or if it is not an environment and belongs to an installed Python, to
/// an environment or to packages, or holds the current directory or, however deep, a Python, an environment or a
/// repository. venv deletes all of these without asking (CPython gh-90484).
fn check_clear(env_dir: &Path, names: &[String], nature: Nature, environment: &Environment) -> Result<()> {
    let refused = |reason: String| Err(Error::ClearRefused { path: env_dir.to_owned(), reason });
    if environment.home.as_deref().is_some_and(|home| is_or_is_above(env_dir, home)) {
        return refused("it holds your home directory".to_owned());
    }
    if let Some(mounted) = fs::mounted_below(env_dir) {
        return refused(format!("a file system is mounted in it, on `{}`", shown(&mounted)));
    }
    if let Some(repository) = foreign::repository(names) {
        return refused(format!("it holds a repository (`{repository}`)"));
    }
    if let [first, others @ ..] = &foreign::own_files(env_dir, names)[..] {
        let (first, count) = ((*first).clone(), others.len());
        return Err(Error::ClearLosesFiles { path: env_dir.to_owned(), first, others: count });
    }
    if nature.is_whole() {
        return Ok(());
    }
    if environment.cwd.as_deref().is_some_and(|cwd| cwd != env_dir && is_or_is_above(env_dir, cwd)) {
        return refused("it is not an environment and holds the current directory".to_owned());
    }
    let whole = within::whole(env_dir);
    if let Some((what, path)) = whole.map(|whole| match whole {
        Whole::Python(path) => ("an installed Python", path),
        Whole::Environment(path) => ("an environment", path),
        Whole::Packages(path) => ("installed packages", path),
    }) {
        return refused(format!("it belongs to {what} (`{}`)", shown(&path)));
    }
    let (what, path) = match foreign::treasure_below(env_dir) {
        Some(Treasure::Python(path)) => ("a Python", path),
        Some(Treasure::Environment(path)) => ("an environment", path),
        Some(Treasure::Repository(path)) => ("a repository", path),
        None => return Ok(()),
    };
    refused(format!("it is not an environment, and {what} is in it (`{}`)", shown(&path)))
}

/// Refuses to delete programs, unless they are left over from an environment.
fn check_programs(plan: &Plan, env_dir: &Path, scripts: &Path) -> Result<()> {
    let planned = plan.paths().map(|path| path.below(env_dir)).find(|path| {
        let is_program = matches!(fs::kind(path), Ok(Kind::File | Kind::Link(_)));
        is_program && path.parent() == Some(scripts) && !foreign::is_left_over(path)
    });
    match planned.or_else(|| foreign::own_program(scripts)) {
        Some(path) => {
            Err(not_ours(env_dir, format!("it is not an environment, and `{}` would be deleted", shown(&path))))
        }
        None => Ok(()),
    }
}

/// Checks that no package of somebody's is overwritten in a directory that is not an environment.
fn check_packages(plan: &Plan, facts: &Facts) -> Result<()> {
    let env_dir = &plan.env_dir.path;
    let installs = plan.steps.iter().any(|step| matches!(step, Step::SeedPip { .. } | Step::RunEnsurepip { .. }));
    let packages = if installs { pip::names(env_dir, facts)? } else { Vec::new() };
    let site_packages = Layout::of(facts).site_packages;
    packages.first().map_or(Ok(()), |name| Err(overwritten(env_dir, &site_packages.below(env_dir).join(name))))
}

/// Whether `dir` is `inner` or a directory above it, with or without links resolved.
fn is_or_is_above(dir: &Path, inner: &Path) -> bool {
    let real = fs::resolved(inner);
    inner.ancestors().chain(real.ancestors()).any(|ancestor| fs::is_same(ancestor, dir))
}

/// Refuses to create an environment over its own base interpreter, which would be replaced or deleted.
///
/// # Errors
/// If the base executable is in what would be the scripts directory or, for `--clear`, anywhere in ENV_DIR.
fn check_base(env_dir: &Path, facts: &Facts, existing: Existing) -> Result<()> {
    let scripts = Layout::of(facts).scripts.below(env_dir);
    let is_lost = |executable: &Path| match existing {
        Existing::Clear => is_or_is_above(env_dir, executable),
        Existing::Reuse | Existing::Upgrade => executable.parent().is_some_and(|home| fs::is_same(home, &scripts)),
    };
    let executables = [&facts.executable, &facts.real_executable].map(Path::new);
    match executables.into_iter().find(|executable| is_lost(executable)) {
        Some(executable) => Err(Error::BaseInside { path: env_dir.to_owned(), executable: executable.to_owned() }),
        None => Ok(()),
    }
}

fn check_step(step: &Step, env_dir: &Path, nature: Nature) -> Result<()> {
    match step {
        Step::CreateDir { path } => check_dir(env_dir, path),
        Step::Symlink { path, existing: OnExisting::Replace, .. }
        | Step::Write { path, existing: OnExisting::Replace, .. }
        | Step::Copy { path, .. } => {
            check_file(path, env_dir)?;
            if nature.is_environment() { Ok(()) } else { check_absent(path, env_dir) }
        }
        Step::SeedPip { scripts, .. } | Step::RunEnsurepip { scripts, .. } if !nature.is_environment() => {
            scripts.iter().try_for_each(|path| check_absent(path, env_dir))
        }
        _ => Ok(()),
    }
}

/// Checks that no directory is in the way of a file.
fn check_file(path: &RelPath, env_dir: &Path) -> Result<()> {
    let path = path.below(env_dir);
    match fs::kind(&path)? {
        Kind::Dir => Err(Error::in_the_way(env_dir, &path, "is a directory")),
        _ => Ok(()),
    }
}

/// Checks that nothing is replaced: in a directory that is not an environment, such as `/usr/local`, `bin/pip` is
/// somebody's program, be it a file or a link.
fn check_absent(path: &RelPath, env_dir: &Path) -> Result<()> {
    let path = path.below(env_dir);
    if fs::kind(&path)? == Kind::Nothing {
        return Ok(());
    }
    Err(overwritten(env_dir, &path))
}

fn overwritten(env_dir: &Path, path: &Path) -> Error {
    not_ours(env_dir, format!("it is not an environment, and `{}` would be overwritten", shown(path)))
}

fn not_ours(env_dir: &Path, reason: String) -> Error {
    Error::NotOurs { path: env_dir.to_owned(), reason, may_clear: false }
}

/// Checks that a directory of the environment exists, or can be created. Its parents may be links to other directories
/// in the environment.
fn check_dir(env_dir: &Path, relative: &RelPath) -> Result<()> {
    let mut path = env_dir.to_owned();
    let mut names = relative.as_str().split('/').peekable();
    while let Some(name) = names.next() {
        path.push(name);
        let is_last = names.peek().is_none();
        match fs::kind(&path)? {
            Kind::Nothing => return Ok(()),
            Kind::Dir => {}
            // Such as `lib64` -> `lib`.
            Kind::Link(target) => check_link(&path, &target, is_last, env_dir)?,
            Kind::File => return Err(Error::in_the_way(env_dir, &path, "is not a directory")),
        }
    }
    writable(&path, env_dir)
}

/// Checks that a link in the place of a directory leads to one in the environment, which may be any but the last in a
/// path.
fn check_link(path: &Path, target: &Path, is_last: bool, env_dir: &Path) -> Result<()> {
    let problem = match () {
        () if !fs::exists(path) => "does not exist",
        () if !fs::is_dir(path) => "is not a directory",
        () if !is_or_is_above(env_dir, &fs::resolved(path)) => "is outside of it",
        () if is_last => "is another directory in it",
        () => return Ok(()),
    };
    Err(Error::in_the_way(env_dir, path, format!("is a link to `{}`, which {problem}", shown(target))))
}

fn writable(dir: &Path, env_dir: &Path) -> Result<()> {
    if fs::is_writable_dir(dir) {
        return Ok(());
    }
    Err(Error::in_the_way(env_dir, dir, "may not be written to"))
}
