//! The packages that an interpreter's ensurepip brings, according to the names of its wheels.

use crate::facts::{Facts, history};

/// A package and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

impl Release<'_> {
    /// The name of the directory that marks the release as installed (PEP 376).
    pub(crate) fn dist_info(&self) -> String {
        format!("{}-{}.dist-info", self.name, self.version)
    }
}

/// The packages that ensurepip installs and `--upgrade-deps` upgrades.
#[must_use]
pub(crate) fn core_packages(facts: &Facts) -> Vec<&'static str> {
    if history::rules(facts.version).bundles_setuptools { vec!["pip", "setuptools"] } else { vec!["pip"] }
}

/// The release of a package that ensurepip installs. `None` if rvenv does not know this ensurepip, unless there is
/// exactly one wheel of the package.
#[must_use]
pub(crate) fn release<'a>(package: &'a str, facts: &'a Facts) -> Option<Release<'a>> {
    let wheels = if facts.bundled.is_empty() { &facts.wheels } else { &facts.bundled };
    let mut versions = wheels.iter().filter_map(|path| version_in(path, package));
    let version = versions.next().filter(|_| versions.next().is_none())?;
    Some(Release { name: package, version })
}

/// The version in a wheel's path (PEP 427), or `None` if the path is not a wheel of the package.
fn version_in<'a>(path: &'a str, package: &str) -> Option<&'a str> {
    let name = path.rsplit(std::path::is_separator).next()?;
    name.strip_suffix(".whl")?.strip_prefix(package)?.strip_prefix('-')?.split('-').next()
}

/// The names of the console scripts that ensurepip installs with `--default-pip`.
#[must_use]
pub(crate) fn console_scripts(facts: &Facts) -> Vec<String> {
    let minor = facts.version.1;
    let mut names = vec!["pip".to_owned(), "pip3".to_owned(), format!("pip3.{minor}")];
    let setuptools = release("setuptools", facts).filter(|_| core_packages(facts).contains(&"setuptools"));
    if setuptools.is_some_and(|release| history::setuptools_has_easy_install(release.version)) {
        names.extend(["easy_install".to_owned(), format!("easy_install-3.{minor}")]);
    }
    let suffix = facts.os.program_suffix();
    names.iter().map(|name| format!("{name}{suffix}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::facts;

    #[test]
    fn a_release_is_read_from_the_one_wheel_that_there_is() {
        let of = |wheels: &[&str]| Facts { wheels: wheels.iter().map(|&wheel| wheel.to_owned()).collect(), ..facts() };
        let one = of(&["/w/pip-24.2-py3-none-any.whl", "/w/pipx-1.0-py3-none-any.whl", "/w/pip-25.txt"]);
        assert_eq!(release("pip", &one).map(|release| release.dist_info()).as_deref(), Some("pip-24.2.dist-info"));
        assert_eq!(release("setuptools", &one), None);
        let two = of(&["/w/pip-24.2-py3-none-any.whl", "/w/pip-25.0-py3-none-any.whl"]);
        assert_eq!(release("pip", &two), None);
    }
}
