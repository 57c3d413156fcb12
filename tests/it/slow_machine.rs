//! Machines on which a process waits long for its turn: no clock decides whether an answer has come, or whether a
//! program can be run.

use std::fs::OpenOptions;

use crate::cache_world::CacheWorld;
use crate::stopping::{needs_strace, watched};

/// strace delays each read of rvenv, so the interpreter has ended long before its answer is read.
#[apply(test)]
fn an_answer_that_comes_late_is_an_answer() {
    let world = CacheWorld::new();
    needs_strace(&world.world);
    let strace = ["strace", "-f", "-qq", "-b", "execve", "-o", "/dev/null", "-e", "trace=read"];
    let late = ["-e", "inject=read:delay_enter=150000"];
    world.rvenv().args(["--without-pip", "e"]).by([&strace[..], &late].concat()).output().success();
    assert_eq!(world.started(), "probe ");
}

/// A file that any process has open for writing cannot be run: `ETXTBSY`, "Text file busy". The interpreter of the test
/// is such a file until strace has shown that running it has failed.
#[apply(test)]
fn a_program_that_is_still_open_for_writing_is_run_when_it_is_closed() {
    let world = CacheWorld::new();
    needs_strace(&world.world);
    let mut writer = Some(OpenOptions::new().append(true).open(&world.python).unwrap());
    let run = world.rvenv().args(["--without-pip", "e"]);
    let mut failures = 0;
    let outcome = watched(&world.world, run, &["-f", "-e", "trace=execve"], |line| {
        if line.contains("ETXTBSY") {
            failures += 1;
            drop(writer.take());
        }
    });
    outcome.unwrap().silent_success();
    assert!(failures > 0, "the interpreter should have been busy");
    assert_eq!(world.started(), "probe ");
}
