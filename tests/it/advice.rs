//! Errors say what to do instead, where rvenv can know it.

use std::fs;
use std::os::unix::fs::symlink;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, ends_with};

use crate::errors::world;
use crate::fake_python::{FakePython, write_program};
use crate::testenv::TestEnv;

#[apply(test)]
fn a_version_that_is_written_in_another_way_is_understood_by_the_hint() {
    let (world, _) = world();
    for (given, hint) in [
        ("3.x", "a version is written like this: `RVENV_PYTHON=3.12`"),
        (">=3.10", "a version is written like this: `RVENV_PYTHON=3.12`"),
        ("310", "write it with a dot: `RVENV_PYTHON=3.10`"),
    ] {
        let outcome = world.rvenv("RVENV_PYTHON".as_ref()).env("RVENV_PYTHON", given).arg("e").output().status(1);
        outcome.with_stderr(&ends_with(format!("\n  hint: {hint}\n")));
    }
}

/// pyenv can be told to run another version than the one that is selected.
#[apply(test)]
fn a_shim_whose_version_is_not_selected_is_no_dead_end() {
    let world = TestEnv::new();
    let shim = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n";
    let shim = write_program(&world.path("python3.10"), shim);
    let outcome = world.rvenv(&shim).arg("e").output().status(1);
    outcome.with_stderr(&ends_with("  hint: name the version: `RVENV_PYTHON=3.10`\n"));
}

/// `ls` takes the script for the name of a file.
#[apply(test)]
fn a_program_that_is_no_python_does_not_show_the_script() {
    let world = TestEnv::new();
    let script = "#!/bin/sh\nprintf \"no file '%s'\" \"$@\" | sed \"s/rvenv's/rvenv'\\\\\\\\''s/\" >&2\nexit 2\n";
    let program = write_program(&world.path("ls"), script);
    let outcome = world.rvenv(&program).arg("e").output().status(1);
    outcome.with_stderr(&contains("no file '-c'").and(contains("Answers rvenv").not()));
}

#[apply(test)]
fn options_of_other_tools_get_a_tip() {
    let (world, python) = world();
    for (option, tip) in [("--seed", "--without-pip"), ("--no-pip", "--without-pip"), ("--force", "--clear")] {
        let outcome = world.rvenv(&python).args([option, "e"]).output().status(2);
        outcome.with_stderr(&contains("  tip: rvenv ").and(contains(tip)));
    }
}

#[apply(test)]
fn a_link_to_nothing_above_the_environment_is_named() {
    let (world, python) = world();
    symlink("nowhere", world.path("dl")).unwrap();
    for env_dir in ["dl/x", "dl/x/y"] {
        let dir = world.path("").display().to_string();
        world.rvenv(&python).arg(env_dir).output().failure(&format!(
            "error: cannot create an environment in `{dir}{env_dir}`: `{dir}dl` is a link to `nowhere`, which does not \
             exist\n  hint: move it elsewhere, or choose another directory\n"
        ));
    }
}

#[apply(test)]
fn a_name_that_is_too_long_is_called_so() {
    let (world, python) = world();
    let outcome = world.rvenv(&python).arg("x".repeat(300)).output().status(1);
    outcome.with_stderr(&contains("  cause: File name too long").and(ends_with("\n  hint: choose a shorter name\n")));
}

/// Its interpreter is a link that leads out, and nothing else is lost.
#[apply(test)]
fn clear_is_proposed_where_it_would_help() {
    let (world, python) = world();
    fs::create_dir_all(world.path("e/bin")).unwrap();
    symlink(&python, world.path("e/bin/python3")).unwrap();
    let run = || world.rvenv(&python).args(["--without-pip", "e"]).output().status(1);
    run().with_stderr(&ends_with("  hint: choose another directory, or delete everything in this one with --clear\n"));
    fs::write(world.path("e/notes.txt"), "mine").unwrap();
    run().with_stderr(&ends_with("  hint: choose another directory\n"));
}

#[apply(test)]
fn environments_that_were_not_begun_are_named() {
    let (world, python) = world();
    fs::write(world.path("file"), "").unwrap();
    let run = |names: &[&str]| world.rvenv(&python).arg("--without-pip").args(names).output().status(1);
    run(&["a", "file", "b", "c"]).with_stderr(&ends_with("it is not a directory\n  not created either: `b`, `c`\n"));
    run(&["d", "", "g"]).with_stderr(&ends_with("  not created either: `g`\n"));
    run(&["h", "file"]).with_stderr(&contains("not created").not());
    assert!(world.path("a").exists() && world.path("h").exists());
    assert!(["b", "c", "g"].iter().all(|name| !world.path(name).exists()));
}

#[apply(test)]
fn help_that_cannot_be_printed_is_a_failure() {
    let (world, python) = world();
    if !fs::exists("/dev/full").unwrap() {
        return;
    }
    for option in ["-h", "-V"] {
        let run = world.rvenv(&python).arg(option).by(["sh", "-c", "exec \"$@\" > /dev/full", "sh"]);
        run.output().status(1).with_stderr(&contains("error: cannot write to the standard output\n"));
    }
}

/// A traceback has its reason at the end.
#[apply(test)]
fn of_a_long_output_the_end_is_shown() {
    let world = TestEnv::new();
    let otherwise = "[ \"$3\" = pip ] || exit 0; seq 90; echo OSError: no network; exit 1";
    let python = FakePython { otherwise, ..FakePython::default() }.write(&world.path("python3"));
    let outcome = world.rvenv(&python).args(["--upgrade-deps", "e"]).output().status(1);
    outcome.with_stderr(
        &ends_with("    90\n    OSError: no network\n").and(contains("\n    … (79 lines before)\n    80\n")),
    );
}
