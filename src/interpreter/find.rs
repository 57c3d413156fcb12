//! Finding the base interpreter and its facts.

use std::path::{Path, PathBuf};

use super::cache::{self, Interpreter};
use super::context::Context;
use super::{base, discovery};
use crate::config::{InterpreterRequest, VersionRequest};
use crate::error::{Error, Result};
use crate::facts::{Facts, Version, history};

/// The exit status of Windows' stubs for a missing Python. Other systems have no exit status that high.
const NO_PYTHON: i32 = 9009;

/// Finds the base interpreter that `request` asks for and asks it for its facts, unless they are in the cache.
///
/// # Errors
/// When no interpreter is found, or it does not work or is too old.
pub(crate) fn find(request: &InterpreterRequest, context: Context) -> Result<Interpreter> {
    match request {
        InterpreterRequest::Version(version) => find_version(version, context),
        InterpreterRequest::Path(path) => ask_base(&discovery::absolute(path, context.environment)?, None, context),
        InterpreterRequest::Name(name) => find_named(&[name.to_string_lossy().into_owned()], context),
        InterpreterRequest::Default => find_named(&discovery::default_names(), context),
    }
}

/// Finds the first program on PATH that has one of these names. All programs of the first name go before those of the
/// second.
///
/// Windows' stubs, which offer a Python from the Microsoft Store, are passed over unless there is nothing else.
fn find_named(names: &[String], context: Context) -> Result<Interpreter> {
    let mut stub = None;
    for program in discovery::on_path(names, context.environment) {
        match ask_base(&program, None, context) {
            Err(error) if is_stub(&error) => drop(stub.get_or_insert(error)),
            found => return found,
        }
    }
    Err(stub.unwrap_or_else(|| discovery::not_found(names)))
}

fn is_stub(error: &Error) -> bool {
    matches!(error, Error::ProbeFailed { status, .. } if status.code() == Some(NO_PYTHON))
}

/// Tries the programs on PATH that may have the version, until one has it.
fn find_version(wanted: &VersionRequest, context: Context) -> Result<Interpreter> {
    if !history::is_any_supported(&wanted.numbers) {
        return Err(Error::VersionTooOld { version: wanted.clone() });
    }
    let mut tried = Vec::new();
    for program in discovery::distinct_on_path(&discovery::names_of(wanted), context.environment) {
        match ask_base(&program, Some(wanted), context) {
            Ok(interpreter) if is_version(&interpreter.facts, wanted) => return Ok(interpreter),
            Ok(interpreter) => tried.push((program, format!("is Python {}", interpreter.facts.version))),
            Err(interrupted @ Error::Interrupted { .. }) => return Err(interrupted),
            // A shim says best what is wrong.
            Err(error) => {
                let message = error.to_string().replacen(&format!("`{}` ", program.display()), "", 1);
                tried.push((program, message.replace('\n', "\n    ")));
            }
        }
    }
    Err(Error::NoSuchVersion { version: wanted.clone(), tried })
}

fn is_version(facts: &Facts, wanted: &VersionRequest) -> bool {
    let Version(major, minor, micro) = facts.version;
    [major, minor, micro].starts_with(&wanted.numbers) && facts.free_threaded == wanted.free_threaded
}

/// Asks the base interpreter of `program`, which is `program` itself unless it belongs to an environment.
///
/// Only a shim may cost a second question, if it leads to an environment's interpreter whose base is behind links.
fn ask_base(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<Interpreter> {
    let asked = discovery::without_dots(base::executable(program)?);
    let mut interpreter = ask(&asked, wanted, context)?;
    let answering = PathBuf::from(&interpreter.facts.executable);
    if answering != asked {
        let base = base::executable(&answering)?;
        if base != answering {
            interpreter = interpreter.as_base(&base).map_or_else(|| ask(&base, wanted, context), Ok)?;
        }
    }
    if !history::is_supported(interpreter.facts.version) {
        return Err(Error::TooOld {
            program: interpreter.facts.executable.into(),
            version: Some(interpreter.facts.version),
        });
    }
    Ok(interpreter)
}

/// Returns the facts of one program, from the cache or by asking it.
fn ask(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<Interpreter> {
    cache::recall(program, wanted, context).map_or_else(|| cache::ask(program, wanted, context), Ok)
}
