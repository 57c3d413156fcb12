//! Whether an environment has the pip that ensurepip would install.

use crate::env_dir::EnvDir;
use crate::error::Result;
use crate::fs;
use crate::interpreter::facts::Facts;
use crate::layout::Layout;
use crate::plan;

/// What an environment has of what ensurepip brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pip {
    /// Nothing.
    Lacking,
    /// The same versions, which ensurepip leaves alone.
    Same,
    /// Something else, with which ensurepip deals.
    Other,
}

/// Looks for pip in an environment.
///
/// # Errors
/// When its packages cannot be listed.
pub(crate) fn pip(env_dir: &EnvDir, facts: &Facts) -> Result<Pip> {
    // All that ensurepip has ever brought.
    const NAMES: [&str; 6] =
        ["pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-prec", "easy_install"];
    let site_packages = fs::below(&env_dir.path, &Layout::of(facts).site_packages);
    let mut names = fs::names(&site_packages)?;
    names.retain(|name| NAMES.iter().any(|known| name.starts_with(known)));
    let is_same = |package: &&str| {
        let mut installed = names.iter().filter(|name| name.starts_with(&format!("{package}-")));
        let installed = (installed.next(), installed.next());
        let expected = bundled(package, facts).map(|wheel| format!("{wheel}.dist-info"));
        expected.is_some() && installed == (expected.as_ref(), None)
    };
    Ok(match () {
        () if names.is_empty() => Pip::Lacking,
        () if plan::core_packages(facts).iter().all(is_same) => Pip::Same,
        () => Pip::Other,
    })
}

/// A package that ensurepip brings, with its version: `pip-24.2`. Nothing where there are two, and ensurepip decides.
pub(crate) fn bundled<'a>(package: &str, facts: &'a Facts) -> Option<&'a str> {
    let mut wheels = facts.wheels.iter().filter_map(|path| wheel_of(package, path));
    wheels.next().filter(|_| wheels.next().is_none())
}

/// A package and its version if a path is that of its wheel.
fn wheel_of<'a>(package: &str, path: &'a str) -> Option<&'a str> {
    let name = path.rsplit(std::path::is_separator).next()?;
    let version = name.strip_suffix(".whl")?.strip_prefix(package)?.strip_prefix('-')?.split('-').next()?;
    Some(&name[..package.len() + 1 + version.len()])
}
