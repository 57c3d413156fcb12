//! The choice of the interpreter, and the errors about programs that are none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::fake_python::{FakePython, write_program};
use crate::pythons::{self, Python};
use crate::testenv::{Outcome, TestEnv};

/// Runs rvenv with only these directories on PATH.
pub(crate) fn on_path(world: &TestEnv, request: Option<&str>, path: &str) -> Outcome {
    let run = world.run(env!("CARGO_BIN_EXE_rvenv")).env("PATH", format!("{path}:/nonexistent"));
    let run = request.into_iter().fold(run, |run, request| run.env("RVENV_PYTHON", request));
    run.args(["--without-pip", "--clear", "e"]).output()
}

/// The value of `home` in the `pyvenv.cfg` of an environment.
pub(crate) fn home(env_dir: &Path) -> PathBuf {
    let cfg = fs::read_to_string(env_dir.join("pyvenv.cfg")).unwrap();
    cfg.lines().find_map(|line| line.strip_prefix("home = ")).unwrap().into()
}

#[track_caller]
fn assert_found(world: &TestEnv, request: Option<&str>, path: &str, home_dir: &str) {
    on_path(world, request, path).silent_success();
    assert_eq!(home(&world.path("e")), world.path(home_dir), "{request:?} on {path}");
}

#[apply(test)]
fn python3_goes_before_python_and_the_first_on_path_counts() {
    let world = TestEnv::new();
    let dir = |name: &str| world.path(name).to_str().unwrap().to_owned();
    FakePython::default().write(&world.path("a/python"));
    assert_found(&world, None, &dir("a"), "a");
    FakePython::default().write(&world.path("b/python3"));
    FakePython::default().write(&world.path("c/python3"));
    fs::create_dir(world.path("empty")).unwrap();
    let all = [dir("empty"), dir("a"), dir("b"), dir("c")].join(":");
    assert_found(&world, None, &all, "b");
    assert_found(&world, Some(""), &all, "b");
    assert_found(&world, Some("python"), &all, "a");
    assert_found(&world, Some(&format!("{}/python3", dir("c"))), &all, "c");
    assert_found(&world, Some("./c/python3"), &all, "c");
}

#[apply(test)]
fn what_cannot_be_run_is_passed_over_on_path() {
    let world = TestEnv::new();
    FakePython::default().write(&world.path("a/python3"));
    fs::create_dir_all(world.path("x/python3")).unwrap();
    fs::create_dir(world.path("y")).unwrap();
    fs::write(world.path("y/python3"), "no program").unwrap();
    fs::create_dir(world.path("z")).unwrap();
    symlink("nowhere", world.path("z/python3")).unwrap();
    let path = ["x", "y", "z", "a"].map(|dir| world.path(dir).to_str().unwrap().to_owned()).join(":");
    assert_found(&world, None, &path, "a");
}

#[apply(test)]
fn a_relative_entry_on_path_becomes_absolute() {
    for python in pythons::all() {
        let (world, bin) = (TestEnv::new(), python.path.parent().unwrap());
        let up = "../".repeat(world.path("").components().count() - 1);
        let relative = format!("{up}{}", bin.strip_prefix("/").unwrap().display());
        on_path(&world, Some(python.path.file_name().unwrap().to_str().unwrap()), &relative).silent_success();
        assert!(home(&world.path("e")).is_absolute());
        world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
    }
}

#[apply(test)]
fn a_directory_that_is_a_link_stays_one_in_the_environment() {
    let linked = |python: &Python| {
        let world = TestEnv::new();
        symlink(python.path.parent().unwrap(), world.path("stable")).unwrap();
        let program = world.path("stable").join(python.path.file_name().unwrap());
        (world, program)
    };
    // A relocatable build looks for its library relative to the unresolved path of the executable.
    let runs = |python: &Python| {
        let (world, program) = linked(python);
        world.run(&program).args(["-c", "pass"]).output().succeeded()
    };
    for python in pythons::those("an interpreter that runs in a linked directory", runs) {
        let (world, program) = linked(python);
        world.rvenv(&program).args(["--without-pip", "e"]).output().silent_success();
        assert_eq!(home(&world.path("e")), world.path("stable"));
        let link = world.path("e/bin").join(python.path.file_name().unwrap());
        assert_eq!(fs::read_link(link).unwrap(), program);
    }
}

#[apply(test)]
fn a_version_is_looked_for_under_all_names_on_path() {
    let world = TestEnv::new();
    let fake = |version, path: &str| FakePython { version, ..FakePython::default() }.write(&world.path(path));
    fake("3.11.4", "a/python3");
    fake("3.12.1", "b/python3");
    fake("3.12.7", "c/python");
    fake("3.10.2", "d/python3.10");
    write_program(&world.path("broken/python3.12"), "#!/bin/sh\nexit 127\n");
    let path = ["broken", "a", "b", "c", "d"].map(|dir| world.path(dir).to_str().unwrap().to_owned()).join(":");
    for (request, dir) in [("3", "a"), ("3.11", "a"), ("3.12", "b"), ("3.12.7", "c"), ("3.10", "d")] {
        assert_found(&world, Some(request), &path, dir);
    }
    let at = |relative: &str| world.path(relative).display().to_string();
    on_path(&world, Some("3.9"), &[at("a"), at("broken")].join(":")).failure(&format!(
        "error: no Python 3.9 on PATH\n    `{}` is Python 3.11.4\n  hint: install it, or set RVENV_PYTHON to an \
         interpreter: `RVENV_PYTHON=/path/to/python`\n",
        at("a/python3")
    ));
    on_path(&world, Some("3.12"), &at("broken")).failure(&format!(
        "error: no Python 3.12 on PATH\n    `{}` does not work as a Python interpreter: exit status: 127\n  hint: \
         install it, or set RVENV_PYTHON to an interpreter: `RVENV_PYTHON=/path/to/python`\n",
        at("broken/python3.12")
    ));
}

