//! pip is installed once per interpreter and then restored, as long as ensurepip would install the same.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;

use crate::cache_world::{CacheWorld, recording};
use crate::fake_python::FakePython;
use crate::tree::{Kind, Tree};
use crate::users::set_mode;

/// The starts of a run that has the interpreter's facts but no seed.
const MADE: &str = "ensurepip ";

/// The text of `pip/__init__.py` in the environment.
fn pip(world: &CacheWorld) -> String {
    fs::read_to_string(world.path("e/lib/python3.13/site-packages/pip/__init__.py")).unwrap()
}

fn wheel(world: &CacheWorld, version: &str) -> PathBuf {
    world.path(format!("tools/wheels/pip-{version}-py3-none-any.whl"))
}

#[apply(test)]
fn what_is_restored_is_what_ensurepip_installs_under_whatever_umask() {
    let world = CacheWorld::new();
    for umask in ["022", "000", "027", "077"] {
        let mut expected = world.made_by(world.rvenv().arg("--without-pip").umask(umask));
        let ensurepip = world.world.run(world.path("e/bin/python3")).args(["-I", "-m", "ensurepip", "--upgrade"]);
        world.at_home(ensurepip).umask(umask).output().success();
        let command = expected.0.remove("pyvenv.cfg");
        expected.0.extend(Tree::read(&world.path("e")).0);
        for no_cache in ["0", "1"] {
            let mut made = world.made_by(world.rvenv().env("RVENV_NO_CACHE", no_cache).umask(umask));
            // The key `command` does not record `--without-pip`.
            assert_ne!(made.0.insert("pyvenv.cfg".to_owned(), command.clone().unwrap()), command);
            assert_eq!(expected.diff(&made), "", "umask {umask}, RVENV_NO_CACHE={no_cache}");
        }
    }
    assert!(matches!(Tree::read(&world.path("e")).0["bin/pip"].kind, Kind::File(_)));
    world.assert_no_litter();
}

#[apply(test)]
fn a_seed_is_made_anew_when_the_wheels_have_changed() {
    let world = CacheWorld::new();
    world.made();
    assert_eq!((world.started().as_str(), pip(&world).as_str()), ("probe ensurepip ", "one\n"));

    fs::write(wheel(&world, "1.0"), "another one\n").unwrap();
    world.made();
    assert_eq!(pip(&world), "another one\n", "written over");
    assert!(world.started().ends_with(MADE));

    fs::remove_file(wheel(&world, "1.0")).unwrap();
    fs::write(wheel(&world, "1.1"), "two\n").unwrap();
    world.made();
    assert_eq!(pip(&world), "two\n", "another wheel");
    assert!(world.started().ends_with(MADE));

    fs::write(wheel(&world, "1.1"), "two and a half\n").unwrap();
    world.made();
    assert_eq!(pip(&world), "two and a half\n", "another wheel, written over");
    assert!(world.started().ends_with(MADE));
    world.made();
    assert_eq!(world.started(), "");
    assert_eq!(fs::read_dir(world.path("cache/seeds-2")).unwrap().count(), 1, "a seed, and nothing else");
}

/// Some distributions keep the wheels in a package of their own.
#[apply(test)]
fn an_environment_gets_the_pip_of_a_wheel_that_has_come_meanwhile() {
    let world = CacheWorld::new();
    world.made();
    fs::remove_file(wheel(&world, "1.0")).unwrap();
    fs::write(wheel(&world, "1.1"), "two\n").unwrap();
    world.rvenv().arg("e").output().silent_success();
    assert_eq!(pip(&world), "two\n");
}

#[apply(test)]
fn a_seed_is_made_anew_when_the_interpreter_or_ensurepip_has_changed() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    for file in ["libpython.so", "venv.py"] {
        fs::write(world.path("tools").join(file), "changed").unwrap();
        world.made();
        assert_eq!(world.started(), "probe ensurepip ", "{file}");
    }
    fs::remove_file(&world.python).unwrap();
    FakePython { version: "3.13.1", ..recording() }.write(&world.python);
    world.made();
    assert_eq!(world.started(), "probe ensurepip ");
}

#[apply(test)]
fn one_interpreter_has_one_seed_by_whatever_name_and_another_for_reproducible_bytecode() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    world.made_by(world.rvenv().env("LC_ALL", "C"));
    assert_eq!(world.started(), "probe ");
    world.made_by(world.rvenv().env("SOURCE_DATE_EPOCH", "1"));
    assert_eq!(world.started(), MADE);
    world.made_by(world.rvenv().env("SOURCE_DATE_EPOCH", "2"));
    world.made();
    assert_eq!(world.started(), "");
    assert_eq!(world.cached(".seed").len(), 2);
}

/// Runs rvenv eight times with one cache and returns the starts. No probe ends before all have begun, so that all runs
/// look for the seed at the same time.
fn eight_at_once(world: &CacheWorld, cache: &Path) -> String {
    thread::scope(|scope| {
        for number in 0..8 {
            let run = world.rvenv().env("ON_PROBE", "while [ $(wc -l < \"$RUNS\") -lt 8 ]; do :; done");
            let run = run.env("RVENV_CACHE_DIR", cache).arg("--clear").arg(format!("e{number}"));
            scope.spawn(|| run.output().silent_success());
        }
    });
    for number in 0..8 {
        assert!(world.path(format!("e{number}/lib/python3.13/site-packages/pip/__init__.py")).exists(), "{number}");
    }
    world.assert_no_litter();
    world.started()
}

