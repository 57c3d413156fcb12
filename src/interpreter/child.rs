//! Running a program within limits of time and output.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::fs::{self, Lock};
use crate::interrupt::Interrupt;

/// The time that a program may take and the bytes that it may print before it is stopped.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    time: Duration,
    bytes: u64,
}

/// The limits of the probe: a cold interpreter on a network file system takes seconds; an answer has some hundred
/// bytes.
pub(super) const LIMITS: Limits = Limits { time: Duration::from_secs(60), bytes: 1 << 20 };

/// The limits of an installer, which takes as long as it takes, and whose output is wanted.
const NO_LIMITS: Limits = Limits { time: Duration::MAX, bytes: u64::MAX - 1 };

/// The reason why a program was not run to its end.
#[derive(Debug)]
pub(super) enum Failure {
    NotRun(io::Error),
    TooLong(Duration),
    TooMuch(u64),
    /// A signal has told us to end.
    Interrupted(Error),
}

/// Runs a command within limits, and kills it beyond them.
pub(super) fn run(command: &mut Command, limits: Limits, interrupt: &Interrupt) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = fs::in_own_group(command).spawn().map_err(Failure::NotRun)?;
    let streams = [Stream::read(child.stdout.take(), limits.bytes), Stream::read(child.stderr.take(), limits.bytes)];
    let status = attend(&mut child, &streams, limits, interrupt);
    let [stdout, stderr] = streams.map(|stream| stream.bytes());
    Ok(Output { status: status?, stdout, stderr })
}

/// Runs a command for as long as it takes. Both of its streams come back as one, in the order of writing. The `lock` is
/// held until the command has ended, even if this process ends earlier.
pub(super) fn run_to_end(
    mut command: Command,
    lock: Option<&Lock>,
    interrupt: &Interrupt,
) -> Result<(ExitStatus, String), Failure> {
    let (reader, writer) = io::pipe().map_err(Failure::NotRun)?;
    command.stdin(lock.map_or_else(Stdio::null, Lock::as_stdin));
    command.stdout(writer.try_clone().map_err(Failure::NotRun)?).stderr(writer);
    let mut child = fs::in_own_group(&mut command).spawn().map_err(Failure::NotRun)?;
    // The command holds our writing ends of the pipe. While these are open, the reading end sees no end of the stream.
    drop(command);
    let streams = [Stream::read(Some(reader), NO_LIMITS.bytes)];
    let status = attend(&mut child, &streams, NO_LIMITS, interrupt)?;
    Ok((status, String::from_utf8_lossy(&streams[0].bytes()).into_owned()))
}

/// Waits for the end of a program, and kills it after a failure.
fn attend(child: &mut Child, streams: &[Stream], limits: Limits, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let status = finish(child, streams, limits, interrupt);
    if matches!(status, Err(Failure::Interrupted(_))) {
        // The program may need to clean up.
        const PATIENCE: Duration = Duration::from_secs(2);
        fs::interrupt_group(child);
        let _ = wait(child, Instant::now(), PATIENCE);
    }
    if status.is_err() {
        // The program may have ended by itself meanwhile, so errors do not matter.
        fs::kill_group(child);
        let _ = child.wait();
    }
    status
}

/// Waits for the streams to end, which nearly always means that the program has ended. If another process that was left
/// behind keeps the streams open, the end of the program is enough.
fn finish(child: &mut Child, streams: &[Stream], limits: Limits, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    const PATIENCE: Duration = Duration::from_millis(50);
    let start = Instant::now();
    for stream in streams {
        while let Err(RecvTimeoutError::Timeout) = stream.ended.recv_timeout(PATIENCE) {
            interrupt.check().map_err(Failure::Interrupted)?;
            if let Ok(Some(status)) = child.try_wait() {
                // The last output may still be on its way.
                let _ = stream.ended.recv_timeout(PATIENCE);
                return Ok(status);
            }
            if start.elapsed() > limits.time {
                return Err(Failure::TooLong(limits.time));
            }
        }
        if lock(&stream.bytes).len() as u64 > limits.bytes {
            return Err(Failure::TooMuch(limits.bytes));
        }
    }
    wait(child, start, limits.time)
}

/// A stream, read by a thread of its own: a program that fills one stream while we read the other would wait forever.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: mpsc::Receiver<()>,
}

impl Stream {
    /// Starts to read `source`, up to one byte more than the limit.
    fn read(source: Option<impl Read + Send + 'static>, limit: u64) -> Self {
        let (sender, ended) = mpsc::channel();
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        thread::spawn(move || {
            if let Some(source) = source {
                let mut source = source.take(limit + 1);
                let mut chunk = [0; 4096];
                // A read error cuts off the answer, which then lacks its end mark.
                while let Ok(length @ 1..) = source.read(&mut chunk) {
                    lock(&sink).extend_from_slice(&chunk[..length]);
                }
            }
            // After a timeout, nobody listens any more.
            let _ = sender.send(());
        });
        Self { bytes, ended }
    }

    /// The bytes read so far.
    fn bytes(&self) -> Vec<u8> {
        lock(&self.bytes).clone()
    }
}

/// Locks the bytes, which are whole even if a thread has panicked while holding the lock.
fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a program that has closed its streams, and so has nearly always ended.
fn wait(child: &mut Child, start: Instant, time: Duration) -> Result<ExitStatus, Failure> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() < time => thread::sleep(Duration::from_micros(200)),
            Ok(None) => return Err(Failure::TooLong(time)),
            Err(error) => return Err(Failure::NotRun(error)),
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
            assert!(
                matches!(run(&mut shell(script), QUICK, &Interrupt::default()), Err(Failure::TooLong(_))),
                "{script}"
            );
        }
    }

    #[test]
    fn a_program_that_talks_too_much_is_stopped() {
        let limits = Limits { time: Duration::from_secs(60), ..QUICK };
        for script in ["cat /dev/zero", "cat /dev/zero >&2"] {
            assert!(
                matches!(run(&mut shell(script), limits, &Interrupt::default()), Err(Failure::TooMuch(100))),
                "{script}"
            );
        }
    }

    #[test]
    fn what_a_program_leaves_behind_is_not_waited_for() {
        let limits = Limits { time: Duration::from_secs(60), ..QUICK };
        let said = run(&mut shell("echo answer; sleep 60 & exit 3"), limits, &Interrupt::default());
        assert!(matches!(said, Ok(Output { status, stdout, .. }) if status.code() == Some(3) && stdout == b"answer\n"));
    }
}
