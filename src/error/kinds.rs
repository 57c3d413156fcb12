//! The kinds of errors.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::Unfit;
use super::text::{end_of, indented, named, no_links, old_python, own_files, shown, too_long, tried_list};
use crate::config::VersionRequest;
use crate::facts::{RelPath, Version, history};

/// The reason why an environment could not be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation on the file system failed.
    #[error("cannot {action} `{}`", shown(path))]
    File {
        /// The operation, as a verb phrase such as `create directory`.
        action: &'static str,
        /// The path of the file or directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// ENV_DIR is the empty string.
    #[error("ENV_DIR is empty")]
    EmptyEnvDir,
    /// ENV_DIR is nothing that can be an environment.
    #[error("cannot create an environment in `{}`: {unfit}", shown(path))]
    EnvDirUnfit {
        /// The path.
        path: PathBuf,
        /// The reason.
        unfit: Unfit,
    },
    /// ENV_DIR is so long that the system would not take the paths of all files in it.
    #[error("cannot create an environment in `{}`: with `{longest}` in it, {}", shown(path), too_long(*length, *limit))]
    EnvDirTooLong {
        /// The path.
        path: PathBuf,
        /// The longest path in the environment.
        longest: RelPath,
        /// The number of bytes of both together.
        length: usize,
        /// The number of bytes that the system allows.
        limit: usize,
    },
    /// A relative path cannot be resolved: the current directory is gone or may not be read.
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
        /// The directory that the link leads to, if any.
        directory: Option<PathBuf>,
    },
    /// ENV_DIR holds the base interpreter of the environment.
    #[error("cannot create an environment in `{}`: its interpreter `{}` is there", shown(path), shown(executable))]
    BaseInside {
        /// The environment's directory.
        path: PathBuf,
        /// The base executable.
        executable: PathBuf,
    },
    /// ENV_DIR holds an installed Python, or is not an environment and holds a file that would be overwritten.
    #[error("cannot create an environment in `{}`: {reason}", shown(path))]
    NotOurs {
        /// The environment's directory.
        path: PathBuf,
        /// The reason.
        reason: String,
        /// Whether `--clear` would be allowed.
        may_clear: bool,
    },
    /// Something in ENV_DIR, or above it, is in the way of a file or directory.
    #[error("cannot create an environment in `{}`: {} {problem}", shown(env_dir), named(path, env_dir))]
    InTheWay {
        /// The environment's directory.
        env_dir: PathBuf,
        /// The file, link or directory in the way.
        path: PathBuf,
        /// The thing that is wrong with it, as a verb phrase.
        problem: String,
    },
    /// Nothing can be created in a directory.
    #[error("cannot create an environment in `{}`: nothing can be created in `{}`", shown(env_dir), shown(dir))]
    NothingCreated {
        /// The environment's directory.
        env_dir: PathBuf,
        /// The directory in which something was to be created: ENV_DIR or its parent.
        dir: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// `--clear` would delete more than an environment.
    #[error("refusing to clear `{}`: {reason}", shown(path))]
    ClearRefused {
        /// The directory.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// `--clear` would delete files that are not an environment's.
    #[error("refusing to clear `{}`: it holds {}", shown(path), own_files(first, *others))]
    ClearLosesFiles {
        /// The directory.
        path: PathBuf,
        /// The name of such a file.
        first: String,
        /// The number of others.
        others: usize,
    },
    /// No program with any of these names is on PATH.
    #[error("no {} on PATH", names.join(" or "))]
    NotOnPath {
        /// The names that were looked for.
        names: Vec<String>,
    },
    /// The wanted version is one that rvenv does not support.
    #[error("Python {version} is too old: rvenv needs {}.{} or newer", history::OLDEST.0, history::OLDEST.1)]
    VersionTooOld {
        /// The wanted version.
        version: VersionRequest,
    },
    /// No interpreter on PATH has the wanted version.
    #[error("no Python {version} on PATH{}", tried_list(tried))]
    NoSuchVersion {
        /// The wanted version.
        version: VersionRequest,
        /// The programs that were found instead, each with its version or the reason why it does not work.
        tried: Vec<(PathBuf, String)>,
    },
    /// A program could not be run.
    #[error("cannot run `{}`", shown(program))]
    NotRun {
        /// The program.
        program: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A program is missing, is not executable, or lacks the interpreter or loader that it needs.
    #[error("cannot run `{}`: {reason}", shown(program))]
    NotRunnable {
        /// The program.
        program: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A program that should be a Python interpreter failed when it was probed.
    #[error("`{}` does not work as a Python interpreter: {status}{}", shown(program), indented(output))]
    ProbeFailed {
        /// The program.
        program: PathBuf,
        /// The exit status.
        status: ExitStatus,
        /// The output.
        output: String,
        /// Whether there was a current directory; a shim may need one.
        has_cwd: bool,
    },
    /// A program that should be a Python interpreter gave no usable answer.
    #[error("`{}` does not answer as a Python interpreter: {reason}{}", shown(program), indented(output))]
    ProbeUnanswered {
        /// The program.
        program: PathBuf,
        /// The problem with the answer.
        reason: String,
        /// The output.
        output: String,
    },
    /// The interpreter is too old.
    #[error("`{}` is {}, which is too old", shown(program), old_python(*version))]
    TooOld {
        /// The program.
        program: PathBuf,
        /// The version, or `None` for a Python that is too old to be asked.
        version: Option<Version>,
    },
    /// A copy of the interpreter does not start.
    #[error("{}a copy of `{}` does not start in `{}`: {reason}", no_links(links), shown(program), shown(env_dir))]
    CopyDead {
        /// The interpreter that was copied.
        program: PathBuf,
        /// The environment's directory.
        env_dir: PathBuf,
        /// The reason, with the output.
        reason: String,
        /// The reason why the file system does not take a link instead, if one was tried.
        links: Option<String>,
    },
    /// The base interpreter of an existing environment is gone.
    #[error("`{}` is in an environment whose base interpreter in `{}` is gone", shown(program), shown(home))]
    BaseGone {
        /// The environment's interpreter.
        program: PathBuf,
        /// The directory of the base interpreter, according to `pyvenv.cfg`.
        home: PathBuf,
    },
    /// The interpreter has no ensurepip to install pip with.
    #[error("cannot install pip: `{}` (Python {version}) has no ensurepip module", shown(executable))]
    NoEnsurepip {
        /// The base executable.
        executable: PathBuf,
        /// The interpreter's version.
        version: Version,
        /// The advice on what to install.
        remedy: String,
    },
    /// A wheel that ensurepip would install would do harm.
    #[error("cannot install pip: the wheel `{}` is not safe to unpack: {reason}", shown(wheel))]
    HarmfulWheel {
        /// The wheel.
        wheel: PathBuf,
        /// The thing that is wrong with it.
        reason: String,
    },
    /// The interpreter ships no venv launchers (an embeddable Python).
    #[error("cannot create an environment: `{}` has no launchers in `{}`", shown(executable), shown(dir))]
    NoLaunchers {
        /// The base executable.
        executable: PathBuf,
        /// The directory where launchers should be.
        dir: PathBuf,
    },
    /// A signal came, and the work under way was undone.
    #[error("interrupted by signal {signal}")]
    Interrupted {
        /// The signal's number.
        signal: i32,
    },
    /// ensurepip or pip failed in the new environment.
    #[error("cannot {action}: `{command}` failed ({status}){}", indented(&end_of(output)))]
    CommandFailed {
        /// The purpose of the command, as a verb phrase.
        action: &'static str,
        /// The command line.
        command: String,
        /// The exit status.
        status: ExitStatus,
        /// The complete output.
        output: String,
    },
}
