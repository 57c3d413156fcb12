//! Every way in which making an environment can fail, and how it is said.

mod hint;
mod text;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::config::VersionRequest;
use crate::facts::Version;
pub(crate) use text::shown;
use text::{indented, old_python, tried_list};

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an environment could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused something.
    #[error("cannot {action} `{}`", shown(path))]
    File {
        /// What was tried: a verb and a thing.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// ENV_DIR is the empty string.
    #[error("ENV_DIR is empty")]
    EmptyEnvDir,
    /// ENV_DIR is the root directory.
    #[error("cannot create an environment of the root directory `{}`", shown(path))]
    EnvDirIsRoot {
        /// The path.
        path: PathBuf,
    },
    /// ENV_DIR is not UTF-8, which `pyvenv.cfg` is.
    #[error("cannot create an environment in `{}`: the path is not UTF-8", shown(path))]
    EnvDirNotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// ENV_DIR holds a newline or the like.
    #[error("cannot create an environment in `{}`: the path holds a control character", shown(path))]
    EnvDirControlCharacter {
        /// The path.
        path: PathBuf,
    },
    /// ENV_DIR holds the character that separates the entries of PATH.
    #[error("cannot create an environment in `{}`: the path holds the separator of PATH", shown(path))]
    EnvDirPathSeparator {
        /// The path.
        path: PathBuf,
    },
    /// A relative path, and the current directory is gone.
    #[error("cannot tell where `{}` is: the current directory is gone or may not be read", shown(path))]
    NoCurrentDir {
        /// The relative path.
        path: PathBuf,
    },
    /// ENV_DIR is a symlink.
    #[error("cannot create an environment in `{}`: it is a symlink", shown(path))]
    EnvDirIsLink {
        /// The link.
        path: PathBuf,
        /// The directory that it leads to, if it does lead to one.
        directory: Option<PathBuf>,
    },
    /// ENV_DIR is a file.
    #[error("cannot create an environment in `{}`: it is not a directory", shown(path))]
    EnvDirIsFile {
        /// The file.
        path: PathBuf,
    },
    /// ENV_DIR holds the interpreter that the environment would be made from.
    #[error("cannot create an environment in `{}`: its interpreter `{}` is there", shown(path), shown(executable))]
    BaseInside {
        /// The environment's directory.
        path: PathBuf,
        /// The base executable.
        executable: PathBuf,
    },
    /// A directory that is no environment holds a file of an interpreter's name.
    #[error(
        "cannot create an environment in `{}`: it is not an environment, and `{}` would be overwritten",
        shown(env_dir),
        shown(path)
    )]
    ReplacesProgram {
        /// The environment's directory.
        env_dir: PathBuf,
        /// The file.
        path: PathBuf,
    },
    /// In an existing directory, something stands where the environment needs something else.
    #[error("cannot create an environment in `{}`: `{}` is not a {wanted}", shown(env_dir), shown(path))]
    InTheWay {
        /// The environment's directory.
        env_dir: PathBuf,
        /// What stands in the way.
        path: PathBuf,
        /// What is wanted there.
        wanted: &'static str,
    },
    /// An existing directory may not be written to.
    #[error("cannot create an environment in `{}`: `{}` may not be written to", shown(env_dir), shown(dir))]
    NotWritable {
        /// The environment's directory.
        env_dir: PathBuf,
        /// The directory that may not be written to.
        dir: PathBuf,
    },
    /// `--clear` would delete more than an environment.
    #[error("refusing to clear `{}`: {reason}", shown(path))]
    ClearRefused {
        /// The directory.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// No interpreter of any of these names is on PATH.
    #[error("no {} on PATH", names.join(" or "))]
    NotOnPath {
        /// The names that were looked for.
        names: Vec<String>,
    },
    /// No interpreter on PATH has the wanted version.
    #[error("no Python {version} on PATH{}", tried_list(tried))]
    NoSuchVersion {
        /// The wanted version.
        version: VersionRequest,
        /// What was found instead: each program, and what it is or why it does not work.
        tried: Vec<(PathBuf, String)>,
    },
    /// A program could not be run.
    #[error("cannot run `{}`", shown(program))]
    NotRun {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program is not there, or is no program, or lacks what it needs to be started.
    #[error("cannot run `{}`: {reason}", shown(program))]
    NotRunnable {
        /// The program.
        program: PathBuf,
        /// Why.
        reason: String,
    },
    /// A program that should be a Python failed when asked what it is.
    #[error("`{}` does not work as a Python interpreter: {status}{}", shown(program), indented(output))]
    ProbeFailed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },
    /// A program that should be a Python gave no usable answer.
    #[error("`{}` does not answer as a Python interpreter: {reason}{}", shown(program), indented(output))]
    ProbeUnanswered {
        /// The program.
        program: PathBuf,
        /// What is wrong with the answer.
        reason: String,
        /// What it printed.
        output: String,
    },
    /// The interpreter is too old.
    #[error("`{}` is {}, which is too old", shown(program), old_python(*version))]
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version, or nothing for one that is too old to be asked.
        version: Option<Version>,
    },
    /// A copy of the interpreter does not start.
    #[error("a copy of `{}` does not start: {status}{}", shown(program), indented(output))]
    CopyDead {
        /// What was copied.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },
    /// The interpreter that an environment was made from is gone.
    #[error("`{}` is in an environment whose base interpreter in `{}` is gone", shown(program), shown(home))]
    BaseGone {
        /// The environment's interpreter.
        program: PathBuf,
        /// Where its `pyvenv.cfg` says that the base interpreter is.
        home: PathBuf,
    },
    /// The interpreter has no ensurepip, so that pip cannot be brought in.
    #[error("cannot install pip: `{}` (Python {version}) has no ensurepip module", shown(executable))]
    NoEnsurepip {
        /// The base executable.
        executable: PathBuf,
        /// Its version.
        version: Version,
        /// What to install, as a sentence.
        remedy: String,
    },
    /// The interpreter has nothing that could be its like in an environment.
    #[error("cannot create an environment: `{}` has no launchers in `{}`", shown(executable), shown(dir))]
    NoLaunchers {
        /// The base executable.
        executable: PathBuf,
        /// Where they should be.
        dir: PathBuf,
    },
    /// A signal came, and what was under way has been undone.
    #[error("interrupted by signal {signal}")]
    Interrupted {
        /// Its number.
        signal: i32,
    },
    /// ensurepip or pip failed in the new environment.
    #[error("cannot {action}: `{command}` failed ({status}){}", indented(output))]
    CommandFailed {
        /// What it was run for.
        action: &'static str,
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// All that it printed.
        output: String,
    },
}

impl Error {
    /// The file system refused to let us `action` (a verb and a thing) `path`.
    pub(crate) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }
}
