//! Given the interpreter of an environment, rvenv uses the base interpreter of that environment.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rvenv::config::{InterpreterRequest, Pip};
use rvenv::{Config, EnvBuilder, Environment, Event, Interrupt};

use crate::fake_python::{FakePython, write_program};
use crate::interpreter::{home, on_path};
use crate::needs::{self, Need};
use crate::peers::Tool;
use crate::pythons::{self, Python};
use crate::testenv::TestEnv;
use crate::use_env;

/// Asserts that an environment created with `outer`'s interpreter belongs to the base interpreter and outlives `outer`.
#[track_caller]
fn assert_nests(world: &TestEnv, python: &Python, what: &str) {
    let program = world.path("outer/bin/python");
    world.rvenv(&program).args(["--without-pip", "--clear", "inner"]).output().silent_success();
    assert_eq!(home(&world.path("inner")), python.path.parent().unwrap(), "{what}");
    fs::remove_dir_all(world.path("outer")).unwrap();
    let question = "import sys; print(sys.prefix, sys.base_prefix, '%d.%d' % sys.version_info[:2])";
    let answer = world.run(world.path("inner/bin/python3")).args(["-c", question]).output().success().stdout();
    let expected = format!("{} {} 3.{}", world.path("inner").display(), python.base_prefix.display(), python.minor);
    assert_eq!(answer.trim(), expected, "{what}");
}

#[apply(slow_test)]
fn in_an_environment_of_venv_or_rvenv_the_base_interpreter_is_used() {
    for python in pythons::with_venv() {
        for links in ["--symlinks", "--copies"] {
            let world = TestEnv::new();
            if links == "--copies" && use_env::copies_are_dead(python) {
                continue;
            }
            world.venv(&python.path).args(["--without-pip", links, "outer"]).output().success();
            assert_nests(&world, python, "venv");
            world.rvenv(&python.path).args(["--without-pip", links, "outer"]).output().silent_success();
            assert_nests(&world, python, "rvenv");
        }
        // Two levels deep: before 3.11, venv links the interpreter of the second environment to that of the first.
        let world = TestEnv::new();
        world.venv(&python.path).args(["--without-pip", "first"]).output().success();
        world.venv(&world.path("first/bin/python")).args(["--without-pip", "outer"]).output().success();
        world.rvenv(&world.path("outer/bin/python")).args(["--without-pip", "inner"]).output().silent_success();
        let base = fs::canonicalize(home(&world.path("inner"))).unwrap();
        assert_eq!(base, python.real.parent().unwrap());
    }
}

/// Imitates the layouts of virtualenv and uv, which need not be installed.
#[apply(test)]
fn in_an_environment_of_virtualenv_or_uv_the_base_interpreter_is_used() {
    for python in pythons::all() {
        for (tool, key) in [("virtualenv", "virtualenv = 20.26.0"), ("uv", "uv = 0.4.0")] {
            let world = TestEnv::new();
            let bin = world.path("outer/bin");
            fs::create_dir_all(&bin).unwrap();
            symlink(&python.path, bin.join("python")).unwrap();
            symlink("python", bin.join("python3")).unwrap();
            let home = python.path.parent().unwrap().display();
            fs::write(world.path("outer/pyvenv.cfg"), format!("home = {home}\nimplementation = CPython\n{key}\n"))
                .unwrap();
            assert_nests(&world, python, tool);
        }
    }
}

#[apply(slow_test)]
fn in_an_environment_that_virtualenv_or_uv_has_just_made_the_base_interpreter_is_used() {
    let mut count = 0;
    for python in pythons::all() {
        for tool in [Tool::Virtualenv, Tool::Uv] {
            let world = TestEnv::new();
            let Some(command) = tool.makes(&world, python, &world.path("outer")) else { continue };
            // The newest virtualenv and uv do not support the oldest interpreters.
            if command.output().succeeded() {
                assert_nests(&world, python, &format!("{tool:?}"));
                count += 1;
            }
        }
    }
    if count == 0 {
        needs::skip(&Need::new("peers", "virtualenv or uv, for an interpreter that it supports"));
    }
}

