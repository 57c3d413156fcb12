//! The answer behind pyenv's shim is kept as long as everything on which pyenv's choice depends is as it was. The
//! oracle is the pyenv of this machine, in a root of its own.

mod changes;
mod step;
mod take;
mod walk;
mod world;

use std::fs;
use std::os::unix::fs::symlink;

use crate::stopping::{needs_strace, watched};
use crate::testenv::TestEnv;
use world::PyenvWorld;

/// The origin of the answer in a run.
#[derive(Debug, PartialEq, Eq)]
enum Run {
    /// The shim was asked, and its answer was kept.
    Kept,
    /// The shim's answer was kept from an earlier run.
    Known,
    /// The shim was asked, and its answer was not kept.
    Asked,
}

/// Two runs.
fn runs(world: &PyenvWorld) -> [Run; 2] {
    [(); 2].map(|()| {
        let before = world.kept();
        world.assert_as_pyenv();
        match world.kept() {
            kept if kept != before => Run::Kept,
            kept if kept.is_empty() => Run::Asked,
            _ => Run::Known,
        }
    })
}

#[apply(test)]
fn behind_pyenvs_shim_the_interpreter_is_asked_once() {
    let mut world = PyenvWorld::new();
    assert_eq!(runs(&world), [Run::Kept, Run::Known], "the root's own version");
    for list in ["3.12", "3.12.1:3.11.7", "nope:3.12", "python-3.11", "system", "alias", "mine", "3.12.1/envs/mine"] {
        world.variables.insert("PYENV_VERSION", list.to_owned());
        assert_eq!(runs(&world), [Run::Kept, Run::Known], "{list}");
    }
    world.variables.remove("PYENV_VERSION");
    for dir in ["project/sub", "other", "link"] {
        world.cwd = world.path(dir);
        assert_eq!(runs(&world), [Run::Known, Run::Known], "{dir}: no file there names a version");
    }
    world.write("project/.python-version", "# for all\r\n3.12\r\n");
    for (dir, first) in [("project", Run::Kept), ("project/sub", Run::Known), ("other", Run::Known)] {
        world.cwd = world.path(dir);
        assert_eq!(runs(&world), [first, Run::Known], "{dir}");
    }
}

#[apply(test)]
fn pyenvs_own_words_are_shown_each_time() {
    let mut world = PyenvWorld::new();
    fs::remove_file(world.path("system/python3")).unwrap();
    for (list, words) in
        [("3.99", "pyenv: version `3.99' is not installed (set by PYENV_VERSION"), ("system", "pyenv: python3: ")]
    {
        world.variables.insert("PYENV_VERSION", list.to_owned());
        for _ in 0..2 {
            let said = world.rvenv().output().status(1).stderr();
            assert!(said.contains(words), "{said}");
        }
    }
}

type Change = fn(&mut PyenvWorld);

