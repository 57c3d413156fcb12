//! Running a program within limits of time and output.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::error::Error;
use crate::fs::{self, Lock};
use crate::interrupt::Interrupt;

/// The time that a program may take and the bytes that it may print before it is stopped.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    time: Duration,
    bytes: usize,
}

/// The limits of the probe: a cold interpreter on a network file system takes seconds; an answer has some hundred
/// bytes.
pub(super) const LIMITS: Limits = Limits { time: Duration::from_secs(60), bytes: 1 << 20 };

/// The limits of an installer, which takes as long as it takes, and whose output is wanted.
const NO_LIMITS: Limits = Limits { time: Duration::MAX, bytes: usize::MAX };

/// The reason why a program was not run to its end.
#[derive(Debug)]
pub(super) enum Failure {
    NotRun(io::Error),
    TooLong(Duration),
    TooMuch(usize),
    /// A signal has told us to end.
    Interrupted(Error),
}

/// Runs a command within limits, and kills it beyond them.
pub(super) fn run(command: &mut Command, limits: Limits, interrupt: &Interrupt) -> Result<Output, Failure> {
    let (sender, events) = mpsc::channel();
    let (stdout, out) = Stream::open(limits, &sender).map_err(Failure::NotRun)?;
    let (stderr, err) = Stream::open(limits, &sender).map_err(Failure::NotRun)?;
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let status = Running::start(command, limits, interrupt)?.attend(&events, &sender, interrupt)?;
    Ok(Output { status, stdout: stdout.finish(limits)?, stderr: stderr.finish(limits)? })
}

/// Runs a command for as long as it takes. Both of its streams come back as one, in the order of writing. The `lock` is
/// held until the command has ended, even if this process ends earlier.
pub(super) fn run_to_end(
    mut command: Command,
    lock: Option<&Lock>,
    interrupt: &Interrupt,
) -> Result<(ExitStatus, String), Failure> {
    let (sender, events) = mpsc::channel();
    let (output, writer) = Stream::open(NO_LIMITS, &sender).map_err(Failure::NotRun)?;
    command.stdin(lock.map_or_else(Stdio::null, Lock::as_stdin));
    command.stdout(writer.try_clone().map_err(Failure::NotRun)?).stderr(writer);
    let status = Running::start(&mut command, NO_LIMITS, interrupt)?.attend(&events, &sender, interrupt)?;
    Ok((status, String::from_utf8_lossy(&output.finish(NO_LIMITS)?).into_owned()))
}

/// An event while a program runs.
enum Event {
    /// The program has ended.
    Ended,
    /// The program has printed more than it may.
    TooMuch,
}

/// A program that was started.
struct Running {
    child: Child,
    limits: Limits,
    start: Instant,
}

impl Running {
    /// Starts a program in a process group of its own.
    ///
    /// A file that is open for writing cannot be run (`ETXTBSY`), and a copy that rvenv has just written may still be
    /// open: another thread, in rvenv or in a program that uses the library, was about to start a process, which holds
    /// copies of all descriptors until it runs its program (golang/go#22315). That ends by itself.
    fn start(command: &mut Command, limits: Limits, interrupt: &Interrupt) -> Result<Self, Failure> {
        let patience = limits.time.min(LIMITS.time);
        let start = Instant::now();
        loop {
            match fs::in_own_group(command).spawn() {
                Ok(child) => return Ok(Self { child, limits, start }),
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && start.elapsed() < patience => {
                    interrupt.check().map_err(Failure::Interrupted)?;
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(Failure::NotRun(error)),
            }
        }
    }

    /// Waits for the end of the program, and kills it after a failure.
    fn attend(
        mut self,
        events: &Receiver<Event>,
        sender: &Sender<Event>,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        let sender = sender.clone();
        // After a failure, nobody listens any more.
        fs::when_ended(&self.child, move || drop(sender.send(Event::Ended)));
        let status = self.finish(events, || interrupt.check().map_err(Failure::Interrupted));
        if matches!(status, Err(Failure::Interrupted(_))) {
            // The program may need to clean up.
            const PATIENCE: Duration = Duration::from_secs(2);
            fs::interrupt_group(&self.child);
            self.start = Instant::now();
            self.limits.time = PATIENCE;
            let _ = self.finish(events, || Ok(()));
        }
        if status.is_err() {
            // The program may have ended by itself meanwhile, so errors do not matter.
            fs::kill_group(&mut self.child);
            let _ = self.child.wait();
        }
        status
    }

    /// Waits for the end of the program. Processes that it leaves behind do not matter, even if they hold its streams.
    fn finish(
        &mut self,
        events: &Receiver<Event>,
        check: impl Fn() -> Result<(), Failure>,
    ) -> Result<ExitStatus, Failure> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(Failure::NotRun)? {
                return Ok(status);
            }
            check()?;
            if self.start.elapsed() > self.limits.time {
                return Err(Failure::TooLong(self.limits.time));
            }
            if let Ok(Event::TooMuch) = events.recv_timeout(fs::TICK) {
                return Err(Failure::TooMuch(self.limits.bytes));
            }
        }
    }
}

