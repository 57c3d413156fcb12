//! The `test.test_venv` of each Python, with rvenv in the place of `python -m venv`.
//!
//! The cases are those that each interpreter ships. `venv_suite.py` turns their calls of the `venv` module into command
//! lines, and fails if rvenv was not what was tested.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use crate::needs::{self, Need};
use crate::pythons::{self, Python};
use crate::testenv::{Outcome, TestEnv};

const HARNESS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/venv_suite.py");

#[apply(slow_test)]
fn the_venv_tests_of_each_python_pass_with_rvenv_in_the_place_of_venv() {
    let rvenv = Path::new(env!("CARGO_BIN_EXE_rvenv"));
    let outcomes = side_by_side(&interpreters(), |python| run_suite(python, rvenv));

    let (shipped, missing): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| ships_the_suite(outcome));
    for outcome in shipped.iter().chain(&missing) {
        needs::note(outcome.stdout().trim_end());
    }
    let failed: Vec<String> = shipped.iter().filter(|outcome| !outcome.succeeded()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "test_venv failed\n\n{}", failed.join("\n"));
    if shipped.is_empty() {
        needs::skip(&no_suite());
    }
}

#[apply(slow_test)]
fn the_venv_tests_do_not_pass_with_a_program_that_makes_no_environment() {
    let newest_first = interpreters().into_iter().rev();
    let Some(outcome) = newest_first.map(|python| run_suite(python, Path::new("true"))).find(ships_the_suite) else {
        needs::skip(&no_suite());
    };
    assert!(!outcome.succeeded() && outcome.stdout().contains(": 0 passed"), "`true` passed as rvenv\n{outcome}");
}

fn no_suite() -> Need {
    Need::new("venv-suite", "an interpreter from 3.9 on that ships test.test_venv").with_remedy("pyenv's do")
}

/// The interpreters whose suite fits rvenv's options: 3.8 and its suite have no `--upgrade-deps`.
fn interpreters() -> Vec<&'static Python> {
    pythons::all().iter().filter(|python| python.minor >= 9).collect()
}

fn run_suite(python: &Python, program: &Path) -> Outcome {
    let world = TestEnv::new();
    let temporary = world.path("tmp");
    fs::create_dir(&temporary).expect("the world was just made");
    world.run(&python.path).arg(HARNESS).arg(program).env("TMPDIR", temporary).output()
}

/// Whether the interpreter ships the suite; Debian's interpreters do not.
fn ships_the_suite(outcome: &Outcome) -> bool {
    !outcome.stdout().contains("does not ship test.test_venv")
}

/// Does `work` for each of `items`, as many at once as there are processors. Returns the answers in their order.
fn side_by_side<T: Copy + Sync, R: Send>(items: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let next = || queue.lock().expect("taking an item cannot panic").next();
    let worker = || {
        let mut done = Vec::new();
        while let Some((position, &item)) = next() {
            done.push((position, work(item)));
        }
        done
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut answers: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("the worker says why it panicked")).collect()
    });
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