/// A hook, another shim, a path: anything may decide then.
#[apply(test)]
fn a_shim_whose_choice_cannot_be_known_is_asked_each_time() {
    let cases: [(&str, Change); 13] = [
        ("a hook", |world| world.write("pyenv/pyenv.d/which/own.bash", ":\n")),
        ("a hook of a plugin", |world| world.write("pyenv/plugins/own/etc/pyenv.d/which/own.bash", ":\n")),
        ("a hook by a variable", |world| {
            world.write("hooks/exec/own.bash", ":\n");
            world.variables.insert("PYENV_HOOK_PATH", world.text("hooks"));
        }),
        ("another script of pyenv", |world| world.append("pyenv/libexec/pyenv-which", "\n: \"$(date)\"\n")),
        ("another shim", |world| world.append("pyenv/shims/python3", "# mine\n")),
        ("BASH_ENV", |world| {
            world.write("bash_env", ":\n");
            world.variables.insert("BASH_ENV", world.text("bash_env"));
        }),
        ("a function", |world| {
            world.variables.insert("BASH_FUNC_sed%%", "() { command sed \"$@\"; }".to_owned());
        }),
        ("a pattern", |world| drop(world.variables.insert("PYENV_VERSION", "3.12.?".to_owned()))),
        ("a path", |world| world.write("project/.python-version", "3.12.1/../3.11.7\n")),
        ("a program that is a script", |world| {
            world.program("front/sed", "#!/bin/sh\nPATH=${PATH#*:}\nexec sed \"$@\"\n");
        }),
        ("a plugin's own sed", |world| {
            world.program("pyenv/plugins/own/bin/sed", "#!/bin/sh\nPATH=${PATH#*own/bin:}\nexec sed \"$@\"\n");
        }),
        ("a version that is a script", |world| {
            let system = world.text("system/python3");
            world.program("pyenv/versions/3.11.7/bin/python3", &format!("#!/bin/sh\nexec {system} \"$@\"\n"));
        }),
        ("another shim on PATH", |world| {
            world.program("shims/python3", "#!/bin/sh\n");
            world.variables.insert("PATH", [world.search_path(), world.text("shims")].join(":"));
        }),
    ];
    for (what, change) in cases {
        let mut world = PyenvWorld::new();
        world.cwd = world.path("project");
        change(&mut world);
        assert_eq!(runs(&world), [Run::Asked, Run::Asked], "{what}");
    }
}

/// Something changes when pyenv has chosen, and before the interpreter has answered.
#[apply(test)]
fn what_changes_while_the_shim_is_asked_is_heeded() {
    let world = PyenvWorld::new();
    needs_strace(&world.world);
    let changes: [(&str, Change); 4] = [
        ("a version is selected", |world| world.write("other/.python-version", "3.12\n")),
        ("another version is selected", |world| world.write("pyenv/version", "3.12\n")),
        ("a version is installed", |world| world.install("3.11.9")),
        ("a program appears", |world| world.program("front/sort", "#!/bin/sh\nexit 1\n")),
    ];
    for (what, change) in changes {
        let mut world = PyenvWorld::new();
        let (run, traced) = (world.rvenv(), TestEnv::new());
        let mut is_chosen = false;
        let outcome = watched(&traced, run, &["-f", "-e", "trace=execve"], |line| {
            if !is_chosen && line.contains("versions/3.11.7/bin/python3") {
                is_chosen = true;
                change(&mut world);
            }
        });
        outcome.unwrap().silent_success();
        assert!(is_chosen, "{what}");
        // The answer may have come before the change was made, and is kept then: it must not be used any more.
        world.assert_as_pyenv();
    }
}

#[apply(test)]
fn an_environment_that_is_none_any_more_is_asked_again() {
    let mut world = PyenvWorld::new();
    world.variables.insert("PYENV_VERSION", "mine".to_owned());
    assert_eq!(runs(&world), [Run::Kept, Run::Known]);
    // In its file, so that the directory does not change.
    fs::write(world.path("pyenv/versions/mine/pyvenv.cfg"), "").unwrap();
    let before = world.kept();
    world.rvenv().output().silent_success();
    assert_ne!(world.kept(), before);
}

/// The shim names a link to pyenv, which now leads to another installation: the scripts there are the same files, and
/// the hooks are not.
#[apply(test)]
fn a_link_to_pyenv_leads_to_its_hooks() {
    let world = PyenvWorld::new();
    let shim = fs::read_to_string(world.path("pyenv/shims/python3")).unwrap();
    world.program("pyenv/shims/python3", &shim.replace("/libexec/pyenv\"", "/bin/pyenv\""));
    world.run("cp").args(["-R", "-l"]).arg(world.path("pyenv/libexec")).arg(world.path("other")).output().success();
    let hook = "PYENV_COMMAND_PATH=$PYENV_ROOT/versions/3.12.1/bin/python3\n";
    world.write("other/pyenv.d/which/own.bash", hook);
    assert_eq!(runs(&world), [Run::Kept, Run::Known]);
    fs::remove_file(world.path("pyenv/bin/pyenv")).unwrap();
    symlink("../../other/libexec/pyenv", world.path("pyenv/bin/pyenv")).unwrap();
    world.assert_as_pyenv();
}
