//! What the process was started with: read once, here, and passed in everywhere else.

use std::ffi::OsString;
use std::path::PathBuf;

/// The parts of a process's environment that rvenv goes by.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The current directory, or nothing where it has been deleted or may not be read.
    pub cwd: Option<PathBuf>,
    /// The directories on PATH, in order, as they are written there.
    pub path: Vec<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// `RVENV_PYTHON`: the interpreter that is asked for.
    pub python: Option<OsString>,
    /// Whether `RVENV_LOG` is `debug`.
    pub debug: bool,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn read() -> Self {
        // Splitting nothing would give one empty entry, which is the current directory.
        let path = std::env::var_os("PATH").filter(|path| !path.is_empty());
        Self {
            cwd: std::env::current_dir().ok(),
            path: path.iter().flat_map(std::env::split_paths).collect(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            python: std::env::var_os("RVENV_PYTHON"),
            debug: std::env::var_os("RVENV_LOG").is_some_and(|level| level == "debug"),
        }
    }
}
