//! The programs that may be the wanted interpreter.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use crate::config::VersionRequest;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::fs::{self, EXE_SUFFIX};

const IS_WINDOWS: bool = !EXE_SUFFIX.is_empty();

/// The Python launcher of Windows, which python.org's installers bring (PEP 397, PEP 773).
const LAUNCHER: &str = "py";

/// The names to try if the user has named no interpreter. On Windows, environments and most installations have only a
/// `python.exe`, and installers put `py` beside it.
pub(super) fn default_names() -> Vec<String> {
    let names: &[&str] = if IS_WINDOWS { &["python", "python3", LAUNCHER] } else { &["python3", "python"] };
    names.iter().copied().map(str::to_owned).collect()
}

/// The commands that may start the version, most exact first.
pub(super) fn names_of(version: &VersionRequest) -> Vec<String> {
    let mut names = version.command_names();
    names.extend(IS_WINDOWS.then(|| LAUNCHER.to_owned()));
    names
}

/// The option that makes the Python launcher of Windows start the `wanted` version, or `None` for any other program.
pub(super) fn launcher_option(program: &Path, wanted: Option<&VersionRequest>) -> Option<String> {
    let is_launcher = IS_WINDOWS && program.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(LAUNCHER));
    // The launcher knows no patch releases.
    wanted.filter(|_| is_launcher).map(|version| format!("-{}", version.release()))
}

/// The error that no interpreter of these names is on PATH.
pub(super) fn not_found(names: &[String]) -> Error {
    Error::NotOnPath { names: names.iter().map(|name| format!("`{name}`")).collect() }
}

/// The programs on PATH that have one of these names, in order of preference.
pub(super) fn on_path<'a>(
    names: &'a [String],
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + use<'a> {
    names
        .iter()
        .map(|name| if name.ends_with(EXE_SUFFIX) { name.clone() } else { format!("{name}{EXE_SUFFIX}") })
        .flat_map(move |name| environment.path.iter().map(move |dir| dir.join(&name)))
        // An environment needs an absolute path: a relative entry of PATH means another directory tomorrow.
        .filter_map(|program| absolute(&program, environment).ok())
        .filter(|program| fs::is_executable(program))
}

/// The same programs, each only once, however many names and paths lead to it.
pub(super) fn distinct_on_path<'a>(
    names: &'a [String],
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + use<'a> {
    let mut seen = HashSet::new();
    on_path(names, environment).filter(move |program| seen.insert(fs::resolved(program)))
}

/// The path of a program without a `..` that follows a link: interpreters drop both, wherever the link leads.
pub(super) fn without_dots(path: PathBuf) -> PathBuf {
    let mut collapsed = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(collapsed.pop()),
            other => collapsed.push(other),
        }
    }
    let is_same = |(one, other): (&Path, &Path)| one == other || fs::is_same(one, other);
    if path.parent().zip(collapsed.parent()).is_some_and(is_same) { path } else { fs::resolved_parent(&path) }
}

/// Makes a path absolute. Symlinks and `..` stay as they are typed.
///
/// # Errors
/// When the path is relative and there is no current directory.
pub(super) fn absolute(path: &Path, environment: &Environment) -> Result<PathBuf> {
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    let cwd = environment.cwd.as_ref().ok_or_else(|| Error::NoCurrentDir { path: path.to_owned() })?;
    // Collecting the components drops a `./`, which means nothing.
    Ok(cwd.join(path).components().collect())
}
