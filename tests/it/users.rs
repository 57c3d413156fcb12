//! Runs of rvenv as a user who is bound by permissions, unlike root.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use crate::fake_python::copy_program;
use crate::testenv::{Run, TestEnv};

const NOBODY: u32 = 65534;

/// Runs rvenv as `nobody` if the tests run as root, and as the user of the tests otherwise.
pub(crate) fn as_nobody(world: &TestEnv, python: &Path) -> Run {
    as_nobody_by(world, python, &[])
}

/// The same by a command that runs another one, as that user.
pub(crate) fn as_nobody_by(world: &TestEnv, python: &Path, wrapper: &[&str]) -> Run {
    let rvenv = world.path("tools/rvenv");
    if !rvenv.exists() {
        copy_program(Path::new(env!("CARGO_BIN_EXE_rvenv")), &rvenv);
    }
    for dir in ["", "tools", "tools/rvenv"] {
        set_mode(&world.path(dir), 0o755);
    }
    let drop_root = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let words = drop_root.iter().filter(|_| is_root(world)).chain(wrapper);
    let run = world.run(&rvenv).by(words.map(|word| (*word).to_owned()).collect::<Vec<_>>());
    run.env("RVENV_PYTHON", python)
}

pub(crate) fn is_root(world: &TestEnv) -> bool {
    world.run("id").arg("-u").output().success().stdout().trim() == "0"
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Gives paths to the user that [`as_nobody`] runs as.
pub(crate) fn hand_over(world: &TestEnv, paths: &[&str]) {
    if is_root(world) {
        for path in paths {
            chown(world.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}
