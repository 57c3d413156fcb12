//! Running ensurepip and pip, with an environment's own interpreter.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::file::{FileKind, InstalledFile};
use crate::env_paths::EnvPaths;
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, FileType, Lock, WalkEntry};
use crate::interpreter::{isolated, run_to_end};
use crate::interrupt::Interrupt;

/// The surroundings in which an installer runs.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// The only variables of the caller that the installer sees, or `None` for all of them.
    pub(crate) variables: Option<&'a [(&'static str, OsString)]>,
    /// The directory for temporary files, if not the user's. Installers also run code from there.
    pub(crate) temp: Option<&'a Path>,
    /// The home directory, if not the user's: another one keeps the user's own settings out. (Before Python 3.10,
    /// `~/.pydistutils.cfg` is read.)
    pub(crate) home: Option<&'a Path>,
    /// A lock that is held until the installer has ended.
    pub(crate) lock: Option<&'a Lock>,
    pub(crate) interrupt: &'a Interrupt,
}

/// Runs ensurepip in the environment.
///
/// # Errors
/// When ensurepip cannot be run or fails. The error holds all its output, which venv throws away (CPython gh-89830).
pub(crate) fn ensure_pip(python: &Path, env_dir: &Path, surroundings: Surroundings) -> Result<()> {
    // Some take wheels from the current directory (CPython gh-146310), so that is not ENV_DIR, as with venv.
    let cwd = python.parent().unwrap_or(env_dir);
    run("install pip", python, env_dir, cwd, &["-m", "ensurepip", "--upgrade", "--default-pip"], surroundings)
}

/// Lets pip upgrade packages from its index: the only step that may use the network.
///
/// # Errors
/// When pip cannot be run or fails. The error holds all its output.
pub(crate) fn upgrade(python: &Path, env_dir: &Path, packages: &[&str], surroundings: Surroundings) -> Result<()> {
    let arguments = [&["-m", "pip", "install", "--upgrade"], packages].concat();
    run("upgrade packages", python, env_dir, env_dir, &arguments, surroundings)
}

/// Runs ensurepip in an environment created only for this, and reads the files that it installs. Returns `None` if pip
/// is not among the files, or if one is neither file nor directory.
///
/// # Errors
/// When ensurepip fails, or a file cannot be read.
pub(crate) fn install(env: &EnvPaths, surroundings: Surroundings) -> Result<Option<Vec<InstalledFile>>> {
    let before: HashSet<RelPath> = fs::walk(&env.dir)?.into_iter().map(|entry| entry.path).collect();
    ensure_pip(Path::new(&env.python), &env.dir, surroundings)?;
    let new = fs::walk(&env.dir)?.into_iter().filter(|entry| !before.contains(&entry.path));
    let files: Option<Vec<InstalledFile>> = new.map(|entry| read(entry, env)).collect::<Result<_>>()?;
    let has_pip =
        |files: &Vec<InstalledFile>| files.iter().any(|file| file.path.as_str().ends_with("/pip/__init__.py"));
    Ok(files.filter(has_pip))
}

fn read(entry: WalkEntry, env: &EnvPaths) -> Result<Option<InstalledFile>> {
    let WalkEntry { path, file_type } = entry;
    let kind = match file_type {
        FileType::Dir => FileKind::Dir,
        FileType::File { is_executable: false } => FileKind::File,
        FileType::File { is_executable: true } => FileKind::Executable,
        FileType::Other => return Ok(None),
    };
    let contents = if kind == FileKind::Dir { Vec::new() } else { fs::read(&path.below(&env.dir))? };
    Ok(Some(InstalledFile { path, kind, contents }))
}

/// Returns `own` as an installer's directory for temporary files, or `None` if nobody can swap files in `usual`.
pub(crate) fn safe_temp<'a>(usual: &Path, own: &'a Path) -> Option<&'a Path> {
    (!fs::is_tamper_proof(usual)).then_some(own)
}

/// Runs the interpreter isolated, so that neither the user's modules nor files in the current directory or the
/// environment can shadow its imports (CPython gh-98251).
fn run(
    action: &'static str,
    python: &Path,
    env_dir: &Path,
    cwd: &Path,
    arguments: &[&str],
    surroundings: Surroundings,
) -> Result<()> {
    let Surroundings { variables, temp, home, lock, interrupt } = surroundings;
    let places = [("TMPDIR", temp), ("TEMP", temp), ("TMP", temp), ("HOME", home), ("USERPROFILE", home)];
    let mut command = isolated(python);
    if let Some(variables) = variables {
        command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
    }
    command.args(arguments).current_dir(cwd).env("VIRTUAL_ENV", env_dir);
    command.envs(places.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let line = command_line(&command);
    let (status, output) = run_to_end(command, python, lock, interrupt)?;
    if status.success() { Ok(()) } else { Err(Error::CommandFailed { action, command: line, status, output }) }
}

fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
