//! Kills, signals, faults and floods: a sample of what `tests/reliability` tries at every point and
//! docs/reliability.md reports.

use std::path::Path;

use crate::pythons::{self, Python};
use crate::stopping;
use crate::testenv::TestEnv;

/// Runs `tests/reliability` with a few points of the `classes`, and asserts that it succeeds in silence.
fn survives(classes: &[&str], options: &[&str]) {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    // `tests/reliability` is written for 3.9 and later.
    let is_served = |python: &Python| !python.is_pypy() && python.minor >= 9;
    let what = "an interpreter since 3.9 with ensurepip";
    let python = pythons::those(what, |it| is_served(it) && it.bundled_pip.is_some()).pop().unwrap();
    let other = pythons::those(what, is_served)[0];
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reliability");
    let run = world.run(&python.path).arg("-B").arg(script).args(classes).args(["--quiet", "--rvenv"]);
    let run = run.arg(env!("CARGO_BIN_EXE_rvenv")).arg("--python").arg(&python.path);
    run.arg("--other-python").arg(&other.path).args(options).output().silent_success();
}

#[apply(slow_test)]
fn what_is_killed_leaves_nothing_half_made() {
    survives(&["kill"], &["--without-pip", "--limit", "12"]);
    survives(&["kill"], &["--pip", "--limit", "3", "--scenario", "clear"]);
}

#[apply(slow_test)]
fn what_is_interrupted_cleans_up_and_dies_of_the_signal() {
    survives(&["signal"], &["--without-pip", "--limit", "8"]);
}

#[apply(slow_test)]
fn what_fails_says_so_and_leaves_all_as_it_was() {
    survives(&["fault"], &["--without-pip", "--limit", "20"]);
}

#[apply(slow_test)]
fn a_flood_of_processes_makes_whole_environments() {
    survives(&["flood"], &["--without-pip", "--processes", "16"]);
}
