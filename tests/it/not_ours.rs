//! Files that are not an environment's are neither overwritten nor deleted, whatever the option.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::errors::world;
use crate::fake_python::write_program;
use crate::testenv::TestEnv;
use crate::tree::Tree;

const OPTIONS: [&[&str]; 4] = [&[], &["--clear"], &["--upgrade"], &["--copies", "--clear"]];

/// Runs rvenv on the directory `e`, which must be refused and stay as it is; returns the error.
#[track_caller]
pub(crate) fn refused(world: &TestEnv, python: &Path, options: &[&str]) -> String {
    let before = Tree::read(&world.path("e"));
    let outcome = world.rvenv(python).args(options).arg("e").output().status(1);
    assert_eq!(before.diff(&Tree::read(&world.path("e"))), "", "{options:?}");
    outcome.stderr().replace(&world.path("e").display().to_string(), "e")
}

pub(crate) fn program(world: &TestEnv, path: &str) -> PathBuf {
    write_program(&world.path(path), "#!/bin/sh\necho somebody\'s\n")
}

pub(crate) fn file(world: &TestEnv, path: &str) {
    fs::create_dir_all(world.path(path).parent().unwrap()).unwrap();
    fs::write(world.path(path), "mine\n").unwrap();
}

#[apply(test)]
fn an_installed_python_is_refused() {
    type Arrange = dyn Fn(&TestEnv);
    let evidences: [(&str, &Arrange); 6] = [
        ("e/lib/python3.12/os.py", &|world| file(world, "e/lib/python3.12/os.py")),
        ("e/Lib/os.py", &|world| {
            file(world, "e/Lib/os.py");
            file(world, "e/Lib/site.py");
        }),
        // Although somebody has created an environment in it.
        ("e/lib/python3.12/os.py", &|world| {
            file(world, "e/lib/python3.12/os.py");
            file(world, "e/lib/python3.12/site.py");
            file(world, "e/pyvenv.cfg");
        }),
        ("e/bin/python3.12", &|world| drop(program(world, "e/bin/python3.12"))),
        ("e/bin/python", &|world| {
            program(world, "e/tools/interpreter");
            fs::create_dir(world.path("e/bin")).unwrap();
            symlink("../tools/interpreter", world.path("e/bin/python")).unwrap();
        }),
        ("e/bin/pypy3.10", &|world| drop(program(world, "e/bin/pypy3.10"))),
    ];
    for (evidence, arrange) in evidences {
        let (world, python) = world();
        arrange(&world);
        for options in OPTIONS {
            assert_eq!(
                refused(&world, &python, options),
                format!(
                    "error: cannot create an environment in `e`: a Python is installed there (`{evidence}`)\n  \
                     hint: choose another directory\n"
                ),
                "{options:?}"
            );
        }
    }
}

/// A directory of installations, or a part of one.
#[apply(test)]
fn an_installed_python_deeper_inside_is_not_cleared() {
    for (os, evidence) in [
        ("e/versions/3.12.1/lib/python3.12/os.py", "e/versions/3.12.1/lib/python3.12/os.py"),
        // As uv has them in `~/.local`.
        ("e/share/uv/python/cpython-3.12/lib/python3.12/os.py", "e/share/uv/python/cpython-3.12/lib/python3.12/os.py"),
        ("e/python3.12/os.py", "e/python3.12/os.py"),
        ("e/os.py", "e/os.py"),
    ] {
        let (world, python) = world();
        file(&world, os);
        file(&world, &os.replace("os.py", "site.py"));
        let error = refused(&world, &python, &["--clear"]);
        assert!(error.starts_with("error: refusing to clear `e`: "), "{error}");
        let sources = "it holds files that are not an environment's (`os.py` and 1 more)".to_owned();
        let installed = format!("it is not an environment, and a Python is in it (`{evidence}`)");
        assert!(error.contains(if os == "e/os.py" { &sources } else { &installed }), "{error}");
    }
}

/// venv overwrites them.
#[apply(test)]
fn what_a_directory_that_is_no_environment_holds_is_not_overwritten() {
    for (path, options) in [
        ("bin/pip3", &[][..]),
        ("bin/activate", &["--without-pip"]),
        ("bin/Activate.ps1", &["--without-pip"]),
        ("bin/python3", &["--without-pip"]),
        ("bin/python3", &["--without-pip", "--upgrade"]),
        ("bin/python3", &["--without-pip", "--copies"]),
        ("bin/pip", &["--clear"]),
        ("bin/activate", &["--clear"]),
    ] {
        for is_link in [false, true] {
            let (world, python) = world();
            let mine = program(&world, "mine");
            fs::create_dir_all(world.path("e/bin")).unwrap();
            if is_link {
                symlink(&mine, world.path("e").join(path)).unwrap();
            } else {
                fs::copy(&mine, world.path("e").join(path)).unwrap();
            }
            let error = refused(&world, &python, options);
            // An interpreter that is no link shows that a Python is installed there.
            let reason = if path == "bin/python3" && !is_link {
                format!("a Python is installed there (`e/{path}`)")
            } else {
                let what = if options.contains(&"--clear") { "deleted" } else { "overwritten" };
                format!("it is not an environment, and `e/{path}` would be {what}")
            };
            // A link may be left over from an environment.
            let may_clear = path == "bin/python3" && is_link;
            let or_clear = if may_clear { ", or delete everything in this one with --clear" } else { "" };
            let hint = format!("  hint: choose another directory{or_clear}\n");
            assert_eq!(error, format!("error: cannot create an environment in `e`: {reason}\n{hint}"));
        }
    }
    // With a package beside it, it would be ensurepip that overwrites it.
    let (world, python) = world();
    program(&world, "e/bin/pip");
    fs::create_dir_all(world.path("e/lib/python3.13/site-packages/pip")).unwrap();
    assert!(refused(&world, &python, &[]).contains("`e/bin/pip` would be overwritten"));
}

/// Although pip has not recorded that they are installed.
#[apply(test)]
fn packages_in_a_directory_that_is_no_environment_are_not_overwritten() {
    let (world, python) = world();
    file(&world, "e/lib/python3.13/site-packages/pip/__init__.py");
    let error = refused(&world, &python, &[]);
    assert!(error.contains("`e/lib/python3.13/site-packages/pip` would be overwritten"), "{error}");
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
}

/// No interpreter heeds a `pyvenv.cfg` without `home`.
#[apply(test)]
fn programs_beside_a_file_that_makes_no_environment_are_not_overwritten() {
    for makes_link in [false, true] {
        for name in ["bin/python3", "bin/pip", "bin/activate"] {
            let (world, python) = world();
            program(&world, &format!("e/{name}"));
            if makes_link {
                symlink("/nowhere", world.path("e/pyvenv.cfg")).unwrap();
            } else {
                fs::write(world.path("e/pyvenv.cfg"), "my = file\n").unwrap();
            }
            for options in [&[][..], &["--clear"]] {
                refused(&world, &python, options);
            }
        }
    }
}
