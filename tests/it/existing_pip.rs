//! pip in an existing directory: the pip there stays if ensurepip would keep it, and a missing pip is restored from the
//! seed.

use std::fs;
use std::os::unix::fs::symlink;

use predicates::str::contains;

use crate::cache_world::CacheWorld;
use crate::tree::Tree;

const PACKAGES: &str = "e/lib/python3.13/site-packages";

/// A world with a warm cache and an environment that has pip.
fn world() -> CacheWorld {
    let world = CacheWorld::new();
    world.made();
    world.started();
    world
}

fn remove_pip(world: &CacheWorld) {
    for dir in ["pip", "pip-1.0.dist-info"] {
        fs::remove_dir_all(world.path(PACKAGES).join(dir)).unwrap();
    }
}

#[apply(test)]
fn where_the_same_pip_is_nothing_is_started_and_nothing_changes() {
    let world = world();
    fs::write(world.path(PACKAGES).join("pip/__init__.py"), "edited").unwrap();
    let before = Tree::read(&world.path("e"));
    for options in [&[][..], &["--upgrade"]] {
        world.rvenv().args(options).arg("e").output().silent_success();
        let mut after = Tree::read(&world.path("e"));
        // The key `command` records `--upgrade`.
        after.0.insert("pyvenv.cfg".to_owned(), before.0["pyvenv.cfg"].clone());
        assert_eq!(before.diff(&after), "", "{options:?}");
        assert_eq!(world.started(), "", "{options:?}");
    }
}

#[apply(test)]
fn where_none_is_it_is_restored_and_what_has_its_names_is_replaced() {
    let world = world();
    let whole = Tree::read(&world.path("e"));
    let script = world.path("e/bin/pip");
    fs::write(world.path("precious"), "precious").unwrap();
    for change in ["no script", "another script", "a link", "a dangling link"] {
        remove_pip(&world);
        match change {
            "another script" => fs::write(&script, "another").unwrap(),
            _ => fs::remove_file(&script).unwrap(),
        }
        match change {
            "a link" => symlink(world.path("precious"), &script).unwrap(),
            "a dangling link" => symlink(world.path("nowhere"), &script).unwrap(),
            _ => {}
        }
        world.rvenv().arg("e").output().silent_success();
        assert_eq!(whole.diff(&Tree::read(&world.path("e"))), "", "{change}");
        assert_eq!(world.started(), "", "{change}");
    }
    assert_eq!(fs::read_to_string(world.path("precious")).unwrap(), "precious");
    assert!(!world.path("nowhere").exists());
}

/// ensurepip knows how to replace another pip.
#[apply(test)]
fn where_another_pip_is_ensurepip_is_run() {
    let world = world();
    for (from, to) in [("pip-1.0.dist-info", "pip-0.9.dist-info"), ("pip-1.0.dist-info", "aside")] {
        fs::rename(world.path(PACKAGES).join(from), world.path(PACKAGES).join(to)).unwrap();
        world.rvenv().arg("e").output().silent_success();
        assert_eq!(world.started(), "ensurepip ", "{from} is {to}");
        assert!(world.path(PACKAGES).join("pip-1.0.dist-info/RECORD").exists());
        let _ = fs::remove_dir_all(world.path(PACKAGES).join("aside"));
    }
}

#[apply(test)]
fn the_pip_of_another_version_of_python_does_not_count() {
    let world = world();
    fs::rename(world.path("e/lib/python3.13"), world.path("e/lib/python3.12")).unwrap();
    world.rvenv().arg("e").output().success();
    assert!(world.path(PACKAGES).join("pip/__init__.py").exists());
    assert_eq!(world.started(), "");
}

#[apply(test)]
fn when_a_later_step_fails_what_was_restored_is_gone_again() {
    let world = world();
    remove_pip(&world);
    let fails = |arguments: &[&str]| {
        let run = world.rvenv().env("ON_PIP", "exit 7").arg("--upgrade-deps").args(arguments);
        run.output().status(1).with_stderr(&contains("cannot upgrade packages"));
        assert_eq!(world.started(), "pip ");
    };
    for script in [Some("the user's"), None] {
        let _ = fs::remove_file(world.path("e/bin/pip"));
        if let Some(text) = script {
            fs::write(world.path("e/bin/pip"), text).unwrap();
        }
        let before = Tree::read(&world.path("e"));
        fails(&["e"]);
        assert_eq!(before.diff(&Tree::read(&world.path("e"))), "", "{script:?}");
    }
    // A new environment is deleted again, and one that was to be cleared is as before.
    fails(&["new/deep/e"]);
    assert!(!world.path("new").exists());
    let before = Tree::read(&world.path("e"));
    fails(&["--clear", "e"]);
    assert_eq!(before.diff(&Tree::read(&world.path("e"))), "");
}

#[apply(test)]
fn what_stands_in_the_way_of_a_file_is_an_error_and_all_is_as_before() {
    let world = world();
    remove_pip(&world);
    fs::remove_file(world.path("e/bin/pip")).unwrap();
    fs::create_dir_all(world.path("e/bin/pip/full")).unwrap();
    fs::write(world.path("e/pyvenv.cfg"), "home = /nonexistent\n").unwrap();
    let before = Tree::read(&world.path("e"));
    let outcome = world.rvenv().arg("e").output().status(1);
    outcome.with_stderr(&contains(format!("`{}`", world.path("e/bin/pip").display())));
    assert_eq!(before.diff(&Tree::read(&world.path("e"))), "");
}

/// The damage is found when half of the seed is restored.
#[apply(test)]
fn a_damaged_seed_leaves_no_traces_in_an_environment_that_is_there() {
    let world = world();
    let whole = Tree::read(&world.path("e"));
    remove_pip(&world);
    let mut bytes = fs::read(world.seed()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(world.seed(), bytes).unwrap();
    world.rvenv().arg("e").output().silent_success();
    assert_eq!(world.started(), "ensurepip ");
    assert_eq!(whole.diff(&Tree::read(&world.path("e"))), "");
}
