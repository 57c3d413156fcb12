//! Asking an interpreter: one run of an embedded script, and a frame around the answer that noise cannot break.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::facts::{BadAnswer, Facts};
use crate::config::VersionRequest;
use crate::error::{Error, Result};
use crate::fs;

const SCRIPT: &str = include_str!("probe.py");

/// What a program may take and say before it is given up.
#[derive(Clone, Copy)]
struct Limits {
    time: Duration,
    bytes: u64,
}

/// A cold interpreter on a network file system takes seconds; an answer is some hundred bytes.
const LIMITS: Limits = Limits { time: Duration::from_secs(60), bytes: 1 << 20 };

/// Asks `program` for its facts. `wanted` is told to a shim of pyenv's, which then runs such an interpreter.
///
/// # Errors
/// When it cannot be run, fails, or gives no usable answer.
pub(super) fn ask(program: &Path, wanted: Option<&VersionRequest>) -> Result<Facts> {
    let nonce = format!("{:016x}", RandomState::new().build_hasher().finish());
    let mut command = Command::new(program);
    // Isolated, without site (so without the user's code), and without leaving bytecode behind.
    command.args(["-I", "-S", "-B", "-c", SCRIPT, &nonce]).env_remove("__PYVENV_LAUNCHER__");
    if let Some(version) = wanted {
        command.env("PYENV_VERSION", version.to_string());
    }
    let said = run(&mut command, LIMITS).map_err(|failure| explain(program, failure))?;
    if !said.status.success() {
        return Err(failed(program, &said));
    }
    let unanswered =
        |reason: String, output: String| Error::ProbeUnanswered { program: program.to_owned(), reason, output };
    let answers =
        unframe(&said.stdout, &nonce).ok_or_else(|| unanswered("it said something else".to_owned(), excerpt(&said)))?;
    Facts::from_answers(&answers).map_err(|bad| unanswered(describe(&bad), String::new()))
}

fn describe(bad: &BadAnswer) -> String {
    match bad {
        // The script gives no answer at all when there is no `sys.executable`.
        BadAnswer::Missing("version") => "it cannot tell where it is".to_owned(),
        BadAnswer::Missing(key) => format!("it did not tell its {key}"),
        BadAnswer::UnusablePath(path) => format!("its path `{path}` is not UTF-8 or holds a control character"),
    }
}

/// Makes sure that a copy of the interpreter `original` starts where it is.
///
/// # Errors
/// When it does not.
pub(crate) fn check_starts(copy: &Path, original: &Path) -> Result<()> {
    let mut command = Command::new(copy);
    command.args(["-I", "-S", "-B", "-c", "pass"]).env_remove("__PYVENV_LAUNCHER__");
    let said = run(&mut command, LIMITS).map_err(|failure| explain(copy, failure))?;
    if said.status.success() {
        return Ok(());
    }
    Err(Error::CopyDead { program: original.to_owned(), status: said.status, output: excerpt(&said) })
}

/// What a program said before it ended.
#[derive(Debug)]
struct Said {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Why a program did not come to its end.
#[derive(Debug)]
enum Failure {
    NotRun(io::Error),
    TooLong(Duration),
    TooMuch(u64),
}

/// Runs a command within limits. Past them it is killed.
fn run(command: &mut Command, limits: Limits) -> Result<Said, Failure> {
    let deadline = Instant::now() + limits.time;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(Failure::NotRun)?;
    let stdout = read_in_background(child.stdout.take(), limits);
    let stderr = read_in_background(child.stderr.take(), limits);
    let receive = |stream: mpsc::Receiver<Vec<u8>>| match stream
        .recv_timeout(deadline.saturating_duration_since(Instant::now()))
    {
        Ok(bytes) if bytes.len() as u64 > limits.bytes => Err(Failure::TooMuch(limits.bytes)),
        Ok(bytes) => Ok(bytes),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Failure::TooLong(limits.time)),
    };
    let said = receive(stdout).and_then(|stdout| {
        let stderr = receive(stderr)?;
        let status = wait(&mut child, deadline).ok_or(Failure::TooLong(limits.time))?;
        Ok(Said { status, stdout, stderr })
    });
    if said.is_err() {
        // It may have ended by itself meanwhile, which is as well.
        let _ = child.kill();
        let _ = child.wait();
    }
    said
}

