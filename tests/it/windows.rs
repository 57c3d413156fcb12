//! Environments on Windows: compared with those of each interpreter's own venv, activated in cmd.exe, and used.
//!
//! The golden plans cover interpreters that this machine does not have.

use std::fs;
use std::path::{Path, PathBuf};

use crate::pythons::{self, Python};
use crate::testenv::{Run, TestEnv};

mod cmd;
mod finding;
mod trees;
mod using;

/// The interpreters that can create an environment with pip.
fn pythons() -> impl DoubleEndedIterator<Item = &'static Python> {
    let is_complete = |python: &Python| python.has_venv && python.bundled_pip.is_some();
    pythons::those("an interpreter with venv and ensurepip", is_complete).into_iter()
}

/// One interpreter, for tests that do not depend on which.
fn a_python() -> Option<&'static Python> {
    pythons().last()
}

/// Whether the tests run in wine, whose cmd.exe is not quite that of Windows.
fn is_wine() -> bool {
    Path::new("C:\\windows\\system32\\winecfg.exe").exists()
}

/// Whether symlinks can be created here, which takes a privilege.
fn can_link(world: &TestEnv) -> bool {
    let link = world.path("a link");
    std::os::windows::fs::symlink_file("target", &link).is_ok_and(|()| fs::symlink_metadata(&link).is_ok())
}

/// The interpreter of an environment.
fn python_in(env_dir: &Path) -> PathBuf {
    env_dir.join("Scripts\\python.exe")
}

/// A program in the scripts directory of an environment.
fn script(world: &TestEnv, env_dir: &Path, name: &str) -> Run {
    world.run(env_dir.join("Scripts").join(name))
}

/// The value of a key in the environment's `pyvenv.cfg`.
fn cfg_value(env_dir: &Path, key: &str) -> Option<String> {
    let cfg = fs::read_to_string(env_dir.join("pyvenv.cfg")).ok()?;
    cfg.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(" = ")?.to_owned()))
}
