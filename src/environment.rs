//! The process environment: read once, here, and passed in everywhere else.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The names of [`Environment::few_variables`].
const FEW_VARIABLES: [&str; 6] =
    ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "SYSTEMROOT", "SOURCE_DATE_EPOCH"];

/// A variable's name and value.
type Variable = (OsString, OsString);

/// The parts of the process environment that rvenv uses.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Environment {
    /// The current directory, or `None` if it has been deleted or may not be read.
    pub cwd: Option<PathBuf>,
    /// The directories on PATH, in order and as written.
    pub path: Vec<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The cache directory, or `None` if no place for it is known or `RVENV_NO_CACHE` is set.
    pub cache_dir: Option<PathBuf>,
    /// The directory for temporary files.
    pub temp_dir: PathBuf,
    /// Whether ensurepip is to be run even where rvenv could do the same (`RVENV_PIP=ensurepip`).
    pub runs_ensurepip: bool,
    /// Whether `SOURCE_DATE_EPOCH` is set: bytecode must then be reproducible
    /// (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub reproducible: bool,
    /// The variables that programs see whose results are kept: those without which an interpreter may not start, and
    /// `SOURCE_DATE_EPOCH`. Nothing else of the caller's gets into what is kept.
    pub few_variables: Vec<(&'static str, OsString)>,
    /// The values of variables that can change the answers of an interpreter even when it runs isolated.
    pub variables: OsString,
    /// The variables that can change what a shim of pyenv's does, which is a script for bash, sorted by their names.
    pub shell_variables: Vec<Variable>,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn read() -> Self {
        let cwd = std::env::current_dir().ok();
        let all: Vec<Variable> = std::env::vars_os().collect();
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self {
            cache_dir: cache_dir(cwd.as_deref(), home.as_deref()),
            // An empty PATH would split into one empty entry, which means the current directory.
            path: variable("PATH").iter().flat_map(std::env::split_paths).collect(),
            temp_dir: std::env::temp_dir(),
            runs_ensurepip: variable("RVENV_PIP").is_some_and(|value| value == "ensurepip"),
            reproducible: variable("SOURCE_DATE_EPOCH").is_some(),
            few_variables: FEW_VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect(),
            variables: influences(&all),
            shell_variables: shell_variables(&all),
            cwd,
            home,
        }
    }

    /// The value of one of the variables that can change what a shim does, or `None` if it is unset or empty.
    pub(crate) fn shell_variable(&self, name: &str) -> Option<&OsStr> {
        let found = self.shell_variables.iter().find(|(other, _)| other == name)?;
        Some(found.1.as_os_str()).filter(|value| !value.is_empty())
    }
}

/// Returns the value of a variable, or `None` if it is unset or empty.
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
    // The XDG Base Directory Specification: relative paths are to be ignored.
    let xdg = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let caches = match std::env::consts::OS {
        _ if xdg.is_some() => xdg?,
        "windows" => PathBuf::from(variable("LOCALAPPDATA")?),
        "macos" => home?.join("Library/Caches"),
        _ => home?.join(".cache"),
    };
    Some(caches.join("rvenv")).filter(|dir| dir.is_absolute())
}

/// The variables, and the beginnings of such, that decide about the answers of an interpreter although it is isolated:
/// the encoding of file names, the libraries that are loaded, and sysconfig's data.
const HEEDED: [&str; 4] = ["LOCPATH", "GLIBC_TUNABLES", "MSYSTEM", "QEMU_LD_PREFIX"];
const HEEDED_BEGINNINGS: [&str; 10] = [
    "LD_",
    "DYLD_",
    "LOCALE_ARCHIVE",
    "_PYTHON_",
    "_CONDA_PYTHON_",
    "NIX_PYTHON",
    "DEB_PYTHON_",
    "RPM_BUILD_ROOT",
    "PYPY",
    "GRAAL",
];

/// Returns those of `all` variables that an interpreter may heed although it is isolated, with their values.
fn influences(all: &[Variable]) -> OsString {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let lines =
        heeded(all, &HEEDED, &HEEDED_BEGINNINGS).into_iter().map(|(name, value)| [name, value].join(OsStr::new("=")));
    // A value may hold what looks like another variable: each has its length before it.
    let measured = |line: OsString| [OsStr::new(&line.len().to_string()), &line].join(OsStr::new(" "));
    locale.into_iter().chain(lines).map(measured).collect::<Vec<_>>().join(OsStr::new("\n"))
}

/// The variables, and the beginnings of such, that decide what pyenv chooses: its own, those of bash and of the
/// programs that it runs, and those that its scripts use before they set them.
const OF_SHELLS: [&str; 13] = [
    "BYPASS",
    "CDPATH",
    "FORCE",
    "FROM_KNOWN",
    "GLOBIGNORE",
    "GREP_OPTIONS",
    "HOME",
    "LANG",
    "LANGUAGE",
    "PATH",
    "POSIXLY_CORRECT",
    "PWD",
    "SHELLOPTS",
];
const OF_SHELLS_BEGINNINGS: [&str; 5] = ["BASH", "LC_", "PYENV_", "_POSIX", "_PYENV_"];

/// Returns those of `all` variables that pyenv's shim heeds, with their values.
fn shell_variables(all: &[Variable]) -> Vec<Variable> {
    heeded(all, &OF_SHELLS, &OF_SHELLS_BEGINNINGS)
}

/// Returns those of `all` variables that have one of the `names`, or one that begins as told; sorted.
fn heeded(all: &[Variable], names: &[&str], beginnings: &[&str]) -> Vec<Variable> {
    let is_heeded = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        names.iter().any(|other| other.as_bytes() == name)
            || beginnings.iter().any(|beginning| name.starts_with(beginning.as_bytes()))
    };
    let mut heeded: Vec<Variable> = all.iter().filter(|(name, _)| is_heeded(name)).cloned().collect();
    heeded.sort();
    heeded
}