/// A thread for each stream: a program that fills the one while the other is read would wait forever.
fn read_in_background(stream: Option<impl Read + Send + 'static>, limits: Limits) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // A read error ends the answer, which is then incomplete and says so.
            let _ = stream.take(limits.bytes + 1).read_to_end(&mut bytes);
        }
        // Nobody listens any more once the limit of time is reached.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Waits for a program that has closed its streams, which nearly always means that it has ended.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_micros(200)),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn explain(program: &Path, failure: Failure) -> Error {
    let program = program.to_owned();
    let reason = match failure {
        Failure::NotRun(source) => return not_run(program, source),
        Failure::TooLong(time) => format!("it did not end within {} seconds", time.as_secs()),
        Failure::TooMuch(bytes) => format!("it said more than {bytes} bytes"),
    };
    Error::ProbeUnanswered { program, reason, output: String::new() }
}

/// The system says "no such file" of three different files.
fn not_run(program: PathBuf, source: io::Error) -> Error {
    match (fs::read_link(&program), fs::exists(&program)) {
        (Some(target), false) => Error::Dangling { program, target },
        (_, true) if source.kind() == ErrorKind::NotFound => Error::LoaderGone { program },
        _ => Error::NotRun { program, source },
    }
}

fn failed(program: &Path, said: &Said) -> Error {
    // `-I` came with Python 3.4: whoever does not know it is older.
    let program = program.to_owned();
    if String::from_utf8_lossy(&said.stderr).contains("Unknown option: -I") {
        return Error::TooOld { program, version: None };
    }
    Error::ProbeFailed { program, status: said.status, output: excerpt(said) }
}

/// The end of what a program said, for the error message: a traceback has its reason there. What is not a Python may
/// repeat the whole script, so long lines are cut.
fn excerpt(said: &Said) -> String {
    const LINES: usize = 10;
    const WIDTH: usize = 160;
    let streams = [&said.stderr[..], &said.stdout[..]].map(String::from_utf8_lossy);
    let lines: Vec<String> = streams
        .iter()
        .flat_map(|stream| stream.lines())
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.chars().filter(|c| !c.is_control()).take(WIDTH).collect())
        .collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Finds the answer in whatever else was said: keys and values, separated by NUL (which no path holds), between two
/// marks with a number that was made up for this one question.
fn unframe<'a>(said: &'a [u8], nonce: &str) -> Option<Vec<(&'a [u8], &'a [u8])>> {
    let start = format!("\0rvenv-facts\0{nonce}\0");
    let end = format!("\0end-of-facts\0{nonce}\0");
    let from = find(said, start.as_bytes())? + start.len();
    let length = find(&said[from..], end.as_bytes())?;
    let fields: Vec<&[u8]> = said[from..from + length].split(|byte| *byte == 0).collect();
    let (pairs, rest) = fields.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    const QUICK: Limits = Limits { time: Duration::from_millis(50), bytes: 100 };

    #[test]
    fn an_answer_is_found_in_noise() {
        let said = b"hello\0rvenv-facts\0other\0x\0rvenv-facts\x0042\0key\0value\0k\0\0end-of-facts\x0042\0bye";
        assert_eq!(unframe(said, "42"), Some(vec![(&b"key"[..], &b"value"[..]), (&b"k"[..], &b""[..])]));
    }

    #[test]
    fn half_an_answer_is_none() {
        let frame = b"\0rvenv-facts\x0042\0key\0value\0end-of-facts\x0042\0";
        for length in 0..frame.len() {
            assert_eq!(unframe(&frame[..length], "42"), None);
        }
        assert_eq!(unframe(b"\0rvenv-facts\x0042\0key\0end-of-facts\x0042\0", "42"), None);
        assert_eq!(unframe(frame, "43"), None);
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        for script in ["exec cat /dev/zero >/dev/null", "exec >&- 2>&-; while :; do :; done"] {
            assert!(matches!(run(&mut shell(script), QUICK), Err(Failure::TooLong(_))), "{script}");
        }
    }

    #[test]
    fn a_program_that_talks_too_much_is_stopped() {
        let limits = Limits { time: Duration::from_secs(60), ..QUICK };
        for script in ["cat /dev/zero", "cat /dev/zero >&2"] {
            assert!(matches!(run(&mut shell(script), limits), Err(Failure::TooMuch(100))), "{script}");
        }
    }
}
