//! Hints on how to fix an error.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Error, Unfit, shown};
use crate::facts::history;

impl Error {
    /// A hint on how to fix the error, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::EmptyEnvDir => Some("to use the current directory, write `.`".to_owned()),
            Self::EnvDirIsLink { directory, .. } => {
                directory.as_ref().map(|directory| format!("name the directory itself: `{}`", shown(directory)))
            }
            Self::BaseInside { .. } => {
                Some("choose another directory, or set RVENV_PYTHON to another interpreter".to_owned())
            }
            Self::NotOurs { may_clear: true, .. } => {
                Some("choose another directory, or delete everything in this one with --clear".to_owned())
            }
            Self::NotOurs { .. } => Some("choose another directory".to_owned()),
            Self::ClearRefused { .. } => Some("choose another directory, or empty this one yourself".to_owned()),
            Self::ClearLosesFiles { .. } => Some("move them elsewhere, or choose another directory".to_owned()),
            Self::CopyDead { links: None, .. } => Some("link to it instead, with --symlinks".to_owned()),
            Self::CopyDead { .. } => Some("choose a directory on another file system".to_owned()),
            Self::InTheWay { problem, .. } if problem == "may not be entered" => {
                Some("allow it with `chmod u+rwx`, if it is yours, or choose another directory".to_owned())
            }
            Self::InTheWay { problem, .. } if !problem.starts_with("may not") => {
                Some("move it elsewhere, or choose another directory".to_owned())
            }
            Self::File { source, .. } if source.kind() == ErrorKind::InvalidFilename => {
                Some("choose a shorter name".to_owned())
            }
            Self::EnvDirTooLong { .. } => Some("choose a shorter path".to_owned()),
            Self::EnvDirUnfit { unfit: Unfit::PathSeparator, .. } => {
                Some("its programs could not be put on PATH; choose another path".to_owned())
            }
            Self::NotOnPath { names } if names.iter().any(|name| is_like_a_version(name)) => {
                Some("a version is written like this: `RVENV_PYTHON=3.12`".to_owned())
            }
            Self::NoSuchVersion { version, .. } if version.with_dot().is_some() => {
                version.with_dot().map(|version| format!("write it with a dot: `RVENV_PYTHON={version}`"))
            }
            Self::NotOnPath { .. } | Self::NoSuchVersion { .. } => {
                Some("install it, or set RVENV_PYTHON to an interpreter: `RVENV_PYTHON=/path/to/python`".to_owned())
            }
            // No other program would fare better.
            Self::NotRun { source, .. } if is_shortage(source) => None,
            Self::ProbeFailed { has_cwd: false, .. } => {
                Some("the current directory is gone or may not be read: change to another one".to_owned())
            }
            Self::ProbeFailed { program, output, .. } if shim_version(program, output).is_some() => {
                shim_version(program, output).map(|version| format!("name the version: `RVENV_PYTHON={version}`"))
            }
            Self::NotRun { .. }
            | Self::NotRunnable { .. }
            | Self::ProbeFailed { .. }
            | Self::ProbeUnanswered { .. } => {
                Some("set RVENV_PYTHON to a Python that works: `RVENV_PYTHON=/path/to/python`".to_owned())
            }
            Self::TooOld { .. } => Some(format!(
                "set RVENV_PYTHON to Python {}.{} or newer: `RVENV_PYTHON=/path/to/python`",
                history::OLDEST.0,
                history::OLDEST.1
            )),
            Self::BaseGone { .. } => {
                Some("create that environment anew, or set RVENV_PYTHON to another interpreter".to_owned())
            }
            Self::NoEnsurepip { remedy, .. } => Some(format!("{remedy}, or leave pip out with --without-pip")),
            Self::HarmfulWheel { .. } => Some(
                "reinstall this Python, or the package that the wheel is from; --without-pip leaves pip out".to_owned(),
            ),
            Self::NoLaunchers { .. } => {
                Some("its venv module is not installed: use a complete Python, not an embeddable one".to_owned())
            }
            _ => None,
        }
    }
}

/// Whether a command that is not on PATH, in backticks, is rather a version in a form that rvenv does not know, such as
/// `3.x` or `>=3.10`.
fn is_like_a_version(name: &str) -> bool {
    name.trim_matches('`').trim_start_matches(['=', '<', '>', '~', '!', '^', 'v', ' ']).starts_with('3')
}

/// The version in the name of a pyenv shim that says it is not the selected one: pyenv can be told to select it.
fn shim_version<'a>(program: &'a Path, output: &str) -> Option<&'a str> {
    let version = program.file_name()?.to_str()?.strip_prefix("python")?;
    (output.starts_with("pyenv: ") && output.contains("command not found") && version.contains('.')).then_some(version)
}

/// Whether the system lacks something that each program needs: processes, memory, open files.
fn is_shortage(error: &io::Error) -> bool {
    // EMFILE and ENFILE have no kind of their own.
    const OPEN_FILES: [i32; 2] = [24, 23];
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::OutOfMemory)
        || error.raw_os_error().is_some_and(|code| OPEN_FILES.contains(&code))
}
