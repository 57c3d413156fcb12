//! Packages that an interrupted run has left incomplete.

use std::path::Path;

use super::bundle::core_packages;
use super::record;
use crate::error::Result;
use crate::facts::{Facts, RelPath};
use crate::fs;
use crate::plan::Layout;

/// Traces of an interrupted pip in an environment, as far as they concern pip, or setuptools where ensurepip installs
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// The entries in site-packages that pip has put aside to replace them. Nothing needs them any more.
    pub(crate) put_aside: Vec<RelPath>,
    /// The entries of these packages, if one of them is incomplete: a file that its `RECORD` lists is missing or of
    /// another size, or there is no `RECORD`.
    pub(crate) incomplete: Vec<RelPath>,
}

/// Looks for traces of an interrupted pip.
///
/// # Errors
/// When site-packages cannot be listed.
pub(crate) fn traces(env_dir: &Path, facts: &Facts) -> Result<Traces> {
    let site_packages = Layout::of(facts).site_packages;
    let dir = site_packages.below(env_dir);
    let names = fs::names(&dir)?;
    let packages = core_packages(facts);
    let is_whole = |package: &&str| {
        let own: Vec<&String> = names.iter().filter(|name| is_of(package, name)).collect();
        own.is_empty() || is_installed(&dir, package, &own)
    };
    let chosen = |is_chosen: fn(&str, &str) -> bool| {
        let own = names.iter().filter(|name| packages.iter().any(|package| is_chosen(package, name)));
        own.map(|name| site_packages.join(name)).collect()
    };
    let incomplete = if packages.iter().all(is_whole) { Vec::new() } else { chosen(is_of) };
    Ok(Traces { put_aside: chosen(was_of), incomplete })
}

/// Whether an entry belongs to a package.
fn is_of(package: &str, name: &str) -> bool {
    names_of(package).any(|own| is_named(name, own))
}

/// Whether an entry belonged to a package: pip puts `~` in the place of the first letter while it replaces the package.
fn was_of(package: &str, name: &str) -> bool {
    name.strip_prefix('~').is_some_and(|rest| names_of(package).any(|own| is_named(rest, &own[1..])))
}

fn names_of(package: &str) -> impl Iterator<Item = &str> {
    /// The entries of setuptools that have other names.
    const OF_SETUPTOOLS: [&str; 4] =
        ["pkg_resources", "_distutils_hack", "distutils-precedence.pth", "easy_install.py"];
    let others = OF_SETUPTOOLS.iter().copied().filter(move |_| package == "setuptools");
    std::iter::once(package).chain(others)
}

/// Whether an entry is this one, or the metadata of the package with this name.
fn is_named(name: &str, own: &str) -> bool {
    let is_metadata =
        |rest: &str| rest.starts_with('-') && [".dist-info", ".egg-info"].iter().any(|end| rest.ends_with(end));
    name.strip_prefix(own).is_some_and(|rest| rest.is_empty() || is_metadata(rest))
}

/// Whether exactly one release of a package is installed, with all the files that its `RECORD` lists.
fn is_installed(dir: &Path, package: &str, own: &[&String]) -> bool {
    let mut infos = own.iter().filter(|name| name.starts_with(package) && name.ends_with("-info"));
    let (Some(info), None) = (infos.next(), infos.next()) else { return false };
    let rows = fs::read(&dir.join(info.as_str()).join("RECORD")).ok().and_then(|text| record::parse(&text));
    rows.is_some_and(|rows| rows.iter().all(|row| is_there(dir, row)))
}

/// Whether a listed file is there. Bytecode need not be; a script may have been edited, as by a tool that moves
/// environments.
fn is_there(dir: &Path, row: &record::Row) -> bool {
    let path = dir.join(&row.path);
    match row.size.parse() {
        Ok(size) if !row.path.starts_with("..") => fs::length(&path) == Some(size),
        Ok(_) => fs::exists(&path),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_of_a_package_are_known_by_their_names() {
        assert!(["pip", "pip-24.2.dist-info"].iter().all(|name| is_of("pip", name)));
        assert!(["~ip", "~ip-24.2.dist-info"].iter().all(|name| was_of("pip", name)));
        let others = ["pipx", "pip_tools-7.dist-info", "pip-tools", "~umpy", "setuptools", "~"];
        assert!(!others.iter().any(|name| is_of("pip", name) || was_of("pip", name)));
        let own = ["setuptools", "setuptools-65.5.0.dist-info", "pkg_resources", "_distutils_hack"];
        assert!(own.iter().all(|name| is_of("setuptools", name)));
        assert!(["~etuptools", "~kg_resources", "~distutils_hack"].iter().all(|name| was_of("setuptools", name)));
        assert!(!["setuptools_scm", "pip"].iter().any(|name| is_of("setuptools", name)));
    }
}
