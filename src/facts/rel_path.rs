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
    /// Reads a path under the rules of `os`; nothing for a path that would lead out of an environment, or that `os`
    /// would read as another one.
    #[must_use]
    pub fn parse(text: &str, os: Os) -> Option<Self> {
        text.split('/').all(|name| is_name(name, os)).then(|| Self(text.to_owned()))
    }

    /// A path that this program itself spells out.
    pub(crate) fn of(text: &str) -> Self {
        debug_assert!(text.split('/').all(|name| is_name(name, Os::Posix)), "{text} leads out");
        Self(text.to_owned())
    }

    /// The path of `name` in this directory. `name` is one of ours, or was checked when it was read.
    #[must_use]
    pub(crate) fn join(&self, name: &str) -> Self {
        Self::of(&format!("{}/{name}", self.0))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The directory that holds it; nothing where that is the environment itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// The directory that holds it, `.` where that is the environment itself, and the last component.
    pub(crate) fn split(&self) -> (&str, &str) {
        self.0.rsplit_once('/').unwrap_or((".", &self.0))
    }

    /// Whether it is somewhere in the directory `dir`.
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

/// Whether `name` is one component of a path and stays so. Windows would read some names as other ones: `\` and `:`
/// separate, a final dot or space is dropped.
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
