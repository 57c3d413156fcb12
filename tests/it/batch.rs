//! Several environments in one run are made side by side, and what comes of them is what comes of one after the other.

use std::fs;

use predicates::str::contains;

use crate::cache_world::CacheWorld;
use crate::errors::names;
use crate::tree::{Kind, Tree};

const FIVE: [&str; 5] = ["env-1", "env-2", "deep/env-3", "env-4", "env-5"];

/// An environment's tree with the name of its directory taken out of all files.
fn nameless(world: &CacheWorld, name: &str) -> Tree {
    let mut tree = Tree::read(&world.path(name));
    let path = world.path(name).display().to_string();
    let last = name.rsplit('/').next().unwrap();
    for entry in tree.0.values_mut() {
        if let Kind::File(bytes) = &mut entry.kind {
            let text = str::from_utf8(bytes).unwrap().replace(&path, "PATH");
            // The scripts have the prompt.
            *bytes = text.replace(last, "NAME").into_bytes();
        }
    }
    tree
}

fn assert_five_are_whole(world: &CacheWorld) {
    let first = nameless(world, FIVE[0]);
    assert!(first.0.contains_key("lib/python3.13/site-packages/pip/__init__.py"));
    for name in FIVE {
        assert_eq!(first.diff(&nameless(world, name)), "", "{name}");
    }
}

#[test]
fn all_are_whole_and_the_same() {
    let world = CacheWorld::new();
    world.rvenv().args(FIVE).output().silent_success();
    assert_eq!(world.started(), "probe ensurepip ");
    assert_five_are_whole(&world);
    world.rvenv().arg("--clear").args(FIVE).output().silent_success();
    assert_eq!(world.started(), "");
    assert_five_are_whole(&world);
    world.assert_no_litter();
}

#[test]
fn a_seed_is_made_once_for_all_even_where_it_cannot_be_kept() {
    let world = CacheWorld::new();
    world.rvenv().env("RVENV_NO_CACHE", "1").args(FIVE).output().silent_success();
    assert_eq!(world.started(), "probe ensurepip ");
    assert_five_are_whole(&world);
    world.assert_no_litter();
}

#[test]
fn a_damaged_seed_is_made_anew_once_for_all() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    let mut bytes = fs::read(world.seed()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(world.seed(), bytes).unwrap();
    world.rvenv().args(FIVE).output().silent_success();
    assert_eq!(world.started(), "ensurepip ");
    assert_five_are_whole(&world);
}

/// As venv, which makes one after the other.
#[test]
fn the_first_that_is_refused_stops_those_after_it_and_not_those_before() {
    let world = CacheWorld::new();
    let file = world.path("file");
    fs::write(&file, "").unwrap();
    let reason = format!("error: cannot make an environment in `{}`: it is not a directory\n", file.display());
    world.rvenv().args(["a", "aa", "file", "b", "file/c"]).output().failure(&reason);
    assert!(world.path("a/bin/pip").exists() && world.path("aa/bin/pip").exists() && !world.path("b").exists());
    let reason =
        "error: the environment's directory is an empty name\n  hint: to use the current directory, write `.`\n";
    world.rvenv().args(["c", "", "d", "file"]).output().failure(reason);
    assert!(world.path("c/bin/pip").exists() && !world.path("d").exists());
    let before = names(&world.path(""));
    let outcome = world.rvenv().args(["file", "f", ""]).output().status(1);
    outcome.with_stderr(&contains("/file`: it is not a directory"));
    assert_eq!(names(&world.path("")), before);
}

/// Where each fails, at least one is told, none more than once, and none is left.
#[test]
fn what_fails_is_told_for_each_and_nothing_of_it_is_left() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    let before = names(&world.path(""));
    let outcome = world.rvenv().env("PIP_STATUS", "1").arg("--upgrade-deps").args(FIVE).output().status(1);
    let told = FIVE.map(|name| outcome.stderr().matches(&format!("{}/bin/", world.path(name).display())).count());
    assert!(told.contains(&1) && told.iter().all(|count| *count <= 1), "{outcome}");
    assert_eq!(outcome.stderr().matches("error: ").count(), told.iter().sum::<usize>(), "{outcome}");
    world.started();
    assert_eq!(names(&world.path("")), before);
}

#[test]
fn the_same_one_twice_and_one_inside_of_another_are_made_one_after_the_other() {
    let world = CacheWorld::new();
    fs::create_dir(world.path("real")).unwrap();
    std::os::unix::fs::symlink("real", world.path("alias")).unwrap();
    world.rvenv().args(["e", "e"]).output().silent_success();
    world.rvenv().args(["e", "e/sub", "other"]).output().silent_success();
    world.rvenv().args(["f/sub", "f"]).output().silent_success();
    world.rvenv().args(["real/e", "alias/e", "real/e/"]).output().silent_success();
    for name in ["e", "e/sub", "other", "f", "f/sub", "real/e"] {
        assert!(world.path(name).join("lib/python3.13/site-packages/pip/__init__.py").exists(), "{name}");
    }
    world.rvenv().args(["--clear", "f/sub", "f"]).output().silent_success();
    assert!(!world.path("f/sub").exists());
    world.rvenv().args(["--clear", "f", "f/sub"]).output().silent_success();
    assert!(world.path("f/sub/bin/pip").exists() && world.path("f/bin/pip").exists());
    assert_eq!(world.started(), "probe ensurepip ");
}
