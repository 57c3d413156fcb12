//! pip gets in by the interpreter's own ensurepip, whatever lies around.

use std::fs;

use crate::pythons;
use crate::testenv::TestEnv;

/// Modules of the standard library that ensurepip and pip import; each of these would end the run.
const SHADOWS: &[&str] = &["tempfile.py", "runpy.py", "logging.py", "subprocess.py", "sitecustomize.py"];

#[test]
fn ensurepip_sees_neither_the_directories_nor_the_variables_of_the_user() {
    let Some(python) = pythons::all().iter().rev().find(|python| python.bundled_pip.is_some()) else {
        return crate::testenv::skip_or_fail("pythons", "no interpreter has ensurepip");
    };
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
    let run = run.env("PIP_TARGET", world.path("target")).env("PIP_REQUIRE_VIRTUALENV", "1").env("PIP_NO_INSTALL", "1");
    run.output().silent_success();
    let outcome = world.run(world.path("env/bin/python")).args(["-I", "-m", "pip", "--version"]).output().success();
    let version = python.bundled_pip.as_deref().unwrap();
    assert!(outcome.stdout().starts_with(&format!("pip {version} from {}", world.path("env").display())), "{outcome}");
    assert!(!world.path("target").exists());
}
