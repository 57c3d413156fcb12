//! Several environments in one run are created in parallel, with the same results as one after the other.

use std::fs;
use std::num::NonZero;
use std::thread;

use crate::cache_world::CacheWorld;
use crate::errors::names;
use crate::needs::{self, Need};
use crate::tree::{Kind, Tree};

const FIVE: [&str; 5] = ["env-1", "env-2", "deep/env-3", "env-4", "env-5"];

/// The tree of an environment, with its path and name replaced by placeholders in all files.
fn nameless(world: &CacheWorld, name: &str) -> Tree {
    let mut tree = Tree::read(&world.path(name));
    let path = world.path(name).display().to_string();
    let last = name.rsplit('/').next().unwrap();
    for entry in tree.0.values_mut() {
        if let Kind::File(bytes) = &mut entry.kind {
            let text = str::from_utf8(bytes).unwrap().replace(&path, "PATH");
            // The activation scripts hold the prompt.
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

#[apply(test)]
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

#[apply(test)]
fn a_seed_is_made_once_for_all_even_where_it_cannot_be_kept() {
    let world = CacheWorld::new();
    world.rvenv().env("RVENV_NO_CACHE", "1").args(FIVE).output().silent_success();
    assert_eq!(world.started(), "probe ensurepip ");
    assert_five_are_whole(&world);
    world.assert_no_litter();
}

#[apply(test)]
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

/// venv creates one environment after the other, with the same result.
#[apply(test)]
fn the_first_that_is_refused_stops_those_after_it_and_not_those_before() {
    let world = CacheWorld::new();
    let file = world.path("file");
    fs::write(&file, "").unwrap();
    let is_file = format!("error: cannot create an environment in `{}`: it is not a directory\n", file.display());
    let empty = "error: ENV_DIR is empty\n  hint: to use the current directory, write `.`\n";
    // The last list names `a` twice, so it is created one environment after the other.
    for (env_dirs, expected) in [
        (["a", "b", "file", "c", ""], format!("{is_file}  not created either: `c`, ``\n")),
        (["a", "b", "", "c", "file"], format!("{empty}  not created either: `c`, `file`\n")),
        (["a", "b", "file", "c", "a"], format!("{is_file}  not created either: `c`, `a`\n")),
    ] {
        world.rvenv().args(env_dirs).output().failure(&expected);
        assert!(world.path("a/bin/pip").exists() && world.path("b/bin/pip").exists(), "{env_dirs:?}");
        assert!(!world.path("c").exists(), "{env_dirs:?}");
        fs::remove_dir_all(world.path("a")).unwrap();
        fs::remove_dir_all(world.path("b")).unwrap();
    }
    let before = names(&world.path(""));
    world.rvenv().args(["file", "a", ""]).output().failure(&format!("{is_file}  not created either: `a`, ``\n"));
    assert_eq!(names(&world.path("")), before);
}

/// Environments in progress at the first failure may fail as well. Their errors come before or after the first.
#[apply(test)]
fn each_failure_is_told_and_nothing_of_it_is_left() {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        needs::skip(&Need::new("cores", "a second processor"));
    }
    let world = CacheWorld::new();
    world.made();
    world.started();
    let before = names(&world.path(""));
    // Neither pip fails before the other has started.
    let hook = "while [ $(wc -l < \"$RUNS\") -lt 2 ]; do :; done; exit 1";
    let outcome = world.rvenv().env("ON_PIP", hook).arg("--upgrade-deps").args(["one", "two"]).output().status(1);
    for name in ["one", "two"] {
        let interpreter = world.path(name).join("bin/python3");
        let told = format!("error: cannot upgrade packages: `{} -I", interpreter.display());
        assert_eq!(outcome.stderr().matches(&told).count(), 1, "{outcome}");
    }
    assert_eq!(world.started(), "pip pip ");
    assert_eq!(names(&world.path("")), before);
}

#[apply(test)]
fn nothing_is_begun_after_a_failure() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let env_dirs: Vec<String> = (0..cores + 20).map(|number| format!("many-{number}")).collect();
    // The first failure comes only when every core has an environment in progress.
    let hook = format!("while [ $(wc -l < \"$RUNS\") -lt {cores} ]; do :; done; exit 1");
    world.rvenv().env("ON_PIP", hook).arg("--upgrade-deps").args(&env_dirs).output().status(1);
    assert_eq!(world.started(), "pip ".repeat(cores));
    assert!(env_dirs.iter().all(|name| !world.path(name).exists()));
}

#[apply(test)]
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
