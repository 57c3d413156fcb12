//! The program's output: nothing if all is well, otherwise warnings and errors on stderr.

use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::mem;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::builder::styling::{AnsiColor, Style};

/// The exit status when all is well.
pub(crate) const SUCCESS: u8 = 0;
/// The exit status of `python -m venv` when an environment cannot be created.
pub(crate) const FAILURE: u8 = 1;
/// The exit status of argparse, and so of `python -m venv`, when it is called wrongly.
const USAGE: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Green.on_default();

/// Prints clap's message: help and version on stdout, usage errors on stderr.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    let printed = error.print().and_then(|()| std::io::stdout().flush());
    match printed {
        _ if error.use_stderr() => USAGE,
        // If the stream is closed, nobody is left to tell; venv's own help succeeds then, too.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failure(&anyhow::Error::new(error).context("cannot write to the standard output"))
        }
        _ => SUCCESS,
    }
}

/// Prints an error with its causes and hint.
pub(crate) fn failure(error: &anyhow::Error) -> u8 {
    let mut text = format!("{ERROR}error:{ERROR:#} {error}\n");
    for cause in error.chain().skip(1) {
        let _ = writeln!(text, "  cause: {cause}");
    }
    if let Some(hint) = error.downcast_ref::<rvenv::Error>().and_then(rvenv::Error::hint) {
        let _ = writeln!(text, "  {HINT}hint:{HINT:#} {hint}");
    }
    say(&text);
    FAILURE
}

/// Prints which of several environments were not begun, as another failed.
pub(crate) fn not_begun(env_dirs: &[OsString]) {
    let names: Vec<String> = env_dirs.iter().map(|given| format!("`{}`", given.to_string_lossy())).collect();
    say(&format!("  not created either: {}\n", names.join(", ")));
}

/// Prints a warning, which the user should know although all went well.
pub(crate) fn warning(warning: &rvenv::Warning) {
    let hint = warning.hint().map(|hint| format!("  {HINT}hint:{HINT:#} {hint}\n")).unwrap_or_default();
    say(&format!("{WARNING}warning:{WARNING:#} {warning}\n{hint}"));
}

/// The warning that the cache cannot be used, which costs time in each run.
pub(crate) fn unkept(dir: &Path, error: &std::io::Error) -> String {
    let dir = dir.display();
    let hint = match (error.kind(), error.raw_os_error()) {
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => {
            "free some space there, or set RVENV_CACHE_DIR to a directory that has some".to_owned()
        }
        // It is not the system that refuses.
        (ErrorKind::PermissionDenied, None) => {
            format!("make it yours alone (`chmod go-w {dir}`), or set RVENV_CACHE_DIR to a directory of your own")
        }
        (ErrorKind::NotADirectory, _) => "set RVENV_CACHE_DIR to a directory".to_owned(),
        _ => "set RVENV_CACHE_DIR to a directory that you may write to".to_owned(),
    };
    format!(
        "{WARNING}warning:{WARNING:#} the cache in `{dir}` cannot be used ({error}), so the next run takes as long \
         again\n  {HINT}hint:{HINT:#} {hint}\n",
    )
}

/// Writes to stderr, in colour on a terminal that wants it.
fn say(text: &str) {
    // If the stream is closed or full, nobody is left to tell, and the exit status must not change.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The time after which a step is slow, so that the user is told what is going on.
pub(crate) const MOMENT: Duration = Duration::from_millis(300);

/// The time after which a step is slow that is nearly always over at once.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A progress line, shown only on a terminal, if a step takes longer than a moment, and erased when it is over.
#[derive(Default)]
pub(crate) struct Progress {
    step: Arc<(Mutex<StepState>, Condvar)>,
}

/// The state of a slow step.
#[derive(Default, PartialEq)]
enum StepState {
    #[default]
    Over,
    /// It may become slow; each step has a number, so that a line is not shown for the next one.
    Begun(usize),
    /// The line is shown; it has so many columns.
    Shown(usize),
}

/// The number of steps that have begun.
static NUMBERS: AtomicUsize = AtomicUsize::new(0);

impl Progress {
    /// Shows what is going on, after the time `moment`.
    pub(crate) fn show(&self, what: &impl Display, moment: Duration) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let (line, step) = (what.to_string(), Arc::clone(&self.step));
        let mut state = lock(&self.step.0);
        // Of several environments that are created at once, the first one says what takes long.
        if *state != StepState::Over {
            return;
        }
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        *state = StepState::Begun(number);
        drop(state);
        let _ = std::thread::Builder::new().spawn(move || {
            let (state, changed) = &*step;
            let is_begun = |state: &mut StepState| *state == StepState::Begun(number);
            let Ok((mut state, _)) = changed.wait_timeout_while(lock(state), moment, is_begun) else { return };
            if is_begun(&mut state) {
                *state = StepState::Shown(line.chars().count());
                let mut stderr = std::io::stderr();
                let _ = write!(stderr, "{line}").and_then(|()| stderr.flush());
            }
        });
    }

    /// Prints what a person should know, and a script need not, in place of the line.
    pub(crate) fn mention(&self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.end();
            say(text);
        }
    }

    /// Erases the line.
    pub(crate) fn end(&self) {
        let (state, changed) = &*self.step;
        // Overwritten with spaces, as not every terminal can erase a line.
        if let StepState::Shown(width) = mem::take(&mut *lock(state)) {
            let _ = write!(std::io::stderr(), "\r{:width$}\r", "");
        }
        changed.notify_all();
    }
}

fn lock(state: &Mutex<StepState>) -> MutexGuard<'_, StepState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
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
