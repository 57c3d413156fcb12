//! A program run within limits: of time, and of what it says.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a program may take and say before it is given up.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    time: Duration,
    bytes: u64,
}

/// A cold interpreter on a network file system takes seconds; an answer is some hundred bytes.
pub(super) const LIMITS: Limits = Limits { time: Duration::from_secs(60), bytes: 1 << 20 };

/// What a program said before it ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Why a program did not come to its end.
#[derive(Debug)]
pub(super) enum Failure {
    NotRun(io::Error),
    TooLong(Duration),
    TooMuch(u64),
}

/// Runs a command within limits. Past them it is killed.
pub(super) fn run(command: &mut Command, limits: Limits) -> Result<Said, Failure> {
    let deadline = Instant::now() + limits.time;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(Failure::NotRun)?;
    let streams = [Stream::read(child.stdout.take(), limits.bytes), Stream::read(child.stderr.take(), limits.bytes)];
    let status = finish(&mut child, &streams, limits, deadline);
    if status.is_err() {
        // It may have ended by itself meanwhile, which is as well.
        let _ = child.kill();
        let _ = child.wait();
    }
    let [stdout, stderr] = streams.map(|stream| stream.bytes());
    Ok(Said { status: status?, stdout, stderr })
}

/// Waits for the end of the streams, which nearly always is that of the program. One that leaves another behind, with
/// its streams open, has said all that it has to say when it has ended.
fn finish(child: &mut Child, streams: &[Stream], limits: Limits, deadline: Instant) -> Result<ExitStatus, Failure> {
    const PATIENCE: Duration = Duration::from_millis(50);
    for stream in streams {
        while let Err(RecvTimeoutError::Timeout) = stream.ended.recv_timeout(PATIENCE) {
            if let Ok(Some(status)) = child.try_wait() {
                // What it said last may still be on its way.
                let _ = stream.ended.recv_timeout(PATIENCE);
                return Ok(status);
            }
            if Instant::now() > deadline {
                return Err(Failure::TooLong(limits.time));
            }
        }
        if stream.bytes().len() as u64 > limits.bytes {
            return Err(Failure::TooMuch(limits.bytes));
        }
    }
    wait(child, deadline).ok_or(Failure::TooLong(limits.time))
}

/// A stream that a thread of its own reads: a program that fills the one while the other is read would wait forever.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: mpsc::Receiver<()>,
}

impl Stream {
    /// Reads one byte more than the limit at most.
    fn read(source: Option<impl Read + Send + 'static>, limit: u64) -> Self {
        let (sender, ended) = mpsc::channel();
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        thread::spawn(move || {
            if let Some(source) = source {
                let mut source = source.take(limit + 1);
                let mut chunk = [0; 4096];
                // A read error ends the answer, which is then incomplete and says so.
                while let Ok(length @ 1..) = source.read(&mut chunk) {
                    lock(&sink).extend_from_slice(&chunk[..length]);
                }
            }
            // Nobody listens any more once the limit of time is reached.
            let _ = sender.send(());
        });
        Self { bytes, ended }
    }

    /// What has been read so far.
    fn bytes(&self) -> Vec<u8> {
        lock(&self.bytes).clone()
    }
}

/// The bytes are whole even if a thread has died while it held them.
fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn what_a_program_leaves_behind_is_not_waited_for() {
        let limits = Limits { time: Duration::from_secs(60), ..QUICK };
        let said = run(&mut shell("echo answer; sleep 60 & exit 3"), limits);
        assert!(matches!(said, Ok(Said { status, stdout, .. }) if status.code() == Some(3) && stdout == b"answer\n"));
    }
}
