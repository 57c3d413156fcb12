//! Which programs may be the wanted interpreter.

use std::collections::HashSet;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs;

/// The first program on PATH that has one of these names; the first name goes before the second, wherever they are.
///
/// # Errors
/// When there is none.
pub(super) fn on_path(names: &[String], environment: &Environment) -> Result<PathBuf> {
    let first = programs(names, environment).next();
    first.ok_or_else(|| Error::NotOnPath { names: names.iter().map(|name| format!("`{name}`")).collect() })
}

/// All programs on PATH that have one of these names, in the order in which they would be preferred, each once.
pub(super) fn all_on_path<'a>(
    names: &'a [String],
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + use<'a> {
    let mut seen = HashSet::new();
    programs(names, environment).filter(move |program| seen.insert(fs::resolved(program)))
}

fn programs<'a>(names: &'a [String], environment: &'a Environment) -> impl Iterator<Item = PathBuf> + use<'a> {
    names
        .iter()
        .map(|name| if name.ends_with(EXE_SUFFIX) { name.clone() } else { format!("{name}{EXE_SUFFIX}") })
        .flat_map(move |name| environment.path.iter().map(move |dir| dir.join(&name)))
        // A relative entry means another directory tomorrow: in an environment it has to be absolute.
        .filter_map(|program| absolute(&program, environment).ok())
        .filter(|program| fs::is_executable(program))
}

/// A path made absolute, in which symlinks and `..` stay as they are typed.
///
/// # Errors
/// When the path is relative and there is no current directory.
pub(super) fn absolute(path: &Path, environment: &Environment) -> Result<PathBuf> {
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    let cwd = environment.cwd.as_ref().ok_or_else(|| Error::NoCurrentDir { path: path.to_owned() })?;
    // Going by components drops a `./`, which means nothing.
    Ok(cwd.join(path).components().collect())
}
