//! The Python package: `python -m rvenv`, and the drop-in for `python -m venv`.
//!
//! The files are put where an installer would put them. `.ci/wheel` builds a wheel and checks that it holds the files.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::fake_python::write_program;
use crate::interpreter::home;
use crate::pythons::{self, Python};
use crate::testenv::{Run, TestEnv};

/// The layout of `pip install --prefix`.
const PACKAGES: &str = "prefix/lib/python3.13/site-packages";
const SCRIPTS: &str = "prefix/bin";

/// Puts the package into `packages`, and the program into `scripts`.
fn install(world: &TestEnv, packages: &str, scripts: &str) {
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
fn with_packages(world: &TestEnv, python: &Path, packages: &str) -> Run {
    world.run(python).env("PYTHONPATH", world.path(packages))
}

fn python_m_rvenv(world: &TestEnv, python: &Path) -> Run {
    with_packages(world, python, PACKAGES).args(["-m", "rvenv"])
}

/// The directory of the drop-in, which holds nothing else of rvenv.
fn drop_in(world: &TestEnv, python: &Python) -> PathBuf {
    let printed = with_packages(world, &python.path, PACKAGES).args(["-m", "rvenv.drop_in"]).output().success();
    PathBuf::from(printed.stdout().trim_end())
}

fn is_of_rvenv(env_dir: &Path) -> bool {
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
        "error: the program of this package is missing; looked for\n    `{}`\n    `{scripts}/rvenv`\n  hint: install \
         the package anew that is in `{}`\n",
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

#[apply(slow_test)]
fn with_the_drop_in_python_m_venv_is_rvenv() {
    for python in pythons::with_venv() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        // A directory `venv`, as many call their environments, is no package.
        fs::create_dir(world.path("venv")).unwrap();
        let drop_in = drop_in(&world, python);
        let with = || world.run(&python.path).env("PYTHONPATH", &drop_in);
        let run = |options: &[&str]| with().args(options).args(["-m", "venv", "--without-pip"]);
        run(&[]).arg("e").output().silent_success();
        assert!(is_of_rvenv(&world.path("e")));
        assert_eq!(home(&world.path("e")), python.path.parent().unwrap());
        run(&[]).output().status(2);
        // An interpreter that ignores PYTHONPATH ignores the drop-in.
        for option in ["-I", "-E"] {
            run(&[option]).arg("isolated").output().success();
            assert!(!is_of_rvenv(&world.path("isolated")));
        }
    }
}

#[apply(slow_test)]
fn with_the_drop_in_the_module_venv_is_that_of_the_standard_library() {
    let question = "
import inspect, pickle, sys, venv
from venv import EnvBuilder
assert pickle.loads(pickle.dumps(EnvBuilder)) is venv.EnvBuilder is EnvBuilder
print(venv.__file__, venv.__spec__.name, venv.__spec__.origin, venv.__path__[-1], inspect.getsourcefile(EnvBuilder),
    sys.modules['venv'] is venv, sorted(vars(venv)))
EnvBuilder(symlinks=True).create('e')
";
    for python in pythons::with_venv() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        let run = || world.run(&python.path).args(["-c", question]);
        let with = run().env("PYTHONPATH", drop_in(&world, python)).output().success();
        assert!(!is_of_rvenv(&world.path("e")));
        world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
        let without = run().output().success();
        assert_eq!(with.stdout(), without.stdout());
    }
}

/// A Python without venv has no venv with the drop-in, either.
#[apply(test)]
fn the_drop_in_makes_up_no_module() {
    let world = TestEnv::new();
    install(&world, PACKAGES, SCRIPTS);
    let code = "import os; os.__file__ = '/nowhere/os.py'\ntry: import venv\nexcept ImportError as e: print(e.name, e)";
    let python = &pythons::all()[0];
    let run = world.run(&python.path).env("PYTHONPATH", drop_in(&world, python));
    let outcome = run.args(["-c", code]).output().success();
    assert_eq!(outcome.stdout(), "venv No module named 'venv' in the standard library\n");
}
