//! Errors: the messages, and no half-made environments left behind.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use predicates::str::contains;

use crate::fake_python::{FakePython, write_program};
use crate::testenv::TestEnv;
use crate::tree::Tree;

/// A world with a fake interpreter in it.
fn world_with(python: FakePython) -> (TestEnv, std::path::PathBuf) {
    let world = TestEnv::new();
    let python = python.write(&world.path("tools/python3"));
    (world, python)
}

pub(crate) fn world() -> (TestEnv, std::path::PathBuf) {
    world_with(FakePython::default())
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[apply(test)]
fn a_directory_that_cannot_be_an_environment_is_refused() {
    let (world, python) = world();
    fs::create_dir(world.path("d")).unwrap();
    symlink("d", world.path("link")).unwrap();
    symlink("nowhere", world.path("dangling")).unwrap();
    fs::write(world.path("file"), "").unwrap();
    let root = world.path("");
    let root = root.to_str().unwrap().trim_end_matches('/');
    let before = names(&world.path(""));
    let refused = |name: &str, why: &str| format!("cannot create an environment in `{root}/{name}`: {why}");
    let link = |target: &str| format!("it is a symlink\n  hint: name the directory itself: `{root}/{target}`");
    let separator =
        "the path holds the separator of PATH\n  hint: its programs could not be put on PATH; choose another path";
    let away = "move it elsewhere, or choose another directory";
    let empty = "ENV_DIR is empty\n  hint: to use the current directory, write `.`";
    for (given, expected) in [
        ("", empty.to_owned()),
        ("/", "cannot create an environment in `/`: it is the root directory".to_owned()),
        ("a:b", refused("a:b", separator)),
        ("a\nhome = /x", refused("a\\nhome = /x", "the path holds a control character")),
        ("link", refused("link", &link("d"))),
        ("link/", refused("link", &link("d"))),
        ("dangling", refused("dangling", "it is a symlink")),
        ("file", refused("file", "it is not a directory")),
        ("file/x/y", refused("file/x/y", &format!("`{root}/file` is not a directory\n  hint: {away}"))),
    ] {
        for flags in [&["--without-pip"][..], &["--without-pip", "--clear"]] {
            let outcome = world.rvenv(&python).args(flags).arg(given).output();
            outcome.failure(&format!("error: {expected}\n"));
        }
    }
    assert_eq!(names(&world.path("")), before);
}

#[apply(test)]
fn without_ensurepip_nothing_is_created() {
    let (world, python) = world_with(FakePython { has_ensurepip: false, ..FakePython::default() });
    let outcome = world.rvenv(&python).arg("new/e").output();
    outcome.failure(&format!(
        "error: cannot install pip: `{}` (Python 3.13.0) has no ensurepip module\n  hint: install a Python that has \
         it, or your system's package that contains it, or leave pip out with --without-pip\n",
        python.display()
    ));
    assert!(!world.path("new").exists());
    world.rvenv(&python).args(["--without-pip", "new/e"]).output().silent_success();
}

/// A new directory is deleted again, and so are the parents that were created for it.
#[apply(test)]
fn when_ensurepip_fails_its_output_is_shown_and_nothing_is_left() {
    let otherwise = "echo to stdout; echo to stderr >&2; exit 3";
    let (world, python) = world_with(FakePython { otherwise, ..FakePython::default() });
    fs::create_dir(world.path("parent")).unwrap();
    let outcome = world.rvenv(&python).arg("parent/new/e").output();
    outcome.failure(&format!(
        "error: cannot install pip: `{}/bin/python3 -I -m ensurepip --upgrade --default-pip` failed \
         (exit status: 3)\n    to stdout\n    to stderr\n",
        world.path("parent/new/e").display()
    ));
    assert!(names(&world.path("parent")).is_empty());
}

#[apply(test)]
fn when_ensurepip_fails_an_existing_directory_is_as_before() {
    let (world, python) = world_with(FakePython { otherwise: "kill -9 $$", ..FakePython::default() });
    fs::create_dir(world.path("empty")).unwrap();
    fs::create_dir_all(world.path("full/share")).unwrap();
    fs::write(world.path("full/share/mine"), "x").unwrap();
    fs::write(world.path("full/pyvenv.cfg"), "mine = too\n").unwrap();
    symlink("share/mine", world.path("full/.gitignore")).unwrap();
    for dir in ["empty", "full"] {
        let before = Tree::read(&world.path(dir));
        for options in [&["--copies"][..], &[], &["--upgrade"], &["--clear"]] {
            let outcome = world.rvenv(&python).args(options).arg(dir).output().status(1);
            outcome.with_stderr(&contains("failed (signal: 9 (SIGKILL))"));
            assert_eq!(before.diff(&Tree::read(&world.path(dir))), "", "{options:?} {dir}");
        }
    }
}

#[apply(test)]
fn a_full_stderr_does_not_change_the_exit_status() {
    let (world, python) = world();
    let full = |args: &[&str]| {
        let shell = world.run("sh").args(["-c", "exec \"$@\" 2>/dev/full", "sh", env!("CARGO_BIN_EXE_rvenv")]);
        shell.env("RVENV_PYTHON", &python).env("RVENV_LOG", "debug").args(args).output()
    };
    full(&[""]).status(1);
    full(&["--nothing"]).status(2);
    full(&["--without-pip", "e"]).status(0);
}

#[apply(test)]
fn when_pip_cannot_upgrade_its_output_is_shown_and_nothing_is_left() {
    let otherwise = "[ \"$3\" = pip ] || exit 0; echo no network; exit 1";
    let (world, python) = world_with(FakePython { otherwise, ..FakePython::default() });
    let outcome = world.rvenv(&python).args(["--upgrade-deps", "e"]).output();
    outcome.failure(&format!(
        "error: cannot upgrade packages: `{}/bin/python3 -I -m pip install --upgrade pip` failed (exit status: 1)\n    \
         no network\n",
        world.path("e").display()
    ));
    assert!(!world.path("e").exists());
}

#[apply(test)]
fn links_are_replaced_and_never_written_through() {
    let (world, python) = world();
    let precious = write_program(&world.path("precious"), "home = precious");
    fs::create_dir_all(world.path("e/bin")).unwrap();
    for name in ["pyvenv.cfg", "bin/activate", "bin/python", "bin/python3", ".gitignore"] {
        symlink(&precious, world.path("e").join(name)).unwrap();
    }
    for mode in ["--copies", "--symlinks", "--copies"] {
        world.rvenv(&python).args(["--without-pip", mode, "e"]).output().silent_success();
        let is_link = world.path("e/bin/python3").is_symlink();
        assert_eq!(is_link, mode == "--symlinks");
    }
    assert_eq!(fs::read_to_string(&precious).unwrap(), "home = precious");
    // An existing `.gitignore` stays, even if it is a link.
    assert!(world.path("e/.gitignore").is_symlink() && !world.path("e/pyvenv.cfg").is_symlink());
}

#[apply(test)]
fn a_relative_path_needs_a_current_directory() {
    let (world, python) = world();
    let script = "mkdir gone; cd gone; rmdir ../gone; exec \"$@\"";
    let run = |args: &[&str]| {
        let rvenv = env!("CARGO_BIN_EXE_rvenv");
        let run = world.run("sh").args(["-c", script, "sh", rvenv, "--without-pip"]);
        run.env("RVENV_PYTHON", &python).args(args).output()
    };
    run(&["e"]).failure("error: cannot tell where `e` is: the current directory is gone or may not be read\n");
    run(&["--prompt", ".", "/nowhere/e"])
        .failure("error: --prompt . needs the current directory, which is gone or may not be read\n");
    run(&[world.path("e").to_str().unwrap()]).silent_success();
}

#[apply(test)]
fn a_name_that_no_system_or_file_can_hold_is_refused() {
    let (world, python) = world();
    let run = |name: &OsStr| world.rvenv(&python).arg("--without-pip").arg(name).output();
    let root = world.path("").display().to_string();
    run(OsStr::from_bytes(b"caf\xe9"))
        .failure(&format!("error: cannot create an environment in `{root}caf\u{fffd}`: the path is not UTF-8\n"));
    let long = "x".repeat(300);
    // The message and number differ between platforms.
    let cause = fs::metadata(world.path(&long)).expect_err("the name is too long");
    run(OsStr::new(&long))
        .failure(&format!("error: cannot look at `{root}{long}`\n  cause: {cause}\n  hint: choose a shorter name\n"));
}
