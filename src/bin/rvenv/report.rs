//! The program's output: nothing if all is well, otherwise warnings and errors on stderr.

use std::fmt::{Display, Write as _};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::builder::styling::{AnsiColor, Style};

/// The exit status of `python -m venv` when an environment cannot be created.
const FAILURE: u8 = 1;
/// The exit status of argparse, and so of `python -m venv`, when it is called wrongly.
const USAGE: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Green.on_default();

/// Prints clap's message: help and version on stdout, usage errors on stderr.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // If the stream is closed, nobody is left to tell; venv's own help succeeds then, too.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// Prints an error with its causes and hint.
pub(crate) fn failure(error: &anyhow::Error) -> ExitCode {
    let mut text = format!("{ERROR}error:{ERROR:#} {error}\n");
    for cause in error.chain().skip(1) {
        let _ = writeln!(text, "  cause: {cause}");
    }
    if let Some(hint) = error.downcast_ref::<rvenv::Error>().and_then(rvenv::Error::hint) {
        let _ = writeln!(text, "  {HINT}hint:{HINT:#} {hint}");
    }
    say(&text);
    ExitCode::from(FAILURE)
}

/// Prints a warning, which the user should know although all went well.
pub(crate) fn warning(warning: &rvenv::Warning) {
    say(&format!("{WARNING}warning:{WARNING:#} {warning}\n"));
}

/// Writes to stderr, in colour on a terminal that wants it.
fn say(text: &str) {
    // If the stream is closed or full, nobody is left to tell, and the exit status must not change.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// A progress line, shown only on a terminal and erased when the slow step is over.
#[derive(Default)]
pub(crate) struct Progress {
    width: AtomicUsize,
}

impl Progress {
    pub(crate) fn show(&self, what: &impl Display) {
        let mut stderr = std::io::stderr();
        if stderr.is_terminal() {
            let line = what.to_string();
            self.width.store(line.chars().count(), Ordering::Relaxed);
            let _ = write!(stderr, "{line}").and_then(|()| stderr.flush());
        }
    }

    pub(crate) fn end(&self) {
        // Overwritten with spaces, as not every terminal can erase a line.
        let width = self.width.swap(0, Ordering::Relaxed);
        if width > 0 {
            let _ = write!(std::io::stderr(), "\r{:width$}\r", "");
        }
    }
}

/// The log on stderr, which is silent unless `RVENV_LOG` is `debug`.
#[derive(Clone, Copy)]
pub(crate) struct Log {
    is_on: bool,
}

impl Log {
    /// Reads `RVENV_LOG`.
    pub(crate) fn read() -> Self {
        Self { is_on: std::env::var_os("RVENV_LOG").is_some_and(|level| level == "debug") }
    }

    /// Logs a text, which is only built if the log is on.
    pub(crate) fn note(self, text: impl FnOnce() -> String) {
        if self.is_on {
            say(&format!("{}\n", text().trim_end()));
        }
    }

    /// Runs `work` and logs how long it took.
    pub(crate) fn phase<T>(self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.note(|| format!("{name}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3));
        result
    }
}
