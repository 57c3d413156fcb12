//! A cache may be restored from another machine, as by a CI service, or be older than a copy of the interpreter. All
//! stamps differ then, but a seed made from the same files is still valid.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::cache_world::CacheWorld;

/// The files that a seed depends on.
const FILES: [&str; 4] = ["python3", "libpython.so", "venv.py", "wheels/pip-1.0-py3-none-any.whl"];

/// Replaces each file by a copy: the same bytes in another inode, with another time.
fn reinstall(world: &CacheWorld) {
    for name in FILES {
        let (file, copy) = (world.path("tools").join(name), world.path("copy"));
        fs::copy(&file, &copy).unwrap();
        File::options()
            .append(true)
            .open(&copy)
            .unwrap()
            .set_modified(SystemTime::now() - Duration::from_secs(3600))
            .unwrap();
        fs::rename(&copy, &file).unwrap();
    }
}

/// Asserts the starts of a run, and that its environment is the same as without a cache.
#[track_caller]
fn assert_started(world: &CacheWorld, expected: &str) {
    let made = world.made();
    assert_eq!(world.started(), expected);
    let anew = world.made_by(world.rvenv().env("RVENV_NO_CACHE", "1"));
    assert_eq!(anew.diff(&made), "");
    world.started();
}

#[apply(test)]
fn a_seed_from_another_machine_is_taken_where_the_same_files_are() {
    let world = CacheWorld::new();
    assert_started(&world, "probe ensurepip ");
    reinstall(&world);
    assert_started(&world, "probe ");
    // The seed has the stamps of this machine by now, so no file has to be read.
    assert_started(&world, "");
    assert_eq!(fs::read_dir(world.path("cache/seeds-2")).unwrap().count(), 1, "a seed, and nothing else");
}

#[apply(test)]
fn a_seed_from_another_machine_is_none_where_one_file_is_another() {
    for name in FILES {
        let world = CacheWorld::new();
        world.made();
        reinstall(&world);
        world.started();
        let file = world.path("tools").join(name);
        // A comment as the last line changes a script's contents but not its behaviour.
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text + "#\n").unwrap();
        assert_started(&world, "probe ensurepip ");
    }
}

#[apply(test)]
fn a_seed_from_another_machine_is_none_where_there_is_another_wheel() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    reinstall(&world);
    fs::write(world.path("tools/wheels/other"), "").unwrap();
    assert_started(&world, "probe ensurepip ");
}

/// The cache may be read-only, or another process may be writing the same seed.
#[apply(test)]
fn a_seed_from_another_machine_is_of_use_where_it_cannot_be_written_once_more() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    reinstall(&world);
    let blocked = world.path("cache/seeds-2").join(file_name(&world.seed()) + ".new");
    let other = File::create(&blocked).unwrap();
    other.lock().unwrap();
    for _ in 0..2 {
        world.made();
        assert!(!world.started().contains("ensurepip"));
    }
}

/// ensurepip may have read the file before or after the change.
#[apply(test)]
fn a_seed_is_not_kept_when_something_changes_while_it_is_made() {
    let world = CacheWorld::new();
    world.made_by(world.rvenv().env("ON_ENSUREPIP", "echo 2 > \"$TOOLS/libpython.so\""));
    assert!(world.cached(".seed").is_empty(), "{:?}", world.cached(""));
    world.started();
    assert_started(&world, "probe ensurepip ");
    assert_started(&world, "");
}

/// The first run of an older ensurepip leaves `__pycache__` beside the wheels, anew in each new image.
#[apply(test)]
fn bytecode_beside_the_wheels_changes_nothing() {
    let world = CacheWorld::new();
    world.made_by(world.rvenv().env("ON_ENSUREPIP", "mkdir \"$TOOLS/wheels/__pycache__\""));
    world.started();
    assert_started(&world, "probe ");
    fs::remove_dir(world.path("tools/wheels/__pycache__")).unwrap();
    assert_started(&world, "probe ");
}

#[apply(test)]
fn other_interpreters_leave_a_seed_from_another_machine_alone() {
    let world = CacheWorld::new();
    let other = crate::cache_world::recording().write(&world.path("other/python3"));
    world.made_by(world.rvenv().env("RVENV_PYTHON", &other));
    reinstall(&world);
    world.made();
    assert_eq!(world.cached(".seed").len(), 2, "{:?}", world.cached(""));
    world.started();
    world.made_by(world.rvenv().env("RVENV_PYTHON", &other));
    assert!(!world.started().contains("ensurepip"));
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
