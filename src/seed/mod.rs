//! What is installed into a new environment, and how it gets there.
//!
//! ensurepip is the only installer. Where else the same files may come from is this room's own affair: its callers
//! ask for pip and get it.

mod ensurepip;

use std::path::Path;

use crate::config::{Config, Seed};
use crate::distribution;
use crate::error::{Error, Result};
use crate::fs;
use crate::interpreter::facts::Facts;

pub(crate) use ensurepip::upgrade;

/// Makes sure that what `config` wants installed can be.
///
/// # Errors
/// When pip is wanted and the interpreter has no ensurepip, with the package that brings it where the system is known.
pub(crate) fn check(facts: &Facts, config: &Config) -> Result<()> {
    if config.seed == Seed::Nothing || facts.has_ensurepip {
        return Ok(());
    }
    // os-release(5) names both places.
    let places = ["/etc/os-release", "/usr/lib/os-release"];
    let os_release = places.iter().find_map(|path| fs::read_text(Path::new(path)).ok().flatten());
    Err(Error::NoEnsurepip {
        executable: facts.executable.clone().into(),
        version: facts.version,
        remedy: distribution::ensurepip_remedy(facts, &os_release.unwrap_or_default()),
    })
}

/// Brings pip into the environment `env_dir`, whose interpreter is `python`. A pip that is there already and as new
/// stays.
///
/// # Errors
/// When ensurepip fails.
pub(crate) fn install_pip(python: &Path, env_dir: &Path) -> Result<()> {
    ensurepip::bootstrap(python, env_dir)
}
