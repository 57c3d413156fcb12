//! The base interpreter: found on PATH or where the caller says, and asked for its facts.

mod base;
mod child;
mod discovery;
pub mod facts;
pub mod history;
mod probe;

pub(crate) use probe::{check_starts, isolated};

use std::path::{Path, PathBuf};

use crate::config::{InterpreterRequest, VersionRequest};
use crate::environment::Environment;
use crate::error::{Error, Result};
use facts::{Facts, Version};

/// Finds the base interpreter that `request` asks for and asks it for its facts.
///
/// # Errors
/// When there is none, or it does not work, or is too old.
pub fn find(request: &InterpreterRequest, environment: &Environment) -> Result<Facts> {
    match request {
        InterpreterRequest::Version(version) => find_version(version, environment),
        InterpreterRequest::Path(path) => ask_base(&discovery::absolute(path, environment)?, None),
        InterpreterRequest::Name(name) => {
            ask_base(&discovery::on_path(&[name.to_string_lossy().into_owned()], environment)?, None)
        }
        InterpreterRequest::Default => {
            ask_base(&discovery::on_path(&["python3".to_owned(), "python".to_owned()], environment)?, None)
        }
    }
}

/// Tries all programs on PATH that may have the version, until one does.
fn find_version(wanted: &VersionRequest, environment: &Environment) -> Result<Facts> {
    let mut tried = Vec::new();
    for program in discovery::all_on_path(&wanted.command_names(), environment) {
        match ask_base(&program, Some(wanted)) {
            Ok(facts) if is_version(&facts, wanted) => return Ok(facts),
            Ok(facts) => tried.push((program, format!("is Python {}", facts.version))),
            // One line says enough here: the shim of another version fails by design.
            Err(error) => {
                let message = error.to_string();
                let first_line = message.lines().next().unwrap_or_default().trim_end_matches(':');
                tried.push((program.clone(), first_line.replace(&format!("`{}` ", program.display()), "")));
            }
        }
    }
    Err(Error::NoSuchVersion { version: wanted.clone(), tried })
}

fn is_version(facts: &Facts, wanted: &VersionRequest) -> bool {
    let Version(major, minor, micro) = facts.version;
    [major, minor, micro].starts_with(&wanted.numbers) && facts.free_threaded == wanted.free_threaded
}

/// Asks the base interpreter of `program`: that is `program`, unless it belongs to an environment.
///
/// Only a shim costs a second question: that the interpreter behind it belongs to an environment is known from its
/// answer alone.
fn ask_base(program: &Path, wanted: Option<&VersionRequest>) -> Result<Facts> {
    let facts = probe::ask(&base::executable(program)?, wanted)?;
    let answering = PathBuf::from(&facts.executable);
    let base = base::executable(&answering)?;
    let facts = if base == answering { facts } else { probe::ask(&base, wanted)? };
    if !history::is_supported(facts.version) {
        return Err(Error::TooOld { program: facts.executable.into(), version: Some(facts.version) });
    }
    Ok(facts)
}