/// A pipe, read by a thread of its own: a program that fills one stream while we read the other would wait forever.
///
/// The stream does not end with the program, since a process that the program has left behind may hold it. So we write
/// a mark behind the program's last output, and read up to the mark, however long that output takes to arrive.
struct Stream {
    end: PipeWriter,
    mark: [u8; 16],
    reader: JoinHandle<Vec<u8>>,
}

impl Stream {
    /// Starts to read a new pipe; returns its writing end for the program, too.
    fn open(limits: Limits, events: &Sender<Event>) -> io::Result<(Self, PipeWriter)> {
        let (source, end) = io::pipe()?;
        let writer = end.try_clone()?;
        // No program can know the mark, so none prints it.
        let halves = [0, 1].map(|half| RandomState::new().hash_one(half).to_ne_bytes());
        let mark: [u8; 16] = std::array::from_fn(|at| halves[at / 8][at % 8]);
        let events = events.clone();
        let reader = thread::spawn(move || read(source, &mark, limits.bytes, &events));
        Ok((Self { end, mark, reader }, writer))
    }

    /// Everything that the program has printed; the program must have ended.
    fn finish(mut self, limits: Limits) -> Result<Vec<u8>, Failure> {
        // The reader takes everything until the mark, so this neither blocks nor fails.
        self.end.write_all(&self.mark).map_err(Failure::NotRun)?;
        let bytes = self.reader.join().unwrap_or_default();
        if bytes.len() > limits.bytes { Err(Failure::TooMuch(limits.bytes)) } else { Ok(bytes) }
    }
}

/// Reads a pipe up to the mark. What comes after the limit is not kept.
fn read(mut source: PipeReader, mark: &[u8], limit: usize, events: &Sender<Event>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let length = match source.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // An error cuts off the answer, which then lacks its end mark.
            Ok(0) | Err(_) => return bytes,
            Ok(length) => length,
        };
        // The mark may have come in two pieces.
        let from = bytes.len().saturating_sub(mark.len());
        bytes.extend_from_slice(&chunk[..length]);
        if let Some(at) = memmem::find(&bytes[from..], mark) {
            bytes.truncate(from + at);
            return bytes;
        }
        let end = bytes.len().saturating_sub(mark.len());
        if end > limit {
            // After a failure, nobody listens any more.
            let _ = events.send(Event::TooMuch);
            bytes.drain(limit + 1..end);
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
        let script = "sleep 60 & echo $! >&2; head -c 100000 /dev/zero; exit 3";
        let said = run(&mut shell(script), LIMITS, &Interrupt::default()).expect("it ends within the limits");
        let left = String::from_utf8_lossy(&said.stderr).into_owned();
        shell(&format!("kill {left}")).status().expect("there is a shell");
        assert!(said.status.code() == Some(3) && said.stdout == vec![0; 100_000]);
    }
}
