//! The differences in venv between Python versions. Nothing else in rvenv compares versions.
//!
//! Anything that an interpreter can be asked is a fact instead ([`Facts`](super::Facts)).

use super::Version;

/// The oldest Python that rvenv supports.
pub(crate) const OLDEST: Version = Version(3, 6, 0);

/// Whether rvenv supports this Python version.
#[must_use]
pub(crate) fn is_supported(version: Version) -> bool {
    version >= OLDEST
}

/// Whether rvenv supports any of the versions that begin with these numbers.
#[must_use]
pub(crate) fn is_any_supported(numbers: &[u32]) -> bool {
    let oldest = [OLDEST.0, OLDEST.1, OLDEST.2];
    numbers.len() > oldest.len() || numbers >= &oldest[..numbers.len()]
}

/// The rules of one Python version's venv that the interpreter cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whether `lib64` is a link to `lib` on 64-bit POSIX systems but macOS. Since 3.15 the scheme's platlib is created
    /// instead (CPython gh-133951).
    pub(crate) lib64_link: bool,
    /// Whether the include directory is a plain `include`, regardless of the scheme: since 3.14.
    pub(crate) plain_include: bool,
    /// Whether `bin/𝜋thon` is created: 3.14 only (CPython gh-119535).
    pub(crate) pi_link: bool,
    /// Whether ensurepip installs setuptools too: until 3.11 (CPython gh-95299).
    pub(crate) bundles_setuptools: bool,
    /// Whether bytecode shows which one-character strings were interned when it was made: 3.11 only.
    pub(crate) interned_state_shows: bool,
    /// Whether bytecode of a local class shows that its module was loaded already: since 3.13.
    pub(crate) loaded_twice_shows: bool,
    /// Whether launchers on Windows are called `venvlauncher.exe` and the like, and environments get only the common
    /// names: since 3.13. Before, each executable has a launcher of the same name, and `--symlinks` links all
    /// executables and libraries.
    pub(crate) venv_launchers: bool,
}

/// The rules of `version`'s venv.
#[must_use]
pub(crate) fn rules(version: Version) -> Rules {
    let since = |minor| version >= Version(3, minor, 0);
    Rules {
        lib64_link: !since(15),
        plain_include: since(14),
        pi_link: since(14) && !since(15),
        bundles_setuptools: !since(12),
        interned_state_shows: since(11) && !since(12),
        loaded_twice_shows: since(13),
        venv_launchers: since(13),
    }
}

/// Whether this version of setuptools installs `easy_install`: until version 51.
#[must_use]
pub(crate) fn setuptools_has_easy_install(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 52)
}
