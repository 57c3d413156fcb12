//! The shell-out: the environment's own interpreter runs ensurepip or pip.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::fs::Lock;
use crate::interpreter;

/// Runs ensurepip in the environment.
///
/// # Errors
/// When it cannot be run or fails; the error has all that it printed, which venv throws away (CPython gh-89830).
///
/// It runs what it unpacks in `temp`, which is nobody else's. With another `home`, the user's own settings have no say:
/// before Python 3.10, `~/.pydistutils.cfg` has. A `lock` lasts until it has ended.
pub(crate) fn bootstrap(
    python: &Path,
    env_dir: &Path,
    temp: &Path,
    home: Option<&Path>,
    lock: Option<&Lock>,
) -> Result<()> {
    let arguments = ["-m", "ensurepip", "--upgrade", "--default-pip"];
    let own = [Some(("TMPDIR", temp)), home.map(|home| ("HOME", home))];
    run("install pip", python, env_dir, &arguments, own.into_iter().flatten(), lock)
}

/// Lets pip upgrade packages from its index: the one thing that may use the network.
///
/// # Errors
/// When pip cannot be run or fails; the error has all that it printed.
pub(crate) fn upgrade(python: &Path, env_dir: &Path, packages: &[&str]) -> Result<()> {
    let arguments = [&["-m", "pip", "install", "--upgrade"], packages].concat();
    run("upgrade packages", python, env_dir, &arguments, None, None)
}

/// Runs the interpreter isolated, so that neither the user's modules nor files in the current directory or in the
/// environment can shadow what it imports (CPython gh-98251).
fn run<'a>(
    action: &'static str,
    python: &Path,
    env_dir: &Path,
    arguments: &[&str],
    variables: impl IntoIterator<Item = (&'a str, &'a Path)>,
    lock: Option<&Lock>,
) -> Result<()> {
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
