//! The probe: a script that asks an interpreter for its facts, and a frame that tells the answer from other output.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use memchr::memmem;

use super::child::{self, run};
use super::context::Context;
use super::discovery::launcher_option;
use super::limits::{Failure, LIMITS};
use super::stream;
use crate::config::VersionRequest;
use crate::error::{Error, Result, indented};
use crate::facts::{BadAnswer, Facts, Version};
use crate::fs::{self, Lock};
use crate::interrupt::Interrupt;

/// The script that the interpreter runs.
pub(super) const SCRIPT: &str = concat!(
    include_str!("probe/files.py"),
    include_str!("probe/loader.py"),
    include_str!("probe/libraries.py"),
    include_str!("probe/places.py"),
    include_str!("probe/vocabulary.py"),
    include_str!("probe/wheels.py"),
    include_str!("probe/answers.py"),
);

/// Asks `program` for its facts. Returns the raw answer, too. pyenv's shim is told the `wanted` version, to run such an
/// interpreter.
///
/// # Errors
/// When `program` cannot be run, fails, or gives no usable answer.
pub(super) fn ask(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<(Facts, Vec<u8>)> {
    let nonce = nonce();
    let mut command = Command::new(program);
    // If no interpreter is installed yet, Windows' install manager would download one.
    command.args(launcher_option(program, wanted)).env("PYTHON_MANAGER_AUTOMATIC_INSTALL", "false");
    isolate(&mut command);
    // `-S` keeps out the user's code, which site runs; `-B` writes no bytecode.
    command.args(["-S", "-B", "-c", SCRIPT, &nonce]);
    if let Some(version) = selects_by_shim(program, wanted) {
        command.env("PYENV_VERSION", version.to_string());
    }
    (context.asking)(Some(program));
    let said = run(&mut command, LIMITS, context.interrupt);
    (context.asking)(None);
    let said = said.map_err(|failure| explain(program, failure))?;
    if !said.status.success() {
        return Err(failed(program, &said, context));
    }
    let unanswered =
        |reason: String, output: String| Error::ProbeUnanswered { program: program.to_owned(), reason, output };
    let Some(answer) = unframe(&said.stdout, &nonce) else {
        let output = excerpt(&said);
        let what = if output.is_empty() { "nothing" } else { "something else" };
        return Err(unanswered(format!("it printed {what}"), output));
    };
    let facts = facts(answer).map_err(|bad| unanswered(describe(&bad), String::new()))?;
    Ok((facts, answer.to_owned()))
}

/// A text that no program prints by chance.
pub(super) fn nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Reads an answer: keys and values, each terminated by NUL, which no path can hold.
pub(super) fn facts(answer: &[u8]) -> Result<Facts, BadAnswer> {
    Facts::from_answers(&pairs(answer))
}

/// The paths that the interpreter has looked at, and the stamps that it has taken of them before.
pub(super) fn seen(answer: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let values = pairs(answer).into_iter().filter(|(key, _)| *key == b"seen");
    let seen = values.filter_map(|(_, value)| str::from_utf8(value).ok()?.split_once(' '));
    seen.map(|(stamp, path)| (path, stamp))
}

pub(super) fn pairs(answer: &[u8]) -> Vec<(&[u8], &[u8])> {
    let fields: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    let (pairs, _) = fields.as_chunks::<2>();
    pairs.iter().map(|[key, value]| (*key, *value)).collect()
}

fn describe(bad: &BadAnswer) -> String {
    match bad {
        // The script answers nothing if `sys.executable` is empty.
        BadAnswer::Missing("version") => "its `sys.executable` is empty".to_owned(),
        BadAnswer::Missing(key) => format!("its answer lacks `{key}`"),
        BadAnswer::UnusablePath(path) => format!("its path `{path}` is not UTF-8 or holds a control character"),
        BadAnswer::LeadsOut(path) => format!("its path `{path}` leads out of an environment"),
    }
}

/// Returns a command that runs an interpreter isolated from the user's modules and variables.
///
/// `-I` is not enough: two variables still make an interpreter take itself for another one.
pub(crate) fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    isolate(&mut command);
    command
}

fn isolate(command: &mut Command) {
    command.arg("-I").env_remove("__PYVENV_LAUNCHER__").env_remove("PYTHONEXECUTABLE");
}

/// The version that pyenv's shim has to be told. Only for shims with a version in their name (`python3.12`); plain
/// `python` keeps the user's selection.
pub(super) fn selects_by_shim<'a>(program: &Path, wanted: Option<&'a VersionRequest>) -> Option<&'a VersionRequest> {
    let has_name = |version: &&VersionRequest| {
        let name = version.command_names().into_iter().find(|name| name.contains('.'));
        program.file_name().is_some_and(|own| name.is_some_and(|name| *own == *name))
    };
    wanted.filter(has_name)
}

