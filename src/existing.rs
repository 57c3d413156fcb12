//! What is at ENV_DIR before anything is done, and whether it may be touched.

use std::path::{Path, PathBuf};

use crate::config::Existing;
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs::{self, Kind};
use crate::layout::Layout;
use crate::plan::{OnExisting, Plan, Step};
use crate::pyvenv_cfg;

/// What was found at ENV_DIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing. `topmost` is the first directory that has to be made: ENV_DIR or one above it.
    Nothing {
        /// The first directory that has to be made.
        topmost: PathBuf,
    },
    /// A directory without anything in it.
    EmptyDir,
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
    match fs::kind(&path)? {
        Kind::Nothing => Ok(Found::Nothing { topmost: topmost_missing(&path) }),
        Kind::EmptyDir => Ok(Found::EmptyDir),
        Kind::Dir => Ok(Found::Dir),
        Kind::Link(target) => Err(Error::EnvDirIsLink { target: path.with_file_name(target), path }),
        Kind::File => Err(Error::EnvDirIsFile { path }),
    }
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
    if fs::exists(&path.join(pyvenv_cfg::FILE_NAME)) {
        return Ok(());
    }
    if let Some(repository) = [".git", ".hg", ".svn"].iter().find(|name| fs::exists(&path.join(name))) {
        return refused(format!("it is no environment and holds a repository (`{repository}`)"));
    }
    if environment.cwd.as_deref().is_some_and(|cwd| cwd != path && is_or_is_above(path, cwd)) {
        return refused("it is no environment and holds the current directory".to_owned());
    }
    Ok(())
}

/// Whether `dir` is `inner` or a directory above it, also by way of symlinks.
fn is_or_is_above(dir: &Path, inner: &Path) -> bool {
    inner.starts_with(dir) || fs::resolved(inner).starts_with(fs::resolved(dir))
}

fn topmost_missing(path: &Path) -> PathBuf {
    let missing = path.ancestors().take_while(|dir| matches!(fs::kind(dir), Ok(Kind::Nothing)));
    missing.last().unwrap_or(path).to_owned()
}

/// Makes sure that the steps of a plan can be done in the directory that exists, before the first of them is.
///
/// # Errors
/// When a file stands where a directory has to be or the other way round, or a directory may not be written to.
pub(crate) fn check_steps(plan: &Plan) -> Result<()> {
    let env_dir = &plan.env_dir.path;
    writable(env_dir, env_dir)?;
    if plan.steps.contains(&Step::Clear) {
        return Ok(());
    }
    for step in &plan.steps {
        match step {
            Step::CreateDir { path } => check_dir(env_dir, path)?,
            Step::Symlink { path, existing: OnExisting::Replace, .. }
            | Step::Copy { path, .. }
            | Step::Write { path, existing: OnExisting::Replace, .. } => check_file(env_dir, path)?,
            _ => {}
        }
    }
    Ok(())
}

/// A directory of the environment is one, or can be made. Those above it may be links, as for venv.
fn check_dir(env_dir: &Path, relative: &str) -> Result<()> {
    let mut path = env_dir.to_owned();
    let mut names = relative.split('/').peekable();
    while let Some(name) = names.next() {
        path.push(name);
        let is_last = names.peek().is_none();
        match fs::kind(&path)? {
            Kind::Nothing => return Ok(()),
            Kind::Dir | Kind::EmptyDir => {}
            Kind::Link(_) if !is_last && fs::is_dir(&path) => {}
            Kind::Link(_) | Kind::File => {
                return Err(Error::InTheWay { env_dir: env_dir.to_owned(), path, wanted: "directory" });
            }
        }
    }
    writable(&path, env_dir)
}

fn check_file(env_dir: &Path, relative: &str) -> Result<()> {
    let path = fs::below(env_dir, relative);
    match fs::kind(&path)? {
        Kind::Dir | Kind::EmptyDir => Err(Error::InTheWay { env_dir: env_dir.to_owned(), path, wanted: "file" }),
        Kind::Nothing | Kind::Link(_) | Kind::File => Ok(()),
    }
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