/// pyenv's shim runs the version that `PYENV_VERSION` names, and may otherwise report that there is no such command.
#[apply(test)]
fn a_shim_is_told_which_version_is_wanted() {
    let world = TestEnv::new();
    let real = FakePython { version: "3.12.1", ..FakePython::default() }.write(&world.path("versions/python3"));
    let shim = format!("#!/bin/sh\n[ \"$PYENV_VERSION\" = 3.12 ] || exit 127\nexec '{}' \"$@\"\n", real.display());
    let shim = write_program(&world.path("shims/python3.12"), &shim);
    assert_found(&world, Some("3.12"), shim.parent().unwrap().to_str().unwrap(), "versions");
}

#[apply(test)]
fn noise_around_the_answer_does_no_harm() {
    let world = TestEnv::new();
    let before = "echo welcome; printf '\\0rvenv-facts\\0123\\0version\\0' ; echo warning >&2";
    let python = FakePython { before, ..FakePython::default() }.write(&world.path("tools/python3"));
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
}

#[apply(test)]
fn what_is_no_python_is_named_with_what_it_did() {
    let world = TestEnv::new();
    let program = |name: &str, script: &str| write_program(&world.path(name), &format!("#!/bin/sh\n{script}\n"));
    program("silent", ":");
    program("talks", "echo I am; echo not one >&2");
    program("fails", "echo so sorry >&2; exit 7");
    program("crashes", "kill -SEGV $$");
    program("two", "echo 'Unknown option: -I' >&2; exit 2");
    FakePython { version: "3.5.9", ..FakePython::default() }.write(&world.path("old"));
    FakePython { executable: Some("/new\nline/python".into()), ..FakePython::default() }.write(&world.path("odd"));
    write_program(&world.path("loader"), "#!/nonexistent/sh\n");
    fs::write(world.path("data"), "").unwrap();
    symlink("/nonexistent/python3", world.path("dangling")).unwrap();
    let root = world.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    let hint = "  hint: set RVENV_PYTHON to a Python that works: `RVENV_PYTHON=/path/to/python`\n";
    let older = "  hint: set RVENV_PYTHON to Python 3.6 or newer: `RVENV_PYTHON=/path/to/python`\n";
    for (name, message) in [
        ("silent", format!("`{root}/silent` does not answer as a Python interpreter: it printed nothing\n{hint}")),
        (
            "talks",
            format!(
                "`{root}/talks` does not answer as a Python interpreter: it printed something else\n    not one\n    \
                 I am\n{hint}"
            ),
        ),
        (
            "fails",
            format!("`{root}/fails` does not work as a Python interpreter: exit status: 7\n    so sorry\n{hint}"),
        ),
        ("crashes", format!("`{root}/crashes` does not work as a Python interpreter: signal: 11 (SIGSEGV)\n{hint}")),
        ("two", format!("`{root}/two` is a Python before 3.4, which is too old\n{older}")),
        ("old", format!("`{root}/old` is Python 3.5.9, which is too old\n{older}")),
        (
            "odd",
            format!(
                "`{root}/odd` does not answer as a Python interpreter: its path `/new\\nline/python` is not UTF-8 or \
                 holds a control character\n{hint}"
            ),
        ),
        (
            "loader",
            format!("cannot run `{root}/loader`: the interpreter or loader that it asks for does not exist\n{hint}"),
        ),
        ("data", format!("cannot run `{root}/data`: it is not executable\n{hint}")),
        ("home", format!("cannot run `{root}/home`: it is a directory\n{hint}")),
        ("absent", format!("cannot run `{root}/absent`\n  cause: No such file or directory (os error 2)\n{hint}")),
        (
            "dangling",
            format!(
                "cannot run `{root}/dangling`: it is a link to `/nonexistent/python3`, which does not exist\n{hint}"
            ),
        ),
    ] {
        world.rvenv(&world.path(name)).args(["--without-pip", "e"]).output().failure(&format!("error: {message}"));
    }
    on_path(&world, Some("snake"), "").failure(
        "error: no `snake` on PATH\n  hint: install it, or set RVENV_PYTHON to an interpreter: \
         `RVENV_PYTHON=/path/to/python`\n",
    );
    on_path(&world, None, "").failure(
        "error: no `python3` or `python` on PATH\n  hint: install it, or set RVENV_PYTHON to an \
         interpreter: `RVENV_PYTHON=/path/to/python`\n",
    );
    assert!(!world.path("e").exists());
}

/// The parent of the directory that a link leads to is another one than that of the link. Interpreters do not look.
#[apply(test)]
fn dots_behind_a_link_lead_where_the_link_leads() {
    for python in pythons::all() {
        let world = TestEnv::new();
        for dir in ["deep/one", "deep/py", "py"] {
            fs::create_dir_all(world.path(dir)).unwrap();
        }
        symlink("deep/one", world.path("current")).unwrap();
        let name = python.path.file_name().unwrap();
        symlink(&python.path, world.path("deep/py").join(name)).unwrap();
        symlink("nowhere", world.path("py").join(name)).unwrap();
        let typed = world.path("current/../py").join(name);
        world.rvenv(&typed).args(["--without-pip", "e"]).output().silent_success();
        let real = fs::canonicalize(world.path("e/bin/python")).unwrap();
        assert_eq!(real, python.real, "{}", python.path.display());
        assert!(!fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap().contains(".."));
    }
}
