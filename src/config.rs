//! The caller's configuration: plain data, fixed before anything is looked at.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The configuration of one environment. The defaults are those of `python -m venv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The interpreter that the environment is created from.
    pub interpreter: InterpreterRequest,
    /// The way the interpreter gets into the environment.
    pub interpreter_link: InterpreterLink,
    /// The treatment of a directory that exists already.
    pub existing: Existing,
    /// Whether the base interpreter's site-packages are visible.
    pub site_packages: SystemSitePackages,
    /// The name that activation scripts show.
    pub prompt: Prompt,
    /// Whether pip is installed into the environment.
    pub pip: Pip,
    /// Whether pip is then upgraded from the network, and setuptools too if ensurepip installs it.
    pub upgrade_deps: bool,
    /// Whether a `.gitignore` keeps the environment out of version control.
    pub scm_ignore: ScmIgnore,
}

/// The way the interpreter gets into the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InterpreterLink {
    /// venv's default: symlinks on POSIX, copies on Windows.
    #[default]
    Auto,
    /// A symlink to the base executable.
    Symlink,
    /// A copy of the base executable, mode 0755.
    Copy,
}

/// The treatment of a directory that exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Rewrite the environment's own files and leave all others.
    #[default]
    Reuse,
    /// Delete the directory's contents first.
    Clear,
    /// Point the environment at the interpreter now in use; scripts stay as they are.
    Upgrade,
}

/// Whether the base interpreter's site-packages are visible in the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemSitePackages {
    /// Only packages in the environment can be imported.
    #[default]
    Hidden,
    /// Packages of the base interpreter can be imported too.
    Visible,
}

/// The name that activation scripts show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// The last component of the environment's path.
    #[default]
    EnvName,
    /// A name chosen by the caller.
    Custom {
        /// The text as given, for the command that `pyvenv.cfg` records.
        given: String,
        /// The text to show: `given`, or the current directory's name if `given` is `.`.
        text: String,
    },
}

/// Whether pip is installed into the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pip {
    /// Install pip, with anything else that the interpreter's ensurepip bundles.
    #[default]
    Install,
    /// Install nothing.
    Omit,
}

/// Whether a `.gitignore` keeps the environment out of version control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScmIgnore {
    /// Write a `.gitignore` that ignores everything.
    #[default]
    Git,
    /// Write no `.gitignore`.
    Nothing,
}

/// The interpreter that the caller asks for: the meaning of `RVENV_PYTHON`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InterpreterRequest {
    /// The first on PATH: `python3`, then `python`; on Windows `python`, then `python3`, then `py`.
    #[default]
    Default,
    /// The path of an interpreter.
    Path(PathBuf),
    /// A command on PATH, such as `pypy3`.
    Name(OsString),
    /// A version, such as `3`, `3.12`, `3.12.1` or `3.13t`.
    Version(VersionRequest),
}

impl InterpreterRequest {
    /// Parses a request as a user writes it; empty text means [`InterpreterRequest::Default`].
    ///
    /// Text with a path separator is a path, text that looks like a version is a version, and any other text is a
    /// command on PATH.
    ///
    /// ```
    /// use rvenv::config::InterpreterRequest;
    /// use std::ffi::OsStr;
    ///
    /// assert_eq!(InterpreterRequest::parse(OsStr::new("pypy3")), InterpreterRequest::Name("pypy3".into()));
    /// assert!(matches!(InterpreterRequest::parse(OsStr::new("3.12")), InterpreterRequest::Version(_)));
    /// ```
    #[must_use]
    pub fn parse(text: &OsStr) -> Self {
        if text.is_empty() {
            return Self::Default;
        }
        let path = PathBuf::from(text);
        if path.components().count() > 1 || text.to_string_lossy().contains(std::path::is_separator) {
            return Self::Path(path);
        }
        match text.to_str().and_then(VersionRequest::parse) {
            Some(version) => Self::Version(version),
            None => Self::Name(text.to_owned()),
        }
    }
}

/// A wanted Python version: one to three numbers, and `t` for a free-threaded build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRequest {
    /// One to three numbers: major, minor, micro.
    pub numbers: Vec<u32>,
    /// Whether a free-threaded build is wanted (`3.13t`, PEP 703).
    pub free_threaded: bool,
}

impl VersionRequest {
    /// Parses `3`, `3.12`, `3.12.1` or `3.13t`; returns `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (numbers, free_threaded) = match text.strip_suffix('t') {
            Some(numbers) => (numbers, true),
            None => (text, false),
        };
        let numbers: Vec<u32> = numbers.split('.').map(parse_number).collect::<Option<_>>()?;
        (numbers.len() <= 3).then_some(Self { numbers, free_threaded })
    }

    /// The version that was meant if somebody has left the dot out: `3.12` for `312`.
    #[must_use]
    pub(crate) fn with_dot(&self) -> Option<String> {
        let [number] = self.numbers[..] else { return None };
        let minor = number.to_string().strip_prefix('3').map(str::to_owned)?;
        (!minor.is_empty()).then(|| format!("3.{minor}"))
    }

    /// The version without its micro number: `3.12`, `3.13t`.
    #[must_use]
    pub(crate) fn release(&self) -> Self {
        Self { numbers: self.numbers.iter().copied().take(2).collect(), ..self.clone() }
    }

    /// The commands that may run this version, most exact first: `python3.12`, `python3`, `python`.
    #[must_use]
    pub(crate) fn command_names(&self) -> Vec<String> {
        let suffix = if self.free_threaded { "t" } else { "" };
        let mut names = Vec::new();
        if let [major, minor, ..] = self.numbers[..] {
            names.push(format!("python{major}.{minor}{suffix}"));
        }
        names.push(format!("python{}{suffix}", self.numbers[0]));
        names.push(format!("python{suffix}"));
        names
    }
}

/// Parses a version number: digits only, unlike Rust's own parser, which also accepts `+3`.
fn parse_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl std::fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.numbers.iter().map(u32::to_string).collect();
        write!(f, "{}{}", numbers.join("."), if self.free_threaded { "t" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_request_takes_one_to_three_numbers_and_a_t() {
        for text in ["3", "3.12", "3.12.1", "3.13t", "3t"] {
            assert_eq!(VersionRequest::parse(text).map(|v| v.to_string()).as_deref(), Some(text));
        }
        for text in ["", "t", "3.", ".3", "3.1.2.3", "v3", "3.x", "+3", "3.12tt", "-1", "3 "] {
            assert_eq!(VersionRequest::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_request_with_a_separator_is_a_path_and_other_text_a_name() {
        let parse = |text: &str| InterpreterRequest::parse(OsStr::new(text));
        assert_eq!(parse(""), InterpreterRequest::Default);
        assert_eq!(parse("./python3"), InterpreterRequest::Path("./python3".into()));
        assert_eq!(parse("python3/"), InterpreterRequest::Path("python3/".into()));
        assert_eq!(parse("python3.12"), InterpreterRequest::Name("python3.12".into()));
        assert!(matches!(parse("3.12"), InterpreterRequest::Version(_)));
    }

    #[test]
    fn the_most_exact_command_is_tried_first() {
        let names = |text: &str| VersionRequest::parse(text).map(|v| v.command_names());
        assert_eq!(names("3.12.1"), Some(vec!["python3.12".into(), "python3".into(), "python".into()]));
        assert_eq!(names("3.13t"), Some(vec!["python3.13t".into(), "python3t".into(), "pythont".into()]));
        assert_eq!(names("3"), Some(vec!["python3".into(), "python".into()]));
    }
}
