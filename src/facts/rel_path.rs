//! Paths inside an environment.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Os;

/// A path inside an environment: relative, `/`-separated, and unable to lead out.
///
/// ```
/// use rvenv::facts::{Os, RelPath};
///
/// let path = RelPath::parse("bin/python3", Os::Posix).expect("this is a path inside an environment");
/// assert_eq!(path.name(), "python3");
/// assert_eq!(path.parent(), RelPath::parse("bin", Os::Posix));
/// assert_eq!(path.below("/env".as_ref()), std::path::Path::new("/env/bin/python3"));
/// assert_eq!(RelPath::parse("../python3", Os::Posix), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelPath(String);

impl RelPath {
    /// Parses a path by the rules of `os`. Returns `None` for a path that would lead out of an environment, or that
    /// `os` would read as another path.
    #[must_use]
    pub fn parse(text: &str, os: Os) -> Option<Self> {
        text.split('/').all(|name| is_name(name, os)).then(|| Self(text.to_owned()))
    }

    /// Returns a path that is valid because this program spells it out.
    pub(crate) fn of(text: &str) -> Self {
        debug_assert!(text.split('/').all(|name| is_name(name, Os::Posix)), "{text} leads out");
        Self(text.to_owned())
    }

    /// Returns the path of `name` in this directory. The name must be spelt out in this program, or already checked.
    #[must_use]
    pub(crate) fn join(&self, name: &str) -> Self {
        Self::of(&format!("{}/{name}", self.0))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parent directory, or `None` for a path directly in the environment.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// The parent directory, or `.` for a path directly in the environment, and the last component.
    pub(crate) fn split(&self) -> (&str, &str) {
        self.0.rsplit_once('/').unwrap_or((".", &self.0))
    }

    /// Whether the path is below the directory `dir`.
    pub(crate) fn is_in(&self, dir: &Self) -> bool {
        self.0.strip_prefix(&dir.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The path in an environment at `env_dir`, with this platform's separators.
    #[must_use]
    pub fn below(&self, env_dir: &Path) -> PathBuf {
        let mut path = env_dir.to_owned();
        path.extend(self.0.split('/'));
        path
    }
}

/// Whether `os` reads `name` as one component, and as exactly this name: on Windows `\` and `:` separate, and a final
/// dot or space is dropped.
fn is_name(name: &str, os: Os) -> bool {
    let is_other = os == Os::Windows && (name.contains(['\\', ':']) || name.ends_with(['.', ' ']));
    !matches!(name, "" | "." | "..") && !name.contains('\0') && !is_other
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<Path> for RelPath {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl PartialEq<str> for RelPath {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RelPath {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_is_no_path_inside_an_environment() {
        for text in ["", ".", "..", "/x", "x/", "a//b", "a/../b", "./a", "a/..", "a\0"] {
            assert_eq!(RelPath::parse(text, Os::Posix), None, "{text:?}");
        }
        for text in ["bin", "lib/python3.13/site-packages", "a\\b", "a:b", "a.", "...", "..a", " "] {
            assert!(RelPath::parse(text, Os::Posix).is_some_and(|path| path == text), "{text:?}");
        }
    }

    #[test]
    fn windows_has_more_ways_out() {
        for text in ["a\\..\\b", "C:", "a:stream", "a.", "a ", ".. ", "a/.. /b", "..."] {
            assert_eq!(RelPath::parse(text, Os::Windows), None, "{text:?}");
        }
        assert_eq!(RelPath::parse("Lib/site-packages", Os::Windows), Some(RelPath::of("Lib/site-packages")));
    }

    #[test]
    fn a_path_knows_its_directory_and_its_name() {
        let path = RelPath::of("lib/python3.13/site-packages");
        assert_eq!((path.parent(), path.name()), (Some(RelPath::of("lib/python3.13")), "site-packages"));
        assert_eq!(RelPath::of("bin").split(), (".", "bin"));
        assert!(path.is_in(&RelPath::of("lib")) && !path.is_in(&RelPath::of("li")) && !path.is_in(&path));
    }
}
