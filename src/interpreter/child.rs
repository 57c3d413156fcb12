//! Running a program within limits of time and output.

use std::io::{self, ErrorKind, Write};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::limits::{Event, Failure, LIMITS, Limits, NO_LIMITS};
use super::stream::Stream;
use crate::fs::{self, Lock};
use crate::interrupt::Interrupt;

/// Runs a command within limits, and kills it beyond them.
pub(super) fn run(command: &mut Command, limits: Limits, interrupt: &Interrupt) -> Result<Output, Failure> {
    run_with_input(command.stdin(nothing().map_err(Failure::NotRun)?), std::iter::empty(), limits, interrupt)
}

/// Runs a command within limits. Each piece of `input` is asked for when there is room for it in the command's standard
/// input, if that is a pipe.
pub(super) fn run_with_input(
    command: &mut Command,
    mut input: impl Iterator<Item = Vec<u8>> + Send + 'static,
    limits: Limits,
    interrupt: &Interrupt,
) -> Result<Output, Failure> {
    let (sender, events) = mpsc::channel();
    let (stdout, out) = Stream::open(limits, &sender).map_err(Failure::NotRun)?;
    let (stderr, err) = Stream::open(limits, &sender).map_err(Failure::NotRun)?;
    command.stdout(out).stderr(err);
    let mut running = Running::start(command, limits, interrupt)?;
    if let Some(mut stdin) = running.child.stdin.take() {
        // Not waited for: the program may end before it has read everything, and leave behind a process that never
        // will. It then says so itself, and also if there is no thread, as its input ends at once.
        let _ = thread::Builder::new().spawn(move || input.try_for_each(|bytes| stdin.write_all(&bytes)));
    }
    let status = running.attend(&events, &sender, interrupt)?;
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
    command.stdin(lock.map_or_else(nothing, |lock| Ok(lock.as_stdin())).map_err(Failure::NotRun)?);
    command.stdout(writer.try_clone().map_err(Failure::NotRun)?).stderr(writer);
    let status = Running::start(&mut command, NO_LIMITS, interrupt)?.attend(&events, &sender, interrupt)?;
    Ok((status, String::from_utf8_lossy(&output.finish(NO_LIMITS)?).into_owned()))
}

/// A standard input in which there is nothing. It needs no `/dev/null`, which a chroot may lack; the interpreter would
/// get the blame.
fn nothing() -> io::Result<Stdio> {
    Ok(io::pipe()?.0.into())
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
        // A program that may take its time is looked at every now and then: the thread would count as one of the user's
        // processes, of which the program itself may need the last. After a failure, nobody listens any more.
        if self.limits.time < Duration::MAX {
            fs::when_ended(&self.child, move || drop(sender.send(Event::Ended)));
        }
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
