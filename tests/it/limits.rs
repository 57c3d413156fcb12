//! Runs that have little to work with: they work, or fail with one error and leave nothing.

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, starts_with};

use crate::cache_world::CacheWorld;
use crate::errors::names;
use crate::fake_python::write_program;
use crate::pythons;
use crate::testenv::{Run, TestEnv};
use crate::users::{as_nobody, as_nobody_by, hand_over};

/// The names in all places where a run might leave something.
fn places(world: &TestEnv) -> Vec<Vec<String>> {
    ["", "home", "../tmp"].iter().map(|dir| names(&world.path(dir))).collect()
}

fn has_pip(world: &TestEnv) {
    world.run(world.path("e/bin/python")).args(["-m", "pip", "--version"]).output().success();
}

/// Limits a run by an option of prlimit(1).
fn limited(run: Run, limit: &str) -> Run {
    run.by(["prlimit".to_owned(), limit.to_owned()])
}

/// A failure needs no more descriptors to be undone than there are.
#[apply(slow_test)]
fn with_few_descriptors_it_works_or_nothing_is_left() {
    let python = &pythons::newest_with_pip().path;
    for limit in [10, 12, 14, 16, 20, 32] {
        let world = TestEnv::new();
        world.rvenv(python).arg("warm").output().silent_success();
        let before = names(&world.path("."));
        let outcome = limited(world.rvenv(python).arg("e"), &format!("--nofile={limit}")).output();
        if outcome.succeeded() {
            has_pip(&world);
            fs::remove_dir_all(world.path("e")).unwrap();
        } else {
            assert!(outcome.stderr().contains("Too many open files"), "{limit}: {}", outcome.stderr());
            assert!(limit < 20, "{}", outcome.stderr());
        }
        assert_eq!(names(&world.path(".")), before, "{limit}");
    }
}

/// The allocation that fails would be the end of the process, with its directories left behind.
#[apply(slow_test)]
fn with_little_memory_ensurepip_is_left_to_itself() {
    let python = &pythons::newest_with_pip().path;
    for megabytes in [24, 32, 40] {
        let world = TestEnv::new();
        let before = places(&world);
        let run = world.rvenv(python).arg("e").env("RVENV_CACHE_DIR", world.path("cache"));
        let outcome = limited(run, &format!("--as={}", megabytes << 20)).output();
        fs::remove_dir_all(world.path("cache")).unwrap();
        if outcome.succeeded() {
            has_pip(&world);
        } else {
            outcome.status(1).with_stderr(&starts_with("error: ").and(contains("ensurepip")));
            assert_eq!(places(&world), before, "{megabytes}");
        }
    }
}

#[apply(test)]
fn where_no_process_can_be_started_a_warm_cache_is_enough() {
    let world = CacheWorld::new();
    fs::write(world.path("runs"), "").unwrap();
    hand_over(&world.world, &["", "tmp", "runs"]);
    let alone = |arguments: &[&str]| {
        CacheWorld::settle();
        let run = as_nobody_by(&world.world, &world.python, &["prlimit", "--nproc=1"]);
        world.at_home(run).umask("022").args(arguments).output()
    };
    let outcome = alone(&["e"]).status(1);
    outcome.with_stderr(&starts_with("error: cannot run `").and(contains("Resource temporarily unavailable")));
    assert_eq!(names(&world.path("tmp")), [""; 0]);
    assert!(!names(&world.path("")).iter().any(|name| name == "e" || name.contains("rvenv-unfinished")));
    world.at_home(as_nobody(&world.world, &world.python)).umask("022").arg("warm").output().silent_success();
    alone(&["e"]).silent_success();
    assert!(world.path("e/lib/python3.13/site-packages/pip/__init__.py").exists());
    alone(&["--without-pip", "bare"]).silent_success();
}

/// A file in the place of a closed stream would get the messages that are meant for the stream.
#[apply(test)]
fn nothing_is_opened_in_the_place_of_a_closed_stream() {
    let world = TestEnv::new();
    let asked = write_program(
        &world.path("python"),
        "#!/bin/sh\ncd /proc/$PPID/fd && readlink 0 1 2 >\"$OLDPWD/streams\"\nexit 1\n",
    );
    let run = world.rvenv(&asked).arg("e").by(["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"].map(str::to_owned));
    run.output().status(1);
    assert_eq!(fs::read_to_string(world.path("streams")).unwrap(), "/dev/null\n".repeat(3));
}
