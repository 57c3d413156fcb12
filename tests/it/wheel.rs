//! The Python package: `python -m rvenv`. `drop_in.rs` has the drop-in for `python -m venv`.
//!
//! The files are put where an installer would put them. `.ci/wheel` builds a wheel and checks that it holds the files.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use walkdir::WalkDir;

use crate::fake_python::write_program;
use crate::interpreter::home;
use crate::pythons;
use crate::testenv::{Run, TestEnv};

/// The layout of `pip install --prefix`.
pub(crate) const PACKAGES: &str = "prefix/lib/python3.13/site-packages";
pub(crate) const SCRIPTS: &str = "prefix/bin";

/// Puts the package into `packages`, and the program into `scripts`.
pub(crate) fn install(world: &TestEnv, packages: &str, scripts: &str) {
    install_package(world, packages);
    fs::create_dir_all(world.path(scripts)).unwrap();
    symlink(env!("CARGO_BIN_EXE_rvenv"), world.path(scripts).join("rvenv")).unwrap();
}

fn install_package(world: &TestEnv, packages: &str) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python");
    for entry in WalkDir::new(&source).into_iter().map(Result::unwrap) {
        let target = world.path(packages).join(entry.path().strip_prefix(&source).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `python` with `packages` on its module path.
pub(crate) fn with_packages(world: &TestEnv, python: &Path, packages: &str) -> Run {
    world.run(python).env("PYTHONPATH", world.path(packages))
}

fn python_m_rvenv(world: &TestEnv, python: &Path) -> Run {
    with_packages(world, python, PACKAGES).args(["-m", "rvenv"])
}

pub(crate) fn is_of_rvenv(env_dir: &Path) -> bool {
    fs::read_to_string(env_dir.join("pyvenv.cfg")).unwrap().lines().any(|line| line.starts_with("rvenv = "))
}

#[apply(test)]
fn an_environment_is_for_the_python_that_was_run() {
    for python in pythons::all() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        let run = python_m_rvenv(&world, &python.path).env("RVENV_PYTHON", "another");
        run.args(["--without-pip", "outer"]).output().silent_success();
        assert!(is_of_rvenv(&world.path("outer")));
        assert_eq!(home(&world.path("outer")), python.path.parent().unwrap());
        // In an environment, the base interpreter is used.
        let run = python_m_rvenv(&world, &world.path("outer/bin/python"));
        run.args(["--without-pip", "inner"]).output().silent_success();
        assert_eq!(home(&world.path("inner")), python.path.parent().unwrap());
        let question = "import sys; print(sys.base_prefix, sys.version_info[1])";
        let answer = world.run(world.path("inner/bin/python")).args(["-c", question]).output().success();
        assert_eq!(answer.stdout(), format!("{} {}\n", python.base_prefix.display(), python.minor), "{answer}");
    }
}

#[apply(test)]
fn the_program_is_found_wherever_an_installer_puts_it() {
    let python = &pythons::all()[0].path;
    for (packages, scripts) in [
        ("target", "target/bin"),
        ("usr/lib/python3/dist-packages", "usr/bin"),
        ("home/.local/lib/python3.12/site-packages", "home/.local/bin"),
    ] {
        let world = TestEnv::new();
        install(&world, packages, scripts);
        with_packages(&world, python, packages).args(["-m", "rvenv", "--version"]).output().success();
    }
}

/// Any other directory above the package may belong to anybody.
#[apply(test)]
fn no_program_is_taken_from_where_no_installer_puts_it() {
    let world = TestEnv::new();
    install(&world, "shared/site-packages", "shared/bin");
    let run = with_packages(&world, &pythons::all()[0].path, "shared/site-packages");
    run.args(["-m", "rvenv", "--version"]).output().status(1);
}

/// The package may be used from a clone of the repository.
#[apply(test)]
fn the_program_of_the_active_environment_is_found_from_elsewhere() {
    for python in pythons::all() {
        let world = TestEnv::new();
        world.rvenv(&python.path).args(["--without-pip", "e"]).output().silent_success();
        install(&world, "clone", "e/bin");
        let run = with_packages(&world, &world.path("e/bin/python"), "clone");
        run.args(["-m", "rvenv", "--version"]).output().success();
    }
}

#[apply(slow_test)]
fn status_and_output_are_those_of_the_program() {
    for python in pythons::all() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        for (arguments, status) in [(&["-h"][..], 0), (&["--version"], 0), (&[], 2), (&["--no-such"], 2), (&[""], 1)] {
            let by_module = python_m_rvenv(&world, &python.path).args(arguments).output().status(status);
            let itself = world.rvenv(&python.path).args(arguments).output();
            assert!(by_module.output == itself.output, "{by_module}\nis not\n{itself}");
        }
    }
}

/// The process becomes that of the program, so signals reach the program directly.
#[apply(slow_test)]
fn it_becomes_the_program() {
    for python in pythons::all() {
        let world = TestEnv::new();
        install_package(&world, PACKAGES);
        let script = "#!/bin/sh\necho $$\nkill -s \"$1\" $$\necho ignored\n";
        write_program(&world.path(SCRIPTS).join("rvenv"), script);
        let run =
            |signal, words| python_m_rvenv(&world, &python.path).arg(signal).by(["sh", "-c", words, "sh"]).output();
        for (name, signal) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
            let outcome = run(name, "echo $$; exec \"$@\"");
            assert_eq!(outcome.output.status.signal(), Some(signal), "{outcome}");
            let pids = outcome.stdout();
            let pids: Vec<&str> = pids.lines().collect();
            assert!(pids.len() == 2 && pids[0] == pids[1], "{outcome}");
        }
        let outcome = run("INT", "trap '' INT; exec \"$@\"").success();
        assert!(outcome.stdout().ends_with("ignored\n"), "{outcome}");
    }
}

#[apply(test)]
fn what_is_wrong_with_an_installation_is_said() {
    let world = TestEnv::new();
    let python = &pythons::all()[0].path;
    install_package(&world, "target");
    let run = || with_packages(&world, python, "target").args(["-m", "rvenv", "e"]);
    let program = world.path("target/bin/rvenv");
    let scripts = "import sysconfig; print(sysconfig.get_path('scripts'))";
    let scripts = world.run(python).args(["-c", scripts]).output().success().stdout();
    let scripts = scripts.trim_end();
    run().output().failure(&format!(
        "error: the program of the package rvenv is missing; looked for\n    `{}`\n    `{scripts}/rvenv`\n  hint: \
         reinstall rvenv in `{}`\n",
        program.display(),
        world.path("target").display()
    ));
    fs::create_dir(world.path("target/bin")).unwrap();
    fs::write(&program, "no program").unwrap();
    let message = format!("error: cannot run `{}`\n  cause: Permission denied\n", program.display());
    run().output().failure(&message);
    let code = "import runpy, sys; sys.executable = ''; runpy.run_module('rvenv', run_name='__main__')";
    with_packages(&world, python, "target").args(["-c", code]).output().failure(
        "error: this Python does not know where it is: `sys.executable` is empty\n  hint: run it by its full path, or \
         name it: RVENV_PYTHON=/path/to/python rvenv\n",
    );
}