#[apply(test)]
fn a_seed_is_made_once_by_however_many() {
    let world = CacheWorld::new();
    let cache = world.path("cache");
    fs::create_dir(&cache).unwrap();
    set_mode(&cache, 0o700);
    assert_eq!(eight_at_once(&world, &cache), "probe ".repeat(8) + MADE);
    assert!(world.cached(".new").is_empty() && world.cached(".scratch-").is_empty());
}

/// The deeper the cache, the longer the time in which several runs find that it does not exist.
#[apply(test)]
fn a_cache_that_several_make_at_once_is_of_use_to_each() {
    let world = CacheWorld::new();
    for round in 0..8 {
        let cache = world.path(format!("{round}{}", "/d".repeat(12)));
        assert_eq!(eight_at_once(&world, &cache), "probe ".repeat(8) + MADE, "round {round}");
    }
}

#[apply(test)]
fn what_a_killed_maker_has_left_is_deleted_and_what_another_is_making_stays() {
    let world = CacheWorld::new();
    let killed = world.rvenv().env("ON_ENSUREPIP", "kill -9 $PPID; exit 1").arg("e").output();
    assert!(!killed.succeeded() && world.cached(".scratch-").len() == 1, "{killed}");
    let scratch = |name: &str| {
        let dir = world.path("cache/seeds-2").join(name);
        fs::create_dir_all(dir.join("env/bin")).unwrap();
        fs::write(dir.join("env/bin/python"), "").unwrap();
        dir
    };
    let abandoned = scratch("0000000a.scratch-abc");
    let busy = scratch("0000000b.scratch-abc");
    let lock = File::create(world.path("cache/seeds-2/0000000b.lock")).unwrap();
    lock.lock().unwrap();
    world.made();
    assert!(!abandoned.exists() && busy.join("env/bin/python").exists());
    assert!(world.cached(".scratch-").iter().all(|path| path.starts_with(&busy)), "{:?}", world.cached(""));
    drop(lock);
    fs::remove_file(world.seed()).unwrap();
    world.made();
    assert!(world.cached(".scratch-").is_empty(), "{:?}", world.cached(""));
}

#[apply(test)]
fn the_seeds_of_interpreters_that_are_gone_or_have_changed_are_deleted() {
    let world = CacheWorld::new();
    let with = |python: &Path| world.made_by(world.rvenv().env("RVENV_PYTHON", python));
    let others = ["gone", "changed", "stays"].map(|name| recording().write(&world.path(name).join("python3")));
    for python in &others {
        with(python);
    }
    assert_eq!(world.cached(".seed").len(), 3);
    fs::remove_file(&others[0]).unwrap();
    fs::write(&others[1], "").unwrap();
    let damaged = world.path("cache/seeds-2/00000000.seed");
    fs::write(&damaged, "rvenv seed 2 and nothing more").unwrap();
    with(&world.python);
    assert_eq!(world.cached(".seed").len(), 2, "{:?}", world.cached(""));
    world.started();
    with(&others[2]);
    assert_eq!(world.started(), "");
}

/// A shelf of an older version may still be in use.
#[apply(test)]
fn what_is_none_of_ours_stays() {
    let world = CacheWorld::new();
    for dir in ["cache/seeds-0", "cache/seeds-2"] {
        fs::create_dir_all(world.path(dir)).unwrap();
        fs::write(world.path(dir).join("notes"), "").unwrap();
    }
    set_mode(&world.path("cache"), 0o700);
    world.made();
    assert!(world.path("cache/seeds-0/notes").exists() && world.path("cache/seeds-2/notes").exists());
}

#[apply(test)]
fn where_ensurepip_fails_no_seed_is_kept_and_it_is_said_as_ever() {
    let world = CacheWorld::new();
    let python = world.path("e/bin/python3");
    let line = format!("`{} -I -m ensurepip --upgrade --default-pip` failed", python.display());
    for (hook, status) in [("echo why; exit 3", "exit status: 3"), ("echo why; kill -9 $$", "signal: 9 (SIGKILL)")] {
        let outcome = world.rvenv().env("ON_ENSUREPIP", hook).arg("e").output();
        outcome.failure(&format!("error: cannot install pip: {line} ({status})\n    why\n"));
        assert!(!world.path("e").exists() && world.cached(".seed").is_empty() && world.cached(".scratch-").is_empty());
    }
    world.made();
    world.seed();
    world.assert_no_litter();
}

/// Without a seed, ensurepip is run in the environment itself and has the last word.
#[apply(test)]
fn where_ensurepip_installs_nothing_or_what_cannot_be_kept_no_seed_is() {
    for hook in
        ["exit 0", "ln -s . \"${0%/*}/link\"", "echo \"${0%/bin/*}/\" > \"${0%/*}/note\"", "mkfifo \"${0%/*}/pipe\""]
    {
        let world = CacheWorld::new();
        let expected = world.made_by(world.rvenv().arg("--without-pip"));
        world.started();
        for _ in 0..2 {
            let made = world.made_by(world.rvenv().env("ON_ENSUREPIP", hook));
            assert_eq!(made.0.contains_key("bin/pip"), hook != "exit 0", "{hook}");
            assert!(made.0.len() > expected.0.len() || hook == "exit 0", "{hook}");
            assert_eq!(world.started(), "ensurepip ensurepip ", "{hook}");
        }
        assert!(world.cached(".seed").is_empty() && world.cached(".scratch-").is_empty(), "{hook}");
        world.assert_no_litter();
    }
}

#[apply(test)]
fn what_ensurepip_leaves_at_home_is_not_the_users() {
    let world = CacheWorld::new();
    world.made_by(world.rvenv().env("ON_ENSUREPIP", "echo > \"$HOME/left\""));
    assert!(!world.path("home/left").exists());
    assert_eq!(world.started(), "probe ensurepip ");
}
