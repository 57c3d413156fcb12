//! What is at ENV_DIR before anything is done, and whether it may be touched.

mod pip;

use std::path::{Path, PathBuf};

use crate::config::Existing;
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result, shown};
use crate::fs::{self, Kind};
use crate::interpreter::facts::Facts;
use crate::layout::Layout;
use crate::plan::{OnExisting, Plan, Step};
use crate::pyvenv_cfg;
pub(crate) use pip::{Pip, bundled, pip};

/// What was found at ENV_DIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or a directory without anything in it.
    Nothing,
    /// A directory with something in it.
    Dir,
}

/// Looks at ENV_DIR.
///
/// # Errors
/// When it is a symlink (venv refuses those too, but only after `--clear` has emptied what they point to) or no
/// directory, or cannot be looked at.
pub(crate) fn inspect(env_dir: &EnvDir) -> Result<Found> {
    let path = env_dir.path.clone();
    match fs::kind(&path).map_err(|error| below_a_file(&path).unwrap_or(error))? {
        Kind::Nothing | Kind::EmptyDir => Ok(Found::Nothing),
        Kind::Dir => Ok(Found::Dir),
        Kind::Link(target) => {
            let target = path.with_file_name(target);
            Err(Error::EnvDirIsLink { directory: fs::is_dir(&target).then_some(target), path })
        }
        Kind::File => Err(Error::EnvDirIsFile { path }),
    }
}

/// What the system calls "not a directory" is a file somewhere on the way.
fn below_a_file(env_dir: &Path) -> Option<Error> {
    let file = env_dir.ancestors().skip(1).find(|dir| fs::kind(dir).is_ok_and(|kind| kind == Kind::File))?;
    Some(Error::InTheWay { env_dir: env_dir.to_owned(), path: file.to_owned(), wanted: "directory" })
}

/// Refuses to clear what is clearly more than an environment.
///
/// # Errors
/// When it is the user's home directory or one above it, or is no environment and holds a repository or the current
/// directory. venv deletes all of these without asking (CPython gh-90484).
pub(crate) fn check_clear(env_dir: &EnvDir, existing: Existing, environment: &Environment) -> Result<()> {
    let path = &env_dir.path;
    if existing != Existing::Clear {
        return Ok(());
    }
    let refused = |reason: String| Err(Error::ClearRefused { path: path.clone(), reason });
    if environment.home.as_deref().is_some_and(|home| is_or_is_above(path, home)) {
        return refused("it holds your home directory".to_owned());
    }
    if let Some(mounted) = fs::mounted_below(path) {
        return refused(format!("a file system is mounted in it, on `{}`", shown(&mounted)));
    }
    if is_environment(path) {
        return Ok(());
    }
    let is_there = |name: &&&str| !matches!(fs::kind(&path.join(name)), Ok(Kind::Nothing));
    if let Some(repository) = [".git", ".hg", ".svn"].iter().find(is_there) {
        return refused(format!("it is no environment and holds a repository (`{repository}`)"));
    }
    if environment.cwd.as_deref().is_some_and(|cwd| cwd != path && is_or_is_above(path, cwd)) {
        return refused("it is no environment and holds the current directory".to_owned());
    }
    Ok(())
}

/// Whether a directory is an environment, whoever made it.
fn is_environment(dir: &Path) -> bool {
    matches!(fs::kind(&dir.join(pyvenv_cfg::FILE_NAME)), Ok(Kind::File))
}

/// Whether `dir` is `inner` or a directory above it, by whatever way.
fn is_or_is_above(dir: &Path, inner: &Path) -> bool {
    let real = fs::resolved(inner);
    inner.ancestors().chain(real.ancestors()).any(|ancestor| fs::is_same(ancestor, dir))
}

/// Refuses to make an environment where its own interpreter is: the one would take the place of the other.
///
/// # Errors
/// When the base executable is in what would be the scripts directory or, for `--clear`, anywhere in ENV_DIR.
pub(crate) fn check_base(env_dir: &EnvDir, facts: &Facts, existing: Existing) -> Result<()> {
    let scripts = fs::below(&env_dir.path, &Layout::of(facts).scripts);
    let is_lost = |executable: &Path| match existing {
        Existing::Clear => is_or_is_above(&env_dir.path, executable),
        Existing::Reuse | Existing::Upgrade => executable.parent().is_some_and(|home| fs::is_same(home, &scripts)),
    };
    let executables = [&facts.executable, &facts.real_executable].map(Path::new);
    match executables.into_iter().find(|executable| is_lost(executable)) {
        Some(executable) => Err(Error::BaseInside { path: env_dir.path.clone(), executable: executable.to_owned() }),
        None => Ok(()),
    }
}

