//! The harness: tests register themselves, and run on libtest-mimic. libtest could neither skip a test while it runs
//! nor tell at the end what was skipped.
//!
//! A test is a function with `#[apply(test)]`, or `#[apply(slow_test)]` if it takes more than a few seconds. Slow tests
//! begin first, so that no processor idles at the end, and `cargo test -- --skip slow` leaves them out. If
//! `RVENV_TEST_TIMES` is set, the summary has the time of each test.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::time::Instant;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::needs::{self, Skipped};

/// A registered test.
pub(crate) struct Test {
    /// The path of the function, beginning with the name of this crate.
    pub(crate) path: &'static str,
    pub(crate) run: fn(),
    pub(crate) is_slow: bool,
}

inventory::collect!(Test);

/// Registers a function as a test: `#[apply(test)]`.
macro_rules! test {
    ($(#[$meta:meta])* fn $name:ident() $body:block) => { trial! { $(#[$meta])* fn $name() $body false } };
}

/// Registers a function as a slow test: `#[apply(slow_test)]`. The tests of Windows have none.
#[cfg(unix)]
macro_rules! slow_test {
    ($(#[$meta:meta])* fn $name:ident() $body:block) => { trial! { $(#[$meta])* fn $name() $body true } };
}

macro_rules! trial {
    ($(#[$meta:meta])* fn $name:ident() $body:block $is_slow:literal) => {
        $(#[$meta])*
        fn $name() $body

        inventory::submit! {
            $crate::trials::Test {
                path: concat!(module_path!(), "::", stringify!($name)),
                run: $name,
                is_slow: $is_slow,
            }
        }
    };
}

thread_local! {
    /// The name of the test that this thread runs.
    static CURRENT: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// The place and message of the last panic in this thread.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The name of the test that this thread runs.
pub(crate) fn current() -> Option<&'static str> {
    CURRENT.get()
}

/// Runs the tests that the command line selects, and says at the end what could not be tested.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    #[cfg(unix)]
    crate::start_state::set();
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| note_panic(panic, &default_hook)));
    let mut tests: Vec<&Test> = inventory::iter().collect();
    tests.sort_by_key(|test| (!test.is_slow, test.path));
    let conclusion = libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect());
    needs::print_summary();
    conclusion.exit_code()
}

fn trial(test: &'static Test) -> Trial {
    let (_, name) = test.path.split_once("::").expect("the path of a function in this crate");
    let trial = Trial::ignorable_test(name, move || run(test, name));
    if test.is_slow { trial.with_kind("slow") } else { trial }
}

fn run(test: &Test, name: &'static str) -> Result<Completion, Failed> {
    CURRENT.set(Some(name));
    // An earlier test of this thread may have caught a panic.
    PANIC.take();
    let start = Instant::now();
    let result = panic::catch_unwind(AssertUnwindSafe(test.run));
    if std::env::var_os("RVENV_TEST_TIMES").is_some() {
        needs::note(format!("{:8.3} s  {name}", start.elapsed().as_secs_f64()));
    }
    CURRENT.set(None);
    match result {
        Ok(()) => Ok(Completion::Completed),
        Err(payload) => match payload.downcast::<Skipped>() {
            Ok(skipped) => Ok(Completion::ignored_with(skipped.0)),
            Err(payload) => Err(Failed::from(account(&*payload))),
        },
    }
}

/// The account of a panic for the list of failures.
fn account(payload: &(dyn Any + Send)) -> String {
    let noted = PANIC.take();
    if !noted.is_empty() {
        return noted;
    }
    // A panic of another thread, which was printed, and passed on by `resume_unwind`.
    let message = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    message.unwrap_or("a thread of this test has panicked").to_owned()
}

/// Keeps the message of a test's own thread for the list of failures; other threads print theirs.
fn note_panic(panic: &PanicHookInfo, default_hook: &dyn Fn(&PanicHookInfo)) {
    if current().is_some() {
        PANIC.set(panic.to_string());
    } else {
        default_hook(panic);
    }
}
