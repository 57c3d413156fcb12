//! What the process was started with: read once, here, and passed in everywhere else.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The parts of a process's environment that rvenv goes by.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Environment {
    /// The current directory, or nothing where it has been deleted or may not be read.
    pub cwd: Option<PathBuf>,
    /// The directories on PATH, in order, as they are written there.
    pub path: Vec<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// Where the caches are, or nothing where there is no such place or `RVENV_NO_CACHE` is set.
    pub cache_dir: Option<PathBuf>,
    /// Where files that nobody keeps are made.
    pub temp_dir: PathBuf,
    /// Whether `SOURCE_DATE_EPOCH` is set, so that bytecode shall be the same whenever it is made
    /// (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub reproducible: bool,
    /// The variables by which an interpreter that is run isolated may still answer differently.
    pub variables: OsString,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn read() -> Self {
        // Splitting nothing would give one empty entry, which is the current directory.
        let cwd = std::env::current_dir().ok();
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self {
            cache_dir: cache_dir(cwd.as_deref(), home.as_deref()),
            path: variable("PATH").iter().flat_map(std::env::split_paths).collect(),
            temp_dir: std::env::temp_dir(),
            reproducible: variable("SOURCE_DATE_EPOCH").is_some(),
            variables: influences(),
            cwd,
            home,
        }
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn cache_dir(cwd: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    if variable("RVENV_NO_CACHE").is_some_and(|value| value != "0") {
        return None;
    }
    if let Some(dir) = variable("RVENV_CACHE_DIR") {
        let dir = PathBuf::from(dir);
        return if dir.is_absolute() { Some(dir) } else { Some(cwd?.join(dir)) };
    }
    // The XDG Base Directory Specification says that a relative path is to be ignored.
    let xdg = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let caches = match std::env::consts::OS {
        _ if xdg.is_some() => xdg?,
        "windows" => PathBuf::from(variable("LOCALAPPDATA")?),
        "macos" => home?.join("Library/Caches"),
        _ => home?.join(".cache"),
    };
    Some(caches.join("rvenv")).filter(|dir| dir.is_absolute())
}

/// The locale decides on the encoding of file names, the others on the libraries that are loaded.
fn influences() -> OsString {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let libraries = ["LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"].map(variable);
    let values = std::iter::once(locale).chain(libraries).map(Option::unwrap_or_default);
    values.collect::<Vec<_>>().join(OsStr::new("\n"))
}
