//! Each thing on which pyenv's choice depends, changed alone, after the answer has been kept.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::step::Step;
use super::world::PyenvWorld;
use super::{Change, Run, runs};

/// The name of a change, the state before it, and the change, after which pyenv chooses otherwise.
type Case = (&'static str, Change, Change);

/// A program that finds nothing, in the place of the one by which pyenv finds the version of a prefix.
const NO_GREP: &str = "#!/bin/sh\nexit 1\n";

fn nothing(_: &mut PyenvWorld) {}

fn prefix(world: &mut PyenvWorld) {
    world.write("other/.python-version", "3.12\n");
}

fn no_interpreter_in_the_first(world: &mut PyenvWorld) {
    world.variables.insert("PYENV_VERSION", "3.12.1:3.11.7".to_owned());
    fs::remove_dir_all(world.path("pyenv/versions/3.12.1/envs")).unwrap();
    fs::remove_file(world.path("pyenv/versions/3.12.1/bin/python3")).unwrap();
}

/// A hook that chooses another version.
fn hook(world: &PyenvWorld, dir: &str) {
    world.write(&format!("{dir}/own.bash"), "PYENV_COMMAND_PATH=$PYENV_ROOT/versions/3.12.1/bin/python3\n");
}

const OF_PYENV: [Case; 9] = [
    ("the root in the shim", nothing, |world| Step::Shim(true).take(world)),
    ("a script of pyenv's, in its file", prefix, |world| Step::Script(true).take(world)),
    ("a program beside pyenv's scripts", prefix, |world| world.program("pyenv/libexec/grep", NO_GREP)),
    ("a plugin", prefix, |world| world.program("pyenv/plugins/own/bin/grep", NO_GREP)),
    (
        "a program of a plugin",
        |world| {
            prefix(world);
            world.write("pyenv/plugins/own/bin/README", "");
        },
        |world| world.program("pyenv/plugins/own/bin/grep", NO_GREP),
    ),
    ("a first hook", nothing, |world| hook(world, "pyenv/pyenv.d/which")),
    (
        "a hook beside others",
        |world| world.write("pyenv/pyenv.d/which/README", ""),
        |world| hook(world, "pyenv/pyenv.d/which"),
    ),
    (
        "a hook of a plugin",
        |world| world.write("pyenv/plugins/own/etc/README", ""),
        |world| hook(world, "pyenv/plugins/own/etc/pyenv.d/exec"),
    ),
    ("a program that pyenv's own hook runs", nothing, |world| Step::Rehash(true).take(world)),
];

const OF_VERSIONS: [Case; 9] = [
    ("a newer version of a prefix", prefix, |world| world.install("3.12.10")),
    ("a version that is gone", prefix, |world| Step::Uninstall("3.12.1").take(world)),
    (
        "a link that has led nowhere",
        |world| {
            world.variables.insert("PYENV_VERSION", "away:3.11.7".to_owned());
            symlink(world.path("away"), world.path("pyenv/versions/away")).unwrap();
        },
        |world| world.python("away/bin"),
    ),
    ("an interpreter in a version", no_interpreter_in_the_first, |world| world.python("pyenv/versions/3.12.1/bin")),
    ("the selected version, in its file", prefix, |world| world.write("other/.python-version", "3.11\n")),
    ("a nearer file", |world| world.write(".python-version", "3.11\n"), prefix),
    ("the root's version", nothing, |world| world.write("pyenv/version", "3.12.1\n")),
    (
        "an interpreter on PATH",
        |world| drop(world.variables.insert("PYENV_VERSION", "system".to_owned())),
        |world| world.python("front"),
    ),
    ("a program on PATH", prefix, |world| world.program("front/grep", NO_GREP)),
];

const OF_VARIABLES: [Case; 6] = [
    ("PYENV_VERSION", nothing, |world| drop(world.variables.insert("PYENV_VERSION", "3.12".to_owned()))),
    (
        "PYENV_DIR",
        |world| world.write("project/.python-version", "3.12"),
        |world| {
            world.variables.insert("PYENV_DIR", world.text("project"));
        },
    ),
    ("FROM_KNOWN", prefix, |world| drop(world.variables.insert("FROM_KNOWN", "1".to_owned()))),
    ("BASH_ENV", nothing, |world| {
        world.write("bash_env", "PYENV_VERSION=3.12.1\n");
        world.variables.insert("BASH_ENV", world.text("bash_env"));
    }),
    (
        "PATH",
        |world| drop(world.variables.insert("PYENV_VERSION", "system".to_owned())),
        |world| {
            world.python("last/bin");
            world
                .variables
                .insert("PATH", [world.text("pyenv/shims"), world.text("last/bin"), world.text("tools")].join(":"));
        },
    ),
    (
        "the current directory",
        |world| world.write("project/.python-version", "3.12"),
        |world| {
            world.cwd = world.path("project/sub");
        },
    ),
];

/// The interpreter that rvenv has taken; none if it has failed.
fn taken(world: &PyenvWorld) -> Option<PathBuf> {
    fs::read_link(world.path("e/bin/python3")).ok()
}

#[apply(slow_test)]
fn each_change_is_seen() {
    for (what, before, change) in OF_PYENV.iter().chain(&OF_VERSIONS).chain(&OF_VARIABLES) {
        let mut world = PyenvWorld::new();
        before(&mut world);
        assert_eq!(runs(&world), [Run::Kept, Run::Known], "{what}");
        let first = taken(&world);
        change(&mut world);
        world.assert_as_pyenv();
        assert_ne!(taken(&world), first, "{what} decides");
    }
}
