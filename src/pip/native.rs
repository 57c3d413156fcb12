//! Installing the wheels that ensurepip brings, without ensurepip: what it leaves is made in memory, file by file.
//!
//! ensurepip spends most of its time on pip's compiling itself in order to be imported. What is installed is still
//! ensurepip's decision, and the interpreter compiles it.

use std::path::Path;

use super::compile::{SCRIPT, compile};
use super::file::InstalledFile;
use super::installation::Installation;
use super::members::Refusal;
use super::wheel::Wheel;
use crate::env_paths::EnvPaths;
use crate::environment::Environment;
use crate::error::Error;
use crate::facts::Facts;
use crate::fs;
use crate::interpreter::Helper;
use crate::interrupt::Interrupt;

/// The size limit of a wheel's file, in bytes.
const MAX_WHEEL: u64 = 32 << 20;

/// The version of what rvenv installs, to be increased when that changes: seeds of an earlier one are not used.
pub(crate) const REVISION: u32 = 1;

/// The reason why nothing was installed.
#[derive(Debug)]
pub(crate) enum NotNative {
    /// rvenv does not know how to, so ensurepip has to.
    Unknown(String),
    /// Nothing may be installed, or a signal has come.
    Failed(Error),
}

impl From<Error> for NotNative {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Returns the files that ensurepip would install into an environment with the paths `env`. Bytecode records `mtime`,
/// in seconds since 1970, as the time of its source. `meanwhile` is called while the interpreter compiles.
///
/// # Errors
/// When rvenv does not know this interpreter, its ensurepip or its wheels; when a wheel would do harm; or when a signal
/// comes.
pub(crate) fn install(
    facts: &Facts,
    env: &EnvPaths,
    mtime: u64,
    environment: &Environment,
    interrupt: &Interrupt,
    meanwhile: impl FnOnce(),
) -> Result<Vec<InstalledFile>, NotNative> {
    let cache_tag = known(facts).map_err(NotNative::Unknown)?;
    let prepare = || {
        let unknown = |refusal| match refusal {
            Refusal::Unknown(reason) | Refusal::Harmful(reason) => {
                NotNative::Unknown(format!("of its wheels, {reason}"))
            }
        };
        Installation::of(read_all(facts)?, facts, env, cache_tag).map_err(unknown)
    };
    let helper = Helper { program: Path::new(&facts.executable), script: SCRIPT, environment, interrupt };
    let made = compile(
        helper,
        prepare,
        |installation| installation.job(mtime),
        |installation| {
            meanwhile();
            let mut wheels = installation.wheels().zip(&facts.bundled);
            wheels.try_for_each(|(wheel, path)| wheel.check_contents().map_err(|refusal| refused(refusal, path)))
        },
    )?;
    let (installation, compiled) = made.map_err(NotNative::Unknown)?;
    Ok(installation.files(compiled))
}

/// Returns the tag in the names of bytecode, if this is an interpreter whose ensurepip rvenv knows.
fn known(facts: &Facts) -> Result<&str, String> {
    if facts.implementation != "cpython" {
        return Err(format!("this is {}", facts.implementation));
    }
    if facts.bundled.is_empty() {
        return Err("this ensurepip is not one that rvenv knows".to_owned());
    }
    facts.cache_tag.as_deref().ok_or_else(|| "this interpreter keeps no bytecode".to_owned())
}

/// Reads all wheels: one that would do harm goes before one that is unknown.
fn read_all(facts: &Facts) -> Result<Vec<Wheel>, NotNative> {
    let (mut wheels, mut unknown) = (Vec::new(), None);
    for path in &facts.bundled {
        match read(path, facts) {
            Ok(wheel) => wheels.push(wheel),
            Err(NotNative::Unknown(reason)) => unknown = Some(reason),
            Err(failed) => return Err(failed),
        }
    }
    unknown.map_or(Ok(wheels), |reason| Err(NotNative::Unknown(reason)))
}

fn read(path: &str, facts: &Facts) -> Result<Wheel, NotNative> {
    let place = Path::new(path);
    let bytes = fs::read_at_most(place, MAX_WHEEL).map_err(|error| NotNative::Unknown(error.to_string()))?;
    let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let wheel = match bytes {
        Some(bytes) => Wheel::read(name, &bytes, facts.os, facts.version),
        None => Err(Refusal::Harmful(format!("it is larger than {} MB", MAX_WHEEL >> 20))),
    };
    wheel.map_err(|refusal| refused(refusal, path))
}

fn refused(refusal: Refusal, wheel: &str) -> NotNative {
    match refusal {
        Refusal::Harmful(reason) => NotNative::Failed(Error::HarmfulWheel { wheel: wheel.into(), reason }),
        Refusal::Unknown(reason) => NotNative::Unknown(format!("`{wheel}`: {reason}")),
    }
}