/// The links in the scripts directory that have the name of another Python version, such as `bin/python3.12` after a
/// change to 3.13: what they lead to is no longer that. In what is no environment, such as `/usr/local`, they are none
/// of ours, and files never are.
///
/// # Errors
/// When the directory cannot be listed.
pub(crate) fn stale_interpreters(env_dir: &EnvDir, layout: &Layout) -> Result<Vec<String>> {
    if fs::kind(&env_dir.path.join(pyvenv_cfg::FILE_NAME))? != Kind::File {
        return Ok(Vec::new());
    }
    let is_versioned = |name: &str| {
        let version = name.strip_prefix("python3.").or_else(|| name.strip_prefix("pypy3."));
        let digits = version.map(|version| version.strip_suffix('t').unwrap_or(version));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let scripts = fs::below(&env_dir.path, &layout.scripts);
    let mut stale = Vec::new();
    for name in fs::names(&scripts)? {
        let is_other = is_versioned(&name) && name != layout.executable && !layout.aliases.contains(&name);
        if is_other && matches!(fs::kind(&scripts.join(&name))?, Kind::Link(_)) {
            stale.push(layout.script(&name));
        }
    }
    Ok(stale)
}

/// Makes sure that the steps of a plan can be done in the directory that exists, before the first of them is done.
///
/// # Errors
/// When a file stands where a directory has to be or the other way round, or a directory may not be written to.
pub(crate) fn check_steps(plan: &Plan) -> Result<()> {
    let env_dir = &plan.env_dir.path;
    writable(env_dir, env_dir)?;
    if plan.steps.contains(&Step::Clear) {
        return Ok(());
    }
    let is_environment = is_environment(env_dir);
    plan.steps.iter().try_for_each(|step| check_step(step, env_dir, is_environment))
}

fn check_step(step: &Step, env_dir: &Path, is_environment: bool) -> Result<()> {
    let replaced = match step {
        Step::CreateDir { path } => return check_dir(env_dir, path),
        Step::Symlink { path, existing: OnExisting::Replace, .. }
        | Step::Copy { path, .. }
        | Step::Write { path, existing: OnExisting::Replace, .. } => path,
        _ => return Ok(()),
    };
    let (env_dir, path) = (env_dir.to_owned(), fs::below(env_dir, replaced));
    match (fs::kind(&path)?, step) {
        (Kind::Dir | Kind::EmptyDir, _) => Err(Error::InTheWay { env_dir, path, wanted: "file" }),
        // In a directory that is no environment, such as `/usr/local`, `bin/python3` is somebody's.
        (Kind::File, Step::Symlink { .. } | Step::Copy { .. }) if !is_environment => {
            Err(Error::ReplacesProgram { env_dir, path })
        }
        _ => Ok(()),
    }
}

/// A directory of the environment is one, or can be made. Those above it may be links to others in the environment.
fn check_dir(env_dir: &Path, relative: &str) -> Result<()> {
    let mut path = env_dir.to_owned();
    let mut names = relative.split('/').peekable();
    while let Some(name) = names.next() {
        path.push(name);
        let is_last = names.peek().is_none();
        match fs::kind(&path)? {
            Kind::Nothing => return Ok(()),
            Kind::Dir | Kind::EmptyDir => {}
            // Such as a `lib64` that leads to `lib`. Out of the environment leads no way.
            Kind::Link(_) if !is_last && fs::is_dir(&path) && is_or_is_above(env_dir, &fs::resolved(&path)) => {}
            Kind::Link(_) | Kind::File => {
                return Err(Error::InTheWay { env_dir: env_dir.to_owned(), path, wanted: "directory" });
            }
        }
    }
    writable(&path, env_dir)
}

fn writable(dir: &Path, env_dir: &Path) -> Result<()> {
    if fs::is_writable_dir(dir) {
        return Ok(());
    }
    Err(Error::NotWritable { env_dir: env_dir.to_owned(), dir: dir.to_owned() })
}

/// The directories of packages in the environment that an interpreter with this layout does not look into, such as
/// `lib/python3.12` after a change to 3.13.
pub(crate) fn unused_packages(env_dir: &EnvDir, layout: &Layout) -> Vec<PathBuf> {
    let site_packages: Vec<PathBuf> = layout.directories.iter().map(|dir| fs::below(&env_dir.path, dir)).collect();
    let libraries = fs::subdirs(&env_dir.path.join("lib"));
    let others = libraries.into_iter().filter(|library| {
        let packages = library.join("site-packages");
        !site_packages.contains(&packages) && matches!(fs::kind(&packages), Ok(Kind::Dir))
    });
    others.collect()
}
