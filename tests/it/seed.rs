//! pip is installed by the interpreter's own ensurepip, whatever the surroundings.

use std::fs;

use crate::pythons::{self, Python};
use crate::testenv::TestEnv;

/// The newest interpreter with ensurepip, except for PyPy, whose library has another place.
fn newest_with_ensurepip() -> &'static Python {
    let is_wanted = |python: &Python| python.bundled_pip.is_some() && !python.is_pypy();
    pythons::those("a CPython with ensurepip", is_wanted).pop().unwrap()
}

/// Modules of the standard library that ensurepip and pip import; each of these would end the run.
const SHADOWS: &[&str] = &["tempfile.py", "runpy.py", "logging.py", "subprocess.py", "sitecustomize.py"];

/// ensurepip does the same: a pip that is not older stays, byte for byte, and an older one is replaced.
#[apply(slow_test)]
fn a_pip_that_is_there_stays_unless_it_is_older() {
    let python = newest_with_ensurepip();
    let world = TestEnv::new();
    let make = |options: &[&str]| world.rvenv(&python.path).args(options).arg("e").output().silent_success();
    make(&[]);
    let version = python.bundled_pip.as_deref().unwrap();
    let site_packages = world.path(format!("e/lib/python3.{}/site-packages", python.minor));
    let dist_info = site_packages.join(format!("pip-{version}.dist-info"));
    fs::write(site_packages.join("pip/mine.py"), "").unwrap();
    let stamp = || fs::metadata(dist_info.join("RECORD")).unwrap().modified().unwrap();
    let before = stamp();
    make(&["--upgrade"]);
    make(&[]);
    assert_eq!(stamp(), before);

    // Some ensurepips would take this one from the current directory (CPython gh-146310).
    fs::write(world.path("e/pip-99.9-py3-none-any.whl"), "").unwrap();
    let older = site_packages.join("pip-1.0.dist-info");
    fs::rename(&dist_info, &older).unwrap();
    for (file, old, new) in [
        ("METADATA", format!("Version: {version}"), "Version: 1.0".to_owned()),
        ("RECORD", format!("pip-{version}.dist-info"), "pip-1.0.dist-info".to_owned()),
    ] {
        let text = fs::read_to_string(older.join(file)).unwrap();
        fs::write(older.join(file), text.replace(&old, &new)).unwrap();
    }
    make(&["--upgrade"]);
    assert!(dist_info.join("RECORD").exists() && !older.exists());
}

/// CPython gh-146310: the venv of 3.13.0, for example, runs the code of such a wheel.
#[apply(slow_test)]
fn a_pip_in_env_dir_is_not_looked_at() {
    let python = newest_with_ensurepip();
    for way in ["", "ensurepip"] {
        let world = TestEnv::new();
        fs::create_dir(world.path("e")).unwrap();
        fs::write(world.path("e/pip-99-py3-none-any.whl"), "").unwrap();
        let run = world.rvenv(&python.path).env("RVENV_NO_CACHE", "1").env("RVENV_PIP", way);
        run.arg("e").output().silent_success();
        let outcome = world.run(world.path("e/bin/pip")).arg("--version").output().success();
        let version = python.bundled_pip.as_deref().unwrap();
        assert!(outcome.stdout().starts_with(&format!("pip {version} ")), "{outcome}");
    }
}

#[apply(slow_test)]
fn ensurepip_sees_neither_the_directories_nor_the_variables_of_the_user() {
    let python = newest_with_ensurepip();
    let world = TestEnv::new();
    for dir in ["cwd", "env", "modules", "home/.pip", "home/.config/pip"] {
        fs::create_dir_all(world.path(dir)).unwrap();
    }
    for (dir, name) in ["cwd", "env", "modules"].iter().flat_map(|dir| SHADOWS.iter().map(move |name| (dir, name))) {
        fs::write(world.path(dir).join(name), "raise SystemExit('a module of the user was imported')\n").unwrap();
    }
    for config in ["home/.pip/pip.conf", "home/.config/pip/pip.conf", "env/setup.cfg", "cwd/setup.cfg"] {
        fs::write(world.path(config), "[global]\nno-install = true\n[install]\nhome = /nonexistent\n").unwrap();
    }
    let run = world.rvenv(&python.path).cwd(&world.path("cwd")).arg("../env");
    let run = run.env("PYTHONPATH", world.path("modules")).env("PYTHONHOME", "/nonexistent");
    let run = run.env("PYTHONEXECUTABLE", "/nonexistent/python");
    let run = run.env("PIP_TARGET", world.path("target")).env("PIP_REQUIRE_VIRTUALENV", "1").env("PIP_NO_INSTALL", "1");
    run.output().silent_success();
    let outcome = world.run(world.path("env/bin/python")).args(["-I", "-m", "pip", "--version"]).output().success();
    let version = python.bundled_pip.as_deref().unwrap();
    assert!(outcome.stdout().starts_with(&format!("pip {version} from {}", world.path("env").display())), "{outcome}");
    assert!(!world.path("target").exists());
}
