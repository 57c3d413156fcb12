//! What is at ENV_DIR before anything is done, and whether it may be touched.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::Existing;
use crate::env_dir::EnvDir;
use crate::environment::Environment;
use crate::error::{Error, Result};
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
    let path = &env_dir.path;
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Found::Nothing { topmost: topmost_missing(path) });
        }
        other => other.map_err(|source| Error::File { action: "look at", path: path.clone(), source })?,
    };
    if metadata.is_symlink() {
        let target = fs::read_link(path).unwrap_or_default();
        return Err(Error::EnvDirIsLink { target: path.with_file_name(target), path: path.clone() });
    }
    if !metadata.is_dir() {
        return Err(Error::EnvDirIsFile { path: path.clone() });
    }
    let mut entries =
        fs::read_dir(path).map_err(|source| Error::File { action: "list", path: path.clone(), source })?;
    Ok(if entries.next().is_none() { Found::EmptyDir } else { Found::Dir })
}

/// Refuses to clear what is clearly more than an environment.
///
/// # Errors
/// When it is the user's home directory or one above it, or is no environment and holds a repository or the current
/// directory. venv deletes all of these without asking (CPython gh-90484).
pub(crate) fn check_clear(env_dir: &EnvDir, existing: Existing, environment: &Environment) -> Result<()> {
    let path = &env_dir.path;
    if existing != Existing::Clear || !path.is_dir() {
        return Ok(());
    }
    let refused = |reason: String| Err(Error::ClearRefused { path: path.clone(), reason });
    if environment.home.as_deref().is_some_and(|home| is_or_is_above(path, home)) {
        return refused("it holds your home directory".to_owned());
    }
    if path.join(pyvenv_cfg::FILE_NAME).exists() {
        return Ok(());
    }
    if let Some(repository) = [".git", ".hg", ".svn"].iter().find(|name| path.join(name).exists()) {
        return refused(format!("it is no environment and holds a repository (`{repository}`)"));
    }
    if environment.cwd.as_deref().is_some_and(|cwd| cwd != path && is_or_is_above(path, cwd)) {
        return refused("it is no environment and holds the current directory".to_owned());
    }
    Ok(())
}

/// Whether `dir` is `inner` or a directory above it, also by way of symlinks.
fn is_or_is_above(dir: &Path, inner: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    inner.starts_with(dir) || real(inner).starts_with(real(dir))
}

fn topmost_missing(path: &Path) -> PathBuf {
    let missing = path.ancestors().take_while(|dir| fs::symlink_metadata(dir).is_err());
    missing.last().unwrap_or(path).to_owned()
}
