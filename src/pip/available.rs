//! Whether pip can be installed at all.

use std::path::Path;

use super::remedy::ensurepip_remedy;
use crate::config::{Config, Pip};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::fs;

/// Checks that the interpreter has ensurepip, if `config` wants pip.
///
/// # Errors
/// When ensurepip is missing. The error names the package that brings it, if the system is known.
pub(crate) fn check(facts: &Facts, config: &Config) -> Result<()> {
    if config.pip == Pip::Omit || facts.has_ensurepip {
        return Ok(());
    }
    // os-release(5) names both places.
    let places = ["/etc/os-release", "/usr/lib/os-release"];
    let os_release = places.iter().find_map(|path| fs::read_text(Path::new(path)).ok().flatten());
    Err(Error::NoEnsurepip {
        executable: facts.executable.clone().into(),
        version: facts.version,
        remedy: ensurepip_remedy(facts, &os_release.unwrap_or_default()),
    })
}