/// The home of an environment of copies may have another Python by now.
#[apply(test)]
fn copies_never_lead_to_another_version() {
    let world = TestEnv::new();
    for dir in ["home", "old", "outer/bin"] {
        fs::create_dir_all(world.path(dir)).unwrap();
    }
    let version = |version| FakePython { version, ..FakePython::default() };
    version("3.12.1").write(&world.path("home/python3.12"));
    symlink("python3.12", world.path("home/python3")).unwrap();
    fs::write(world.path("outer/bin/python3"), "a copy").unwrap();
    fs::set_permissions(world.path("outer/bin/python3"), PermissionsExt::from_mode(0o755)).unwrap();
    let (home, old) = (world.path("home"), world.path("old/python3.11"));
    let cfg = format!("home = {}\nversion = 3.11.7\nexecutable = {}\n", home.display(), old.display());
    fs::write(world.path("outer/pyvenv.cfg"), cfg).unwrap();
    let rvenv = || world.rvenv(&world.path("outer/bin/python3")).args(["--without-pip", "--clear", "inner"]).output();
    assert!(rvenv().stderr().contains("is gone"), "there is no 3.11");
    version("3.11.7").write(&old);
    rvenv().silent_success();
    assert!(fs::read_to_string(world.path("inner/pyvenv.cfg")).unwrap().contains("version = 3.11.7\n"));
}

/// If home were a directory with only a link to the executable, an environment of a relocatable build would not start,
/// as venv's does not (gh-106045). All other builds keep the link that was asked for.
#[apply(slow_test)]
fn a_lone_link_makes_an_environment_that_runs() {
    for python in pythons::with_venv() {
        let world = TestEnv::new();
        fs::create_dir(world.path("alone")).unwrap();
        let link = world.path("alone/python3");
        symlink(&python.path, &link).unwrap();
        world.rvenv(&link).args(["--without-pip", "e"]).output().silent_success();
        world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
        world.venv(&link).args(["--without-pip", "of venv"]).output().success();
        let is_enough = use_env::answers(&world, &world.path("of venv")) != use_env::DEAD;
        assert_eq!(home(&world.path("e")) == world.path("alone"), is_enough, "{}", python.path.display());
    }
}

/// `rvenv --clear` on the active environment.
#[apply(test)]
fn an_active_environment_can_be_made_anew() {
    for python in pythons::all() {
        let world = TestEnv::new();
        world.rvenv(&python.path).args(["--without-pip", "e"]).output().silent_success();
        on_path(&world, None, world.path("e/bin").to_str().unwrap()).silent_success();
        assert_eq!(home(&world.path("e")), python.path.parent().unwrap());
        world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
    }
}

#[apply(test)]
fn behind_a_shim_an_environment_is_followed_to_its_base() {
    for python in pythons::all() {
        let world = TestEnv::new();
        world.rvenv(&python.path).args(["--without-pip", "outer"]).output().silent_success();
        let target = world.path("outer/bin/python");
        let shim = format!("#!/bin/sh\necho shim\nexec '{}' \"$@\"\n", target.display());
        let shim = write_program(&world.path("shims/python3"), &shim);
        world.rvenv(&shim).args(["--without-pip", "inner"]).output().silent_success();
        assert_eq!(home(&world.path("inner")), python.path.parent().unwrap());
    }
}

