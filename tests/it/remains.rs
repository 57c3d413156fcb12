//! Environments that are not finished, or have lost their `pyvenv.cfg`, can be used and cleared.

use std::fs;
use std::os::unix::fs::symlink;

use crate::errors::world;
use crate::not_ours::{file, program};
use crate::testenv::TestEnv;

/// A tool was killed halfway.
#[apply(test)]
fn leftovers_are_cleared() {
    let (world, python) = world();
    fs::create_dir_all(world.path("e/bin")).unwrap();
    symlink(&python, world.path("e/bin/python")).unwrap();
    symlink("python", world.path("e/bin/python3")).unwrap();
    symlink("/nonexistent/python3.9", world.path("e/bin/python3.9")).unwrap();
    for path in ["e/lib/python3.9/site-packages/x.py", "e/CACHEDIR.TAG", "e/.gitignore", "e/.lock"] {
        file(&world, path);
    }
    // As uv leaves it, or a venv that was killed while it cleared.
    file(&world, "e/bin/activate");
    fs::write(world.path("e/bin/activate"), "VIRTUAL_ENV=/somewhere\n").unwrap();
    fs::write(world.path("e/bin/pip"), format!("#!{}/bin/python3\n", world.path("e").display())).unwrap();
    world.rvenv(&python).args(["--clear", "e"]).output().silent_success();
    assert!(!world.path("e/lib/python3.9").exists() && world.path("e/pyvenv.cfg").exists());
    // As virtualenv was before version 20.
    for path in ["os.py", "site.py", "orig-prefix.txt"] {
        file(&world, &format!("old/lib/python3.6/{path}"));
    }
    world.rvenv(&python).args(["--without-pip", "--clear", "old"]).output().silent_success();
}

/// Puts an activation script beside the environment's interpreter.
fn activate(world: &TestEnv) {
    file(world, "e/bin/activate");
    fs::write(world.path("e/bin/activate"), "VIRTUAL_ENV=/somewhere/else\nexport VIRTUAL_ENV\n").unwrap();
}

/// Before version 20, virtualenv created environments without a `pyvenv.cfg`, with a copy of the interpreter.
#[apply(test)]
fn an_environment_without_its_configuration_is_used_and_cleared() {
    type Arrange = dyn Fn(&TestEnv);
    let arrangements: [&Arrange; 3] = [
        &|world| {
            program(world, "e/bin/python3.6");
            symlink("python3.6", world.path("e/bin/python3")).unwrap();
            for name in ["os.py", "site.py", "orig-prefix.txt"] {
                file(world, &format!("e/lib/python3.6/{name}"));
            }
        },
        // One of copies.
        &|world| drop((program(world, "e/bin/python"), program(world, "e/bin/python3"))),
        // Moved, or one whose scripts look for their interpreter: `bin/pip` does not name this directory.
        &|world| {
            program(world, "e/bin/pip");
            symlink("/usr/bin/env", world.path("e/bin/python3")).unwrap();
        },
    ];
    for arrange in arrangements {
        for options in [&[][..], &["--clear"]] {
            let (world, python) = world();
            arrange(&world);
            activate(&world);
            world.rvenv(&python).args(["--without-pip", "e"]).args(options).output().silent_success();
            assert!(world.path("e/pyvenv.cfg").exists());
        }
    }
}

/// A tool was killed while it wrote the file.
#[apply(test)]
fn an_environment_with_an_empty_configuration_is_used_and_cleared() {
    for text in ["", "hom"] {
        for options in [&[][..], &["--clear"]] {
            let (world, python) = world();
            fs::create_dir_all(world.path("e/bin")).unwrap();
            fs::write(world.path("e/pyvenv.cfg"), text).unwrap();
            symlink(&python, world.path("e/bin/python")).unwrap();
            symlink("python", world.path("e/bin/python3")).unwrap();
            world.rvenv(&python).args(["--without-pip", "e"]).args(options).output().silent_success();
        }
    }
}
