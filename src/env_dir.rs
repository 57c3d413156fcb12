//! The ENV_DIR argument: made absolute, and checked to be fit for an environment.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result, Unfit};

/// The path of an environment, existing or not: absolute, and fit for shells, PATH and `pyvenv.cfg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvDir {
    /// The absolute path, without `.` and `..`; symlinks are kept.
    pub path: PathBuf,
    /// The path as text.
    pub text: String,
    /// The path's last component, which is the default prompt.
    pub name: String,
}

impl EnvDir {
    /// Makes an ENV_DIR argument absolute as Python's `os.path.abspath` does: joined to `cwd`, with `..` resolved by
    /// text alone, so that `link/../env` is `env`.
    ///
    /// # Errors
    /// When the path is empty, the root, not UTF-8, or relative without a current directory, or when it holds the
    /// separator of PATH or a control character (which would inject keys into `pyvenv.cfg`, CPython gh-148315).
    pub fn resolve(given: &OsStr, cwd: Option<&Path>) -> Result<Self> {
        if given.is_empty() {
            return Err(Error::EmptyEnvDir);
        }
        let given = Path::new(given);
        let path = match cwd {
            _ if given.is_absolute() => normalize(given),
            Some(cwd) => normalize(&cwd.join(given)),
            None => return Err(Error::NoCurrentDir { path: given.to_owned() }),
        };
        // Windows has its own rules for `C:env`, and for names that end in a dot or a space.
        let path = std::path::absolute(&path).unwrap_or(path);
        let Some(text) = path.to_str() else {
            return Err(Error::EnvDirUnfit { path, unfit: Unfit::NotUtf8 });
        };
        if text.contains(char::is_control) {
            return Err(Error::EnvDirUnfit { path, unfit: Unfit::ControlCharacter });
        }
        // The separator depends on the platform (`:` or `;`), so std is asked.
        if std::env::split_paths(&path).count() != 1 {
            return Err(Error::EnvDirUnfit { path, unfit: Unfit::PathSeparator });
        }
        let Some(name) = path.file_name().and_then(OsStr::to_str).map(str::to_owned) else {
            return Err(Error::EnvDirUnfit { path, unfit: Unfit::Root });
        };
        Ok(Self { text: text.to_owned(), name, path })
    }
}

/// Removes `.`, `..` and doubled separators, by text alone.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            // The parent of the root is the root: `pop` does nothing there.
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    fn resolve(given: &str) -> Result<EnvDir> {
        EnvDir::resolve(OsStr::new(given), Some(Path::new("/home/me")))
    }

    #[test]
    fn a_path_becomes_absolute_by_its_text() {
        for (given, path, name) in [
            ("env", "/home/me/env", "env"),
            (".", "/home/me", "me"),
            ("..", "/home", "home"),
            ("a/../../b/./c//", "/home/b/c", "c"),
            ("/x/../../e", "/e", "e"),
            ("//x", "/x", "x"),
            ("-1", "/home/me/-1", "-1"),
            ("~", "/home/me/~", "~"),
        ] {
            let env_dir = resolve(given).unwrap();
            assert_eq!((env_dir.text.as_str(), env_dir.name.as_str()), (path, name));
        }
    }

    #[test]
    fn what_cannot_be_an_environment_is_refused() {
        assert!(matches!(resolve(""), Err(Error::EmptyEnvDir)));
        assert!(matches!(resolve("/"), Err(Error::EnvDirUnfit { unfit: Unfit::Root, .. })));
        assert!(matches!(resolve("../.."), Err(Error::EnvDirUnfit { unfit: Unfit::Root, .. })));
        assert!(matches!(resolve("a:b"), Err(Error::EnvDirUnfit { unfit: Unfit::PathSeparator, .. })));
        for text in ["a\nb", "a\tb", "a\u{1b}[m", "a\u{85}"] {
            assert!(matches!(resolve(text), Err(Error::EnvDirUnfit { unfit: Unfit::ControlCharacter, .. })));
        }
        let raw = EnvDir::resolve(OsStr::from_bytes(b"a\xff"), Some(Path::new("/")));
        assert!(matches!(raw, Err(Error::EnvDirUnfit { unfit: Unfit::NotUtf8, .. })));
    }

    #[test]
    fn a_relative_path_needs_a_current_directory() {
        assert!(matches!(EnvDir::resolve(OsStr::new("e"), None), Err(Error::NoCurrentDir { .. })));
        assert!(EnvDir::resolve(OsStr::new("/e"), None).is_ok());
    }
}
