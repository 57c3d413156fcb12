//! The shell-out: the environment's own interpreter runs ensurepip or pip.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::fs::{self, Lock};
use crate::interpreter;

/// What an installer is told besides what to install.
#[derive(Clone, Copy, Default)]
pub(crate) struct Surroundings<'a> {
    /// Where it makes temporary files, from which it also runs code: another place than the user's.
    pub(crate) temp: Option<&'a Path>,
    /// The home directory, if not the user's: the user's own settings have no say then. (Before Python 3.10,
    /// `~/.pydistutils.cfg` has.)
    pub(crate) home: Option<&'a Path>,
    /// A lock that lasts until it has ended.
    pub(crate) lock: Option<&'a Lock>,
}

/// Runs ensurepip in the environment.
///
/// # Errors
/// When it cannot be run or fails; the error has all that it printed, which venv throws away (CPython gh-89830).
pub(crate) fn bootstrap(python: &Path, env_dir: &Path, surroundings: Surroundings) -> Result<()> {
    run("install pip", python, env_dir, &["-m", "ensurepip", "--upgrade", "--default-pip"], surroundings)
}

/// Lets pip upgrade packages from its index: the one thing that may use the network.
///
/// # Errors
/// When pip cannot be run or fails; the error has all that it printed.
pub(crate) fn upgrade(python: &Path, env_dir: &Path, packages: &[&str], surroundings: Surroundings) -> Result<()> {
    let arguments = [&["-m", "pip", "install", "--upgrade"], packages].concat();
    run("upgrade packages", python, env_dir, &arguments, surroundings)
}

/// Where an installer makes temporary files: in `own`, if others could put something else in the place of what is in
/// `usual`.
pub(crate) fn safe_temp<'a>(usual: &Path, own: &'a Path) -> Option<&'a Path> {
    (!fs::is_out_of_reach(usual)).then_some(own)
}

/// Runs the interpreter isolated, so that neither the user's modules nor files in the current directory or in the
/// environment can shadow what it imports (CPython gh-98251).
fn run(
    action: &'static str,
    python: &Path,
    env_dir: &Path,
    arguments: &[&str],
    surroundings: Surroundings,
) -> Result<()> {
    let Surroundings { temp, home, lock } = surroundings;
    let variables = [("TMPDIR", temp), ("HOME", home), ("USERPROFILE", home)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = interpreter::isolated(python);
    command.args(arguments).current_dir(env_dir).env("VIRTUAL_ENV", env_dir).envs(variables);
    let line = command_line(&command);
    let (status, output) = interpreter::run_to_end(command, python, lock)?;
    if status.success() { Ok(()) } else { Err(Error::CommandFailed { action, command: line, status, output }) }
}

fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
