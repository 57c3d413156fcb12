//! Which programs may be the wanted interpreter.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::config::VersionRequest;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs::{self, EXE_SUFFIX};

const IS_WINDOWS: bool = !EXE_SUFFIX.is_empty();

/// The launcher of interpreters that python.org's installers bring (PEP 397, PEP 773).
const LAUNCHER: &str = "py";

/// The names of an interpreter that nobody has named. On Windows an environment has a `python.exe` only, as most
/// installers have, and `py` is what they install beside it.
pub(super) fn default_names() -> Vec<String> {
    let names: &[&str] = if IS_WINDOWS { &["python", "python3", LAUNCHER] } else { &["python3", "python"] };
    names.iter().copied().map(str::to_owned).collect()
}

/// The commands that may have a version, most exact first.
pub(super) fn names_of(version: &VersionRequest) -> Vec<String> {
    let mut names = version.command_names();
    names.extend(IS_WINDOWS.then(|| LAUNCHER.to_owned()));
    names
}

/// What Windows' own launcher of interpreters, if a program is that, has to be told so that it starts one of a version.
pub(super) fn launcher_option(program: &Path, wanted: Option<&VersionRequest>) -> Option<String> {
    let is_launcher = IS_WINDOWS && program.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(LAUNCHER));
    // It knows no patch releases.
    wanted.filter(|_| is_launcher).map(|version| format!("-{}", version.release()))
}

/// No interpreter of any of these names is on PATH.
pub(super) fn not_found(names: &[String]) -> Error {
    Error::NotOnPath { names: names.iter().map(|name| format!("`{name}`")).collect() }
}

/// The programs on PATH that have one of these names, in the order in which they are preferred.
pub(super) fn on_path<'a>(
    names: &'a [String],
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + use<'a> {
    names
        .iter()
        .map(|name| if name.ends_with(EXE_SUFFIX) { name.clone() } else { format!("{name}{EXE_SUFFIX}") })
        .flat_map(move |name| environment.path.iter().map(move |dir| dir.join(&name)))
        // A relative entry means another directory tomorrow: in an environment it has to be absolute.
        .filter_map(|program| absolute(&program, environment).ok())
        .filter(|program| fs::is_executable(program))
}

/// The same, each once by whatever names and ways.
pub(super) fn distinct_on_path<'a>(
    names: &'a [String],
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + use<'a> {
    let mut seen = HashSet::new();
    on_path(names, environment).filter(move |program| seen.insert(fs::resolved(program)))
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