/// Checks that `copy`, a copy of the interpreter `original` for the environment `env_dir`, starts from its new place.
///
/// # Errors
/// When the copy does not start.
pub(crate) fn check_starts(copy: &Path, original: &Path, env_dir: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut command = isolated(copy);
    // Python lists the directories that it imports from, which not every file system lets it (davfs2).
    command.args(["-S", "-B", "-c", "import os, sys; os.listdir(sys.argv[1])"]).args(copy.parent());
    let dead = |reason: String| Error::CopyDead {
        program: original.to_owned(),
        env_dir: env_dir.to_owned(),
        reason,
        links: None,
    };
    let said = run(&mut command, LIMITS, interrupt).map_err(|failure| match failure {
        Failure::NotRun(_) if fs::forbids_running(copy) => dead("the file system is mounted with `noexec`".to_owned()),
        Failure::NotRun(_) if !fs::is_executable(copy) => dead("it cannot be made executable there".to_owned()),
        Failure::NotRun(source) => dead(source.to_string()),
        failure => explain(original, failure),
    })?;
    if said.status.success() {
        return Ok(());
    }
    Err(dead(format!("{}{}", said.status, indented(&excerpt(&said)))))
}

/// Runs an interpreter for as long as it takes, and returns its exit status and output. The `lock` is held until the
/// interpreter has ended, even if this process ends earlier.
///
/// # Errors
/// When the interpreter cannot be run, or a signal comes meanwhile.
pub(crate) fn run_to_end(
    command: Command,
    program: &Path,
    lock: Option<&Lock>,
    interrupt: &Interrupt,
) -> Result<(ExitStatus, String)> {
    child::run_to_end(command, lock, interrupt).map_err(|failure| explain(program, failure))
}

pub(super) fn explain(program: &Path, failure: Failure) -> Error {
    let program = program.to_owned();
    let reason = match failure {
        Failure::NotRun(source) => return not_run(program, source),
        Failure::Interrupted(error) => return error,
        Failure::TooLong(time) => format!("it did not end within {} seconds", time.as_secs()),
        Failure::TooMuch(bytes) => format!("it printed more than {bytes} bytes"),
    };
    Error::ProbeUnanswered { program, reason, output: String::new() }
}

/// The error for a program that cannot be run: "no such file" and "permission denied" each have several causes.
fn not_run(program: PathBuf, source: io::Error) -> Error {
    let reason = match (fs::read_link(&program), source.kind()) {
        (Some(target), _) if !fs::exists(&program) => {
            format!("it is a link to `{}`, which does not exist", target.display())
        }
        (_, ErrorKind::NotFound) if fs::exists(&program) => {
            "the interpreter or loader that it asks for does not exist".to_owned()
        }
        (_, ErrorKind::PermissionDenied) if fs::is_dir(&program) => "it is a directory".to_owned(),
        (_, ErrorKind::PermissionDenied) if fs::forbids_running(&program) => {
            "its file system is mounted with `noexec`".to_owned()
        }
        (_, ErrorKind::PermissionDenied) if fs::exists(&program) && !fs::is_executable(&program) => {
            "it is not executable".to_owned()
        }
        _ => return Error::NotRun { program, source },
    };
    Error::NotRunnable { program, reason }
}

fn failed(program: &Path, said: &Output, context: Context) -> Error {
    // `-I` came with Python 3.4.
    if String::from_utf8_lossy(&said.stderr).contains("Unknown option: -I") {
        return Error::TooOld { program: program.to_owned(), version: version(program, context) };
    }
    let has_cwd = context.environment.cwd.is_some();
    Error::ProbeFailed { program: program.to_owned(), status: said.status, output: excerpt(said), has_cwd }
}

/// The version that a Python states which is too old to be asked, on either stream.
fn version(program: &Path, context: Context) -> Option<Version> {
    let said = run(Command::new(program).arg("-V"), LIMITS, context.interrupt).ok()?;
    let text = excerpt(&said);
    let numbers: Vec<u32> = text.strip_prefix("Python ")?.split('.').map_while(|number| number.parse().ok()).collect();
    let [major, minor, micro] = numbers[..] else { return None };
    Some(Version(major, minor, micro))
}

/// The last lines of a program's output, without the script, which a program that is not Python may repeat.
fn excerpt(said: &Output) -> String {
    stream::excerpt(said, SCRIPT)
}

/// Finds the answer in the output: between two marks with a nonce made up for this one question.
pub(super) fn unframe<'a>(said: &'a [u8], nonce: &str) -> Option<&'a [u8]> {
    let start = format!("\0rvenv-facts\0{nonce}\0");
    let end = format!("end-of-facts\0{nonce}\0");
    let from = memmem::find(said, start.as_bytes())? + start.len();
    let length = memmem::find(&said[from..], end.as_bytes())?;
    Some(&said[from..from + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_in_noise() {
        let said = b"hello\0rvenv-facts\0other\0x\0rvenv-facts\x0042\0key\0value\0k\0\0end-of-facts\x0042\0bye";
        assert_eq!(unframe(said, "42"), Some(&b"key\0value\0k\0\0"[..]));
    }

    #[test]
    fn half_an_answer_is_none() {
        let frame = b"\0rvenv-facts\x0042\0key\0value\0end-of-facts\x0042\0";
        for length in 0..frame.len() {
            assert_eq!(unframe(&frame[..length], "42"), None);
        }
        assert_eq!(unframe(frame, "43"), None);
    }
}
