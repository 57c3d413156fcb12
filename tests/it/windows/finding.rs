//! The choice of the interpreter when none, or only a version, is named.

use std::fs;
use std::path::{Path, PathBuf};

use predicates::str::contains;

use super::{a_python, cfg_value, python_in};
use crate::pythons::Python;
use crate::testenv::{Run, TestEnv};

/// Makes a program of Python code as pip does: the launcher that pip brings, the path of the interpreter, and a zip.
const MAKE: &str = "
import ensurepip, glob, io, os, sys, zipfile
out, code = sys.argv[1:]
archive = io.BytesIO()
with zipfile.ZipFile(archive, 'w') as program:
    program.writestr('__main__.py', code)
wheel = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), '_bundled', 'pip-*.whl'))[0]
with open(out, 'wb') as program:
    program.write(zipfile.ZipFile(wheel).read('pip/_vendor/distlib/t64.exe'))
    program.write(b'#!' + os.fsencode(sys.executable) + b'\\r\\n' + archive.getvalue())
";

fn program(world: &TestEnv, python: &Python, path: &str, code: &str) -> PathBuf {
    let path = world.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    world.run(&python.path).args(["-c", MAKE]).arg(&path).arg(code).output().success();
    path
}

/// The program that Windows has on PATH if Python is not installed from its store.
const STUB: &str = "import sys; sys.exit(sys.stderr.write('Python was not found; run\\n') and 9009)";

/// rvenv without a named interpreter, with these directories on PATH.
fn rvenv_with(world: &TestEnv, path: &[&Path]) -> Run {
    let run = world.run(env!("CARGO_BIN_EXE_rvenv")).args(["--without-pip", "env"]);
    run.env("PATH", std::env::join_paths(path).unwrap())
}

fn home(python: &Python) -> &Path {
    python.path.parent().unwrap()
}

fn assert_base(world: &TestEnv, python: &Python) {
    assert_eq!(cfg_value(&world.path("env"), "home").as_deref(), home(python).to_str());
    world.run(python_in(&world.path("env"))).args(["-c", "pass"]).output().success();
}

#[apply(test)]
fn the_stub_that_leads_to_the_store_is_passed_over() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let stub = program(&world, python, "WindowsApps\\python.exe", STUB);
    fs::copy(&stub, stub.with_file_name("python3.exe")).unwrap();
    let stubs = stub.parent().unwrap();
    rvenv_with(&world, &[stubs, home(python)]).output().silent_success();
    assert_base(&world, python);
    let named = rvenv_with(&world, &[stubs, home(python)]).env("RVENV_PYTHON", "python");
    named.arg("--clear").output().silent_success();
    // If there is no other program, the stub's message is shown.
    let alone = rvenv_with(&world, &[stubs]).arg("--clear").output().status(1);
    alone.with_stderr(&contains("Python was not found; run"));
    assert_base(&world, python);
}

#[apply(test)]
fn in_an_environment_its_base_is_used_although_it_has_no_python3() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    world.rvenv(&python.path).args(["--without-pip", "outer"]).output().silent_success();
    let other = program(&world, python, "other\\python3.exe", STUB);
    rvenv_with(&world, &[&world.path("outer\\Scripts"), other.parent().unwrap()]).output().silent_success();
    assert_base(&world, python);
}

/// python.org's installers put the launcher on PATH, but not always an interpreter.
#[apply(test)]
fn the_launcher_is_asked_for_a_version_and_for_its_own_choice() {
    let Some(python) = a_python() else { return };
    let version = format!("3.{}", python.minor);
    for (wanted, option) in [(version.as_str(), format!("-{version}")), ("", "-I".to_owned())] {
        let world = TestEnv::new();
        let code = format!(
            "import subprocess, sys\n\
             assert sys.argv[1] == '{option}', sys.argv\n\
             words = [word for word in sys.argv[1:] if word != '-{version}']\n\
             sys.exit(subprocess.call([sys.executable] + words))"
        );
        let launcher = program(&world, python, "launcher\\py.exe", &code);
        let run = rvenv_with(&world, &[launcher.parent().unwrap()]).env("RVENV_PYTHON", wanted);
        run.output().silent_success();
        assert_base(&world, python);
    }
}