/// The facts of the base are made of the environment's answer. They are those that the base itself would state.
#[apply(test)]
fn behind_a_shim_the_base_is_as_if_it_had_answered_itself() {
    for python in pythons::all() {
        let world = TestEnv::new();
        let facts = |program: &Path| {
            let interpreter = InterpreterRequest::Path(program.to_owned());
            let config = with!(Config::default(), interpreter, pip: Pip::Omit);
            let environment = with!(Environment::default(), cwd: Some(world.path("")), temp_dir: world.path("home"));
            let asked = Arc::new(Mutex::new(0));
            let count = Arc::clone(&asked);
            let observer = move |event: Event| *count.lock().unwrap() += u32::from(matches!(event, Event::Asking(_)));
            let builder = EnvBuilder::observed(config, environment, Interrupt::default(), observer).unwrap();
            assert_eq!(*asked.lock().unwrap(), 1, "one question is enough");
            builder.facts().clone()
        };
        world.rvenv(&python.real).args(["--without-pip", "outer"]).output().silent_success();
        let target = world.path("outer/bin/python");
        let shim = format!("#!/bin/sh\nexec '{}' \"$@\"\n", target.display());
        let shim = write_program(&world.path("shims/python3"), &shim);
        assert_eq!(facts(&shim), facts(&python.real), "{}", python.path.display());
    }
}

#[apply(test)]
fn an_environment_whose_base_is_gone_says_so() {
    let world = TestEnv::new();
    fs::create_dir_all(world.path("old/bin")).unwrap();
    fs::write(world.path("old/pyvenv.cfg"), "home = /gone/bin\n").unwrap();
    let program = world.path("old/bin/python");
    for broken in [false, true] {
        if broken {
            symlink("/gone/bin/python", &program).unwrap();
        } else {
            write_program(&program, "a copy of an interpreter");
        }
        world.rvenv(&program).args(["--without-pip", "e"]).output().failure(&format!(
            "error: `{}` is in an environment whose base interpreter in `/gone/bin` is gone\n  hint: create \
             that environment anew, or set RVENV_PYTHON to another interpreter\n",
            program.display()
        ));
        fs::remove_file(&program).unwrap();
    }
}

/// The home directory may hold only `python3.N`, while the copy in the environment has another name.
#[apply(test)]
fn a_base_that_has_only_its_versioned_name_is_found() {
    let world = TestEnv::new();
    let base = FakePython::default().write(&world.path("base/python3.13"));
    fs::create_dir_all(world.path("old/bin")).unwrap();
    let home = base.parent().unwrap().display();
    fs::write(world.path("old/pyvenv.cfg"), format!("home = {home}\nversion = 3.13.0\n")).unwrap();
    let copy = write_program(&world.path("old/bin/python"), "a copy of an interpreter");
    world.rvenv(&copy).args(["--without-pip", "e"]).output().silent_success();
    assert_eq!(fs::read_link(world.path("e/bin/python3.13")).unwrap(), base);
}

/// The link in the environment tells which of several interpreters in the home directory was used.
#[apply(test)]
fn the_link_of_the_interpreter_goes_before_other_names_in_its_home() {
    let world = TestEnv::new();
    let base = FakePython::default().write(&world.path("base/custom"));
    FakePython { version: "3.12.0", ..FakePython::default() }.write(&world.path("base/python3"));
    fs::create_dir_all(world.path("old/bin")).unwrap();
    fs::write(world.path("old/pyvenv.cfg"), format!("home = {}\n", world.path("base").display())).unwrap();
    symlink(&base, world.path("old/bin/custom")).unwrap();
    symlink("custom", world.path("old/bin/python")).unwrap();
    world.rvenv(&world.path("old/bin/python")).args(["--without-pip", "e"]).output().silent_success();
    assert_eq!(fs::read_link(world.path("e/bin/custom")).unwrap(), base);
}

/// The base interpreter could be found all the same, but may be another Python than the one asked for.
#[apply(test)]
fn what_is_no_interpreter_in_an_environment_has_no_base() {
    let world = TestEnv::new();
    world.rvenv(&pythons::all()[0].path).args(["--without-pip", "outer"]).output().silent_success();
    write_program(&world.path("outer/bin/pip"), "#!/bin/sh\nexit 3\n");
    for (name, error) in [("python3.99", "cannot run"), ("pip", "does not work as a Python interpreter")] {
        let program = world.path("outer/bin").join(name);
        let outcome = world.rvenv(&program).args(["--without-pip", "e"]).output().status(1);
        assert!(outcome.stderr().contains(error) && outcome.stderr().contains(program.to_str().unwrap()), "{outcome}");
        assert!(!world.path("e").exists());
    }
}
