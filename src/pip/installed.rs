//! Whether an environment has the pip that ensurepip would install.

use std::path::Path;

use super::bundle::{core_packages, release};
use crate::error::Result;
use crate::facts::Facts;
use crate::fs;
use crate::plan::{InstalledPip, Layout};

/// Looks for pip in the environment at `env_dir`.
///
/// # Errors
/// When the packages of the environment cannot be listed.
pub(crate) fn installed(env_dir: &Path, facts: &Facts) -> Result<InstalledPip> {
    let names = names(env_dir, facts)?;
    let is_same = |package: &&str| {
        let mut installed = names.iter().filter(|name| name.starts_with(&format!("{package}-")));
        let installed = (installed.next(), installed.next());
        let expected = release(package, facts).map(|release| release.dist_info());
        expected.is_some() && installed == (expected.as_ref(), None)
    };
    Ok(match () {
        () if names.is_empty() => InstalledPip::Lacking,
        () if core_packages(facts).iter().all(is_same) => InstalledPip::Same,
        () => InstalledPip::Other,
    })
}

/// The names in site-packages of whatever ensurepip may have installed.
///
/// # Errors
/// When the packages of the environment cannot be listed.
pub(crate) fn names(env_dir: &Path, facts: &Facts) -> Result<Vec<String>> {
    // The prefixes of everything that ensurepip has ever installed.
    const NAMES: [&str; 6] =
        ["pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-prec", "easy_install"];
    let mut names = fs::names(&Layout::of(facts).site_packages.below(env_dir))?;
    names.retain(|name| NAMES.iter().any(|known| name.starts_with(known)));
    Ok(names)
}
