//! The base interpreter: found on PATH or where the caller says, and asked for its facts.

mod base;
mod cache;
mod child;
mod discovery;
pub mod facts;
pub mod history;
mod identity;
mod probe;

pub(crate) use cache::Known;
pub(crate) use identity::Identity;
pub(crate) use probe::{check_starts, isolated, run_to_end};

use std::path::{Path, PathBuf};

use crate::cache_dir::CacheDir;
use crate::config::{InterpreterRequest, VersionRequest};
use crate::environment::Environment;
use crate::error::{Error, Result};
use facts::{Facts, Version};

/// How those programs end that Windows has where a Python could be. Elsewhere no program can end like that.
const NO_PYTHON: i32 = 9009;

/// Finds the base interpreter that `request` asks for and asks it for its facts, unless they are in the cache.
///
/// # Errors
/// When there is none, or it does not work, or is too old.
pub(crate) fn find(request: &InterpreterRequest, environment: &Environment, cache: Option<&CacheDir>) -> Result<Known> {
    match request {
        InterpreterRequest::Version(version) => find_version(version, environment, cache),
        InterpreterRequest::Path(path) => ask_base(&discovery::absolute(path, environment)?, None, environment, cache),
        InterpreterRequest::Name(name) => find_named(&[name.to_string_lossy().into_owned()], environment, cache),
        InterpreterRequest::Default => find_named(&discovery::default_names(), environment, cache),
    }
}

/// The first program on PATH that has one of these names; the first name goes before the second, wherever they are.
///
/// What Windows has there so that one can get a Python from its store is passed over, unless there is nothing else.
fn find_named(names: &[String], environment: &Environment, cache: Option<&CacheDir>) -> Result<Known> {
    let mut stub = None;
    for program in discovery::on_path(names, environment) {
        match ask_base(&program, None, environment, cache) {
            Err(Error::ProbeFailed { program, status, output }) if status.code() == Some(NO_PYTHON) => {
                stub.get_or_insert(Error::ProbeFailed { program, status, output });
            }
            found => return found,
        }
    }
    Err(stub.unwrap_or_else(|| discovery::not_found(names)))
}

/// Tries all programs on PATH that may have the version, until one does.
fn find_version(wanted: &VersionRequest, environment: &Environment, cache: Option<&CacheDir>) -> Result<Known> {
    let mut tried = Vec::new();
    for program in discovery::distinct_on_path(&discovery::names_of(wanted), environment) {
        match ask_base(&program, Some(wanted), environment, cache) {
            Ok(known) if is_version(&known.facts, wanted) => return Ok(known),
            Ok(known) => tried.push((program, format!("is Python {}", known.facts.version))),
            Err(interrupted @ Error::Interrupted { .. }) => return Err(interrupted),
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
fn ask_base(
    program: &Path,
    wanted: Option<&VersionRequest>,
    environment: &Environment,
    cache: Option<&CacheDir>,
) -> Result<Known> {
    let asked = base::executable(program)?;
    let mut known = ask(&asked, wanted, environment, cache)?;
    let answering = PathBuf::from(&known.facts.executable);
    if answering != asked {
        let base = base::executable(&answering)?;
        if base != answering {
            known = ask(&base, wanted, environment, cache)?;
        }
    }
    if !history::is_supported(known.facts.version) {
        return Err(Error::TooOld { program: known.facts.executable.into(), version: Some(known.facts.version) });
    }
    Ok(known)
}

/// The facts of one program, from the cache or from itself.
fn ask(
    program: &Path,
    wanted: Option<&VersionRequest>,
    environment: &Environment,
    cache: Option<&CacheDir>,
) -> Result<Known> {
    if let Some(known) = cache.and_then(|cache| cache::recall(program, environment, cache)) {
        return Ok(known);
    }
    let (facts, answer) = probe::ask(program, wanted)?;
    let known = Known::now(program, facts);
    if let Some(cache) = cache {
        cache::remember(program, environment, &answer, &known, cache);
    }
    Ok(known)
}

#[cfg(fuzzing)]
pub mod fuzzing;
