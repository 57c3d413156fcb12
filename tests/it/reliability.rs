//! Kills, signals, faults and floods: a sample of what `tests/reliability` tries at every point and
//! docs/reliability.md reports.

use std::path::Path;

use crate::pythons::{self, Python};
use crate::testenv::{TestEnv, skip_or_fail};

/// Runs `tests/reliability` with a few points of the `classes`, and asserts that it succeeds in silence.
fn survives(classes: &[&str], options: &[&str]) {
    let world = TestEnv::new();
    if !world.run("strace").args(["-qq", "-o", "log", "true"]).try_output().is_ok_and(|outcome| outcome.succeeded()) {
        return skip_or_fail("strace", "no strace, so rvenv is not killed at chosen system calls");
    }
    // `tests/reliability` is written for 3.9 and later.
    let pythons: Vec<&Python> = pythons::all().iter().filter(|python| !python.is_pypy() && python.minor >= 9).collect();
    let with_pip = pythons.iter().rev().find(|python| python.bundled_pip.is_some());
    let (Some(python), Some(other)) = (with_pip, pythons.first()) else {
        return skip_or_fail("pythons", "no interpreter since 3.9 has ensurepip");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reliability");
    let run = world.run(&python.path).arg("-B").arg(script).args(classes).args(["--quiet", "--rvenv"]);
    let run = run.arg(env!("CARGO_BIN_EXE_rvenv")).arg("--python").arg(&python.path);
    run.arg("--other-python").arg(&other.path).args(options).output().silent_success();
}

#[test]
fn what_is_killed_leaves_nothing_half_made() {
    survives(&["kill"], &["--without-pip", "--limit", "12"]);
    survives(&["kill"], &["--pip", "--limit", "3", "--scenario", "fresh", "--scenario", "clear"]);
}

#[test]
fn what_is_interrupted_cleans_up_and_dies_of_the_signal() {
    survives(&["signal"], &["--without-pip", "--limit", "8"]);
}

#[test]
fn what_is_interrupted_while_it_waits_ends_at_once() {
    let waiting = ["in-ensurepip", "waiting-for-seed", "waiting-for-target", "nohup"];
    let scenarios: Vec<&str> = waiting.iter().flat_map(|name| ["--scenario", name]).collect();
    survives(&["signal"], &[&["--pip"], &scenarios[..]].concat());
}

#[test]
fn what_fails_says_so_and_leaves_all_as_it_was() {
    survives(&["fault"], &["--without-pip", "--limit", "20"]);
}

#[test]
fn a_flood_of_processes_makes_whole_environments() {
    survives(&["flood"], &["--without-pip", "--processes", "16"]);
    survives(&["flood"], &["--pip", "--processes", "12", "--scenario", "many-cold-killed"]);
}
